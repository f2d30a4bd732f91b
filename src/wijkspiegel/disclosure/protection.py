"""Protect: the counts of a city go in, and a release of what may be told about them comes out.

The steps: round everything so that it adds up, withhold small cells and what would give them away, estimate what is
withheld from what is shown, compute every figure from that, and seal it. docs/explanation/disclosure.md tells why.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import permutations
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from wijkspiegel import __version__
from wijkspiegel.disclosure.guard import guarded
from wijkspiegel.disclosure.policy import Policy
from wijkspiegel.disclosure.register import check_and_record
from wijkspiegel.disclosure.release import _SEAL, RELEASE_TABLES, About, Release, join_tables
from wijkspiegel.disclosure.rounding import round_tree
from wijkspiegel.disclosure.suppression import Rows, Table, Tree, Withheld, withhold
from wijkspiegel.errors import DisclosureError
from wijkspiegel.measures.change import fitted
from wijkspiegel.schemes import ORIGIN, ORIGIN_BIRTH, WESTERN, WESTERN_COUNTRIES
from wijkspiegel.tables import Areas, City, Composition, Counts, Institution, Mask, Measured, Note, Source, exact
from wijkspiegel.wording import sentences


def _with_unknown(wider: Mapping[str, str]) -> Mapping[str, str]:
    return {**wider, "unknown": "unknown"}


_COUNTRIES = {group: group if group in WESTERN.groups else "non_western" for group in WESTERN_COUNTRIES.groups}
_BIRTH = {group: group.removesuffix("_born_nl").removesuffix("_born_abroad") for group in ORIGIN_BIRTH.groups}

NESTED: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        f"{fine.code}{suffix}": (f"{coarse.code}{suffix}", _with_unknown(wider) if suffix else wider)
        for fine, coarse, wider in ((WESTERN_COUNTRIES, WESTERN, _COUNTRIES), (ORIGIN_BIRTH, ORIGIN, _BIRTH))
        for suffix in ("", "_with_unknown")
    }
)
"""Fine scheme -> the coarser one, and for each group the group of that one that it is part of."""

SWEEPS = 3
"""How often rows and columns tighten each other's bounds."""


def protect(
    city: City,
    derive: Callable[[City], Mapping[str, pa.Table]],
    *,
    policy: Policy,
    register: Path | None = None,
    boundaries: Mapping[str, Mapping[str, Any]] | None = None,
    measured: Mapping[str, Measured] | None = None,
    created: str | None = None,
) -> Release:
    """A release of a city: its counts protected, and `derive`d from these all tables of RELEASE_TABLES.

    Published counts pass as they are. register : a file inside the room in which every release is recorded, and against
    which this one is held. boundaries : level -> GeoJSON. measured : table -> figures of people's contacts, which
    are never public; see `guarded`. created : ISO date; today by default.
    Raises DisclosureError where the figures cannot be told safely, alone or beside an earlier release.
    """
    withheld: tuple[Note, ...] = ()
    told = _as_published(city)
    if not city.published:
        if register is not None:
            check_and_record(city, register, asdict(policy), created or date.today().isoformat())
        city = protected_city(city, policy)
        withheld = _notes_on_withheld(city, policy)
        told = _as_protected(policy)
    guarded_tables, left_out = guarded(measured or {}, policy)
    about = About(
        title=city.title,
        levels=city.levels,
        schemes=tuple({c.scheme.code: c.scheme for c in _all_compositions(city)}.values()),
        sources=city.sources,
        published=city.published,
        protection=told,
        withheld=(*withheld, *left_out),
        notes=tuple(_without_few(note, policy) for note in city.notes),
        program=f"wijkspiegel {__version__}",
        created=created or date.today().isoformat(),
        home=city.home,
        subject=city.subject,
    )
    return Release(about, dict(derive(city)) | guarded_tables, boundaries or {}, _SEAL)


def protect_figures(
    title: str,
    measured: Mapping[str, Measured],
    *,
    policy: Policy,
    sources: tuple[Source, ...] = (),
    notes: tuple[Note, ...] = (),
    created: str | None = None,
) -> Release:
    """A release of measured figures alone, that are of people and of no area: those of a conversation.

    Each release of a conversation is held to be of its own people: no register is kept of them.
    """
    tables, left_out = guarded(measured, policy)
    about = About(
        title=title,
        levels=(),
        schemes=(),
        sources=sources,
        published=False,
        protection=Note(
            "protected",
            f"Aantallen onder {policy.min_cell} zijn weggelaten, met andere aantallen waaruit ze te herleiden zouden "
            f"zijn. Getoonde aantallen mensen zijn veelvouden van {policy.rounding}, en aandelen staan in stappen van "
            "zoveel mensen. Wie wat stemde is nergens te zien.",
            f"Counts below {policy.min_cell} were withheld, with other counts from which they could be told. Shown "
            f"counts of people are multiples of {policy.rounding}, and shares stand in steps of so many people. "
            "Nowhere can be seen who voted what.",
        ),
        withheld=left_out,
        notes=tuple(_without_few(note, policy) for note in notes),
        program=f"wijkspiegel {__version__}",
        created=created or date.today().isoformat(),
    )
    empty = {name: join_tables(name, []) for name in RELEASE_TABLES}
    return Release(about, empty | tables, {}, _SEAL)


def _without_few(note: Note, policy: Policy) -> Note:
    """A count of few is not told to machines either. Which notes count people, and which areas, is not asked."""
    return replace(note, count=None) if 0 < (note.count or 0) < policy.min_cell else note


def _all_compositions(city: City) -> list[Composition]:
    return [*city.compositions, *(institution.people for institution in city.institutions)]


def protected_city(city: City, policy: Policy) -> City:
    """The city with protected compositions, also of its institutions."""
    protected: dict[tuple[str, int, str], Composition] = {}
    for year in sorted({c.year for c in city.compositions}):
        for composition in _protect_year([c for c in city.compositions if c.year == year], policy):
            protected[composition.areas.level, year, composition.scheme.code] = composition
    return replace(
        city,
        compositions=tuple(protected[c.areas.level, c.year, c.scheme.code] for c in city.compositions),
        institutions=tuple(_protect_institution(institution, policy) for institution in city.institutions),
    )


def _protect_institution(institution: Institution, policy: Policy) -> Institution:
    """Its parts, and all of them together, as areas and the area that they lie in."""
    people = institution.people
    parts = replace(people, areas=replace(people.areas, parents=("everyone",) * len(people.areas)))
    everyone = Areas("everyone", ("everyone",), ("everyone",), ("",))
    whole = exact(everyone, people.year, people.scheme, people.counts.sum(axis=0, keepdims=True))
    whole, parts = _protect_year([whole, parts], policy)
    return replace(institution, people=replace(parts, areas=people.areas), whole=whole)


# One year ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Family:
    """A scheme, the coarser one of which it is a refinement, and their counts on the nodes of a year."""

    fine: str
    coarse: str | None
    areas: tuple[str, ...]
    table: Table
    levels: Mapping[str, Rows] = field(default_factory=dict)


def _protect_year(compositions: Sequence[Composition], policy: Policy) -> list[Composition]:
    """All levels and schemes of one year, in the order given.

    Areas are looked at by code: where two are as good, their place in a file does not choose between them, and schemes
    that list the same areas in another order are known to be about the same people.
    """
    by_code = [np.argsort(c.areas.codes, kind="stable") for c in compositions]
    protected = _protect_by_code([c.take(order) for c, order in zip(compositions, by_code, strict=True)], policy)
    return [c.take(np.argsort(order)) for c, order in zip(protected, by_code, strict=True)]


def _protect_by_code(compositions: Sequence[Composition], policy: Policy) -> list[Composition]:
    schemes = dict.fromkeys(c.scheme.code for c in compositions)
    coarse = {_coarser(code, schemes) for code in schemes}
    families = [_family(compositions, code, schemes) for code in schemes if code not in coarse]
    _refuse_sums_of_each_other(families)
    columns = Counter(
        key for family in families for key in {_key(family, column) for column in family.table.wide_counts().T}
    )
    shared = {key for key, times in columns.items() if times > 1}
    known: dict[_Key, Counts] = {}
    rounded = [_rounded(family, shared, known, policy.rounding) for family in families]
    found: dict[tuple[str, str], Composition] = {}
    for family, shown, hidden in zip(families, rounded, _withhold_all(families, rounded, policy), strict=True):
        for composition in _protected(family, shown, hidden, compositions, policy):
            found[composition.areas.level, composition.scheme.code] = composition
    return [found[c.areas.level, c.scheme.code] for c in compositions]


def _coarser(code: str, schemes: Collection[str]) -> str | None:
    coarser, _ = NESTED.get(code, (None, {}))
    return coarser if coarser in schemes else None


def _family(compositions: Sequence[Composition], code: str, schemes: Mapping[str, None]) -> _Family:
    of_scheme = [c for c in compositions if c.scheme.code == code]
    codes = [(c.areas.level, area) for c in of_scheme for area in c.areas.codes]
    row = {area: number for number, (_, area) in enumerate(codes)}
    if len(row) < len(codes):
        raise DisclosureError("An area has the same code on two levels. Give every area a code of its own.")
    parents = np.array(
        [
            row.get(parent, -1) if parent != area else -1
            for c in of_scheme
            for area, parent in zip(c.areas.codes, c.areas.parents, strict=True)
        ],
        dtype=np.intp,
    )
    counts = np.vstack([c.counts for c in of_scheme])
    groups = of_scheme[0].scheme.groups
    coarser = _coarser(code, schemes)
    wider = np.arange(len(groups))
    if coarser is not None:
        wide_groups = next(c.scheme.groups for c in compositions if c.scheme.code == coarser)
        wider = np.array([wide_groups.index(NESTED[code][1][group]) for group in groups])
    start = np.cumsum([0, *(len(c.areas) for c in of_scheme)])
    levels = {c.areas.level: np.arange(start[i], start[i + 1]) for i, c in enumerate(of_scheme)}
    _require_sums(parents, counts, [area for _, area in codes])
    return _Family(code, coarser, tuple(area for _, area in codes), Table(Tree(parents), counts, wider), levels)


def _require_sums(parents: Rows, counts: Counts, codes: Sequence[str]) -> None:
    sums = np.zeros_like(counts)
    np.add.at(sums, parents[parents >= 0], counts[parents >= 0])
    inner = np.unique(parents[parents >= 0])
    if len(wrong := inner[np.abs(sums[inner] - counts[inner]).max(axis=1) > 1e-6]):
        raise DisclosureError(
            f"The areas in {codes[wrong[0]]} do not add up to it, and neither in {len(wrong) - 1} more areas. "
            "Counts can only be protected together when they do: correct them, or leave the coarser level out."
        )


def _refuse_sums_of_each_other(families: Sequence[_Family]) -> None:
    """Two schemes of which one gathers groups of the other, in a way that the door does not know of."""
    for fine, coarse in permutations(families, 2):
        columns = len(coarse.table.counts[0])
        if fine.areas == coarse.areas and 1 < columns < len(fine.table.counts[0]):
            there = fine.table.counts[:, fine.table.counts.any(axis=0)]
            gathered, _, rank, _ = np.linalg.lstsq(there, coarse.table.counts)
            known = rank == there.shape[1] and np.allclose(gathered, np.rint(gathered), atol=1e-6)
            if known and np.allclose(there @ np.rint(gathered), coarse.table.counts):
                raise DisclosureError(
                    f"The groups of '{coarse.fine}' are sums of groups of '{fine.fine}', so what one withholds could "
                    "be told from the other. Leave one of the two out."
                )


def _withhold_all(families: Sequence[_Family], rounded: Sequence[Table], policy: Policy) -> list[Withheld]:
    """What each family withholds; none tells of an area or a count that another hides."""
    areas: list[set[int]] = [set() for _ in families]
    cells = [np.zeros(family.table.counts.shape, dtype=bool) for family in families]
    while True:
        found = [
            withhold(family.table, shown.counts, policy.min_cell, policy.rounding, hidden, also)
            for family, shown, hidden, also in zip(families, rounded, areas, cells, strict=True)
        ]
        again = False
        for (i, one), (j, other) in permutations(enumerate(families), 2):
            if one.areas != other.areas:
                continue
            untold = set(np.flatnonzero(found[j].people).tolist()) - set(np.flatnonzero(found[i].people).tolist())
            areas[i] |= untold
            same = _same_columns(one.table.counts, other.table.counts)
            told = np.zeros_like(cells[i])
            told[:, same[:, 0]] = found[j].cells[:, same[:, 1]] & ~found[i].cells[:, same[:, 0]]
            cells[i] |= told
            again |= bool(untold) or bool(told.any())
        if not again:
            return found


def _same_columns(one: Counts, other: Counts) -> Rows:
    """[pair, 2], the groups of two schemes that hold the same people, as far as anyone can see."""
    return np.array(
        [(i, j) for i in range(one.shape[1]) for j in range(other.shape[1]) if (one[:, i] == other[:, j]).all()],
        dtype=np.intp,
    ).reshape(-1, 2)


def _protected(
    family: _Family, shown: Table, withheld: Withheld, compositions: Sequence[Composition], policy: Policy
) -> list[Composition]:
    """The compositions of a family as they are shown, rounded, with estimates for what is withheld."""
    table = family.table
    tables = [(family.fine, table.counts, shown.counts, withheld.cells)]
    if family.coarse is not None:
        tables.append((family.coarse, table.wide_counts(), shown.wide_counts(), withheld.wide))
    made = []
    for code, exact_counts, rounded, hidden in tables:
        reach = max(policy.rounding - 1.0, float(np.ceil(np.abs(rounded - exact_counts).max() - 1e-9)))
        estimates = _estimates(table.tree, rounded, hidden, withheld.people)
        bounds = _ranges(table.tree, rounded, hidden, withheld.people)
        for c in compositions:
            if c.scheme.code == code:
                rows = family.levels[c.areas.level]
                low, high = (bound[rows] for bound in bounds)
                made.append(_told(c, estimates[rows], hidden[rows], low, high, reach))
    return made


_Key = tuple[tuple[str, ...], bytes]
"""Areas, and a count of each of them."""


def _key(family: _Family, column: Counts) -> _Key:
    return family.areas, column.tobytes()


def _rounded(family: _Family, shared: Collection[_Key], known: dict[_Key, Counts], base: int) -> Table:
    """The table in multiples of the base that add up.

    shared : counts that other families have too. known : those that were rounded before, and are rounded once only.
    """
    table, parent = family.table, family.table.tree.parent
    wide_counts = table.wide_counts()
    total = _once(family, wide_counts.sum(axis=1), known, lambda people: round_tree(people, parent, None, base))
    keys = [_key(family, column) for column in wide_counts.T]
    fixed = [number for number, key in enumerate(keys) if key in known]
    left = total - sum((known[keys[number]] for number in fixed), np.zeros(len(total)))
    if (left < 0).any() or (len(fixed) == len(keys) and left.any()):
        fixed, left = [], total
    own = [number for number in range(len(keys)) if number not in fixed and keys[number] not in shared]
    first = [number for number in range(len(keys)) if number not in fixed and number not in own]
    wide = np.zeros_like(wide_counts)
    for number in fixed:
        wide[:, number] = known[keys[number]]
    together = np.column_stack([wide_counts[:, first], wide_counts[:, own].sum(axis=1)])
    rounded = round_tree(together if own else together[:, :-1], parent, left, base)
    wide[:, first] = rounded[:, : len(first)]
    known |= {keys[number]: wide[:, number] for number in first}
    if own:
        wide[:, own] = round_tree(wide_counts[:, own], parent, rounded[:, -1], base)
    fine = np.zeros_like(table.counts)
    for number in range(wide.shape[1]):
        columns = np.flatnonzero(table.wider == number)
        fine[:, columns] = round_tree(table.counts[:, columns], parent, wide[:, number], base)
    return replace(table, counts=fine)


def _once(family: _Family, people: Counts, known: dict[_Key, Counts], rounding: Callable[[Counts], Counts]) -> Counts:
    key = _key(family, people)
    if key not in known:
        known[key] = rounding(people[:, None])[:, 0]
    return known[key]


def _told(
    composition: Composition, counts: Counts, hidden: Mask, low: Counts, high: Counts, reach: float
) -> Composition:
    """reach : how far the truth can be from a shown count, and so from bounds made of these, people."""
    return replace(
        composition,
        counts=counts,
        low=np.minimum(np.maximum(low - reach, 0.0), counts),
        high=np.maximum(high + reach, counts),
        withheld=hidden,
    )


def _ranges(tree: Tree, rounded: Counts, hidden: Mask, hidden_people: Mask) -> tuple[Counts, Counts]:
    """[node, group], the least and the most that the shown counts leave each cell, rows and columns in turn."""
    people = rounded.sum(axis=1)
    low, high = np.where(hidden, 0.0, rounded), np.where(hidden, people.max(), rounded)
    roots = np.flatnonzero(tree.parent < 0)
    low[roots], high[roots] = _tightened(low[roots], high[roots], people[roots], people[roots])
    for node in tree.inner_from_top():
        children = tree.children(node)
        unknown = hidden_people[children]
        least = np.where(unknown, 0.0, people[children])
        most = np.where(unknown, people[children[unknown]].sum(), people[children])
        for _ in range(SWEEPS):
            by_row = _tightened(low[children], high[children], least, most)
            by_column = _tightened(by_row[0].T, by_row[1].T, low[node], high[node])
            low[children], high[children] = by_column[0].T, by_column[1].T
    return low, high


def _tightened(low: Counts, high: Counts, least: Counts, most: Counts) -> tuple[Counts, Counts]:
    """Bounds of cells whose rows add up to at least `least` and at most `most`."""
    others_low, others_high = low.sum(axis=1, keepdims=True) - low, high.sum(axis=1, keepdims=True) - high
    return np.maximum(low, least[:, None] - others_high), np.minimum(high, most[:, None] - others_low)


def _estimates(tree: Tree, rounded: Counts, hidden: Mask, hidden_people: Mask) -> Counts:
    """[node, group], shown counts, and for withheld ones what is likely from shown counts alone.

    From the top down: the people of an area whose group is not shown are spread as those of the area around it are, so
    that areas and groups add up (iterative proportional fitting). Nothing but shown counts goes in.
    """
    estimates = np.where(hidden, 0.0, rounded)
    people = rounded.sum(axis=1)
    roots = np.flatnonzero(tree.parent < 0)
    for root in roots.tolist():
        blank = hidden[root]
        if blank.any():
            estimates[root, blank] = (people[root] - estimates[root].sum()) / blank.sum()
    for node in tree.inner_from_top():
        children = tree.children(node)
        told = people[children].copy()
        unknown = hidden_people[children]
        if unknown.any():
            left = people[node] - told[~unknown].sum()
            told[unknown] = left / unknown.sum()
        people[children] = told
        blank = hidden[children]
        if not blank.any():
            continue
        shown = np.where(blank, 0.0, rounded[children])
        rows = np.maximum(told - shown.sum(axis=1), 0.0)
        columns = np.maximum(estimates[node] - shown.sum(axis=0), 0.0)
        start = np.where(blank, np.outer(told, np.maximum(estimates[node], 1e-9)), 0.0)
        estimates[children] = shown + fitted(start, rows, columns)
    return estimates


# Words ---------------------------------------------------------------------------------------------------------------


def _as_published(city: City) -> Note:
    source = "; ".join(source.title for source in city.sources)
    return Note(
        "published",
        f"Deze aantallen zijn al eerder gepubliceerd ({source}); er is niets weggelaten.",
        f"These counts were published before ({source}); nothing was withheld.",
    )


def _as_protected(policy: Policy) -> Note:
    return Note(
        "protected",
        f"Aantallen onder {policy.min_cell} zijn weggelaten, met andere aantallen waaruit ze te herleiden zouden zijn. "
        f"Getoonde aantallen zijn veelvouden van {policy.rounding} en tellen op. Alle maten zijn hieruit berekend.",
        f"Counts below {policy.min_cell} were withheld, with other counts from which they could be told. Shown counts "
        f"are multiples of {policy.rounding} and add up. All figures were computed from these.",
    )


def _notes_on_withheld(city: City, policy: Policy) -> tuple[Note, ...]:
    notes = []
    for level in city.levels:
        cells = sum(int(c.withheld.sum()) for c in city.compositions if c.areas.level == level)
        every = sum(c.withheld.size for c in city.compositions if c.areas.level == level)
        if cells:
            notes.append(
                Note(
                    "withheld",
                    *sentences(
                        "Op niveau {level} zijn aantallen niet getoond ({cells} van de {every}), omdat het om minder "
                        "dan {fewest} mensen gaat of omdat zo'n aantal er anders uit te herleiden was.",
                        "On level {level} counts are not shown ({cells} of {every}), because they are of fewer than "
                        "{fewest} people or because such a count could otherwise be told from them.",
                        level=level,
                        cells=cells,
                        every=every,
                        fewest=policy.min_cell,
                    ),
                    cells,
                )
            )
    return tuple(notes)
