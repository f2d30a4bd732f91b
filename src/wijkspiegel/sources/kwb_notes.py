"""What was odd in an edition of "Kerncijfers wijken en buurten", and what was done about it."""

from types import MappingProxyType

import numpy as np

from wijkspiegel.schemes import Scheme
from wijkspiegel.sources.kwb_regions import LEVELS, Regions
from wijkspiegel.sources.reconcile import Figure, contradicts
from wijkspiegel.tables import Mask, Note

_PLURAL = MappingProxyType({"land": "land", "gemeente": "gemeenten", "wijk": "wijken", "buurt": "buurten"})


def notes_on_names(regions: Regions, chosen: Mask) -> list[Note]:
    nameless = chosen & (np.array(regions.names) == regions.codes)
    return _note(
        regions,
        nameless,
        "names_absent",
        "Zonder naam in dit bestand: {}; hun code staat ervoor in de plaats. Leg voor de namen de tabel "
        "WijkenEnBuurten ernaast.",
        "Without a name in this file: {}; their code stands in its place. Put the table WijkenEnBuurten beside it for "
        "the names.",
    )


def notes_on_rounding(regions: Regions, rounded: Mask) -> list[Note]:
    return _note(
        regions,
        rounded,
        "rounded_to_five",
        "Het CBS rondt aantallen willekeurig af op een veelvoud van 5 (hier: {}); elk kan er 4 naast zitten, en "
        "de grenzen houden daar rekening mee.",
        "CBS rounds counts at random to a multiple of 5 (here: {}); each may be up to 4 off, and the bounds say so.",
    )


def note_on_percentages(areas: int) -> Note:
    return Note(
        "from_percentages",
        "Deze editie geeft percentages in plaats van aantallen; de aantallen zijn daaruit geschat, met ruime grenzen.",
        "This edition gives percentages instead of counts; counts were estimated from them, with wider bounds.",
        areas,
    )


def notes_on_absence(regions: Regions, absent: Mask, scheme: Scheme) -> list[Note]:
    return _note(
        regions,
        absent,
        "areas_without_figures",
        f"Zonder cijfers naar {scheme.title['nl']}: {{}}. Ze tellen daarin niet mee.",
        f"Without figures by {scheme.title['en']}: {{}}. They have no part in it.",
    )


def notes_on_sums(regions: Regions, tree: Figure, rows: Mask) -> list[Note]:
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
    notes = []
    for code, found, nl, en in kinds:
        where = rows.copy()
        where[rows] = found
        notes += _note(regions, where, code, f"In {{}} {nl}.", f"In {{}} {en}.")
    return notes


def _note(regions: Regions, rows: Mask, code: str, nl: str, en: str) -> list[Note]:
    """A note on these areas, which {} stands for; none where there are none."""
    if not rows.any():
        return []
    which = {and_: _listed(regions, rows, and_) for and_ in ("en", "and")}
    return [Note(code, nl.format(which["en"]), en.format(which["and"]), int(rows.sum()))]


def _listed(regions: Regions, rows: Mask, and_: str) -> str:
    """For instance "2 wijken en 13 buurten", with the first codes where they are few."""
    found = {level: int((rows & (regions.levels == level)).sum()) for level in LEVELS.values()}
    listed = [f"{n} {_PLURAL[level] if n > 1 else level}" for level, n in found.items() if n]
    words = ", ".join(listed[:-1]) + f" {and_} {listed[-1]}" if len(listed) > 1 else listed[0]
    codes = regions.codes[rows].tolist()
    return f"{words} ({', '.join(codes[:3])}{', ...' if len(codes) > 3 else ''})" if len(codes) <= 50 else words


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
