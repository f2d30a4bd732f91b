"""Figures of people's contacts and votes at the door: nothing of few people, nothing exact.

A figure of fewer people than the smallest cell is left out. What counts people or contacts is rounded, and left out
where it counts few. A share that tells an exact part of the people is left out where that part, or the rest, is few
people. All else are estimates, told in as many digits as their uncertainty deserves.

What is left out must not follow from what stands beside it: a figure of a whole and those of all its parts but one tell
that one (`without_leaks`). The parts of an area are the areas in it, those of all people the groups, or the levels of a
trait. This holds for all but the estimates of mirrors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.disclosure.policy import Policy
from wijkspiegel.disclosure.release import OF_A_CONVERSATION, RELEASE_TABLES, release_table
from wijkspiegel.tables import Measured, Note
from wijkspiegel.wording import sentences

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

OF_CONTACTS = ("mixing", "mirrors", "sensitivity", "connectors", "overlap", "exposure", "homophily", "outcomes")
DIGITS = 4

BLANK = {
    "mirrors": ("naive",),
    "mixing": ("contacts", "share"),
    "statements": ("seen", "agree", "disagree", "pass", "probability", "lower", "upper"),
    "missing": ("participants", "weighted"),
}
"""What is left blank where it may not be told; in the other tables the row goes."""
KEPT = ("statements", "missing")
"""Tables that say what there is to tell of; their rows stay, also where nothing is told."""
ANSWERS = ("agree", "disagree", "pass")

COUNTS_OF_PEOPLE = ("persons", "contacts")
"""What mirrors.csv tells of how many there are: blank where it would tell a group that is not shown."""

Group = tuple[str, str, str]
"""Area, sphere and own group."""

PAIR = ("mixing:", "mixing_in_area:")
OF_OWN = ("share", "inbreeding", "inbreeding_in_area", "ei")
"""Measures of homophily that tell one pair of groups, and those that tell the own group beside all others."""


def guarded(measured: Mapping[str, Measured], policy: Policy) -> tuple[dict[str, pa.Table], tuple[Note, ...]]:
    """Every table of contacts as it may leave, and what was left out. A table that was not measured is empty."""
    tables, left_out = {}, 0
    shut = _groups_that_follow(measured.get("mirrors"), policy)
    shut_pairs: set[tuple[Group, str]] = set()
    for name in (*OF_CONTACTS, *OF_A_CONVERSATION):
        figures = measured.get(name)
        if figures is None:
            tables[name] = release_table(name, {column.name: [] for column in RELEASE_TABLES[name]})
            continue
        few = figures.persons < policy.min_cell
        closed = few | _few_told(name, figures, policy) | _told_elsewhere(name, figures, shut, shut_pairs)
        hidden = without_leaks(_people(name, figures), closed, sums(name, figures), policy)
        if name == "mixing":
            shut_pairs = {pair for pair, gone in zip(_pairs(name, figures), hidden, strict=True) if pair and gone}
        gone = np.zeros_like(few) if name in KEPT else few if name in BLANK else hidden
        left_out += int((hidden if name in KEPT else gone).sum())
        rows = np.flatnonzero(~gone)
        columns = _columns(name, figures, rows, policy)
        columns |= {column: np.where(hidden[rows], np.nan, columns[column]) for column in BLANK.get(name, ())}
        if name == "mirrors":
            follows = np.array([group in shut for group in _groups(figures)])[rows]
            columns |= {column: np.where(follows, np.nan, columns[column]) for column in COUNTS_OF_PEOPLE}
        tables[name] = release_table(name, columns)
    return tables, (_note(left_out, policy),) if left_out else ()


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


@dataclass(frozen=True)
class Sum:
    """Sides that are about the same people: a whole and its parts, or two ways to part everybody. Rows of each side.

    told : whether the whole is told in another table, and has no row here.
    """

    sides: tuple[NDArray[np.intp], ...]
    told: bool = False


def sums(name: str, figures: Measured) -> list[Sum]:
    """Areas and the areas in them, everybody and each group, the levels of one trait and those of another."""
    if name in OF_A_CONVERSATION:
        return _sums_of_conversation(name, figures)
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
        found += [Sum((rows,), told=True) for rows in _rows_by(figures, "area", "sphere", "group").values()]
    if name == "outcomes":
        ways: dict[tuple[str, str], dict[str, list[int]]] = {}
        for row, (area, outcome, by) in enumerate(
            zip(*(figures.columns[c] for c in ("area", "outcome", "by")), strict=True)
        ):
            ways.setdefault((area, outcome), {}).setdefault(by, []).append(row)
        found += [Sum(tuple(np.array(rows) for rows in by.values())) for by in ways.values()]
    return found


def _sums_of_conversation(name: str, figures: Measured) -> list[Sum]:
    """Of each statement, or place on the map, everybody and the groups of one kind; the places of a group, the
    categories of a margin and the opinion groups, whose sum stands in another table."""
    if name == "opinion_groups":
        return [Sum((np.arange(len(figures.persons)),), told=True)]
    if name == "missing":
        return [Sum((rows,), told=True) for rows in _rows_by(figures, "margin").values()]
    if name not in ("agreement", "positions"):
        return []
    of_kind = _rows_by(figures, RELEASE_TABLES[name][0].name, "kind")
    found = [
        Sum((of_kind[part, EVERYONE], rows))
        for (part, kind), rows in of_kind.items()
        if (part, EVERYONE) in of_kind and not kind.startswith(EVERYONE)
    ]
    if name == "positions":
        found += [Sum((rows,), told=True) for rows in _rows_by(figures, "kind", "group").values()]
    return found


EVERYONE = "all"


def _rows_by(figures: Measured, *columns: str) -> dict[tuple[Any, ...], NDArray[np.intp]]:
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
        withheld = equal.sides[other][hidden[equal.sides[other]]]
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


def _people(name: str, figures: Measured) -> Floats:
    """[row], how many each row adds to that of a whole."""
    if name == "mixing":
        return np.array(figures.columns["contacts"], dtype=np.float64)
    return figures.persons if figures.people is None else figures.people


def _few_told(name: str, figures: Measured, policy: Policy) -> Mask:
    """[row], where what is told exactly is of few, or all but a few."""
    if name not in BLANK or name in KEPT:
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
    if name == "statements":
        hidden = _answers_that_follow(np.stack([columns[answer] for answer in ANSWERS], axis=1))
        columns |= {answer: np.where(hidden[:, n], np.nan, columns[answer]) for n, answer in enumerate(ANSWERS)}
    if name == "mixing":
        columns["share"] = np.round(_share_of_rounded(figures, rows, columns["contacts"], policy), DIGITS)
    return columns


def _answers_that_follow(told: Floats) -> Mask:
    """[row, answer], the smallest answer that is told where one other is not: it would follow from how many there are."""
    told_some = np.where(told > 0, told, np.inf)
    smallest = np.argmin(told_some, axis=1)
    alone = (np.isnan(told).sum(axis=1) == 1) & np.isfinite(told_some.min(axis=1))
    hidden = np.zeros(told.shape, dtype=bool)
    hidden[alone, smallest[alone]] = True
    return hidden


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
        *sentences(
            "Cijfers zijn niet getoond waar ze over minder dan {fewest} mensen gaan, of waar zo'n cijfer er anders uit te "
            "herleiden was ({figures}).",
            "Figures are not shown where they are of fewer than {fewest} people, or where such a figure could otherwise be "
            "told from them ({figures}).",
            fewest=policy.min_cell,
            figures=figures,
        ),
        figures,
    )
