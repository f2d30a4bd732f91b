"""Rows of the release tables of contacts, as they are found, with how many people each is of."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wijkspiegel.tables import Measured


@dataclass
class Rows:
    """Rows of the release tables as they are found."""

    columns: dict[str, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    persons: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, of: float, **values: Any) -> None:
        for column, value in values.items():
            self.columns[table][column].append(value)
        self.persons[table].append(of)

    def measured(self) -> dict[str, Measured]:
        counted = {
            "mixing": ("contacts",),
            "mirrors": ("persons", "contacts"),
            "outcomes": ("persons",),
            "sensitivity": ("persons",),
        }
        return {
            name: Measured(columns, np.array(self.persons[name]), counted.get(name, ()), ("naive",))
            for name, columns in self.columns.items()
        }


def fewest(*parts: float) -> float:
    """The smallest part with anybody in it: a figure that is exactly a part of them tells of so many."""
    return min((part for part in parts if part > 0), default=np.inf)
