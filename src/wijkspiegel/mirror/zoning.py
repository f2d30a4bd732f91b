"""Which areas lie in which, and what two years have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import SettingsError
from wijkspiegel.tables import Areas, City, Composition, Correspondence, Counts


@dataclass(frozen=True)
class Hierarchy:
    """Levels coarse to fine, and for every area of a year the area that it lies in."""

    levels: tuple[str, ...]
    parent: Mapping[str, str]
    level: Mapping[str, str]

    def whole_of(self, code: str, level: str) -> str:
        """The area of `level` in which the area lies; "" where none is known."""
        while code and self.level.get(code) != level:
            code = self.parent.get(code, "")
        return code


def hierarchy_of(city: City, year: int) -> Hierarchy:
    zonings = [composition.areas for composition in city.compositions if composition.year == year]
    return Hierarchy(
        city.levels,
        {code: parent for areas in zonings for code, parent in zip(areas.codes, areas.parents, strict=True)},
        {code: areas.level for areas in zonings for code in areas.codes},
    )


def rows_by_whole(areas: Areas, hierarchy: Hierarchy, level: str) -> dict[str, NDArray[np.intp]]:
    """Rows of the areas in each whole of `level`, in the order in which the wholes are met."""
    whole_around = {parent: hierarchy.whole_of(parent, level) for parent in set(areas.parents)}
    itself = areas.level == level
    rows: dict[str, list[int]] = {}
    for row, (code, parent) in enumerate(zip(areas.codes, areas.parents, strict=True)):
        if whole := code if itself else whole_around[parent]:
            rows.setdefault(whole, []).append(row)
    return {whole: np.array(members, dtype=np.intp) for whole, members in rows.items()}


@dataclass(frozen=True)
class SharedParts:
    """Counts of two years over the same parts.

    before, after : [part, group], people.
    pooled : share of the people of `after` who live in a pooled part.
    before_bounds, after_bounds : low and high of the counts, likewise.
    """

    before: Counts
    after: Counts
    pooled: float
    before_bounds: tuple[Counts, Counts]
    after_bounds: tuple[Counts, Counts]


def on_shared_parts(before: Composition, after: Composition) -> SharedParts:
    """Two years of one whole, counted over the finest parts that both of them have.

    A part is an area whose code is in both years, which is taken to be the same place. Where areas were redrawn, all
    areas of the coarser area around them are pooled into it; where one of those was redrawn too, all into one part.
    An area that is in one year only and where nobody lived then changes nothing.
    """
    around = dict(zip(before.areas.codes, before.areas.parents, strict=True))
    around |= dict(zip(after.areas.codes, after.areas.parents, strict=True))
    redrawn = _inhabited(before) - set(after.areas.codes) | _inhabited(after) - set(before.areas.codes)
    pools = {around[code] for code in redrawn}
    if not pools <= set(before.areas.parents) & set(after.areas.parents):
        around = {code: "" if parent in pools else parent for code, parent in around.items()}
        pools = {""}
    part = {code: parent if parent in pools else code for code, parent in around.items()}
    parts = {code: row for row, code in enumerate(sorted(set(part.values())))}
    in_pool = np.array([part[code] != code for code in after.areas.codes])
    people = after.population
    rows_before, rows_after = ([parts[part[code]] for code in year.areas.codes] for year in (before, after))
    return SharedParts(
        _summed(before.counts, rows_before, len(parts)),
        _summed(after.counts, rows_after, len(parts)),
        float(people[in_pool].sum() / people.sum()) if people.sum() else 0.0,
        (_summed(before.low, rows_before, len(parts)), _summed(before.high, rows_before, len(parts))),
        (_summed(after.low, rows_after, len(parts)), _summed(after.high, rows_after, len(parts))),
    )


def _inhabited(composition: Composition) -> set[str]:
    return {code for code, people in zip(composition.areas.codes, composition.population, strict=True) if people > 0}


def _summed(counts: Counts, rows: Sequence[int], parts: int) -> Counts:
    """[part, group]; rows : for each area the part that it goes to."""
    summed = np.zeros((parts, counts.shape[1]))
    np.add.at(summed, list(rows), counts)
    return summed


def carried_over(before: Composition, correspondence: Correspondence, after: Areas) -> Composition:
    """The counts of an earlier year on the areas of a later one. Counts are split by the given shares of people.

    Areas that the correspondence does not name keep their code.
    """
    moved = set(correspondence.sources)
    moves = [
        *zip(correspondence.sources, correspondence.targets, correspondence.shares, strict=True),
        *((code, code, 1.0) for code in before.areas.codes if code not in moved),
    ]
    source_row = {code: row for row, code in enumerate(before.areas.codes)}
    target_row = {code: row for row, code in enumerate(after.codes)}
    moves = [move for move in moves if move[0] in source_row]
    if lost := sorted({f"{source} -> {target}" for source, target, _ in moves if target not in target_row}):
        raise SettingsError(
            f"The correspondence of {correspondence.source_year} to {correspondence.target_year} leads to {len(lost)} "
            f"areas that do not exist in {correspondence.target_year}: {', '.join(lost[:5])}. "
            "Give the areas of that year, and a row for every area that got another code."
        )
    counts, low, high = (np.zeros((len(after), before.counts.shape[1])) for _ in range(3))
    withheld = np.zeros(counts.shape, dtype=bool)
    for source, target, share in moves:
        counts[target_row[target]] += share * before.counts[source_row[source]]
        low[target_row[target]] += share * before.low[source_row[source]]
        high[target_row[target]] += share * before.high[source_row[source]]
        withheld[target_row[target]] |= before.withheld[source_row[source]]
    return replace(before, areas=after, counts=counts, low=low, high=high, withheld=withheld)
