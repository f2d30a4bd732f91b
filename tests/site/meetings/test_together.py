"""Meetings and the other slices: on the page of the host, from a theme that was put forward, and for machines."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.site.conftest import Account
from tests.site.meetings.conftest import Make
from wijkspiegel.site.cities.models import City, Release
from wijkspiegel.site.library.models import Theme, ThemeState
from wijkspiegel.site.library.rules import put_forward
from wijkspiegel.site.meetings.models import Stage

pytestmark = pytest.mark.django_db


def test_a_host_shows_its_public_meetings_on_its_page(loaded: Release, meeting: Make, client: Client) -> None:
    host = City.objects.get(code="GM0001")
    meeting(title="Samen aan tafel", city=host)
    meeting(title="Nog geheim", city=host, stage=Stage.DRAFT)
    text = client.get("/nl/cities/amersvoort/").content.decode()
    assert ("Samen aan tafel" in text, "Nog geheim" in text) == (True, False)


def test_the_programme_team_takes_a_theme_up_once(
    meeting: Make, signed_in: Callable[..., Client], account: Account
) -> None:
    theme, held = put_forward("Scholen", "", account()), meeting()
    page = f"/nl/meetings/{held.slug}/theme/"
    assert signed_in("editor", city="GM0772").post(page, {"theme": theme.pk}).status_code == 403
    assert Theme.objects.get().state == ThemeState.OPEN
    client = signed_in("programme")
    client.post(page, {"theme": theme.pk})
    assert (Theme.objects.get().state, Theme.objects.get().adopted_in) == ("adopted", f"/nl/meetings/{held.slug}/")
    assert "Scholen" in client.get("/nl/themes/").content.decode()
    client.post(page, {"theme": theme.pk})
    assert Theme.objects.get().adopted_in == f"/nl/meetings/{held.slug}/"


def test_machines_read_public_meetings_and_never_the_link(meeting: Make, client: Client) -> None:
    now = timezone.now()
    meeting(title="Later", starts=now + timedelta(days=20), ends=now + timedelta(days=20, hours=2))
    held = meeting(title="Eerder")
    meeting(title="Nog geheim", stage=Stage.DRAFT)
    answer = client.get("/api/v1/meetings")
    assert [one["title"] for one in answer.json()["items"]] == ["Later", "Eerder"]
    assert "geheim" not in answer.content.decode()
    told = client.get(f"/api/v1/meetings/{held.slug}").json()
    assert (told["state"], told["city"]) == ("open", "GM0772")
    assert client.get(told["calendar"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert client.get("/api/v1/meetings/internationals-2").status_code == 404
