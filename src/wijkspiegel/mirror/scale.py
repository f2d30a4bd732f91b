"""The same index at growing scales: how far people live apart, street by street or side of town by side of town."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from wijkspiegel.disclosure import join_tables, release_table
from wijkspiegel.measures.segregation import entropy_index
from wijkspiegel.measures.spatial import (
    AtScale,
    Points,
    at_scale,
    blend,
    effective_people,
    nearest_people,
    spatial_relative_diversity,
    within,
)
from wijkspiegel.mirror.portrait import Whole, wholes_of
from wijkspiegel.sources.boundaries import inner_points
from wijkspiegel.tables import City, Composition, Counts

METRES = (500, 1000, 2000, 4000)
PEOPLE = (400, 1600, 6400, 12800)


def profile_table(city: City) -> pa.Table:
    """H and R of environments of growing size, for wholes all of whose inhabited parts have a place on the map."""
    places = _places(city)
    parts = []
    for composition in _finest_on_the_map(city, places):
        for whole in wholes_of(city, composition):
            rows = _profile_rows(whole, places[composition.areas.level])
            if rows is not None:
                parts.append(rows)
    return join_tables("profile", parts)


def _places(city: City) -> dict[str, dict[str, tuple[float, float]]]:
    """Level -> area code -> point inside the area."""
    return {
        boundaries.level: dict(zip(boundaries.codes, map(tuple, inner_points(boundaries).tolist()), strict=True))
        for boundaries in city.boundaries
    }


def _finest_on_the_map(city: City, places: Mapping[str, object]) -> Iterator[Composition]:
    levels = [level for level in city.levels if level in places]
    if levels:
        yield from (composition for composition in city.compositions if composition.areas.level == levels[-1])


def _profile_rows(whole: Whole, places: Mapping[str, tuple[float, float]]) -> pa.Table | None:
    inhabited = whole.parts.take(whole.parts.population > 0)
    if len(inhabited.areas) < 2 or not all(code in places for code in inhabited.areas.codes):
        return None
    points = np.array([places[code] for code in inhabited.areas.codes])
    found = [(scale, *figures) for scale, figures in _at_all_scales(points, inhabited.counts)]
    rows = [
        (measure, scale, figure)
        for scale, *pair in found
        for measure, figure in zip(("entropy_index", "relative_diversity"), pair, strict=True)
    ]
    return release_table(
        "profile",
        {
            "area": [whole.area] * len(rows),
            "year": [whole.parts.year] * len(rows),
            "scheme": [whole.parts.scheme.code] * len(rows),
            "measure": [measure for measure, _, _ in rows],
            "scale": [scale for _, scale, _ in rows],
            "value": [figure.value for _, _, figure in rows],
            "corrected": [figure.corrected for _, _, figure in rows],
        },
    )


def _at_all_scales(points: Points, counts: Counts) -> Iterator[tuple[str, tuple[AtScale, AtScale]]]:
    """H and R within each distance, and among each number of nearest people."""
    people = counts.sum(axis=1)
    for metres in METRES:
        weights = within(points, metres)
        yield f"{metres} m", _both(counts, blend(counts, weights), effective_people(counts, weights))
    for nearest in PEOPLE:
        reached = np.minimum(np.maximum(people, nearest), people.sum())
        yield f"{nearest} people", _both(counts, nearest_people(points, counts, nearest), reached)


def _both(counts: Counts, blended: Counts, effective: Counts) -> tuple[AtScale, AtScale]:
    def relative_diversity(environments: Counts) -> np.ndarray:
        return np.asarray(spatial_relative_diversity(counts, environments))

    return (
        at_scale(entropy_index, counts, blended, effective),
        at_scale(relative_diversity, counts, blended, effective),
    )
