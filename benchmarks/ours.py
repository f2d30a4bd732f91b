"""The cases as Wijkspiegel does them: name -> a function that prepares, and returns what is timed."""

import os
from pathlib import Path

import numpy as np

from benchmarks import cities
from wijkspiegel.measures.chance import expected_entropy_index, expected_gini
from wijkspiegel.measures.grid import blend_grid
from wijkspiegel.measures.segregation import SEGREGATION, entropy_index, isolation
from wijkspiegel.measures.spatial import blend, decaying, nearest_people, within
from wijkspiegel.measures.uncertainty import assess

RADII = (500, 1000, 2000, 4000)


def _index(name):
    counts = cities.people()
    return lambda: float(SEGREGATION[name](counts))


def _chance(expected):
    counts = cities.people()
    return lambda: float(expected(counts))


def _interval():
    counts = cities.people()

    def interval():
        found = assess("entropy_index", counts, counts, counts)
        return float(found.upper - found.lower)

    return interval


def _against_rest(counts, group=1):
    return np.stack([counts[:, group], counts.sum(axis=1) - counts[:, group]], axis=1)


def _within_2_km():
    counts, points = cities.people(), cities.points()
    return lambda: float(entropy_index(blend(counts, within(points, 2000))))


def _profile():
    counts, points = cities.people(), cities.points()
    return lambda: [float(entropy_index(blend(counts, within(points, metres)))) for metres in RADII]


def _decay():
    counts, points = cities.people(), cities.points()
    return lambda: float(isolation(blend(_against_rest(counts), decaying(points, 5000))))


def _all_of(counts):
    return lambda: {name: float(index(counts)) for name, index in SEGREGATION.items()}


def _nearest():
    cells = cities.grid().reshape(-1, 5)
    rows, columns = np.divmod(np.arange(len(cells)), cities.GRID[1])
    points = np.stack([columns * 100.0, rows * 100.0], axis=1)
    return lambda: float(entropy_index(nearest_people(points, cells, 12_800)))


def _grid():
    cells = cities.grid()
    return lambda: float(entropy_index(blend_grid(cells, 100, 2000).reshape(-1, 5)))


def _country():
    from wijkspiegel.mirror import look_into
    from wijkspiegel.mirror.inputs import city_from_cbs

    data = Path(os.environ.get("WIJKSPIEGEL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    file = data / "kwb2022_85318NED_origin_json" / "85318NED_UntypedDataSet.csv"
    if not file.exists():
        raise FileNotFoundError(f"{file} is not here; name its directory's parent in WIJKSPIEGEL_DATA")
    return lambda: look_into(city_from_cbs([file])).tables["segregation"].num_rows


CASES = {
    "H": lambda: _index("entropy_index"),
    "Gini": lambda: _index("gini"),
    "interval of H": _interval,
    "chance level of H": lambda: _chance(expected_entropy_index),
    "chance level of H, by person": lambda: _chance(expected_entropy_index),
    "chance level of Gini": lambda: _chance(expected_gini),
    "H within 2 km": _within_2_km,
    "H at four radii": _profile,
    "isolation, distance decay to 5 km": _decay,
    "all indices of one group": lambda: _all_of(_against_rest(cities.people())),
    "all indices of all groups": lambda: _all_of(cities.people()),
    "450,000 cells, nearest 12,800 people": _nearest,
    "450,000 cells within 2 km": _grid,
    "mirror of all municipalities, 2022": _country,
}
