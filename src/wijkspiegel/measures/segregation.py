"""How unevenly groups are spread over the parts of a whole.

Every index takes counts [..., area, group] (people, >= 0) and gives [...]: leading axes are tables of their own, so
that all pairs of groups of a city go in one call. With two columns an index is the two-group form of the literature.
Areas without people and groups without people change nothing. An index is nan where it is not defined: nobody lives
there, or one group has everyone.

t_a are the people of area a, p_ag the shares in it, T all people, P_g the shares of the whole.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
Values = NDArray[np.float64]


def group_shares(counts: Counts) -> Values:
    """[..., group], P_g; nan where nobody lives."""
    people = counts.sum(axis=-2)
    return _divide(people, people.sum(axis=-1, keepdims=True))


def area_shares(counts: Counts) -> Counts:
    """[..., area, group], p_ag; the share of the whole in an area without people, so that it adds nothing."""
    people = counts.sum(axis=-1, keepdims=True)
    inhabited = people > 0
    whole = 0.0 if inhabited.all() else group_shares(counts)[..., None, :]
    shares: Counts = np.where(inhabited, counts / np.where(inhabited, people, 1.0), whole)
    return shares


def interaction(counts: Counts) -> Values:
    """[...], I = sum_g P_g (1 - P_g): chance that two people of the whole differ; nan where they cannot."""
    shares = group_shares(counts)
    chance = (shares * (1 - shares)).sum(axis=-1)
    return np.where(chance > 0, chance, np.nan)


def group_entropy(counts: Counts) -> Values:
    """[...], E = -sum_g P_g ln P_g in nats; nan where it is 0."""
    shares = group_shares(counts)
    nats = -_sum_xlogx(shares)
    return np.where(nats > 0, nats, np.nan)


def dissimilarity(counts: Counts) -> Values:
    """Share of people who would have to move for an even spread, over its maximum. 0 is even, 1 fully apart.

    D = sum_ag t_a |p_ag - P_g| / (2 T I). Two groups: Duncan & Duncan (1955); more: Morgan (1975), Sakoda (1981).
    """
    people = counts.sum(axis=-1)
    apart = np.abs(counts - people[..., None] * group_shares(counts)[..., None, :]).sum(axis=(-2, -1))
    return _divide(apart, 2 * people.sum(axis=-1) * interaction(counts))


def gini(counts: Counts) -> Values:
    """Mean difference between areas in the share of a group, over its maximum. 0 is even, 1 fully apart.

    G = sum_g sum_ab t_a t_b |p_ag - p_bg| / (2 T^2 I), by sorting. Reardon & Firebaugh (2002), eq. 6.
    """
    people = counts.sum(axis=-1)
    everyone = people.sum(axis=-1)
    return _divide(_differences(counts).sum(axis=-1), everyone**2 * interaction(counts))


def _differences(counts: Counts) -> Values:
    """[..., group], sum over pairs of areas of t_a t_b |p_ag - p_bg|, each pair once.

    Areas in order of p: t_b x_a - t_a x_b summed over b before a needs running totals only.
    """
    people = np.broadcast_to(counts.sum(axis=-1, keepdims=True), counts.shape)
    order = np.argsort(area_shares(counts), axis=-2)
    members = np.take_along_axis(counts, order, axis=-2)
    people = np.take_along_axis(people, order, axis=-2)
    before = np.cumsum(people, axis=-2) - people
    members_before = np.cumsum(members, axis=-2) - members
    apart: Values = (members * before - people * members_before).sum(axis=-2)
    return np.maximum(apart, 0.0)


def mutual_information(counts: Counts) -> Values:
    """What knowing the area tells about the group, in nats. 0 is even; at most the entropy of the groups.

    M = sum_ag n_ag/T ln(p_ag / P_g). Theil & Finizza (1971); Frankel & Volij (2011).
    """
    everyone = counts.sum(axis=(-2, -1))
    nats = (
        _sum_xlogx(counts).sum(axis=-1)
        - _sum_xlogx(counts.sum(axis=-1))
        - _sum_xlogx(counts.sum(axis=-2))
        + _sum_xlogx(everyone[..., None])
    )
    return np.maximum(_divide(nats, everyone), 0.0)


def _sum_xlogx(values: Values) -> Values:
    """Over the last axis, 0 ln 0 = 0; numpy's logarithm takes a fifth of the time of scipy's xlogy."""
    logs = np.log(np.maximum(values, np.finfo(float).tiny))
    total: Values = np.einsum("...i,...i->...", values, logs)
    return total


def entropy_index(counts: Counts) -> Values:
    """How much less diverse areas are than the whole: H = M / E. 0 is even, 1 fully apart. Theil (1972)."""
    return mutual_information(counts) / group_entropy(counts)


def divergence(counts: Counts) -> Values:
    """Mean over people of the divergence of their area from the whole, in nats. Roberto (2015).

    With the whole as the reference this is mutual information; the local values differ in what they add up.
    """
    everyone = counts.sum(axis=(-2, -1))
    people = counts.sum(axis=-1)
    return _divide((people * np.nan_to_num(local_divergence(counts))).sum(axis=-1), everyone)


def relative_diversity(counts: Counts) -> Values:
    """Share of the variance in group membership that lies between areas, R. 0 is even, 1 fully apart.

    R = sum_ag t_a (p_ag - P_g)^2 / (T I); with two groups eta squared. Carlson (1992); Reardon & Firebaugh (2002).
    """
    people = counts.sum(axis=-1)
    variance = (people[..., None] * (area_shares(counts) - group_shares(counts)[..., None, :]) ** 2).sum(axis=(-2, -1))
    return _divide(variance, people.sum(axis=-1) * interaction(counts))


def isolation(counts: Counts) -> Values:
    """Share of own group in the area of the average member of the first group. P is even, 1 fully apart.

    xPx = sum_a n_a/X n_a/t_a. Bell (1954); Massey & Denton (1988), eq. 6.
    """
    return _met(counts, 0)


def exposure(counts: Counts) -> Values:
    """Share of the second group in the area of the average member of the first; other columns live there too.

    xPy = sum_a n_a/X m_a/t_a. Bell (1954); Massey & Denton (1988), eq. 5.
    """
    return _met(counts, 1)


def _met(counts: Counts, group: int) -> Values:
    members = counts[..., 0]
    return _divide((members * area_shares(counts)[..., group]).sum(axis=-1), members.sum(axis=-1))


def local_divergence(counts: Counts) -> Values:
    """[..., area], how far the composition of an area is from that of the whole, in nats; nan without people.

    sum_g p_ag ln(p_ag / P_g). Roberto (2015).
    """
    inhabited = counts.sum(axis=-1) > 0
    shares, whole = area_shares(counts), group_shares(counts)[..., None, :]
    nats = _sum_xlogx(shares) - (shares * np.log(np.where(whole > 0, whole, 1.0))).sum(axis=-1)
    return np.where(inhabited, np.maximum(nats, 0.0), np.nan)


def location_quotient(counts: Counts) -> Values:
    """[..., area, group], share of the group here over its share in the whole; nan without people or without group."""
    inhabited = counts.sum(axis=-1, keepdims=True) > 0
    whole = np.broadcast_to(group_shares(counts)[..., None, :], counts.shape)
    return np.where(inhabited, _divide(area_shares(counts), whole), np.nan)


def local_information(counts: Counts) -> Values:
    """[..., area], what each area adds to mutual information, in nats; they add up to M.

    t_a / T times its divergence. Mora & Ruiz-Castillo (2011).
    """
    people = counts.sum(axis=-1)
    return local_divergence(counts) * _divide(people, people.sum(axis=-1, keepdims=True))


def _divide(numerator: Values, denominator: Values) -> Values:
    defined = denominator != 0
    quotient: Values = np.where(defined, numerator / np.where(defined, denominator, 1.0), np.nan)
    return quotient


SEGREGATION: Mapping[str, Callable[[Counts], Values]] = MappingProxyType(
    {
        "dissimilarity": dissimilarity,
        "isolation": isolation,
        "exposure": exposure,
        "gini": gini,
        "entropy_index": entropy_index,
        "mutual_information": mutual_information,
        "divergence": divergence,
        "relative_diversity": relative_diversity,
    }
)
"""The indices of a release, by name."""
