"""Linear programmes that differ in their objective only: the most of aim @ weights, weights >= 0, of all that give the
same answers as weights that are known.

Answers of people with few contacts span few dimensions, so equations are first reduced to those that say something
(`independent_rows`); then a dense simplex starts from the known weights and goes on from one objective to the next.
"""

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SMALL, PIVOT = 1e-9, 1e-7
"""What counts as no gain, and as no change of a weight in the basis."""

REFRESH = 40
"""Pivots after which the table is made anew."""


@numba.njit(cache=True, error_model="numpy")
def independent_rows(columns: Floats, tolerance: float) -> tuple[Floats, Floats, Ints]:
    """Directions, columns in those directions, and the columns that were taken one after the other.

    columns : [column, row]. directions : [rank, row], at right angles; within : [rank, column], so that columns =
    within.T @ directions but for parts shorter than tolerance * the longest column. pivots : [rank].
    """
    rest = columns.copy()
    size = min(columns.shape)
    directions, within, pivots = (
        np.empty((size, columns.shape[1])),
        np.zeros((size, len(columns))),
        np.empty(size, np.int64),
    )
    longest = 0.0
    squared: Floats = (rest**2).sum(axis=1)
    for rank in range(size):
        pivot = squared.argmax()
        length = np.sqrt(squared[pivot])
        longest = max(longest, length)
        if length <= tolerance * longest:
            return directions[:rank].copy(), within[:rank].copy(), pivots[:rank].copy()
        direction = rest[pivot] / length
        direction = direction - (directions[:rank] @ direction) @ directions[:rank]
        direction /= np.sqrt((direction**2).sum())
        _take_off(rest, direction, within[rank], squared)
        rest[pivot], squared[pivot] = 0.0, 0.0
        directions[rank], pivots[rank] = direction, pivot
    return directions, within, pivots


@numba.njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _take_off(rest: Floats, direction: Floats, along: Floats, squared: Floats) -> None:
    """The part of each column along a direction: out of `rest`, into `along`. squared : of the length that is left."""
    for column in range(len(rest)):
        part = 0.0
        for row in range(len(direction)):
            part += rest[column, row] * direction[row]
        left = 0.0
        for row in range(len(direction)):
            rest[column, row] -= part * direction[row]
            left += rest[column, row] ** 2
        along[column], squared[column] = part, left


@numba.njit(cache=True, error_model="numpy")
def most_of_each(within: Floats, pivots: Ints, weights: Floats, aims: Floats) -> Floats:
    """[aim], the most of aim @ x of all x >= 0 with within @ x = within @ weights.

    within, pivots : as `independent_rows` gives them. weights : [column], > 0. aims : [aim, column].
    """
    given = within @ weights
    basis = pivots.copy()
    table: Floats = np.linalg.inv(within[:, basis].copy()) @ within
    values = weights[basis].copy()
    _to_corner(table, values, basis, weights, aims[0])
    found = np.empty(len(aims))
    for number in range(len(aims)):
        aim = aims[number]
        pivoted = 0
        while True:
            inverse = np.linalg.inv(within[:, basis].copy())
            table, values = inverse @ within, np.maximum(inverse @ given, 0.0)
            done = _climb(table, values, basis, aim)
            pivoted += done
            if done < REFRESH or pivoted > 100 * len(aim):
                break
        excess = aim - aim[basis] @ table
        found[number] = (aim[basis] * values).sum() + max(excess.max(), 0.0) * weights.sum()
    return found


@numba.njit(cache=True, error_model="numpy")
def _to_corner(table: Floats, values: Floats, basis: Ints, weights: Floats, aim: Floats) -> None:
    """Push every weight outside the basis to 0, or up until one in the basis is 0 and leaves, whichever gains."""
    outside = np.ones(len(weights), dtype=np.bool_)
    outside[basis] = False
    for column in range(len(weights)):
        if not outside[column]:
            continue
        gains = bool(aim[column] - (aim[basis] * table[:, column]).sum() > 0)
        sign = 1.0 if gains else -1.0
        way, leaves = np.inf if gains else weights[column], -1
        for row in range(len(basis)):
            falls = sign * table[row, column]
            if falls > PIVOT and values[row] < way * falls:
                way, leaves = values[row] / falls, row
        values -= sign * way * table[:, column]
        if leaves >= 0:
            values[leaves] = weights[column] + sign * way
            basis[leaves] = column
            _pivot(table, leaves, column)


@numba.njit(cache=True, error_model="numpy")
def _climb(table: Floats, values: Floats, basis: Ints, aim: Floats) -> int:
    """The simplex method, at most REFRESH pivots: the steepest column comes in; after as many as there are rows without
    gain the first one that gains (Bland 1977). Returns the number of pivots.
    """
    idle = 0
    for pivoted in range(REFRESH):
        gains = aim - aim[basis] @ table
        gains[basis] = 0.0
        if gains.max() <= SMALL:
            return pivoted
        column = int(np.flatnonzero(gains > SMALL)[0] if idle > len(basis) else gains.argmax())
        way, leaves = np.inf, -1
        for row in range(len(basis)):
            falls = table[row, column]
            if falls > PIVOT:
                here = values[row] / falls
                if here < way - 1e-12 or (here <= way + 1e-12 and leaves >= 0 and falls > table[leaves, column]):
                    way, leaves = here, row
        if leaves < 0:
            return pivoted
        idle = 0 if way > 1e-12 else idle + 1
        values -= way * table[:, column]
        np.maximum(values, 0.0, values)
        values[leaves] = way
        basis[leaves] = column
        _pivot(table, leaves, column)
    return REFRESH


@numba.njit(cache=True, error_model="numpy")
def _pivot(table: Floats, row: int, column: int) -> None:
    table[row] /= table[row, column]
    for other in range(len(table)):
        if other != row and table[other, column] != 0:
            table[other] -= table[other, column] * table[row]
