"""Every page, in both languages, in a browser: readable by everyone, on a phone too, with nothing from elsewhere."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import chromium, sign_in
from tests.site.conftest import Account
from wijkspiegel.site.cities.models import City, Release
from wijkspiegel.site.library import rules
from wijkspiegel.site.library.models import Kind, Piece

EVERYBODY = (
    "account/login/", "account/signup/", "account/password/reset/", "accessibility/", "privacy/", "xx", "meetings/",
)  # fmt: skip
SIGNED_IN = (
    "me/", "me/erase/", "me/meetings/", "account/email/", "account/password/change/", "account/2fa/",
    "account/3rdparty/", "colleagues/", "domains/", "mail/", "new-meeting/",
)  # fmt: skip
PHONE: ViewportSize = {"width": 320, "height": 800}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("record_that_empties"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE)
    yield context
    context.close()


def nothing(page: Page) -> None:
    """What is done on a page that is only looked at."""


def faults_of(context: BrowserContext, site: str, path: str, do: Callable[[Page], None] = nothing) -> list[str]:
    """What axe finds once it was done, what asks elsewhere, what the policy refuses, what is wider than a phone."""
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if "Security Policy" in message.text else None)
    page.on("request", lambda request: None if request.url.startswith(site) else told.append(f"asks for {request.url}"))
    page.goto(f"{site}/{path}")
    do(page)
    faults = list(told)  # before axe, which changes styles of its own to look
    faults += faults_on(page)
    page.close()
    return faults


def faults_on(page: Page) -> list[str]:
    """What axe finds on a page that is open on a phone, and whether it is wider."""
    wide = page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return ["wider than 320 pixels"] * wide + [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", EVERYBODY)
def test_a_page_is_for_everybody(context: BrowserContext, live_server: LiveServer, path: str, language: str) -> None:
    assert faults_of(context, live_server.url, f"{language}/{path}") == []


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
    sign_in(context, client, live_server.url)
    assert faults_of(context, live_server.url, f"{language}/{path}") == []


FILLED = (
    "", "?kind=mixed", "?q=buurt",
    "cities/amersvoort/", "cities/amersvoort/areas/BU0/", "compare/?cities=amersvoort&cities=delfzicht", "library/",
    "library/buurtmaaltijden/", "library/dilemma/", "themes/", "themes/scholen/",
)  # fmt: skip
FILLED_FOR_STAFF = (
    "cities/amersvoort/approach/", "releases/", "library/desk/", "library/begin/approach/",
    "library/buurtmaaltijden/work/", "library/buurtmaaltijden/edit/", "themes/",
)  # fmt: skip


@pytest.fixture
def filled(loaded: Release, account: Account) -> None:
    """A piece, a dilemma with an answer, and a theme."""
    team = account("administrator")
    theme = rules.put_forward("Scholen", "Waarom", team)
    rules.put_forward("Verenigingen", "", team)
    for kind, title in ((Kind.APPROACH, "Buurtmaaltijden"), (Kind.DILEMMA, "Dilemma")):
        texts = dict.fromkeys(
            ("summary", "done", "came", "value", "reuse", "costs"), "Tekst met [link](https://example.nl)."
        )
        content = {"language": "nl", "title": title, "links": "https://example.nl/"} | texts
        piece = rules.begin(kind, City.objects.get(code="GM0001"), content, [theme], team)
        rules.ask_review(piece, team)
        rules.publish(piece, team)
    other = account("editor", city="GM0002")
    rules.answer(piece, City.objects.get(code="GM0002"), "Zo deden wij het.", other)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_filled_pages_are_for_everybody(
    context: BrowserContext, live_server: LiveServer, filled: None, language: str
) -> None:
    found = {path: faults_of(context, live_server.url, f"{language}/{path}") for path in FILLED}
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_filled_pages_of_the_staff_are_too(
    context: BrowserContext, live_server: LiveServer, filled: None, signed_in: Callable[..., Client], language: str
) -> None:
    sign_in(context, signed_in("administrator"), live_server.url)
    found = {path: faults_of(context, live_server.url, f"{language}/{path}") for path in FILLED_FOR_STAFF}
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_answer_to_a_dilemma_is_for_everybody_also_where_a_colleague_was_first(
    context: BrowserContext,
    live_server: LiveServer,
    filled: None,
    signed_in: Callable[..., Client],
    account: Account,
    language: str,
) -> None:
    sign_in(context, signed_in("editor", city="GM0002"), live_server.url)
    path = f"{language}/library/dilemma/answer/"
    assert faults_of(context, live_server.url, path) == []

    def come_too_late(page: Page) -> None:
        colleague = account("editor", city="GM0002")
        dilemma = Piece.objects.get(slug="dilemma")
        known = dilemma.answers.get()
        rules.answer(dilemma, known.city, "Zo doen *wij* het nu.", colleague, known.version)
        with page.expect_response(f"**/{path}") as answer:
            page.locator("main form button[type=submit]").click()
        assert answer.value.status == 409
        page.get_by_text("Zo doen wij het nu.").wait_for()

    assert faults_of(context, live_server.url, path, come_too_late) == []
