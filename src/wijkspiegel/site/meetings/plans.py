"""The tables of a meeting as they stand: who sits where, what is odd, and how good it is. Reads only."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from wijkspiegel.site.meetings.models import Attribute, Meeting, Place, Registration, Seating, SeatingRule

Places = Mapping[int, Sequence[int]]
"""Registration -> the table where they sit in each round; tables from 1."""


@dataclass(frozen=True)
class Mix:
    """How many at a table gave each answer to a question."""

    name: str
    counts: list[tuple[str, int]]


@dataclass(frozen=True)
class Guest:
    """Somebody at the tables. pk : of their registration. name : one that nobody else in the room has."""

    pk: int
    name: str


@dataclass(frozen=True)
class TableShown:
    """A table in a round. people : who sit there. gone : who sat there and cancelled since. free : chairs."""

    number: int
    people: list[Guest]
    gone: list[Guest]
    free: int
    mixes: list[Mix]


@dataclass(frozen=True)
class RoundShown:
    number: int
    tables: list[TableShown]


@dataclass(frozen=True)
class Figure:
    """How good a plan is in one respect: in words, and beside what is possible."""

    name: str
    value: str
    verdict: str


@dataclass(frozen=True)
class PlanShown:
    """A plan as organisers see it. lists : each participant and their tables, by name. unseated : who came late."""

    seating: Seating
    rounds: list[RoundShown]
    lists: list[tuple[Guest, Sequence[int]]]
    unseated: list[Guest]
    broken: list[str]
    figures: list[Figure] = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    """What stands on a table: who sits there, round by round."""

    number: int
    rounds: list[tuple[int, list[Guest]]]


def cards_of(plan: PlanShown) -> list[Card]:
    return [
        Card(number + 1, [(round_.number, round_.tables[number].people) for round_ in plan.rounds])
        for number in range(plan.seating.tables)
    ]


def seatable(meeting: Meeting) -> list[Registration]:
    """Who has a confirmed seat, by name."""
    found = meeting.registrations.filter(state=Place.CONFIRMED)
    return sorted(found, key=lambda one: (one.name.casefold(), one.number))


def labels_of(people: Iterable[Registration]) -> dict[int, str]:
    """Registration -> a name that nobody else in the room has."""
    labels: dict[int, str] = {}
    taken: set[str] = set()
    for one in people:
        name = " ".join(one.name.split()) or f"#{one.number}"
        label = next(each for each in chain([name], (f"{name} ({n})" for n in count(2))) if each not in taken)
        taken.add(label)
        labels[one.pk] = label
    return labels


def places_of(seating: Seating) -> dict[int, list[int]]:
    """Where everybody sits, those who cancelled since too."""
    found: dict[int, list[int]] = {}
    for one, round_, table in seating.taken.order_by("round").values_list("registration", "round", "table"):
        found.setdefault(one, [0] * seating.rounds)[round_ - 1] = table
    return found


def answers_in(meeting: Meeting, attributes: Sequence[Attribute]) -> dict[int, dict[int, str]]:
    """Attribute -> registration -> choice."""
    found: dict[int, dict[int, str]] = {one.pk: {} for one in attributes}
    for one in attributes:
        found[one.pk] = dict(one.answers.values_list("registration", "choice"))
    return found


def plan_of(meeting: Meeting, seating: Seating, quality: Mapping[str, Any]) -> PlanShown:
    """Everything on the page of a plan that is not counted away yet. quality : how good it is."""
    places, registered = places_of(seating), seatable(meeting)
    here = [Guest(*named) for named in labels_of(registered).items()]
    gone = meeting.registrations.filter(pk__in=places).exclude(state=Place.CONFIRMED)
    attributes = list(meeting.attributes.all())
    answers = answers_in(meeting, attributes)
    at: dict[tuple[int, int], list[Guest]] = {}
    left: dict[tuple[int, int], list[Guest]] = {}
    for guests, into in ((here, at), ([Guest(one.pk, one.name or "–") for one in gone], left)):
        for one in guests:
            for number, table in enumerate(places.get(one.pk, ()), 1):
                into.setdefault((number, table), []).append(one)
    rounds = [
        RoundShown(
            number,
            [
                _table(seating, table, at.get((number, table), []), left.get((number, table), []), attributes, answers)
                for table in _tables(seating)
            ],
        )
        for number in range(1, seating.rounds + 1)
    ]
    seated = [one for one in here if one.pk in places]
    return PlanShown(
        seating,
        rounds,
        [(one, places[one.pk]) for one in seated],
        [one for one in here if one.pk not in places],
        broken_rules(
            meeting.seating_rules.prefetch_related("people"), {one.pk: places[one.pk] for one in seated}, registered
        ),
        figures_of(quality),
    )


def _tables(seating: Seating) -> range:
    return range(1, seating.tables + 1)


def _table(
    seating: Seating,
    number: int,
    here: list[Guest],
    gone: list[Guest],
    attributes: Sequence[Attribute],
    answers: Mapping[int, Mapping[int, str]],
) -> TableShown:
    mixes = [Mix(one.name, _counted(one, [answers[one.pk].get(guest.pk, "") for guest in here])) for one in attributes]
    return TableShown(number, here, gone, max(seating.seats - len(here), 0), mixes)


def _counted(attribute: Attribute, given: Sequence[str]) -> list[tuple[str, int]]:
    counts = Counter(given)
    told = [(choice, counts[choice]) for choice in attribute.choices if counts[choice]]
    return [*told, (_("no answer"), counts[""])] if counts[""] else told


# Rules ----------------------------------------------------------------------------------------------------------------


def broken_rules(rules: Iterable[SeatingRule], places: Places, people: Iterable[Registration]) -> list[str]:
    """A sentence for each rule that does not hold, and where. Of who is not seated a rule says nothing."""
    labels = labels_of(people)
    told = []
    for rule, rounds in rules_broken_by(rules, {pk: tables for pk, tables in places.items() if pk in labels}):
        names = joined(sorted(labels[one.pk] for one in rule.people.all() if one.pk in places and one.pk in labels))
        where = {"people": names, "table": rule.table, "rounds": joined(map(str, rounds))}
        told.append(_SENTENCES[SeatingRule.Kind(rule.kind)]() % where)
    return told


def rules_broken_by(rules: Iterable[SeatingRule], places: Places) -> list[tuple[SeatingRule, list[int]]]:
    """Each rule that does not hold, and the rounds in which it does not."""
    found = []
    for rule in rules:
        bound = [places[one.pk] for one in rule.people.all() if one.pk in places]
        wrong = [number for number in _rounds(places) if _breaks(rule, [tables[number - 1] for tables in bound])]
        if wrong:
            found.append((rule, wrong))
    return found


def _rounds(places: Places) -> range:
    return range(1, max(map(len, places.values()), default=0) + 1)


def _breaks(rule: SeatingRule, tables: Sequence[int]) -> bool:
    match rule.kind:
        case SeatingRule.Kind.APART:
            return len(set(tables)) < len(tables)
        case SeatingRule.Kind.TOGETHER:
            return len(set(tables)) > 1
        case _:
            return any(table != rule.table for table in tables)


_SENTENCES = {
    SeatingRule.Kind.APART: lambda: _("%(people)s may not sit at one table, and do in round %(rounds)s."),
    SeatingRule.Kind.TOGETHER: lambda: _("%(people)s must sit at one table, and do not in round %(rounds)s."),
    SeatingRule.Kind.AT: lambda: _("%(people)s must sit at table %(table)s, and not all do in round %(rounds)s."),
}


def rule_in_words(rule: SeatingRule, labels: Mapping[int, str]) -> str:
    """Such as "Anna and Bilal never at one table". Who cancelled is left out."""
    names = joined(sorted(labels[one.pk] for one in rule.people.all() if one.pk in labels)) or "–"
    told = {
        SeatingRule.Kind.APART: _("%(people)s: never at one table"),
        SeatingRule.Kind.TOGETHER: _("%(people)s: always at one table"),
        SeatingRule.Kind.AT: _("%(people)s: always at table %(table)s"),
    }
    return told[SeatingRule.Kind(rule.kind)] % {"people": names, "table": rule.table}


def joined(words: Iterable[str]) -> str:
    """Such as "1, 2 and 3"."""
    *first, last = [*words] or [""]
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last


# How good it is -------------------------------------------------------------------------------------------------------


def figures_of(quality: Mapping[str, Any]) -> list[Figure]:
    """In the order in which they matter to who organises."""
    bounds = quality.get("bounds", {})
    names = {
        "mirror": _("How far the tables are from the whole room (0: every table mirrors it)"),
        "repeats": _("Times that two people meet again"),
        "most_often": _("Most times that the same two meet"),
    }
    return [
        Figure(name, told(quality[key]), verdict(quality[key], bounds.get(key)))
        for key, name in names.items()
        if key in quality
    ]


def told(value: float) -> str:
    """A number as people of the language write it: whole, or with one decimal."""
    rounded = round(value, 1)
    return number_format(int(rounded) if rounded == int(rounded) else rounded)


CLOSE = 1e-6


def verdict(value: float, bound: float | None) -> str:
    """How far from the best that is possible, in words."""
    if bound is None:
        return ""
    if value <= bound + CLOSE:
        return _("no plan can do better")
    if bound > CLOSE:
        percent = number_format(round(100 * (value / bound - 1), 1))
        return _("no plan can go below %(bound)s: at most %(percent)s %% above the best") % {
            "bound": told(bound), "percent": percent,
        }  # fmt: skip
    return _("how much better a plan can be is not known")
