"""An attacker who has a release, knows every rule of the door, and works out what each withheld count can be."""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from scipy import sparse
from scipy.optimize import linprog

from wijkspiegel.disclosure.protection import NESTED


@dataclass(frozen=True)
class Guess:
    """What a withheld cell can be: from the least to the most."""

    area: str
    scheme: str
    group: str
    least: float
    most: float

    @property
    def width(self) -> float:
        return self.most - self.least


def attack(directory: Path, year: int) -> list[Guess]:
    """Every withheld cell of a year, bounded by linear programmes over all that the CSV files of the release tell.

    Known: counts add up over areas (areas.csv, parent), over groups to the population, and over groups to those of the
    coarser scheme; counts are not negative; what is shown is taken as exact.
    """
    areas = [row for row in _read(directory, "areas") if row["year"] == year]
    cells = [row for row in _read(directory, "composition") if row["year"] == year]
    column = {(row["area"], row["scheme"], row["group"]): number for number, row in enumerate(cells)}
    people = {row["area"]: len(cells) + number for number, row in enumerate(areas)}
    sums: list[tuple[int, list[int]]] = []
    schemes: dict[str, list[str]] = {}
    for _, scheme, group in column:
        schemes.setdefault(scheme, [])
        if group not in schemes[scheme]:
            schemes[scheme].append(group)
    children: dict[str, list[str]] = {}
    for row in areas:
        if row["parent"] in people:
            children.setdefault(row["parent"], []).append(row["area"])
    for area, total in people.items():
        for scheme, groups in schemes.items():
            sums.append((total, [column[area, scheme, group] for group in groups]))
            for group in groups:
                if area in children:
                    below = [column[child, scheme, group] for child in children[area]]
                    sums.append((column[area, scheme, group], below))
        sums += _between_schemes(area, schemes, column)
    known = {
        column[row["area"], row["scheme"], row["group"]]: row["count"] for row in cells if row["count"] is not None
    }
    known |= {people[row["area"]]: row["population"] for row in areas if row["population"] is not None}
    return _bounds(sums, known, column, len(cells) + len(areas))


def _between_schemes(
    area: str, schemes: dict[str, list[str]], column: dict[tuple[str, str, str], int]
) -> list[tuple[int, list[int]]]:
    sums = []
    for fine, (coarse, wider) in NESTED.items():
        if fine in schemes and coarse in schemes:
            for wide in schemes[coarse]:
                parts = [column[area, fine, group] for group in schemes[fine] if wider[group] == wide]
                sums.append((column[area, coarse, wide], parts))
    for one, other in combinations(schemes, 2):
        if "unknown" in schemes[one] and "unknown" in schemes[other]:
            sums.append((column[area, one, "unknown"], [column[area, other, "unknown"]]))
    return sums


def _bounds(
    sums: list[tuple[int, list[int]]], known: dict[int, float], column: dict[tuple[str, str, str], int], size: int
) -> list[Guess]:
    entries = [(row, whole, -1.0) for row, (whole, _) in enumerate(sums)]
    entries += [(row, part, 1.0) for row, (_, parts) in enumerate(sums) for part in parts]
    rows, columns, values = zip(*entries, strict=True)
    equations = sparse.csr_array((values, (rows, columns)), shape=(len(sums), size))
    bounds = [(known[cell], known[cell]) if cell in known else (0.0, None) for cell in range(size)]
    guesses = []
    for key, cell in column.items():
        if cell in known:
            continue
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(size)
            cost[cell] = sign
            solved = linprog(cost, A_eq=equations, b_eq=np.zeros(len(sums)), bounds=bounds)
            if solved.status == 2:
                raise AssertionError("what is shown contradicts itself")
            ends.append(np.inf if solved.status == 3 else float(solved.x[cell]))
        guesses.append(Guess(*key, *ends))
    return guesses


def _read(directory: Path, table: str) -> list[dict[str, Any]]:
    text = pyarrow.csv.ConvertOptions(
        column_types={"area": pa.string(), "parent": pa.string(), "count": pa.float64(), "population": pa.float64()},
        strings_can_be_null=False,
    )
    return list(pyarrow.csv.read_csv(directory / f"{table}.csv", convert_options=text).to_pylist())
