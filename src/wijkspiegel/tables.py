"""The tables of the house: what every reader delivers and every measure's caller may count on.

Constructors check and never compute. A reader that met something odd says so in a `Note`; it never drops it silently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.schemes import Scheme

Counts = NDArray[np.float64]
Mask = NDArray[np.bool_]

RD_NEW = "EPSG:28992"


@dataclass(frozen=True)
class Note:
    """Something a reader found and what was done about it, for the user to judge.

    code : a short fixed name of the kind of finding, e.g. "parts_above_whole".
    nl, en : one full sentence each.
    count : how many rows or cells it concerns; None outside the room, where these are few.
    """

    code: str
    nl: str
    en: str
    count: int | None = 1


@dataclass(frozen=True)
class Source:
    """Where figures come from, as it is cited in every release."""

    title: str
    publisher: str = ""
    licence: str = ""
    path: str = ""


@dataclass(frozen=True)
class Areas:
    """The areas of one level, in row order.

    parents : for each area the code of the area of a coarser level that it lies in; "" where there is none.
    """

    level: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.codes) == len(self.names) == len(self.parents):
            raise ValueError("codes, names and parents differ in length")
        if len(set(self.codes)) != len(self.codes):
            raise ValueError(f"an area of level {self.level} stands in the table twice")

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: NDArray[Any]) -> "Areas":
        """The areas of the given rows (indices or a mask)."""
        chosen = np.arange(len(self))[rows]
        return Areas(
            self.level,
            tuple(self.codes[i] for i in chosen),
            tuple(self.names[i] for i in chosen),
            tuple(self.parents[i] for i in chosen),
        )


@dataclass(frozen=True)
class Composition:
    """Counts of people by area and group, at one reference date.

    counts : [area, group], people, the best estimate given everything known; >= 0.
    low, high : [area, group], what the count can be given rounding and suppression; equal to counts where it is exact.
    withheld : [area, group], True where the count may not be shown; counts then hold an estimate from what is shown.
    """

    areas: Areas
    year: int
    scheme: Scheme
    counts: Counts
    low: Counts
    high: Counts
    withheld: Mask

    def __post_init__(self) -> None:
        shape = (len(self.areas), len(self.scheme.groups))
        for name in ("counts", "low", "high", "withheld"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {shape} [area, group]")
        if not np.isfinite(self.counts).all() or (self.counts < 0).any():
            raise ValueError("counts must be finite and not negative")
        if (self.low > self.counts).any() or (self.counts > self.high).any():
            raise ValueError("counts lie outside their own bounds")

    @property
    def population(self) -> Counts:
        """[area], people."""
        people: Counts = self.counts.sum(axis=1)
        return people

    def take(self, rows: NDArray[Any]) -> "Composition":
        """The composition of the given rows (indices or a mask)."""
        return replace(
            self,
            areas=self.areas.take(rows),
            counts=self.counts[rows],
            low=self.low[rows],
            high=self.high[rows],
            withheld=self.withheld[rows],
        )


def exact(areas: Areas, year: int, scheme: Scheme, counts: NDArray[Any]) -> Composition:
    """A composition whose counts are known to the last person."""
    people = np.asarray(counts, dtype=np.float64)
    return Composition(areas, year, scheme, people, people, people, np.zeros(people.shape, dtype=bool))


@dataclass(frozen=True)
class Boundaries:
    """Polygons of the areas of one level, in RD New (EPSG:28992), metres.

    polygons : [area], shapely Polygon or MultiPolygon, valid.
    names : area code -> name, where the file has them. file : what it was read from, for messages.
    """

    level: str
    year: int | None
    codes: tuple[str, ...]
    polygons: NDArray[Any]
    names: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True)
class Indicator:
    """A figure about areas, for one of the two sides.

    values : area code -> value. lower, upper : likewise, where the source gives an interval.
    higher_is_better : None where neither direction is a side.
    uses_composition : the source built it from who lives there, so it is no evidence about who lives there.
    """

    code: str
    title: str
    year: int
    values: Mapping[str, float]
    higher_is_better: bool | None
    source: str
    uses_composition: bool
    lower: Mapping[str, float] = field(default_factory=dict)
    upper: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Institution:
    """Who works at, learns at or takes part in an institution, by part, and the area that it serves.

    people : a composition whose areas are the parts of the institution (level "part"); a part "all" is not included.
    reference : code of the area served.
    whole : all parts together, where that is known apart from their sum: the door shows it where it hides parts.
    """

    name: str
    people: Composition
    reference: str
    whole: Composition | None = None


@dataclass(frozen=True)
class Correspondence:
    """How the areas of one year go over into those of another: people of `source` that live in `target`, as a share.

    shares : for every pair, in (0, 1]; those of one source add up to 1.
    """

    level: str
    source_year: int
    target_year: int
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    shares: NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """Everything a mirror is made of: one city, or every municipality of a country at once.

    levels : coarse to fine, e.g. ("gemeente", "wijk", "buurt").
    home : the level whose areas are looked into as a whole and have peers: the municipality, or the one city.
    compositions : one for every level, year and scheme that is known.
    published : True when every count was already public; then nothing needs to be withheld.
    subject : the one area of the home level that this is about; the others are there to be compared with. "" is all.
    """

    title: str
    levels: tuple[str, ...]
    home: str
    compositions: tuple[Composition, ...]
    sources: tuple[Source, ...]
    published: bool
    subject: str = ""
    boundaries: tuple[Boundaries, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    institutions: tuple[Institution, ...] = ()
    correspondences: tuple[Correspondence, ...] = ()
    notes: tuple[Note, ...] = ()
    contacts: tuple["Contacts", ...] = ()


YES, NO, UNKNOWN = 1, 0, -1


@dataclass(frozen=True)
class Banded:
    """Answers such as "half of them": between which shares of somebody's contacts are outside the own group.

    low, high : [person], in [0, 1], both ends included; nan where nobody told. contacts : [person], how many contacts
    the answer is about; 0 where that is not known.
    """

    low: Counts
    high: Counts
    contacts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not self.low.shape == self.high.shape == self.contacts.shape:
            raise ValueError("low, high and contacts differ in length")
        if ((self.low < 0) | (self.high > 1) | (self.low > self.high)).any():
            raise ValueError("a band lies between 0 and 1, its low end first")

    def take(self, who: Mask) -> "Banded":
        return Banded(self.low[who], self.high[who], self.contacts[who])


@dataclass(frozen=True)
class Contacts:
    """People, and how many contacts of each group they have in each sphere. Microdata: it never leaves the room.

    areas : of one level. area, group : [person], row in `areas` and in the groups of the scheme.
    counts : sphere -> [person, group], contacts whose group is known, >= 0.
    groupless : sphere -> [person], contacts whose group is not known.
    met_in : sphere -> the sphere that holds whom one could meet in it: friends at school -> the classmates.
    banded : sphere, none of `counts` -> what is told of contacts that nobody counted by group.
    person : [person], as they are called in the files; None where that is not kept.
    weight : [person], people that each stands for, > 0. stratum, cluster : [person], of the sample. sampled : False
    where everybody is in it, and nobody stands for others.
    reference : what is around people: a level, "500 m", "1000 people"; "" is the area where they live.
    each_area : whether the areas within those of the home level are looked into as well.
    roads : "school", "work" -> [person], YES, NO or UNKNOWN.
    outcomes : name -> [person], nan is unknown. traits : name -> [person], a text; "" is unknown.
    """

    areas: Areas
    year: int
    scheme: Scheme
    area: NDArray[np.int64]
    group: NDArray[np.int64]
    counts: Mapping[str, NDArray[Any]]
    weight: Counts
    stratum: NDArray[np.int64]
    cluster: NDArray[np.int64]
    sampled: bool
    groupless: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    roads: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    outcomes: Mapping[str, Counts] = field(default_factory=dict)
    traits: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    reference: str = ""
    met_in: Mapping[str, str] = field(default_factory=dict)
    banded: Mapping[str, Banded] = field(default_factory=dict)
    person: NDArray[Any] | None = None
    each_area: bool = True

    def __post_init__(self) -> None:
        people, groups = len(self.area), len(self.scheme.groups)
        for name in ("group", "weight", "stratum", "cluster"):
            if getattr(self, name).shape != (people,):
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {(people,)} [person]")
        for sphere, counts in self.counts.items():
            if counts.shape != (people, groups):
                raise ValueError(f"{sphere} has shape {counts.shape}, not {(people, groups)} [person, group]")
        by_person = {f"{sphere} without a group": found for sphere, found in self.groupless.items()}
        by_person |= {f"{sphere} in bands": told.low for sphere, told in self.banded.items()}
        if self.person is not None:
            by_person["person"] = self.person
        for name, values in by_person.items():
            if values.shape != (people,):
                raise ValueError(f"{name} has shape {values.shape}, not {(people,)} [person]")
        if doubled := set(self.counts) & set(self.banded):
            raise ValueError(f"{min(doubled)} is both counted and told in bands")
        if people and (self.weight <= 0).any():
            raise ValueError("weights must be positive")

    def __len__(self) -> int:
        return len(self.area)

    def take(self, who: NDArray[Any]) -> "Contacts":
        """The contacts of some of these people (indices or a mask)."""

        def chosen(by_name: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            return {name: values[who] for name, values in by_name.items()}

        return replace(
            self,
            area=self.area[who],
            group=self.group[who],
            counts=chosen(self.counts),
            weight=self.weight[who],
            stratum=self.stratum[who],
            cluster=self.cluster[who],
            groupless=chosen(self.groupless),
            roads=chosen(self.roads),
            outcomes=chosen(self.outcomes),
            traits=chosen(self.traits),
            banded={sphere: told.take(who) for sphere, told in self.banded.items()},
            person=None if self.person is None else self.person[who],
        )


@dataclass(frozen=True)
class Measured:
    """Figures that were computed inside the room, for the door to judge: a column for each of a release table.

    persons : [row], how many people each figure is of. counted : columns that count something, which are rounded.
    exact : columns that are a part of these persons, told exactly: a small part of them gives people away.
    people : [row], how many each figure is about, where it may tell of fewer; else as persons. around : area -> the
    area that it is a part of. told_by : [row], the people who make up what is told, on either side; else as persons.
    alike : two ways to part the same people, each as (kind, group).
    """

    columns: Mapping[str, list[Any]]
    persons: NDArray[np.float64]
    counted: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    people: NDArray[np.float64] | None = None
    around: Mapping[str, str] = field(default_factory=dict)
    told_by: NDArray[np.float64] | None = None
    alike: tuple[tuple[frozenset[tuple[str, str]], ...], ...] = ()


AGREE, PASS, DISAGREE = 1, 0, -1
EVERYONE, WEIGHTED, OPINION = "all", "all_weighted", "opinion"
"""Kinds of groups in a conversation; every other kind is a column of the file of people."""


@dataclass(frozen=True)
class Votes:
    """One vote of a person on a statement, at most; by person, and of one person by statement. Microdata.

    persons, statements : what they are called, each once. person, statement : [vote], rows in these.
    vote : [vote], AGREE, PASS or DISAGREE.
    """

    persons: tuple[str, ...]
    statements: tuple[str, ...]
    person: NDArray[np.int32]
    statement: NDArray[np.int32]
    vote: NDArray[np.int8]

    def __post_init__(self) -> None:
        if not self.person.shape == self.statement.shape == self.vote.shape:
            raise ValueError("person, statement and vote differ in length")
        later = np.diff(self.person) > 0
        if not (later | ((np.diff(self.person) == 0) & (np.diff(self.statement) > 0))).all():
            raise ValueError("votes stand by person and statement, and no two of one person on one statement")
        if len(self.vote) and np.abs(self.vote).max() > AGREE:
            raise ValueError("a vote is 1, 0 or -1")

    def __len__(self) -> int:
        return len(self.vote)

    def of(self, kept: Mask) -> "Votes":
        """Some of the votes, of the same persons on the same statements."""
        return replace(self, person=self.person[kept], statement=self.statement[kept], vote=self.vote[kept])


def votes_of(persons: Sequence[str], statements: Sequence[str], person: Any, statement: Any, vote: Any) -> Votes:
    """Votes in any order, of persons and on statements in any order: those are put in order by what they are called."""
    orders = [np.argsort(np.array(names, dtype=np.str_), kind="stable") for names in (persons, statements)]
    rows = [np.argsort(order).astype(np.int32) for order in orders]
    person, statement = (row[np.asarray(at, dtype=np.intp)] for row, at in zip(rows, (person, statement), strict=True))
    order = np.argsort(person.astype(np.int64) * len(statements) + statement, kind="stable")
    return Votes(
        tuple(persons[i] for i in orders[0]), tuple(statements[i] for i in orders[1]),
        person[order], statement[order], np.asarray(vote, dtype=np.int8)[order],
    )  # fmt: skip
