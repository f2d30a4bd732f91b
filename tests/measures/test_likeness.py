import numpy as np
import pytest
from hypothesis import given

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.likeness import WEIGHT_OF_SIZE, nearest, places


def test_the_distance_between_opposite_compositions_of_one_size_is_one() -> None:
    points = places(np.array([[1.0, 0], [0, 1.0]]), np.array([500.0, 500]))
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(1)


def test_size_weighs_as_stated() -> None:
    points = places(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([1000.0, 1000 * np.e]))
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(WEIGHT_OF_SIZE)


@given(cities(areas=(5, 12)))
def test_the_nearest_are_those_of_comparing_all(city: Counts) -> None:
    counts = city + 1
    shares, people = counts / counts.sum(axis=1, keepdims=True), counts.sum(axis=1)
    rows, distance = nearest(shares, people, 3)
    points = places(shares, people)
    every = np.linalg.norm(points[:, None] - points[None], axis=-1)
    np.fill_diagonal(every, np.inf)
    assert distance == pytest.approx(np.sort(every, axis=1)[:, :3], abs=1e-12)
    assert (rows != np.arange(len(counts))[:, None]).all()


def test_too_few_areas_is_an_error() -> None:
    with pytest.raises(ValueError, match="3 areas have no 3 others"):
        nearest(np.full((3, 2), 0.5), np.full(3, 10.0), 3)
