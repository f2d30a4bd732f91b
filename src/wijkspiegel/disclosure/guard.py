"""Figures of people's contacts at the door: nothing of few people, nothing exact.

A figure of fewer people than the smallest cell is left out. What counts people or contacts is rounded, and left out
where it counts few. A share that tells an exact part of the people is left out where that part, or the rest, is few
people. All else are estimates, told in as many digits as their uncertainty deserves.

What is left out must not follow from what stands beside it: a figure of a whole and those of all its parts but one tell
that one (`without_leaks`). The parts of an area are the areas in it, those of all people the groups, or the levels of a
trait. This holds for all but the estimates of mirrors.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.disclosure import conversation
from wijkspiegel.disclosure.leaks import Sum, rows_by, without_leaks
from wijkspiegel.disclosure.policy import Policy, rounded_count, without_few
from wijkspiegel.disclosure.release import RELEASE_TABLES, join_tables, release_table
from wijkspiegel.tables import Measured, Note
from wijkspiegel.wording import sentences

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

OF_CONTACTS = ("mixing", "mirrors", "sensitivity", "connectors", "overlap", "exposure", "homophily", "outcomes")
DIGITS = 4

BLANK = {
    "mirrors": ("naive",),
    "mixing": ("contacts", "share"),
}
"""What is left blank where it may not be told; in the other tables the row goes."""

COUNTS_OF_PEOPLE = ("persons", "contacts")
"""What mirrors.csv tells of how many there are: blank where it would tell a group that is not shown."""

Group = tuple[str, str, str]
"""Area, sphere and own group."""

PAIR = ("mixing:", "mixing_in_area:")
OF_OWN = ("share", "inbreeding", "inbreeding_in_area", "ei")
"""Measures of homophily that tell one pair of groups, and those that tell the own group beside all others."""


def guarded(measured: Mapping[str, Measured], policy: Policy) -> tuple[dict[str, pa.Table], tuple[Note, ...]]:
    """Every table of contacts and of a conversation as it may leave, and what was left out. A table that was not
    measured is empty."""
    tables, left_out = {}, 0
    shut = _groups_that_follow(measured.get("mirrors"), policy)
    shut_pairs: set[tuple[Group, str]] = set()
    for name in OF_CONTACTS:
        figures = measured.get(name)
        if figures is None:
            tables[name] = join_tables(name, [])
            continue
        few = figures.persons < policy.min_cell
        closed = few | _few_told(name, figures, policy) | _told_elsewhere(name, figures, shut, shut_pairs)
        hidden = without_leaks(_people(name, figures), closed, sums(name, figures), policy)
        if name == "mixing":
            shut_pairs = {pair for pair, gone in zip(_pairs(name, figures), hidden, strict=True) if pair and gone}
        gone = few if name in BLANK else hidden
        left_out += int(gone.sum())
        rows = np.flatnonzero(~gone)
        columns = _columns(name, figures, rows, policy)
        columns |= {column: np.where(hidden[rows], np.nan, columns[column]) for column in BLANK.get(name, ())}
        if name == "mirrors":
            follows = np.array([group in shut for group in _groups(figures)])[rows]
            columns |= {column: np.where(follows, np.nan, columns[column]) for column in COUNTS_OF_PEOPLE}
        tables[name] = release_table(name, columns)
    of_a_conversation, more = conversation.guarded(measured, policy)
    left_out += more
    return tables | of_a_conversation, (_note(left_out, policy),) if left_out else ()


def _groups(figures: Measured) -> list[Group]:
    return list(zip(*(figures.columns[name] for name in ("area", "sphere", "group")), strict=True))


def _groups_that_follow(mirrors: Measured | None, policy: Policy) -> set[Group]:
    """Whose number would tell that of a group that is not shown."""
    if mirrors is None:
        return set()
    few = mirrors.persons < policy.min_cell
    hidden = without_leaks(_people("mirrors", mirrors), few, sums("mirrors", mirrors), policy)
    return {group for group, gone in zip(_groups(mirrors), hidden, strict=True) if gone}


def _pairs(name: str, figures: Measured) -> list[tuple[Group, str] | None]:
    """Of each row the pair of groups that it tells of: that of the own group, where it tells all others together."""
    if name == "mixing":
        return list(zip(_groups(figures), figures.columns["contact_group"], strict=True))
    if name == "exposure":
        named = ((area, sphere, *group.split(":")) for area, sphere, group in _groups(figures))
        return [((area, sphere, own), other[0] if other else own) for area, sphere, own, *other in named]
    if name == "homophily":
        return [
            (group, measure.partition(":")[2] or group[2]) if measure.startswith((*PAIR, *OF_OWN)) else None
            for group, measure in zip(_groups(figures), figures.columns["measure"], strict=True)
        ]
    return [None] * len(figures.persons)


def _told_elsewhere(name: str, figures: Measured, shut: set[Group], shut_pairs: set[tuple[Group, str]]) -> Mask:
    """[row], what another table withholds: pairs of groups, and all of a group whose number does not leave."""
    closed = [
        pair is not None and (pair in shut_pairs or (name == "mixing" and pair[0] in shut))
        for pair in _pairs(name, figures)
    ]
    return np.array(closed, dtype=bool)


def sums(name: str, figures: Measured) -> list[Sum]:
    """Areas and the areas in them, everybody and each group, the levels of one trait and those of another."""
    labels = [
        c.name
        for c in RELEASE_TABLES[name]
        if c.name in figures.columns and (c.kind != "number" or c.name == "tolerance")
    ]
    row_of = {key: row for row, key in enumerate(zip(*(figures.columns[label] for label in labels), strict=True))}
    parts: dict[tuple[Any, ...], list[int]] = {}
    for key, row in row_of.items():
        named = dict(zip(labels, key, strict=True))
        wholes = [named | {"area": figures.around.get(named["area"])}]
        if "group" in named and named["group"] != "all" and ":" not in named["group"]:
            wholes.append(named | {"group": "all"})
        for number, whole in enumerate(wholes):
            parts.setdefault((number, *whole.values()), []).append(row)
    found = [
        Sum((np.array([row_of[key]]), np.array(rows)))
        for (_, *of), rows in parts.items()
        if (key := tuple(of)) in row_of
    ]
    if name == "mixing":
        found += [Sum((rows,), told=True) for rows in rows_by(figures, "area", "sphere", "group").values()]
    if name == "outcomes":
        ways: dict[tuple[str, str], dict[str, list[int]]] = {}
        for row, (area, outcome, by) in enumerate(
            zip(*(figures.columns[c] for c in ("area", "outcome", "by")), strict=True)
        ):
            ways.setdefault((area, outcome), {}).setdefault(by, []).append(row)
        found += [Sum(tuple(np.array(rows) for rows in by.values())) for by in ways.values()]
    return found


def _people(name: str, figures: Measured) -> Floats:
    """[row], how many each row adds to that of a whole."""
    if name == "mixing":
        return np.array(figures.columns["contacts"], dtype=np.float64)
    return figures.persons if figures.people is None else figures.people


def _few_told(name: str, figures: Measured, policy: Policy) -> Mask:
    """[row], where what is told exactly is of few, or all but a few."""
    if name not in BLANK:
        return np.zeros(len(figures.persons), dtype=bool)
    exact = np.array(figures.columns[BLANK[name][0]], dtype=np.float64)
    if name != "mixing":
        return np.isnan(without_few(exact, figures.persons, policy))
    told_by = figures.persons if figures.told_by is None else figures.told_by
    return np.isnan(rounded_count(exact, policy)) | ((told_by > 0) & (told_by < policy.min_cell) & (exact > 0))


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
        *sentences(
            "Cijfers zijn niet getoond waar ze over minder dan {fewest} mensen gaan, of waar zo'n cijfer er anders uit "
            "te herleiden was ({figures}).",
            "Figures are not shown where they are of fewer than {fewest} people, or where such a figure could "
            "otherwise be told from them ({figures}).",
            fewest=policy.min_cell,
            figures=figures,
        ),
        figures,
    )
