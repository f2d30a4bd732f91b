"""Roads and the ladder: who connects by friends, who also counts with a mixed school, who also with bridging work.

Roads overlap, and the one of friends is hidden behind a few draws: all three are estimated in one likelihood, never
added up. Somebody whose answer on a road is unknown, or who has no contacts, is read as "no" in the share; the interval
takes in every other reading.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import effect_on_shares
from wijkspiegel.connectors.mirrors import SLACK, Circle, answers_of, bins_of
from wijkspiegel.connectors.reference import Floats, outside
from wijkspiegel.measures.mixing import Fit, estimate, fit_parts, grid, highest, lowest
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
    """The bin of the reference, answers on the other roads, and whether there are contacts."""

    bin: int
    answers: tuple[int, ...]
    has_contacts: bool


@dataclass(frozen=True)
class Ladder:
    """All roads of some people, fitted together. reference : by bin, shares of another group around, and weights."""

    roads: tuple[str, ...]
    kinds: tuple[_Kind, ...]
    fitted: Fit
    reference: tuple[tuple[Floats, Floats], ...]
    effect: float


def climb(circle: Circle, roads: Roads) -> Ladder | None:
    """Fit all roads together; None where nobody has contacts and people around them.

    A road of which nobody told anything is left out: its share could be anything.
    """
    keep = circle.around.sum(axis=1) > 0
    circle = circle.take(keep)
    roads = {road: answers[keep] for road, answers in roads.items() if (answers[keep] != UNKNOWN).any()}
    if not circle.outside()[1].any():
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


def _kinds_of(
    roads: Roads, has_contacts: NDArray[np.bool_], bins: NDArray[np.int64]
) -> tuple[tuple[_Kind, ...], NDArray[np.int64]]:
    keys = np.stack([bins, *roads.values(), has_contacts.astype(np.int64)], axis=1)
    found, kind = np.unique(keys, axis=0, return_inverse=True)
    kinds = tuple(_Kind(int(row[0]), tuple(map(int, row[1:-1])), bool(row[-1])) for row in found)
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
    climbed = {f"ladder:{'+'.join(every[:length])}": every[:length] for length in range(2, len(every) + 1)}
    told = _shares(ladder, {road: (road,) for road in every} | climbed, tolerance, any_of=True)
    yield from told
    yield replace(told[-1], step="any")


def overlap(ladder: Ladder, tolerance: float) -> list[RoadShare]:
    """Exactly these roads, and no other; "none" for people on no road."""
    every = (FRIENDS, *ladder.roads)
    exactly = [
        tuple(road for road, on in zip(every, taken, strict=True) if on)
        for taken in product((False, True), repeat=len(every))
    ]
    return _shares(ladder, {"+".join(roads) or "none": roads for roads in exactly}, tolerance, any_of=False)


def _shares(ladder: Ladder, wanted: Mapping[str, tuple[str, ...]], tolerance: float, any_of: bool) -> list[RoadShare]:
    """wanted : step -> its roads."""
    mirrors = [
        ((grid() >= reference[:, None] - tolerance - SLACK) * people[:, None]).sum(axis=0) / people.sum()
        for reference, people in ladder.reference
    ]
    no, least, most = (
        [_aim(ladder, mirrors, frozenset(roads), any_of, reading) for roads in wanted.values()]
        for reading in ("no", "least", "most")
    )
    shares = [estimate(ladder.fitted, aim) for aim in no]
    ends = zip(lowest(ladder.fitted, least, ladder.effect), highest(ladder.fitted, most, ladder.effect), strict=True)
    return [
        RoadShare(step, tolerance, share, min(lower, share), max(upper, share))
        for step, share, (lower, upper) in zip(wanted, shares, ends, strict=True)
    ]


def _aim(ladder: Ladder, mirrors: list[Floats], wanted: frozenset[str], any_of: bool, reading: str) -> Floats:
    """[kind, point], the part of people who qualify, with what is unknown read as no, or so that fewest or most do."""
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
