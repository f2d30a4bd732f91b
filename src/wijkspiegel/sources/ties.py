"""Ties between people, and memberships of a class, a household or a workplace: counted by person, sphere and group.

Someone tied to a person twice in a sphere is one contact, nobody is a contact of their own, and contacts who are no
people of the file, or whose group is not known, are counted apart: nothing is dropped without being told.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.sources.city_settings import TiesSettings
from wijkspiegel.sources.files import RawTable, read_table
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.survey import residents_of
from wijkspiegel.tables import Composition, Contacts, Note

Ints = NDArray[np.int64]

ANY = "any"
"""The sphere that holds every contact once, in however many spheres somebody is met."""


@dataclass(frozen=True)
class Roster:
    """People in order of their id. ids, area, group : [person]; area and group -1 where they are not known."""

    ids: NDArray[Any]
    area: Ints
    group: Ints

    def find(self, ids: NDArray[Any]) -> Ints:
        """[id], row of the person; -1 for who is not in the roster."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[place] == ids, place, -1)


@dataclass
class Counted:
    """What became of the ties of one sphere."""

    ties: int = 0
    strangers: int = 0
    to_self: int = 0
    doubles: int = 0
    groupless: int = 0


def read_ties(
    settings: TiesSettings, folder: Path, compositions: tuple[Composition, ...], findings: Findings
) -> Contacts:
    """The contacts of everybody whose area and group are known."""
    residents = residents_of(settings.year, settings.level, settings.scheme, compositions)
    roster = roster_of(settings, folder, residents)
    counts: dict[str, NDArray[Any]] = {}
    groupless: dict[str, NDArray[Any]] = {}
    could_meet: dict[str, NDArray[Any]] = {}
    pairs: list[NDArray[Any]] = []
    if settings.file is not None:
        table = read_table(folder / settings.file)
        for sphere, person, contact in _by_sphere(table, settings, settings.contact):
            told = Counted()
            one, other = _pairs(roster, person, contact, settings.mutual, told)
            counts[sphere], groupless[sphere] = count_contacts(roster, one, other, len(residents.scheme.groups), told)
            pairs.append(one * len(roster.ids) + other)
            _tell(table, sphere, told, findings)
    if settings.memberships is not None:
        table = read_table(folder / settings.memberships)
        for sphere, person, membership in _by_sphere(table, settings, settings.membership):
            fellows, unknown = count_fellows(roster, roster.find(person), membership, len(residents.scheme.groups))
            if sphere in counts:
                could_meet[sphere] = fellows
                findings.note(_note_on_meeting(sphere, counts[sphere], fellows))
            else:
                counts[sphere], groupless[sphere] = fellows, unknown
    if len(pairs) > 1:
        both = np.unique(np.concatenate(pairs))
        one, other = both // len(roster.ids), both % len(roster.ids)
        counts[ANY], groupless[ANY] = count_contacts(roster, one, other, len(residents.scheme.groups), Counted())
    known = (roster.area >= 0) & (roster.group >= 0)
    return Contacts(
        areas=residents.areas,
        year=residents.year,
        scheme=residents.scheme,
        area=roster.area[known],
        group=roster.group[known],
        counts={sphere: found[known] for sphere, found in counts.items()},
        groupless={sphere: found[known] for sphere, found in groupless.items()},
        weight=np.ones(int(known.sum())),
        stratum=np.zeros(int(known.sum()), dtype=np.int64),
        cluster=np.arange(int(known.sum())),
        sampled=False,
        could_meet={sphere: found[known] for sphere, found in could_meet.items()},
    )


def _note_on_meeting(sphere: str, contacts: NDArray[Any], fellows: NDArray[Any]) -> Note:
    """Ties and memberships of one sphere: the ties are contacts, the fellow members whom one could meet."""
    alone = int(((contacts.sum(axis=1) > 0) & (fellows.sum(axis=1) == 0)).sum())
    return Note(
        "met_as_members",
        f"Wie men bij {sphere} kon ontmoeten, zijn de andere leden van dezelfde kring (klas, werkplek). {alone} mensen "
        "met contacten maar zonder zulke leden tellen daarin niet mee.",
        f"Whom one could meet in {sphere} are the other members of the same circle (class, workplace). {alone} people "
        "with contacts but without such members do not count in it.",
        alone,
    )


def roster_of(settings: TiesSettings, folder: Path, residents: Composition) -> Roster:
    """The people of the file. Raises InputError for somebody who is in it twice, and where no area is known."""
    table = read_table(folder / settings.people)
    data = _columns(table, [settings.person, settings.area, settings.group])
    if settings.year_column is not None:
        of_year = pc.equal(pc.cast(_columns(table, [settings.year_column])[0], pa.string()), str(settings.year))
        data = [column.filter(of_year) for column in data]
    ids = data[0].to_numpy(zero_copy_only=False)
    area = _numbered(data[1], residents.areas.codes)
    group = _numbered(data[2], residents.scheme.groups)
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    if len(double := np.flatnonzero(ids[1:] == ids[:-1])):
        raise InputError(
            f"person {ids[double[0]]} is in the file twice", file=table.path, column=settings.person,
            mend="Keep one row for each person, or name the column with the year: year_column = \"...\".",
        )  # fmt: skip
    if not (area >= 0).any():
        raise InputError(
            f"no area is one of level '{residents.areas.level}'", file=table.path, column=settings.area,
            mend=f"Areas are such as {residents.areas.codes[0]}.",
        )  # fmt: skip
    return Roster(ids, area[order], group[order])


def _columns(table: RawTable, names: list[str]) -> list[pa.ChunkedArray]:
    for name in names:
        if name not in table.columns:
            raise InputError(
                "there is no such column", file=table.path, column=name,
                mend=f"Found: {', '.join(table.columns)}. Name the right one.",
            )  # fmt: skip
    return [table.data.column(name) for name in names]


def _numbered(column: pa.ChunkedArray, values: tuple[str, ...]) -> Ints:
    """[row], place of the cell in `values`; -1 where it is none of them."""
    text = pc.cast(column.combine_chunks(), pa.string())
    place = pc.fill_null(pc.index_in(text, pa.array(values)), -1)
    return np.asarray(place).astype(np.int64)


def _by_sphere(table: RawTable, settings: TiesSettings, other: str) -> list[tuple[str, NDArray[Any], NDArray[Any]]]:
    """Sphere, persons, and their contacts or what they are members of."""
    person, second = (column.to_numpy() for column in _columns(table, [settings.person, other]))
    if settings.sphere not in table.columns:
        return [("friends", person, second)]
    sphere = pc.dictionary_encode(pc.cast(_columns(table, [settings.sphere])[0].combine_chunks(), pa.string()))
    codes = np.asarray(sphere.indices)
    return [
        (name, person[codes == code], second[codes == code]) for code, name in enumerate(sphere.dictionary.to_pylist())
    ]


def _pairs(
    roster: Roster, person: NDArray[Any], contact: NDArray[Any], mutual: bool, told: Counted
) -> tuple[Ints, Ints]:
    """Rows of persons and their contacts, each pair once."""
    one, other = roster.find(person), roster.find(contact)
    inside = (one >= 0) & (other >= 0)
    told.ties, told.strangers = len(one), int((~inside).sum())
    one, other = one[inside], other[inside]
    apart = one != other
    told.to_self = int((~apart).sum())
    size = len(roster.ids)
    keys = one[apart] * size + other[apart]
    once = np.unique(keys)
    told.doubles = len(keys) - len(once)
    if mutual:
        once = once[np.isin(once % size * size + once // size, once, assume_unique=True)]
    return once // size, once % size


def count_contacts(
    roster: Roster, one: Ints, other: Ints, groups: int, told: Counted
) -> tuple[NDArray[Any], NDArray[Any]]:
    """[person, group] and [person], contacts whose group is known, and the others."""
    people = len(roster.ids)
    group = roster.group[other]
    known = group >= 0
    told.groupless = int((~known).sum())
    counts = np.bincount(one[known] * groups + group[known], minlength=people * groups).reshape(people, groups)
    return counts.astype(np.uint32), np.bincount(one[~known], minlength=people).astype(np.uint32)


def count_fellows(
    roster: Roster, rows: Ints, membership: NDArray[Any], groups: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Contacts of a clique: the members by group, less oneself. The same as all pairs written out, without doing so.

    rows : [membership], row of the person, -1 for a stranger, who is nobody's contact.
    """
    inside = rows >= 0
    rows, membership = rows[inside], membership[inside]
    keys, of_key = np.unique(membership, return_inverse=True)
    pairs = np.unique(rows * len(keys) + of_key)
    rows, of_key = pairs // max(len(keys), 1), pairs % max(len(keys), 1)
    group = np.where(roster.group[rows] >= 0, roster.group[rows], groups)
    members = np.bincount(of_key * (groups + 1) + group, minlength=len(keys) * (groups + 1)).reshape(-1, groups + 1)
    counts = np.zeros((len(roster.ids), groups + 1), dtype=np.int64)
    np.add.at(counts, rows, members[of_key])
    np.subtract.at(counts, (rows, group), 1)
    return counts[:, :groups].astype(np.uint32), counts[:, groups].astype(np.uint32)


def _tell(table: RawTable, sphere: str, told: Counted, findings: Findings) -> None:
    findings.say(f"{table.path.name}: {told.ties:,} ties of {sphere}.")
    odd = (
        ("ties_of_strangers", told.strangers, "met iemand die niet in het personenbestand staat",
         "with somebody who is not in the file of people"),
        ("ties_to_self", told.to_self, "van iemand met zichzelf", "of somebody with themselves"),
        ("doubled_ties", told.doubles, "die er al waren", "that were there already"),
    )  # fmt: skip
    for code, number, nl, en in odd:
        if number:
            findings.note(
                Note(
                    code,
                    f"{table.path.name}, {sphere}: {number} contacten {nl}; ze tellen niet mee.",
                    f"{table.path.name}, {sphere}: {number} ties {en}, which do not count.",
                    number,
                )
            )
    if told.groupless:
        findings.note(
            Note(
                "contacts_without_group",
                f"{table.path.name}, {sphere}: {told.groupless} contacten zijn met mensen zonder bekende groep; "
                "zij zijn apart geteld.",
                f"{table.path.name}, {sphere}: {told.groupless} ties are with people whose group is not known; "
                "they were counted apart.",
                told.groupless,
            )
        )
