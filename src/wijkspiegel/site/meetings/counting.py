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
from wijkspiegel.wording import FEWEST

Told = int | str
"""A count, or FEW or WITHHELD."""


def told(counts: Mapping[str, int]) -> dict[str, Told]:
    """Counts that tell of nobody. Their total is known, so those that are not told are together at least FEWEST.

    >>> told({"young": 30, "old": 12, "": 3})
    {'young': 30, 'old': 'withheld', '': 'few'}
    """
    kept: dict[str, Told] = {name: count if count >= FEWEST else FEW for name, count in counts.items()}
    untold = [count for count in counts.values() if count < FEWEST]
    for name, count in sorted(counts.items(), key=lambda each: each[1]):
        if untold and sum(untold) < FEWEST and count >= FEWEST:
            kept[name] = WITHHELD
            untold.append(count)
    return kept


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
    came = meeting.registrations.filter(state=Place.CONFIRMED).exclude(attended=False)
    for attribute in meeting.attributes.filter(counts__isnull=True):
        attribute.counts = told(_answered(attribute, list(came.values_list("pk", flat=True))))
        attribute.save()
    for seating in Seating.objects.filter(meeting=meeting, counted=None):
        seating.quality |= _met(seating)
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


def _answered(attribute: Attribute, came: list[int]) -> dict[str, int]:
    """Choice -> how many took part who gave it; "" -> those who gave none."""
    given = Counter(attribute.answers.filter(registration__in=came).values_list("choice", flat=True))
    return {choice: given[choice] for choice in attribute.choices} | {"": len(came) - given.total()}


def _met(seating: Seating) -> dict[str, Told]:
    """How many were seated, and how many pairs of them sat together at least once."""
    at: dict[tuple[int, int], list[int]] = {}
    seats = seating.taken.filter(registration__state=Place.CONFIRMED)
    for one, round_, table in seats.values_list("registration", "round", "table"):
        at.setdefault((round_, table), []).append(one)
    pairs = {pair for together in at.values() for pair in combinations(sorted(together), 2)}
    seated = {one for together in at.values() for one in together}
    return {"people": told({"": len(seated)})[""], "pairs": told({"": len(pairs)})[""]}
