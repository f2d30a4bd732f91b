"""What the page needs of a release: rows of its tables, names of areas and groups, and what the page is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow.compute as pc

from wijkspiegel.disclosure import Release
from wijkspiegel.schemes import Language, Scheme

Row = Mapping[str, Any]


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
        """The scheme of the latest year with the most groups."""
        latest = set(self.rows_of_year("scheme"))
        known = [scheme for scheme in self.release.about.schemes if scheme.code in latest]
        return max(known, key=lambda scheme: len(scheme.groups))

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
        if value is None:
            return "–"
        text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "nl" else text

    def percent(self, share: float | None, digits: int = 1) -> str:
        return "–" if share is None else f"{self.number(100 * share, digits)}\u00a0%"
