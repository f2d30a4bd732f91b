"""How the site is served: settings for production, addresses that machines look for, HEAD, and paper."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import chromium
from wijkspiegel.site.cities.models import Release

PRODUCTION = {
    "WIJKSPIEGEL_URL": "https://wijkspiegel.example.nl",
    "WIJKSPIEGEL_HOSTS": "wijkspiegel.example.nl",
    "DJANGO_SETTINGS_MODULE": "wijkspiegel.site.settings",
}


def checked(data: Path, **more: str) -> str:
    """What `check --deploy` says; a warning is a failure."""
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("WIJKSPIEGEL", "DJANGO"))}
    done = subprocess.run(
        command, env=environment | PRODUCTION | {"WIJKSPIEGEL_DATA": str(data)} | more,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"{done.returncode} {done.stdout}{done.stderr}"


def test_django_finds_nothing_against_the_settings_of_a_server(tmp_path: Path) -> None:
    assert checked(tmp_path) == "0 System check identified no issues (0 silenced).\n"
    assert "security.W" in checked(tmp_path, WIJKSPIEGEL_URL="http://wijkspiegel.example.nl")  # it does look


@pytest.mark.django_db
def test_who_found_a_hole_reads_where_to_tell(client: Client, settings: Settings) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404  # nobody was named
    settings.SECURITY_CONTACT = "mailto:veiligheid@wijkspiegel.example.nl"
    settings.BASE_URL = "https://wijkspiegel.example.nl"
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    expires = datetime.fromisoformat(told.pop("Expires"))
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=365)
    assert told == {
        "Contact": "mailto:veiligheid@wijkspiegel.example.nl",
        "Canonical": "https://wijkspiegel.example.nl/.well-known/security.txt",
        "Preferred-Languages": "nl, en",
    }


PAGES = ("/nl/", "/nl/cities/amersvoort/", "/nl/map.json", "/nl/library/", "/nl/meetings/", "/meetings.ics",
         "/nl/cities/amersvoort/release.zip", "/nl/privacy/", "/nl/account/login/", "/api/v1/cities",
         "/api/v1/openapi.json")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_head_is_get_without_the_body(loaded: Release, client: Client, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    named = ("Content-Type", "Content-Disposition", "Content-Security-Policy", "Cache-Control")
    assert {name: head.get(name) for name in named} == {name: whole.get(name) for name in named}


@pytest.mark.django_db
def test_a_map_that_no_release_brought_is_not_there(loaded: Release, client: Client) -> None:
    assert client.get("/nl/map.svg").status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("record_that_empties")
def test_a_page_of_a_city_on_paper_has_its_findings_and_nothing_to_click(
    live_server: LiveServer, loaded: Release
) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 794, "height": 1123})  # A4 at 96 dots an inch
        page.goto(f"{live_server.url}/nl/cities/amersvoort/")
        page.emulate_media(media="print")
        shown, hidden = ("h1", ".finding h2", ".finding svg"), (".top nav", ".foot", ".skip", ".no-print")
        assert [one for one in shown if not page.locator(one).first.is_visible()] == []
        assert [one for one in hidden if _seen(page, one)] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 794


def _seen(page: Page, selector: str) -> bool:
    return any(one.is_visible() for one in page.locator(selector).all())
