"""Plans: laws that every plan obeys, cases whose best is known, and the kernel against a recount."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkspiegel.encounters.bounds import mirror_bound, repeat_bounds
from wijkspiegel.encounters.designs import difference_matrix, net, seating_without_repeats
from wijkspiegel.encounters.judge import judge
from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, _lengths, front, plan, solve, verdict_of
from wijkspiegel.encounters.problem import Ints, Problem, pose
from wijkspiegel.encounters.rules import (
    Accompanied,
    Apart,
    At,
    CommonLanguage,
    EachTable,
    Present,
    Rule,
    Together,
    Weights,
    Who,
    Wish,
)
from wijkspiegel.encounters.search import anneal, asked_of, descend, state_of
from wijkspiegel.errors import SettingsError


def named(number: int, **attributes: str) -> Participants:
    """People a00, a01, …; of each attribute a letter for each person."""
    return Participants(
        tuple(f"a{n:02}" for n in range(number)), {name: tuple(cells) for name, cells in attributes.items()}
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small problems of all kinds: several rounds, blanks, rules, earlier meetings, wishes, uneven tables."""
    number = draw(st.integers(4, 12))
    people = named(
        number,
        age="".join(draw(st.lists(st.sampled_from("abc"), min_size=number, max_size=number))),
        role="".join(draw(st.lists(st.sampled_from("hg"), min_size=number, max_size=number))),
    )
    rounds = draw(st.integers(1, 3))
    ids = st.sampled_from(people.ids)
    pairs = st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1])
    rules: list[Rule] = [Together(pair) for pair in draw(st.lists(pairs, max_size=1))]
    rules += [Apart(pair) for pair in draw(st.lists(pairs, max_size=2)) if Together(pair) not in rules]
    rules += [Wish(one, (other,)) for one, other in draw(st.lists(pairs, max_size=2))]
    if rounds > 1:
        rules += [Present(Who((one,)), (1,)) for one in draw(st.lists(ids, max_size=1))]
    tables = draw(st.integers(2, 3))
    seats = -(-number // tables)
    return pose(
        people,
        [Table(str(at), seats + draw(st.integers(0, 1))) for at in range(tables)],
        rounds,
        mirror=("age", "age*role"),
        rules=rules,
        weights=Weights({"age": 2.0}, repeat=3.0),
        before=draw(st.lists(pairs, max_size=3)),
    )


def solved(problem: Problem, seconds: float = 0.02) -> Plan | None:
    try:
        return solve(problem, 1, seconds)
    except SettingsError:
        return None


@settings(max_examples=60, deadline=None)
@given(problems())
def test_a_plan_seats_everybody_who_is_there_once_and_breaks_no_rule(problem: Problem) -> None:
    made = solved(problem)
    if made is None:
        return
    assert ((made.seated >= 0) == problem.present).all()
    assert made.judged.broken == ()
    for row in made.seated:
        sizes = np.bincount(row[row >= 0], minlength=len(problem.tables))
        assert all(size <= table.capacity for size, table in zip(sizes, problem.tables, strict=True))


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 2**32))
def test_the_search_keeps_the_same_cost_as_a_recount(problem: Problem, seed: int) -> None:
    made = solved(problem)
    if made is None:
        return
    state = state_of(problem, made.seated)
    begin = made.judged.cost
    cost = anneal(asked_of(problem), state, begin, -1e18, 400, 5.0, 1.0, 0.2, 0, np.array([seed], dtype=np.uint64))
    assert cost % 1e6 == pytest.approx(judge(problem, state.at.astype(np.int64)).cost % 1e6, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_no_plan_is_better_than_its_bounds(problem: Problem) -> None:
    made = solved(problem)
    if made is None:
        return
    assert made.judged.mirror >= mirror_bound(problem) - 1e-9
    fewest, excess = repeat_bounds(problem)
    assert made.judged.repeats >= fewest
    assert made.judged.excess >= excess


@pytest.mark.parametrize(("sizes", "rounds"), [((3, 3), 2), ((3, 2), 2), ((2, 2, 2), 2), ((4, 2), 1)])
def test_a_small_plan_is_as_good_as_the_best_of_all(sizes: tuple[int, ...], rounds: int) -> None:
    people = named(sum(sizes), age="aabbcc"[: sum(sizes)], role="ghghgh"[: sum(sizes)])
    problem = pose(people, [Table(str(at), size) for at, size in enumerate(sizes)], rounds)
    chairs = [at for at, size in enumerate(sizes) for _ in range(size)]
    rows = {row for row in product(range(len(sizes)), repeat=len(chairs)) if sorted(row) == chairs}
    every = [judge(problem, np.array(plan_of)).cost for plan_of in product(sorted(rows), repeat=rounds)]
    made = solved(problem, 0.3)
    assert made is not None
    assert made.judged.cost == pytest.approx(min(every))


def test_a_plan_does_not_depend_on_the_order_of_rows() -> None:
    people = named(12, age="aaabbbcccabc", role="hhghgghhgghg")
    turned = Participants(people.ids[::-1], {name: cells[::-1] for name, cells in people.attributes.items()})
    one, other = plan(people, 3, 3, seconds=0.1), plan(turned, 3, 3, seconds=0.1)
    assert one.problem.people == other.problem.people
    assert (one.seated == other.seated).all()


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    people = named(24, age="abcd" * 6, role="hg" * 12)
    plans = [plan(people, 4, 4, seed=seed, seconds=0.1).seated.tolist() for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]


def test_more_time_is_never_worse() -> None:
    people = named(30, age="abcde" * 6, role="hhg" * 10)
    costs = [plan(people, 5, 5, seconds=seconds).judged.cost for seconds in (0.01, 0.03, 0.1, 0.4)]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("seconds", [5, 10, 20, 40])
def test_the_seconds_that_were_asked_for_are_used_up(seconds: float) -> None:
    assert sum(_lengths(seconds)) == pytest.approx(seconds * 1e9, rel=0.01)


def test_every_table_mirrors_a_room_that_can_be_divided() -> None:
    made = plan(named(12, age="aaaabbbbcccc"), 4, seconds=0.1)
    assert made.judged.mirror == 0
    assert next((one.name, one.verdict) for one in made.measures) == ("mirror", "proved optimal")


def test_a_composition_of_the_city_is_mirrored_and_not_the_room() -> None:
    people = named(8, age="aaaaaabb")
    made = plan(people, [Table("panel", 4), Table("reserve", 4)], against={"age": {"a": 50, "b": 50}}, seconds=0.1)
    assert made.problem.target[0].tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert made.judged.mirror == 4.0  # (3, 1) at both: the room has no more


def test_a_weight_makes_an_attribute_matter_more() -> None:
    people = named(4, age="aabb", role="hghg")
    problem = pose(people, 2, mirror=("age", "role"), weights=Weights({"age": 2.0}))
    apart = judge(problem, np.array([[0, 0, 1, 1]]))  # ages apart, roles mirrored: 4 squares of 1
    assert apart.mirror == 2.0 * 4


@pytest.mark.parametrize("order", [2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 20])
def test_lines_of_two_classes_of_a_net_share_one_point(order: int) -> None:
    for one, other in combinations(net(order), 2):
        assert len(set(zip(one.tolist(), other.tolist(), strict=True))) == order**2


def test_the_order_twelve_has_five_mutually_orthogonal_latin_squares() -> None:
    assert [len(difference_matrix(order)[0]) for order in (8, 9, 10, 12, 15)] == [8, 9, 2, 6, 3]


@pytest.mark.parametrize(
    ("people", "tables", "rounds"),
    [
        (120, 12, 6),
        (117, 12, 6),
        (32, 8, 9),
        (64, 8, 9),
        (25, 5, 6),
        (32, 8, 10),
        (31, 8, 10),
        (30, 8, 9),
        (36, 9, 11),
        (33, 9, 11),
        (40, 10, 13),
        (39, 10, 12),
        (100, 10, 4),
    ],
)
def test_a_design_has_no_repeats(people: int, tables: int, rounds: int) -> None:
    seated = seating_without_repeats(people, tables, rounds)
    assert seated is not None
    judged = judge(pose(named(people), tables, rounds), seated)
    assert (judged.repeats, judged.broken) == (0, ())


def test_a_design_that_is_not_known_is_none() -> None:
    assert seating_without_repeats(120, 12, 7) is None
    assert seating_without_repeats(26, 5, 2) is None
    assert seating_without_repeats(29, 8, 10) is None  # three who are left out would have met
    assert seating_without_repeats(32, 8, 11) is None
    assert seating_without_repeats(32, 9, 10) is None
    assert seating_without_repeats(98, 10, 4) is None


def test_no_plan_is_proved_where_people_must_meet_again() -> None:
    made = plan(named(6), 2, 2, seconds=0.05)
    assert repeat_bounds(made.problem) == (2, 2)  # three at a table come from two: two of them sat together
    assert made.judged.repeats == 2


def test_who_met_earlier_is_seated_apart() -> None:
    people = named(4)
    met = [("a00", "a01"), ("a02", "a03")]
    assert plan(people, 2, before=met, seconds=0.05).judged.repeats == 0
    made = plan(people, 2, before=[*met, ("a00", "a02"), ("a01", "a03")], seconds=0.05)
    assert made.seated[0, 0] == made.seated[0, 3] != made.seated[0, 1]


def test_all_rules_hold_at_once() -> None:
    people = named(24, role="h" * 4 + "g" * 20, tongue="n" * 12 + "t" * 12, chair="w" * 2 + "o" * 22)
    rules: list[Rule] = [
        Together(("a08", "a09")),
        Apart(("a10", "a11", "a12", "a13")),
        At(Who(attribute="chair", values=("w",)), ("1", "2")),
        EachTable(Who(attribute="role", values=("h",)), 1, 1),
        Accompanied(Who(("a20", "a21")), Who(("a02", "a03"))),
        Present(Who(("a23",)), (1, 3)),
        Wish("a15", ("a16", "a17"), must=True),
    ]
    made = plan(people, 4, 3, rules=rules, seconds=0.3)
    assert made.judged.broken == ()
    assert (made.seated[:, 23] >= 0).tolist() == [True, False, True]
    assert set(made.seated[:, :2].ravel().tolist()) <= {0, 1}
    assert (made.seated[:, 8] == made.seated[:, 9]).all()
    for row in made.seated:
        assert sorted(row[:4].tolist()) == [0, 1, 2, 3]
        assert len(set(row[10:14].tolist())) == 4


def test_everybody_at_a_table_shares_a_language() -> None:
    cells = ("nl", "nl;tr", "tr", "ar", "nl;ar", "ar", "nl", "tr;nl", "tr")
    people = Participants(tuple(f"a{n:02}" for n in range(9)), {"tongue": cells})
    made = plan(people, 3, mirror=(), rules=[CommonLanguage("tongue")], seconds=0.1)
    assert made.judged.broken == ()
    for table in range(3):
        spoken = [set(cells[one].split(";")) for one in np.flatnonzero(made.seated[0] == table)]
        assert set.intersection(*spoken)


def test_a_wish_is_granted_where_it_can_be() -> None:
    wishes = [Wish("a00", ("a01", "a02")), Wish("a03", ("a04",)), Wish("a05", ("a03",))]
    made = plan(named(9), 3, rules=wishes, seconds=0.1)
    assert made.judged.refused == 0


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (
            [Together(("a00", "a01")), Apart(("a04", "a05")), Together(("a01", "a02")), Apart(("a00", "a02"))],
            "cannot hold together in round 1: a00 and a01 together; a01 and a02 together; a00 and a02 apart.",
        ),
        ([Apart(("a00", "a01", "a02"))], "This rule cannot hold in round 1: a00, a01 and a02 apart."),
        ([Together(("a00", "a01", "a02", "a03"))], "This rule cannot hold in round 1: a00, a01, a02 and a03 together."),
        (
            [At(Who(("a00",)), ("1",)), Apart(("a00", "a01")), At(Who(("a01",)), ("1",))],
            "a00 at table 1; a00 and a01 apart; a01 at table 1.",
        ),
        ([EachTable(Who(("a00",)), 1)], "This rule cannot hold in round 1: every table has at least 1 of a00."),
        (
            [Present(Who(("a02",)), (1,)), EachTable(Who(("a00", "a01")), 1), Present(Who(("a00", "a03")), (1,))],
            "cannot hold together in round 2: every table has at least 1 of a00 and a01; a00 and a03 present only in "
            "round 1. Tables",
        ),
    ],
)
def test_the_fewest_rules_in_conflict_are_named(rules: list[Rule], told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        plan(named(6), 2, 2, rules=rules, seconds=0.05)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"tables": 2, "rounds": 0}, "0 rounds: there must be at least one."),
        ({"tables": 0}, "0 tables seat nobody: give at least one."),
        ({"tables": 9}, "9 tables cannot be filled by 6 people: give at most 6 tables."),
        ({"tables": [Table("1", 2), Table("2", 3)]}, "6 people do not fit: there are 5 seats at 2 tables."),
        ({"tables": [Table("1", 9), Table("1", 9)]}, "Two tables have one name. Give each its own."),
        (
            {"tables": 2, "rules": [Apart(("a00", "zed"))]},
            "The rule 'a00 and zed apart' is about 'zed', who is not among",
        ),
        ({"tables": 2, "rules": [At(Who(("a00",)), ("9",))]}, "is about table '9', which is not there. Tables: 1, 2."),
        ({"tables": 2, "mirror": ("aeg",)}, "Did you mean 'age'?"),
        ({"tables": 2, "rules": [Present(Who(("a00",)), (3,))]}, "is about round 3, and there are 1."),
        (
            {"tables": 2, "weights": Weights({"age": -1})},
            "The weight of 'age' is -1: it must be a number, and not",
        ),
        ({"tables": 2, "weights": Weights({"age": float("nan")})}, "The weight of 'age' is nan: it must be a number"),
        (
            {"tables": 2, "weights": Weights(repeat=float("inf"))},
            "What a repeat and a refused wish cost must be numbers",
        ),
        ({"tables": 2, "weights": Weights(wish=float("nan"))}, "a refused wish cost must be numbers"),
        ({"tables": 2, "weights": Weights(distance=float("nan"))}, "What distances are worth is nan: it must be more"),
        ({"tables": 2, "mirror": ["age*"]}, "The mirror asks for '', which is not known of the people. Known: age."),
        ({"tables": 2, "seconds": float("nan")}, "nan seconds: give more than 0."),
        ({"tables": 2, "seconds": float("inf")}, "inf seconds: give more than 0."),
    ],
)
def test_what_cannot_be_is_said(asked: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        plan(named(6, age="aabbcc"), **asked)  # type: ignore[arg-type]
    assert told in str(raised.value)


def test_one_is_said_as_one() -> None:
    with pytest.raises(SettingsError) as raised:
        pose(named(11), [Table("1", 2)])
    assert str(raised.value).startswith("11 people do not fit: there are 2 seats at 1 table. Give at least")


@pytest.mark.parametrize(
    ("value", "bound", "verdict"),
    [
        (5.0, 5.0, "proved optimal"),
        (8.25, 5.0, "within 65 %"),
        (10.0, 5.0, "within 100 %"),
        (10.1, 5.0, "no useful bound"),
        (1.0, 0.0, "no useful bound"),
        (35.0, 100.0, "within 65 %"),
        (99.99, 100.0, "within 0.01 %"),
    ],
)
def test_a_verdict_is_how_much_worse_than_the_best_a_measure_is_at_most(
    value: float, bound: float, verdict: str
) -> None:
    assert verdict_of(value, bound) == verdict


def test_two_people_with_one_id_are_refused() -> None:
    with pytest.raises(SettingsError, match="'x' is among the people twice"):
        Participants(("x", "y", "x"), {})


def test_what_is_odd_is_noted() -> None:
    people = Participants(tuple("pqrstuvw"), {"age": ("a", "a", "a", "b", "b", "b", "", "c")})
    assert tuple(map(str, pose(people, 2).notes)) == (
        "'age' has values of one person: c. No other table can have them.",
        "'age' is not known of 1 person: they are a category of their own.",
    )


def test_a_weight_that_changes_nothing_is_noted_and_one_name_is_a_mirror() -> None:
    posed = pose(named(6, age="aabbcc", role="xyxyxy"), 2, mirror="age", weights=Weights({"age": 2, "role": 2}))
    assert posed.attributes == ("age",)
    assert list(map(str, posed.notes)) == ["The weight of 'role' changes nothing: it is not mirrored."]


def test_people_who_need_each_other_move_together() -> None:
    """One by one they would break a rule on the way: the best plan is found all the same."""
    people = named(24, sex="mfffmfmmmfffmmfmfmfmfmmf", level="abcabbcaabccbacabacbacbc")
    order = np.random.default_rng(5).permutation(24)
    pairs = [(people.ids[order[n]], people.ids[order[n + 1]]) for n in range(0, 24, 2)]
    free = plan(people, 4, seconds=0.2).measures[0]
    made = plan(people, 4, rules=[Wish(one, (other,), must=True) for one, other in pairs], seconds=0.2)
    assert made.judged.broken == ()
    assert (made.measures[0].value, free.verdict) == (free.value, "proved optimal")


def test_interpreters_go_round_with_whom_they_help() -> None:
    people = named(
        36, needs="ttttuuuu" + "n" * 28, speaks="n" * 8 + "tu" + "n" * 26, sex="mmffmmffmf" + "fmm" * 8 + "ff"
    )
    rules = [Accompanied(Who(attribute="needs", values=(one,)), Who(attribute="speaks", values=(one,))) for one in "tu"]
    assert plan(people, 6, mirror=["sex"], rules=rules, seconds=0.5).measures[0].verdict == "proved optimal"
    made = plan(people, 6, 2, mirror=["sex"], rules=rules, seconds=0.5)
    assert made.judged.broken == ()
    assert made.judged.repeats <= 2 * 10 + 6  # five of each language must meet again


def test_who_must_sit_together_meets_for_nothing_in_the_search_too() -> None:
    people = Participants(("a", "b", "c"), {})
    rules = [Together(("a", "b", "c"), (2, 3))]
    chairs = [Table("1", 2), Table("2", 3)]
    made = plan(people, chairs, 3, rules=rules, distances=1.0 - np.eye(3), seconds=0.05)
    assert made.judged.cost == -9.0


@pytest.mark.parametrize("asked", [{"weights": Weights(wish=1e7)}, {"weights": Weights({"age": 1e7})}])
def test_no_weight_outweighs_a_rule(asked: dict[str, Weights]) -> None:
    rules = [Apart(("a00", "a01")), Wish("a00", ("a01",)), Wish("a02", ("a03",), must=True)]
    made = plan(named(12, age="aabbaabbaabb"), 3, rules=rules, seconds=0.05, **asked)  # type: ignore[arg-type]
    assert made.judged.broken == ()


def test_earlier_meetings_of_who_is_not_there_bound_nothing() -> None:
    ids = ("a", "b", "c", "d", "e", "f")
    before = [(one, "f") for one in ids[:5]]
    posed = pose(
        Participants(ids, {}), [Table("1", 3), Table("2", 3)], 1, before=before, rules=[Present(Who(("f",)), ())]
    )
    assert repeat_bounds(posed) == (0, 0)


def test_many_tables_need_no_more_memory_than_their_rounds() -> None:
    seated = seating_without_repeats(1018, 509, 2)
    assert seated is not None
    assert seated.shape == (2, 1018)


def test_a_front_trades_repeats_for_mirror() -> None:
    problem = pose(named(20, age="abcd" * 5, role="hhggg" * 4), 4, 4)
    found = front(problem, 1, 0.8)
    repeats = [one.judged.repeats for _, one in found]
    mirrors = [one.judged.mirror for _, one in found]
    assert repeats == sorted(set(repeats))
    assert mirrors == sorted(set(mirrors), reverse=True)


def test_people_who_differ_most_sit_together() -> None:
    values = np.array([0.0, 0.0, 10.0, 10.0])
    made = plan(named(4), 2, distances=np.abs(values[:, None] - values[None, :]), seconds=0.05)
    assert made.judged.distance == 20.0
    assert [one.verdict for one in made.measures if one.name == "distance"] == ["proved optimal"]


def test_a_descent_ends_where_no_exchange_helps() -> None:
    problem = pose(named(12, age="aaabbbcccabc"), 3, 2)
    state = state_of(problem, np.array([[0] * 4 + [1] * 4 + [2] * 4] * 2))
    asked = asked_of(problem)
    first = judge(problem, state.at.astype(np.int64)).cost
    cost = descend(asked, state, first, -1e18, 10_000)
    assert cost == pytest.approx(judge(problem, state.at.astype(np.int64)).cost)
    assert descend(asked, state, cost, -1e18, 10_000) == cost < first


def test_no_bound_on_distances_is_given_where_tables_need_not_be_full() -> None:
    alike = np.ones((4, 4)) - np.eye(4)
    made = plan(named(4), [Table("1", 4), Table("2", 4)], distances=alike, seconds=0.05)
    assert made.judged.distance == 6.0  # all four at one table: more than two and two could have
    assert [(one.bound, one.verdict) for one in made.measures if one.name == "distance"] == [(None, "no useful bound")]


def test_a_table_at_which_nobody_sits_needs_no_host() -> None:
    rules: list[Rule] = [EachTable(Who(("a00",)), 1)]
    made = plan(named(4), [Table("1", 4), Table("2", 4)], rules=rules, seconds=0.05)
    assert made.judged.broken == ()
    assert len(set(made.seated[0].tolist())) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.5]))
def test_what_the_kernel_keeps_is_what_a_recount_finds(seed: int, whole: float) -> None:
    people = named(12, age="aaabbbcccabc", role="hhghgghhgghg")
    ids = people.ids
    distances = np.abs(np.subtract.outer(np.arange(12), np.arange(12))).astype(np.float64)
    rules: list[Rule] = [Apart(ids[:3]), Together(ids[4:6]), EachTable(Who(attribute="role", values=("h",)), 2),
             Accompanied(Who(attribute="age", values=("a",)), Who(attribute="age", values=("b",)), 2),
             Wish(ids[7], ids[8:10]), Wish(ids[8], ids[7:8])]  # fmt: skip
    problem = pose(people, [Table(str(at), 5) for at in range(3)], 3, rules=rules, distances=distances)
    begin = np.tile(np.arange(12) // 4, (3, 1))
    state = state_of(problem, begin)
    lots = np.array([seed], dtype=np.uint64)
    change = anneal(asked_of(problem), state, 0.0, -1e18, 300, 1e6, 1e5, whole, 0, lots)
    seated = state.at.astype(np.int64)
    again = state_of(problem, seated)
    for name in ("size", "gap", "met", "held", "near"):
        assert np.allclose(getattr(state, name), getattr(again, name)), name
    assert change == pytest.approx(whole_cost(problem, seated) - whole_cost(problem, begin), abs=1e-5)


def whole_cost(problem: Problem, seated: Ints) -> float:
    """The cost with every break of the rules of the test above counted by hand."""
    age, role = (np.array(problem.people.attributes[name]) for name in ("age", "role"))
    broken = 0
    for row in seated:
        broken += sum(row[one] == row[other] for one, other in combinations(range(3), 2))
        for table in set(row.tolist()):
            there = row == table
            broken += max(0, 2 - int((role[there] == "h").sum()))
            broken += max(0, 2 - int((age[there] == "b").sum())) if (age[there] == "a").any() else 0
    return judge(problem, seated).cost + 1e6 * broken
