"""How many of a group agree with a statement, and how sure that is; what binds all groups, and what chafes.

Agreement is the share of those who answered, passes included: a pass is no agreement. Of each group and statement the
votes are held together with what the ideal-point model expects of that group: a uniform prior, and the model's share
for so many votes. For how many is learned on one half of the people from what the other half voted, and never for more
than a quarter of the votes that there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln

from wijkspiegel.common_ground.ideal import Floats, Rows, chances
from wijkspiegel.tables import AGREE

MEMBERS = 2_000
"""People of a group over whom the model's share is averaged, at most."""
STRENGTHS = 2.0 ** np.arange(9)
"""Votes for which the model may count: the one that foretells the other half best."""
STEPS = 100
"""Of agreement from 0 to 1, in which differences between groups are counted."""
AT_MOST = 0.25
"""Votes that the model may count for, for every vote of the group. The model has seen those votes already: in invented
conversations intervals hold the truth in 95 % of cases with this, and in 92 % with 1."""
VOTES_MORE = 5
"""A statement's information is what so many more votes of a group would tell."""


@dataclass(frozen=True)
class Agreement:
    """Of groups of one kind. persons : [group, statement], who answered. agree : [group, statement], posterior mean.

    one, other : [group, statement], of a beta posterior: for agreement, and for its absence.
    """

    kind: str
    groups: tuple[str, ...]
    persons: Floats
    one: Floats
    other: Floats

    @property
    def agree(self) -> Floats:
        share: Floats = self.one / (self.one + self.other)
        return share

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """lower, upper : [group, statement]."""
        tail = (1 - level) / 2
        return betaincinv(self.one, self.other, tail), betaincinv(self.one, self.other, 1 - tail)

    def at_least(self, share: float) -> Floats:
        """[group, statement], the chance that so many or more agree."""
        chance: Floats = 1 - betainc(self.one, self.other, share)
        return chance

    def spread(self) -> Floats:
        """[group, statement, step + 1], the chance that agreement is below step / STEPS."""
        below: Floats = betainc(self.one[..., None], self.other[..., None], np.arange(STEPS + 1) / STEPS)
        return below


@dataclass(frozen=True)
class Apart:
    """The two groups of one kind that most surely differ on a statement. chance : that they differ by enough."""

    chance: float
    kind: str
    agrees: str
    disagrees: str


def expected(persons: Floats, statements: Floats, group: Rows, groups: int, weight: Floats, answered: Floats) -> Floats:
    """[group, statement], the share that agrees by the model. answered : [statement], share of answers, passes not."""
    shares = np.zeros((groups, len(statements)))
    every = np.arange(len(statements), dtype=np.int32)
    for number in range(groups):
        members = np.flatnonzero(group == number)
        if len(members) > MEMBERS:
            members = members[np.linspace(0, len(members) - 1, MEMBERS).astype(np.int64)]
        for block in np.array_split(members, 1 + len(members) // 200):
            chance = chances(persons, statements, block.astype(np.int32)[:, None], every[None])
            shares[number] += (weight[block, None] * chance).sum(axis=0)
        shares[number] /= max(weight[members].sum(), 1e-300)
    return np.clip(shares * answered, 1e-3, 1 - 1e-3)


def posterior(
    kind: str, groups: Sequence[str], persons: Floats, sums: Floats, squares: Floats, prior: Floats, strength: float
) -> Agreement:
    """Votes and what the model expects together. sums, squares : [group, statement, outcome], of weights.

    persons : [group, statement]. Weighted votes count for as many as would tell as much without weights.
    """
    weight = sums.sum(axis=2)
    worth = weight**2 / np.maximum(squares.sum(axis=2), 1e-300)
    share = sums[..., AGREE + 1] / np.maximum(weight, 1e-300)
    one, other = _with_prior(prior, strength, worth, worth * share)
    return Agreement(kind, tuple(groups), persons, one, other)


def _with_prior(prior: Floats, strength: float, answered: Floats, agreed: Floats) -> tuple[Floats, Floats]:
    """Of a beta posterior. Without votes of the group itself the model counts for nothing: no vote, no verdict."""
    counts = np.minimum(strength, AT_MOST * answered)
    return 1 + counts * prior + agreed, 1 + counts * (1 - prior) + answered - agreed


def strength_of(prior: Floats, seen: Floats, unseen: Floats) -> float:
    """For how many votes the model counts, by what people voted whom it did not see.

    prior : [group, statement], of a model of one half. seen, unseen : [group, statement, outcome], votes of the halves.
    """
    (n, yes), (m, more) = ((counts.sum(axis=2), counts[..., AGREE + 1]) for counts in (seen, unseen))
    told = []
    for strength in STRENGTHS:
        one, other = _with_prior(prior, float(strength), n, yes)
        told.append((betaln(one + more, other + m - more) - betaln(one, other)).sum())
    return float(STRENGTHS[int(np.argmax(told))])


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
        below = kind.spread()
        heard = (kind.persons >= fewest)[..., None]
        mass, middle = np.diff(below, axis=2) * heard, (below[..., 1:] + below[..., :-1]) / 2
        above = np.zeros_like(mass)
        above[..., : STEPS - shift] = (1 - middle[..., shift:]) * heard
        # chance[high, low, statement]: high agrees more than low by the difference
        chance = np.einsum("hst,lst->hls", above, mass)
        flat = chance.reshape(-1, count)
        for statement, pair in enumerate(flat.argmax(axis=0)):
            if flat[pair, statement] > best[statement].chance:
                high, low = divmod(int(pair), len(kind.groups))
                best[statement] = Apart(float(flat[pair, statement]), kind.kind, kind.groups[high], kind.groups[low])
    return best


def information(kind: Agreement, share: float) -> Floats:
    """[group, statement], bits that VOTES_MORE votes would tell of whether at least `share` of the group agrees."""
    told = _entropy(kind.at_least(share))
    for agree in range(VOTES_MORE + 1):
        log_ways = -betaln(agree + 1, VOTES_MORE - agree + 1) - np.log(VOTES_MORE + 1)
        one, other = kind.one + agree, kind.other + VOTES_MORE - agree
        happens = np.exp(log_ways + betaln(one, other) - betaln(kind.one, kind.other))
        told = told - happens * _entropy(1 - betainc(one, other, share))
    return np.maximum(told, 0.0)


def _entropy(chance: NDArray[np.float64]) -> Floats:
    chance = np.clip(chance, 1e-12, 1 - 1e-12)
    bits: Floats = -(chance * np.log2(chance) + (1 - chance) * np.log2(1 - chance))
    return bits
