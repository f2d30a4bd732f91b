"""How a whole changed between two years, split into what numbers did and what spreading did."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from wijkspiegel.disclosure import join_tables, release_table
from wijkspiegel.measures.change import decompose
from wijkspiegel.measures.uncertainty import assess, assess_all, interval_of_change
from wijkspiegel.mirror.portrait import Whole, against_rest, wholes_of, withheld_in
from wijkspiegel.mirror.zoning import SharedParts, carried_over, on_shared_parts
from wijkspiegel.tables import City, Composition, Correspondence, Counts

MEASURES = ("dissimilarity", "entropy_index", "mutual_information")
"""Decomposed for all groups together; dissimilarity also for each group against the rest."""


def change_table(city: City) -> pa.Table:
    """Consecutive years, and the first against the last, of every whole, on the finest level that both years have."""
    parts = []
    for before, after in _year_pairs(city):
        for earlier, later in shared_wholes(city, before, after):
            shared = on_shared_parts(earlier.parts, later.parts)
            if len(shared.before) > 1:
                parts.append(_change_rows(earlier, later, shared))
    return join_tables("change", parts)


def _year_pairs(city: City) -> Iterator[tuple[Composition, Composition]]:
    for scheme in dict.fromkeys(composition.scheme.code for composition in city.compositions):
        of_scheme = [composition for composition in city.compositions if composition.scheme.code == scheme]
        finest = max((c.areas.level for c in of_scheme), key=city.levels.index)
        of_year = {c.year: c for c in of_scheme if c.areas.level == finest}
        years = sorted(of_year)
        pairs = [*pairwise(years), *([(years[0], years[-1])] if len(years) > 2 else [])]
        yield from ((of_year[first], of_year[last]) for first, last in pairs)


def shared_wholes(city: City, before: Composition, after: Composition) -> Iterator[tuple[Whole, Whole]]:
    """Every whole that exists in both years, as it was in each."""
    correspondence = _correspondence_between(city, before, after)
    if correspondence is not None:
        before = carried_over(before, correspondence, after.areas)
    earlier = {whole.area: whole for whole in wholes_of(city, before)}
    for whole in wholes_of(city, after):
        if whole.area in earlier:
            yield earlier[whole.area], whole


def _correspondence_between(city: City, before: Composition, after: Composition) -> Correspondence | None:
    for known in city.correspondences:
        if (known.level, known.source_year, known.target_year) == (before.areas.level, before.year, after.year):
            return known
    return None


def _change_rows(earlier: Whole, later: Whole, shared: SharedParts) -> pa.Table:
    """nan where too much is withheld in one of the years to tell."""
    groups = earlier.parts.scheme.groups
    forms = [*((measure, "all") for measure in MEASURES), *(("dissimilarity", group) for group in groups)]
    changes = [decompose(*_of_group(shared, groups, group), measure) for measure, group in forms]
    lower, upper = _intervals(shared)
    told = [not (withheld_in(earlier.parts, group) or withheld_in(later.parts, group)) for _, group in forms]

    def shown(values: Iterable[float]) -> Counts:
        return np.where(told, np.array([*values]), np.nan)

    return release_table(
        "change",
        {
            "area": [later.area] * len(forms),
            "scheme": [later.parts.scheme.code] * len(forms),
            "measure": [measure if group == "all" else f"{measure}:{group}" for measure, group in forms],
            "from": [earlier.parts.year] * len(forms),
            "to": [later.parts.year] * len(forms),
            "total": shown(change.total for change in changes),
            "margins": shown(change.margins for change in changes),
            "structure": shown(change.structure for change in changes),
            "lower": shown(lower),
            "upper": shown(upper),
        },
    )


def _of_group(shared: SharedParts, groups: Sequence[str], group: str) -> tuple[Counts, Counts]:
    """Both years: all groups, or [part, 2] with the people of one group and all others."""
    if group == "all":
        return shared.before, shared.after
    before, after = (against_rest(counts, counts, counts)[0] for counts in (shared.before, shared.after))
    return before[groups.index(group)], after[groups.index(group)]


def _intervals(shared: SharedParts) -> tuple[Counts, Counts]:
    """95 % interval of each change, in the order of the forms."""
    years = [(shared.before, *shared.before_bounds), (shared.after, *shared.after_bounds)]
    among_all = [assess_all(MEASURES, *bounds) for bounds in years]
    of_groups = [assess("dissimilarity", *against_rest(*bounds)) for bounds in years]
    ends = [interval_of_change(*(year[measure] for year in among_all)) for measure in MEASURES]
    ends.append(interval_of_change(*of_groups))
    lower, upper = (np.concatenate([np.atleast_1d(end[side]) for end in ends]) for side in (0, 1))
    return lower, upper
