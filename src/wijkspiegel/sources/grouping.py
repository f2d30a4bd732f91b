"""From what stands in a file about people to the groups of a scheme."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import (
    CBS_SCHEMES,
    GROUP_LABELS,
    ORIGIN,
    ORIGIN_BIRTH,
    WESTERN,
    WESTERN_COUNTRIES,
    Label,
    Scheme,
    label,
)
from wijkspiegel.sources.city_settings import CitySettings, RowSettings, SchemeSettings, suggestion
from wijkspiegel.sources.countries import (
    Country,
    countries,
    find_country,
    is_missing,
    is_stateless,
    near_countries,
    plain,
)
from wijkspiegel.sources.files import read_table, texts
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.people import CALL_IT_SO, Cells, require_columns
from wijkspiegel.tables import Note
from wijkspiegel.wording import People, sentences

UNKNOWN = "unknown"
STATELESS = "stateless"
NATIONALITY = "nationality"

SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "nl": ("Nederland", "Nederlands", "Dutch", "geen migratieachtergrond", "zonder migratieachtergrond"),
        "western": ("westers", "western"),
        "non_western": ("niet-westers", "non-western"),
        "antilles": ("Antillen", "Nederlandse Antillen", "Nederlandse Cariben"),
        "other_non_western": ("overig niet-westers",),
        "europe": ("Europa", "Europa (exclusief Nederland)", "Europe"),
        "outside_europe": ("buiten Europa", "Buiten-Europa", "outside Europe"),
    }
)
"""What stands for the groups of CBS beside their codes and labels."""

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Grouped:
    """Cells by the groups of one scheme.

    codes : [cell], index in groups.
    """

    scheme: str
    groups: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True)
class Groupings:
    """What a city says of its groups.

    schemes : code -> a scheme of CBS, or of the city's own.
    values : scheme -> plain word -> group.
    spellings : plain word -> the country meant, None for "unknown".
    """

    schemes: Mapping[str, Scheme]
    values: Mapping[str, Mapping[str, str]]
    spellings: Mapping[str, Country | None]
    unknown_is_a_group: bool

    def scheme(self, code: str, groups: set[str]) -> Scheme:
        """The scheme with these groups: with "unknown" where some are, and with the nationalities that there are."""
        if code == NATIONALITY:
            return _nationality(groups)
        scheme = self.schemes[code]
        if UNKNOWN not in groups or UNKNOWN in scheme.groups:
            return scheme
        return replace(
            scheme,
            code=f"{code}_with_unknown",
            groups=(*scheme.groups, UNKNOWN),
            labels=MappingProxyType({**scheme.labels, UNKNOWN: GROUP_LABELS[UNKNOWN]}),
        )


def read_groupings(settings: CitySettings, folder: Path, findings: Findings) -> Groupings:
    """The schemes of CBS and of the city, and its own spellings of countries. Tells what does not fit."""
    schemes = dict(CBS_SCHEMES)
    values = {code: _known_words(scheme) for code, scheme in schemes.items()}
    for own in settings.schemes:
        with findings.gathering():
            schemes[own.code], values[own.code] = _own_scheme(own, folder)
    spellings: dict[str, Country | None] = {}
    for word, meant in settings.countries.items():
        country = find_country(meant)
        if country is None and plain(meant) != UNKNOWN:
            near = near_countries(meant)
            findings.problem(
                SettingsError(
                    f'[countries] has "{word}" = "{meant}", and \'{meant}\' is no known country.'
                    + (f" Did you mean {' or '.join(near)}?" if near else ' Give a name, an ISO code or "unknown".')
                )
            )
        spellings[plain(word)] = country
    return Groupings(schemes, values, spellings, settings.unknown == "group")


def _own_scheme(own: SchemeSettings, folder: Path) -> tuple[Scheme, dict[str, str]]:
    if own.file is not None:
        return _scheme_in_file(own, folder / own.file)
    labels = {group: label(words.nl, words.en) for group, words in own.groups.items()}
    scheme = Scheme(own.code, label(own.title.nl, own.title.en), tuple(labels), MappingProxyType(labels))
    values = {plain(str(value)): group for group, words in own.groups.items() for value in words.values}
    return scheme, _known_words(scheme) | values


def _scheme_in_file(own: SchemeSettings, path: Path) -> tuple[Scheme, dict[str, str]]:
    table = read_table(path, own.sheet)
    require_columns(path, table.columns, ("value", "group", "nl", "en"), CALL_IT_SO)
    labels: dict[str, Label] = {}
    values: dict[str, str] = {}
    rows = zip(*(texts(table, column) for column in ("value", "group", "nl", "en")), table.rows, strict=True)
    for value, group, nl, en, row in rows:
        if values.setdefault(plain(value), group) != group:
            raise InputError(
                f"'{value}' is of group '{group}' here and of '{values[plain(value)]}' above",
                file=path, row=row, mend="Give each value one group.",
            )  # fmt: skip
        if labels.setdefault(group, label(nl, en)) != label(nl, en):
            raise InputError(f"group '{group}' has other labels than above", file=path, row=row, mend="Give it one.")
    scheme = Scheme(own.code, label(own.title.nl, own.title.en), tuple(labels), MappingProxyType(labels))
    return scheme, _known_words(scheme) | values


def _known_words(scheme: Scheme) -> dict[str, str]:
    known = {plain(word): group for group in scheme.groups for word in SPELLINGS.get(group, ())}
    known |= {plain(scheme.labels[group][language]): group for group in scheme.groups for language in ("nl", "en")}
    return known | {plain(group): group for group in scheme.groups}


# Groups of cells -----------------------------------------------------------------------------------------------------


def group_cells(cells: Cells, rows: RowSettings, groupings: Groupings, findings: Findings) -> list[Grouped]:
    """The cells by every scheme that their columns allow. Tells which values are not known."""
    made = []
    if rows.scheme is not None and "group" in cells.columns:
        made += _by_group(cells, rows.scheme, groupings, findings)
    if NATIONALITY in cells.columns:
        made.append(_by_nationality(cells, groupings, findings))
    if "origin" in cells.columns or "born" in cells.columns:
        made += _by_country(cells, groupings, findings)
    if rows.schemes is None:
        return made
    if missing := sorted(set(rows.schemes) - {grouped.scheme for grouped in made}):
        findings.problem(
            SettingsError(
                f"schemes asks for '{missing[0]}', which cannot be told from the columns of {cells.path.name}."
                + suggestion(missing[0], [grouped.scheme for grouped in made])
            )
        )
    return [grouped for grouped in made if grouped.scheme in rows.schemes]


def _by_group(cells: Cells, code: str, groupings: Groupings, findings: Findings) -> list[Grouped]:
    if code not in groupings.schemes:
        findings.problem(
            SettingsError(
                f"{cells.path.name}: there is no scheme '{code}'." + suggestion(code, list(groupings.schemes))
            )
        )
        return []
    known, words = groupings.values[code], cells.columns["group"]
    groups = (*groupings.schemes[code].groups, UNKNOWN)
    found = [known.get(plain(value), UNKNOWN) for value in words.values]
    near = list(groupings.schemes[code].groups)
    unmatched = [value for value, group in zip(words.values, found, strict=True) if group == UNKNOWN]
    _tell_unknown(
        cells, "group", unmatched, groupings, findings,
        near=lambda value: difflib.get_close_matches(value, near, n=3) or near[:8],
        mend=f"Add it to the scheme '{code}', or",
    )  # fmt: skip
    index = np.array([groups.index(group) for group in found], dtype=np.intp)
    return [Grouped(code, groups, index[words.codes])]


def _by_nationality(cells: Cells, groupings: Groupings, findings: Findings) -> Grouped:
    words = cells.columns[NATIONALITY]
    found, unmatched = [], []
    for value in words.values:
        country = _country(value, groupings)
        if country is None and not is_stateless(value):
            unmatched.append(value)
        found.append(country.code.lower() if country else STATELESS if is_stateless(value) else UNKNOWN)
    _tell_unknown_country(cells, NATIONALITY, unmatched, groupings, findings)
    groups = tuple(dict.fromkeys(found))
    index = np.array([groups.index(group) for group in found], dtype=np.intp)
    return Grouped(NATIONALITY, groups, index[words.codes])


def _nationality(groups: set[str]) -> Scheme:
    """Every nationality a group; the Dutch first, the unknown last."""
    name = {country.code.lower(): country.name for country in countries()}
    name |= {STATELESS: label("staatloos", "stateless"), UNKNOWN: GROUP_LABELS[UNKNOWN]}
    ordered = sorted(groups, key=lambda group: (group != "nl", group in (STATELESS, UNKNOWN), group))
    return Scheme(
        NATIONALITY, label("nationaliteit", "nationality"), tuple(ordered),
        MappingProxyType({group: name[group] for group in ordered}),
    )  # fmt: skip


NOBODY_KNOWS = -1
NETHERLANDS = [country.code for country in countries()].index("NL")


def _by_country(cells: Cells, groupings: Groupings, findings: Findings) -> list[Grouped]:
    """By country of origin, given or derived from the countries of birth, in the schemes of CBS."""
    country = {
        name: _country_codes(cells, name, groupings, findings)
        for name in ("origin", "born", "mother", "father")
        if name in cells.columns
    }
    if "origin" in country:
        before = since = country["origin"]
    else:
        before = origin_before_2022(country["born"], country["mother"], country["father"])
        since = origin_since_2022(country["born"], country["mother"], country["father"])
    made = [
        _in_scheme(WESTERN, before, [one.western for one in countries()]),
        _in_scheme(WESTERN_COUNTRIES, before, [one.western_countries for one in countries()]),
        _in_scheme(ORIGIN, since, [one.origin for one in countries()]),
    ]
    if "born" in country:
        made.append(_by_birth(since, country["born"]))
    return made


def origin_before_2022(born: Codes, mother: Codes, father: Codes) -> Codes:
    """Country of origin as CBS derived it until 2022. [person], countries by number; -1 is unknown.

    Dutch when both parents were born in the Netherlands. Else the own country of birth when that is abroad, else the
    mother's, else the father's. CBS, "Personen met een migratieachtergrond".
    """
    both_dutch = (mother == NETHERLANDS) & (father == NETHERLANDS)
    return np.where(both_dutch, NETHERLANDS, origin_since_2022(born, mother, father))


def origin_since_2022(born: Codes, mother: Codes, father: Codes) -> Codes:
    """Country of origin as CBS derives it since 2022. [person], countries by number; -1 is unknown.

    The own country of birth when that is abroad. Else the mother's; or the father's, when hers is the Netherlands or
    unknown. CBS, "Herkomstland". Whoever was born in an unknown country has an unknown origin.
    """
    father = np.where(father == NOBODY_KNOWS, mother, father)
    of_parents = np.where((mother == NETHERLANDS) | (mother == NOBODY_KNOWS), father, mother)
    return np.where(born == NETHERLANDS, of_parents, born)


def _in_scheme(scheme: Scheme, codes: Codes, group_of: Sequence[str]) -> Grouped:
    groups = (*scheme.groups, UNKNOWN)
    index = np.array([*(groups.index(group) for group in group_of), len(groups) - 1], dtype=np.intp)
    return Grouped(scheme.code, groups, index[codes])


def _by_birth(origin: Codes, born: Codes) -> Grouped:
    """By origin, and born in the Netherlands or not. Unknown where either is; whoever is of Dutch origin is Dutch."""
    by_origin = _in_scheme(ORIGIN, origin, [country.origin for country in countries()])
    groups = (*ORIGIN_BIRTH.groups, UNKNOWN)
    here = np.where(born == NOBODY_KNOWS, 2, np.where(born == NETHERLANDS, 0, 1))
    table = [
        ["nl", "nl", "nl"],
        ["europe_born_nl", "europe_born_abroad", UNKNOWN],
        ["outside_europe_born_nl", "outside_europe_born_abroad", UNKNOWN],
        [UNKNOWN, UNKNOWN, UNKNOWN],
    ]
    index = np.array([[groups.index(group) for group in row] for row in table], dtype=np.intp)
    return Grouped(ORIGIN_BIRTH.code, groups, index[by_origin.codes, here])


def _country_codes(cells: Cells, column: str, groupings: Groupings, findings: Findings) -> Codes:
    """[cell], number of the country in `countries()`; -1 where it is not known."""
    number = {country.code: number for number, country in enumerate(countries())}
    words = cells.columns[column]
    found = [_country(value, groupings) for value in words.values]
    unmatched = [value for value, country in zip(words.values, found, strict=True) if country is None]
    if column in ("origin", "born"):
        _tell_unknown_country(cells, column, unmatched, groupings, findings)
    else:
        _tell_unknown_country(cells, column, [v for v in unmatched if not is_missing(v)], groupings, findings)
    index = np.array([number[country.code] if country else NOBODY_KNOWS for country in found], dtype=np.intp)
    return index[words.codes]


def _country(value: str, groupings: Groupings) -> Country | None:
    return groupings.spellings[plain(value)] if plain(value) in groupings.spellings else find_country(value)


def _tell_unknown_country(
    cells: Cells, column: str, unmatched: Sequence[str], groupings: Groupings, findings: Findings
) -> None:
    meant = [value for value in unmatched if groupings.spellings.get(plain(value), value) is not None]
    _tell_unknown(
        cells, column, meant, groupings, findings,
        near=near_countries, mend="Say in [countries] which country is meant, or",
    )  # fmt: skip


def _tell_unknown(
    cells: Cells,
    column: str,
    values: Sequence[str],
    groupings: Groupings,
    findings: Findings,
    *,
    near: Callable[[str], Sequence[str]],
    mend: str,
) -> None:
    """One problem for all values of a column that are not known; a note where they may be a group of their own."""
    words = cells.columns[column]
    at = np.flatnonzero(np.isin(words.codes, [words.values.index(value) for value in values]))
    if not len(at):
        return
    people, header = int(cells.people[at].sum()), cells.headers.get(column, column)
    if groupings.unknown_is_a_group:
        findings.note(
            Note(
                "unknown_group",
                *sentences(
                    "Van {people} personen in {file} is '{header}' niet bekend: zij zijn groep 'onbekend'.",
                    "Of {people} persons in {file} '{header}' is not known: they are group 'unknown'.",
                    people=People(people),
                    file=cells.path.name,
                    header=header,
                ),
                people,
            )
        )
        return
    first = at[np.argmin(cells.rows[at])]
    value, alike = words[first], near(words[first]) if words[first] else ()
    others = f"; {len(values) - 1} more such values" if len(values) > 1 else ""
    findings.problem(
        InputError(
            (f"'{value}' is not known" if value else "there is nothing here") + f" ({people:,} persons{others})",
            file=cells.path,
            row=int(cells.rows[first]),
            column=header,
            mend=(f"Did you mean {' or '.join(alike)}? " if alike else "")
            + f'{mend} count them as unknown: unknown = "group".',
        )
    )
