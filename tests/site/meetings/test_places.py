"""Seats and the waiting list: who has one, who waits, and what happens as time goes by."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, HOUR, NOBODY, Make, letters_to, proven, register, states
from wijkspiegel.site import commands
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.cities.models import City
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.meetings import letters, rules, standing
from wijkspiegel.site.meetings.models import SEATED, Meeting, Place, Question, Registration, Stage
from wijkspiegel.site.people.models import User
from wijkspiegel.site.people.rules import TooManyError

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def full(make: Make, capacity: int = 1, **given: object) -> Meeting:
    """Every seat confirmed by a, b, ...; x, y and z wait and have confirmed that they do."""
    meeting = make(NOW, capacity=capacity, **given)
    for name in [*"abcdefgh"[:capacity], *"xyz"]:
        one = register(meeting, f"{name}@example.nl", NOW)
        rules.confirm(one.pk, Place(one.state), NOW)
    return meeting


def of(meeting: Meeting, name: str) -> Registration:
    return meeting.registrations.get(name=name)


def test_a_seat_is_held_until_the_address_is_confirmed(meeting: Make) -> None:
    one = register(made := meeting(NOW), "a@example.nl", NOW)
    assert (one.state, one.expires, one.number) == (Place.HELD, NOW + 48 * HOUR, 1)
    one = rules.confirm(one.pk, Place.HELD, NOW + HOUR)
    assert (one.state, one.expires, one.proven) == (Place.CONFIRMED, None, NOW + HOUR)
    assert letters_to("a@example.nl") == ["held", "confirmed"]
    assert states(made) == [("a", "confirmed")]


def test_confirming_twice_is_confirming_once(meeting: Make) -> None:
    one = register(meeting(NOW), "a@example.nl", NOW)
    for _ in range(2):
        assert rules.confirm(one.pk, Place.HELD, NOW).state == Place.CONFIRMED
    assert letters_to("a@example.nl") == ["held", "confirmed"]


def test_an_account_takes_a_seat_at_once_with_its_own_address_only(meeting: Make, account: Account) -> None:
    made, user = meeting(NOW), proven(account(email="a@example.nl"))
    own = rules.register(made.pk, rules.Applicant("a", "A@Example.nl"), user, "h", NOW)
    other = rules.register(made.pk, rules.Applicant("b", "b@example.nl"), user, "h", NOW)
    assert (own.state, other.state) == (Place.CONFIRMED, Place.HELD)
    unproven = account(email="c@example.nl")
    assert rules.register(made.pk, rules.Applicant("c", "c@example.nl"), unproven, "h", NOW).state == Place.HELD


def test_a_hold_that_was_not_confirmed_goes_to_the_next(meeting: Make) -> None:
    made = meeting(NOW, capacity=1)
    late = register(made, "a@example.nl", NOW)
    next_one = register(made, "b@example.nl", NOW)
    rules.confirm(next_one.pk, Place.WAITING, NOW)
    rules.settle_all(NOW + 47 * HOUR)
    assert states(made) == [("a", "held"), ("b", "waiting")]
    assert rules.settle_all(NOW + 48 * HOUR) == 1
    assert states(made) == [("a", "expired"), ("b", "offered")]
    assert rules.confirm(late.pk, Place.HELD, NOW + 49 * HOUR).state == Place.EXPIRED
    assert letters_to("b@example.nl") == ["waiting", "offered"]


def test_who_does_not_confirm_to_wait_leaves_the_line(meeting: Make) -> None:
    made = meeting(NOW, capacity=1)
    rules.confirm(register(made, "a@example.nl", NOW).pk, Place.HELD, NOW)
    register(made, "b@example.nl", NOW)
    rules.settle_all(NOW + 49 * HOUR)
    assert states(made) == [("a", "confirmed"), ("b", "expired")]
    assert letters_to("b@example.nl") == ["waiting"]


def test_a_seat_that_comes_free_is_offered_to_the_first_who_waits_and_nobody_else_gets_it(meeting: Make) -> None:
    made = full(meeting)
    rules.cancel(of(made, "a").pk, NOW)
    assert states(made) == [("a", "cancelled"), ("x", "offered"), ("y", "waiting"), ("z", "waiting")]
    assert register(made, "new@example.nl", NOW).state == Place.WAITING
    assert rules.confirm(of(made, "x").pk, Place.OFFERED, NOW).state == Place.CONFIRMED
    assert letters_to("x@example.nl") == ["waiting", "offered", "confirmed"]


def test_an_offer_that_is_not_taken_goes_to_the_next_and_the_old_link_says_so(meeting: Make) -> None:
    made = full(meeting)
    rules.cancel(of(made, "a").pk, NOW)
    token = letters.token_of(of(made, "x"))
    rules.settle_all(NOW + 48 * HOUR)
    assert states(made)[1:] == [("x", "expired"), ("y", "offered"), ("z", "waiting")]
    assert letters_to("x@example.nl")[-1] == "expired"
    pk, seen = letters.read_token(token)
    assert (seen, rules.confirm(pk, seen, NOW + 48 * HOUR).state) == (Place.OFFERED, Place.EXPIRED)
    assert states(made)[2] == ("y", "offered")


def test_a_link_of_another_state_changes_nothing(meeting: Make) -> None:
    made = full(meeting)
    waiting = letters.read_token(letters.token_of(of(made, "x")))
    rules.cancel(of(made, "a").pk, NOW)
    assert rules.confirm(*waiting, NOW).state == Place.OFFERED


def test_an_offer_that_is_let_go_goes_to_the_next(meeting: Make) -> None:
    made = full(meeting)
    rules.cancel(of(made, "a").pk, NOW)
    rules.cancel(of(made, "x").pk, NOW)
    assert states(made)[1:] == [("x", "cancelled"), ("y", "offered"), ("z", "waiting")]


def capacity(made: Meeting, seats: int, by: User, now: datetime = NOW) -> None:
    made.refresh_from_db()
    given_ = {name: getattr(made, name) for name in rules.WRITTEN} | {"capacity": seats}
    rules.change(made.pk, given_, made.version, by, now)


def test_more_places_are_offered_to_as_many_as_there_are(meeting: Make, account: Account) -> None:
    made = full(meeting)
    capacity(made, 3, account("programme"))
    assert states(made)[1:] == [("x", "offered"), ("y", "offered"), ("z", "waiting")]


def test_fewer_places_send_nobody_away(meeting: Make, account: Account) -> None:
    made = full(meeting, capacity=3)
    capacity(made, 1, account("programme"))
    assert states(made)[:3] == [("a", "confirmed"), ("b", "confirmed"), ("c", "confirmed")]
    for name in "ab":
        rules.cancel(of(made, name).pk, NOW)
    assert of(made, "x").state == Place.WAITING
    rules.cancel(of(made, "c").pk, NOW)
    assert of(made, "x").state == Place.OFFERED


def test_organisers_change_the_order_of_the_line(meeting: Make, account: Account) -> None:
    made, team = full(meeting), account("programme")
    rules.move(of(made, "z").pk, 1, team, NOW)
    assert [name for name, _ in states(made)] == ["a", "z", "x", "y"]
    rules.move(of(made, "z").pk, 99, team, NOW)
    assert [name for name, _ in states(made)] == ["a", "x", "y", "z"]
    assert [standing.position_of(of(made, name)) for name in "xyz"] == [1, 2, 3]
    with pytest.raises(ValidationError):
        rules.move(of(made, "a").pk, 1, team, NOW)


def test_who_is_removed_by_an_organiser_hears_of_it_and_the_next_gets_the_seat(meeting: Make, account: Account) -> None:
    made = full(meeting)
    rules.remove(of(made, "a").pk, account("editor", city="GM0772"), NOW)
    assert states(made)[:2] == [("a", "cancelled"), ("x", "offered")]
    assert letters_to("a@example.nl")[-1] == "cancelled"
    assert Line.objects.last().action == "registration removed"  # type: ignore[union-attr]


def test_offers_and_holds_end_at_the_start(meeting: Make) -> None:
    made = full(meeting)
    late = made.starts - HOUR
    rules.cancel(of(made, "a").pk, late)
    assert of(made, "x").expires == made.starts
    rules.settle_all(made.starts)
    assert states(made)[1:] == [("x", "expired"), ("y", "waiting"), ("z", "waiting")]
    assert rules.cancel(of(made, "y").pk, made.starts).state == Place.WAITING
    assert rules.confirm(of(made, "y").pk, Place.WAITING, made.starts).proven == NOW


def test_who_registers_again_changes_nothing_and_gets_a_mail_that_says_so(meeting: Make) -> None:
    made = full(meeting)
    question = {"question": "Uit naam van een ander?"}
    for number, email in enumerate(("A@EXAMPLE.NL", "x@example.nl ")):
        again = register(made, email, NOW + number * timedelta(minutes=1), **question)
        assert again == of(made, email[0].lower())
    assert letters_to("a@example.nl") == ["held", "confirmed", "known"]
    assert not Question.objects.exists()
    assert len(states(made)) == 4


def test_the_database_itself_refuses_two_live_registrations_of_one_address(meeting: Make) -> None:
    made = meeting(NOW)
    register(made, "a@example.nl", NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.registrations.create(state=Place.WAITING, number=2, email="A@Example.nl")
    made.registrations.create(state=Place.CANCELLED, number=2, email="a@example.nl")


def test_who_cancelled_comes_back_at_the_end(meeting: Make) -> None:
    made = full(meeting)
    rules.cancel(of(made, "x").pk, NOW)
    assert register(made, "x@example.nl", NOW, name="x again").state == Place.WAITING
    assert states(made)[-1] == ("x again", "waiting")


@pytest.mark.parametrize(
    ("given_", "state"),
    [
        ({"stage": Stage.DRAFT}, "draft"),
        ({"opens": None}, "save the date"),
        ({"opens": NOW + HOUR}, "save the date"),
        ({"opens": NOW}, "open"),
        ({"closes": NOW}, "closed"),
        ({"starts": NOW}, "begun"),
        ({"starts": NOW - DAY, "ends": NOW}, "held"),
        ({"starts": NOW - DAY, "ends": NOW, "reported": NOW}, "reported"),
        ({"stage": Stage.CANCELLED}, "cancelled"),
    ],
)
def test_the_state_follows_from_what_was_decided_and_from_the_time(
    meeting: Make, given_: dict[str, object], state: str
) -> None:
    made = meeting(NOW, **given_)
    assert standing.shown([made], NOW)[0].state == state
    if state == "open":
        register(made, "a@example.nl", NOW)
    else:
        with pytest.raises(rules.ClosedError):
            register(made, "a@example.nl", NOW)


def test_full_is_seen_and_not_stored(meeting: Make) -> None:
    made = meeting(NOW, capacity=1)
    register(made, "a@example.nl", NOW)
    assert standing.shown([made], NOW)[0] == standing.Shown(made, standing.State.FULL, 1, 0)
    assert standing.shown([made], NOW + 48 * HOUR)[0].state == "open"  # the hold is past its time


def test_one_address_and_one_host_can_only_try_so_often(meeting: Make, settings: object) -> None:
    made = meeting(NOW)
    for minute in range(5):
        register(made, "a@example.nl", NOW + minute * timedelta(minutes=1))
    with pytest.raises(TooManyError):
        register(made, "a@example.nl", NOW + timedelta(minutes=6))
    settings.REGISTRATIONS_PER_HOUR = 2  # type: ignore[attr-defined]
    who = [rules.Applicant(str(number), f"{number}@example.nl") for number in range(3)]
    for one in who[:2]:
        rules.register(made.pk, one, NOBODY, "192.0.2.1", NOW)
    with pytest.raises(TooManyError):
        rules.register(made.pk, who[2], NOBODY, "192.0.2.1", NOW)
    rules.register(made.pk, who[2], NOBODY, "192.0.2.2", NOW)


def test_what_anybody_may_type_is_not_mailed_to_an_address_that_nobody_proved(meeting: Make) -> None:
    made = meeting(NOW)
    one = register(made, "victim@example.nl", NOW, name="Koop nu https://spam.example", question="https://spam.example")
    assert "spam" not in Message.objects.get().text
    rules.confirm(one.pk, Place.HELD, NOW)
    assert "spam.example" in Message.objects.get(key__endswith="confirmed").text


def test_only_who_has_a_seat_is_told_the_link(meeting: Make) -> None:
    made = full(meeting)
    told = {email: "geheim" in text for email, text in Message.objects.order_by("pk").values_list("to", "text")}
    assert told == {"a@example.nl": True} | dict.fromkeys(("x@example.nl", "y@example.nl", "z@example.nl"), False)
    rules.call_off(made.pk, a_team(), NOW)
    assert "geheim" not in Message.objects.get(key__endswith="called off", to="a@example.nl").text


def a_team() -> User:
    return User.objects.create_superuser("team@example.nl", "x")


def test_letters_are_in_the_language_of_who_registered(meeting: Make) -> None:
    made = meeting(NOW)
    for language in ("nl", "en"):
        register(made, f"{language}@example.nl", NOW, language=language)
    links = [Message.objects.get(to=f"{language}@example.nl").text for language in ("nl", "en")]
    assert [f"/{language}/registration/" in text for language, text in zip(("nl", "en"), links, strict=True)] == [
        True
    ] * 2


def test_questions_come_in_until_the_start(meeting: Make) -> None:
    made = meeting(NOW)
    one = register(made, "a@example.nl", NOW, question="Wie zijn er?")
    rules.ask(one.pk, "En waarom?", NOW)
    assert list(made.questions.values_list("text", flat=True)) == ["Wie zijn er?", "En waarom?"]
    for _ in range(8):
        rules.ask(one.pk, "?", NOW)
    with pytest.raises(ValidationError):
        rules.ask(one.pk, "?", NOW)
    with pytest.raises(ValidationError):
        rules.ask(register(made, "b@example.nl", NOW).pk, "?", made.starts)


def test_attendance_is_marked_from_the_start(meeting: Make, account: Account) -> None:
    made, team = full(meeting, capacity=2), account("programme")
    with pytest.raises(ValidationError):
        rules.mark_attendance(made.pk, [of(made, "a").pk], [], team, NOW)
    rules.mark_attendance(made.pk, [of(made, "a").pk, of(made, "x").pk], [], team, made.starts)
    assert [of(made, name).attended for name in "abx"] == [True, False, None]


def test_who_marks_attendance_at_another_door_takes_nobody_off(meeting: Make, account: Account) -> None:
    made, team = full(meeting, capacity=2), account("programme")
    a, b = (of(made, name).pk for name in "ab")
    rules.mark_attendance(made.pk, [a], [], team, made.starts)
    rules.mark_attendance(made.pk, [b], [], team, made.starts)  # whose page did not show that a was there
    assert [of(made, name).attended for name in "ab"] == [True, True]
    rules.mark_attendance(made.pk, [b], [a, b], team, made.starts)
    assert [of(made, name).attended for name in "ab"] == [False, True]


def test_nobody_is_taken_off_the_list_once_it_began(meeting: Make, account: Account) -> None:
    made = full(meeting)
    with pytest.raises(ValidationError, match="has begun"):
        rules.remove(of(made, "a").pk, account("programme"), made.starts)


def test_looking_at_participants_is_written_down(meeting: Make, account: Account) -> None:
    made = full(meeting)
    with pytest.raises(PermissionDenied):
        rules.see_participants(made, account("editor", city="GM0503"))
    editor = account("editor", city="GM0772")
    assert [one.name for one in rules.see_participants(made, editor)] == ["a", "x", "y", "z"]
    line = Line.objects.get()
    assert (line.action, line.actor, line.of, line.city) == ("participants seen", editor.pk, str(made.pk), "GM0772")


STEPS = st.lists(
    st.tuples(st.sampled_from(["register", "confirm", "cancel", "wait", "more", "fewer"]), st.integers(0, 5)),
    max_size=25,
)


class Any_order(TestCase):  # noqa: N801 - its name is read as a sentence
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS)
    def test_of_steps_gives_no_more_seats_than_there_are_and_leaves_none_empty_while_somebody_waits(
        self, steps: list[tuple[str, int]]
    ) -> None:
        city = City.objects.create(code="GM1", name="x", slug="x")
        made = Meeting.objects.create(
            title="x", slug="x", city=city, stage=Stage.PUBLISHED, capacity=2, opens=NOW, starts=NOW + 90 * DAY,
            ends=NOW + 91 * DAY,
        )  # fmt: skip
        team, now, most = a_team(), NOW, 2
        for number, (step, who) in enumerate(steps):
            one = made.registrations.filter(name=str(who)).last()
            if step == "register":
                register(made, f"{who}@example.nl", now + number * DAY / 1000, name=str(who))
            elif step == "wait":
                now += 30 * HOUR
                rules.settle_all(now)
            elif step in ("more", "fewer"):
                seats = made.capacity + (1 if step == "more" else -1)
                capacity(made, max(seats, 1), team, now)
                most = max(most, seats)
                made.refresh_from_db()
            elif one:
                _ = rules.confirm(one.pk, Place(one.state), now) if step == "confirm" else rules.cancel(one.pk, now)
            seated = made.registrations.filter(state__in=SEATED).count()
            waiting = made.registrations.filter(state=Place.WAITING).count()
            assert seated <= most
            assert waiting == 0 or seated >= made.capacity
            numbers = list(made.registrations.values_list("number", flat=True))
            assert len(numbers) == len(set(numbers))


def test_delivering_mail_lets_go_what_expired_first_so_that_the_offer_goes_along(meeting: Make) -> None:
    now = timezone.now()
    made = meeting(now - 3 * DAY, capacity=1)
    register(made, "a@example.nl", now - 2 * DAY)
    rules.confirm(register(made, "x@example.nl", now - DAY).pk, Place.WAITING, now - DAY)
    made.registrations.filter(name="a").update(state=Place.HELD, expires=now - HOUR)
    commands.send_mail(False, lambda step: None)
    assert letters_to("x@example.nl") == ["waiting", "offered"]
