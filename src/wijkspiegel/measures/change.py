"""Why an index changed between two years: other numbers of people, or another way of spreading over the areas."""

from dataclasses import dataclass

import numpy as np

from wijkspiegel.measures.segregation import SEGREGATION, Counts, Values

ROUNDS = 1000
CLOSE_ENOUGH = 1e-10


@dataclass(frozen=True)
class Change:
    """total = margins + structure, exactly.

    margins : what other numbers of people per area and per group did.
    structure : what another spreading of the groups over the areas did, numbers being equal.
    """

    total: float
    margins: float
    structure: float


def decompose(before: Counts, after: Counts, name: str) -> Change:
    """The change of an index of SEGREGATION between two years, split as Elbers (2021) does.

    before, after : [area, group], people, over the same areas and groups. A year with the margins of the other is made
    by iterative proportional fitting, which leaves the odds ratios, the structure, as they were. The structure is what
    changes between years of equal margins; it is taken at the margins of both years and averaged (Shapley).

    Cells without people stay without; areas or groups that one year lacks get their counts from the other, so that
    their coming or going counts as margins. nan where the index is not defined in one of the years.
    """
    index = SEGREGATION[name]
    before_filled, after_filled = _filled(before, after), _filled(after, before)
    before_as_after = fitted(before_filled, after.sum(axis=1), after.sum(axis=0))
    after_as_before = fitted(after_filled, before.sum(axis=1), before.sum(axis=0))
    first, last = float(index(before)), float(index(after))
    structure = (last - float(index(before_as_after)) + float(index(after_as_before)) - first) / 2
    total = last - first
    return Change(total, total - structure, structure)


def _filled(counts: Counts, other: Counts) -> Counts:
    """counts, with the other year's cells in areas and groups that have nobody."""
    missing = (counts.sum(axis=1) == 0)[:, None] | (counts.sum(axis=0) == 0)[None, :]
    return np.where(missing, other, counts)


def fitted(counts: Counts, people: Values, members: Values) -> Counts:
    """counts [area, group] scaled, row by row and column by column in turn, to the given margins.

    Deming & Stephan (1940). Where empty cells make the margins impossible, the rows are met and the columns nearly.
    """
    table = counts.astype(np.float64)
    for _ in range(ROUNDS):
        columns = table.sum(axis=0)
        table = table * np.divide(members, columns, out=np.zeros_like(columns), where=columns > 0)
        rows = table.sum(axis=1)
        table = table * np.divide(people, rows, out=np.zeros_like(rows), where=rows > 0)[:, None]
        if np.abs(table.sum(axis=0) - members).max() <= CLOSE_ENOUGH * max(members.sum(), 1.0):
            break
    return table
