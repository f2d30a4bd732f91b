"""What a step of the search takes, in time that is agreed beforehand: so many steps are so many seconds of an ordinary
machine, and the same seed gives the same plan on every machine."""

import numpy as np

from wijkspiegel.encounters.distances import only_distances
from wijkspiegel.encounters.judge import meets
from wijkspiegel.encounters.problem import Bools, Problem, bonds_of

STEP, ATTRIBUTE, NEIGHBOUR, CROWD = 40, 3.5, 3.2, 0.004
"""Nanoseconds of a step by itself, for each attribute to mirror, for each who sits at the two tables where people can
meet again, and for everybody there is: what is known of many is further away."""
ROUND = 32
"""For each round in which two change places at once."""
NEAR, MOVED_NEAR = 0.09, 4.0
"""For everybody there is, where distances count: if two people change places, and if more go."""
MOVED, RULED, CONDITION, WISHED = 1_000, 170, 20, 500
"""If more than two people change places, or one takes an empty chair; if a rule is about either of two, for each rule
about the numbers at a table, and if there are wishes."""
ALONE, UPDATE, FETCH, CACHED = 12, 0.009, 1.3e-5, 1e6
"""Where only distances count: by itself, for everybody there is, and for each pair beyond so many: their table outgrows
the cache."""
TURNED, TURNED_NEIGHBOUR = 25, 3.7
"""In search of a round that is turned: a step by itself, and for each meeting that it begins or ends."""
MOVING, MOVING_SEAT = 20, 3
"""In search of tables that are moved: a step by itself, and for each seat of a table."""


def nanoseconds(problem: Problem, whole: float = 0.0) -> float:
    """What one step takes. whole : part of the steps that change all rounds."""
    people = len(problem.people)
    if only_distances(problem):
        return ALONE + people * UPDATE + max(0.0, people**2 - CACHED) * FETCH
    step = STEP + ATTRIBUTE * len(problem.attributes) + CROWD * people
    near = people * (len(problem.distances) > 0)
    moved, ruled = _share_moved(problem), _share_ruled(problem) * _rules(problem)
    meeting = NEIGHBOUR * meets(problem) * 2 * float(problem.seats.mean())
    more = MOVED + MOVED_NEAR * near + 8 * meeting + 2 * ruled
    one = step + moved * more + (1 - moved) * (meeting + NEAR * near + ruled)
    each = ROUND + NEAR * near + ruled if not len(problem.before) else more
    return (1 - whole) * one + whole * (step + problem.rounds * each)


def turning_nanoseconds(problem: Problem) -> float:
    """What one step takes in search of a round that is turned into all others."""
    return TURNED + TURNED_NEIGHBOUR * 4 * float(problem.seats.mean())


def moving_nanoseconds(problem: Problem) -> float:
    """What one step takes in search of a table of each round that is moved into all its tables."""
    return MOVING + MOVING_SEAT * float(problem.seats.max())


def _share_moved(problem: Problem) -> float:
    """The share of steps in which somebody is chosen who stays with others or takes them along, or an empty chair."""
    block = problem.block
    sizes = np.stack([np.bincount(row, minlength=len(problem.people)) for row in block])
    held = float((np.take_along_axis(sizes, block, axis=1) > 1).mean())
    taken = float(problem.present.mean()) * len(problem.people) / sum(table.capacity for table in problem.tables)
    bonded = len(np.unique(bonds_of(problem)[:, 0])) / len(problem.people)
    return 1 - (1 - held) ** 2 * taken * (1 - bonded / 2)


def _share_ruled(problem: Problem) -> float:
    """The share of pairs of people of whom a rule is about either."""
    about = np.zeros(len(problem.people), dtype=bool)
    about[problem.apart[:, :2]] = True
    about[problem.wishes.person] = True
    about[[one for others in problem.wishes.others for one in others]] = True
    return float(1 - (1 - about.mean()) ** 2 * _share_alike(problem.conditions.marks))


def _share_alike(marks: Bools) -> float:
    """The share of pairs of people who have the same marks."""
    if not marks.shape[1]:
        return 1.0
    numbers = np.unique(marks, axis=0, return_counts=True)[1]
    return float(((numbers / len(marks)) ** 2).sum())


def _rules(problem: Problem) -> float:
    conditions = len(problem.conditions.kind)
    return RULED + CONDITION * conditions + WISHED * (len(problem.wishes.person) > 0)
