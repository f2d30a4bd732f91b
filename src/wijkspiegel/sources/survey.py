"""A survey of people and their contacts: a row for each respondent, with contacts counted by group or told in bands
("half of them"), or a row for each contact (a name generator).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.bands import read_bands, tell_bands
from wijkspiegel.sources.city_settings import SphereSettings, SurveySettings, suggestion
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.findings import Findings
from wijkspiegel.tables import NO, UNKNOWN, YES, Banded, Composition, Contacts, Note
from wijkspiegel.wording import FEWEST, People, Percent, sentences

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

"""No smaller number of people is told in a note, which leaves the room with the figures."""


def read_survey(
    settings: SurveySettings, folder: Path, compositions: tuple[Composition, ...], findings: Findings
) -> Contacts:
    """The respondents whose area and group are known. The others are told, with their number.

    Raises InputError for a count that is negative or no whole number, a band that is not defined, a weight that is not
    positive, and contacts of nobody in the survey; SettingsError where the residents are not counted in this year,
    level and scheme.
    """
    table = read_table(folder / settings.file, settings.sheet)
    residents = residents_of(settings.year, settings.level, settings.scheme, compositions)
    area, group = _places(table, settings, residents), _groups(table, settings.group, residents)
    known = (area >= 0) & (group >= 0)
    if not known.any():
        raise InputError(
            "no respondent has an area and a group that are known", file=table.path,
            mend=f"Areas are those of level '{residents.areas.level}', groups {', '.join(residents.scheme.groups)}.",
        )  # fmt: skip
    _tell_left_out(known, table, findings)
    counts, groupless, banded = _spheres(table, settings, folder, residents)
    contacts = Contacts(
        areas=residents.areas,
        year=residents.year,
        scheme=residents.scheme,
        area=area[known],
        group=group[known],
        counts={sphere: found[known] for sphere, found in counts.items()},
        weight=_weights(table, settings.weight)[known],
        stratum=_codes(table, settings.stratum, np.zeros(len(table), dtype=np.int64))[known],
        cluster=_codes(table, settings.cluster, np.arange(len(table)))[known],
        sampled=True,
        groupless={sphere: found[known] for sphere, found in groupless.items()},
        roads={road: _answers(table, one.column, one.yes, one.no)[known] for road, one in settings.roads.items()},
        outcomes={outcome: numbers(table, outcome)[known] for outcome in settings.outcomes},
        traits={trait: np.array(texts(table, trait), dtype=object)[known] for trait in settings.traits},
        banded={sphere: told.take(known) for sphere, told in banded.items()},
        person=_persons(table, settings.person)[known],
    )
    for sphere in settings.contacts:
        _tell_contacts(sphere, contacts, table, findings)
    _tell_lone_clusters(contacts, table, settings, findings)
    tell_areas_of_one_group(contacts, residents, table.path, findings)
    return contacts


def _spheres(
    table: RawTable, settings: SurveySettings, folder: Path, residents: Composition
) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, Banded]]:
    """The contacts of all respondents: sphere -> [respondent, group]; those without a group; those told in bands."""
    counts: dict[str, Floats] = {}
    groupless: dict[str, Floats] = {}
    banded: dict[str, Banded] = {}
    for sphere in settings.contacts:
        if sphere.sphere in counts or sphere.sphere in banded:
            raise SettingsError(f"[[survey.contacts]] tells of {sphere.sphere} twice. Give each sphere once.")
        if sphere.band is not None:
            banded[sphere.sphere] = read_bands(table, sphere.band, sphere, _number(table, sphere))
        elif sphere.file is not None:
            counts[sphere.sphere], groupless[sphere.sphere] = _named(table, sphere, folder, residents, settings)
        else:
            counts[sphere.sphere] = _counted(table, sphere, residents)
            if sphere.unknown is not None:
                groupless[sphere.sphere] = np.nan_to_num(_whole(table, sphere.unknown))
    return counts, groupless, banded


def _tell_contacts(sphere: SphereSettings, contacts: Contacts, table: RawTable, findings: Findings) -> None:
    name = sphere.sphere
    if name in contacts.banded:
        tell_bands(table, name, contacts.banded[name], findings)
    if name in contacts.groupless:
        tell_groupless(sphere.file or table.path.name, name, contacts.counts[name], contacts.groupless[name], findings)


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


def _persons(table: RawTable, column: str | None) -> NDArray[np.object_]:
    """[respondent], as they are called in the file; without such a column, the rows that they stand in."""
    if column is None:
        return np.array([str(row) for row in table.rows], dtype=object)
    found = texts(table, column)
    first: dict[str, int] = {}
    for place, person in enumerate(found):
        if first.setdefault(person, place) != place:
            raise InputError(
                f"respondent '{person}' is in row {table.rows[first[person]]:,} as well", file=table.path,
                row=table.rows[place], column=column, mend="Give each respondent one row and a number of their own.",
            )  # fmt: skip
    return np.array(found, dtype=object)


def _places(table: RawTable, settings: SurveySettings, residents: Composition) -> Ints:
    """[respondent], row of the area; -1 where it is empty. Raises InputError for an area that is not known."""
    areas = residents.areas
    row = {code: number for number, code in enumerate(areas.codes)} | {"": -1}
    found = texts(table, settings.area)
    for number, code in enumerate(found):
        if code not in row:
            raise InputError(
                f"area '{code}' is not among the areas of level '{areas.level}'", file=table.path,
                row=table.rows[number], column=settings.area,
                mend=swapped(code, residents) or "Correct the code, or name the level of these areas: level = \"...\".",
            )  # fmt: skip
    return np.array([row[code] for code in found], dtype=np.int64)


def swapped(word: str, residents: Composition) -> str:
    """A guess for a word that stands where it should not; "" where there is none."""
    if word in residents.scheme.groups:
        return f"'{word}' is a group: are the columns of `area` and `group` swapped?"
    if word in residents.areas.codes:
        return f"'{word}' is an area: are the columns of `area` and `group` swapped?"
    return ""


def _groups(table: RawTable, column: str, residents: Composition) -> Ints:
    """[row], number of the group; -1 where it is empty."""
    number = {group: place for place, group in enumerate(residents.scheme.groups)} | {"": -1}
    found = texts(table, column)
    for place, group in enumerate(found):
        if group not in number:
            raise InputError(
                f"'{group}' is no group of '{residents.scheme.code}'", file=table.path, row=table.rows[place],
                column=column, mend=swapped(group, residents) or suggestion(group, residents.scheme.groups).strip(),
            )  # fmt: skip
    return np.array([number[group] for group in found], dtype=np.int64)


def _tell_left_out(known: Mask, table: RawTable, findings: Findings) -> None:
    if left := int((~known).sum()):
        findings.note(
            Note(
                "respondents_without_place_or_group",
                *sentences(
                    "{left} van de {all} respondenten in {file} hebben geen gebied of groep; zij tellen niet mee.",
                    "{left} of {all} respondents in {file} have no area or group, and do not count.",
                    left=People(left),
                    all=People(len(known)),
                    file=table.path.name,
                ),
                left,
            )
        )


def _counted(table: RawTable, sphere: SphereSettings, residents: Composition) -> Floats:
    """[respondent, group], contacts in a sphere that were counted by who answered."""
    columns = sphere.columns or {group: f"{sphere.prefix}{group}" for group in residents.scheme.groups}
    if unknown := sorted(set(columns) - set(residents.scheme.groups)):
        raise SettingsError(
            f"[[survey.contacts]] {sphere.sphere} has columns for '{unknown[0]}', which is no group of "
            f"'{residents.scheme.code}'.{suggestion(unknown[0], residents.scheme.groups)}"
        )
    found = [
        np.nan_to_num(_whole(table, columns[group])) if group in columns else np.zeros(len(table))
        for group in residents.scheme.groups
    ]
    return np.stack(found, axis=1)


def _whole(table: RawTable, column: str) -> Floats:
    """[respondent], numbers of contacts; nan where the cell is empty."""
    counts = numbers(table, column)
    wrong = np.flatnonzero((counts < 0) | (counts != np.rint(counts)) & ~np.isnan(counts))
    if len(wrong):
        raise InputError(
            f"a number of contacts is whole and not negative, and here stands {counts[wrong[0]]:g}", file=table.path,
            row=table.rows[int(wrong[0])], column=column, mend="Correct it, or leave the cell empty.",
        )  # fmt: skip
    return counts


def _number(table: RawTable, sphere: SphereSettings) -> Floats:
    """[respondent], how many contacts a band is about; nan where it is not known."""
    if isinstance(sphere.number, str):
        return _whole(table, sphere.number)
    return np.full(len(table), np.nan if sphere.number is None else float(sphere.number))


def _named(
    table: RawTable, sphere: SphereSettings, folder: Path, residents: Composition, settings: SurveySettings
) -> tuple[Floats, Floats]:
    """Contacts that stand in a file of their own, one in a row: [respondent, group], and those without a group."""
    if settings.person is None:
        raise SettingsError(f'Say which column tells respondents apart, for {sphere.file}: [survey] person = "...".')
    named = read_table(folder / str(sphere.file), sphere.sheet)
    row = {person: number for number, person in enumerate(_persons(table, settings.person))}
    group = _groups(named, sphere.group, residents)
    groups = len(residents.scheme.groups)
    counts = np.zeros((len(table), groups + 1))
    for place, person in enumerate(texts(named, sphere.person)):
        if person not in row:
            raise InputError(
                f"respondent '{person}' is not in {table.path.name}", file=named.path, row=named.rows[place],
                column=sphere.person, mend="Correct the number, or add the respondent.",
            )  # fmt: skip
        counts[row[person], group[place]] += 1  # without a group: -1, the last column
    return counts[:, :groups], counts[:, groups]


def tell_groupless(file: str, sphere: str, counts: NDArray[Any], groupless: NDArray[Any], findings: Findings) -> None:
    """Which part of the contacts no share knows of."""
    without = int(groupless.sum())
    if without:
        of_all = " ({share})" if without >= FEWEST else ""  # the share of few would tell how few
        findings.note(
            Note(
                "contacts_without_group",
                *sentences(
                    "{file}, {sphere}: van {without} contacten" + of_all + " is de groep niet bekend. Ze tellen in "
                    "geen aandeel mee.",
                    "{file}, {sphere}: of {without} contacts" + of_all + " the group is not known. They count in no "
                    "share.",
                    file=file,
                    sphere=sphere,
                    without=People(without),
                    share=Percent(without / (without + int(counts.sum()))),
                ),
                without,
            )
        )


# The sample ----------------------------------------------------------------------------------------------------------


def _tell_lone_clusters(contacts: Contacts, table: RawTable, settings: SurveySettings, findings: Findings) -> None:
    """Strata in which one cluster (or respondent) was asked tell nothing of their own spread."""
    pairs = np.unique(np.stack([contacts.stratum, contacts.cluster], axis=1), axis=0)
    if settings.cluster is not None and len(pairs) == 1:
        raise InputError(
            "all respondents are of one cluster, which tells nothing of the others", file=table.path,
            column=settings.cluster, mend="Leave `cluster` out where people were not drawn by cluster.",
        )  # fmt: skip
    lone = int((np.unique(pairs[:, 0], return_counts=True)[1] == 1).sum())
    if lone and settings.stratum is not None:
        findings.note(
            Note(
                "lone_clusters",
                *sentences(
                    "{file}: {lone} strata hebben één respondent of cluster. Hun spreiding is samen geschat.",
                    "{file}: {lone} strata have one respondent or cluster. Their spread is estimated together.",
                    file=table.path.name,
                    lone=People(lone),
                ),
                lone,
            )
        )


def tell_areas_of_one_group(contacts: Contacts, residents: Composition, file: Path, findings: Findings) -> None:
    """How many people have nobody of another group around, so that every circle mirrors; or nobody of their own."""
    people = residents.counts
    others = people.sum(axis=1, keepdims=True) - people
    place = contacts.area, contacts.group
    alone, among_others = int((others == 0)[place].sum()), int(((people <= 1) & (others > 0))[place].sum())
    if alone or among_others:
        findings.note(
            Note(
                "areas_of_one_group",
                *sentences(
                    "{file}: {alone} mensen wonen in een gebied zonder iemand van een andere groep, waar elke kring "
                    "een eenzijdige spiegel is, en {others} in een gebied zonder iemand anders van hun groep. "
                    "Zij tellen mee.",
                    "{file}: {alone} people live in an area without anybody of another group, where every circle is a "
                    "one-sided mirror, and {others} in an area without anybody else of their own. They count.",
                    file=file.name,
                    alone=People(alone),
                    others=People(among_others),
                ),
            )
        )


def _weights(table: RawTable, column: str | None) -> Floats:
    if column is None:
        return np.ones(len(table))
    weight = numbers(table, column)
    wrong = np.flatnonzero(~(weight > 0))
    if len(wrong):
        raise InputError(
            "a weight is missing, zero or negative", file=table.path, row=table.rows[int(wrong[0])], column=column,
            mend=f"Give each respondent a positive weight, or leave out the rows that have none ({len(wrong):,}).",
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
