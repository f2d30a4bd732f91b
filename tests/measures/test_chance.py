from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats
from sklearn.metrics.cluster import expected_mutual_information as oracle_of_information

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.chance import EXPECTED, chance_corrected, expected_gini
from wijkspiegel.measures.segregation import SEGREGATION, entropy_index

approx = pytest.approx


def shuffled(city: Counts, draws: int, seed: int) -> Counts:
    """[draw, area, group]: everybody dealt over the same areas again."""
    rng = np.random.default_rng(seed)
    places = np.repeat(np.arange(len(city)), city.sum(axis=1).astype(int))
    groups = np.repeat(np.arange(city.shape[1]), city.sum(axis=0).astype(int))
    dealt = np.zeros((draws, *city.shape))
    for draw in dealt:
        np.add.at(draw, (places, rng.permutation(groups)), 1)
    return dealt


@pytest.mark.parametrize("name", SEGREGATION)
def test_the_chance_level_is_the_mean_of_dealing_everybody_again(name: str) -> None:
    city = np.random.default_rng(0).poisson(np.outer([3, 8, 15, 15, 40, 90, 0, 7], [0.6, 0.3, 0.1])).astype(float)
    dealt = SEGREGATION[name](shuffled(city, 4000, seed=1))
    assert EXPECTED[name](city) == approx(dealt.mean(), abs=4 * dealt.std() / np.sqrt(len(dealt)))


@given(cities(areas=(2, 6), groups=(2, 4)))
@settings(max_examples=40, deadline=None)
def test_the_chance_level_of_information_is_that_of_adjusted_mutual_information(city: Counts) -> None:
    kept = city[city.sum(axis=1) > 0][:, city.sum(axis=0) > 0]
    oracle = oracle_of_information(kept.astype(np.int64), int(kept.sum()))
    assert EXPECTED["mutual_information"](city) == approx(oracle, rel=1e-8, abs=1e-9)


@given(cities(areas=(2, 5), groups=(2, 3)))
@settings(max_examples=25, deadline=None)
def test_the_chance_level_of_dissimilarity_is_the_sum_over_the_distribution(city: Counts) -> None:
    everyone, whole = city.sum(), city.sum(axis=0) / city.sum()
    apart = 0.0
    for people in city.sum(axis=1):
        for members in city.sum(axis=0):
            possible = np.arange(int(min(people, members)) + 1)
            chance = stats.hypergeom.pmf(possible, everyone, members, people)
            apart += (chance * np.abs(possible - people * members / everyone)).sum()
    assert EXPECTED["dissimilarity"](city) == approx(apart / (2 * everyone * (whole * (1 - whole)).sum()), rel=1e-9)


def test_the_recursion_keeps_its_digits_in_a_large_city() -> None:
    everyone, people, groups = 1_000_000, 5_000, (400_000, 600_000)
    with localcontext() as decimals:
        decimals.prec = 40
        cells = sum((200 * mean_nlogn(people, members, everyone) for members in groups), Decimal(0))
        margins = 200 * nlogn(people) + sum((nlogn(members) for members in groups), Decimal(0)) - nlogn(everyone)
        exact = float((cells - margins) / everyone)
    city = np.tile(np.array(groups) / 200, (200, 1))
    assert EXPECTED["mutual_information"](city) == approx(exact, rel=1e-9)


def nlogn(n: int) -> Decimal:
    return n * Decimal(n).ln() if n else Decimal(0)


def mean_nlogn(drawn: int, members: int, everyone: int) -> Decimal:
    """E[n ln n] of a hypergeometric n, in decimals, within 12 standard deviations of its mean."""
    mode = drawn * members // everyone
    mass, mean = Decimal(0), Decimal(0)
    for step in (1, -1):
        weight, n = Decimal(1), mode
        while abs(n - mode) <= 12 * 40:
            if step == 1 or n != mode:
                mass += weight
                mean += weight * nlogn(n)
            up = n if step == 1 else n - 1
            ratio = Decimal((members - up) * (drawn - up)) / ((up + 1) * (everyone - members - drawn + up + 1))
            weight = weight * ratio if step == 1 else weight / ratio
            n += step
    return mean / mass


@pytest.mark.parametrize(("least", "most", "areas"), [(3, 60, 40), (5, 3000, 80), (1, 20, 200), (50, 400, 60)])
def test_gathering_areas_of_nearly_one_size_moves_gini_less_than_two_per_cent(
    least: int, most: int, areas: int
) -> None:
    rng = np.random.default_rng(1)
    city = rng.poisson(np.outer(rng.integers(least, most, areas), [0.9, 0.07, 0.03])).astype(float)
    assert expected_gini(city) == approx(expected_gini(city, classes=10**6), rel=0.02)


def test_no_true_segregation_in_two_thousand_small_areas_is_found_to_be_chance() -> None:
    rng = np.random.default_rng(2)
    city = rng.multinomial(20, np.full(10, 0.1), size=2000).astype(float)
    naive = entropy_index(city)
    expected, corrected = chance_corrected("entropy_index", naive, city)
    assert naive > 0.1
    assert expected == approx(naive, rel=0.02)
    assert corrected == approx(0, abs=0.01)


def test_corrected_is_zero_by_chance_and_one_fully_apart() -> None:
    apart = np.array([[300.0, 0], [0, 300]])
    for name in SEGREGATION:
        _, corrected = chance_corrected(name, SEGREGATION[name](apart), apart)
        assert corrected == approx(1)


def test_the_chance_level_depends_on_the_margins_only() -> None:
    even, uneven = np.array([[30.0, 30], [30, 30]]), np.array([[60.0, 0], [0, 60]])
    for name, expected in EXPECTED.items():
        assert expected(even) == approx(expected(uneven)), name
