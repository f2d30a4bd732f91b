"""Two small cities whose release is loaded."""

from pathlib import Path

import numpy as np
import pytest

from wijkspiegel.disclosure import Release as Figures
from wijkspiegel.disclosure import write_release
from wijkspiegel.mirror import look_into
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.site.cities import rules
from wijkspiegel.site.cities.models import Release
from wijkspiegel.tables import Areas, City, exact

CITIES = ("GM0001", "GM0002", "GM0003")
NAMES = ("Amersvoort", "Delfzicht", "Eindhaven")


def figures(factor: float = 1.0, title: str = "Nederland") -> Figures:
    """Three cities of two neighbourhoods each, in two years."""
    counts = np.array(
        [[700.0, 200, 100], [300, 300, 400], [500, 250, 250], [800, 100, 100], [400, 200, 400], [650, 150, 200]]
    )
    parts = tuple(f"BU{number}" for number in range(6))
    names = tuple(f"Buurt {number}" for number in range(6))
    of_city = counts.reshape(3, 2, 3).sum(axis=1)
    compositions = tuple(
        composition
        for year, times in ((2023, 1.0), (2024, factor))
        for composition in (
            exact(Areas("gemeente", CITIES, NAMES, ("",) * 3), year, ORIGIN, np.rint(of_city * times)),
            exact(Areas("buurt", parts, names, tuple(np.repeat(CITIES, 2))), year, ORIGIN, np.rint(counts * times)),
        )
    )
    return look_into(City(title, ("gemeente", "buurt"), "gemeente", compositions, (), True))


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(figures(), tmp_path_factory.mktemp("release"))


@pytest.fixture
def loaded(db: None, directory: Path) -> Release:
    return rules.load(directory)
