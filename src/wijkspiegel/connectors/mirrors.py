"""Whose contacts mirror the area: the share of people, as a curve over the tolerance, and how sure we are of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import Sample, effect_on_shares
from wijkspiegel.connectors.reference import Floats, outside
from wijkspiegel.measures.mixing import (
    Answers,
    Fit,
    binomial,
    bounds,
    estimate,
    fit_parts,
    gather,
    gather_bands,
    grid,
    interval,
    multinomial,
    naive,
)
from wijkspiegel.tables import Banded

TOLERANCES = tuple(round(0.05 * step, 2) for step in range(7))
BUBBLE = 0.10
"""Who has at most this share of contacts outside the own group lives in a bubble."""

PEOPLE_OF_BIN, MOST_BINS, BINS_OF_MANY = 120, 8, 3
"""People are parted by how diverse their area is, where there are enough of them; by less where many groups count."""

WAY = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
SUPPORT = 280
"""Compositions that a circle may be drawn from, where all groups count, and where they lie between area and circle."""

MOST_PEOPLE = 1500
"""People of whom the compositions are looked at, drawn by lot with a fixed seed where there are more."""

SLACK = 1e-9


@dataclass(frozen=True)
class MirrorShare:
    """The share of people whose contacts mirror their area, in one form and with one tolerance.

    naive : takes x/k for the hidden share. estimate, lower, upper : with what k draws and this sample tell. bound_low,
    bound_high : what any number of respondents with as many contacts could tell at best.
    """

    form: str
    tolerance: float
    naive: float
    estimate: float
    lower: float
    upper: float
    bound_low: float
    bound_high: float


@dataclass(frozen=True)
class Circle:
    """The contacts of people in one sphere, and their reference.

    counts : [person, group], contacts. around : [person, group], people of the reference. group : [person], own.
    told : what they told in bands, where contacts were not counted by group; `counts` are all 0 then.
    """

    counts: NDArray[np.generic]
    around: Floats
    group: NDArray[np.int64]
    sample: Sample
    told: Banded | None = None

    def take(self, who: NDArray[np.bool_]) -> "Circle":
        told = None if self.told is None else self.told.take(who)
        return Circle(self.counts[who], self.around[who], self.group[who], self.sample.take(who), told)

    def outside(self) -> tuple[Floats, Floats]:
        """[person], contacts of another group, and all contacts: of one, where only the band of its share is told."""
        if self.told is None:
            return outside(self.counts, self.group)
        answered = ~np.isnan(self.told.low)
        return np.where(answered, (self.told.low + self.told.high) / 2, 0.0), answered.astype(np.float64)


def with_contacts(circle: Circle) -> Circle:
    """The people who have contacts, and people around them."""
    return circle.take((circle.outside()[1] > 0) & (circle.around.sum(axis=1) > 0))


def answers_of(circle: Circle, people: Floats, parts: NDArray[np.int64]) -> tuple[Answers, Floats]:
    """What people told, gathered within parts, and the chance of it at each hidden share. parts : [person]."""
    if circle.told is not None:
        return gather_bands(circle.told.low, circle.told.high, circle.told.contacts, people, parts)
    other, everyone = circle.outside()
    answers = gather(np.rint(everyone).astype(np.int64), np.rint(other).astype(np.int64), people, parts)
    return answers, binomial(answers.contacts, answers.outside, grid())


def mirror_shares(circle: Circle, tolerances: tuple[float, ...] = TOLERANCES) -> Iterator[MirrorShare]:
    """One-sided, two-sided and multi-group mirrors over the tolerances, and the bubble; none where nobody has contacts.

    one_sided : share outside >= that around - tolerance. two_sided : within the tolerance. multigroup : total variation
    between both compositions at most the tolerance. bubble : share outside at most BUBBLE.
    """
    circle = with_contacts(circle)
    if not len(circle.group):
        return
    other, everyone = circle.outside()
    other_around, everyone_around = outside(circle.around, circle.group)
    reference = other_around / everyone_around
    people = circle.sample.weight / circle.sample.weight.mean()
    bins = bins_of(reference)
    answers, likelihood = answers_of(circle, people, bins)
    fitted = fit_parts(likelihood, answers.people, answers.bins, np.arange(int(bins.max()) + 1))
    effect = effect_on_shares(other, everyone, circle.sample)
    above = grid() - reference[:, None]
    for tolerance in tolerances:
        for form, qualifies in (
            ("one_sided", above >= -tolerance - SLACK),
            ("two_sided", abs(above) <= tolerance + SLACK),
        ):
            yield _share(form, tolerance, answers, fitted, _mean_by_bin(qualifies, people, bins), effect)
    if circle.told is None:
        yield from _multigroup(circle, bins, people, effect, tolerances)
    bubble = np.tile((grid() <= BUBBLE + SLACK).astype(float), (int(bins.max()) + 1, 1))
    yield _share("bubble", BUBBLE, answers, fitted, bubble, effect)


def _multigroup(
    circle: Circle, bins: NDArray[np.int64], people: Floats, effect: float, tolerances: tuple[float, ...]
) -> Iterator[MirrorShare]:
    """Mirrors of all groups at once. No bounds: compositions of many groups are too many to try them all."""
    if len(people) > MOST_PEOPLE:
        drawn = np.sort(np.random.default_rng(0).choice(len(people), MOST_PEOPLE, replace=False))
        who = np.isin(np.arange(len(people)), drawn)
        circle, bins, people = circle.take(who), bins[who], people[who]
    _, bins = np.unique(bins * BINS_OF_MANY // MOST_BINS, return_inverse=True)
    counts = np.asarray(circle.counts, dtype=np.float64)
    around = circle.around / circle.around.sum(axis=1, keepdims=True)
    support = _support(counts, around)
    order = np.argsort(bins, kind="stable")
    likelihood = multinomial(counts[order], support)
    fitted = fit_parts(likelihood, people[order], bins[order], np.arange(int(bins.max()) + 1))
    own = counts / counts.sum(axis=1, keepdims=True)
    apart = abs(own - around).sum(axis=1) / 2
    distance = abs(around[:, None, :] - support[None, :, :]).sum(axis=2) / 2
    for tolerance in tolerances:
        aim = _mean_by_bin(distance <= tolerance + SLACK, people, bins)
        taken = float((people * (apart <= tolerance + SLACK)).sum() / people.sum())
        told = estimate(fitted, aim)
        lower, upper = interval(fitted, aim, effect)
        yield MirrorShare("multigroup", tolerance, taken, told, min(lower, told), max(upper, told), np.nan, np.nan)


def _support(counts: Floats, around: Floats) -> Floats:
    """[point, group], compositions: on the way from people's areas to their circles, and to circles of one group."""
    rng = np.random.default_rng(0)
    some = rng.choice(len(counts), min(len(counts), SUPPORT // len(WAY)), replace=False)
    own = (counts[some] + around[some]) / (counts[some].sum(axis=1, keepdims=True) + 1)
    single = np.eye(counts.shape[1])[rng.integers(0, counts.shape[1], len(some))]
    ends = np.where(rng.random((len(some), 1)) < 0.7, own, single)
    points = np.vstack([(1 - part) * around[some] + part * ends for part in WAY])
    return np.unique(points.round(4), axis=0).clip(1e-6)


def bins_of(reference: Floats) -> NDArray[np.int64]:
    """[person], the bin of their reference share: bins of about as many people."""
    number = int(np.clip(len(reference) // PEOPLE_OF_BIN, 1, MOST_BINS))
    edges = np.unique(np.quantile(reference, np.arange(1, number) / number))
    _, bins = np.unique(np.searchsorted(edges, reference, side="right"), return_inverse=True)
    return bins.ravel().astype(np.int64)


def _mean_by_bin(qualifies: NDArray[np.bool_], people: Floats, bins: NDArray[np.int64]) -> Floats:
    """[bin, point], the part of the people of a bin who qualify when their hidden share is at the point."""
    aim = np.zeros((int(bins.max()) + 1, qualifies.shape[1]))
    np.add.at(aim, bins, people[:, None] * qualifies)
    return aim / np.bincount(bins, people)[:, None]


def _share(form: str, tolerance: float, answers: Answers, fitted: Fit, aim: Floats, effect: float) -> MirrorShare:
    told = estimate(fitted, aim)
    lower, upper = interval(fitted, aim, effect)
    low, high = bounds(fitted, aim)
    return MirrorShare(form, tolerance, naive(answers, aim), told, min(lower, told), max(upper, told), low, high)
