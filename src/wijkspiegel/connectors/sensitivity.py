"""One figure against many references: the share of people who have at least as many contacts outside as around them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import effect_on_shares
from wijkspiegel.connectors.mirrors import SLACK, Circle, bins_of, with_contacts
from wijkspiegel.connectors.reference import Floats, outside
from wijkspiegel.measures.mixing import estimate, fit, gather, grid, intervals


@dataclass(frozen=True)
class OneSided:
    """reference : mean share of others around people. estimate, lower, upper : as in MirrorShare."""

    reference: float
    estimate: float
    lower: float
    upper: float
    persons: int


def one_sided(circle: Circle, tolerance: float) -> OneSided | None:
    """The same figure as the one-sided mirror, by itself; None where nobody has contacts and people around them."""
    circle = with_contacts(circle)
    if not len(circle.group):
        return None
    other, everyone = outside(circle.counts, circle.group)
    other_around, everyone_around = outside(circle.around, circle.group)
    reference = other_around / everyone_around
    people = circle.sample.weight / circle.sample.weight.mean()
    bins = bins_of(reference)
    fitted = fit(gather(np.rint(everyone).astype(np.int64), np.rint(other).astype(np.int64), people, bins))
    aim = _at_least(reference - tolerance, people, bins)
    told = estimate(fitted, aim)
    ((lower, upper),) = intervals(fitted, [aim], effect_on_shares(other, everyone, circle.sample))
    mean = float(np.average(reference, weights=people))
    return OneSided(mean, told, min(lower, told), max(upper, told), len(people))


def _at_least(line: Floats, people: Floats, bins: NDArray[np.int64]) -> Floats:
    """[bin, point], the part of the people of a bin whose line is at most the point."""
    points = grid()
    first = np.searchsorted(points + SLACK, line)
    cells = np.bincount(bins * (len(points) + 1) + first, people, minlength=(int(bins.max()) + 1) * (len(points) + 1))
    below = cells.reshape(-1, len(points) + 1)[:, :-1].cumsum(axis=1)
    return np.asarray(below / np.bincount(bins, people)[:, None])
