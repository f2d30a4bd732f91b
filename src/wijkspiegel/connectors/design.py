"""What a sample tells: ratios with the interval that its strata, clusters and weights allow.

The variance of a ratio is that of the sum of its linearised residuals over clusters, within strata (Woodruff 1971;
Taylor linearisation). A stratum with one cluster has no variance of its own: such strata are taken together. People who
are all of one cluster, as those of an area are where areas were drawn, count as drawn by lot within it.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from wijkspiegel.tables import Contacts

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Sample:
    """Weights, strata and clusters of people. weight : [person], > 0. stratum, cluster : [person], whole numbers."""

    weight: Floats
    stratum: NDArray[np.int64]
    cluster: NDArray[np.int64]

    def take(self, who: Mask) -> "Sample":
        return Sample(self.weight[who], self.stratum[who], self.cluster[who])

    @cached_property
    def clusters(self) -> "Clusters":
        by_lot = (np.diff(self.cluster) > 0).all() or (self.cluster == self.cluster[:1]).all()
        if by_lot and (self.stratum == self.stratum[:1]).all():
            people = len(self.cluster)
            return Clusters(np.arange(people), np.zeros(people, dtype=np.intp), np.array([people]))
        keys = np.stack([self.stratum, self.cluster], axis=1)
        clusters, of_person = np.unique(keys, axis=0, return_inverse=True)
        _, stratum, size = np.unique(clusters[:, 0], return_inverse=True, return_counts=True)
        lonely = size[stratum] == 1
        _, stratum, size = np.unique(np.where(lonely, size.size, stratum), return_inverse=True, return_counts=True)
        return Clusters(of_person.ravel(), stratum, size)


@dataclass(frozen=True)
class Clusters:
    """of_person : [person], their cluster. stratum : [cluster]. size : [stratum], clusters."""

    of_person: NDArray[np.intp]
    stratum: NDArray[np.intp]
    size: NDArray[np.intp]


def sample_of(contacts: Contacts) -> Sample:
    return Sample(contacts.weight, contacts.stratum, contacts.cluster)


@dataclass(frozen=True)
class Ratio:
    """value and 95 % interval; nan where nothing is known. design_effect : its variance over that of a draw by lot."""

    value: float
    lower: float
    upper: float
    design_effect: float


NOTHING = Ratio(np.nan, np.nan, np.nan, 1.0)


def ratio(numerator: Floats, denominator: Floats, sample: Sample) -> Ratio:
    """sum(weight * numerator) / sum(weight * denominator), each [person]."""
    weight = sample.weight
    below = float((weight * denominator).sum())
    if below == 0 or not len(weight):
        return NOTHING
    value = float((weight * numerator).sum() / below)
    residual = numerator - value * denominator
    variance, freedom = _variance_of_total(weight * residual, sample)
    simple = float((weight * residual**2).sum() * weight.sum() / len(weight))
    half = _student(max(freedom, 1)) * np.sqrt(variance) / abs(below)
    return Ratio(value, value - half, value + half, variance / simple if simple > 0 else 1.0)


@lru_cache(maxsize=10_000)
def _student(freedom: int) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom))


def _variance_of_total(terms: Floats, sample: Sample) -> tuple[float, int]:
    """Variance of the sum of terms, and its degrees of freedom: clusters less strata."""
    clusters = sample.clusters
    stratum, size = clusters.stratum, clusters.size
    totals = np.bincount(clusters.of_person, terms, minlength=len(stratum))
    mean = np.bincount(stratum, totals) / size
    spread = np.bincount(stratum, (totals - mean[stratum]) ** 2)
    several = size > 1
    variance = float((spread[several] * size[several] / (size[several] - 1)).sum())
    return variance, int((size[several] - 1).sum())


def effect_on_shares(outside: Floats, contacts: Floats, sample: Sample) -> float:
    """By how much the sample tells less than as many people drawn by lot, of the share of contacts outside; at least 1,
    and at least what the weights alone cost (Kish 1965).
    """
    weights = float(len(sample.weight) * (sample.weight**2).sum() / sample.weight.sum() ** 2)
    return max(1.0, weights, ratio(outside, contacts, sample).design_effect)
