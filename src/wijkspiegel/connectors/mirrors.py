"""Whose contacts mirror the area: the share of people, as a curve over the tolerance, and how sure we are of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import Sample, effect_on_shares
from wijkspiegel.connectors.reference import Floats, outside
from wijkspiegel.measures.mixing import (
    GRID,
    Answers,
    Fit,
    binomial,
    bounds,
    estimate,
    fit_parts,
    gather,
    gather_bands,
    grid,
    intervals,
    multinomial,
)
from wijkspiegel.tables import Banded

Mask = NDArray[np.bool_]

TOLERANCES = tuple(round(0.05 * step, 2) for step in range(7))
BUBBLE = 0.10
"""Who has at most this share of contacts outside the own group lives in a bubble."""

PEOPLE_OF_BIN, MOST_BINS, BINS_OF_MANY = 120, 8, 3
"""People are parted by how diverse their area is, where there are enough of them; by less where many groups count."""

LEAST_BAND = 2 / (GRID - 1)
"""The least tolerance of a band on both sides that always has points of the grid in it."""

WAYS, ENDS = 11, 12
WAY = np.linspace(0.0, 1.0, WAYS)
"""Where all groups count, a circle lies somewhere on the way from the area to an end: ENDS of them, and the groups."""

COARSE = 1e-2
"""As SAME in `mixing`: these answers are for the estimate only."""

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
    between both compositions at most the tolerance. bubble : share outside at most BUBBLE. Within less than LEAST_BAND
    nobody is to be found, so the last two forms begin there.
    """
    circle = with_contacts(circle)
    if not len(circle.group):
        return
    other, everyone = circle.outside()
    other_around, everyone_around = outside(circle.around, circle.group)
    reference = other_around / everyone_around
    people = circle.sample.weight / circle.sample.weight.mean()
    bins = bins_of(reference)
    effect = effect_on_shares(other, everyone, circle.sample)
    some, of_some = np.unique(reference, return_inverse=True)
    in_bin = np.zeros((int(bins.max()) + 1, len(some)))
    np.add.at(in_bin, (bins, of_some.ravel()), people)
    in_bin /= in_bin.sum(axis=1, keepdims=True)
    own = other / everyone
    bands = [tolerance for tolerance in tolerances if tolerance >= LEAST_BAND]
    asked, taken = [], []
    for form, qualifies, wanted in (
        ("one_sided", at_least, tolerances), ("two_sided", near, bands), ("bubble", in_a_bubble, (BUBBLE,)),
    ):  # fmt: skip
        for tolerance in wanted:
            asked.append(Question(form, tolerance, in_bin @ qualifies(grid(), some[:, None], tolerance)))
            taken.append(float(people @ qualifies(own, reference, tolerance) / people.sum()))
    answers, likelihood = answers_of(circle, people, bins)
    fitted = fit_parts(likelihood, answers.people, answers.bins, np.arange(int(bins.max()) + 1))
    *told, bubble = _answered(asked, taken, fitted, effect, bounds(fitted, [question.aim for question in asked]))
    yield from told
    if circle.told is None:
        yield from _multigroup(circle, bins, people, effect, bands)
    yield bubble


def at_least(share: Floats, around: Floats, tolerance: float) -> Mask:
    return share >= around - tolerance - SLACK


def near(share: Floats, around: Floats, tolerance: float) -> Mask:
    return abs(share - around) <= tolerance + SLACK


def in_a_bubble(share: Floats, around: Floats, most: float) -> Mask:
    return share + 0 * around <= most + SLACK


@dataclass(frozen=True)
class Question:
    """aim : [bin, point], the part of the people of a bin who qualify when their hidden share is at the point."""

    form: str
    tolerance: float
    aim: Floats


def _answered(
    asked: list[Question], taken: list[float], fitted: Fit, effect: float, known: list[tuple[float, float]]
) -> Iterator[MirrorShare]:
    found = zip(asked, taken, intervals(fitted, [question.aim for question in asked], effect), known, strict=True)
    for question, own, (lower, upper), (low, high) in found:
        told = estimate(fitted, question.aim)
        yield MirrorShare(question.form, question.tolerance, own, told, min(lower, told), max(upper, told), low, high)


def _multigroup(
    circle: Circle, bins: NDArray[np.int64], people: Floats, effect: float, tolerances: list[float]
) -> Iterator[MirrorShare]:
    """Mirrors of all groups at once. What is hidden of a person is how far their circle is from the area, and towards
    which end: a circle of one group, or one like that of somebody else.
    """
    if len(people) > MOST_PEOPLE:
        drawn = np.sort(np.random.default_rng(0).choice(len(people), MOST_PEOPLE, replace=False))
        who = np.isin(np.arange(len(people)), drawn)
        circle, bins, people = circle.take(who), bins[who], people[who]
    _, bins = np.unique(bins * BINS_OF_MANY // MOST_BINS, return_inverse=True)
    counts = np.asarray(circle.counts, dtype=np.float64)
    around = circle.around / circle.around.sum(axis=1, keepdims=True)
    kinds, of_person = np.unique(np.column_stack([bins, around, counts]), axis=0, return_inverse=True)
    told = np.bincount(of_person.ravel(), people).astype(np.float64)
    bin_of = kinds[:, 0].astype(np.int64)
    around, counts = np.split(kinds[:, 1:], 2, axis=1)
    ends = _ends(counts, around, told)
    likelihood = np.empty((len(kinds), WAYS * len(ends)))
    distance = np.empty(likelihood.shape)
    places, place = np.unique(around, axis=0, return_inverse=True)
    for number, composition in enumerate(places):
        here = place.ravel() == number
        points = (composition + WAY[None, :, None] * (ends[:, None, :] - composition)).reshape(-1, len(composition))
        likelihood[here] = multinomial(counts[here], points.clip(1e-6))
        distance[here] = abs(points - composition).sum(axis=1) / 2
    own = abs(counts / counts.sum(axis=1, keepdims=True) - around).sum(axis=1) / 2
    of_bin = np.arange(int(bin_of.max()) + 1)[:, None] == bin_of
    part = of_bin * told / (of_bin @ told)[:, None]
    asked = [Question("multigroup", one, part @ (distance <= one + SLACK)) for one in tolerances]
    taken = [float(told @ (own <= one + SLACK) / told.sum()) for one in tolerances]
    fitted = fit_parts(likelihood, told, bin_of, np.arange(len(of_bin)), COARSE)
    unknown = [(np.nan, np.nan)] * len(asked)  # compositions of many groups are too many to try them all
    yield from _answered(asked, taken, fitted, effect, unknown)


def _ends(counts: Floats, around: Floats, people: Floats) -> Floats:
    """[end, group], compositions: all of one group, and circles of people who are evenly chosen from all."""
    middle = (np.arange(ENDS) + 0.5) / ENDS * people.sum()
    chosen = np.searchsorted(np.cumsum(people), middle)
    like = (counts[chosen] + around[chosen]) / (counts[chosen].sum(axis=1, keepdims=True) + 1)
    return np.vstack([np.eye(counts.shape[1]), np.unique(like, axis=0)])


def bins_of(reference: Floats) -> NDArray[np.int64]:
    """[person], the bin of their reference share: bins of about as many people."""
    number = int(np.clip(len(reference) // PEOPLE_OF_BIN, 1, MOST_BINS))
    edges = np.unique(np.quantile(reference, np.arange(1, number) / number))
    _, bins = np.unique(np.searchsorted(edges, reference, side="right"), return_inverse=True)
    return bins.ravel().astype(np.int64)
