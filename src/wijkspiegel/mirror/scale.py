"""The same index at growing scales: how far people live apart, street by street or side of town by side of town."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.disclosure import join_tables, release_table
from wijkspiegel.measures.environments import AtScale, at_scale
from wijkspiegel.measures.spatial import Points, Weights, nearest_areas, within
from wijkspiegel.mirror.portrait import Whole, wholes_of, withheld_in
from wijkspiegel.sources.boundaries import inner_points
from wijkspiegel.tables import City, Composition, Counts

METRES = (500, 1000, 2000, 4000, 8000)
PEOPLE = (400, 1600, 6400, 12800, 51200)
MEASURES = ("entropy_index", "relative_diversity")
REACHES = 0.5
"""A scale is told where at least this part of the people have someone of another area in their surroundings."""


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
    if withheld_in(inhabited, "all"):
        return None
    points = np.array([places[code] for code in inhabited.areas.codes])
    bounds = inhabited.counts, inhabited.low, inhabited.high
    rows: list[tuple[str, str, AtScale]] = [
        (measure, scale, at_scale(measure, *bounds, weights))
        for scale, weights in _scales(points, inhabited.population)
        for measure in MEASURES
    ]
    return release_table(
        "profile",
        {
            "area": [whole.area] * len(rows),
            "year": [whole.parts.year] * len(rows),
            "scheme": [whole.parts.scheme.code] * len(rows),
            "measure": [measure for measure, _, _ in rows],
            "scale": [scale for _, scale, _ in rows],
        }
        | {
            column: [getattr(figure, column) for _, _, figure in rows]
            for column in ("value", "corrected", "lower", "upper")
        },
    )


def _scales(points: Points, people: Counts) -> Iterator[tuple[str, Weights]]:
    """Each distance and number of nearest people that reaches beyond the own area, and does not hold everybody."""
    every = [(f"{metres} m", within(points, metres)) for metres in METRES]
    every += [(f"{nearest} people", nearest_areas(points, people, nearest)) for nearest in PEOPLE]
    for scale, weights in every:
        reaching = people[_has_neighbours(weights)].sum() >= REACHES * people.sum()
        if reaching and weights.nnz < len(people) ** 2:
            yield scale, weights


def _has_neighbours(weights: Weights) -> NDArray[np.bool_]:
    """[area], whether its environment holds a part of another area."""
    several: NDArray[np.bool_] = np.diff(weights.indptr) > 1
    return several
