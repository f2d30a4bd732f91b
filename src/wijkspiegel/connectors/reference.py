"""Against whom a circle is held: the people around somebody, they themselves left out.

Around somebody is an area of some level ("buurt"), what lies within a distance ("500 m") or the nearest people ("1000
people").
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.measures.spatial import Points, nearest_people, within
from wijkspiegel.tables import Contacts

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """The people around everybody who lives in an area, for every area of the contacts, in their order.

    name : "buurt", "500 m", "1000 people". counts : [area, group], people. own : [area], how much somebody who lives
    there weighs in these counts: what is taken off to leave them out.
    """

    name: str
    counts: Floats
    own: Floats

    def take(self, rows: NDArray[np.intp]) -> "Reference":
        """The people around those who live in some of the areas."""
        return Reference(self.name, self.counts[rows], self.own[rows])


def of_area(level: str, counts: Floats) -> Reference:
    """counts : [area, group], people of the area of `level` in which each area lies."""
    return Reference(level, counts, np.ones(len(counts)))


def within_metres(points: Points, counts: Floats, metres: float) -> Reference:
    """The people of all areas whose point lies within the distance. points : [area, 2]. counts : [area, group]."""
    return Reference(f"{metres:g} m", within(points, metres) @ counts, np.ones(len(counts)))


def nearest(points: Points, counts: Floats, people: float) -> Reference:
    """The nearest people, as in `nearest_people`; of a larger area its own people, each for a part."""
    inhabited = counts.sum(axis=1)
    reached = min(people, float(inhabited.sum()))
    share = np.divide(reached, inhabited, out=np.zeros(len(counts)), where=inhabited > 0)
    around = nearest_people(points, counts, people) * share[:, None]
    return Reference(f"{people:g} people", around, np.minimum(share, 1.0))


def people_around(contacts: Contacts, reference: Reference) -> Floats:
    """[person, group], people around each person, without that person."""
    around: Floats = reference.counts[contacts.area].copy()
    around[np.arange(len(contacts)), contacts.group] -= reference.own[contacts.area]
    return np.maximum(around, 0.0)


def outside(counts: NDArray[np.generic], group: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Of each person, contacts (or people) of another group, and all of them. counts : [person, group]."""
    numbers = np.asarray(counts, dtype=np.float64)
    everyone = numbers.sum(axis=1)
    own = np.take_along_axis(numbers, group[:, None], axis=1)[:, 0]
    return everyone - own, everyone


def outside_share(counts: NDArray[np.generic], group: NDArray[np.int64]) -> Floats:
    """[person], share of another group; nan where there is nobody."""
    other, everyone = outside(counts, group)
    share: Floats = np.divide(other, everyone, out=np.full(len(other), np.nan), where=everyone > 0)
    return share
