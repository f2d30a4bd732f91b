"""What no plan can do better than, whatever the search: simple counting, so that anybody can check it."""

import heapq

import numpy as np

from wijkspiegel.encounters.problem import Floats, Problem


def mirror_bound(problem: Problem) -> float:
    """The least that the mirror can cost: each category spread over the tables as well as whole people can be.

    A category of which there are 17 at four even tables cannot be nearer to 4.25 than 4, 4, 4 and 5. Categories are
    spread each by itself, which a plan may be unable to do for all at once; so this is a bound, and often reached.
    """
    target = problem.target
    capacity = [table.capacity for table in problem.tables]
    total = 0.0
    for number in range(problem.rounds):
        there = problem.category[problem.present[number]]
        counts = np.bincount(there.ravel(), minlength=len(problem.categories))
        for category, people in enumerate(counts):
            weight = float(problem.weight[category])
            total += weight * _spread(target[number, :, category], int(people), capacity)
    return total


def _spread(target: Floats, people: int, capacity: list[int]) -> float:
    """The least sum of squares from the target with so many people; greedy is exact, since the cost is convex."""
    placed = np.minimum(np.floor(target), capacity).astype(np.int64)
    while placed.sum() > people:
        placed[int(np.argmax(np.where(placed > 0, placed - target, -np.inf)))] -= 1
    queue = [
        (2 * (float(n) - t) + 1, at) for at, (n, t) in enumerate(zip(placed, target, strict=True)) if n < capacity[at]
    ]
    heapq.heapify(queue)
    for _ in range(people - int(placed.sum())):
        _, at = heapq.heappop(queue)
        placed[at] += 1
        if placed[at] < capacity[at]:
            heapq.heappush(queue, (2 * (float(placed[at]) - float(target[at])) + 1, at))
    return float(((placed - target) ** 2).sum())


def repeat_bounds(problem: Problem) -> tuple[int, int]:
    """The least that repeats, and their excess (`judge`), can be. Whole numbers.

    More meetings than pairs: what is left over is repeats. More chairs at a table than tables: some who sit there sat
    together in any other round too. Plans with blocks or tables that need not be full get the bound that still holds.
    """
    if (problem.block != np.arange(len(problem.people))).any():
        return 0, 0
    tables = len(problem.tables)
    there = problem.present.sum(axis=1)
    meetings = [_least_pairs(int(people), tables) for people in there]
    ever = problem.present.any(axis=0)
    people, met_before = int(ever.sum()), int(np.asarray(ever)[problem.before].all(axis=1).sum())
    new = people * (people - 1) // 2 - met_before
    total = sum(meetings)
    over = max(0, total - new)
    rounds = range(1, problem.rounds)
    crowded = sum(_least_again(problem, one, one - 1) for one in rounds)
    crowded_each = sum(_least_again(problem, one, other) for one in rounds for other in range(one))
    spread = _even_excess(total, new) if new > 0 and not met_before else over
    return max(over, crowded), max(spread, crowded_each, over)


def _least_pairs(people: int, tables: int) -> int:
    """Pairs at one table where people spread evenly: the fewest that a round can have."""
    each, more = divmod(people, tables)
    return more * (each + 1) * each // 2 + (tables - more) * each * (each - 1) // 2


def _least_again(problem: Problem, one: int, other: int) -> int:
    """Pairs that must sit together in both of two rounds. Only counted where everybody is there in both."""
    if not problem.present[[one, other]].all():
        return 0
    tables = len(problem.tables)
    people = len(problem.people)
    each, more = divmod(people, tables)
    return more * _least_pairs(each + 1, tables) + (tables - more) * _least_pairs(each, tables)


def _even_excess(meetings: int, pairs: int) -> int:
    """The least sum of n (n - 1) / 2 where so many pairs meet so often in all."""
    each, more = divmod(meetings, pairs)
    return more * (each + 1) * each // 2 + (pairs - more) * each * (each - 1) // 2


def distance_bound(problem: Problem) -> float:
    """The most that distances within tables can add up to: Donath & Hoffman (1973), by eigenvalues. inf where unknown.

    For full tables of one size s, of the matrix D of n people: s/2 (1'D1/n + the largest eigenvalues of D across from
    1, as many as there are tables but one).
    """
    people = len(problem.people)
    if not len(problem.distances):
        return 0.0
    sizes = problem.seats
    chairs = sum(table.capacity for table in problem.tables)
    if chairs != people or (sizes != sizes[0, 0]).any() or not problem.present.all() or people > 4_000:
        return float("inf")
    distances = problem.distances
    mean = distances.mean(axis=1)
    centred = distances - mean[:, None] - mean[None, :] + distances.mean()
    centred -= np.abs(centred).sum(axis=1).max() / people  # the eigenvalue of 1 itself becomes the least
    values = np.linalg.eigvalsh(centred)[::-1][: len(problem.tables) - 1]
    size = float(sizes[0, 0])
    return float(problem.rounds * size / 2 * (distances.sum() / people + values.sum()))
