"""Can all rules hold? A plan of one round that keeps them, or the fewest rules that contradict each other.

An integer programme that HiGHS solves. People of whom no rule speaks are only counted: any chair will do for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from wijkspiegel.encounters.judge import NOWHERE
from wijkspiegel.encounters.people import table_numbers
from wijkspiegel.encounters.problem import COMMON, EACH, Ints, Problem, holds_in, presence
from wijkspiegel.encounters.rules import Accompanied, Apart, At, CommonLanguage, EachTable, Present, Together, Wish
from wijkspiegel.encounters.said import PlanningError

PATIENCE = 20.0
"""Seconds for one question; then it counts as unanswered."""
OPTIMAL, INFEASIBLE = 0, 2
Row = tuple[dict[int, float], float, float]
"""Variable -> coefficient, and what the sum lies between."""


@dataclass(frozen=True)
class _Round:
    """One round as variables. ruled : people of whom a rule speaks; variable (i, t) is i x tables + t for each.

    After these, one for each table: how many others sit there, at most `free` in all.
    """

    problem: Problem
    number: int
    ruled: Ints
    free: int

    def at(self, person: int, table: int) -> int:
        return int(np.searchsorted(self.ruled, person)) * len(self.problem.tables) + table

    def others(self, table: int) -> int:
        return len(self.ruled) * len(self.problem.tables) + table


@dataclass(frozen=True)
class ByRules:
    """row : [person], a table each, so that all rules hold; None: none was found in time. proved : no better one is."""

    row: Ints | None
    proved: bool


def seat_by_rules(problem: Problem, number: int, home: Ints | None = None) -> ByRules:
    """A table for everybody in the round of this number, so that all rules hold.

    home : [person], where they sit now (NOWHERE: nowhere yet): as few as possible then move.
    Raises PlanningError that names the fewest rules that cannot hold together.
    """
    every = _rules_in(problem, number)
    found = _solve(problem, number, every, home)
    if found is None:
        raise _contradiction(problem, number, every)
    return found


def seat_around(problem: Problem, number: int, home: Ints) -> tuple[Ints, tuple[int, ...]]:
    """A table for who has none in this round; nobody else moves. Returns [person], and the rules that hold.

    All rules hold if that can be, else as many as can be, in their order: a rule that is broken already stays so.
    """
    kept = _rules_in(problem, number)
    row = _still(problem, number, kept, home)
    if row is None:
        alone = tuple(rule for rule in kept if _still(problem, number, (rule,), home) is not None)
        kept = _holding(problem, number, (), alone, home)
        row = _still(problem, number, kept, home)
    if row is None:
        raise PlanningError("The free chairs are too few in round {number}.", number=number + 1)
    return row, kept


def _holding(
    problem: Problem, number: int, kept: tuple[int, ...], more: tuple[int, ...], home: Ints
) -> tuple[int, ...]:
    """Those of `more` that can hold beside `kept`, by halves: most can."""
    if not more or _still(problem, number, (*kept, *more), home) is not None:
        return (*kept, *more)
    if len(more) == 1:
        return kept
    half = len(more) // 2
    return _holding(problem, number, _holding(problem, number, kept, more[:half], home), more[half:], home)


def _still(problem: Problem, number: int, rules: Sequence[int], home: Ints) -> Ints | None:
    found = _solve(problem, number, rules, home, still=True)
    return None if found is None else found.row


def _rules_in(problem: Problem, number: int) -> tuple[int, ...]:
    return tuple(
        source
        for source, rule in enumerate(problem.rules)
        if holds_in(rule.rounds, number) and not isinstance(rule, Present) and (not isinstance(rule, Wish) or rule.must)
    )


def _contradiction(problem: Problem, number: int, every: Sequence[int]) -> PlanningError:
    """The smallest set of rules that cannot hold together: Ignatiev et al. (2015), by hitting sets."""
    corrections: list[frozenset[int]] = []
    while True:
        chosen = _hitting(every, corrections)
        if _solve(problem, number, chosen) is None:
            break
        kept = list(chosen)
        for rule in every:
            if rule not in kept and _solve(problem, number, (*kept, rule)) is not None:
                kept.append(rule)
        corrections.append(frozenset(every) - frozenset(kept))
    told = tuple(problem.rules[rule] for rule in sorted((*chosen, *_away_in(problem, number, chosen))))
    seats = ", ".join(f"{table.name} ({table.capacity})" for table in problem.tables[:12])
    where = {"number": number + 1, "tables": seats + (", …" if len(problem.tables) > 12 else "")}
    if not told:
        return PlanningError(
            "In round {number} not all tables can have the people that they need. Tables and seats: {tables}.", **where
        )
    if len(told) == 1:
        return PlanningError(
            "This rule cannot hold in round {number}: {rules}. Tables and seats: {tables}. Change it or leave it out.",
            rules=told, **where,
        )  # fmt: skip
    return PlanningError(
        "These rules cannot hold together in round {number}: {rules}. Tables and seats: {tables}. "
        "Change or leave out one of them.",
        rules=told, **where,
    )  # fmt: skip


def _away_in(problem: Problem, number: int, chosen: Sequence[int]) -> tuple[int, ...]:
    """Of the rules of who is there only in some rounds those without which the others could hold, as few as can be."""
    kept = [
        source
        for source, rule in enumerate(problem.rules)
        if isinstance(rule, Present) and number + 1 not in rule.rounds
    ]

    def could_hold(away: Sequence[int]) -> bool:
        present = presence(problem.people, [problem.rules[source] for source in away], problem.rounds)
        return _solve(replace(problem, present=present), number, chosen) is not None

    if not kept or not could_hold(()):
        return ()
    for source in tuple(kept):
        rest = [other for other in kept if other != source]
        if not could_hold(rest):
            kept = rest
    return tuple(kept)


def _hitting(every: Sequence[int], corrections: list[frozenset[int]]) -> tuple[int, ...]:
    """The fewest rules of which each correction has one."""
    if not corrections:
        return ()
    matrix = np.array([[rule in correction for rule in every] for correction in corrections], dtype=float)
    found = milp(
        np.ones(len(every)), integrality=np.ones(len(every)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, 1, np.inf),
    )  # fmt: skip
    return tuple(rule for rule, taken in zip(every, found.x, strict=True) if taken > 0.5)


def _solve(
    problem: Problem, number: int, rules: Sequence[int], home: Ints | None = None, *, still: bool = False
) -> ByRules | None:
    """None where it cannot be. still : nobody moves who sits somewhere; else as few as can be."""
    there = np.flatnonzero(problem.present[number])
    spoken = {person for source in rules for person in _people_of(problem, source)}
    ruled = np.array(sorted(spoken & set(there.tolist())), dtype=np.int64)
    asked = _Round(problem, number, ruled, len(there) - len(ruled))
    tables = len(problem.tables)
    rows = list(_seats(asked))
    size = (len(ruled) + 1) * tables
    for source in rules:
        for row in _rows_of(asked, source, size):
            rows.append(row)
            size = max((size, *(column + 1 for column in row[0])))
    if home is not None and still:
        rows.extend(_staying(asked, home))
    cost = np.zeros(size)
    if home is not None and not still:
        size = _count_moves(asked, home, rows, size)
        cost = np.zeros(size)
        for person in ruled:
            if home[person] != NOWHERE:
                cost[asked.at(person, home[person])] = -1.0
        cost[size - tables :] = 1.0
    matrix, low, high = _stacked(rows, size)
    upper = np.ones(size)
    upper[len(ruled) * tables : (len(ruled) + 1) * tables] = asked.free
    if home is not None and not still:
        upper[size - tables :] = asked.free
    found = milp(
        cost, integrality=np.ones(size), bounds=Bounds(0, upper), constraints=LinearConstraint(matrix, low, high),
        options={"time_limit": PATIENCE, "mip_rel_gap": 0.0},
    )  # fmt: skip
    if found.status == INFEASIBLE:
        return None
    seated = None if found.x is None else _seated(asked, np.round(found.x).astype(np.int64), home)
    return ByRules(seated, found.status == OPTIMAL)


def _seats(asked: _Round) -> Iterator[Row]:
    """Everybody sits once, and a table has no more people than chairs nor fewer than it needs."""
    tables = range(len(asked.problem.tables))
    for person in asked.ruled:
        yield {asked.at(person, table): 1.0 for table in tables}, 1, 1
    yield {asked.others(table): 1.0 for table in tables}, asked.free, asked.free
    for number, table in enumerate(asked.problem.tables):
        sitting = {asked.at(person, number): 1.0 for person in asked.ruled} | {asked.others(number): 1.0}
        yield sitting, table.minimum, table.capacity


def _people_of(problem: Problem, source: int) -> Iterable[int]:
    rule = problem.rules[source]
    numbers = {one: number for number, one in enumerate(problem.people.ids)}
    match rule:
        case Together(people=ids) | Apart(people=ids):
            return [numbers[one] for one in ids]
        case Wish(person=one, people=ids):
            return [numbers[name] for name in (one, *ids)]
        case At(who=who) | EachTable(who=who) | Present(who=who):
            return who.among(problem.people)
        case Accompanied(who=who, by=by):
            return [*who.among(problem.people), *by.among(problem.people)]
        case CommonLanguage():
            return range(len(problem.people))


def _rows_of(asked: _Round, source: int, size: int) -> Iterator[Row]:  # noqa: PLR0912 - a case for each kind
    """What a rule asks, of those who are there."""
    problem, rule = asked.problem, asked.problem.rules[source]
    tables = range(len(problem.tables))
    people = [person for person in _people_of(problem, source) if problem.present[asked.number, person]]
    names = table_numbers(problem.tables)
    match rule:
        case Together():
            for one, other in pairwise(people):
                for table in tables:
                    if one != other:
                        yield {asked.at(one, table): 1.0, asked.at(other, table): -1.0}, 0, 0
        case Apart():
            for table in tables:
                yield {asked.at(person, table): 1.0 for person in people}, 0, 1
        case At(tables=allowed):
            for person in people:
                yield {asked.at(person, names[name]): 1.0 for name in allowed}, 1, 1
        case Wish(at_least=least):
            if people and problem.people.ids[people[0]] == rule.person:
                one, *others = people
                for table in tables:
                    together = {asked.at(other, table): 1.0 for other in others}
                    yield together | {asked.at(one, table): -float(least)}, 0, np.inf
        case EachTable() | Accompanied() | CommonLanguage():
            yield from _conditions_of(asked, source, size)
        case Present():
            pass


def _conditions_of(asked: _Round, source: int, size: int) -> Iterator[Row]:
    """The same as `judge` asks, of tables at which anybody sits."""
    problem, given = asked.problem, asked.problem.conditions
    for condition in np.flatnonzero(given.sources == source):
        one, other, least, most = (int(part[condition]) for part in (given.one, given.other, given.least, given.most))
        for table in np.flatnonzero(given.tables[condition]).tolist():
            with_one = [person for person in asked.ruled if one < given.marks.shape[1] and given.marks[person, one]]
            row = {asked.at(person, table): 1.0 for person in with_one}
            if given.kind[condition] == EACH:
                yield row, -np.inf, most
                used = size + table
                everybody = {asked.at(person, table): 1.0 for person in asked.ruled} | {asked.others(table): 1.0}
                yield everybody | {used: -float(problem.tables[table].capacity)}, -np.inf, 0
                yield row | {used: -float(least)}, 0, np.inf
            elif given.kind[condition] == COMMON:
                languages = range(one, other)
                chosen = {size + number * len(problem.tables) + table: 1.0 for number in range(len(languages))}
                yield chosen, 1, np.inf
                for (column, _), mark in zip(chosen.items(), languages, strict=True):
                    silent = [person for person in asked.ruled if not given.marks[person, mark]]
                    many = float(problem.tables[table].capacity)
                    yield {asked.at(person, table): 1.0 for person in silent} | {column: many}, 0, many
            else:
                with_other = {asked.at(p, table): 1.0 for p in asked.ruled if given.marks[p, other]}
                for person in with_one:
                    both = dict(with_other)
                    both[asked.at(person, table)] = both.get(asked.at(person, table), 0.0) - float(least)
                    yield both, 0, np.inf


def _count_moves(asked: _Round, home: Ints, rows: list[Row], size: int) -> int:
    """A variable for each table: how many of the others leave it. Returns the number of variables."""
    now = _others_at(asked, home)
    rows.extend(({asked.others(table): 1.0, size + table: 1.0}, sit, np.inf) for table, sit in enumerate(now))
    return size + len(now)


def _staying(asked: _Round, home: Ints) -> Iterator[Row]:
    for person in asked.ruled[home[asked.ruled] != NOWHERE]:
        yield {asked.at(person, int(home[person])): 1.0}, 1, 1
    for table, sit in enumerate(_others_at(asked, home)):
        yield {asked.others(table): 1.0}, sit, np.inf


def _others_at(asked: _Round, home: Ints) -> list[float]:
    """[table]: people of whom no rule speaks who sit there."""
    others = np.setdiff1d(np.flatnonzero(asked.problem.present[asked.number]), asked.ruled)
    seated = home[others]
    return [float(sit) for sit in np.bincount(seated[seated != NOWHERE], minlength=len(asked.problem.tables))]


def _stacked(rows: list[Row], size: int) -> tuple[coo_array, Ints, Ints]:
    at = np.repeat(np.arange(len(rows)), [len(row) for row, _, _ in rows])
    columns = np.array([column for row, _, _ in rows for column in row], dtype=np.int64)
    values = np.array([value for row, _, _ in rows for value in row.values()])
    matrix = coo_array((values, (at, columns)), shape=(len(rows), size)).tocsr()
    return matrix, np.array([low for _, low, _ in rows]), np.array([high for _, _, high in rows])


def _seated(asked: _Round, found: Ints, home: Ints | None) -> Ints:
    """[person]; the people of whom no rule speaks stay where they are, or fill the chairs in order."""
    problem, tables = asked.problem, len(asked.problem.tables)
    seated = np.full(len(problem.people), NOWHERE)
    for number, person in enumerate(asked.ruled):
        seated[person] = int(np.argmax(found[number * tables : (number + 1) * tables]))
    others = np.setdiff1d(np.flatnonzero(problem.present[asked.number]), asked.ruled)
    chairs = found[len(asked.ruled) * tables : (len(asked.ruled) + 1) * tables].copy()
    waiting = []
    for person in others:
        at = NOWHERE if home is None else int(home[person])
        if at != NOWHERE and chairs[at] > 0:
            seated[person] = at
            chairs[at] -= 1
        else:
            waiting.append(person)
    seated[waiting] = np.repeat(np.arange(tables), chairs)
    return seated
