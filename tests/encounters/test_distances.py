"""Distances within tables: against a naive recount, the best of all seatings, and the bound."""

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkspiegel.encounters.bounds import distance_bound
from wijkspiegel.encounters.distances import _nearest, most_apart, only_distances
from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, plan
from wijkspiegel.encounters.problem import Floats, Ints, pose
from wijkspiegel.encounters.rules import Apart, Weights
from wijkspiegel.errors import SettingsError


def named(number: int, **attributes: str) -> Participants:
    return Participants(
        tuple(f"a{n:02}" for n in range(number)), {name: tuple(cells) for name, cells in attributes.items()}
    )


def whole_distances(people: int, seed: int) -> Floats:
    """Whole numbers, so that sums are exact."""
    upper = np.triu(np.random.default_rng(seed).integers(0, 101, (people, people)), 1).astype(np.float64)
    distances: Floats = upper + upper.T
    return distances


def recounted(distances: Floats, row: Ints) -> float:
    return sum(float(distances[p, q]) for p, q in combinations(range(len(row)), 2) if row[p] == row[q])


def seatings(people: int, fewest: list[int], most: list[int]) -> Iterator[Ints]:
    """Everybody at every table, where no table has fewer or more than it may."""
    for row in product(range(len(most)), repeat=people):
        sizes = [row.count(table) for table in range(len(most))]
        if all(low <= size <= high for low, size, high in zip(fewest, sizes, most, strict=True)):
            yield np.array(row)


def best_of_all(distances: Floats, fewest: list[int], most: list[int]) -> float:
    return max(recounted(distances, row) for row in seatings(len(distances), fewest, most))


def spread_of(distances: Floats, tables: int | list[Table], seed: int = 1, seconds: float = 0.02) -> Plan:
    return plan(named(len(distances)), tables, distances=distances, seed=seed, seconds=seconds)


@settings(max_examples=25)
@given(st.integers(2, 12), st.integers(1, 3), st.integers(0, 2), st.integers(0, 1000))
def test_everybody_is_seated_once_and_the_distance_is_that_of_a_recount(
    people: int, tables: int, spare: int, seed: int
) -> None:
    distances = whole_distances(people, seed)
    seats = -(-people // tables) + spare
    made = spread_of(distances, [Table(str(table), seats) for table in range(tables)])
    assert (made.seated >= 0).all()
    assert (np.bincount(made.seated[0], minlength=tables) <= seats).all()
    assert made.judged.distance == recounted(distances, made.seated[0])


@pytest.mark.parametrize(("people", "tables"), [(4, 2), (6, 2), (6, 3), (8, 2)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_best_of_all_seatings_is_found_and_is_not_above_the_bound(people: int, tables: int, seed: int) -> None:
    distances = whole_distances(people, seed)
    size = people // tables
    best = best_of_all(distances, [size] * tables, [size] * tables)
    assert spread_of(distances, tables).judged.distance == best
    assert best <= distance_bound(pose(named(people), tables, distances=distances)) + 1e-9


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_best_is_found_where_tables_have_empty_chairs_and_need_some_people(seed: int) -> None:
    distances = whole_distances(7, seed)
    made = spread_of(distances, [Table("x", 5, 1), Table("y", 3, 2), Table("z", 4, 0)])
    assert made.judged.distance == best_of_all(distances, [1, 2, 0], [5, 3, 4])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_best_is_found_beside_a_rule(seed: int) -> None:
    distances = whole_distances(6, seed)
    made = plan(named(6), 2, distances=distances, rules=[Apart(("a00", "a01"))], seconds=0.02)
    allowed = [row for row in seatings(6, [3, 3], [3, 3]) if row[0] != row[1]]
    assert made.judged.distance == max(recounted(distances, row) for row in allowed)


def test_the_mirror_and_distances_are_weighed_against_each_other() -> None:
    distances = whole_distances(6, 1)
    people = named(6, age="ababab")
    mirrored = plan(people, 2, distances=distances, weights=Weights(distance=1e-3), seconds=0.05)
    apart = plan(people, 2, distances=distances, weights=Weights(distance=1e3), seconds=0.05)
    even = [row for row in seatings(6, [3, 3], [3, 3]) if row[[0, 2, 4]].sum() in (1, 2)]
    assert mirrored.judged.distance == max(recounted(distances, row) for row in even)
    assert apart.judged.distance == best_of_all(distances, [3, 3], [3, 3])


@pytest.mark.parametrize("seed", [1, 2])
def test_no_exchange_helps_any_more(seed: int) -> None:
    distances = whole_distances(24, seed)
    begin = np.arange(24) % 4
    problem = pose(named(24), 4, distances=distances)
    row = most_apart(problem, begin, np.inf, 20_000, np.array([seed], dtype=np.uint64))
    reached = recounted(distances, row)
    assert np.bincount(row).tolist() == [6, 6, 6, 6]
    for p, q in combinations(range(24), 2):
        exchanged = row.copy()
        exchanged[[p, q]] = row[[q, p]]
        assert recounted(distances, exchanged) <= reached


def test_the_search_ends_where_the_distance_is_enough() -> None:
    distances = whole_distances(24, 1)
    problem = pose(named(24), 4, distances=distances)
    begin = np.arange(24) % 4
    enough = recounted(distances, begin)
    assert (most_apart(problem, begin, enough, 20_000, np.array([1], dtype=np.uint64)) == begin).all()


def test_the_same_seed_gives_the_same_seating_in_any_order_of_people() -> None:
    distances, people = whole_distances(30, 1), named(30)
    made = spread_of(distances, 5, seed=7, seconds=0.05)
    assert (spread_of(distances, 5, seed=7, seconds=0.05).seated == made.seated).all()
    order = np.random.default_rng(1).permutation(30)
    shuffled = Participants(tuple(people.ids[one] for one in order), {})
    again = plan(shuffled, 5, distances=distances[np.ix_(order, order)], seed=7, seconds=0.05)
    assert (again.seated == made.seated).all()


def test_more_time_is_never_worse() -> None:
    distances = whole_distances(60, 1)
    found = [spread_of(distances, 6, seconds=seconds).judged.distance for seconds in (0.01, 0.03, 0.07, 0.15)]
    assert found == sorted(found)


@pytest.mark.parametrize("alike", [0.0, 3.0])
def test_equal_distances_are_proved_the_best_at_once(alike: float) -> None:
    distances = np.full((12, 12), alike) - alike * np.eye(12)
    made = spread_of(distances, 3)
    assert made.judged.distance == 18 * alike
    assert [one.verdict for one in made.measures if one.name == "distance"] == ["proved optimal"]


def test_the_least_that_can_be_between_somebody_and_another() -> None:
    distances = whole_distances(9, 1)
    others = [[float(distances[p, q]) for q in range(9) if q != p] for p in range(9)]
    assert _nearest(distances).tolist() == [min(row) for row in others]


def test_only_distances_count_where_nothing_else_was_asked() -> None:
    distances = whole_distances(6, 1)
    pair = ("a00", "a01")
    assert only_distances(pose(named(6), 2, distances=distances))
    assert not only_distances(pose(named(6), 2))
    assert not only_distances(pose(named(6), 2, 2, distances=distances))
    assert not only_distances(pose(named(6), 2, distances=distances, rules=[Apart(pair)]))
    assert not only_distances(pose(named(6), 2, distances=distances, before=[pair]))
    with pytest.raises(SettingsError, match="What distances are worth is 0: it must be more than 0"):
        pose(named(6), 2, distances=distances, weights=Weights(distance=0.0))
    assert not only_distances(pose(named(6, age="aabbcc"), 2, distances=distances))
