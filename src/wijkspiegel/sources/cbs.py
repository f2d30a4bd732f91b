"""Statistics Netherlands (CBS), "Kerncijfers wijken en buurten" (kwb): every edition that tells people by origin.

To 2022 people are counted as western and non-western, with the largest non-western countries; from 2023 by origin
(the Netherlands, Europe, outside Europe) and birth. Columns are known by their name without the number that OData
gives them, which changes every year; StatLine's own CSV, the Excel files, the attribute tables of the map and the
per-municipality table 85458NED have other names for the same.

CBS rounds the counts of wijken and buurten at random to a multiple of 5, each by itself: 1 becomes 0 four times in
five, and 5 once. This can be seen where a municipality is one wijk, so that the exact count stands beside the rounded
one: of 132 counts in 2017, 2020 and 2022 that are 1 above a multiple of 5, 106 went down by 1 and 26 up by 4. A true
count thus lies up to 4 from the published one. With 2, the figures of 687 areas of 2022 would contradict each other;
with 4, none do.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.schemes import ORIGIN, ORIGIN_BIRTH, WESTERN, WESTERN_COUNTRIES, Scheme, western_with
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.kwb_columns import COUNTRIES, YEARS, Columns, recognise
from wijkspiegel.sources.kwb_notes import (
    Remark,
    notes_of,
    on_absence,
    on_names,
    on_percentages,
    on_rounding,
    on_sums,
)
from wijkspiegel.sources.kwb_regions import LEVELS, Regions, by_level, choose, read_regions
from wijkspiegel.sources.reconcile import Figure, Vector, reconcile
from wijkspiegel.tables import Areas, Composition, Mask, Note, Source

KWB_TABLES: Mapping[int, str] = MappingProxyType(
    {
        2013: "82339NED",
        2014: "82931NED",
        2015: "83220NED",
        2016: "83487NED",
        2017: "83765NED",
        2018: "84286NED",
        2019: "84583NED",
        2020: "84799NED",
        2021: "85039NED",
        2022: "85318NED",
        2023: "85618NED",
        2024: "85984NED",
        2025: "86165NED",
    }
)
"""Year -> the StatLine table of that edition."""

ROUNDING = 4
"""A count of wijk or buurt differs at most this much from the true one; see the head of this module."""


@dataclass(frozen=True)
class Kwb:
    """What an edition tells.

    areas : every area of the latest year, by level, coarse to fine; also those without figures.
    compositions : one for every year, level and scheme; all schemes of a year have the same population.
    remarks : what was odd, to be told as notes, those of several editions together.
    """

    areas: tuple[Areas, ...]
    compositions: tuple[Composition, ...]
    source: Source
    remarks: tuple[Remark, ...]
    left_out: tuple[Note, ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        years = {composition.year for composition in self.compositions}
        return (*self.left_out, *notes_of(self.remarks, with_year=len(years) > 1))


@dataclass(frozen=True)
class Edition:
    """A file that was read, which can be asked about any of its areas."""

    path: Path
    regions: Regions
    published: "_Published"


def open_edition(path: Path | str, year: int | None = None) -> Edition:
    """An edition of "Kerncijfers wijken en buurten".

    year : recognised by the name of the file, the table id or a column; needed where none tells.
    Raises InputError for a file that is no such edition, with what was looked for, and for a count that is negative or
    not whole, an unknown or doubled area code.
    """
    table = read_table(path)
    columns = recognise(table)
    regions = read_regions(table, columns, _years(table, columns, year))
    return Edition(table.path, regions, _published(table, columns, regions))


def ask(edition: Edition, level: str | None = None, municipality: str | None = None) -> Kwb:
    """The areas and compositions of an edition.

    level : only this one: "land", "gemeente", "wijk" or "buurt".
    municipality : only this one and the areas in it; a code or a name.
    Raises SettingsError for a municipality or level that is not in it; InputError where no area has figures.
    """
    regions, published = edition.regions, edition.published
    chosen = choose(regions, municipality, level)
    remarks = [*on_names(regions, chosen), *on_rounding(regions, chosen & published.rounded)]
    if published.estimated:
        remarks += on_percentages(regions, chosen)
    compositions: list[Composition] = []
    for each in sorted(set(regions.years[chosen].tolist())):
        made, found = _compose(regions, published, chosen & (regions.years == each))
        compositions += made
        remarks += found
    if not compositions:
        raise InputError(
            "no area has figures by origin; all of those cells are empty",
            file=edition.path,
            mend="Take a later release of this edition, or another year.",
        )
    latest = chosen & (regions.years == regions.years[chosen].max())
    areas = tuple(areas for _, areas in by_level(regions, latest))
    return Kwb(areas, tuple(compositions), _source(edition.path, regions), tuple(remarks), regions.notes)


def read_kwb(
    path: Path | str, level: str | None = None, municipality: str | None = None, year: int | None = None
) -> Kwb:
    """`open_edition` and `ask` in one."""
    return ask(open_edition(path, year), level, municipality)


# Year ----------------------------------------------------------------------------------------------------------------


def _years(table: RawTable, columns: Columns, given: int | None) -> NDArray[np.int64]:
    """[row], the year of each row."""
    column = columns.first(YEARS)
    if given is None and column is not None:
        return np.array([_year_in(table, column, row, cell) for row, cell in enumerate(texts(table, column))])
    year = given or _year_of(table.path)
    if year is None:
        raise InputError(
            "the year is neither in the name of the file nor in a column",
            file=table.path,
            mend="Put it in the name, such as kwb-2022.csv or 85318NED.csv, or add a column 'year'.",
        )
    old, new = columns.have("western", "non_western"), columns.have("nl", "europe", "outside_europe")
    if (old and not new and year > 2022) or (new and not old and year < 2022):
        classification = "western and non-western, which ended in 2022" if old else "origin, which began in 2022"
        raise InputError(
            f"the year would be {year}, but the columns are of the classification by {classification}",
            file=table.path,
            mend="Put the right year in the name of the file.",
        )
    return np.full(len(table), year)


def _year_in(table: RawTable, column: str, row: int, cell: str) -> int:
    found = re.match(r"(?:19|20)\d\d", cell)
    if not found:
        raise InputError(f"'{cell}' is no year", file=table.path, row=table.rows[row], column=column)
    return int(found[0])


def _year_of(path: Path) -> int | None:
    """From the table id or the year in the name of the file, or from the id or "kwb" in that of its directory."""
    names = _names_of(path)
    for name in names:
        for year, table in KWB_TABLES.items():
            if table.lower() in name.lower():
                return year
    for pattern, name in ((r"(?<!\d)(20[0-4]\d)(?!\d)", names[0]), (r"kwb[-_ ]?(20[0-4]\d)(?!\d)", names[1].lower())):
        if found := re.search(pattern, name):
            return int(found[1])
    return None


def _names_of(path: Path) -> tuple[str, str]:
    """The name of the file and that of its directory, where people write what it is."""
    return path.name, path.absolute().parent.name


# Figures -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Published:
    """Field -> [area], the figure as published and how far the true one can be from it.

    low, high : whole people; of no meaning where the figure is absent.
    rounded : [area], True where counts were rounded to a multiple of 5.
    estimated : whether counts come from percentages.
    """

    value: Mapping[str, Vector]
    low: Mapping[str, Vector]
    high: Mapping[str, Vector]
    rounded: Mask
    estimated: bool

    def figure(self, field: str, rows: NDArray[np.intp]) -> Figure:
        return Figure(self.value[field][rows], self.low[field][rows], self.high[field][rows])


def _published(table: RawTable, columns: Columns, regions: Regions) -> _Published:
    cells = {
        field: np.where(figures <= -99990, np.nan, figures)[regions.rows]  # how CBS writes absent in its maps
        for field, figures in ((field, numbers(table, column)) for field, column in columns.by_field.items())
    }
    shares = columns.shares | _shares_by_value(columns, regions, cells)
    for field, figures in cells.items():
        _refuse_odd(table, columns.by_field[field], figures, regions.rows, whole=field not in shares)
    counts = np.column_stack([figures for field, figures in cells.items() if field not in shares])
    rounded = _is_rounded(counts, regions.levels)
    slack = np.where(rounded, ROUNDING, 0)
    total = cells["total"]
    value, low, high = {"total": total}, {"total": np.maximum(total - slack, 0)}, {"total": total + slack}
    for field in set(cells) - {"total"}:
        figures = cells[field]
        if field in shares:
            half = _half_step(figures)
            value[field] = figures / 100 * total
            low[field] = np.floor(np.maximum(figures - half, 0) / 100 * low["total"])
            high[field] = np.ceil(np.minimum(figures + half, 100) / 100 * high["total"])
        else:
            value[field], low[field], high[field] = figures, np.maximum(figures - slack, 0), figures + slack
    return _Published(value, low, high, rounded, bool(shares))


def _half_step(percentages: Vector) -> float:
    """How far a rounded percentage can be from the true one: CBS gives whole ones, or one decimal."""
    known = percentages[~np.isnan(percentages)]
    return 0.5 if (known == np.floor(known)).all() else 0.05


def _shares_by_value(columns: Columns, regions: Regions, cells: Mapping[str, Vector]) -> set[str]:
    """To 2015 CBS published percentages under the names that hold counts from 2016 on."""
    if "western" not in columns or regions.years.min() > 2022:
        return set()
    fields = {"western", "non_western", "other_non_western", *COUNTRIES} & set(cells)
    largest = max((float(np.nanmax(cells[field], initial=0)) for field in fields), default=0.0)
    as_shares = largest <= 100 and (regions.years.max() <= 2015 or np.nanmax(cells["total"], initial=0) >= 10_000)
    return fields if as_shares else set()


def _is_rounded(counts: NDArray[np.float64], levels: NDArray[np.str_]) -> Mask:
    """[area], True for areas of a level at which (nearly) all counts are multiples of 5, which exact ones never are."""
    rounded = np.zeros(len(levels), dtype=bool)
    for level in LEVELS.values():
        at = levels == level
        people = counts[at]
        people = people[people > 0]
        default = level in ("wijk", "buurt")
        rounded[at] = default if not len(people) else float(np.mean(people % 5 == 0)) > 0.95
    return rounded


def _refuse_odd(table: RawTable, column: str, figures: Vector, rows: NDArray[np.intp], whole: bool) -> None:
    fractional = ~np.isnan(figures) & (figures != np.floor(figures))
    odd = np.flatnonzero((figures < 0) | (fractional if whole else False))
    if len(odd):
        first = int(odd[0])
        problem = "is negative" if figures[first] < 0 else "is no whole number"
        raise InputError(
            f"{figures[first]:.12g} {problem}, and people are counted",
            file=table.path,
            row=table.rows[int(rows[first])],
            column=column,
            mend="Give the count as published, or leave the cell empty.",
        )


# Compositions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Classification:
    """A classification in two steps, as this file has it.

    parts : group of the coarse scheme -> the groups of the fine one that it is the sum of; empty without a fine one.
    rest : the groups that are not published, and are what is left.
    """

    coarse: Scheme
    fine: Scheme
    parts: Mapping[str, tuple[str, ...]]
    rest: frozenset[str]

    def told(self, published: _Published, *, fine: bool) -> Mask:
        """[area], True where the file gives all figures of the scheme."""
        groups = [*self.coarse.groups, *(part for parts in self.parts.values() for part in parts if fine)]
        fields = ["total", *(group for group in groups if group not in self.rest)]
        known: Mask = np.logical_and.reduce([~np.isnan(published.value[field]) for field in fields])
        return known


def _classifications(fields: Iterable[str]) -> list[_Classification]:
    present = set(fields)
    found = []
    if {"western", "non_western"} <= present:
        countries = tuple(country for country in COUNTRIES if country in present)
        whole = len(countries) == len(COUNTRIES)
        last = "other_non_western" if whole else "remaining_non_western"
        fine = WESTERN_COUNTRIES if whole else western_with(countries) if countries else WESTERN
        parts = {"non_western": (*countries, last)} if countries else {}
        found.append(_Classification(WESTERN, fine, parts, frozenset({"nl", last} - (present - {"nl"}))))
    if set(ORIGIN.groups) <= present:
        parts = {group: (f"{group}_born_nl", f"{group}_born_abroad") for group in ("europe", "outside_europe")}
        if present >= {part for pair in parts.values() for part in pair}:
            found.append(_Classification(ORIGIN, ORIGIN_BIRTH, parts, frozenset()))
        else:
            found.append(_Classification(ORIGIN, ORIGIN, {}, frozenset()))
    return found


def _compose(regions: Regions, published: _Published, chosen: Mask) -> tuple[list[Composition], list[Remark]]:
    """The compositions of the chosen areas, which are of one year, and what was odd in them."""
    made: list[Composition] = []
    remarks: list[Remark] = []
    for classification in _classifications(published.value):
        told = chosen & classification.told(published, fine=False)
        told_fine = chosen & classification.told(published, fine=True)
        remarks += on_absence(regions, chosen & ~told, classification.coarse)
        remarks += on_absence(regions, told & ~told_fine, classification.fine)
        settled: dict[str, NDArray[np.float64]] = {}
        for rows, parts in ((told & ~told_fine, {}), (told_fine, classification.parts)):
            tree = _tree(published, classification, parts, np.flatnonzero(rows))
            if not published.estimated:
                remarks += on_sums(regions, tree, rows)
            for name, figure in _named(reconcile(tree)):
                counts = settled.setdefault(name, np.zeros((3, len(chosen))))
                counts[:, rows] = figure.value, figure.low, figure.high
        schemes = [(classification.coarse, told), (classification.fine, told_fine)]
        for scheme, rows in schemes if classification.parts else schemes[:1]:
            made += [_composition(regions, scheme, settled, *each) for each in by_level(regions, rows)]
    return made, remarks


def _composition(
    regions: Regions,
    scheme: Scheme,
    settled: Mapping[str, NDArray[np.float64]],
    places: NDArray[np.intp],
    areas: Areas,
) -> Composition:
    counts, low, high = np.stack([settled[group][:, places] for group in scheme.groups], axis=-1)
    year = int(regions.years[places[0]])
    return Composition(areas, year, scheme, counts, low, high, np.zeros(counts.shape, dtype=bool))


def _tree(
    published: _Published,
    classification: _Classification,
    parts: Mapping[str, tuple[str, ...]],
    rows: NDArray[np.intp],
) -> Figure:
    """The population as the sum of its groups, and these as the sums of their parts."""

    def figure(field: str, whole: Figure) -> Figure:
        if field in classification.rest:
            own = Figure(np.full(len(rows), np.nan), np.zeros(len(rows)), whole.high)
        else:
            own = published.figure(field, rows)
        return replace(own, parts={part: figure(part, own) for part in parts.get(field, ())})

    total = published.figure("total", rows)
    return replace(total, parts={group: figure(group, total) for group in classification.coarse.groups})


def _named(figure: Figure) -> Iterable[tuple[str, Figure]]:
    for name, part in figure.parts.items():
        yield name, part
        yield from _named(part)


# Source --------------------------------------------------------------------------------------------------------------


def _source(path: Path, regions: Regions) -> Source:
    years = sorted(set(regions.years.tolist()))
    stated = next((found[0] for name in _names_of(path) if (found := re.search(r"\d{5}NED", name.upper()))), None)
    table = stated or (KWB_TABLES.get(years[0]) if len(years) == 1 else None)
    kwb = table in KWB_TABLES.values()
    title = f"Kerncijfers wijken en buurten {years[0]}" if kwb else "StatLine"
    return Source(
        title=f"{title} ({table})" if table else f"Kerncijfers wijken en buurten {years[0]}-{years[-1]}",
        publisher="Centraal Bureau voor de Statistiek (CBS)",
        licence="CC BY 4.0",
        path=f"https://opendata.cbs.nl/statline/#/CBS/nl/dataset/{table}" if table else path.name,
    )
