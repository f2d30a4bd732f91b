"""How sure we are of a figure: a 95 % interval that holds sampling, small areas and rounding.

What is estimated. The people who live in an area are seen as one draw from those who might have: n_ag is multinomial
within each area, around shares that the sorting of people over the city made. The interval is for the index of those
shares. A register counts everybody, so as a plain description of one day `value` has no error but rounding; as soon as
years or cities are compared, or one asks whether a difference is more than chance, the draw matters.

Small areas and rounding. Both add variance between areas that is no segregation. R, the part of the variance of group
membership that lies between areas, can be freed of it exactly: E[R] = R + (1 - R)(A - 1)/(T - 1) + rounding. The
reliability, R freed over R observed, scales the other indices: those that are quadratic in differences between areas
(H, M, divergence, R) by it, those that are linear (D, Gini) by its root. That takes the distribution of shares over
areas to keep its shape, so the interval also holds `freed_of_chance`, which scales along a line, leans to `value`, and
for the quadratic indices holds value - expected.

The width comes from what one person does to the index (its gradient), from the variance of a rounded count, and near
zero, where the gradient vanishes, from the chi-square spread of R.

Checked by simulation, see tests and docs/explanation/uncertainty.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from wijkspiegel.measures.chance import beyond_chance, expected_of, maximum
from wijkspiegel.measures.diversity import DIVERSITY, RAREFIED_TO, concentration, entropy
from wijkspiegel.measures.segregation import (
    SEGREGATION,
    Counts,
    Values,
    area_shares,
    group_entropy,
    group_shares,
    interaction,
    local_divergence,
    location_quotient,
)
from wijkspiegel.measures.withheld import Mask, between, most_alike, most_apart, too_much_withheld

CONFIDENCE = 0.95
MOST_BLUR = 4.0
"""Where rounding adds more than this many times what chance adds to R, an index may be anything from 0 to its value."""

FREE_OF_CHANCE = frozenset({"isolation", "exposure"})
"""Indices of who is met, which are freed of chance by leaving each person out of those that they meet."""

Bounded = tuple[Values, Values, Values]
"""A figure, and the least and the most that it can be."""

Z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))


@dataclass(frozen=True)
class Estimates:
    """An index and what is known of it; each [...], one for every table.

    value, expected : the index of the counts, and its mean by chance.
    corrected : (value - expected) / (maximum - expected).
    lower, upper : 95 % interval on the scale of value, freed of chance and rounding; holds `freed_of_chance`.
    """

    value: Values
    expected: Values
    corrected: Values
    lower: Values
    upper: Values


@dataclass(frozen=True)
class Reliability:
    """The part of R that is neither chance nor rounding, and the least and the most it can be; each in [0, 1].

    The most leaves the variance of rounding in: publishers round with less of it than the bounds allow.
    blur : what rounding adds to R, as a multiple of what chance adds.
    """

    part: Values
    least: Values
    most: Values
    blur: Values


def assess(name: str, counts: Counts, low: Counts, high: Counts) -> Estimates:
    """The index `name` of SEGREGATION for each table, with its chance level and interval.

    counts, low, high : [..., area, group], people, and the bounds that rounding or suppression leaves each count.
    """
    return assess_all((name,), counts, low, high)[name]


def assess_all(names: Sequence[str], counts: Counts, low: Counts, high: Counts) -> dict[str, Estimates]:
    """Name -> `assess` of it; what indices have in common is computed once."""
    rounding = rounding_variance(low, high)
    expected = expected_of(names, counts)
    unevenness = _reliability(counts, rounding) if set(names) - FREE_OF_CHANCE else None
    return {name: _estimate(name, expected[name], counts, rounding, unevenness) for name in names}


def _estimate(
    name: str, expected: Values, counts: Counts, rounding: Counts, unevenness: Reliability | None
) -> Estimates:
    value = SEGREGATION[name](counts)
    corrected = beyond_chance(name, value, expected, counts)
    if unevenness is None or name in FREE_OF_CHANCE:
        centre, near_zero, signal = *_met_free_of_chance(name, counts, rounding), np.ones_like(value)
        linear = freed_of_chance(name, corrected, counts)
        down, up = np.fmin(centre - near_zero, linear), np.fmax(centre + near_zero, linear)
    else:
        signal, most = unevenness.part, unevenness.most
        power = 0.5 if name in ("dissimilarity", "gini") else 1.0
        centre, down, up = (value * part**power for part in (signal, unevenness.least, most))
        linear = freed_of_chance(name, corrected, counts)
        if power == 1.0:
            down = np.fmin(down, value - expected)
        down, up = np.fmin(down, linear), np.fmax(up + most * (value - up), linear)
        blurred = unevenness.blur > MOST_BLUR
        down, up = np.where(blurred, 0.0, down), np.where(blurred, np.fmax(up, value), up)
    slope = GRADIENT[name](counts, value)
    spread = Z * np.sqrt(signal * sampling_variance(slope, counts) + (slope**2 * rounding).sum(axis=(-2, -1)))
    ceiling = np.ones_like(value) if name == "exposure" else maximum(name, counts)
    lower = np.clip(centre - np.hypot(centre - down, spread), 0.0, ceiling)
    upper = np.clip(centre + np.hypot(up - centre, spread), 0.0, ceiling)
    return Estimates(value, expected, corrected, lower, upper)


def freed_of_chance(name: str, corrected: Values, counts: Counts) -> Values:
    """What is left of an index beyond chance, on the scale of its value: even + corrected (maximum - even).

    even is the index of groups that are spread evenly: their share of the whole for who is met, else 0.
    """
    if name not in FREE_OF_CHANCE:
        return corrected * maximum(name, counts)
    even = group_shares(counts)[..., 0 if name == "isolation" else 1]
    return even + corrected * (maximum(name, counts) - even)


def interval_of_change(before: Estimates, after: Estimates) -> tuple[Values, Values]:
    """95 % interval of after.value - before.value, as if other people lived there each time.

    Most people stay, and what is unsure about them is so in both years alike: it is too wide rather than too narrow. It
    is that of the change beyond chance, and also holds the change of the values themselves.
    """
    moved = (after.lower + after.upper - before.lower - before.upper) / 2
    half = np.hypot(after.upper - after.lower, before.upper - before.lower) / 2
    total = after.value - before.value
    return np.fmin(moved - half, total), np.fmax(moved + half, total)


def rounding_variance(low: Counts, high: Counts) -> Counts:
    """Variance of a whole count that is equally likely to be anything from low to high."""
    return np.where(high > low, ((high - low + 1) ** 2 - 1) / 12, 0.0)


def _blur(counts: Counts, rounding: Counts) -> Values:
    """What rounding adds to R, as a multiple of what chance adds."""
    people = counts.sum(axis=-1)
    everyone = people.sum(axis=-1)
    noise = _ratio(_ratio(rounding, people[..., None]).sum(axis=(-2, -1)), everyone * interaction(counts))
    return _ratio(noise * (everyone - 1), (people > 0).sum(axis=-1) - 1.0)


def _reliability(counts: Counts, rounding: Counts) -> Reliability:
    people = counts.sum(axis=-1)
    everyone = people.sum(axis=-1)
    areas = (people > 0).sum(axis=-1)
    groups = (counts.sum(axis=-2) > 0).sum(axis=-1)
    chance = _ratio(areas - 1.0, everyone - 1)
    blur = _blur(counts, rounding)
    noise = chance * blur
    observed = SEGREGATION["relative_diversity"](counts)
    free = _ratio(observed - chance - noise, 1 - chance)
    freedom = np.maximum((areas - 1) * (groups - 1), 1)
    small_cells = 1 + _ratio(areas * groups, everyone)
    spread = Z * (chance + noise) * np.sqrt(2 / freedom * small_cells)
    unrounded = _ratio(observed - chance, 1 - chance)
    ends = (free, free - spread, np.maximum(free + spread, unrounded))
    part, least, most = (_ratio(np.clip(end, 0.0, observed), observed) for end in ends)
    return Reliability(part, least, most, blur)


def _met_free_of_chance(name: str, counts: Counts, rounding: Counts) -> tuple[Values, Values]:
    """xPx or xPy with each person left out of those met, and half the 95 % interval where groups are spread evenly.

    E[n(n - 1)] = t(t - 1) p^2 and E[nm] = t(t - 1) p q, so dividing by t - 1 leaves no chance.
    """
    people = counts.sum(axis=-1)
    areas = (people > 0).sum(axis=-1)
    members = counts[..., 0]
    first, second = members.sum(axis=-1), counts[..., 1].sum(axis=-1)
    p, q = _ratio(first, people.sum(axis=-1)), _ratio(second, people.sum(axis=-1))
    if name == "isolation":
        met, variance = members * (members - 1) - rounding[..., 0], 2 * (p * (1 - p)) ** 2
    else:
        met, variance = members * counts[..., 1], p * q * (1 - p) * (1 - q) + (p * q) ** 2
    free = np.where(first > 0, _ratio(_ratio(met, people - 1).sum(axis=-1), first), np.nan)
    near_even = Z * np.sqrt(np.maximum(areas - 1, 0) * variance) * _ratio(1.0, first)
    blur = _ratio(_ratio(rounding.sum(axis=-1), people - 1).sum(axis=-1), first)
    return np.clip(free, 0.0, 1.0), near_even + blur


def sampling_variance(slope: Counts, counts: Counts) -> Values:
    """Variance of sum slope * n for n multinomial within each area."""
    mean = (counts * slope).sum(axis=-1)
    variance: Values = ((counts * slope**2).sum(axis=-1) - _ratio(mean**2, counts.sum(axis=-1))).sum(axis=-1)
    return np.maximum(variance, 0.0)


# Gradients: what one more person of a group in an area does to the index, [..., area, group]. ------------------------


def _slope_of_mutual_information(counts: Counts, value: Values) -> Counts:
    """Cells without people get the share of one expected person, so that the slope stays finite."""
    people = counts.sum(axis=-1, keepdims=True)
    whole = group_shares(counts)[..., None, :]
    held = np.where(whole > 0, whole, 1.0)
    shares = np.where(counts > 0, area_shares(counts), held / (people + 1))
    return (np.log(shares / held) - _outer(value)) / _outer(people.sum(axis=(-2, -1)))


def _slope_of_entropy_index(counts: Counts, value: Values) -> Counts:
    entropy = group_entropy(counts)
    whole = group_shares(counts)[..., None, :]
    of_entropy = (-np.log(np.where(whole > 0, whole, 1.0)) - _outer(entropy)) / _outer(counts.sum(axis=(-2, -1)))
    of_information = _slope_of_mutual_information(counts, value * entropy)
    return (of_information - _outer(value) * of_entropy) / _outer(entropy)


def _slope_of_relative_diversity(counts: Counts, value: Values) -> Counts:
    everyone = _outer(counts.sum(axis=(-2, -1)))
    shares, whole = area_shares(counts), group_shares(counts)[..., None, :]
    mixed = _outer(interaction(counts))
    together = 1 - (1 - _outer(value)) * mixed
    of_areas = (2 * shares - (shares**2).sum(axis=-1, keepdims=True) - together) / everyone
    of_whole = 2 * (whole - 1 + mixed) / everyone
    slope: Counts = of_areas / mixed - (1 - together) * of_whole / mixed**2
    return slope


def _slope_of_dissimilarity(counts: Counts, value: Values) -> Counts:
    people = counts.sum(axis=-1, keepdims=True)
    whole = group_shares(counts)[..., None, :]
    everyone, mixed = _outer(people.sum(axis=(-2, -1))), _outer(interaction(counts))
    side = np.sign(counts - people * whole)
    moved = (side * people).sum(axis=-2, keepdims=True) / everyone
    of_apart = side - (side * whole).sum(axis=-1, keepdims=True) - moved + (moved * whole).sum(axis=-1, keepdims=True)
    of_most = 2 - mixed - 2 * whole
    slope: Counts = (of_apart / 2 - _outer(value) * of_most) / (everyone * mixed)
    return slope


def _slope_of_gini(counts: Counts, value: Values) -> Counts:
    people = np.broadcast_to(counts.sum(axis=-1, keepdims=True), counts.shape)
    everyone, mixed = _outer(counts.sum(axis=(-2, -1))), _outer(interaction(counts))
    shares = area_shares(counts)
    order = np.argsort(shares, axis=-2)
    back = np.argsort(order, axis=-2)
    first, last = _ends_of_ties(np.take_along_axis(shares, order, axis=-2))

    def below_less_above(amounts: Counts) -> Counts:
        ordered = np.take_along_axis(amounts, order, axis=-2)
        total = np.cumsum(ordered, axis=-2)
        below = np.take_along_axis(total - ordered, first, axis=-2)
        above = total[..., -1:, :] - np.take_along_axis(total, last, axis=-2)
        return np.take_along_axis(below - above, back, axis=-2)

    of_apart = below_less_above(people) - below_less_above(counts).sum(axis=-1, keepdims=True)
    of_most = 2 * everyone * (1 - group_shares(counts)[..., None, :])
    slope: Counts = (of_apart - _outer(value) * of_most) / (everyone**2 * mixed)
    return slope


def _ends_of_ties(ordered: Counts) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """[..., area, group], first and last place of the areas with the same share: neither of two is below the other."""
    place = np.broadcast_to(np.arange(ordered.shape[-2])[:, None], ordered.shape)
    apart = np.diff(ordered, axis=-2) > 0
    edge = np.ones_like(ordered[..., :1, :], dtype=bool)
    starts, ends = np.concatenate([edge, apart], axis=-2), np.concatenate([apart, edge], axis=-2)
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=-2)
    backwards = np.where(ends, place, ordered.shape[-2])[..., ::-1, :]
    return first, np.minimum.accumulate(backwards, axis=-2)[..., ::-1, :]


def _slope_of_isolation(counts: Counts, value: Values) -> Counts:
    shares = area_shares(counts)[..., 0]
    slope = np.repeat(-(shares**2)[..., None], counts.shape[-1], axis=-1)
    slope[..., 0] += 2 * shares - value[..., None]
    return slope * _outer(_ratio(1.0, counts[..., 0].sum(axis=-1)))


def _slope_of_exposure(counts: Counts, value: Values) -> Counts:
    first, second = area_shares(counts)[..., 0], area_shares(counts)[..., 1]
    slope = np.repeat(-(first * second)[..., None], counts.shape[-1], axis=-1)
    slope[..., 0] += second - value[..., None]
    slope[..., 1] += first
    return slope * _outer(_ratio(1.0, counts[..., 0].sum(axis=-1)))


GRADIENT: Mapping[str, Callable[[Counts, Values], Counts]] = MappingProxyType(
    {
        "dissimilarity": _slope_of_dissimilarity,
        "isolation": _slope_of_isolation,
        "exposure": _slope_of_exposure,
        "gini": _slope_of_gini,
        "entropy_index": _slope_of_entropy_index,
        "mutual_information": _slope_of_mutual_information,
        "divergence": _slope_of_mutual_information,
        "relative_diversity": _slope_of_relative_diversity,
    }
)


# Areas by themselves -------------------------------------------------------------------------------------------------


def assess_diversity(
    name: str, counts: Counts, low: Counts, high: Counts, withheld: Mask | None = None
) -> tuple[Values, Values, Values]:
    """The measure `name` of DIVERSITY for each area, [area], and its 95 % interval; nan where nobody lives.

    withheld : [area, group], counts that are no more than estimates. The interval holds whatever their bounds allow;
    the value is nan where `too_much_withheld`, and all is nan where no count is shown. None is none.

    Richness is bounded by what rounding and suppression leave possible; groups of nobody cannot be foreseen. The others
    are freed of the bias of few people (concentration exactly, entropy after Miller 1955) and of rounding; the interval
    holds the value as it is too.
    """
    value = DIVERSITY[name](counts)
    if withheld is None or not withheld.any():
        return value, *between(_interval_of_diversity(name, counts, low, high), (value, value))
    lower, upper = _whatever_was_withheld(name, counts, low, high, withheld)
    not_told = too_much_withheld(counts, withheld) | ((name == "richness") & (lower < upper))
    value, nothing = np.where(not_told, np.nan, value), withheld.all(axis=-1)
    return value, *between((np.where(nothing, np.nan, lower), np.where(nothing, np.nan, upper)), (value, value))


def _whatever_was_withheld(
    name: str, counts: Counts, low: Counts, high: Counts, withheld: Mask
) -> tuple[Values, Values]:
    """The interval of every composition that the bounds of withheld counts allow."""
    if name == "richness":
        return _interval_of_diversity(name, counts, low, high)
    ends = (np.full(len(counts), np.nan), np.full(len(counts), np.nan))
    for possible in (counts, most_alike(counts, low, high, withheld), most_apart(counts, low, high, withheld)):
        bounds = (np.where(withheld, possible, bound) for bound in (low, high))
        ends = between(ends, _interval_of_diversity(name, possible, *bounds))
    return ends


def _interval_of_diversity(name: str, counts: Counts, low: Counts, high: Counts) -> tuple[Values, Values]:
    groups, highest = counts.shape[-1], np.log(counts.shape[-1])
    if name == "richness":
        people = counts.sum(axis=-1)
        fewest, most = (low >= 1).sum(axis=-1), (high >= 1).sum(axis=-1)
        return np.where(people > 0, fewest, np.nan), np.where(people > 0, most, np.nan)
    if name == "rarefied_richness":
        ends = _interval_of_sum(DIVERSITY[name](counts), *_curve_of_rarefied(counts), counts, low, high)
        return np.clip(ends[0], 1.0, groups), np.clip(ends[1], 1.0, groups)
    if name in ("concentration", "differ"):
        ends = _interval_of_sum(concentration(counts), *_curve_of_concentration(counts), counts, low, high)
        least, most = np.clip(ends[0], 1 / groups, 1.0), np.clip(ends[1], 1 / groups, 1.0)
        return (least, most) if name == "concentration" else (1 - most, 1 - least)
    ends = _interval_of_sum(entropy(counts), *_curve_of_entropy(counts), counts, low, high)
    least, most = np.clip(ends[0], 0.0, highest), np.clip(ends[1], 0.0, highest)
    if name == "effective_groups":
        return np.exp(least), np.exp(most)
    scale = highest if name == "evenness" and highest > 0 else 1.0
    return least / scale, most / scale


def _interval_of_sum(
    value: Values, slope: Counts, curve: Counts, counts: Counts, low: Counts, high: Counts
) -> tuple[Values, Values]:
    """Interval of sum_g f(p_g) from the first and second derivatives of f, [area, group].

    A share varies by drawing, p(1 - p)/t, and by rounding. Its curve moves the mean (the bias that is taken out), and
    near a flat slope it is what remains of the spread.
    """
    people = counts.sum(axis=-1)
    shares = _shares(counts)
    drawing = shares * (1 - shares) * _ratio(1.0, people)[..., None]
    rounding = _ratio(rounding_variance(low, high), people[..., None] ** 2)
    bias = (curve * (drawing + rounding)).sum(axis=-1) / 2
    mean_slope = (shares * slope).sum(axis=-1, keepdims=True)
    first = (shares * (slope - mean_slope) ** 2).sum(axis=-1) * _ratio(1.0, people) + (slope**2 * rounding).sum(axis=-1)
    second = ((curve * (drawing + rounding)) ** 2).sum(axis=-1) / 2
    spread = Z * np.sqrt(first + second)
    return value - bias - spread, value - bias + spread


def _shares(counts: Counts) -> Counts:
    people = counts.sum(axis=-1, keepdims=True)
    return np.where(people > 0, _ratio(counts, people), np.nan)


def _curve_of_concentration(counts: Counts) -> tuple[Counts, Counts]:
    shares = _shares(counts)
    return 2 * shares, np.where(np.isnan(shares), np.nan, 2.0)


def _curve_of_entropy(counts: Counts) -> tuple[Counts, Counts]:
    """A share is taken to be at least that of one person, where the logarithm would run away."""
    people = counts.sum(axis=-1, keepdims=True)
    shares = np.maximum(_shares(counts), _ratio(1.0, people))
    present = counts > 0
    return np.where(present, -np.log(shares) - 1, 0.0), np.where(present, -1 / shares, 0.0)


def _curve_of_rarefied(counts: Counts) -> tuple[Counts, Counts]:
    others = 1 - _shares(counts)
    m = RAREFIED_TO
    return m * others ** (m - 1), -m * (m - 1) * others ** (m - 2)


@dataclass(frozen=True)
class Local:
    """Figures of the parts of a whole, [area] or, for location_quotient, [area, group], with 95 % intervals."""

    value: Values
    lower: Values
    upper: Values


def assess_local(counts: Counts, low: Counts, high: Counts) -> Mapping[str, Local]:
    """divergence, local_information and location_quotient of each area of counts [area, group]; the whole is known."""
    people = counts.sum(axis=-1)
    part = _ratio(people, people.sum())
    value = local_divergence(counts)
    slope, curve = _curve_of_entropy(counts)
    whole = np.maximum(group_shares(counts), _ratio(1.0, people.sum()))
    least, most = _interval_of_sum(value, -slope - np.log(whole), -curve, counts, low, high)
    least, most = np.maximum(least, 0.0), np.maximum(most, 0.0)
    return {
        "divergence": Local(value, least, most),
        "local_information": Local(value * part, least * part, most * part),
        "location_quotient": _local_quotient(counts, low, high),
    }


def _local_quotient(counts: Counts, low: Counts, high: Counts) -> Local:
    """Agresti & Coull (1998) for the share, widened by rounding, over the share in the whole."""
    people = np.where(counts.sum(axis=-1, keepdims=True) > 0, counts.sum(axis=-1, keepdims=True), np.nan)
    whole = np.where(group_shares(counts) > 0, group_shares(counts), np.nan)
    centre = (counts + Z**2 / 2) / (people + Z**2)
    variance = centre * (1 - centre) / (people + Z**2) + rounding_variance(low, high) / people**2
    spread = Z * np.sqrt(variance)
    return Local(
        location_quotient(counts),
        np.clip(centre - spread, 0.0, 1.0) / whole,
        np.clip(centre + spread, 0.0, 1.0) / whole,
    )


def ratio_interval(count: Bounded, total: Values, reference_share: Bounded) -> tuple[Values, Values, Values]:
    """Share of a group in an institution over its share in the area served, with the exact interval.

    count : people; reference_share : in [0, 1], taken as known but for its bounds; total : people. Any shape. Clopper &
    Pearson (1934) at the ends of what the counts can be. nan where nobody works there or nobody of the group lives in
    the area.
    """
    (known, fewest, most), (share, least_share, most_share) = count, reference_share
    working = np.where(total > 0, total, np.nan)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.clip(fewest, 0, total), np.clip(most, 0, total)
    lower = np.where(low > 0, stats.beta.ppf(tail, low, total - low + 1), 0.0)
    upper = np.where(high < total, stats.beta.ppf(1 - tail, high + 1, total - high), 1.0)
    there = share > 0
    ratio: Values = known / working / np.where(there, share, np.nan)
    return (
        ratio,
        np.where(there & (total > 0), lower, np.nan) / np.where(there, most_share, np.nan),
        np.where(there & (total > 0), upper, np.nan) / np.where(there & (least_share > 0), least_share, np.nan),
    )


def _outer(values: Values) -> Values:
    """[...] -> [..., 1, 1], to meet [..., area, group]."""
    return np.asarray(values)[..., None, None]


def _ratio(numerator: Values | float, denominator: Values) -> Values:
    """0 where the denominator is not positive."""
    positive = denominator > 0
    ratio: Values = np.where(positive, numerator / np.where(positive, denominator, 1.0), 0.0)
    return ratio
