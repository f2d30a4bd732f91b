"""A release of small cities."""

import numpy as np

from wijkspiegel.disclosure import Release as Figures
from wijkspiegel.mirror import look_into
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, City, exact

NAMES = ("Amersvoort", "Delfzicht", "Eindhaven", "Roerstad", "Zandermeer", "Tielrade", "Hoornveld")
CITIES = tuple(f"GM{number:04}" for number in range(1, len(NAMES) + 1))


def figures(factor: float = 1.0, title: str = "Nederland") -> Figures:
    """Seven cities of two neighbourhoods each, in two years."""
    outside = np.linspace(0.2, 0.8, 2 * len(CITIES))
    counts = np.rint(1000 * np.stack([1 - outside, outside * 0.6, outside * 0.4], axis=1))
    parts = tuple(f"BU{number}" for number in range(len(counts)))
    names = tuple(f"Buurt {number}" for number in range(len(counts)))
    of_city = counts.reshape(-1, 2, 3).sum(axis=1)
    compositions = tuple(
        composition
        for year, times in ((2023, 1.0), (2024, factor))
        for composition in (
            exact(Areas("gemeente", CITIES, NAMES, ("",) * len(CITIES)), year, ORIGIN, np.rint(of_city * times)),
            exact(Areas("buurt", parts, names, tuple(np.repeat(CITIES, 2))), year, ORIGIN, np.rint(counts * times)),
        )
    )
    return look_into(City(title, ("gemeente", "buurt"), "gemeente", compositions, (), True))
