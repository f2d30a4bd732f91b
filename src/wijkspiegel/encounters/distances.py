"""People who differ at one table, and nothing else: the maximally diverse grouping problem.

A step looks two people up in one matrix, how far everybody is from each table; it is kept up with what is accepted.
"""

from typing import Any

import numba
import numpy as np

from wijkspiegel.encounters.lots import below, unit
from wijkspiegel.encounters.problem import Ints, Problem

HOT, COLD = 0.07, 0.025
"""Temperatures, in what an exchange costs on average where no exchange helps any more: the one scale that suited both
distances without any pattern and those between points."""
SURE = 37.0
"""So many temperatures worse is accepted by no lot: a lot is at least 2^-53."""


def only_distances(problem: Problem) -> bool:
    """Whether distances are all that counts: one round, no mirror, no rules, nobody met before."""
    return (
        len(problem.distances) > 0
        and problem.rounds == 1
        and not problem.attributes
        and not problem.rules
        and not len(problem.before)
    )


def most_apart(problem: Problem, begin: Ints, enough: float, steps: int, seed: Any) -> Ints:
    """Climb from a seating [person], anneal, and climb again. Returns the seating.

    enough : distance that is known to be the most; where it is reached the search ends.
    """
    at = begin.astype(np.int32)
    tables = len(problem.tables)
    capacity = np.array([table.capacity for table in problem.tables], dtype=np.int64)
    minimum = np.array([table.minimum for table in problem.tables], dtype=np.int64)
    size = np.bincount(at, minlength=tables)
    members, chair = np.full((tables, int(capacity.max())), -1, dtype=np.int32), np.empty(len(at), dtype=np.int32)
    for table in range(tables):
        there = np.flatnonzero(at == table)
        members[table, : len(there)] = there
        chair[there] = np.arange(len(there))
    near = np.stack([problem.distances[at == table].sum(axis=0) for table in range(tables)])
    left = enough - float(near[at, np.arange(len(at))].sum()) / 2
    left -= _climb(problem.distances, near, members, at, chair, steps, left)
    loss = max(_usual_loss(problem.distances, near, at), 1e-6)
    left -= _anneal(
        problem.distances, _nearest(problem.distances), near, at, chair, members, size, capacity, minimum,
        steps, HOT * loss, COLD * loss, left, seed,
    )  # fmt: skip
    _climb(problem.distances, near, members, at, chair, steps, left)
    return at.astype(np.int64)


# The kernel ----------------------------------------------------------------------------------------------------------


@numba.njit(cache=True)
def _exchange(distances: Any, near: Any, members: Any, at: Any, chair: Any, p: int, q: int) -> None:
    """p and q change places."""
    a, b = at[p], at[q]
    members[a, chair[p]], members[b, chair[q]] = q, p
    chair[p], chair[q] = chair[q], chair[p]
    at[p], at[q] = b, a
    from_a, from_b, from_p, from_q = near[a], near[b], distances[p], distances[q]
    for one in range(len(from_p)):
        more = from_q[one] - from_p[one]
        from_a[one] += more
        from_b[one] -= more


@numba.njit(cache=True)
def _move(distances: Any, near: Any, members: Any, at: Any, chair: Any, size: Any, p: int, b: int) -> None:
    """p takes an empty chair of table b."""
    a = at[p]
    last = members[a, size[a] - 1]
    members[a, chair[p]], chair[last] = last, chair[p]
    members[b, size[b]], chair[p], at[p] = p, size[b], b
    size[a] -= 1
    size[b] += 1
    for one in range(len(at)):
        near[a, one] -= distances[p, one]
        near[b, one] += distances[p, one]


@numba.njit(cache=True)
def _nearest(distances: Any) -> Any:
    """[person], the distance to who differs least from them."""
    nearest = np.full(len(distances), np.inf)
    for p in range(len(distances)):
        for q in range(p):
            nearest[p] = min(nearest[p], distances[p, q])
            nearest[q] = min(nearest[q], distances[p, q])
    return nearest


@numba.njit(cache=True)
def _anneal(
    distances: Any, nearest: Any, near: Any, at: Any, chair: Any, members: Any, size: Any, capacity: Any, minimum: Any,
    steps: int, hot: float, cold: float, enough: float, seed: Any,
) -> float:  # fmt: skip
    """near : [table, person], summed distance to who sits there. Returns the distance gained; `enough` ends it.

    What is between two who would change places only makes it worse, and is far away in memory: mostly the least that it
    can be is enough to tell that they do not.
    """
    people, tables = len(at), len(size)
    if tables == 1 or enough <= 1e-9:
        return 0.0
    factor = (cold / hot) ** (1.0 / max(1, steps // 256))
    heat, gained = hot, 0.0
    for step in range(steps):
        if step & 255 == 255:
            heat *= factor
            if gained >= enough - 1e-9:
                return gained
        p = below(seed, people)
        a = at[p]
        b = below(seed, tables - 1)
        b += b >= a
        s = below(seed, capacity[b])
        change = near[b, p] - near[a, p]
        if s >= size[b]:
            if size[a] > minimum[a] and change >= heat * np.log(unit(seed)):
                _move(distances, near, members, at, chair, size, p, b)
                gained += change
            continue
        q = members[b, s]
        change += near[a, q] - near[b, q]
        most = change - 2.0 * max(nearest[p], nearest[q])
        if most < -SURE * heat:
            continue
        lot = heat * np.log(unit(seed))
        if most < lot:
            continue
        change -= 2.0 * distances[p, q]
        if change >= lot:
            _exchange(distances, near, members, at, chair, p, q)
            gained += change
    return gained


@numba.njit(cache=True)
def _climb(distances: Any, near: Any, members: Any, at: Any, chair: Any, tries: int, enough: float) -> float:
    """Exchange pairs for as long as any exchange makes it better, and no more than so many were tried.

    Returns the distance gained.
    """
    better, gained = True, 0.0
    while better and gained < enough - 1e-9:
        better = False
        for p in range(len(at)):
            tries -= p
            if tries < 0:
                return gained
            for q in range(p):
                a, b = at[p], at[q]
                if a == b:
                    continue
                change = near[b, p] - near[a, p] + near[a, q] - near[b, q] - 2.0 * distances[p, q]
                if change > 1e-9:
                    _exchange(distances, near, members, at, chair, p, q)
                    gained += change
                    better = True
    return gained


@numba.njit(cache=True)
def _usual_loss(distances: Any, near: Any, at: Any) -> float:
    """What an exchange of two people of different tables costs on average; 0 where there are none."""
    loss, pairs = 0.0, 0
    for p in range(len(at)):
        for q in range(p):
            a, b = at[p], at[q]
            if a != b:
                loss -= near[b, p] - near[a, p] + near[a, q] - near[b, q] - 2.0 * distances[p, q]
                pairs += 1
    return loss / max(pairs, 1)
