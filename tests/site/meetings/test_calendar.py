"""What calendars read: a meeting under one UID for ever, at the right time on both sides of a change of the clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, HOUR, Make, register
from wijkspiegel.site.cities.models import City
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.meetings import calendar, rules
from wijkspiegel.site.meetings.models import Meeting, Place, Stage

NOW = datetime(2019, 10, 2, 12, tzinfo=UTC)


def local(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZoneInfo("Europe/Amsterdam"))


def a_meeting(starts: datetime, ends: datetime) -> Meeting:
    """One that is in no database."""
    return Meeting(title="Internationals", slug="internationals", starts=starts, ends=ends, capacity=1, changed=NOW)


def read(text: str | bytes) -> tuple[Any, Any]:
    """The calendar and its only meeting."""
    found = Calendar.from_ical(text)
    (event,) = found.walk("VEVENT")
    return found, event


@pytest.mark.django_db
def test_eindhoven_thirty_january_2020_half_past_three(meeting: Make, client: Client) -> None:
    made = meeting(NOW, starts=local("2020-01-30", "15:30"), ends=local("2020-01-30", "18:00"))
    response = client.get(f"/meetings/{made.slug}.ics")
    text = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    for line in (
        "DTSTART;TZID=Europe/Amsterdam:20200130T153000",
        "DTEND;TZID=Europe/Amsterdam:20200130T180000",
        f"UID:{made.uid}",
        "SEQUENCE:0",
        "LOCATION:Stadhuisplein 1",
        "METHOD:PUBLISH",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Amsterdam",
    ):
        assert line in text.split("\r\n")
    _, event = read(text)
    assert event.start.astimezone(UTC) == datetime(2020, 1, 30, 14, 30, tzinfo=UTC)
    assert "geheim" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        (("2026-03-28", "22:00"), ("2026-03-29", "10:00"), 11),  # the night of the last Sunday of March
        (("2026-10-24", "22:00"), ("2026-10-25", "10:00"), 13),  # and of October
        (("2026-03-29", "01:30"), ("2026-03-29", "03:30"), 1),
        (("2026-10-25", "01:30"), ("2026-10-25", "03:30"), 3),
    ],
)
def test_over_a_change_of_the_clock(starts: tuple[str, str], ends: tuple[str, str], hours: int) -> None:
    found, event = read(calendar.published([a_meeting(local(*starts), local(*ends))]))
    assert f"{event.start:%H:%M} {event.end:%H:%M}" == f"{starts[1]} {ends[1]}"
    assert event.end.astimezone(UTC) - event.start.astimezone(UTC) == hours * HOUR
    zone = found.timezones[0].to_tz()  # as a program reads the file that knows no Europe/Amsterdam
    as_written = [moment.replace(tzinfo=zone).utcoffset() for moment in (event.start, event.end)]
    assert as_written == [event.start.utcoffset(), event.end.utcoffset()]


@given(st.dates(date(1996, 1, 1), date(2037, 12, 31)), st.integers(5, 23))
def test_any_day_reads_as_the_clock_in_the_netherlands_says(day: date, hour: int) -> None:
    starts = local(day.isoformat(), f"{hour:02}:15")
    found, event = read(calendar.published([a_meeting(starts, starts + HOUR)]))
    zone = found.timezones[0].to_tz()
    assert event["DTSTART"].dt.replace(tzinfo=zone).utcoffset() == starts.utcoffset()
    assert event.start == starts


def given_of(made: Meeting, **changed: object) -> dict[str, Any]:
    return {name: getattr(made, name) for name in rules.WRITTEN} | changed


@pytest.mark.django_db
def test_sequence_rises_once_for_each_change_of_time_or_place_and_for_cancelling(
    meeting: Make, account: Account
) -> None:
    made, team = meeting(NOW), account("programme")
    uid = made.uid
    changes: list[tuple[dict[str, object], int]] = [
        ({"starts": made.starts + DAY, "ends": made.ends + DAY, "place": "Evoluon"}, 1),
        ({"title": "Anders", "programme": "Eten", "capacity": 5}, 1),
        ({"place": "Klokgebouw"}, 2),
        ({}, 2),
        ({"link": "https://video.example/ander"}, 3),
    ]
    for changed, sequence in changes:
        made = rules.change(made.pk, given_of(made, **changed), made.version, team, NOW)
        assert (made.sequence, made.uid) == (sequence, uid)
    for _ in range(2):
        made = rules.call_off(made.pk, team, NOW)
        assert (made.sequence, made.uid) == (4, uid)


def confirmed(made: Meeting, email: str) -> None:
    rules.confirm(register(made, email, NOW).pk, Place.HELD, NOW)


def invitation(to: str, kind: str) -> tuple[Message, Any, Any]:
    message = Message.objects.filter(to=to, key__contains=f" {kind}").latest("pk")
    return message, *read(message.attachment)


@pytest.mark.django_db
def test_who_has_a_seat_gets_it_in_the_calendar_moved_and_taken_out_again(meeting: Make, account: Account) -> None:
    made, team = meeting(NOW, capacity=2), account("programme")
    confirmed(made, "a@example.nl")
    message, found, event = invitation("a@example.nl", "confirmed")
    assert (message.method, found["METHOD"], event["SEQUENCE"]) == ("REQUEST", "REQUEST", 0)
    assert str(event["ATTENDEE"]) == "mailto:a@example.nl"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert str(event["ORGANIZER"]) == "mailto:wijkspiegel@localhost"
    assert "https://video.example/geheim" in event["LOCATION"]
    made.refresh_from_db()
    rules.change(made.pk, given_of(made, place="Evoluon"), made.version, team, NOW)
    message, found, event = invitation("a@example.nl", "moved")
    assert (message.method, event["SEQUENCE"], event["LOCATION"][:7]) == ("REQUEST", 1, "Evoluon")
    rules.call_off(made.pk, team, NOW)
    message, found, event = invitation("a@example.nl", "called off")
    assert (message.method, found["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCEL", "CANCELLED", 2)
    assert event["UID"] == str(made.uid)


@pytest.mark.django_db
def test_who_gives_a_seat_back_has_it_taken_out_and_who_only_waited_has_nothing(meeting: Make) -> None:
    made = meeting(NOW, capacity=1)
    confirmed(made, "a@example.nl")
    waits = register(made, "x@example.nl", NOW)
    rules.cancel(waits.pk, NOW)
    rules.cancel(made.registrations.get(email="a@example.nl").pk, NOW)
    methods = dict(Message.objects.filter(key__endswith="cancelled").values_list("to", "method"))
    assert methods == {"a@example.nl": "CANCEL", "x@example.nl": ""}


@pytest.mark.django_db
def test_the_feed_has_all_but_drafts(meeting: Make, client: Client) -> None:
    draft = meeting(stage=Stage.DRAFT)
    shown = {str(meeting(stage=stage).uid) for stage in (Stage.PUBLISHED, Stage.CANCELLED)}
    found = Calendar.from_ical(client.get("/meetings.ics").content)
    assert {str(event["UID"]) for event in found.walk("VEVENT")} == shown
    assert sorted(str(event["STATUS"]) for event in found.walk("VEVENT")) == ["CANCELLED", "CONFIRMED"]
    assert client.get(f"/meetings/{draft.slug}.ics").status_code == 404


@pytest.mark.django_db
def test_a_feed_without_meetings_is_a_calendar(client: Client) -> None:
    assert Calendar.from_ical(client.get("/meetings.ics").content).walk("VEVENT") == []


@pytest.mark.django_db
def test_a_title_cannot_add_lines_of_its_own(eindhoven: City, client: Client) -> None:
    made = Meeting.objects.create(
        title="Dag; nacht, \\ en\nDTSTART:19990101T000000", slug="dag", stage=Stage.PUBLISHED, starts=NOW,
        ends=NOW + timedelta(hours=1), capacity=1, city=eindhoven,
    )  # fmt: skip
    _, event = read(client.get("/meetings/dag.ics").content)
    assert (str(event["SUMMARY"]), event.start) == (made.title, NOW)


@pytest.mark.django_db
def test_who_has_the_latest_feed_is_not_sent_it_again(meeting: Make, client: Client, account: Account) -> None:
    made = meeting()
    first = client.get("/meetings.ics")
    meeting(stage=Stage.DRAFT)
    assert client.get("/meetings.ics", headers={"if-none-match": first["ETag"]}).status_code == 304
    rules.change(made.pk, given_of(made, place="Evoluon"), 0, account("programme"), made.starts - DAY)
    again = client.get("/meetings.ics", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, b"LOCATION:Evoluon" in again.content) == (200, True)
