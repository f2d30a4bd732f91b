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
from scipy import sparse
from scipy.optimize import linprog
from scipy.special import gammaln
from scipy.stats import chi2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRID = 51
"""Points of the hidden share, 0 to 1."""

PRECISION = 0.001
"""How near an end of an interval is to the true extreme."""

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
    """The mixing distribution of every part of the people.

    weights : [part, point], adding up to one over all. likelihood : [row, point], chance of the answer of a row for
    somebody at a point of its part. people : [row]. starts : [part + 1], where the rows of each part begin. block :
    [part], parts of one block together have a mass that is known; how it is spread over them is not.
    greatest : the log-likelihood of the best distribution.
    """

    weights: Floats
    likelihood: Floats
    people: Floats
    starts: Ints
    block: Ints
    greatest: float


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


def grid() -> Floats:
    return np.linspace(0.0, 1.0, GRID)


def binomial(contacts: Ints, outside: Ints, shares: Floats) -> Floats:
    """[row, share], chance of `outside` of `contacts` when each is outside with chance `share`."""
    k, x = contacts[:, None].astype(float), outside[:, None].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.where(x > 0, x * np.log(shares), 0.0) + np.where(k > x, (k - x) * np.log1p(-shares), 0.0)
    chance: Floats = np.exp(gammaln(k + 1) - gammaln(x + 1) - gammaln(k - x + 1) + log)
    return chance


def multinomial(counts: Floats, compositions: Floats) -> Floats:
    """[row, point], chance of the counts of a row when each contact is drawn from the composition of a point.

    counts : [row, group]. compositions : [point, group], > 0.
    """
    whole = counts.sum(axis=1)
    ways = gammaln(whole + 1) - gammaln(counts + 1).sum(axis=1)
    chance: Floats = np.exp(ways[:, None] + counts @ np.log(compositions).T)
    return np.maximum(chance, np.finfo(float).tiny)


def fit(answers: Answers) -> Fit:
    """The mixing distribution of each bin. Raises ValueError where nobody answered."""
    if not len(answers.people):
        raise ValueError("nobody has any contact")
    bins = np.arange(int(answers.bins.max()) + 1)
    chances = binomial(answers.contacts, answers.outside, grid())
    return fit_parts(chances, answers.people, answers.bins, bins)


def fit_parts(likelihood: Floats, people: Floats, part: Ints, block: Ints) -> Fit:
    """The mixing distribution of each part.

    likelihood, people : as in Fit. part : [row], in order. block : [part], from 0. A block has the mass of its people.
    """
    parts, points = len(block), likelihood.shape[1]
    starts = np.searchsorted(part, np.arange(parts + 1))
    mass = np.bincount(block[part], people, minlength=int(block.max()) + 1) / people.sum()
    prior = np.repeat(mass[block] / np.bincount(block)[block], points).reshape(parts, points) / points
    likelihood = np.ascontiguousarray(likelihood)
    weights = best = _fitted(likelihood, people, starts, prior, block, prior)
    for shrink in (1e-1, 1e-2, 1e-3):
        best = _fitted(likelihood, people, starts, prior * shrink, block, best)
    return Fit(weights, likelihood, people, starts, block, _log_likelihood(likelihood, people, starts, best))


def naive(answers: Answers, aim: Floats) -> float:
    """The share of people who qualify when the hidden share is taken to be x/k. aim as in `interval`."""
    nearest = np.rint(answers.outside / answers.contacts * (aim.shape[1] - 1)).astype(np.int64)
    return float((answers.people * aim[answers.bins, nearest]).sum() / answers.people.sum())


def estimate(fitted: Fit, aim: Floats) -> float:
    """The share of people who qualify. aim as in `interval`."""
    return float((aim * fitted.weights).sum())


def bounds(fitted: Fit, aim: Floats) -> tuple[float, float]:
    """The least and the most of all distributions that give the fitted counts: a linear programme.

    aim as in `interval`. Counts that only one distribution can give leave nothing between them.
    """
    parts, points = aim.shape
    row_part = np.repeat(np.arange(parts), np.diff(fitted.starts))
    columns = row_part[:, None] * points + np.arange(points)
    told = sparse.csr_array(
        (fitted.likelihood.ravel(), columns.ravel(), np.arange(len(row_part) + 1) * points),
        shape=(len(row_part), aim.size),
    )
    of_block = np.repeat(fitted.block, points)
    mass = sparse.csr_array((np.ones(aim.size), (of_block, np.arange(aim.size))))
    equal = sparse.vstack([told, mass]).tocsr()
    given = equal @ fitted.weights.ravel()
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * aim.ravel(), A_eq=equal, b_eq=given, method="highs")
        ends.append(float(aim.ravel() @ found.x) if found.status == 0 else estimate(fitted, aim))
    return min(max(ends[0], 0.0), 1.0), min(max(ends[1], 0.0), 1.0)


def interval(fitted: Fit, aim: Floats, design_effect: float = 1.0) -> tuple[float, float]:
    """The least and the most of all distributions with a likelihood near the greatest.

    aim : [part, point], in [0, 1]: which part of the people at this point counts. design_effect : how many people of
    this sample tell as much as one drawn by lot.
    """
    people = fitted.people / design_effect
    least = fitted.greatest / design_effect - DROP
    inside = _inside(fitted, people, least)
    ends = []
    for sign in (-1.0, 1.0):
        weights = _extreme(fitted.likelihood, people, fitted.starts, least, sign * aim, fitted.block, inside)
        ends.append(float((aim * weights).sum()))
    return min(max(ends[0], 0.0), 1.0), min(max(ends[1], 0.0), 1.0)


def _inside(fitted: Fit, people: Floats, least: float) -> Floats:
    """Weights with room for the likelihood to fall: the estimate, or nearer to the best where that has too little."""
    weights, prior = fitted.weights, np.full(fitted.weights.shape, 1.0 / fitted.weights.size)
    for shrink in (1.0, 1e-1, 1e-2, 1e-3, 1e-4):
        if _log_likelihood(fitted.likelihood, people, fitted.starts, weights) > least + 0.25 * DROP:
            break
        weights = _fitted(fitted.likelihood, people, fitted.starts, prior * shrink, fitted.block, weights)
    return weights


# Newton's method on the weights of all parts --------------------------------------------------------------------------


@numba.njit(cache=True)
def _chances(likelihood: Floats, starts: Ints, weights: Floats) -> Floats:
    """[row], chance of each answer."""
    found = np.empty(len(likelihood))
    for part in range(len(weights)):
        rows = slice(starts[part], starts[part + 1])
        found[rows] = likelihood[rows] @ weights[part]
    return found


@numba.njit(cache=True)
def _log_likelihood(likelihood: Floats, people: Floats, starts: Ints, weights: Floats) -> float:
    return float((people * np.log(_chances(likelihood, starts, weights))).sum())


@numba.njit(cache=True)
def _rise(likelihood: Floats, people: Floats, starts: Ints, weights: Floats, chances: Floats) -> Floats:
    """[part, point], slope of the log-likelihood in units of the weights themselves."""
    slope = np.empty(weights.shape)
    for part in range(len(weights)):
        rows = slice(starts[part], starts[part + 1])
        slope[part] = (likelihood[rows].T @ (people[rows] / chances[rows])) * weights[part]
    return slope


@numba.njit(cache=True)
def _direction(
    likelihood: Floats, curve: Floats, starts: Ints, diagonal: Floats, dense: Floats, slope: Floats, weights: Floats,
    block: Ints,
) -> Floats:  # fmt: skip
    """The step d, in units of the weights themselves, that solves (F'F + diag + uu') d = slope - E'nu with the weights
    of each block adding up to what they did.

    F has curve[r] * likelihood[r] * weights in row r, in the columns of its part only, so parts are solved apart; u is
    `dense`.
    """
    parts, points = weights.shape
    blocks = block.max() + 1
    plain, along, across = np.empty((parts, points)), np.empty((parts, points)), np.empty((parts, points))
    right = np.empty((points, 3))
    for part in range(parts):
        rows = slice(starts[part], starts[part + 1])
        factor = curve[rows].copy().reshape(-1, 1) * likelihood[rows] * weights[part]
        right[:, 0], right[:, 1], right[:, 2] = slope[part], weights[part], dense[part]
        if len(factor) < points // 2:  # what is inverted is as small as the rows are few (Woodbury)
            shrunk = factor / diagonal[part]
            solved = np.divide(right, diagonal[part].copy().reshape(-1, 1))
            small = np.linalg.solve(np.eye(len(factor)) + factor @ shrunk.T, factor @ solved)
            solved = solved - shrunk.T @ small
        else:
            solved = np.linalg.solve(factor.T @ factor + np.diag(diagonal[part]), right)
        plain[part], along[part], across[part] = solved[:, 0], solved[:, 1], solved[:, 2]
    stiff = 1.0 + (dense * across).sum()
    plain -= across * ((dense * plain).sum() / stiff)
    crossed, shifted = np.zeros((blocks, blocks)), np.zeros(blocks)
    leaks = np.zeros(blocks)
    for part in range(parts):
        crossed[block[part], block[part]] += (weights[part] * along[part]).sum()
        leaks[block[part]] += (weights[part] * across[part]).sum()
        shifted[block[part]] += (weights[part] * plain[part]).sum()
    crossed -= leaks.reshape(-1, 1) * leaks / stiff
    multipliers = np.linalg.solve(crossed, shifted)
    for part in range(parts):
        plain[part] -= multipliers[block[part]] * along[part]
    step: Floats = plain + across * ((multipliers * leaks).sum() / stiff)
    return step


@numba.njit(cache=True)
def _fitted(likelihood: Floats, people: Floats, starts: Ints, prior: Floats, block: Ints, start: Floats) -> Floats:
    """Weights with the greatest sum of people * log(chance) + prior * log(weights)."""
    weights = start.copy()
    nothing = np.zeros(weights.shape)
    for _ in range(200):
        chances = _chances(likelihood, starts, weights)
        slope = _rise(likelihood, people, starts, weights, chances) + prior
        step = _direction(likelihood, np.sqrt(people) / chances, starts, prior, nothing, slope, weights, block)
        gain = (slope * step).sum()
        if gain < 1e-9:
            break
        length = min(1.0, 0.95 / max(-step.min(), 1e-12))
        now = (people * np.log(chances)).sum() + (prior * np.log(weights)).sum()
        while length > 1e-10:
            tried = weights * (1 + length * step)
            value = _log_likelihood(likelihood, people, starts, tried) + (prior * np.log(tried)).sum()
            if value >= now + 0.1 * length * gain:
                break
            length *= 0.5
        else:
            break
        weights = weights * (1 + length * step)
    return weights


@numba.njit(cache=True)
def _extreme(
    likelihood: Floats, people: Floats, starts: Ints, least: float, aim: Floats, block: Ints, start: Floats
) -> Floats:
    """Weights near the most of aim * weights, of all whose log-likelihood is at least `least`; start must be inside.

    The barriers of the likelihood and of the weights are in such a proportion that the start lies on the central path;
    what is left to gain is less than PRECISION when the pull ends.
    """
    weights = start.copy()
    ones = np.ones(weights.shape)
    spare = _log_likelihood(likelihood, people, starts, start) - least
    firm = weights.size * spare
    pull = float(weights.size)
    while True:
        for _ in range(100):
            chances = _chances(likelihood, starts, weights)
            room = (people * np.log(chances)).sum() - least
            rise = _rise(likelihood, people, starts, weights, chances) / room
            slope = pull * aim * weights + firm * rise + 1.0
            curve = np.sqrt(firm * people / room) / chances
            step = _direction(likelihood, curve, starts, ones, np.sqrt(firm) * rise, slope, weights, block)
            gain = (slope * step).sum()
            if gain < 0.1:
                break
            length = min(1.0, 0.95 / max(-step.min(), 1e-12))
            now = pull * (aim * weights).sum() + firm * np.log(room) + np.log(weights).sum()
            while length > 1e-8:
                tried = weights * (1 + length * step)
                left = _log_likelihood(likelihood, people, starts, tried) - least
                if left > 0.1 * room:
                    value = pull * (aim * tried).sum() + firm * np.log(left) + np.log(tried).sum()
                    if value >= now + 0.1 * length * gain:
                        break
                length *= 0.5
            else:
                break
            weights = weights * (1 + length * step)
        if pull * PRECISION >= weights.size * (1 + spare):
            return weights
        pull *= 8.0


# Answers in bands -----------------------------------------------------------------------------------------------------

THOUSAND = 1000
"""A share in whole thousandths, as so many of a thousand contacts."""


def gather_bands(low: Floats, high: Floats, contacts: Ints, people: Floats, bins: Ints) -> tuple[Answers, Floats]:
    """Persons with the same band and bin, together, and the chance of what they told at each point of the grid.

    low, high, contacts : [person], as in `banded`; nan where nobody told, who are left out. people : [person], weights.
    The answers say what a naive reader would: that the share is in the middle of the band.
    """
    told = ~np.isnan(low) & (people > 0)
    keys = np.stack([bins[told], contacts[told], low[told], high[told]], axis=1)
    rows, of_row = np.unique(keys, axis=0, return_inverse=True)
    counted = np.bincount(of_row.ravel(), people[told], minlength=len(rows)).astype(np.float64)
    number, k, start, end = rows.T if len(rows) else np.zeros((4, 0))
    middle = np.rint(THOUSAND * (start + end) / 2).astype(np.int64)
    answers = Answers(counted, np.full(len(rows), THOUSAND), middle, number.astype(np.int64))
    return answers, banded(start, end, k.astype(np.int64), grid())


def banded(low: Floats, high: Floats, contacts: Ints, shares: Floats) -> Floats:
    """[row, share], chance that the part outside of so many contacts is from low to high, when each is outside with
    chance `share`.

    contacts : [row]; 0 where their number is not known: then the share itself is in the band, or it is not. Where no
    number of contacts, or no share, is in a band, the nearest is.
    """
    first, last = _counts_in(low, high, contacts)
    chance = np.zeros((len(low), len(shares)))
    for step in range(int((last - first).max(initial=-1)) + 1):
        within = first + step <= last
        chance[within] += binomial(contacts[within], first[within] + step, shares)
    apart = np.maximum(np.maximum(low[:, None] - shares, shares - high[:, None]), 0.0)
    inside = apart <= apart.min(axis=1, keepdims=True, initial=np.inf) + 1e-9
    return np.where(contacts[:, None] > 0, chance, inside)


def _counts_in(low: Floats, high: Floats, contacts: Ints) -> tuple[Ints, Ints]:
    """[row], the least and the most contacts outside that are in a band; the nearest where none is."""
    first, last = np.ceil(low * contacts - 1e-9), np.floor(high * contacts + 1e-9)
    above, below = first - high * contacts, low * contacts - last
    none = first > last
    least = np.where(none & (above < below - 1e-9), first, np.where(none, last, first))
    most = np.where(none & (below < above - 1e-9), last, np.where(none, first, last))
    return least.astype(np.int64), most.astype(np.int64)
