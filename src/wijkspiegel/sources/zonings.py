"""Which areas there are in each year, at every level, and in which area of the coarser level each of them lies."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.city_settings import AreaSettings, CitySettings
from wijkspiegel.sources.files import read_table, texts
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.people import require_columns
from wijkspiegel.sources.residents import Residents
from wijkspiegel.tables import Areas

Zonings = Mapping[tuple[int, str], Areas]
"""(year, level) -> its areas."""


@dataclass(frozen=True)
class _Listed:
    """The areas of a level as far as they are known: parents are "" where nothing tells them."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]
    path: Path | None = None
    rows: Sequence[int] = ()

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.codes)

    def row(self, number: int) -> int | None:
        return self.rows[number] if self.rows else None


def read_zonings(settings: CitySettings, folder: Path, residents: Sequence[Residents], findings: Findings) -> Zonings:
    """The areas of every year of which there are residents, down to the finest level that the year has.

    A level is listed in a file of [[areas]]; else its areas are those of which there are residents. The coarsest level
    is, without a file, one area: the city. Tells every area that does not fit into the hierarchy.
    """
    files: dict[tuple[int | None, str], _Listed] = {}
    for area in settings.areas:
        with findings.gathering():
            if (area.year, area.level) in files:
                raise SettingsError(f"[[areas]] lists level '{area.level}' twice for the same year. Keep one of them.")
            files[area.year, area.level] = _read_areas(area, folder / area.file, area.level == settings.levels[0])
    zonings: dict[tuple[int, str], Areas] = {}
    for year in sorted({year for one in residents for year in set(one.years.tolist())}):
        with findings.gathering():
            for areas in _zoning(year, settings, files, residents, findings):
                zonings[year, areas.level] = areas
    _tell_sizes(zonings, settings, findings)
    return zonings


def _read_areas(area: AreaSettings, path: Path, is_coarsest: bool) -> _Listed:
    table = read_table(path, area.sheet)
    optional = {"name": area.name, "parent": area.parent}
    named = {role: column or role for role, column in optional.items() if column or role in table.columns}
    require_columns(path, table.columns, (area.area, *named.values()))
    codes = texts(table, area.area)
    seen: dict[str, int] = {}
    for code, row in zip(codes, table.rows, strict=True):
        if not code or code in seen:
            raise InputError(
                f"area '{code}' is in the file before, on row {seen[code]:,}" if code else "there is no code",
                file=path,
                row=row,
                column=area.area,
                mend="Keep one row for each area.",
            )
        seen[code] = row
    names = texts(table, named["name"]) if "name" in named else codes
    parents = texts(table, named["parent"]) if "parent" in named and not is_coarsest else [""] * len(codes)
    return _Listed(
        tuple(codes),
        tuple(name or code for name, code in zip(names, codes, strict=True)),
        tuple(parents),
        path,
        table.rows,
    )


def _zoning(
    year: int,
    settings: CitySettings,
    files: Mapping[tuple[int | None, str], _Listed],
    residents: Sequence[Residents],
    findings: Findings,
) -> Iterator[Areas]:
    """The levels of a year, coarse to fine."""
    finest = max(settings.levels.index(one.level) for one in residents if year in one.years)
    listed: dict[str, _Listed] = {}
    for number, level in enumerate(settings.levels[: finest + 1]):
        found = files.get((year, level)) or files.get((None, level)) or _met(year, level, settings, residents)
        if not found.codes and number == 0:
            found = _Listed((settings.code,), (settings.title,), ("",))
        if not found.codes:
            raise InputError(
                f"no areas of level '{level}' are known in {year}",
                file="city.toml",
                mend=f'List them: [[areas]] level = "{level}", or leave the level out.',
            )
        listed[level] = found
    for number, level in enumerate(listed):
        above = settings.levels[number - 1] if number else None
        found = listed[level]
        parents = _parents(found, listed[above]) if above is not None else ("",) * len(found.codes)
        _tell_misfits(level, parents, listed, findings)
        yield Areas(level, found.codes, found.names, parents)


def _met(year: int, level: str, settings: CitySettings, residents: Sequence[Residents]) -> _Listed:
    """The areas of a level of which there are residents, with their parents where a file of persons has both."""
    above = settings.levels[settings.levels.index(level) - 1] if level != settings.levels[0] else ""
    parents: dict[str, str] = {}
    for one in residents:
        for area, parent in _pairs(one, year, level, above):
            known = parents.get(area, "")
            if known and parent and known != parent:
                raise InputError(
                    f"area '{area}' of level '{level}' lies in '{known}' for some people and in '{parent}' for "
                    f"others in {year}",
                    file=one.cells.path,
                    mend=f'Correct the rows, or list the areas: [[areas]] level = "{level}".',
                )
            parents[area] = known or parent
    codes = tuple(sorted(parents))
    return _Listed(codes, codes, tuple(parents[code] for code in codes))


def _pairs(one: Residents, year: int, level: str, above: str) -> list[tuple[str, str]]:
    """Every area of the level in a file of residents, with the area around it; "" where the file does not tell."""
    columns = {one.level: "area"} | dict(one.within)
    if level not in columns:
        return []
    here = one.years == year
    own = one.cells.columns[columns[level]]
    if above not in columns:
        return [(own.values[code], "") for code in np.unique(own.codes[here]).tolist() if own.values[code]]
    around = one.cells.columns[columns[above]]
    pairs = np.unique(np.stack([own.codes[here], around.codes[here]]), axis=1).T.tolist()
    return [(own.values[code], around.values[parent]) for code, parent in pairs if own.values[code]]


def _parents(found: _Listed, above: _Listed) -> tuple[str, ...]:
    """What is told; and where nothing is, the one area that there is above."""
    only = above.codes[0] if len(above.codes) == 1 else ""
    return tuple(parent or only for parent in found.parents)


def _tell_misfits(level: str, parents: Sequence[str], listed: Mapping[str, _Listed], findings: Findings) -> None:
    """A problem for each way in which areas of a level stand outside the hierarchy."""
    misfits: dict[tuple[str, str], list[int]] = {}
    for number, (code, parent) in enumerate(zip(listed[level].codes, parents, strict=True)):
        if (misfit := _misfit(code, parent, level, listed)) is not None:
            misfits.setdefault(misfit, []).append(number)
    for (problem, mend), numbers in misfits.items():
        first, others = numbers[0], len(numbers) - 1
        found = listed[level]
        more = f"; likewise other areas ({others:,})" if others else ""
        findings.problem(
            InputError(
                f"area '{found.codes[first]}' of level '{level}' {problem}{more}",
                file=found.path or "city.toml",
                row=found.row(first),
                mend=mend,
            )
        )


def _misfit(code: str, parent: str, level: str, listed: Mapping[str, _Listed]) -> tuple[str, str] | None:
    """What is wrong with the place of an area in the hierarchy, and how to mend it; None where it fits."""
    levels = list(listed)
    coarser = levels[: levels.index(level)]
    above = coarser[-1] if coarser else None
    other = next((name for name in coarser if code in listed[name].known), None)
    if other is not None:
        return f"is an area of level '{other}' as well", "Give every area a code of its own."
    if above is None or parent in listed[above].known:
        return None
    if not parent:
        return f"lies in no area of level '{above}'", "Name it in the column 'parent' of the list of areas."
    around = next((name for name in levels if parent in listed[name].known), None)
    if around is not None and levels.index(around) >= levels.index(level):
        return (
            f"lies in '{parent}' of level '{around}': the hierarchy goes round",
            f"Give it an area of level '{above}'.",
        )
    near = difflib.get_close_matches(parent, listed[above].codes, n=1)
    return (
        f"lies in '{parent}', which is no area of level '{above}'",
        f"Did you mean '{near[0]}'?" if near else f"Correct it, or add '{parent}' to the areas of level '{above}'.",
    )


def _tell_sizes(zonings: Zonings, settings: CitySettings, findings: Findings) -> None:
    for year in sorted({year for year, _ in zonings}):
        levels = [zonings[year, level] for level in settings.levels if (year, level) in zonings]
        findings.say(
            f"Areas in {year}: " + ", ".join(f"{len(areas):,} of level {areas.level}" for areas in levels) + "."
        )
