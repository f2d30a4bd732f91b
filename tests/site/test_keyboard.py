"""Tasks with a keyboard alone, and without any script: nobody needs a mouse here."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import chromium, sign_in
from wijkspiegel.site.cities.models import Release
from wijkspiegel.site.library.models import Piece, State, Theme

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("record_that_empties"),
]


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with chromium() as browser:
        context = browser.new_context(java_script_enabled=False)
        yield context
        context.close()


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Tab until something whose name begins so has the focus; every stop on the way must be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        page.wait_for_load_state()
        focused = page.locator(":focus")
        label = focused.evaluate("e => (e.labels?.[0] ?? e).innerText || e.getAttribute('aria-label') || ''")
        outline = focused.evaluate("e => getComputedStyle(e).outlineStyle")
        assert outline != "none", f"nothing shows that {label!r} has the focus"
        if label.startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached")


def test_a_visitor_finds_a_neighbourhood(context: BrowserContext, live_server: LiveServer, loaded: Release) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/en/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "To the content"
    tab_to(page, "Find a municipality")
    page.keyboard.type("buurt 3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Buurt 3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == "Buurt 3"


def test_a_participant_puts_a_theme_forward_and_withdraws_support(
    context: BrowserContext, live_server: LiveServer, signed_in: Callable[..., Client]
) -> None:
    sign_in(context, signed_in(), live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/en/themes/")
    tab_to(page, "Why it")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("Mixed schools")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "1 person supports this" in page.inner_text("main")
    tab_to(page, "Withdraw my support")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Theme.objects.get().supports.count() == 0


def test_an_editor_sends_a_lesson_for_review(
    context: BrowserContext, live_server: LiveServer, loaded: Release, signed_in: Callable[..., Client]
) -> None:
    sign_in(context, signed_in("editor", city="GM0001"), live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/en/library/begin/lesson/")
    tab_to(page, "Municipality")
    page.keyboard.type("Amer")
    for label, text in (("Title", "Meals"), ("In two or three", "Together."), ("What was done", "We cooked.")):
        tab_to(page, label)
        page.keyboard.type(text)
    tab_to(page, "Keep as a draft")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Send for review")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Piece.objects.get().revisions.get().state == State.REVIEW
