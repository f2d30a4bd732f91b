import numpy as np
import pytest
from hypothesis import given

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.environments import (
    _slope,
    at_scale,
    effective_people,
    expected_relative_diversity,
    spatial_relative_diversity,
)
from wijkspiegel.measures.segregation import entropy_index, relative_diversity
from wijkspiegel.measures.spatial import blend, decaying, nearest_areas, within

approx = pytest.approx
MEASURES = ("entropy_index", "relative_diversity")


def places(areas: int) -> Counts:
    return np.random.default_rng(0).uniform(0, 1000, (areas, 2))


@given(cities())
def test_the_spatial_index_of_single_areas_is_the_plain_one(city: Counts) -> None:
    assert spatial_relative_diversity(city, city) == approx(float(relative_diversity(city)))


def test_the_chance_level_of_environments_is_the_mean_of_dealing_everybody_again() -> None:
    rng = np.random.default_rng(0)
    city = rng.poisson(np.outer(rng.integers(5, 80, 40), [0.6, 0.3, 0.1])).astype(float)
    points = places(len(city))
    groups = np.repeat(np.arange(3), city.sum(axis=0).astype(int))
    homes = np.repeat(np.arange(len(city)), city.sum(axis=1).astype(int))
    for weights in (within(points, 0), within(points, 200), decaying(points, 400)):
        dealt = []
        for _ in range(800):
            again = np.zeros_like(city)
            np.add.at(again, (homes, rng.permutation(groups)), 1)
            dealt.append(spatial_relative_diversity(again, blend(again, weights)))
        expected = expected_relative_diversity(city, effective_people(city, weights))
        assert expected == approx(np.mean(dealt), abs=4 * np.std(dealt) / np.sqrt(len(dealt)))


def test_without_segregation_nothing_is_left_beyond_chance() -> None:
    rng = np.random.default_rng(4)
    city = rng.multinomial(30, [0.7, 0.3], size=1500).astype(float)
    weights = within(places(len(city)), 60)
    found = at_scale("entropy_index", city, city, city, weights)
    assert found.value > 0.001
    assert found.corrected < 0.1 * found.value
    assert found.lower == 0


def index_of(name: str, city: Counts, weights: object) -> float:
    blended = blend(city, weights)
    return spatial_relative_diversity(city, blended) if name == MEASURES[1] else float(entropy_index(blended))


@pytest.mark.parametrize("name", MEASURES)
def test_the_slope_is_what_one_person_of_another_group_does(name: str) -> None:
    rng = np.random.default_rng(0)
    city = rng.poisson(np.outer(rng.integers(20, 90, 12), [0.5, 0.3, 0.2])).astype(float) + 1
    weights, little = within(places(12), 300), 1e-4
    slope = _slope(name, city, blend(city, weights), weights, index_of(name, city, weights))
    for area in range(12):
        more, less = city.copy(), city.copy()
        more[area] += [little, -little, 0]
        less[area] += [-little, little, 0]
        moved = (index_of(name, more, weights) - index_of(name, less, weights)) / (2 * little)
        assert slope[area, 0] - slope[area, 1] == approx(moved, rel=1e-4, abs=1e-10)


@pytest.mark.parametrize("apart", [0.0, 0.03, 0.2])
@pytest.mark.parametrize("rounded", [False, True])
def test_nine_of_ten_intervals_of_environments_hold_the_truth(apart: float, rounded: bool) -> None:
    """Over both indices and all scales; areas close to each other are alike: something is left at each scale."""
    rng = np.random.default_rng(7)
    held, tried = 0, 0
    points = places(80)
    for _ in range(40):
        sizes = rng.integers(80, 320, 80)
        wave = np.sin(points[:, 0] / 200 + rng.uniform(0, 6)) + rng.normal(0, 1, 80)
        share = 0.3 + np.clip(wave * np.sqrt(apart) * 0.3, -0.25, 0.6)
        places_of = np.column_stack([share, 0.8 - 0.8 * share, 0.2 - 0.2 * share])
        truth, city = sizes[:, None] * places_of, rng.multinomial(sizes, places_of).astype(float)
        low = high = city
        if rounded:
            down = np.floor(city / 5) * 5
            city = down + 5 * (rng.random(city.shape) < (city - down) / 5)
            low, high = np.maximum(city - 4, 0), city + 4
        for weights in (
            *(within(points, metres) for metres in (0, 150, 400)),
            nearest_areas(points, sizes.astype(np.float64), 1000),
        ):
            for name in MEASURES:
                found = at_scale(name, city, low, high, weights)
                assert found.lower <= found.corrected <= found.upper
                held += bool(found.lower - 1e-9 <= index_of(name, truth, weights) <= found.upper + 1e-9)
                tried += 1
    assert held / tried >= 0.9
