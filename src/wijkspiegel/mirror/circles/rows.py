"""Rows of the release tables of contacts, as they are found, with how many people each is of."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wijkspiegel.connectors.reference import Floats
from wijkspiegel.tables import Measured

COUNTED = {
    "mixing": ("contacts",),
    "mirrors": ("persons", "contacts"),
    "outcomes": ("persons",),
    "sensitivity": ("persons",),
}


def _columns() -> dict[str, dict[str, list[Any]]]:
    return defaultdict(_lists)


def _lists() -> dict[str, list[Any]]:
    return defaultdict(list)


@dataclass
class Rows:
    """Rows of the release tables as they are found. people : (area, sphere or "", group) -> how many have contacts in
    that sphere; of all spheres, how many there are.
    """

    columns: dict[str, dict[str, list[Any]]] = field(default_factory=_columns)
    persons: dict[str, list[float]] = field(default_factory=_lists)
    told_by: dict[str, list[float]] = field(default_factory=_lists)
    people: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add(self, table: str, of: float, *, told_by: float | None = None, **values: Any) -> None:
        """of : people whom the figure is of. told_by : those who make up what is told, where these are fewer."""
        for column, value in values.items():
            self.columns[table][column].append(value)
        self.persons[table].append(of)
        self.told_by[table].append(of if told_by is None else told_by)

    def extend(self, found: "Rows") -> None:
        """The rows of other areas, after these."""
        for table, columns in found.columns.items():
            for column, values in columns.items():
                self.columns[table][column].extend(values)
            self.persons[table].extend(found.persons[table])
            self.told_by[table].extend(found.told_by[table])
        self.people |= found.people

    def measured(self, around: Mapping[str, str]) -> dict[str, Measured]:
        """around : area -> the area that it is a part of."""
        return {
            name: Measured(
                columns,
                np.array(self.persons[name]),
                COUNTED.get(name, ()),
                ("naive",),
                self._people_of(columns),
                around,
                np.array(self.told_by[name]),
            )
            for name, columns in self.columns.items()
        }

    def _people_of(self, columns: Mapping[str, list[Any]]) -> Floats:
        """[row], how many people each row is about."""
        if "persons" in columns:
            return np.array(columns["persons"], dtype=np.float64)
        spheres = columns.get("sphere", [""] * len(columns["area"]))
        keys = zip(columns["area"], spheres, columns["group"], strict=True)
        return np.array(
            [self.people[area, sphere, group.split(":")[0]] for area, sphere, group in keys], dtype=np.float64
        )


def fewest(*parts: float) -> float:
    """The smallest part with anybody in it: a figure that is exactly a part of them tells of so many."""
    return min((part for part in parts if part > 0), default=np.inf)
