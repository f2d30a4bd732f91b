"""The measures beside what others publish and compute: examples of R's `segregation`, and PySAL as an oracle.

PySAL is among the development requirements; without it these tests fail.
"""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from libpysal.weights import DistanceBand
from segregation import multigroup, singlegroup

from wijkspiegel.measures.segregation import SEGREGATION, Counts, area_shares
from wijkspiegel.measures.spatial import blend, within

approx = pytest.approx

CROSSED = np.array([[100.0, 0], [60, 40], [40, 60], [0, 100]])
HALVED = np.array([[80.0, 20], [80, 20], [20, 80], [20, 80]])
"""The two cities in the documentation of R's `segregation` (Elbers), "example where D and H deviate"."""

RNG = np.random.default_rng(3)
CITY: Counts = RNG.poisson(RNG.uniform(5, 300, (40, 4))).astype(np.float64)
POINTS = RNG.uniform(0, 5000, (40, 2))

MULTIGROUP = {
    "dissimilarity": multigroup.MultiDissim,
    "gini": multigroup.MultiGini,
    "entropy_index": multigroup.MultiInfoTheory,
    "relative_diversity": multigroup.MultiRelativeDiversity,
    "divergence": multigroup.MultiDivergence,
}
TWO_GROUPS = {
    "dissimilarity": singlegroup.Dissim,
    "isolation": singlegroup.Isolation,
    "exposure": singlegroup.Interaction,
    "gini": singlegroup.Gini,
    "entropy_index": singlegroup.Entropy,
    "relative_diversity": singlegroup.CorrelationR,
}


# R -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "published"),
    [
        (CROSSED, 0.6),
        (HALVED, 0.6),
        (np.full((3, 2), 100.0), 0),
        (np.array([[100.0, 0], [100, 0], [0, 100], [0, 100]]), 1),
    ],
)
def test_dissimilarity_is_that_of_the_examples_and_tests_of_r(city: Counts, published: float) -> None:
    assert SEGREGATION["dissimilarity"](city) == approx(published)


def test_mutual_information_of_two_wholly_different_units_is_that_of_the_tests_of_r() -> None:
    city = np.array([[40.0, 0, 0, 0], [0, 0, 0, 40]])
    assert SEGREGATION["mutual_information"](city) == approx(np.log(2))
    assert SEGREGATION["entropy_index"](city) == approx(1)


@pytest.mark.parametrize(
    ("city", "entropy", "gini", "isolation"),
    [
        # Mean entropy of the areas in bits, of 1: (0 + 0.97095 + 0.97095 + 0) / 4. Pairs differ by 3.2 together, of 4.
        (CROSSED, 1 - 0.4854753, 0.8, (100 + 36 + 16) / 200),
        # Entropy 0.72193 everywhere. Four pairs differ by 0.6.
        (HALVED, 1 - 0.7219281, 0.6, (64 + 64 + 4 + 4) / 200),
    ],
)
def test_where_two_cities_of_one_dissimilarity_deviate_by_hand(
    city: Counts, entropy: float, gini: float, isolation: float
) -> None:
    assert SEGREGATION["entropy_index"](city) == approx(entropy, abs=1e-7)
    assert SEGREGATION["gini"](city) == approx(gini)
    assert SEGREGATION["isolation"](city) == approx(isolation)
    assert SEGREGATION["exposure"](city) == approx(1 - isolation)


# PySAL ---------------------------------------------------------------------------------------------------------------


def frame_of(city: Counts) -> gpd.GeoDataFrame:
    """The groups in columns a, b, ... on small squares around the points, and everybody in column "all"."""
    groups = list("abcd")[: city.shape[1]]
    columns = dict(zip(groups, city.T, strict=True)) | {"all": city.sum(axis=1)}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(POINTS).tolist(), crs="EPSG:28992")


def environments(metres: float) -> Any:
    return DistanceBand(POINTS, threshold=metres, binary=True, silence_warnings=True)


def against_rest(city: Counts, group: int) -> Counts:
    return np.column_stack([city[:, group], city.sum(axis=1) - city[:, group]])


@pytest.mark.parametrize("name", MULTIGROUP)
def test_indices_of_all_groups_are_those_of_pysal(name: str) -> None:
    frame = frame_of(CITY).drop(columns="geometry")
    assert SEGREGATION[name](CITY) == approx(MULTIGROUP[name](frame, list("abcd")).statistic, rel=1e-9)


@pytest.mark.parametrize("name", TWO_GROUPS)
def test_indices_of_a_group_against_the_rest_are_those_of_pysal(name: str) -> None:
    frame = frame_of(CITY).drop(columns="geometry")
    for group, column in enumerate("abcd"):
        theirs = TWO_GROUPS[name](frame, column, "all").statistic
        assert SEGREGATION[name](against_rest(CITY, group)) == approx(theirs, rel=1e-9)


def test_environments_have_the_composition_of_those_of_pysal() -> None:
    """PySAL rounds the people of an environment to whole ones, which does nothing where each counts fully or not."""
    theirs = multigroup.MultiDissim(frame_of(CITY), list("abcd"), w=environments(1200)).data[list("abcd")].to_numpy()
    assert area_shares(blend(CITY, within(POINTS, 1200))) == approx(area_shares(theirs.astype(np.float64)))


@pytest.mark.parametrize("metres", [800, 2000])
def test_spatial_indices_are_those_of_pysal_where_it_counts_environments(metres: float) -> None:
    """PySAL lets an environment weigh by everybody in it, we by those who live in its middle: blended without that."""
    counted = within(POINTS, metres) @ CITY
    indices: list[tuple[Mapping[str, Any], Counts, tuple[Any, ...]]] = [
        (MULTIGROUP, counted, (list("abcd"),)),
        (TWO_GROUPS, against_rest(counted, 1), ("b", "all")),
    ]
    for peers, counts, columns in indices:
        for name, peer in peers.items():
            theirs = peer(frame_of(CITY), *columns, w=environments(metres)).statistic
            assert SEGREGATION[name](counts) == approx(theirs, rel=1e-9), name
