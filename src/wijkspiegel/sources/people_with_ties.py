"""A city that is nothing but people, the areas where they live, and whom they know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import Language, Scheme, label
from wijkspiegel.sources.city_settings import TiesSettings
from wijkspiegel.sources.files import RawTable, read_table
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.network import Engine, Layer, Population, chosen_codes, count_layers, find_files
from wijkspiegel.sources.people import require_columns
from wijkspiegel.sources.tally import LARGEST, MOST
from wijkspiegel.sources.ties import Roster, read_ties
from wijkspiegel.tables import Areas, City, Composition, Contacts, Note, Source, exact
from wijkspiegel.wording import People, sentences

WHOLE, PARTS = "whole", "area"
UNKNOWN = ("unknown", "onbekend", "na", "nan")
FIRST_CODES = 5
"""So many unknown codes are named in a note."""


@dataclass(frozen=True)
class Network:
    """Files of the person network. codes : such as "301-304"; all where None. inside, engine : see `count_layers`."""

    directory: Path
    codes: str | None = None
    inside: Path | None = None
    engine: Engine | None = None


def city_of_people(
    people: Path,
    *,
    ties: Path | None = None,
    memberships: Path | None = None,
    network: Network | None = None,
    person: str = "person",
    area: str = "area",
    group: str = "group",
    year: int | None = None,
    year_column: str | None = None,
    mutual: bool = False,
    say: Callable[[str], None] = lambda step: None,
) -> City:
    """The people of a file, counted by area and group, with their contacts. Groups are those that stand in the file.

    year_column : of people, where the file has those of several years. Raises InputError for a missing column, a person
    who is in the file twice, and people without any area or group.
    """
    of_year = year or date.today().year
    findings = Findings()
    table = _of_year(read_table(people), year_column, of_year)
    if network is not None:
        files = find_files(network.directory, of_year)
        residents, roster = _people_by_number(table, person, area, group, of_year, findings)
        pa.default_memory_pool().release_unused()  # half a GB of texts, where it is the people of a country
        contacts = _contacts_in(network, files, roster, residents, findings, say)
    else:
        residents = _residents(table, area, group, of_year, findings)[0]
        settings = TiesSettings(
            people=str(people), file=str(ties) if ties else None, memberships=str(memberships) if memberships else None,
            year=of_year, scheme=residents.scheme.code, level=PARTS, area=area, group=group, person=person,
            mutual=mutual, year_column=year_column,
        )  # fmt: skip
        contacts = read_ties(settings, Path(), (residents,), findings)
    everybody = Areas(WHOLE, (WHOLE,), (people.stem,), ("",))
    return City(
        title=people.stem,
        levels=(WHOLE, PARTS),
        home=WHOLE,
        compositions=(
            exact(everybody, of_year, residents.scheme, residents.counts.sum(axis=0, keepdims=True)),
            residents,
        ),
        sources=tuple(Source(file.name) for file in (people, ties, memberships) if file is not None)
        + tuple(Source(path.name, "CBS") for path in (files.values() if network is not None else ())),
        published=False,
        subject=WHOLE,
        notes=tuple(findings.notes),
        contacts=(contacts,),
    )


def _of_year(table: RawTable, column: str | None, year: int) -> RawTable:
    """The rows of a year; all of them where no column tells it."""
    if column is None:
        return table
    require_columns(table.path, table.columns, [column], "Name the one with the year: --year-column COLUMN.")
    of_year = pc.fill_null(pc.equal(pc.cast(table.data.column(column), pa.string()), str(year)), False)
    if not pc.any(of_year).as_py():
        raise InputError(f"there is nobody of {year}", file=table.path, column=column, mend="Name another --year.")
    kept = np.flatnonzero(np.asarray(of_year))
    return RawTable(table.path, table.data.take(pa.array(kept)), [table.rows[int(row)] for row in kept])


def _people_by_number(
    table: RawTable, person: str, area: str, group: str, year: int, findings: Findings
) -> tuple[Composition, Roster]:
    """The residents, and the people in order of their number in the register."""
    residents, of_area, of_group = _residents(table, area, group, year, findings)
    mend = "Name the one with the number in the register: --person COLUMN."
    require_columns(table.path, table.columns, [person], mend)
    try:
        numbers = np.asarray(pc.fill_null(pc.cast(table.data.column(person).combine_chunks(), pa.int64()), -1))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise SettingsError(
            "With --network people are known by their number in the register. Name its column: --person RINPERSOON."
        ) from None
    if (numbers[1:] <= numbers[:-1]).any():
        order = np.argsort(numbers, kind="stable")
        numbers, of_area, of_group = numbers[order], of_area[order], of_group[order]
    _require_numbers(table.path, person, numbers)
    return residents, Roster(numbers, of_area, of_group)


def _require_numbers(people: Path, person: str, numbers: NDArray[np.int64]) -> None:
    """numbers : [person], in order, -1 where there is none."""
    for number in (numbers[0], numbers[-1]):
        if not 0 <= number < LARGEST:
            raise InputError(
                f"{'nothing' if number == -1 else number} is no number of the register", file=people, column=person,
                mend="They have nine digits.",
            )  # fmt: skip
    if len(double := np.flatnonzero(numbers[1:] == numbers[:-1])):
        raise InputError(
            f"person {numbers[double[0]]} is in the file twice", file=people, column=person,
            mend="Keep one row for each person.",
        )  # fmt: skip


def _contacts_in(
    network: Network,
    files: Mapping[str, Path],
    roster: Roster,
    residents: Composition,
    findings: Findings,
    say: Callable[[str], None],
) -> Contacts:
    known = (roster.area >= 0) & (roster.group >= 0)
    counts = {}
    for layer in count_layers(
        files, Population(roster.ids, roster.group, len(residents.scheme.groups)), chosen_codes(network.codes),
        inside=network.inside, engine=network.engine, say=say,
    ):  # fmt: skip
        counts[layer.sphere] = layer.counts if known.all() else layer.counts[known]
        findings.note(_note_on(layer))
    if not counts:
        raise SettingsError(f"--codes {network.codes}: no file here has such codes. There are: {', '.join(files)}.")
    if len(counts) > 1:
        findings.note(
            Note(
                "no_union",
                "Wie in twee bestanden van het netwerk staat, is in elk een contact. De leefwereld van alle contacten "
                "samen ontbreekt: die vraagt alle paren tegelijk.",
                "Who is in two files of the network is a contact in each. The sphere of all contacts together is left "
                "out: it takes all pairs at once.",
            )
        )
    people = int(known.sum())
    return Contacts(
        residents.areas, residents.year, residents.scheme, roster.area[known], roster.group[known], counts,
        np.ones(people), np.zeros(people, dtype=np.int64), np.arange(people), sampled=False,
    )  # fmt: skip


def _note_on(layer: Layer) -> Note:
    """What became of the links of a file: all of them add up."""
    told = layer.tally
    return Note(
        "links_of_the_network",
        *sentences(
            "{file}: {links} verbindingen, waarvan niet meegeteld {codes} met een andere code, {strangers} met iemand "
            "buiten het personenbestand, {groupless} met iemand zonder groep, {to_self} met zichzelf en {too_many} "
            "boven {most} per persoon en groep.{unknown_nl}",
            "{file}: {links} links, of which do not count {codes} of another code, {strangers} with somebody outside "
            "the file of people, {groupless} with somebody without a group, {to_self} to oneself and {too_many} beyond "
            "{most} for a person and group.{unknown_en}",
            file=layer.path.name,
            links=People(told.links),
            codes=People(told.other_codes),
            strangers=People(told.strangers),
            groupless=People(told.groupless),
            to_self=People(told.to_self),
            too_many=People(told.too_many),
            most=int(MOST),
            unknown_nl=_unknown_in(layer, "nl"),
            unknown_en=_unknown_in(layer, "en"),
        ),
        told.other_codes + told.strangers + told.groupless + told.to_self + told.too_many,
    )


def _unknown_in(layer: Layer, language: Language) -> str:
    """A sentence on the codes that the list of a sphere does not have; nothing where there are none."""
    if not layer.unknown:
        return ""
    none = {"nl": "geen code", "en": "no code"}[language]
    first = ", ".join(none if code < 0 else str(code) for code in layer.unknown[:FIRST_CODES])
    more = len(layer.unknown) - FIRST_CODES
    others = {"nl": f" en {more} andere", "en": f" and {more} more"}[language] if more > 0 else ""
    return {
        "nl": f" Niet in de lijst van {layer.sphere}: {first}{others}. Is dit een codelijst van een ander jaar?",
        "en": f" Not in the list of {layer.sphere}: {first}{others}. Is this a list of codes of another year?",
    }[language]


def _residents(
    table: RawTable, area: str, group: str, year: int, findings: Findings
) -> tuple[Composition, NDArray[np.int64], NDArray[np.int64]]:
    """Who lives where; and [row] the area and group of each, -1 where it is not known."""
    require_columns(table.path, table.columns, (area, group), "Name it with --area and --group.")
    areas, of_area = _words(table.data.column(area))
    groups, of_group = _words(table.data.column(group))
    known = (of_area >= 0) & (of_group >= 0)
    if left := int((~known).sum()):
        findings.note(
            Note(
                "people_without_place_or_group",
                *sentences(
                    "{left} van de {all} mensen in {file} hebben geen bekend gebied of bekende groep. Zij tellen niet "
                    "mee; wie hen kent, houdt hen als contact zonder groep.",
                    "{left} of {all} people in {file} have no known area or group. They do not count; to those who "
                    "know them they are contacts without a group.",
                    left=People(left),
                    all=People(len(known)),
                    file=table.path.name,
                ),
                left,
            )
        )
    if not known.any():
        raise InputError("nobody has both an area and a group", file=table.path, mend="Fill in the two columns.")
    counts = np.bincount(of_area[known] * len(groups) + of_group[known], minlength=len(areas) * len(groups))
    scheme = Scheme("group", label("groep", "group"), groups, {name: label(name, name) for name in groups})
    zoning = Areas(PARTS, areas, areas, (WHOLE,) * len(areas))
    composition = exact(zoning, year, scheme, counts.reshape(len(areas), len(groups)))
    return composition, of_area, of_group


def _words(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The different texts of a column in order, and for each row its place among them; -1 where it is not known."""
    coded = pc.dictionary_encode(column).unify_dictionaries()
    found = pc.cast(coded.chunk(0).dictionary, pa.string()).to_pylist()
    words = tuple(sorted({word for word in found if word and word.lower() not in UNKNOWN}))
    place = {word: number for number, word in enumerate(words)}
    places = np.array([*(place.get(word, -1) for word in found), -1], dtype=np.int64)
    rows = [np.asarray(pc.fill_null(chunk.indices, len(found))) for chunk in coded.chunks]
    return words, places[np.concatenate(rows)]
