"""What is known of the people who vote: groups they are of, weights, and how many of each there are in the city."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.tables import Note
from wijkspiegel.wording import People, sentences

PERSON, WEIGHT = "person", "weight"
MARGIN, CATEGORY, POPULATION = "margin", "category", "population"


@dataclass(frozen=True)
class Voters:
    """Of the persons who vote, in their order. groups : kind -> [person], the category; "" is unknown.

    weight : [person], > 0; None where none are given.
    """

    groups: dict[str, list[str]]
    weight: NDArray[np.float64] | None
    notes: tuple[Note, ...]


def read_voters(path: Path, persons: Sequence[str], kinds: Sequence[str] | None = None) -> Voters:
    """The rows of these persons. kinds : columns with groups; all but person and weight by default.

    Who is in the file and did not vote plays no part; who voted and is not in it is of no known group, and weighs 1.
    Raises InputError for a person who stands in it twice, and for a weight that is not above 0.
    """
    table = read_table(path)
    if PERSON not in table.columns:
        raise InputError(
            f"the column '{PERSON}' is missing. Found: {', '.join(table.columns)}", file=path,
            mend="Call the column of ids so; they are those of the votes.",
        )  # fmt: skip
    ids = texts(table, PERSON)
    row_of: dict[str, int] = {}
    for row, one in enumerate(ids):
        if not one:
            raise InputError("this cell is empty", file=path, row=table.rows[row], column=PERSON,
                             mend="Say who this is, or remove the row.")  # fmt: skip
        if one in row_of:
            raise InputError(f"'{one}' stands here twice", file=path, row=table.rows[row], column=PERSON,
                             mend="Keep one row for each person.")  # fmt: skip
        row_of[one] = row
    if kinds is None:
        kinds = [column for column in table.columns if column not in (PERSON, WEIGHT)]
    rows = [row_of.get(person, -1) for person in persons]
    groups = {}
    for kind in kinds:
        told = texts(table, kind)
        groups[kind] = [told[row] if row >= 0 else "" for row in rows]
    missing = rows.count(-1)
    notes = []
    if missing == len(rows):
        raise InputError("nobody in this file voted", file=path, column=PERSON, mend="Use the ids of the votes.")
    if missing:
        notes.append(
            Note(
                "voters_unknown",
                *sentences(
                    "Van {people} mensen die stemden is niets bekend: zij tellen mee bij iedereen samen, en bij geen "
                    "bekende groep.",
                    "Of {people} people who voted nothing is known: they count in everybody together, and in no known "
                    "group.",
                    people=People(missing),
                ),
                missing,
            )
        )
    weight = None
    if WEIGHT in table.columns:
        given = _weights(table)
        there = np.array([given[row] for row in rows if row >= 0])
        weight = np.array([given[row] / there.mean() if row >= 0 else 1.0 for row in rows])
    return Voters(groups, weight, tuple(notes))


def _weights(table: RawTable) -> NDArray[np.float64]:
    found = numbers(table, WEIGHT)
    if (wrong := ~(found > 0)).any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError("a weight is a number above 0", file=table.path, row=table.rows[row], column=WEIGHT,
                         mend="Give the people for whom this one stands.")  # fmt: skip
    return found


def read_margins(path: Path) -> dict[str, dict[str, float]]:
    """margin -> category -> people in the city. Raises InputError for one that is there twice or below 0."""
    table = read_table(path)
    if missing := [one for one in (MARGIN, CATEGORY, POPULATION) if one not in table.columns]:
        raise InputError(
            f"the column '{missing[0]}' is missing. Found: {', '.join(table.columns)}", file=path,
            mend="Give margin, category and population: a row for each category.",
        )  # fmt: skip
    margins: dict[str, dict[str, float]] = {}
    people = numbers(table, POPULATION)
    for row, (margin, category) in enumerate(zip(texts(table, MARGIN), texts(table, CATEGORY), strict=True)):
        known = margins.setdefault(margin, {})
        for column, name in ((MARGIN, margin), (CATEGORY, category)):
            if not name:
                raise InputError("this cell is empty", file=path, row=table.rows[row], column=column,
                                 mend="Name the column of people and the category in it.")  # fmt: skip
        if not people[row] >= 0:
            raise InputError("a population is a number, 0 or more", file=path, row=table.rows[row], column=POPULATION,
                             mend="Give how many people of the city are of this category.")  # fmt: skip
        if category in known:
            raise InputError(f"'{category}' of '{margin}' stands here twice", file=path, row=table.rows[row],
                             mend="Give each category one row.")  # fmt: skip
        known[category] = float(people[row])
    for margin, known in margins.items():
        if not sum(known.values()) > 0:
            raise SettingsError(f"The margin '{margin}' of {path} sums to nothing: give how many people there are.")
    return margins
