"""Rounds whose tables are one table, moved: a search over one table of each round settles them all.

People stand in columns, one for each seat, and in each column as many as there are tables. The first table of a round
takes one of every column, the second whoever comes next in each, and so on round. Two people of two columns sit
together where a round takes them as far apart as they stand. Nobody meets twice where, of any two columns, no two
rounds take people at the same distance: some rows of a difference matrix over the numbers modulo the tables (Beth,
Jungnickel & Lenz 1999, chapter VIII). The search is annealing by one number.
"""

from typing import Any

import numba
import numpy as np

from wijkspiegel.encounters.designs import by_column
from wijkspiegel.encounters.lots import below, unit
from wijkspiegel.encounters.problem import Ints

MOST_PEOPLE = 1_000
"""Of more, rounds without a repeat are mostly found without."""
HEAT = 0.33
"""The temperature, in what one pair too many costs: at this one, kept, ten tables of eight were found soonest."""


def can_be_moved(people: int, tables: int, rounds: int) -> bool:
    """Whether there are as many distances as rounds, and a column for each seat."""
    if not tables < people <= min(tables**2, MOST_PEOPLE):
        return False
    return 2 <= rounds - (by_column(people, tables) is not None) <= tables


def seat_by_moving(people: int, tables: int, rounds: int, steps: int, seed: Any) -> tuple[Ints, int]:
    """[round, person], a table each, as even as can be, with few repeats; and how many steps that took.

    It ends where nobody meets twice.
    """
    among_themselves = by_column(people, tables)
    matrix = np.zeros((rounds - (among_themselves is not None), -(-people // tables)), dtype=np.int64)
    taken = _anneal(matrix, tables, steps, seed)
    column, place = np.divmod(np.arange(people), tables)
    seated = (matrix[:, column] + place) % tables
    if among_themselves is not None:
        seated = np.concatenate([seated, among_themselves[None, :]])
    return seated, taken


@numba.njit(cache=True)
def _anneal(matrix: Any, tables: int, steps: int, seed: Any) -> int:
    """Fill the matrix [round, column], but for its first row and column, which can always be 0, at one temperature: the
    best that was passed stands. Returns the steps."""
    rounds, columns = matrix.shape
    times = np.zeros((columns, columns, tables), dtype=np.int32)  # in how many rounds two columns are at a distance
    repeats, best = 0, matrix.copy()
    for row in matrix[1:]:
        for column in range(1, columns):
            row[column] = below(seed, tables)
    for row in matrix:
        for one in range(1, columns):
            repeats += _put(times, row[:one], row[one], one, tables, 1)
    fewest, taken = repeats + 1, 0
    while taken < steps and fewest > 0:
        if repeats < fewest:
            fewest = repeats
            best[:] = matrix
        taken += 1
        row, one = matrix[1 + below(seed, rounds - 1)], 1 + below(seed, columns - 1)
        old, new = row[one], below(seed, tables)
        if old == new:
            continue
        change = 0
        for other in range(columns):
            if other != one:
                change += times[one, other, _distance(new, row[other], tables)] + 1
                change -= times[one, other, _distance(old, row[other], tables)]
        if change <= 0 or change <= -HEAT * np.log(unit(seed)):
            _put(times, row, old, one, tables, -1)
            _put(times, row, new, one, tables, 1)
            row[one] = new
            repeats += change
    matrix[:] = best
    return taken


@numba.njit(cache=True)
def _put(times: Any, row: Any, entry: int, one: int, tables: int, sign: int) -> int:
    """Counts an entry of a column with those of a row in other columns, or no longer (-1). Returns how many distances
    were there already."""
    again = 0
    for other in range(len(row)):
        if other != one:
            distance = _distance(entry, row[other], tables)
            again += times[one, other, distance]
            times[one, other, distance] += sign
            times[other, one, _distance(0, distance, tables)] += sign
    return again


@numba.njit(cache=True)
def _distance(one: int, other: int, tables: int) -> int:
    return one - other if one >= other else one - other + tables
