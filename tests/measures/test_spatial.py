import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.grid import Grid, blend_grid, grid_of, nearest_on_grid
from wijkspiegel.measures.segregation import entropy_index, isolation
from wijkspiegel.measures.spatial import (
    _nearest_anywhere,
    blend,
    decaying,
    nearest_areas,
    nearest_people,
    touching,
    within,
)

approx = pytest.approx


def places(city: Counts, seed: int = 0) -> Counts:
    return np.random.default_rng(seed).uniform(0, 1000, (len(city), 2))


@given(cities())
def test_environments_of_one_area_are_the_areas(city: Counts) -> None:
    assert blend(city, within(places(city), 0)) == approx(city)
    assert nearest_people(places(city), city, 1) == approx(city)


@given(cities())
def test_an_environment_of_everyone_is_even(city: Counts) -> None:
    for blended in (blend(city, within(places(city), 1e6)), nearest_people(places(city), city, city.sum())):
        assert entropy_index(blended) == approx(0, abs=1e-9)


@given(cities(), st.floats(1, 2000))
def test_blending_keeps_the_people_of_every_area_and_rounds_nobody(city: Counts, metres: float) -> None:
    for weights in (within(places(city), metres), decaying(places(city), metres)):
        assert blend(city, weights).sum(axis=1) == approx(city.sum(axis=1))


@given(cities(), st.integers(1, 500))
@settings(deadline=None)
def test_the_nearest_people_are_those_found_one_area_after_another(city: Counts, people: int) -> None:
    points = places(city)
    naive = np.zeros_like(city)
    for area, point in enumerate(points):
        found = np.zeros(city.shape[1])
        for other in np.argsort(np.linalg.norm(points - point, axis=1)):
            room = people - found.sum()
            here = city[other].sum()
            if here:
                found += city[other] * min(1.0, room / here)
        naive[area] = city[area].sum() * found / max(found.sum(), 1e-300)
    assert nearest_people(points, city, people) == approx(naive, abs=1e-9)


@given(st.integers(1, 300), st.integers(0, 1000))
@settings(deadline=None, max_examples=40)
def test_the_nearest_people_on_a_grid_are_those_of_points_that_hardly_left_it(people: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    city = rng.poisson(2, (60, 3)) * (rng.random((60, 1)) > 0.3).astype(float)
    points = 100.0 * np.column_stack(np.divmod(np.arange(60), 10)) + 7
    assert grid_of(points) is not None
    inhabited = city.sum(axis=1) > 0
    here, around = points[inhabited], city[inhabited]
    on_grid = nearest_people(points, city, people)[inhabited]
    assert _nearest_anywhere(here, around, people) == approx(
        nearest_on_grid(grid_of(here) or Grid(*np.empty((2, 0), dtype=int)), around, people), abs=1e-9
    )
    assert on_grid.sum(axis=1) == approx(around.sum(axis=1))


def test_points_on_no_grid_are_told_from_a_grid() -> None:
    rng = np.random.default_rng(0)
    assert grid_of(rng.uniform(0, 1000, (50, 2))) is None
    assert grid_of(np.array([[0.0, 0], [0, 0], [100, 0]])) is None  # two on one place
    assert grid_of(np.array([[0.0, 0], [1, 0], [1000, 1000]])) is None  # a million places for three points
    found = grid_of(np.array([[200.0, 100], [0, 0], [100, 300]]))
    assert found is not None
    assert (found.rows.tolist(), found.columns.tolist()) == ([1, 0, 3], [2, 0, 1])


def test_neighbours_that_touch_are_blended_by_hand() -> None:
    row = np.array([[10.0, 0], [0, 30], [20, 20]])
    blended = blend(row, touching(np.array([[0, 1], [1, 2]]), 3))
    assert blended == approx(
        np.array([[10 * 10 / 40, 10 * 30 / 40], [30 * 30 / 80, 30 * 50 / 80], [40 * 20 / 70, 40 * 50 / 70]])
    )


def test_isolation_falls_as_environments_grow() -> None:
    city = np.array([[90.0, 10], [10, 90], [90, 10], [10, 90]])
    points = np.column_stack([np.arange(4) * 100.0, np.zeros(4)])
    found = [float(isolation(blend(city, within(points, metres)))) for metres in (0, 100, 1000)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == approx(0.5)


def test_a_grid_by_fourier_is_the_same_as_by_pairs() -> None:
    rng = np.random.default_rng(1)
    grid = rng.poisson(3, (12, 9, 3)).astype(float)
    row, column = np.indices(grid.shape[:2])
    points = np.column_stack([row.ravel() * 100.0, column.ravel() * 100.0])
    by_pairs = blend(grid.reshape(-1, 3), within(points, 250))
    assert blend_grid(grid, cell=100, metres=250).reshape(-1, 3) == approx(by_pairs, abs=1e-9)


def test_the_nearest_areas_weigh_as_the_nearest_people_do() -> None:
    rng = np.random.default_rng(3)
    city = rng.poisson(20, (60, 3)).astype(float) + 1
    points = rng.uniform(0, 3000, (60, 2))
    for people in (10, 200, 100_000):
        assert blend(city, nearest_areas(points, city.sum(axis=1), people)) == approx(
            nearest_people(points, city, people)
        )


def test_many_cells_find_their_nearest_people_and_lose_nobody() -> None:
    rng = np.random.default_rng(0)
    city = rng.poisson(2, (20_000, 2)).astype(float)
    points = rng.uniform(0, 20_000, (20_000, 2))
    blended = nearest_people(points, city, 1600)
    assert blended.sum() == approx(city.sum())
