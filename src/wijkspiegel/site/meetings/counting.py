"""What stays of the tables of a meeting that is over: counts. Answers, places and rules go, once and for all."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import combinations

from django.db import transaction
from django.db.models import Q

from wijkspiegel.site.audit.rules import record
from wijkspiegel.site.meetings import rules
from wijkspiegel.site.meetings.models import (
    FEW,
    WITHHELD,
    Answer,
    Attribute,
    Meeting,
    Place,
    Seat,
    Seating,
    SeatingRule,
    Stage,
)
from wijkspiegel.site.meetings.seating import quality_of
from wijkspiegel.wording import FEWEST

Told = int | str
"""A count, or FEW or WITHHELD."""


def told(counts: Mapping[str, int]) -> dict[str, Told]:
    """Counts that tell of nobody. Their total is known, so those that are not told are together at least FEWEST.

    Which of them are small, and which are not told for the sake of those, is not told either: with the total it would
    tell all of them.

    >>> told({"young": 30, "old": 12, "": 3})
    {'young': 30, 'old': 'withheld', '': 'withheld'}
    """
    untold = {name: count for name, count in counts.items() if count < FEWEST}
    for name, count in sorted(counts.items(), key=lambda each: each[1]):
        if untold and sum(untold.values()) < FEWEST and count >= FEWEST:
            untold[name] = count
    return {name: WITHHELD if name in untold else count for name, count in counts.items()}


def _or_few(count: int) -> Told:
    return count if count >= FEWEST else FEW


def forget_answers(now: datetime) -> int:
    """Remove what was answered and who sat where, where a meeting is over or cancelled. Returns how much it was."""
    over = Q(ends__lte=now) | Q(stage=Stage.CANCELLED)
    kept = Q(attributes__isnull=False, attributes__counts__isnull=True) | Q(
        seating__isnull=False, seating__counted=None
    )
    due = Meeting.objects.filter(over).filter(kept | Q(seating_rules__isnull=False)).order_by("pk").distinct()
    return sum(_forget(pk, now) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _forget(pk: int, now: datetime) -> int:
    meeting = rules.locked(pk)
    seated = list(meeting.registrations.filter(state=Place.CONFIRMED).values_list("pk", flat=True))
    for attribute in meeting.attributes.filter(counts__isnull=True):
        attribute.counts = told(_answered(attribute, seated))
        attribute.save()
    for seating in Seating.objects.filter(meeting=meeting, counted=None):
        seating.counts = _met(meeting, seating)
        seating.counted = now
        seating.save()
    gone = (
        Answer.objects.filter(attribute__meeting=meeting),
        Seat.objects.filter(seating__meeting=meeting),
        SeatingRule.objects.filter(meeting=meeting),
    )
    removed = sum(rows.count() for rows in gone)
    for rows in gone:
        rows.delete()
    record("answers and tables removed", kind="meeting", of=pk, city=meeting.city_id or "")
    return removed


def _answered(attribute: Attribute, seated: list[int]) -> dict[str, int]:
    """Choice -> how many had a place who gave it; "" -> those who gave none. Who came is often marked later."""
    given = Counter(attribute.answers.filter(registration__in=seated).values_list("choice", flat=True))
    return {choice: given[choice] for choice in attribute.choices} | {"": len(seated) - given.total()}


def _met(meeting: Meeting, seating: Seating) -> dict[str, Told]:
    """How many were seated, how many pairs of them sat together at least once, and how often pairs did again.

    How well the tables mirrored the room goes: of a question with two answers it would tell how many gave each.
    """
    at: dict[tuple[int, int], list[int]] = {}
    seats = seating.taken.filter(registration__state=Place.CONFIRMED)
    for one, round_, table in seats.values_list("registration", "round", "table"):
        at.setdefault((round_, table), []).append(one)
    pairs = {pair for together in at.values() for pair in combinations(sorted(together), 2)}
    seated = {one for together in at.values() for one in together}
    quality = quality_of(meeting, seating) if len(seated) >= FEWEST else {}
    again: dict[str, Told] = {name: quality[name] for name in ("repeats", "most_often") if name in quality}
    return {"people": _or_few(len(seated)), "pairs": _or_few(len(pairs)), **again}
