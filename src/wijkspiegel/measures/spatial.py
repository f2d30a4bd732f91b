"""Counts blended over the neighbourhood of each area, so that any index becomes a spatial one.

The people that somebody meets do not stop at a border. `blend` replaces the composition of every area by that of its
environment and keeps its own number of people (never rounded), so `isolation(blend(counts, within(points, 2000)))` is
isolation in environments of 2 km. Reardon & O'Sullivan (2004).
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import KDTree

from wijkspiegel.measures.grid import grid_of, nearest_on_grid
from wijkspiegel.measures.segregation import Counts, Values, area_shares

Points = NDArray[np.float64]
"""[area, 2], metres."""

Weights = Any
"""scipy csr_array [area, area], >= 0: weight of the people of an area (column) in the environment of another (row)."""


PAIRS = 4_000_000
"""Neighbours that are looked at together: 64 MB of distances and rows."""


def within(points: Points, metres: float) -> Weights:
    """1 for areas within the distance, itself included."""
    pairs = KDTree(points).query_pairs(metres, output_type="ndarray")
    return _symmetric(pairs, np.ones(len(pairs)), len(points))


def decaying(points: Points, bandwidth: float) -> Weights:
    """(1 - (d / bandwidth)^2)^2 within the bandwidth, 0 beyond: the biweight kernel. Metres."""
    pairs = KDTree(points).query_pairs(bandwidth, output_type="ndarray")
    distance = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    return _symmetric(pairs, (1 - (distance / bandwidth) ** 2) ** 2, len(points))


def touching(pairs: NDArray[np.intp], areas: int) -> Weights:
    """1 for areas that share a border, itself included. pairs : [pair, 2], each once."""
    return _symmetric(pairs, np.ones(len(pairs)), areas)


def _symmetric(pairs: NDArray[np.intp], weights: Values, areas: int) -> Weights:
    one = sparse.csr_array((weights, (pairs[:, 0], pairs[:, 1])), shape=(areas, areas))
    return (one + one.T + sparse.eye_array(areas)).tocsr()


def nearest_areas(points: Points, people: Values, reached: float) -> Weights:
    """The part of each area (column) that is among the nearest `reached` people of another (row), itself first.

    people : [area], > 0. As in `nearest_people`, but areas equally far away are taken one after the other.
    """
    tree, areas = KDTree(points), len(points)
    rows, columns, parts = [], [], []
    todo, reach = np.arange(areas), min(16, areas)
    while len(todo):
        some, todo = todo[: max(PAIRS // reach, 1)], todo[max(PAIRS // reach, 1) :]
        _, near = tree.query(points[some], k=reach)
        near = near.reshape(len(some), -1)
        before = people[near].cumsum(axis=1) - people[near]
        done = (before[:, -1] + people[near[:, -1]] >= reached) | (reach == areas)
        part = np.clip((reached - before[done]) / people[near[done]], 0.0, 1.0)
        rows.append(np.repeat(some[done], reach)[part.ravel() > 0])
        columns.append(near[done].ravel()[part.ravel() > 0])
        parts.append(part.ravel()[part.ravel() > 0])
        todo = np.concatenate([todo, some[~done]])
        reach = reach if done.any() else min(4 * reach, areas)
    where = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array((np.concatenate(parts), where), shape=(areas, areas))


def blend(counts: Counts, weights: Weights) -> Counts:
    """[area, group]: the people of each area with the composition of its environment."""
    return _with_people_of(counts, weights @ counts)


def _with_people_of(counts: Counts, environment: Counts) -> Counts:
    blended: Counts = counts.sum(axis=1, keepdims=True) * area_shares(environment)
    return blended


def nearest_people(points: Points, counts: Counts, people: float) -> Counts:
    """[area, group]: the people of each area with the composition of the nearest `people` people.

    Areas are taken in order of distance, itself first, until they hold `people`; the last in part. Areas equally far
    away are taken together. Oesth, Malmberg & Andersson (2014).
    """
    inhabited = np.flatnonzero(counts.sum(axis=1) > 0)
    environment = np.zeros_like(counts)
    grid = grid_of(points[inhabited])
    found = (
        _nearest_anywhere(points[inhabited], counts[inhabited], float(people))
        if grid is None
        else nearest_on_grid(grid, counts[inhabited], float(people))
    )
    environment[inhabited] = found
    return _with_people_of(counts, environment)


def _nearest_anywhere(points: Points, counts: Counts, people: float) -> Counts:
    """Environments of areas that all have people: ever more neighbours, for those who have not enough of them yet."""
    tree = KDTree(points)
    inhabited = counts.sum(axis=1)
    environment = np.zeros_like(counts)
    todo, reached = np.arange(len(points)), min(16, len(points))
    while len(todo):
        left = []
        for start in range(0, len(todo), max(PAIRS // reached, 1)):
            some = todo[start : start + max(PAIRS // reached, 1)]
            distance, rows = tree.query(points[some], k=reached)
            distance, rows = distance.reshape(len(some), -1), rows.reshape(len(some), -1)
            done = _gather(distance, rows, counts, inhabited, people, reached == len(points), environment, some)
            left.append(some[~done])
        todo = np.concatenate(left)
        reached = min(reached * 4, len(points))
    return environment


@numba.njit(cache=True)
def _gather(
    distance: Values,
    rows: NDArray[np.int64],
    counts: Counts,
    inhabited: Values,
    people: float,
    all_reached: bool,
    environment: Counts,
    todo: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Fill the environments of the areas `todo` that find their people among the nearest rows; say which did."""
    done = np.zeros(len(todo), dtype=np.bool_)
    groups = counts.shape[1]
    ring = np.zeros(groups)
    for i in range(len(todo)):
        total = np.zeros(groups)
        found, start = 0.0, 0
        while start < rows.shape[1]:
            stop = start
            ring[:] = 0.0
            ring_people = 0.0
            while stop < rows.shape[1] and distance[i, stop] <= distance[i, start] * (1 + 1e-12):
                ring += counts[rows[i, stop]]
                ring_people += inhabited[rows[i, stop]]
                stop += 1
            if stop == rows.shape[1] and not all_reached:
                break
            part = 1.0
            if found + ring_people > people:
                part = (people - found) / ring_people
            total += part * ring
            found += part * ring_people
            if found >= people:
                break
            start = stop
        if found >= people or (all_reached and start >= rows.shape[1]):
            environment[todo[i]] = total
            done[i] = True
    return done
