"""Answers such as "half of them": as much as they tell, and no more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from wijkspiegel.measures.likelihood import Floats
from wijkspiegel.measures.mixing import banded, binomial, gather_bands, grid

BANDS = [(0.0, 0.0), (1e-6, 0.325 - 1e-6), (0.325, 0.675 - 1e-6), (0.675, 1 - 1e-6), (1.0, 1.0)]
"""None, few, half, most and all, with nothing between them."""

counts = st.integers(1, 60).flatmap(lambda k: st.tuples(st.just(k), st.integers(0, k)))


def one(low: float, high: float, contacts: int) -> Floats:
    chance: Floats = banded(np.array([low]), np.array([high]), np.array([contacts]), grid())[0]
    return chance


@given(counts)
def test_a_band_of_one_share_is_a_count(told: tuple[int, int]) -> None:
    contacts, outside = told
    expected = binomial(np.array([contacts]), np.array([outside]), grid())[0]
    assert one(outside / contacts, outside / contacts, contacts) == pytest.approx(expected)


@given(st.integers(4, 60))  # of three friends, none can be a few: such an answer is read as the nearest
def test_the_chances_of_all_bands_add_up_to_one(contacts: int) -> None:
    assert sum(one(low, high, contacts) for low, high in BANDS) == pytest.approx(np.ones(len(grid())), abs=1e-9)


def test_a_band_is_the_sum_of_its_counts() -> None:
    expected = binom.pmf(2, 5, grid()) + binom.pmf(3, 5, grid())
    assert one(0.4, 0.6, 5) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "contacts", "taken"), [(0.4, 0.6, 3, [1, 2]), (0.35, 0.6, 3, [1]), (0.4, 0.65, 3, [2])]
)
def test_where_no_count_is_in_a_band_the_nearest_is(low: float, high: float, contacts: int, taken: list[int]) -> None:
    assert one(low, high, contacts) == pytest.approx(sum(binom.pmf(x, contacts, grid()) for x in taken))


def test_without_a_number_the_share_is_in_the_band_or_it_is_not() -> None:
    assert grid()[one(0.4, 0.6, 0) > 0] == pytest.approx(np.arange(0.4, 0.61, 0.02))
    assert grid()[one(0, 0, 0) > 0].tolist() == [0]
    assert grid()[one(0.331, 0.333, 0) > 0] == pytest.approx([0.34])  # between two points: the nearest


def test_who_told_alike_are_together_and_who_told_nothing_is_left_out() -> None:
    low, high = np.array([0.4, 0.4, np.nan, 0.4]), np.array([0.6, 0.6, np.nan, 0.6])
    answers, likelihood = gather_bands(
        low, high, np.array([5, 5, 5, 0]), np.array([1.0, 2, 4, 8]), np.zeros(4, np.int64)
    )
    assert answers.people.tolist() == [8, 3]
    assert (answers.outside / answers.contacts).tolist() == [0.5, 0.5]
    assert likelihood[1] == pytest.approx(one(0.4, 0.6, 5))
