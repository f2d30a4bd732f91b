"""Plans that change on the evening."""

from itertools import product

import numpy as np
import pytest

from wijkspiegel.encounters.judge import judge
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.plan import Plan, plan
from wijkspiegel.encounters.replan import replan
from wijkspiegel.encounters.rules import Apart, EachTable, Rule, Who
from wijkspiegel.errors import SettingsError

NOBODY = Participants((), {})


def made_for(rules: tuple[Rule, ...] = (), number: int = 12, rounds: int = 3) -> Plan:
    people = Participants(tuple(f"a{n:02}" for n in range(number)), {"age": tuple("abc"[n % 3] for n in range(number))})
    return plan(people, 3, rounds, rules=rules, seconds=0.05)


def late(*ids: str) -> Participants:
    return Participants(ids, {"age": ("a",) * len(ids)})


def test_rounds_before_stand_and_nobody_moves_where_chairs_are_free() -> None:
    earlier = made_for()
    found = replan(earlier, ["a00", "a05"], late("late"), 2)
    ids = found.plan.problem.people.ids
    for one, row in zip(earlier.problem.people.ids, earlier.seated.T, strict=True):
        now = found.plan.seated[:, ids.index(one)]
        assert now[0] == row[0]
        if one in ("a00", "a05"):
            assert now[1:].tolist() == [-1, -1]
        else:
            assert now.tolist() == row.tolist()
    assert (found.moves, found.fewest) == ((), 0)
    assert found.plan.seated[0, ids.index("late")] == -1
    assert (found.plan.seated[1:, ids.index("late")] >= 0).all()


def test_as_few_as_possible_move_when_a_host_is_absent() -> None:
    hosts = EachTable(Who(("a00", "a01", "a02", "a03")), 1)
    earlier = made_for((hosts,), rounds=1)
    sitting = earlier.seated[0, :4].tolist()
    alone = next(at for at in range(3) if sitting.count(at) == 1)
    gone = f"a{sitting.index(alone):02}"
    found = replan(earlier, [gone], NOBODY, 1)
    assert found.plan.judged.broken == ()
    assert len(found.moves) == found.fewest == fewest_by_hand(found.plan, earlier, {gone})


def fewest_by_hand(after: Plan, earlier: Plan, gone: set[str]) -> int:
    """By trying every plan of one round in which at most two people move."""
    problem = after.problem
    home = np.where([one in gone for one in problem.people.ids], -1, earlier.seated[0])
    there = np.flatnonzero(home >= 0)
    best = 99
    for one, other in product(there, there):
        for tables in product(range(3), repeat=2):
            row = home.copy()
            row[one], row[other] = tables
            if not judge(problem, row[None, :]).broken:
                best = min(best, int((row != home).sum()))
    return best


def test_a_full_room_gets_chairs_for_who_comes_late() -> None:
    found = replan(made_for(), [], late("late", "later"), 2)
    assert [np.bincount(row[row >= 0]).sum() for row in found.plan.seated] == [12, 14, 14]
    assert found.moves == ()


def test_rules_hold_for_who_comes_late() -> None:
    found = replan(made_for((Apart(("a00", "a01")),)), ["a03"], late("late"), 1)
    assert found.plan.judged.broken == ()


@pytest.mark.parametrize(
    ("absent", "arrived", "from_round", "told"),
    [
        (["zed"], NOBODY, 1, "'zed' is said to be absent, and is not in the plan."),
        ([], late("a00"), 1, "'a00' is said to have arrived, and is in the plan already."),
        (["a00"], NOBODY, 4, "Round 4 is not in the plan, which has 3."),
        (["a00"], NOBODY, 0, "Round 0 is not in the plan, which has 3."),
    ],
)
def test_what_cannot_be_is_said(absent: list[str], arrived: Participants, from_round: int, told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        replan(made_for(), absent, arrived, from_round)
    assert str(raised.value) == told
