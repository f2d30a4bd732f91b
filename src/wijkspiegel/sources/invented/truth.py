"""What is really so in an invented country, written down so that estimates of it can be judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.measures.segregation import SEGREGATION, dissimilarity
from wijkspiegel.schemes import ORIGIN, Scheme
from wijkspiegel.sources.invented.lives import BUBBLE_LIMIT, Lives
from wijkspiegel.sources.invented.model import GROUPS, SCHEME, YEARS, Law, Probabilities
from wijkspiegel.sources.invented.people import FIRST_COUNTRY, ORIGIN_OF_COUNTRY, country_shares
from wijkspiegel.sources.invented.places import LEVELS, Places

TOLERANCES = tuple(round(0.05 * step, 2) for step in range(7))
FORMS = ("one_sided", "two_sided")
ROADS = ("friends", "school", "work")
OVERLAPS = tuple(
    "+".join(road for road, taken in zip(ROADS, roads, strict=True) if taken) or "none"
    for roads in product((False, True), repeat=3)
)
FIGURES = (
    *(("mirror", form, tolerance) for form in FORMS for tolerance in TOLERANCES),
    ("bubble", "", BUBBLE_LIMIT),
    *(("road", road, None) for road in ROADS),
    ("ladder", "friends", None),
    ("ladder", "friends_or_school", None),
    ("ladder", "any", None),
    *(("overlap", roads, None) for roads in OVERLAPS),
)
"""What is counted among adults: the figure, its kind and its tolerance."""

EVERYWHERE = "all"
Counts = NDArray[np.float64]
Expected = Mapping[tuple[str, int, str], Counts]
"""(level, year, scheme) -> [area, group], residents."""


@dataclass(frozen=True)
class Tally:
    """Adults by wijk and own group, and how many of them each figure holds for.

    adults : [wijk, group]. holds : [wijk, group, figure].
    """

    adults: Counts
    holds: Counts

    def share(self, figure: tuple[str, str, float | None], group: int | None = None) -> float:
        """Share of the adults (of one group) for whom the figure holds."""
        chosen = slice(None) if group is None else slice(group, group + 1)
        return float(self.holds[:, chosen, FIGURES.index(figure)].sum() / self.adults[:, chosen].sum())


def empty_tally(places: Places) -> Tally:
    wijken = len(places.areas["wijk"])
    return Tally(np.zeros((wijken, GROUPS)), np.zeros((wijken, GROUPS, len(FIGURES))))


def add_to(tally: Tally, lives: Lives) -> None:
    """Count the adults of one gemeente."""
    adult = lives.adult
    wijk, group = lives.wijk[adult], lives.group[adult]
    np.add.at(tally.adults, (wijk, group), 1)
    for column, holds in enumerate(_holding(lives, adult)):
        np.add.at(tally.holds[:, :, column], (wijk[holds], group[holds]), 1)


def _holding(lives: Lives, adult: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """For each of FIGURES: [adult], whether it holds."""
    latent, outgroup = lives.latent[adult], lives.outgroup[adult]
    friends, school, work = lives.mirror[adult], lives.school[adult], lives.work[adult]
    for tolerance in TOLERANCES:
        yield latent >= outgroup - tolerance
    for tolerance in TOLERANCES:
        yield np.abs(latent - outgroup) <= tolerance
    yield latent <= BUBBLE_LIMIT
    yield from (friends, school, work)
    yield from (friends, friends | school, friends | school | work)
    for roads in product((False, True), repeat=3):
        yield (friends == roads[0]) & (school == roads[1]) & (work == roads[2])


def connector_table(places: Places, tally: Tally) -> pa.Table:
    """area, level, group, figure, kind, tolerance, adults, count, share: everywhere, per gemeente and per wijk."""
    gemeente = places.gemeente[np.flatnonzero(np.diff(places.wijk, prepend=-1))]
    last = np.flatnonzero(np.diff(gemeente, prepend=-1))
    levels: dict[str, tuple[tuple[str, ...], NDArray[np.int64]]] = {
        EVERYWHERE: ((EVERYWHERE,), np.array([0])),
        "gemeente": (places.areas["gemeente"].codes, last),
        "wijk": (places.areas["wijk"].codes, np.arange(len(gemeente))),
    }
    return pa.concat_tables(
        _connector_rows(
            level,
            codes,
            np.add.reduceat(tally.adults, starts, axis=0),
            np.add.reduceat(tally.holds, starts, axis=0),
        )
        for level, (codes, starts) in levels.items()
    )


def _connector_rows(level: str, codes: tuple[str, ...], adults: Counts, holds: Counts) -> pa.Table:
    adults = np.concatenate([adults.sum(axis=1, keepdims=True), adults], axis=1)
    holds = np.concatenate([holds.sum(axis=1, keepdims=True), holds], axis=1)
    groups, figures = adults.shape[1], len(FIGURES)
    people, count = np.repeat(adults.ravel(), figures), holds.ravel()
    share = np.divide(count, people, out=np.full(len(count), np.nan), where=people > 0)
    return pa.table(
        {
            "area": np.repeat(codes, groups * figures),
            "level": np.full(len(count), level),
            "group": np.tile(np.repeat(("all", *SCHEME.groups), figures), len(codes)),
            "figure": np.tile([figure for figure, _, _ in FIGURES], len(codes) * groups),
            "kind": np.tile([kind for _, kind, _ in FIGURES], len(codes) * groups),
            "tolerance": pa.array([tolerance for _, _, tolerance in FIGURES] * (len(codes) * groups), pa.float64()),
            "adults": people.astype(np.int64),
            "count": count.astype(np.int64),
            "share": pa.array(share, from_pandas=True),
        }
    )


def expected_counts(places: Places, law: Law, residents: Counts) -> Expected:
    """(level, year, scheme) -> [area, group], the residents that the law expects. residents : [year, buurt]."""
    first = {
        "gemeente": np.flatnonzero(np.diff(places.gemeente, prepend=-1)),
        "wijk": np.flatnonzero(np.diff(places.wijk, prepend=-1)),
        "buurt": np.arange(len(places.homes)),
    }
    counts: dict[tuple[str, int, str], Counts] = {}
    for (at, year), level in product(enumerate(YEARS), LEVELS):
        people = np.add.reduceat(law.residents[at] * residents[at][:, None], first[level], axis=0)
        counts[level, year, SCHEME.code] = people
        counts[level, year, ORIGIN.code] = people @ in_origin()
    return counts


def in_origin() -> Probabilities:
    """[group of western_countries, group of origin], chance that someone of the one is of the other."""
    share, passing = country_shares(), np.zeros((GROUPS, len(ORIGIN.groups)))
    for group, (start, stop) in enumerate(pairwise(FIRST_COUNTRY)):
        np.add.at(passing[group], ORIGIN_OF_COUNTRY[start:stop], share[start:stop])
    return passing


def composition_table(places: Places, expected: Expected) -> pa.Table:
    """area, level, year, scheme, group, people (expected), probability (null where nobody lives)."""
    tables = []
    for (level, year, code), people in expected.items():
        scheme = _SCHEMES[code]
        total = np.repeat(people.sum(axis=1), people.shape[1])
        probability = np.divide(people.ravel(), total, out=np.full(people.size, np.nan), where=total > 0)
        tables.append(
            pa.table(
                {
                    "area": np.repeat(places.areas[level].codes, people.shape[1]),
                    "level": np.full(people.size, level),
                    "year": np.full(people.size, year, dtype=np.int32),
                    "scheme": np.full(people.size, code),
                    "group": np.tile(scheme.groups, len(people)),
                    "people": people.ravel(),
                    "probability": pa.array(probability, from_pandas=True),
                }
            )
        )
    return pa.concat_tables(tables)


_SCHEMES: Mapping[str, Scheme] = {SCHEME.code: SCHEME, ORIGIN.code: ORIGIN}


def segregation_table(places: Places, expected: Expected) -> pa.Table:
    """area (the whole), level (of the parts), year, scheme, measure, group, against, value: without chance in it."""
    rows = []
    for row, code in enumerate(places.areas["gemeente"].codes):
        for (level, year, scheme), counts in expected.items():
            if level != "gemeente":
                parts = counts[places.rows_of(level, row)]
                rows += [(code, level, year, scheme, *figure) for figure in _indices(parts, _SCHEMES[scheme])]
    columns = ("area", "level", "year", "scheme", "measure", "group", "against", "value")
    return pa.table(dict(zip(columns, (list(column) for column in zip(*rows, strict=True)), strict=True)))


def _indices(counts: Counts, scheme: Scheme) -> Iterator[tuple[str, str, str, float]]:
    """measure, group, against, value: every index of each group against the rest, and of all groups at once."""
    of_two = {"isolation", "exposure"}
    against_rest = [
        np.column_stack([counts[:, g], np.delete(counts, g, 1).sum(axis=1)]) for g in range(counts.shape[1])
    ]
    for measure, index in SEGREGATION.items():
        for group, two in zip(scheme.groups, against_rest, strict=True):
            yield measure, group, "rest", float(index(two))
        if measure not in of_two:
            yield measure, "all", "all", float(index(counts))


def headlines(tally: Tally, expected: Expected) -> dict[str, float]:
    """The true figures that a user will first look for."""
    parts = expected["buurt", YEARS[-1], SCHEME.code]
    nl = SCHEME.index("nl")
    return {
        "mirrors_nl_at_tolerance_0": tally.share(("mirror", "one_sided", 0.0), nl),
        "bubble_nl": tally.share(("bubble", "", BUBBLE_LIMIT), nl),
        "connectors_nl": tally.share(("ladder", "any", None), nl),
        "connectors": tally.share(("ladder", "any", None)),
        "dissimilarity_nl_rest": float(
            dissimilarity(np.column_stack([parts[:, nl], np.delete(parts, nl, 1).sum(axis=1)]))
        ),
        "dissimilarity_all": float(dissimilarity(parts)),
    }
