"""The tables of a meeting: made by the planner, changed by hand, fixed, and filled up with who came late.

Only who has a confirmed seat sits at a table. The planner searches before the lock is taken: nobody who registers waits
for it. What was found is written under the lock, if nobody wrote since.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from wijkspiegel.encounters.judge import judge
from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, measures_of, plan
from wijkspiegel.encounters.problem import Problem, pose
from wijkspiegel.encounters.replan import seat_late as seated_late
from wijkspiegel.encounters.rules import Apart, At, Rule, Together, Weights, Who
from wijkspiegel.encounters.said import PlanningError
from wijkspiegel.errors import SettingsError
from wijkspiegel.seating.words import refused_in
from wijkspiegel.site.audit.rules import record
from wijkspiegel.site.meetings import plans, rules
from wijkspiegel.site.meetings.models import (
    Attribute,
    Meeting,
    Registration,
    Seat,
    Seating,
    SeatingRule,
    Stage,
)
from wijkspiegel.site.people import rules as people

SECONDS = 2.0
"""How long the planner searches."""

MOST_RULES = 100
BOUNDED = ("mirror", "repeats")
"""Measures that the planner tells a bound of, and that are kept."""


@dataclass(frozen=True)
class Wanted:
    """What an organiser asks for. seats : chairs at each table. weights : attribute -> how much it matters."""

    tables: int
    rounds: int
    seats: int
    weights: Mapping[int, float]


@dataclass(frozen=True)
class Change:
    """Somebody goes to another table in a round, or changes places with somebody (`other`) who sits there."""

    person: int
    round: int
    table: int | None = None
    other: int | None = None


@dataclass(frozen=True)
class Cost:
    """What a change would do: who goes where, each figure before and after, and the rules that it would break."""

    what: str
    figures: list[tuple[str, float, float]]
    breaks: list[str]

    @property
    def sentences(self) -> list[str]:
        return [_compared(name, before, after) for name, before, after in self.figures if before != after]


@dataclass(frozen=True)
class Room:
    """Who is seated, with what is asked of their tables, as it is read for the planner. labels : of the people."""

    people: list[Registration]
    labels: dict[int, str]
    attributes: list[Attribute]
    answers: dict[int, dict[int, str]]
    rules: list[SeatingRule]


# Making ---------------------------------------------------------------------------------------------------------------


def make(pk: int, wanted: Wanted, version: int, by: people.Visitor, now: datetime, *, another: bool = False) -> Seating:
    """Seat everybody who has a confirmed seat. another : a plan that differs from the last one.

    version : of the plan that was seen, 0 for none. Raises ConflictError where somebody wrote since, and
    ValidationError for what cannot be.
    """
    meeting = Meeting.objects.get(pk=pk)
    rules.require(by, meeting.city_id or "")
    earlier = _to_be_written(meeting, version, now)
    room = _room_of(meeting, wanted.weights)
    _check_fits(len(room.people), wanted)
    seed = (earlier.seed if earlier else 1) + another
    places = _searched(room, wanted, seed)
    with transaction.atomic():
        meeting = rules.locked(pk)
        _to_be_written(meeting, version, now)
        for attribute in room.attributes:
            Attribute.objects.filter(pk=attribute.pk).update(weight=attribute.weight)
        still = set(plans.labels_of(plans.seatable(meeting)))
        settings = {"tables": wanted.tables, "rounds": wanted.rounds, "seats": wanted.seats, "seed": seed}
        written = settings | {"version": version + 1, "made": now}
        seating, _new = Seating.objects.update_or_create(meeting=meeting, defaults=written)
        _write(seating, {one: tables for one, tables in places.items() if one in still})
        _record("tables made", meeting, by)
    return seating


def _to_be_written(meeting: Meeting, version: int, now: datetime) -> Seating | None:
    """The plan that stands, if it is still the one that was seen and may be made anew."""
    _check_not_over(meeting, now)
    seating = Seating.objects.filter(meeting=meeting).first()
    _check_version(seating, version)
    if seating and seating.locked:
        raise ValidationError(_("The tables are fixed. Open the plan again before you change it."))
    return seating


def _check_version(seating: Seating | None, version: int) -> None:
    if (seating.version if seating else 0) != version:
        raise people.ConflictError(_("Somebody else changed the tables meanwhile. Here they are; do yours once more."))


def _check_not_over(meeting: Meeting, now: datetime) -> None:
    if meeting.stage == Stage.CANCELLED:
        raise ValidationError(_("This meeting is cancelled."))
    if now >= meeting.ends:
        raise ValidationError(_("This meeting is over."))


def _check_fits(number: int, wanted: Wanted) -> None:
    if not number:
        raise ValidationError(_("Nobody has a confirmed seat yet. Make the tables when people have registered."))
    if number < wanted.tables:
        raise ValidationError(
            {
                "tables": _("%(people)d people cannot fill %(tables)d tables.")
                % {"people": number, "tables": wanted.tables}
            }
        )
    if number > wanted.tables * wanted.seats:
        raise ValidationError(
            {
                "seats": _(
                    "%(people)d people do not fit: there are %(chairs)d chairs. Give more tables, or at least "
                    "%(seats)d seats at each."
                )
                % {
                    "people": number, "chairs": wanted.tables * wanted.seats, "seats": -(-number // wanted.tables),
                }
            }
        )  # fmt: skip


def _searched(room: Room, wanted: Wanted, seed: int) -> dict[int, list[int]]:
    """Where everybody sits."""
    with _as_form_error():
        made = _solved(room, wanted, seed)
    return _places_in(room, made.problem, made.seated)


def _solved(room: Room, wanted: Wanted, seed: int) -> Plan:
    """At tables as even as the rules allow: only where they cannot hold are more of the chairs of a table used."""
    people = len(room.people)
    fewest, most = people // wanted.tables, -(-people // wanted.tables)
    spare, more = wanted.seats - most, 0
    while True:
        tables = [Table(str(n), most + more, max(fewest - more, 0)) for n in range(1, wanted.tables + 1)]
        try:
            return plan(
                _participants(room), tables, wanted.rounds,
                mirror=_mirrored(room), rules=_rules_of(room), weights=_weights_of(room), seed=seed, seconds=SECONDS,
            )  # fmt: skip
        except PlanningError:
            if more == spare:
                raise
            more = min(2 * more + 1, spare)


@contextmanager
def _as_form_error() -> Iterator[None]:
    try:
        with refused_in("nl" if get_language() == "nl" else "en"):
            yield
    except SettingsError as error:
        raise ValidationError(str(error)) from None


def _write(seating: Seating, places: plans.Places) -> None:
    """In place of all earlier seats."""
    seating.taken.all().delete()
    Seat.objects.bulk_create(
        Seat(seating=seating, registration_id=one, round=number, table=table)
        for one, tables in places.items()
        for number, table in enumerate(tables, 1)
        if table
    )


def _record(action: str, meeting: Meeting, by: people.Visitor) -> None:
    record(action, actor=by.pk, kind="meeting", of=meeting.pk, city=meeting.city_id or "")


def compile_planner() -> None:
    """The planner is compiled once on a machine, which takes longer than a visitor, or the server, would wait."""
    plan(Participants(("a", "b", "c", "d"), {"x": ("1", "2", "1", "2")}), 2, 3, seconds=0.01)


# Between the rows of the site and the arrays of the planner -----------------------------------------------------------


def _room_of(meeting: Meeting, weights: Mapping[int, float] | None = None) -> Room:
    attributes = list(meeting.attributes.all())
    for attribute in attributes:
        attribute.weight = (weights or {}).get(attribute.pk, attribute.weight)
    here = plans.seatable(meeting)
    labels = plans.labels_of(here)
    bound = [rule for rule in meeting.seating_rules.prefetch_related("people") if _binds(rule, labels)]
    return Room(here, labels, attributes, plans.answers_in(meeting, attributes), bound)


def _binds(rule: SeatingRule, labels: Mapping[int, str]) -> bool:
    """Whether enough of its people are there for a rule to say anything."""
    return sum(one.pk in labels for one in rule.people.all()) >= (1 if rule.kind == SeatingRule.Kind.AT else 2)


def _participants(room: Room) -> Participants:
    answered = {
        str(one.pk): tuple(room.answers[one.pk].get(person.pk, "") for person in room.people) for one in room.attributes
    }
    return Participants(tuple(room.labels[one.pk] for one in room.people), answered)


def _mirrored(room: Room) -> tuple[str, ...]:
    return tuple(str(one.pk) for one in room.attributes if one.weight > 0)


def _weights_of(room: Room) -> Weights:
    return Weights({str(one.pk): one.weight for one in room.attributes if one.weight > 0})


def _rules_of(room: Room) -> tuple[Rule, ...]:
    def rule_of(rule: SeatingRule) -> Rule:
        names = tuple(sorted(room.labels[one.pk] for one in rule.people.all() if one.pk in room.labels))
        if rule.kind == SeatingRule.Kind.AT:
            return At(Who(names), (str(rule.table),))
        return (Apart if rule.kind == SeatingRule.Kind.APART else Together)(names)

    return tuple(rule_of(rule) for rule in room.rules)


def _posed(room: Room, tables: int, seats: int, rounds: int) -> Problem:
    """The question as it stands for who is in the room, with every chair that there is."""
    chairs = tuple(Table(str(number), seats) for number in range(1, tables + 1))
    with _as_form_error():
        return pose(
            _participants(room), chairs, rounds, mirror=_mirrored(room), weights=_weights_of(room),
            rules=_rules_of(room),
        )  # fmt: skip


def _seated(room: Room, problem: Problem, places: plans.Places) -> NDArray[np.int64]:
    """[round, person] as the planner has it: tables from 0, people in the order of their names, -1 for nowhere."""
    by_label = {room.labels[one.pk]: one.pk for one in room.people}
    columns = [places.get(by_label[label], [0] * problem.rounds) for label in problem.people.ids]
    return np.array(columns, dtype=np.int64).T - 1


def _places_in(room: Room, problem: Problem, seated: NDArray[np.int64]) -> dict[int, list[int]]:
    by_label = {room.labels[one.pk]: one.pk for one in room.people}
    columns = zip(problem.people.ids, seated.T, strict=True)
    return {by_label[label]: [int(table) + 1 for table in column] for label, column in columns}


def _quality(room: Room, tables: int, seats: int, places: plans.Places) -> dict[str, Any]:
    """The figures of a plan for who is in the room, with what no plan for them at these chairs can go below."""
    problem = _posed(room, tables, seats, max(map(len, places.values())))
    judged = judge(problem, _seated(room, problem, places))
    bounds = {one.name: one.bound for one in measures_of(problem, judged) if one.name in BOUNDED}
    return {"mirror": judged.mirror, "repeats": judged.repeats, "most_often": judged.most_often, "bounds": bounds}


# By hand --------------------------------------------------------------------------------------------------------------


def weigh(pk: int, change: Change, by: people.Visitor) -> Cost:
    """What a change would cost. Nothing is changed. Raises ValidationError for what cannot be."""
    meeting = Meeting.objects.get(pk=pk)
    rules.require(by, meeting.city_id or "")
    seating = _changeable(meeting)
    room, places = _standing(meeting, seating)
    return _cost(room, seating, places, _changed(room, seating, places, change))


@transaction.atomic
def accept(pk: int, change: Change, sure: bool, version: int, by: people.Visitor, now: datetime) -> Seating:
    """Do it. sure : also where it breaks a rule. Raises ConflictError where somebody changed the plan since."""
    meeting = rules.locked(pk)
    rules.require(by, meeting.city_id or "")
    _check_not_over(meeting, now)
    seating = _changeable(meeting)
    _check_version(seating, version)
    room, places = _standing(meeting, seating)
    changed = _changed(room, seating, places, change)
    cost = _cost(room, seating, places, changed)
    if cost.breaks and not sure:
        raise ValidationError([*cost.breaks, _("Say that you are sure: this breaks a rule.")])
    for one in (change.person, change.other):
        if one is not None:
            seats = seating.taken.filter(registration=one, round=change.round)
            seats.update(table=changed[one][change.round - 1])
    _save(seating, now)
    _record("tables changed by hand", meeting, by)
    return seating


def _changeable(meeting: Meeting) -> Seating:
    seating = Seating.objects.filter(meeting=meeting, counted=None).first()
    if seating is None:
        raise ValidationError(_("There is no plan of the tables."))
    if seating.locked:
        raise ValidationError(_("The tables are fixed. Open the plan again before you change it."))
    return seating


def _standing(meeting: Meeting, seating: Seating) -> tuple[Room, dict[int, list[int]]]:
    """Who is seated now, and where. Those who cancelled are left out, and those who came late."""
    places = plans.places_of(seating)
    room = _room_of(meeting)
    return _only(room, places), {one.pk: places[one.pk] for one in room.people if one.pk in places}


def _only(room: Room, places: plans.Places) -> Room:
    """The room without those who have no place."""
    here = [one for one in room.people if one.pk in places]
    labels = {one.pk: room.labels[one.pk] for one in here}
    return Room(here, labels, room.attributes, room.answers, [rule for rule in room.rules if _binds(rule, labels)])


def _changed(room: Room, seating: Seating, places: plans.Places, change: Change) -> dict[int, list[int]]:
    if change.person not in room.labels or not 1 <= change.round <= seating.rounds:
        raise ValidationError(_("This person has no place in this round."))
    if change.other is not None and change.table is not None:
        raise ValidationError(_("Choose a table, or somebody to change places with: not both."))
    changed = {one: list(tables) for one, tables in places.items()}
    at = change.round - 1
    if change.other is not None:
        if change.other not in room.labels or change.other == change.person:
            raise ValidationError(_("Choose somebody else to change places with."))
        changed[change.person][at], changed[change.other][at] = changed[change.other][at], changed[change.person][at]
    else:
        changed[change.person][at] = _free_table(seating, places, change)
    if changed == places:
        raise ValidationError(_("Nothing would change: choose another table."))
    return changed


def _free_table(seating: Seating, places: plans.Places, change: Change) -> int:
    table = change.table or 0
    if not 1 <= table <= seating.tables:
        raise ValidationError(_("Choose a table, or somebody to change places with."))
    taken = sum(tables[change.round - 1] == table for tables in places.values())
    if taken >= seating.seats and places[change.person][change.round - 1] != table:
        raise ValidationError(
            _("Table %(table)d is full in this round. Choose somebody there to change places with.") % {"table": table}
        )
    return table


def _cost(room: Room, seating: Seating, before: plans.Places, after: plans.Places) -> Cost:
    what = _moves(room, before, after)
    was = _quality(room, seating.tables, seating.seats, before)
    would_be = _quality(room, seating.tables, seating.seats, after)
    broken = plans.broken_rules(room.rules, before, room.people)
    breaks = [one for one in plans.broken_rules(room.rules, after, room.people) if one not in broken]
    return Cost(what, [(name, was[name], would_be[name]) for name in ("mirror", "repeats", "most_often")], breaks)


def _moves(room: Room, before: plans.Places, after: plans.Places) -> str:
    """Such as "Round 2: Anna from table 1 to 3, Bilal from table 3 to 1."."""
    moved = [
        (number, _("%(name)s from table %(from)d to %(to)d") % {"name": room.labels[one], "from": old, "to": new})
        for one, tables in after.items()
        for number, (old, new) in enumerate(zip(before[one], tables, strict=True), 1)
        if old != new
    ]
    return _("Round %(round)d: %(moves)s.") % {
        "round": moved[0][0],
        "moves": ", ".join(told for _number, told in moved),
    }


def _compared(name: str, before: float, after: float) -> str:
    """One figure that changes, as a sentence."""
    difference = plans.told(abs(after - before))
    worse = after > before
    if name == "repeats":
        number = int(abs(after - before))
        if worse:
            return ngettext(
                "%(n)d more time that two people meet again.", "%(n)d more times that two people meet again.", number
            ) % {"n": number}
        return ngettext(
            "%(n)d time fewer that two people meet again.", "%(n)d times fewer that two people meet again.", number
        ) % {"n": number}
    if name == "mirror":
        told = (
            _("The tables mirror the room less well: %(difference)s further from it.")
            if worse
            else _("The tables mirror the room better: %(difference)s nearer to it.")
        )
        return told % {"difference": difference}
    return _("The same two people meet at most %(after)d times; that was %(before)d.") % {
        "after": int(after), "before": int(before),
    }  # fmt: skip


def _save(seating: Seating, now: datetime) -> None:
    seating.version += 1
    seating.made = now
    seating.save()


# Fixing, and who comes late -------------------------------------------------------------------------------------------


@transaction.atomic
def lock(pk: int, version: int, by: people.Visitor, now: datetime) -> Seating:
    """Fix the tables: participants see their own from now on, and only opening the plan again changes it."""
    meeting, seating = _opened(pk, version, by, now)
    if seating.locked is None:
        seating.locked = now
        _save(seating, now)
        _record("tables fixed", meeting, by)
    return seating


@transaction.atomic
def unlock(pk: int, version: int, by: people.Visitor, now: datetime) -> Seating:
    """Open the plan again: participants see no tables until it is fixed."""
    meeting, seating = _opened(pk, version, by, now)
    if seating.locked is not None:
        seating.locked = None
        _save(seating, now)
        _record("tables opened", meeting, by)
    return seating


@transaction.atomic
def seat_late(pk: int, seats: int, version: int, by: people.Visitor, now: datetime) -> int:
    """Give who came late the free chairs where they cost least; nobody else moves. Returns how many there were.

    seats : chairs at each table from now on, not fewer than there are.
    """
    meeting, seating = _opened(pk, version, by, now)
    places, room = plans.places_of(seating), _room_of(meeting)
    late = [one for one in room.people if one.pk not in places]
    here = {one.pk: places[one.pk] for one in room.people if one.pk in places}
    seating.seats = max(seats, seating.seats)
    free = seating.tables * seating.seats - len(here)
    if len(late) > free:
        raise ValidationError(
            _("There are %(free)d free chairs for %(late)d people. Give more seats at each table.")
            % {"free": free, "late": len(late)}
        )
    if not late:
        return 0
    found = _with_late(room, seating, here)
    Seat.objects.bulk_create(
        Seat(seating=seating, registration=one, round=number, table=table)
        for one in late
        for number, table in enumerate(found[one.pk], 1)
    )
    _save(seating, now)
    _record("late participants seated", meeting, by)
    return len(late)


def _with_late(room: Room, seating: Seating, places: plans.Places) -> dict[int, list[int]]:
    """All places, with those that are best for who has none."""
    problem = _posed(room, seating.tables, seating.seats, seating.rounds)
    with _as_form_error():
        found = seated_late(problem, _seated(room, problem, places), seating.seed)
    return _places_in(room, problem, found.seated)


def _opened(pk: int, version: int, by: people.Visitor, now: datetime) -> tuple[Meeting, Seating]:
    """A plan as it stands once its meeting is locked, if it is still the one that was seen."""
    meeting = rules.locked(pk)
    rules.require(by, meeting.city_id or "")
    _check_not_over(meeting, now)
    seating = Seating.objects.filter(meeting=meeting, counted=None).first()
    if seating is None:
        raise ValidationError(_("There is no plan of the tables."))
    _check_version(seating, version)
    return meeting, seating


# Rules of the organiser -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_rule(
    pk: int, kind: str, who: Sequence[int], table: int | None, by: people.Visitor, now: datetime
) -> SeatingRule:
    """Say who sits apart, together or at a table. It holds for the next plan, and is shown where this one breaks it."""
    meeting = _ruled(pk, by, now)
    chosen = [one for one in plans.seatable(meeting) if one.pk in who]
    fixed = kind == SeatingRule.Kind.AT
    if len(chosen) < (1 if fixed else 2):
        raise ValidationError({"people": _("Choose at least %(n)d.") % {"n": 1 if fixed else 2}})
    if fixed and not table:
        raise ValidationError({"table": _("At which table?")})
    seating = Seating.objects.filter(meeting=meeting).first()
    if fixed and seating and table and table > seating.tables:
        raise ValidationError({"table": _("There are %(tables)d tables.") % {"tables": seating.tables}})
    if meeting.seating_rules.count() >= MOST_RULES:
        raise ValidationError(_("There are %(most)d rules already.") % {"most": MOST_RULES})
    again = next((rule for rule in meeting.seating_rules.filter(kind=kind) if _says(rule, chosen, table)), None)
    if again is not None:
        return again
    rule = meeting.seating_rules.create(kind=kind, table=table if fixed else None)
    rule.people.set(chosen)
    _record("rule of the tables added", meeting, by)
    return rule


def _says(rule: SeatingRule, who: Sequence[Registration], table: int | None) -> bool:
    return set(rule.people.all()) == set(who) and (rule.kind != SeatingRule.Kind.AT or rule.table == table)


@transaction.atomic
def remove_rule(pk: int, by: people.Visitor, now: datetime) -> None:
    rule = SeatingRule.objects.get(pk=pk)
    meeting = _ruled(rule.meeting_id, by, now)
    rule.delete()
    _record("rule of the tables removed", meeting, by)


def _ruled(pk: int, by: people.Visitor, now: datetime) -> Meeting:
    meeting = rules.locked(pk)
    rules.require(by, meeting.city_id or "")
    _check_not_over(meeting, now)
    if Seating.objects.filter(meeting=meeting, locked__isnull=False).exists():
        raise ValidationError(_("The tables are fixed. Open the plan again before you change it."))
    return meeting


# Seeing ---------------------------------------------------------------------------------------------------------------


def see(meeting: Meeting, by: people.Visitor, action: str = "tables seen") -> plans.PlanShown | None:
    """The plan, for organisers; None where there is none, or only counts. That they looked is written down."""
    rules.require(by, meeting.city_id or "")
    seating = Seating.objects.filter(meeting=meeting, counted=None).first()
    if seating is None:
        return None
    _record(action, meeting, by)
    return plans.plan_of(meeting, seating, quality_of(meeting, seating))


def quality_of(meeting: Meeting, seating: Seating) -> dict[str, Any]:
    """How good the tables are for who is there and what they answer now: both may have changed since they were made.

    Empty where nobody is left, or a rule cannot hold any more.
    """
    room, places = _standing(meeting, seating)
    if not places:
        return {}
    try:
        return _quality(room, seating.tables, seating.seats, places)
    except ValidationError:
        return {}
