"""What is written to who registered, each in their own language. Put in the outbox; sent after the transaction."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.mail.rules import send
from wijkspiegel.site.meetings import calendar
from wijkspiegel.site.meetings.models import Meeting, Place, Registration

SALT = "registration"

WORDS: Mapping[str, tuple[object, object]] = {
    "held": (
        _("Confirm your registration: %(title)s"),
        _("A seat is held for you. It is yours once you confirm it on this page:"),
    ),
    "waiting": (
        _("The waiting list: %(title)s"),
        _("Every seat is taken. Confirm on this page that you want a place on the waiting list:"),
    ),
    "in line": (
        _("You are on the waiting list: %(title)s"),
        _("Every seat is taken. You are on the waiting list, and hear from us when a seat is free. Your place in it:"),
    ),
    "confirmed": (
        _("You take part: %(title)s"),
        _("You have a seat. On this page you can send in questions, or cancel when you cannot come:"),
    ),
    "known": (
        _("You are registered already: %(title)s"),
        _("You, or somebody else, registered with this address once more. Nothing changed. How you stand:"),
    ),
    "offered": (
        _("A seat for you: %(title)s"),
        _("A seat came free, and you are the first who waits. Take it, or let it go, on this page:"),
    ),
    "expired": (
        _("The seat is no longer held for you: %(title)s"),
        _("You did not take the seat that was held for you in time. What happened:"),
    ),
    "cancelled": (
        _("Your registration is cancelled: %(title)s"),
        _("You do not take part any more. If that is not what you wanted, register again. What happened:"),
    ),
    "moved": (
        _("Changed: %(title)s"),
        _("The time or the place of this meeting changed. It is now as below. How you stand:"),
    ),
    "called off": (
        _("Cancelled: %(title)s"),
        _("This meeting does not take place. You need not do anything. The page of your registration:"),
    ),
}
"""Kind of letter -> its subject, and what stands above the link."""


def token_of(registration: Registration) -> str:
    """Tells which registration, and how it stood: an old link can say what happened since."""
    return signing.dumps([registration.pk, registration.state], salt=SALT, compress=False)


def read_token(token: str) -> tuple[int, Place]:
    """Raises Registration.DoesNotExist for what we did not make."""
    try:
        number, state = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Registration.DoesNotExist from None
    return number, Place(state)


def write(kind: str, meeting: Meeting, to: Registration, now: datetime, once: str = "", method: str = "") -> None:
    """once : what tells this letter from an earlier one of its kind. method : REQUEST or CANCEL, for a calendar."""
    if not to.email:
        return  # it is no longer kept who this was
    subject, opening = WORDS[kind]
    with translation.override(to.language):
        text = render_to_string(
            "meetings/letter.txt",
            {
                "opening": opening,
                "link": settings.BASE_URL + reverse("registration", args=[token_of(to)]),
                "page": settings.BASE_URL + reverse("meeting", args=[meeting.slug]),
                "meeting": meeting,
                "to": to,
                "tells_link": to.state == Place.CONFIRMED and kind != "called off",
            },
        )
        send(
            f"registration {to.pk} {kind} {once}".strip(),
            to.email,
            str(subject) % {"title": meeting.title},
            text,
            calendar=_CALENDARS[method](meeting, to, now) if method else "",
            method=method,
        )


_CALENDARS = {"REQUEST": calendar.request, "CANCEL": calendar.cancel}
