"""How much people are among their own: the share of own contacts beside what the margins, or the areas, would give.

share             : H, contacts of the own group among all contacts. 0 to 1.
inbreeding        : (H - w) / (1 - w), w the share of the group among all people. Coleman (1958). 0 is chance, 1 closed.
inbreeding_in_area: likewise, with for w the share of the group around each person, weighted by contacts.
ei                : (E - I) / (E + I), contacts outside less inside. -1 closed, 1 open. Krackhardt & Stern (1988).
blau              : mean over people of the chance that two of their contacts differ, without bias:
                    1 - sum x(x - 1) / (k(k - 1)). 0 to 1.
assortativity     : of all groups, r = (sum e_gg - sum a_g b_g) / (1 - sum a_g b_g), e the mixing matrix as shares.
                    Newman (2003). 0 is chance, 1 closed.
mixing:G          : contacts with group G over contacts times the share of G among all people. 1 is as met by lot in the
                    whole city, 2 twice as many. With the own group H / w.
mixing_in_area:G  : likewise, with the share of G around each person.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wijkspiegel.connectors.design import NOTHING, Ratio, ratio
from wijkspiegel.connectors.exposure import own_share
from wijkspiegel.connectors.mirrors import Circle, with_contacts
from wijkspiegel.connectors.reference import Floats, outside


@dataclass(frozen=True)
class Homophily:
    measure: str
    value: float
    lower: float
    upper: float
    persons: int


def homophily_of_group(circle: Circle, share_of_group: float) -> Iterator[Homophily]:
    """All measures of one group. circle : its members. share_of_group : among all people, in [0, 1]."""
    own = own_share(circle)
    persons = int((np.asarray(circle.counts).sum(axis=1) > 0).sum())
    yield _told("share", own, persons)
    yield _told("inbreeding", _inbreeding(own, share_of_group), persons)
    yield _told("inbreeding_in_area", inbreeding_in_area(circle), persons)
    yield _told("ei", _linear(own, 1.0, -2.0), persons)
    yield _told("blau", unbiased_blau(circle), int((np.asarray(circle.counts).sum(axis=1) > 1).sum()))


def inbreeding(own: float, share_of_group: float) -> float:
    """Coleman's index; nan where everybody is of the group."""
    return (own - share_of_group) / (1 - share_of_group) if share_of_group < 1 else np.nan


def _inbreeding(own: Ratio, share: float) -> Ratio:
    return NOTHING if share >= 1 else _linear(own, -share / (1 - share), 1 / (1 - share))


def _linear(one: Ratio, at_zero: float, slope: float) -> Ratio:
    ends = sorted(at_zero + slope * end for end in (one.lower, one.upper))
    return Ratio(at_zero + slope * one.value, ends[0], ends[1], one.design_effect)


def inbreeding_in_area(circle: Circle) -> Ratio:
    """1 - E / E_expected: (H - w) / (1 - w) with the people around each person as margins."""
    circle = with_contacts(circle)
    other, everyone = outside(circle.counts, circle.group)
    other_around, everyone_around = outside(circle.around, circle.group)
    expected = everyone * np.divide(other_around, everyone_around, out=np.zeros(len(other)), where=everyone_around > 0)
    return _linear(ratio(other, expected, circle.sample), 1.0, -1.0)


def unbiased_blau(circle: Circle) -> Ratio:
    """Mean over people with two contacts or more."""
    counts = np.asarray(circle.counts, dtype=np.float64)
    whole = counts.sum(axis=1)
    some = whole > 1
    counts, whole = counts[some], whole[some]
    differ = 1 - (counts * (counts - 1)).sum(axis=1) / (whole * (whole - 1))
    return ratio(differ, np.ones(len(differ)), circle.sample.take(some))


def mixing_of_group(circle: Circle, shares: Floats, groups: tuple[str, ...]) -> Iterator[Homophily]:
    """The row of one group in both mixing matrices. circle : its members. shares : [group], of all people."""
    persons = int((np.asarray(circle.counts).sum(axis=1) > 0).sum())
    for number, group in enumerate(groups):
        yield _told(f"mixing:{group}", mixing(circle, number, float(shares[number])), persons)
        yield _told(f"mixing_in_area:{group}", mixing_in_area(circle, number), persons)


def mixing(circle: Circle, towards: int, share: float) -> Ratio:
    """Contacts with a group over those that its share of all people would give; nan where nobody is of it."""
    counts = np.asarray(circle.counts, dtype=np.float64)
    return ratio(counts[:, towards], share * counts.sum(axis=1), circle.sample)


def mixing_in_area(circle: Circle, towards: int) -> Ratio:
    """Contacts with a group over those that its share around each person would give."""
    circle = with_contacts(circle)
    counts = np.asarray(circle.counts, dtype=np.float64)
    share = circle.around[:, towards] / circle.around.sum(axis=1)
    return ratio(counts[:, towards], share * counts.sum(axis=1), circle.sample)


def mixing_matrix(circle: Circle, groups: int) -> Floats:
    """[group, contact group], weighted contacts."""
    matrix = np.zeros((groups, groups))
    np.add.at(matrix, circle.group, circle.sample.weight[:, None] * np.asarray(circle.counts, dtype=np.float64))
    return matrix


def assortativity(matrix: Floats) -> float:
    """r of a mixing matrix; nan where there is one group only, or nobody has contacts."""
    whole = matrix.sum()
    if whole == 0:
        return float("nan")
    shares = matrix / whole
    chance = float((shares.sum(axis=1) * shares.sum(axis=0)).sum())
    return float((np.trace(shares) - chance) / (1 - chance)) if chance < 1 else float("nan")


def assortativity_of(circle: Circle, groups: int) -> Ratio:
    """r with its interval: linearised in the contacts of each person, as `ratio` is."""
    counts = np.asarray(circle.counts, dtype=np.float64)
    matrix = mixing_matrix(circle, groups)
    value, whole = assortativity(matrix), matrix.sum()
    if np.isnan(value):
        return NOTHING
    rows, columns = matrix.sum(axis=1) / whole, matrix.sum(axis=0) / whole
    chance = float((rows * columns).sum())
    everyone = counts.sum(axis=1)
    own = np.take_along_axis(counts, circle.group[:, None], axis=1)[:, 0]
    of_own = (own - everyone * np.trace(matrix) / whole) / whole
    of_chance = (everyone * columns[circle.group] + counts @ rows - 2 * everyone * chance) / whole
    pull = (of_own - (1 - value) * of_chance) / (1 - chance)
    spread = ratio(pull * circle.sample.weight.sum(), np.ones(len(pull)), circle.sample)
    half = (spread.upper - spread.lower) / 2
    return Ratio(value, value - half, value + half, spread.design_effect)


def _told(measure: str, found: Ratio, persons: int) -> Homophily:
    return Homophily(measure, found.value, found.lower, found.upper, persons)
