"""An attacker who has the release of a conversation, knows which groups lie in which, and works out what is withheld.

He knows that every participant is of a known group (which makes him stronger), how many there are to the rounding, and
that what is told is within half of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.optimize import linprog

Cell = tuple[Any, ...]
"""A count: ("answered", statement, kind, group), ("answer", statement, answer), ("there", bin, kind, group) and
("of", kind, group), all who are of it."""
ANSWERS = ("agree", "disagree", "pass")


@dataclass
class Counts:
    """Least and most of every count, and sums that are 0: cell -> how often it counts."""

    least: dict[Cell, float] = field(default_factory=dict)
    most: dict[Cell, float] = field(default_factory=dict)
    sums: list[dict[Cell, float]] = field(default_factory=list)
    below: list[dict[Cell, float]] = field(default_factory=list)

    def told(self, cell: Cell, count: Any, half: float) -> None:
        self.seen(cell)
        if count is not None and not np.isnan(count):
            self.least[cell] = max(self.least[cell], count - half)
            self.most[cell] = min(self.most[cell], count + half)

    def seen(self, cell: Cell) -> None:
        self.least.setdefault(cell, 0.0)
        self.most.setdefault(cell, np.inf)

    def equal(self, one: Iterable[Cell], other: Iterable[Cell]) -> None:
        self.sums.append(_form(one, other))

    def at_most(self, one: Cell, other: Cell) -> None:
        self.below.append(_form([one], [other]))

    def range_of(self, cells: Iterable[Cell]) -> dict[Cell, tuple[float, float]]:
        for form in (*self.sums, *self.below):
            for cell in form:
                self.seen(cell)
        place = {cell: number for number, cell in enumerate(self.least)}
        equal, below = (_matrix(forms, place) for forms in (self.sums, self.below))
        bounds = [(self.least[cell], self.most[cell]) for cell in place]
        found = {}
        for cell in cells:
            ends = []
            for sign in (1.0, -1.0):
                cost = np.zeros(len(place))
                cost[place[cell]] = sign
                solved = linprog(
                    cost, A_eq=equal, b_eq=np.zeros(len(equal)), A_ub=below, b_ub=np.zeros(len(below)), bounds=bounds
                )
                if solved.status == 2:
                    raise AssertionError("what is told contradicts itself")
                ends.append(float(solved.x[place[cell]]) if solved.status == 0 else np.inf)
            found[cell] = (ends[0], ends[1])
        return found


def _form(one: Iterable[Cell], other: Iterable[Cell]) -> dict[Cell, float]:
    return dict.fromkeys(one, 1.0) | dict.fromkeys(other, -1.0)


def _matrix(forms: list[dict[Cell, float]], place: Mapping[Cell, int]) -> np.ndarray:
    matrix = np.zeros((len(forms), len(place)))
    for number, form in enumerate(forms):
        for cell, weight in form.items():
            matrix[number, place[cell]] = weight
    return matrix


def learn(
    tables: Mapping[str, pa.Table],
    kinds: Mapping[str, tuple[str, ...]],
    alike: Iterable[tuple[frozenset[tuple[str, str]], ...]],
    bins: Iterable[float],
    participants: float,
    rounding: int = 5,
) -> Counts:
    """What follows for counts. kinds : kind -> its groups, "all" not included; everybody is of one of them.

    bins : where people can stand. participants : how many there are, as they are told.
    """
    known, half = Counts(), rounding / 2
    statements = tables["statements"].to_pylist()
    known.told(("of", "all", "all"), participants, half)
    for row in statements:
        known.told(("answered", row["statement"], "all", "all"), row["seen"], half)
        for answer in ANSWERS:
            known.told(("answer", row["statement"], answer), row[answer], half)
        parts = [("answer", row["statement"], answer) for answer in ANSWERS]
        known.equal(parts, [("answered", row["statement"], "all", "all")])
    _of_groups(known, tables, half)
    places = [("answered", row["statement"]) for row in statements] + [("there", where) for where in bins]
    for place in [*places, ("of",)]:
        for kind, names in kinds.items():
            known.equal([(*place, kind, name) for name in names], [(*place, "all", "all")])
        for one, other in alike:
            known.equal([(*place, *group) for group in one], [(*place, *group) for group in other])
    for group in [("all", "all"), *((kind, name) for kind, names in kinds.items() for name in names)]:
        known.equal([("there", where, *group) for where in bins], [("of", *group)])
        for row in statements:
            known.at_most(("answered", row["statement"], *group), ("of", *group))
    return known


def _of_groups(known: Counts, tables: Mapping[str, pa.Table], half: float) -> None:
    for row in tables["agreement"].to_pylist():
        known.told(("answered", row["statement"], row["kind"], row["group"]), row["n"], half)
    for row in tables["positions"].to_pylist():
        known.told(("there", row["bin"], row["kind"], row["group"]), row["persons"], half)
    for row in tables["opinion_groups"].to_pylist():
        known.told(("of", "opinion", row["group"]), row["persons"], half)
    for row in tables["missing"].to_pylist():
        known.told(("of", row["margin"], row["category"]), row["participants"], half)
