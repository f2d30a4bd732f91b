"""Published figures, boundaries and indicators, put together into a city."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from wijkspiegel.errors import SettingsError
from wijkspiegel.sources.boundaries import check_cover, read_boundaries
from wijkspiegel.sources.cbs import Kwb, read_kwb
from wijkspiegel.sources.indicators import read_indicators
from wijkspiegel.tables import Boundaries, City, Composition, Note

LEVELS = ("land", "gemeente", "wijk", "buurt")
HOME = "gemeente"


def city_from_cbs(
    files: Sequence[Path],
    municipality: str | None = None,
    level: str | None = None,
    areas: Sequence[Path] = (),
    indicators: Sequence[Path] = (),
) -> City:
    """One municipality with its peers, or all municipalities, from published editions of CBS key figures.

    level : the finest level to use; all that the files have by default.
    Raises InputError and SettingsError for what does not fit.
    """
    if level is not None and level not in LEVELS[1:]:
        raise SettingsError(f"There is no level '{level}'. Choose from {', '.join(LEVELS[1:])}.")
    used = LEVELS[: LEVELS.index(level) + 1] if level else LEVELS
    editions = [read_kwb(path, municipality=municipality) for path in files]
    compositions = [c for edition in editions for c in edition.compositions if c.areas.level in used]
    subject, title = "", "Nederland"
    if municipality:
        subject, title = _municipality_of(editions)
        compositions = [c for c in compositions if c.areas.level != HOME] + _peers_of(files)
    _refuse_doubled(compositions)
    boundaries, notes = _boundaries(areas, compositions)
    return City(
        title=title,
        levels=tuple(known for known in used if any(c.areas.level == known for c in compositions)),
        home=HOME,
        compositions=tuple(compositions),
        sources=tuple(edition.source for edition in editions),
        published=True,
        subject=subject,
        boundaries=boundaries,
        indicators=tuple(indicator for path in indicators for indicator in read_indicators(path)),
        notes=(*(note for edition in editions for note in edition.notes), *notes),
    )


def _municipality_of(editions: Sequence[Kwb]) -> tuple[str, str]:
    """Code and name of the one municipality; the latest name where it changed."""
    found = {
        code: name
        for edition in editions
        for areas in edition.areas
        if areas.level == HOME
        for code, name in zip(areas.codes, areas.names, strict=True)
    }
    if len(found) != 1:
        raise SettingsError(
            f"The files hold {len(found)} municipalities under that name: {', '.join(sorted(found))}. "
            "Give the code, and files of years in which it is the same."
        )
    return next(iter(found.items()))


def _peers_of(files: Sequence[Path]) -> list[Composition]:
    """Every municipality that the files have, so that the chosen one can be compared."""
    return [composition for path in files for composition in read_kwb(path, level=HOME).compositions]


def _refuse_doubled(compositions: Sequence[Composition]) -> None:
    times = Counter((c.areas.level, c.year, c.scheme.code) for c in compositions)
    if doubled := sorted(key for key, number in times.items() if number > 1):
        _, year, scheme = doubled[0]
        raise SettingsError(f"Two files give the figures of {year} by '{scheme}'. Give one file for each year.")


def _boundaries(
    files: Sequence[Path], compositions: Sequence[Composition]
) -> tuple[tuple[Boundaries, ...], list[Note]]:
    """The polygons of the areas that are counted, and what is missing or too many."""
    found: list[Boundaries] = []
    notes: list[Note] = []
    for path in files:
        read, odd = read_boundaries(path)
        found += read
        notes += odd
    latest = {c.areas.level: c.areas for c in sorted(compositions, key=lambda c: c.year)}
    kept = []
    for boundaries in found:
        if boundaries.level in latest:
            areas = latest[boundaries.level]
            rows = np.flatnonzero(np.isin(boundaries.codes, areas.codes))
            if len(rows):
                kept.append(
                    replace(
                        boundaries,
                        codes=tuple(boundaries.codes[row] for row in rows),
                        polygons=boundaries.polygons[rows],
                    )
                )
                notes += check_cover(kept[-1], areas)
    if files and not kept:
        raise SettingsError(
            f"None of the areas in {', '.join(map(str, files))} is an area of the figures. "
            "Give the boundaries of the same year, with their CBS codes."
        )
    return tuple(kept), notes
