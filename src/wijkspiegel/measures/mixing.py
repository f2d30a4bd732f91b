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

The ends of bounds and interval are proven: no distribution that is allowed lies outside (`programme`, `likelihood`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.linalg import block_diag
from scipy.special import gammaln
from scipy.stats import chi2

from wijkspiegel.measures.likelihood import Floats, Ints, covering, log_likelihood, most, raised, steadied
from wijkspiegel.measures.programme import independent_rows, most_of_each

GRID = 51
"""Points of the hidden share, 0 to 1."""

PRECISION = 0.001
"""How far an end of an interval may lie outside the true extreme."""

SAME = 1e-6
"""Answers whose chances differ by less than this part of their greatest chance are the same, in the bounds."""

CLOSE = 1e-3
"""How near the greatest log-likelihood is found; what it lacks widens the interval by a hair."""

EXACT = 50
STEP = 1.1
"""Above EXACT contacts their number is rounded to a power of STEP: the noise of a draw changes by a twentieth."""

THOUSAND = 1000
"""A share in whole thousandths, as so many of a thousand contacts."""

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
class Part:
    """The answers of some people, as columns of a point each; a row for the whole is the last.

    columns : [point, row], chance of an answer, of its greatest chance. people : [row]. directions, within, pivots : of
    the columns with the whole, as `independent_rows` gives them.
    """

    columns: Floats
    people: Floats
    directions: Floats
    within: Floats
    pivots: Ints


@dataclass(frozen=True)
class Fit:
    """The mixing distribution of every part of the people.

    weights : [part, point], adding up to one over all. Parts of one block, which follow one another, together have a
    mass that is known; how it is spread over them is not. cells, starts, people, rows : the columns of each block, as
    in `likelihood.block_of`. best : [column], weights with the greatest log-likelihood, `greatest`.
    """

    weights: Floats
    parts: tuple[Part, ...]
    mass: Floats
    cells: Floats
    starts: Ints
    people: Floats
    rows: Ints
    best: Floats
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
    """[row, point], chance of the counts of a row when each contact is drawn from the composition of a point, over the
    chance at the likeliest point.

    counts : [row, group]. compositions : [point, group], > 0.
    """
    log = counts @ np.log(compositions).T
    chance: Floats = np.exp(log - log.max(axis=1, keepdims=True))
    return np.maximum(chance, np.finfo(float).tiny)


def fit(answers: Answers) -> Fit:
    """The mixing distribution of each bin. Raises ValueError where nobody answered."""
    if not len(answers.people):
        raise ValueError("nobody has any contact")
    bins = np.arange(int(answers.bins.max()) + 1)
    chances = binomial(answers.contacts, answers.outside, grid())
    return fit_parts(chances, answers.people, answers.bins, bins)


def fit_parts(likelihood: Floats, people: Floats, part: Ints, block: Ints, same: float = SAME) -> Fit:
    """The mixing distribution of each part.

    likelihood : [row, point], chance of the answer of a row for somebody at a point. people : [row]. part : [row], in
    order. block : [part], from 0, in order. A block has the mass of its people.
    """
    ends = np.searchsorted(part, np.arange(len(block) + 1))
    parts = tuple(_part(likelihood[first:after], people[first:after], same) for first, after in pairwise(ends))
    blocks = [[parts[number] for number in np.flatnonzero(block == one)] for one in range(int(block.max()) + 1)]
    mass = np.array([sum(float(one.people.sum()) for one in members) for members in blocks]) / people.sum()
    columns = [_columns_of(members) for members in blocks]
    best = np.concatenate([_best(*pair) for pair in zip(columns, blocks, mass, strict=True)])
    starts = np.cumsum([0, *(len(of_block) for of_block in columns)])
    rows = np.cumsum([0, *(of_block.shape[1] for of_block in columns)])
    greatest = sum(
        log_likelihood(of_block, people[rows[one] : rows[one + 1]], best[starts[one] : starts[one + 1]])
        for one, of_block in enumerate(columns)
    )
    weights = np.vstack([_steady(members, of_all) for members, of_all in zip(blocks, mass, strict=True)])
    cells = np.concatenate([of_block.ravel() for of_block in columns])
    return Fit(
        weights, parts, mass, cells, starts, np.ascontiguousarray(people, dtype=np.float64), rows, best, greatest
    )


def _part(likelihood: Floats, people: Floats, same: float) -> Part:
    columns = np.ascontiguousarray((likelihood / likelihood.max(axis=1, keepdims=True)).T)
    with_whole = np.hstack([columns, np.ones((len(columns), 1))])
    return Part(columns, np.ascontiguousarray(people, dtype=np.float64), *independent_rows(with_whole, same))


def _columns_of(parts: Sequence[Part]) -> Floats:
    """[column, row], of all parts: a column of one part gives no chance to the answers of another."""
    return np.ascontiguousarray(block_diag(*(part.columns for part in parts))) if len(parts) > 1 else parts[0].columns


def _best(columns: Floats, parts: Sequence[Part], mass: float) -> Floats:
    weights = covering(columns, mass)
    people = np.concatenate([part.people for part in parts])
    raised(columns, people, np.zeros(len(columns)), mass, weights, CLOSE)
    return weights


def _steady(parts: Sequence[Part], mass: float) -> Floats:
    """[part, point], the estimate: with the weight of `mass` persons spread evenly over the points of all parts."""
    prior = mass / len(parts)
    people = np.array([part.people.sum() + prior for part in parts])
    each = [
        steadied(part.columns, part.people, prior / len(part.columns), part.directions[:, :-1].copy(), part.within)
        for part in parts
    ]
    steady: Floats = np.array(each) * (mass * people / people.sum())[:, None]
    return steady


def estimate(fitted: Fit, aim: Floats) -> float:
    """The share of people who qualify. aim as in `intervals`."""
    return float((aim * fitted.weights).sum())


def bounds(fitted: Fit, aims: Sequence[Floats]) -> list[tuple[float, float]]:
    """Of each aim, the least and the most of all distributions that give the fitted counts: linear programmes.

    aims as in `intervals`. Counts that only one distribution can give leave nothing between them.
    """
    if not aims:
        return []
    both = np.concatenate([np.array(aims), -np.array(aims)[::-1]])
    ends = np.zeros(len(both))
    for number, part in enumerate(fitted.parts):
        of_part = np.ascontiguousarray(both[:, number])
        ends += most_of_each(part.within, part.pivots, fitted.weights[number], of_part)
    high, low = ends[: len(aims)], -ends[: len(aims) - 1 : -1]
    return [(_within_one(least), _within_one(greatest)) for least, greatest in zip(low, high, strict=True)]


def intervals(fitted: Fit, aims: Sequence[Floats], design_effect: float = 1.0) -> list[tuple[float, float]]:
    """Of each aim, the least and the most of all distributions with a likelihood near the greatest.

    aims : [part, point] each, in [0, 1]: which part of the people at this point counts; quickest where each is like the
    one before. design_effect : how many people of this sample tell as much as one drawn by lot.
    """
    return list(zip(lowest(fitted, aims, design_effect), highest(fitted, aims, design_effect), strict=True))


def lowest(fitted: Fit, aims: Sequence[Floats], design_effect: float = 1.0) -> list[float]:
    """The lower ends of `intervals`."""
    return [_within_one(-most) for most in _most_of_each(fitted, [-aim for aim in aims], design_effect)]


def highest(fitted: Fit, aims: Sequence[Floats], design_effect: float = 1.0) -> list[float]:
    """The upper ends of `intervals`."""
    return [_within_one(most) for most in _most_of_each(fitted, aims, design_effect)]


def _most_of_each(fitted: Fit, aims: Sequence[Floats], design_effect: float) -> Iterator[float]:
    weights, tilt = fitted.best.copy(), 20 * DROP * np.sqrt(design_effect)
    for aim in aims:
        end, tilt = most(
            fitted.cells, fitted.starts, fitted.people, fitted.rows, fitted.mass, aim.ravel(), fitted.best,
            fitted.greatest, DROP * design_effect, PRECISION, weights, tilt,
        )  # fmt: skip
        yield end


def _within_one(share: float) -> float:
    return min(max(0.0, float(share)), 1.0)


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
