"""Rounded figures become counts that add up, near what was published, with bounds that hold the truth."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wijkspiegel.sources.reconcile import Figure, Vector, contradicts, reconcile

PARTS = ("nl", "western", "morocco", "turkey", "other")
Truth = NDArray[np.float64]

truths = st.lists(st.tuples(*[st.integers(0, 12) | st.integers(0, 20_000) for _ in PARTS]), min_size=1, max_size=8).map(
    lambda rows: np.array(rows, dtype=float)
)


def at_random(people: Vector, seed: int) -> Vector:
    """To one of the two nearest multiples of 5, as CBS does."""
    return 5 * np.floor(people / 5 + np.random.default_rng(seed).random(people.shape))


def figure(value: Vector, slack: float = 4, parts: Mapping[str, Figure] = MappingProxyType({})) -> Figure:
    return Figure(value, np.maximum(value - slack, 0), value + slack, parts)


def numbers_of(made: Figure, *names: str) -> list[tuple[float, float, float]]:
    """Count, low and high of the first area, of each part."""
    return [
        (float(part.value[0]), float(part.low[0]), float(part.high[0])) for part in map(made.parts.get, names) if part
    ]


def unpublished(high: Vector) -> Figure:
    return Figure(np.full_like(high, np.nan), np.zeros_like(high), high)


def published(truth: Truth, seed: int) -> Figure:
    """The two-level tree of CBS: only the Dutch-origin group is not published."""
    _, western, *countries = truth.T
    rounded = [at_random(people, seed + n) for n, people in enumerate((truth.sum(axis=1), western, *countries))]
    total = figure(rounded[0])
    non_western = figure(
        at_random(np.sum(countries, axis=0), seed + 9),
        parts=dict(zip(PARTS[2:], [figure(people) for people in rounded[2:]], strict=True)),
    )
    parts = {"nl": unpublished(total.high), "western": figure(rounded[1]), "non_western": non_western}
    return Figure(total.value, total.low, total.high, parts)


def leaves(total: Figure) -> dict[str, Figure]:
    return {
        "nl": total.parts["nl"],
        "western": total.parts["western"],
        **{name: total.parts["non_western"].parts[name] for name in PARTS[2:]},
    }


@given(truths, st.integers(0, 1000))
def test_the_truth_lies_within_the_bounds(truth: Truth, seed: int) -> None:
    made = leaves(reconcile(published(truth, seed)))
    for name, true in zip(PARTS, truth.T, strict=True):
        assert (made[name].low <= true).all()
        assert (true <= made[name].high).all()


@given(truths, st.integers(0, 1000))
def test_counts_are_whole_add_up_and_lie_within_their_bounds(truth: Truth, seed: int) -> None:
    made = reconcile(published(truth, seed))
    non_western = made.parts["non_western"]
    assert (np.sum([part.value for part in made.parts.values()], axis=0) == made.value).all()
    assert (np.sum([part.value for part in non_western.parts.values()], axis=0) == non_western.value).all()
    for part in (made, non_western, *leaves(made).values()):
        assert (part.value == np.floor(part.value)).all()
        assert ((part.low <= part.value) & (part.value <= part.high)).all()


@given(truths, st.integers(0, 1000))
def test_what_is_reconciled_does_not_change_when_it_is_reconciled_again(truth: Truth, seed: int) -> None:
    once = reconcile(published(truth, seed))
    twice = reconcile(once)
    for name, part in leaves(twice).items():
        assert (part.value == leaves(once)[name].value).all()
        assert (part.low == leaves(once)[name].low).all()
        assert (part.high == leaves(once)[name].high).all()


@given(truths)
def test_exact_counts_are_not_touched(truth: Truth) -> None:
    _, western, *countries = truth.T
    parts = dict(zip(PARTS[2:], [figure(people, 0) for people in countries], strict=True))
    total = figure(truth.sum(axis=1), 0)
    tree = Figure(
        total.value,
        total.low,
        total.high,
        {
            "nl": unpublished(total.high),
            "western": figure(western, 0),
            "non_western": figure(np.sum(countries, axis=0), 0, parts),
        },
    )
    made = leaves(reconcile(tree))
    assert not contradicts(tree).any()
    for name, true in zip(PARTS, truth.T, strict=True):
        assert (made[name].value == true).all()
        assert (made[name].low == true).all()
        assert (made[name].high == true).all()


@given(truths, st.integers(0, 1000))
def test_a_figure_that_can_stand_is_kept(truth: Truth, seed: int) -> None:
    before, after = published(truth, seed), reconcile(published(truth, seed))
    for old, new in ((before, after), (before.parts["non_western"], after.parts["non_western"])):
        possible = (new.low <= old.value) & (old.value <= new.high)
        if old is before:
            assert (new.value[possible] == old.value[possible]).all()
        assert (abs(new.value - old.value) <= 4).all()


@given(truths, st.integers(0, 1000))
def test_figures_rounded_from_one_truth_do_not_contradict(truth: Truth, seed: int) -> None:
    assert not contradicts(published(truth, seed)).any()


def row(*values: float) -> list[Vector]:
    return [np.array([value], dtype=float) for value in values]


def test_parts_above_the_whole_raise_it_no_further_than_they_must() -> None:
    whole, a, b = row(10, 10, 10)
    made = reconcile(figure(whole, 4, {"rest": unpublished(whole + 4), "a": figure(a), "b": figure(b)}))
    assert (float(made.value[0]), float(made.low[0]), float(made.high[0])) == (12, 12, 14)
    assert numbers_of(made, "rest", "a", "b") == [(0, 0, 2), (6, 6, 8), (6, 6, 8)]


def test_what_parts_fall_short_is_spread_evenly_over_equal_room() -> None:
    whole, a, b, c = row(60, 20, 20, 15)
    made = reconcile(figure(whole, 0, {"a": figure(a), "b": figure(b), "c": figure(c)}))
    assert numbers_of(made, "a", "b", "c") == [(22, 17, 24), (22, 17, 24), (16, 12, 19)]


def test_over_many_areas_no_part_gains_from_ties() -> None:
    areas = 900
    whole, part = np.full(areas, 31.0), np.full(areas, 10.0)
    made = reconcile(figure(whole, 0, {name: figure(part) for name in "abc"}))
    assert [made.parts[name].value.sum() for name in "abc"] == [9300, 9300, 9300]


def test_figures_that_no_rounding_explains_are_found_and_still_add_up() -> None:
    whole, part = np.array([10.0, 100.0, 20.0]), np.array([50.0, 10.0, 10.0])
    tree = figure(whole, 4, {"a": figure(part), "b": figure(part)})
    made = reconcile(tree)
    assert contradicts(tree).tolist() == [True, True, False]
    assert made.value.tolist() == [92, 100, 20]
    assert (made.parts["a"].value + made.parts["b"].value).tolist() == [92, 100, 20]
