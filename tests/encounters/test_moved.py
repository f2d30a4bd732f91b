"""Tables that are one table, moved: meetings are counted one by one, not by distances."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.encounters.test_cyclic import lots, repeats
from wijkspiegel.encounters.moved import MOST_PEOPLE, can_be_moved, seat_by_moving
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.plan import PROVED, plan
from wijkspiegel.encounters.rules import At, Who


def named(people: int) -> Participants:
    return Participants(
        tuple(f"{one:03}" for one in range(people)), {"area": tuple("ns"[one % 2] for one in range(people))}
    )


@given(st.integers(2, 9), st.integers(2, 60), st.integers(2, 9), st.integers(0, 99))
def test_every_round_seats_everybody_once_as_evenly_as_can_be(tables: int, people: int, rounds: int, seed: int) -> None:
    assume(can_be_moved(people, tables, rounds))
    seated, taken = seat_by_moving(people, tables, rounds, 200, lots(seed))
    assert seated.shape == (rounds, people)
    for row in seated:
        sizes = np.bincount(row, minlength=tables)
        assert (sizes.min(), sizes.max(), len(sizes)) == (people // tables, -(-people // tables), tables)
    assert taken <= 200
    if taken < 200:
        assert repeats(seated) == 0


def test_more_steps_leave_fewer_repeats() -> None:
    few, many = (seat_by_moving(80, 10, 6, steps, lots(3))[0] for steps in (1_000, 20_000_000))
    assert repeats(few) > repeats(many) == 0


@pytest.mark.parametrize(
    ("people", "tables", "rounds"), [(80, 10, 6), (77, 10, 6), (70, 10, 7), (50, 10, 9), (112, 14, 6)]
)
def test_rounds_without_repeats_are_found(people: int, tables: int, rounds: int) -> None:
    seated, taken = seat_by_moving(people, tables, rounds, 40_000_000, lots(1))
    assert (repeats(seated), taken < 40_000_000) == (0, True)


def test_people_of_a_column_sit_together_in_one_round_more() -> None:
    seated, _ = seat_by_moving(50, 10, 4, 100_000, lots(1))
    assert seated[-1].tolist() == [one // 5 for one in range(50)]
    assert repeats(seated) == 0


def test_there_are_as_many_distances_as_tables() -> None:
    assert can_be_moved(60, 10, 10)
    assert not can_be_moved(60, 10, 11)
    assert can_be_moved(50, 10, 11)  # five of a column at two tables
    assert not can_be_moved(101, 10, 3)
    assert not can_be_moved(10, 10, 3)
    assert not can_be_moved(MOST_PEOPLE + 1, 100, 3)


def test_a_plan_of_eighty_at_ten_tables_has_six_rounds_without_a_repeat_and_mirrors_the_room() -> None:
    made = plan(named(80), 10, 6, seconds=5.0)
    told = {one.name: one for one in made.measures}
    assert (told["repeats"].value, told["repeats"].verdict) == (0, PROVED)
    assert told["mirror"].verdict == PROVED  # four of each at every table
    assert repeats(made.seated) == 0


def test_who_may_not_sit_everywhere_is_not_moved() -> None:
    people = named(20)
    made = plan(people, 5, 3, rules=[At(Who(people.ids[:1]), ("2",))], seconds=0.2)
    assert set(made.seated[:, 0].tolist()) == {1}
    assert made.judged.repeats == 0
