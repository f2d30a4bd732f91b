"""Institutions of a city: staff, pupils or participants by part and group, to be held against the area they serve."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import Scheme
from wijkspiegel.sources.city_settings import CitySettings, InstitutionSettings, suggestion
from wijkspiegel.sources.composing import matrix
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.grouping import Grouped, Groupings, group_cells
from wijkspiegel.sources.people import Cells
from wijkspiegel.sources.residents import cells_of_institution, years_of
from wijkspiegel.tables import Areas, Composition, Institution, exact

PART = "part"
ALL = "all"


@dataclass(frozen=True)
class Staff:
    """The people of one institution as their file has them. years : [cell]."""

    settings: InstitutionSettings
    cells: Cells
    years: NDArray[np.int64]
    grouped: tuple[Grouped, ...]


def read_staff(settings: CitySettings, folder: Path, groupings: Groupings, findings: Findings) -> tuple[Staff, ...]:
    """The people of every institution whose file can be read; the problems of the others are told."""
    found = []
    for rows in settings.institutions:
        with findings.gathering():
            cells = cells_of_institution(rows, folder)
            grouped = group_cells(cells, rows, groupings, findings)
            found.append(Staff(rows, cells, years_of(cells, rows), tuple(grouped)))
            findings.say(f"{cells.path.name}: {cells.people.sum():,.0f} people of {rows.name}.")
    return tuple(found)


def institutions_of(
    staff: Sequence[Staff], compositions: Sequence[Composition], schemes: Mapping[str, Scheme], findings: Findings
) -> tuple[Institution, ...]:
    """One institution for each year and scheme. Tells where the area that it serves is not known, in that scheme."""
    made: list[Institution] = []
    for one in staff:
        with findings.gathering():
            made += _institutions(one, compositions, schemes)
    return tuple(made)


def _institutions(
    one: Staff, compositions: Sequence[Composition], schemes: Mapping[str, Scheme]
) -> Iterator[Institution]:
    served = {c.scheme.code for c in compositions if one.settings.reference in c.areas.codes}
    if not served:
        known = sorted({code for c in compositions for code in c.areas.codes})
        raise SettingsError(
            f"{one.settings.name} serves '{one.settings.reference}', which is no area of the city."
            + suggestion(one.settings.reference, known[:20])
        )
    if not any(schemes[grouped.scheme].code in served for grouped in one.grouped):
        raise SettingsError(
            f"{one.settings.name} is counted by {', '.join(grouped.scheme for grouped in one.grouped) or 'no scheme'}, "
            f"and the residents by {', '.join(sorted(served))}. Count both by one scheme."
        )
    parts, index = _parts(one)
    for year in sorted(set(one.years.tolist())):
        rows = np.where(one.years == year, index, -1)
        present = np.unique(rows[rows >= 0])
        for grouped in one.grouped:
            scheme = schemes[grouped.scheme]
            counts = matrix(one.cells, rows, grouped, scheme, len(parts.codes))
            yield Institution(
                one.settings.name, exact(parts, year, scheme, counts).take(present), one.settings.reference
            )


def _parts(one: Staff) -> tuple[Areas, NDArray[np.intp]]:
    """The parts of the institution, and for each cell the row of its part."""
    if PART not in one.cells.columns:
        name = one.settings.name
        return Areas(PART, (name,), (name,), ("",)), np.zeros(len(one.cells.people), dtype=np.intp)
    words = one.cells.columns[PART]
    wrong = [number for number, value in enumerate(words.values) if value in ("", ALL)]
    if wrong and (at := np.flatnonzero(np.isin(words.codes, wrong))).size:
        value = words[int(at[0])]
        raise InputError(
            f"the part '{value}' is the sum of the others" if value else "there is no part",
            file=one.cells.path,
            row=int(one.cells.rows[at[0]]),
            column=one.settings.part,
            mend="Leave the rows of the sum out: it is added up." if value else "Name the part on every row.",
        )
    return Areas(PART, words.values, words.values, ("",) * len(words.values)), words.codes
