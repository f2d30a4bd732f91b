"""What was odd in editions of "Kerncijfers wijken en buurten", and what was done about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from wijkspiegel.schemes import Language, Scheme
from wijkspiegel.sources.kwb_regions import LEVELS, Regions
from wijkspiegel.sources.reconcile import Figure, contradicts
from wijkspiegel.tables import Mask, Note
from wijkspiegel.wording import number

_CALLED: Mapping[Language, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "nl": {
            "land": ("land", "land"),
            "gemeente": ("gemeente", "gemeenten"),
            "wijk": ("wijk", "wijken"),
            "buurt": ("buurt", "buurten"),
        },
        "en": {
            "land": ("country", "country"),
            "gemeente": ("municipality", "municipalities"),
            "wijk": ("district", "districts"),
            "buurt": ("neighbourhood", "neighbourhoods"),
        },
    }
)
"""Language -> level -> what one area and several are called."""

WITHOUT_FIGURES = "areas_without_figures"

_AND = MappingProxyType({"nl": "en", "en": "and"})


@dataclass(frozen=True)
class Remark:
    """Something odd about areas of one year. Editions of which the same can be said share a note.

    nl, en : a sentence in which {} stands for the areas. areas : level -> codes.
    """

    code: str
    nl: str
    en: str
    year: int
    areas: Mapping[str, tuple[str, ...]]

    @property
    def count(self) -> int:
        return sum(map(len, self.areas.values()))

    def lacks_figures_of(self, level: str) -> bool:
        return self.code == WITHOUT_FIGURES and bool(self.areas[level])

    def listed(self, language: Language, *, with_year: bool) -> str:
        """For instance "2 wijken en 13 buurten", with the first codes where they are few."""
        parts = [
            f"{number(len(codes), language)} {_CALLED[language][level][len(codes) > 1]}"
            for level, codes in self.areas.items()
            if codes
        ]
        if with_year:
            parts[-1] += f" {'in' if language == 'en' else 'van'} {self.year}"
        codes = [code for codes in self.areas.values() for code in codes]
        shown = f" ({', '.join(codes[:3])}{', ...' if len(codes) > 3 else ''})" if len(codes) <= 50 else ""
        return joined(parts, language) + shown


def joined(parts: list[str], language: Language) -> str:
    return f"{', '.join(parts[:-1])} {_AND[language]} {parts[-1]}" if len(parts) > 1 else parts[0]


def notes_of(remarks: Iterable[Remark], *, with_year: bool) -> list[Note]:
    """One note for all remarks that say the same. with_year : whether areas of several years have to be told apart."""
    same: dict[tuple[str, str, str], list[Remark]] = {}
    for remark in remarks:
        same.setdefault((remark.code, remark.nl, remark.en), []).append(remark)
    return [
        Note(
            code,
            nl.format(joined([remark.listed("nl", with_year=with_year) for remark in found], "nl")),
            en.format(joined([remark.listed("en", with_year=with_year) for remark in found], "en")),
            sum(remark.count for remark in found),
        )
        for (code, nl, en), found in same.items()
    ]


def on_names(regions: Regions, chosen: Mask) -> list[Remark]:
    nameless = chosen & (np.array(regions.names) == regions.codes)
    return _remarks(
        regions,
        nameless,
        "names_absent",
        "Zonder naam: {}; hun code staat ervoor in de plaats. Leg voor de namen de tabel WijkenEnBuurten naast het "
        "bestand, of geef grenzen of een ander jaar waar de namen in staan.",
        "Without a name: {}; their code stands in its place. For the names, put the table WijkenEnBuurten beside the "
        "file, or give boundaries or another year that have them.",
    )


def on_rounding(regions: Regions, rounded: Mask) -> list[Remark]:
    return _remarks(
        regions,
        rounded,
        "rounded_to_five",
        "Het CBS rondt aantallen willekeurig af op een veelvoud van 5 (hier: {}); elk kan er 4 naast zitten, en "
        "de grenzen houden daar rekening mee.",
        "CBS rounds counts at random to a multiple of 5 (here: {}); each may be up to 4 off, and the bounds say so.",
    )


def on_percentages(regions: Regions, chosen: Mask) -> list[Remark]:
    return _remarks(
        regions,
        chosen,
        "from_percentages",
        "Het CBS geeft percentages in plaats van aantallen voor {}; de aantallen zijn daaruit geschat, met ruime "
        "grenzen.",
        "CBS gives percentages instead of counts for {}; counts were estimated from them, with wider bounds.",
    )


def on_absence(regions: Regions, absent: Mask, scheme: Scheme) -> list[Remark]:
    return _remarks(
        regions,
        absent,
        WITHOUT_FIGURES,
        f"Zonder cijfers naar {scheme.title['nl']}: {{}}. Ze tellen daarin niet mee.",
        f"Without figures by {scheme.title['en']}: {{}}. They have no part in it.",
    )


def on_sums(regions: Regions, tree: Figure, rows: Mask) -> list[Remark]:
    """Which published figures could not stand beside each other. tree : as published, its areas those of `rows`."""
    kinds = (
        (
            "parts_above_whole",
            _exceeds(tree),
            "zijn de gepubliceerde groepen samen meer dan het geheel; ze zijn met kleine stappen passend gemaakt",
            "the published groups add up to more than the whole; they were made to fit in small steps",
        ),
        (
            "parts_differ",
            _differs(tree),
            "tellen de afgeronde groepen niet precies op tot hun totaal; het verschil is over de groepen verdeeld",
            "the rounded groups do not quite add up to their total; the difference was spread over the groups",
        ),
        (
            "beyond_rounding",
            contradicts(tree),
            "spreken de cijfers elkaar meer tegen dan afronding verklaart; ze zijn toch sluitend gemaakt",
            "figures contradict each other by more than rounding explains; they were made to add up all the same",
        ),
    )
    remarks = []
    for code, found, nl, en in kinds:
        where = rows.copy()
        where[rows] = found
        remarks += _remarks(regions, where, code, f"In {{}} {nl}.", f"In {{}} {en}.")
    return remarks


def _remarks(regions: Regions, rows: Mask, code: str, nl: str, en: str) -> list[Remark]:
    """A remark for each year in which there are such areas."""
    return [
        Remark(
            code,
            nl,
            en,
            year,
            {
                level: tuple(regions.codes[rows & (regions.years == year) & (regions.levels == level)].tolist())
                for level in LEVELS.values()
            },
        )
        for year in sorted(set(regions.years[rows].tolist()))
    ]


def _exceeds(figure: Figure) -> Mask:
    """[area], True where a group that is what is left would be negative."""
    found = np.zeros(len(figure.value), dtype=bool)
    for part in figure.parts.values():
        found |= _exceeds(part)
    values = [part.value for part in figure.parts.values()]
    if values and any(np.isnan(value).any() for value in values):
        found |= np.nansum(values, axis=0) > figure.value
    return found


def _differs(figure: Figure) -> Mask:
    """[area], True where published parts do not add up to their published whole."""
    found = np.zeros(len(figure.value), dtype=bool)
    for part in figure.parts.values():
        found |= _differs(part)
    values = [part.value for part in figure.parts.values()]
    if values:
        total = np.sum(values, axis=0)
        found |= ~np.isnan(total) & (total != figure.value)
    return found
