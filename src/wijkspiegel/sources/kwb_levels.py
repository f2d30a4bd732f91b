"""Coarser levels that no file gives, added up from the finest one that there is."""

from collections.abc import Mapping, Sequence

import numpy as np

from wijkspiegel.sources.kwb_regions import LEVELS, parent_of
from wijkspiegel.tables import Areas, Composition, Note

COARSE_TO_FINE = tuple(LEVELS.values())
COUNTRY = "NL00"

ALL_MUNICIPALITIES = 340
"""There are 342 from 2023, and never were fewer: with this many, their sum is told as the Netherlands."""

SOME_MUNICIPALITIES = "all"
"""The code of a sum of fewer municipalities."""


def with_coarser_levels(
    compositions: Sequence[Composition], coarsest: str, names: Mapping[str, str]
) -> tuple[list[Composition], list[Note]]:
    """These and, of every year and scheme, each level up to the coarsest that is not among them, as sums.

    names : code -> name of areas that may be added up. The bounds of a sum are the sums of the bounds.
    """
    made: list[Composition] = []
    added: dict[tuple[str, str], set[int]] = {}
    for scheme, year in dict.fromkeys((c.scheme.code, c.year) for c in compositions):
        known = {c.areas.level: c for c in compositions if (c.scheme.code, c.year) == (scheme, year)}
        finest = max(map(COARSE_TO_FINE.index, known))
        for at in range(finest - 1, COARSE_TO_FINE.index(coarsest) - 1, -1):
            level, finer = COARSE_TO_FINE[at], COARSE_TO_FINE[at + 1]
            if level not in known:
                known[level] = added_up(known[finer], level, names)
                added.setdefault((level, finer), set()).add(year)
        made += [known[level] for level in COARSE_TO_FINE if level in known]
    return made, [_note(level, finer, sorted(years)) for (level, finer), years in added.items()]


def added_up(parts: Composition, level: str, names: Mapping[str, str]) -> Composition:
    """The areas of a coarser level in which these parts lie."""
    codes, row = np.unique(parts.areas.parents, return_inverse=True)
    counts, low, high = (np.zeros((len(codes), parts.counts.shape[1])) for _ in range(3))
    for sums, of_parts in ((counts, parts.counts), (low, parts.low), (high, parts.high)):
        np.add.at(sums, row, of_parts)
    called = tuple(names.get(code, code) for code in codes.tolist())
    areas = Areas(level, tuple(codes.tolist()), called, tuple(map(parent_of, codes.tolist())))
    return Composition(areas, parts.year, parts.scheme, counts, low, high, np.zeros(counts.shape, dtype=bool))


def _note(level: str, finer: str, years: Sequence[int]) -> Note:
    told = ", ".join(map(str, years))
    return Note(
        "level_added_up",
        f"Het niveau {level} staat voor {told} niet in de bestanden en is opgeteld uit het niveau {finer}; wat daar "
        "zonder cijfers is, ontbreekt in de som.",
        f"Level {level} of {told} is not in the files and was added up from level {finer}; what has no figures there "
        "is missing from the sum.",
    )
