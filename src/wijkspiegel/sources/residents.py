"""Reading the residents of a city: files of counts, long or wide, and files of persons, all become counted cells."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.sources.city_settings import (
    CitySettings,
    CountSettings,
    InstitutionSettings,
    PeopleSettings,
    RowSettings,
)
from wijkspiegel.sources.files import RawTable, numbers, read_table
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.grouping import Grouped, Groupings, group_cells
from wijkspiegel.sources.people import Cells, Words, count_people, require_columns, words


@dataclass(frozen=True)
class Residents:
    """What one file tells of who lives where.

    level : of the areas. years : [cell]. grouped : the cells by each scheme.
    within : coarser level -> the column of the cells that has the area of that level.
    """

    level: str
    cells: Cells
    years: NDArray[np.int64]
    grouped: tuple[Grouped, ...]
    within: Mapping[str, str]


def read_residents(
    settings: CitySettings, folder: Path, groupings: Groupings, findings: Findings
) -> tuple[Residents, ...]:
    """Every file of residents that can be read; the problems of the others are told."""
    found = []
    files: tuple[CountSettings | PeopleSettings, ...] = (*settings.counts, *settings.people)
    for rows in files:
        with findings.gathering():
            within = _within(rows, settings) if isinstance(rows, PeopleSettings) else {}
            cells = _cells_of(rows, folder, within)
            grouped = group_cells(cells, rows, groupings, findings)
            found.append(
                Residents(rows.level or settings.levels[-1], cells, years_of(cells, rows), tuple(grouped), within)
            )
            findings.say(_summary(found[-1], isinstance(rows, PeopleSettings)))
    return tuple(found)


def _within(rows: PeopleSettings, settings: CitySettings) -> dict[str, str]:
    """Coarser level -> the fixed name of its column."""
    coarser = settings.levels[: settings.levels.index(rows.level or settings.levels[-1])]
    if wrong := [level for level in rows.within if level not in coarser]:
        raise InputError(
            f"'within' names '{wrong[0]}', which is no level coarser than that of the file",
            file=rows.file,
            mend=f"Coarser are: {', '.join(coarser)}." if coarser else "Leave it out.",
        )
    return {level: f"level_{settings.levels.index(level)}" for level in rows.within}


def _cells_of(rows: CountSettings | PeopleSettings, folder: Path, within: Mapping[str, str]) -> Cells:
    path = folder / rows.file
    columns = {"area": rows.area} | columns_of(rows)
    if isinstance(rows, PeopleSettings):
        columns |= {name: rows.within[level] for level, name in within.items()}
        return count_people(path, columns | ({"person": rows.person} if rows.person else {}), rows.sheet)
    if rows.groups:
        return _wide(path, columns, rows)
    return read_long(path, columns, rows.count, rows.sheet)


def columns_of(rows: RowSettings) -> dict[str, str]:
    """Fixed name -> column of the file, for those that tell the year and the group."""
    told = {name: getattr(rows, name) for name in ("group", "origin", "born", "mother", "father", "nationality")}
    told["year"] = rows.year if isinstance(rows.year, str) else None
    return {name: column for name, column in told.items() if column is not None}


def cells_of_institution(rows: InstitutionSettings, folder: Path) -> Cells:
    """Staff or pupils by part and group. Without a column for the part, there is one part."""
    path = folder / rows.file
    columns = ({"part": rows.part} if rows.part else {}) | columns_of(rows)
    if rows.count is None:
        return count_people(path, columns | ({"person": rows.person} if rows.person else {}), rows.sheet)
    return read_long(path, columns, rows.count, rows.sheet)


# Files of counts -----------------------------------------------------------------------------------------------------


def read_long(path: Path, columns: Mapping[str, str], count: str, sheet: str | None) -> Cells:
    """A file with a row for each cell. Raises InputError for what is no count and for a cell that is double."""
    table = read_table(path, sheet)
    require_columns(path, table.columns, (*columns.values(), count))
    cells = Cells(
        path,
        {name: words(path, table.data.column(column)) for name, column in columns.items()},
        _counts(table, count),
        np.asarray(table.rows, dtype=np.int64),
        columns,
    )
    _refuse_doubles(cells)
    return cells


def _wide(path: Path, columns: Mapping[str, str], rows: CountSettings) -> Cells:
    """A file with a row for each area and a column for each group."""
    table = read_table(path, rows.sheet)
    require_columns(path, table.columns, (*columns.values(), *rows.groups.values()))
    groups = len(rows.groups)
    by = {name: words(path, table.data.column(column)) for name, column in columns.items()}
    repeated = {name: Words(column.values, np.tile(column.codes, groups)) for name, column in by.items()}
    cells = Cells(
        path,
        repeated | {"group": Words(tuple(rows.groups), np.repeat(np.arange(groups), len(table)))},
        np.concatenate([_counts(table, column) for column in rows.groups.values()]),
        np.tile(np.asarray(table.rows, dtype=np.int64), groups),
        columns,
    )
    _refuse_doubles(cells)
    return cells


def _counts(table: RawTable, column: str) -> NDArray[np.float64]:
    people = numbers(table, column)
    faults = {
        "there is no count": (np.isnan(people), "Write 0 where nobody is."),
        "a count cannot be negative": (people < 0, "Correct the count."),
        "a count of people is whole": (
            people != np.floor(people),
            "Give counts, not shares or averages.",
        ),
    }
    for problem, (wrong, mend) in faults.items():
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            shown = "" if np.isnan(people[first]) else f", and here stands {people[first]:g}"
            others = f"; likewise other rows ({wrong.sum() - 1:,})" if wrong.sum() > 1 else ""
            raise InputError(
                f"{problem}{shown}{others}", file=table.path, row=table.rows[first], column=column, mend=mend
            )
    return people


def _refuse_doubles(cells: Cells) -> None:
    keys = np.stack([column.codes for column in cells.columns.values()])
    _, first, times = np.unique(keys, axis=1, return_index=True, return_counts=True)
    if not (times > 1).any():
        return
    again = np.ones(len(cells.people), dtype=bool)
    again[first] = False
    at = int(np.flatnonzero(again)[0])
    raise InputError(
        f"{', '.join(f'{name} {column[at]}' for name, column in cells.columns.items())} is counted before in this file"
        f"; double are so many rows: {int((times - 1).sum()):,}",
        file=cells.path,
        row=int(cells.rows[at]),
        mend="Keep one row for each area, group and year.",
    )


# Years ---------------------------------------------------------------------------------------------------------------


def years_of(cells: Cells, rows: RowSettings) -> NDArray[np.int64]:
    """[cell], the year: that of the file, or that with which the cell of the column begins (2024, 2024-01-01)."""
    if isinstance(rows.year, int):
        return np.full(len(cells.people), rows.year)
    column = cells.columns["year"]
    found = [re.match(r"(?:19|20)\d\d(?!\d)", value) for value in column.values]
    wrong = [number for number, match in enumerate(found) if match is None]
    if wrong:
        first = int(np.flatnonzero(np.isin(column.codes, wrong))[0])
        raise InputError(
            f"'{column[first]}' is no year",
            file=cells.path,
            row=int(cells.rows[first]),
            column=rows.year,
            mend="Write it as 2024 or 2024-01-01, or give year = 2024 in city.toml.",
        )
    return np.array([int(match[0]) for match in found if match], dtype=np.int64)[column.codes]


def _summary(residents: Residents, are_persons: bool) -> str:
    years = sorted(set(residents.years.tolist()))
    schemes = ", ".join(grouped.scheme for grouped in residents.grouped)
    areas = len(residents.cells.columns["area"].values)
    return (
        f"{residents.cells.path.name}: {residents.cells.people.sum():,.0f} people"
        f"{' (a row for each)' if are_persons else ''} in {areas:,} areas of level "
        f"{residents.level}, {', '.join(map(str, years))}; schemes: {schemes or 'none'}."
    )
