"""Questions for the tables: what may be asked, what is kept of the answers, and what is left of them."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given as holds_for
from hypothesis import strategies as st

from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, HOUR, Make, register
from tests.site.meetings.test_views import filled_in, link_to, text_of
from wijkspiegel.site import commands
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.cities.models import Area, City, Part, Release
from wijkspiegel.site.meetings import counting, mixing, rules, seating
from wijkspiegel.site.meetings.models import (
    WITHHELD,
    Answer,
    Attribute,
    Meeting,
    Place,
    Registration,
    Seat,
    Seating,
    SeatingRule,
    Stage,
)
from wijkspiegel.site.meetings.seating_forms import proposals
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import User

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
AGE = {"name": "Leeftijd", "reason": "Jong en oud aan elke tafel", "choices": ["jong", "oud"], "ground": ""}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def team(account: Account) -> User:
    return account("programme")


@pytest.fixture
def age(meeting: Make, team: User) -> Attribute:
    return mixing.add(meeting().pk, AGE, team, timezone.now())


def answered(email: str) -> list[str]:
    return list(Answer.objects.filter(registration__email=email).values_list("choice", flat=True))


# What may be asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Wat is je herkomst?", ["herkomst"]),
        ("Nationaliteit", ["nationaliteit"]),
        ("Welk geloof heb je, of welke religie?", ["geloof", "religie"]),
        ("Your ethnicity and religion", ["ethnicity", "religion"]),
        ("Country of birth", ["country of birth"]),
        ("Heeft u een handicap", ["handicap"]),
        ("Wat is je etniciteit", ["etniciteit"]),
        ("Ras", ["ras"]),
        ("GEZONDHEID", ["gezondheid"]),
        ("Ben je lid van een vakbond", ["vakbond"]),
        ("Hóe is je gezóndheid", ["gezondheid"]),
        ("Uit welk land kom je?", ["welk land"]),
        ("Waar zijn je ouders geboren?", ["geboren"]),
        ("Geboorteplaats", ["geboorteplaats"]),
        ("Where were you born", ["born"]),
        ("Op welke partij stem je?", ["welke partij", "stem je"]),
        ("Ga je naar de kerk", ["kerk"]),
        ("What is your origin", ["origin"]),
        ("In welke wijk woon je", []),
        ("Kerkrade-Noord", []),
        ("Je geboortejaar", []),
        ("Heb je originele ideeën", []),
        ("Spreek je met luide stem", []),
        ("Zit je graag op het terras", []),
        ("Welke taal spreek je liefst", []),
        ("Ben je hier voor het eerst", []),
        ("Bestuurder, ambtenaar of bewoner", []),
        ("Which role do you have", []),
        ("Where are you from, east or west", []),
    ],
)
def test_what_the_law_protects_most_is_seen(words: str, found: list[str]) -> None:
    assert mixing.protected_words(words) == found


def test_what_is_proposed_asks_for_nothing_that_is_protected(eindhoven: City, team: User, meeting: Make) -> None:
    made = meeting()
    for one in proposals(eindhoven).values():
        assert mixing.protected_words(one.name, one.reason, *one.choices) == []
        if one.choices:
            given = {"name": one.name, "reason": one.reason, "choices": list(one.choices), "ground": ""}
            mixing.add(made.pk, given, team, timezone.now())
    assert made.attributes.count() == 4


def test_where_people_live_is_proposed_with_the_districts_of_the_host(eindhoven: City) -> None:
    release = Release.objects.create(title="x", digest="x", latest_year=2024)
    part = Part.objects.create(release=release, city=eindhoven, package=b"")
    for number, (name, level) in enumerate((("Strijp", "wijk"), ("Woensel", "wijk"), ("Drents Dorp", "buurt"))):
        Area.objects.create(part=part, code=str(number), name=name, level=level)
    assert proposals(eindhoven)["place"].choices[:-1] == ("Strijp", "Woensel")
    assert proposals(None)["place"].choices == ()


def test_where_people_are_from_is_seen_in_the_answers_too(meeting: Make, team: User) -> None:
    where = AGE | {"name": "Waar kom je vandaan?", "choices": ["Nederland", "turkije", "Morocco", "elders"]}
    with pytest.raises(ValidationError, match=r"\(Nederland, turkije, Morocco\)"):
        mixing.add(meeting().pk, where, team, timezone.now())
    streets = AGE | {"name": "In welke straat woon je?", "choices": ["Turkijestraat", "Jordanië", "elders"]}
    assert mixing.add(meeting().pk, streets, team, timezone.now()).choices[1] == "Jordanië"


def test_a_protected_question_needs_a_legal_ground_which_is_kept_shown_and_recorded(
    meeting: Make, team: User, client: Client
) -> None:
    made, now = meeting(), timezone.now()
    for given in (AGE | {"name": "Herkomst"}, AGE | {"choices": ["moslim", "christen"]}, AGE | {"reason": "Afkomst"}):
        with pytest.raises(ValidationError, match="what the law protects most"):
            mixing.add(made.pk, given, team, now)
    mixing.add(made.pk, AGE | {"name": "Herkomst", "ground": "AVG art. 9 lid 2a"}, team, now)
    assert made.attributes.get().ground == "AVG art. 9 lid 2a"
    assert "Legal ground: AVG art. 9 lid 2a" in text_of(client.get(f"/en/meetings/{made.slug}/register/"))
    assert Line.objects.latest("pk").action == "protected question for the tables written"


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        (["een"], "from 2 to 30"),
        ([str(n) for n in range(31)], "from 2 to 30"),
        (["Ja", "ja"], "twice"),
        (["x" * 61, "y"], "too long"),
    ],
)
def test_answers_that_make_no_question_are_refused(meeting: Make, team: User, choices: list[str], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        mixing.add(meeting().pk, AGE | {"choices": choices}, team, timezone.now())


def test_there_are_at_most_eight_questions_each_with_a_name_of_its_own(meeting: Make, team: User) -> None:
    made, now = meeting(), timezone.now()
    for number in range(8):
        mixing.add(made.pk, AGE | {"name": f"Vraag {number}"}, team, now)
    with pytest.raises(ValidationError, match="8 questions already"):
        mixing.add(made.pk, AGE, team, now)
    made.attributes.filter(name="Vraag 7").delete()
    with pytest.raises(ValidationError, match="of this name already"):
        mixing.add(made.pk, AGE | {"name": "vraag 1"}, team, now)


def test_a_question_is_changed_until_it_is_answered_and_removed_with_its_answers(age: Attribute, team: User) -> None:
    now = timezone.now()
    mixing.change(age.pk, AGE | {"name": "Hoe oud?"}, 0, team, now)
    with pytest.raises(people.ConflictError):
        mixing.change(age.pk, AGE, 0, team, now)
    register(age.meeting, "a@example.nl", now, answers={age.pk: "jong"})
    with pytest.raises(ValidationError, match="not changed"):
        mixing.change(age.pk, AGE, 1, team, now)
    mixing.remove(age.pk, team)
    assert (Attribute.objects.count(), Answer.objects.count()) == (0, 0)


def test_nothing_is_asked_once_a_meeting_has_begun(meeting: Make, team: User) -> None:
    made = meeting()
    with pytest.raises(ValidationError, match="has begun"):
        mixing.add(made.pk, AGE, team, made.starts)


# Answers --------------------------------------------------------------------------------------------------------------


def test_who_registers_answers_with_consent(age: Attribute, client: Client) -> None:
    page, field = f"/en/meetings/{age.meeting.slug}/register/", f"answer-{age.pk}"
    text = text_of(client.get(page))
    assert (str(AGE["reason"]) in text, "They are removed after the meeting." in text) == (True, True)
    client.post(page, filled_in("a@example.nl", **{field: "jong", "consent": "on"}))
    client.post(page, filled_in("b@example.nl", **{field: "jong"}))
    client.post(page, filled_in("c@example.nl", consent="on"))
    assert [answered(f"{one}@example.nl") for one in "abc"] == [["jong"], [], []]
    assert client.post(page, filled_in("d@example.nl", **{field: "stokoud", "consent": "on"})).status_code == 400
    assert not Registration.objects.filter(email="d@example.nl").exists()


def test_nobody_answers_in_the_name_of_another(age: Attribute) -> None:
    now = timezone.now()
    register(age.meeting, "a@example.nl", now, answers={age.pk: "jong"})
    register(age.meeting, "a@example.nl", now, answers={age.pk: "oud"})
    assert answered("a@example.nl") == ["jong"]


def test_what_was_never_asked_is_not_kept(age: Attribute, meeting: Make, team: User) -> None:
    elsewhere = mixing.add(meeting().pk, AGE, team, timezone.now())
    register(age.meeting, "a@example.nl", timezone.now(), answers={age.pk: "geen", elsewhere.pk: "jong", 999: "oud"})
    assert answered("a@example.nl") == []


def test_who_registered_sees_changes_and_withdraws_the_answers(age: Attribute, client: Client) -> None:
    register(age.meeting, "a@example.nl", timezone.now(), answers={age.pk: "jong"})
    page, field = link_to("a@example.nl").replace("/nl/", "/en/"), f"answer-{age.pk}"
    assert '<option value="jong" selected>' in text_of(client.get(page))
    client.post(page, {"step": "answer", field: "oud", "consent": "on"})
    assert answered("a@example.nl") == ["oud"]
    assert client.post(page, {"step": "answer", field: "stokoud", "consent": "on"}).status_code == 400
    client.post(page, {"step": "answer", field: "oud"})  # no consent any more
    assert answered("a@example.nl") == []
    client.post(page, {"step": "answer", field: "oud", "consent": "on"})
    client.post(page, {"step": "withdraw"})
    assert answered("a@example.nl") == []


def test_who_sits_at_a_fixed_table_can_withdraw_and_not_change(age: Attribute, client: Client, team: User) -> None:
    now = timezone.now()
    one = register(age.meeting, "a@example.nl", now, answers={age.pk: "jong"})
    rules.confirm(one.pk, Place.HELD, now)
    plan = Seating.objects.create(meeting=age.meeting, tables=1, rounds=1, seats=4, locked=now)
    Seat.objects.create(seating=plan, registration=one, round=1, table=1)
    page = link_to("a@example.nl").replace("/nl/", "/en/")
    text = text_of(client.get(page))
    assert ("Keep my answers" in text, '<dd dir="auto">jong</dd>' in text) == (False, True)
    answer = client.post(page, {"step": "answer", f"answer-{age.pk}": "oud", "consent": "on"})
    assert (answer.status_code, answered("a@example.nl")) == (400, ["jong"])
    client.post(page, {"step": "withdraw"})
    assert answered("a@example.nl") == []


def test_answers_of_who_cancels_go_at_once(age: Attribute) -> None:
    now = timezone.now()
    one = register(age.meeting, "a@example.nl", now, answers={age.pk: "jong"})
    rules.cancel(one.pk, now)
    assert answered("a@example.nl") == []


def test_organisers_ask_and_remove_questions_on_the_page(meeting: Make, signed_in: SignIn) -> None:
    made = meeting()
    client, page = signed_in("editor", city="GM0772"), f"/en/meetings/{made.slug}/mixing/"
    assert "25–44" in text_of(client.get(f"{page}?propose=age"))
    given = {"name": "Leeftijd", "reason": "Omdat", "choices": "jong\n\n  oud  \n", "version": 0}
    client.post(page, given)
    attribute = made.attributes.get()
    assert attribute.choices == ["jong", "oud"]
    assert client.post(page, given).status_code == 400
    assert client.post(page, given | {"name": "Herkomst"}).status_code == 400
    assert client.post(page, given | {"name": "Herkomst", "has_ground": "on"}).status_code == 400
    assert client.post(page, given | {"name": "Herkomst", "ground": "zomaar"}).status_code == 400
    assert client.post(page, given | {"name": "Herkomst", "has_ground": "on", "ground": "AVG 9.2a"}).status_code == 302
    client.post(f"{page}{attribute.pk}/", given | {"name": "Hoe oud?"})
    assert client.post(f"{page}{attribute.pk}/", given | {"name": "Hoe oud ben je?"}).status_code == 409
    assert "Hoe oud?" in text_of(client.get(page))
    client.post(f"{page}{attribute.pk}/remove/")
    assert [one.name for one in made.attributes.all()] == ["Herkomst"]


# What is left ---------------------------------------------------------------------------------------------------------


@holds_for(st.dictionaries(st.text(max_size=3), st.integers(0, 40), min_size=1, max_size=8))
def test_counts_that_are_told_never_tell_one_that_is_not(counts: dict[str, int]) -> None:
    """Their total is known: what is not told adds up to ten at least, or nothing is told."""
    kept = counting.told(counts)
    assert kept.keys() == counts.keys()
    untold = [counts[name] for name, count in kept.items() if count == WITHHELD]
    assert all(kept[name] == counts[name] >= 10 for name in counts if kept[name] != WITHHELD)
    assert not untold or sum(untold) >= 10 or len(untold) == len(counts)


@pytest.mark.parametrize("counts", [(0, 10, 0), (10, 12, 0), (9, 40), (0, 30), (4, 5, 3, 50)])
def test_what_is_not_told_could_also_have_been_otherwise(counts: tuple[int, ...]) -> None:
    """Whoever knows the total, and how counts are told, finds of none that is not told what it is."""
    kept = counting.told(dict(zip("abcd", counts, strict=False)))
    possible = [
        other
        for other in itertools.product(range(sum(counts) + 1), repeat=len(counts))
        if sum(other) == sum(counts) and counting.told(dict(zip("abcd", other, strict=False))) == kept
    ]
    for at, name in enumerate(kept):
        assert len({other[at] for other in possible}) >= (1 if kept[name] != WITHHELD else 10)


def held(meeting: Make, team: User, now: datetime) -> tuple[Meeting, Attribute]:
    """Twenty-four came to three tables in two rounds: fourteen young, eight old, two who did not answer."""
    made = meeting(now, capacity=40)
    age = mixing.add(made.pk, AGE, team, now)
    for number in range(24):
        choice = "jong" if number < 14 else "oud" if number < 22 else ""
        answers = {age.pk: choice} if choice else {}
        one = register(made, f"persoon{number}@example.nl", now, answers=answers)
        rules.confirm(one.pk, Place.HELD, now)
    first, second, *_more = made.registrations.order_by("pk")
    seating.add_rule(made.pk, "apart", [first.pk, second.pk], None, team, now)
    plan = seating.make(made.pk, seating.Wanted(3, 2, 9, {age.pk: 1.0}), 0, team, now)
    seating.lock(made.pk, plan.version, team, now)
    return made, age


def everything_kept(leave: tuple[type[Model], ...]) -> str:
    """All that stands in any table of this slice, of the record and of the plans, but in those."""
    models: list[type[Model]] = [*apps.get_app_config("meetings").get_models(include_auto_created=True), Line]
    rows = [row for model in models if model not in leave for row in model._default_manager.values_list()]
    return " ".join(str(value) for row in rows for value in row)


def test_after_a_meeting_only_counts_are_left_of_answers_and_tables(
    meeting: Make, team: User, monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    monkeypatch.setattr(seating, "SECONDS", 0.05)
    now = timezone.now()
    made, age = held(meeting, team, now)
    assert counting.forget_answers(made.ends - HOUR) == 0
    said: list[str] = []
    commands.clean_up(made.ends, True, said.append)
    assert "71 answers and places at tables would be removed" in said  # 22 answers, 48 places, a rule
    assert Seat.objects.count() == 48
    commands.clean_up(made.ends, False, said.append)
    assert [model.objects.count() for model in (Answer, Seat, SeatingRule, SeatingRule.people.through)] == [0, 0, 0, 0]
    age.refresh_from_db()
    assert age.counts == {"jong": 14, "oud": WITHHELD, "": WITHHELD}
    plan = Seating.objects.get()
    assert plan.counts.keys() == {"people", "pairs", "repeats", "most_often"}  # a mirror would tell who answered what
    assert (plan.counts["people"], plan.counted) == (24, made.ends)
    assert plan.counts["pairs"] == 2 * 3 * 28 - plan.counts["repeats"]
    assert "persoon" not in everything_kept((Registration,))
    assert Line.objects.filter(action="answers and tables removed", actor=0).count() == 1
    assert counting.forget_answers(made.ends + DAY) == 0
    Meeting.objects.update(starts=now - 2 * DAY, ends=now - DAY)
    text = text_of(signed_in("editor", city="GM0772").get(f"/en/meetings/{made.slug}/seating/"))
    assert ("these are few" in text, "<dd>14" in text, "persoon" in text) == (True, True, False)


def test_a_count_that_would_tell_another_is_not_told(meeting: Make, team: User) -> None:
    now = timezone.now()
    made = meeting(now, capacity=40)
    age = mixing.add(made.pk, AGE, team, now)
    for number in range(25):
        one = register(made, f"{number}@example.nl", now, answers={age.pk: "jong" if number < 22 else "oud"})
        rules.confirm(one.pk, Place.HELD, now)
    counting.forget_answers(made.ends)
    age.refresh_from_db()
    assert age.counts == {"jong": WITHHELD, "oud": WITHHELD, "": WITHHELD}


def test_who_had_a_place_is_counted_whether_or_not_it_was_marked_who_came(meeting: Make, team: User) -> None:
    now = timezone.now()
    made = meeting(now, capacity=40)
    age = mixing.add(made.pk, AGE, team, now)
    for number in range(24):
        one = register(made, f"{number}@example.nl", now, answers={age.pk: "jong" if number % 2 else "oud"})
        rules.confirm(one.pk, Place.HELD, now)
    came = [one.pk for one in made.registrations.all() if one.answers.get().choice == "jong"]
    rules.mark_attendance(made.pk, came, (), team, made.starts)
    counting.forget_answers(made.ends)
    age.refresh_from_db()
    assert age.counts == {"jong": WITHHELD, "oud": 12, "": WITHHELD}


def test_answers_for_a_meeting_that_is_called_off_go_before_it_would_have_been(age: Attribute, team: User) -> None:
    now = timezone.now()
    register(age.meeting, "a@example.nl", now, answers={age.pk: "jong"})
    rules.call_off(age.meeting.pk, team, now)
    assert (counting.forget_answers(now), Answer.objects.count()) == (1, 0)
    assert Meeting.objects.get().stage == Stage.CANCELLED
