"""Rounds that are one round, turned: each seats everybody once, and meetings are counted for all of them at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.encounters.cyclic import (
    MOST_PEOPLE,
    Turning,
    _following,
    _orbits,
    _put,
    _turned,
    seat_by_turning,
    turnings,
)
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.plan import PROVED, plan
from wijkspiegel.encounters.rules import Apart, At, Who

SIZES = st.tuples(st.integers(2, 8), st.integers(2, 6), st.integers(2, 9))
"""Tables, seats at each, rounds."""
SIXTY = Participants(
    tuple(f"{one:03}" for one in range(60)), {"area": tuple("ns"[one % 2] for one in range(60))}
)  # fmt: skip


def lots(seed: int) -> np.ndarray:
    return np.array([seed], dtype=np.uint64)


def repeats(seated: np.ndarray) -> int:
    """Counted one by one."""
    met: set[tuple[int, int]] = set()
    again = 0
    for row in seated:
        for p in range(len(row)):
            for q in range(p):
                if row[p] == row[q]:
                    again += (p, q) in met
                    met.add((p, q))
    return again


def ways(tables: int, seats: int, rounds: int) -> list[Turning]:
    return list(turnings(nobody_stays(tables * seats), tables, rounds))


def nobody_stays(people: int) -> np.ndarray:
    return np.full(people, -1)


@given(SIZES, st.integers(0, 9))
def test_every_round_seats_everybody_once_at_tables_of_the_same_sizes(asked: tuple[int, int, int], fewer: int) -> None:
    tables, seats, rounds = asked
    people = tables * seats - min(fewer, tables - 1)
    sizes = np.array([people // tables + (table < people % tables) for table in range(tables)])
    for turning in turnings(nobody_stays(people), tables, rounds):
        seated, _ = seat_by_turning(turning, sizes, 100, lots(1))
        assert seated.shape == (rounds, people)
        assert all((np.bincount(row, minlength=tables) == sizes).all() for row in seated)


@given(SIZES)
def test_a_turn_brings_each_to_the_place_of_the_next_in_the_cycle(asked: tuple[int, int, int]) -> None:
    tables, seats, _ = asked
    for turning in ways(*asked):
        seated, _ = seat_by_turning(turning, np.full(tables, seats), 100, lots(1))
        length, ends = turning.cycles[0], np.cumsum(turning.cycles)
        following = [p + 1 if p + 1 not in ends else p + 1 - turning.cycles[list(ends).index(p + 1)]
                     for p in range(tables * seats)]  # fmt: skip
        for begin in range(0, len(seated), length):
            for number in range(length):
                assert (seated[begin + (number + 1) % length][following] == seated[begin + number]).all()


@given(SIZES, st.integers(0, 2**32))
def test_the_search_ends_early_only_where_nobody_meets_twice(asked: tuple[int, int, int], seed: int) -> None:
    tables, seats, _ = asked
    for turning in ways(*asked):
        seated, taken = seat_by_turning(turning, np.full(tables, seats), 300, lots(seed))
        assert repeats(seated) == 0 if taken < 300 else taken == 300


@given(SIZES, st.integers(0, 2**32))
def test_the_excess_of_all_rounds_is_known_from_the_initial_ones(asked: tuple[int, int, int], seed: int) -> None:
    """Counted anew: a pair that meets k times is k (k - 1) / 2 too much."""
    tables, seats, _ = asked
    people = tables * seats
    for turning in ways(*asked):
        length = turning.cycles[0]
        following = _following(turning.cycles)
        orbit, often = _orbits(following, length)
        rows = np.array([np.random.default_rng([seed, n]).permutation(people) for n in range(turning.initial)])
        times, excess = np.zeros(len(often), dtype=np.int64), 0.0
        for row in rows:
            for seat in range(people):
                excess += _put(orbit, often, times, row, seat // seats * seats, seat, seat, row[seat], 1)
        seated = _turned(rows, np.repeat(np.arange(tables), seats), following, length)
        met = sum((row[:, None] == row[None, :]).astype(int) for row in seated)
        assert excess * length == pytest.approx((np.triu(met * (met - 1) // 2, 1)).sum())


def test_a_search_of_no_steps_leaves_the_lot() -> None:
    turning = ways(4, 4, 3)[0]
    seated, taken = seat_by_turning(turning, np.full(4, 4), 0, lots(1))
    assert taken == 0
    assert not np.array_equal(seated, seat_by_turning(turning, np.full(4, 4), 0, lots(2))[0])


@pytest.mark.parametrize(("tables", "seats", "rounds"), [(6, 4, 6), (6, 4, 7), (6, 5, 6), (10, 6, 7), (10, 4, 10)])
def test_nobody_meets_twice_where_a_round_can_be_turned(tables: int, seats: int, rounds: int) -> None:
    people = Participants(tuple(f"{one:03}" for one in range(tables * seats)), {})
    made = plan(people, tables, rounds, seconds=2)
    assert repeats(made.seated) == 0
    assert [one.verdict for one in made.measures if one.name == "repeats"] == [PROVED]


def test_tables_mirror_the_room_without_a_repeat() -> None:
    """Where people are exchanged round by round only, the mirror ends at 32 to 40."""
    made = plan(SIXTY, 10, 6, seconds=2)
    assert made.judged.repeats == 0
    assert made.judged.mirror <= 24


def test_more_people_than_can_be_looked_up_are_not_turned() -> None:
    assert list(turnings(nobody_stays(MOST_PEOPLE + 5), 100, 5)) == []


def test_who_may_not_meet_does_not_where_rounds_are_turned() -> None:
    apart = [Apart((SIXTY.ids[one], SIXTY.ids[one + 2])) for one in range(0, 40, 5)]
    made = plan(SIXTY, 10, 6, rules=apart, seconds=2)
    assert made.judged.broken == ()
    assert made.judged.repeats == 0
    assert made.judged.mirror <= 24


@given(SIZES, st.integers(1, 8))
def test_who_stays_is_at_one_table_in_every_round(asked: tuple[int, int, int], staying: int) -> None:
    tables, seats, rounds = asked
    stays = nobody_stays(tables * seats)
    stays[: min(staying, tables)] = np.arange(min(staying, tables))[::-1]
    stays = np.random.default_rng(1).permutation(stays)
    for turning in turnings(stays, tables, rounds):
        seated, _ = seat_by_turning(turning, np.full(tables, seats), 100, lots(1))
        assert all((row[stays >= 0] == stays[stays >= 0]).all() for row in seated)
        assert all((np.bincount(row, minlength=tables) == seats).all() for row in seated)


def test_rules_hold_where_rounds_are_turned_and_there_is_nothing_to_mirror() -> None:
    apart = [Apart((SIXTY.ids[one], SIXTY.ids[one + 2])) for one in range(0, 15, 5)]
    made = plan(Participants(SIXTY.ids[:30], {}), 6, 6, rules=apart, seconds=2)
    assert made.judged.broken == ()
    assert made.judged.repeats == 0


def test_hosts_stay_at_their_tables_and_guests_meet_nobody_twice() -> None:
    """A world café: the first ten are hosts, each at a table of their own."""
    hosts = [At(Who((SIXTY.ids[one],)), (str(one + 1),)) for one in range(10)]
    made = plan(Participants(SIXTY.ids, {}), 10, 5, rules=hosts, seconds=2)
    assert made.judged.broken == ()
    assert made.judged.repeats == 0


def test_who_can_reach_two_tables_only_sits_there_while_nobody_meets_twice() -> None:
    near = At(Who(SIXTY.ids[:2]), ("3", "4"))
    made = plan(Participants(SIXTY.ids, {}), 10, 6, rules=[near], seconds=2)
    assert made.judged.broken == ()
    assert made.judged.repeats == 0
