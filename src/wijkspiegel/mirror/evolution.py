"""How a whole changed between two years, split into what numbers did and what spreading did."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa

from wijkspiegel.disclosure import join_tables, release_table
from wijkspiegel.measures.change import decompose
from wijkspiegel.mirror.portrait import wholes_of
from wijkspiegel.mirror.zoning import SharedParts, carried_over, on_shared_parts
from wijkspiegel.tables import City, Composition, Correspondence, Counts

MEASURES = ("dissimilarity", "entropy_index", "mutual_information")
"""Decomposed for all groups together; dissimilarity also for each group against the rest."""


def change_table(city: City) -> pa.Table:
    """Consecutive years, and the first against the last, of every whole, on the finest level that both years have."""
    parts = []
    for before, after in _year_pairs(city):
        for whole, shared in shared_wholes(city, before, after):
            if len(shared.before) > 1:
                parts.append(_change_rows(whole, before, after, shared))
    return join_tables("change", parts)


def _year_pairs(city: City) -> Iterator[tuple[Composition, Composition]]:
    for scheme in dict.fromkeys(composition.scheme.code for composition in city.compositions):
        of_scheme = [composition for composition in city.compositions if composition.scheme.code == scheme]
        finest = max((c.areas.level for c in of_scheme), key=city.levels.index)
        of_year = {c.year: c for c in of_scheme if c.areas.level == finest}
        years = sorted(of_year)
        pairs = [*pairwise(years), *([(years[0], years[-1])] if len(years) > 2 else [])]
        yield from ((of_year[first], of_year[last]) for first, last in pairs)


def shared_wholes(city: City, before: Composition, after: Composition) -> Iterator[tuple[str, SharedParts]]:
    """Every whole that exists in both years, with its two years counted over the same parts."""
    correspondence = _correspondence_between(city, before, after)
    if correspondence is not None:
        before = carried_over(before, correspondence, after.areas)
    earlier = {whole.area: whole for whole in wholes_of(city, before)}
    for whole in wholes_of(city, after):
        if whole.area in earlier:
            yield whole.area, on_shared_parts(earlier[whole.area].parts, whole.parts)


def _correspondence_between(city: City, before: Composition, after: Composition) -> Correspondence | None:
    for known in city.correspondences:
        if (known.level, known.source_year, known.target_year) == (before.areas.level, before.year, after.year):
            return known
    return None


def _change_rows(whole: str, before: Composition, after: Composition, shared: SharedParts) -> pa.Table:
    groups = before.scheme.groups
    rows = [(measure, decompose(shared.before, shared.after, measure)) for measure in MEASURES]
    rows += [
        (
            f"dissimilarity:{group}",
            decompose(_against_rest(shared.before, column), _against_rest(shared.after, column), "dissimilarity"),
        )
        for column, group in enumerate(groups)
    ]
    return release_table(
        "change",
        {
            "area": [whole] * len(rows),
            "scheme": [before.scheme.code] * len(rows),
            "measure": [measure for measure, _ in rows],
            "from": [before.year] * len(rows),
            "to": [after.year] * len(rows),
            "total": [change.total for _, change in rows],
            "margins": [change.margins for _, change in rows],
            "structure": [change.structure for _, change in rows],
        },
    )


def _against_rest(counts: Counts, group: int) -> Counts:
    """[part, 2]: people of the group, and all others."""
    return np.column_stack([counts[:, group], counts.sum(axis=1) - counts[:, group]])
