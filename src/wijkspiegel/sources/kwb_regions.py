"""Which rows of an edition of "Kerncijfers wijken en buurten" are which areas, what they are called and lie in."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.files import READERS, RawTable, read_table, texts
from wijkspiegel.sources.kwb_columns import CODES, MUNICIPALITIES, NAMES, Columns, some
from wijkspiegel.tables import Areas, Mask, Note
from wijkspiegel.wording import sentences

LEVELS: Mapping[str, str] = MappingProxyType({"NL": "land", "GM": "gemeente", "WK": "wijk", "BU": "buurt"})
"""The letters with which a code begins -> its level, coarse to fine."""

_CODE = re.compile(r"(?:NL\d\d|GM\d{4}|WK\d{4}[0-9A-Z]{2}|BU\d{4}[0-9A-Z]{4})")
_OTHER_REGION = re.compile(r"(?:LD|PV|CR|AM|GA|SG|RE|AR|ZH|GG|RP|VR|WP|JZ|UT)\d{2,4}")
"""Codes of other kinds of regions of CBS: parts of the country, provinces, COROP areas and so on."""


@dataclass(frozen=True)
class Regions:
    """The rows of a file that are areas. rows : [area], place in the table. All other fields: [area]."""

    table: RawTable
    rows: NDArray[np.intp]
    codes: NDArray[np.str_]
    levels: NDArray[np.str_]
    names: Sequence[str]
    municipalities: Mapping[str, str]
    years: NDArray[np.int64]
    notes: tuple[Note, ...]


def read_regions(table: RawTable, columns: Columns, years: NDArray[np.int64]) -> Regions:
    column = _code_column(table, columns)
    codes = [code.upper() for code in texts(table, column)]
    known = np.array([bool(_CODE.fullmatch(code)) for code in codes])
    other = [row for row in np.flatnonzero(~known).tolist() if _OTHER_REGION.fullmatch(codes[row])]
    _refuse_unknown(table, column, codes, set(np.flatnonzero(~known).tolist()) - set(other))
    rows = np.flatnonzero(known)
    kept = [codes[row] for row in rows.tolist()]
    _refuse_doubled(table, column, kept, years[rows], rows)
    names = _names(table, columns, kept, rows)
    notes = []
    if other:
        notes.append(
            Note(
                "other_regions",
                *sentences(
                    "{file}: rijen over andere gebieden, zoals provincies, zijn niet gelezen ({number}).",
                    "{file}: rows about other regions, such as provinces, were not read ({number}).",
                    file=table.path.name,
                    number=len(other),
                ),
                len(other),
            )
        )
    return Regions(
        table,
        rows,
        np.array(kept),
        np.array([LEVELS[code[:2]] for code in kept]),
        names,
        _municipality_names(table, columns, kept, names, rows),
        years[rows],
        tuple(notes),
    )


def _code_column(table: RawTable, columns: Columns) -> str:
    for stem in CODES:
        for column in (columns.by_stem.get(stem), columns.by_stem.get(f"{stem}#2"), columns.by_stem.get(f"{stem}#3")):
            if column and any(_CODE.fullmatch(code.upper()) for code in texts(table, column)[:50]):
                return column
    raise InputError(
        f"no column holds codes of areas, such as GM0599, WK059910 or BU05991014. Found: {some(table.columns)}",
        file=table.path,
        mend="Take the file with codes: on StatLine, add the subject 'Codering'.",
    )


def _refuse_unknown(table: RawTable, column: str, codes: list[str], unknown: set[int]) -> None:
    if unknown:
        first = min(unknown)
        more = f"; likewise other rows ({len(unknown) - 1:,})" if len(unknown) > 1 else ""
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


def _names(table: RawTable, columns: Columns, codes: list[str], rows: NDArray[np.intp]) -> list[str]:
    """The name of each area: from the table of names beside the file, from the file itself, or else its code."""
    column = columns.first(NAMES)
    known = _names_beside(table.path)
    if not known and column and column != _code_column(table, columns):
        own = texts(table, column)
        known = {code: own[row] for code, row in zip(codes, rows.tolist(), strict=True)}
    if not known and (column := columns.first(MUNICIPALITIES)):
        own = texts(table, column)
        coarse = [(code, row) for code, row in zip(codes, rows.tolist(), strict=True) if code[:2] in ("NL", "GM")]
        known = {code: own[row] for code, row in coarse}
    return [known.get(code, "").removesuffix(" (gemeente)") or code for code in codes]


def _names_beside(path: Path) -> dict[str, str]:
    """Code -> name, from the table WijkenEnBuurten that CBS gives with the figures, where it lies beside the file."""
    beside = path.with_name(re.sub(r"(?:Unt|T)ypedDataSet", "WijkenEnBuurten", path.name))
    candidates = [beside, *(beside.with_suffix(extension) for extension in READERS)]
    found = next((candidate for candidate in candidates if candidate != path and candidate.is_file()), None)
    if found is None or beside == path:
        return {}
    given = read_table(found)
    return dict(zip(texts(given, "Key"), texts(given, "Title"), strict=True))


def with_names(regions: Regions, known: Mapping[str, str]) -> Regions:
    """The same, with the known names of areas that the file has no name for."""
    names = [
        known.get(code, name) if name == code else name for code, name in zip(regions.codes, regions.names, strict=True)
    ]
    named = {code: name for code, name in known.items() if code.startswith("GM")}
    own = {code: name for code, name in regions.municipalities.items() if name != code}
    return replace(regions, names=names, municipalities={**named, **own})


def _municipality_names(
    table: RawTable, columns: Columns, codes: list[str], names: list[str], rows: NDArray[np.intp]
) -> dict[str, str]:
    known = {code: name for code, name in zip(codes, names, strict=True) if code.startswith("GM")}
    if column := columns.first(MUNICIPALITIES):
        own = texts(table, column)
        for code, row in zip(codes, rows.tolist(), strict=True):
            if not code.startswith("NL"):
                known.setdefault(f"GM{code[2:6]}", own[row])
    return known


_ALSO_CALLED = MappingProxyType({"den haag": "'s-gravenhage", "den bosch": "'s-hertogenbosch"})


def choose(regions: Regions, municipality: str | None, level: str | None) -> Mask:
    """[area], True for the areas asked for."""
    chosen = np.ones(len(regions.codes), dtype=bool)
    if municipality is not None:
        present = {f"GM{code[2:6]}" for code in regions.codes.tolist() if not code.startswith("NL")}
        named = regions.municipalities
        hint = "" if named else " The file has no names of municipalities: give the code, such as GM0599."
        code = municipality_named(municipality, named, present, regions.table.path, hint)
        chosen &= np.array([each[2:6] == code[2:] for each in regions.codes.tolist()])
    if level is not None:
        chosen &= regions.levels == level
        if not chosen.any():
            found = [each for each in LEVELS.values() if each in set(regions.levels.tolist())]
            raise SettingsError(f"There is no level '{level}' in {regions.table.path}. It has: {', '.join(found)}.")
    return chosen


def municipality_named(
    asked: str, named: Mapping[str, str], present: Collection[str], where: object, hint: str = ""
) -> str:
    """The code of the municipality that is called, or coded, as asked.

    named : code -> name. present : codes to choose from. Raises SettingsError, with what is like it and `hint`.
    """
    if asked.strip().upper() in present:
        return asked.strip().upper()
    wanted = asked.strip().casefold()
    wanted = _ALSO_CALLED.get(wanted, wanted)
    names = {code: name.casefold() for code, name in named.items() if code in present}
    same = [code for code, name in names.items() if wanted == name]
    same = same or [code for code, name in names.items() if wanted == name.split(" (")[0]]
    if len(same) == 1:
        return same[0]
    codes = {name: code for code, name in names.items()} | {code.casefold(): code for code in present}
    near = same or [codes[like] for like in difflib.get_close_matches(wanted, codes, n=3)]
    problem = f"More than one municipality is called '{asked}'" if same else f"There is no municipality '{asked}'"
    shown = [f"{named[code]} ({code})" if code in named else code for code in near]
    question = f" Did you mean {' or '.join(shown)}?" if shown else ""
    raise SettingsError(f"{problem} in {where}.{question}{hint}")


def parent_of(code: str) -> str:
    match code[:2]:
        case "BU":
            return f"WK{code[2:8]}"
        case "WK":
            return f"GM{code[2:6]}"
        case "GM":
            return "NL00"
        case _:
            return ""


def by_level(regions: Regions, chosen: Mask) -> list[tuple[NDArray[np.intp], Areas]]:
    """For each level that there is, coarse to fine: the places of its areas, and the areas."""
    made = []
    for level in LEVELS.values():
        places = np.flatnonzero(chosen & (regions.levels == level))
        if len(places):
            codes = [str(regions.codes[place]) for place in places]
            names = [regions.names[int(place)] for place in places]
            made.append((places, Areas(level, tuple(codes), tuple(names), tuple(map(parent_of, codes)))))
    return made
