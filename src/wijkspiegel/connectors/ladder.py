"""Roads and the ladder: who connects by friends, who also counts with a mixed school, who also with bridging work.

Roads overlap, and the one of friends is hidden behind a few draws: all three are estimated in one likelihood, never
added up. Somebody whose answer on a road is unknown, or who has no contacts, is read as "no" in the share; the interval
takes in every other reading.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import effect_on_shares
from wijkspiegel.connectors.mirrors import SLACK, Circle, answers_of, bins_of
from wijkspiegel.connectors.reference import Floats, outside
from wijkspiegel.measures.mixing import Fit, estimate, fit_parts, grid, interval
from wijkspiegel.tables import NO, UNKNOWN, YES

Roads = Mapping[str, NDArray[np.int64]]
"""Road beside that of friends -> [person], YES, NO or UNKNOWN."""

FRIENDS = "friends"


@dataclass(frozen=True)
class RoadShare:
    """The share of people on some roads. step : a road, "ladder:...", "any"; of an overlap, the roads joined by +."""

    step: str
    tolerance: float
    share: float
    lower: float
    upper: float


@dataclass(frozen=True)
class _Kind:
    """Answers on the other roads, whether there are contacts, and the bin of the reference."""

    answers: tuple[int, ...]
    has_contacts: bool
    bin: int


@dataclass(frozen=True)
class Ladder:
    """All roads of some people, fitted together. reference : by bin, shares of another group around, and weights."""

    roads: tuple[str, ...]
    kinds: tuple[_Kind, ...]
    fitted: Fit
    reference: tuple[tuple[Floats, Floats], ...]
    effect: float


def climb(circle: Circle, roads: Roads) -> Ladder | None:
    """Fit all roads together; None where there is nobody with people around them."""
    circle, keep = _with_people_around(circle)
    roads = {road: answers[keep] for road, answers in roads.items()}
    if not len(circle.group):
        return None
    other, everyone = circle.outside()
    other_around, everyone_around = outside(circle.around, circle.group)
    reference = other_around / everyone_around
    people = circle.sample.weight / circle.sample.weight.mean()
    bins = bins_of(reference)
    kinds, kind = _kinds_of(roads, everyone > 0, bins)
    rows = _rows(circle, people, kind)
    block = np.array([one.bin for one in kinds], dtype=np.int64)
    by_bin = tuple((reference[bins == number], people[bins == number]) for number in range(int(bins.max()) + 1))
    return Ladder(
        tuple(roads), kinds, fit_parts(*rows, block), by_bin, effect_on_shares(other, everyone, circle.sample)
    )


def _with_people_around(circle: Circle) -> tuple[Circle, NDArray[np.bool_]]:
    keep = circle.around.sum(axis=1) > 0
    return circle.take(keep), keep


def _kinds_of(
    roads: Roads, has_contacts: NDArray[np.bool_], bins: NDArray[np.int64]
) -> tuple[tuple[_Kind, ...], NDArray[np.int64]]:
    keys = np.stack([*roads.values(), has_contacts.astype(np.int64), bins], axis=1)
    found, kind = np.unique(keys, axis=0, return_inverse=True)
    kinds = tuple(_Kind(tuple(map(int, row[:-2])), bool(row[-2]), int(row[-1])) for row in found)
    return kinds, kind.ravel().astype(np.int64)


def _rows(circle: Circle, people: Floats, kind: NDArray[np.int64]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """likelihood, people and part of each row. Without contacts every hidden share is as likely."""
    some = circle.outside()[1] > 0
    answers, likelihood = answers_of(circle.take(some), people[some], kind[some])
    silent = np.bincount(kind[~some], people[~some], minlength=int(kind.max()) + 1)
    lone = np.flatnonzero(silent)
    likelihood = np.vstack([likelihood, np.ones((len(lone), len(grid())))])
    part = np.concatenate([answers.bins, lone])
    order = np.argsort(part, kind="stable")
    return likelihood[order], np.concatenate([answers.people, silent[lone]])[order], part[order].astype(np.int64)


def steps(ladder: Ladder, tolerance: float) -> Iterator[RoadShare]:
    """Each road alone, then the ladder: friends, plus each next road, up to any."""
    every = (FRIENDS, *ladder.roads)
    for road in every:
        yield _share(ladder, road, frozenset({road}), tolerance, any_of=True)
    for length in range(2, len(every) + 1):
        climbed = every[:length]
        yield _share(ladder, f"ladder:{'+'.join(climbed)}", frozenset(climbed), tolerance, any_of=True)
    yield _share(ladder, "any", frozenset(every), tolerance, any_of=True)


def overlap(ladder: Ladder, tolerance: float) -> Iterator[RoadShare]:
    """Exactly these roads, and no other; "none" for people on no road."""
    every = (FRIENDS, *ladder.roads)
    for taken in product((False, True), repeat=len(every)):
        exactly = frozenset(road for road, on in zip(every, taken, strict=True) if on)
        name = "+".join(road for road in every if road in exactly) or "none"
        yield _share(ladder, name, exactly, tolerance, any_of=False)


def _share(ladder: Ladder, step: str, wanted: frozenset[str], tolerance: float, any_of: bool) -> RoadShare:
    aims = [_aim(ladder, wanted, tolerance, any_of, reading) for reading in ("no", "least", "most")]
    told = estimate(ladder.fitted, aims[0])
    lower, _ = interval(ladder.fitted, aims[1], ladder.effect)
    _, upper = interval(ladder.fitted, aims[2], ladder.effect)
    return RoadShare(step, tolerance, told, min(lower, told), max(upper, told))


def _aim(ladder: Ladder, wanted: frozenset[str], tolerance: float, any_of: bool, reading: str) -> Floats:
    """[kind, point], the part of people who qualify, with what is unknown read as no, or so that fewest or most do."""
    mirrors = [
        ((grid() >= reference[:, None] - tolerance - SLACK) * people[:, None]).sum(axis=0) / people.sum()
        for reference, people in ladder.reference
    ]
    return np.array([_qualify(kind, ladder.roads, mirrors[kind.bin], wanted, any_of, reading) for kind in ladder.kinds])


def _qualify(
    kind: _Kind, roads: tuple[str, ...], mirror: Floats, wanted: frozenset[str], any_of: bool, reading: str
) -> Floats:
    """[point], for one kind of people, over all readings of what they did not tell."""
    options = [_meanings(answer, reading) for answer in kind.answers]
    friends = [mirror] if kind.has_contacts else [mirror * 0 + meaning for meaning in _meanings(UNKNOWN, reading)]
    outcomes = []
    for by_friends, answers in product(friends, product(*options)):
        on = {road for road, answer in zip(roads, answers, strict=True) if answer == YES}
        outcomes.append(_with_friends(by_friends, on, wanted, any_of))
    return np.asarray(np.min(outcomes, axis=0) if reading == "least" else np.max(outcomes, axis=0))


def _meanings(answer: int, reading: str) -> tuple[int, ...]:
    if answer != UNKNOWN:
        return (answer,)
    return (NO,) if reading == "no" else (NO, YES)


def _with_friends(by_friends: Floats, on: set[str], wanted: frozenset[str], any_of: bool) -> Floats:
    """[point], the part who qualify, of people on these other roads, of whom the part `by_friends` are on that one."""
    if any_of:
        if on & wanted:
            return np.ones(len(by_friends))
        return by_friends if FRIENDS in wanted else np.zeros(len(by_friends))
    if on != wanted - {FRIENDS}:
        return np.zeros(len(by_friends))
    return by_friends if FRIENDS in wanted else 1.0 - by_friends
