import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.common_ground.weighing import HEAVIEST, Known, design_effect, raked
from wijkspiegel.errors import SettingsError

AGE = Known(("old", "young"), np.array([0] * 60 + [1] * 40))
AREA = Known(("north", "south"), np.array(([0] * 30 + [1] * 30) + ([0] * 10 + [1] * 30)))


def test_one_margin_is_met_exactly() -> None:
    weight = raked({"age": AGE}, {"age": {"old": 500, "young": 500}}, np.ones(100))
    assert weight[:60].sum() == pytest.approx(50)
    assert weight[0] == pytest.approx(50 / 60)
    assert weight.mean() == pytest.approx(1)


def test_two_margins_are_met_together() -> None:
    margins = {"age": {"old": 30, "young": 70}, "area": {"north": 60, "south": 40}}
    weight = raked({"age": AGE, "area": AREA}, margins, np.ones(100))
    assert weight[AGE.group == 1].sum() == pytest.approx(70, abs=0.01)
    assert weight[AREA.group == 0].sum() == pytest.approx(60, abs=0.01)


def test_nobody_weighs_more_than_the_heaviest() -> None:
    rare = Known(("few", "many"), np.array([0] * 2 + [1] * 98))
    weight = raked({"kind": rare}, {"kind": {"few": 50, "many": 50}}, np.ones(100))
    assert weight.max() <= HEAVIEST * 1.001
    assert weight.max() / weight.min() > 4


def test_who_is_of_no_known_category_keeps_a_weight() -> None:
    some = Known(("old", "young"), np.array([0] * 50 + [1] * 30 + [-1] * 20))
    weight = raked({"age": some}, {"age": {"old": 1, "young": 1}}, np.ones(100))
    assert weight[80:] == pytest.approx(np.full(20, weight[80]))
    assert weight[:50].sum() == pytest.approx(weight[50:80].sum())


def test_a_category_without_participants_leaves_the_others_in_proportion() -> None:
    weight = raked({"age": AGE}, {"age": {"old": 30, "young": 30, "very old": 40}}, np.ones(100))
    assert weight[:60].sum() == pytest.approx(weight[60:].sum())


def test_a_margin_that_misses_a_category_says_which() -> None:
    with pytest.raises(SettingsError, match="The margin 'age' has no category 'young'"):
        raked({"age": AGE}, {"age": {"old": 10}}, np.ones(100))


def test_a_margin_below_zero_is_refused() -> None:
    with pytest.raises(SettingsError, match="sums to nothing, or has a number below 0"):
        raked({"age": AGE}, {"age": {"old": -1, "young": 5}}, np.ones(100))


def test_a_category_of_nobody_that_participants_are_of_is_refused() -> None:
    with pytest.raises(SettingsError, match="The margin 'age' has nobody of category 'old'"):
        raked({"age": AGE}, {"age": {"old": 0, "young": 5}}, np.ones(100))


def test_design_effect_is_one_without_weights_and_two_where_half_counts_for_nothing() -> None:
    assert design_effect(np.ones(10)) == 1
    assert design_effect(np.array([2.0] * 5 + [1e-12] * 5)) == pytest.approx(2)


@given(
    st.lists(st.sampled_from([0, 1, 2]), min_size=20, max_size=60),
    st.lists(st.integers(1, 100), min_size=3, max_size=3),
)
def test_weights_are_positive_and_their_mean_is_one(group: list[int], people: list[int]) -> None:
    known = Known(("a", "b", "c"), np.array(group))
    weight = raked({"k": known}, {"k": dict(zip("abc", map(float, people), strict=True))}, np.ones(len(group)))
    assert weight.min() > 0
    assert weight.mean() == pytest.approx(1)
