"""The maximally diverse grouping problem, against three methods of the literature: python -m benchmarks.mdgp [n ...].

Each number of people has the groups and the time limit of the literature. The instances are generated, after its three
families: RanInt (whole numbers 0 to 100), RanReal (real numbers 0 to 100), and Geo (Euclidean distances of points with
2 to 21 coordinates from 0 to 10). The methods are written here from what the papers say, on the same kernel of numba,
and have the time in CPU seconds, compiling left out; every objective is counted anew. Ours takes steps and not seconds:
on a machine where it would take more than its limit, --slower asks it for less.
"""

import argparse
import time

import numba
import numpy as np

from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.plan import plan

CASES = {120: (10, 3), 240: (12, 20), 480: (20, 120), 960: (24, 600), 2000: (25, 1200)}
"""People -> groups, and CPU seconds."""
SKEW = 0.005
"""How much worse may be gone on from where everybody sits elsewhere, as a part of the objective."""


def instance(family, people, seed):
    """[person, person], distances."""
    lots = np.random.default_rng(seed)
    if family == "Geo":
        points = lots.uniform(0, 10, (people, int(lots.integers(2, 22))))
        return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    if family == "RanInt":
        drawn = lots.integers(0, 101, (people, people)).astype(np.float64)
    else:
        drawn = lots.uniform(0, 100, (people, people))
    upper = np.triu(drawn, 1)
    return upper + upper.T


def objective(distances, at):
    """Counted anew, from who is in which group."""
    return float((distances * (at[:, None] == at[None, :])).sum()) / 2


# What the three share: near[person, group] is the summed distance to who is in a group. ------------------------------


@numba.njit(cache=True)
def seed_lots(seed):
    np.random.seed(seed)


@numba.njit(cache=True)
def nearness(distances, at, groups):
    near = np.zeros((len(at), groups))
    for p in range(len(at)):
        for q in range(len(at)):
            near[p, at[q]] += distances[p, q]
    return near


@numba.njit(cache=True)
def gain(distances, near, at, p, q):
    a, b = at[p], at[q]
    return near[p, b] - near[p, a] + near[q, a] - near[q, b] - 2.0 * distances[p, q]


@numba.njit(cache=True)
def swap(distances, near, at, p, q):
    a, b = at[p], at[q]
    for one in range(len(at)):
        more = distances[one, q] - distances[one, p]
        near[one, a] += more
        near[one, b] -= more
    at[p], at[q] = b, a


@numba.njit(cache=True)
def climb(distances, near, at):
    """First improvement over all exchanges in a drawn order of people, until there is none. Returns the gain.

    Groups are full, so that inserting somebody is never allowed: of insert and swap only swap is left.
    """
    people, gained, since = len(at), 0.0, 0
    order = np.random.permutation(people)
    while since < people:
        for p in order:
            since += 1
            for q in order:
                if at[p] != at[q]:
                    more = gain(distances, near, at, p, q)
                    if more > 1e-7:
                        swap(distances, near, at, p, q)
                        gained += more
                        since = 0
            if since >= people:
                break
    return gained


@numba.njit(cache=True)
def shake(distances, near, at, times):
    """Exchanges of two people who are drawn. Returns the gain, mostly a loss."""
    gained, done = 0.0, 0
    while done < times:
        p, q = np.random.randint(len(at)), np.random.randint(len(at))
        if at[p] != at[q]:
            gained += gain(distances, near, at, p, q)
            swap(distances, near, at, p, q)
            done += 1
    return gained


def value_of(near, at):
    return float(near[np.arange(len(at)), at].sum()) / 2


# Iterated tabu search: Palubeckis, Ostreika & Rubliauskas (2015) -----------------------------------------------------


@numba.njit(cache=True)
def tabu_search(distances, near, at, steps, tenure):
    """The best exchange of two who are not tabu, or one that beats the best. Ends at a new best, which is climbed.

    Returns the gain of the best seating found, which `at` is left at.
    """
    people = len(at)
    until = np.zeros(people, dtype=np.int64)
    best, now, best_at = 0.0, 0.0, at.copy()
    for step in range(1, steps + 1):
        most, one, other, ties = -np.inf, -1, -1, 0
        for p in range(people):
            for q in range(p):
                if at[p] == at[q]:
                    continue
                more = gain(distances, near, at, p, q)
                if (until[p] >= step or until[q] >= step) and now + more <= best + 1e-7:
                    continue
                if more > most + 1e-9:
                    most, one, other, ties = more, p, q, 1
                elif more > most - 1e-9:
                    ties += 1
                    if np.random.randint(ties) == 0:
                        one, other = p, q
        if one < 0:
            continue
        swap(distances, near, at, one, other)
        now += most
        until[one] = until[other] = step + tenure
        if now > best + 1e-7:
            now += climb(distances, near, at)
            best = now
            best_at[:] = at
    at[:] = best_at
    return best


@numba.njit(cache=True)
def perturb_greedily(distances, near, at, times, candidates):
    """Exchange pairs of people who are each moved once, drawn among the best few. Returns the gain."""
    people, gained = len(at), 0.0
    free = np.ones(people, dtype=np.bool_)
    best, pair = np.empty(candidates), np.empty((candidates, 2), dtype=np.int64)
    for _ in range(times):
        best[:] = -np.inf
        least = 0
        for p in range(people):
            if not free[p]:
                continue
            for q in range(p):
                if free[q] and at[p] != at[q]:
                    more = gain(distances, near, at, p, q)
                    if more > best[least]:
                        best[least] = more
                        pair[least, 0], pair[least, 1] = p, q
                        least = int(np.argmin(best))
        known = np.flatnonzero(best > -np.inf)
        if len(known) == 0:
            break
        drawn = known[np.random.randint(len(known))]
        p, q = pair[drawn, 0], pair[drawn, 1]
        gained += gain(distances, near, at, p, q)
        swap(distances, near, at, p, q)
        free[p] = free[q] = False
    return gained


def iterated_tabu(distances, groups, at, clock):
    near = nearness(distances, at, groups)
    climb(distances, near, at)
    best, found = value_of(near, at), at.copy()
    lots = np.random.default_rng(1)
    people = len(at)
    while clock():
        tabu_search(distances, near, at, max(people // 2, 50), 10)
        near = nearness(distances, at, groups)
        value = value_of(near, at)
        if value > best + 1e-7:
            best, found = value, at.copy()
        if clock():
            times = int(lots.integers(max(3, people // 50), max(4, people // 8) + 1))
            perturb_greedily(distances, near, at, times, 5 + people // 20)
    return found


# Skewed general variable neighbourhood search: Brimberg, Mladenovic & Urosevic (2015) --------------------------------


@numba.njit(cache=True)
def unlike(one, other, groups):
    """Share of people who are not where the other seating has them, each group paired with the one most like it."""
    shared = np.zeros((groups, groups))
    for p in range(len(one)):
        shared[one[p], other[p]] += 1.0
    same = 0.0
    for g in range(groups):
        same += shared[g].max()
    return 1.0 - same / len(one)


def skewed_vns(distances, groups, at, clock):
    """Shaken ever harder; a seating a little worse is gone on from, where it is unlike enough."""
    hardest = max(3, len(at) // 5)
    near = nearness(distances, at, groups)
    climb(distances, near, at)
    here, value = at.copy(), value_of(near, at)
    best, found = value, at.copy()
    force = 1
    while clock():
        at[:] = here
        near = nearness(distances, at, groups)
        shake(distances, near, at, force)
        climb(distances, near, at)
        new = value_of(near, at)
        if new > best + 1e-7:
            best, found = new, at.copy()
        if new / value + SKEW * unlike(here, at, groups) > 1.0 + 1e-10:
            here, value, force = at.copy(), new, 1
        else:
            force = force + 1 if force < hardest else 1
            if force == 1:
                here, value = found.copy(), best
    return found


# Three phases and a population that shrinks: Yang, Cai, Jin, Tang & Gao (2022) ---------------------------------------


@numba.njit(cache=True)
def reassign_least(distances, near, at, groups, times):
    """Directed perturbation: of each group who adds least is taken out, and each group takes who adds most to it."""
    least = np.empty(groups, dtype=np.int64)
    for _ in range(times):
        least[:] = -1
        for p in range(len(at)):
            g = at[p]
            if least[g] < 0 or near[p, g] < near[least[g], g]:
                least[g] = p
        fits = np.empty((groups, groups))
        for i in range(groups):
            for g in range(groups):
                fits[i, g] = near[least[i], g] - distances[least[i], least[g]]
        free = np.ones(groups, dtype=np.bool_)
        for g in np.random.permutation(groups):
            chosen = -1
            for i in range(groups):
                if free[i] and (chosen < 0 or fits[i, g] > fits[chosen, g]):
                    chosen = i
            free[chosen] = False
            at[least[chosen]] = g
        near[:] = nearness(distances, at, groups)


@numba.njit(cache=True)
def combine(distances, one, other, groups):
    """A child: by turns the most diverse group, of who is left, of one parent; then the rest where there is room."""
    people = len(one)
    child, size = np.full(people, -1), np.zeros(groups, dtype=np.int64)
    full = people // groups
    for g in range(groups):
        parent = one if g % 2 == 0 else other
        worth, number = np.zeros(groups), np.zeros(groups)
        for p in range(people):
            if child[p] < 0:
                number[parent[p]] += 1.0
                for q in range(p):
                    if child[q] < 0 and parent[p] == parent[q]:
                        worth[parent[p]] += distances[p, q]
        chosen = int(np.argmax(worth / np.maximum(number, 1.0)))
        for p in range(people):
            if child[p] < 0 and parent[p] == chosen:
                child[p] = g
                size[g] += 1
    for p in np.random.permutation(people):
        if child[p] < 0:
            g = np.random.randint(groups)
            while size[g] >= full:
                g = np.random.randint(groups)
            child[p] = g
            size[g] += 1
    return child


def three_phases(distances, groups, at, clock):
    """15 seatings shrink to 2, and shakes of 1.2 n/groups exchanges to 0.1, as time goes by."""
    lots = np.random.default_rng(1)
    size = len(at) // groups

    def climbed(seating):
        near = nearness(distances, seating, groups)
        climb(distances, near, seating)
        return value_of(near, seating), seating

    many = [climbed(lots.permutation(at)) for _ in range(15)]
    found = max(many, key=lambda one: one[0])
    while clock():
        strength = int(max(1.0, (1.2 - 1.1 * clock.part()) * size))
        for number, (value, seating) in enumerate(many):
            if not clock():
                break
            shaken = seating.copy()
            near = nearness(distances, shaken, groups)
            shake(distances, near, shaken, strength)
            new = climb_from(distances, near, shaken)
            if new > value:
                many[number] = (new, shaken)
        grown = list(many)
        for number, (value, seating) in enumerate(many):
            if not clock() or len(many) < 2:
                break
            mate = many[(number + 1 + int(lots.integers(len(many) - 1))) % len(many)][1]
            new, child = climbed(combine(distances, seating, mate, groups))
            if new > value or new / value + SKEW * unlike(seating, child, groups) > 1.0:
                grown[number] = (new, child)
        many = grown
        found = max([found, *many], key=lambda one: one[0])
        for number, (value, seating) in enumerate(many):
            if not clock():
                break
            moved = seating.copy()
            near = nearness(distances, moved, groups)
            reassign_least(distances, near, moved, groups, 3)
            new = climb_from(distances, near, moved)
            if new > value:
                many[number] = (new, moved)
        found = max([found, *many], key=lambda one: one[0])
        many.sort(key=lambda one: -one[0])
        del many[max(2, round(15 - 13 * clock.part())) :]
    return found[1]


def climb_from(distances, near, at):
    climb(distances, near, at)
    return value_of(near, at)


# The comparison ------------------------------------------------------------------------------------------------------


class Clock:
    """CPU seconds of this process; called, whether there is time left."""

    def __init__(self, seconds):
        self.begin, self.seconds = time.process_time(), seconds

    def part(self):
        return min(1.0, (time.process_time() - self.begin) / self.seconds)

    def __call__(self):
        return self.part() < 1.0


METHODS = {"iterated tabu": iterated_tabu, "skewed VNS": skewed_vns, "three phases": three_phases}


def theirs(method, distances, groups, seed, seconds):
    people = len(distances)
    seed_lots(seed)
    begin = np.random.default_rng(seed).permutation(np.repeat(np.arange(groups), people // groups))
    clock = Clock(seconds)
    found = METHODS[method](distances, groups, begin, clock)
    if (np.bincount(found, minlength=groups) != people // groups).any():
        raise ValueError(f"{method} has groups of other sizes")
    return objective(distances, found), time.process_time() - clock.begin


def ours(distances, groups, seed, seconds):
    people = Participants(tuple(f"{one:05}" for one in range(len(distances))), {})
    begin = time.process_time()
    made = plan(people, groups, distances=distances, seed=seed, seconds=seconds)
    took = time.process_time() - begin
    return objective(distances, made.seated[0]), took


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("people", nargs="*", type=int, default=[120, 240])
    asked.add_argument("--family", nargs="*", default=["RanInt", "RanReal", "Geo"])
    asked.add_argument("--seed", nargs="*", type=int, default=[1, 2])
    asked.add_argument("--slower", type=float, default=1.0, help="ours is asked for its time divided by this")
    chosen = asked.parse_args()
    small = instance("RanInt", 20, 1)
    ours(small, 4, 1, 0.02)
    for method in METHODS:
        theirs(method, small, 4, 1, 0.05)  # the kernels are compiled or read now
    print("| people, groups | family | seed | " + " | ".join(METHODS) + " | ours | gap to the best | CPU s of ours |")
    print("|---|---|--:|" + "--:|" * (len(METHODS) + 3))
    for people in chosen.people:
        groups, seconds = CASES[people]
        for family in chosen.family:
            distances = instance(family, people, people)
            for seed in chosen.seed:
                found = [theirs(method, distances, groups, seed, seconds)[0] for method in METHODS]
                mine, took = ours(distances, groups, seed, seconds / chosen.slower)
                gap = 100 * (max(found) - mine) / max(found)
                cells = " | ".join(f"{value:,.1f}" for value in [*found, mine])
                print(f"| {people}, {groups} | {family} | {seed} | {cells} | {gap:+.3f} % | {took:.1f} |", flush=True)


if __name__ == "__main__":
    main()
