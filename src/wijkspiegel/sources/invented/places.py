"""The map of an invented country: buurten in wijken in gemeenten, on both banks of a river."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from wijkspiegel.sources.invented import words
from wijkspiegel.tables import Areas

LEVELS = ("gemeente", "wijk", "buurt")
PEOPLE_PER_BUURT = 1_300
BUURTEN_PER_WIJK = 5
PEOPLE_PER_GEMEENTE = 50_000
LARGEST_CITY = 400_000
SQUARE_METRES_PER_PERSON = 500
SMALLEST_BUURTEN = 12
CENTIMETRE = 0.01
CENTRE = (155_000.0, 463_000.0)
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Places:
    """Areas of all levels. Buurten stand in the order of their wijk, wijken in that of their gemeente.

    wijk, gemeente : [buurt], row of the wijk and gemeente that it lies in.
    points : [buurt, 2], a place in it, metres (RD New).
    homes : [buurt], people who live there at the last reference date.
    growing : [buurt], True where most homes were built between the reference dates.
    polygons : level -> [area], RD New, an exact coverage: neighbours share their vertices.
    """

    areas: Mapping[str, Areas]
    wijk: Whole
    gemeente: Whole
    points: NDArray[np.float64]
    homes: Whole
    growing: NDArray[np.bool_]
    polygons: Mapping[str, NDArray[Any]]

    def rows_of(self, level: str, gemeente: int) -> slice:
        """The rows of the areas of `level` in a gemeente."""
        rows = self.buurten_of(gemeente)
        if level == "wijk":
            return slice(int(self.wijk[rows.start]), int(self.wijk[rows.stop - 1]) + 1)
        return rows

    def buurten_of(self, gemeente: int) -> slice:
        """The rows of the buurten of a gemeente."""
        first, behind = np.searchsorted(self.gemeente, [gemeente, gemeente + 1])
        return slice(int(first), int(behind))


def lay_out(people: int, rng: np.random.Generator) -> Places:
    """A map for so many people: one city up to 400,000, above that a gemeente for every 50,000."""
    buurten = max(SMALLEST_BUURTEN, round(people / PEOPLE_PER_BUURT))
    gemeenten = 1 if people <= LARGEST_CITY else round(people / PEOPLE_PER_GEMEENTE)
    radius = np.sqrt(max(people, 1_000 * SMALLEST_BUURTEN) * SQUARE_METRES_PER_PERSON / np.pi)
    banks, points = _land(buurten, radius, rng)

    wijk, centres = _zones(points, max(gemeenten, round(len(points) / BUURTEN_PER_WIJK)), rng)
    gemeente = _zones(centres, gemeenten, rng)[0][wijk]
    order = np.lexsort((wijk, gemeente))
    points, gemeente = points[order], gemeente[order]
    wijk = _renumbered(wijk[order])

    buurt_polygons = _tessellate(banks, points)
    areas = _named(wijk, gemeente, rng)
    return Places(
        areas,
        wijk,
        gemeente,
        points,
        homes=_homes(people, points, gemeente, rng),
        growing=rng.random(len(points)) < 0.06,
        polygons={
            "gemeente": _united(buurt_polygons, gemeente),
            "wijk": _united(buurt_polygons, wijk),
            "buurt": buurt_polygons,
        },
    )


def _land(count: int, radius: float, rng: np.random.Generator) -> tuple[list[Any], NDArray[np.float64]]:
    """The banks of the river, and about `count` points spread over them, at least one on each."""
    waves = np.arange(2, 7)
    height, phase = 0.12 / waves * rng.standard_normal(5), rng.uniform(0, 2 * np.pi, 5)

    def reach(angle: NDArray[np.float64]) -> NDArray[np.float64]:
        bend = (height * np.cos(np.multiply.outer(angle, waves) + phase)).sum(axis=1)
        reached: NDArray[np.float64] = radius * np.clip(1 + bend, 0.5, 1.5)
        return reached

    around = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    outline = shapely.Polygon(np.column_stack([np.cos(around), np.sin(around)]) * reach(around)[:, None] + CENTRE)
    along = np.linspace(-1.7, 1.7, 120)
    course = 0.18 * np.sin(2.2 * along + rng.uniform(0, 2 * np.pi)) + 0.05 * np.sin(7 * along)
    river = shapely.LineString(np.column_stack([along, course]) * radius + CENTRE).buffer(0.012 * radius)
    land = shapely.set_precision(outline.difference(river), CENTIMETRE)
    banks = list(shapely.get_parts(land))

    turn = np.arange(count) * GOLDEN_ANGLE  # a sunflower: even, without a grid, closer together in the middle
    distance = ((np.arange(count) + 0.5) / count) ** 0.6 * 0.99 * reach(turn)
    points = np.column_stack([np.cos(turn), np.sin(turn)]) * distance[:, None] + CENTRE
    points += rng.normal(0, 0.25 * radius / np.sqrt(count), points.shape)
    points = points[shapely.contains_xy(land, points)]
    bare = [bank for bank in banks if not shapely.contains_xy(bank, points).any()]
    extra = [shapely.get_coordinates(shapely.point_on_surface(bank)) for bank in bare]
    return banks, np.vstack([points, *extra])


def _zones(points: NDArray[np.float64], count: int, rng: np.random.Generator) -> tuple[Whole, NDArray[np.float64]]:
    """Points gathered around `count` centres (Lloyd): [point] zone, and [zone, 2] centres. No zone is empty."""
    centres = points[np.sort(rng.choice(len(points), count, replace=False))]
    for _ in range(10):
        zone = _renumbered(cKDTree(centres).query(points)[1])
        size = np.bincount(zone)
        centres = np.column_stack([np.bincount(zone, points[:, axis]) / size for axis in (0, 1)])
    return zone, centres


def _renumbered(labels: NDArray[Any]) -> Whole:
    """The same partition, numbered from 0 in the order in which its parts are met."""
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    renumbered: Whole = rank[number]
    return renumbered


def _homes(people: int, points: NDArray[np.float64], gemeente: Whole, rng: np.random.Generator) -> Whole:
    """[buurt], people: more in the middle of a gemeente; some buurten are tiny, some empty (docks, a park)."""
    size = np.bincount(gemeente)
    middle = np.column_stack([np.bincount(gemeente, points[:, axis]) / size for axis in (0, 1)])
    distance = np.hypot(*(points - middle[gemeente]).T)
    typical = (np.bincount(gemeente, distance) / size)[gemeente]
    weight = rng.lognormal(0, 0.6, len(points)) * (0.5 + np.exp(-distance / np.maximum(typical, 1)))
    kind = rng.random(len(points))
    weight[kind < 0.04] = 0.0
    weight[(kind >= 0.04) & (kind < 0.08)] *= 0.02
    if not weight.any():
        weight[:] = 1.0
    homes: Whole = rng.multinomial(people, weight / weight.sum())
    return homes


def _tessellate(banks: Sequence[Any], points: NDArray[np.float64]) -> NDArray[Any]:
    """[point], the land of which it is the nearest point on the same bank."""
    faces, owners = [], []
    for bank in banks:
        on_bank = np.flatnonzero(shapely.contains_xy(bank, points))
        cells = _faces(bank, points[on_bank])
        inside = shapely.get_coordinates(shapely.point_on_surface(cells))
        faces.append(cells)
        owners.append(on_bank[cKDTree(points[on_bank]).query(inside)[1]])
    return _united(np.concatenate(faces), np.concatenate(owners))


def _faces(bank: Any, points: NDArray[np.float64]) -> NDArray[Any]:
    """The bank cut along the borders between points. All cuts are noded together, so that neighbours share vertices."""
    if len(points) == 1:
        return np.array([bank])
    borders = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=bank, only_edges=True)
    lines = shapely.union_all([bank.boundary, shapely.intersection(borders, bank)], grid_size=CENTIMETRE)
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(lines))))
    return np.asarray(faces[shapely.contains(bank.buffer(CENTIMETRE), shapely.point_on_surface(faces))])


def _united(polygons: NDArray[Any], part: NDArray[np.int64]) -> NDArray[Any]:
    """[part], the union of its polygons."""
    order = np.argsort(part, kind="stable")
    cuts = np.flatnonzero(np.diff(part[order])) + 1
    united = [shapely.coverage_union_all(list(polygons[rows])) for rows in np.split(order, cuts)]
    return np.array([shapely.normalize(shapely.get_parts(one)[0] if _single(one) else one) for one in united])


def _single(geometry: Any) -> bool:
    return bool(shapely.get_num_geometries(geometry) == 1)


def _named(wijk: Whole, gemeente: Whole, rng: np.random.Generator) -> dict[str, Areas]:
    """Codes in a form of their own, so that none is mistaken for an area that exists."""
    of_wijk = gemeente[np.flatnonzero(np.diff(wijk, prepend=-1))]
    gemeente_codes = [f"G{row + 1:03d}" for row in range(gemeente.max() + 1)]
    wijk_codes = [f"{gemeente_codes[row]}W{number:02d}" for row, number in zip(of_wijk, _within(of_wijk), strict=True)]
    buurt_codes = [f"{wijk_codes[row]}B{number:02d}" for row, number in zip(wijk, _within(wijk), strict=True)]
    wijk_parents = tuple(gemeente_codes[row] for row in of_wijk)
    buurt_parents = tuple(wijk_codes[row] for row in wijk)
    gemeente_names = ["Spiegelstad", *_names(words.GEMEENTE, words.GEMEENTE_ENDINGS, [""], rng)]
    wijk_names = _names(words.WIJK, words.WIJK_ENDINGS, [""], rng)
    buurt_names = _names(words.WIJK, words.BUURT_ENDINGS, words.QUARTERS, rng)
    return {
        "gemeente": _areas("gemeente", gemeente_codes, gemeente_names, ("",) * len(gemeente_codes)),
        "wijk": _areas("wijk", wijk_codes, wijk_names, wijk_parents),
        "buurt": _areas("buurt", buurt_codes, buurt_names, buurt_parents),
    }


def _areas(level: str, codes: list[str], names: list[str], parents: tuple[str, ...]) -> Areas:
    return Areas(level, tuple(codes), tuple(names[row % len(names)] for row in range(len(codes))), parents)


def _within(part: Whole) -> Whole:
    """1, 2, 3 ... within each run of the same part."""
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    number: Whole = np.arange(len(part)) - np.repeat(starts, np.diff([*starts, len(part)])) + 1
    return number


def _names(
    beginnings: Sequence[str], endings: Sequence[str], quarters: Sequence[str], rng: np.random.Generator
) -> list[str]:
    names = [first + last + quarter for quarter, first, last in product(quarters, beginnings, endings)]
    return [names[i] for i in rng.permutation(len(names)) if names[i] != "Spiegelstad"]
