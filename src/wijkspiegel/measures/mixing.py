"""The distribution of a hidden share, from a few draws of each person: how many people have at least this share?

Somebody with k contacts, x of them of another group, has a hidden chance pi of x/k or so: with five friends nobody's
share is known. What can be known is how pi is spread over people, up to a point. Four answers, from naive to honest:

naive       : the share of people whose own x/k qualifies. Biased, the more so the fewer contacts.
estimate    : of the mixing distribution that explains the counts best (Kiefer & Wolfowitz 1956), with the weight of one
              person spread evenly over the grid, which makes it unique and steadies it.
bounds      : the least and the most of all distributions that give the fitted counts (D'Haultfoeuille & Rathelot 2017):
              what more respondents would never tell.
interval    : the least and the most of all distributions whose likelihood is near the greatest: bounds and sampling
              together (the profile likelihood of a share; Owen 1988).

Estimate and interval are one computation: a concave function of the weights of a grid, with a logarithmic barrier, by
Newton's method (Boyd & Vandenberghe 2004, chapter 11).
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import gammaln
from scipy.stats import chi2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRID = 101
"""Points of the hidden share, 0 to 1."""

EXACT = 50
STEP = 1.1
"""Above EXACT contacts their number is rounded to a power of STEP: the noise of a draw changes by a twentieth."""

CONFIDENCE = 0.95
DROP = float(chi2.ppf(CONFIDENCE, 1) / 2)
"""How much less than the greatest the log-likelihood of one person each may be, in all."""


@dataclass(frozen=True)
class Answers:
    """What people told, gathered: `people[r]` of them, of bin `bins[r]`, have `outside[r]` of `contacts[r]` outside.

    people : [row], weighted, > 0. contacts, outside : [row], whole, contacts >= 1. bins : [row], from 0; people whose
    reference is alike.
    """

    people: Floats
    contacts: Ints
    outside: Ints
    bins: Ints


@dataclass(frozen=True)
class Fit:
    """The mixing distribution of every bin.

    weights : [bin * grid], adding up to the share of people in the bin. likelihood : [row, bin * grid]. greatest : the
    log-likelihood of the best distribution. rows : [row], people.
    """

    weights: Floats
    likelihood: Floats
    rows: Floats
    greatest: float
    block: Ints


def gather(contacts: Ints, outside: Ints, people: Floats, bins: Ints) -> Answers:
    """Persons with the same answer and bin, together. Persons without contacts are left out.

    contacts, outside, bins : [person]. people : [person], weights.
    """
    some = (contacts > 0) & (people > 0)
    contacts, outside, people, bins = contacts[some], outside[some], people[some], bins[some]
    many = contacts > EXACT
    rounded = np.where(many, np.rint(STEP ** np.rint(np.log(np.maximum(contacts, 1)) / np.log(STEP))), contacts)
    outside = np.where(many, np.rint(outside * rounded / np.maximum(contacts, 1)), outside)
    keys = np.stack([bins, rounded.astype(np.int64), outside.astype(np.int64)], axis=1)
    rows, of_row = np.unique(keys, axis=0, return_inverse=True)
    number, k, x = rows.T if len(rows) else np.zeros((3, 0), dtype=np.int64)
    counted = np.bincount(of_row.ravel(), people, minlength=len(rows)).astype(np.float64)
    return Answers(counted, k, x, number)


def grid(points: int = GRID) -> Floats:
    return np.linspace(0.0, 1.0, points)


def binomial(contacts: Ints, outside: Ints, shares: Floats) -> Floats:
    """[row, share], chance of `outside` of `contacts` when each is outside with chance `share`."""
    k, x = contacts[:, None].astype(float), outside[:, None].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.where(x > 0, x * np.log(shares), 0.0) + np.where(k > x, (k - x) * np.log1p(-shares), 0.0)
    chance: Floats = np.exp(gammaln(k + 1) - gammaln(x + 1) - gammaln(k - x + 1) + log)
    return chance


def fit(answers: Answers, points: int = GRID) -> Fit:
    """The mixing distribution of each bin. Raises ValueError where nobody answered."""
    if not len(answers.people):
        raise ValueError("nobody has any contact")
    bins = int(answers.bins.max()) + 1
    block = np.repeat(np.arange(bins), points)
    chances = binomial(answers.contacts, answers.outside, grid(points))
    likelihood = np.zeros((len(chances), bins * points))
    for number in range(bins):
        of_bin = answers.bins == number
        likelihood[np.ix_(of_bin, block == number)] = chances[of_bin]
    return fit_likelihood(likelihood, answers.people, block, _share_of_bins(answers, bins))


def _share_of_bins(answers: Answers, bins: int) -> Floats:
    shares: Floats = np.bincount(answers.bins, answers.people, minlength=bins) / answers.people.sum()
    return shares


def fit_likelihood(likelihood: Floats, people: Floats, block: Ints, mass: Floats) -> Fit:
    """The mixing distribution over any support: likelihood[r, j] is the chance of row r for somebody at point j.

    block : [point], which points share one distribution; mass : [block], how much of all people that is.
    """
    size = np.bincount(block).astype(float)
    start = mass[block] / size[block]
    likelihood = np.ascontiguousarray(likelihood)
    prior = mass[block] / size[block]
    weights = _fitted(likelihood, people, prior, block, start, len(mass))
    sharper = weights
    for shrink in (1e-1, 1e-2, 1e-3):
        sharper = _fitted(likelihood, people, prior * shrink, block, sharper, len(mass))
    return Fit(weights, likelihood, people, _log_likelihood(likelihood, people, sharper), block)


@numba.njit(cache=True)
def _log_likelihood(likelihood: Floats, people: Floats, weights: Floats) -> float:
    return float((people * np.log(likelihood @ weights)).sum())


@numba.njit(cache=True)
def _direction(factor: Floats, diagonal: Floats, slope: Floats, scale: Floats, block: Ints, blocks: int) -> Floats:
    """d that solves (F'F + diag) d = slope - E'nu with sum of scale * d = 0 in each block: a Newton step, in units of
    the weights themselves. Where F has few rows, what is inverted is that small (Woodbury).
    """
    rows = factor.shape[0]
    points = len(diagonal)
    right = np.zeros((points, blocks + 1))
    right[:, 0] = slope
    for j in range(points):
        right[j, block[j] + 1] = scale[j]
    if rows < points:
        shrunk = factor / diagonal
        solved = np.divide(right, diagonal.reshape(-1, 1))
        solved = solved - shrunk.T @ np.linalg.solve(np.eye(rows) + factor @ shrunk.T, factor @ solved)
    else:
        solved = np.linalg.solve(factor.T @ factor + np.diag(diagonal), right)
    crossed = np.zeros((blocks, blocks + 1))
    for j in range(points):
        crossed[block[j], :] += scale[j] * solved[j, :]
    multipliers = np.linalg.solve(np.ascontiguousarray(crossed[:, 1:]), np.ascontiguousarray(crossed[:, 0]))
    return solved[:, 0] - np.ascontiguousarray(solved[:, 1:]) @ multipliers


@numba.njit(cache=True)
def _fitted(likelihood: Floats, people: Floats, prior: Floats, block: Ints, start: Floats, blocks: int) -> Floats:
    """Weights with the greatest sum of people * log(likelihood @ weights) + prior * log(weights)."""
    weights = start.copy()
    for _ in range(200):
        chance = likelihood @ weights
        slope = (likelihood.T @ (people / chance)) * weights + prior
        factor = np.sqrt(people).reshape(-1, 1) / chance.reshape(-1, 1) * likelihood * weights
        step = _direction(factor, prior, slope, weights, block, blocks)
        gain = (slope * step).sum()
        if gain < 1e-9:
            break
        length = min(1.0, 0.95 / max(-step.min(), 1e-12))
        now = (people * np.log(chance)).sum() + (prior * np.log(weights)).sum()
        while length > 1e-10:
            tried = weights * (1 + length * step)
            value = (people * np.log(likelihood @ tried)).sum() + (prior * np.log(tried)).sum()
            if value >= now + 0.1 * length * gain:
                break
            length *= 0.5
        else:
            break
        weights = weights * (1 + length * step)
    return weights


@numba.njit(cache=True)
def _extreme(
    likelihood: Floats, people: Floats, least: float, aim: Floats, block: Ints, start: Floats, blocks: int
) -> Floats:
    """Weights near the most of aim @ weights, of all whose log-likelihood is at least `least`; start must be inside."""
    weights = start.copy()
    points = len(weights)
    pull = 1.0
    while pull < points * 1e4:
        for _ in range(50):
            chance = likelihood @ weights
            room = (people * np.log(chance)).sum() - least
            rise = (likelihood.T @ (people / chance)) * weights
            slope = pull * aim * weights + rise / room + 1.0
            factor = np.empty((len(people) + 1, points))
            factor[:-1] = np.sqrt(people / room).reshape(-1, 1) / chance.reshape(-1, 1) * likelihood * weights
            factor[-1] = rise / room
            step = _direction(factor, np.ones(points), slope, weights, block, blocks)
            gain = (slope * step).sum()
            if gain < 1e-3:
                break
            length = min(1.0, 0.95 / max(-step.min(), 1e-12))
            now = pull * (aim * weights).sum() + np.log(room) + np.log(weights).sum()
            while length > 1e-8:
                tried = weights * (1 + length * step)
                inside = (people * np.log(likelihood @ tried)).sum() - least
                if inside > 0:
                    value = pull * (aim * tried).sum() + np.log(inside) + np.log(tried).sum()
                    if value >= now + 0.1 * length * gain:
                        break
                length *= 0.5
            else:
                break
            weights = weights * (1 + length * step)
        pull *= 8.0
    return weights


def naive(answers: Answers, aim: Floats, points: int = GRID) -> float:
    """The share of people who qualify when the hidden share is taken to be x/k. aim as in `interval`."""
    nearest = np.rint(answers.outside / answers.contacts * (points - 1)).astype(np.int64)
    return float((answers.people * aim[answers.bins * points + nearest]).sum() / answers.people.sum())


def bounds(fitted: Fit, aim: Floats) -> tuple[float, float]:
    """The least and the most of aim @ weights of all distributions that give the fitted counts: a linear programme."""
    blocks = int(fitted.block.max()) + 1
    mass = np.eye(blocks)[:, fitted.block]
    equal = np.vstack([fitted.likelihood, mass])
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * aim, A_eq=equal, b_eq=equal @ fitted.weights, method="highs")
        ends.append(float(aim @ (found.x if found.status == 0 else fitted.weights)))
    return min(max(ends[0], 0.0), 1.0), min(max(ends[1], 0.0), 1.0)


def interval(fitted: Fit, aim: Floats, design_effect: float = 1.0) -> tuple[float, float]:
    """The least and the most of aim @ weights of all distributions with a likelihood near the greatest.

    aim : [point], in [0, 1]: whether, or how far, somebody at this point counts. design_effect : by how much the sample
    tells less than as many people drawn by lot.
    """
    people = fitted.rows / design_effect
    greatest = fitted.greatest / design_effect
    ends = []
    for sign in (-1.0, 1.0):
        weights = _extreme(
            fitted.likelihood, people, greatest - DROP, sign * aim, fitted.block, _inside(fitted, people, greatest),
            int(fitted.block.max()) + 1,
        )  # fmt: skip
        ends.append(float(aim @ weights))
    return min(max(ends[0], 0.0), 1.0), min(max(ends[1], 0.0), 1.0)


def _inside(fitted: Fit, people: Floats, greatest: float) -> Floats:
    """Weights with room for the likelihood to fall: the estimate, or nearer to the best where that has too little."""
    weights, prior = fitted.weights, fitted.weights * 0 + 1.0 / len(fitted.weights)
    for shrink in (1.0, 1e-1, 1e-2, 1e-3, 1e-4):
        if _log_likelihood(fitted.likelihood, people, weights) > greatest - 0.75 * DROP:
            break
        weights = _fitted(fitted.likelihood, people, prior * shrink, fitted.block, weights, int(fitted.block.max()) + 1)
    return weights
