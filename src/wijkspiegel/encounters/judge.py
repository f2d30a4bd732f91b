"""How good a plan is, counted anew from who sits where: the judge of every search, and of changes by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wijkspiegel.encounters.problem import COMMON, EACH, WITH, Bools, Conditions, Floats, Ints, Problem
from wijkspiegel.encounters.rules import At, Together, in_rounds, listed

NOWHERE = -1


@dataclass(frozen=True)
class Judged:
    """What a plan costs.

    mirror : sum over rounds, tables and categories of weight x (people - target)^2.
    repeats : meetings, of two people in one round, of people who met before; who must sit together are not counted.
    excess : the same, each counted as often as the two met before: what is minimised, for it spreads repeats.
    pairs : pairs of people who meet in these rounds. most_often : how often the two who met most often did, earlier
        meetings included.
    refused : wishes that are not granted, over all rounds. distance : summed over pairs at one table.
    cost : mirror + excess + refused wishes - distance, each with its weight.
    broken : a sentence for each rule that does not hold. broken_rounds : in which rounds, from 1.
    """

    mirror: float
    repeats: int
    excess: int
    pairs: int
    most_often: int
    refused: int
    distance: float
    cost: float
    broken: tuple[str, ...]
    broken_rounds: tuple[int, ...] = ()

    def broken_in(self, number: int) -> bool:
        """Whether a rule does not hold in a round, from 1."""
        return number in self.broken_rounds


def judge(problem: Problem, seated: Ints) -> Judged:
    """seated : [round, person], number of a table; NOWHERE for who is not there."""
    weights = problem.weights
    mirror = float((problem.weight * gaps(problem, seated) ** 2).sum())
    repeats, excess, pairs, most_often = _meetings(problem, seated)
    refused = int(sum(not _granted(problem, seated, wish) for wish in _wishes_of(problem, seated, must=False)))
    distance = _distance(problem, seated)
    cost = mirror + weights.repeat * excess + weights.wish * refused - weights.distance * distance
    found = list(_broken(problem, seated))
    told, where = tuple(dict.fromkeys(text for _, text in found)), tuple(sorted({number + 1 for number, _ in found}))
    return Judged(mirror, repeats, excess, pairs, most_often, refused, distance, cost, told, where)


def gaps(problem: Problem, seated: Ints) -> Floats:
    """[round, table, category], people more than the target."""
    found = -problem.target
    for number, row in enumerate(seated):
        there = row != NOWHERE
        np.add.at(found[number], (row[there, None], problem.category[there]), 1.0)
    return found


def _meetings(problem: Problem, seated: Ints) -> tuple[int, int, int, int]:
    """Repeats, excess, pairs who met and how often the most did, of who need not sit together."""
    if not meets(problem):
        sizes = np.bincount(seated[0][seated[0] != NOWHERE])
        pairs = int((sizes * (sizes - 1) // 2).sum())
        return 0, 0, pairs, int(pairs > 0)
    people = len(problem.people)
    before = np.zeros((people, people), dtype=np.int16)
    before[problem.before[:, 0], problem.before[:, 1]] = 1
    before |= before.T
    met, bound = before.copy(), np.zeros((people, people), dtype=bool)
    for number, row in enumerate(seated):
        block = problem.block[number]
        same = (row[:, None] == row[None, :]) & (row != NOWHERE)[:, None]
        tied = block[:, None] == block[None, :]
        bound |= tied
        met += same & ~tied
    upper = np.triu(np.ones((people, people), dtype=bool), 1)
    now = (met - before)[upper].astype(np.int64)
    earlier = before[upper].astype(np.int64)
    total = now + earlier
    excess = int((total * (total - 1) // 2).sum() - (earlier * (earlier - 1) // 2).sum())
    repeats = int((now - ((now > 0) & (earlier == 0))).sum())
    return (
        repeats,
        excess,
        int(((now > 0) | bound[upper]).sum()),
        int(max(total.max(initial=0), int(bound[upper].any()))),
    )


def meets(problem: Problem) -> bool:
    """Whether people can meet again at all: there are more rounds, or earlier meetings."""
    return problem.rounds > 1 or len(problem.before) > 0


def _wishes_of(problem: Problem, seated: Ints, must: bool) -> Iterator[tuple[int, int]]:
    """Wish and round, of who is there."""
    wishes = problem.wishes
    for wish in np.flatnonzero(wishes.must == must):
        for number in range(len(seated)):
            if (int(wishes.rounds[wish]) >> number) & 1 and seated[number, wishes.person[wish]] != NOWHERE:
                yield int(wish), number


def _granted(problem: Problem, seated: Ints, wish: tuple[int, int]) -> bool:
    one, number = wish
    row = seated[number]
    table = row[problem.wishes.person[one]]
    together = sum(int(row[other] == table) for other in problem.wishes.others[one])
    return together >= int(problem.wishes.least[one])


def _distance(problem: Problem, seated: Ints) -> float:
    if not len(problem.distances):
        return 0.0
    total = 0.0
    for row in seated:
        for table in range(len(problem.tables)):
            at = np.flatnonzero(row == table)
            total += float(problem.distances[np.ix_(at, at)].sum()) / 2
    return total


# Rules ---------------------------------------------------------------------------------------------------------------


def _broken(problem: Problem, seated: Ints) -> Iterator[tuple[int, str]]:
    yield from _out_of_place(problem, seated)
    for number, row in enumerate(seated):
        sizes = np.bincount(row[row != NOWHERE], minlength=len(problem.tables))
        for table, size in zip(problem.tables, sizes, strict=True):
            if size > table.capacity:
                yield number, f"Table {table.name} has {table.capacity} seats, and {size} people in round {number + 1}."
            if size < table.minimum:
                yield number, f"Table {table.name} needs {table.minimum} people, and has {size} in round {number + 1}."
        for (one, other, rounds), rule in zip(problem.apart, problem.apart_rule, strict=True):
            if (rounds >> number) & 1 and row[one] == row[other] != NOWHERE:
                yield number, _told(problem, int(rule), number)
        for condition in range(len(problem.conditions.kind)):
            for at in _tables_that_break(problem, condition, number, row):
                source = int(problem.conditions.sources[condition])
                yield number, _told(problem, source, number, problem.tables[at].name)
    for wish in _wishes_of(problem, seated, must=True):
        if not _granted(problem, seated, wish):
            yield wish[1], _told(problem, int(problem.wishes.rule[wish[0]]), wish[1])


def _out_of_place(problem: Problem, seated: Ints) -> Iterator[tuple[int, str]]:
    names = problem.people.ids
    for number, person in np.argwhere((seated != NOWHERE) != problem.present):
        there = problem.present[number, person]
        yield (
            int(number),
            f"{names[person]} has {'no table' if there else 'a table, and is not there,'} in round {number + 1}.",
        )
    for source, rule in enumerate(problem.rules):
        numbers = {one: at for at, one in enumerate(names)}
        for number in [number for number in range(len(seated)) if not rule.rounds or number + 1 in rule.rounds]:
            row = seated[number]
            if isinstance(rule, Together):
                tables = {int(row[numbers[one]]) for one in rule.people} - {NOWHERE}
                if len(tables) > 1:
                    yield number, _told(problem, source, number)
            elif isinstance(rule, At):
                allowed = {at for at, table in enumerate(problem.tables) if table.name in rule.tables} | {NOWHERE}
                if wrong := [names[one] for one in rule.who.among(problem.people) if int(row[one]) not in allowed]:
                    yield number, f"{_told(problem, source, number)[:-1]}: {listed(wrong[:5])} not."


def _tables_that_break(problem: Problem, condition: int, number: int, row: Ints) -> list[int]:
    rules = problem.conditions
    if not (int(rules.rounds[condition]) >> number) & 1:
        return []
    broken = []
    for table in np.flatnonzero(rules.tables[condition]):
        held = rules.marks[row == table]
        if len(held) and not _holds(rules, condition, held):
            broken.append(int(table))
    return broken


def _holds(rules: Conditions, condition: int, held: Bools) -> bool:
    """held : [person at the table, mark]."""
    kind, one, other = int(rules.kind[condition]), int(rules.one[condition]), int(rules.other[condition])
    least, most = int(rules.least[condition]), int(rules.most[condition])
    if kind == EACH:
        return least <= int(held[:, one].sum()) <= most
    if kind == WITH:
        return not held[:, one].any() or int(held[:, other].sum()) >= least
    if kind == COMMON:
        return bool(held[:, one:other].all(axis=0).any())
    raise ValueError(f"no such kind of condition: {kind}")


def _told(problem: Problem, rule: int, number: int, table: str = "") -> str:
    where = f", at table {table}" if table else ""
    return f"{problem.rules[rule]}{where}{'' if problem.rules[rule].rounds else in_rounds((number + 1,))}."
