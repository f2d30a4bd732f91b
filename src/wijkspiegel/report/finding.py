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
"""A change of H whose whole interval is smaller than this, half a point of 100, is told as hardly any."""

TOLD_TO = 3
"""Decimals to which a change of H is told: an end of its interval that would be read as 0 is no end below or above."""

PROBABLY = 0.9
"""A change is told as probable where so much of its interval lies on one side of none."""


@dataclass(frozen=True)
class Table:
    """texts : whether rows begin with whole sentences, which need width."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: bool = False


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


LINEAR = frozenset({"dissimilarity", "gini"})
"""Indices that are linear in the differences between areas; the others are quadratic."""


@dataclass(frozen=True)
class Freed:
    """An index without what is chance: what its interval is of.

    row : as in the release. value : None where too much is withheld to tell.
    """

    row: Row
    value: float | None


def freed_of_chance(figures: Figures, measure: str, rows: Sequence[Row]) -> list[Freed]:
    """Rows of one measure, each scaled by the part of R that is beyond chance (its root where it is linear).

    R is the only index of which that part is known exactly; see docs/explanation/uncertainty.md.
    """
    of_r = figures.rows(
        "segregation", year=figures.year, scheme=figures.scheme.code, level=figures.level, measure="relative_diversity"
    )
    reliable = {
        (row["area"], row["group"], row["against"]): max(row["corrected"] / row["value"], 0.0) if row["value"] else 0.0
        for row in of_r
        if row["corrected"] is not None
    }
    found = []
    for row in rows:
        part: float | None = reliable.get((row["area"], row["group"], row["against"]))
        if part is None or row["lower"] is None:
            found.append(Freed(row, None))
        else:
            found.append(Freed(row, row["value"] * (math.sqrt(part) if measure in LINEAR else part)))
    return found


@dataclass(frozen=True)
class Change:
    """The longest change of H that a release tells, up to the year of the page.

    lower, upper : 95 % interval of `total`; of what spreading did when `margins` is taken off. None is not known.
    """

    scheme: str
    before: int
    after: int
    total: float
    margins: float
    structure: float
    lower: float | None
    upper: float | None

    @property
    def direction(self) -> str:
        """same, more, less, probably_more, probably_less, or unknown: what the interval allows to be said."""
        if self.lower is None or self.upper is None:
            return "unknown"
        if self.lower >= -HARDLY and self.upper <= HARDLY:
            return "same"
        if round(self.lower, TOLD_TO) > 0 or round(self.upper, TOLD_TO) < 0:
            return "more" if self.total > 0 else "less"
        above = self.upper / (self.upper - self.lower)
        if above >= PROBABLY:
            return "probably_more"
        return "probably_less" if above <= 1 - PROBABLY else "unknown"


def longest_change(figures: Figures) -> Change | None:
    """By the scheme of the page where that has one."""
    if not figures.whole:
        return None
    rows = figures.rows("change", area=figures.whole, measure="entropy_index", to=figures.year)
    told = [row for row in rows if row["total"] is not None]
    if not told:
        return None
    first = min(told, key=lambda row: (row["scheme"] != figures.scheme.code, int(row["from"])))
    parts = (first["total"], first["margins"], first["structure"], first["lower"], first["upper"])
    return Change(first["scheme"], first["from"], first["to"], *parts)


def ahead(rows: Sequence[Row], *, most: bool = True) -> list[Row]:
    """The row that is surest to be the highest (or the lowest), first, and all that cannot be told apart from it."""
    if most:
        first = max(rows, key=lambda row: float(row["lower"]))
        tied = [row for row in rows if row["upper"] >= first["lower"]]
    else:
        first = min(rows, key=lambda row: float(row["upper"]))
        tied = [row for row in rows if row["lower"] <= first["upper"]]
    return [first, *(row for row in tied if row is not first)]


def quoted(words: Words, names: Sequence[str]) -> str:
    """Names of groups as the classification has them: 'one', 'two' and 'three'."""
    marked = [f"‘{name}’" for name in names]
    return f" {words['page']['and']} ".join([", ".join(marked[:-1]), marked[-1]] if len(marked) > 1 else marked)


def by_scheme(figures: Figures, words: Words, scheme: str) -> str:
    """Which classification a sentence is by, where that is not the one of the page."""
    if scheme == figures.scheme.code:
        return ""
    return str(words["page"]["by_scheme"].format(scheme=figures.title_of_scheme(scheme)))


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


def interval_told(figures: Figures, words: Words, measure: str, lower: float | None, upper: float | None) -> str:
    """An interval in the notation of its measure, as precise as the value beside it."""
    if lower is None or upper is None:
        return "–"
    return str(words["page"]["interval"].format(lower=figures.told(measure, lower), upper=figures.told(measure, upper)))


def change_interval(figures: Figures, words: Words, measure: str, lower: float | None, upper: float | None) -> str:
    """Likewise of a difference, with its signs."""
    if lower is None or upper is None:
        return "–"
    ends = {end: figures.told(measure, value, signed=True) for end, value in (("lower", lower), ("upper", upper))}
    return str(words["page"]["interval"].format(**ends))


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
