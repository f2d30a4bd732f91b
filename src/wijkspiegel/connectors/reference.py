"""Against whom a circle is held: the composition of the area where somebody lives, they themselves left out."""

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.tables import Composition, Contacts

Floats = NDArray[np.float64]


def people_around(contacts: Contacts, composition: Composition) -> Floats:
    """[person, group], residents of the area of each person, without that person.

    composition : of the same areas, or more. Raises ValueError where an area of somebody is not in it.
    """
    row = {code: number for number, code in enumerate(composition.areas.codes)}
    if missing := [code for code in contacts.areas.codes if code not in row]:
        raise ValueError(f"areas without a composition: {', '.join(missing[:3])}")
    counts = composition.counts[[row[code] for code in contacts.areas.codes]]
    around = counts[contacts.area].copy()
    around[np.arange(len(contacts)), contacts.group] -= 1.0
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
