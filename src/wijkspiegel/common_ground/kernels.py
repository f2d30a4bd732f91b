"""The loops over votes. Rows are done alone and in order, without threads: the same figures on every machine."""

from typing import Any

import numba
import numpy as np


@numba.njit(cache=True, error_model="numpy")
def newton(
    starts: Any, statement: Any, vote: Any, persons: Any, statements: Any, prior: Any, precision: Any, steps: int
) -> None:
    """Newton steps for each person, statements as they are; in place, until CLOSE_ENOUGH or `steps` were taken.

    starts : [person + 1], where the votes of a person begin. statement : [vote]. vote : [vote], 1 or -1.
    persons, statements : [., 1 + d], an intercept and a place; logit P(agree) is the sum of the intercepts and the
    product of the places. prior, precision : [1 + d], of a normal prior on a person.
    """
    size = persons.shape[1]
    slope, bend, step = np.empty(size), np.empty((size, size)), np.empty(size)
    for person in range(len(starts) - 1):
        for _ in range(steps):
            for one in range(size):
                slope[one] = precision[one] * (prior[one] - persons[person, one])
                for two in range(one + 1):
                    bend[one, two] = precision[one] if one == two else 0.0
            for at in range(starts[person], starts[person + 1]):
                place = statements[statement[at]]
                agree = chance(persons, statements, person, statement[at])
                rest = (1.0 if vote[at] > 0 else 0.0) - agree
                bent = agree * (1.0 - agree)
                slope[0] += rest
                bend[0, 0] += bent
                for one in range(1, size):
                    slope[one] += rest * place[one]
                    bend[one, 0] += bent * place[one]
                    for two in range(1, one + 1):
                        bend[one, two] += bent * place[one] * place[two]
            factor(bend)
            solve(bend, slope, step)
            change = 0.0
            for one in range(size):
                moved = min(max(step[one], -LONGEST_STEP), LONGEST_STEP)
                persons[person, one] += moved
                change = max(change, abs(moved))
            if change < CLOSE_ENOUGH:
                break


LONGEST_STEP = 2.0
"""A Newton step from far away may overshoot; on the logit scale no longer one is ever needed."""
CLOSE_ENOUGH = 1e-6


@numba.njit(cache=True, error_model="numpy")
def newton_across(
    starts: Any, statement: Any, vote: Any, persons: Any, statements: Any, prior: Any, precision: Any
) -> None:
    """A Newton step for each statement, in place, in one pass over the votes in the order of persons.

    In the order of statements every vote would fetch its person from far away, which takes five times as long.
    """
    number, size = statements.shape
    slope, bend = np.empty((number, size)), np.zeros((number, size, size))
    for one in range(number):
        for k in range(size):
            slope[one, k] = precision[k] * (prior[k] - statements[one, k])
            bend[one, k, k] = precision[k]
    for person in range(len(starts) - 1):
        place = persons[person]
        for at in range(starts[person], starts[person + 1]):
            row = statement[at]
            agree = chance(persons, statements, person, row)
            rest = (1.0 if vote[at] > 0 else 0.0) - agree
            bent = agree * (1.0 - agree)
            slope[row, 0] += rest
            bend[row, 0, 0] += bent
            for one in range(1, size):
                slope[row, one] += rest * place[one]
                bend[row, one, 0] += bent * place[one]
                for two in range(1, one + 1):
                    bend[row, one, two] += bent * place[one] * place[two]
    step = np.empty(size)
    for row in range(number):
        factor(bend[row])
        solve(bend[row], slope[row], step)
        for k in range(size):
            statements[row, k] += min(max(step[k], -LONGEST_STEP), LONGEST_STEP)


@numba.njit(cache=True, error_model="numpy")
def slopes_by_group(
    starts: Any, statement: Any, vote: Any, persons: Any, statements: Any, group: Any, slope: Any, bend: Any
) -> None:
    """What the votes of each group add to the slope and bend of each statement, where people and statements stand.

    group : [person], -1 is none. slope : [group, statement, 1 + d], bend : [group, statement, 1 + d, 1 + d], its lower
    triangle; added to in place.
    """
    size = statements.shape[1]
    for person in range(len(starts) - 1):
        if group[person] < 0:
            continue
        for at in range(starts[person], starts[person + 1]):
            if vote[at] == 0:
                continue
            agree = chance(persons, statements, person, statement[at])
            of_slope, of_bend = slope[group[person], statement[at]], bend[group[person], statement[at]]
            for one in range(size):
                left = persons[person, one] if one else 1.0
                of_slope[one] += ((1.0 if vote[at] > 0 else 0.0) - agree) * left
                for two in range(one + 1):
                    of_bend[one, two] += agree * (1.0 - agree) * left * (persons[person, two] if two else 1.0)


@numba.njit(cache=True, error_model="numpy")
def factor(matrix: Any) -> None:
    """Cholesky in place: the lower triangle is read and overwritten."""
    for one in range(len(matrix)):
        for two in range(one + 1):
            total = matrix[one, two]
            for k in range(two):
                total -= matrix[one, k] * matrix[two, k]
            matrix[one, two] = np.sqrt(total) if one == two else total / matrix[two, two]


@numba.njit(cache=True, error_model="numpy")
def solve(factored: Any, right: Any, found: Any) -> None:
    """matrix @ found = right, where the matrix was `factor`ed."""
    size = len(right)
    for one in range(size):
        total = right[one]
        for k in range(one):
            total -= factored[one, k] * found[k]
        found[one] = total / factored[one, one]
    for one in range(size - 1, -1, -1):
        total = found[one]
        for k in range(one + 1, size):
            total -= factored[k, one] * found[k]
        found[one] = total / factored[one, one]


@numba.njit(cache=True, error_model="numpy")
def tally_without(  # noqa: PLR0912  a kernel: helpers would allocate for each vote
    starts: Any, statement: Any, vote: Any, weight: Any, persons: Any, statements: Any, precision: Any, centres: Any,
    counted: Any, sums: Any, squares: Any,
) -> None:  # fmt: skip
    """Counts of votes by opinion group, each vote in the group in which its person would be without that vote.

    The place without a vote is one Newton step away from the place with it. counted : [person], who is in a group at
    all. sums, squares : [group, statement, outcome], of the weights; outcomes are disagree, pass and agree.
    """
    size = persons.shape[1]
    bend, toward, step = np.empty((size, size)), np.empty(size), np.empty(size)
    for person in range(len(starts) - 1):
        if not counted[person]:
            continue
        for one in range(size):
            for two in range(one + 1):
                bend[one, two] = precision[one] if one == two else 0.0
        for at in range(starts[person], starts[person + 1]):
            if vote[at] == 0:
                continue
            agree = chance(persons, statements, person, statement[at])
            bent = agree * (1.0 - agree)
            for one in range(size):
                left = statements[statement[at], one] if one else 1.0
                for two in range(one + 1):
                    bend[one, two] += bent * left * (statements[statement[at], two] if two else 1.0)
        factor(bend)
        for at in range(starts[person], starts[person + 1]):
            mine = statement[at]
            for one in range(size):
                step[one] = 0.0
            if vote[at] != 0:
                agree = chance(persons, statements, person, mine)
                toward[0] = 1.0
                for one in range(1, size):
                    toward[one] = statements[mine, one]
                solve(bend, toward, step)
                leverage = 0.0
                for one in range(size):
                    leverage += toward[one] * step[one]
                rest = (1.0 if vote[at] > 0 else 0.0) - agree
                scale = -rest / (1.0 - agree * (1.0 - agree) * leverage)
                for one in range(size):
                    step[one] *= scale
            group, nearest = 0, np.inf
            for centre in range(len(centres)):
                distance = 0.0
                for one in range(1, size):
                    distance += (persons[person, one] + step[one] - centres[centre, one - 1]) ** 2
                if distance < nearest:
                    group, nearest = centre, distance
            sums[group, mine, vote[at] + 1] += weight[person]
            squares[group, mine, vote[at] + 1] += weight[person] ** 2


@numba.njit(cache=True, error_model="numpy")
def chance(persons: Any, statements: Any, person: int, statement: int) -> Any:
    logit = persons[person, 0] + statements[statement, 0]
    for one in range(1, persons.shape[1]):
        logit += persons[person, one] * statements[statement, one]
    return 1.0 / (1.0 + np.exp(-logit))


@numba.njit(cache=True)
def tally(starts: Any, statement: Any, vote: Any, weight: Any, group: Any, sums: Any, squares: Any) -> None:
    """Likewise by groups that are known. group : [person], -1 is none."""
    for person in range(len(starts) - 1):
        if group[person] < 0:
            continue
        for at in range(starts[person], starts[person + 1]):
            sums[group[person], statement[at], vote[at] + 1] += weight[person]
            squares[group[person], statement[at], vote[at] + 1] += weight[person] ** 2


@numba.njit(cache=True, error_model="numpy")
def gram(starts: Any, statement: Any, value: Any, found: Any) -> None:
    """found : [statement, statement], the sum over persons of the products of their values; both triangles."""
    for person in range(len(starts) - 1):
        of_person, values = statement[starts[person] : starts[person + 1]], value[starts[person] : starts[person + 1]]
        for at in range(len(of_person)):
            row, mine = found[of_person[at]], values[at]
            for beside in range(at + 1):
                row[of_person[beside]] += mine * values[beside]
    for one in range(len(found)):
        for two in range(one):
            both = found[one, two] + found[two, one]
            found[one, two] = found[two, one] = both


@numba.njit(cache=True, error_model="numpy")
def leading(matrix: Any, vectors: Any, turns: int) -> None:
    """Eigenvectors of the largest eigenvalues of a symmetric matrix, by orthogonal iteration.

    vectors : [number, size], where to begin; nearer to the eigenvectors when it ends. One of nothing stays so.
    """
    number, size = vectors.shape
    turned = np.empty((number, size))
    for _ in range(turns):
        for k in range(number):
            for one in range(size):
                total = 0.0
                for two in range(size):
                    total += matrix[one, two] * vectors[k, two]
                turned[k, one] = total
            for before in range(k):
                along = 0.0
                for one in range(size):
                    along += turned[k, one] * turned[before, one]
                for one in range(size):
                    turned[k, one] -= along * turned[before, one]
            length = 0.0
            for one in range(size):
                length += turned[k, one] ** 2
            for one in range(size):
                turned[k, one] = turned[k, one] / np.sqrt(length) if length > 0 else 0.0
        vectors[:] = turned
