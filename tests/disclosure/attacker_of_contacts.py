"""An attacker who has all contact tables of a release at once, knows who lives where, and works out contacts withheld.

Everything that is told of contacts by pair of groups is linear in them, but for the digits it is told in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.optimize import linprog

from tests.disclosure.attacker import Guess

Cell = tuple[str, str, str]
"""Area, own group, group of the contact."""

WIDE = 1e7


@dataclass
class _Programme:
    """Least and most of linear forms of the cells. place : cell -> its column."""

    place: dict[Cell, int]
    rows: list[dict[int, float]] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def within(self, form: Mapping[Cell, float], least: float, most: float) -> None:
        columns = {self.place[cell]: weight for cell, weight in form.items()}
        for end, sign in ((most, 1), (least, -1)):
            if np.isfinite(end):
                self.rows.append({column: sign * weight for column, weight in columns.items()})
                self.most.append(sign * end)

    def range_of(self, cell: Cell) -> tuple[float, float]:
        matrix = np.zeros((len(self.rows), len(self.place)))
        for number, row in enumerate(self.rows):
            matrix[number, list(row)] = list(row.values())
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(self.place))
            cost[self.place[cell]] = sign
            found = linprog(cost, A_ub=matrix, b_ub=self.most, bounds=(0, WIDE))
            if found.status != 0:
                raise AssertionError(f"what is shown contradicts itself: {found.message}")
            ends.append(float(found.x[self.place[cell]]))
        return ends[0], ends[1]


def attack_contacts(
    tables: Mapping[str, pa.Table], parent: Mapping[str, str], people: Mapping[str, Mapping[str, float]], rounding: int
) -> list[Guess]:
    """What every withheld cell of mixing.csv can be; all are of one sphere. `scheme` of a guess is the own group.

    parent : area -> the whole that it is a part of. people : area -> group -> who could be a contact, exactly.
    """
    mixing = tables["mixing"].to_pylist()
    groups = sorted({row["contact_group"] for row in mixing})
    areas = sorted({row["area"] for row in mixing})
    cells = list(product(areas, groups, groups))
    programme = _Programme({cell: number for number, cell in enumerate(cells)})
    half = rounding / 2
    for whole in set(parent.values()) & set(areas):
        for one in groups:
            for other in groups:
                parts = {(area, one, other): -1.0 for area in areas if parent.get(area) == whole}
                programme.within({(whole, one, other): 1.0} | parts, -1e-6, 1e-6)
    for row in mixing:
        cell = (row["area"], row["group"], row["contact_group"])
        if row["contacts"] is not None:
            programme.within({cell: 1.0}, row["contacts"] - half, row["contacts"] + half)
        if row["share"]:
            everybody = {(row["area"], row["group"], other): 1.0 for other in groups}
            about = [row["contacts"] / (row["share"] + sign * 5e-5) for sign in (1, -1)]
            programme.within(everybody, about[0] - half, about[1] + half)
    for row in tables["mirrors"].to_pylist():
        if row["contacts"] is not None:
            own = groups if row["group"] == "all" else [row["group"]]
            everybody = {(row["area"], one, other): 1.0 for one in own for other in groups}
            programme.within(everybody, row["contacts"] - half, row["contacts"] + half)
    for area, group, towards, share, slack in _shares(tables, people):
        if area in areas and group in groups:
            of_towards = {(area, group, other): float(other in towards) for other in groups}
            for sign in (1, -1):
                form = {cell: sign * (weight - share) - slack for cell, weight in of_towards.items()}
                programme.within(form, -np.inf, 0.0)
    withheld = [row for row in mixing if row["contacts"] is None]
    cells = [(row["area"], row["group"], row["contact_group"]) for row in withheld]
    return [Guess(*cell, *programme.range_of(cell)) for cell in cells]


def _shares(
    tables: Mapping[str, pa.Table], people: Mapping[str, Mapping[str, float]]
) -> Iterator[tuple[str, str, set[str], float, float]]:
    """Area, own group, other groups: their share of its contacts, and half of its last digit."""
    groups = sorted({group for of_area in people.values() for group in of_area})
    for row in tables["exposure"].to_pylist():
        own, _, other = row["group"].partition(":")
        towards = {other} if other else set(groups) - {own}
        yield row["area"], own, towards, row["contact_share"], _half_digit(row["contact_share"])
    for row in tables["homophily"].to_pylist():
        if row["value"] is None:
            continue
        measure, _, other = row["measure"].partition(":")
        value, slack = row["value"], _half_digit(row["value"])
        of_group = people.get(row["area"], {})
        if measure == "share":
            yield row["area"], row["group"], {row["group"]}, value, slack
        elif measure == "ei":
            yield row["area"], row["group"], {row["group"]}, (1 - value) / 2, slack / 2
        elif measure == "mixing" and of_group:
            w = of_group[other] / sum(of_group.values())
            few = 2.5 * len(of_group) / sum(of_group.values())  # counts of people are no more exact in it
            yield row["area"], row["group"], {other}, value * w, slack * w + abs(value) * few


def _half_digit(value: Any) -> float:
    digits = len(repr(float(value)).partition(".")[2])
    return 0.5 * 10.0 ** -max(digits, 1) if "e" not in repr(float(value)) else 1e-5
