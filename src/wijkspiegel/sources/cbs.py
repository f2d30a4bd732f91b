"""Statistics Netherlands (CBS), "Kerncijfers wijken en buurten" (kwb): every edition that tells people by origin.

To 2022 people are counted as western and non-western, with the largest non-western countries; from 2023 by origin
(the Netherlands, Europe, outside Europe) and birth. Columns are known by their name without the number that OData
gives them, which changes every year; StatLine's own CSV, the Excel files, the attribute tables of the map and the
per-municipality table 85458NED have other names for the same.

CBS rounds the counts of wijken and buurten to a multiple of 5 at random, each by itself: 1 becomes 0 four times in
five and 5 once. Seen where a municipality is one wijk, so that the exact count stands beside the rounded one: of 132
counts that are a multiple of 5 and 1 more, in 2017, 2020 and 2022, 106 went down and 26 up. A true count
thus lies up to 4 from the published one, not up to 2.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import ORIGIN, ORIGIN_BIRTH, WESTERN, WESTERN_COUNTRIES, Scheme, western_with
from wijkspiegel.sources.files import READERS, RawTable, numbers, read_table, texts
from wijkspiegel.sources.reconcile import Figure, Mask, Vector, contradicts, reconcile
from wijkspiegel.tables import Areas, Composition, Note, Source

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

LEVELS: Mapping[str, str] = MappingProxyType({"NL": "land", "GM": "gemeente", "WK": "wijk", "BU": "buurt"})
"""The letters with which a code begins -> its level, coarse to fine."""

ROUNDING = 4
"""A count of wijk or buurt differs at most this much from the true one; see the head of this module."""


@dataclass(frozen=True)
class Kwb:
    """What an edition tells.

    areas : every area of the latest year, by level, coarse to fine; also those without figures.
    compositions : one for every year, level and scheme; all schemes of a year have the same population.
    """

    areas: tuple[Areas, ...]
    compositions: tuple[Composition, ...]
    source: Source
    notes: tuple[Note, ...]


def read_kwb(
    path: Path | str, level: str | None = None, municipality: str | None = None, year: int | None = None
) -> Kwb:
    """The areas and compositions of an edition of "Kerncijfers wijken en buurten".

    level : only this one: "land", "gemeente", "wijk" or "buurt".
    municipality : only this one and the areas in it; a code or a name.
    year : recognised by the name of the file, the table id or a column; needed where none tells.

    Raises InputError for a file that is no such edition, with what was looked for, and for a count that is negative or
    not whole, an unknown or doubled area code; SettingsError for a municipality or level that is not in it.
    """
    table = read_table(path)
    columns = _recognised(table)
    regions = _regions(table, columns, _years(table, columns, year))
    published = _published(table, columns, regions)
    chosen = _chosen(regions, municipality, level)
    notes = [*regions.notes, *published.notes]
    compositions: list[Composition] = []
    for each in sorted(set(regions.years[chosen].tolist())):
        made, found = _compose(regions, published, chosen & (regions.years == each))
        compositions += made
        notes += found
    if not compositions:
        raise InputError(
            "no area has figures by origin; all of those cells are empty",
            file=table.path,
            mend="Take a later release of this edition, or another year.",
        )
    latest = chosen & (regions.years == regions.years[chosen].max())
    areas = tuple(areas for _, areas in _by_level(regions, latest))
    return Kwb(areas, tuple(compositions), _source(table.path, regions), tuple(notes))


# Columns -------------------------------------------------------------------------------------------------------------

_COUNTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "total": ("aantalinwoners", "ainw", "aantinw", "total", "totalpopulation"),
        "western": ("westerstotaal", "awall", "westerntotal"),
        "non_western": ("nietwesterstotaal", "anwall", "nonwesterntotal"),
        "morocco": ("marokko", "amarok", "morocco"),
        "antilles": ("nederlandseantillenenaruba", "aantaru", "antillesandaruba"),
        "suriname": ("suriname", "asuri", "surinam"),
        "turkey": ("turkije", "atur", "turkey"),
        "other_non_western": ("overignietwesters", "aovnw", "othernonwestern"),
        "nl": ("nederland", "anlall", "herkomstnederland"),
        "europe": ("europaexclusiefnederland", "aeural", "herkomsteuropaexclnl"),
        "outside_europe": ("buiteneuropa", "aneual", "herkomstbuiteneuropa"),
        # OData gives origin by birth the names of origin again: first those born here, then those born abroad.
        "europe_born_nl": ("europaexclusiefnederland#2", "agebeu"),
        "europe_born_abroad": ("europaexclusiefnederland#3", "agbleu"),
        "outside_europe_born_nl": ("buiteneuropa#2", "agebne"),
        "outside_europe_born_abroad": ("buiteneuropa#3", "agblne"),
    }
)
"""What is counted -> names of its column, as `_stem` writes them."""

_PERCENTAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "western": ("pwall", "pwestal", "pwestall", "percentagewestersemigratieachtergrond"),
        "non_western": ("pnwall", "pnwal", "percentagenietwestersemigratieachtergrond"),
        "morocco": ("pmarok", "pmarokko", "percentageuitmarokko"),
        "antilles": ("pantaru", "percentageuitnederlandseantillenenaruba"),
        "suriname": ("psuri", "psurinam", "percentageuitsuriname"),
        "turkey": ("ptur", "pturkije", "percentageuitturkije"),
        "other_non_western": ("povnw", "povernw", "percentageoverigenietwestersemigratieachtergrond"),
    }
)
_CODES = (
    *("gwbcode", "wijkenenbuurten", "regios", "codering", "id", "key", "code"),
    *("bucode", "wkcode", "gmcode", "buurtcode", "wijkcode", "gemeentecode"),
)
_NAMES = ("regio", "name", "naam", "bunaam", "wknaam", "buurtnaam", "wijknaam", "wijkenenbuurten")
_MUNICIPALITIES = ("gemeentenaam", "gmnaam")
_YEARS = ("year", "jaar", "perioden")

_COUNTRIES = ("morocco", "antilles", "suriname", "turkey")


@dataclass(frozen=True)
class _Columns:
    """Field -> column of the file. shares : fields that hold percentages of the total."""

    by_field: Mapping[str, str]
    by_stem: Mapping[str, str]
    shares: frozenset[str]

    def first(self, stems: Iterable[str]) -> str | None:
        return next((self.by_stem[stem] for stem in stems if stem in self.by_stem), None)

    def __contains__(self, field: object) -> bool:
        return field in self.by_field

    def have(self, *fields: str) -> bool:
        return all(field in self.by_field for field in fields)


def _stem(column: str) -> str:
    """The name without what differs between editions: path, unit, number, case and marks. A percentage ends in %."""
    name = re.sub(r"_\d+$", "", column.rsplit("/", maxsplit=1)[-1].strip())
    name, unit = re.fullmatch(r"(.*?)\s*(?:\(([^()]*)\))?", name, re.DOTALL).groups()  # type: ignore[union-attr]
    return re.sub(r"[^a-z0-9]", "", name.lower()) + ("%" if unit == "%" else "")


def _recognised(table: RawTable) -> _Columns:
    by_stem: dict[str, str] = {}
    for column in sorted(table.columns, key=_number_of):
        stem = _stem(column)
        times = sum(known.split("#")[0] == stem for known in by_stem)
        by_stem[f"{stem}#{times + 1}" if times else stem] = column
    found: dict[str, str] = {}
    shares = set()
    for field, stems in _COUNTS.items():
        percentages = [*_PERCENTAGES.get(field, ()), *(f"{stem}%" for stem in stems)]
        for stem in [*stems, *percentages]:
            if stem in by_stem and field not in found:
                found[field] = by_stem[stem]
                shares |= {field} if stem in percentages else set()
    columns = _Columns(found, by_stem, frozenset(shares))
    if not columns.have("total") or not (columns.have("western", "non_western") or columns.have("nl", "europe")):
        raise _no_edition(table)
    return columns


def _number_of(column: str) -> int:
    """The number that OData puts behind a name; columns without keep their order."""
    number = re.search(r"_(\d+)$", column)
    return int(number[1]) if number else 0


def _no_edition(table: RawTable) -> InputError:
    return InputError(
        "this is no edition of Kerncijfers wijken en buurten with people by origin. Looked for AantalInwoners with "
        "WestersTotaal and NietWestersTotaal (to 2022) or with Nederland, EuropaExclusiefNederland and BuitenEuropa "
        "(from 2023), or the short names a_inw, a_w_all, a_nw_all, a_nl_all, a_eur_al, a_neu_al. "
        f"Found: {_some(table.columns)}",
        file=table.path,
        mend="Take the table of one year from StatLine, or the Excel file kwb-YEAR.",
    )


def _some(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# Regions -------------------------------------------------------------------------------------------------------------

_CODE = re.compile(r"(?:NL\d\d|GM\d{4}|WK\d{4}[0-9A-Z]{2}|BU\d{4}[0-9A-Z]{4})")
_OTHER_REGION = re.compile(r"(?:LD|PV|CR|AM|GA|SG|RE|AR|ZH|GG|RP|VR|WP|JZ|UT)\d{2,4}")
"""Codes of other kinds of regions of CBS: parts of the country, provinces, COROP areas and so on."""


@dataclass(frozen=True)
class _Regions:
    """The rows of a file that are areas. rows : [area], place in the table. All other fields: [area]."""

    table: RawTable
    rows: NDArray[np.intp]
    codes: NDArray[np.str_]
    levels: NDArray[np.str_]
    names: Sequence[str]
    municipalities: Mapping[str, str]
    years: NDArray[np.int64]
    notes: tuple[Note, ...]


def _regions(table: RawTable, columns: _Columns, years: NDArray[np.int64]) -> _Regions:
    column = _code_column(table, columns)
    codes = [code.upper() for code in texts(table, column)]
    known = np.array([bool(_CODE.fullmatch(code)) for code in codes])
    other = [row for row in np.flatnonzero(~known).tolist() if _OTHER_REGION.fullmatch(codes[row])]
    _refuse_unknown(table, column, codes, set(np.flatnonzero(~known).tolist()) - set(other))
    rows = np.flatnonzero(known)
    kept = [codes[row] for row in rows.tolist()]
    _refuse_doubled(table, column, kept, years[rows], rows)
    names, notes = _names(table, columns, kept, rows)
    if other:
        notes.append(
            Note(
                "other_regions",
                f"{len(other)} rijen gaan over andere gebieden (zoals provincies) en zijn niet gelezen.",
                f"{len(other)} rows are about other regions (such as provinces) and were not read.",
                len(other),
            )
        )
    return _Regions(
        table,
        rows,
        np.array(kept),
        np.array([LEVELS[code[:2]] for code in kept]),
        names,
        _municipality_names(table, columns, kept, names, rows),
        years[rows],
        tuple(notes),
    )


def _code_column(table: RawTable, columns: _Columns) -> str:
    for stem in _CODES:
        for column in (columns.by_stem.get(stem), columns.by_stem.get(f"{stem}#2"), columns.by_stem.get(f"{stem}#3")):
            if column and any(_CODE.fullmatch(code.upper()) for code in texts(table, column)[:50]):
                return column
    raise InputError(
        f"no column holds codes of areas, such as GM0599, WK059910 or BU05991014. Found: {_some(table.columns)}",
        file=table.path,
        mend="Take the file with codes: on StatLine, add the subject 'Codering'.",
    )


def _refuse_unknown(table: RawTable, column: str, codes: list[str], unknown: set[int]) -> None:
    if unknown:
        first = min(unknown)
        more = f"; {len(unknown) - 1} more rows likewise" if len(unknown) > 1 else ""
        raise InputError(
            f"'{codes[first]}' is no code of a country, gemeente, wijk or buurt{more}",
            file=table.path,
            row=table.rows[first],
            column=column,
            mend="Codes are NL00, GM and 4 digits, WK and 6, BU and 8. Remove rows that are no area.",
        )


def _refuse_doubled(
    table: RawTable, column: str, codes: list[str], years: NDArray[np.int64], rows: NDArray[np.intp]
) -> None:
    seen: dict[tuple[str, int], int] = {}
    for code, year, row in zip(codes, years.tolist(), rows.tolist(), strict=True):
        if (code, year) in seen:
            raise InputError(
                f"{code} stands in the table twice for {year}; first in row {table.rows[seen[code, year]]:,}",
                file=table.path,
                row=table.rows[row],
                column=column,
                mend="Keep one of the two, or add a column 'year' where they are of different years.",
            )
        seen[code, year] = row


def _names(
    table: RawTable, columns: _Columns, codes: list[str], rows: NDArray[np.intp]
) -> tuple[list[str], list[Note]]:
    """The name of each area: from the table of names beside the file, from the file itself, or else its code."""
    column = columns.first(_NAMES)
    known = _names_beside(table.path)
    if not known and column and column != _code_column(table, columns):
        own = texts(table, column)
        known = {code: own[row] for code, row in zip(codes, rows.tolist(), strict=True)}
    if not known and (column := columns.first(_MUNICIPALITIES)):
        own = texts(table, column)
        coarse = [(code, row) for code, row in zip(codes, rows.tolist(), strict=True) if code[:2] in ("NL", "GM")]
        known = {code: own[row] for code, row in coarse}
    names = [known.get(code, "").removesuffix(" (gemeente)") or code for code in codes]
    if nameless := sum(name == code for name, code in zip(names, codes, strict=True)):
        return names, [
            Note(
                "names_absent",
                f"{nameless} gebieden hebben in dit bestand geen naam; hun code staat ervoor in de plaats. "
                "Leg de tabel WijkenEnBuurten ernaast voor de namen.",
                f"{nameless} areas have no name in this file; their code stands in its place. "
                "Put the table WijkenEnBuurten beside it for the names.",
                nameless,
            )
        ]
    return names, []


def _names_beside(path: Path) -> dict[str, str]:
    """Code -> name, from the table WijkenEnBuurten that CBS gives with the figures, where it lies beside the file."""
    beside = path.with_name(re.sub(r"(?:Unt|T)ypedDataSet", "WijkenEnBuurten", path.name))
    candidates = [beside, *(beside.with_suffix(extension) for extension in READERS)]
    found = next((candidate for candidate in candidates if candidate != path and candidate.is_file()), None)
    if found is None or beside == path:
        return {}
    given = read_table(found)
    return dict(zip(texts(given, "Key"), texts(given, "Title"), strict=True))


def _municipality_names(
    table: RawTable, columns: _Columns, codes: list[str], names: list[str], rows: NDArray[np.intp]
) -> dict[str, str]:
    known = {code: name for code, name in zip(codes, names, strict=True) if code.startswith("GM")}
    if column := columns.first(_MUNICIPALITIES):
        own = texts(table, column)
        for code, row in zip(codes, rows.tolist(), strict=True):
            if not code.startswith("NL"):
                known.setdefault(f"GM{code[2:6]}", own[row])
    return known


_ALSO_CALLED = MappingProxyType({"den haag": "'s-gravenhage", "den bosch": "'s-hertogenbosch"})


def _chosen(regions: _Regions, municipality: str | None, level: str | None) -> Mask:
    """[area], True for the areas asked for."""
    chosen = np.ones(len(regions.codes), dtype=bool)
    if municipality is not None:
        code = _municipality_code(regions, municipality)
        chosen &= np.array([each[2:6] == code[2:] for each in regions.codes.tolist()])
    if level is not None:
        chosen &= regions.levels == level
        if not chosen.any():
            found = [each for each in LEVELS.values() if each in set(regions.levels.tolist())]
            raise SettingsError(f"There is no level '{level}' in {regions.table.path}. It has: {', '.join(found)}.")
    return chosen


def _municipality_code(regions: _Regions, asked: str) -> str:
    present = {f"GM{code[2:6]}" for code in regions.codes.tolist() if not code.startswith("NL")}
    if asked.strip().upper() in present:
        return asked.strip().upper()
    wanted = asked.strip().casefold()
    wanted = _ALSO_CALLED.get(wanted, wanted)
    named = {code: name for code, name in regions.municipalities.items() if code in present}
    same = [code for code, name in named.items() if wanted == name.casefold()]
    same = same or [code for code, name in named.items() if wanted == name.casefold().split(" (")[0]]
    if len(same) == 1:
        return same[0]
    called = {name.casefold(): f"{name} ({code})" for code, name in named.items()}
    near = [f"{named[code]} ({code})" for code in same]
    near = near or [called[name] for name in difflib.get_close_matches(wanted, called, n=3)]
    near = near or difflib.get_close_matches(asked.strip().upper(), sorted(present), n=3)
    problem = f"More than one municipality is called '{asked}'" if same else f"There is no municipality '{asked}'"
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    names_hint = "" if named else " The file has no names of municipalities: give the code, such as GM0599."
    raise SettingsError(f"{problem} in {regions.table.path}.{hint}{names_hint}")


def _parent(code: str) -> str:
    match code[:2]:
        case "BU":
            return f"WK{code[2:8]}"
        case "WK":
            return f"GM{code[2:6]}"
        case "GM":
            return "NL00"
        case _:
            return ""


def _by_level(regions: _Regions, chosen: Mask) -> list[tuple[NDArray[np.intp], Areas]]:
    """For each level that there is, coarse to fine: the places of its areas, and the areas."""
    made = []
    for level in LEVELS.values():
        places = np.flatnonzero(chosen & (regions.levels == level))
        if len(places):
            codes = [str(regions.codes[place]) for place in places]
            names = [regions.names[int(place)] for place in places]
            made.append((places, Areas(level, tuple(codes), tuple(names), tuple(map(_parent, codes)))))
    return made


# Year ----------------------------------------------------------------------------------------------------------------


def _years(table: RawTable, columns: _Columns, given: int | None) -> NDArray[np.int64]:
    """[row], the year of each row."""
    column = columns.first(_YEARS)
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
    estimated : True where counts come from percentages.
    """

    value: Mapping[str, Vector]
    low: Mapping[str, Vector]
    high: Mapping[str, Vector]
    estimated: bool
    notes: tuple[Note, ...]

    def figure(self, field: str, rows: NDArray[np.intp]) -> Figure:
        return Figure(self.value[field][rows], self.low[field][rows], self.high[field][rows])


def _published(table: RawTable, columns: _Columns, regions: _Regions) -> _Published:
    cells = {
        field: np.where(figures <= -99990, np.nan, figures)[regions.rows]  # how CBS writes absent in its maps
        for field, figures in ((field, numbers(table, column)) for field, column in columns.by_field.items())
    }
    shares = columns.shares | _shares_by_value(columns, regions, cells)
    for field, figures in cells.items():
        _refuse_odd(table, columns.by_field[field], figures, regions.rows, whole=field not in shares)
    counts = np.column_stack([figures for field, figures in cells.items() if field not in shares])
    slack = np.where(_is_rounded(counts, regions.levels), ROUNDING, 0)
    value, low, high = {}, {}, {}
    value["total"] = cells["total"]
    low["total"] = np.maximum(np.nan_to_num(cells["total"]) - slack, 0)
    high["total"] = np.nan_to_num(cells["total"]) + slack
    for field in set(cells) - {"total"}:
        known = np.nan_to_num(cells[field])
        if field in shares:
            half = 0.5 if (known == np.floor(known)).all() else 0.05
            value[field] = cells[field] / 100 * cells["total"]
            low[field] = np.floor(np.maximum(known - half, 0) / 100 * low["total"])
            high[field] = np.ceil(np.minimum(known + half, 100) / 100 * high["total"])
        else:
            value[field] = cells[field]
            low[field], high[field] = np.maximum(known - slack, 0), known + slack
    return _Published(value, low, high, bool(shares), tuple(_notes_on_figures(slack, shares)))


def _shares_by_value(columns: _Columns, regions: _Regions, cells: Mapping[str, Vector]) -> set[str]:
    """To 2015 CBS published percentages under the names that hold counts from 2016 on."""
    if "western" not in columns or regions.years.min() > 2022:
        return set()
    fields = {"western", "non_western", "other_non_western", *_COUNTRIES} & set(cells)
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
    odd = (figures < 0) | fractional if whole else figures < 0
    if odd.any():
        first = int(np.flatnonzero(odd)[0])
        problem = "is negative" if figures[first] < 0 else "is no whole number"
        raise InputError(
            f"{figures[first]:g} {problem}, and people are counted",
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
        known: Mask = ~np.isnan([published.value[field] for field in fields]).any(axis=0)
        return known


def _classifications(fields: Iterable[str]) -> list[_Classification]:
    present = set(fields)
    found = []
    if {"western", "non_western"} <= present:
        countries = tuple(country for country in _COUNTRIES if country in present)
        whole = len(countries) == len(_COUNTRIES)
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


_SAME_AS = MappingProxyType({"nl_born_nl": "nl"})
"""Group of a fine scheme -> the group of the coarse one that it is whole: CBS has no Dutch origin born abroad."""


def _compose(regions: _Regions, published: _Published, chosen: Mask) -> tuple[list[Composition], list[Note]]:
    """The compositions of the chosen areas, which are of one year, and what was odd in them."""
    made: list[Composition] = []
    notes: list[Note] = []
    for classification in _classifications(published.value):
        told = chosen & classification.told(published, fine=False)
        told_fine = chosen & classification.told(published, fine=True)
        notes += _notes_on_absence(regions, chosen & ~told, told & ~told_fine, classification)
        settled: dict[str, NDArray[np.float64]] = {}
        for rows, parts in ((told & ~told_fine, {}), (told_fine, classification.parts)):
            tree = _tree(published, classification, parts, np.flatnonzero(rows))
            notes += _notes_on_sums(regions, published, tree, np.flatnonzero(rows))
            for name, figure in _named(reconcile(tree)):
                counts = settled.setdefault(name, np.zeros((3, len(chosen))))
                counts[:, rows] = figure.value, figure.low, figure.high
        schemes = [(classification.coarse, told), (classification.fine, told_fine)]
        for scheme, rows in schemes if classification.parts else schemes[:1]:
            made += [_composition(regions, scheme, settled, *each) for each in _by_level(regions, rows)]
    return made, notes


def _composition(
    regions: _Regions,
    scheme: Scheme,
    settled: Mapping[str, NDArray[np.float64]],
    places: NDArray[np.intp],
    areas: Areas,
) -> Composition:
    counts, low, high = np.stack([settled[_SAME_AS.get(group, group)][:, places] for group in scheme.groups], axis=-1)
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


# Notes and source ----------------------------------------------------------------------------------------------------

_PLURAL = MappingProxyType({"land": "land", "gemeente": "gemeenten", "wijk": "wijken", "buurt": "buurten"})


def _listed(regions: _Regions, rows: Mask, conjunction: str) -> str:
    """For instance "2 wijken en 13 buurten"."""
    numbers_of = {level: int((rows & (regions.levels == level)).sum()) for level in LEVELS.values()}
    listed = [f"{n} {_PLURAL[level] if n > 1 else level}" for level, n in numbers_of.items() if n]
    return f" {conjunction} ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)


def _notes_on_figures(slack: Vector, shares: frozenset[str]) -> list[Note]:
    notes = []
    if rounded := int((slack > 0).sum()):
        notes.append(
            Note(
                "rounded_to_five",
                f"Het CBS rondt de aantallen van {rounded} gebieden (wijken en buurten) willekeurig af op een veelvoud "
                "van 5: elk aantal kan er 4 naast zitten. De grenzen houden daar rekening mee.",
                f"CBS rounds the counts of {rounded} areas (wijken and buurten) at random to a multiple of 5: "
                "each may be up to 4 off. The bounds take that into account.",
                rounded,
            )
        )
    if shares:
        notes.append(
            Note(
                "from_percentages",
                "Deze editie geeft percentages in plaats van aantallen; de aantallen zijn daaruit geschat en "
                "de grenzen zijn ruimer.",
                "This edition gives percentages instead of counts; counts were estimated from them and "
                "the bounds are wider.",
                len(shares),
            )
        )
    return notes


def _notes_on_absence(
    regions: _Regions, absent: Mask, absent_fine: Mask, classification: _Classification
) -> list[Note]:
    notes = []
    for rows, scheme, code in (
        (absent, classification.coarse, "areas_without_figures"),
        (absent_fine, classification.fine, "areas_without_countries"),
    ):
        if count := int(rows.sum()):
            codes = ", ".join(regions.codes[rows][:3].tolist()) + (", ..." if count > 3 else "")
            notes.append(
                Note(
                    code,
                    f"{_listed(regions, rows, 'en')} ({codes}) hebben geen cijfers naar {scheme.title['nl']} "
                    "en doen daarin niet mee.",
                    f"{_listed(regions, rows, 'and')} ({codes}) have no figures by {scheme.title['en']} "
                    "and have no part in it.",
                    count,
                )
            )
    return notes


def _notes_on_sums(regions: _Regions, published: _Published, tree: Figure, rows: NDArray[np.intp]) -> list[Note]:
    """Which published figures could not stand beside each other."""
    if published.estimated:
        return []
    kinds = (
        (
            "parts_above_whole",
            _exceeds(tree),
            "zijn de gepubliceerde groepen samen meer dan het geheel; ze zijn met kleine stappen passend gemaakt",
            "the published groups add up to more than the whole; they were made to fit in small steps",
        ),
        (
            "parts_differ",
            _differs(tree),
            "tellen de afgeronde groepen niet precies op tot hun totaal; het verschil is over de groepen verdeeld",
            "the rounded groups do not quite add up to their total; the difference was spread over the groups",
        ),
        (
            "beyond_rounding",
            contradicts(tree),
            "spreken de cijfers elkaar meer tegen dan afronding verklaart; ze zijn toch sluitend gemaakt",
            "figures contradict each other by more than rounding explains; they were made to add up all the same",
        ),
    )
    notes = []
    for code, found, nl, en in kinds:
        where = np.zeros(len(regions.codes), dtype=bool)
        where[rows] = found
        if count := int(found.sum()):
            notes.append(
                Note(
                    code,
                    f"In {_listed(regions, where, 'en')} {nl}.",
                    f"In {_listed(regions, where, 'and')} {en}.",
                    count,
                )
            )
    return notes


def _exceeds(figure: Figure) -> Mask:
    """[area], True where a group that is what is left would be negative."""
    found = np.zeros(len(figure.value), dtype=bool)
    for part in figure.parts.values():
        found |= _exceeds(part)
    values = [part.value for part in figure.parts.values()]
    if values and any(np.isnan(value).any() for value in values):
        found |= np.nansum(values, axis=0) > figure.value
    return found


def _differs(figure: Figure) -> Mask:
    """[area], True where published parts do not add up to their published whole."""
    found = np.zeros(len(figure.value), dtype=bool)
    for part in figure.parts.values():
        found |= _differs(part)
    values = [part.value for part in figure.parts.values()]
    if values:
        total = np.sum(values, axis=0)
        found |= ~np.isnan(total) & (total != figure.value)
    return found


def _source(path: Path, regions: _Regions) -> Source:
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
