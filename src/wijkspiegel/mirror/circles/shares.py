"""Shares of people: whose contacts mirror the area, and who connects by which roads."""

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import ratio, sample_of
from wijkspiegel.connectors.ladder import FRIENDS, climb, overlap, steps
from wijkspiegel.connectors.mirrors import TOLERANCES, Circle, mirror_shares, with_contacts
from wijkspiegel.connectors.reference import Floats
from wijkspiegel.mirror.circles.rows import Rows, fewest
from wijkspiegel.tables import UNKNOWN, YES, Contacts

LADDER_TOLERANCE = 0.10
"""The tolerance of the overlap table and of who counts as a connector in the outcomes; the ladder has all of them."""


def circle_in(sphere: str, contacts: Contacts, around: Floats) -> Circle:
    """The contacts of everybody in a sphere, counted by group or told in bands."""
    if sphere in contacts.counts:
        return Circle(contacts.counts[sphere], around, contacts.group, sample_of(contacts))
    nothing = np.zeros((len(contacts), len(contacts.scheme.groups)))
    return Circle(nothing, around, contacts.group, sample_of(contacts), contacts.banded[sphere])


def add_mirrors(rows: Rows, area: str, sphere: str, group: str, circle: Circle, multigroup: bool) -> None:
    known = with_contacts(circle)
    persons, told = len(known.group), float(np.asarray(known.counts).sum())
    for one in mirror_shares(circle, multigroup=multigroup):
        rows.add(
            "mirrors", persons, area=area, sphere=sphere, group=group, form=one.form, tolerance=one.tolerance,
            naive=one.naive, estimate=one.estimate, lower=one.lower, upper=one.upper,
            bound_low=one.bound_low, bound_high=one.bound_high, persons=persons, contacts=told,
        )  # fmt: skip


def add_ladder(rows: Rows, area: str, group: str, contacts: Contacts, around: Floats, who: NDArray[np.bool_]) -> None:
    circle = circle_in(FRIENDS, contacts, around).take(who)
    ladder = climb(circle, {road: answers[who] for road, answers in contacts.roads.items()})
    if ladder is None:
        return
    persons = int(who.sum())
    on_each = [(answers[who] == YES).sum() for answers in contacts.roads.values()]
    on_roads = min(persons, fewest(*on_each, *(persons - on for on in on_each)))  # the rest tells as much
    for tolerance in TOLERANCES:
        for one in steps(ladder, tolerance):
            of = persons if one.step == FRIENDS else on_roads
            rows.add(
                "connectors", of, area=area, group=group, step=one.step, tolerance=tolerance,
                share=one.share, lower=one.lower, upper=one.upper,
            )  # fmt: skip
    for one in overlap(ladder, LADDER_TOLERANCE):
        rows.add(
            "overlap", on_roads, area=area, group=group, roads=one.step,
            share=one.share, lower=one.lower, upper=one.upper,
        )  # fmt: skip
    silent = {FRIENDS: circle.outside()[1] == 0}
    silent |= {road: answers[who] == UNKNOWN for road, answers in contacts.roads.items()}
    for road, unknown in silent.items():
        of_all = ratio(unknown.astype(np.float64), np.ones(persons), circle.sample)
        rows.add(
            "overlap", fewest(unknown.sum(), (~unknown).sum()), area=area, group=group, roads=f"unknown:{road}",
            share=of_all.value, lower=max(of_all.lower, 0.0), upper=min(of_all.upper, 1.0),
        )  # fmt: skip
