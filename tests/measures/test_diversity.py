import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.diversity import (
    DIVERSITY,
    concentration,
    differ,
    effective_groups,
    entropy,
    evenness,
    rarefied_richness,
    richness,
)

approx = pytest.approx


@pytest.mark.parametrize(
    ("shares", "expected"),
    [((1 / 2, 1 / 2), 0.5), ((2 / 3, 1 / 6, 1 / 6), 0.5), ((1 / 3, 1 / 3, 1 / 3), 2 / 3), ((0.8, 0.1, 0.1), 0.34)],
)
def test_the_chance_that_two_residents_differ_by_hand(shares: tuple[float, ...], expected: float) -> None:
    assert differ(600 * np.array(shares)) == approx(expected)


@given(cities(areas=(2, 5)), st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(city: Counts, random: st.DataObject) -> None:
    order = list(range(city.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    for measure in DIVERSITY.values():
        assert measure(city[:, order]) == approx(measure(city), nan_ok=True)


@given(cities(areas=(2, 5)))
def test_every_measure_stays_in_its_range_and_is_nan_only_without_people(city: Counts) -> None:
    groups = city.shape[1]
    most = {
        "richness": groups,
        "rarefied_richness": groups,
        "concentration": 1,
        "differ": 1 - 1 / groups,
        "entropy": np.log(groups),
        "effective_groups": groups,
        "evenness": 1,
    }
    inhabited = city.sum(axis=1) > 0
    for name, measure in DIVERSITY.items():
        found = measure(city)
        if name != "rarefied_richness":
            assert (np.isnan(found) == ~inhabited).all()
        known = found[~np.isnan(found)]
        assert ((known >= -1e-12) & (known <= most[name] + 1e-9)).all(), name


@given(st.integers(2, 9), st.integers(1, 50))
def test_equal_groups_are_as_many_as_they_are(groups: int, people: int) -> None:
    equal = np.full(groups, float(people))
    for order in (0, 0.5, 1, 2, 5):
        assert effective_groups(equal, order) == approx(groups)
    assert evenness(equal) == approx(1)


@given(cities(areas=(2, 4)))
def test_hill_numbers_fall_with_their_order_and_have_the_known_cases(city: Counts) -> None:
    inhabited = city[city.sum(axis=1) > 0]
    profile = np.array([effective_groups(inhabited, order) for order in (0, 0.5, 1, 1.5, 2, 4)])
    assert (np.diff(profile, axis=0) <= 1e-9).all()
    assert profile[0] == approx(richness(inhabited))
    assert profile[2] == approx(np.exp(entropy(inhabited)))
    assert profile[4] == approx(1 / concentration(inhabited))


def test_rarefied_richness_is_the_mean_of_drawing_that_many() -> None:
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(4), [300, 40, 8, 2])
    drawn = [len(set(rng.choice(people, 100, replace=False))) for _ in range(4000)]
    found = rarefied_richness(np.array([300.0, 40, 8, 2]))
    assert found == approx(np.mean(drawn), abs=4 * np.std(drawn) / np.sqrt(len(drawn)))


def test_rarefying_to_everyone_is_richness_and_to_more_is_unknown() -> None:
    assert rarefied_richness(np.array([60.0, 40, 0]), 100) == approx(2)
    assert np.isnan(rarefied_richness(np.array([60.0, 39, 0]), 100))
    assert rarefied_richness(np.array([60.0, 40, 0]), 1) == approx(1)
