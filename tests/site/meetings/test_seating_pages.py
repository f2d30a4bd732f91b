"""The tables in a browser: for everybody, by dragging, with a keyboard alone, and without any script."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import sign_in
from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, Make, register
from tests.site.test_keyboard import tab_to
from tests.site.test_pages import browser, context, faults_of, faults_on  # noqa: F401 - fixtures
from wijkspiegel.site.meetings import counting, letters, mixing, rules, seating
from wijkspiegel.site.meetings.models import Meeting, Place, Registration, Seating
from wijkspiegel.site.people.models import User

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("record_that_empties"),
]
NAMES = ("Anna", "Bilal", "Chen", "Dewi met een heel lange achternaam-en-nog-een", "Emma", "Fatma", "Gijs", "Hugo")
AGE = {"name": "Leeftijd", "reason": "Jong en oud", "choices": ["jong", "oud"], "ground": ""}


@pytest.fixture
def team(account: Account) -> User:
    return account("programme")


@pytest.fixture
def plan(meeting: Make, team: User, monkeypatch: pytest.MonkeyPatch) -> Seating:
    """Two tables of four with a chair to spare at each, in two rounds."""
    monkeypatch.setattr(seating, "SECONDS", 0.05)
    return seated(meeting(), team, timezone.now())


def seated(made: Meeting, team: User, now: datetime) -> Seating:
    age = mixing.add(made.pk, AGE, team, now)
    for number, name in enumerate(NAMES):
        answers = {age.pk: "jong" if number % 2 else "oud"}
        one = register(made, f"p{number}@example.nl", now, name=name, answers=answers)
        rules.confirm(one.pk, Place.HELD, now)
    return seating.make(made.pk, seating.Wanted(2, 2, 5, {age.pk: 1.0}), 0, team, now)


def at(plan: Seating, name: str, round_: int = 1) -> int:
    return plan.taken.get(registration__name=name, round=round_).table


def opened(
    context: BrowserContext,  # noqa: F811
    live_server: LiveServer,
    signed_in: Callable[..., Client],
    plan: Seating,
) -> Page:
    sign_in(context, signed_in("editor", city="GM0772"), live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/en/meetings/{plan.meeting.slug}/seating/")
    return page


def drag(page: Page, name: str, table: int) -> None:
    """A person to a table, in the first round."""
    first = page.locator("[data-round='1']")
    first.locator("[data-person]", has_text=name).drag_to(first.locator(f"[data-table='{table}'] h4"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_are_for_everybody(
    context: BrowserContext,  # noqa: F811
    live_server: LiveServer,
    plan: Seating,
    team: User,
    meeting: Make,
    signed_in: Callable[..., Client],
    language: str,
) -> None:
    now = timezone.now()
    here = f"meetings/{plan.meeting.slug}"
    one = Registration.objects.get(name="Anna")
    seating.add_rule(plan.meeting.pk, "apart", [one.pk, Registration.objects.get(name="Bilal").pk], None, team, now)
    rules.cancel(Registration.objects.get(name="Chen").pk, now)
    late = register(plan.meeting, "laat@example.nl", now, name="Laat")
    rules.confirm(late.pk, Place.HELD, now)
    over = seated(meeting(), team, now).meeting
    Meeting.objects.filter(pk=over.pk).update(starts=now - 2 * DAY, ends=now - DAY)
    counting.forget_answers(now)
    attribute = mixing.add(plan.meeting.pk, AGE | {"name": "Nog een vraag"}, team, now)
    anybody = [f"{here}/register/", f"registration/{letters.token_of(Registration.objects.get(pk=late.pk))}/"]
    found = {path: faults_of(context, live_server.url, f"{language}/{path}") for path in anybody}
    sign_in(context, signed_in("editor", city="GM0772"), live_server.url)
    pages = [f"{here}/mixing/?propose=age", f"{here}/mixing/{attribute.pk}/", f"{here}/seating/"]
    pages += [f"{here}/seating/print/", f"meetings/{over.slug}/seating/"]
    found |= {path: faults_of(context, live_server.url, f"{language}/{path}") for path in pages}
    seating.lock(plan.meeting.pk, plan.version, team, now)
    fixed = [f"{here}/seating/", f"registration/{letters.token_of(one)}/"]
    found |= {f"{path} fixed": faults_of(context, live_server.url, f"{language}/{path}") for path in fixed}
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_a_name_is_dragged_to_a_table_and_moves_once_its_cost_is_accepted(
    context: BrowserContext,  # noqa: F811
    live_server: LiveServer,
    signed_in: Callable[..., Client],
    plan: Seating,
) -> None:
    page, before = opened(context, live_server, signed_in, plan), at(plan, "Anna")
    drag(page, "Anna", 3 - before)
    dialog = page.get_by_role("dialog", name="What it costs")
    dialog.get_by_text("The tables mirror the room less well").wait_for()
    assert faults_on(page) == []
    dialog.get_by_role("button", name="Put back").click()
    assert at(plan, "Anna") == before
    drag(page, "Anna", 3 - before)
    dialog.get_by_role("button", name="Do it").click()
    page.get_by_text("The change is made.").wait_for()
    assert at(plan, "Anna") == 3 - before


def test_a_name_is_carried_to_another_with_a_keyboard_alone_and_they_change_places(
    context: BrowserContext,  # noqa: F811
    live_server: LiveServer,
    signed_in: Callable[..., Client],
    plan: Seating,
) -> None:
    page, before = opened(context, live_server, signed_in, plan), at(plan, "Anna")
    tab_to(page, "Anna")
    page.keyboard.press("Enter")
    status = page.locator("#told")
    assert status.inner_text().startswith("Carrying Anna.")
    page.keyboard.press("Escape")
    assert status.inner_text() == "Put back."
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert status.inner_text() == f"Table {3 - before}"
    page.keyboard.press("ArrowDown")
    other = page.locator(".aim").inner_text()
    assert status.inner_text() == f"Change places with {other}, table {3 - before}"
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="What it costs").wait_for()
    tab_to(page, "Do it")
    page.keyboard.press("Enter")
    page.get_by_text("The change is made.").wait_for()
    assert (at(plan, "Anna"), at(plan, other)) == (3 - before, before)
    assert page.locator(":focus").inner_text() == "Anna"


def test_a_change_that_breaks_a_rule_is_made_only_by_who_says_to_be_sure(
    context: BrowserContext,  # noqa: F811
    live_server: LiveServer,
    signed_in: Callable[..., Client],
    plan: Seating,
    team: User,
) -> None:
    before = at(plan, "Anna")
    other = plan.taken.filter(round=1).exclude(table=before).order_by("pk")[0].registration
    pair = [Registration.objects.get(name="Anna").pk, other.pk]
    seating.add_rule(plan.meeting.pk, "apart", pair, None, team, timezone.now())
    page = opened(context, live_server, signed_in, plan)
    drag(page, "Anna", 3 - before)
    dialog = page.get_by_role("dialog", name="What it costs")
    dialog.get_by_text("may not sit at one table").wait_for()
    dialog.get_by_role("button", name="Do it").click()
    assert dialog.is_visible()  # the browser asks for the tick
    dialog.get_by_label("I am sure").check()
    dialog.get_by_role("button", name="Do it").click()
    page.get_by_text("These rules do not hold in this plan").wait_for()
    assert at(plan, "Anna") == 3 - before


def test_tables_are_changed_without_any_script(
    browser: Browser,  # noqa: F811
    live_server: LiveServer,
    signed_in: Callable[..., Client],
    plan: Seating,
) -> None:
    plain = browser.new_context(java_script_enabled=False)
    page, before = opened(plain, live_server, signed_in, plan), at(plan, "Anna")
    page.get_by_text("Change it by hand").click()
    page.get_by_label("Who moves").select_option(label="Anna")
    page.get_by_label("To table").select_option(str(3 - before))
    page.get_by_role("button", name="What does it cost?").click()
    page.get_by_text("The tables mirror the room less well").wait_for()
    page.get_by_role("button", name="Do it").click()
    page.get_by_text("The change is made.").wait_for()
    plain.close()
    assert at(plan, "Anna") == 3 - before
