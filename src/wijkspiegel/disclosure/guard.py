"""Figures of people's contacts at the door: nothing of few people, nothing exact.

A figure of fewer people than the smallest cell is left out. What counts people or contacts is rounded, and left out
where it counts few. A share that tells an exact part of the people is left out where that part, or the rest, is few
people. All else are estimates, told in as many digits as their uncertainty deserves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.disclosure.policy import Policy
from wijkspiegel.disclosure.release import RELEASE_TABLES, release_table
from wijkspiegel.tables import Measured, Note

Floats = NDArray[np.float64]

OF_CONTACTS = ("mixing", "mirrors", "sensitivity", "connectors", "overlap", "exposure", "homophily", "outcomes")
DIGITS = 4


def guarded(measured: Mapping[str, Measured], policy: Policy) -> tuple[dict[str, pa.Table], tuple[Note, ...]]:
    """Every table of contacts as it may leave, and what was left out. A table that was not measured is empty."""
    tables, left_out = {}, 0
    for name in OF_CONTACTS:
        figures = measured.get(name)
        if figures is None:
            tables[name] = release_table(name, {column.name: [] for column in RELEASE_TABLES[name]})
            continue
        enough = figures.persons >= policy.min_cell
        left_out += int((~enough).sum())
        tables[name] = release_table(name, _columns(name, figures, np.flatnonzero(enough), policy))
    return tables, (_note(left_out, policy),) if left_out else ()


def _columns(name: str, figures: Measured, rows: NDArray[np.intp], policy: Policy) -> dict[str, Any]:
    persons = figures.persons[rows]
    columns: dict[str, Any] = {}
    for column in RELEASE_TABLES[name]:
        values: Sequence[Any] = [figures.columns[column.name][row] for row in rows]
        if column.kind != "number":
            columns[column.name] = values
            continue
        numbers = np.array(values, dtype=np.float64)
        if column.name in figures.counted:
            numbers = rounded_count(numbers, policy)
        elif column.name in figures.exact:
            numbers = without_few(numbers, persons, policy)
        columns[column.name] = np.round(numbers, DIGITS)
    if name == "mixing":
        columns["share"] = np.round(_share_of_rounded(figures, rows, columns["contacts"], policy), DIGITS)
    return columns


def rounded_count(counts: Floats, policy: Policy) -> Floats:
    """Multiples of the base; nan where few are counted. Nobody at all is told."""
    few = (counts > 0) & (counts < policy.min_cell)
    return np.where(few, np.nan, policy.rounding * np.rint(counts / policy.rounding))


def without_few(shares: Floats, persons: Floats, policy: Policy) -> Floats:
    """Shares of people; nan where they, or the others, are few."""
    part = shares * persons
    few = ((part > 0) & (part < policy.min_cell)) | ((part < persons) & (part > persons - policy.min_cell))
    return np.where(few, np.nan, shares)


def _share_of_rounded(figures: Measured, rows: NDArray[np.intp], contacts: Floats, policy: Policy) -> Floats:
    """Contacts as they are told over all contacts as they would be told."""
    exact = np.array([figures.columns["contacts"][row] for row in rows], dtype=np.float64)
    share = np.array([figures.columns["share"][row] for row in rows], dtype=np.float64)
    whole = np.divide(exact, share, out=np.full(len(rows), np.nan), where=share > 0)
    told = rounded_count(whole, policy)
    return np.where(exact == 0, 0.0, np.minimum(contacts / told, 1.0))


def _note(figures: int, policy: Policy) -> Note:
    return Note(
        "figures_of_few",
        f"{figures} cijfers over contacten zijn niet getoond, omdat ze over minder dan {policy.min_cell} mensen gaan.",
        f"{figures} figures of contacts are not shown, because they are of fewer than {policy.min_cell} people.",
        figures,
    )
