"""A panel by fair lottery: of all lotteries within the quotas one that gives whoever has the least chance the most.

The aim is that of Flanigan, Gölz, Gupta, Hennig & Procaccia (2021), "Fair algorithms for selecting citizens'
assemblies", Nature 596. The road differs:

1. `fairest`: the chances if panels could be cut into parts: the lowest as high as can be, then the next lowest, and so
   on. Small linear programmes. No lottery has a higher lowest chance: a bound.
2. `numbered`: so many equally likely panels with about these chances. Twice 500 panels are 1,000, twice 250 are 500: a
   number of people for each class is halved into whole numbers, again and again, within the quotas of every part.
3. `highest_minimum`: those panels with other chances for each, and panels that are worth more by the dual prices, until
   there are none (column generation): what any lottery can reach, and the proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.plan import PROVED, USELESS, Measure, worse_at_most
from wijkspiegel.encounters.quotas import (
    ALMOST,
    NODES,
    Change,
    Floats,
    Panels,
    Quota,
    panels_within,
    require_a_panel,
    smallest_change,
)

WHOLE = 1e-4
"""The same of a chance times the number of panels."""

PRICED = 10_000_000
"""Panels that are priced for the proof at most, times the squared number of classes: what a round takes."""

REPEATED = 100
"""Of every so many panels that are taken one by one, one may be the same as the one before: it saves the search."""

Batch = tuple[Floats, int]
"""People by class, and over how many panels they are to be divided."""


@dataclass(frozen=True)
class Lottery:
    """Panels of which each is as likely to be drawn, numbered from 1.

    people : in order of id. panels : [panel, seat], numbers of people in rising order.
    fairest : [person], the chance that the fairest lottery would give if panels could be cut into parts.
    reached, bound : the lowest chance of anybody who can be in a panel, in the best of all lotteries with any chances
        for the panels: so much was found, and more than so much is not possible.
    excluded : id -> the quotas to change before they can be in any panel.
    """

    people: Participants
    panels: NDArray[np.intp]
    fairest: Floats
    reached: float
    bound: float
    excluded: Mapping[str, tuple[Change, ...]]

    @cached_property
    def times(self) -> NDArray[np.intp]:
        """[person], in how many of the panels they are."""
        return np.bincount(self.panels.ravel(), minlength=len(self.people))

    @property
    def chances(self) -> Floats:
        """[person], the share of the panels that they are in."""
        return self.times / len(self.panels)

    @cached_property
    def possible(self) -> NDArray[np.bool_]:
        """[person], whether they are in any panel within the quotas."""
        return np.array([one not in self.excluded for one in self.people.ids])

    @property
    def lowest(self) -> float:
        """The lowest chance of anybody who can be in a panel."""
        return float(self.times[self.possible].min()) / len(self.panels)

    @property
    def lowest_bound(self) -> float:
        """What the lowest chance cannot exceed in any lottery of so many equally likely panels."""
        return float(np.floor(len(self.panels) * self.bound + WHOLE)) / len(self.panels)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """How fair the lottery is, with the best that any could be.

        lost by numbering : what the lowest chance would gain if panels could have any chances.
        furthest from fairest : the largest difference of anybody's chance from `fairest`.
        """
        away = float(np.abs(self.chances - self.fairest).max())
        return (
            _measured("lowest chance", self.lowest, self.lowest_bound),
            _measured("lowest chance of any lottery", self.reached, self.bound),
            _measured("lost by numbering", self.bound - self.lowest, self.bound - self.lowest_bound),
            Measure("furthest from fairest", away, None, USELESS),
        )

    def drawn(self, seed: int) -> int:
        """The number of the panel that a seed draws, from 1."""
        return int(np.random.default_rng(seed).integers(len(self.panels))) + 1

    def panel(self, number: int) -> tuple[str, ...]:
        """Who is in a panel, by its number from 1."""
        return tuple(self.people.ids[person] for person in self.panels[number - 1])


def _measured(name: str, value: float, bound: float) -> Measure:
    return Measure(name, value, bound, PROVED if abs(value - bound) < WHOLE / 10 else worse_at_most(value, bound))


def fair_lottery(
    people: Participants, quotas: Sequence[Quota], size: int, *, one_of: str = "", numbers: int = 1000
) -> Lottery:
    """The fairest lottery over so many panels. The same people give the same lottery, in whatever order they come.

    one_of : attribute, such as a household, of which a panel has each value once at most.
    Raises PlanningError where there is no panel, with the smallest change of quotas after which there is one.
    """
    people = people.in_order()
    panels = panels_within(people, quotas, size, one_of)
    require_a_panel(people, panels)
    aim = fairest(panels)
    chosen = numbered(panels, aim, numbers)
    known, reachable = coverage(panels, chosen)
    excluded = _excluded(people, panels, reachable)
    panels = panels.without(~reachable)
    if (aim[~reachable] > ALMOST).any():  # parts of panels could hold somebody whom no whole panel can
        aim = fairest(panels)
        chosen = numbered(panels, aim, numbers)
    ceiling = float(aim[reachable].min())
    columns = np.unique(np.concatenate([known, chosen]), axis=0)
    reached, bound, columns = highest_minimum(panels, reachable, columns, ceiling)
    if _least(panels, reachable, chosen) < int(np.floor(numbers * reached + WHOLE)):
        aim = _towards(panels, reachable, columns, reached, aim)
        chosen = max(chosen, numbered(panels, aim, numbers), key=lambda found: _least(panels, reachable, found))
    return Lottery(people, _with_people(panels, chosen), aim[panels.class_of], reached, bound, excluded)


def coverage(panels: Panels, known: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """([panel, class], panels that together hold everybody who can be in one; [class], who that is).

    known : [panel, class], panels to begin with.
    """
    found = [known]
    unseen = known.sum(axis=0) == 0
    while unseen.any():
        best = panels.worth_most(unseen.astype(float), gap=0.5)  # nobody new is nobody, at any gap
        new = unseen & (best[0] > 0) if best is not None else np.zeros_like(unseen)
        if best is None or not new.any():
            break
        found.append(best[0][None])
        unseen &= ~new
    return np.concatenate(found), ~unseen


def _excluded(people: Participants, panels: Panels, reachable: NDArray[np.bool_]) -> dict[str, tuple[Change, ...]]:
    changes = {number: smallest_change(panels, number) for number in np.flatnonzero(~reachable).tolist()}
    pairs = zip(people.ids, panels.class_of.tolist(), strict=True)
    return {one: changes[number] for one, number in pairs if number in changes}


# The fairest chances -------------------------------------------------------------------------------------------------


def fairest(panels: Panels) -> Floats:
    """[class], the chance of each if panels could be cut into parts: the lowest as high as can be, then the next, ...

    Each round raises those who are still free together, as far as it goes, and fixes whoever cannot rise further.
    """
    people, free = panels.people, panels.most > 0
    least = np.zeros(len(people))
    seats = least
    while free.any():
        raised = _raise_together(panels, least, free)
        if raised is None:  # what was fixed before is in the way of itself, by less than the solver can tell
            break
        level, seats, held = raised
        floor = np.where(free, level, least)
        stuck = free & _cannot_rise(panels, floor, free)
        if not stuck.any():
            stuck = free & held
        stuck = stuck if stuck.any() else free
        least = np.where(stuck, level, least)
        free &= ~stuck
    chances: Floats = np.clip(seats / people, 0, 1)
    return chances


def _raise_together(
    panels: Panels, least: Floats, free: NDArray[np.bool_]
) -> tuple[float, Floats, NDArray[np.bool_]] | None:
    """(the level that all who are free can have, [class] seats at it, [class] whether a price says they are held)."""
    classes, rules = len(least), len(panels.low)
    group = np.flatnonzero(free)
    share = sparse.hstack([-sparse.eye_array(classes).tocsr()[group], sparse.csr_array(panels.people[group][:, None])])
    both = sparse.vstack([panels.rows, -panels.rows])
    found = optimize.linprog(
        np.append(np.zeros(classes), -1.0),
        A_ub=sparse.vstack([sparse.hstack([both, sparse.csr_array((2 * rules, 1))]), share]),
        b_ub=np.concatenate([panels.high, -panels.low, np.zeros(len(group))]),
        bounds=np.column_stack([np.append(_just_under(least) * panels.people, 0.0), np.append(panels.most, 1.0)]),
    )
    if found.x is None:
        return None
    held = np.zeros(classes, dtype=bool)
    held[group] = found.ineqlin.marginals[2 * rules :] < -ALMOST
    return float(found.x[-1]), found.x[:-1], held


def _cannot_rise(panels: Panels, floor: Floats, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """[class], whether somebody who is free stays at the floor in all ways to give everybody the floor.

    Ways can be mixed, so there is one in which all rise who can; stretched as far as it takes, each rises by 1.
    """
    classes, rules = len(floor), len(panels.low)
    group = np.flatnonzero(free)
    members = len(group)
    both = sparse.vstack([panels.rows, -panels.rows])
    ends = np.concatenate([panels.high, -panels.low])
    one_each = sparse.eye_array(classes)
    rise = sparse.coo_array((panels.people[group], (group, np.arange(members))), shape=(classes, members))
    found = optimize.linprog(
        np.concatenate([np.zeros(classes + 1), -np.ones(members)]),
        A_ub=sparse.vstack(
            [
                sparse.hstack([both, -ends[:, None], sparse.coo_array((2 * rules, members))]),
                sparse.hstack([one_each, -panels.most[:, None], sparse.coo_array((classes, members))]),
                sparse.hstack([-one_each, (_just_under(floor) * panels.people)[:, None], rise]),
            ]
        ),
        b_ub=np.zeros(2 * rules + 2 * classes),
        bounds=[(0, None)] * classes + [(1, 1e5)] + [(0, 1)] * members,
    )
    stuck = np.zeros(classes, dtype=bool)
    if found.x is not None:
        stuck[group] = found.x[classes + 1 :] < 0.5
    return stuck


def _just_under(level: Floats) -> Floats:
    """What a solver calls equal should not be told from it."""
    under: Floats = np.maximum(level - 1e-9, 0.0)
    return under


# Numbered panels -----------------------------------------------------------------------------------------------------


def numbered(panels: Panels, chances: Floats, numbers: int) -> Floats:
    """[panel, class], so many panels within the quotas, in which everybody is about as often as their chance says.

    Where the chances can be had exactly from whole panels, a class is less than one person off in all panels together.
    """
    total = chances * panels.people * numbers
    near = np.round(total)
    total = np.where(np.abs(total - near) < WHOLE, near, total)
    whole = _whole_beside(panels, total, numbers)
    made, left = _halved(panels, (total if whole is None else whole, numbers))
    return np.array(made + _one_by_one(panels, left))


def _halved(panels: Panels, batch: Batch) -> tuple[list[Floats], Batch]:
    """(panels, and what could not be halved into any, together)."""
    made: list[Floats] = []
    left: Batch = (np.zeros_like(batch[0]), 0)
    waiting = [batch]
    while waiting:
        people, number = waiting.pop()
        if number == 1:
            made.append(people)
            continue
        for first in dict.fromkeys((number // 2, -(-3 * number // 8))):  # half a person is up or down; 3/8 is more free
            part = _whole_beside(panels, people * (first / number), first)
            if part is not None:
                waiting += [(people - part, number - first), (part, first)]
                break
        else:
            left = (left[0] + people, left[1] + number)
    return made, left


def _one_by_one(panels: Panels, batch: Batch) -> list[Floats]:
    """Panels of whom could not be halved: each as near as can be to its part of those who are left."""
    people, left = batch
    made: list[Floats] = []
    while left:
        panel = _whole_beside(panels, people / left, 1, balanced=True)
        if panel is None:
            panel = _nearest(panels, people / left)
        repeated = range(left // REPEATED, 1, -1)
        times = next((times for times in repeated if _remain(panels, people - times * panel, left - times)), 1)
        made += [panel] * times
        people, left = people - times * panel, left - times
    return made


def _remain(panels: Panels, people: Floats, number: int) -> bool:
    """Whether so many people by class can, cut into parts, be so many panels."""
    counted = panels.rows @ people
    few, many = (counted >= number * panels.low - ALMOST), (counted <= number * panels.high + ALMOST)
    return bool(
        few.all() and many.all() and (people >= -ALMOST).all() and (people <= number * panels.most + ALMOST).all()
    )


def _whole_beside(panels: Panels, people: Floats, number: int, balanced: bool = False) -> Floats | None:
    """[class], whole numbers less than 1 off, such that so many panels together keep the quotas, near as they did.

    What is left of the whole is then as near. balanced : the nearest such numbers, which takes ten times as long.
    None where there are no such numbers.
    """
    down = np.floor(people + ALMOST)
    part = people - down
    open_ = np.flatnonzero(part > ALMOST)
    counted, base = panels.rows @ people, panels.rows @ down
    low = np.maximum(np.floor(counted + ALMOST), number * panels.low)
    high = np.minimum(np.ceil(counted - ALMOST), number * panels.high)
    if (down < 0).any() or (people > number * panels.most + ALMOST).any():
        return None
    if not len(open_):
        return down if ((low <= base) & (base <= high)).all() else None
    corner = np.random.default_rng(0).random(len(open_))  # most corners are whole, and take a quarter of the time
    for whole, worth in ((1, 1 - 2 * part[open_]),) if balanced else ((0, corner), (1, np.zeros(len(open_)))):
        found = optimize.milp(
            worth,
            constraints=optimize.LinearConstraint(panels.rows[:, open_], low - base, high - base),
            integrality=np.full(len(open_), whole),
            bounds=optimize.Bounds(0, 1),
            options={"mip_rel_gap": 0.3, "node_limit": NODES},
        )
        if found.x is None:
            return None
        if (np.abs(found.x - np.round(found.x)) < ALMOST).all():
            break
    down[open_] += np.round(found.x)
    return down


def _nearest(panels: Panels, people: Floats) -> Floats:
    """[class], the panel with the fewest people more or fewer."""
    classes = len(people)
    off = sparse.eye_array(classes)
    found = optimize.milp(
        np.append(np.zeros(classes), np.ones(classes)),
        constraints=[
            optimize.LinearConstraint(
                sparse.hstack([panels.rows, sparse.coo_array(panels.rows.shape)]).tocsc(), panels.low, panels.high
            ),
            optimize.LinearConstraint(sparse.hstack([off, off]).tocsc(), people, np.inf),
            optimize.LinearConstraint(sparse.hstack([off, -off]).tocsc(), -np.inf, people),
        ],
        integrality=np.append(np.ones(classes), np.zeros(classes)),
        bounds=optimize.Bounds(0, np.append(panels.most, np.full(classes, np.inf))),
    )
    nearest: Floats = np.round(found.x[:classes])
    return nearest


def _least(panels: Panels, reachable: NDArray[np.bool_], chosen: Floats) -> int:
    """In how many panels everybody is at least who can be, when each class takes turns."""
    return int(np.floor(chosen.sum(axis=0)[reachable] / panels.people[reachable] + ALMOST).min())


# The proof -----------------------------------------------------------------------------------------------------------


def highest_minimum(
    panels: Panels, reachable: NDArray[np.bool_], columns: Floats, ceiling: float
) -> tuple[float, float, Floats]:
    """(the lowest chance in the best lottery that was found, what it cannot exceed, [panel, class] the panels for it).

    columns : [panel, class], to begin with. ceiling : a bound that is known. Each round the panel that is worth most by
    the prices of the last one joins, until none is worth more than those that are there.
    """
    people = np.where(reachable, panels.people, 0.0)
    bound = ceiling
    for _ in range(max(2, PRICED // len(people) ** 2)):
        reached, _, prices = _best_chances(columns, np.zeros(len(people)), people)
        if bound - reached < ALMOST:
            break
        best = panels.worth_most(prices)
        if best is None:
            break
        bound = min(bound, max(best[1] / float(prices @ people), reached))
        if (columns == best[0]).all(axis=1).any():
            break
        columns = np.concatenate([columns, best[0][None]])
    return reached, max(bound, reached), columns


def _best_chances(columns: Floats, fixed: Floats, more: Floats) -> tuple[float, Floats, Floats]:
    """(z, [panel] chances of panels, [class] prices): fixed + z * more people of each class, z as high as can be.

    The prices are such that more @ prices is 1: a panel's worth is then in the unit of z.
    """
    number = len(columns)
    found = optimize.linprog(
        np.append(np.zeros(number), -1.0),
        A_ub=sparse.hstack([-sparse.csr_array(columns.T), sparse.csr_array(more[:, None])]),
        b_ub=-fixed,
        A_eq=np.append(np.ones(number), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, None)] * number + [(0, 1)],
    )
    chances = np.maximum(found.x[:-1], 0.0)
    return float(found.x[-1]), chances / chances.sum(), np.maximum(-found.ineqlin.marginals, 0.0)


def _towards(panels: Panels, reachable: NDArray[np.bool_], columns: Floats, least: float, aim: Floats) -> Floats:
    """[class], chances that these panels can give: nobody under the lowest that can be, then as near the aim."""
    people = np.where(reachable, panels.people, 0.0)
    fixed = _just_under(least * np.ones(len(aim))) * people
    _, chances, _ = _best_chances(columns, fixed, np.maximum(aim - least, 0.0) * people)
    towards: Floats = np.where(reachable, chances @ columns / panels.people, 0.0)
    return towards


# Who is in them ------------------------------------------------------------------------------------------------------


def _with_people(panels: Panels, chosen: Floats) -> NDArray[np.intp]:
    """[panel, seat], who is in each panel: of every class those first who were in the fewest, by lot among them.

    The lot is the same each time: a seed draws a panel, and never other panels.
    """
    rng = np.random.default_rng(0)
    times = [0] * len(panels.class_of)
    homes = list(range(len(times))) if panels.households is None else panels.households.tolist()
    members = [np.flatnonzero(panels.class_of == number).tolist() for number in range(len(panels.people))]
    seated = []
    for panel in chosen.astype(np.intp):
        taken: list[int] = []
        full: set[int] = set()
        lots = rng.random(len(times)).tolist()
        for number in np.flatnonzero(panel).tolist():
            in_turn = sorted(members[number], key=lambda one: (times[one], lots[one]))
            taken += _of_other_homes(in_turn, int(panel[number]), homes, full)
        for one in taken:
            times[one] += 1
        seated.append(sorted(taken))
    return np.array(seated, dtype=np.intp)


def _of_other_homes(in_turn: Sequence[int], seats: int, homes: Sequence[int], full: set[int]) -> list[int]:
    """The first so many of them, of homes that are not full; theirs are full from then on."""
    chosen: list[int] = []
    for one in in_turn:
        if len(chosen) == seats:
            break
        if homes[one] not in full:
            chosen.append(one)
            full.add(homes[one])
    return chosen
