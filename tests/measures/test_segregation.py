import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.segregation import (
    SEGREGATION,
    dissimilarity,
    divergence,
    entropy_index,
    exposure,
    gini,
    isolation,
    local_divergence,
    local_information,
    location_quotient,
    mutual_information,
    relative_diversity,
)

approx = pytest.approx
SPREAD = ("dissimilarity", "gini", "entropy_index", "relative_diversity")


@given(cities(), st.randoms(use_true_random=False))
def test_no_index_depends_on_the_order_of_areas(city: Counts, random: st.DataObject) -> None:
    order = list(range(len(city)))
    random.shuffle(order)  # type: ignore[attr-defined]
    for index in SEGREGATION.values():
        assert index(city[order]) == approx(index(city), nan_ok=True)


@given(cities())
def test_an_area_cut_in_two_alike_halves_changes_nothing(city: Counts) -> None:
    halved = np.vstack([city[:1] / 2, city[:1] / 2, city[1:]])
    for index in SEGREGATION.values():
        assert index(halved) == approx(index(city), abs=1e-9)


@given(cities(), st.integers(2, 9))
def test_twice_as_many_people_are_as_segregated(city: Counts, times: int) -> None:
    for index in SEGREGATION.values():
        assert index(times * city) == approx(index(city), abs=1e-9)


@given(cities())
def test_every_index_stays_in_its_range(city: Counts) -> None:
    for name in SPREAD:
        assert -1e-12 <= SEGREGATION[name](city) <= 1 + 1e-12
    for name in ("isolation", "exposure"):
        assert 0 <= SEGREGATION[name](city) <= 1 + 1e-12


@given(cities())
def test_empty_areas_and_absent_groups_change_nothing(city: Counts) -> None:
    padded = np.pad(city, ((0, 1), (0, 1)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for index in SEGREGATION.values():
            assert index(padded) == approx(index(city), abs=1e-9)


@given(cities())
def test_a_stack_of_cities_is_each_city(city: Counts) -> None:
    stack = np.stack([city, city[::-1] * 3])
    for index in SEGREGATION.values():
        assert index(stack) == approx(np.array([index(city), index(city[::-1])]), abs=1e-9)


@given(cities())
def test_an_even_city_has_no_segregation_and_meets_in_proportion(city: Counts) -> None:
    even = np.outer(city.sum(axis=1) + 1, city.sum(axis=0))
    for name in (*SPREAD, "mutual_information", "divergence"):
        assert SEGREGATION[name](even) == approx(0, abs=1e-7)
    shares = city.sum(axis=0) / city.sum()
    assert [isolation(even), exposure(even)] == approx(shares[:2])


@given(cities(groups=(2, 2)))
def test_people_of_two_groups_meet_one_of_the_two(city: Counts) -> None:
    assert isolation(city) + exposure(city) == approx(1)


@given(cities(groups=(2, 2)))
def test_isolation_beyond_the_share_is_relative_diversity(city: Counts) -> None:
    share = city[:, 0].sum() / city.sum()
    assert isolation(city) == approx(share + (1 - share) * relative_diversity(city))


@given(cities())
def test_local_information_adds_up_to_mutual_information(city: Counts) -> None:
    assert np.nansum(local_information(city)) == approx(mutual_information(city), abs=1e-9)
    assert divergence(city) == approx(mutual_information(city), abs=1e-9)


@given(cities())
def test_gini_by_sorting_is_gini_by_all_pairs(city: Counts) -> None:
    people = city.sum(axis=1)
    kept = city[people > 0]
    people = kept.sum(axis=1)
    shares = kept / people[:, None]
    apart = sum((np.outer(people, people) * np.abs(p[:, None] - p[None, :])).sum() for p in shares.T)
    whole = city.sum(axis=0) / city.sum()
    assert gini(city) == approx(apart / (2 * city.sum() ** 2 * (whole * (1 - whole)).sum()), abs=1e-9)


def test_dissimilarity_by_hand() -> None:
    # Shares of the first group over areas: .8, .2; of the second: .25, .75. Half of |.55| + |-.55|.
    assert dissimilarity(np.array([[80.0, 25], [20, 75]])) == approx(0.55)


def test_two_areas_fully_apart() -> None:
    apart = np.array([[30.0, 0, 0], [0, 50, 0], [0, 0, 20]])
    for name in SPREAD:
        assert SEGREGATION[name](apart) == approx(1)
    assert [isolation(apart), exposure(apart)] == [1, 0]
    assert mutual_information(apart) == approx(-(0.3 * np.log(0.3) + 0.5 * np.log(0.5) + 0.2 * np.log(0.2)))


def test_exposure_by_hand_counts_all_who_live_there() -> None:
    city = np.array([[10.0, 10, 0], [10, 0, 30]])
    assert isolation(city) == approx((0.5 + 0.25) / 2)
    assert exposure(city) == approx((0.5 + 0) / 2)


def test_one_group_only_is_not_segregated_or_even_but_undefined() -> None:
    alone = np.array([[5.0, 0], [3, 0]])
    assert np.isnan([SEGREGATION[name](alone) for name in (*SPREAD, "entropy_index")]).all()


def test_nobody_gives_nan_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan([index(np.zeros((3, 2))) for index in SEGREGATION.values()]).all()


def test_local_figures_by_hand() -> None:
    city = np.array([[8.0, 2], [2, 8], [0, 0]])
    assert local_divergence(city) == approx([0.8 * np.log(1.6) + 0.2 * np.log(0.4)] * 2 + [np.nan], nan_ok=True)
    assert location_quotient(city)[:2] == approx(np.array([[1.6, 0.4], [0.4, 1.6]]))


def test_a_group_absent_from_the_city_is_no_reason_for_nan() -> None:
    city = np.array([[80.0, 20, 0], [30, 70, 0]])
    assert entropy_index(city) == approx(entropy_index(city[:, :2]))
