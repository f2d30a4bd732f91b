"""The site under load: every page under gunicorn, and a storm of people who register at once for few places.

    python -m benchmarks.site                                  # small, on SQLite
    python -m benchmarks.site --full                           # the size of the Netherlands
    python -m benchmarks.site --database postgres://.../empty  # beside it on PostgreSQL, in an empty database

Each database is filled with invented figures and texts, then served by two workers. Every page is asked for a while
by one visitor (what the server takes) and by four at once. Prints the table, to be copied into `site.md`.
"""

import argparse
import http.client
import json
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
WORKERS, AT_ONCE = 2, 4
COMING, PLACES = 500, 50
HURRY = 2.1
"""Seconds that a form of the site must have been looked at."""


@dataclass(frozen=True)
class Size:
    cities: int
    areas: int
    lessons: int
    meetings: int
    registrations: int


SMALL = Size(cities=30, areas=300, lessons=300, meetings=20, registrations=1_000)
FULL = Size(cities=342, areas=14_317, lessons=10_000, meetings=400, registrations=100_000)

Page = tuple[str, tuple[str, ...], str]
"""Name of the address, what it is filled in with, and what is asked behind it."""

FOR_EVERYBODY: dict[str, Page] = {
    "home": ("home", (), ""),
    "home, by another measure": ("home", (), "?measure=dissimilarity"),
    "home, a name sought": ("home", (), "?q=buurt+12"),
    "map, drawn": ("map-svg", (), ""),
    "map, to be moved": ("map-json", (), ""),
    "municipality": ("city", ("city",), ""),
    "neighbourhood": ("area", ("city", "area"), ""),
    "release, to download": ("download", ("city",), ""),
    "two compared": ("compare", (), "?cities={city}&cities={other}"),
    "library": ("library", (), ""),
    "library, the last page": ("library", (), "?page=last"),
    "library, near a municipality": ("library", (), "?near={city}"),
    "library, words sought": ("library", (), "?q=samen+koken"),
    "library, a rare word sought": ("library", (), "?q=zeldzaam"),
    "piece": ("piece", ("piece",), ""),
    "themes": ("themes", (), ""),
    "theme": ("theme-page", ("theme",), ""),
    "meetings": ("meetings", (), ""),
    "meeting": ("meeting", ("meeting",), ""),
    "meeting, to register": ("register", ("meeting",), ""),
    "meeting, for a calendar": ("ics", ("meeting",), ""),
    "all meetings, for a calendar": ("calendar", (), ""),
    "registration": ("registration", ("token",), ""),
    "sign in": ("account_login", (), ""),
    "accessibility": ("accessibility", (), ""),
    "privacy": ("privacy", (), ""),
    "API: municipalities": ("v1:cities", (), ""),
    "API: municipality": ("v1:city", ("code",), ""),
    "API: pieces": ("v1:pieces", (), "?page=100"),
    "API: piece": ("v1:piece", ("piece",), ""),
    "API: meetings": ("v1:meetings", (), ""),
    "API: releases": ("v1:releases", (), ""),
}
FOR_STAFF: dict[str, Page] = {
    "staff: account": ("me", (), ""),
    "staff: own meetings": ("my-meetings", (), ""),
    "staff: all that is kept": ("export", (), ""),
    "staff: colleagues": ("colleagues", (), ""),
    "staff: domains": ("domains", (), ""),
    "staff: mail": ("dead-letters", (), ""),
    "staff: releases": ("releases", (), ""),
    "staff: approach": ("approach", ("city",), ""),
    "staff: desk": ("desk", (), ""),
    "staff: piece, begun": ("begin", ("kind",), ""),
    "staff: piece, at work": ("work", ("piece",), ""),
    "staff: piece, edited": ("edit", ("piece",), ""),
    "staff: meeting, edited": ("edit-meeting", ("meeting",), ""),
    "staff: meeting, new": ("new-meeting", (), ""),
    "staff: participants": ("participants", ("meeting",), ""),
    "staff: participants, CSV": ("participants-csv", ("meeting",), ""),
    "staff: questions": ("questions", ("meeting",), ""),
    "staff: photos": ("photos", ("past",), ""),
    "staff: report": ("report", ("past",), ""),
}


# Filling ------------------------------------------------------------------------------------------------------------


def fill(size: Size) -> dict[str, dict[str, str]]:
    """Fill the database of the settings. Returns the address of every page, the cookie of an administrator, ...

    In a process of its own, where Django is set up; hence the imports.
    """
    from wijkspiegel.site import commands

    commands.set_up()
    from django.db import connection, transaction
    from django.test import Client
    from django.urls import reverse

    from wijkspiegel.disclosure import write_release
    from wijkspiegel.site.cities import rules as cities
    from wijkspiegel.site.people.models import User

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as release:
        write_release(_figures(size), Path(release))
        cities.load(Path(release))
    team = User.objects.create_superuser("team@example.nl", "x")
    with transaction.atomic():
        known = {"kind": "lesson"} | _library(size, team) | _meetings(size)
    known |= _a_city()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(team, "allauth.account.auth_backends.AuthenticationBackend")
    print(f"filled in {time.monotonic() - started:,.0f} s", file=sys.stderr, flush=True)
    pages = FOR_EVERYBODY | FOR_STAFF
    return {
        "pages": {
            title: reverse(name, args=[known[one] for one in given]) + query.format(**known)
            for title, (name, given, query) in pages.items()
        },
        "cookies": {"staff": f"sessionid={client.cookies['sessionid'].value}"},
        "storm": {"register": reverse("register", args=["storm"])},
    }


def _figures(size: Size):
    """Groups of people in areas in municipalities, in two years, with square outlines of the municipalities."""
    import numpy as np
    import shapely

    from benchmarks.cities import people
    from wijkspiegel.mirror import look_into
    from wijkspiegel.schemes import ORIGIN
    from wijkspiegel.tables import Areas, Boundaries, City, exact

    counts = people(size.areas, 3)
    town = np.sort(np.r_[np.arange(size.cities), np.arange(size.areas - size.cities) % size.cities])
    totals = np.zeros((size.cities, 3))
    np.add.at(totals, town, counts)
    codes = tuple(f"GM{number:04}" for number in range(size.cities))
    towns = Areas("gemeente", codes, tuple(f"Stad {number}" for number in range(size.cities)), ("",) * size.cities)
    names = tuple(f"Buurt {number}" for number in range(size.areas))
    parts = Areas("buurt", tuple(f"BU{n:08}" for n in range(size.areas)), names, tuple(np.array(codes)[town]))
    compositions = tuple(
        exact(areas, year, ORIGIN, of) for year in (2023, 2024) for areas, of in ((towns, totals), (parts, counts))
    )
    side = math.ceil(math.sqrt(size.cities))
    west, south = 8000.0 * (np.arange(size.cities) % side), 8000.0 * (np.arange(size.cities) // side)
    squares = shapely.box(west + 20_000, south + 310_000, west + 28_000, south + 318_000)
    outlines = Boundaries("gemeente", 2024, codes, squares)
    return look_into(City("Nederland", ("gemeente", "buurt"), "gemeente", compositions, (), True, "", (outlines,)))


def _library(size: Size, team) -> dict[str, str]:
    from django.utils import timezone

    from wijkspiegel.site.cities.models import City
    from wijkspiegel.site.library import search
    from wijkspiegel.site.library.models import Kind, Piece, Revision, State, Support, Theme

    hosts = list(City.objects.order_by("code"))
    themes = Theme.objects.bulk_create(Theme(slug=f"thema-{n}", title=f"Thema {n}", by=team) for n in range(30))
    Support.objects.bulk_create(Support(theme=one, user=team) for one in themes)
    told = "Samen koken in het buurthuis, en daarna samen eten. " * 40
    now = timezone.now()
    pieces = Piece.objects.bulk_create(
        Piece(
            kind=Kind.LESSON, city=hosts[n % len(hosts)], slug=f"les-{n}", is_public=True, published=now, language="nl",
            title=f"Les {n}: wat wij leerden", summary=told[:300], done=told, came="zeldzaam " * (n % 997 == 0) + told,
        )
        for n in range(size.lessons)
    )  # fmt: skip
    Piece.themes.through.objects.bulk_create(
        Piece.themes.through(piece=one, theme=themes[n % len(themes)]) for n, one in enumerate(pieces)
    )
    content = {"language": "nl", "title": "Les", "summary": told[:300], "done": told, "links": ""}
    Revision.objects.bulk_create(
        Revision(piece=one, number=1, state=State.PUBLISHED, content=content, by=team.pk) for one in pieces
    )
    for one in pieces:
        search.index(one)
    return {"piece": pieces[size.lessons // 2].slug, "theme": themes[0].slug}


def _meetings(size: Size) -> dict[str, str]:
    """One in ten lies ahead; each has as many registrations. The storm comes to one that nobody registered for."""
    from datetime import timedelta

    from django.utils import timezone

    from wijkspiegel.site.cities.models import City
    from wijkspiegel.site.meetings import letters
    from wijkspiegel.site.meetings.models import Meeting, Place, Registration, Stage

    now, hosts = timezone.now(), list(City.objects.order_by("code"))
    each = size.registrations // size.meetings

    def planned(number: int, slug: str, capacity: int) -> Meeting:
        ahead = number % 10 == 0
        starts = now + timedelta(days=10 + number if ahead else -10 - number)
        return Meeting(
            slug=slug, title=f"Bijeenkomst {number}", summary="Wie bloeit op, en wie niet?", stage=Stage.PUBLISHED,
            city=hosts[number % len(hosts)], place="Stadhuisplein 1", starts=starts, ends=starts + timedelta(hours=3),
            capacity=capacity, opens=min(now, starts) - timedelta(days=30), reported=None if ahead else now,
            report="" if ahead else "Mooi. " * 500, programme="Om half vier. " * 200,
        )  # fmt: skip

    made = Meeting.objects.bulk_create(planned(n, f"bijeenkomst-{n}", each * 4 // 5) for n in range(size.meetings))
    Meeting.objects.bulk_create([planned(0, "storm", PLACES)])
    people = Registration.objects.bulk_create(
        (
            Registration(
                meeting=meeting, number=n + 1, name=f"Deelnemer {n}", email=f"d{n}@m{meeting.pk}.example", proven=now,
                state=Place.CONFIRMED if n < meeting.capacity else Place.WAITING,
            )
            for meeting in made
            for n in range(each)
        ),
        batch_size=2000,
    )  # fmt: skip
    return {"meeting": made[0].slug, "past": made[1].slug, "token": letters.token_of(people[0])}


def _a_city() -> dict[str, str]:
    """The municipality in the middle, one of its areas, and another to compare it with."""
    from wijkspiegel.site.cities.models import Area, City

    hosts = list(City.objects.order_by("code"))
    city = hosts[len(hosts) // 2]
    area = Area.objects.filter(part__city=city).exclude(code=city.code).order_by("code")[0]
    return {"city": city.slug, "code": city.code, "other": hosts[0].slug, "area": area.code}


# Asking -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """One answer: status, seconds, and the body."""

    status: int
    seconds: float
    body: bytes
    cookie: str


def ask(port: int, path: str, cookie: str = "", form: dict[str, str] | None = None) -> Answered:
    """In a connection of its own, as the workers want it."""
    headers = {"Cookie": cookie, "Accept-Encoding": "" if form is not None else "gzip", "Accept-Language": "nl"}
    body = None
    if form is not None:
        body = urlencode(form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET" if form is None else "POST", path, body, headers)
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    return Answered(answer.status, time.perf_counter() - started, told, given)


@dataclass(frozen=True)
class Pace:
    """p50, p95 : milliseconds. rate : answers a second."""

    p50: float
    p95: float
    rate: float


def pace(port: int, path: str, cookie: str, seconds: float, at_once: int) -> Pace:
    """Ask for a page again and again, from `at_once` visitors."""
    until = time.perf_counter() + seconds

    def visit(_visitor: int) -> list[float]:
        took = []
        while time.perf_counter() < until or not took:
            answer = ask(port, path, cookie)
            if answer.status != 200:
                sys.exit(f"{path} answers {answer.status}")
            took.append(answer.seconds)
        return took

    started = time.perf_counter()
    with ThreadPoolExecutor(at_once) as visitors:
        took = sorted(one for each in visitors.map(visit, range(at_once)) for one in each)
    passed = time.perf_counter() - started
    return Pace(1000 * _quantile(took, 0.5), 1000 * _quantile(took, 0.95), len(took) / passed)


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def storm(port: int, path: str) -> tuple[float, Pace]:
    """Everybody opens the form, then all send it at once. Returns the seconds in all, and the pace of the answers."""

    def look(number: int) -> tuple[str, dict[str, str]]:
        page = ask(port, path, form=None)
        return page.cookie, _hidden(page) | {"name": f"Komt {number}", "email": f"komt{number}@storm.example"}

    with ThreadPoolExecutor(AT_ONCE) as visitors:
        forms = list(visitors.map(look, range(COMING)))
    time.sleep(HURRY)
    together = threading.Barrier(COMING)

    def send(prepared: tuple[str, dict[str, str]]) -> Answered:
        together.wait()
        return ask(port, path, *prepared)

    started = time.perf_counter()
    with ThreadPoolExecutor(COMING) as visitors:
        answers = list(visitors.map(send, forms))
    passed = time.perf_counter() - started
    if refused := [one.status for one in answers if one.status != 302]:
        sys.exit(f"{len(refused)} of {COMING} were not registered: {sorted(set(refused))}")
    took = sorted(one.seconds for one in answers)
    return passed, Pace(1000 * _quantile(took, 0.5), 1000 * _quantile(took, 0.95), COMING / passed)


def _hidden(page: Answered) -> dict[str, str]:
    """The fields of the form that nobody sees, of a page that came compressed."""
    import gzip

    text = gzip.decompress(page.body).decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    started = re.search(r'name="started" value="([^"]+)"', text)
    if token is None or started is None:
        sys.exit("the form to register has changed")
    return {"csrfmiddlewaretoken": token[1], "started": started[1], "website": ""}


def count_storm() -> dict[str, int]:
    """How the storm ended, from the database: registrations by state, whether in order, and letters."""
    import django

    django.setup()
    from wijkspiegel.site.mail.models import Message
    from wijkspiegel.site.meetings.models import Place, Registration

    made = Registration.objects.filter(meeting__slug="storm")
    rows = list(made.order_by("number").values_list("number", "state"))
    wanted = [(n, Place.HELD if n <= PLACES else Place.WAITING) for n in range(1, COMING + 1)]
    letters = Message.objects.filter(to__endswith="@storm.example").values("to").distinct().count()
    return {"registered": len(rows), "as it should be": int(rows == wanted), "letters": letters}


# Both together ------------------------------------------------------------------------------------------------------


def child(environment: dict[str, str], *arguments: str) -> dict:
    """What another process of this file printed last."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.site", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def served(environment: dict[str, str]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["-m", "gunicorn", "wijkspiegel.site.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", *command, "--workers", str(WORKERS), "--log-level", "error"], env=environment
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def measure(database: str, size: Size, seconds: float) -> tuple[list[str], str]:
    """Rows of the table of pages, and a line on the storm."""
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {
            "WIJKSPIEGEL_DATA": data, "DATABASE_URL": database or f"sqlite:///{data}/site.sqlite3",
            "WIJKSPIEGEL_REGISTRATIONS_PER_HOUR": "100000", "DJANGO_SETTINGS_MODULE": "wijkspiegel.site.settings",
        }  # fmt: skip
        filled = child(environment, "--fill", json.dumps(asdict(size)))
        with served(environment) as port:
            rows = [
                _row(title, port, path, filled["cookies"]["staff"] if title in FOR_STAFF else "", seconds)
                for title, path in filled["pages"].items()
            ]
            passed, of_storm = storm(port, filled["storm"]["register"])
        ended = child(environment, "--count")
    right = ended == {"registered": COMING, "as it should be": 1, "letters": COMING}
    told = (
        f"{COMING} people at once for {PLACES} places: {passed:.1f} s in all, {of_storm.rate:,.0f} a second, "
        f"half within {of_storm.p50 / 1000:.1f} s; "
        + (f"{PLACES} have a seat, the others wait in order, each has one letter" if right else f"WRONG: {ended}")
    )
    return rows, told


def _row(title: str, port: int, path: str, cookie: str, seconds: float) -> str:
    first = 1000 * ask(port, path, cookie).seconds
    for _worker in range(3):
        ask(port, path, cookie)
    alone, crowd = (pace(port, path, cookie, seconds, at_once) for at_once in (1, AT_ONCE))
    row = f"| {title} | {first:.0f} | {alone.p50:.1f} | {alone.p95:.1f} | {crowd.p95:.1f} | {crowd.rate:,.0f} |"
    print(row, flush=True)
    return row


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--full", action="store_true", help="the size of the Netherlands")
    options.add_argument("--database", action="append", default=[], help="of an empty database; SQLite without")
    options.add_argument("--seconds", type=float, default=0.5, help="how long each page is asked for")
    options.add_argument("--fill", help=argparse.SUPPRESS)
    options.add_argument("--count", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.fill:
        print(json.dumps(fill(Size(**json.loads(chosen.fill)))))
        return
    if chosen.count:
        print(json.dumps(count_storm()))
        return
    size = FULL if chosen.full else SMALL
    for database in chosen.database or [""]:
        print(f"\n{'PostgreSQL' if database else 'SQLite'}, {asdict(size)}\n")
        print("| page | first | p50 | p95 | p95 of four | a second |\n|---|--:|--:|--:|--:|--:|", flush=True)
        print("\n" + measure(database, size, chosen.seconds)[1])


if __name__ == "__main__":
    main()
