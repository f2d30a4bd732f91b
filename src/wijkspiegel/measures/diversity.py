"""How diverse an area is.

Every measure takes counts [..., group] (people, >= 0) and gives [...], one figure for each row; nan for a row without
people, never elsewhere. p_g is the share of group g, n the number of people.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

Counts = NDArray[np.float64]
Values = NDArray[np.float64]

RAREFIED_TO = 100
"""People in the sample to which richness is rarefied: few enough for a small neighbourhood."""


def shares(counts: Counts) -> Counts:
    """[..., group], counts as shares of their row; nan in a row without people."""
    people = counts.sum(axis=-1, keepdims=True)
    part: Counts = np.divide(counts, people, out=np.full(counts.shape, np.nan), where=people > 0)
    return part


def richness(counts: Counts) -> Values:
    """Number of groups present; 1 to the number of groups. It grows with n and one person adds one."""
    return _where_people(counts, (counts > 0).sum(axis=-1))


def rarefied_richness(counts: Counts, sample: int = RAREFIED_TO) -> Values:
    """Groups expected among `sample` people drawn without replacement; nan where fewer people live.

    E[S_m] = sum_g 1 - C(n - n_g, m) / C(n, m). Hurlbert (1971), eq. 16.
    """
    people = counts.sum(axis=-1, keepdims=True)
    enough = people >= sample
    others = np.where(enough, people - counts, sample)
    absent = np.exp(_log_choose(others, sample) - _log_choose(np.where(enough, people, sample), sample))
    absent[others < sample] = 0.0
    expected: Values = (1 - absent).sum(axis=-1)
    return np.where(enough[..., 0], expected, np.nan)


def _log_choose(n: Values, m: int) -> Values:
    """log of n over m; for n < m the result is meaningless and replaced by the caller."""
    kept: Values = gammaln(n + 1) - gammaln(m + 1) - gammaln(np.maximum(n - m, 0) + 1)
    return kept


def concentration(counts: Counts) -> Values:
    """Chance that two random residents have the same origin, sum p_g^2; 1/G to 1. Simpson (1949); also called HHI."""
    total: Values = (shares(counts) ** 2).sum(axis=-1)
    return total


def differ(counts: Counts) -> Values:
    """Chance that two random residents differ in origin, 1 - sum p_g^2; 0 to 1 - 1/G. Gini (1912), Blau (1977)."""
    return 1 - concentration(counts)


def entropy(counts: Counts) -> Values:
    """-sum p_g ln p_g in nats; 0 to ln G. Shannon (1948)."""
    p = shares(counts)
    total: Values = -xlogy(p, p).sum(axis=-1)
    return total + 0.0


def effective_groups(counts: Counts, order: float = 1) -> Values:
    """Number of equally large groups that would be as diverse; 1 to G. Hill (1973).

    order : 0 counts groups, 1 is exp(entropy), 2 is 1 / concentration; any number >= 0.
    """
    if order == 1:
        return np.exp(entropy(counts))
    if order == 0:
        return richness(counts)
    total: Values = (shares(counts) ** order).sum(axis=-1) ** (1 / (1 - order))
    return total


def evenness(counts: Counts) -> Values:
    """Entropy over its maximum given the number of groups of the scheme, ln G; 0 to 1. Pielou (1966).

    Groups that are absent count as groups, so that areas can be compared.
    """
    groups = counts.shape[-1]
    return entropy(counts) / np.log(groups) if groups > 1 else _where_people(counts, np.ones(counts.shape[:-1]))


def _where_people(counts: Counts, values: NDArray[np.generic]) -> Values:
    return np.where(counts.sum(axis=-1) > 0, values.astype(np.float64), np.nan)


DIVERSITY: Mapping[str, Callable[[Counts], Values]] = MappingProxyType(
    {
        "richness": richness,
        "rarefied_richness": rarefied_richness,
        "concentration": concentration,
        "differ": differ,
        "entropy": entropy,
        "effective_groups": effective_groups,
        "evenness": evenness,
    }
)
"""The measures of a release, by name."""
