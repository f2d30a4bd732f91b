"""Cells and zonings -> a composition for every level, year and scheme; a coarser area is the sum of its parts."""

import difflib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.schemes import Scheme
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.grouping import NATIONALITY, Grouped, Groupings
from wijkspiegel.sources.people import Cells
from wijkspiegel.sources.residents import Residents
from wijkspiegel.sources.zonings import Zonings
from wijkspiegel.tables import Areas, Composition, Note, exact
from wijkspiegel.wording import People, sentences

Key = tuple[str, int, str]  # scheme, year, level


def schemes_used(counted: Iterable[tuple[Cells, Sequence[Grouped]]], groupings: Groupings) -> dict[str, Scheme]:
    """The schemes by which anything is counted, with the groups that somebody belongs to in any year or file."""
    used: dict[str, set[str]] = {}
    for cells, by_scheme in counted:
        for grouped in by_scheme:
            people = np.bincount(grouped.codes, weights=cells.people, minlength=len(grouped.groups))
            used.setdefault(grouped.scheme, set()).update(np.array(grouped.groups)[people > 0].tolist())
    return {code: groupings.scheme(code, groups) for code, groups in used.items()}


def matrix(cells: Cells, rows: NDArray[np.intp], grouped: Grouped, scheme: Scheme, shape: int) -> NDArray[np.float64]:
    """[area, group], people. rows : [cell], the row of its area; -1 for cells that are left out."""
    columns = np.array([scheme.groups.index(g) if g in scheme.groups else -1 for g in grouped.groups], dtype=np.intp)
    here = (rows >= 0) & (cells.people > 0)
    counts = np.zeros((shape, len(scheme.groups)))
    np.add.at(counts, (rows[here], columns[grouped.codes[here]]), cells.people[here])
    return counts


def compose(
    residents: Sequence[Residents],
    zonings: Zonings,
    levels: Sequence[str],
    schemes: Mapping[str, Scheme],
    findings: Findings,
) -> tuple[Composition, ...]:
    """Every level, coarse to fine, of every year and scheme. Tells what does not fit or does not agree."""
    counted: dict[Key, tuple[Composition, Cells]] = {}
    for one in residents:
        for year in sorted(set(one.years.tolist())):
            areas = zonings.get((year, one.level))
            rows = None if areas is None else _rows_of_areas(one, year, areas, zonings, findings)
            if areas is None or rows is None:
                continue
            for grouped in one.grouped:
                key = (grouped.scheme, year, one.level)
                if key in counted:
                    findings.problem(_counted_twice(key, counted[key][1], one.cells))
                    continue
                counts = matrix(one.cells, rows, grouped, schemes[grouped.scheme], len(areas))
                counted[key] = exact(areas, year, schemes[grouped.scheme], counts), one.cells
    compositions = _all_levels(counted, zonings, levels, findings)
    _tell_emptiness(compositions, findings)
    return compositions


def _rows_of_areas(
    one: Residents, year: int, areas: Areas, zonings: Zonings, findings: Findings
) -> NDArray[np.intp] | None:
    """[cell], the row of its area, -1 in other years; None, with a problem told, where an area is not there."""
    row = {code: number for number, code in enumerate(areas.codes)}
    words = one.cells.columns["area"]
    index = np.array([row.get(value, -1) for value in words.values], dtype=np.intp)
    rows = np.where(one.years == year, index[words.codes], -1)
    outside = np.flatnonzero((rows < 0) & (one.years == year))
    if not len(outside):
        return rows
    first = outside[np.argmin(one.cells.rows[outside])]
    code, strange = words[int(first)], len(np.unique(words.codes[outside]))
    problem = f"area '{code}' is not among the areas of level '{one.level}' in {year}" if code else "there is no area"
    findings.problem(
        InputError(
            f"{problem} ({one.cells.people[outside].sum():,.0f} people, {strange:,} such codes)",
            file=one.cells.path,
            row=int(one.cells.rows[first]),
            column=one.cells.headers["area"],
            mend=_where_else(code, areas, zonings),
        )
    )
    return None


def _where_else(code: str, areas: Areas, zonings: Zonings) -> str:
    """How an unknown area code may have come about."""
    for (year, level), known in zonings.items():
        if code in known.codes:
            return f"It is an area of level '{level}' in {year}: give the areas of the right year or level."
    near = difflib.get_close_matches(code, areas.codes, n=1)
    return f"Did you mean '{near[0]}'?" if near else "Correct the code, or add it to the list of areas."


def _counted_twice(key: Key, first: Cells, again: Cells) -> InputError:
    scheme, year, level = key
    return InputError(
        f"people of {year} by scheme '{scheme}' on level '{level}' are in {first.path.name} already",
        file=again.path,
        mend="Keep one file for each year, level and scheme, or name the `schemes` that each file is for.",
    )


# Levels --------------------------------------------------------------------------------------------------------------


def _all_levels(
    counted: Mapping[Key, tuple[Composition, Cells]], zonings: Zonings, levels: Sequence[str], findings: Findings
) -> tuple[Composition, ...]:
    """The finest level of each year and scheme, and every coarser one as its sum."""
    made: list[Composition] = []
    for scheme, year in dict.fromkeys((scheme, year) for scheme, year, _ in counted):
        finest = max((level for s, y, level in counted if (s, y) == (scheme, year)), key=levels.index)
        summed = [counted[scheme, year, finest][0]]
        for level in levels[: levels.index(finest)][::-1]:
            summed.append(_sum_up(summed[-1], zonings[year, level]))
            if (scheme, year, level) in counted:
                _compare(summed[-1], *counted[scheme, year, level], finest, findings)
        made += summed[::-1]
    return tuple(made)


def _sum_up(parts: Composition, wholes: Areas) -> Composition:
    """The coarser areas. Parts that lie in none of them were told when the areas were read."""
    row = {code: number for number, code in enumerate(wholes.codes)}
    inside = np.array([parent in row for parent in parts.areas.parents], dtype=bool)
    counts = np.zeros((len(wholes), parts.counts.shape[1]))
    np.add.at(counts, [row[parent] for parent in parts.areas.parents if parent in row], parts.counts[inside])
    return exact(wholes, parts.year, parts.scheme, counts)


def _compare(summed: Composition, given: Composition, cells: Cells, finest: str, findings: Findings) -> None:
    """Tell whether a coarser level that is given as well agrees with the sums of the finest one."""
    apart = np.flatnonzero((summed.counts != given.counts).any(axis=1))
    if not len(apart):
        findings.say(f"{cells.path.name} agrees with the sums of level {finest} in {given.year}.")
        return
    area = int(apart[0])
    group = int(np.flatnonzero(summed.counts[area] != given.counts[area])[0])
    findings.problem(
        InputError(
            f"area '{given.areas.codes[area]}' has {given.counts[area, group]:,.0f} people of group "
            f"'{given.scheme.groups[group]}' in {given.year}, and its areas of level '{finest}' have "
            f"{summed.counts[area, group]:,.0f} together ({len(apart):,} areas differ)",
            file=cells.path,
            mend=f"Correct one of the two, or leave this file out: level '{finest}' is added up.",
        )
    )


# What is odd ---------------------------------------------------------------------------------------------------------


def _tell_emptiness(compositions: Sequence[Composition], findings: Findings) -> None:
    """Notes on groups without people and on years with one area."""
    finest = {(composition.scheme.code, composition.year): composition for composition in compositions}
    for (scheme, year), composition in finest.items():
        totals = composition.counts.sum(axis=0)
        empty = [group for group, people in zip(composition.scheme.groups, totals, strict=True) if not people]
        if empty and scheme != NATIONALITY:
            findings.note(
                Note(
                    "empty_group",
                    f"Niemand hoort in {year} tot {', '.join(empty)} (indeling {scheme}).",
                    f"Nobody belongs to {', '.join(empty)} in {year} (scheme {scheme}).",
                    len(empty),
                )
            )
    _tell_other_totals(compositions, findings)
    for year, areas in {year: composition.areas for (_, year), composition in finest.items()}.items():
        if len(areas) == 1:
            findings.note(
                Note(
                    "one_area",
                    f"In {year} is er één gebied van niveau {areas.level}: over spreiding is niets te zeggen.",
                    f"In {year} there is one area of level {areas.level}: nothing can be said about segregation.",
                )
            )


def _tell_other_totals(compositions: Sequence[Composition], findings: Findings) -> None:
    """A note where two schemes count another number of people in the same year and level."""
    first: dict[tuple[int, str], Composition] = {}
    for composition in compositions:
        other = first.setdefault((composition.year, composition.areas.level), composition)
        differ = round(abs(float(composition.population.sum() - other.population.sum())))
        if differ and composition.areas.level == compositions[0].areas.level:
            findings.note(
                Note(
                    "totals_differ",
                    *sentences(
                        "In {year} tellen {one} en {other} niet evenveel mensen: het verschil is {people}.",
                        "In {year} {one} and {other} do not count as many people: the difference is {people}.",
                        year=str(composition.year),
                        one=other.scheme.code,
                        other=composition.scheme.code,
                        people=People(differ),
                    ),
                    differ,
                )
            )
