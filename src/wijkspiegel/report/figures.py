"""What the page needs of a release: rows of its tables, names of areas and groups, and what the page is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pyarrow.compute as pc

from wijkspiegel import wording
from wijkspiegel.disclosure import Release
from wijkspiegel.schemes import Language, Scheme

Row = Mapping[str, Any]

NATIONALITY = "nationality"
NEARLY = 0.9
"""A scheme that tells of fewer people than this part of what another tells of is not what a page is by."""


@dataclass(frozen=True)
class Notation:
    """How the values of a measure are written: times as large, with so many decimals, and a unit."""

    times: float = 1.0
    digits: int = 2
    unit: str = ""


OF_100 = Notation(100.0, 1)
PERCENTAGE = Notation(100.0, 1, "\u00a0%")
NOTATION: Mapping[str, Notation] = MappingProxyType(
    {
        "richness": Notation(digits=0),
        "rarefied_richness": Notation(digits=1),
        "concentration": PERCENTAGE,
        "differ": PERCENTAGE,
        "dissimilarity": OF_100,
        "gini": OF_100,
        "entropy_index": OF_100,
        "relative_diversity": OF_100,
        "isolation": PERCENTAGE,
        "exposure": PERCENTAGE,
        "mutual_information": Notation(digits=3),
        "divergence": Notation(digits=3),
    }
)
"""Measure -> its notation; two decimals for all others."""


@dataclass(frozen=True)
class Figures:
    """A release, read in one language.

    whole : code of the area that the page is about; "" for a release of many areas without one around them.
    """

    release: Release
    language: Language

    def rows(self, table: str, **wanted: Any) -> list[Row]:
        """Rows of a table whose columns have the wanted values, in order."""
        found = self.release.tables[table]
        for column, value in wanted.items():
            found = found.filter(pc.equal(found[column], value))
        return list(found.to_pylist())

    @cached_property
    def whole(self) -> str:
        if self.release.about.subject:
            return self.release.about.subject
        coarsest = self.rows("areas", level=self.release.about.levels[0], year=self.year)
        return str(coarsest[0]["area"]) if len(coarsest) == 1 else ""

    @cached_property
    def year(self) -> int:
        return int(max(self.release.tables["areas"]["year"].to_pylist()))

    @cached_property
    def scheme(self) -> Scheme:
        """The scheme of the latest year that the page is by: nationality last, then those that tell of (nearly) as many
        people as any does, everybody in the whole for a start, and of these the one with the most groups.
        """
        table = self.release.tables["composition"]
        latest = table.filter(pc.equal(table["year"], self.year)).group_by("scheme").aggregate([("count", "sum")])
        told = {row["scheme"]: row["count_sum"] or 0.0 for row in latest.to_pylist()}
        most = max(told.values())

        def rank(scheme: Scheme) -> tuple[bool, bool, bool, int]:
            rows = self.rows("composition", area=self.whole, year=self.year, scheme=scheme.code)
            whole_is_told = all(row["count"] is not None for row in rows)
            nearly_all = told[scheme.code] >= NEARLY * most
            return scheme.code != NATIONALITY, whole_is_told, nearly_all, len(scheme.groups)

        return max((scheme for scheme in self.release.about.schemes if scheme.code in told), key=rank)

    @cached_property
    def scheme_over_years(self) -> Scheme:
        """The scheme of the latest year that the whole has been counted by in most years; `scheme` where it ties."""
        years = {
            scheme.code: len({row["year"] for row in self.rows("composition", area=self.whole, scheme=scheme.code)})
            for scheme in self.release.about.schemes
            if scheme.code in self.rows_of_year("scheme")
        }
        most = max(years, key=lambda code: (years[code], code == self.scheme.code))
        return self.scheme_of(most)

    def scheme_of(self, code: str) -> Scheme:
        return next(scheme for scheme in self.release.about.schemes if scheme.code == code)

    def title_of_scheme(self, code: str) -> str:
        return self.scheme_of(code).title[self.language]

    def rows_of_year(self, column: str) -> list[Any]:
        table = self.release.tables["composition"]
        return list(pc.unique(table.filter(pc.equal(table["year"], self.year))[column]).to_pylist())

    @cached_property
    def level(self) -> str:
        """The finest level of parts."""
        return self.release.about.levels[-1]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Area code -> name, the latest."""
        areas = sorted(self.rows("areas"), key=lambda row: int(row["year"]))
        return {row["area"]: row["name"] for row in areas}

    def group(self, code: str) -> str:
        schemes = (self.scheme, *self.release.about.schemes)
        return next((scheme.labels[code][self.language] for scheme in schemes if code in scheme.labels), code)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number as people of this language write it; a dash for what is not known."""
        return "–" if value is None else wording.number(value, self.language, digits)

    @property
    def decimal(self) -> str:
        return "," if self.language == "nl" else "."

    def told(self, measure: str, value: float | None, *, signed: bool = False) -> str:
        """A value, or a difference between values, in the notation of its measure."""
        notation = NOTATION.get(measure, Notation())
        if value is None:
            return "–"
        number = round(notation.times * value, notation.digits)
        sign = "+" if signed and number > 0 else ""
        return f"{sign}{self.number(number, notation.digits)}{notation.unit}"

    def percent(self, share: float | None, digits: int = 1) -> str:
        return "–" if share is None else f"{self.number(100 * share, digits)}\u00a0%"
