"""Seatings that are one round, turned: a search over one round settles them all.

People stand in cycles. Each turn moves everybody to the place of the next in the cycle, and after as many turns as the
longest cycle has people, all are back. An initial round, turned again and again, gives all others, and two people meet
as often as it holds pairs that are turned into theirs. Nobody meets twice where it holds none of those more than once:
the starters of combinatorial design (Colbourn & Dinitz 2007, part VI). The search is annealing by exchanges.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numba
import numpy as np

from wijkspiegel.encounters.judge import NOWHERE
from wijkspiegel.encounters.lots import below, unit
from wijkspiegel.encounters.problem import Ints

MOST_PEOPLE = 1_000
"""A search looks up every pair of people; among more than these there mostly is room enough without turning."""
MOST_INITIAL = 2
"""Rounds that are turned: of three and more, hardly fewer were found than by a search over all rounds."""
HOT, COLD = 0.5, 0.08
"""Temperatures, in what one pair too many in an initial round costs."""


class Turning(NamedTuple):
    """How people are turned. cycles : people in each, the longest first. initial : rounds that are turned.

    stays : [person], the table at which they stay through all rounds, each at another; NOWHERE for who is turned.
    """

    cycles: tuple[int, ...]
    initial: int
    stays: Ints


def turnings(stays: Ints, tables: int, rounds: int) -> Iterator[Turning]:
    """Ways to turn people into so many rounds. Who is left over stays in place too, or goes round among themselves.

    stays : [person], as a Turning has it.
    """
    people, staying = len(stays), int((stays != NOWHERE).sum())
    if people > MOST_PEOPLE:
        return
    for initial in range(1, MOST_INITIAL + 1):
        length, uneven = divmod(rounds, initial)
        if uneven or not 2 <= length <= people:
            continue
        still = staying + (people - staying) % length
        for left in (still, still + length):
            if left <= min(tables, people - length):
                yield Turning((length,) * ((people - left) // length) + (1,) * left, initial, stays)
        whole, left = divmod(people, length)
        if not staying and left > 1 and length % left == 0:
            yield Turning((length,) * whole + (left,), initial, stays)


def seat_by_turning(turning: Turning, sizes: Ints, steps: int, seed: Any) -> tuple[Ints, int]:
    """[round, person], a table each, with few repeats; and how many steps that took.

    sizes : people at each table, the same in every round. It ends where nobody meets twice.
    """
    following = _following(turning.cycles)
    orbit, often = _orbits(following, turning.cycles[0])
    first = np.concatenate([[0], np.cumsum(sizes)])
    table = np.repeat(np.arange(len(sizes)), sizes)
    person = np.argsort(turning.stays != NOWHERE, kind="stable")  # who stays is last, as the cycles of one are
    seated = _at_random(turning.initial, len(following), seed)
    kept = np.zeros(len(table), dtype=bool)
    for place in np.flatnonzero(turning.stays[person] != NOWHERE):
        seat = first[turning.stays[person[place]]]
        kept[seat] = True
        for row in seated:
            row[row == place], row[seat] = row[seat], place
    taken = _anneal(orbit, often, first, table, kept, seated, steps, seed)
    turned = _turned(seated, table, following, turning.cycles[0])
    return turned[:, np.argsort(person)], taken


def _following(cycles: tuple[int, ...]) -> Ints:
    """[person]: to whose place a turn moves them."""
    ends = np.cumsum(cycles)
    following = np.arange(1, ends[-1] + 1)
    following[ends - 1] = ends - cycles
    return following


def _turned(seated: Ints, table: Ints, following: Ints, length: int) -> Ints:
    """[round, person], table; from who sits in each seat of the initial rounds."""
    rounds = []
    for row in seated:
        who = row
        for _ in range(length):
            at = np.empty_like(table)
            at[who] = table
            rounds.append(at)
            who = following[who]
    return np.array(rounds)


# The kernel ----------------------------------------------------------------------------------------------------------


@numba.njit(cache=True)
def _orbits(following: Any, length: int) -> Any:
    """[person, person]: the number of the pairs into which theirs is turned; and how often, in all turns, each is."""
    people = len(following)
    orbit, often = np.full((people, people), -1, dtype=np.int32), np.empty(people * people // 2, dtype=np.int64)
    found = 0
    for p in range(people):
        for q in range(p):
            if orbit[p, q] < 0:
                pairs, one, other = 0, p, q
                while orbit[one, other] < 0:
                    orbit[one, other] = orbit[other, one] = found
                    one, other = following[one], following[other]
                    pairs += 1
                often[found] = length // pairs
                found += 1
    return orbit, often[:found]


@numba.njit(cache=True)
def _at_random(rounds: int, people: int, seed: Any) -> Any:
    """[round, seat], a person each."""
    seated = np.empty((rounds, people), dtype=np.int64)
    for r in range(rounds):
        for seat in range(people):
            other = below(seed, seat + 1)
            seated[r, seat] = seated[r, other]
            seated[r, other] = seat
    return seated


@numba.njit(cache=True)
def _put(orbit: Any, often: Any, times: Any, row: Any, first: int, end: int, skipped: int, p: int, sign: int) -> float:
    """p joins (sign 1) or leaves (-1) who sits in seats from first up to end, but for one. Returns the excess it adds.

    times : how often each pair of an orbit meets. If that is k, and one pair more of the orbit sits together in the
    initial round, all its pairs meet k + often times: together an excess of k + (often - 1) / 2 more, in units of as
    many as there are turns.
    """
    excess = 0.0
    for seat in range(first, end):
        if seat != skipped:
            o = orbit[p, row[seat]]
            if sign < 0:
                times[o] -= often[o]
            excess += sign * (times[o] + 0.5 * (often[o] - 1))
            if sign > 0:
                times[o] += often[o]
    return excess


@numba.njit(cache=True)
def _anneal(orbit: Any, often: Any, first: Any, table: Any, kept: Any, seated: Any, steps: int, seed: Any) -> int:
    """Exchange people of the initial rounds, but for seats that are kept, at temperatures that fall. Returns how many
    steps it took."""
    times = np.zeros(len(often), dtype=np.int64)
    excess = 0.0
    for row in seated:
        for seat in range(len(row)):
            excess += _put(orbit, often, times, row, first[table[seat]], seat, seat, row[seat], 1)
    factor, heat = (COLD / HOT) ** (1.0 / max(1, steps // 256)), HOT
    for step in range(steps):
        if excess < 1e-9:
            return step
        if step & 255 == 255:
            heat *= factor
        row = seated[below(seed, len(seated))]
        i, j = below(seed, len(row)), below(seed, len(row))
        a, b = table[i], table[j]
        if a == b or kept[i] or kept[j]:
            continue
        p, q = row[i], row[j]
        change = _put(orbit, often, times, row, first[a], first[a + 1], i, p, -1)
        change += _put(orbit, often, times, row, first[b], first[b + 1], j, q, -1)
        change += _put(orbit, often, times, row, first[a], first[a + 1], i, q, 1)
        change += _put(orbit, often, times, row, first[b], first[b + 1], j, p, 1)
        if change <= -heat * np.log(unit(seed)):
            row[i], row[j] = q, p
            excess += change
        else:
            _put(orbit, often, times, row, first[a], first[a + 1], i, q, -1)
            _put(orbit, often, times, row, first[b], first[b + 1], j, p, -1)
            _put(orbit, often, times, row, first[a], first[a + 1], i, p, 1)
            _put(orbit, often, times, row, first[b], first[b + 1], j, q, 1)
    return steps
