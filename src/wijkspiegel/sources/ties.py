"""Ties between people, and memberships of a class, a household or a workplace: counted by person, sphere and group.

Someone tied to a person twice in a sphere is one contact, nobody is a contact of their own, and contacts who are no
people of the file, or whose group is not known, are counted apart: nothing is dropped without being told.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.city_settings import TiesSettings
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.links import MOST_PAIRS, Links, count_fellows, count_once, count_pairs, once, together
from wijkspiegel.sources.people import OpenFile, open_file, require_columns
from wijkspiegel.sources.roster import Roster, plain_ids, roster_of
from wijkspiegel.sources.survey import residents_of, tell_areas_of_one_group, tell_groupless
from wijkspiegel.tables import Composition, Contacts, Note
from wijkspiegel.wording import People, sentences

__all__ = ["ANY", "Roster", "read_ties", "roster_of"]

Ints = NDArray[np.int64]

ANY = "any"
"""The sphere that holds every contact once, in however many spheres somebody is met."""

FRIENDS = "friends"
"""The sphere of links in a file that tells none."""

NOBODY = np.zeros(0, dtype=np.int64)


@dataclass
class Told:
    """What a file tells of one sphere, and what of it does not count.

    rows, others : of people and what they are tied to, a batch each: rows of contacts, or memberships as in the file.
    """

    links: int = 0
    strangers: int = 0
    to_self: int = 0
    doubles: int = 0
    one_sided: int = 0
    rows: list[Ints] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)


def read_ties(
    settings: TiesSettings, folder: Path, compositions: tuple[Composition, ...], findings: Findings
) -> Contacts:
    """The contacts of everybody whose area and group are known."""
    residents = residents_of(settings.year, settings.level, settings.scheme, compositions)
    roster = roster_of(settings, folder, residents)
    links: dict[str, list[Links]] = defaultdict(list)
    for sphere, pairs in _ties(settings, folder, roster, findings).items():
        links[sphere].append(Links(pairs, NOBODY, NOBODY))
    for sphere, cliques in _memberships(settings, folder, roster, findings).items():
        links[sphere].append(cliques)
    if ANY in links:
        raise SettingsError(f"'{ANY}' is the sphere of all contacts together. Give the sphere another name.")
    counted = _counted(roster, links, len(residents.scheme.groups), findings)
    known = (roster.area >= 0) & (roster.group >= 0)
    _tell_left_out(settings, known, findings)
    for sphere, (counts, groupless) in counted.items():
        if sphere != ANY:
            tell_groupless(settings.people, sphere, counts[known], groupless[known], findings)
    contacts = Contacts(
        areas=residents.areas,
        year=residents.year,
        scheme=residents.scheme,
        area=roster.area[known].astype(np.int64),
        group=roster.group[known].astype(np.int64),
        counts={sphere: counts[known] for sphere, (counts, _) in counted.items()},
        groupless={sphere: groupless[known] for sphere, (_, groupless) in counted.items()},
        weight=np.ones(int(known.sum())),
        stratum=np.zeros(int(known.sum()), dtype=np.int64),
        cluster=np.arange(int(known.sum())),
        sampled=False,
        person=roster.names(known),
    )
    tell_areas_of_one_group(contacts, residents, folder / settings.people, findings)
    return contacts


def _ties(settings: TiesSettings, folder: Path, roster: Roster, findings: Findings) -> dict[str, Ints]:
    """Sphere -> person * people + contact, in order and each once."""
    found = {}
    people = len(roster)
    for sphere, told in _read(settings, folder, settings.file, settings.contact, roster, findings).items():
        keys = np.concatenate(told.rows)
        told.rows.clear()
        pairs = once(keys)
        told.doubles = len(keys) - len(pairs)
        if settings.mutual:
            both = np.isin(pairs % people * people + pairs // people, pairs, assume_unique=True)
            told.one_sided, pairs = int((~both).sum()), pairs[both]
        found[sphere] = pairs
        _tell(str(settings.file), sphere, told, findings)
    return found


def _memberships(settings: TiesSettings, folder: Path, roster: Roster, findings: Findings) -> dict[str, Links]:
    """Sphere -> cliques."""
    found = {}
    for sphere, told in _read(
        settings, folder, settings.memberships, settings.membership, roster, findings, is_tie=False
    ).items():
        numbers = pc.dictionary_encode(pa.chunked_array(told.others).combine_chunks())
        number = np.asarray(numbers.indices).astype(np.int64)
        cliques = max(len(numbers.dictionary), 1)
        keys = np.concatenate(told.rows) * cliques + number
        members = once(keys)
        told.doubles = len(keys) - len(members)
        found[sphere] = Links(NOBODY, members // cliques, members % cliques)
        _tell(str(settings.memberships), sphere, told, findings)
    return found


def _read(
    settings: TiesSettings, folder: Path, file: str | None, other: str, roster: Roster, findings: Findings,
    *, is_tie: bool = True,
) -> dict[str, Told]:  # fmt: skip
    """Sphere -> what the file tells of it, batch by batch; rows of ties are person * people + contact."""
    found: dict[str, Told] = defaultdict(Told)
    if file is None:
        return found
    source = open_file(folder / file)
    columns = {"person": settings.person, "other": other}
    require_columns(folder / file, source.names, columns.values())
    if settings.sphere in source.names:
        columns["sphere"] = settings.sphere
    nowhere = 0
    for batch in source.reader(columns):
        rows = roster.find(batch["person"])
        contacts = roster.find(batch["other"]) if is_tie else None
        for sphere, of_sphere in _spheres(batch):
            if not sphere:
                nowhere += int(of_sphere.sum())
            elif is_tie and contacts is not None:
                _add_ties(found[sphere], rows[of_sphere], contacts[of_sphere], len(roster))
            else:
                _add_members(found[sphere], rows[of_sphere], batch["other"].filter(pa.array(of_sphere)))
    _require_some(settings, folder, file, source, roster, found)
    if nowhere:
        findings.note(
            Note(
                "links_without_sphere",
                *sentences(
                    "{file}: {nowhere} rijen zeggen niet van welke leefwereld zij zijn; ze tellen niet mee.",
                    "{file}: {nowhere} rows do not say of which sphere they are, and do not count.",
                    file=file,
                    nowhere=People(nowhere),
                ),
                nowhere,
            )
        )
    return found


def _require_some(
    settings: TiesSettings, folder: Path, file: str, source: OpenFile, roster: Roster, found: dict[str, Told]
) -> None:
    """Raises InputError where not one link is between people of the file: then it calls people by something else."""
    if not found or any(told.strangers < told.links for told in found.values()):
        return
    first = next(iter(source.reader({"person": settings.person})))["person"][0].as_py()
    here = roster.names(np.arange(len(roster)) == 0)[0]
    raise InputError(
        f"nobody in it is in {settings.people}, where people are called such as {here}; here they are such as {first}",
        file=folder / file, column=settings.person, mend="Give files that call people alike.",
    )  # fmt: skip


def _spheres(batch: pa.RecordBatch) -> list[tuple[str, NDArray[np.bool_]]]:
    """Each sphere in a batch, "" where none is told, and the rows that are of it."""
    if "sphere" not in batch.schema.names:
        return [(FRIENDS, np.ones(len(batch), dtype=bool))]
    column = batch["sphere"]
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    words = pc.fill_null(pc.cast(encoded.dictionary, pa.string()), "").to_pylist()
    code = np.asarray(pc.fill_null(encoded.indices, len(words)))
    named = [*words, ""]
    return [(named[number].strip(), code == number) for number in np.unique(code)]


def _add_ties(told: Told, one: Ints, other: Ints, people: int) -> None:
    inside = (one >= 0) & (other >= 0)
    apart = one != other
    told.links += len(one)
    told.strangers += int((~inside).sum())
    told.to_self += int((inside & ~apart).sum())
    told.rows.append((one * people + other)[inside & apart])


def _add_members(told: Told, rows: Ints, cells: pa.Array) -> None:
    memberships = plain_ids(cells)
    inside = (rows >= 0) & np.asarray(pc.is_valid(memberships))
    told.links += len(rows)
    told.strangers += int((~inside).sum())
    told.rows.append(rows[inside])
    told.others.append(memberships.filter(pa.array(inside)))


def _counted(
    roster: Roster, links: dict[str, list[Links]], groups: int, findings: Findings
) -> dict[str, tuple[NDArray[Any], NDArray[Any]]]:
    """Sphere -> contacts by group, and those without one; and the union of all spheres where it can be told."""
    found = {}
    of_sphere = {sphere: some[0] if len(some) == 1 else together(some) for sphere, some in links.items()}
    for sphere, one in of_sphere.items():
        if not len(one.member):
            found[sphere] = count_pairs(roster, one.pairs, groups)
        elif not len(one.pairs) and not one.clubs():
            found[sphere] = count_fellows(roster, one, groups)
        elif one.number() <= MOST_PAIRS:
            found[sphere] = count_once(roster, one, groups)
        else:
            by_pairs, in_cliques = count_pairs(roster, one.pairs, groups), count_fellows(roster, one, groups)
            found[sphere] = by_pairs[0] + in_cliques[0], by_pairs[1] + in_cliques[1]
            _tell_too_many(sphere, one.number(), findings)
    if len(of_sphere) > 1:
        union = together(list(of_sphere.values()))
        if union.number() <= MOST_PAIRS:
            found[ANY] = count_once(roster, union, groups)
        else:
            _tell_too_many(ANY, union.number(), findings)
    return found


def _tell_too_many(sphere: str, number: int, findings: Findings) -> None:
    what_nl = "ontbreekt" if sphere == ANY else "telt wie iemand daarin twee keer ontmoet dubbel"
    what = "is left out" if sphere == ANY else "counts twice whom somebody meets there twice"
    findings.note(
        Note(
            "too_many_pairs",
            *sentences(
                "De leefwereld '{sphere}' {what_nl}: {number} paren is te veel om ieder contact één keer te tellen.",
                "The sphere '{sphere}' {what}: {number} pairs are too many to count each contact once.",
                sphere=sphere,
                what_nl=what_nl,
                what=what,
                number=number,
            ),
        )
    )


def _tell_left_out(settings: TiesSettings, known: NDArray[np.bool_], findings: Findings) -> None:
    left = int((~known).sum())
    if left and all(note.code != "people_without_place_or_group" for note in findings.notes):
        findings.note(
            Note(
                "people_without_place_or_group",
                *sentences(
                    "{left} van de {all} mensen in {file} hebben geen bekend gebied of bekende groep. Zij tellen niet "
                    "mee; wie hen kent, houdt hen als contact.",
                    "{left} of {all} people in {file} have no known area or group. They do not count; to those who "
                    "know them they are contacts.",
                    left=People(left),
                    all=People(len(known)),
                    file=settings.people,
                ),
                left,
            )
        )


def _tell(file: str, sphere: str, told: Told, findings: Findings) -> None:
    findings.say(f"{file}: {told.links:,} links of {sphere}.")
    odd = (
        ("ties_of_strangers", told.strangers, "van of met iemand die niet in het personenbestand staat",
         "of or with somebody who is not in the file of people"),
        ("ties_to_self", told.to_self, "van iemand met zichzelf", "of somebody with themselves"),
        ("doubled_ties", told.doubles, "die er al waren", "that were there already"),
        ("one_sided_ties", told.one_sided, "die maar een van beiden noemt", "that only one of both tells"),
    )  # fmt: skip
    for code, number, nl, en in odd:
        if number:
            findings.note(
                Note(
                    code,
                    *sentences(
                        "{file}, {sphere}: {number} verbindingen {odd_nl}; ze tellen niet mee.",
                        "{file}, {sphere}: {number} links {odd_en}, which do not count.",
                        file=file,
                        sphere=sphere,
                        number=People(number),
                        odd_nl=nl,
                        odd_en=en,
                    ),
                    number,
                )
            )
