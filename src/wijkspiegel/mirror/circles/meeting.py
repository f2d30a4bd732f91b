"""Whom people could meet, whom they have as contacts, and how much they are among their own."""

import numpy as np

from wijkspiegel.connectors.exposure import exposure_and_bias
from wijkspiegel.connectors.homophily import assortativity_of, homophily_of_group, mixing_of_group
from wijkspiegel.connectors.mirrors import Circle
from wijkspiegel.connectors.reference import Floats, outside
from wijkspiegel.mirror.circles.digits import step_of, told
from wijkspiegel.mirror.circles.rows import Rows, fewest
from wijkspiegel.tables import Contacts

COUNTED_IN = 5
"""People of a group, where their share is told within a figure: no count of residents leaves more exactly."""


def add_exposure(rows: Rows, area: str, sphere: str, group: str, circle: Circle, groups: tuple[str, ...]) -> None:
    """circle.around : the people whom one could meet in this sphere."""
    towards: dict[str, int | None] = {group: None}
    if group != "all":
        towards |= {f"{group}:{other}": number for number, other in enumerate(groups) if other != group}
    for name, number in towards.items():
        found = exposure_and_bias(circle, number)
        if found is not None:
            few = _fewest_outside(circle) if number is None else _fewest_of_pairs(circle)
            step = step_of(found.lower, found.upper)
            rows.add(
                "exposure", min(found.persons, few), area=area, sphere=sphere, group=name,
                contact_share=told(found.contact_share, step), exposure=told(found.exposure, step),
                bias=told(found.bias, step), lower=told(found.lower, step), upper=told(found.upper, step),
            )  # fmt: skip


def add_homophily(rows: Rows, area: str, sphere: str, group: str, circle: Circle, contacts: Contacts) -> None:
    groups = contacts.scheme.groups
    if group == "all":
        found = assortativity_of(circle, len(groups))
        step = step_of(found.lower, found.upper)
        rows.add(
            "homophily", len(circle.group), area=area, sphere=sphere, group="all", measure="assortativity",
            value=told(found.value, step), lower=told(found.lower, step), upper=told(found.upper, step),
        )  # fmt: skip
        return
    shares = _shares_of_people(contacts)
    alone = homophily_of_group(circle, float(shares[groups.index(group)]))
    for measures, few in (
        (alone, _fewest_outside(circle)),
        (mixing_of_group(circle, shares, groups), _fewest_of_pairs(circle)),
    ):
        for one in measures:
            step = step_of(one.lower, one.upper)
            rows.add(
                "homophily", min(one.persons, few), area=area, sphere=sphere, group=group, measure=one.measure,
                value=told(one.value, step), lower=told(one.lower, step), upper=told(one.upper, step),
            )  # fmt: skip


def _shares_of_people(contacts: Contacts) -> Floats:
    """[group], shares of all people, from counts that are no more exact than those that leave."""
    people = np.bincount(contacts.group, contacts.weight, minlength=len(contacts.scheme.groups))
    rounded = COUNTED_IN * np.rint(people / COUNTED_IN)
    return np.asarray(rounded / rounded.sum())


def _fewest_outside(circle: Circle) -> float:
    """The fewest people who have contacts outside their group, or within it, where there are any."""
    other, everyone = outside(circle.counts, circle.group)
    return fewest((other > 0).sum(), (everyone > other).sum())


def _fewest_of_pairs(circle: Circle) -> float:
    """The fewest people who have contacts with a group, or with the others: all pairs are told, or one could be told
    from the rest.
    """
    counts = np.asarray(circle.counts, dtype=np.float64)
    elsewhere = counts.sum(axis=1, keepdims=True) - counts
    return fewest(*(counts > 0).sum(axis=0), *(elsewhere > 0).sum(axis=0))


def add_mixing(
    rows: Rows, area: str, sphere: str, group: str, circle: Circle, groups: tuple[str, ...], sizes: Floats
) -> None:
    """sizes : [group], people who can be a contact, of all areas."""
    if group == "all":
        return
    counts = np.asarray(circle.counts, dtype=np.float64)
    found = (circle.sample.weight[:, None] * counts).sum(axis=0)
    persons = int((counts.sum(axis=1) > 0).sum())
    who_tell = np.minimum((counts > 0).sum(axis=0), sizes)
    for other, contacts, few in zip(groups, found, who_tell, strict=True):
        share = contacts / found.sum() if found.sum() else np.nan
        rows.add(
            "mixing", persons, told_by=float(few), area=area, sphere=sphere, group=group, contact_group=other,
            contacts=float(contacts), share=float(share),
        )  # fmt: skip
