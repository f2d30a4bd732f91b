"""What is kept of participants, for how long, and what is given and removed when they ask."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, HOUR, Make, proven, register, states
from wijkspiegel.site import commands
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.meetings import rules
from wijkspiegel.site.meetings.models import Meeting, Place, Question, Registration
from wijkspiegel.site.people import rules as people

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(meeting: Make, account: Account) -> Meeting:
    """Three had a seat, two came; one waited."""
    made = meeting(NOW, capacity=3)
    for name in ("anna", "bilal", "chen", "dewi"):
        one = register(made, f"{name}@example.nl", NOW, needs="Ringleiding", organisation="Stad", question="Hoe?")
        rules.confirm(one.pk, Place(one.state), NOW)
    came = list(made.registrations.filter(name__in=("anna", "bilal")).values_list("pk", flat=True))
    rules.mark_attendance(made.pk, came, [], account("programme"), made.starts)
    return made


def kept() -> str:
    """All that is kept of everybody."""
    rows = [*Registration.objects.values_list(), *Question.objects.values_list()]
    return " ".join(str(value) for row in rows for value in row)


def test_needs_go_after_the_meeting_and_names_some_weeks_later(held: Meeting) -> None:
    assert (rules.forget_needs(held.ends - HOUR), rules.forget_participants(held.ends - HOUR)) == (0, 0)
    assert (rules.forget_needs(held.ends), rules.forget_participants(held.ends)) == (4, 0)
    assert ("Ringleiding" in kept(), "bilal" in kept()) == (False, True)
    assert rules.forget_participants(held.ends + 29 * DAY) == 0
    assert rules.forget_participants(held.ends + 31 * DAY) == 4
    assert [word for word in ("anna", "bilal", "chen", "dewi", "@", "Stad") if word in kept()] == []


def test_needs_go_at_once_where_somebody_or_the_meeting_does_not_come(meeting: Make, account: Account) -> None:
    made, team = meeting(NOW, starts=NOW + 300 * DAY, ends=NOW + 301 * DAY), account("programme")
    for name in ("anna", "bilal"):
        register(made, f"{name}@example.nl", NOW, needs="Ringleiding")
    rules.remove(made.registrations.get(name="anna").pk, team, NOW)
    assert (rules.forget_needs(NOW), kept().count("Ringleiding")) == (1, 1)
    rules.call_off(made.pk, team, NOW)
    assert (rules.forget_needs(NOW), kept().count("Ringleiding")) == (1, 0)
    assert rules.forget_participants(NOW + 29 * DAY) == 0
    assert (rules.forget_participants(NOW + 31 * DAY), "bilal" in kept()) == (2, False)


def test_counts_and_questions_stay(held: Meeting) -> None:
    before = [state for _name, state in states(held)]
    rules.forget_participants(held.ends + 31 * DAY)
    assert [state for _name, state in states(held)] == before
    assert held.registrations.filter(attended=True).count() == 2
    assert held.questions.filter(text="Hoe?", registration=None).count() == 4


def test_who_cancelled_or_never_confirmed_is_not_kept_until_a_meeting_far_away(meeting: Make) -> None:
    made = meeting(NOW, starts=NOW + 300 * DAY, ends=NOW + 301 * DAY)
    register(made, "nooit@example.nl", NOW)
    rules.cancel(register(made, "niet@example.nl", NOW).pk, NOW)
    rules.confirm(register(made, "wel@example.nl", NOW).pk, Place.HELD, NOW)
    rules.settle_all(NOW + 3 * DAY)
    assert rules.forget_participants(NOW + 34 * DAY) == 2
    assert ("nooit" in kept(), "niet@" in kept(), "wel@" in kept()) == (False, False, True)


def test_a_dry_run_tells_and_removes_nothing(held: Meeting, settings: Settings) -> None:
    settings.PARTICIPANTS_ARE_KEPT = 10
    said: list[str] = []
    before, later = kept(), held.ends + 11 * DAY
    commands.clean_up(later, True, said.append)
    assert kept() == before
    assert "4 names of participants would be removed" in said
    commands.clean_up(later, False, said.append)
    assert "4 names of participants were removed" in said
    assert "bilal" not in kept()


def test_a_person_takes_all_that_is_kept_of_the_own_addresses(held: Meeting, account: Account) -> None:
    user = proven(account(email="anna@example.nl"))
    told = people.everything_about(user)["meetings"]
    assert [(one["meeting"], one["name"], one["access needs"], one["questions"], one["attended"]) for one in told] == [
        ("Internationals", "anna", "Ringleiding", ["Hoe?"], True)
    ]
    assert people.everything_about(account(email="bilal@example.nl"))["meetings"] == []  # an address it did not prove


def test_a_person_who_is_erased_is_nowhere_and_the_seat_goes_to_the_next(
    held: Meeting, meeting: Make, account: Account
) -> None:
    now = datetime.now(UTC)
    ahead = meeting(now, capacity=1)
    for name in ("anna", "chen"):
        one = register(ahead, f"{name}@example.nl", now)
        rules.confirm(one.pk, Place(one.state), now)
    account("administrator")
    people.erase(proven(account(email="anna@example.nl")))
    assert [word for word in ("anna",) if word in kept()] == []
    assert states(ahead) == [("", "cancelled"), ("chen", "offered")]
    assert held.registrations.count() == 4
    assert not [line for line in Line.objects.all() if "anna" in str(vars(line))]


def test_many_whose_names_are_forgotten_are_still_many(meeting: Make) -> None:
    made = meeting(NOW)
    for number in range(3):
        rules.confirm(register(made, f"{number}@example.nl", NOW).pk, Place.HELD, NOW)
    assert rules.forget_participants(made.ends + timedelta(days=40)) == 3
    assert made.registrations.filter(state=Place.CONFIRMED).count() == 3


def test_nobody_writes_to_who_is_no_longer_known(meeting: Make, account: Account) -> None:
    made = meeting(NOW, capacity=1)
    register(made, "a@example.nl", NOW)
    made.registrations.update(state=Place.OFFERED)
    rules.forget_participants(made.ends + 31 * DAY)
    rules.settle_all(made.ends + 31 * DAY)
    assert states(made) == [("", "expired")]
    assert not Message.objects.filter(to="").exists()
