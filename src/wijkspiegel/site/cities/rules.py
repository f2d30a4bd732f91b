"""Loading a release, going back to the one before, and what is shown of a city.

A release is loaded in one transaction: all of it, or nothing. Only a release passes, with hashes that match.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.dispatch import Signal
from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from wijkspiegel import __version__
from wijkspiegel.disclosure import Release as Figures
from wijkspiegel.disclosure import pack, part_of, read_release, unpack
from wijkspiegel.errors import InputError
from wijkspiegel.report.figures import NATIONALITY
from wijkspiegel.report.figures import Figures as Reading
from wijkspiegel.report.findings import answer, findings_of
from wijkspiegel.report.page import words_of
from wijkspiegel.schemes import Language
from wijkspiegel.site.audit.rules import record
from wijkspiegel.site.cities.models import Area, City, Headline, Kind, Map, Page, Part, Peer, Release
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import Role

Progress = Callable[[str], None]

showing = Signal()
"""The page of a city (`city`) is shown: slices that know more of it answer with HTML for the side of the page."""

MEASURES = ("differ", "entropy_index", "dissimilarity")
"""By which cities are coloured and listed: the chance that two residents differ; how far groups live apart."""


# Loading ------------------------------------------------------------------------------------------------------------


def load(path: Path, by: int = 0, say: Progress = lambda step: None) -> Release:
    """Load the release in a directory or a zip file. It takes the place of what was loaded of the same subject.

    Raises InputError for what is no release, of another layout, changed after it was made, or of no areas.
    """
    say(f"reading {path}")
    figures = unpack(path.read_bytes(), path) if path.is_file() else read_release(path)
    if not figures.tables["areas"].num_rows:
        raise InputError(
            "this release is of a conversation and not of areas, and the pages of the site are of areas",
            file=path,
            mend="Publish the report that stands with it instead.",
        )
    package = pack(figures)
    digest = hashlib.sha256(package).hexdigest()
    with transaction.atomic():
        known = Release.objects.filter(subject=figures.about.subject, digest=digest).first()
        if known is None:
            known = _write(figures, digest, by, say)
        _make_current(known)
        record("release loaded", actor=by, kind="release", of=known.pk, city=figures.about.subject)
    return known


def go_back(release: Release, by: people.Visitor) -> None:
    """Show an earlier load again."""
    people.require(by, *people.STAFF)
    with transaction.atomic():
        _make_current(release)
        record("release reverted to", actor=by.pk, kind="release", of=release.pk, city=release.subject)


def _make_current(release: Release) -> None:
    Release.objects.filter(subject=release.subject, is_current=True).exclude(pk=release.pk).update(is_current=False)
    Release.objects.filter(pk=release.pk).update(is_current=True)


def _write(figures: Figures, digest: str, by: int, say: Progress) -> Release:
    about = figures.about
    years = pc.unique(figures.tables["areas"]["year"]).to_pylist()
    licences = {source.licence for source in about.sources}
    release = Release.objects.create(
        subject=about.subject, title=about.title, digest=digest, latest_year=max(years), by=by, is_current=False,
        licence=licences.pop() if len(licences) == 1 else "",
    )  # fmt: skip
    homes = [about.subject] if about.subject else _codes_of_level(figures, about.home or about.levels[0])
    for number, code in enumerate(homes, start=1):
        say(f"{about.title}: {number} of {len(homes)}")
        _write_part(release, part_of(figures, code))
    level = about.home or about.levels[0]
    if level in figures.boundaries and not about.subject:
        Map.objects.create(release=release, outlines=json.dumps(figures.boundaries[level], separators=(",", ":")))
    return release


def _codes_of_level(figures: Figures, level: str) -> list[str]:
    areas = figures.tables["areas"]
    latest = areas.filter(pc.equal(areas["year"], pc.max(areas["year"])))
    return sorted(set(latest.filter(pc.equal(latest["level"], level))["area"].to_pylist()))


def _write_part(release: Release, figures: Figures) -> None:
    reading = Reading(figures, Language("nl"))
    city = _city(figures.about.subject, reading.names[figures.about.subject])
    part = Part.objects.create(release=release, city=city, package=pack(figures), kind=kind_of(reading))
    latest = {row["area"]: row for row in sorted(reading.rows("areas"), key=lambda row: int(row["year"]))}
    peers = reading.rows("peers", area=city.code, year=reading.year)
    strangers = {row["peer"] for row in peers}
    Area.objects.bulk_create(
        Area(part=part, code=code, name=row["name"], level=row["level"], population=_whole(row["population"]))
        for code, row in latest.items()
        if code not in strangers
    )
    Peer.objects.bulk_create(
        Peer(part=part, code=row["peer"], rank=row["rank"], because=row["because"]) for row in peers
    )
    Headline.objects.bulk_create(Headline(part=part, **row) for row in _headlines(reading, city.code))


def kind_of(reading: Reading) -> str:
    """The kind of the city that a part is about; "" where it does not tell every group."""
    rows = reading.rows(
        "composition", area=reading.release.about.subject, year=reading.year, scheme=reading.scheme.code
    )
    shares = [row["share"] for row in rows]
    if not shares or None in shares or reading.scheme.code == NATIONALITY:
        return ""
    largest = max(shares)
    return Kind.NO_MAJORITY if largest <= 1 / 2 else Kind.MIXED if largest < 3 / 4 else Kind.MOSTLY_ONE


def _headlines(reading: Reading, code: str) -> Iterable[dict[str, Any]]:
    scheme = reading.scheme.code
    for row in reading.rows("diversity", area=code, scheme=scheme, measure="differ"):
        yield _headline(row, "differ")
    for measure in MEASURES[1:]:
        for row in reading.rows(
            "segregation", area=code, level=reading.level, scheme=scheme, measure=measure, group="all"
        ):
            yield _headline(row, measure)


def _headline(row: Any, measure: str) -> dict[str, Any]:
    wanted = {key: row[key] for key in ("scheme", "year", "value", "lower", "upper")}
    return wanted | {"measure": measure}


def _whole(people_there: float | None) -> int | None:
    return None if people_there is None else round(people_there)


def _city(code: str, name: str) -> City:
    city, new = City.objects.get_or_create(code=code, defaults={"name": name, "slug": _free_slug(name, code)})
    if not new and city.name != name:
        city.name = name
        city.save(update_fields=["name"])
    return city


def _free_slug(name: str, code: str) -> str:
    slug = slugify(name) or slugify(code)
    return slug if not City.objects.filter(slug=slug).exists() else f"{slug}-{slugify(code)}"


# Showing ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """What a page shows of an area: the part of a release that tells most of it, its areas, and the findings, drawn."""

    part: Part
    area: Area
    others: tuple[Area, ...]
    html: str


def best_part(slug: str) -> Part:
    """Of the release about this city, else of the one of many. Raises Part.DoesNotExist."""
    found = Part.objects.filter(city__slug=slug, release__is_current=True).select_related("release", "city")
    part = found.defer("package").order_by("-release__subject", "-release__loaded").first()
    if part is None:
        raise Part.DoesNotExist
    return part


def shown(slug: str, code: str | None, language: str) -> Shown:
    """The city itself where code is None. Raises DoesNotExist for what no current release tells of."""
    part = best_part(slug)
    code = code or part.city_id
    areas = {area.code: area for area in part.areas.all()}
    if code not in areas:
        raise Area.DoesNotExist
    page = Page.objects.filter(part=part, area=code, language=language, program=__version__).first()
    others = tuple(area for area in areas.values() if area.code != part.city_id)
    return Shown(part, areas[code], others, page.html if page else draw(part, code, language))


def peers_of(part: Part) -> QuerySet[Peer]:
    """The most alike cities first, with `name` and `slug`, None where no release tells of them."""
    known = City.objects.filter(code=OuterRef("code"))
    named = part.peers.annotate(name=Subquery(known.values("name")), slug=Subquery(known.values("slug")))
    return named[:5]


def areas_called(name: str) -> list[Area]:
    """The largest areas in cities whose name has these letters."""
    found = Area.objects.filter(part__release__is_current=True, name__icontains=name)
    inside = found.exclude(code=F("part__city__code")).select_related("part__city").defer("part__package")
    return list(inside.order_by("-population")[:20])


def draw(part: Part, code: str, language: str) -> str:
    """Draw the findings on an area, and keep them for the next visitor."""
    package = bytes(Part.objects.values_list("package", flat=True).get(pk=part.pk))
    reading = Reading(part_of(unpack(package), code), Language(language))
    words = words_of(Language(language))
    about = reading.release.about
    html = render_to_string(
        "cities/findings.html",
        {
            "answer": answer(reading, words),
            "findings": findings_of(reading, words),
            "words": words,
            "protection": getattr(about.protection, language),
            "withheld": [getattr(note, language) for note in about.withheld],
            "notes": [getattr(note, language) for note in about.notes],
            "sources": about.sources,
            "year": reading.year,
        },
    )
    Page.objects.update_or_create(
        part=part, area=code, language=language, defaults={"program": __version__, "html": html}
    )
    return html


# A city's own words -------------------------------------------------------------------------------------------------


def write_approach(code: str, text: str, version: int, by: people.Visitor) -> City:
    """What a city says of what it does. Raises ConflictError where somebody else wrote since `version`."""
    people.require(by, Role.EDITOR, *people.STAFF, city=code)
    with transaction.atomic():
        city = City.objects.select_for_update().get(pk=code)
        if city.version != version:
            raise people.ConflictError(
                _("Somebody else changed this text meanwhile. Yours is below: put both together, and save.")
            )
        city.approach, city.version = text, version + 1
        city.save()
        record("approach written", actor=by.pk, kind="city", of=code, city=code)
    return city
