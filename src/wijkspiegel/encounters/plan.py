"""The plan: searched for until it is proved the best, or the time is over; with a bound beside each measure.

The search takes steps, not seconds: how many fit in a second is agreed beforehand (`pace`), so that the same seed
gives the same plan on every machine. Each run is twice as long as the one before, and the best stands: more time
is never worse. A start that stays a tenth behind, when each has had a few runs, is left.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from wijkspiegel.encounters.bounds import distance_bound, mirror_bound, repeat_bounds
from wijkspiegel.encounters.cyclic import Turning, seat_by_turning, turnings
from wijkspiegel.encounters.designs import seating_without_repeats
from wijkspiegel.encounters.distances import most_apart, only_distances
from wijkspiegel.encounters.feasible import seat_by_rules
from wijkspiegel.encounters.judge import NOWHERE, Judged, judge, meets
from wijkspiegel.encounters.moved import can_be_moved, seat_by_moving
from wijkspiegel.encounters.pace import moving_nanoseconds, nanoseconds, turning_nanoseconds
from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.problem import Floats, Ints, Problem, Reference, pose
from wijkspiegel.encounters.rules import Present, Rule, Weights
from wijkspiegel.encounters.said import PlanningError
from wijkspiegel.encounters.search import Asked, anneal, asked_of, descend, state_of

SHORTEST = 10e9 / 1024
"""Nanoseconds of the first run: ten that double are then ten seconds, and five, twenty and forty are used up too."""
TRIED = 4
"""Runs of every start, before one is left."""
PROVED, USELESS = "proved optimal", "no useful bound"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Measure:
    """One measure of a plan, with the best that any plan could have.

    verdict : "proved optimal"; "within x %", at most so much worse than the best possible; "no useful bound", where
        that is more than 100 % or not known; "" where there is nothing to be better at.
    """

    name: str
    value: float
    bound: float | None
    verdict: str


@dataclass(frozen=True)
class Plan:
    """Who sits where. seated : [round, person], number of a table in problem.tables, -1 for who is not there."""

    problem: Problem
    seated: Ints
    judged: Judged
    measures: tuple[Measure, ...]


def plan(
    people: Participants,
    tables: int | Sequence[Table],
    rounds: int = 1,
    *,
    mirror: Sequence[str] | None = None,
    rules: Iterable[Rule] = (),
    weights: Weights | None = None,
    against: Reference | None = None,
    before: Iterable[tuple[str, str]] = (),
    distances: Floats | None = None,
    seed: int = 1,
    seconds: float = 10.0,
    progress: Progress = lambda step: None,
) -> Plan:
    """Seat people at tables over rounds. See `pose` for what can be asked, and what cannot."""
    problem = pose(
        people, tables, rounds, mirror=mirror, rules=rules, weights=weights, against=against, before=before,
        distances=distances,
    )  # fmt: skip
    return solve(problem, seed, seconds, progress)


def solve(problem: Problem, seed: int = 1, seconds: float = 10.0, progress: Progress = lambda step: None) -> Plan:
    """Search for so many seconds of an ordinary machine, or until it is proved that nothing is better.

    Raises PlanningError where rules contradict each other, naming the fewest that do.
    """
    require_seconds(seconds)
    asked, goal = asked_of(problem), cost_bound(problem)
    best: Ints | None = None
    least = np.inf
    starts = list(_starts(problem, seed))
    records = [np.inf] * len(starts)
    for run, length in enumerate(_lengths(seconds)):
        if least <= goal + 1e-9:
            break
        kept = [number for number, record in enumerate(records) if run < TRIED or record <= least + abs(least) / 10]
        for number in kept:
            progress(f"searching: run {run + 1}" + (f", best so far {least:,.1f}" if best is not None else ""))
            found, cost = _run(problem, asked, starts[number], goal, length / len(kept), _seed(seed, run, number))
            if cost < least - 1e-9:
                best, least = found, cost
            records[number] = min(records[number], cost)
            if least <= goal + 1e-9:
                break
    if best is None:
        raise ValueError("no run was made")
    return told(problem, best)


def require_seconds(seconds: float) -> None:
    if not 0 < seconds < np.inf:
        raise PlanningError("{seconds} seconds: give more than 0.", seconds=seconds)


def _lengths(seconds: float) -> Iterator[float]:
    """Nanoseconds of each run, for as many as fit."""
    length, left = SHORTEST, max(seconds * 1e9, SHORTEST)
    while left >= length:
        yield length
        left -= length
        length *= 2


def told(problem: Problem, seated: Ints, proved: float = 0.0) -> Plan:
    """A plan, judged. proved : below this no mirror can be, if that was proved otherwise than by counting."""
    judged = judge(problem, seated)
    return Plan(problem, seated, judged, tuple(measures_of(problem, judged, proved)))


def _seed(seed: int, run: int, start: int) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed & 0xFFFF_FFFF, run, start])


class Start(NamedTuple):
    """Where runs begin. whole : part of their steps that exchanges people in all rounds. turning, moving : each run
    first turns or moves a seating of its own."""

    seated: Ints
    whole: float = 0.0
    turning: Turning | None = None
    moving: bool = False


def _starts(problem: Problem, seed: int) -> Iterator[Start]:
    """Where all rules hold, or at random; then what has no repeats or few, and keeps them if people change in all
    rounds. There rules hold only once the search has found how."""
    decided = [rule for rule in problem.rules if not isinstance(rule, Present) and getattr(rule, "must", True)]
    first = np.stack(_by_rules(problem) if decided else _at_random(problem, seed))
    yield Start(first)
    stays = _stays(problem)
    if problem.rounds == 1 or not problem.weights.repeat or stays is None:
        return
    if (stays == NOWHERE).all() and _fits_evenly(problem):
        asked = len(problem.people), len(problem.tables), problem.rounds
        design = seating_without_repeats(*asked)
        if design is not None:
            yield Start(design, whole=1.0)
        elif can_be_moved(*asked):
            yield Start(first, whole=1.0, moving=True)
    for turning in turnings(stays, len(problem.tables), problem.rounds):
        yield Start(first, whole=1.0, turning=turning)


def _by_rules(problem: Problem) -> list[Ints]:
    rows: list[Ints] = []
    for number in range(problem.rounds):
        alike = next((row for earlier, row in enumerate(rows) if _same_rules(problem, earlier, number)), None)
        found = seat_by_rules(problem, number).row if alike is None else alike
        if found is None:
            raise PlanningError(
                "Whether all rules can hold in round {number} was not found out in time. "
                "Leave out some, and try again.",
                number=number + 1,
            )
        rows.append(found)
    return rows


def _stays(problem: Problem) -> Ints | None:
    """[person]: a table each, for all rounds, of who may not sit everywhere, as a host; NOWHERE for who may.

    None where they have no table each, somebody must stay with others, or is not there in every round.
    """
    stays = np.full(len(problem.people), NOWHERE)
    if not problem.present.all() or any(len(np.unique(row)) < len(row) for row in problem.block):
        return None
    if not len(problem.allowed):
        return stays
    bound = np.flatnonzero(~problem.allowed.all(axis=(0, 2)))
    may = np.logical_and.reduce(problem.allowed[:, bound]) & np.logical_and.reduce(problem.seats > 0)
    if len(bound) > len(problem.tables):
        return None
    who, table = linear_sum_assignment(~may)
    stays[bound[who]] = table
    return stays if may[who, table].all() else None


def _same_rules(problem: Problem, one: int, other: int) -> bool:
    return not any(rule.rounds for rule in problem.rules) and bool(
        (problem.present[one] == problem.present[other]).all()
    )


def _at_random(problem: Problem, seed: int) -> list[Ints]:
    rows = [np.full(len(problem.people), NOWHERE) for _ in range(problem.rounds)]
    for number, row in enumerate(rows):
        chairs = np.repeat(np.arange(len(problem.tables)), problem.seats[number])
        np.random.default_rng([seed & 0xFFFF_FFFF, number]).shuffle(chairs)
        row[problem.present[number]] = chairs
    return rows


def _fits_evenly(problem: Problem) -> bool:
    """Whether every table can be one of the larger, where all are as even as can be."""
    most = problem.seats[0].max()
    return bool((problem.seats[0] >= most - 1).all()) and all(table.capacity >= most for table in problem.tables)


def _run(
    problem: Problem, asked: Asked, start: Start, goal: float, left: float, seed: np.random.SeedSequence
) -> tuple[Ints, float]:
    """One annealing from a start, then every exchange that still helps. Returns the plan and its cost: infinite, where
    a rule does not hold.

    left : nanoseconds, of which what is turned has half where people are exchanged in it afterwards.
    """
    numbers = seed.generate_state(1, np.uint64)
    begin, whole = start.seated, start.whole
    tries = int(left / nanoseconds(problem, whole))
    if start.turning or start.moving:
        step = turning_nanoseconds(problem) if start.turning else moving_nanoseconds(problem)
        exchanges = len(problem.attributes) + len(problem.distances) + len(problem.rules) > 0
        part = int(left / step / (1 + exchanges))
        if start.turning:
            begin, taken = seat_by_turning(start.turning, problem.seats[0], part, numbers)
        else:
            begin, taken = seat_by_moving(len(problem.people), len(problem.tables), problem.rounds, part, numbers)
        left = left - taken * step if exchanges else 0.0
    steps = int(left / nanoseconds(problem, whole))
    if only_distances(problem):
        most = -goal / problem.weights.distance
        row = most_apart(problem, begin[0], most, steps, numbers)
        return row[None], judge(problem, row[None]).cost
    state, first = state_of(problem, begin), judge(problem, begin)
    enough = goal if not first.broken else -np.inf
    hot, cold = _temperatures(problem, whole)
    cost = anneal(asked, state, first.cost, enough, steps, hot, cold, whole, 0, numbers)
    descend(asked, state, cost, enough, tries)
    seated = state.at.astype(np.int64)
    judged = judge(problem, seated)
    return seated, judged.cost if not judged.broken else np.inf


def _temperatures(problem: Problem, whole: float) -> tuple[float, float]:
    """Hot enough to exchange nearly anybody, cold enough that only what helps is done; in the unit of the cost."""
    weights = problem.weight[problem.weight > 0]
    unit = float(weights.mean()) if len(weights) and len(problem.attributes) else 0.0
    hots, colds = [0.8 * unit], [0.1 * unit]
    if whole >= 1.0:
        several = float(np.sqrt(problem.rounds))
        hots, colds = [0.9 * unit * several], [0.3 * unit * several]
    elif meets(problem) and problem.weights.repeat:
        hots.append(0.5 * problem.weights.repeat)
        colds.append(0.1 * problem.weights.repeat)
    if len(problem.distances):
        spread = float(problem.distances.std()) * problem.weights.distance
        hots.append(0.6 * spread)
        colds.append(0.02 * spread)
    if len(problem.wishes.person):
        hots.append(0.3 * problem.weights.wish)
    return max(*hots, 1e-6), min([cold for cold in colds if cold > 0], default=1e-7)


# Measures ------------------------------------------------------------------------------------------------------------


def cost_bound(problem: Problem) -> float:
    """The least that any plan can cost."""
    _, excess = repeat_bounds(problem) if meets(problem) else (0, 0)
    furthest = problem.weights.distance * distance_bound(problem)
    return mirror_bound(problem) + problem.weights.repeat * excess - furthest


def measures_of(problem: Problem, judged: Judged, proved: float = 0.0) -> Iterator[Measure]:
    """Each measure of a plan with its bound. Rules that are broken (by hand) are counted too."""
    least = max(mirror_bound(problem), proved)
    if problem.attributes:
        yield _measured("mirror", judged.mirror, least)
    if meets(problem):
        fewest, excess = repeat_bounds(problem)
        yield _measured("repeats", judged.repeats, float(fewest))
        if problem.weights.repeat and problem.attributes:
            yield _measured("mirror and repeats", judged.mirror + problem.weights.repeat * judged.excess,
                            least + problem.weights.repeat * excess)  # fmt: skip
        yield Measure("most meetings of two people", judged.most_often, None, "")
    yield Measure("pairs who meet", judged.pairs, None, "")
    if any(not must for must in problem.wishes.must):
        yield _measured("wishes not granted", judged.refused, 0.0)
    if len(problem.distances):
        most = distance_bound(problem)
        verdict = USELESS if np.isinf(most) else verdict_of(judged.distance, most)
        yield Measure("distance", judged.distance, None if np.isinf(most) else most, verdict)
    yield Measure("rules broken", len(judged.broken), 0.0, "" if not judged.broken else "broken by hand")


def _measured(name: str, value: float, bound: float) -> Measure:
    return Measure(name, value, bound, verdict_of(value, bound))


def verdict_of(value: float, bound: float) -> str:
    return PROVED if abs(value - bound) <= 1e-6 * max(1.0, abs(bound)) else worse_at_most(value, bound)


def worse_at_most(value: float, bound: float) -> str:
    """How much worse than the best possible a value is at most, whether more is better or less: part of the bound."""
    share = 100 * abs(value - bound) / abs(bound) if bound else np.inf
    if share > 100:
        return USELESS
    return f"within {share:,.0f} %" if share >= 10 else f"within {share:.2g} %"


def _with_repeat(problem: Problem, weight: float) -> Problem:
    return replace(problem, weights=replace(problem.weights, repeat=weight))


def front(
    problem: Problem, seed: int, seconds: float, progress: Progress = lambda step: None
) -> list[tuple[float, Plan]]:
    """What fewer repeats cost in mirror: plans for weights of a repeat from nothing to a great deal, without the worse.

    Each is (the weight, the plan), from few repeats to many; no plan is better than another in both.
    """
    weights = (100.0, 10.0, 6.0, 4.0, 2.0, 1.0, 0.3, 0.0)
    found = [
        (weight, solve(_with_repeat(problem, weight), seed, seconds / len(weights), progress))
        for weight in weights
    ]  # fmt: skip
    found.sort(key=lambda one: (one[1].judged.repeats, one[1].judged.mirror))
    kept: list[tuple[float, Plan]] = []
    for weight, made in found:
        if not kept or made.judged.mirror < kept[-1][1].judged.mirror - 1e-9:
            kept.append((weight, made))
    return kept
