"""Published figures, boundaries and indicators, put together into a city."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from wijkspiegel.errors import SettingsError
from wijkspiegel.sources.boundaries import check_cover, read_boundaries
from wijkspiegel.sources.cbs import Edition, Kwb, ask, open_edition
from wijkspiegel.sources.indicators import areas_elsewhere, read_indicators
from wijkspiegel.sources.kwb_levels import ALL_MUNICIPALITIES, COUNTRY, SOME_MUNICIPALITIES, with_coarser_levels
from wijkspiegel.sources.kwb_notes import notes_of
from wijkspiegel.sources.kwb_regions import municipality_named, with_names
from wijkspiegel.tables import Boundaries, City, Composition, Indicator, Note

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

    Files of one year may hold different levels. Where they hold one municipality only, it is that one.
    level : the finest level to use; all that the files have by default.
    Raises InputError and SettingsError for what does not fit.
    """
    if level is not None and level not in LEVELS[1:]:
        raise SettingsError(f"There is no level '{level}'. Choose from {', '.join(LEVELS[1:])}.")
    used = LEVELS[: LEVELS.index(level) + 1] if level else LEVELS
    drawn, notes = _read_boundaries(areas)
    editions, names = _named([open_edition(path) for path in files], drawn)
    subject = _subject(editions, municipality, names)
    asked = [ask(edition, municipality=subject or None) for edition in editions]
    compositions, added = _levels_of(asked, subject, names)
    if municipality:
        compositions = [c for c in compositions if c.areas.level != HOME] + _peers(editions, names)
    compositions = [c for c in compositions if c.areas.level in used]
    boundaries, odd = _of_areas(drawn, areas, compositions)
    figures, elsewhere = _indicators(indicators, compositions)
    return City(
        title=names.get(subject, subject) or _title(compositions),
        levels=tuple(known for known in used if any(c.areas.level == known for c in compositions)),
        home=HOME,
        compositions=tuple(compositions),
        sources=tuple(kwb.source for kwb in asked),
        published=True,
        subject=subject,
        boundaries=boundaries,
        indicators=figures,
        notes=(*_notes_of(asked), *added, *_notes_on_years(compositions), *notes, *odd, *elsewhere),
    )


# Areas ---------------------------------------------------------------------------------------------------------------


def _named(editions: Sequence[Edition], drawn: Sequence[Boundaries]) -> tuple[list[Edition], Mapping[str, str]]:
    """The editions with all names that they, the other editions or the boundaries have, and these by code.

    An edition keeps its own names. Of several others the latest counts, and boundaries come last.
    """
    names = {code: name for boundaries in drawn for code, name in boundaries.names.items()}
    for edition in sorted(editions, key=lambda edition: int(edition.regions.years.max())):
        regions = edition.regions
        names |= {code: name for code, name in regions.municipalities.items() if name != code}
        names |= {code: name for code, name in zip(regions.codes.tolist(), regions.names, strict=True) if name != code}
    return [replace(edition, regions=with_names(edition.regions, names)) for edition in editions], names


def _subject(editions: Sequence[Edition], municipality: str | None, names: Mapping[str, str]) -> str:
    """The code of the one municipality that was asked for, or that the files are about; "" where they are of more."""
    present = [
        {f"GM{code[2:6]}" for code in edition.regions.codes.tolist() if not code.startswith("NL")}
        for edition in editions
    ]
    if municipality is None:
        every = set().union(*present)
        return every.pop() if len(every) == 1 else ""
    hint = "" if names else " The files have no names of municipalities: give the code, such as GM0599."
    found = {
        municipality_named(municipality, edition.regions.municipalities, there, edition.path, hint)
        for edition, there in zip(editions, present, strict=True)
    }
    if len(found) > 1:
        raise SettingsError(
            f"The files hold {len(found)} municipalities under that name: {', '.join(sorted(found))}. "
            "Give the code, and files of years in which it is the same."
        )
    return found.pop()


def _levels_of(asked: Sequence[Kwb], subject: str, names: Mapping[str, str]) -> tuple[list[Composition], list[Note]]:
    """All levels from the municipality to the finest; around several municipalities also what they are together.

    These are not added up for a year in which one of them has no figures, where there are other years.
    """
    compositions = [composition for kwb in asked for composition in kwb.compositions]
    _refuse_doubled(compositions)
    known, notes = with_coarser_levels(compositions, HOME, names)
    if subject:
        return known, notes
    most = max(len(c.areas) for c in known if c.areas.level == HOME)
    country = most >= ALL_MUNICIPALITIES or any(c.areas.level == LEVELS[0] for c in known)
    if not country:
        known = [_in_one(c, SOME_MUNICIPALITIES) if c.areas.level == HOME else c for c in known]
    whole = {COUNTRY: "Nederland", SOME_MUNICIPALITIES: f"{most} gemeenten"}
    lacking = {remark.year for kwb in asked for remark in kwb.remarks if remark.lacks_figures_of(HOME)}
    if lacking >= {composition.year for composition in known}:
        lacking = set()
    added, more = with_coarser_levels([c for c in known if c.year not in lacking], LEVELS[0], {**whole, **names})
    return [*added, *(c for c in known if c.year in lacking)], notes + more


def _in_one(composition: Composition, parent: str) -> Composition:
    areas = composition.areas
    return replace(composition, areas=replace(areas, parents=(parent,) * len(areas)))


def _title(compositions: Sequence[Composition]) -> str:
    return next(c.areas.names[0] for c in compositions[::-1] if c.areas.level == LEVELS[0])


def _peers(editions: Sequence[Edition], names: Mapping[str, str]) -> list[Composition]:
    """Every municipality that the files have, so that the chosen one can be compared."""
    told = [
        composition
        for edition in editions
        for composition in ask(edition, level=HOME if HOME in edition.regions.levels else None).compositions
    ]
    return [c for c in with_coarser_levels(told, HOME, names)[0] if c.areas.level == HOME]


# Notes ---------------------------------------------------------------------------------------------------------------


def _notes_of(asked: Sequence[Kwb]) -> list[Note]:
    """What was odd in the editions; what can be said of several is said once."""
    years = {composition.year for kwb in asked for composition in kwb.compositions}
    remarks = sorted((remark for kwb in asked for remark in kwb.remarks), key=lambda remark: remark.year)
    return [*(note for kwb in asked for note in kwb.left_out), *notes_of(remarks, with_year=len(years) > 1)]


def _notes_on_years(compositions: Sequence[Composition]) -> list[Note]:
    """A note on every two consecutive years that have no classification in common."""
    schemes = {c.year: [o.scheme for o in compositions if o.year == c.year] for c in compositions}
    notes = []
    for before, after in pairwise(sorted(schemes)):
        if not {scheme.code for scheme in schemes[before]} & {scheme.code for scheme in schemes[after]}:
            titles = (schemes[before][0].title, schemes[after][0].title)
            notes.append(
                Note(
                    "years_not_comparable",
                    f"Van {before} naar {after} is geen verandering te berekenen: {before} is geteld naar "
                    f"{titles[0]['nl']} en {after} naar {titles[1]['nl']}. Geef voor verandering jaren met dezelfde "
                    "indeling.",
                    f"No change can be computed from {before} to {after}: people were counted by {titles[0]['en']} in "
                    f"{before} and by {titles[1]['en']} in {after}. For change, give years of one classification.",
                )
            )
    return notes


# Beside the figures --------------------------------------------------------------------------------------------------


def _indicators(files: Sequence[Path], compositions: Sequence[Composition]) -> tuple[tuple[Indicator, ...], list[Note]]:
    years = {composition.year for composition in compositions}
    known = {code for composition in compositions for code in composition.areas.codes}
    found: list[Indicator] = []
    notes: list[Note] = []
    for path in files:
        read = read_indicators(path, years_of_city=years)
        notes += areas_elsewhere(path.name, read, known)
        found += read
    return tuple(found), notes


def _refuse_doubled(compositions: Sequence[Composition]) -> None:
    times = Counter((c.areas.level, c.year, c.scheme.code) for c in compositions)
    if doubled := sorted(key for key, number in times.items() if number > 1):
        _, year, scheme = doubled[0]
        raise SettingsError(f"Two files give the figures of {year} by '{scheme}'. Give one file for each year.")


def _read_boundaries(files: Sequence[Path]) -> tuple[list[Boundaries], list[Note]]:
    found: list[Boundaries] = []
    notes: list[Note] = []
    for path in files:
        read, odd = read_boundaries(path)
        found += read
        notes += odd
    return found, notes


def _of_areas(
    drawn: Sequence[Boundaries], files: Sequence[Path], compositions: Sequence[Composition]
) -> tuple[tuple[Boundaries, ...], list[Note]]:
    """The polygons of the areas that are counted, and what is missing or too many."""
    latest = {c.areas.level: c.areas for c in sorted(compositions, key=lambda c: c.year)}
    kept = []
    notes: list[Note] = []
    for boundaries in drawn:
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
