"""Which columns of an edition of "Kerncijfers wijken en buurten" hold what, whatever the edition calls them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from wijkspiegel.errors import InputError
from wijkspiegel.sources.files import RawTable

_COUNTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "total": ("aantalinwoners", "ainw", "aantinw", "total", "totalpopulation"),
        "western": ("westerstotaal", "awall", "westerntotal"),
        "non_western": ("nietwesterstotaal", "anwall", "nonwesterntotal"),
        "morocco": ("marokko", "amarok", "morocco"),
        "antilles": ("nederlandseantillenenaruba", "aantaru", "antillesandaruba"),
        "suriname": ("suriname", "asuri", "surinam"),
        "turkey": ("turkije", "atur", "turkey"),
        "other_non_western": ("overignietwesters", "aovnw", "othernonwestern"),
        "nl": ("nederland", "anlall", "herkomstnederland"),
        "europe": ("europaexclusiefnederland", "aeural", "herkomsteuropaexclnl"),
        "outside_europe": ("buiteneuropa", "aneual", "herkomstbuiteneuropa"),
        # OData gives origin by birth the names of origin again: first those born here, then those born abroad.
        "europe_born_nl": ("europaexclusiefnederland#2", "agebeu"),
        "europe_born_abroad": ("europaexclusiefnederland#3", "agbleu"),
        "outside_europe_born_nl": ("buiteneuropa#2", "agebne"),
        "outside_europe_born_abroad": ("buiteneuropa#3", "agblne"),
    }
)
"""What is counted -> names of its column, as `_stem` writes them."""

_PERCENTAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "western": ("pwall", "pwestal", "pwestall", "percentagewestersemigratieachtergrond"),
        "non_western": ("pnwall", "pnwal", "percentagenietwestersemigratieachtergrond"),
        "morocco": ("pmarok", "pmarokko", "percentageuitmarokko"),
        "antilles": ("pantaru", "percentageuitnederlandseantillenenaruba"),
        "suriname": ("psuri", "psurinam", "percentageuitsuriname"),
        "turkey": ("ptur", "pturkije", "percentageuitturkije"),
        "other_non_western": ("povnw", "povernw", "percentageoverigenietwestersemigratieachtergrond"),
    }
)
CODES = (
    *("gwbcode", "wijkenenbuurten", "regios", "codering", "id", "key", "code"),
    *("bucode", "wkcode", "gmcode", "buurtcode", "wijkcode", "gemeentecode"),
)
NAMES = ("regio", "name", "naam", "bunaam", "wknaam", "buurtnaam", "wijknaam", "wijkenenbuurten")
MUNICIPALITIES = ("gemeentenaam", "gmnaam")
YEARS = ("year", "jaar", "perioden")

CALLED: Mapping[tuple[str, ...], tuple[str, ...]] = MappingProxyType(
    {
        ("total", "western", "non_western"): ("AantalInwoners", "WestersTotaal", "NietWestersTotaal"),
        ("total", "nl", "europe", "outside_europe"): (
            "AantalInwoners", "Nederland", "EuropaExclusiefNederland", "BuitenEuropa",
        ),
    }
)  # fmt: skip
"""What an edition has to hold, of the one classification or of the other -> what CBS calls these columns."""

COUNTRIES = ("morocco", "antilles", "suriname", "turkey")


@dataclass(frozen=True)
class Columns:
    """Field -> column of the file. shares : fields that hold percentages of the total."""

    by_field: Mapping[str, str]
    by_stem: Mapping[str, str]
    shares: frozenset[str]

    def first(self, stems: Iterable[str]) -> str | None:
        return next((self.by_stem[stem] for stem in stems if stem in self.by_stem), None)

    def __contains__(self, field: object) -> bool:
        return field in self.by_field

    def have(self, *fields: str) -> bool:
        return all(field in self.by_field for field in fields)


def _stem(column: str) -> str:
    """The name without what differs between editions: path, unit, number, case and marks. A percentage ends in %."""
    name = re.sub(r"_\d+$", "", column.rsplit("/", maxsplit=1)[-1].strip())
    name, unit = re.fullmatch(r"(.*?)\s*(?:\(([^()]*)\))?", name, re.DOTALL).groups()  # type: ignore[union-attr]
    return re.sub(r"[^a-z0-9]", "", name.lower()) + ("%" if unit == "%" else "")


def counts_people_by_origin(column: str) -> bool:
    """Whether a column of StatLine holds inhabitants, or those of one origin."""
    return any(_stem(column) == stem.split("#")[0] for stems in _COUNTS.values() for stem in stems)


def recognise(table: RawTable) -> Columns:
    """Which column holds what. Raises InputError, with what was looked for, where there are no people by origin."""
    by_stem: dict[str, str] = {}
    for column in sorted(table.columns, key=_number_of):
        stem = _stem(column)
        times = sum(known.split("#")[0] == stem for known in by_stem)
        by_stem[f"{stem}#{times + 1}" if times else stem] = column
    found: dict[str, str] = {}
    shares = set()
    for field, stems in _COUNTS.items():
        percentages = [*_PERCENTAGES.get(field, ()), *(f"{stem}%" for stem in stems)]
        for stem in [*stems, *percentages]:
            if stem in by_stem and field not in found:
                found[field] = by_stem[stem]
                shares |= {field} if stem in percentages else set()
    columns = Columns(found, by_stem, frozenset(shares))
    missing, nearest = min(
        (([field for field in one if field not in found], one) for one in CALLED), key=_share_missing
    )
    if 2 * len(missing) > len(nearest):
        raise _no_edition(table)
    if missing:
        called = [CALLED[nearest][nearest.index(field)] for field in missing]
        raise InputError(
            f"{' and '.join(called)} {'is' if len(called) == 1 else 'are'} missing. Found: {some(table.columns)}",
            file=table.path,
            mend="Take the whole table of that year from StatLine, or give the column that name.",
        )
    return columns


def _share_missing(of: tuple[Sequence[str], Sequence[str]]) -> float:
    missing, wanted = of
    return len(missing) / len(wanted)


def _number_of(column: str) -> int:
    """The number that OData puts behind a name; columns without keep their order."""
    number = re.search(r"_(\d+)$", column)
    return int(number[1]) if number else 0


def _no_edition(table: RawTable) -> InputError:
    return InputError(
        "this is no edition of Kerncijfers wijken en buurten with people by origin. Looked for AantalInwoners with "
        "WestersTotaal and NietWestersTotaal (to 2022) or with Nederland, EuropaExclusiefNederland and BuitenEuropa "
        "(from 2023), or the short names a_inw, a_w_all, a_nw_all, a_nl_all, a_eur_al, a_neu_al. "
        f"Found: {some(table.columns)}",
        file=table.path,
        mend="Take the table of one year from StatLine, or the Excel file kwb-YEAR.",
    )


def some(names: Sequence[str], most: int = 12) -> str:
    """The first names, for an error; of a path of StatLine only the end."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(name.rsplit("/", maxsplit=1)[-1] for name in names[:most]) + more
