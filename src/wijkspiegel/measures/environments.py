"""An index of environments of one size, what is left of it beyond chance, and how sure we are of that.

The same as `uncertainty`, with people who are counted in the environments of many areas. n_bg is multinomial within
each area b; the share of an environment is q_ag = sum_b w_ab n_bg / e_a, with e_a its people; so an index of q is one
of n, and its gradient follows from the gradient of the plain index.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from wijkspiegel.measures.segregation import SEGREGATION, Counts, Values, area_shares, group_shares, interaction
from wijkspiegel.measures.spatial import Weights, blend
from wijkspiegel.measures.uncertainty import GRADIENT, MOST_BLUR, Z, rounding_variance, sampling_variance


@dataclass(frozen=True)
class AtScale:
    """An index of environments of one size: its value, and what is left of it beyond chance, with its 95 % interval."""

    value: float
    corrected: float
    lower: float
    upper: float


def spatial_relative_diversity(counts: Counts, blended: Counts) -> float:
    """R of environments: the share of the variance of group membership that lies between them, against the real whole.

    sum_ag t_a (q_ag - P_g)^2 / (T I), q being the shares of the environment. Reardon & O'Sullivan (2004), eq. 10.
    """
    people = counts.sum(axis=1)
    apart = (people[:, None] * (area_shares(blended) - group_shares(counts)) ** 2).sum()
    return float(apart / (people.sum() * interaction(counts)))


def expected_relative_diversity(counts: Counts, effective: Values) -> float:
    """Mean of the spatial R by chance, exactly: the variance of q_a is P(1 - P)(T / n_a - 1)/(T - 1) for an environment
    of n_a effective people, so it is the mean over people of (T / n_a - 1)/(T - 1).

    effective : [area], (sum of weights of people)^2 over the sum of their squares.
    """
    people = counts.sum(axis=1)
    everyone, known = people.sum(), effective > 0
    spread = (everyone / effective[known] - 1) / (everyone - 1)
    return float((people[known] * spread).sum() / everyone)


def effective_people(counts: Counts, weights: Weights) -> Values:
    """[area], people of each environment, fewer where they weigh unequally (Kish)."""
    people = counts.sum(axis=1)
    weighed, squared = weights @ people, weights.power(2) @ people
    effective: Values = np.divide(weighed**2, squared, out=np.zeros_like(people), where=squared > 0)
    return effective


def at_scale(name: str, counts: Counts, low: Counts, high: Counts, weights: Weights) -> AtScale:
    """An index of SEGREGATION of the environments; for relative_diversity the spatial R, against the real whole.

    counts, low, high : [area, group], people, every area inhabited, and the bounds that rounding leaves each count.
    The spatial R is freed of its exact chance level; another index is scaled by the part of R that remains (by its root
    where the index is not quadratic in differences), as in `uncertainty`.
    """
    blended = blend(counts, weights)
    rounding = rounding_variance(low, high)
    of_r = spatial_relative_diversity(counts, blended)
    value = of_r if name == "relative_diversity" else float(SEGREGATION[name](blended))
    power = 0.5 if name in ("dissimilarity", "gini") else 1.0
    chance, noise, freedom = _chance_of(counts, rounding, weights)
    if not of_r > 0 or chance >= 1:
        return AtScale(value, 0.0, 0.0, value)
    spread_of_r = Z * (chance + noise) * np.sqrt(2 / freedom * (1 + counts.size / counts.sum()))
    free, unrounded = (of_r - chance - noise) / (1 - chance), (of_r - chance) / (1 - chance)
    ends = (free, free - spread_of_r, max(free + spread_of_r, unrounded), unrounded)
    centre, down, up, corrected = (value * (min(max(end, 0.0), of_r) / of_r) ** power for end in ends)
    if noise > MOST_BLUR * chance:
        down, up = 0.0, max(up, value)
    slope = _slope(name, counts, blended, weights, value)
    drawn = centre / value * sampling_variance(slope, counts) if value > 0 else 0.0
    spread = Z * np.sqrt(drawn + (slope**2 * rounding).sum())
    lower, upper = centre - np.hypot(centre - down, spread), centre + np.hypot(up - centre, spread)
    return AtScale(value, corrected, float(max(min(lower, corrected), 0.0)), float(max(upper, corrected)))


def _chance_of(counts: Counts, rounding: Counts, weights: Weights) -> tuple[float, float, float]:
    """What chance adds to the spatial R, what rounding adds, and the degrees of freedom of both.

    With S_ab = w_ab sqrt(t_a t_b) / e_a, R of groups that are spread by chance is a sum of squares of S times
    independent deviations; tr(S'S)^2 / tr((S'S)^2) of them would vary as much (Satterthwaite 1946).
    """
    people = counts.sum(axis=1)
    around = sparse.diags_array(1 / (weights @ people)) @ weights
    spread = sparse.diags_array(np.sqrt(people)) @ around @ sparse.diags_array(np.sqrt(people))
    chance = expected_relative_diversity(counts, effective_people(counts, weights))
    of_rounding = people @ (around.power(2) @ rounding.sum(axis=1))
    noise = float(of_rounding / (people.sum() * interaction(counts)))
    trace, squared = spread.power(2).sum(), (spread.T @ spread).power(2).sum()
    groups = int((counts.sum(axis=0) > 0).sum())
    return chance, noise, float(trace**2 / squared * max(groups - 1, 1))


def _slope(name: str, counts: Counts, blended: Counts, weights: Weights, value: float) -> Counts:
    """[area, group], what one more person of a group instead of another in an area does to the index."""
    people = counts.sum(axis=1)
    around = weights.T @ sparse.diags_array(1 / (weights @ people))
    slope: Counts
    if name != "relative_diversity":
        slope = around @ (people[:, None] * GRADIENT[name](blended, np.asarray(value)))
        return slope
    whole, mixed, everyone = group_shares(counts), interaction(counts), people.sum()
    apart = people[:, None] * (area_shares(blended) - whole) / (everyone * mixed)
    slope = 2 * (around @ apart) + 2 * (value * whole / mixed - apart.sum(axis=0)) / everyone
    return slope
