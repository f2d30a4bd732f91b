"""Annealing by exchanges: what each would change is computed from the two tables alone.

A step exchanges two people (or somebody and an empty chair, or several and as many others) in one round, or two people
in all rounds. Which tables somebody may sit at, who stays together, who is there and how many chairs there are, no step
breaks; all other rules cost `hard` for each break. Where somebody is needed at a table, as an interpreter is, half the
steps take along all who need each other there: one by one they would break a rule on the way.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from wijkspiegel.encounters.judge import NOWHERE
from wijkspiegel.encounters.lots import below, unit
from wijkspiegel.encounters.problem import COMMON, EACH, WITH, Problem, bonds_of

HARD = 1e6
"""What a broken rule costs at least; where something else weighs more than 100, as many times as much."""


class Wished(NamedTuple):
    """Wishes: others, whom each is about; own and of, the wishes of p and about p."""

    person: NDArray[np.int64]
    least: NDArray[np.int64]
    rounds: NDArray[np.int64]
    cost: NDArray[np.float64]
    others_start: NDArray[np.int64]
    others: NDArray[np.int32]
    own_start: NDArray[np.int64]
    own: NDArray[np.int32]
    of_start: NDArray[np.int64]
    of: NDArray[np.int32]


class Asked(NamedTuple):
    """What is asked, for the kernel. Lists of lists are two arrays: of p, items from start[p] up to start[p + 1].

    hard : what a broken rule costs. block : [round, person], the same for people who stay together. bonds : of p, who
    may be needed where p sits. alike, marked : [person], the same number for people of the same categories, and with
    the same marks. about : [person], whether a wish or who must sit apart is about them.
    """

    hard: float
    category: NDArray[np.int32]
    alike: NDArray[np.int32]
    weight: NDArray[np.float64]
    capacity: NDArray[np.int64]
    minimum: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    block: NDArray[np.int32]
    mate: NDArray[np.int32]
    alone: NDArray[np.bool_]
    has_blocks: bool
    repeat: float
    meets: bool
    met_before: bool
    distances: NDArray[np.float64]
    diversity: float
    apart_start: NDArray[np.int64]
    apart_with: NDArray[np.int32]
    apart_rounds: NDArray[np.int64]
    marks: NDArray[np.bool_]
    marked: NDArray[np.int32]
    about: NDArray[np.bool_]
    conditions: NDArray[np.int64]
    condition_at: NDArray[np.bool_]
    wishes: Wished
    bond_start: NDArray[np.int64]
    bonds: NDArray[np.int32]
    movers: NDArray[np.int32]


class State(NamedTuple):
    """Who sits where, and what follows of it.

    at : [round, person], table. chair : [round, person], place in members. members : [round, table, chair]; the first
    size[round, table] are taken. gap : [round, table, category], people more than the target. met : [person, person],
    times at one table. held : [round, table, mark], people with it. near : [round, table, person], summed distance to
    who sits there.
    """

    at: NDArray[np.int32]
    chair: NDArray[np.int32]
    members: NDArray[np.int32]
    size: NDArray[np.int32]
    gap: NDArray[np.float64]
    met: NDArray[np.uint8]
    held: NDArray[np.int32]
    near: NDArray[np.float64]


def asked_of(problem: Problem) -> Asked:
    people = len(problem.people)
    mates = np.stack([_circle(block) for block in problem.block])
    apart = np.concatenate([problem.apart, problem.apart[:, [1, 0, 2]]])
    apart_start, apart_order = _lists(apart[:, 0], people)
    hard = _hard(problem)
    conditions, wished = problem.conditions, _wished_of(problem, hard)
    bonds = bonds_of(problem)
    bond_start, bond_order = _lists(bonds[:, 0], people)
    return Asked(
        hard,
        problem.category.astype(np.int32),
        _alike(problem.category),
        problem.weight.astype(np.float64),
        np.array([table.capacity for table in problem.tables], dtype=np.int64),
        np.array([table.minimum for table in problem.tables], dtype=np.int64),
        problem.allowed,
        problem.block.astype(np.int32),
        mates,
        mates == np.arange(people, dtype=np.int32),
        bool((mates != np.arange(people)).any()),
        float(problem.weights.repeat),
        problem.weights.repeat > 0 and (problem.rounds > 1 or len(problem.before) > 0),
        len(problem.before) > 0,
        problem.distances,
        float(problem.weights.distance),
        apart_start,
        apart[apart_order, 1].astype(np.int32),
        apart[apart_order, 2],
        conditions.marks,
        _alike(conditions.marks),
        np.isin(np.arange(people), np.concatenate([apart[:, 0], wished.others, wished.person])),
        np.stack(
            [conditions.kind, conditions.one, conditions.other, conditions.least, conditions.most, conditions.rounds],
            axis=1,
        ),
        conditions.tables,
        wished,
        bond_start,
        bonds[bond_order, 1].astype(np.int32),
        np.arange(people, dtype=np.int32),
    )


def _hard(problem: Problem) -> float:
    """More than any exchange can spare otherwise."""
    weights = problem.weights
    furthest = float(problem.distances.max(initial=0.0)) * weights.distance
    heaviest = max(weights.repeat, weights.wish, furthest, float(problem.weight.max(initial=0.0)))
    return HARD * max(1.0, heaviest / 100)


def _wished_of(problem: Problem, hard: float) -> Wished:
    people, wishes = len(problem.people), problem.wishes
    sizes = [len(others) for others in wishes.others]
    others = np.array([one for several in wishes.others for one in several], dtype=np.int32)
    own_start, own = _lists(wishes.person, people)
    of_start, of = _lists(others.astype(np.int64), people)
    return Wished(
        wishes.person,
        wishes.least,
        wishes.rounds,
        np.where(wishes.must, hard, problem.weights.wish).astype(np.float64),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        others,
        own_start,
        own.astype(np.int32),
        of_start,
        np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)[of],
    )


def _alike(rows: NDArray[Any]) -> NDArray[np.int32]:
    """[person]: the number of their row among all that differ."""
    if not rows.shape[1]:
        return np.zeros(len(rows), dtype=np.int32)
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int32)


def _circle(block: NDArray[np.int64]) -> NDArray[np.int32]:
    """[person]: the next of those who stay together, round and round; oneself for who is alone."""
    order = np.lexsort((np.arange(len(block)), block))
    following = np.roll(order, -1)
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    ends = np.append(starts[1:], len(block)) - 1
    following[ends] = order[starts]
    circle = np.empty(len(block), dtype=np.int32)
    circle[order] = following
    return circle


def _lists(owner: NDArray[np.int64], people: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(owner, kind="stable")
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=people))]).astype(np.int64), order


def state_of(problem: Problem, seated: NDArray[np.int64]) -> State:
    """seated : [round, person], table; NOWHERE for who is not there."""
    rounds, people = seated.shape
    tables = len(problem.tables)
    capacity = max(table.capacity for table in problem.tables)
    meets = problem.rounds > 1 or len(problem.before) > 0
    state = State(
        np.ascontiguousarray(seated, dtype=np.int32),
        np.full((rounds, people), NOWHERE, dtype=np.int32),
        np.full((rounds, tables, capacity), NOWHERE, dtype=np.int32),
        np.zeros((rounds, tables), dtype=np.int32),
        -problem.target,
        np.zeros((people, people) if meets else (0, 0), dtype=np.uint8),
        np.zeros((rounds, tables, problem.conditions.marks.shape[1]), dtype=np.int32),
        np.zeros((rounds, tables, len(problem.distances))),
    )
    if meets:
        state.met[problem.before[:, 0], problem.before[:, 1]] = 1
        state.met[problem.before[:, 1], problem.before[:, 0]] = 1
    for number in range(rounds):
        there = np.flatnonzero(seated[number] != NOWHERE)
        where = seated[number, there]
        order = np.argsort(where, kind="stable")
        sizes = np.bincount(where, minlength=tables)
        chairs = np.empty(len(there), dtype=np.int64)
        chairs[order] = np.arange(len(there)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        state.size[number] = sizes
        state.chair[number, there] = chairs
        state.members[number, where, chairs] = there
        np.add.at(state.gap[number], (where[:, None], problem.category[there]), 1.0)
        np.add.at(state.held[number], where, problem.conditions.marks[there])
        if len(problem.distances):
            np.add.at(state.near[number], where, problem.distances[there])
        if meets:
            same = (seated[number][:, None] == seated[number][None, :]) & (seated[number] != NOWHERE)[:, None]
            same &= problem.block[number][:, None] != problem.block[number][None, :]
            np.add(state.met, same, out=state.met, casting="unsafe")
    return state


# The kernel: numba compiles it once, and keeps it. ------------------------------------------------------------------


@numba.njit(cache=True)
def _of_round(rounds: int, r: int) -> bool:
    return (rounds >> r) & 1 == 1


@numba.njit(cache=True)
def _may(allowed: Any, r: int, p: int, t: int) -> Any:
    return allowed.shape[0] == 0 or allowed[r, p, t]


@numba.njit(cache=True)
def _breaks(conditions: Any, condition_at: Any, held: Any, size: Any, r: int, t: int) -> int:
    """How much the conditions on one table are broken."""
    broken = 0
    if size[r, t] == 0:
        return 0
    for c in range(len(conditions)):
        if not condition_at[c, t] or not _of_round(conditions[c, 5], r):
            continue
        kind, one, other = conditions[c, 0], conditions[c, 1], conditions[c, 2]
        least, most = conditions[c, 3], conditions[c, 4]
        if kind == EACH:
            number = held[r, t, one]
            broken += max(0, least - number) + max(0, number - most)
        elif kind == WITH:
            if held[r, t, one] > 0:
                broken += max(0, least - held[r, t, other])
        elif kind == COMMON:
            best = 0
            for mark in range(one, other):
                best = max(best, held[r, t, mark])
            broken += size[r, t] - best
    return broken


@numba.njit(cache=True)
def _refused(wishes: Any, at: Any, r: int, wish: int) -> float:
    if not _of_round(wishes.rounds[wish], r):
        return 0.0
    t = at[r, wishes.person[wish]]
    granted = 0
    if t >= 0:
        for i in range(wishes.others_start[wish], wishes.others_start[wish + 1]):
            granted += at[r, wishes.others[i]] == t
    return 0.0 if granted >= wishes.least[wish] else wishes.cost[wish]


@numba.njit(cache=True)
def _refused_about(wishes: Any, at: Any, r: int, p: int) -> float:
    """What refused wishes of somebody, and about them, cost. None counts twice: nobody wishes for oneself."""
    cost = 0.0
    for i in range(wishes.own_start[p], wishes.own_start[p + 1]):
        cost += _refused(wishes, at, r, wishes.own[i])
    for i in range(wishes.of_start[p], wishes.of_start[p + 1]):
        cost += _refused(wishes, at, r, wishes.of[i])
    return cost


@numba.njit(cache=True)
def _mirror_change(category: Any, weight: Any, gap: Any, p: int, q: int, r: int, a: int, b: int) -> Any:
    """What the mirror would cost more if p, at table a, and q, at table b, changed places.

    It gets no more than it needs: this is what nearly all time goes to, and each array that is handed over costs.
    """
    change = 0.0
    for m in range(category.shape[1]):
        c, d = category[p, m], category[q, m]
        if c != d:
            here = gap[r, b, c] - gap[r, a, c]
            there = gap[r, a, d] - gap[r, b, d]
            change += weight[c] * (1.0 + here) + weight[d] * (1.0 + there)
    return 2.0 * change


@numba.njit(cache=True)
def _meetings_change(met: Any, members: Any, size: Any, p: int, q: int, r: int, a: int, b: int) -> Any:
    """How much the excess of repeats would be more if p, at table a, and q, at table b, changed places."""
    more = np.int64(0)
    for s in range(size[r, a]):
        o = members[r, a, s]
        if o != p:
            more += np.int64(met[q, o]) - np.int64(met[p, o]) + 1
    for s in range(size[r, b]):
        o = members[r, b, s]
        if o != q:
            more += np.int64(met[p, o]) - np.int64(met[q, o]) + 1
    return more


@numba.njit(cache=True)
def _meet(met: Any, members: Any, size: Any, p: int, q: int, r: int, a: int, b: int) -> None:
    """p, at table a, and q, at table b, change whom they met."""
    for s in range(size[r, a]):
        o = members[r, a, s]
        if o != p:
            met[p, o] -= 1
            met[o, p] = met[p, o]
            met[q, o] += 1
            met[o, q] = met[q, o]
    for s in range(size[r, b]):
        o = members[r, b, s]
        if o != q:
            met[q, o] -= 1
            met[o, q] = met[q, o]
            met[p, o] += 1
            met[o, p] = met[p, o]


@numba.njit(cache=True)
def _kept_apart(start: Any, others: Any, rounds: Any, at: Any, r: int, p: int, t: int) -> int:
    """How many people sit at a table whom p must sit apart from."""
    number = 0
    for i in range(start[p], start[p + 1]):
        number += at[r, others[i]] == t and _of_round(rounds[i], r)
    return number


@numba.njit(cache=True)
def _apart_change(start: Any, others: Any, rounds: Any, at: Any, r: int, p: int, q: int, a: int, b: int) -> int:
    """How many more people would sit with somebody they must sit apart from if p and q changed places."""
    more = 0
    for i in range(start[p], start[p + 1]):
        if others[i] != q and _of_round(rounds[i], r):
            more += int(at[r, others[i]] == b) - int(at[r, others[i]] == a)
    for i in range(start[q], start[q + 1]):
        if others[i] != p and _of_round(rounds[i], r):
            more += int(at[r, others[i]] == a) - int(at[r, others[i]] == b)
    return more


@numba.njit(cache=True)
def _exchange_marks(marks: Any, held: Any, r: int, p: int, q: int, a: int, b: int) -> None:
    for mark in range(marks.shape[1]):
        more = np.int32(marks[q, mark]) - np.int32(marks[p, mark])
        held[r, a, mark] += more
        held[r, b, mark] -= more


@numba.njit(cache=True)
def _conditions_change(
    conditions: Any, condition_at: Any, marks: Any, held: Any, size: Any, r: int, p: int, q: int, a: int, b: int
) -> int:
    """How much more the conditions on tables a and b would be broken if p and q, who sit there, changed places."""
    before = _breaks(conditions, condition_at, held, size, r, a) + _breaks(conditions, condition_at, held, size, r, b)
    _exchange_marks(marks, held, r, p, q, a, b)
    after = _breaks(conditions, condition_at, held, size, r, a) + _breaks(conditions, condition_at, held, size, r, b)
    _exchange_marks(marks, held, r, q, p, a, b)
    return after - before


@numba.njit(cache=True)
def _seat(wishes: Any, at: Any, r: int, p: int, t: int) -> float:
    """Puts p at a table, and returns what that changes of what refused wishes cost."""
    before = _refused_about(wishes, at, r, p)
    at[r, p] = t
    return _refused_about(wishes, at, r, p) - before


@numba.njit(cache=True)
def _wishes_change(wishes: Any, at: Any, r: int, p: int, q: int, a: int, b: int) -> float:
    """What refused wishes would cost more if p, at table a, and q, at table b, changed places."""
    change = _seat(wishes, at, r, p, b) + _seat(wishes, at, r, q, a)
    at[r, p], at[r, q] = a, b
    return change


@numba.njit(cache=True)
def _exchange(asked: Any, state: Any, r: int, p: int, q: int) -> None:
    """p and q change places, without asking what it costs."""
    a, b = state.at[r, p], state.at[r, q]
    i, j = state.chair[r, p], state.chair[r, q]
    if asked.meets:
        _meet(state.met, state.members, state.size, p, q, r, a, b)
    for m in range(asked.category.shape[1]):
        c, d = asked.category[p, m], asked.category[q, m]
        if c != d:
            state.gap[r, a, c] -= 1.0
            state.gap[r, b, c] += 1.0
            state.gap[r, b, d] -= 1.0
            state.gap[r, a, d] += 1.0
    _exchange_marks(asked.marks, state.held, r, p, q, a, b)
    for one in range(len(asked.distances)):
        more_apart = asked.distances[q, one] - asked.distances[p, one]
        state.near[r, a, one] += more_apart
        state.near[r, b, one] -= more_apart
    state.members[r, a, i], state.members[r, b, j] = q, p
    state.at[r, p], state.at[r, q] = b, a
    state.chair[r, p], state.chair[r, q] = j, i


@numba.njit(cache=True)
def _joined(out: Any, number: int, one: int) -> int:
    """With one more, if they are not among them already. Returns how many there are."""
    for i in range(number):
        if out[i] == one:
            return number
    out[number] = one
    return number + 1


@numba.njit(cache=True)
def _company(asked: Any, state: Any, r: int, p: int, b: int, bound: bool, out: Any) -> int:
    """Who stays together with p, into `out`. Returns how many they are; 0 where one of them may not sit at b.

    bound : also whoever at their table may need them, or be needed.
    """
    out[0] = p
    number, i = 1, 0
    while i < number:
        one = out[i]
        if not _may(asked.allowed, r, one, b):
            return 0
        number = _joined(out, number, asked.mate[r, one])
        if bound:
            for k in range(asked.bond_start[one], asked.bond_start[one + 1]):
                if state.at[r, asked.bonds[k]] == state.at[r, p]:
                    number = _joined(out, number, asked.bonds[k])
        i += 1
    return number


@numba.njit(cache=True)
def _gathered(asked: Any, state: Any, r: int, p: int, b: int, start: int, bound: bool, out: Any, others: Any) -> Any:
    """The company of p, into `out`; and from a chair of b on as many others, into `others`.

    Returns how many there are of each; no others (-1) where they cannot be had, or may not sit there.
    """
    a = state.at[r, p]
    number = _company(asked, state, r, p, b, bound, out)
    if number == 0:
        return 0, -1
    left, taken = number, 0
    capacity = asked.capacity[b]
    for step in range(capacity):
        s = (start + step) % capacity
        if s >= state.size[r, b]:
            left -= 1
        else:
            q = state.members[r, b, s]
            before, one = taken, q
            while True:
                fits = taken - before < left and one >= q and _may(asked.allowed, r, one, a)
                if fits:
                    others[taken] = one
                    taken += 1
                    one = asked.mate[r, one]
                if not fits or one == q:
                    break
            if fits:
                left -= taken - before
            else:
                taken = before
        if left == 0:
            return number, taken
    return number, -1


@numba.njit(cache=True)
def _transfer(  # noqa: PLR0912 - one loop over all who go: a call that hands over all arrays costs more than the rest
    asked: Any, state: Any, r: int, out: Any, number: int, others: Any, taken: int, a: int, b: int
) -> float:
    """`out` goes from table a to b, and `others` from b to a. Returns what that changes of the cost.

    First everybody leaves, then everybody joins: sign is -1 and 1.
    """
    met, members, size = state.met, state.members, state.size
    conditioned, wishing = len(asked.conditions) > 0, len(asked.wishes.person) > 0
    change, broken = 0.0, 0
    if conditioned:
        broken -= _breaks(asked.conditions, asked.condition_at, state.held, size, r, a)
        broken -= _breaks(asked.conditions, asked.condition_at, state.held, size, r, b)
    for going in range(2 * (number + taken)):
        i = going % (number + taken)
        p = out[i] if i < number else others[i - number]
        sign = -1 if going < number + taken else 1
        t = a if (i < number) == (sign < 0) else b
        if sign < 0:
            last, chair = members[r, t, size[r, t] - 1], state.chair[r, p]
            members[r, t, chair], state.chair[r, last] = last, chair
            size[r, t] -= 1
        if wishing:
            change += _seat(asked.wishes, state.at, r, p, NOWHERE if sign < 0 else t)
        else:
            state.at[r, p] = NOWHERE if sign < 0 else t
        if asked.about[p]:
            broken += sign * _kept_apart(asked.apart_start, asked.apart_with, asked.apart_rounds, state.at, r, p, t)
        if asked.meets:
            for s in range(size[r, t]):
                q = members[r, t, s]
                if asked.block[r, p] == asked.block[r, q]:
                    continue
                change += sign * asked.repeat * (met[p, q] - (sign < 0))
                met[p, q] += sign
                met[q, p] = met[p, q]
        if len(asked.distances):
            change -= sign * asked.diversity * state.near[r, t, p]
            for one in range(len(asked.distances)):
                state.near[r, t, one] += sign * asked.distances[p, one]
        for m in range(asked.category.shape[1]):
            c = asked.category[p, m]
            change += asked.weight[c] * (1.0 + 2.0 * sign * state.gap[r, t, c])
            state.gap[r, t, c] += sign
        for mark in range(asked.marks.shape[1]):
            state.held[r, t, mark] += sign * asked.marks[p, mark]
        if sign > 0:
            members[r, t, size[r, t]], state.chair[r, p] = p, size[r, t]
            size[r, t] += 1
    if conditioned:
        broken += _breaks(asked.conditions, asked.condition_at, state.held, size, r, a)
        broken += _breaks(asked.conditions, asked.condition_at, state.held, size, r, b)
    return float(change + asked.hard * broken)


@numba.njit(cache=True)
def _itinerary_fits(asked: Any, state: Any, p: int, q: int, first: int) -> bool:
    """Whether two people may change places in all rounds."""
    for r in range(first, state.at.shape[0]):
        a, b = state.at[r, p], state.at[r, q]
        if (a < 0) != (b < 0) or not asked.alone[r, p] or not asked.alone[r, q]:
            return False
        if a >= 0 and not (_may(asked.allowed, r, p, b) and _may(asked.allowed, r, q, a)):
            return False
    return True


@numba.njit(cache=True)
def _change_itineraries(asked: Any, state: Any, p: int, q: int, first: int, pair: Any, other: Any) -> float:
    change = 0.0
    pair[0], other[0] = p, q
    for r in range(first, state.at.shape[0]):
        a, b = state.at[r, p], state.at[r, q]
        if a != b:
            change += _transfer(asked, state, r, pair, 1, other, 1, a, b)
    return change


@numba.njit(cache=True, forceinline=True)
def _rules_change(asked: Any, state: Any, r: int, p: int, q: int, a: int, b: int) -> float:
    """What rules and wishes would cost more if p, at table a, and q, at table b, changed places."""
    broken = _apart_change(asked.apart_start, asked.apart_with, asked.apart_rounds, state.at, r, p, q, a, b)
    if asked.marked[p] != asked.marked[q]:
        broken += _conditions_change(
            asked.conditions, asked.condition_at, asked.marks, state.held, state.size, r, p, q, a, b
        )
    refused = _wishes_change(asked.wishes, state.at, r, p, q, a, b) if len(asked.wishes.person) else 0.0
    return float(asked.hard * broken + refused)


@numba.njit(cache=True)
def _has_rules(asked: Any) -> Any:
    return len(asked.apart_with) + len(asked.conditions) + len(asked.wishes.person) > 0


@numba.njit(cache=True)
def _are_bound(about: Any, marked: Any, p: int, q: int) -> Any:
    """Whether it matters to any rule or wish if p and q change places."""
    return about[p] or about[q] or marked[p] != marked[q]


@numba.njit(cache=True)
def _distance_change(distances: Any, near: Any, r: int, p: int, q: int, a: int, b: int) -> Any:
    """How much more distance there would be within tables if p, at table a, and q, at table b, changed places."""
    return near[r, b, p] - near[r, a, p] + near[r, a, q] - near[r, b, q] - 2.0 * distances[p, q]


@numba.njit(cache=True)
def anneal(  # noqa: PLR0912, PLR0915 - one loop: a call that hands over all arrays costs more than a step
    asked: Any,
    state: Any,
    cost: float,
    goal: float,
    steps: int,
    hot: float,
    cold: float,
    whole: float,
    first: int,
    seed: Any,
) -> float:
    """Take so many steps at temperatures that fall from hot to cold; stop where the cost reaches the goal.

    whole : part of the steps that exchange two people in all rounds. first : the first round that may change.
    Returns the cost.
    """
    rounds = state.at.shape[0]
    tables = len(asked.capacity)
    chairs = state.members.shape[2]
    out, others = np.empty(chairs + 1, dtype=np.int32), np.empty(chairs + 1, dtype=np.int32)
    relabels = not asked.met_before and first == 0
    restricted = asked.allowed.shape[0] > 0
    distant, ruled = len(asked.distances) > 0, _has_rules(asked)
    free = not restricted and not asked.has_blocks and state.at.min() >= 0
    factor = (cold / hot) ** (1.0 / max(1, steps // 256))
    heat = hot
    for step in range(steps):
        if step & 255 == 255:
            heat *= factor
            if cost <= goal + 1e-9:
                return cost
        p = asked.movers[below(seed, len(asked.movers))]
        limit = -heat * np.log(unit(seed))
        if whole > 0.0 and unit(seed) <= whole:
            q = asked.movers[below(seed, len(asked.movers))]
            if p == q or (not free and not _itinerary_fits(asked, state, p, q, first)):
                continue
            if relabels:
                bound = ruled and _are_bound(asked.about, asked.marked, p, q)
                if asked.alike[p] == asked.alike[q] and not distant and not bound:
                    continue
                change = 0.0
                for r in range(rounds):
                    if state.at[r, p] != state.at[r, q]:
                        a, b = state.at[r, p], state.at[r, q]
                        change += _mirror_change(asked.category, asked.weight, state.gap, p, q, r, a, b)
                        if distant:
                            change -= asked.diversity * _distance_change(asked.distances, state.near, r, p, q, a, b)
                        if bound:
                            change += _rules_change(asked, state, r, p, q, a, b)
                if change <= limit:
                    for r in range(rounds):
                        if state.at[r, p] != state.at[r, q]:
                            _exchange(asked, state, r, p, q)
                    cost += change
            else:
                change = _change_itineraries(asked, state, p, q, first, out, others)
                if change <= limit:
                    cost += change
                else:
                    _change_itineraries(asked, state, p, q, first, out, others)
            continue
        r = first + below(seed, rounds - first)
        a = state.at[r, p]
        if a < 0 or tables == 1:
            continue
        b = below(seed, tables - 1)
        b += b >= a
        s = below(seed, asked.capacity[b])
        q = state.members[r, b, s] if s < state.size[r, b] else NOWHERE
        bond = asked.bond_start[p + 1] > asked.bond_start[p] and below(seed, 2) == 0
        if q >= 0 and not bond and asked.alone[r, p] and asked.alone[r, q]:
            if restricted and not (_may(asked.allowed, r, p, b) and _may(asked.allowed, r, q, a)):
                continue
            change = _mirror_change(asked.category, asked.weight, state.gap, p, q, r, a, b)
            if asked.meets:
                change += asked.repeat * _meetings_change(state.met, state.members, state.size, p, q, r, a, b)
            if distant:
                change -= asked.diversity * _distance_change(asked.distances, state.near, r, p, q, a, b)
            if ruled and _are_bound(asked.about, asked.marked, p, q):
                change += _rules_change(asked, state, r, p, q, a, b)
            if change <= limit:
                _exchange(asked, state, r, p, q)
                cost += change
            continue
        if q >= 0 and not bond and asked.alone[r, p] and not asked.alone[r, q]:
            p, a, b, s = q, b, a, state.chair[r, p]
        number, taken = _gathered(asked, state, r, p, b, s, bond, out, others)
        if taken < 0 or state.size[r, a] - number + taken < asked.minimum[a]:
            continue
        change = _transfer(asked, state, r, out, number, others, taken, a, b)
        if change <= limit:
            cost += change
        else:
            _transfer(asked, state, r, out, number, others, taken, b, a)
    return cost


@numba.njit(cache=True)
def descend(asked: Any, state: Any, cost: float, goal: float, tries: int) -> float:
    """Exchange pairs for as long as any exchange in one round makes it better, and no more than so many were tried."""
    rounds, people = state.at.shape
    restricted = asked.allowed.shape[0] > 0
    distant, ruled = len(asked.distances) > 0, _has_rules(asked)
    better = True
    while better and cost > goal + 1e-9:
        better = False
        for r in range(rounds):
            for p in range(people):
                tries -= p
                if tries < 0:
                    return cost
                for q in range(p):
                    a, b = state.at[r, p], state.at[r, q]
                    if a == b or a < 0 or b < 0 or not (asked.alone[r, p] and asked.alone[r, q]):
                        continue
                    if restricted and not (_may(asked.allowed, r, p, b) and _may(asked.allowed, r, q, a)):
                        continue
                    change = _mirror_change(asked.category, asked.weight, state.gap, p, q, r, a, b)
                    if asked.meets:
                        change += asked.repeat * _meetings_change(state.met, state.members, state.size, p, q, r, a, b)
                    if distant:
                        change -= asked.diversity * _distance_change(asked.distances, state.near, r, p, q, a, b)
                    if ruled and _are_bound(asked.about, asked.marked, p, q):
                        change += _rules_change(asked, state, r, p, q, a, b)
                    if change < -1e-9:
                        _exchange(asked, state, r, p, q)
                        cost += change
                        better = True
    return cost
