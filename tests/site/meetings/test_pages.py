"""The pages of meetings in a browser: for everybody, with a keyboard alone, and without giving a key away."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import sign_in
from tests.site.meetings.conftest import DAY, HOUR, Make, register, states
from tests.site.meetings.test_views import link_to
from tests.site.test_keyboard import tab_to
from tests.site.test_pages import browser, context, faults_of  # noqa: F401 - fixtures
from wijkspiegel.site.meetings import letters

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("record_that_empties"),
]


@pytest.fixture
def pages(meeting: Make) -> tuple[list[str], list[str]]:
    """Those for everybody, and those for organisers: each with something on it."""
    now = timezone.now()
    made = meeting(
        capacity=1, title="Een lange titel: verscheidenheidsbeleidsmedewerkersbijeenkomst", accessibility="- Lift"
    )
    held, waits = (register(made, f"iemand.met.een.lang.adres.{n}@example.nl", now, question="Hoe?") for n in (1, 2))
    past = meeting(starts=now - DAY, ends=now - HOUR, reported=now, report="## Mooi\n\n1. een")
    register(meeting(opens=now - 3 * DAY), "x@example.nl", now)
    here = f"meetings/{made.slug}/"
    tokens = [f"registration/{letters.token_of(one)}/" for one in (held, waits)]
    return (
        ["meetings/", here, f"{here}register/", f"{here}registered/", f"meetings/{past.slug}/", *tokens],
        [
            *("meetings/", here, f"meetings/{past.slug}/report/"),
            *(f"{here}{page}/" for page in ("edit", "participants", "questions", "photos")),
        ],
    )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_are_for_everybody(
    context: BrowserContext,  # noqa: F811
    live_server: LiveServer,
    pages: tuple[list[str], list[str]],
    signed_in: Callable[..., Client],
    language: str,
) -> None:
    for_everybody, for_organisers = pages
    told = {path: faults_of(context, live_server.url, f"{language}/{path}") for path in for_everybody}
    sign_in(context, signed_in("editor", city="GM0772"), live_server.url)
    told |= {path: faults_of(context, live_server.url, f"{language}/{path}") for path in for_organisers}
    assert {path: faults for path, faults in told.items() if faults} == {}


def test_somebody_registers_and_confirms_with_a_keyboard_alone_and_no_key_goes_elsewhere(
    context: BrowserContext,  # noqa: F811
    live_server: LiveServer,
    meeting: Make,
) -> None:
    made, page = meeting(), context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("referer", "")))
    page.goto(f"{live_server.url}/en/meetings/{made.slug}/")
    tab_to(page, "Register")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/")
    for name, typed in (("Name", "Anna"), ("E-mail address", "anna@example.nl")):
        tab_to(page, name)
        page.keyboard.type(typed)
    page.wait_for_timeout(2100)
    page.keyboard.press("Enter")
    page.wait_for_url("**/registered/")
    page.goto(live_server.url + link_to("anna@example.nl"))
    tab_to(page, "Yes, I take part")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You take part").wait_for()
    page.get_by_role("link", name="Internationals").click()
    page.wait_for_url(f"**/meetings/{made.slug}/")
    assert states(made) == [("Anna", "confirmed")]
    assert [address for address in sent if "/registration/" in address] == []
