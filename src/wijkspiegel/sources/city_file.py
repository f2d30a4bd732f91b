"""A city's own data: city.toml and the files that it names, read into a city, checked, or begun from an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.boundaries import check_cover, read_boundaries
from wijkspiegel.sources.city_settings import CitySettings, read_settings
from wijkspiegel.sources.composing import compose, schemes_used
from wijkspiegel.sources.correspondences import read_correspondence
from wijkspiegel.sources.findings import Finding, Findings
from wijkspiegel.sources.grouping import read_groupings
from wijkspiegel.sources.indicators import areas_elsewhere, read_indicators
from wijkspiegel.sources.institutions import institutions_of, read_staff
from wijkspiegel.sources.residents import read_residents
from wijkspiegel.sources.survey import read_survey
from wijkspiegel.sources.ties import read_ties
from wijkspiegel.sources.zonings import Zonings, read_zonings
from wijkspiegel.tables import Areas, Boundaries, City, Composition, Contacts, Correspondence, Indicator, Note, Source
from wijkspiegel.wording import sentences

__all__ = [
    "Finding",
    "Protection",
    "check_city",
    "new_city",
    "new_questionnaire",
    "read_city",
    "read_indicators",
    "read_protection",
]


def read_city(path: Path | str) -> City:
    """The city that a city.toml describes: a composition for every level, year and scheme that its files tell.

    Raises InputError or SettingsError for the first thing that does not fit, and says how many more there are.
    """
    findings = Findings()
    city = _look(Path(path), findings)
    if city is None:
        raise findings.error()
    return city


def check_city(path: Path | str) -> list[Finding]:
    """What is found in a city.toml and its files, and every problem, with how to mend it. Changes nothing."""
    findings = Findings()
    _look(Path(path), findings)
    return findings.all


@dataclass(frozen=True)
class Protection:
    """How the counts of a city are to be protected.

    settings : what city.toml says of it, by the names of the policy of the door.
    register : the file of earlier releases; None where none is kept.
    """

    settings: Mapping[str, Any]
    register: Path | None


def read_protection(path: Path | str) -> Protection:
    """The [protection] of a city.toml. Raises SettingsError or InputError when the file has any fault of its own."""
    findings = Findings()
    settings = read_settings(Path(path), findings)
    if settings is None:
        raise findings.error()
    chosen = settings.protection
    register = Path(path).parent / chosen.register_file if chosen.register_file else None
    return Protection(chosen.model_dump(exclude={"register_file"}, exclude_unset=True), register)


def new_city(directory: Path | str) -> list[Path]:
    """Write a commented city.toml and small invented files that work at once. A file that is there stays as it is.

    Returns the files that were written.
    """
    return _copied("template", Path(directory))


def new_questionnaire(directory: Path | str) -> list[Path]:
    """Write a questionnaire on contacts (XLSForm, in Dutch and English) and the city.toml that reads its answers.

    A file that is there stays as it is. Returns the files that were written.
    """
    return _copied("questionnaire", Path(directory))


def _copied(name: str, directory: Path) -> list[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    template = resources.files(__package__).joinpath(name)
    for file in sorted(template.iterdir(), key=lambda entry: entry.name):
        target = directory / file.name
        if not target.exists():
            target.write_bytes(file.read_bytes())
            written.append(target)
    return written


def _look(path: Path, findings: Findings) -> City | None:
    """Read everything that can be read, and gather what is found; None when anything does not fit."""
    settings = read_settings(path, findings)
    if settings is None:
        return None
    folder = path.parent
    groupings = read_groupings(settings, folder, findings)
    residents = read_residents(settings, folder, groupings, findings)
    staff = read_staff(settings, folder, groupings, findings)
    counted = [(one.cells, one.grouped) for one in residents] + [(one.cells, one.grouped) for one in staff]
    schemes = schemes_used(counted, groupings)
    zonings = read_zonings(settings, folder, residents, findings)
    compositions = compose(residents, zonings, settings.levels, schemes, findings)
    institutions = institutions_of(staff, compositions, schemes, findings) if compositions else ()
    indicators = _indicators(settings, folder, zonings, findings)
    boundaries = _boundaries(settings, folder, zonings, findings)
    correspondences = _correspondences(settings, folder, zonings, findings)
    contacts = _contacts(settings, folder, compositions, findings)
    levels = _levels_met(settings, compositions, findings)
    if findings.errors:
        return None
    return City(
        title=settings.title,
        levels=levels,
        home=settings.home or settings.levels[0],
        compositions=compositions,
        sources=tuple(Source(**source.model_dump()) for source in settings.sources),
        published=settings.published,
        subject=_subject(settings, zonings),
        boundaries=boundaries,
        indicators=indicators,
        institutions=institutions,
        correspondences=correspondences,
        notes=tuple(findings.notes),
        contacts=contacts,
    )


def _contacts(
    settings: CitySettings, folder: Path, compositions: Sequence[Composition], findings: Findings
) -> tuple[Contacts, ...]:
    found = []
    if compositions and settings.survey is not None:
        with findings.gathering():
            read = read_survey(settings.survey, folder, tuple(compositions), findings)
            found.append(replace(read, reference=settings.survey.reference or "", met_in=settings.survey.met_in))
            findings.say(f"{settings.survey.file}: {len(found[-1])} respondents.")
    if compositions and settings.ties is not None:
        with findings.gathering():
            read = read_ties(settings.ties, folder, tuple(compositions), findings)
            found.append(replace(read, reference=settings.ties.reference or "", met_in=settings.ties.met_in))
            findings.say(f"{settings.ties.people}: {len(found[-1]):,} people with contacts to count.")
    return tuple(found)


def _levels_met(settings: CitySettings, compositions: Sequence[Composition], findings: Findings) -> tuple[str, ...]:
    """The levels on which residents are counted. Finer ones are told, and left out with their boundaries."""
    met = {composition.areas.level for composition in compositions}
    without = [level for level in settings.levels if level not in met]
    if without and met and settings.home in without:
        findings.problem(SettingsError(f'Nobody is counted on home = "{settings.home}". Give a coarser level as home.'))
    elif without and met:
        findings.note(
            Note(
                "level_without_people",
                f"Op niveau {', '.join(without)} is niemand geteld; dat blijft buiten beschouwing.",
                f"Nobody is counted on level {', '.join(without)}, which is left out.",
                len(without),
            )
        )
    return tuple(level for level in settings.levels if level in met)


def _subject(settings: CitySettings, zonings: Zonings) -> str:
    """The one area of the home level; "" where there are more, which are then looked into alike."""
    home = settings.home or settings.levels[0]
    codes = {code for (_, level), areas in zonings.items() if level == home for code in areas.codes}
    return next(iter(codes)) if len(codes) == 1 else ""


def _indicators(settings: CitySettings, folder: Path, zonings: Zonings, findings: Findings) -> tuple[Indicator, ...]:
    known = {code for areas in zonings.values() for code in areas.codes}
    found: list[Indicator] = []
    for file in settings.indicators:
        with findings.gathering():
            read = read_indicators(folder / file.file, file.year, file.sheet, {year for year, _ in zonings})
            for note in areas_elsewhere(file.file, read, known):
                findings.note(note)
            found += read
            findings.say(f"{file.file}: {', '.join(indicator.code for indicator in read)}.")
    return tuple(found)


def _boundaries(settings: CitySettings, folder: Path, zonings: Zonings, findings: Findings) -> tuple[Boundaries, ...]:
    found: list[Boundaries] = []
    for file in settings.boundaries:
        years = [year for year, level in zonings if level == file.level]
        if not years:  # as `_levels_met` tells
            continue
        areas = zonings[file.year if file.year in years else max(years), file.level]
        with findings.gathering():
            read, notes = read_boundaries(folder / file.file, level=file.level, column=file.area, codes=areas.codes)
            for boundaries in read:
                for note in (*notes, *check_cover(boundaries, areas)):
                    findings.note(note)
                found.append(_of_areas(replace(boundaries, year=file.year or boundaries.year), areas, file.file))
                findings.say(f"{file.file}: {len(found[-1].codes):,} areas of level {file.level} have a polygon.")
    return tuple(found)


def _of_areas(boundaries: Boundaries, areas: Areas, file: str) -> Boundaries:
    """The polygons of the areas that there are."""
    rows = np.flatnonzero(np.isin(boundaries.codes, areas.codes))
    if not len(rows):
        raise InputError(
            f"none of its polygons is an area of level '{areas.level}'; it has '{boundaries.codes[0]}' and the city "
            f"'{areas.codes[0]}'",
            file=file,
            mend='Give the boundaries of the right year, or say which column has the codes: area = "...".',
        )
    return replace(boundaries, codes=tuple(boundaries.codes[row] for row in rows), polygons=boundaries.polygons[rows])


def _correspondences(
    settings: CitySettings, folder: Path, zonings: Zonings, findings: Findings
) -> tuple[Correspondence, ...]:
    found = []
    for file in settings.correspondences:
        with findings.gathering():
            found.append(read_correspondence(file, folder, zonings))
    joined = {(one.level, one.source_year, one.target_year) for one in found}
    for level in settings.levels:
        years = sorted(year for year, of in zonings if of == level)
        for before, after in pairwise(years):
            if (level, before, after) not in joined:
                _tell_redrawn(level, before, after, zonings, findings)
    return tuple(found)


def _tell_redrawn(level: str, before: int, after: int, zonings: Zonings, findings: Findings) -> None:
    """Two years with other areas and no correspondence can be compared only where they are the same."""
    earlier, later = set(zonings[before, level].codes), set(zonings[after, level].codes)
    if not earlier & later:
        findings.problem(
            SettingsError(
                f"No area of level '{level}' in {before} exists in {after}: the years do not join. Give a "
                f'correspondence: [[correspondences]] level = "{level}", from = {before}, to = {after}, file = "...".'
            )
        )
    elif redrawn := sorted(earlier ^ later):
        findings.note(
            Note(
                "areas_redrawn",
                *sentences(
                    "Gebieden van niveau {level} zijn er niet in {before} én {after} ({number}), zoals {first}; bij de "
                    "verandering worden zij samengenomen.",
                    "Areas of level {level} are not in both {before} and {after} ({number}), such as {first}; they are "
                    "taken together where change is shown.",
                    level=level,
                    before=str(before),
                    after=str(after),
                    number=len(redrawn),
                    first=redrawn[0],
                ),
                len(redrawn),
            )
        )
