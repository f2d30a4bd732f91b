"""Rules that a plan may not break, as an organiser says them.

A rule speaks of people by id, or of everybody with a value of an attribute. `rounds` are those that it holds in, from
1; () is all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from wijkspiegel.encounters.people import SEPARATOR, Participants

Rounds = tuple[int, ...]


@dataclass(frozen=True)
class Who:
    """Some people: those with these ids, and those of whom an attribute has one of these values.

    Somebody whose cell holds several values, parted by ";", has each of them.
    """

    ids: tuple[str, ...] = ()
    attribute: str = ""
    values: tuple[str, ...] = ()

    def among(self, people: Participants) -> list[int]:
        """Their numbers in the order of `people`."""
        named = set(self.ids)
        cells = people.attributes[self.attribute] if self.attribute else ("",) * len(people)
        wanted = set(self.values)
        return [
            number
            for number, (one, cell) in enumerate(zip(people.ids, cells, strict=True))
            if one in named or (self.attribute and not wanted.isdisjoint(values_in(cell)))
        ]

    def __str__(self) -> str:
        if self.attribute:
            return f"{self.attribute} = {' or '.join(self.values)}"
        return listed(self.ids)


@dataclass(frozen=True)
class Together:
    """These people sit at one table."""

    people: tuple[str, ...]
    rounds: Rounds = ()

    def __str__(self) -> str:
        return f"{listed(self.people)} together{in_rounds(self.rounds)}"


@dataclass(frozen=True)
class Apart:
    """No two of these people sit at one table."""

    people: tuple[str, ...]
    rounds: Rounds = ()

    def __str__(self) -> str:
        return f"{listed(self.people)} apart{in_rounds(self.rounds)}"


@dataclass(frozen=True)
class At:
    """These people sit only at these tables: a fixed table, or those that a wheelchair can reach."""

    who: Who
    tables: tuple[str, ...]
    rounds: Rounds = ()

    def __str__(self) -> str:
        return f"{self.who} at table {' or '.join(self.tables)}{in_rounds(self.rounds)}"


@dataclass(frozen=True)
class EachTable:
    """Every table has at least, and at most, so many of these people: a host, an interpreter, two girls.

    tables : those that it holds for; () is all of them.
    """

    who: Who
    at_least: int = 0
    at_most: int | None = None
    tables: tuple[str, ...] = ()
    rounds: Rounds = ()

    def __str__(self) -> str:
        least = [f"at least {self.at_least}"] if self.at_least else []
        most = [f"at most {self.at_most}"] if self.at_most is not None else []
        where = f"table {' and '.join(self.tables)}" if self.tables else "every table"
        return f"{where} has {' and '.join(least + most)} of {self.who}{in_rounds(self.rounds)}"


@dataclass(frozen=True)
class Accompanied:
    """Where one of these people sits, so many of those sit too: an interpreter where somebody needs one."""

    who: Who
    by: Who
    at_least: int = 1
    rounds: Rounds = ()

    def __str__(self) -> str:
        number = "" if self.at_least == 1 else f"{self.at_least} of "
        return f"{self.who} accompanied by {number}{self.by}{in_rounds(self.rounds)}"


@dataclass(frozen=True)
class CommonLanguage:
    """Everybody at a table shares a value of this attribute, in which people have several: a language."""

    attribute: str
    rounds: Rounds = ()

    def __str__(self) -> str:
        return f"every table has a value of '{self.attribute}' in common{in_rounds(self.rounds)}"


@dataclass(frozen=True)
class Present:
    """These people are there only in these rounds."""

    who: Who
    rounds: Rounds

    def __str__(self) -> str:
        return f"{self.who} present only{in_rounds(self.rounds)}"


@dataclass(frozen=True)
class Wish:
    """Somebody sits with at least so many of these people, if that can be, or in any case.

    must : it is a rule; else a wish, and each that is not granted costs something.
    """

    person: str
    people: tuple[str, ...]
    at_least: int = 1
    must: bool = False
    rounds: Rounds = ()

    def __str__(self) -> str:
        return f"{self.person} with at least {self.at_least} of {listed(self.people)}{in_rounds(self.rounds)}"


Rule = Together | Apart | At | EachTable | Accompanied | CommonLanguage | Present | Wish


@dataclass(frozen=True)
class Weights:
    """How much things matter beside each other.

    attributes : how many times as much as usual the mirror of an attribute matters (1 where it is not said).
    repeat : what one meeting of two people who met before costs, in the unit of the mirror (squared people).
    wish : what a wish that is not granted costs. distance : what a unit of distance within tables is worth.
    """

    attributes: dict[str, float] = field(default_factory=dict)
    repeat: float = 10.0
    wish: float = 10.0
    distance: float = 1.0


def values_in(cell: str) -> list[str]:
    return [value.strip() for value in cell.split(SEPARATOR) if value.strip()]


def listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def in_rounds(rounds: Rounds) -> str:
    return f" in round {listed(map(str, rounds))}" if rounds else ""
