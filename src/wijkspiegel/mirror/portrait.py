"""What a city looks like: its compositions, and the figures of every area and every whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.disclosure import join_tables, release_table
from wijkspiegel.measures.diversity import DIVERSITY
from wijkspiegel.measures.uncertainty import (
    Estimates,
    Local,
    assess_all,
    assess_diversity,
    assess_local,
    ratio_interval,
)
from wijkspiegel.measures.withheld import too_much_withheld
from wijkspiegel.mirror.zoning import hierarchy_of, rows_by_whole
from wijkspiegel.tables import City, Composition, Counts, Institution, Mask

AGAINST_REST = (
    "dissimilarity", "isolation", "exposure", "gini", "entropy_index", "mutual_information", "divergence",
    "relative_diversity",
)  # fmt: skip
AMONG_ALL = ("dissimilarity", "gini", "entropy_index", "mutual_information", "divergence", "relative_diversity")
AGAINST_GROUP = ("dissimilarity", "exposure")

TOGETHER = 500
"""Parts of wholes that are computed in one go: small tables mostly wait for Python, large ones for memory."""


@dataclass(frozen=True)
class Whole:
    """An area of a level, and the composition of the parts that lie in it."""

    area: str
    level: str
    parts: Composition


def wholes_of(city: City, composition: Composition) -> Iterator[Whole]:
    """Every area of the home level or a coarser one, with the parts of the composition that lie in it."""
    finer_than_home = city.levels.index(composition.areas.level)
    wholes = city.levels[: min(city.levels.index(city.home) + 1, finer_than_home)]
    hierarchy = hierarchy_of(city, composition.year)
    for level in wholes:
        for area, rows in rows_by_whole(composition.areas, hierarchy, level).items():
            if city.subject in ("", area):
                yield Whole(area, level, composition.take(rows))


def areas_table(city: City) -> pa.Table:
    """Every area of every year, once."""
    seen: dict[tuple[int, str], list[Composition]] = {}
    for composition in city.compositions:
        seen.setdefault((composition.year, composition.areas.level), []).append(composition)
    parts = [
        release_table(
            "areas",
            {
                "area": compositions[0].areas.codes,
                "name": compositions[0].areas.names,
                "level": [level] * len(compositions[0].areas),
                "parent": compositions[0].areas.parents,
                "population": _population_told(compositions),
                "year": [year] * len(compositions[0].areas),
            },
        )
        for (year, level), compositions in seen.items()
    ]
    return join_tables("areas", parts)


def _population_told(compositions: Sequence[Composition]) -> Counts:
    """[area], people by the first scheme that shows a count of the area; nan where none does."""
    areas = compositions[0].areas
    people = dict.fromkeys(areas.codes, np.nan)
    for composition in reversed(compositions):
        shown = np.logical_not(composition.withheld.all(axis=1)).tolist()
        told = zip(composition.areas.codes, composition.population, shown, strict=True)
        people |= {code: number for code, number, is_shown in told if is_shown and code in people}
    return np.array([people[code] for code in areas.codes])


def composition_table(city: City) -> pa.Table:
    return join_tables("composition", [_composition_rows(composition) for composition in city.compositions])


def _composition_rows(composition: Composition) -> pa.Table:
    areas, groups = composition.counts.shape
    shown = np.where(composition.withheld, np.nan, composition.counts)
    return release_table(
        "composition",
        {
            "area": np.repeat(composition.areas.codes, groups),
            "year": np.full(areas * groups, composition.year),
            "scheme": [composition.scheme.code] * (areas * groups),
            "group": np.tile(composition.scheme.groups, areas),
            "count": shown.ravel(),
            "share": _shares(shown, composition.population).ravel(),
        },
    )


def _shares(counts: Counts, people: Counts) -> Counts:
    """counts [area, group] as a share of people [area]; nan where nobody lives."""
    part: Counts = np.divide(counts, people[:, None], out=np.full(counts.shape, np.nan), where=people[:, None] > 0)
    return part


def diversity_table(city: City) -> pa.Table:
    return join_tables(
        "diversity",
        [_diversity_rows(composition, measure) for composition in city.compositions for measure in DIVERSITY],
    )


def _diversity_rows(composition: Composition, measure: str) -> pa.Table:
    bounds = composition.counts, composition.low, composition.high
    value, lower, upper = assess_diversity(measure, *bounds, composition.withheld)
    return _per_area("diversity", composition, measure, value, lower, upper)


def _per_area(table: str, composition: Composition, measure: str, *bounds: NDArray[np.float64]) -> pa.Table:
    value, lower, upper = bounds
    return release_table(
        table,
        {
            "area": composition.areas.codes,
            "year": [composition.year] * len(value),
            "scheme": [composition.scheme.code] * len(value),
            "measure": [measure] * len(value),
            "value": value,
            "lower": lower,
            "upper": upper,
        },
    )


# Segregation ---------------------------------------------------------------------------------------------------------

Form = tuple[str, str, str]
"""measure, group, against."""


def segregation_table(city: City) -> pa.Table:
    """Every index of every whole, on every level of parts, with its chance level and interval."""
    each = [list(wholes_of(city, composition)) for composition in city.compositions]
    return join_tables("segregation", [_segregation_rows(wholes) for wholes in each if wholes])


def withheld_in(parts: Composition, group: str) -> bool:
    """Whether too many people of a group are in withheld counts for a figure of the parts to be told; "all" is all."""
    columns = slice(None) if group == "all" else slice(parts.scheme.index(group), parts.scheme.index(group) + 1)
    counts, withheld = parts.counts[:, columns], parts.withheld[:, columns]
    return bool(too_much_withheld(counts.ravel(), withheld.ravel()))


def _segregation_rows(wholes: Sequence[Whole]) -> pa.Table:
    """Wholes of one composition. Empty figures where too much is withheld to tell."""
    parts = wholes[0].parts
    forms: list[Form] = []
    figures: dict[str, Counts] = {}
    for rows in _batches([len(whole.parts.areas) for whole in wholes]):
        forms, found = _estimates_of([wholes[row].parts for row in rows])
        for column, values in found.items():
            figures.setdefault(column, np.empty((len(wholes), len(forms))))[rows] = values
    hidden = np.stack([_hidden(whole.parts, forms) for whole in wholes])
    return release_table(
        "segregation",
        {
            "area": np.repeat([whole.area for whole in wholes], len(forms)),
            "level": [parts.areas.level] * hidden.size,
            "year": [parts.year] * hidden.size,
            "scheme": [parts.scheme.code] * hidden.size,
            "measure": [measure for measure, _, _ in forms] * len(wholes),
            "group": [group for _, group, _ in forms] * len(wholes),
            "against": [against for _, _, against in forms] * len(wholes),
        }
        | {column: np.where(hidden, np.nan, values).ravel() for column, values in figures.items()},
    )


def _hidden(parts: Composition, forms: Sequence[Form]) -> NDArray[np.bool_]:
    untold = {group: withheld_in(parts, group) for group in ("all", *parts.scheme.groups)}
    return np.array([untold[group] or untold.get(against, False) for _, group, against in forms])


def _batches(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Rows of wholes that are computed together, of about one size; together of about TOGETHER parts."""
    batch: list[int] = []
    for row in sorted(range(len(sizes)), key=sizes.__getitem__):
        if batch and (len(batch) + 1) * sizes[row] > TOGETHER:
            yield batch
            batch = []
        batch.append(row)
    yield batch


def _estimates_of(batch: Sequence[Composition]) -> tuple[list[Form], dict[str, Counts]]:
    """The forms, and for each column of estimates its [whole, form]. Small wholes get parts without people."""
    most = max(len(parts.areas) for parts in batch)

    def padded(tables: Sequence[Counts]) -> Counts:
        return np.stack([np.pad(table, ((0, most - len(table)), (0, 0))) for table in tables])

    bounds = tuple(padded(tables) for tables in zip(*((c.counts, c.low, c.high) for c in batch), strict=True))
    forms: list[Form] = []
    found: list[Estimates] = []
    for some_forms, estimates in _forms_of(batch[0].scheme.groups, bounds):
        forms += some_forms
        found.append(estimates)
    return forms, {
        column: np.hstack([np.reshape(getattr(each, column), (len(batch), -1)) for each in found])
        for column in ("value", "expected", "corrected", "lower", "upper")
    }


def _forms_of(groups: tuple[str, ...], bounds: tuple[Counts, ...]) -> Iterator[tuple[list[Form], Estimates]]:
    """All indices, stacked so that each is computed for all wholes and groups in one go."""
    counts, low, high = bounds
    yield from _assessed(AMONG_ALL, [("all", "all")], bounds)
    if len(groups) == 1:
        return
    yield from _assessed(AGAINST_REST, [(group, "rest") for group in groups], against_rest(counts, low, high))
    pairs = [(one, other) for one in range(len(groups)) for other in range(len(groups)) if one != other]
    named = [(groups[one], groups[other]) for one, other in pairs]
    for measure in AGAINST_GROUP:
        stacked = tuple(_pairs(each, pairs, with_others=measure == "exposure") for each in bounds)
        yield from _assessed((measure,), named, stacked)


def _assessed(
    measures: tuple[str, ...], pairs: list[tuple[str, str]], bounds: tuple[Counts, ...]
) -> Iterator[tuple[list[Form], Estimates]]:
    known = assess_all([measure for measure in measures if measure != "divergence"], *bounds)
    for measure in measures:
        same = "mutual_information" if measure == "divergence" else measure  # against the whole the two are one
        yield [(measure, *pair) for pair in pairs], known[same]


def against_rest(counts: Counts, low: Counts, high: Counts) -> tuple[Counts, Counts, Counts]:
    """Each [..., group, area, 2]: people of a group, and all others; the most of one goes with the least of the other.

    counts, low, high : [..., area, group].
    """
    people = counts.sum(axis=-1, keepdims=True)
    beside = [
        np.moveaxis(np.stack([each, np.maximum(people - opposite, 0.0)], axis=-1), -2, -3)
        for each, opposite in ((counts, counts), (low, high), (high, low))
    ]
    return beside[0], beside[1], beside[2]


def _pairs(counts: Counts, pairs: list[tuple[int, int]], with_others: bool) -> Counts:
    """[whole, pair, area, 2], or 3 with all who are of neither group."""
    both = np.moveaxis(counts[..., np.array(pairs)], -2, -3)
    if not with_others:
        return both
    others = counts.sum(axis=-1)[:, None, :, None] - both.sum(axis=-1, keepdims=True)
    return np.concatenate([both, others], axis=-1)


# Parts of a whole ----------------------------------------------------------------------------------------------------


def local_table(city: City) -> pa.Table:
    """How each area differs from the home area that it lies in, and each home area from what they lie in."""
    return join_tables(
        "local",
        [
            _local_rows(whole)
            for composition in city.compositions
            for whole in wholes_of(city, composition)
            if _is_nearest_whole(city, whole)
        ],
    )


def _is_nearest_whole(city: City, whole: Whole) -> bool:
    """Whether there is no whole between this one and its parts."""
    candidates = city.levels[: city.levels.index(city.home) + 1]
    between = candidates[: city.levels.index(whole.parts.areas.level)]
    return whole.level == between[-1]


def _local_rows(whole: Whole) -> pa.Table:
    """Empty figures where too much is withheld, in the part or in the whole, to tell."""
    parts = whole.parts
    figures = assess_local(parts.counts, parts.low, parts.high)
    untold = too_much_withheld(parts.counts, parts.withheld) | withheld_in(parts, "all")
    rows = [
        _per_area("local", parts, measure, *_shown(figures[measure], untold))
        for measure in ("divergence", "local_information")
    ]
    quotient = figures["location_quotient"]
    for column, group in enumerate(parts.scheme.groups):
        of_group = Local(quotient.value[:, column], quotient.lower[:, column], quotient.upper[:, column])
        hidden = parts.withheld[:, column] | withheld_in(parts, group)
        rows.append(_per_area("local", parts, f"location_quotient:{group}", *_shown(of_group, hidden)))
    return join_tables("local", rows)


def _shown(figures: Local, hidden: Mask) -> tuple[NDArray[np.float64], ...]:
    return tuple(np.where(hidden, np.nan, bound) for bound in (figures.value, figures.lower, figures.upper))


# Institutions -----------------------------------------------------------------------------------------------------


def representation_table(city: City) -> pa.Table:
    return join_tables(
        "representation",
        [rows for institution in city.institutions if (rows := _representation_rows(city, institution)) is not None],
    )


def reference_of(city: City, institution: Institution) -> tuple[Composition, int] | None:
    """The composition that holds the area served, in the institution's scheme and nearest to its year, and its row."""
    candidates = [
        composition
        for composition in city.compositions
        if composition.scheme.code == institution.people.scheme.code
        and institution.reference in composition.areas.codes
    ]
    if not candidates:
        return None
    nearest = min(candidates, key=lambda known: (abs(known.year - institution.people.year), known.year))
    return nearest, nearest.areas.codes.index(institution.reference)


def _representation_rows(city: City, institution: Institution) -> pa.Table | None:
    """Each part, and all parts together, against the area served. No ratio to a share that is withheld."""
    found = reference_of(city, institution)
    if found is None:
        return None
    reference, row = found
    people = institution.people
    parts = (*people.areas.codes, "all")
    groups = len(people.scheme.groups)
    counts, low, high, untold = _staff_of(institution)
    totals = counts.sum(axis=1, keepdims=True)
    shares = tuple(bound[row] / max(reference.population[row], 1.0) for bound in _bounds_of(reference))
    ratio, lower, upper = ratio_interval((counts, low, high), totals, shares)

    def shown(values: NDArray[np.float64], withheld: Mask) -> NDArray[np.float64]:
        return np.where(withheld, np.nan, values).ravel()

    either = untold | reference.withheld[row]
    return release_table(
        "representation",
        {
            "institution": [institution.name] * counts.size,
            "part": np.repeat(parts, groups),
            "area": [institution.reference] * counts.size,
            "year": [people.year] * counts.size,
            "scheme": [people.scheme.code] * counts.size,
            "group": np.tile(people.scheme.groups, len(parts)),
            "count": shown(counts, untold),
            "share": shown(_shares(counts, totals[:, 0]), untold),
            "reference_share": shown(
                np.tile(shares[0], (len(parts), 1)), np.tile(reference.withheld[row], (len(parts), 1))
            ),
            "ratio": shown(ratio, either),
            "lower": shown(lower, either),
            "upper": shown(upper, either),
        },
    )


def _bounds_of(composition: Composition) -> tuple[Counts, Counts, Counts]:
    return composition.counts, composition.low, composition.high


def _staff_of(institution: Institution) -> tuple[Counts, Counts, Counts, Mask]:
    """Counts, their bounds, and what of them is withheld: a row for each part, and one for all together."""
    people, whole = institution.people, institution.whole
    if whole is not None:
        together = (*(bound[0] for bound in _bounds_of(whole)), whole.withheld[0])
    else:
        together = (*(bound.sum(axis=0) for bound in _bounds_of(people)), people.withheld.any(axis=0))
    counts, low, high, untold = (
        np.vstack([each, all_parts])
        for each, all_parts in zip((*_bounds_of(people), people.withheld), together, strict=True)
    )
    return counts, low, high, untold
