"""A city that is nothing but people, the areas where they live, and whom they know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import Scheme, label
from wijkspiegel.sources.city_settings import TiesSettings
from wijkspiegel.sources.files import read_table
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.network import Engine, Layer, Population, chosen_codes, count_layers, find_files
from wijkspiegel.sources.ties import Roster, read_ties, roster_of
from wijkspiegel.tables import Areas, City, Composition, Contacts, Note, Source, exact

WHOLE, PARTS = "whole", "area"
UNKNOWN = ("unknown", "onbekend", "na", "nan")


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
    mutual: bool = False,
    say: Callable[[str], None] = lambda step: None,
) -> City:
    """The people of a file, counted by area and group, with their contacts. Groups are those that stand in the file.

    Raises InputError for a missing column, a person who is in the file twice, and people without any area or group.
    """
    of_year = year or date.today().year
    findings = Findings()
    residents = _residents(people, area, group, of_year, findings)
    other_file = str(network.directory) if network else None
    settings = TiesSettings(
        people=str(people), file=str(ties) if ties else other_file,
        memberships=str(memberships) if memberships else None, year=of_year, scheme=residents.scheme.code, level=PARTS,
        area=area, group=group, person=person, mutual=mutual,
    )  # fmt: skip
    if network is not None:
        files = find_files(network.directory, of_year)
        roster = roster_of(settings, Path(), residents)
        contacts = _contacts_in(network, files, roster, residents, findings, say)
    else:
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


def _contacts_in(
    network: Network,
    files: Mapping[str, Path],
    roster: Roster,
    residents: Composition,
    findings: Findings,
    say: Callable[[str], None],
) -> Contacts:
    try:
        numbers = roster.ids.astype(np.int64)
    except ValueError:
        raise SettingsError(
            "With --network people are known by their number in the register. Name its column: --person RINPERSOON."
        ) from None
    order = np.argsort(numbers, kind="stable")
    roster = Roster(numbers[order], roster.area[order], roster.group[order])
    known = (roster.area >= 0) & (roster.group >= 0)
    counts = {}
    for layer in count_layers(
        files, Population(roster.ids, roster.group, len(residents.scheme.groups)), chosen_codes(network.codes),
        inside=network.inside, engine=network.engine, say=say,
    ):  # fmt: skip
        counts[layer.sphere] = layer.counts[known]
        findings.note(_note_on(layer))
    people = int(known.sum())
    return Contacts(
        residents.areas, residents.year, residents.scheme, roster.area[known], roster.group[known], counts,
        np.ones(people), np.zeros(people, dtype=np.int64), np.arange(people), sampled=False,
    )  # fmt: skip


def _note_on(layer: Layer) -> Note:
    """What became of the links of a file: all of them add up."""
    told = layer.tally
    left = (told.other_codes, told.strangers, told.groupless, told.to_self, told.too_many)
    return Note(
        "links_of_the_network",
        f"{layer.path.name}: {told.links:,} verbindingen, waarvan niet meegeteld {left[0]:,} met een andere code, "
        f"{left[1]:,} met iemand buiten het personenbestand, {left[2]:,} met iemand zonder groep, {left[3]:,} met "
        f"zichzelf en {left[4]:,} boven 65.535 per persoon en groep.",
        f"{layer.path.name}: {told.links:,} links, of which do not count {left[0]:,} of another code, {left[1]:,} with "
        f"somebody outside the file of people, {left[2]:,} with somebody without a group, {left[3]:,} to oneself and "
        f"{left[4]:,} beyond 65,535 for a person and group.",
        sum(left),
    )


def _residents(people: Path, area: str, group: str, year: int, findings: Findings) -> Composition:
    table = read_table(people)
    for column in (area, group):
        if column not in table.columns:
            raise InputError(
                "there is no such column", file=people, column=column,
                mend=f"Found: {', '.join(table.columns)}. Name it with --area and --group.",
            )  # fmt: skip
    areas, of_area = _words(table.data.column(area))
    groups, of_group = _words(table.data.column(group))
    known = (of_area >= 0) & (of_group >= 0)
    if left := int((~known).sum()):
        findings.note(
            Note(
                "people_without_place_or_group",
                f"{left} van de {len(known)} mensen in {people.name} hebben geen bekend gebied of bekende groep. Zij "
                "tellen niet mee; wie hen kent, houdt hen als contact zonder groep.",
                f"{left} of {len(known)} people in {people.name} have no known area or group. They do not count; to "
                "those who know them they are contacts without a group.",
                left,
            )
        )
    if not known.any():
        raise InputError("nobody has both an area and a group", file=people, mend="Fill in the two columns.")
    counts = np.bincount(of_area[known] * len(groups) + of_group[known], minlength=len(areas) * len(groups))
    scheme = Scheme("group", label("groep", "group"), groups, {name: label(name, name) for name in groups})
    zoning = Areas(PARTS, areas, areas, (WHOLE,) * len(areas))
    return exact(zoning, year, scheme, counts.reshape(len(areas), len(groups)))


def _words(column: pa.ChunkedArray) -> tuple[tuple[str, ...], np.ndarray]:
    """The different texts of a column in order, and for each row its place among them; -1 where it is not known."""
    text = pc.cast(column.combine_chunks(), pa.string())
    words = tuple(sorted(word for word in pc.unique(text).to_pylist() if word and word.lower() not in UNKNOWN))
    place = pc.fill_null(pc.index_in(text, pa.array(words, type=pa.string())), -1)
    return words, np.asarray(place).astype(np.int64)
