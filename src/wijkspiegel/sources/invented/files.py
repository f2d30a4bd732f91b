"""How an invented city is written: tables in row groups, one or more for each gemeente, so memory stays bounded."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from wijkspiegel.schemes import ORIGIN
from wijkspiegel.sources.invented.lives import NONE, Lives
from wijkspiegel.sources.invented.model import SCHEME, YEARS
from wijkspiegel.sources.invented.people import (
    AGE_BANDS,
    COUNTRY_CODES,
    LANGUAGES,
    NOBODY,
    ORIGIN_OF_COUNTRY,
    Residents,
)
from wijkspiegel.sources.invented.places import LEVELS, Places

SPHERES = ("friends", "family", "neighbours", "household", "school", "work")
SEXES = ("woman", "man")
ROWS_PER_GROUP = 1_000_000


class Tables:
    """Parquet files that grow by one table at a time."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.writers: dict[str, pq.ParquetWriter] = {}

    def add(self, name: str, table: pa.Table) -> None:
        if name not in self.writers:
            path = self.directory / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self.writers[name] = pq.ParquetWriter(path, table.schema, compression="zstd")
        self.writers[name].write_table(table, row_group_size=ROWS_PER_GROUP)

    def __enter__(self) -> "Tables":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self.writers.values():
            writer.close()


def people_tables(residents: Residents, lives: Lives, places: Places) -> Iterator[pa.Table]:
    """For each reference date one row per resident. School class and workplace are known at the last one only."""
    for at, year in enumerate(YEARS):
        home = np.flatnonzero(residents.occupant[at] != NOBODY)
        row = residents.occupant[at, home]
        age = year - 1 - residents.birth_year[row].astype(np.int64)
        band = np.searchsorted([youngest for youngest, _ in AGE_BANDS], age, side="right") - 1
        last = year == YEARS[-1]
        nothing = np.full(len(home), NONE)
        yield pa.table(
            {
                "person": residents.person[row].astype(np.int32),
                "year": np.full(len(home), year, dtype=np.int16),
                "area": _coded(residents.buurt[home], places.areas["buurt"].codes),
                "group": _coded(residents.group[row], SCHEME.groups),
                "origin": _coded(ORIGIN_OF_COUNTRY[residents.country[row]], ORIGIN.groups),
                "country": _coded(residents.country[row], COUNTRY_CODES),
                "nationality": _coded(residents.nationality[row], COUNTRY_CODES),
                "born_abroad": residents.born_abroad[row],
                "age": _coded(band, tuple(name for _, name in AGE_BANDS)),
                "sex": _coded(residents.sex[row], SEXES),
                "language": _coded(residents.language[row], LANGUAGES),
                "household": residents.household[home].astype(np.int32),
                "school": _number_or_null(lives.memberships["school"][home] if last else nothing),
                "work": _number_or_null(lives.memberships["work"][home] if last else nothing),
            }
        )


def tie_tables(lives: Lives) -> Iterator[pa.Table]:
    """person, contact, sphere, weight."""
    for sphere, (person, contact) in lives.ties.items():
        yield pa.table(
            {
                "person": lives.person[person].astype(np.int32),
                "contact": lives.person[contact].astype(np.int32),
                "sphere": _coded(np.full(len(person), SPHERES.index(sphere)), SPHERES),
                "weight": np.ones(len(person), dtype=np.float32),
            }
        )


def membership_tables(lives: Lives) -> Iterator[pa.Table]:
    """person, sphere, membership: members of one household, class or workplace have the same number."""
    for sphere, number in lives.memberships.items():
        member = np.flatnonzero(number != NONE)
        yield pa.table(
            {
                "person": lives.person[member].astype(np.int32),
                "sphere": _coded(np.full(len(member), SPHERES.index(sphere)), SPHERES),
                "membership": number[member].astype(np.int32),
            }
        )


def true_people_table(lives: Lives, places: Places) -> pa.Table:
    """Adults: the share of others in the buurt of another group, the latent share of friends, and the roads taken."""
    adult = np.flatnonzero(lives.adult)
    return pa.table(
        {
            "person": lives.person[adult].astype(np.int32),
            "area": _coded(lives.buurt[adult], places.areas["buurt"].codes),
            "group": _coded(lives.group[adult], SCHEME.groups),
            "outgroup": pa.array(lives.outgroup[adult], from_pandas=True),
            "latent": lives.latent[adult],
            "mirror": lives.mirror[adult],
            "mixed_school": lives.school[adult],
            "bridging_work": lives.work[adult],
            "connector": lives.connector[adult],
        }
    )


def _coded(number: NDArray[Any], names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(number.astype(np.int32)), pa.array(names))


def _number_or_null(number: NDArray[np.int64]) -> pa.Array:
    return pa.array(number.astype(np.int32), mask=number == NONE)


def write_areas(places: Places, directory: Path) -> None:
    """LEVEL.csv with the hierarchy and LEVEL.geojson with the polygons (RD New)."""
    directory.mkdir()
    for level in LEVELS:
        areas = places.areas[level]
        table = pa.table({"area": areas.codes, "name": areas.names, "parent": areas.parents})
        write_csv(table, directory / f"{level}.csv")
        features = [
            {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(polygon))}
            for properties, polygon in zip(table.to_pylist(), places.polygons[level], strict=True)
        ]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
        collection = {"type": "FeatureCollection", "name": level, "crs": crs, "features": features}
        text = json.dumps(collection, ensure_ascii=False)
        (directory / f"{level}.geojson").write_text(text, encoding="utf-8")


def write_csv(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.csv.write_csv(table, path, pyarrow.csv.WriteOptions(quoting_style="needed"))


def write_json(content: Mapping[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
