"""The residents of one gemeente of an invented country, over the years: who lives where, and who they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.schemes import ORIGIN, WESTERN_COUNTRIES
from wijkspiegel.sources.countries import countries
from wijkspiegel.sources.invented import words
from wijkspiegel.sources.invented.model import GROUPS, STAY, YEARS, Law, drawn
from wijkspiegel.sources.invented.places import Places

Whole = NDArray[np.int64]

HOUSEHOLD_SIZES = np.array([0.38, 0.33, 0.12, 0.12, 0.05])
MIXED_HOME = 0.12
"""Share of residents who form a household without regard to group."""

MOVES_WITHIN = 0.6
"""Share of those who leave a home and find another in the same gemeente, where there is one."""

BUILT_LATE = 0.6
"""Share of the homes of a growing buurt that were built between the reference dates."""

ADULT = 18
AGE_BANDS = ((0, "0-14"), (15, "15-24"), (25, "25-44"), (45, "45-64"), (65, "65+"))
NOBODY = -1

# Per group of the scheme: born abroad, and the share of those and of the others who are Dutch nationals.
BORN_ABROAD = np.array([0.02, 0.55, 0.42, 0.60, 0.50, 0.42, 0.65])
DUTCH_BORN_ABROAD = np.array([1.0, 0.25, 0.80, 1.0, 0.95, 0.75, 0.50])
DUTCH_BORN_HERE = np.array([1.0, 0.85, 0.97, 1.0, 0.99, 0.95, 0.90])
OWN_LANGUAGE_BORN_ABROAD, OWN_LANGUAGE_BORN_HERE = 0.75, 0.25

COUNTRY_CODES = tuple(code for group in WESTERN_COUNTRIES.groups for code, _ in words.COUNTRIES[group])
COUNTRY_LANGUAGE = tuple(name for group in WESTERN_COUNTRIES.groups for _, name in words.COUNTRIES[group])
LANGUAGES = tuple(sorted(set(COUNTRY_LANGUAGE)))
_LANGUAGE_OF_COUNTRY = np.array([LANGUAGES.index(language) for language in COUNTRY_LANGUAGE])
_DUTCH, _DUTCH_NATIONAL = LANGUAGES.index("nl"), COUNTRY_CODES.index("NL")
_IS_DUTCH_NATIONAL = np.isin(COUNTRY_CODES, words.DUTCH_NATIONALS)
FIRST_COUNTRY = np.cumsum([0, *(len(words.COUNTRIES[group]) for group in WESTERN_COUNTRIES.groups)])
"""[group + 1], from which row of COUNTRY_CODES on the countries of each group stand."""

_ORIGIN = {country.code: country.origin for country in countries()}
ORIGIN_OF_COUNTRY = np.array([ORIGIN.index(_ORIGIN[code]) for code in COUNTRY_CODES])
"""[country], row of its group in the scheme of CBS from 2022."""

LARGEST_ID = 999_999_937
"""A prime just below a thousand million: multiplying modulo a prime shuffles without a collision."""


@dataclass(frozen=True)
class Residents:
    """Everyone who ever lived in a gemeente, and the homes they lived in.

    buurt, household : [home], row of the buurt; number of the household, unique in the country. A home is for one
        person: the members of a household have adjacent homes.
    occupant : [year, home], row of the person who lives there; NOBODY before it was built.
    The rest is per person: number (unique in the country), group, year of birth, born abroad, sex, and the row of
    country and nationality in COUNTRY_CODES, of language in LANGUAGES.
    """

    buurt: Whole
    household: Whole
    occupant: Whole
    person: Whole
    group: NDArray[np.int8]
    birth_year: NDArray[np.int16]
    born_abroad: NDArray[np.bool_]
    sex: NDArray[np.int8]
    country: NDArray[np.int16]
    nationality: NDArray[np.int16]
    language: NDArray[np.int16]


def country_shares() -> NDArray[np.float64]:
    """[country], share of each country of origin within its group: a long tail, 1 / rank^1.5."""
    shares = np.concatenate([1 / np.arange(1, n + 1) ** 1.5 for n in np.diff(FIRST_COUNTRY)])
    totals = np.add.reduceat(shares, FIRST_COUNTRY[:-1])
    within: NDArray[np.float64] = shares / np.repeat(totals, np.diff(FIRST_COUNTRY))
    return within


def settle(places: Places, law: Law, gemeente: int, shuffle: tuple[int, int], rng: np.random.Generator) -> Residents:
    """Let people live in a gemeente. shuffle : the two numbers by which ids are spread over nine digits."""
    rows = places.buurten_of(gemeente)
    before = int(places.homes[: rows.start].sum())
    buurt = np.repeat(np.arange(rows.start, rows.stop), places.homes[rows])
    household, is_child = _households(buurt, rng)
    built = np.where(places.growing[buurt], _built(household, rng), 0)

    occupant, group = _take_turns(law, buurt, household, is_child, built, rng=rng)
    first_home, first_year = _first_seen(occupant, len(group))
    number = 1 + (shuffle[0] * (len(YEARS) * before + np.arange(len(group))) + shuffle[1]) % LARGEST_ID
    return Residents(
        buurt,
        before + household,
        occupant,
        number,
        group,
        _birth_years(is_child[first_home], first_year, rng),
        *_descriptions(group, rng),
    )


def _households(buurt: Whole, rng: np.random.Generator) -> tuple[Whole, NDArray[np.bool_]]:
    """[home], the first home of its household; and whether it is a child's."""
    sizes = rng.choice(np.arange(1, 6), len(buurt), p=HOUSEHOLD_SIZES)
    drawn_household = np.repeat(np.arange(len(buurt)), sizes)[: len(buurt)]
    starts = (np.diff(drawn_household, prepend=-1) != 0) | (np.diff(buurt, prepend=-1) != 0)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(buurt)), 0))
    return first, np.arange(len(buurt)) - first >= 2


def _built(household: Whole, rng: np.random.Generator) -> Whole:
    """[home], the reference date by which its household's house was built."""
    year = np.where(rng.random(len(household)) < BUILT_LATE, rng.integers(1, len(YEARS), len(household)), 0)
    built: Whole = year[household]
    return built


def _take_turns(
    law: Law, buurt: Whole, household: Whole, is_child: NDArray[np.bool_], built: Whole, *, rng: np.random.Generator
) -> tuple[Whole, NDArray[np.int8]]:
    """[year, home] occupant, and [person] group: at each date some leave, others come, of whom some had a home here."""
    house_order = GROUPS * rng.random(len(buurt))[household]
    before = np.full(len(buurt), NOBODY, dtype=np.int64)
    group = np.zeros(0, dtype=np.int8)
    occupants = []
    for year in range(len(YEARS)):
        leaves = (before != NOBODY) & (rng.random(len(buurt)) >= STAY)
        like = house_order.copy()
        like[leaves] = group[before[leaves]] + rng.random(leaves.sum())
        opened = np.flatnonzero(leaves | (built == year))
        chance = np.where(leaves[opened, None], law.newcomers[year][buurt[opened]], law.residents[year][buurt[opened]])
        coming = _arranged(drawn(chance, rng), buurt[opened], like[opened], rng)

        leavers = before[leaves]
        found, home = _moves(2 * group[leavers] + is_child[leaves], 2 * coming + is_child[opened], rng)
        new = np.delete(np.arange(len(opened)), home)
        before = before.copy()
        before[opened[home]] = leavers[found]
        before[opened[new]] = len(group) + np.arange(len(new))
        group = np.concatenate([group, coming[new]])
        occupants.append(before)
    return np.array(occupants), group


def _arranged(
    groups: NDArray[np.int8], buurt: Whole, like: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int8]:
    """The groups of those who come to a buurt, put in its homes so that most households are of one group.

    The number of each group in the buurt does not change, so residents stay independent draws.
    like : [home], homes with nearby values get people of the same group.
    """
    at_random = rng.random(len(groups)) < MIXED_HOME
    wish = np.where(at_random, GROUPS, 1) * rng.random(len(groups)) + np.where(at_random, 0, groups)
    arranged = np.empty_like(groups)
    arranged[np.lexsort((like, buurt))] = groups[np.lexsort((wish, buurt))]
    return arranged


def _moves(leaving: NDArray[np.int8], wanted: NDArray[np.int8], rng: np.random.Generator) -> tuple[Whole, Whole]:
    """Pairs (who leaves, which home): a share of the leavers, each to a home meant for someone of the same kind."""
    pairs = []
    for kind in range(2 * GROUPS):
        out, into = rng.permutation(np.flatnonzero(leaving == kind)), rng.permutation(np.flatnonzero(wanted == kind))
        moves = int(MOVES_WITHIN * min(len(out), len(into)))
        pairs.append((out[:moves], into[:moves]))
    return np.concatenate([out for out, _ in pairs]), np.concatenate([into for _, into in pairs])


def _first_seen(occupant: Whole, people: int) -> tuple[Whole, Whole]:
    """[person], home and reference date at which each first lived somewhere."""
    home, seen = np.zeros(people, dtype=np.int64), np.zeros(people, dtype=np.int64)
    for year in reversed(range(len(YEARS))):
        lived = np.flatnonzero(occupant[year] != NOBODY)
        home[occupant[year, lived]], seen[occupant[year, lived]] = lived, year
    return home, seen


def _birth_years(child: NDArray[np.bool_], first_year: Whole, rng: np.random.Generator) -> NDArray[np.int16]:
    grown = ADULT + (72 * rng.beta(1.2, 1.8, len(child))).astype(np.int64)
    age = np.where(child, rng.integers(0, ADULT, len(child)), grown)
    age[child & (first_year > 0) & (rng.random(len(child)) < 0.5)] = 0
    born: NDArray[np.int16] = (np.array(YEARS)[first_year] - 1 - age).astype(np.int16)
    return born


def _descriptions(
    group: NDArray[np.int8], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.int8], NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]]:
    """[person], born abroad, sex, country, nationality and language, given the group only."""
    size = len(group)
    abroad = rng.random(size) < BORN_ABROAD[group]
    sex = rng.integers(0, 2, size, dtype=np.int8)
    upto = np.cumsum(country_shares())  # group g runs from g to g + 1
    country = np.searchsorted(upto, group + rng.random(size) * (1 - 1e-9), side="right")
    country = np.clip(country, FIRST_COUNTRY[group], FIRST_COUNTRY[group + 1] - 1)
    dutch = rng.random(size) < np.where(abroad, DUTCH_BORN_ABROAD[group], DUTCH_BORN_HERE[group])
    nationality = np.where(dutch | _IS_DUTCH_NATIONAL[country], _DUTCH_NATIONAL, country)
    own = rng.random(size) < np.where(abroad, OWN_LANGUAGE_BORN_ABROAD, OWN_LANGUAGE_BORN_HERE)
    language = np.where(own, _LANGUAGE_OF_COUNTRY[country], _DUTCH)
    return abroad, sex, country.astype(np.int16), nationality.astype(np.int16), language.astype(np.int16)
