"""How the areas of one year go over into those of another: reading and checking what the city says of it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.city_settings import CorrespondenceSettings
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.people import CALL_IT_SO, require_columns
from wijkspiegel.sources.zonings import Zonings
from wijkspiegel.tables import Correspondence

TOLERANCE = 0.005
"""How far the shares of one area may add up to something else than 1, as they are often written with two decimals."""


def read_correspondence(settings: CorrespondenceSettings, folder: Path, zonings: Zonings) -> Correspondence:
    """The correspondence in a file with the columns source, target, and share or people.

    Shares of a source that add up to 1 within TOLERANCE are divided by their sum; people become shares of their sum.
    Raises InputError for areas that are not there in that year, pairs that are double and shares that do not add up;
    SettingsError for a year without residents.
    """
    table = read_table(folder / settings.file, settings.sheet)
    weight = "share" if "share" in table.columns or "people" not in table.columns else "people"
    require_columns(table.path, table.columns, ("source", "target", weight), CALL_IT_SO)
    pairs = {"source": texts(table, "source"), "target": texts(table, "target")}
    for column, year in (("source", settings.from_year), ("target", settings.to_year)):
        _require_areas(table, column, pairs[column], (year, settings.level), zonings)
    _refuse_doubles(table, list(zip(pairs["source"], pairs["target"], strict=True)))
    return Correspondence(
        settings.level,
        settings.from_year,
        settings.to_year,
        tuple(pairs["source"]),
        tuple(pairs["target"]),
        _shares(table, weight, pairs["source"]),
    )


def _require_areas(table: RawTable, column: str, codes: Sequence[str], key: tuple[int, str], zonings: Zonings) -> None:
    year, level = key
    if key not in zonings:
        raise SettingsError(
            f"{table.path} is a correspondence of level '{level}' in {year}, of which there are no residents. "
            "Give the residents of that year, or correct `from` and `to`."
        )
    known = set(zonings[key].codes)
    strange = [record for record, code in enumerate(codes) if code not in known]
    if strange:
        raise InputError(
            f"area '{codes[strange[0]]}' is not among the areas of level '{level}' in {year} ({len(strange):,} rows)",
            file=table.path,
            row=table.rows[strange[0]],
            column=column,
            mend="Correct the code, or the years `from` and `to`.",
        )


def _refuse_doubles(table: RawTable, pairs: Sequence[tuple[str, str]]) -> None:
    seen: set[tuple[str, str]] = set()
    for pair, row in zip(pairs, table.rows, strict=True):
        if pair in seen:
            raise InputError(f"{pair[0]} to {pair[1]} stands above as well", file=table.path, row=row, mend="Keep one.")
        seen.add(pair)


def _shares(table: RawTable, weight: str, sources: Sequence[str]) -> NDArray[np.float64]:
    """[pair], in (0, 1]; those of one source add up to 1."""
    given = numbers(table, weight)
    wrong = np.flatnonzero(~(given > 0))
    if len(wrong):
        raise InputError(
            "this is not more than 0",
            file=table.path,
            row=table.rows[int(wrong[0])],
            column=weight,
            mend="Leave out pairs without people.",
        )
    _, source = np.unique(np.array(sources, dtype=object), return_inverse=True)
    sums = np.bincount(source, weights=given)[source]
    apart = np.flatnonzero(np.abs(sums - 1) > TOLERANCE)
    if weight == "share" and len(apart):
        first = int(apart[0])
        raise InputError(
            f"the shares of area '{sources[first]}' add up to {sums[first]:g}",
            file=table.path,
            row=table.rows[first],
            column=weight,
            mend="Let the shares of each source add up to 1, or give the people themselves in a column 'people'.",
        )
    shares: NDArray[np.float64] = given / sums
    return shares
