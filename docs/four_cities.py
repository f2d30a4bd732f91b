"""Writes docs/explanation/four-cities.md from published figures.

    python docs/four_cities.py FILE [FILE ...]

FILE : editions of CBS key figures that hold all municipalities: Kerncijfers wijken en buurten, with neighbourhoods, or
the population of municipalities by origin. Every figure on the page comes from a release that is made of them here.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.mirror.inputs import city_from_cbs
from wijkspiegel.schemes import CBS_SCHEMES, GROUP_LABELS

CITIES = {"GM0599": "Rotterdam", "GM0307": "Amersfoort", "GM0503": "Delft", "GM0772": "Eindhoven"}
PAGE = Path(__file__).parent / "explanation" / "four-cities.md"

Row = dict[str, Any]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; one that is exact has none."""

    value: float
    lower: float | None = None
    upper: float | None = None

    def __sub__(self, other: "Estimate") -> "Estimate":
        """Their difference, as if what is unsure about the two were independent."""
        value = self.value - other.value
        below = (((self.value - self.low) ** 2) + (other.high - other.value) ** 2) ** 0.5
        above = ((self.high - self.value) ** 2 + (other.value - other.low) ** 2) ** 0.5
        return Estimate(value, value - below, value + above)

    @property
    def low(self) -> float:
        return self.value if self.lower is None else self.lower

    @property
    def high(self) -> float:
        return self.value if self.upper is None else self.upper

    def written(self, digits: int = 3, signed: bool = False) -> str:
        form = f"{'+' if signed else ''}.{digits}f"
        return f"{self.value:{form}} ({self.low:{form}} to {self.high:{form}})"


def rows(release: Release, table: str, **wanted: object) -> list[Row]:
    return [row for row in release.tables[table].to_pylist() if all(row[name] == wanted[name] for name in wanted)]


def freed(release: Release, **wanted: object) -> dict[int, Estimate]:
    """Year -> an index of segregation without what is chance, which its interval is of: by way of R, as on a page."""
    found = {}
    for row in rows(release, "segregation", **wanted):
        same = {name: row[name] for name in ("area", "level", "year", "scheme", "group", "against")}
        (of_r,) = rows(release, "segregation", **same, measure="relative_diversity")
        part = max(of_r["corrected"] / of_r["value"], 0.0)
        value = row["value"] * (part**0.5 if row["measure"] == "dissimilarity" else part)
        if row["measure"] == "isolation":
            share = {"area": row["area"], "year": row["year"], "scheme": row["scheme"], "group": row["group"]}
            even = rows(release, "composition", **share)[0]["share"]
            value = even + row["corrected"] * (1 - even)
        found[row["year"]] = Estimate(value, row["lower"], row["upper"])
    return found


def estimates(release: Release, table: str, **wanted: object) -> dict[int, Estimate]:
    """Year -> the figure."""
    return {row["year"]: Estimate(row["value"], row["lower"], row["upper"]) for row in rows(release, table, **wanted)}


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = list(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    yield from (f"| {' | '.join(line)} |" for line in lines)
    yield ""


# One city ------------------------------------------------------------------------------------------------------------


def widest_schemes(release: Release) -> dict[str, list[int]]:
    """The coarse classification of each family, which every edition of it has -> its years."""
    found: dict[str, set[int]] = {}
    for row in rows(release, "composition"):
        if row["scheme"] in ("western", "origin"):
            found.setdefault(row["scheme"], set()).add(row["year"])
    return {scheme: sorted(years) for scheme, years in sorted(found.items(), reverse=True)}


def composition_of(release: Release, city: str, scheme: str, years: list[int]) -> Iterator[str]:
    label = {group: GROUP_LABELS[group]["en"] for group in CBS_SCHEMES[scheme].groups}
    shares = {
        (row["year"], row["group"]): row["share"] for row in rows(release, "composition", area=city, scheme=scheme)
    }
    people = {row["year"]: row["population"] for row in rows(release, "areas", area=city)}
    yield from table(
        ["", *map(str, years)],
        [
            ["residents", *(f"{people[year]:,.0f}" for year in years)],
            *([name, *(f"{100 * shares[year, code]:.1f} %" for year in years)] for code, name in label.items()),
        ],
    )


def diversity_of(release: Release, city: str, scheme: str, years: list[int]) -> Iterator[str]:
    differ = estimates(release, "diversity", area=city, scheme=scheme, measure="differ")
    groups = estimates(release, "diversity", area=city, scheme=scheme, measure="effective_groups")
    yield from table(
        ["", *map(str, years)],
        [
            ["chance that two residents differ", *(differ[year].written() for year in years)],
            ["equally large groups that would be as diverse", *(groups[year].written(2) for year in years)],
        ],
    )


SPREAD = {
    "H, all groups": ("entropy_index", "all", "all"),
    "dissimilarity, non-western against the rest": ("dissimilarity", "non_western", "rest"),
    "isolation, non-western": ("isolation", "non_western", "rest"),
}


def segregation_of(release: Release, city: str, scheme: str, years: list[int]) -> Iterator[str]:
    for level in ("wijk", "buurt"):
        lines = []
        for name, (measure, group, against) in SPREAD.items():
            wanted = {"area": city, "level": level, "scheme": scheme, "measure": measure, "group": group}
            found = freed(release, **wanted, against=against)
            measured = {row["year"]: row["value"] for row in rows(release, "segregation", **wanted, against=against)}
            if found:
                lines.append([name, *(f"{found[y].written()}; measured {measured[y]:.3f}" for y in years)])
        if lines:
            yield from table([f"between {level}en", *map(str, years)], lines)


def change_of(release: Release, city: str, scheme: str, years: list[int]) -> Iterator[str]:
    split = {
        (row["from"], row["to"]): row
        for row in rows(release, "change", area=city, scheme=scheme, measure="entropy_index")
    }
    lines = []
    for before, after in pairwise(years):
        if not (row := split.get((before, after))):
            continue
        total = Estimate(row["total"], row["lower"], row["upper"])
        spread = Estimate(row["structure"], row["lower"] - row["margins"], row["upper"] - row["margins"])
        lines.append(
            [
                f"{before} to {after}",
                total.written(4, signed=True),
                f"{row['margins']:+.4f}",
                spread.written(4, signed=True),
            ]
        )
    if lines:
        yield from table(["change of H between buurten", "total", "by composition", "by who lives where"], lines)


def peers_of(release: Release, city: str, names: dict[str, str]) -> str:
    found = rows(release, "peers", area=city)
    latest = max(row["year"] for row in found)
    nearest = sorted((row for row in found if row["year"] == latest), key=lambda row: row["rank"])[:3]
    alike = " ".join(f"{names[row['peer']]}: {row['because']}" for row in nearest)
    return f"Most alike in {latest}. {alike}\n"


def chapter(city: str, name: str, release: Release) -> Iterator[str]:
    yield f"## {name}\n"
    for scheme, years in widest_schemes(release).items():
        yield f"### {CBS_SCHEMES[scheme].title['en']}, {years[0]} to {years[-1]}\n"
        for part in (composition_of, diversity_of, segregation_of, change_of):
            yield from part(release, city, scheme, years)
    names = {row["area"]: row["name"] for row in rows(release, "areas", level="gemeente")}
    yield peers_of(release, city, names)


# The page ------------------------------------------------------------------------------------------------------------


def head(releases: dict[str, Release]) -> Iterator[str]:
    yield "# Four cities\n"
    yield (
        "Rotterdam, Amersfoort, Delft and Eindhoven over the years, from figures that Statistics Netherlands (CBS) "
        'publishes (CC BY 4.0). `make four-cities CBS="FILE FILE ..."` makes this page; no figure on it was typed.\n'
    )
    sources = {source.title for release in releases.values() for source in release.about.sources}
    yield f"Sources: {'; '.join(sorted(sources))}.\n"
    yield (
        "In brackets stand 95 % intervals: [how sure we are](uncertainty.md) says what they hold. Numbers of "
        "residents and shares of a municipality are counts of the register and have none. Segregation is told without "
        "what chance alone would give, and so is its interval; *measured* still has chance in it. Boundaries are those "
        "of each year; the change of H is split on boundaries that both years have. The interval of a change takes the "
        "two years as independent: too wide rather than too narrow, as most people stay. What numbers did (*by "
        "composition*) is computed from the numbers themselves and taken as known. The two classifications ask "
        "different questions; figures under one are not compared with those under the other.\n"
    )
    lines = []
    for city, release in releases.items():
        for scheme, years in widest_schemes(release).items():
            if scheme != "western":
                continue
            first, last = years[0], years[-1]
            differ = estimates(release, "diversity", area=city, scheme=scheme, measure="differ")
            wanted = {"area": city, "level": "buurt", "scheme": scheme, "measure": "entropy_index", "group": "all"}
            spread = freed(release, **wanted, against="all")
            lines.append(
                [
                    CITIES[city],
                    f"{differ[last].written()}",
                    (differ[last] - differ[first]).written(signed=True),
                    f"{spread[last].written()}",
                    (spread[last] - spread[first]).written(signed=True),
                ]
            )
    heads = ["", f"two residents differ, {last}", f"since {first}", f"H between buurten, {last}", f"since {first}"]
    yield from table(heads, lines)


def page(files: list[Path]) -> str:
    releases = {
        city: look_into(city_from_cbs(files, municipality=city), language="en", progress=lambda step: None)
        for city in CITIES
    }
    parts = [*head(releases)]
    for city, release in releases.items():
        parts += chapter(city, CITIES[city], release)
    return "\n".join(parts)


def main() -> None:
    asked = argparse.ArgumentParser(description="Write docs/explanation/four-cities.md from published figures.")
    asked.add_argument("files", nargs="+", type=Path, metavar="FILE", help="editions with all municipalities")
    PAGE.write_text(page(asked.parse_args().files), encoding="utf-8")
    print(f"Written: {PAGE}")


if __name__ == "__main__":
    main()
