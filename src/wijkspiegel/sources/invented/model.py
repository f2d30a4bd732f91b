"""The law by which groups are spread over an invented country: the truth that every estimate of it is judged by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.schemes import WESTERN_COUNTRIES
from wijkspiegel.sources.invented.places import Places

YEARS = (2020, 2022, 2024)
SCHEME = WESTERN_COUNTRIES
GROUPS = len(SCHEME.groups)

# In the order of the scheme: nl, western, morocco, antilles, suriname, turkey, other_non_western.
SHARE = np.array([0.66, 0.12, 0.045, 0.02, 0.04, 0.045, 0.07])
SHARE_OF_NEWCOMERS = np.array([0.50, 0.20, 0.04, 0.02, 0.03, 0.04, 0.17])
SPREAD = np.array([0.0, 0.85, 1.20, 1.15, 1.05, 1.25, 1.00])
"""Standard deviation over the country of the log odds of a group against nl; about 0.25 to 0.45 in dissimilarity."""

SPREAD_OF_NEWCOMERS = 0.9
"""Newcomers are spread more evenly: their log odds times this."""

COMMON = 0.5
"""Share of the variance that all groups have in common."""

OWN = 0.15
"""Share of the variance that stops at the border of the buurt."""

REACH = 2_000.0
"""Metres over which places are alike: correlation exp(-(d / reach)^2 / 2)."""

WAVES = 400

STAY = 0.82
"""Chance that a resident still lives in the same home at the next reference date."""

Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Law:
    """Chance, per reference date and buurt, that a resident is of a group; each resident is an independent draw.

    residents : [year, buurt, group]. newcomers : [year, buurt, group], who comes to live in a home that was left; not
    used for the first year. residents[t] = STAY residents[t - 1] + (1 - STAY) newcomers[t].
    """

    residents: Probabilities
    newcomers: Probabilities


def lay_down(places: Places, rng: np.random.Generator) -> Law:
    """A law with spatial correlation: per group a Gaussian random field of log odds, calibrated to its share."""
    log_odds = SPREAD * _fields(places, rng)
    first = _calibrated(log_odds, SHARE, places.homes)
    coming = _calibrated(SPREAD_OF_NEWCOMERS * log_odds, SHARE_OF_NEWCOMERS, places.homes)
    residents = [first]
    for _ in YEARS[1:]:
        residents.append(STAY * residents[-1] + (1 - STAY) * coming)
    return Law(np.array(residents), np.array([coming] * len(YEARS)))


def _fields(places: Places, rng: np.random.Generator) -> NDArray[np.float64]:
    """[buurt, group], Gaussian fields with mean 0 and variance 1 over the residents."""
    smooth = np.column_stack([_field(places.points, rng) for _ in range(GROUPS)])
    common = _field(places.points, rng)[:, None]
    own = rng.standard_normal(smooth.shape)
    fields = np.sqrt(COMMON) * common + np.sqrt(1 - COMMON - OWN) * smooth + np.sqrt(OWN) * own
    fields -= np.average(fields, axis=0, weights=places.homes)
    spread: NDArray[np.float64] = fields / np.sqrt(np.average(fields**2, axis=0, weights=places.homes))
    return spread


def _field(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """[point], a Gaussian random field with unit variance, as a sum of random waves (Rahimi & Recht 2007)."""
    frequency = rng.standard_normal((2, WAVES)) / REACH
    phase = rng.uniform(0, 2 * np.pi, WAVES)
    height = rng.standard_normal(WAVES)
    field: NDArray[np.float64] = np.cos(points @ frequency + phase) @ height * np.sqrt(2 / WAVES)
    return field


def _calibrated(log_odds: NDArray[np.float64], share: NDArray[np.float64], homes: NDArray[np.int64]) -> Probabilities:
    """[buurt, group] with these log odds, but for a constant per group such that residents have the given shares."""
    intercept = np.log(share)
    for _ in range(200):
        odds = np.exp(log_odds + intercept)
        probability: Probabilities = odds / odds.sum(axis=1, keepdims=True)
        intercept += np.log(share / np.average(probability, axis=0, weights=homes))
    return probability


def drawn(probability: Probabilities, rng: np.random.Generator) -> NDArray[np.int8]:
    """[row], for each row of [row, group] one group."""
    below = rng.random(len(probability))[:, None] >= np.cumsum(probability, axis=1)[:, :-1]
    groups: NDArray[np.int8] = below.sum(axis=1, dtype=np.int8)
    return groups
