"""The contacts of people held against their city: every figure of connectors, for the door to judge."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import NOTHING, Ratio, ratio, sample_of
from wijkspiegel.connectors.exposure import exposure_and_bias
from wijkspiegel.connectors.homophily import assortativity, homophily_of_group, mixing_matrix
from wijkspiegel.connectors.ladder import FRIENDS, climb, overlap, steps
from wijkspiegel.connectors.mirrors import SLACK, TOLERANCES, Circle, mirror_shares, with_contacts
from wijkspiegel.connectors.reference import Floats, outside, outside_share, people_around
from wijkspiegel.mirror.zoning import hierarchy_of
from wijkspiegel.tables import YES, City, Composition, Contacts, Measured

Mask = NDArray[np.bool_]
Progress = Callable[[str], None]

LADDER_TOLERANCE = 0.10
"""The tolerance of the overlap table and of who counts as a connector in the outcomes; the ladder has all of them."""

FEWEST = 10
"""A group of fewer people is not looked into; the door would not let it pass."""


@dataclass
class _Rows:
    """Rows of the release tables as they are found."""

    columns: dict[str, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    persons: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, of: float, **values: Any) -> None:
        for column, value in values.items():
            self.columns[table][column].append(value)
        self.persons[table].append(of)

    def measured(self) -> dict[str, Measured]:
        counted = {"mixing": ("contacts",), "mirrors": ("persons", "contacts"), "outcomes": ("persons",)}
        return {
            name: Measured(columns, np.array(self.persons[name]), counted.get(name, ()), ("naive",))
            for name, columns in self.columns.items()
        }


def circle_figures(city: City, progress: Progress) -> dict[str, Measured]:
    """Table of the release -> its figures, of every home area with people in `city.contacts`."""
    rows = _Rows()
    for contacts in city.contacts:
        around = people_around(contacts, _reference(city, contacts))
        for area, who in _people_of_home(city, contacts):
            progress(f"contacts of {area}")
            _look(rows, area, contacts, around, who)
    return rows.measured()


def _reference(city: City, contacts: Contacts) -> Composition:
    wanted = (contacts.areas.level, contacts.year, contacts.scheme.code)
    return next(c for c in city.compositions if (c.areas.level, c.year, c.scheme.code) == wanted)


def _people_of_home(city: City, contacts: Contacts) -> Iterator[tuple[str, Mask]]:
    hierarchy = hierarchy_of(city, contacts.year)
    home = np.array([hierarchy.whole_of(code, city.home) for code in contacts.areas.codes], dtype=object)
    of_person = home[contacts.area]
    for code in sorted(set(of_person)):
        who = of_person == code
        if code and who.sum() >= FEWEST:
            yield code, who


def _look(rows: _Rows, area: str, contacts: Contacts, around: Floats, who: Mask) -> None:
    groups = contacts.scheme.groups
    sample = sample_of(contacts)
    members = {"all": who} | {group: who & (contacts.group == number) for number, group in enumerate(groups)}
    members = {group: of_group for group, of_group in members.items() if of_group.sum() >= FEWEST}
    for sphere, counts in contacts.counts.items():
        for group, of_group in members.items():
            circle = Circle(counts, around, contacts.group, sample).take(of_group)
            _mirrors(rows, area, sphere, group, circle)
            _exposure(rows, area, sphere, group, circle, groups)
            _homophily(rows, area, sphere, group, circle, contacts, who)
            _mixing(rows, area, sphere, group, circle, groups)
    if FRIENDS in contacts.counts and contacts.roads:
        for group, of_group in members.items():
            _ladder(rows, area, group, contacts, around, of_group)
    _outcomes(rows, area, contacts, around, who)


def _mirrors(rows: _Rows, area: str, sphere: str, group: str, circle: Circle) -> None:
    known = with_contacts(circle)
    persons, told = len(known.group), float(np.asarray(known.counts).sum())
    for one in mirror_shares(circle):
        rows.add(
            "mirrors", persons, area=area, sphere=sphere, group=group, form=one.form, tolerance=one.tolerance,
            naive=one.naive, estimate=one.estimate, lower=one.lower, upper=one.upper,
            bound_low=one.bound_low, bound_high=one.bound_high, persons=persons, contacts=told,
        )  # fmt: skip


def _exposure(rows: _Rows, area: str, sphere: str, group: str, circle: Circle, groups: tuple[str, ...]) -> None:
    towards: dict[str, int | None] = {group: None}
    if group != "all":
        towards |= {f"{group}:{other}": number for number, other in enumerate(groups) if other != group}
    counts = np.asarray(circle.counts, dtype=np.float64)
    whole = counts.sum()
    to_others = [counts[:, number].sum() for number in towards.values() if number is not None]
    rarest = _fewest(*to_others, *(whole - met for met in to_others))
    for name, number in towards.items():
        found = exposure_and_bias(circle, number)
        if found is not None:
            met = outside(counts, circle.group)[0].sum()
            few = (
                _fewest(met, whole - met) if number is None else rarest
            )  # all pairs, or one could be told from the rest
            rows.add(
                "exposure", min(found.persons, few), area=area, sphere=sphere, group=name,
                contact_share=found.contact_share, exposure=found.exposure, bias=found.bias,
                lower=found.lower, upper=found.upper,
            )  # fmt: skip


def _fewest(*parts: float) -> float:
    """The smallest part with anybody in it: a figure that is exactly a part of them tells of so many."""
    return min((part for part in parts if part > 0), default=np.inf)


def _homophily(rows: _Rows, area: str, sphere: str, group: str, circle: Circle, contacts: Contacts, who: Mask) -> None:
    if group == "all":
        matrix = mixing_matrix(circle, len(contacts.scheme.groups))
        rows.add(
            "homophily", len(circle.group), area=area, sphere=sphere, group="all", measure="assortativity",
            value=assortativity(matrix), lower=np.nan, upper=np.nan,
        )  # fmt: skip
        return
    of_group = contacts.group[who] == contacts.scheme.index(group)
    share = float(contacts.weight[who][of_group].sum() / contacts.weight[who].sum())
    others, everyone = (numbers.sum() for numbers in outside(circle.counts, circle.group))
    few = _fewest(others, everyone - others)
    for one in homophily_of_group(circle, share):
        rows.add(
            "homophily", min(one.persons, few), area=area, sphere=sphere, group=group, measure=one.measure,
            value=one.value, lower=one.lower, upper=one.upper,
        )  # fmt: skip


def _mixing(rows: _Rows, area: str, sphere: str, group: str, circle: Circle, groups: tuple[str, ...]) -> None:
    if group == "all":
        return
    counts = np.asarray(circle.counts, dtype=np.float64)
    told = (circle.sample.weight[:, None] * counts).sum(axis=0)
    persons = int((counts.sum(axis=1) > 0).sum())
    for other, contacts in zip(groups, told, strict=True):
        share = contacts / told.sum() if told.sum() else np.nan
        rows.add(
            "mixing", persons, area=area, sphere=sphere, group=group, contact_group=other,
            contacts=float(contacts), share=float(share),
        )  # fmt: skip


def _ladder(rows: _Rows, area: str, group: str, contacts: Contacts, around: Floats, who: Mask) -> None:
    circle = Circle(contacts.counts[FRIENDS], around, contacts.group, sample_of(contacts)).take(who)
    ladder = climb(circle, {road: answers[who] for road, answers in contacts.roads.items()})
    if ladder is None:
        return
    persons = int(who.sum())
    on_each = [(answers[who] == YES).sum() for answers in contacts.roads.values()]
    on_roads = min(persons, _fewest(*on_each, *(persons - on for on in on_each)))  # the rest tells as much
    for tolerance in TOLERANCES:
        for one in steps(ladder, tolerance):
            of = persons if one.step == FRIENDS else on_roads
            rows.add(
                "connectors", of, area=area, group=group, step=one.step, tolerance=tolerance,
                share=one.share, lower=one.lower, upper=one.upper,
            )  # fmt: skip
    for one in overlap(ladder, LADDER_TOLERANCE):
        rows.add(
            "overlap", on_roads, area=area, group=group, roads=one.step,
            share=one.share, lower=one.lower, upper=one.upper,
        )  # fmt: skip


def _outcomes(rows: _Rows, area: str, contacts: Contacts, around: Floats, who: Mask) -> None:
    levels = dict(_levels(contacts, around, who))
    for outcome, values in contacts.outcomes.items():
        for (by, level), of_level in levels.items():
            told = of_level & ~np.isnan(values)
            mean = _mean(values[told], contacts, told)
            rows.add(
                "outcomes", _people_told_of(values[told], values), area=area, by=by, level=level, outcome=outcome,
                mean=mean.value, lower=mean.lower, upper=mean.upper, persons=int(told.sum()),
            )  # fmt: skip


def _people_told_of(values: Floats, every: Floats) -> float:
    """How many people a mean tells of: of an outcome with two answers, those with the rarest of them."""
    answers = np.unique(every[~np.isnan(every)])
    return (
        min(len(values), _fewest(*((values == answer).sum() for answer in answers)))
        if len(answers) == 2
        else len(values)
    )


def _mean(values: Floats, contacts: Contacts, who: Mask) -> Ratio:
    return ratio(values, np.ones(len(values)), sample_of(contacts).take(who)) if len(values) else NOTHING


def _levels(contacts: Contacts, around: Floats, who: Mask) -> Iterator[tuple[tuple[str, str], Mask]]:
    """By what people are told apart, and who is of each level."""
    for number, group in enumerate(contacts.scheme.groups):
        yield ("group", group), who & (contacts.group == number)
    for trait, values in contacts.traits.items():
        for value in sorted({str(value) for value in values[who] if value != ""}):
            yield (trait, value), who & (values == value)
    if FRIENDS in contacts.counts:
        connects = observed_connectors(contacts, around)
        yield ("connector", "yes"), who & connects
        yield ("connector", "no"), who & ~connects


def observed_connectors(contacts: Contacts, around: Floats) -> Mask:
    """[person], who looks like a connector by their own answers: some are not, and some who do not look so are."""
    own = outside_share(contacts.counts[FRIENDS], contacts.group)
    by_friends = np.nan_to_num(own, nan=-1.0) >= outside_share(around, contacts.group) - LADDER_TOLERANCE - SLACK
    roads: Mapping[str, NDArray[np.int64]] = contacts.roads
    on_any: Mask = by_friends | np.any([answers == YES for answers in roads.values()], axis=0)
    return on_any
