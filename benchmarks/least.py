"""The least work: what no program can leave out, done by numpy and nothing else. The physical limit of a case."""

import numpy as np
from scipy.spatial import KDTree

from benchmarks import cities


def _log():
    counts = cities.people() + 1
    return lambda: float(np.log(counts).sum())


def _sort():
    counts = cities.people()
    return lambda: float(np.sort(counts, axis=0).sum())


def _pairs():
    """To find who lives within 2 km of whom."""
    points = cities.points()

    def pairs():
        tree = KDTree(points)
        return float(tree.count_neighbors(tree, 2000))

    return pairs


def _transform():
    """A convolution is a product of transforms: there and back, a group at a time, padded by the radius."""
    cells = cities.grid()
    shape = [side + 20 for side in cities.GRID]

    def transform():
        for group in range(cells.shape[2]):
            np.fft.irfft2(np.fft.rfft2(cells[:, :, group], shape), shape)

    return transform


def _read_around():
    """k nearest: each cell's people are read as often as there are others to whom they are near."""
    cells = cities.grid()
    near = int(12_800 / cells.sum(axis=2).mean())
    flat = cells.reshape(-1, 5)

    def read():
        for _ in range(near):
            flat.sum()

    return read


CASES = {
    "H": _log,
    "Gini": _sort,
    "H within 2 km": _pairs,
    "450,000 cells within 2 km": _transform,
    "450,000 cells, nearest 12,800 people": _read_around,
}
