"""Meetings as visitors, participants and organisers meet them."""

import csv
import io
import logging
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertNumQueries  # type: ignore[import-untyped, unused-ignore]
from pytest_django.fixtures import Settings

from tests.site.meetings.conftest import DAY, HOUR, Make, letters_to, proven, register, states
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.cities.models import City
from wijkspiegel.site.logs import WithoutKeys
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.meetings import letters, rules, views
from wijkspiegel.site.meetings.forms import started_at
from wijkspiegel.site.meetings.models import Meeting, Place, Registration, Stage
from wijkspiegel.site.people.models import User

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]


def filled_in(email: str = "a@example.nl", **more: str) -> dict[str, str]:
    """A registration form as a person sends it: read first, the hidden field left alone."""
    return {"name": "Anna", "email": email, "website": "", "started": started_at(time.time() - 10), **more}


def send(client: Client, made: Meeting, **given: str) -> HttpResponse:
    return client.post(f"/en/meetings/{made.slug}/register/", filled_in(**given), follow=True)  # type: ignore[return-value]


def link_to(email: str) -> str:
    """The path of the link in the latest mail."""
    (found,) = re.findall(r"http://[^/]+(/\S+/registration/\S+)", Message.objects.filter(to=email).latest("pk").text)
    return str(found)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


# Seeing -------------------------------------------------------------------------------------------------------------


def test_what_is_coming_and_what_was_held(meeting: Make, client: Client) -> None:
    now = timezone.now()
    meeting(title="Straks")
    meeting(title="Toen", starts=now - 3 * DAY, ends=now - 2 * DAY)
    meeting(title="Geheim", stage=Stage.DRAFT)
    meeting(title="Niet door", stage=Stage.CANCELLED)
    text = text_of(client.get("/en/meetings/"))
    coming, _, held = text.partition("<h2>Held</h2>")
    assert ("Straks" in coming, "Niet door" in coming, "Toen" in held, "Geheim" in text) == (True, True, True, False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"opens": None}, "Registration opens later."),
        (
            {"opens": datetime.fromisoformat("2040-01-30T15:30:00+01:00")},
            "Registration opens on 30 January 2040, 15:30",
        ),
        ({"capacity": 1}, "1 place is left."),
        ({"stage": Stage.CANCELLED}, "It does not take place."),
    ],
)
def test_the_state_is_said_in_words(meeting: Make, client: Client, given: dict[str, Any], words: str) -> None:
    if given.get("opens"):
        given = {**given, "starts": given["opens"] + DAY, "ends": given["opens"] + 2 * DAY}
    assert words in text_of(client.get(f"/en/meetings/{meeting(**given).slug}/"))


def test_another_citys_draft_is_nowhere(meeting: Make, signed_in: SignIn, delft: City) -> None:
    made = meeting(stage=Stage.DRAFT, title="Geheim plan")
    client = signed_in("editor", city="GM0503")
    own = ("edit/", "participants/", "participants.csv", "questions/", "report/", "photos/")
    for page in ("", "register/", "registered/", *own):
        assert client.get(f"/nl/meetings/{made.slug}/{page}").status_code == 404
    for page in ("/nl/meetings/", "/meetings.ics", "/nl/me/meetings/"):
        assert "Geheim plan" not in text_of(client.get(page))
    assert client.post(f"/nl/meetings/{made.slug}/stage/", {"step": "publish"}).status_code == 404
    assert client.post(f"/nl/meetings/{made.slug}/attendance/").status_code == 404


def test_the_link_and_who_comes_are_on_no_public_page(meeting: Make, client: Client) -> None:
    made = meeting()
    send(client, made, email="iemand@example.nl")
    for page in (f"/nl/meetings/{made.slug}/", f"/meetings/{made.slug}.ics", "/meetings.ics", "/nl/meetings/"):
        text = text_of(client.get(page))
        assert ("geheim" in text, "iemand" in text, "Anna" in text) == (False, False, False)


def test_pages_cost_as_many_queries_with_thirty_as_with_one(
    meeting: Make, signed_in: SignIn, client: Client, settings: Settings
) -> None:
    now = timezone.now()

    def more(number: int) -> Meeting:
        made = meeting(capacity=15)
        meeting(starts=now - 3 * DAY, ends=now - 2 * DAY)
        for one in range(number):
            register(made, f"p{one}@example.nl", now, question="Hoe?")
        return made

    first = more(1)
    for _ in range(29):
        last = more(0)
    for number in range(30):
        register(last, f"p{number}@example.nl", now, question="Hoe?")
    editor = signed_in("editor", city="GM0772")
    anybody = Client()
    with assertNumQueries(5):  # coming and their seats; how many were held, which, and their seats
        anybody.get("/nl/meetings/?page=99")
    for made in (first, last):
        for visitor, page, queries in (
            (anybody, "", 2),
            (anybody, "register/", 3),
            (editor, "participants/", 7),
            (editor, "questions/", 6),
        ):
            with assertNumQueries(queries):
                assert visitor.get(f"/nl/meetings/{made.slug}/{page}").status_code == 200
    anybody.get("/meetings.ics")
    with assertNumQueries(2):  # its edition, and what was kept of that
        anybody.get("/meetings.ics")


# Registering --------------------------------------------------------------------------------------------------------


def test_the_journey_of_a_participant(meeting: Make, client: Client) -> None:
    made = meeting(capacity=1)
    assert "Look in your mail" in text_of(send(client, made, question="Wie zijn er?"))
    page = link_to("a@example.nl")
    assert "A seat is held for you" in text_of(client.get(page))
    assert states(made) == [("Anna", "held")]  # opening a link changes nothing
    after = client.post(page, {"step": "confirm"}, follow=True)
    assert ("You take part" in text_of(after), "video.example/geheim" in text_of(after)) == (True, True)
    assert "You take part" in text_of(client.get(page))  # the old link says what is so now
    assert "is with the organisers" in text_of(client.post(page, {"step": "ask", "question": "En?"}, follow=True))
    assert client.post(page, {"step": "ask", "question": ""}).status_code == 400
    after = client.post(page, {"step": "cancel"}, follow=True)
    assert "Your registration is cancelled" in text_of(after)
    for _ in range(2):  # the back button, and once more
        assert "Your registration is cancelled" in text_of(client.post(page, {"step": "confirm"}, follow=True))
    assert states(made) == [("Anna", "cancelled")]
    assert list(made.questions.values_list("text", flat=True)) == ["Wie zijn er?", "En?"]


def test_an_offer_is_taken_by_its_link(meeting: Make, client: Client) -> None:
    made, now = meeting(capacity=1), timezone.now()
    first = register(made, "a@example.nl", now)
    send(client, made, email="x@example.nl")
    waiting = link_to("x@example.nl")
    assert "Yes, put me on the waiting list" in text_of(client.get(waiting))
    assert "You are number 1 on the waiting list" in text_of(client.post(waiting, {"step": "confirm"}, follow=True))
    rules.cancel(first.pk, now)
    assert "before a seat came free" in text_of(client.get(waiting))
    offer = link_to("x@example.nl")
    assert "A seat came free for you" in text_of(client.get(offer))
    assert "You take part" in text_of(client.post(offer, {"step": "confirm"}, follow=True))


def test_a_link_that_came_too_late_says_so_before_anybody_lets_the_seat_go(meeting: Make, client: Client) -> None:
    long_ago = timezone.now() - 49 * HOUR
    one = register(meeting(capacity=1, opens=long_ago), "a@example.nl", long_ago)
    text = text_of(client.get(link_to("a@example.nl").replace("/nl/", "/en/")))
    assert ("was not confirmed in time" in text, "Register again" in text) == (True, True)
    assert Registration.objects.get().state == one.state == Place.HELD


@pytest.mark.parametrize("token", ["x", "WzEsImhlbGQiXQ:1abc:def", "%00", "a" * 3000])
def test_a_link_that_we_did_not_make_is_a_page_that_helps(client: Client, token: str) -> None:
    answer = client.get(f"/en/registration/{token}/")
    assert (answer.status_code, "copy all of it" in text_of(answer)) == (404, True)


def test_a_page_tells_nobody_whether_an_address_is_registered(meeting: Make, client: Client) -> None:
    made = meeting(capacity=1)
    for stands in ("new", "held", "confirmed"):
        before = text_of(send(client, made, email="a@example.nl", name=stands))
        fresh = text_of(send(Client(), made, email=f"{stands}@example.nl"))
        assert re.sub('value="[^"]+"', "", before) == re.sub('value="[^"]+"', "", fresh)
        client.post(link_to("a@example.nl"), {"step": "confirm"})
    assert letters_to("a@example.nl") == ["held", "confirmed", "known", "known"]
    assert made.registrations.filter(email="a@example.nl").count() == 1


def test_a_double_click_registers_once(meeting: Make, client: Client) -> None:
    made, given = meeting(), filled_in()
    for _ in range(2):
        client.post(f"/nl/meetings/{made.slug}/register/", given)
    assert states(made) == [("Anna", "held")]


TYPED = {"name": "Anna van Dijk", "organisation": "Stad", "needs": "Ringleiding", "question": "Wie zijn er?"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"website": "https://spam.example"}, "leave the last field empty"),
        ({"started": ""}, "faster than we can follow"),
        ({"started": "made up"}, "faster than we can follow"),
    ],
)
def test_what_a_program_does_is_refused_and_a_person_loses_nothing(
    meeting: Make, client: Client, wrong: dict[str, str], words: str
) -> None:
    made = meeting()
    answer = client.post(f"/en/meetings/{made.slug}/register/", filled_in(**TYPED, **wrong))
    text = text_of(answer)
    assert (answer.status_code, words in text) == (400, True)
    assert [value for value in TYPED.values() if value not in text] == []
    assert not Registration.objects.exists()
    again = dict(re.findall(r'name="(started|website)" (?:value="([^"]*)")?', text))
    given = filled_in(**TYPED, website="", started=again["started"])
    assert client.post(f"/en/meetings/{made.slug}/register/", given).status_code == 400  # at once: too fast
    time.sleep(2.1)
    assert client.post(f"/en/meetings/{made.slug}/register/", given).status_code == 302


def test_too_many_tries_lose_nothing_either(meeting: Make, client: Client, settings: Settings) -> None:
    made = meeting()
    settings.REGISTRATIONS_PER_HOUR = 1
    send(client, made)
    answer = client.post(f"/en/meetings/{made.slug}/register/", filled_in("b@example.nl", **TYPED))
    text = text_of(answer)
    assert (answer.status_code, "send it again in 60 minutes" in text, "Anna van Dijk" in text) == (400, True, True)


def test_a_visitor_behind_a_proxy_is_counted_by_the_own_address(
    meeting: Make, client: Client, settings: Settings
) -> None:
    made = meeting()
    settings.REGISTRATIONS_PER_HOUR, settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1, 1
    for host in ("192.0.2.1", "192.0.2.2"):
        header = {"x-forwarded-for": f"198.51.100.9, {host}"}
        given = filled_in(f"{host}@example.nl")
        assert client.post(f"/nl/meetings/{made.slug}/register/", given, headers=header).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("name", "N" * 10_000, False),
        ("name", "محمد بن سلمى", True),
        ("name", "O'Neill <b>&amp;", True),
        ("email", "iemand+stad@example.nl", True),
        ("email", "iemand@münchen.example", True),
        ("email", "iemand@example.nl\nBcc: x@x.nl", False),
        ("email", "geen adres", False),
        ("email", "e" * 300 + "@example.nl", False),
        ("question", "?" * 10_000, False),
        ("needs", "\x00", False),
    ],
)
def test_what_people_type(meeting: Make, client: Client, field: str, value: str, good: bool) -> None:
    made = meeting()
    answer = client.post(f"/nl/meetings/{made.slug}/register/", {**filled_in(), field: value})
    assert answer.status_code == (302 if good else 400)
    assert [str(getattr(one, field)) for one in made.registrations.all()] == ([value] if good else [])


def test_nobody_registers_for_a_meeting_that_takes_no_registrations(meeting: Make, client: Client) -> None:
    made = meeting(closes=timezone.now() - HOUR)
    assert '<form method="post">' not in text_of(client.get(f"/en/meetings/{made.slug}/register/"))
    answer = client.post(f"/en/meetings/{made.slug}/register/", filled_in(**TYPED))
    assert (answer.status_code, "registration is closed" in text_of(answer)) == (400, True)


def test_an_account_has_its_seat_at_once_and_finds_it_back(meeting: Make, signed_in: SignIn) -> None:
    made, client = meeting(), signed_in(email="anna@example.nl")
    proven(User.objects.get())
    assert "You take part" in text_of(send(client, made, email="anna@example.nl"))
    assert "Internationals" in text_of(client.get("/en/me/meetings/"))
    assert "You are registered: confirmed" in text_of(client.get(f"/en/meetings/{made.slug}/"))
    register(made, "ander@example.nl", timezone.now(), name="Ander")
    assert "Ander" not in text_of(client.get("/en/me/meetings/"))


# Keys ---------------------------------------------------------------------------------------------------------------


def test_a_key_goes_to_no_other_page_and_is_kept_by_nobody(meeting: Make, client: Client) -> None:
    answer = client.get(f"/nl/registration/{letters.token_of(register(meeting(), 'a@example.nl', timezone.now()))}/")
    assert (answer["Referrer-Policy"], answer["Cache-Control"], answer["X-Robots-Tag"]) == (
        "strict-origin", "private, no-store", "noindex",
    )  # fmt: skip


def test_a_key_is_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/nl/registration/geheim:1:2/")
    client.put("/nl/registration/geheim:1:2/")
    told = [logging.Formatter().format(one) for one in caplog.records if WithoutKeys().filter(one)]
    assert told == ["Not Found: /nl/registration/…/", "Method Not Allowed (PUT): /nl/registration/…/"]


def test_the_log_of_the_site_has_that_filter(settings: Settings) -> None:
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without keys"]


# Organising ---------------------------------------------------------------------------------------------------------


def written(**more: str) -> dict[str, str]:
    """The form of a meeting, ten days from now."""
    day = (timezone.localtime() + timedelta(days=10)).strftime("%Y-%m-%d")
    return {
        "title": "Internationals", "summary": "Wie bloeit op?", "city": "GM0772", "place": "Evoluon", "capacity": "50",
        "starts": f"{day}T15:30", "ends": f"{day}T18:00", "version": "0", **more,
    }  # fmt: skip


def test_an_editor_makes_publishes_and_cancels_a_meeting(eindhoven: City, signed_in: SignIn, client: Client) -> None:
    editor = signed_in("editor", city="GM0772")
    assert editor.post("/nl/new-meeting/", written()).status_code == 302
    made = Meeting.objects.get()
    assert timezone.localtime(made.starts).strftime("%H:%M") == "15:30"
    page = f"/nl/meetings/{made.slug}/"
    assert Client().get(page).status_code == 404
    editor.post(f"{page}stage/", {"step": "publish"})
    assert Client().get(page).status_code == 200
    editor.post(f"{page}stage/", {"step": "cancel"})
    made.refresh_from_db()
    assert (made.stage, made.sequence) == (Stage.CANCELLED, 1)
    editor.post(f"{page}stage/", {"step": "discard"})
    assert Meeting.objects.exists()


def test_a_draft_is_thrown_away(meeting: Make, signed_in: SignIn) -> None:
    made = meeting(stage=Stage.DRAFT)
    assert signed_in("programme").post(f"/nl/meetings/{made.slug}/stage/", {"step": "discard"}).status_code == 302
    assert not Meeting.objects.exists()


def test_an_editor_is_offered_the_own_city_only(eindhoven: City, delft: City, signed_in: SignIn) -> None:
    client = signed_in("editor", city="GM0772")
    text = text_of(client.get("/nl/new-meeting/"))
    assert ("Eindhoven" in text, "Delft" in text) == (True, False)
    assert client.post("/nl/new-meeting/", written(city="GM0503")).status_code == 400
    assert client.post("/nl/new-meeting/", written(city="")).status_code == 400


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"starts": "2020-01-30T15:30"}, "This time is past. Choose a later one."),
        ({"starts": "2040-03-25T02:30"}, "it may be ambiguous or it may not exist"),  # that hour is skipped
        ({"starts": "morgen"}, "Enter a valid date/time."),
        ({"ends": "2020-01-30T18:00"}, "A meeting ends after it starts."),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"capacity": "-1"}, "greater than or equal to"),
        ({"capacity": "99999999999"}, "less than or equal to"),
        ({"title": "T" * 10_000}, "at most 150 characters"),
        ({"link": "javascript:alert(1)"}, "Enter a valid URL."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_stays(
    eindhoven: City, signed_in: SignIn, wrong: dict[str, str], words: str
) -> None:
    answer = signed_in("programme").post("/en/new-meeting/", written(**wrong))
    text = text_of(answer)
    assert (answer.status_code, words in text, "Evoluon" in text) == (400, True, True)
    assert not Meeting.objects.exists()


def test_two_editors_at_once_see_both(meeting: Make, signed_in: SignIn) -> None:
    made, client = meeting(), signed_in("programme")
    page = f"/en/meetings/{made.slug}/edit/"
    assert client.post(page, written(title="De eerste")).status_code == 302
    conflict = client.post(page, written(title="De tweede"))
    text = text_of(conflict)
    assert (conflict.status_code, "De eerste" in text, 'value="De tweede"' in text) == (409, True, True)
    assert Meeting.objects.get().title == "De eerste"
    (version,) = re.findall(r'name="version" value="(\d+)"', text)
    assert client.post(page, written(title="Beide", version=version)).status_code == 302
    assert Meeting.objects.get().title == "Beide"


def test_two_reporters_at_once_see_both(meeting: Make, signed_in: SignIn) -> None:
    now = timezone.now()
    made, client = meeting(starts=now - DAY, ends=now - HOUR), signed_in("programme")
    page = f"/en/meetings/{made.slug}/report/"
    assert client.post(page, {"text": "Een", "version": "0"}).status_code == 302
    conflict = client.post(page, {"text": "Twee", "publishes": "on", "version": "0"})
    assert (conflict.status_code, "Een" in text_of(conflict), "Twee" in text_of(conflict)) == (409, True, True)
    assert client.post(page, {"text": "Een en **twee**", "publishes": "on", "version": "1"}).status_code == 302
    assert "<strong>twee</strong>" in text_of(Client().get(f"/nl/meetings/{made.slug}/"))


def test_organisers_see_move_remove_and_mark(meeting: Make, signed_in: SignIn) -> None:
    made, now = meeting(capacity=1), timezone.now()
    rows = {name: register(made, f"{name}@example.nl", now) for name in "axyz"}
    client = signed_in("editor", city="GM0772")
    page = f"/en/meetings/{made.slug}/participants/"
    assert [name for name in "axyz" if f"{name}@example.nl" in text_of(client.get(page))] == list("axyz")
    client.post(f"/en/participants/{rows['z'].pk}/move/", {"to": "1"})
    client.post(f"/en/participants/{rows['a'].pk}/remove/")
    assert states(made) == [("a", "cancelled"), ("z", "offered"), ("x", "waiting"), ("y", "waiting")]
    text = text_of(client.post(f"/en/participants/{rows['z'].pk}/move/", {"to": "2"}, follow=True))
    assert "not on the waiting list any more" in text
    client.post(f"/en/participants/{rows['z'].pk}/move/", {"to": "9" * 30})
    assert client.post(f"/en/meetings/{made.slug}/attendance/", {"present": ["9" * 30] * 3000}).status_code == 302
    text = text_of(client.post(f"/en/meetings/{made.slug}/attendance/", {"present": "1"}, follow=True))
    assert "can be marked from the start" in text


def test_who_organises_elsewhere_moves_and_removes_nobody(meeting: Make, signed_in: SignIn) -> None:
    made, now = meeting(capacity=1), timezone.now()
    one = register(made, "a@example.nl", now)
    client = signed_in("editor", city="GM0503")
    for step in ("move", "remove"):
        assert client.post(f"/nl/participants/{one.pk}/{step}/").status_code == 403
    for page in ("participants/", "participants.csv", "questions/", "edit/", "report/", "photos/"):
        assert client.get(f"/nl/meetings/{made.slug}/{page}").status_code == 403
    assert states(made) == [("a", "held")]
    assert not Line.objects.exists()


def test_the_table_of_participants_is_no_program(meeting: Make, signed_in: SignIn) -> None:
    made, now = meeting(), timezone.now()
    register(made, "a@example.nl", now, name='=HYPERLINK("https://kwaad.example";"klik")', organisation="Stad; Land")
    register(made, "b@example.nl", now, name="\tTab", organisation="@SUM(A1)")
    answer = signed_in("programme").get(f"/en/meetings/{made.slug}/participants.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows] == ["Name", '\'=HYPERLINK("https://kwaad.example";"klik")', "'\tTab"]
    assert [row[2] for row in rows] == ["Organisation", "Stad; Land", "'@SUM(A1)"]
    assert Line.objects.get().action == "participants exported"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", " =1", "\r=1", "\n", "＝1"])
def test_a_cell_that_could_be_a_formula_is_text(cell: str) -> None:
    assert views.as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Anna", "a=1", "1-2", "م"])
def test_another_cell_stays_as_it_is(cell: str) -> None:
    assert views.as_text(cell) == cell


def test_questions_are_seen_by_who_organises(meeting: Make, signed_in: SignIn) -> None:
    made = meeting()
    register(made, "a@example.nl", timezone.now(), question="<script>alert(1)</script>", name="Anna")
    text = text_of(signed_in("editor", city="GM0772").get(f"/nl/meetings/{made.slug}/questions/"))
    assert ("&lt;script&gt;alert(1)" in text, "Anna" in text) == (True, True)
    assert Line.objects.get().action == "questions seen"
