"""Writing a meeting: who may do what, in which state; two editors at once; times that cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, HOUR, Make, letters_to, register
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.cities.models import City
from wijkspiegel.site.meetings import rules, standing
from wijkspiegel.site.meetings.models import Meeting, Place, Stage
from wijkspiegel.site.people.rules import ConflictError, Visitor

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def given_of(made: Meeting, **changed: object) -> dict[str, Any]:
    return {name: getattr(made, name) for name in rules.WRITTEN} | changed


WHO = ("nobody", "participant", "editor elsewhere", "editor", "programme", "administrator")
STATES: dict[str, dict[str, Any]] = {
    "draft": {"stage": Stage.DRAFT},
    "published": {},
    "cancelled": {"stage": Stage.CANCELLED},
    "held": {"starts": NOW - 3 * HOUR, "ends": NOW - HOUR},
    "reported": {"starts": NOW - 3 * HOUR, "ends": NOW - HOUR, "reported": NOW},
}
ORGANISERS = {"editor", "programme", "administrator"}
EVERYBODY = set(WHO)


def sees(made: Meeting, by: Visitor) -> None:
    if not standing.visible_to(by).filter(pk=made.pk).exists():
        raise PermissionDenied


ACTIONS: dict[str, Callable[[Meeting, Visitor], object]] = {
    "see": sees,
    "change": lambda made, by: rules.change(made.pk, given_of(made), made.version, by, NOW),
    "publish": lambda made, by: rules.publish(made.pk, by, NOW),
    "cancel": lambda made, by: rules.call_off(made.pk, by, NOW),
    "discard": lambda made, by: rules.discard(made.pk, by),
    "report": lambda made, by: rules.write_report(made.pk, "Mooi.", True, made.version, by, NOW),
    "participants": rules.see_participants,
    "questions": rules.see_questions,
    "attendance": lambda made, by: rules.mark_attendance(made.pk, [], [], by, NOW),
}
REFUSED = {
    *(("discard", state) for state in ("published", "cancelled", "held", "reported")),
    *(("report", state) for state in ("draft", "published", "cancelled")),
    *(("attendance", state) for state in ("draft", "published", "cancelled")),
    *(("cancel", state) for state in ("held", "reported")),
}
"""What even organisers cannot do in a state: that is said in words, and is another refusal than of who may not."""


def outcome(action: str, who: str, state: str) -> str:
    allowed = EVERYBODY if action == "see" and state != "draft" else ORGANISERS
    if who not in allowed:
        return "forbidden"
    return "refused" if (action, state) in REFUSED else "done"


def visitor(who: str, account: Account) -> Visitor:
    if who == "nobody":
        return AnonymousUser()
    city = {"editor": "GM0772", "editor elsewhere": "GM0503"}.get(who, "")
    return account(who.split(maxsplit=1)[0], city=city)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_do_what_in_which_state(meeting: Make, account: Account, action: str, who: str, state: str) -> None:
    made, by = meeting(NOW, **STATES[state]), visitor(who, account)
    try:
        ACTIONS[action](made, by)
    except PermissionDenied:
        found = "forbidden"
    except ValidationError:
        found = "refused"
    else:
        found = "done"
    assert found == outcome(action, who, state)


def test_a_draft_of_another_city_is_in_no_list(meeting: Make, account: Account) -> None:
    made = meeting(NOW, stage=Stage.DRAFT)
    for who in WHO:
        seen = [list(found(visitor(who, account), NOW)) for found in (standing.upcoming, standing.past)]
        assert seen == ([[made], []] if who in ORGANISERS else [[], []])


@pytest.mark.parametrize("who", WHO)
def test_who_makes_a_meeting_for_which_city(
    eindhoven: City, delft: City, meeting: Make, account: Account, who: str
) -> None:
    by, given = visitor(who, account), given_of(meeting(NOW))
    may: dict[str, set[City | None]] = {
        "editor": {eindhoven},
        "editor elsewhere": {delft},
        "programme": {eindhoven, delft, None},
    }
    may["administrator"] = may["programme"]
    for city in (eindhoven, delft, None):
        if city in may.get(who, set()):
            made = rules.create({**given, "city": city}, by, NOW)
            assert (made.stage, made.city) == (Stage.DRAFT, city)
        else:
            with pytest.raises(PermissionDenied):
                rules.create({**given, "city": city}, by, NOW)


def test_an_editor_cannot_give_a_meeting_to_another_city(meeting: Make, delft: City, account: Account) -> None:
    made = meeting(NOW)
    with pytest.raises(PermissionDenied):
        rules.change(made.pk, given_of(made, city=delft), 0, account("editor", city="GM0772"), NOW)


def test_two_editors_at_once_overwrite_nothing(meeting: Make, account: Account) -> None:
    made, team = meeting(NOW), account("programme")
    rules.change(made.pk, given_of(made, title="De eerste"), 0, team, NOW)
    with pytest.raises(ConflictError):
        rules.change(made.pk, given_of(made, title="De tweede"), 0, team, NOW)
    assert Meeting.objects.get().title == "De eerste"


PAST = [
    ({"starts": NOW - HOUR}, "starts"),
    ({"starts": NOW}, "starts"),
    ({"ends": NOW + 10 * DAY}, "ends"),
    ({"closes": NOW + 11 * DAY}, "closes"),
    ({"opens": NOW + 10 * DAY, "ends": NOW + 12 * DAY}, "opens"),
    ({"opens": NOW + 3 * DAY, "closes": NOW + 2 * DAY, "ends": NOW + 12 * DAY}, "opens"),
]


@pytest.mark.parametrize(("changed", "field"), PAST)
def test_times_that_cannot_be_are_refused_and_the_field_is_named(
    meeting: Make, account: Account, changed: dict[str, datetime], field: str
) -> None:
    made, team = meeting(NOW), account("programme")
    given = given_of(made, **changed)
    with pytest.raises(ValidationError) as when_new:
        rules.create(given, team, NOW)
    with pytest.raises(ValidationError) as when_changed:
        rules.change(made.pk, given, 0, team, NOW)
    assert [list(one.value.message_dict) for one in (when_new, when_changed)] == [[field], [field]]


def test_a_meeting_that_has_begun_keeps_its_time_and_may_be_described_better(meeting: Make, account: Account) -> None:
    made, team = meeting(NOW, starts=NOW - HOUR, ends=NOW + HOUR), account("programme")
    with translation.override("en"), pytest.raises(ValidationError, match="begun"):
        rules.change(made.pk, given_of(made, starts=NOW + DAY, ends=NOW + 2 * DAY), 0, team, NOW)
    assert rules.change(made.pk, given_of(made, materials="Dia's"), 0, team, NOW).materials == "Dia's"


def test_everybody_who_registered_hears_of_a_move_once_and_holds_end_at_the_new_start(
    meeting: Make, account: Account
) -> None:
    made, team = meeting(NOW, capacity=1), account("programme")
    for email in ("a@example.nl", "x@example.nl"):
        register(made, email, NOW)
    soon = NOW + timedelta(hours=20)
    made = rules.change(made.pk, given_of(made, starts=soon, ends=soon + HOUR), 0, team, NOW)
    rules.change(made.pk, given_of(made, title="Anders"), made.version, team, NOW)
    assert letters_to("a@example.nl") == ["held", "moved"]
    assert letters_to("x@example.nl") == ["waiting", "moved"]
    assert {one.expires for one in made.registrations.all()} == {soon}


def test_a_change_of_a_draft_or_of_the_words_mails_nobody(meeting: Make, account: Account) -> None:
    made, team = meeting(NOW), account("programme")
    register(made, "a@example.nl", NOW)
    rules.change(made.pk, given_of(made, summary="Anders"), 0, team, NOW)
    assert letters_to("a@example.nl") == ["held"]


def test_a_meeting_that_is_called_off_keeps_who_registered_and_confirms_nobody(meeting: Make, account: Account) -> None:
    made = meeting(NOW)
    one = register(made, "a@example.nl", NOW)
    rules.call_off(made.pk, account("programme"), NOW)
    assert rules.confirm(one.pk, Place.HELD, NOW).state == Place.HELD
    assert letters_to("a@example.nl") == ["held", "called off"]
    rules.settle_all(NOW + 3 * DAY)
    assert letters_to("a@example.nl") == ["held", "called off"]


def test_titles_that_are_alike_or_no_letters_get_addresses_of_their_own(meeting: Make, account: Account) -> None:
    given, team = given_of(meeting(NOW)), account("programme")
    titles = ("Vrede", "Vrede", "vrede!", "سلام", "🕊", "a" * 150)
    made = [rules.create({**given, "title": one, "capacity": n}, team, NOW) for n, one in enumerate(titles, 1)]
    slugs = [one.slug for one in made]
    assert slugs == ["vrede", "vrede-2", "vrede-3", "meeting", "meeting-2", "a" * 80]


def test_a_form_that_is_sent_twice_makes_one_draft(meeting: Make, account: Account) -> None:
    given, team = given_of(meeting(NOW)), account("programme")
    first = rules.create(given, team, NOW)
    assert rules.create(given, team, NOW) == first
    rules.publish(first.pk, team, NOW)
    assert rules.create(given, team, NOW) != first


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (timedelta(days=3651), timedelta(days=3651, hours=2), "starts"),
        (timedelta(days=1), timedelta(days=33), "ends"),
        (timedelta(days=1), timedelta(hours=1), "ends"),
    ],
)
def test_a_meeting_is_not_in_another_age(
    meeting: Make, account: Account, starts: timedelta, ends: timedelta, field: str
) -> None:
    given = given_of(meeting(NOW)) | {"starts": NOW + starts, "ends": NOW + ends, "opens": None, "closes": None}
    with pytest.raises(ValidationError) as refused:
        rules.create(given, account("programme"), NOW)
    assert refused.value.message_dict.keys() == {field}


def test_what_organisers_do_is_written_down(meeting: Make, account: Account) -> None:
    team = account("programme")
    made = rules.create(given_of(meeting(NOW)), team, NOW)
    rules.publish(made.pk, team, NOW)
    rules.publish(made.pk, team, NOW)
    rules.call_off(made.pk, team, NOW)
    lines = Line.objects.filter(of=str(made.pk)).order_by("pk").values_list("action", "actor", "city")
    assert list(lines) == [
        (action, team.pk, "GM0772") for action in ("meeting drafted", "meeting published", "meeting cancelled")
    ]
