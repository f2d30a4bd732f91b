"""How meetings stand: in which state they are, how full, and who may see what. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Max, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.cities.models import City
from wijkspiegel.site.meetings.models import (
    LIVE,
    SEATED,
    Attribute,
    Meeting,
    Photo,
    Place,
    Registration,
    Seat,
    Seating,
    Stage,
)
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import Role, User


class State(TextChoices):
    """What a meeting is at a moment."""

    DRAFT = "draft", _("Draft")
    SAVE_THE_DATE = "save the date", _("Save the date")
    OPEN = "open", _("Registration is open")
    FULL = "full", _("Full, with a waiting list")
    CLOSED = "closed", _("Registration is closed")
    BEGUN = "begun", _("Under way")
    HELD = "held", _("Held")
    REPORTED = "reported", _("Held, with a report")
    CANCELLED = "cancelled", _("Cancelled")


REGISTERS = (State.OPEN, State.FULL)


@dataclass(frozen=True)
class Shown:
    """A meeting as it stands at a moment. taken : seats, those that are held for somebody too."""

    meeting: Meeting
    state: State
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        return max(self.meeting.capacity - self.taken, 0)

    @property
    def registers(self) -> bool:
        return self.state in REGISTERS


def state_of(meeting: Meeting, taken: int, waiting: int, now: datetime) -> State:
    """The state that a meeting is in: what organisers decided, the time, and whether every seat is taken."""
    if meeting.stage != Stage.PUBLISHED:
        return State.DRAFT if meeting.stage == Stage.DRAFT else State.CANCELLED
    if now >= meeting.ends:
        return State.REPORTED if meeting.reported else State.HELD
    if now >= meeting.starts:
        return State.BEGUN
    if meeting.opens is None or now < meeting.opens:
        return State.SAVE_THE_DATE
    if meeting.closes is not None and now >= meeting.closes:
        return State.CLOSED
    return State.FULL if waiting or taken >= meeting.capacity else State.OPEN


def shown(meetings: Iterable[Meeting], now: datetime) -> list[Shown]:
    """Each as it stands. What is held past its time takes no seat any more, also before somebody lets it go."""
    listed = list(meetings)
    kept = Registration.objects.filter(meeting__in=listed).filter(Q(expires=None) | Q(expires__gt=now))
    counted = kept.values("meeting").annotate(
        taken=Count("pk", filter=Q(state__in=SEATED)), waiting=Count("pk", filter=Q(state=Place.WAITING))
    )
    by_meeting = {row["meeting"]: (row["taken"], row["waiting"]) for row in counted} if listed else {}
    return [_shown(one, *by_meeting.get(one.pk, (0, 0)), now) for one in listed]


def _shown(meeting: Meeting, taken: int, waiting: int, now: datetime) -> Shown:
    return Shown(meeting, state_of(meeting, taken, waiting, now), taken, waiting)


# Who sees what ------------------------------------------------------------------------------------------------------


def organises(visitor: people.Visitor, meeting: Meeting) -> bool:
    return people.has(visitor, Role.EDITOR, *people.STAFF, city=meeting.city_id or "")


def public() -> QuerySet[Meeting]:
    """All but drafts."""
    return Meeting.objects.exclude(stage=Stage.DRAFT).select_related("city")


def visible_to(visitor: people.Visitor) -> QuerySet[Meeting]:
    """What is public, and the drafts that the visitor works on."""
    if people.has(visitor, *people.STAFF):
        return Meeting.objects.select_related("city")
    own = Q(city__in=people.cities_of(visitor))
    return Meeting.objects.filter(~Q(stage=Stage.DRAFT) | own).select_related("city")


LONG = ("programme", "materials", "report", "city__approach")
"""What no list shows."""


def upcoming(visitor: people.Visitor, now: datetime) -> QuerySet[Meeting]:
    return visible_to(visitor).filter(ends__gt=now).order_by("starts", "pk").defer(*LONG)


def past(visitor: people.Visitor, now: datetime) -> QuerySet[Meeting]:
    return visible_to(visitor).filter(ends__lte=now).order_by("-starts", "-pk").defer(*LONG)


def of_city(city: City) -> QuerySet[Meeting]:
    """The latest public meetings of a host."""
    return public().filter(city=city).order_by("-starts").defer(*LONG)[:5]


def edition() -> str:
    """Another one whenever anything of a public meeting changed."""
    found = Meeting.objects.exclude(stage=Stage.DRAFT).aggregate(number=Count("pk"), latest=Max("changed"))
    return f"{found['number']} {found['latest']}"


def photos_for(visitor: people.Visitor, meeting: Meeting) -> Sequence[Photo]:
    """With the report, or before it for who organises."""
    return list(meeting.photos.all()) if meeting.reported or organises(visitor, meeting) else []


# People -------------------------------------------------------------------------------------------------------------


def addresses_of(visitor: people.Visitor) -> frozenset[str]:
    """The addresses that an account has shown to be its own."""
    if not isinstance(visitor, User):
        return frozenset()
    proven = EmailAddress.objects.filter(user=visitor, verified=True).values_list("email", flat=True)
    return frozenset(email.lower() for email in proven)


def registrations_of(visitor: people.Visitor) -> QuerySet[Registration]:
    """Of the account's own addresses, the latest meeting first."""
    found = Registration.objects.filter(email__in=addresses_of(visitor)).select_related("meeting__city")
    return found.order_by("-meeting__starts", "-pk")


def registration_of(visitor: people.Visitor, meeting: Meeting) -> Registration | None:
    if not isinstance(visitor, User):
        return None
    return registrations_of(visitor).filter(meeting=meeting, state__in=LIVE).first()


def position_of(registration: Registration) -> int:
    """Place in the waiting list, from 1."""
    ahead = Registration.objects.filter(
        meeting=registration.meeting_id, state=Place.WAITING, number__lt=registration.number
    )
    return ahead.count() + 1


def participants(meeting: Meeting) -> list[Registration]:
    """Who takes or may take part, who has a seat first; then the waiting list in order."""
    live = list(meeting.registrations.filter(state__in=LIVE).order_by("number"))
    return sorted(live, key=lambda one: one.state == Place.WAITING)


def is_locked(meeting: Meeting) -> bool:
    """Whether participants see their tables."""
    return Seating.objects.filter(meeting=meeting, locked__isnull=False).exists()


def asked_of(meeting: Meeting) -> list[Attribute]:
    """The questions for the tables, while there is somebody to answer them."""
    return list(meeting.attributes.filter(counts__isnull=True))


def has_fixed_table(registration: Registration) -> bool:
    return registration.seats.filter(seating__locked__isnull=False).exists()


def answers_of(registration: Registration) -> dict[int, str]:
    """Attribute -> choice."""
    return dict(registration.answers.values_list("attribute", "choice"))


def tables_of(registrations: Iterable[Registration]) -> dict[int, list[Seat]]:
    """Registration -> where they sit, by round. Nothing before the tables are fixed, or of who does not come."""
    found: dict[int, list[Seat]] = {}
    seated = Seat.objects.filter(registration__in=registrations, registration__state=Place.CONFIRMED)
    for seat in seated.filter(seating__locked__isnull=False).order_by("round"):
        found.setdefault(seat.registration_id, []).append(seat)
    return found


def everything_about(user: User) -> list[dict[str, Any]]:
    """What is kept of somebody, for their export."""
    found = list(registrations_of(user).prefetch_related("questions", "answers__attribute"))
    tables = tables_of(found)
    return [
        {
            "meeting": one.meeting.title,
            "starts": one.meeting.starts.isoformat(),
            "state": one.state,
            "registered": one.made.isoformat(),
            "name": one.name,
            "email": one.email,
            "organisation": one.organisation,
            "access needs": one.needs,
            "attended": one.attended,
            "questions": [question.text for question in one.questions.all()],
            "answers for the tables": {answer.attribute.name: answer.choice for answer in one.answers.all()},
            "tables": {seat.round: seat.table for seat in tables.get(one.pk, [])},
        }
        for one in found
    ]


def needs_care(now: datetime) -> QuerySet[Meeting]:
    """Meetings where something that was held is past its time, or a seat may be offered."""
    return Meeting.objects.filter(
        registrations__expires__lte=now, registrations__state__in=(Place.HELD, Place.WAITING, Place.OFFERED)
    ).distinct()
