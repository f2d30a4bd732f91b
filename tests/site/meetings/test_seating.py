"""The tables of a meeting: made, changed by hand, fixed, filled up, printed, and seen by who sits at them."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from tests.site.at_once import all_at_once
from tests.site.conftest import Account
from tests.site.meetings.conftest import Make, proven, register, states
from tests.site.meetings.test_views import link_to, text_of
from wijkspiegel.encounters import plan as planner
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.meetings import counting, mixing, plans, rules, seating
from wijkspiegel.site.meetings.models import Attribute, Meeting, Place, Registration, Seat, Seating, SeatingRule
from wijkspiegel.site.meetings.seating import Change, Wanted
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import User

pytestmark = pytest.mark.django_db

NAMES = ("Anna", "Bilal", "Chen", "Dewi", "Emma", "Fatma", "Gijs", "Hugo", "Iris", "Jan", "Kim", "Lars")
SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planner is quick with a dozen people."""
    monkeypatch.setattr(seating, "SECONDS", 0.05)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def team(account: Account) -> User:
    return account("programme")


@pytest.fixture
def age(meeting: Make, team: User) -> Attribute:
    """A question to who comes to a meeting of twelve: half of them is young."""
    made = meeting(capacity=40)
    given = {"name": "Leeftijd", "reason": "Jong en oud", "choices": ["jong", "oud"], "ground": ""}
    return mixing.add(made.pk, given, team, timezone.now())


@pytest.fixture
def room(age: Attribute) -> Meeting:
    now = timezone.now()
    for number, name in enumerate(NAMES):
        come(age.meeting, name, now, {age.pk: "jong" if number % 2 else "oud"})
    return age.meeting


def come(meeting: Meeting, name: str, now: datetime, answers: dict[int, str] | None = None) -> Registration:
    one = register(meeting, f"{name.lower()}@example.nl", now, name=name, answers=answers or {})
    return rules.confirm(one.pk, Place.HELD, now)


def made(room: Meeting, team: User, *, tables: int = 3, rounds: int = 2, seats: int = 5) -> Seating:
    version = Seating.objects.filter(meeting=room).values_list("version", flat=True).first() or 0
    weights = dict.fromkeys(room.attributes.values_list("pk", flat=True), 1.0)
    return seating.make(room.pk, Wanted(tables, rounds, seats, weights), version, team, timezone.now())


def person(name: str) -> int:
    return Registration.objects.get(name=name, state=Place.CONFIRMED).pk


def at(plan: Seating, round_: int) -> dict[str, int]:
    """Who sits where in a round."""
    return dict(plan.taken.filter(round=round_).values_list("registration__name", "table"))


def elsewhere(plan: Seating, name: str, round_: int = 1) -> int:
    """A table where somebody does not sit."""
    return next(table for table in range(1, plan.tables + 1) if table != at(plan, round_)[name])


def actions() -> list[str]:
    return list(Line.objects.filter(kind="meeting").order_by("pk").values_list("action", flat=True))


# Making ---------------------------------------------------------------------------------------------------------------


def test_everybody_with_a_confirmed_seat_sits_once_in_each_round_and_every_table_mirrors_the_room(
    room: Meeting, team: User
) -> None:
    register(room, "held@example.nl", timezone.now(), name="Nog niet")
    plan = made(room, team)
    for round_ in (1, 2):
        sitting = at(plan, round_)
        assert sorted(sitting) == sorted(NAMES)
        for table in (1, 2, 3):
            here = [name for name, where in sitting.items() if where == table]
            assert [NAMES.index(name) % 2 for name in here].count(1) == 2
    quality = seating.quality_of(room, plan)
    assert (quality["mirror"], quality["repeats"], quality["most_often"]) == (0.0, 3, 2)
    assert quality["bounds"] == {"mirror": 0.0, "repeats": 3.0}  # four who sat at three tables: some meet again
    assert actions()[-1] == "tables made"


def test_the_same_settings_make_the_same_tables_and_others_are_others(room: Meeting, team: User) -> None:
    first = at(made(room, team), 1)
    assert at(made(room, team), 1) == first
    plan = Seating.objects.get()
    wanted = Wanted(3, 2, 5, {})
    again = seating.make(room.pk, wanted, plan.version, team, timezone.now(), another=True)
    assert at(again, 1) != first


def test_rules_hold(room: Meeting, team: User) -> None:
    now = timezone.now()
    seating.add_rule(room.pk, "apart", [person("Anna"), person("Bilal")], None, team, now)
    seating.add_rule(room.pk, "together", [person("Chen"), person("Dewi")], None, team, now)
    seating.add_rule(room.pk, "at", [person("Emma")], 2, team, now)
    plan = made(room, team)
    for round_ in (1, 2):
        sitting = at(plan, round_)
        assert sitting["Anna"] != sitting["Bilal"]
        assert sitting["Chen"] == sitting["Dewi"]
        assert sitting["Emma"] == 2
    shown = seating.see(room, team)
    assert shown is not None
    assert shown.broken == []


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted(20, 1, 5, {}), "12 people cannot fill 20 tables."),
        (
            Wanted(2, 1, 5, {}),
            "12 people do not fit: there are 10 chairs. Give more tables, or at least 6 seats at each.",
        ),
    ],
)
def test_what_does_not_fit_is_said(room: Meeting, team: User, wanted: Wanted, why: str) -> None:
    with pytest.raises(ValidationError) as error:
        seating.make(room.pk, wanted, 0, team, timezone.now())
    assert error.value.messages == [why]
    assert not Seating.objects.exists()


def test_rules_that_contradict_each_other_are_named(room: Meeting, team: User) -> None:
    now = timezone.now()
    for kind, names in (("together", ("Anna", "Bilal")), ("together", ("Bilal", "Chen")), ("apart", ("Anna", "Chen"))):
        seating.add_rule(room.pk, kind, [person(name) for name in names], None, team, now)
    told = "together in round 1: Anna and Bilal together; Bilal and Chen together; Anna and Chen apart."
    with pytest.raises(ValidationError, match=told):
        made(room, team)
    SeatingRule.objects.filter(kind="apart").delete()
    seating.add_rule(room.pk, "at", [person("Anna")], 1, team, now)
    rule = seating.add_rule(room.pk, "at", [person("Chen")], 2, team, now)
    with pytest.raises(ValidationError, match="Bilal and Chen together; Anna at table 1; Chen at table 2"):
        made(room, team)
    SeatingRule.objects.filter(pk=rule.pk).update(table=9)
    with pytest.raises(ValidationError, match="The rule 'Chen at table 9' is about table '9', which is not there"):
        made(room, team)


def test_more_people_together_than_a_table_has_seats_are_named(room: Meeting, team: User) -> None:
    seating.add_rule(room.pk, "together", [person(name) for name in NAMES[:5]], None, team, timezone.now())
    told = "This rule cannot hold in round 1: Anna, Bilal, Chen, Dewi and Emma together."
    with pytest.raises(ValidationError, match=told):
        made(room, team, seats=4)


def test_rules_that_cannot_hold_are_said_in_the_language_of_the_organiser(room: Meeting, team: User) -> None:
    """Six people apart from each other do not fit at three tables."""
    seating.add_rule(room.pk, "apart", [person(name) for name in NAMES[:6]], None, team, timezone.now())
    told = {
        "en": "This rule cannot hold in round 1: Anna, Bilal, Chen, Dewi, Emma and Fatma apart.",
        "nl": "Deze regel kan niet gelden in ronde 1: Anna, Bilal, Chen, Dewi, Emma en Fatma apart.",
    }
    for language, text in told.items():
        with translation.override(language), pytest.raises(ValidationError, match=text):
            made(room, team)


def test_a_meeting_without_anybody_has_no_tables(age: Attribute, team: User) -> None:
    with pytest.raises(ValidationError, match="Nobody has a confirmed seat yet"):
        made(age.meeting, team)


def test_two_people_of_one_name_each_have_a_place(age: Attribute, team: User) -> None:
    now = timezone.now()
    for email in ("a", "b", "c", "d"):
        rules.confirm(register(age.meeting, f"{email}@example.nl", now, name="Jan").pk, Place.HELD, now)
    plan = made(age.meeting, team, tables=2, rounds=1)
    assert plan.taken.values("registration").distinct().count() == 4


def test_names_differ_also_where_somebody_is_called_as_another_would_be_told_apart(age: Attribute) -> None:
    now = timezone.now()
    for number, name in enumerate(("Jan", "Jan", "Jan (2)")):
        rules.confirm(register(age.meeting, f"{number}@example.nl", now, name=name).pk, Place.HELD, now)
    assert len(set(plans.labels_of(plans.seatable(age.meeting)).values())) == 3


# By hand --------------------------------------------------------------------------------------------------------------


def test_what_a_change_costs_is_told_before_it_is_made(room: Meeting, team: User) -> None:
    plan = made(room, team, rounds=1)
    before = at(plan, 1)
    cost = seating.weigh(room.pk, Change(person("Anna"), 1, table=elsewhere(plan, "Anna")), team)
    # tables of 4, 4, 4 with two of each age become 3 (1 and 2) and 5 (3 and 2): off by 1 at both, for one age
    assert cost.figures == [("mirror", 0.0, 2.0), ("repeats", 0, 0), ("most_often", 1, 1)]
    assert cost.sentences == ["The tables mirror the room less well: 2 further from it."]
    assert (at(plan, 1), cost.breaks) == (before, [])


def test_two_people_change_places(room: Meeting, team: User) -> None:
    plan = made(room, team)
    before = at(plan, 1)
    other = next(name for name, table in before.items() if table != before["Anna"])
    seating.accept(room.pk, Change(person("Anna"), 1, other=person(other)), False, plan.version, team, timezone.now())
    assert at(plan, 1) == before | {"Anna": before[other], other: before["Anna"]}
    assert at(plan, 2) == at(Seating.objects.get(), 2)
    assert (Seating.objects.get().version, actions()[-1]) == (plan.version + 1, "tables changed by hand")


def test_a_change_that_breaks_a_rule_needs_that_somebody_is_sure(room: Meeting, team: User) -> None:
    plan, now = made(room, team, rounds=1), timezone.now()
    seated = at(plan, 1)
    other = next(name for name, table in sorted(seated.items()) if table != seated["Anna"])
    seating.add_rule(room.pk, "apart", [person("Anna"), person(other)], None, team, now)
    change = Change(person("Anna"), 1, table=seated[other])
    sentence = f"Anna and {other} may not sit at one table, and do in round 1."
    assert seating.weigh(room.pk, change, team).breaks == [sentence]
    with pytest.raises(ValidationError, match="Say that you are sure"):
        seating.accept(room.pk, change, False, plan.version, team, now)
    assert at(plan, 1) == seated
    seating.accept(room.pk, change, True, plan.version, team, now)
    assert at(plan, 1)["Anna"] == seated[other]
    shown = seating.see(room, team)
    assert shown is not None
    assert shown.broken == [sentence]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"table": 9}, "Choose a table"),
        ({"table": 0}, "Choose a table"),
        ({}, "Choose a table"),
        ({"round": 3, "table": 1}, "no place in this round"),
        ({"person": -1, "table": 1}, "no place in this round"),
        ({"other": -1}, "Choose somebody else"),
        ({"other": "self"}, "Choose somebody else"),
        ({"table": "own"}, "Nothing would change"),
    ],
)
def test_a_change_that_cannot_be_is_refused(room: Meeting, team: User, given: dict[str, object], why: str) -> None:
    plan = made(room, team)
    anna = person("Anna")
    named = {"self": anna, "own": at(plan, 1)["Anna"]}
    change = {"person": anna, "round": 1} | {key: named.get(str(value), value) for key, value in given.items()}
    with pytest.raises(ValidationError, match=why):
        seating.weigh(room.pk, Change(**change), team)  # type: ignore[arg-type]


def test_nobody_is_put_at_a_full_table(room: Meeting, team: User) -> None:
    plan = made(room, team, seats=4)
    with pytest.raises(ValidationError, match="is full in this round"):
        seating.weigh(room.pk, Change(person("Anna"), 1, table=elsewhere(plan, "Anna")), team)


def test_who_saw_an_older_plan_changes_nothing(room: Meeting, team: User) -> None:
    plan, now = made(room, team), timezone.now()
    seating.lock(room.pk, plan.version, team, now)
    seating.unlock(room.pk, plan.version + 1, team, now)
    seated = at(plan, 1)
    change = Change(person("Anna"), 1, table=elsewhere(plan, "Anna"))
    for step in (
        lambda: seating.accept(room.pk, change, True, plan.version, team, now),
        lambda: seating.lock(room.pk, plan.version, team, now),
        lambda: seating.seat_late(room.pk, 5, plan.version, team, now),
        lambda: seating.make(room.pk, Wanted(2, 1, 6, {}), plan.version, team, now),
    ):
        with pytest.raises(people.ConflictError):
            step()
    assert at(Seating.objects.get(), 1) == seated


# Fixed ----------------------------------------------------------------------------------------------------------------


def test_participants_see_their_own_tables_once_they_are_fixed(
    room: Meeting, team: User, client: Client, signed_in: SignIn
) -> None:
    plan = made(room, team)
    page, own = link_to("anna@example.nl"), at(plan, 1)["Anna"]
    told = f"Round 1: <strong>table {own}</strong>"
    assert told not in text_of(client.get(page.replace("/nl/", "/en/")))
    seating.lock(room.pk, plan.version, team, timezone.now())
    text = text_of(client.get(page.replace("/nl/", "/en/")))
    assert (told in text, "Bilal" in text) == (True, False)
    mine = signed_in(email="anna@example.nl")
    proven(User.objects.get(email="anna@example.nl"))
    assert told in text_of(mine.get("/en/me/meetings/"))


def test_what_is_fixed_changes_only_once_it_is_opened_again(room: Meeting, team: User) -> None:
    now = timezone.now()
    plan = seating.lock(room.pk, made(room, team).version, team, now)
    change = Change(person("Anna"), 1, table=elsewhere(plan, "Anna"))
    for step in (
        lambda: seating.weigh(room.pk, change, team),
        lambda: seating.accept(room.pk, change, True, plan.version, team, now),
        lambda: seating.make(room.pk, Wanted(2, 1, 6, {}), plan.version, team, now),
        lambda: seating.add_rule(room.pk, "at", [person("Anna")], 1, team, now),
        lambda: mixing.add(room.pk, {}, team, now),
        lambda: rules.answer(person("Anna"), {room.attributes.get().pk: "oud"}, now),
    ):
        with pytest.raises(ValidationError, match="fixed"):
            step()
    plan = seating.unlock(room.pk, plan.version, team, now)
    seating.accept(room.pk, change, True, plan.version, team, now)
    assert [one for one in actions() if "fixed" in one or "opened" in one] == ["tables fixed", "tables opened"]


def test_who_cancels_stays_visible_and_who_comes_late_gets_a_free_chair_without_others_moving(
    room: Meeting, team: User
) -> None:
    now = timezone.now()
    plan = seating.lock(room.pk, made(room, team, seats=4).version, team, now)
    rules.cancel(person("Anna"), now)
    late = come(room, "Zoe", now, {room.attributes.get().pk: "oud"})
    before = at(plan, 1)
    shown = seating.see(room, team)
    assert shown is not None
    (table,) = [table for table in shown.rounds[0].tables if table.gone]
    assert ([one.name for one in table.gone], table.free, [one.name for one in shown.unseated]) == (
        ["Anna"],
        1,
        ["Zoe"],
    )
    assert seating.seat_late(room.pk, 4, plan.version, team, now) == 1
    assert at(plan, 1) == before | {"Zoe": before["Anna"]}
    assert late.seats.count() == 2
    assert actions()[-1] == "late participants seated"


def test_who_comes_late_sits_where_it_costs_least_and_rules_hold(room: Meeting, team: User) -> None:
    now = timezone.now()
    plan = made(room, team, rounds=1)
    late = come(room, "Zoe", now)
    apart = [name for name, table in at(plan, 1).items() if table != 3]
    for name in apart[:1] + [name for name in apart if at(plan, 1)[name] != at(plan, 1)[apart[0]]][:1]:
        seating.add_rule(room.pk, "apart", [late.pk, person(name)], None, team, now)
    seating.seat_late(room.pk, 5, plan.version, team, now)
    assert at(plan, 1)["Zoe"] == 3


def test_a_rule_that_was_broken_by_hand_stays_so_when_somebody_comes_late(room: Meeting, team: User) -> None:
    now = timezone.now()
    plan = made(room, team, rounds=1, seats=5)
    before = at(plan, 1)
    mate = next(name for name in NAMES[1:] if before[name] == before["Anna"])
    seating.add_rule(room.pk, "apart", [person("Anna"), person(mate)], None, team, now)
    late = come(room, "Zoe", now)
    friend = next(name for name in NAMES if before[name] != before["Anna"])
    seating.add_rule(room.pk, "together", [late.pk, person(friend)], None, team, now)
    seating.seat_late(room.pk, 5, plan.version, team, now)
    assert at(plan, 1) == before | {"Zoe": before[friend]}


def test_where_no_chair_is_free_more_seats_are_asked(room: Meeting, team: User) -> None:
    now = timezone.now()
    plan = made(room, team, seats=4)
    come(room, "Zoe", now)
    with pytest.raises(ValidationError, match="0 free chairs for 1 people"):
        seating.seat_late(room.pk, 4, plan.version, team, now)
    assert seating.seat_late(room.pk, 5, plan.version, team, now) == 1
    assert (Seating.objects.get().seats, seating.seat_late(room.pk, 5, plan.version + 1, team, now)) == (5, 0)


# Who may, and what goes -----------------------------------------------------------------------------------------------


def test_only_organisers_of_this_meeting_do_anything(room: Meeting, team: User, account: Account) -> None:
    now, plan = timezone.now(), made(room, team)
    change = Change(person("Anna"), 1, table=elsewhere(plan, "Anna"))
    rule = seating.add_rule(room.pk, "at", [person("Anna")], 1, team, now)
    for stranger in (account(), account("editor", city="GM0503")):
        for step in (
            lambda by: seating.make(room.pk, Wanted(2, 1, 6, {}), plan.version, by, now),
            lambda by: seating.weigh(room.pk, change, by),
            lambda by: seating.accept(room.pk, change, True, plan.version, by, now),
            lambda by: seating.lock(room.pk, plan.version, by, now),
            lambda by: seating.unlock(room.pk, plan.version, by, now),
            lambda by: seating.seat_late(room.pk, 5, plan.version, by, now),
            lambda by: seating.add_rule(room.pk, "at", [person("Anna")], 1, by, now),
            lambda by: seating.remove_rule(rule.pk, by, now),
            lambda by: seating.see(room, by),
            lambda by: mixing.add(room.pk, {}, by, now),
            lambda by: mixing.remove(room.attributes.get().pk, by),
        ):
            with pytest.raises(PermissionDenied):
                step(stranger)
    host = account("editor", city="GM0772")
    assert seating.see(room, host) is not None


def test_a_person_takes_answers_and_tables_along_and_is_erased_from_them(
    room: Meeting, team: User, account: Account
) -> None:
    plan = seating.lock(room.pk, made(room, team).version, team, timezone.now())
    user = proven(account(email="anna@example.nl"))
    (told,) = people.everything_about(user)["meetings"]
    assert told["answers for the tables"] == {"Leeftijd": "oud"}
    assert told["tables"] == {1: at(plan, 1)["Anna"], 2: at(plan, 2)["Anna"]}
    seating.unlock(room.pk, plan.version, team, timezone.now())
    assert people.everything_about(user)["meetings"][0]["tables"] == {}  # as on their own page
    seating.add_rule(room.pk, "apart", [person("Anna"), person("Bilal")], None, team, timezone.now())
    account("administrator")
    people.erase(user)
    assert sorted(at(plan, 1)) == sorted(NAMES[1:])
    assert states(room)[0] == ("", "cancelled")
    assert [one.name for one in SeatingRule.objects.get().people.all()] == ["Bilal"]
    assert room.registrations.filter(name="", answers__isnull=False).count() == 0
    seating.make(room.pk, Wanted(3, 2, 4, {}), Seating.objects.get().version, team, timezone.now())


def test_nothing_is_made_or_changed_after_the_meeting(room: Meeting, team: User) -> None:
    plan, late = made(room, team), room.ends + timedelta(minutes=1)
    change = Change(person("Anna"), 1, table=elsewhere(plan, "Anna"))
    for step in (
        lambda: seating.make(room.pk, Wanted(3, 2, 5, {}), plan.version, team, late),
        lambda: seating.accept(room.pk, change, True, plan.version, team, late),
        lambda: seating.lock(room.pk, plan.version, team, late),
        lambda: seating.add_rule(room.pk, "at", [person("Anna")], 1, team, late),
    ):
        with pytest.raises(ValidationError, match="over"):
            step()


# The pages ------------------------------------------------------------------------------------------------------------


def test_an_organiser_makes_sees_fixes_and_prints_the_tables(room: Meeting, signed_in: SignIn) -> None:
    client, page = signed_in("editor", city="GM0772"), f"/en/meetings/{room.slug}/seating/"
    register(room, "held@example.nl", timezone.now(), name="Nog niet")
    text = text_of(client.get(page))
    assert ("12 people have a confirmed seat" in text, "1 who has not confirmed yet" in text) == (True, True)
    weight = f"weight-{room.attributes.get().pk}"
    given = {"tables": 3, "rounds": 2, "seats": 5, "version": 0, weight: 2, "step": "make"}
    text = text_of(client.post(page, given, follow=True))
    assert ("Round 2" in text, "Table 3" in text, "jong</bdi> 2" in text) == (True, True, True)
    assert (room.attributes.get().weight, "no plan can do better" in text) == (2.0, True)
    client.post(f"{page}stage/", {"step": "lock", "version": 1})
    text = text_of(client.get(page))
    assert ("Open the plan again" in text, "Make the tables" in text) == (True, False)
    printed = text_of(client.get(f"{page}print/"))
    assert [name for name in NAMES if name not in printed] == []
    assert ("jong" in printed, "oud" in printed) == (False, False)
    assert actions()[-2:] == ["tables seen", "tables printed"]


def test_a_wrong_form_says_what_is_wrong_and_makes_nothing(room: Meeting, signed_in: SignIn) -> None:
    client, page = signed_in("editor", city="GM0772"), f"/en/meetings/{room.slug}/seating/"
    for given in ({}, {"tables": "veel"}, {"tables": 0}, {"tables": 3, "rounds": 2, "seats": 2, "version": 0}):
        assert client.post(page, given).status_code == 400
    weight = f"weight-{room.attributes.get().pk}"
    answer = client.post(page, {"tables": 3, "rounds": 2, "seats": 2, "version": 0, weight: 1})
    assert (answer.status_code, "at least 4 seats at each" in text_of(answer)) == (400, True)
    assert client.post(page, {"tables": 3, "rounds": 2, "seats": 5, "version": 7, weight: 1}).status_code == 409
    assert not Seating.objects.exists()
    for sub in ("try/", "change/", "stage/", "print/"):
        assert client.post(f"{page}{sub}", {}).status_code in (404, 405)


def test_a_change_is_weighed_and_made_without_any_script(room: Meeting, team: User, signed_in: SignIn) -> None:
    plan = made(room, team)
    client, page = signed_in("editor", city="GM0772"), f"/en/meetings/{room.slug}/seating/"
    given = {"person": person("Anna"), "round": 1, "table": elsewhere(plan, "Anna"), "other": ""}
    text = text_of(client.post(f"{page}try/", given))
    assert "The tables mirror the room less well: 2 further from it." in text
    assert Seating.objects.get().version == plan.version
    assert client.post(f"{page}change/", given | {"version": plan.version + 1}).status_code == 409
    answer = client.post(f"{page}change/", given | {"version": plan.version})
    assert answer.headers["Location"] == f"{page}#at-1-{person('Anna')}"
    assert at(plan, 1)["Anna"] == given["table"]


def test_the_script_is_told_what_a_change_costs_and_why_it_cannot_be(
    room: Meeting, team: User, signed_in: SignIn
) -> None:
    plan, client = made(room, team, rounds=1), signed_in("editor", city="GM0772")
    page = f"/en/meetings/{room.slug}/seating/try/"
    given = {"person": person("Anna"), "round": 1, "table": elsewhere(plan, "Anna"), "other": ""}
    asked = {"Accept": "application/json"}
    assert client.post(page, given, headers=asked).json() == {
        "sentences": [
            f"Round 1: Anna from table {at(plan, 1)['Anna']} to {given['table']}.",
            "The tables mirror the room less well: 2 further from it.",
        ],
        "breaks": [],
    }
    both = client.post(page, given | {"other": person("Bilal")}, headers=asked)
    assert both.json() == {"faults": ["Choose a table, or somebody to change places with: not both."]}
    refused = client.post(page, given | {"table": ""}, headers=asked)
    assert (refused.status_code, refused.json()) == (
        400, {"faults": ["Choose a table, or somebody to change places with."]},
    )  # fmt: skip
    assert client.post(page, given | {"table": "99"}, headers=asked).status_code == 400


def test_whoever_cancelled_while_the_plan_was_looked_at_is_told(room: Meeting, team: User, signed_in: SignIn) -> None:
    plan, client = made(room, team), signed_in("editor", city="GM0772")
    given = {"person": person("Anna"), "round": 1, "table": elsewhere(plan, "Anna"), "other": "", "version": 1}
    rules.cancel(person("Anna"), timezone.now())
    answer = client.post(f"/en/meetings/{room.slug}/seating/change/", given)
    assert (answer.status_code, "has probably cancelled" in text_of(answer)) == (400, True)


def test_how_good_a_plan_is_follows_who_is_there_and_what_they_answer(room: Meeting, team: User) -> None:
    """No bound of an earlier question stands beside a figure of this one."""
    plan, (age,) = made(room, team, rounds=1), room.attributes.all()
    fresh = seating.see(room, team)
    assert fresh is not None
    assert fresh.figures[0].verdict == "no plan can do better"
    for name in at(plan, 1):
        if at(plan, 1)[name] == 1:
            rules.answer(person(name), {age.pk: "jong"}, timezone.now())
    changed = seating.see(room, team)
    assert changed is not None
    assert changed.figures[0].value != fresh.figures[0].value
    seating.make(room.pk, Wanted(3, 1, 5, {age.pk: 1.0}), plan.version, team, timezone.now())
    shown = seating.see(room, team)
    assert shown is not None
    assert shown.figures[0].verdict == "no plan can do better"


def test_chairs_that_there_are_are_used_where_a_rule_needs_them(room: Meeting, team: User) -> None:
    """Twelve people at three tables sit by fours, unless five of them must sit together."""
    five = [person(name) for name in NAMES[:5]]
    seating.add_rule(room.pk, "together", five, None, team, timezone.now())
    with pytest.raises(ValidationError, match=r"1 \(4\), 2 \(4\), 3 \(4\)"):
        made(room, team, seats=4)
    plan = made(room, team, seats=6)
    sizes = Counter(at(plan, 1).values())
    assert (len({at(plan, 1)[name] for name in NAMES[:5]}), sizes.total()) == (1, len(NAMES))
    assert min(sizes[table] for table in (1, 2, 3)) >= 3
    assert max(sizes.values()) <= 6


def test_a_rule_stays_with_somebody_who_registers_again(room: Meeting, team: User) -> None:
    now = timezone.now()
    seating.add_rule(room.pk, "apart", [person("Anna"), person("Bilal")], None, team, now)
    rules.cancel(person("Anna"), now)
    come(room, "Anna", now)
    plan = made(room, team, tables=2, rounds=3, seats=8)
    assert all(at(plan, round_)["Anna"] != at(plan, round_)["Bilal"] for round_ in (1, 2, 3))


def test_the_same_rule_twice_is_one(room: Meeting, team: User) -> None:
    now = timezone.now()
    for who in ((person("Anna"), person("Bilal")), (person("Bilal"), person("Anna"))):
        seating.add_rule(room.pk, "apart", who, None, team, now)
    seating.add_rule(room.pk, "together", who, None, team, now)
    assert room.seating_rules.count() == 2


def test_namesakes_have_names_of_their_own_wherever_tables_are_seen(
    room: Meeting, team: User, signed_in: SignIn
) -> None:
    register(room, "other@example.nl", timezone.now(), name="Anna")
    rules.confirm(Registration.objects.get(email="other@example.nl").pk, Place.HELD, timezone.now())
    made(room, team)
    client = signed_in("editor", city="GM0772")
    for page in ("seating/", "seating/print/"):
        assert text_of(client.get(f"/en/meetings/{room.slug}/{page}")).count("Anna (2)") >= 3


def test_tables_of_a_meeting_that_is_called_off_are_not_made_again(room: Meeting, team: User) -> None:
    plan = made(room, team)
    rules.call_off(room.pk, team, timezone.now())
    counting.forget_answers(timezone.now())
    with pytest.raises(ValidationError, match="cancelled"):
        seating.make(room.pk, Wanted(3, 2, 5, {}), plan.version, team, timezone.now())
    assert not Seat.objects.exists()


def test_rules_are_added_and_removed_on_the_page(room: Meeting, signed_in: SignIn) -> None:
    client, page = signed_in("editor", city="GM0772"), f"/en/meetings/{room.slug}/seating/"
    given = {"people": [person("Anna"), person("Bilal")], "kind": "apart", "table": ""}
    assert "Anna and Bilal: never at one table" in text_of(client.post(f"{page}rules/", given, follow=True))
    rule = SeatingRule.objects.get()
    assert client.post(f"{page}rules/", given | {"people": [person("Anna")]}).status_code == 400
    assert client.post(f"{page}rules/", given | {"kind": "at"}).status_code == 400
    assert client.post(f"{page}rules/", given | {"people": [-1, -2]}).status_code == 400
    client.post(f"{page}rules/{rule.pk}/remove/")
    assert not SeatingRule.objects.exists()
    assert client.post(f"{page}rules/{rule.pk}/remove/").status_code == 404


def test_strangers_are_shown_nothing(room: Meeting, team: User, signed_in: SignIn, client: Client) -> None:
    made(room, team)
    rule = seating.add_rule(room.pk, "at", [person("Anna")], 1, team, timezone.now())
    page = f"/en/meetings/{room.slug}"
    read = (f"{page}/seating/", f"{page}/seating/print/", f"{page}/mixing/")
    written = (
        *(f"{page}/seating/{step}/" for step in ("try", "change", "stage", "rules", f"rules/{rule.pk}/remove")),
        *(f"{page}/seating/", f"{page}/mixing/", f"{page}/mixing/{room.attributes.get().pk}/remove/"),
    )
    for visitor in (Client(), signed_in("editor", city="GM0503")):
        assert {visitor.get(path).status_code for path in read} == {403}
        assert {visitor.post(path).status_code for path in written} == {403}


def test_the_page_costs_as_many_queries_with_thirty_as_with_twelve(
    room: Meeting, team: User, signed_in: SignIn
) -> None:
    made(room, team)
    client, page = signed_in("editor", city="GM0772"), f"/en/meetings/{room.slug}/seating/"
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    now: datetime = timezone.now()
    for number in range(18):
        come(room, f"Extra{number}", now)
    made(room, team, tables=6, rounds=3, seats=7)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)
    assert Seat.objects.count() == 90


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("record_that_empties")
def test_of_many_changes_to_one_plan_at_once_one_is_made_and_the_others_are_told(room: Meeting, team: User) -> None:
    plan, now = made(room, team), timezone.now()
    others = [person(name) for name, table in at(plan, 1).items() if table != at(plan, 1)["Anna"]]
    anna = person("Anna")

    def swap(other: int) -> str:
        try:
            seating.accept(room.pk, Change(anna, 1, other=other), True, plan.version, team, now)
        except people.ConflictError:
            return "told"
        return "made"

    done = all_at_once([lambda other=other: swap(other) for other in others])  # type: ignore[misc]
    assert sorted(map(str, done)) == ["made", *["told"] * (len(others) - 1)]
    assert Seating.objects.get().version == plan.version + 1


def test_who_cancels_while_the_planner_searches_gets_no_place(
    room: Meeting, team: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: Any, **more: Any) -> Any:
        rules.cancel(person("Anna"), timezone.now())
        return planner.plan(*args, **more)

    monkeypatch.setattr(seating, "plan", slow)
    assert sorted(at(made(room, team), 1)) == sorted(NAMES[1:])
