import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.change import decompose
from wijkspiegel.measures.diversity import DIVERSITY
from wijkspiegel.measures.segregation import SEGREGATION, group_entropy
from wijkspiegel.measures.uncertainty import (
    GRADIENT,
    assess,
    assess_diversity,
    assess_local,
    freed_of_chance,
    interval_of_change,
    ratio_interval,
    rounding_variance,
)

approx = pytest.approx


@pytest.mark.parametrize("name", SEGREGATION)
def test_the_gradient_is_what_a_little_more_does(name: str) -> None:
    rng = np.random.default_rng(0)
    people = np.outer(rng.integers(20, 90, 7), [5, 3, 2]) * rng.uniform(0.5, 1.5, (7, 3))
    city = rng.poisson(people).astype(np.float64) + 1
    index, little = SEGREGATION[name], 1e-4
    slope = GRADIENT[name](city, index(city))
    for cell in np.ndindex(city.shape):
        more, less = city.copy(), city.copy()
        more[cell] += little
        less[cell] -= little
        assert slope[cell] == approx((index(more) - index(less)) / (2 * little), rel=1e-4, abs=1e-9)


@given(cities())
def test_every_interval_is_in_order_and_in_range_without_a_warning(city: Counts) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in SEGREGATION:
            found = assess(name, city, np.maximum(city - 4, 0), city + 4)
            assert 0 <= found.lower <= found.upper, name
            assert found.upper <= (np.log(city.shape[1]) if name in ("mutual_information", "divergence") else 1) + 1e-9


@given(cities())
def test_the_interval_holds_the_corrected_index(city: Counts) -> None:
    for name in ("dissimilarity", "gini", "entropy_index", "relative_diversity"):
        found = assess(name, city, city, city)
        if np.isnan(found.corrected):  # an area for each person: chance is the maximum
            continue
        assert found.lower - 1e-9 <= np.maximum(found.corrected, 0) <= found.upper + 1e-9


def rounded_at_random(counts: Counts, rng: np.random.Generator) -> Counts:
    down = np.floor(counts / 5) * 5
    rounded: Counts = down + 5 * (rng.random(counts.shape) < (counts - down) / 5)
    return rounded


COVERAGE = [
    (shares, segregation, people, rounded)
    for shares in ((0.8, 0.2), (0.98, 0.02), (0.6, 0.12, 0.08, 0.06, 0.05, 0.05, 0.04))
    for segregation in (0.0, 0.03, 0.2)
    for people in (20, 200)
    for rounded in (False, True)
]


@pytest.mark.parametrize(("shares", "segregation", "people", "rounded"), COVERAGE)
def test_nine_of_ten_intervals_hold_the_truth(
    shares: tuple[float, ...], segregation: float, people: int, rounded: bool
) -> None:
    """Over all indices together; the lowest single one is reported in docs/explanation/uncertainty.md."""
    rng = np.random.default_rng(5)
    held, tried = 0, 0
    for _ in range(25):
        sizes = rng.integers(int(people * 0.4), int(people * 1.6) + 1, 80)
        spread = np.array(shares) * (1 - segregation) / segregation if segregation else None
        places = np.tile(np.array(shares), (80, 1)) if spread is None else rng.dirichlet(spread, 80)
        truth = (sizes[:, None] * places).astype(np.float64)
        city = rng.multinomial(sizes, places).astype(np.float64)
        low: Counts = city
        high: Counts = city
        if rounded:
            city = rounded_at_random(city, rng)
            low, high = np.maximum(city - 4, 0), city + 4
        for name, index in SEGREGATION.items():
            found = assess(name, city, low, high)
            if not np.isnan(found.value):
                held += bool(found.lower - 1e-9 <= index(truth) <= found.upper + 1e-9)
                tried += 1
    assert held / tried >= 0.9


def test_two_thousand_small_areas_without_segregation_are_not_called_segregated() -> None:
    city = np.random.default_rng(2).multinomial(20, np.full(10, 0.1), size=2000).astype(float)
    found = assess("entropy_index", city, city, city)
    assert found.value > 0.1
    assert found.lower == 0
    assert found.upper < 0.02


def test_rounding_widens_the_interval() -> None:
    city = np.array([[100.0, 50], [60, 90], [30, 120]])
    sharp = assess("dissimilarity", city, city, city)
    blurred = assess("dissimilarity", city, city - 4, city + 4)
    assert blurred.upper - blurred.lower > sharp.upper - sharp.lower


def test_the_variance_of_rounding_is_that_of_a_whole_number_between_its_bounds() -> None:
    assert rounding_variance(np.array([[3.0, 5]]), np.array([[7.0, 5]])).tolist() == [[np.var([3, 4, 5, 6, 7]), 0]]


@pytest.mark.parametrize("name", ["concentration", "differ", "entropy", "effective_groups", "evenness"])
def test_the_interval_of_diversity_holds_the_truth(name: str) -> None:
    rng = np.random.default_rng(1)
    shares = np.array([0.6, 0.25, 0.1, 0.05])
    city = rng.multinomial(150, shares, size=2000).astype(float)
    _, lower, upper = assess_diversity(name, city, city, city)
    truth = DIVERSITY[name](shares)
    assert np.mean((lower <= truth) & (truth <= upper)) >= 0.92


@given(cities())
def test_diversity_is_nan_only_where_nobody_lives_or_too_few_for_the_sample(city: Counts) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in DIVERSITY:
            people_needed = 100 if name == "rarefied_richness" else 1
            for figure in assess_diversity(name, city, city, city):
                assert (np.isnan(figure) == (city.sum(axis=1) < people_needed)).all(), name


def test_richness_is_bounded_by_what_rounding_leaves_possible() -> None:
    counts = np.array([[10.0, 5, 0]])
    value, lower, upper = assess_diversity("richness", counts, np.array([[6.0, 1, 0]]), np.array([[14.0, 9, 4]]))
    assert [value[0], lower[0], upper[0]] == [2, 2, 3]


@given(cities())
def test_local_intervals_hold_no_warning_and_are_in_order(city: Counts) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for local in assess_local(city, np.maximum(city - 4, 0), city + 4).values():
            known = ~np.isnan(local.lower)
            assert (local.lower[known] <= local.upper[known]).all()


def test_the_ratio_of_an_institution_has_the_exact_interval() -> None:
    count, share = np.array([3.0]), np.array([0.12])
    ratio, lower, upper = ratio_interval((count, count, count), np.array([50.0]), (share, share, share))
    exact = stats.binomtest(3, 50).proportion_ci(0.95, method="exact")
    assert [ratio[0], lower[0], upper[0]] == approx([0.5, exact.low / 0.12, exact.high / 0.12])


def test_the_interval_of_a_ratio_holds_what_rounding_leaves_possible_on_both_sides() -> None:
    ratio, lower, upper = ratio_interval(
        (np.array([10.0]), np.array([6.0]), np.array([14.0])),
        np.array([50.0]),
        (np.array([0.2]), np.array([0.16]), np.array([0.25])),
    )
    fewest, most = (stats.binomtest(n, 50).proportion_ci(0.95, method="exact") for n in (6, 14))
    assert [ratio[0], lower[0], upper[0]] == approx([1.0, fewest.low / 0.25, most.high / 0.16])


def test_an_institution_without_people_or_an_area_without_the_group_has_no_ratio() -> None:
    count, share = np.array([0.0, 3]), np.array([0.12, 0])
    ratio, lower, upper = ratio_interval((count, count, count), np.array([0.0, 50]), (share, share, share))
    assert np.isnan([ratio, lower, upper]).all()


@given(cities())
def test_what_is_freed_of_chance_lies_in_the_interval(city: Counts) -> None:
    """Also of who is met, whose value itself, which counts everyone among those they meet, need not."""
    for name in SEGREGATION:
        found = assess(name, city, np.maximum(city - 4, 0), city + 4)
        freed = freed_of_chance(name, found.corrected, city)
        if not np.isnan(freed):
            highest = group_entropy(city) if name in ("mutual_information", "divergence") else 1.0
            assert found.lower - 1e-9 <= np.clip(freed, 0, highest) <= found.upper + 1e-9, name


@given(cities())
def test_an_interval_of_diversity_holds_the_value_that_stands_beside_it(city: Counts) -> None:
    for name in DIVERSITY:
        value, lower, upper = assess_diversity(name, city, np.maximum(city - 4, 0), city + 4)
        known = ~np.isnan(value)
        assert (lower[known] <= value[known]).all(), name
        assert (value[known] <= upper[known]).all(), name


def test_the_interval_of_no_change_holds_none_and_the_change_of_the_values() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(100):
        places = rng.dirichlet([6, 3, 1], 60)
        before, after = (rng.multinomial(200, places).astype(float) for _ in range(2))
        years = [assess("entropy_index", year, year, year) for year in (before, after)]
        lower, upper = interval_of_change(*years)
        assert lower <= years[1].value - years[0].value <= upper
        held += bool(lower <= 0 <= upper)
    assert held >= 95


def test_the_interval_of_a_change_less_what_numbers_did_holds_what_spreading_did() -> None:
    """The truth moves in both ways: a group grows, and spreads more evenly."""
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(100):
        places = rng.dirichlet([6, 3, 1], 60)
        later = places * [1.0, 1.3, 1.0] * np.exp(rng.normal(0, 0.1, (60, 3)))
        later = 0.8 * later / later.sum(axis=1, keepdims=True) + 0.2 * later.mean(axis=0) / later.mean(axis=0).sum()
        before, after = rng.multinomial(200, places).astype(float), rng.multinomial(210, later).astype(float)
        lower, upper = interval_of_change(*(assess("entropy_index", year, year, year) for year in (before, after)))
        told, truth = decompose(before, after, "entropy_index"), decompose(200 * places, 210 * later, "entropy_index")
        held += bool(lower - told.margins <= truth.structure <= upper - told.margins)
    assert held >= 95


@given(cities(), st.randoms(use_true_random=False))
def test_no_interval_depends_on_the_order_of_areas_or_on_areas_without_people(
    city: Counts, random: st.DataObject
) -> None:
    order = list(range(len(city) + 2))
    random.shuffle(order)  # type: ignore[attr-defined]
    padded = np.pad(city, ((0, 2), (0, 0)))[order]
    two_groups = {"isolation", "exposure"}
    for name in SEGREGATION:
        counts, other = (city[:, :2], padded[:, :2]) if name in two_groups else (city, padded)
        one, same = (assess(name, c, np.maximum(c - 4, 0), c + 4 * (c > 0)) for c in (counts, other))
        for column in ("value", "expected", "corrected", "lower", "upper"):
            assert getattr(same, column) == approx(getattr(one, column), abs=1e-7, nan_ok=True), (name, column)
