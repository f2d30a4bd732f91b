"""Whom one could meet, and whom one befriends given that: share of contacts = exposure * (1 - bias).

Chetty et al. (2022). A bias above 0: fewer contacts outside the own group than there were people to meet.
"""

from dataclasses import dataclass

import numpy as np

from wijkspiegel.connectors.design import Ratio, ratio
from wijkspiegel.connectors.mirrors import Circle, with_contacts
from wijkspiegel.connectors.reference import Floats, outside


@dataclass(frozen=True)
class Exposure:
    """contact_share : share of contacts outside. exposure : share outside of the people to meet, weighted by contacts.
    bias, lower, upper : 1 - contact_share / exposure. persons, contacts : how many it is of.
    """

    contact_share: float
    exposure: float
    bias: float
    lower: float
    upper: float
    persons: int
    contacts: float


def exposure_and_bias(circle: Circle, towards: int | None = None) -> Exposure | None:
    """Towards everybody of another group, or towards one group; None where nobody has contacts or can meet anyone.

    circle.around : the people whom one could meet, in the area or in the sphere.
    """
    circle = with_contacts(circle)
    if not len(circle.group):
        return None
    met, contacts = _towards(np.asarray(circle.counts, dtype=np.float64), circle, towards)
    there, everyone = _towards(circle.around, circle, towards)
    expected = contacts * there / everyone
    of_contacts, of_exposure = (ratio(part, contacts, circle.sample) for part in (met, expected))
    kept = ratio(met, expected, circle.sample)
    return Exposure(
        of_contacts.value, of_exposure.value, 1 - kept.value, 1 - kept.upper, 1 - kept.lower,
        len(contacts), float(contacts.sum()),
    )  # fmt: skip


def _towards(counts: Floats, circle: Circle, group: int | None) -> tuple[Floats, Floats]:
    return outside(counts, circle.group) if group is None else (counts[:, group], counts.sum(axis=1))


def contact_share(exposure: float, bias: float) -> float:
    """The share of contacts outside that goes with these people to meet and this bias. Not below 0."""
    return max(exposure * (1 - bias), 0.0)


def own_share(circle: Circle) -> Ratio:
    """The share of contacts of the own group."""
    other, everyone = outside(circle.counts, circle.group)
    return ratio(everyone - other, everyone, circle.sample)
