import numpy as np
import pytest

from wijkspiegel.connectors.design import Sample, effect_on_shares, ratio


def simple(people: int) -> Sample:
    return Sample(np.ones(people), np.zeros(people, dtype=np.int64), np.arange(people))


def test_the_mean_of_a_simple_sample_has_the_interval_of_the_textbook() -> None:
    values = np.array([1.0, 2, 3, 4, 5])
    found = ratio(values, np.ones(5), simple(5))
    assert found.value == 3
    assert found.upper - 3 == pytest.approx(2.776 * np.sqrt(2.5 / 5), rel=1e-3)  # t with 4 degrees, s² = 2.5
    assert found.design_effect == pytest.approx(1.25)  # n / (n - 1)


def test_people_of_a_cluster_who_are_alike_count_as_one() -> None:
    values = np.repeat([0.0, 1, 0, 1], 5)
    clusters = np.repeat(np.arange(4), 5)
    found = ratio(values, np.ones(20), Sample(np.ones(20), np.zeros(20, dtype=np.int64), clusters))
    assert found.design_effect == pytest.approx(5 * 4 / 3)


def test_what_differs_between_strata_is_no_error() -> None:
    values = np.repeat([0.0, 1], 10)
    strata = np.repeat([0, 1], 10)
    found = ratio(values, np.ones(20), Sample(np.ones(20), strata, np.arange(20)))
    assert found.lower == found.value == found.upper == 0.5


def test_strata_of_one_cluster_are_taken_together() -> None:
    values = np.array([0.0, 1, 0, 1])
    found = ratio(values, np.ones(4), Sample(np.ones(4), np.arange(4), np.arange(4)))
    assert found == ratio(values, np.ones(4), simple(4))


def test_people_of_an_area_that_is_one_cluster_count_as_drawn_by_lot() -> None:
    values = np.array([0.0, 1, 0, 1])
    one_cluster = Sample(np.ones(4), np.zeros(4, dtype=np.int64), np.full(4, 7))
    assert ratio(values, np.ones(4), one_cluster) == ratio(values, np.ones(4), simple(4))


def test_unequal_weights_cost_what_kish_says() -> None:
    weight = np.array([1.0, 1, 1, 5])
    sample = Sample(weight, np.zeros(4, dtype=np.int64), np.arange(4))
    assert effect_on_shares(np.array([1.0, 1, 1, 1]), np.full(4, 2.0), sample) == pytest.approx(4 * 28 / 64)


def test_nothing_is_known_of_nobody() -> None:
    assert np.isnan(ratio(np.zeros(0), np.zeros(0), simple(0)).value)
