"""Who is to be seated, and the tables they sit at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wijkspiegel.encounters.said import PlanningError

SEPARATOR = ";"
"""Between the values of somebody who has more than one: the languages that they speak."""


@dataclass(frozen=True)
class Participants:
    """Who is to be seated.

    ids : who they are, each once. attributes : name -> the value of each, in the order of ids; "" where not known.
    """

    ids: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            twice = next(one for one in self.ids if self.ids.count(one) > 1)
            raise PlanningError(
                "'{person}' is among the people twice. Give each a row and an id of their own.", person=twice
            )
        for name, values in self.attributes.items():
            if len(values) != len(self.ids):
                raise ValueError(f"'{name}' has {len(values)} values for {len(self.ids)} people")

    def __len__(self) -> int:
        return len(self.ids)

    def in_order(self) -> "Participants":
        """The same people by id, so that the order in which they were given changes nothing."""
        order = sorted(range(len(self)), key=self.ids.__getitem__)
        return Participants(
            tuple(self.ids[i] for i in order),
            {name: tuple(values[i] for i in order) for name, values in sorted(self.attributes.items())},
        )


@dataclass(frozen=True)
class Table:
    """A table, class or panel. capacity : seats. minimum : people that it needs to be a table at all.

    even : nobody asked for these numbers: they are those of even tables, and others where others come.
    """

    name: str
    capacity: int
    minimum: int = 0
    even: bool = False


def even_tables(people: int, tables: int) -> tuple[Table, ...]:
    """So many tables for so many people, as even as can be."""
    if tables < 1:
        raise PlanningError("{tables} tables seat nobody: give at least one.", tables=tables)
    if people < tables:
        raise PlanningError(
            "{tables} tables cannot be filled by {people} people: give at most {people} tables.",
            people=people,
            tables=tables,
        )
    fewest, more = divmod(people, tables)
    return tuple(Table(str(number), fewest + (more > 0), fewest, even=True) for number in range(1, tables + 1))


def table_numbers(tables: Sequence[Table]) -> dict[str, int]:
    return {table.name: number for number, table in enumerate(tables)}
