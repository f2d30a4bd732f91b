"""Figures of a conversation at the door: nothing of few people, nothing that tells what few people answered.

Counts are rounded, and withheld where they count few, with those from which these would follow. A group whose number
is withheld is told of nowhere. Shares of a group are told in steps of as many people as counts are, and not of groups
so small that each share would tell what few of them answered. A verdict that rests on the answers of few is not given.
A statement that chafes between groups of which one is not told has no probability.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.disclosure.leaks import Floats, Mask, Sum, rows_by, without_leaks
from wijkspiegel.disclosure.policy import Policy, rounded_count
from wijkspiegel.disclosure.release import OF_A_CONVERSATION, RELEASE_TABLES, join_tables, release_table
from wijkspiegel.tables import EVERYONE, OPINION, WEIGHTED, Measured

DIGITS, DIGITS_OF_CHANCE = 4, 2
ANSWERS = ("agree", "disagree", "pass")
BLANK = {
    "statements": ("seen", *ANSWERS, "probability", "lower", "upper"),
    "missing": ("participants", "weighted"),
}
"""What is left blank where it may not be told, of rows that stay; in the other tables the row goes."""
TOTALS = ("opinion_groups", "missing")
"""Tables that tell how many a group has in all: they are judged first."""

Group = tuple[str, str]
"""Kind and group."""


def guarded(measured: Mapping[str, Measured], policy: Policy) -> tuple[dict[str, pa.Table], int]:
    """Every table as it may leave, and how many figures may not. A table that was not measured is empty."""
    tables, left_out = {name: join_tables(name, []) for name in OF_A_CONVERSATION}, 0
    shut: set[Group] = set()
    for name in sorted(measured.keys() & set(OF_A_CONVERSATION), key=lambda name: (name not in TOTALS, name)):
        figures = measured[name]
        closed = np.array([group in shut for group in _groups(name, figures)], dtype=bool)
        closed |= figures.persons < _fewest(name, policy)
        hidden = without_leaks(figures.persons, closed, _sums(name, figures), policy)
        if name in TOTALS:
            shut |= {group for group, gone in zip(_groups(name, figures), hidden, strict=True) if gone}
        left_out += int(hidden.sum())
        rows = np.arange(len(hidden)) if name in BLANK else np.flatnonzero(~hidden)
        columns = _columns(name, figures, rows, policy)
        if name == "statements":
            columns |= _of_statements(columns, figures, tables["agreement"], policy)
        columns |= {column: np.where(hidden[rows], np.nan, columns[column]) for column in BLANK.get(name, ())}
        tables[name] = release_table(name, columns)
    return tables, left_out


def _fewest(name: str, policy: Policy) -> int:
    """People of whom a figure may tell. Any share of fewer than two smallest cells tells of fewer than one."""
    return 2 * policy.min_cell if name == "agreement" else policy.min_cell


def _groups(name: str, figures: Measured) -> list[Group]:
    """Of each row the group whose people it is about."""
    columns = figures.columns
    if name == "opinion_groups":
        return [(OPINION, group) for group in columns["group"]]
    if name == "missing":
        return list(zip(columns["margin"], columns["category"], strict=True))
    if name in ("agreement", "positions"):
        return list(zip(columns["kind"], columns["group"], strict=True))
    return [("", "")] * len(figures.persons)


# What follows from what ----------------------------------------------------------------------------------------------


def _sums(name: str, figures: Measured) -> list[Sum]:
    """Of each statement, or place on the map: everybody and the groups of one kind, and groups of two kinds that hold
    the same people. All opinion groups, all of a margin and all places of a group: their sum stands elsewhere."""
    if name == "opinion_groups":
        return [Sum((np.arange(len(figures.persons)),), told=True)]
    if name == "missing":
        alike = _alike(figures, dict(zip(_groups(name, figures), range(len(figures.persons)), strict=True)))
        return [Sum((rows,), told=True) for rows in rows_by(figures, "margin").values()] + alike
    if name not in ("agreement", "positions"):
        return []
    found, groups = [], _groups(name, figures)
    for rows in rows_by(figures, RELEASE_TABLES[name][0].name).values():
        found += _of_one_place(figures, {groups[row]: row for row in rows})
    if name == "positions":
        found += [Sum((rows,), told=True) for rows in rows_by(figures, "kind", "group").values()]
    return found


def _of_one_place(figures: Measured, row_of: Mapping[Group, int]) -> list[Sum]:
    """row_of : the rows of one statement, or place on the map."""
    kinds: dict[str, list[int]] = {}
    for (kind, _), row in row_of.items():
        kinds.setdefault(kind, []).append(row)
    everyone = np.array(kinds.pop(EVERYONE, []), dtype=np.intp)
    kinds.pop(WEIGHTED, None)
    found = [Sum((everyone, np.array(rows)), rest_is_nobody=True) for rows in kinds.values() if len(everyone)]
    return found + _alike(figures, row_of)


def _alike(figures: Measured, row_of: Mapping[Group, int]) -> list[Sum]:
    parted = ([[row_of[group] for group in sorted(side) if group in row_of] for side in two] for two in figures.alike)
    return [Sum(tuple(np.array(side) for side in sides)) for sides in parted if all(sides)]


# What is told --------------------------------------------------------------------------------------------------------


def _columns(name: str, figures: Measured, rows: NDArray[np.intp], policy: Policy) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for column in RELEASE_TABLES[name]:
        values = [figures.columns[column.name][row] for row in rows]
        if column.kind != "number":
            columns[column.name] = values
            continue
        numbers = np.array(values, dtype=np.float64)
        columns[column.name] = rounded_count(numbers, policy) if column.name in figures.counted else numbers
    if name == "agreement":
        columns |= _in_steps(columns, policy)
    return {key: np.round(of, DIGITS) if isinstance(of, np.ndarray) else of for key, of in columns.items()}


def _in_steps(columns: Mapping[str, Floats], policy: Policy) -> dict[str, Floats]:
    """Shares by as many people as counts are rounded to: the middle of the step, and an interval of whole steps.

    The first and the last step are as wide as the smallest cell.
    """
    steps = columns["n"] / policy.rounding
    ends = policy.min_cell / policy.rounding
    below = _step_below(columns["agree"] * steps, steps, ends)
    above = np.where(below == 0, ends, np.where(below == steps - ends, steps, below + 1))
    lower = _step_below(columns["lower"] * steps, steps, ends)
    upper = steps - _step_below(steps - columns["upper"] * steps, steps, ends)
    return {"agree": (below + above) / 2 / steps, "lower": lower / steps, "upper": upper / steps}


def _step_below(place: Floats, steps: Floats, ends: float) -> Floats:
    """Where the step begins that a place is in."""
    inner = np.floor(np.minimum(place, steps - ends))
    return np.where(inner < ends, 0.0, inner)


def _of_statements(
    columns: Mapping[str, Any], figures: Measured, agreement: pa.Table, policy: Policy
) -> dict[str, Any]:
    """Answers of which none follows, the least agreement of the groups that are told, and verdicts not of few."""
    exact = np.array([figures.columns[answer] for answer in ANSWERS], dtype=np.float64).T
    follows = _answers_that_follow(exact, policy)
    told: dict[str, Any] = {
        answer: np.where(follows[:, number], np.nan, columns[answer]) for number, answer in enumerate(ANSWERS)
    }
    least = _least_agreement(agreement)
    for number, end in enumerate(("lower", "upper")):
        told[end] = np.array([least.get(name, (np.nan, np.nan))[number] for name in columns["statement"]])
    told_by = figures.persons if figures.told_by is None else figures.told_by
    few = (told_by > 0) & (told_by < policy.min_cell)
    closed = few | ~_sides_are_told(figures, agreement)
    told["probability"] = np.where(closed, np.nan, np.round(columns["probability"], DIGITS_OF_CHANCE))
    told["verdict"] = ["unknown" if by_few else one for one, by_few in zip(columns["verdict"], few, strict=True)]
    return told


def _sides_are_told(figures: Measured, agreement: pa.Table) -> Mask:
    """[row], whether both groups are told between which a statement chafes; True where it does not."""
    told = set(zip(*(agreement[column].to_pylist() for column in ("statement", "kind", "group")), strict=True))
    between = figures.columns.get("between", [()] * len(figures.persons))
    return np.array(
        [
            all((name, *side) in told for side in sides)
            for name, sides in zip(figures.columns["statement"], between, strict=True)
        ],
        dtype=bool,
    )


def _answers_that_follow(exact: Floats, policy: Policy) -> Mask:
    """[row, answer], those of few, and of the others the smallest until what is hidden is of two and not of few."""
    hidden = (exact > 0) & (exact < policy.min_cell)
    everything = [Sum((row,), told=True) for row in np.arange(exact.size).reshape(exact.shape)]
    return without_leaks(exact.ravel(), hidden.ravel(), everything, policy).reshape(exact.shape)


def _least_agreement(agreement: pa.Table) -> dict[str, tuple[float, float]]:
    """Statement -> lower and upper end in the group that agrees least; of everyone where no group is told."""
    of_groups: dict[str, list[tuple[float, float]]] = {}
    of_all: dict[str, list[tuple[float, float]]] = {}
    for row in agreement.to_pylist():
        found = of_all if row["kind"] in (EVERYONE, WEIGHTED) else of_groups
        found.setdefault(row["statement"], []).append((row["lower"], row["upper"]))
    of_all = {name: ends[-1:] for name, ends in of_all.items()}
    least = {name: tuple(np.min(ends, axis=0).tolist()) for name, ends in (of_all | of_groups).items()}
    return {name: (lower, upper) for name, (lower, upper) in least.items()}
