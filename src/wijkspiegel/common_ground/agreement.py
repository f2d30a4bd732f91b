"""How many of a group agree with a statement, and how sure that is; what binds all groups, and what chafes.

Agreement is the share of those who answered, passes included: a pass is no agreement. Of each group and statement the
votes are held together with what the ideal-point model expects of that group, from the votes of others on it. The prior
has two parts: one says what the model says, with the strength of so many votes, the other that all is possible. Votes
that fit the model count with it, votes that do not stand alone: a group that differs is not drowned (a robust mixture
prior, Schmidli et al. 2014). How strong the model is, and how often it is right, is learned on one half of the people
from what the other half voted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln

from wijkspiegel.common_ground.ideal import (
    Floats,
    Ideal,
    Rows,
    chances,
    precision_of_statements,
    some_of,
    starts_of,
)
from wijkspiegel.common_ground.kernels import LONGEST_STEP, slopes_by_group
from wijkspiegel.tables import AGREE, Votes

MEMBERS = 2_000
"""People of a group over whom the model's share is averaged, at most."""
STRENGTHS, TRUSTS = 2.0 ** np.arange(6), (0.0, 0.5, 0.9)
"""Votes for which the model counts where it is right, and how often it is: what foretells the other half best.
Never for more than 32: a few statements cannot tell that a model is that good, and the votes of many need no help."""
HALVINGS = 30
"""Of an interval, to find where a chance is reached: to nine decimals."""
STEPS = 100
"""Of agreement from 0 to 1, in which the groups that lie furthest apart are sought."""
QUANTILES = (np.arange(128) + 0.5) / 128
"""Of one of two groups, over which the chance is averaged that the other lies beyond."""
VOTES_MORE = 5
"""A statement's information is what so many more votes of a group would tell."""


@dataclass(frozen=True)
class Agreement:
    """Of groups of one kind. persons : [group, statement], who answered.

    one, other, part : [2, group, statement], a mixture of two beta posteriors and the part of each: that of a group
    of which all is possible, and that of one of which the model is right.
    """

    kind: str
    groups: tuple[str, ...]
    persons: Floats
    one: Floats
    other: Floats
    part: Floats

    @property
    def agree(self) -> Floats:
        """[group, statement], posterior mean."""
        share: Floats = (self.part * self.one / (self.one + self.other)).sum(axis=0)
        return share

    def below(self, share: Floats | float) -> Floats:
        """[group, statement], the chance that fewer agree. share : for all, or [group, statement]."""
        chance: Floats = (self.part * betainc(self.one, self.other, share)).sum(axis=0)
        return chance

    def at_least(self, share: float) -> Floats:
        """[group, statement], the chance that so many or more agree."""
        return 1 - self.below(share)

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """lower, upper : [group, statement]."""
        tail = (1 - level) / 2
        return self._reached(tail), self._reached(1 - tail)

    def _reached(self, chance: float) -> Floats:
        low, high = np.zeros(self.persons.shape), np.ones(self.persons.shape)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            under = self.below(middle) < chance
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return (low + high) / 2

    def spread(self) -> Floats:
        """[group, statement, step + 1], the chance that agreement is below step / STEPS."""
        return np.stack([self.below(step / STEPS) for step in range(STEPS + 1)], axis=-1)


@dataclass(frozen=True)
class Learned:
    """For how many votes the model counts where it is right, and how often it is."""

    strength: float
    trust: float


@dataclass(frozen=True)
class Apart:
    """The two groups of one kind that most surely differ on a statement. chance : that they differ by enough."""

    chance: float
    kind: str
    agrees: str
    disagrees: str


def expected(model: Ideal, votes: Votes, group: Rows, groups: int, weight: Floats, answered: Floats) -> Floats:
    """[group, statement], the share that agrees by the model, which has not seen what the group voted on it.

    group : [person], -1 is none. answered : [statement], share of answers that is no pass.
    """
    shares = np.zeros((groups, len(votes.statements)))
    every = np.arange(len(votes.statements), dtype=np.int32)
    for number, statements in enumerate(without_each(model, votes, group, groups)):
        members = some_of(np.flatnonzero(group == number), MEMBERS)
        for block in np.array_split(members, 1 + len(members) // 200):
            chance = chances(model.persons, statements, block.astype(np.int32)[:, None], every[None])
            shares[number] += (weight[block, None] * chance).sum(axis=0)
        shares[number] /= max(weight[members].sum(), 1e-300)
    return np.clip(shares * answered, 1e-3, 1 - 1e-3)


def without_each(model: Ideal, votes: Votes, group: Rows, groups: int) -> Floats:
    """[group, statement, 1 + d], where statements would stand had the group not voted: a Newton step from there.

    At the mode the slopes of all votes and of the prior cancel, so that without the group its own is left.
    """
    size = model.statements.shape[1]
    shape = (groups + 1, *model.statements.shape)
    slope, bend = np.zeros(shape), np.zeros((*shape, size))
    last = np.where(group < 0, groups, group)
    slopes_by_group(
        starts_of(votes.person, len(votes.persons)), votes.statement, votes.vote, model.persons, model.statements, last,
        slope, bend,
    )  # fmt: skip
    others = bend.sum(axis=0) - bend[:groups] + np.diag(precision_of_statements(size - 1))
    others = np.tril(others) + np.swapaxes(np.tril(others, -1), -1, -2)
    step = np.linalg.solve(others, slope[:groups, ..., None])[..., 0]
    places: Floats = model.statements - np.clip(step, -LONGEST_STEP, LONGEST_STEP)
    return places


def posterior(
    kind: str, groups: Sequence[str], persons: Floats, sums: Floats, squares: Floats, prior: Floats, learned: Learned
) -> Agreement:
    """Votes and what the model expects together. sums, squares : [group, statement, outcome], of weights.

    persons : [group, statement]. Weighted votes count for as many as would tell as much without weights.
    """
    weight = sums.sum(axis=2)
    worth = weight**2 / np.maximum(squares.sum(axis=2), 1e-300)
    share = sums[..., AGREE + 1] / np.maximum(weight, 1e-300)
    return Agreement(kind, tuple(groups), persons, *_mixture(prior, learned, worth, worth * share))


def _mixture(prior: Floats, learned: Learned, answered: Floats, agreed: Floats) -> tuple[Floats, Floats, Floats]:
    """one, other, part : [2, ...], of the posterior."""
    begin = np.stack([np.ones_like(prior), 1 + learned.strength * prior])
    absent = np.stack([np.ones_like(prior), 1 + learned.strength * (1 - prior)])
    one, other = begin + agreed, absent + answered - agreed
    fits = betaln(one, other) - betaln(begin, absent)
    part = np.exp(fits - fits.max(axis=0)) * np.reshape([1 - learned.trust, learned.trust], (2, *[1] * prior.ndim))
    return one, other, part / part.sum(axis=0)


def learn(prior: Floats, seen: Floats, unseen: Floats) -> Learned:
    """How much the model counts, by what people voted whom it did not see.

    prior : [group, statement], of a model of one half. seen, unseen : [group, statement, outcome], votes of the halves.
    """
    (n, yes), (m, more) = ((counts.sum(axis=2), counts[..., AGREE + 1]) for counts in (seen, unseen))
    told = {}
    for strength, trust in product(STRENGTHS.tolist(), TRUSTS):
        one, other, part = _mixture(prior, Learned(strength, trust), n, yes)
        happens = part * np.exp(betaln(one + more, other + m - more) - betaln(one, other))
        told[Learned(strength, trust)] = float(np.log(np.maximum(happens.sum(axis=0), 1e-300)).sum())
    return max(told, key=lambda each: told[each])


def all_agree(kinds: Sequence[Agreement], share: float) -> Floats:
    """[statement], the chance that at least so many agree in every group of every kind.

    The product over groups: exact where groups share no people, too low where they do and agree alike.
    """
    chance = np.ones(kinds[0].persons.shape[1])
    for kind in kinds:
        chance = chance * kind.at_least(share).prod(axis=0)
    return chance


def least_agreement(kinds: Sequence[Agreement], level: float = 0.95) -> tuple[Floats, Floats]:
    """lower, upper : [statement], of the agreement in the group that agrees least."""
    none_below = np.ones((kinds[0].persons.shape[1], STEPS + 1))
    for kind in kinds:
        none_below = none_below * (1 - kind.spread()).prod(axis=0)
    ends = [(1 - level) / 2, (1 + level) / 2]
    steps = np.arange(STEPS + 1) / STEPS
    found = [[float(np.interp(end, 1 - chance, steps)) for chance in none_below] for end in ends]
    return np.array(found[0]), np.array(found[1])


def apart(kinds: Sequence[Agreement], difference: float, fewest: int = 0) -> list[Apart]:
    """[statement], the pair of groups of one kind that differ by at least `difference` most surely.

    fewest : answers of either group, from which it is held against others.
    """
    count = kinds[0].persons.shape[1]
    best = [Apart(0.0, "", "", "")] * count
    shift = round(difference * STEPS)
    for kind in kinds:
        if len(kind.groups) < 2:
            continue
        below, heard = kind.spread(), (kind.persons >= fewest)[..., None]
        mass, middle = np.diff(below, axis=2) * heard, (below[..., 1:] + below[..., :-1]) / 2
        above = np.zeros_like(mass)
        above[..., : STEPS - shift] = (1 - middle[..., shift:]) * heard
        coarse = np.einsum("hst,lst->hls", above, mass).reshape(-1, count)
        high, low = np.divmod(coarse.argmax(axis=0), len(kind.groups))
        chances = np.where(coarse.max(axis=0) > 0, _chance_apart(kind, high, low, difference), 0.0)
        for statement in np.flatnonzero(chances > [one.chance for one in best]).tolist():
            pair = kind.groups[high[statement]], kind.groups[low[statement]]
            best[statement] = Apart(float(chances[statement]), kind.kind, *pair)
    return best


def _chance_apart(kind: Agreement, high: Rows, low: Rows, difference: float) -> Floats:
    """[statement], the chance that one group agrees more than another by the difference. high, low : [statement]."""
    every, chance = np.arange(kind.persons.shape[1]), np.zeros(kind.persons.shape[1])
    for of_low, of_high in product(range(2), repeat=2):
        beyond = betaincinv(kind.one[of_low, low, every][:, None], kind.other[of_low, low, every][:, None], QUANTILES)
        more = np.minimum(beyond + difference, 1.0)
        one, other = kind.one[of_high, high, every][:, None], kind.other[of_high, high, every][:, None]
        both = kind.part[of_low, low, every] * kind.part[of_high, high, every]
        chance += both * (1 - betainc(one, other, more).mean(axis=1))
    return chance


def information(kind: Agreement, share: float) -> Floats:
    """[group, statement], bits that VOTES_MORE votes would tell of whether at least `share` of the group agrees."""
    told = _entropy(kind.at_least(share))
    for agree in range(VOTES_MORE + 1):
        log_ways = -betaln(agree + 1, VOTES_MORE - agree + 1) - np.log(VOTES_MORE + 1)
        one, other = kind.one + agree, kind.other + VOTES_MORE - agree
        happens = kind.part * np.exp(log_ways + betaln(one, other) - betaln(kind.one, kind.other))
        then = (happens * (1 - betainc(one, other, share))).sum(axis=0) / happens.sum(axis=0)
        told = told - happens.sum(axis=0) * _entropy(then)
    return np.maximum(told, 0.0)


def _entropy(chance: NDArray[np.float64]) -> Floats:
    chance = np.clip(chance, 1e-12, 1 - 1e-12)
    bits: Floats = -(chance * np.log2(chance) + (1 - chance) * np.log2(1 - chance))
    return bits
