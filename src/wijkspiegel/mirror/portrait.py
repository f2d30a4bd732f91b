"""What a city looks like: its compositions, and the figures of every area and every whole."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.disclosure import join_tables, release_table
from wijkspiegel.measures.diversity import DIVERSITY
from wijkspiegel.measures.uncertainty import Estimates, assess, assess_diversity, assess_local, ratio_interval
from wijkspiegel.mirror.zoning import hierarchy_of, rows_by_whole
from wijkspiegel.tables import City, Composition, Counts, Institution

AGAINST_REST = (
    "dissimilarity", "isolation", "exposure", "gini", "entropy_index", "mutual_information", "divergence",
    "relative_diversity",
)  # fmt: skip
AMONG_ALL = ("dissimilarity", "gini", "entropy_index", "mutual_information", "divergence", "relative_diversity")
AGAINST_GROUP = ("dissimilarity", "exposure")


@dataclass(frozen=True)
class Whole:
    """An area, and the composition of the parts that lie in it."""

    area: str
    parts: Composition


def wholes_of(city: City, composition: Composition) -> Iterator[Whole]:
    """Every area of the home level or a coarser one, with the parts of the composition that lie in it."""
    finer_than_home = city.levels.index(composition.areas.level)
    wholes = city.levels[: min(city.levels.index(city.home) + 1, finer_than_home)]
    hierarchy = hierarchy_of(city, composition.year)
    for level in wholes:
        for area, rows in rows_by_whole(composition.areas, hierarchy, level).items():
            yield Whole(area, composition.take(rows))


def areas_table(city: City) -> pa.Table:
    """Every area of every year, once."""
    seen: dict[tuple[int, str], Composition] = {}
    for composition in city.compositions:
        seen.setdefault((composition.year, composition.areas.level), composition)
    parts = [
        release_table(
            "areas",
            {
                "area": composition.areas.codes,
                "name": composition.areas.names,
                "level": [composition.areas.level] * len(composition.areas),
                "parent": composition.areas.parents,
                "population": composition.population,
                "year": [composition.year] * len(composition.areas),
            },
        )
        for composition in seen.values()
    ]
    return join_tables("areas", parts)


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
    return np.divide(counts, people[:, None], out=np.full(counts.shape, np.nan), where=people[:, None] > 0)


def diversity_table(city: City) -> pa.Table:
    return join_tables(
        "diversity",
        [_diversity_rows(composition, measure) for composition in city.compositions for measure in DIVERSITY],
    )


def _diversity_rows(composition: Composition, measure: str) -> pa.Table:
    value, lower, upper = assess_diversity(measure, composition.counts, composition.low, composition.high)
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
    """Each part, and all parts together, against the area served. The area's own shares are taken as known."""
    found = reference_of(city, institution)
    if found is None:
        return None
    reference, row = found
    people = institution.people
    parts = (*people.areas.codes, "all")
    counts = np.vstack([people.counts, people.counts.sum(axis=0)])
    withheld = np.vstack([people.withheld, people.withheld.any(axis=0)])
    totals = counts.sum(axis=1)
    reference_share = np.tile(reference.counts[row] / reference.population[row], (len(parts), 1))
    ratio, lower, upper = ratio_interval(counts, np.broadcast_to(totals[:, None], counts.shape), reference_share)
    groups = len(people.scheme.groups)

    def shown(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(withheld, np.nan, values).ravel()

    return release_table(
        "representation",
        {
            "institution": [institution.name] * counts.size,
            "part": np.repeat(parts, groups),
            "area": [institution.reference] * counts.size,
            "year": [people.year] * counts.size,
            "scheme": [people.scheme.code] * counts.size,
            "group": np.tile(people.scheme.groups, len(parts)),
            "count": shown(counts),
            "share": shown(_shares(counts, totals)),
            "reference_share": reference_share.ravel(),
            "ratio": shown(ratio),
            "lower": shown(lower),
            "upper": shown(upper),
        },
    )
