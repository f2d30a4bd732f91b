"""The cases with `naive`. A case that would take hours is done in part; `scale` says how many parts there are."""

import numpy as np

from benchmarks import cities, naive

DRAWS = 500


def _with_city(run):
    def prepare():
        counts, points = cities.people(), cities.points()
        return lambda: run(counts, points)

    return prepare


def _nearest():
    cells = cities.grid().reshape(-1, 5)
    rows, columns = np.divmod(np.arange(len(cells)), cities.GRID[1])
    points = np.stack([columns * 100.0, rows * 100.0], axis=1)
    chosen = np.random.default_rng(1).choice(len(cells), 100, replace=False)
    return lambda: float(naive.nearest(points, cells, 12_800, chosen).sum())


CASES = {
    "H": _with_city(lambda counts, points: naive.entropy_index(counts)),
    "Gini": _with_city(lambda counts, points: naive.gini(counts)),
    "interval of H": _with_city(lambda counts, points: float(np.ptp(naive.bootstrap(counts, 50)))),
    "chance level of H": _with_city(lambda counts, points: float(naive.randomisation(counts, 50).mean())),
    "chance level of H, by person": _with_city(lambda counts, points: naive.permutation(counts)),
    "H within 2 km": _with_city(lambda counts, points: naive.entropy_index(naive.blended(counts, points, 2000))),
    "H at four radii": _with_city(
        lambda counts, points: [naive.entropy_index(naive.blended(counts, points, m)) for m in (500, 1000, 2000, 4000)]
    ),
    "isolation, distance decay to 5 km": _with_city(
        lambda counts, points: naive.isolation(
            naive.blended(
                np.stack([counts[:, 1], counts.sum(axis=1) - counts[:, 1]], axis=1),
                points,
                5000,
                lambda share: (1 - share**2) ** 2,
            ),
            0,
        )
    ),
    "450,000 cells, nearest 12,800 people": _nearest,
}
SCALE = {
    "interval of H": 10,
    "chance level of H": 10,
    "chance level of H, by person": DRAWS,
    "450,000 cells, nearest 12,800 people": 4500,
}
"""Case -> by how much the part that was measured is multiplied."""
