"""Answers such as "half of them": ranges of the share of somebody's contacts outside the own group."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.sources.city_settings import SphereSettings, suggestion
from wijkspiegel.sources.files import RawTable, texts
from wijkspiegel.sources.findings import Findings
from wijkspiegel.tables import Banded, Note
from wijkspiegel.wording import People, sentences

Floats = NDArray[np.float64]
Range = tuple[float, float]

EDGE = 1e-6
"""A band that does not hold the share where its neighbour begins or ends stops so far from it."""


def read_bands(table: RawTable, column: str, sphere: SphereSettings, number: Floats) -> Banded:
    """What is told of the share outside the own group. Raises InputError for a band that nobody defined.

    number : [respondent], how many contacts the answer is about, nan where that is not known. Of none nothing is told.
    """
    read_as = apart(sphere.bands.values())
    ranges = {name: read_as[low, high] for name, (low, high) in sphere.bands.items()}
    found = texts(table, column)
    for place, answer in enumerate(found):
        if answer and answer not in ranges:
            raise InputError(
                f"nobody defined the band '{answer}'", file=table.path, row=table.rows[place], column=column,
                mend=f"{suggestion(answer, tuple(ranges)).strip()} Or add it to the bands of {sphere.sphere} in "
                f'city.toml: "{answer}" = [from, to], shares between 0 and 1.',
            )  # fmt: skip
    low, high = np.array([ranges.get(answer, (np.nan, np.nan)) for answer in found]).T
    if sphere.of == "own":
        low, high = 1 - high, 1 - low
    low, high = (np.where(number == 0, np.nan, end) for end in (low, high))
    return Banded(low, high, np.nan_to_num(number).astype(np.int64))


def apart(bands: Iterable[Sequence[float]]) -> dict[Range, Range]:
    """The bands as they stand in city.toml -> as they are read: every share from 0 to 1 is in one of them.

    A share between two bands is of the nearer, one where they meet of the higher; but a band of one share, such as
    none = [0, 0], holds that share and no other.
    """
    ranges = sorted({(low, high) for low, high in bands})
    borders = [_border(before, after) for before, after in pairwise(ranges)]
    ends = [0.0, *(end for border in borders for end in border), 1.0]
    return dict(zip(ranges, zip(ends[::2], ends[1::2], strict=True), strict=True))


def _border(before: Range, after: Range) -> Range:
    """Where one band ends and where the next begins."""
    if before[0] == before[1] and after[0] < after[1]:
        return before[1], before[1] + EDGE
    if after[0] == after[1] and before[0] < before[1]:
        return after[0] - EDGE, after[0]
    middle = (before[1] + after[0]) / 2
    return middle - EDGE, middle


def tell_bands(table: RawTable, sphere: str, told: Banded, findings: Findings) -> None:
    """How many answered in bands, and what cannot be known from them."""
    answered = ~np.isnan(told.low)
    answers, numbered = int(answered.sum()), int((answered & (told.contacts > 0)).sum())
    findings.note(
        Note(
            "contacts_in_bands",
            *sentences(
                "{file}, {sphere}: {answers} antwoorden in woorden zoals 'de helft', {numbered} met het aantal "
                "contacten erbij. Zonder aantal geldt het woord als het aandeel zelf. Aandelen spiegels, bubbels en "
                "wegen volgen hieruit; de spiegel van alle groepen, wie met welke groep omgaat, blootstelling en "
                "homofilie niet.",
                "{file}, {sphere}: {answers} answers in words such as 'half', {numbered} with the number of contacts. "
                "Without a number the word is taken as the share itself. Shares of mirrors, bubbles and roads follow "
                "from them; the mirror of all groups, who meets which group, exposure and homophily do not.",
                file=table.path.name,
                sphere=sphere,
                answers=People(answers),
                numbered=People(numbered),
            ),
            answers,
        )
    )
