"""Meetings as calendars read them: iCalendar (RFC 5545), and invitations to it (RFC 5546)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from icalendar import STATUS, Calendar, Event, vCalAddress

from wijkspiegel.site.meetings.models import Meeting, Registration, Stage

PRODUCT = "-//Wijkspiegel//Meetings//NL"
A_YEAR = timedelta(days=366)


def published(meetings: Iterable[Meeting]) -> bytes:
    """For everybody: to be read again and again, by the same UID and a SEQUENCE that rises."""
    return _calendar([_event(meeting, meeting.changed) for meeting in meetings])


def request(meeting: Meeting, to: Registration, now: datetime) -> str:
    """An invitation for somebody who has a seat: with the link, and for their calendar to take over."""
    return _calendar([_invitation(meeting, to, now)], method="REQUEST").decode()


def cancel(meeting: Meeting, to: Registration, now: datetime) -> str:
    """Takes the meeting out of the calendar of somebody who had a seat."""
    event = _invitation(meeting, to, now)
    event.status = STATUS.CANCELLED
    return _calendar([event], method="CANCEL").decode()


def address_of(meeting: Meeting) -> str:
    """The page of a meeting, in full."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(settings.BASE_URL + reverse("meeting", args=[meeting.slug]))


def _calendar(events: Sequence[Event], method: str = "PUBLISH") -> bytes:
    calendar = Calendar.new(prodid=PRODUCT, method=method, subcomponents=events)
    if events:
        calendar.add_missing_timezones(
            min(event.start for event in events) - A_YEAR, max(event.end for event in events) + A_YEAR
        )
    return bytes(calendar.to_ical())


def _event(meeting: Meeting, stamp: datetime) -> Event:
    zone = timezone.get_default_timezone()
    return Event.new(
        uid=str(meeting.uid),
        sequence=meeting.sequence,
        stamp=stamp,
        last_modified=meeting.changed,
        start=meeting.starts.astimezone(zone),
        end=meeting.ends.astimezone(zone),
        summary=meeting.title,
        description=f"{meeting.summary}\n\n{address_of(meeting)}",
        location=_where(meeting),
        url=address_of(meeting),
        status=STATUS.CANCELLED if meeting.stage == Stage.CANCELLED else STATUS.CONFIRMED,
    )


def _where(meeting: Meeting) -> str | None:
    return meeting.place or (meeting.city.name if meeting.city else None)


def _invitation(meeting: Meeting, to: Registration, now: datetime) -> Event:
    event = _event(meeting, now)
    if meeting.link:
        event["LOCATION"] = ", ".join(filter(None, [_where(meeting), meeting.link]))
    event.organizer = vCalAddress.new(_sender(), cn="Wijkspiegel")
    event.attendees = [vCalAddress.new(to.email, cn=to.name or to.email, partstat="ACCEPTED", rsvp=False)]
    return event


def _sender() -> str:
    """Of "Name <address>", the address."""
    return settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
