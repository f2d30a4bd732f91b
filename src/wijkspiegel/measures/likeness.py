"""Which areas are alike, in composition and in size."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from wijkspiegel.measures.diversity import Counts, Values

WEIGHT_OF_SIZE = 0.05
"""Distance of two areas of equal composition, one of which has e times the people: that of shares of 50 and 57 %."""


def places(shares: Counts, people: Values) -> Values:
    """Points [area, group + 1] whose Euclidean distance is the distance between areas.

    The first coordinates are sqrt(p_g / 2), so that their distance is the Hellinger distance between compositions, in
    [0, 1]: a difference of a few per cent weighs more between small shares than between large ones, and groups without
    people are no obstacle, as they are to log-ratios (Aitchison). The last is the logarithm of size, weighted.
    """
    return np.column_stack([np.sqrt(shares / 2), WEIGHT_OF_SIZE * np.log(people)])


def nearest(shares: Counts, people: Values, k: int) -> tuple[NDArray[np.intp], Values]:
    """The k most alike areas of every area: their rows and distances, both [area, k], the most alike first.

    shares : [area, group], each row adding up to 1; people : [area], > 0. Of equally alike areas the earlier row comes
    first. Raises ValueError where there are not more than k areas.
    """
    points = places(shares, people)
    if k >= len(points):
        raise ValueError(f"{len(points)} areas have no {k} others")
    _, rows = KDTree(points).query(points, k=min(len(points), k + 8))
    distance = np.linalg.norm(points[rows] - points[:, None], axis=-1)
    distance[rows == np.arange(len(points))[:, None]] = np.inf
    order = np.lexsort((rows, distance), axis=-1)[:, :k]
    return np.take_along_axis(rows, order, axis=1).astype(np.intp), np.take_along_axis(distance, order, axis=1)
