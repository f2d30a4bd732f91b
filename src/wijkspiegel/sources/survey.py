"""A survey of people and their contacts: a row for each respondent, with contacts counted by group, or a row for each
contact (a name generator).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.city_settings import SphereSettings, SurveySettings, suggestion
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.findings import Findings
from wijkspiegel.tables import NO, UNKNOWN, YES, Areas, Composition, Contacts, Note

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


def read_survey(
    settings: SurveySettings, folder: Path, compositions: tuple[Composition, ...], findings: Findings
) -> Contacts:
    """The respondents whose area and group are known. The others are told, with their number.

    Raises InputError for a count that is negative or no whole number, a weight that is not positive, and contacts of
    nobody in the survey; SettingsError where the residents are not counted in this year, level and scheme.
    """
    table = read_table(folder / settings.file, settings.sheet)
    residents = residents_of(settings.year, settings.level, settings.scheme, compositions)
    area, group = _places(table, settings, residents.areas), _groups(table, settings.group, residents)
    known = (area >= 0) & (group >= 0)
    if not known.any():
        raise InputError(
            "no respondent has an area and a group that are known", file=table.path,
            mend=f"Areas are those of level '{residents.areas.level}', groups {', '.join(residents.scheme.groups)}.",
        )  # fmt: skip
    _tell_left_out(known, table, findings)
    counts = {sphere.sphere: _contacts(table, sphere, folder, residents, settings) for sphere in settings.contacts}
    weight = _weights(table, settings.weight)
    return Contacts(
        areas=residents.areas,
        year=residents.year,
        scheme=residents.scheme,
        area=area[known],
        group=group[known],
        counts={sphere: found[known] for sphere, found in counts.items()},
        weight=weight[known],
        stratum=_codes(table, settings.stratum, np.zeros(len(table), dtype=np.int64))[known],
        cluster=_codes(table, settings.cluster, np.arange(len(table)))[known],
        sampled=True,
        roads={road: _answers(table, one.column, one.yes, one.no)[known] for road, one in settings.roads.items()},
        outcomes={outcome: numbers(table, outcome)[known] for outcome in settings.outcomes},
        traits={trait: np.array(texts(table, trait), dtype=object)[known] for trait in settings.traits},
    )


def residents_of(year: int, level: str | None, scheme: str, compositions: tuple[Composition, ...]) -> Composition:
    """Whom contacts are held against. The finest level where none is named."""
    found = [c for c in compositions if c.year == year and c.scheme.code.removesuffix("_with_unknown") == scheme]
    if level is not None:
        found = [c for c in found if c.areas.level == level]
    if not found:
        there = sorted({f"{c.scheme.code} in {c.year}" for c in compositions})
        raise SettingsError(
            f"Contacts are to be held against the residents by '{scheme}' in {year}"
            f"{f' on level {level}' if level else ''}, and these are not counted. There are: {', '.join(there)}."
        )
    return max(found, key=lambda c: len(c.areas))


def _places(table: RawTable, settings: SurveySettings, areas: Areas) -> Ints:
    """[respondent], row of the area; -1 where it is empty. Raises InputError for an area that is not known."""
    row = {code: number for number, code in enumerate(areas.codes)} | {"": -1}
    found = texts(table, settings.area)
    for number, code in enumerate(found):
        if code not in row:
            raise InputError(
                f"area '{code}' is not among the areas of level '{areas.level}'", file=table.path,
                row=table.rows[number], column=settings.area,
                mend="Correct the code, or name the level of these areas: level = \"...\".",
            )  # fmt: skip
    return np.array([row[code] for code in found], dtype=np.int64)


def _groups(table: RawTable, column: str, residents: Composition) -> Ints:
    """[row], number of the group; -1 where it is empty."""
    number = {group: place for place, group in enumerate(residents.scheme.groups)} | {"": -1}
    found = texts(table, column)
    for place, group in enumerate(found):
        if group not in number:
            raise InputError(
                f"'{group}' is no group of '{residents.scheme.code}'", file=table.path, row=table.rows[place],
                column=column, mend=suggestion(group, residents.scheme.groups).strip(),
            )  # fmt: skip
    return np.array([number[group] for group in found], dtype=np.int64)


def _tell_left_out(known: Mask, table: RawTable, findings: Findings) -> None:
    if left := int((~known).sum()):
        findings.note(
            Note(
                "respondents_without_place_or_group",
                f"{left} van de {len(known)} respondenten in {table.path.name} hebben geen gebied of groep; "
                "zij tellen niet mee.",
                f"{left} of {len(known)} respondents in {table.path.name} have no area or group, and do not count.",
                left,
            )
        )


def _contacts(
    table: RawTable, sphere: SphereSettings, folder: Path, residents: Composition, settings: SurveySettings
) -> Floats:
    """[respondent, group], contacts in a sphere."""
    if sphere.file is not None:
        return _named(table, sphere, folder, residents, settings)
    columns = sphere.columns or {group: f"{sphere.prefix}{group}" for group in residents.scheme.groups}
    if unknown := sorted(set(columns) - set(residents.scheme.groups)):
        raise SettingsError(
            f"[[survey.contacts]] {sphere.sphere} has columns for '{unknown[0]}', which is no group of "
            f"'{residents.scheme.code}'.{suggestion(unknown[0], residents.scheme.groups)}"
        )
    found = [
        _whole(table, columns[group]) if group in columns else np.zeros(len(table)) for group in residents.scheme.groups
    ]
    return np.stack(found, axis=1)


def _whole(table: RawTable, column: str) -> Floats:
    """Counts of contacts; an empty cell is none."""
    counts = np.nan_to_num(numbers(table, column), nan=0.0)
    wrong = np.flatnonzero((counts < 0) | (counts != np.rint(counts)))
    if len(wrong):
        raise InputError(
            f"a number of contacts is whole and not negative, and here stands {counts[wrong[0]]:g}", file=table.path,
            row=table.rows[int(wrong[0])], column=column, mend="Correct it, or leave the cell empty.",
        )  # fmt: skip
    return counts


def _named(
    table: RawTable, sphere: SphereSettings, folder: Path, residents: Composition, settings: SurveySettings
) -> Floats:
    """Contacts that stand in a file of their own, one in a row."""
    if settings.person is None:
        raise SettingsError(f'Say which column tells respondents apart, for {sphere.file}: [survey] person = "...".')
    named = read_table(folder / str(sphere.file), sphere.sheet)
    row = {person: number for number, person in enumerate(texts(table, settings.person))}
    group = _groups(named, sphere.group, residents)
    counts = np.zeros((len(table), len(residents.scheme.groups)))
    for place, person in enumerate(texts(named, sphere.person)):
        if person not in row:
            raise InputError(
                f"respondent '{person}' is not in {table.path.name}", file=named.path, row=named.rows[place],
                column=sphere.person, mend="Correct the number, or add the respondent.",
            )  # fmt: skip
        if group[place] >= 0:
            counts[row[person], group[place]] += 1
    return counts


def _weights(table: RawTable, column: str | None) -> Floats:
    if column is None:
        return np.ones(len(table))
    weight = numbers(table, column)
    wrong = np.flatnonzero(~(weight > 0))
    if len(wrong):
        raise InputError(
            "a weight is missing, zero or negative", file=table.path, row=table.rows[int(wrong[0])], column=column,
            mend=f"{len(wrong)} rows have none. Give each respondent a positive weight, or leave these rows out.",
        )  # fmt: skip
    return weight


def _codes(table: RawTable, column: str | None, default: Ints) -> Ints:
    if column is None:
        return default
    _, codes = np.unique(np.array(texts(table, column)), return_inverse=True)
    return codes.ravel().astype(np.int64)


def _answers(table: RawTable, column: str, yes: list[str | int], no: list[str | int]) -> Ints:
    """[respondent], YES, NO or UNKNOWN where the answer is empty. Raises InputError for an answer that is neither."""
    meaning: Mapping[str, int] = {"": UNKNOWN} | {str(one): NO for one in no} | {str(one): YES for one in yes}
    found = texts(table, column)
    for place, answer in enumerate(found):
        if answer not in meaning:
            raise InputError(
                f"the answer '{answer}' is neither a yes nor a no", file=table.path, row=table.rows[place],
                column=column, mend="Add it to yes or no in city.toml.",
            )  # fmt: skip
    return np.array([meaning[answer] for answer in found], dtype=np.int64)
