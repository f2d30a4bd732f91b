"""Plans that change on the evening."""

from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
import pytest

from wijkspiegel.encounters.judge import judge
from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, plan, told
from wijkspiegel.encounters.problem import Ints, Problem, pose
from wijkspiegel.encounters.replan import replan, seat_late
from wijkspiegel.encounters.rules import Accompanied, Apart, At, EachTable, Present, Rule, Together, Who, Wish
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


def test_seats_that_were_asked_for_are_not_exceeded_unless_more_are() -> None:
    people = Participants(tuple(f"a{n:02}" for n in range(10)), {})
    earlier = plan(people, [Table("1", 5), Table("2", 5)], seconds=0.01)
    with pytest.raises(SettingsError, match=r"11 people do not fit: there are 10 seats at 2 tables\. Give at least 6"):
        replan(earlier, [], late("late"), 1)
    assert np.bincount(replan(earlier, [], late("late"), 1, seats=6).plan.seated[0]).max() == 6


def test_only_who_is_there_in_a_round_needs_a_seat_in_it() -> None:
    ids = tuple(f"a{n:02}" for n in range(20))
    rules = [Present(Who(ids[:10]), (1,)), Present(Who(ids[10:]), (2,))]
    earlier = plan(Participants(ids, {}), 2, 2, rules=rules, seconds=0.01)
    found = replan(earlier, ["a10"], late("late"), 2)
    assert [table.capacity for table in found.plan.problem.tables] == [5, 5]


def test_a_minimum_that_was_asked_for_stays_also_where_it_is_that_of_even_tables() -> None:
    people = Participants(tuple(f"a{n:02}" for n in range(20)), {})
    earlier = plan(people, [Table(str(n), 6, 5) for n in range(4)], seconds=0.01)
    at_one_table = [people.ids[one] for one in np.flatnonzero(earlier.seated[0] == 1)][:2]
    found = replan(earlier, at_one_table, late("late", "later"), 1)
    assert np.bincount(found.plan.seated[0][found.plan.seated[0] >= 0]).tolist() == [5, 5, 5, 5]


def test_nobody_waits_for_a_friend_who_is_absent() -> None:
    wishes = [Wish("a00", ("a01",), must=True), Wish("a02", ("a01", "a03"), at_least=2, must=True)]
    earlier = plan(made_for().problem.people, 3, 2, rules=wishes, seconds=0.05)
    found = replan(earlier, ["a01"], NOBODY, 2).plan
    a02, a03 = (found.problem.people.ids.index(one) for one in ("a02", "a03"))
    assert found.judged.broken == ()
    assert found.seated[1, a02] == found.seated[1, a03]
    again = replan(found, ["a03"], NOBODY, 2).plan
    assert again.judged.broken == ()


def test_whoever_sits_alone_and_what_is_not_known_is_noted() -> None:
    people = Participants(tuple("abcd"), {"age": tuple("xyxy")})
    earlier = plan(people, 2, mirror=["age"], seconds=0.01)
    alone = people.ids[int(np.flatnonzero(earlier.seated[0] == 0)[0])]
    come = Participants(("late",), {"aeg": ("x",)})
    notes = [str(one) for one in replan(earlier, [alone], NOBODY, 1).plan.problem.notes]
    assert "In round 1 somebody sits alone, at table 1." in notes
    notes = [str(one) for one in replan(earlier, [], come, 1).plan.problem.notes]
    assert "'aeg' is told of who arrived only, and not used. Did you mean 'age'?" in notes
    assert "'age' is not known of 1 person: they are a category of their own." in notes


def test_rules_hold_for_who_comes_late() -> None:
    found = replan(made_for((Apart(("a00", "a01")),)), ["a03"], late("late"), 1)
    assert found.plan.judged.broken == ()


def test_distances_stay_and_who_comes_late_sits_with_who_differs_from_them() -> None:
    people = Participants(tuple("abcdefgh"), {})
    ages = np.array([20.0, 20, 20, 20, 70, 70, 70, 70])
    chairs = [Table("1", 5), Table("2", 5)]
    problem = pose(people, chairs, distances=np.abs(ages[:, None] - ages))
    earlier = told(problem, np.array([[0, 0, 0, 0, 1, 1, 1, 1]]))
    kept = replan(earlier, ["a"], Participants(("late",), {}), 1).plan
    assert (kept.problem.distances[:8, :8] == problem.distances).all()
    assert not kept.problem.distances[8].any()
    every = np.append(ages, 20.0)
    found = replan(earlier, [], Participants(("late",), {}), 1, distances=np.abs(every[:, None] - every))
    assert found.plan.seated[0, 8] == 1
    assert found.plan.judged.distance == 4 * 50
    assert found.moves == ()


@pytest.mark.parametrize(
    "gone", [Apart(("a00", "a01")), EachTable(Who(("a00", "a01")), 0, 1), Wish("a00", ("a01",), must=True)]
)
def test_a_rule_about_nobody_who_is_there_asks_nothing(gone: Rule) -> None:
    tied = Together(("a02", "a03", "a04", "a05"))
    earlier = told(pose(made_for().problem.people, 3, rules=(gone, tied)), made_for().seated[:1])
    assert replan(earlier, ["a00", "a01"], NOBODY, 1).plan.judged.broken == ()


@pytest.mark.parametrize(
    ("absent", "arrived", "from_round", "told"),
    [
        (["zed"], NOBODY, 1, "'zed' is said to be absent, and is not in the plan."),
        (["00a00"], NOBODY, 1, "'00a00' is said to be absent, and is not in the plan. Did you mean 'a00'?"),
        ([], late("a00"), 1, "'a00' is said to have arrived, and is in the plan already."),
        (["a00"], NOBODY, 4, "Round 4 is not in the plan, which has 3."),
        (["a00"], NOBODY, 0, "Round 0 is not in the plan, which has 3."),
    ],
)
def test_what_cannot_be_is_said(absent: list[str], arrived: Participants, from_round: int, told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        replan(made_for(), absent, arrived, from_round)
    assert str(raised.value) == told


# Who comes late, where nobody else may move ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_who_comes_late_gets_the_best_chairs_that_keep_the_rules(seed: int) -> None:
    """Beside every way to seat two people; some rules were broken by hand before they came."""
    problem, home = some_room(seed)
    found = seat_late(problem, home, seed)
    assert (found.seated == home)[home >= 0].all()
    every = [np.append(home[0, :-2], pair)[None] for pair in product(range(4), repeat=2)]
    left = [seated for seated in every if _holds(problem, seated)]
    for rule in problem.rules:
        left = [seated for seated in left if _holds(problem, seated, rule)] or left
    assert any((found.seated == seated).all() for seated in left)
    assert found.judged.cost == pytest.approx(min(judge(problem, seated).cost for seated in left))


def _holds(problem: Problem, seated: Ints, *rules: Rule) -> bool:
    return not judge(pose(problem.people, problem.tables, rules=rules), seated).broken


def some_room(seed: int) -> tuple[Problem, Ints]:
    earlier, _, late = some_evening(seed)
    people = earlier.problem.people
    cells = {name: (*values, *late.attributes[name]) for name, values in people.attributes.items()}
    rules = (*earlier.problem.rules, Together(("late", "a03"), (1,)), Apart(("later", "a04")))
    home = np.where(np.arange(14) < 12, np.append(earlier.seated[0], [-1, -1]), -1)
    return pose(Participants((*people.ids, *late.ids), cells), TABLES, 1, rules=_of_one_round(rules)), home[None]


def _of_one_round(rules: tuple[Rule, ...]) -> list[Rule]:
    return [rule for rule in rules if not rule.rounds or 1 in rule.rounds]


def test_chairs_that_are_too_few_are_said() -> None:
    problem = pose(Participants(tuple("abcd"), {}), [Table("1", 2), Table("2", 2, 2)])
    with pytest.raises(SettingsError, match="The free chairs are too few in round 1"):
        seat_late(problem, np.array([[0, 0, 0, -1]]))


# The fewest moves, against a model that is written here anew ---------------------------------------------------------

TABLES = (Table("1", 4), Table("2", 4, 2), Table("3", 5), Table("4", 3))
WHEELS, HOST = Who(attribute="wheels", values=("yes",)), Who(attribute="role", values=("host",))


def some_evening(seed: int) -> tuple[Plan, list[str], Participants]:
    """A plan of two rounds that breaks rules, made by throwing dice; who stays away, and who comes late."""
    dice = np.random.default_rng(seed)
    ids = tuple(f"a{n:02}" for n in range(12))
    chairs = np.repeat(range(4), [table.capacity for table in TABLES])
    people = Participants(ids, {"role": _thrown(dice, "host", 5, 12), "wheels": _thrown(dice, "yes", 3, 12)})

    def some(number: int) -> tuple[str, ...]:
        return tuple(map(str, dice.choice(ids[1:], number, replace=False)))

    kinds: list[Rule] = [
        Apart(some(3)), Apart(some(2), (2,)), Apart(some(4)), Together(some(2)), Together(some(3), (1,)),
        At(Who(some(2)), ("1", "3")), At(WHEELS, ("1", "2")), EachTable(HOST, 1, 2), EachTable(WHEELS, 0, 1),
        Accompanied(WHEELS, HOST), Wish("a00", some(2), must=True),
    ]  # fmt: skip
    rules = [kinds[number] for number in sorted(dice.choice(len(kinds), 5, replace=False))]
    problem = pose(people, TABLES, 2, rules=rules)
    seated = np.stack([dice.permutation(chairs)[:12] for _ in range(2)])
    late = Participants(("late", "later"), {"role": _thrown(dice, "host", 1, 2), "wheels": _thrown(dice, "yes", 1, 2)})
    return told(problem, seated), list(some(int(dice.integers(7)))), late


def _thrown(dice: np.random.Generator, value: str, having: int, people: int) -> tuple[str, ...]:
    return tuple(map(str, dice.permutation([value] * having + ["other"] * (people - having))))


def fewest_by_cp_sat(earlier: Plan, gone: list[str], late: Participants) -> int | None:
    """The least number of moves from the first round on; None where no plan keeps the rules."""
    cp_model = pytest.importorskip("ortools.sat.python.cp_model", reason="the extra `plan` is not installed")
    old = earlier.problem
    cells = {name: (*values, *late.attributes[name]) for name, values in old.people.attributes.items()}
    people = Participants((*old.people.ids, *late.ids), cells)
    there = [one for one in people.ids if one not in gone]
    model = cp_model.CpModel()
    stays = []
    for number in range(old.rounds):
        at = {(one, table.name): model.new_bool_var("") for one in there for table in old.tables}
        for one in there:
            model.add_exactly_one(at[one, table.name] for table in old.tables)
        for table in old.tables:
            sitting = sum(at[one, table.name] for one in there)
            model.add_linear_constraint(sitting, table.minimum, table.capacity)
        for rule in old.rules:
            if not rule.rounds or number + 1 in rule.rounds:
                _ask(model, at, rule, people, there, old.tables)
        homes = zip(old.people.ids, earlier.seated[number], strict=True)
        stays += [at[one, old.tables[table].name] for one, table in homes if one in there]
    model.maximize(sum(stays))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return len(stays) - round(solver.objective_value) if status == cp_model.OPTIMAL else None


def _ask(model: Any, at: Any, rule: Rule, people: Participants, there: list[str], tables: tuple[Table, ...]) -> None:
    def of(who: Who) -> list[str]:
        return [people.ids[one] for one in who.among(people) if people.ids[one] in there]

    for name in [table.name for table in tables]:
        match rule:
            case Apart(people=ids):
                for one, other in combinations([one for one in ids if one in there], 2):
                    model.add(at[one, name] + at[other, name] <= 1)
            case Together(people=ids):
                for one, other in pairwise([one for one in ids if one in there]):
                    model.add(at[one, name] == at[other, name])
            case At(who=who, tables=allowed) if name not in allowed:
                for one in of(who):
                    model.add(at[one, name] == 0)
            case EachTable(who=who, at_least=least, at_most=most):
                having = sum(at[one, name] for one in of(who))
                model.add(having <= (len(there) if most is None else most))
                for one in there:
                    model.add(having >= least).only_enforce_if(at[one, name])
            case Wish(person=one, people=ids, at_least=least) if one in there:
                wished = [at[other, name] for other in ids if other in there]
                model.add(sum(wished) >= min(least, len(wished))).only_enforce_if(at[one, name])
            case Accompanied(who=who, by=by, at_least=least):
                for one in of(who):
                    model.add(sum(at[other, name] for other in of(by)) >= least).only_enforce_if(at[one, name])


@pytest.mark.parametrize("seed", range(48))
def test_what_is_proved_to_be_the_fewest_moves_is_what_another_solver_finds(seed: int) -> None:
    earlier, gone, late = some_evening(seed)
    fewest = fewest_by_cp_sat(earlier, gone, late)
    if fewest is None:
        with pytest.raises(SettingsError, match="cannot hold"):
            replan(earlier, gone, late, 1)
        return
    found = replan(earlier, gone, late, 1)
    assert found.plan.judged.broken == ()
    assert (found.fewest, len(found.moves)) == (fewest, fewest)
