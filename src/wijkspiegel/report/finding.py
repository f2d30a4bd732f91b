"""One finding of a page, and the words and figures that most findings need."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wijkspiegel.report.figures import Figures, Row

Words = Mapping[str, Any]

ALL = "all"
FRIENDS = "friends"

HARDLY = 0.005
"""A change of H smaller than this is told as hardly any, where there is no interval to tell it by."""


@dataclass(frozen=True)
class Table:
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Finding:
    """name : id on the page. chart : SVG, "" where a table says it better. caption : what the chart shows."""

    name: str
    title: str
    text: str
    assumes: str
    table: Table
    chart: str = ""
    caption: str = ""


def segregation_rows(figures: Figures, measure: str, **wanted: str) -> list[Row]:
    return figures.rows(
        "segregation", area=figures.whole, level=figures.level, year=figures.year, scheme=figures.scheme.code,
        measure=measure, **wanted,
    )  # fmt: skip


@dataclass(frozen=True)
class Change:
    """The longest change of H that a release tells, up to the year of the page.

    lower, upper : of `total`, from the intervals of both years as if these were independent, which is too wide when
    most people stayed; nan where the years were counted over other parts than those intervals are of.
    """

    scheme: str
    before: int
    after: int
    total: float
    margins: float
    structure: float
    lower: float
    upper: float

    @property
    def direction(self) -> str:
        """same, more or less: more or less only where the interval says so, or without one where it is not tiny."""
        known = not math.isnan(self.lower)
        if self.lower <= 0 <= self.upper if known else abs(self.total) < HARDLY:
            return "same"
        return "more" if self.total > 0 else "less"


def longest_change(figures: Figures) -> Change | None:
    if not figures.whole:
        return None
    rows = figures.rows("change", area=figures.whole, measure="entropy_index", to=figures.year)
    told = [row for row in rows if row["total"] is not None]
    if not told:
        return None
    first = min(told, key=lambda row: (int(row["from"]), row["scheme"] != figures.scheme.code))
    lower, upper = _interval_of_change(figures, first)
    parts = (first["total"], first["margins"], first["structure"])
    return Change(first["scheme"], first["from"], first["to"], *parts, lower, upper)


def _interval_of_change(figures: Figures, change: Row) -> tuple[float, float]:
    ends = []
    for year in (change["from"], change["to"]):
        of_year = figures.rows(
            "segregation", area=figures.whole, level=figures.level, year=year, scheme=change["scheme"],
            measure="entropy_index", group="all",
        )  # fmt: skip
        ends += [row for row in of_year if row["lower"] is not None]
    if len(ends) < 2 or not math.isclose(ends[1]["value"] - ends[0]["value"], change["total"], abs_tol=1e-9):
        return math.nan, math.nan
    before, after = ((row["lower"] + row["upper"]) / 2 for row in ends)
    half = math.hypot(*((row["upper"] - row["lower"]) / 2 for row in ends))
    return after - before - half, after - before + half


def codes_of(figures: Figures, level: str) -> set[str]:
    return {row["area"] for row in figures.rows("areas", level=level, year=figures.year)}


def one_of_level(figures: Figures, words: Words) -> str:
    return str(words["level_one"].get(figures.level, figures.level))


def level_of(figures: Figures, words: Words) -> str:
    return str(words["levels"].get(figures.level, figures.level))


def interval_of(
    figures: Figures, words: Words, lower: float | None, upper: float | None, times: float, digits: int = 0
) -> str:
    if lower is None or upper is None or math.isnan(lower):
        return "–"
    ends = {"lower": figures.number(times * lower, digits), "upper": figures.number(times * upper, digits)}
    return ends["lower"] if ends["lower"] == ends["upper"] else str(words["page"]["interval"].format(**ends))


def signed(figures: Figures, value: float | None, digits: int) -> str:
    text = figures.number(value, digits)
    return f"+{text}" if value is not None and value > 0 else text


def listed(texts: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{label} {text}" for label, text in texts)


def interval_of_shares(figures: Figures, words: Words, row: Row) -> str:
    """The interval of a share, of 100."""
    return interval_of(figures, words, row["lower"], row["upper"], 100)


def group_or_all(figures: Figures, words: Words, group: str) -> str:
    return str(words["page"]["all"]) if group == ALL else figures.group(group)


def sphere_of(words: Words, sphere: str) -> str:
    return str(words["spheres"].get(sphere, sphere))


def main_sphere(spheres: Sequence[str]) -> str:
    """Friends, where they are there; else the first."""
    return FRIENDS if FRIENDS in spheres else spheres[0]


def sentence(text: str) -> str:
    """A text that may begin with the name of a group, with a capital."""
    return text[:1].upper() + text[1:]
