"""Indicators for the two sides: figures about areas, from a file with a row for each area and indicator."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.people import CALL_IT_SO, require_columns
from wijkspiegel.tables import Indicator, Note
from wijkspiegel.wording import sentences

REQUIRED = ("area", "indicator", "value", "higher_is_better", "source", "uses_composition")
DESCRIBING = ("title", "higher_is_better", "source", "uses_composition")
OUTWARD = (("lower", -1), ("upper", 1))
TRUTH = dict.fromkeys(("true", "yes", "ja", "1"), True) | dict.fromkeys(("false", "no", "nee", "0"), False)


@dataclass(frozen=True)
class _Figures:
    """The columns of the file. words : [row] each. value, lower, upper : [row], nan where there is none."""

    table: RawTable
    words: Mapping[str, Sequence[str]]
    years: Sequence[int]
    value: NDArray[np.float64]
    bounds: Mapping[str, NDArray[np.float64]]


def read_indicators(
    path: Path | str, year: int | None = None, sheet: str | None = None, years_of_city: Collection[int] = ()
) -> tuple[Indicator, ...]:
    """The indicators of a file, one for each indicator and year. A row without a value is an area without the figure.

    Columns area, indicator, value, higher_is_better (empty where neither direction is a side), source and
    uses_composition; and, where there are any, year, title, lower and upper.
    year : of all figures, where no column tells; by default the year in the name of the file, and where that has none,
    the year of the city, if `years_of_city` is only one.

    Raises InputError for a column that is missing, a cell that cannot be, a figure that is double, and an indicator
    that is described in two ways.
    """
    table = read_table(path, sheet)
    require_columns(table.path, table.columns, REQUIRED, CALL_IT_SO)
    figures = _Figures(
        table,
        {column: texts(table, column) for column in (*REQUIRED, "title") if column in table.columns},
        _years(table, year, years_of_city),
        numbers(table, "value"),
        {side: numbers(table, side) for side in ("lower", "upper") if side in table.columns},
    )
    rows: dict[tuple[str, int], list[int]] = {}
    for row, key in enumerate(zip(figures.words["indicator"], figures.years, strict=True)):
        rows.setdefault(key, []).append(row)
    return tuple(_indicator(figures, code, when, members) for (code, when), members in rows.items())


def _indicator(figures: _Figures, code: str, year: int, rows: Sequence[int]) -> Indicator:
    _refuse_double_areas(figures, code, rows)
    described = {column: _described(figures, column, rows) for column in DESCRIBING if column in figures.words}
    known = [row for row in rows if not np.isnan(figures.value[row])]
    areas = figures.words["area"]
    bounds = {
        side: {areas[row]: float(bound[row]) for row in known if not np.isnan(bound[row])}
        for side, bound in figures.bounds.items()
    }
    for row in known:
        if any(sign * (figures.bounds[side][row] - figures.value[row]) < 0 for side, sign in OUTWARD if side in bounds):
            raise _fault(figures, row, "value", "the value lies outside its own interval", "Correct one of the three.")
    return Indicator(
        code=code,
        title=described.get("title") or code,
        year=year,
        values={areas[row]: float(figures.value[row]) for row in known},
        higher_is_better=_truth(figures, "higher_is_better", rows[0]) if described["higher_is_better"] else None,
        source=described["source"],
        uses_composition=_truth(figures, "uses_composition", rows[0]),
        lower=bounds.get("lower", {}),
        upper=bounds.get("upper", {}),
    )


def _years(table: RawTable, year: int | None, years_of_city: Collection[int]) -> list[int]:
    if "year" in table.columns:
        cells = texts(table, "year")
        for row, cell in enumerate(cells):
            if not re.match(r"(?:19|20)\d\d(?!\d)", cell):
                raise InputError(f"'{cell}' is no year", file=table.path, row=table.rows[row], column="year")
        return [int(cell[:4]) for cell in cells]
    named = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", table.path.stem)
    known = [year] if year is not None else [int(named[0])] if named else sorted(set(years_of_city))
    if len(known) != 1:
        several = f", and the city is of {len(known)}: {', '.join(map(str, known))}" if known else ""
        raise InputError(
            f"no column tells the year{several}",
            file=table.path,
            mend="Add a column 'year', or put the year in the file's name.",
        )
    return known * len(table)


def areas_elsewhere(file: str, indicators: Sequence[Indicator], known: Collection[str]) -> list[Note]:
    """A note where some figures are about areas that are not known. Raises InputError where all of them are."""
    areas = {area for indicator in indicators for area in indicator.values}
    strange = sorted(areas - set(known))
    if strange and known and len(strange) == len(areas):
        raise InputError(
            f"none of its areas is an area of the city, such as '{strange[0]}'",
            file=file,
            mend="Give the codes that the areas have in the figures of the city.",
        )
    if not strange or not known:
        return []
    return [
        Note(
            "indicator_elsewhere",
            *sentences(
                "{file} heeft cijfers over gebieden die de stad niet kent ({number}), zoals {first}. Ze tellen niet "
                "mee; verbeter de code, of geef de cijfers van dat gebied erbij.",
                "{file} has figures about areas that the city does not have ({number}), such as {first}. They have no "
                "part in it; correct the code, or give the figures of that area as well.",
                file=file,
                number=len(strange),
                first=strange[0],
            ),
            len(strange),
        )
    ]


def _refuse_double_areas(figures: _Figures, code: str, rows: Sequence[int]) -> None:
    seen: set[str] = set()
    for row in rows:
        area = figures.words["area"][row]
        if area in seen:
            problem = f"indicator '{code}' has a value for area '{area}' above"
            raise _fault(figures, row, "area", problem, "Keep one row for each area, indicator and year.")
        seen.add(area)


def _described(figures: _Figures, column: str, rows: Sequence[int]) -> str:
    """What all rows of an indicator say of it."""
    first = figures.words[column][rows[0]]
    for row in rows:
        if figures.words[column][row] != first:
            problem = f"'{figures.words[column][row]}' here and '{first}' above, for the same indicator"
            raise _fault(figures, row, column, problem, "Say the same on every row of the indicator.")
    return first


def _truth(figures: _Figures, column: str, row: int) -> bool:
    word = figures.words[column][row].casefold()
    if word not in TRUTH:
        raise _fault(figures, row, column, f"'{word}' is neither yes nor no", f"Write one of: {', '.join(TRUTH)}.")
    return TRUTH[word]


def _fault(figures: _Figures, row: int, column: str, problem: str, mend: str) -> InputError:
    return InputError(problem, file=figures.table.path, row=figures.table.rows[row], column=column, mend=mend)
