"""Proofs by CP-SAT, against every plan that there is."""

from itertools import product

import numpy as np
import pytest

from wijkspiegel.encounters.certify import certified
from wijkspiegel.encounters.judge import judge
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.problem import pose
from wijkspiegel.encounters.rules import Accompanied, Apart, At, CommonLanguage, EachTable, Rule, Together, Who, Wish
from wijkspiegel.errors import SettingsError

PEOPLE = Participants(
    tuple("pqrstu"),
    {"age": tuple("aabbcc"), "role": tuple("hghggg"), "tongue": ("n", "n;t", "t", "n", "n;t", "n")},
)


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [Together(("p", "q"))],
        [Apart(("p", "r")), Together(("p", "q"))],
        [At(Who(("p", "q", "r")), ("1",))],
        [EachTable(Who(attribute="role", values=("h",)), 1, 1)],
        [Accompanied(Who(("t",)), Who(("p",))), Together(("p", "s"))],
        [CommonLanguage("tongue"), Wish("p", ("s",), must=True)],
    ],
)
def test_what_is_proved_is_the_best_of_all_plans(rules: list[Rule]) -> None:
    problem = pose(PEOPLE, 2, mirror=("age", "role"), rules=rules)
    every = [judge(problem, np.array([row])) for row in product(range(2), repeat=6)]
    best = min(one.mirror for one in every if not one.broken)
    assert certified(problem, 10.0) == pytest.approx(best, abs=1e-2)
    assert certified(problem, 10.0) <= best


def test_rules_that_cannot_hold_are_refused() -> None:
    with pytest.raises(SettingsError, match="No plan of round 1 keeps all rules"):
        certified(pose(PEOPLE, 2, rules=[Apart(("p", "q", "r"))]), 5.0)


def test_a_large_plan_is_refused() -> None:
    people = Participants(tuple(f"{n:04}" for n in range(1000)), {})
    with pytest.raises(SettingsError, match="too many to prove anything more"):
        certified(pose(people, 100), 1.0)
