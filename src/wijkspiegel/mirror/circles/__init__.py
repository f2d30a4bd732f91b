"""The contacts of people held against their city: every figure of connectors, for the door to judge."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.ladder import FRIENDS
from wijkspiegel.connectors.reference import Reference, people_around
from wijkspiegel.mirror.circles.faring import add_outcomes
from wijkspiegel.mirror.circles.meeting import add_exposure, add_homophily, add_mixing
from wijkspiegel.mirror.circles.rows import Rows
from wijkspiegel.mirror.circles.shares import add_ladder, add_mirrors, circle_in
from wijkspiegel.mirror.circles.surroundings import add_sensitivity, chosen_reference, could_meet, references_of
from wijkspiegel.mirror.zoning import hierarchy_of
from wijkspiegel.tables import City, Contacts, Measured

Mask = NDArray[np.bool_]
Progress = Callable[[str], None]

FEWEST = 10
"""A group of fewer people is not looked into; the door would not let it pass."""


def circle_figures(city: City, progress: Progress) -> dict[str, Measured]:
    """Table of the release -> its figures, of every home area with people in `city.contacts`."""
    rows = Rows()
    for contacts in city.contacts:
        reference, compared = chosen_reference(city, contacts), list(references_of(city, contacts))
        for area, who in _people_of_home(city, contacts):
            progress(f"contacts of {area}")
            _look(rows, area, contacts.take(who), reference)
            progress(f"what is around people in {area}")
            add_sensitivity(rows, area, contacts.take(who), compared)
    return rows.measured()


def _people_of_home(city: City, contacts: Contacts) -> Iterator[tuple[str, Mask]]:
    hierarchy = hierarchy_of(city, contacts.year)
    home = np.array([hierarchy.whole_of(code, city.home) for code in contacts.areas.codes], dtype=object)
    for code in sorted(set(home)):
        who = (home == code)[contacts.area]
        if code and who.sum() >= FEWEST:
            yield code, who


def _look(rows: Rows, area: str, contacts: Contacts, reference: Reference) -> None:
    """All figures of these people, who live in one area."""
    groups = contacts.scheme.groups
    around = people_around(contacts, reference)
    members = {"all": np.ones(len(contacts), dtype=bool)}
    members |= {group: contacts.group == number for number, group in enumerate(groups)}
    members = {group: of_group for group, of_group in members.items() if of_group.sum() >= FEWEST}
    for sphere in (*contacts.counts, *contacts.banded):
        everybody = circle_in(sphere, contacts, around)
        meetable = replace(everybody, around=could_meet(sphere, contacts, around))
        for group, of_group in members.items():
            circle = everybody.take(of_group)
            add_mirrors(rows, area, sphere, group, circle)
            if circle.told is not None:  # bands do not tell with which group
                continue
            add_exposure(rows, area, sphere, group, meetable.take(of_group), groups)
            add_homophily(rows, area, sphere, group, circle, contacts)
            add_mixing(rows, area, sphere, group, circle, groups)
    if FRIENDS in (*contacts.counts, *contacts.banded) and contacts.roads:
        for group, of_group in members.items():
            add_ladder(rows, area, group, contacts, around, of_group)
    add_outcomes(rows, area, contacts, around)
