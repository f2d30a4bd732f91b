"""Cities beside each other: by a measure, on a map, two to four at a time. Reads only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wijkspiegel.report.charts import CLASSES, Shade, choropleth
from wijkspiegel.site.cities.models import City, Headline, Map, Part
from wijkspiegel.site.cities.rules import MEASURES
from wijkspiegel.site.text import of_hundred

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1d2430}.area{stroke:#fff;stroke-width:.6}"
    ".s0{fill:#e8f1f2}.s1{fill:#b4d6dc}.s2{fill:#74b0bb}.s3{fill:#2f8190}.s4{fill:#0b4653}rect.area{stroke:#55606f}.hatch-ground{fill:#fff}"
    ".hatch-line{stroke:#55606f;stroke-width:2}"
)


@dataclass(frozen=True)
class Standing:
    """A city, its kind ("" where that is not known), and its latest figure of a measure, None where there is none."""

    city: City
    kind: str
    value: float | None
    lower: float | None
    upper: float | None
    year: int | None


def known_measure(asked: str | None) -> str:
    return asked if asked in MEASURES else MEASURES[0]


def cities_by(measure: str) -> list[Standing]:
    """All cities that a current release tells of, by a measure from high to low, those without it last."""
    latest = _latest(measure)
    told = Part.objects.filter(release__is_current=True).order_by("release__subject").select_related("city")
    parts = {part.city_id: part for part in told.defer("package", "city__approach")}
    found = [Standing(part.city, part.kind, *latest.get(code, (None,) * 4)) for code, part in parts.items()]
    return sorted(found, key=lambda one: (one.value is None, -(one.value or 0), one.city.name))


Latest = tuple[float | None, float | None, float | None, int | None]
"""Value, lower, upper and year."""


def _latest(measure: str) -> dict[str, Latest]:
    """City -> its latest figure; of the release about itself before that of one of many."""
    figures = Headline.objects.filter(measure=measure, part__release__is_current=True)
    rows = figures.order_by("part__release__subject", "year").values_list(
        "part__city", "value", "lower", "upper", "year"
    )
    return {city: (value, lower, upper, year) for city, value, lower, upper, year in rows}


def headlines_of(city: City) -> list[Headline]:
    """Every figure of a city, by measure and year; of the release about itself where it has that year too."""
    figures = Headline.objects.filter(part__city=city, part__release__is_current=True)
    kept = {(one.measure, one.scheme, one.year): one for one in figures.order_by("part__release__subject")}
    return [kept[key] for key in sorted(kept)]


def has_map() -> bool:
    return Map.objects.filter(release__is_current=True).exists()


def outlines(measure: str) -> dict[str, Any]:
    """GeoJSON of all cities, with name, address, value and class of each."""
    listed = {one.city.code: one for one in cities_by(measure)}
    shades = _shades(list(listed.values()))
    collection = _collection()
    for feature in collection["features"]:
        if one := listed.get(feature["id"]):
            feature["properties"] = {
                "name": one.city.name,
                "href": reverse("city", args=[one.city.slug]),
                "told": of_hundred(one.value),
                "shade": shades.get(one.city.code),
            }
    return collection


def map_svg(measure: str) -> str:
    listed = cities_by(measure)
    shades = _shades(listed)
    drawn = choropleth(
        "map", _("Municipalities by a measure"), title_of(measure), _collection(), shades, legend(listed),
        {one.city.code: one.city.name for one in listed}, _("not known"),
    )  # fmt: skip
    return drawn.partition("<ul")[0].replace("<title", f"<style>{STYLE}</style><title", 1)


def _collection() -> dict[str, Any]:
    found = Map.objects.filter(release__is_current=True).values_list("outlines", flat=True).first()
    return dict(json.loads(found)) if found else {"type": "FeatureCollection", "features": []}


def _shades(listed: Sequence[Standing]) -> dict[str, int]:
    """City -> class of its value, from 0, each of about as many cities."""
    known = sorted((one for one in listed if one.value is not None), key=lambda one: one.value or 0)
    return {one.city.code: CLASSES * number // len(known) for number, one in enumerate(known)}


def legend(listed: Sequence[Standing]) -> list[Shade]:
    """What the classes of a map stand for."""
    shades = _shades(listed)
    of_class: dict[int, list[float]] = {}
    for one in listed:
        if one.value is not None:
            of_class.setdefault(shades[one.city.code], []).append(one.value)
    return [
        Shade(number, f"{of_hundred(min(values))} – {of_hundred(max(values))}")
        for number, values in sorted(of_class.items())
    ]


def title_of(measure: str) -> str:
    titles: Mapping[str, str] = {
        "differ": _("How often two residents differ in origin, of 100 times"),
        "entropy_index": _("How far groups live apart: 0 the same mix everywhere, 100 wholly apart"),
        "dissimilarity": _("How many of 100 residents would have to move for an even spread"),
    }
    return titles[measure]


@dataclass(frozen=True)
class Line:
    """A measure in a year, of each of the cities that are compared."""

    measure: str
    year: int
    scheme: str
    figures: tuple[Headline | None, ...]


def beside(cities: Sequence[City]) -> list[Line]:
    """Every measure and year that at least two of the cities have in the same scheme."""
    shown_now = Headline.objects.filter(part__release__is_current=True, part__city__in=cities)
    figures = shown_now.select_related("part").defer("part__package")
    by_line: dict[tuple[str, int, str], dict[str, Headline]] = {}
    for one in figures.order_by("part__release__subject"):
        by_line.setdefault((one.measure, one.year, one.scheme), {})[one.part.city_id] = one
    return [
        Line(measure, year, scheme, tuple(found.get(city.code) for city in cities))
        for (measure, year, scheme), found in sorted(
            by_line.items(), key=lambda item: (MEASURES.index(item[0][0]), -item[0][1])
        )
        if len(found) > 1
    ]
