"""An invented programme for the invented city, to look around in. Nobody in it exists."""

import secrets
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from wijkspiegel.site.cities.models import City
from wijkspiegel.site.cities.rules import write_approach
from wijkspiegel.site.library import rules as library
from wijkspiegel.site.library.models import Kind, Piece, Theme
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.meetings import mixing, seating
from wijkspiegel.site.meetings import rules as meetings
from wijkspiegel.site.meetings.models import Meeting, Place
from wijkspiegel.site.people.models import Role, User


@dataclass(frozen=True)
class DemoAccount:
    email: str
    password: str
    role: str


@transaction.atomic
def fill() -> list[DemoAccount]:
    """Fill a site that has a release loaded, once. Returns accounts of three roles, with passwords made up anew."""
    told = tomllib.loads(resources.files("wijkspiegel.site").joinpath("demo.toml").read_text(encoding="utf-8"))
    city = City.objects.order_by("code")[0]
    accounts = [
        _account("beheerder@wijkspiegel.example", Role.ADMINISTRATOR, ""),
        _account("redacteur@wijkspiegel.example", Role.EDITOR, city.code),
        _account("deelnemer@wijkspiegel.example", Role.PARTICIPANT, ""),
    ]
    team, editor, participant = (User.objects.get(email=one.email) for one in accounts)
    if not Piece.objects.exists():
        write_approach(city.code, told["approach"], city.version, team)
        themes = [library.put_forward(**theme, by=participant) for theme in told["themes"]]
        library.support(themes[0], editor)
        cities = list(City.objects.order_by("code")[: len(told["pieces"])])
        for number, piece in enumerate(told["pieces"]):
            _publish(piece, cities[number % len(cities)], themes[number % len(themes)], team)
        for meeting in told["meetings"]:
            _meet(meeting, city, team, participant)
        dilemma = Piece.objects.get(kind=Kind.DILEMMA)
        library.answer(dilemma, city, "Wij vragen het niet, en laten de cursus rouleren langs alle wijken.", editor)
    return accounts


def _account(email: str, role: Role, city: str) -> DemoAccount:
    password = secrets.token_urlsafe(9)
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    user.set_password(password)
    user.save()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    if role != Role.PARTICIPANT:
        user.appointments.get_or_create(role=role, city=city)
    return DemoAccount(email, password, str(role.label))


def _meet(meeting: dict[str, Any], city: City, team: User, participant: User) -> None:
    """A meeting so many days from now; one in the past was made before it, and has a report."""
    tables = meeting.pop("tables", None)
    now = timezone.now()
    starts = (now + timedelta(days=meeting.pop("days"))).replace(hour=14, minute=30, second=0, microsecond=0)
    made_at = min(now, starts - timedelta(days=30))
    report = meeting.pop("report", "")
    times = {"starts": starts, "ends": starts + timedelta(hours=meeting.pop("hours")), "opens": made_at, "closes": None}
    usual = dict.fromkeys(("link", "accessibility", "programme", "materials"), "")
    made = meetings.create(usual | meeting | times | {"city": city}, team, made_at)
    meetings.publish(made.pk, team, made_at)
    if report:
        meetings.write_report(made.pk, report, True, Meeting.objects.get(pk=made.pk).version, team, now)
    if tables:
        _seat(made.pk, tables, team, participant)


def _seat(pk: int, told: dict[str, Any], team: User, participant: User) -> None:
    """People register, answer, and sit at tables that are fixed. No mail goes to who does not exist."""
    now = timezone.now()
    asked = [mixing.add(pk, {"ground": ""} | question, team, now) for question in told["questions"]]
    for number, name in enumerate([*told["names"], "Deelnemer"]):
        email = participant.email if name == "Deelnemer" else f"{name.lower().replace(' ', '.')}@wijkspiegel.example"
        answers = {one.pk: one.choices[(number // (place + 1)) % len(one.choices)] for place, one in enumerate(asked)}
        by = participant if email == participant.email else AnonymousUser()
        one = meetings.register(pk, meetings.Applicant(name, email, answers=answers), by, email, now)
        meetings.confirm(one.pk, Place.HELD, now)
        Message.objects.filter(to=email).delete()
    wanted = seating.Wanted(told["tables"], told["rounds"], told["seats"], {})
    seating.lock(pk, seating.make(pk, wanted, 0, team, now).version, team, now)


def _publish(piece: dict[str, Any], city: City, theme: Theme, team: User) -> None:
    made = library.begin(Kind(piece["kind"]), city, {"language": "nl"} | piece, [theme], team)
    library.ask_review(made, team)
    library.publish(made, team)
