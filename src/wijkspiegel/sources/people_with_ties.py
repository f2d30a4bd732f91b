"""A city that is nothing but people, the areas where they live, and whom they know."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wijkspiegel.errors import InputError
from wijkspiegel.schemes import Scheme, label
from wijkspiegel.sources.city_settings import TiesSettings
from wijkspiegel.sources.files import read_table
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.ties import read_ties
from wijkspiegel.tables import Areas, City, Composition, Note, Source, exact

WHOLE, PARTS = "whole", "area"
UNKNOWN = ("unknown", "onbekend", "na", "nan")


def city_of_people(
    people: Path,
    *,
    ties: Path | None,
    memberships: Path | None,
    person: str,
    area: str,
    group: str,
    year: int | None,
    mutual: bool,
) -> City:
    """The people of a file, counted by area and group, with their contacts. Groups are those that stand in the file.

    Raises InputError for a missing column, a person who is in the file twice, and people without any area or group.
    """
    of_year = year or date.today().year
    findings = Findings()
    residents = _residents(people, area, group, of_year, findings)
    settings = TiesSettings(
        people=str(people), file=str(ties) if ties else None, memberships=str(memberships) if memberships else None,
        year=of_year, scheme=residents.scheme.code, level=PARTS, area=area, group=group, person=person, mutual=mutual,
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
        sources=tuple(Source(file.name) for file in (people, ties, memberships) if file is not None),
        published=False,
        subject=WHOLE,
        notes=tuple(findings.notes),
        contacts=(contacts,),
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
