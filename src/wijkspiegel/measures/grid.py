"""Environments on a regular grid, such as the squares of 100 m of Statistics Netherlands: the same, only faster."""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from wijkspiegel.measures.segregation import Counts, Values

SPARSEST = 20
"""A grid with more places than this for each point is no grid worth walking."""


@dataclass(frozen=True)
class Grid:
    """Places of points on a grid. rows, columns : [point], from 0."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.rows.max()) + 1, int(self.columns.max()) + 1


def grid_of(points: NDArray[np.float64]) -> Grid | None:
    """The grid of square cells on which all points lie, each on a place of its own; None where there is none."""
    if len(points) < 2:
        return None
    offsets = points - points.min(axis=0)
    steps = np.concatenate([np.diff(np.unique(offsets[:, axis])) for axis in (0, 1)])
    side = steps[steps > 0].min()
    places = np.rint(offsets / side)
    if not np.allclose(places * side, offsets, rtol=0, atol=1e-6 * side):
        return None
    if (places.max(axis=0) + 1).prod() > SPARSEST * len(points):
        return None
    columns, rows = places.astype(np.int64).T
    taken = np.unique(rows * (columns.max() + 1) + columns)
    return Grid(rows, columns) if len(taken) == len(points) else None


def nearest_on_grid(grid: Grid, counts: Counts, people: float) -> Counts:
    """[point, group], people of the environments of `spatial.nearest_people`, whose points all have people."""
    height, width = grid.shape
    cells = np.zeros((height, width, counts.shape[1]))
    cells[grid.rows, grid.columns] = counts
    inhabited = cells.sum(axis=2)
    environment = np.zeros_like(counts)
    todo, reach, farthest = np.arange(len(counts)), 8, int(np.ceil(np.hypot(height, width)))
    while len(todo):
        reach = min(reach, farthest)
        steps, rings = _rings(reach)
        everywhere = reach == farthest
        done = _walk(grid.rows, grid.columns, cells, inhabited, steps, rings, people, everywhere, environment, todo)
        todo = todo[~done]
        reach *= 2
    return environment


def _rings(reach: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Steps from a place to all places within the reach, by distance; and where each ring of equal distance begins."""
    row, column = (axis.ravel() for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    squared = row**2 + column**2
    order = np.argsort(squared, kind="stable")
    order = order[squared[order] <= reach**2]
    begins = np.flatnonzero(np.diff(squared[order], prepend=-1))
    return np.column_stack([row[order], column[order]]), np.append(begins, len(order))


@numba.njit(cache=True)
def _walk(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    cells: NDArray[np.float64],
    inhabited: NDArray[np.float64],
    steps: NDArray[np.int64],
    rings: NDArray[np.int64],
    people: float,
    everywhere: bool,
    environment: Counts,
    todo: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Fill the environments of the points `todo` that find their people within the rings; say which did."""
    height, width, groups = cells.shape
    done = np.zeros(len(todo), dtype=np.bool_)
    ring: Values = np.zeros(groups)
    for i in range(len(todo)):
        total = np.zeros(groups)
        found = 0.0
        for number in range(len(rings) - 1):
            ring[:] = 0.0
            ring_people = 0.0
            for step in range(rings[number], rings[number + 1]):
                row, column = rows[todo[i]] + steps[step, 0], columns[todo[i]] + steps[step, 1]
                if 0 <= row < height and 0 <= column < width and inhabited[row, column] > 0:
                    ring_people += inhabited[row, column]
                    for group in range(groups):
                        ring[group] += cells[row, column, group]
            if ring_people > 0:
                part = min(1.0, (people - found) / ring_people)
                for group in range(groups):
                    total[group] += part * ring[group]
                found += part * ring_people
                if found >= people * (1 - 1e-12):
                    break
        if found >= people * (1 - 1e-12) or everywhere:
            environment[todo[i]] = total
            done[i] = True
    return done


def blend_grid(counts: NDArray[np.float64], cell: float, metres: float) -> NDArray[np.float64]:
    """`blend` within a distance on a regular grid, by Fourier transform.

    counts : [row, column, group], people. cell : side of a cell, metres.
    """
    reach = int(metres // cell)
    steps = np.arange(-reach, reach + 1) * cell
    disc = (steps[:, None] ** 2 + steps[None, :] ** 2 <= metres**2).astype(np.float64)
    shape = [fft.next_fast_len(size + 2 * reach, real=True) for size in counts.shape[:2]]
    kernel = fft.rfft2(disc, shape)
    environment = np.empty_like(counts)
    for group in range(counts.shape[2]):
        blurred = fft.irfft2(fft.rfft2(counts[:, :, group], shape) * kernel, shape)
        environment[:, :, group] = blurred[reach : reach + counts.shape[0], reach : reach + counts.shape[1]]
    people = counts.sum(axis=2, keepdims=True)
    around = np.maximum(environment, 0).sum(axis=2, keepdims=True)
    shares = np.divide(np.maximum(environment, 0), around, out=np.zeros_like(counts), where=around > 0.5)
    blended: NDArray[np.float64] = people * shares
    return blended
