"""What a researcher of an invented city is given: a survey, institutions and indicators, drawn from its residents."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.sources.invented.lives import NONE, Lives
from wijkspiegel.sources.invented.model import GROUPS, SCHEME, YEARS
from wijkspiegel.sources.invented.places import Places

RESPONDENTS = 1_000
CLUSTERS_PER_STRATUM = 3
REFUSES = {
    "belonging": 0.04,
    "trust": 0.06,
    "loneliness": 0.09,
    "paid_work": 0.03,
    "mixed_school": 0.05,
    "work_role": 0.05,
}
"""Item non-response: the share of respondents who leave an answer empty."""

LENGTHS_OF_STAY = ("", "under_2", "from_2_to_4", "over_4")
"""The answer of who lived in the home at so many reference dates, which are two years apart."""

# Institution -> part: people per 1,000 adults (at least 20), and the odds of those of Dutch origin against the others.
INSTITUTIONS = {
    "town_hall": {"management": (0.5, 4.0), "policy": (2.0, 2.2), "desk_and_enforcement": (2.0, 0.9)},
    "secondary_schools": {"teachers": (3.0, 1.9)},
    "theatre": {"audience": (4.0, 2.6)},
    "library": {"members": (8.0, 0.9)},
}

# Indicator, title, mean, spread, higher is better, made from who lives there, source.
INDICATORS = (
    ("volunteering", "Vrijwilligers / volunteers (%)", 34.0, 5.0, True, False, "invented survey of residents"),
    ("feels_at_home", "Voelt zich thuis / feels at home (%)", 71.0, 6.0, True, False, "invented survey of residents"),
    (
        "nuisance",
        "Overlastmeldingen / nuisance reports (per 1,000)",
        22.0,
        7.0,
        False,
        False,
        "invented register of reports",
    ),
    ("green", "Openbaar groen / public green (m2 per home)", 60.0, 20.0, True, False, "invented map"),
    (
        "liveability_index",
        "Leefbaarheidsindex / liveability index",
        4.0,
        0.2,
        True,
        True,
        "invented model, with origin among its inputs",
    ),
)


def sample(lives: Lives, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows of the respondents and their weights: in each wijk a few buurten, in each of those a few adults.

    The weight is the number of adults that a respondent stands for: one over the chance to be drawn.
    """
    adult = np.flatnonzero(lives.adult)
    strata = np.unique(lives.wijk[adult])
    rows, weights = [], []
    for stratum in strata:
        members = adult[lives.wijk[adult] == stratum]
        buurten = np.unique(lives.buurt[members])
        clusters = rng.choice(buurten, min(CLUSTERS_PER_STRATUM, len(buurten)), replace=False)
        wanted = max(1, round(RESPONDENTS / len(strata) / len(clusters)))
        for cluster in np.sort(clusters):
            there = members[lives.buurt[members] == cluster]
            asked = rng.choice(there, min(wanted, len(there)), replace=False)
            rows.append(asked)
            weights.append(np.full(len(asked), len(buurten) / len(clusters) * len(there) / len(asked)))
    return np.concatenate(rows), np.concatenate(weights)


def survey_table(
    lives: Lives, places: Places, rows: NDArray[np.int64], weights: NDArray[np.float64], rng: np.random.Generator
) -> pa.Table:
    """One row per respondent; the codes of the answers stand in the README of the city."""
    friends = friends_by_group(lives)[rows]
    has_pupil = np.isin(lives.household, lives.household[lives.memberships["school"] != NONE])[rows]
    paid = lives.memberships["work"][rows] != NONE
    outcomes = _outcomes(lives.connector[rows], rng)
    answers = {
        "mixed_school": np.where(has_pupil, np.where(lives.school[rows], 1, 2), 3),
        "work_role": np.where(paid, np.where(lives.work[rows], 1, 2), 3),
        "paid_work": np.where(paid, 1, 2),
        **outcomes,
    }
    buurten, wijken = (np.array(places.areas[level].codes) for level in ("buurt", "wijk"))
    return pa.table(
        {
            "respondent": np.arange(1, len(rows) + 1),
            "area": buurten[lives.buurt[rows]],
            "stratum": wijken[lives.wijk[rows]],
            "cluster": buurten[lives.buurt[rows]],
            "weight": np.round(weights, 4),
            "group": np.array(SCHEME.groups)[lives.group[rows]],
            "age": lives.age[rows],
            "length_of_stay": np.array(LENGTHS_OF_STAY)[lives.dates_here[rows]],
            **{f"friends_{group}": friends[:, column] for column, group in enumerate(SCHEME.groups)},
            **{name: _with_gaps(answer, REFUSES[name], rng) for name, answer in answers.items()},
        }
    )


def friends_by_group(lives: Lives) -> NDArray[np.int64]:
    """[resident, group], number of friends."""
    person, contact = lives.ties["friends"]
    cells = np.bincount(person * GROUPS + lives.group[contact], minlength=len(lives.person) * GROUPS)
    return cells.reshape(-1, GROUPS)


def _outcomes(connector: NDArray[np.bool_], rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    """Belonging 1-5, trust 0-10, loneliness 0-11. Connectors differ a little; nothing else does."""
    size = len(connector)
    drawn = {
        "belonging": np.clip(rng.normal(3.5 + 0.2 * connector, 0.9, size), 1, 5),
        "trust": np.clip(rng.normal(6.0 + 0.5 * connector, 2.0, size), 0, 10),
        "loneliness": np.clip(rng.normal(3.2 - 0.4 * connector, 2.6, size), 0, 11),
    }
    return {name: np.rint(values).astype(np.int64) for name, values in drawn.items()}


def _with_gaps(answer: NDArray[np.int64], refuses: float, rng: np.random.Generator) -> pa.Array:
    return pa.array(answer, mask=rng.random(len(answer)) < refuses)


def institution_tables(lives: Lives, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Institution -> part, year, group, people. They serve the whole gemeente."""
    adults = np.bincount(lives.group[lives.adult], minlength=GROUPS)
    is_dutch = np.arange(GROUPS) == SCHEME.index("nl")
    tables = {}
    for institution, parts in INSTITUTIONS.items():
        people = []
        for per_thousand, odds in parts.values():
            chance = adults * np.where(is_dutch, odds, 1.0)
            size = max(20, round(per_thousand * adults.sum() / 1_000))
            people.append(rng.multinomial(size, chance / chance.sum()))
        tables[institution] = pa.table(
            {
                "part": np.repeat(list(parts), GROUPS),
                "year": np.full(len(parts) * GROUPS, YEARS[-1]),
                "group": np.tile(SCHEME.groups, len(parts)),
                "people": np.concatenate(people),
            }
        )
    return tables


def indicators_table(places: Places, residents: NDArray[np.float64], rng: np.random.Generator) -> pa.Table:
    """One row for each wijk and indicator. residents : [wijk, group], of which one indicator is made."""
    wijken = places.areas["wijk"].codes
    people = residents.sum(axis=1)
    dutch = np.divide(residents[:, SCHEME.index("nl")], people, out=np.zeros(len(wijken)), where=people > 0)
    tables = []
    for code, title, mean, spread, higher_is_better, uses_composition, source in INDICATORS:
        value = rng.normal(mean, spread, len(wijken)) + (uses_composition * 2 * spread * (dutch - 0.5))
        tables.append(
            pa.table(
                {
                    "area": wijken,
                    "indicator": [code] * len(wijken),
                    "title": [title] * len(wijken),
                    "year": [YEARS[-1]] * len(wijken),
                    "value": np.round(np.maximum(value, 0), 2),
                    "higher_is_better": [higher_is_better] * len(wijken),
                    "source": [source] * len(wijken),
                    "uses_composition": [uses_composition] * len(wijken),
                }
            )
        )
    return pa.concat_tables(tables)
