"""Who is around somebody, the person left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.connectors.design import Sample
from wijkspiegel.connectors.mirrors import Circle, mirror_shares
from wijkspiegel.connectors.reference import nearest, of_area, outside_share, people_around, within_metres
from wijkspiegel.connectors.sensitivity import one_sided
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, Contacts

AREAS = Areas("buurt", ("b1", "b2", "b3"), ("b1", "b2", "b3"), ("", "", ""))
COUNTS = np.array([[3.0, 1, 0], [0, 5, 5], [40, 30, 20]])
POINTS = np.array([[0.0, 0], [300, 0], [2000, 0]])


def living(area: list[int], group: list[int]) -> Contacts:
    people = len(area)
    return Contacts(
        AREAS, 2024, ORIGIN, np.array(area), np.array(group), {}, np.ones(people), np.zeros(people, dtype=np.int64),
        np.arange(people), True,
    )  # fmt: skip


def test_nobody_is_their_own_neighbour() -> None:
    around = people_around(living([0, 1], [0, 2]), of_area("buurt", COUNTS))
    assert around.tolist() == [[2, 1, 0], [0, 5, 4]]
    assert outside_share(around, np.array([0, 2])) == pytest.approx([1 / 3, 5 / 9])


def test_who_live_within_the_distance_are_around_and_nobody_else() -> None:
    reference = within_metres(POINTS, COUNTS, 500)
    assert reference.name == "500 m"
    assert people_around(living([0, 2], [1, 1]), reference).tolist() == [[3, 5, 5], [40, 29, 20]]


def test_the_nearest_people_are_of_the_own_area_first_then_of_the_next_in_part() -> None:
    reference = nearest(POINTS, COUNTS, 9)
    assert reference.name == "9 people"
    around = people_around(living([0], [1]), reference)  # 4 of b1, 5 of the 10 of b2, and not oneself
    assert around == pytest.approx(np.array([[3, 2.5, 2.5]]))


def test_of_an_area_with_more_people_than_asked_for_only_the_shares_count() -> None:
    around = people_around(living([2], [0]), nearest(POINTS, COUNTS, 9))
    whole = people_around(living([2], [0]), of_area("buurt", COUNTS))
    assert around / around.sum() == pytest.approx(whole / whole.sum())


def test_more_people_than_there_are_is_everybody() -> None:
    around = people_around(living([0, 2], [0, 1]), nearest(POINTS, COUNTS, 10_000))
    assert around == pytest.approx(np.array([[42, 36, 25], [43, 35, 25]]))


@given(st.integers(1, 200), st.permutations([0, 1, 2]))
def test_the_order_of_areas_does_not_matter(people: int, order: list[int]) -> None:
    for make in (nearest, within_metres):
        straight, turned = make(POINTS, COUNTS, 10 * people), make(POINTS[order], COUNTS[order], 10 * people)
        assert turned.counts == pytest.approx(straight.counts[order])
        assert turned.own == pytest.approx(straight.own[order])


def test_the_people_around_some_areas_are_those_around_them_in_the_whole() -> None:
    whole = nearest(POINTS, COUNTS, 9)
    part = whole.take(np.array([0, 2]))
    assert people_around(living([0, 1], [1, 0]), part) == pytest.approx(people_around(living([0, 2], [1, 0]), whole))


def test_a_mirror_by_itself_is_the_mirror_of_the_curve() -> None:
    rng = np.random.default_rng(2)
    people = 300
    outgroup = rng.uniform(0.1, 0.8, people)
    sample = Sample(rng.uniform(1, 3, people), np.zeros(people, dtype=np.int64), np.arange(people))
    met = rng.binomial(8, rng.beta(1, 2, people))
    circle = Circle(
        np.stack([8 - met, met], axis=1), 1000 * np.stack([1 - outgroup, outgroup], axis=1),
        np.zeros(people, dtype=np.int64), sample,
    )  # fmt: skip
    found = one_sided(circle, 0.1)
    assert found is not None
    (whole,) = (one for one in mirror_shares(circle, (0.1,)) if one.form == "one_sided")
    assert (found.estimate, found.lower, found.upper) == pytest.approx((whole.estimate, whole.lower, whole.upper))
    assert found.persons == people
    assert found.reference == pytest.approx(np.average(outgroup, weights=circle.sample.weight))


def test_nobody_with_contacts_gives_no_figure() -> None:
    nobody = Circle(np.zeros((1, 3)), np.ones((1, 3)), np.zeros(1, np.int64), Sample(*np.ones((3, 1), dtype=np.int64)))
    assert one_sided(nobody, 0.1) is None
