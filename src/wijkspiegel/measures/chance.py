"""What an index would be by chance: its exact mean had people been dealt over the same areas by drawing lots.

With the margins fixed, the number of a group in an area is hypergeometric: t_a drawn from T people of whom X_g are of
the group. Small areas then differ without any segregation (Carrington & Troske 1997), and an index has to be read
against that.

Every function takes counts [..., area, group], of which only the margins matter, rounded to whole people, and gives
[...]. The formulas are exact but for `expected_gini`, which says how it gathers areas of nearly one size.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from wijkspiegel.measures.segregation import Counts, Values, group_entropy, interaction

SIZE_CLASSES = 12
"""`expected_gini` is exact for at most this many distinct sizes of area."""


def expected_dissimilarity(counts: Counts) -> Values:
    """Mean of D: the mean absolute deviation of the hypergeometric distribution has a closed form.

    With f(k) = k (T - X - t + k) p(k) the terms above the mean telescope: E|n - mean| = 2 f(m) / T for
    m = floor(mean) + 1.
    """
    people, members, everyone = _margins(counts)
    mirrored = members.shape[-1] == 2  # two groups deviate by the same amount
    told = members[..., :1] if mirrored else members
    deviation = _mean_deviation(people[..., :, None], told[..., None, :], everyone[..., None, None])
    apart = deviation.sum(axis=(-2, -1)) * (1 + mirrored)
    return _quotient(apart, 2 * everyone * interaction(members[..., None, :]))


def expected_gini(counts: Counts, classes: int = SIZE_CLASSES) -> Values:
    """Mean of the Gini index.

    Given how many members two areas hold together, the members of the first are hypergeometric again, so the mean
    difference between them is a sum of mean absolute deviations.

    Where areas have more than `classes` sizes they are gathered into that many classes, each
    with its mean size. Against the exact sum this was within 2 % of the expected value in every city tried.
    """
    return _per_table(counts, lambda people, members: _expected_gini(people, members, classes))


def expected_mutual_information(counts: Counts) -> Values:
    """Mean of M in nats: the sum of E[n ln n] over the support of each cell. Vinh, Epps & Bailey (2010), eq. 24a."""
    return _per_table(counts, _expected_mutual_information)


def expected_entropy_index(counts: Counts) -> Values:
    """Mean of H; the entropy of the whole is fixed by the margins."""
    _, members, _ = _margins(counts)
    return expected_mutual_information(counts) / group_entropy(members[..., None, :])


def expected_relative_diversity(counts: Counts) -> Values:
    """Mean of R: (A - 1) / (T - 1) for A areas with people, whatever the groups and the sizes.

    The variance of a share is P(1 - P)(T - t) / (t (T - 1)), so t_a times it adds up to P(1 - P)(A T - T) / (T - 1).
    """
    people, members, everyone = _margins(counts)
    areas = (people > 0).sum(axis=-1)
    mixed = ~np.isnan(interaction(members[..., None, :]))
    return np.where(mixed, _quotient(areas - 1.0, everyone - 1), np.nan)


def expected_isolation(counts: Counts) -> Values:
    """Mean of xPx: P + (1 - P) E[R]."""
    _, members, everyone = _margins(counts)
    share = _quotient(members[..., 0], everyone)
    spread = np.nan_to_num(expected_relative_diversity(counts))
    return np.where(members[..., 0] > 0, share + (1 - share) * spread, np.nan)


def expected_exposure(counts: Counts) -> Values:
    """Mean of xPy: E[n m] = t (t - 1) X Y / (T (T - 1)), so Y (T - A) / (T (T - 1))."""
    people, members, everyone = _margins(counts)
    areas = (people > 0).sum(axis=-1)
    met = _quotient(members[..., 1] * (everyone - areas), everyone * (everyone - 1))
    return np.where(members[..., 0] > 0, met, np.nan)


def _margins(counts: Counts) -> tuple[Values, Values, Values]:
    """People of each area, of each group, and of the whole, in whole people."""
    people: Values = np.rint(counts.sum(axis=-1))
    everyone: Values = people.sum(axis=-1)
    return people, np.minimum(np.rint(counts.sum(axis=-2)), everyone[..., None]), everyone


def _mean_deviation(drawn: Values, members: Values, everyone: Values) -> Values:
    """E|n - mean| of the hypergeometric number of members among those drawn."""
    drawn, members, everyone = np.broadcast_arrays(drawn, members, everyone)
    whole = np.maximum(everyone, 1)
    first = np.floor(drawn * members / whole) + 1
    others = everyone - members - drawn + first
    possible = (first <= np.minimum(drawn, members)) & (others > 0)
    k, rest = np.where(possible, first, 0), np.where(possible, others, 0)
    chance = np.exp(_log_choose(members, k) + _log_choose(everyone - members, drawn - k) - _log_choose(everyone, drawn))
    return np.where(possible, 2 * k * rest * chance / whole, 0.0)


def _log_choose(n: Values, k: Values) -> Values:
    log: Values = gammaln(n + 1) - gammaln(k + 1) - gammaln(np.maximum(n - k, 0) + 1)
    return log


def _per_table(counts: Counts, expected: Callable[[Values, Values], float]) -> Values:
    """Table by table. Tables of one city have the same areas, and two groups the same margins either way round."""
    people, members, _ = _margins(counts)
    flat_people = people.reshape(-1, people.shape[-1])
    flat_members = members.reshape(-1, members.shape[-1])
    values = [expected(p, m) for p, m in zip(flat_people, flat_members, strict=True)]
    return np.array(values).reshape(counts.shape[:-2])


def _nlogn(largest: int) -> Values:
    """n ln n for 0 to `largest` or beyond."""
    return _table_of_nlogn(largest.bit_length())


@lru_cache(maxsize=32)
def _table_of_nlogn(bits: int) -> Values:
    n = np.arange(2**bits, dtype=np.float64)
    table: Values = xlogy(n, n)
    return table


def _log_factorials(largest: int) -> Values:
    """ln n! for 0 to `largest` or beyond."""
    return _table_of_log_factorials(largest.bit_length())


@lru_cache(maxsize=32)
def _table_of_log_factorials(bits: int) -> Values:
    table: Values = gammaln(np.arange(2**bits, dtype=np.float64) + 1)
    return table


def _expected_mutual_information(people: Values, members: Values) -> float:
    everyone = people.sum()
    if everyone == 0:
        return float("nan")
    sizes, times = _sizes(people.tobytes())
    groups, repeats = np.unique(members[members > 0].astype(np.int64), return_counts=True)
    nlogn = _nlogn(int(min(sizes.max(), groups.max())))
    mean = _sum_of_mean_nlogn(sizes, times, groups, repeats, int(everyone), nlogn)
    margins = xlogy(people, people).sum() + xlogy(members, members).sum() - xlogy(everyone, everyone)
    return max(float((mean - margins) / everyone), 0.0)


@numba.njit(cache=True)
def _sum_of_mean_nlogn(
    sizes: NDArray[np.int64],
    times: NDArray[np.int64],
    groups: NDArray[np.int64],
    repeats: NDArray[np.int64],
    everyone: int,
    nlogn: Values,
) -> float:
    """Sum of E[n ln n] over all cells.

    Weights run out from the mode, where they are 1, and are normalised by their own sum: no logarithm of a factorial
    is taken, so no digits are lost.
    """
    total = 0.0
    for i in range(len(sizes)):
        for j in range(len(groups)):
            t, x = sizes[i], groups[j]
            least, most = max(0, t + x - everyone), min(t, x)
            mode = min(max(((t + 1) * (x + 1)) // (everyone + 2), least), most)
            mass, mean = 1.0, nlogn[mode]
            weight = 1.0
            for k in range(mode, most):
                weight *= (x - k) * (t - k) / ((k + 1.0) * (everyone - x - t + k + 1.0))
                mass += weight
                mean += weight * nlogn[k + 1]
                if weight < 1e-18:
                    break
            weight = 1.0
            for k in range(mode, least, -1):
                weight *= k * (everyone - x - t + k) / ((x - k + 1.0) * (t - k + 1.0))
                mass += weight
                mean += weight * nlogn[k - 1]
                if weight < 1e-18:
                    break
            total += times[i] * repeats[j] * mean / mass
    return total


def _expected_gini(people: Values, members: Values, classes: int) -> float:
    everyone = people.sum()
    mixed = interaction(members[None, :])
    if everyone == 0 or np.isnan(mixed):
        return float("nan")
    sizes, areas = _size_classes(people.tobytes(), classes)
    log_factorial = _log_factorials(2 * int(sizes.max()) + 1)
    mirrored = len(members) == 2  # two groups differ by the same amount
    apart = sum(
        _sum_of_differences(sizes, areas, int(group), int(everyone), log_factorial)
        for group in (members[:1] if mirrored else members)
    ) * (1 + mirrored)
    return float(apart / (everyone**2 * mixed))


@lru_cache(maxsize=8)
def _sizes(people: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The sizes of areas with people, and how many areas have each. Tables of one city share them: asked once for all.

    people : the bytes of floats, by which they can be remembered.
    """
    found = np.frombuffer(people)
    return np.unique(found[found > 0].astype(np.int64), return_counts=True)


@lru_cache(maxsize=8)
def _size_classes(people: bytes, classes: int) -> tuple[NDArray[np.int64], Values]:
    """As `_sizes`; areas are gathered where there are more than `classes` sizes."""
    sizes, times = _sizes(people)
    areas = times.astype(np.float64)
    if len(sizes) <= classes:
        return sizes, areas
    weight = np.sqrt(sizes) * areas
    held = np.cumsum(weight)
    part = ((held - weight / 2) * classes // held[-1]).astype(np.int64)
    number = np.bincount(part, weights=areas, minlength=classes).astype(np.float64)
    full = number > 0
    people_held = np.bincount(part, weights=sizes * areas, minlength=classes)
    typical: NDArray[np.int64] = np.rint(people_held[full] / number[full]).astype(np.int64)
    return typical, number[full]


@numba.njit(cache=True)
def _sum_of_differences(
    sizes: NDArray[np.int64], areas: Values, members: int, everyone: int, log_factorial: Values
) -> float:
    """Sum over pairs of areas of t_a t_b E|p_a - p_b|, each pair once."""
    total = 0.0
    for i in range(len(sizes)):
        for j in range(i + 1):
            pairs = areas[i] * (areas[i] - 1) / 2 if i == j else areas[i] * areas[j]
            both = sizes[i] + sizes[j]
            if pairs > 0 and both <= everyone:
                total += pairs * both * _mean_deviation_in_pair(sizes[i], both, members, everyone, log_factorial)
    return total


@numba.njit(cache=True)
def _mean_deviation_in_pair(size: int, both: int, members: int, everyone: int, log_factorial: Values) -> float:
    """E|n - s a/(a + b)| over the members s that two areas hold together; times (a + b) it is E|t_b n_a - t_a n_b|."""
    least, most = max(0, both + members - everyone), min(both, members)
    mode = min(max(((both + 1) * (members + 1)) // (everyone + 2), least), most)
    mass, mean, weight = 0.0, 0.0, 1.0
    for held in range(mode, most + 1):
        mass += weight
        mean += weight * _deviation(size, held, both, log_factorial)
        weight *= (members - held) * (both - held) / ((held + 1.0) * (everyone - members - both + held + 1.0))
        if weight < 1e-9:
            break
    weight = 1.0
    for held in range(mode, least, -1):
        weight *= held * (everyone - members - both + held) / ((members - held + 1.0) * (both - held + 1.0))
        if weight < 1e-9:
            break
        mass += weight
        mean += weight * _deviation(size, held - 1, both, log_factorial)
    return mean / mass


@numba.njit(cache=True)
def _deviation(drawn: int, members: int, everyone: int, log_factorial: Values) -> float:
    """The closed form of `_mean_deviation` for one hypergeometric distribution."""
    k = drawn * members // everyone + 1
    rest = everyone - members - drawn + k
    if k > min(drawn, members) or rest <= 0:
        return 0.0
    log = log_factorial
    chance = np.exp(
        log[members] - log[k] - log[members - k]
        + log[everyone - members] - log[drawn - k] - log[everyone - members - drawn + k]
        - log[everyone] + log[drawn] + log[everyone - drawn]
    )  # fmt: skip
    return float(2.0 * k * rest * chance / everyone)


def _quotient(numerator: Values, denominator: Values) -> Values:
    defined = denominator > 0
    value: Values = np.where(defined, numerator / np.where(defined, denominator, 1.0), np.nan)
    return value


EXPECTED: Mapping[str, Callable[[Counts], Values]] = MappingProxyType(
    {
        "dissimilarity": expected_dissimilarity,
        "isolation": expected_isolation,
        "exposure": expected_exposure,
        "gini": expected_gini,
        "entropy_index": expected_entropy_index,
        "mutual_information": expected_mutual_information,
        "divergence": expected_mutual_information,
        "relative_diversity": expected_relative_diversity,
    }
)
"""The chance level of every index, by name."""


OF_INFORMATION = frozenset({"entropy_index", "mutual_information", "divergence"})


def maximum(name: str, counts: Counts) -> Values:
    """The index of groups kept fully apart: 1; for M and divergence the entropy of the groups; for exposure 0."""
    if name in ("mutual_information", "divergence"):
        return group_entropy(counts)
    return np.full(counts.shape[:-2], 0.0 if name == "exposure" else 1.0)


def expected_of(names: Sequence[str], counts: Counts) -> dict[str, Values]:
    """The chance level of several indices; those of information share their computation."""
    asked = [name for name in names if name in OF_INFORMATION]
    found = {name: EXPECTED[name](counts) for name in names if name not in OF_INFORMATION}
    if asked:
        nats = expected_mutual_information(counts)
        found |= {name: nats / group_entropy(counts) if name == "entropy_index" else nats for name in asked}
    return found


def beyond_chance(name: str, value: Values, expected: Values, counts: Counts) -> Values:
    """(value - expected) / (maximum - expected): 0 is chance, 1 the extreme."""
    room = maximum(name, counts) - expected
    corrected: Values = np.divide(value - expected, room, out=np.full(np.shape(value), np.nan), where=room != 0)
    return corrected


def chance_corrected(name: str, value: Values, counts: Counts) -> tuple[Values, Values]:
    """expected, and what of the value is beyond it."""
    expected = EXPECTED[name](counts)
    return expected, beyond_chance(name, value, expected, counts)
