"""Every page, in both languages, in a browser: readable by everyone, on a phone too, with nothing from elsewhere."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM = Path("/usr/bin/chromium")
EVERYBODY = ("", "account/login/", "account/signup/", "account/password/reset/", "accessibility/", "privacy/", "xx")
SIGNED_IN = ("me/", "me/erase/", "account/email/", "account/password/change/", "account/2fa/", "colleagues/", "mail/")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 320, "height": 800})
    yield context
    context.close()


def faults_of(page: Page, site: str, path: str) -> list[str]:
    """What axe finds, what asks for another site or is refused by the policy, and what is wider than a phone."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if "Content Security" in message.text else None)
    page.on("request", lambda request: None if request.url.startswith(site) else told.append(f"asks for {request.url}"))
    page.goto(f"{site}/{path}")
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    told += [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
    if page.evaluate("document.documentElement.scrollWidth") > 320:
        told.append("wider than 320 pixels")
    return told


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", EVERYBODY)
def test_a_page_is_for_everybody(context: BrowserContext, live_server: LiveServer, path: str, language: str) -> None:
    assert faults_of(context.new_page(), live_server.url, f"{language}/{path}") == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_of_the_staff_is_too(
    context: BrowserContext,
    live_server: LiveServer,
    signed_in: Callable[..., Client],
    path: str,
    language: str,
) -> None:
    client = signed_in("administrator")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    assert faults_of(context.new_page(), live_server.url, f"{language}/{path}") == []
