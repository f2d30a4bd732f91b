"""What follows from what is told: figures that add up to another, of which one is withheld."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.disclosure.policy import Policy
from wijkspiegel.tables import Measured

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sum:
    """Sides that are about the same people: a whole and its parts, or two ways to part everybody. Rows of each side.

    told : whether the whole is told in another table, and has no row here. rest_is_nobody : who is on one side only is
    of no group, so that no figure of theirs is withheld.
    """

    sides: tuple[NDArray[np.intp], ...]
    told: bool = False
    rest_is_nobody: bool = False


def rows_by(figures: Measured, *columns: str) -> dict[tuple[Any, ...], NDArray[np.intp]]:
    """The rows that have the same in these columns."""
    rows: dict[tuple[Any, ...], list[int]] = {}
    for row, key in enumerate(zip(*(figures.columns[column] for column in columns), strict=True)):
        rows.setdefault(key, []).append(row)
    return {key: np.array(found) for key, found in rows.items()}


def without_leaks(people: Floats, hidden: Mask, equal: Sequence[Sum], policy: Policy) -> Mask:
    """[row], what may not be told once nothing of it follows from what is told.

    Where one side of a sum is told, but for fewer people than the smallest cell, the other may not hide one row alone,
    nor so few people: its smallest row is hidden as well; or that of the first side, where the other shows none.
    """
    hidden = hidden.copy()
    before = -1
    while before != hidden.sum():
        before = hidden.sum()
        for one in equal:
            leak = _leak(people, hidden, one, policy)
            if leak is not None:
                hidden[leak] = True
    return hidden


def _leak(people: Floats, hidden: Mask, equal: Sum, policy: Policy) -> int | None:
    """The row to hide, if what one side hides follows from another."""
    everybody = max(people[side].sum() for side in equal.sides)
    if equal.told:
        return _leak_of_rest(people, hidden, equal.sides[0], policy)
    shown = [side[~hidden[side] & (people[side] > 0)] for side in equal.sides]
    for told, other in permutations(range(len(shown)), 2):
        rest = everybody - people[shown[other]].sum()
        if not len(shown[told]) or everybody - people[shown[told]].sum() >= policy.min_cell or rest == 0:
            continue
        withheld = equal.sides[other][hidden[equal.sides[other]] & (people[equal.sides[other]] > 0)]
        if equal.rest_is_nobody and not len(withheld):
            continue
        alone = bool((people[withheld] == rest).any())
        if rest < policy.min_cell or alone:
            choice = shown[other] if len(shown[other]) else shown[told]
            return int(choice[people[choice].argmin()])
    return None


def _leak_of_rest(people: Floats, hidden: Mask, rows: NDArray[np.intp], policy: Policy) -> int | None:
    """The row to hide, where the whole is told and what is hidden of it is one figure, or few."""
    withheld, shown = rows[hidden[rows] & (people[rows] > 0)], rows[~hidden[rows] & (people[rows] > 0)]
    if not len(withheld) or not len(shown):
        return None
    follows = len(withheld) == 1 or people[withheld].sum() < policy.min_cell
    return int(shown[people[shown].argmin()]) if follows else None
