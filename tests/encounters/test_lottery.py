"""A panel by fair lottery: what everybody's chance is, against every panel that there is."""

import random
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from wijkspiegel.encounters.lottery import Lottery, fair_lottery
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.quotas import Change, Quota, panels_within, smallest_change
from wijkspiegel.errors import SettingsError

FEW = settings(max_examples=100)


def pool(**attributes: str) -> Participants:
    """A letter of each attribute for each person: a, b, c, ..."""
    (people,) = {len(letters) for letters in attributes.values()}
    return Participants(
        tuple(f"p{number}" for number in range(people)),
        {name: tuple("" if one == "." else one for one in letters) for name, letters in attributes.items()},
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[Participants, list[Quota], int]:
    """A few people, and quotas of which nobody knows whether they can be kept."""
    people = draw(st.integers(3, 8))
    letters = {name: draw(st.text("xyz", min_size=people, max_size=people)) for name in ("age", "home", "origin")}
    size = draw(st.integers(1, people - 1))
    quotas = []
    for attribute in ("age", "origin"):
        for value in sorted(set(letters[attribute])):
            there = letters[attribute].count(value)
            least = draw(st.integers(0, min(there, 2)))
            quotas.append(Quota(attribute, value, least, draw(st.integers(least, size + 1))))
    return pool(**letters), quotas, size


def broken(people: Participants, quotas: Sequence[Quota], panel: Sequence[int]) -> int:
    """By how many people in all a panel is outside the quotas."""
    off = 0
    for quota in quotas:
        seats = sum(people.attributes[quota.attribute][one] == quota.value for one in panel)
        off += max(quota.minimum - seats, seats - quota.maximum, 0)
    return off


def all_panels(people: Participants, quotas: Sequence[Quota], size: int, one_of: str = "") -> list[tuple[int, ...]]:
    return [
        panel
        for panel in combinations(range(len(people)), size)
        if not broken(people, quotas, panel)
        and (not one_of or len({people.attributes[one_of][one] for one in panel}) == size)
    ]


def best_of_all(panels: Sequence[Sequence[int]], people: int) -> float:
    """The highest lowest chance, by a linear programme over every panel."""
    there = np.array([[float(one in panel) for one in range(people)] for panel in panels])
    those = there.any(axis=0)
    found = optimize.linprog(
        np.append(np.zeros(len(panels)), -1.0),
        A_ub=np.column_stack([-there.T[those], np.ones(those.sum())]),
        b_ub=np.zeros(those.sum()),
        A_eq=np.append(np.ones(len(panels)), 0.0)[None],
        b_eq=[1.0],
    )
    return float(found.x[-1])


def lottery_or_none(people: Participants, quotas: Sequence[Quota], size: int, **asked: object) -> Lottery | None:
    try:
        return fair_lottery(people, quotas, size, **asked)  # type: ignore[arg-type]
    except SettingsError:
        return None


# Known beforehand ----------------------------------------------------------------------------------------------------


def test_two_women_and_eight_men_who_send_one_of_each_have_a_half_and_an_eighth() -> None:
    lottery = fair_lottery(pool(sex="ffmmmmmmmm"), [Quota("sex", "f", 1, 1)], 2)
    assert lottery.chances.tolist() == [0.5] * 2 + [0.125] * 8
    assert [(one.value, one.bound, one.verdict) for one in lottery.measures[:3]] == [
        (0.125, 0.125, "proved optimal"),
        (pytest.approx(0.125), pytest.approx(0.125), "proved optimal"),
        (pytest.approx(0), pytest.approx(0), "proved optimal"),
    ]


def test_after_the_lowest_chance_the_next_lowest_is_raised() -> None:
    # One of the five x; of the y at most two, which leaves one of the others. Were it only for the lowest, the two y
    # might as well come always, or hardly.
    quotas = [Quota("age", "x", 1, 1), Quota("age", "y", 0, 2)]
    lottery = fair_lottery(pool(age="xxxxxyyzz"), quotas, 3)
    assert lottery.chances.tolist() == [0.2] * 5 + [0.5] * 4


def test_where_panels_cannot_be_cut_the_bound_is_that_of_whole_panels() -> None:
    # Of p0, p1 and p2 no two may come. Halves of each would do by the quotas; whole people would not.
    people = pool(first="xx...", second=".xx..", third="x.x..")
    quotas = [Quota(name, "x", 0, 1) for name in people.attributes]
    lottery = fair_lottery(people, quotas, 2)
    assert [lottery.reached, lottery.bound] == pytest.approx([1 / 3, 1 / 3])
    assert (lottery.lowest, lottery.lowest_bound) == (0.333, 0.333)
    assert lottery.chances.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.5, 0.5], abs=0.001)


def test_without_binding_quotas_everybody_has_the_same_chance() -> None:
    lottery = fair_lottery(pool(age="xxyyzzzz"), [Quota("age", "x", 0, 5)], 3, numbers=1000)
    assert lottery.chances.tolist() == [0.375] * 8


def test_one_of_each_household() -> None:
    lottery = fair_lottery(pool(home="aaabbc.."), [], 3, one_of="home")
    homes = np.array([0, 0, 0, 1, 1, 2, 3, 4])[lottery.panels]
    assert [len(set(panel)) for panel in homes.tolist()] == [3] * 1000
    assert lottery.chances[:3].tolist() == pytest.approx([1 / 3] * 3, abs=0.001)
    assert lottery.lowest == lottery.lowest_bound == 0.333


@pytest.mark.parametrize("seed", [42, 47])
def test_households_of_an_ordinary_pool_leave_a_lottery_that_is_near_the_fairest(seed: int) -> None:
    lots = random.Random(seed)  # noqa: S311 - an invented pool
    number = lots.randint(12, 60)
    homes = [f"h{lots.randint(0, number // 2)}" for _ in range(number)]
    sex, age = ([lots.choice(letters) for _ in range(number)] for letters in ("mf", "abc"))
    people = Participants(
        tuple(f"v{one:03}" for one in range(number)), {"sex": tuple(sex), "age": tuple(age), "home": tuple(homes)}
    )
    size = lots.randint(4, number // 4)
    quotas = [Quota("sex", one, size // 2, size - size // 2) for one in "mf"]
    quotas += [Quota("age", one, 1, size - 2) for one in "abc"]
    lottery = fair_lottery(people, quotas, size, one_of="home")
    assert lottery.lowest >= lottery.lowest_bound - 0.002


def test_whoever_can_be_in_no_panel_is_named_with_what_would_have_to_change() -> None:
    quotas = [Quota("age", "x", 2, 2), Quota("sex", "f", 0, 2)]
    lottery = fair_lottery(pool(age="xxyyy", sex="ffffm"), quotas, 3)
    assert lottery.excluded == {one: (Change(quotas[1], 0, 3),) for one in ("p2", "p3")}
    assert lottery.chances.tolist() == [1.0, 1.0, 0.0, 0.0, 1.0]
    assert [str(change) for change in lottery.excluded["p2"]] == ["'sex f' maximum 2 → 3"]


# What cannot be ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quotas", "size", "says"),
    [
        ([], 0, "A panel of 0 is none: give a size of at least 1."),
        ([], 9, "A panel of 9 cannot be drawn from 6 people: give a smaller size."),
        ([Quota("aeg", "x", 0, 1)], 2, "The pool has no column 'aeg'. Found: age, sex. Did you mean 'age'?"),
        ([Quota("age", "x", 2, 1)], 2, "'age x' has minimum 2 and maximum 1: the minimum is more."),
        ([Quota("age", "x", -1, 1)], 2, "'age x' has minimum -1: give 0 or more."),
        ([Quota("age", "x", 0, 1), Quota("age", "x", 0, 2)], 3, "There are several quotas for 'age x': keep one."),
    ],
)
def test_what_can_be_seen_to_be_wrong_is_said(quotas: list[Quota], size: int, says: str) -> None:
    with pytest.raises(SettingsError) as error:
        fair_lottery(pool(age="xxyyyy", sex="ffmmmf"), quotas, size)
    assert says == str(error.value)[: len(says)] or says in str(error.value)


@pytest.mark.parametrize(
    ("quotas", "size", "wrong", "change"),
    [
        (
            [Quota("age", "x", 3, 3)],
            4,
            "'age x' has minimum 3, and the pool has 2",
            "of 1 in all, after which one does: 'age x' minimum 3 → 2. Or find more volunteers.",
        ),
        (
            [Quota("age", "X", 1, 1)],
            4,
            "'age X' has minimum 1, and the pool has 0",
            "of 1 in all, after which one does: 'age X' minimum 1 → 0. Or find more volunteers. Known of 'age': x, y.",
        ),
        (
            [Quota("age", "x", 2, 2), Quota("age", "y", 2, 2), Quota("sex", "m", 2, 3)],
            3,
            "the minima of 'age' add up to 4, and the panel has 3 seats",
            "of 1 in all, after which one does: 'age x' minimum 2 → 1.",
        ),
        (
            [Quota("age", "x", 0, 1), Quota("age", "y", 0, 1), Quota("sex", "f", 0, 1)],
            3,
            "the maxima of 'age' add up to 2, and the panel has 3 seats",
            "of 1 in all, after which one does: 'age y' maximum 1 → 2.",
        ),
        (
            [Quota("age", "y", 0, 1)],
            4,
            "the maxima of 'age' add up to 1, with 2 of whom no quota speaks, and the panel has 4 seats",
            "of 1 in all, after which one does: 'age y' maximum 1 → 2.",
        ),
        (  # that the pool has 2 of x is not all: beside 2 of y there is one seat
            [Quota("age", "x", 3, 3), Quota("age", "y", 2, 2), Quota("sex", "m", 0, 0)],
            3,
            "'age x' has minimum 3, and the pool has 2; the minima of 'age' add up to 5, and the panel has 3 seats",
            "of 2 in all, after which one does: 'age x' minimum 3 → 2; 'age y' minimum 2 → 1.",
        ),
    ],
)
def test_what_can_be_seen_to_be_wrong_with_minima_and_maxima_is_said_with_the_smallest_change(
    quotas: list[Quota], size: int, wrong: str, change: str
) -> None:
    with pytest.raises(SettingsError) as error:
        fair_lottery(pool(age="xxyyyy", sex="ffmmmf"), quotas, size)
    assert str(error.value) == f"No panel of {size} keeps all quotas: {wrong}. The smallest change, {change}"


def test_fewer_households_than_seats_are_said() -> None:
    with pytest.raises(
        SettingsError, match="With one of each 'home' a panel has at most 2 people, and 3 are asked for"
    ):
        fair_lottery(pool(home="aabb"), [], 3, one_of="home")


def test_quotas_that_no_panel_keeps_are_explained_with_the_smallest_change() -> None:
    people = pool(age="xxxyyy", sex="fffmmm")
    quotas = [Quota("age", "x", 2, 3), Quota("sex", "m", 2, 3)]
    with pytest.raises(SettingsError) as error:
        fair_lottery(people, quotas, 3)
    said = str(error.value)
    assert said in {
        "No panel of 3 keeps all quotas. The smallest change, of 1 in all, after which one does: "
        f"{quota} minimum 2 → 1: beside the other quotas only 1 fit."
        for quota in quotas
    }


# Laws ----------------------------------------------------------------------------------------------------------------


@FEW
@given(questions())
def test_the_lowest_chance_is_that_of_a_programme_over_every_panel(
    asked: tuple[Participants, list[Quota], int],
) -> None:
    people, quotas, size = asked
    panels = all_panels(people, quotas, size)
    lottery = lottery_or_none(people, quotas, size, numbers=10)
    assert (lottery is None) == (not panels)
    if lottery is not None:
        best = best_of_all(panels, len(people))
        assert [lottery.reached, lottery.bound] == pytest.approx([best, best], abs=1e-6)
        inside = {one for panel in panels for one in panel}
        assert set(np.flatnonzero(lottery.possible).tolist()) == inside


@FEW
@given(questions())
def test_also_with_one_of_each_household(asked: tuple[Participants, list[Quota], int]) -> None:
    people, quotas, size = asked
    panels = all_panels(people, quotas, size, "home")
    lottery = lottery_or_none(people, quotas, size, numbers=10, one_of="home")
    assert (lottery is None) == (not panels)
    if lottery is not None:
        assert lottery.reached == pytest.approx(best_of_all(panels, len(people)), abs=1e-6)
        assert {tuple(panel) for panel in lottery.panels.tolist()} <= set(panels)


@FEW
@given(questions())
def test_every_panel_keeps_every_quota_and_chances_add_up_to_the_size(
    asked: tuple[Participants, list[Quota], int],
) -> None:
    people, quotas, size = asked
    lottery = lottery_or_none(people, quotas, size, numbers=30)
    if lottery is not None:
        assert [broken(people, quotas, panel) for panel in lottery.panels.tolist()] == [0] * 30
        assert [len(set(panel)) for panel in lottery.panels.tolist()] == [size] * 30
        assert lottery.chances.sum() == pytest.approx(size)
        assert lottery.fairest.sum() == pytest.approx(size, abs=1e-5)
        assert lottery.lowest <= lottery.lowest_bound + 1e-9


@FEW
@given(questions())
def test_the_lowest_chance_is_at_least_that_of_any_panel_being_as_likely(
    asked: tuple[Participants, list[Quota], int],
) -> None:
    people, quotas, size = asked
    panels = all_panels(people, quotas, size)
    lottery = lottery_or_none(people, quotas, size, numbers=10)
    if lottery is not None:
        times = np.bincount(np.array(panels).ravel(), minlength=len(people))
        assert times[times > 0].min() / len(panels) <= lottery.reached + 1e-6


@FEW
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(asked: tuple[Participants, list[Quota], int], random) -> None:  # type: ignore[no-untyped-def]
    people, quotas, size = asked
    order = list(range(len(people)))
    random.shuffle(order)
    other = Participants(
        tuple(people.ids[one] for one in order),
        {name: tuple(values[one] for one in order) for name, values in people.attributes.items()},
    )
    first, second = (lottery_or_none(one, quotas, size, numbers=10, one_of="home") for one in (people, other))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.panels.tolist() == second.panels.tolist()
        assert [first.drawn(seed) for seed in range(5)] == [second.drawn(seed) for seed in range(5)]


@st.composite
def demanding(draw: st.DrawFn) -> tuple[Participants, list[Quota], int]:
    """A few people, and quotas that ask more of one value than there are, or more people than the panel has."""
    people, _, size = draw(questions())
    quotas = []
    for attribute in ("age", "origin"):
        for value in draw(st.lists(st.sampled_from("wxyz"), unique=True)):
            least = draw(st.integers(0, size + 2))
            quotas.append(Quota(attribute, value, least, draw(st.integers(least, size + 3))))
    return people, quotas, size


@FEW
@given(st.one_of(questions(), demanding()), st.sampled_from(["", "home"]))
def test_no_smaller_change_of_quotas_gives_a_panel_and_this_one_does(
    asked: tuple[Participants, list[Quota], int], one_of: str
) -> None:
    people, quotas, size = asked
    inside = all_panels(people, [], size, one_of)
    if not inside:
        return
    smallest = min(broken(people, quotas, panel) for panel in inside)
    changes = smallest_change(panels_within(people, quotas, size, one_of))
    assert sum(one.people for one in changes) == smallest
    assert all(0 <= one.minimum <= one.quota.minimum and one.maximum >= one.quota.maximum for one in changes)
    new = {one.quota: Quota(one.quota.attribute, one.quota.value, one.minimum, one.maximum) for one in changes}
    assert all_panels(people, [new.get(quota, quota) for quota in quotas], size, one_of)
    if smallest:
        with pytest.raises(SettingsError, match=f"The smallest change, of {smallest} in all, after which one does: "):
            fair_lottery(people, quotas, size, one_of=one_of)


def town(people: int, seed: int) -> Participants:
    """Volunteers as they come: the old and the learned more than the young."""
    rng = np.random.default_rng(seed)
    shares = {"age": [0.1, 0.2, 0.3, 0.4], "school": [0.15, 0.25, 0.6], "sex": [0.45, 0.55]}
    return Participants(
        tuple(f"{number:03}" for number in range(people)),
        {
            name: tuple(map(str, rng.choice(len(share), people, p=share)))
            for name, share in (shares | {"home": [2 / people] * (people // 2)}).items()
        },
    )


OF_TOWN = [
    *(Quota("age", str(value), 4, 6) for value in range(4)),
    *(Quota("school", str(value), least, least + 1) for value, least in enumerate([5, 7, 6])),
    *(Quota("sex", str(value), 9, 11) for value in range(2)),
]


@pytest.mark.parametrize("one_of", ["", "home"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_panels_of_a_town_are_as_fair_as_a_thousand_can_be(seed: int, one_of: str) -> None:
    people = town(160, seed)
    lottery = fair_lottery(people, OF_TOWN, 20, one_of=one_of)
    assert [one.verdict for one in lottery.measures[:2]] == ["proved optimal"] * 2
    assert {broken(people, OF_TOWN, panel) for panel in lottery.panels.tolist()} == {0}
    assert np.abs(lottery.chances - lottery.fairest).max() < 0.002
