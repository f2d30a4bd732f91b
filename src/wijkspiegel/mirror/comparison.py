"""An area beside others: which are alike, and on which side it stands out from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import stats

from wijkspiegel.disclosure import join_tables, release_table
from wijkspiegel.measures.likeness import nearest, places
from wijkspiegel.schemes import Language
from wijkspiegel.tables import City, Composition, Indicator, Note
from wijkspiegel.wording import number

PEERS = 10
"""How many peers an area is compared with."""

FEWEST_PEERS = 5
"""With fewer peers than this that have the figure, an area is not compared."""

CONFIDENCE = 0.95

TELLING = 3
"""Of how many shares, or the size, by which an area stands out most, it is told that a peer has about the same."""

ALIKE = 0.015
"""Difference in `places` that counts as about the same: shares of 50 and 47 %, or 8 and 6.4 %; sizes of 3 and 4."""

SAID: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "nl": {
            "alike": "Lijkt op {area} in {alike}",
            "on_the_whole": "Lijkt alles bij elkaar op {area}, en in geen enkel opzicht precies",
            "unlike": "; het grootste verschil is {}.",
            "share": "het aandeel \u2018{}\u2019 ({} tegen {})",
            "size": "het inwonertal ({} tegen {})",
            "and": " en ",
        },
        "en": {
            "alike": "Resembles {area} in {alike}",
            "on_the_whole": "Resembles {area} on the whole, and in no single respect closely",
            "unlike": "; the largest difference is {}.",
            "share": "the share \u2018{}\u2019 ({} against {})",
            "size": "the number of residents ({} against {})",
            "and": " and ",
        },
    }
)
"""The peer stands before the area in each pair of figures."""


@dataclass(frozen=True)
class Peers:
    """The most alike areas of every area.

    rows : [area, rank], row of the peer in the composition. distance : [area, rank].
    """

    composition: Composition
    rows: NDArray[np.intp]
    distance: NDArray[np.float64]


def find_peers(composition: Composition) -> Peers | None:
    """Peers among the inhabited areas of one level; None where there are too few areas to speak of peers."""
    inhabited = composition.take(composition.population > 0)
    if len(inhabited.areas) <= FEWEST_PEERS:
        return None
    shares = inhabited.counts / inhabited.population[:, None]
    rows, distance = nearest(shares, inhabited.population, min(PEERS, len(inhabited.areas) - 1))
    return Peers(inhabited, rows, distance)


def peers_table(peers: Peers, subject: str, language: Language) -> pa.Table:
    """The peers of the subject; of every area where that is ""."""
    codes = np.array(peers.composition.areas.codes)
    told = np.flatnonzero(codes == subject) if subject else np.arange(len(codes))
    per_area = peers.rows.shape[1]
    return release_table(
        "peers",
        {
            "area": np.repeat(codes[told], per_area),
            "year": np.full(len(told) * per_area, peers.composition.year),
            "peer": codes[peers.rows[told].ravel()],
            "rank": np.tile(np.arange(1, per_area + 1), len(told)),
            "distance": peers.distance[told].ravel(),
            "because": because(peers.composition, np.repeat(told, per_area), peers.rows[told].ravel(), language),
        },
    )


def because(
    composition: Composition, areas: NDArray[np.intp], peers: NDArray[np.intp], language: Language
) -> list[str]:
    """[pair], a sentence on what is alike in an area and its peer, and what is not.

    Alike can be what sets the area most apart from the average area: shares of groups, and size. Each weighs as it does
    in the distance.
    """
    people, said = composition.population, SAID[language]
    shares = composition.counts / people[:, None]
    at = places(shares, people)
    average = places(composition.counts.sum(axis=0, keepdims=True) / people.sum(), np.array([people.mean()]))
    gaps = np.abs(at[areas] - at[peers])
    telling = np.argsort(-np.abs(at[areas] - average), axis=1, kind="stable")[:, :TELLING]
    labels = [composition.scheme.labels[group][language] for group in composition.scheme.groups]

    def figures(feature: int, area: int, peer: int) -> str:
        if feature == len(labels):
            return said["size"].format(number(people[peer], language), number(people[area], language))
        ends = (f"{number(100 * shares[row, feature], language, 1)} %" for row in (peer, area))
        return said["share"].format(labels[feature], *ends)

    sentences = []
    for area, peer, gap, first in zip(areas.tolist(), peers.tolist(), gaps, telling.tolist(), strict=True):
        alike = [feature for feature in first if gap[feature] < ALIKE][:2]
        unlike = max((feature for feature in range(len(gap)) if feature not in alike), key=gap.__getitem__)
        parts = said["and"].join(figures(feature, area, peer) for feature in alike)
        sentence = said["alike" if alike else "on_the_whole"].format(area=composition.areas.names[area], alike=parts)
        sentences.append(sentence + said["unlike"].format(figures(unlike, area, peer)))
    return sentences


def without_circular(indicators: Sequence[Indicator]) -> tuple[tuple[Indicator, ...], tuple[Note, ...]]:
    """The indicators that may be evidence, and a note for each that was itself made from the composition."""
    refused = [
        Note(
            "indicator_uses_composition",
            f"De indicator '{indicator.title}' is zelf berekend uit wie er woont ({indicator.source}), en zegt dus "
            "niets over wie er woont. Hij is weggelaten.",
            f"The indicator '{indicator.title}' was itself computed from who lives there ({indicator.source}), so it "
            "is no evidence about who lives there. It was left out.",
            len(indicator.values),
        )
        for indicator in indicators
        if indicator.uses_composition
    ]
    return tuple(indicator for indicator in indicators if not indicator.uses_composition), tuple(refused)


def _sides_of(indicator: Indicator, peers: Peers, subject: str) -> pa.Table:
    """The sides of the subject, where it is among these areas; of every area where it is not."""
    codes = peers.composition.areas.codes
    value = np.array([indicator.values.get(code, np.nan) for code in codes])
    variance = np.array([_variance_of(indicator, code) for code in codes])
    told = np.array(codes) == subject if subject in codes else np.ones(len(codes), dtype=bool)
    known = np.flatnonzero(told & ~np.isnan(value))
    compared, margin = _difference_from_peers(value, variance, peers.rows[known], known)
    return release_table(
        "sides",
        {
            "area": [codes[row] for row in known],
            "year": np.full(len(known), indicator.year),
            "indicator": [indicator.code] * len(known),
            "value": value[known],
            "compared": compared,
            "side": [
                _side(indicator, low, high) for low, high in zip(compared - margin, compared + margin, strict=True)
            ],
            "lower": compared - margin,
            "upper": compared + margin,
        },
    )


def _difference_from_peers(
    value: NDArray[np.float64], variance: NDArray[np.float64], peer_rows: NDArray[np.intp], rows: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Difference of each row from the mean of its peers, and half the width of its prediction interval.

    The interval is that of one more area like the peers: Student's t with sd * sqrt(1 + 1/k), and the error that the
    source gives for the figure itself. nan where fewer than FEWEST_PEERS peers have the figure.
    """
    of_peers = value[peer_rows]
    known = (~np.isnan(of_peers)).sum(axis=1)
    enough = known >= FEWEST_PEERS
    of_peers, known = of_peers[enough], known[enough]
    difference, margin = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    difference[enough] = value[rows[enough]] - np.nanmean(of_peers, axis=1)
    spread = np.nanvar(of_peers, axis=1, ddof=1) * (1 + 1 / known) + variance[rows[enough]]
    margin[enough] = stats.t.ppf((1 + CONFIDENCE) / 2, known - 1) * np.sqrt(spread)
    return difference, margin


def _variance_of(indicator: Indicator, code: str) -> float:
    if code not in indicator.lower or code not in indicator.upper:
        return 0.0
    half_width = (indicator.upper[code] - indicator.lower[code]) / 2
    return float((half_width / stats.norm.ppf((1 + CONFIDENCE) / 2)) ** 2)


def _side(indicator: Indicator, lower: float, upper: float) -> str:
    if indicator.higher_is_better is None or not (lower > 0 or upper < 0):
        return "neither"
    return "beautiful" if (lower > 0) == indicator.higher_is_better else "less_beautiful"


def finest_by_year(compositions: Sequence[Composition], level: str) -> dict[int, Composition]:
    """For each year the composition of a level in the scheme with the most groups."""
    finest: dict[int, Composition] = {}
    for composition in compositions:
        held = finest.get(composition.year)
        if composition.areas.level == level and (
            held is None or len(composition.scheme.groups) > len(held.scheme.groups)
        ):
            finest[composition.year] = composition
    return finest


def compare(city: City, language: Language) -> dict[str, pa.Table]:
    """The tables `peers` (of the home level, every year) and `sides` (every indicator, on every level that has it)."""
    peers = [find_peers(composition) for composition in finest_by_year(city.compositions, city.home).values()]
    sides = []
    for level in city.levels:
        known = finest_by_year(city.compositions, level)
        of_year = {year: find_peers(composition) for year, composition in known.items() if city.indicators}
        for indicator in city.indicators:
            nearest_year = min(of_year, key=lambda year: (abs(year - indicator.year), year), default=None)
            if nearest_year is not None and (among := of_year[nearest_year]) is not None:
                sides.append(_sides_of(indicator, among, city.subject))
    return {
        "peers": join_tables(
            "peers", [peers_table(found, city.subject, language) for found in peers if found is not None]
        ),
        "sides": join_tables("sides", sides),
    }
