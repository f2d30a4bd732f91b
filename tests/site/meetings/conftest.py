"""Meetings in any state, and people who register for them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from wijkspiegel.site.cities.models import City
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.meetings import rules
from wijkspiegel.site.meetings.models import Meeting, Registration, Stage
from wijkspiegel.site.people.models import User

NOBODY = AnonymousUser()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

Make = Callable[..., Meeting]


@pytest.fixture
def eindhoven(db: None) -> City:
    return City.objects.create(code="GM0772", name="Eindhoven", slug="eindhoven")


@pytest.fixture
def delft(db: None) -> City:
    return City.objects.create(code="GM0503", name="Delft", slug="delft")


@pytest.fixture
def meeting(eindhoven: City) -> Make:
    """meeting(capacity=2): open for registration, in Eindhoven, ten days from `now`."""

    def make(now: datetime | None = None, **given: Any) -> Meeting:
        now = now or timezone.now()
        number = Meeting.objects.count()
        usual = {
            "title": "Internationals", "slug": f"internationals-{number}", "summary": "Wie bloeit op, en wie niet?",
            "city": eindhoven, "place": "Stadhuisplein 1", "link": "https://video.example/geheim", "capacity": 10,
            "starts": now + 10 * DAY, "ends": now + 10 * DAY + 3 * HOUR, "opens": now - DAY, "stage": Stage.PUBLISHED,
        }  # fmt: skip
        return Meeting.objects.create(**(usual | given))

    return make


def register(meeting: Meeting, email: str, now: datetime, **more: Any) -> Registration:
    """By somebody without an account."""
    who = rules.Applicant(name=more.pop("name", email.partition("@")[0]), email=email, **more)
    return rules.register(meeting.pk, who, NOBODY, email, now)


def proven(user: User, email: str | None = None) -> User:
    EmailAddress.objects.create(user=user, email=email or user.email, verified=True, primary=True)
    return user


def states(meeting: Meeting) -> list[tuple[str, str]]:
    """Name and state of everybody, in order of number."""
    return list(meeting.registrations.order_by("number").values_list("name", "state"))


def letters_to(email: str) -> list[str]:
    """The kinds of letters that somebody got, in order."""
    keys = Message.objects.filter(to=email).order_by("pk").values_list("key", flat=True)
    return [" ".join(word for word in key.split()[2:] if word.isalpha()) for key in keys]
