"""What is asked of a plan, as arrays: who is there, what a table should look like, and what may not be.

Nothing is searched here. A rule about somebody who is not there, or a table that does not exist, is refused by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.encounters.people import Participants, Table, even_tables, table_numbers
from wijkspiegel.encounters.rules import (
    Accompanied,
    Apart,
    At,
    CommonLanguage,
    EachTable,
    Present,
    Rounds,
    Rule,
    Together,
    Weights,
    Who,
    Wish,
    values_in,
)
from wijkspiegel.encounters.said import PlanningError, Said, near

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CROSSED = "*"
"""Between attributes of which each combination is a category: age*language."""
UNKNOWN = ""
ALL_ROUNDS = -1
MOST_ROUNDS = 60
MOST_WHO_MEET = 5_000
"""People in a plan of several rounds: who met whom is kept for each pair, in a byte."""
Reference = Mapping[str, Mapping[str, float]]
"""Attribute -> value -> part of the people (or their number) in what the tables should mirror."""


@dataclass(frozen=True)
class Conditions:
    """What each table must satisfy, in numbers of people with a mark.

    marks : [person, mark], who has it. kind, one, other, least, most, rounds : [condition]; rounds is a set of bits.
    tables : [condition, table], where it holds. sources : [condition], number of the rule.

    EACH: between `least` and `most` people have mark `one`. WITH: where anybody has `one`, `least` have `other`.
    COMMON: a mark from `one` up to and not including `other` is had by everybody.
    """

    marks: Bools
    kind: Ints
    one: Ints
    other: Ints
    least: Ints
    most: Ints
    rounds: Ints
    tables: Bools
    sources: Ints


EACH, WITH, COMMON = range(3)


@dataclass(frozen=True)
class Wishes:
    """Who wants to sit with whom. person, least, rounds, rule : [wish]; must : [wish]; others : [wish] of people."""

    person: Ints
    least: Ints
    rounds: Ints
    must: Bools
    rule: Ints
    others: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Problem:
    """Everything that is asked of a plan.

    people : in the order of their ids, which every array follows.
    attributes : what tables should mirror. categories : (attribute, value) of each category.
    category : [person, attribute], number of the category. weight : [category]. share : [round, category].
    seats : [round, table], how many people would sit at each for an even plan. present : [round, person].
    allowed : [round, person, table]; empty where everybody may sit anywhere.
    block : [round, person], the same number for people who must sit together, the least of theirs.
    apart : [pair, 3], two people who may not, and in which rounds, as bits. apart_rule : [pair].
    before : [pair, 2], people who met before the first round.
    distances : [person, person], to be as large as can be within tables; empty where there are none.
    notes : what was odd, and what was done about it.
    """

    people: Participants
    tables: tuple[Table, ...]
    rules: tuple[Rule, ...]
    weights: Weights
    attributes: tuple[str, ...]
    categories: tuple[tuple[str, str], ...]
    category: Ints
    weight: Floats
    share: Floats
    seats: Ints
    present: Bools
    allowed: Bools
    block: Ints
    apart: Ints
    apart_rule: Ints
    conditions: Conditions
    wishes: Wishes
    before: Ints
    distances: Floats
    notes: tuple[Said, ...] = field(default=())

    @property
    def rounds(self) -> int:
        return len(self.seats)

    @property
    def target(self) -> Floats:
        """[round, table, category], people of each category at a table that mirrors the whole."""
        targets: Floats = self.seats[:, :, None] * self.share[:, None, :]
        return targets


def pose(
    people: Participants,
    tables: int | Sequence[Table],
    rounds: int = 1,
    *,
    mirror: Sequence[str] | None = None,
    rules: Iterable[Rule] = (),
    weights: Weights | None = None,
    against: Reference | None = None,
    before: Iterable[tuple[str, str]] = (),
    distances: Floats | None = None,
) -> Problem:
    """Put the question, and check that it is one.

    tables : how many, or each with its seats. mirror : attributes that every table should mirror, "age*language" for
        their combinations; all of them by default. against : what to mirror, the room itself by default.
    before : pairs of ids who met earlier. Of people who are not here now it says nothing.
    distances : [person, person], in the order of `people`: how different two are, >= 0, symmetric.

    Raises PlanningError for what cannot be: what, and how to mend it.
    """
    if rounds < 1:
        raise PlanningError("{rounds} rounds: there must be at least one.", rounds=rounds)
    if rounds > MOST_ROUNDS:
        raise PlanningError("{rounds} rounds: at most {most} can be planned at once.", rounds=rounds, most=MOST_ROUNDS)
    if not len(people):
        raise PlanningError("There is nobody to seat.")
    rules, weights, before = tuple(rules), weights or Weights(), list(before)
    order = sorted(range(len(people)), key=people.ids.__getitem__)
    people = people.in_order()
    numbers = {one: number for number, one in enumerate(people.ids)}
    _check_names(people, rules, rounds)
    present = presence(people, rules, rounds)
    there = present.sum(axis=1)
    seated_at = _tables_of(tables, int(there.max()), int(there.min()))
    _check_tables(rules, seated_at)
    attributes = _attributes_of(people, mirror, against)
    category, categories, cells = _categories(people, attributes)
    share = _shares(cells, categories, category, present, against)
    block = np.stack([_blocks(len(people), rules, numbers, number, present[number]) for number in range(rounds)])
    apart, apart_rule = _pairs_apart(rules, numbers)
    pairs = sorted(
        {tuple(sorted((numbers[a], numbers[b]))) for a, b in before if a in numbers and b in numbers and a != b}
    )
    _check_weights(weights, people)
    if (rounds > 1 or pairs) and len(people) > MOST_WHO_MEET:
        raise PlanningError(
            "{people} people: who met whom can be followed for at most {most}. Plan one round.",
            people=len(people), most=MOST_WHO_MEET,
        )  # fmt: skip
    return Problem(
        people,
        seated_at,
        rules,
        weights,
        attributes,
        tuple(categories),
        category,
        np.array([weights.attributes.get(attribute, 1.0) for attribute, _ in categories]),
        share,
        np.stack([_even(int(there.sum()), seated_at) for there in present]),
        present,
        _allowed(people, rules, seated_at, rounds),
        block,
        apart,
        apart_rule,
        _conditions(people, rules, seated_at),
        _wishes(rules, numbers),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        _distances_of(distances, order),
        (
            *_notes(people, attributes, categories, category, against),
            *_notes_on_weights(weights, attributes),
            *_notes_on_earlier(before, numbers),
        ),
    )


# Checks --------------------------------------------------------------------------------------------------------------


def _check_names(people: Participants, rules: tuple[Rule, ...], rounds: int) -> None:
    known = set(people.ids)
    for rule in rules:
        for one in _ids_in(rule):
            if one not in known:
                raise PlanningError(
                    "The rule '{rule}' is about '{person}', who is not among the people.{near}",
                    rule=rule, person=one, near=near(one, people.ids),
                )  # fmt: skip
        for who in _whos_in(rule):
            if who.attribute:
                _require_attribute(people, who.attribute, Said("The rule '{rule}'", rule=rule))
            if not who.among(people):
                raise PlanningError("The rule '{rule}' is about nobody: no one has {who}.", rule=rule, who=who)
        if isinstance(rule, CommonLanguage):
            _require_attribute(people, rule.attribute, Said("The rule '{rule}'", rule=rule))
        if wrong := [number for number in rule.rounds if not 1 <= number <= rounds]:
            raise PlanningError(
                "The rule '{rule}' is about round {number}, and there are {rounds}.",
                rule=rule, number=wrong[0], rounds=rounds,
            )  # fmt: skip


def _require_attribute(people: Participants, attribute: str, what: Said) -> None:
    if attribute not in people.attributes:
        raise PlanningError(
            "{what} asks for '{attribute}', which is not known of the people. Known: {known}.{near}",
            what=what, attribute=attribute, known=", ".join(people.attributes) or Said("nothing"),
            near=near(attribute, people.attributes),
        )  # fmt: skip


def _ids_in(rule: Rule) -> tuple[str, ...]:
    own = (rule.person,) if isinstance(rule, Wish) else ()
    named = rule.people if isinstance(rule, Together | Apart | Wish) else ()
    return (*own, *named, *(one for who in _whos_in(rule) for one in who.ids))


def _whos_in(rule: Rule) -> tuple[Who, ...]:
    match rule:
        case Accompanied(who=who, by=by):
            return who, by
        case At(who=who) | EachTable(who=who) | Present(who=who):
            return (who,)
        case _:
            return ()


def _check_tables(rules: tuple[Rule, ...], tables: tuple[Table, ...]) -> None:
    names = [table.name for table in tables]
    for rule in rules:
        for name in getattr(rule, "tables", ()):
            if name not in names:
                raise PlanningError(
                    "The rule '{rule}' is about table '{table}', which is not there. Tables: {tables}.",
                    rule=rule, table=name, tables=", ".join(names[:20]),
                )  # fmt: skip


def _check_weights(weights: Weights, people: Participants) -> None:
    for attribute, weight in weights.attributes.items():
        for part in attribute.split(CROSSED):
            _require_attribute(people, part, Said("A weight"))
        if not 0 <= weight < np.inf:
            raise PlanningError(
                "The weight of '{attribute}' is {weight}: it must be a number, and not less than 0.",
                attribute=attribute, weight=weight,
            )  # fmt: skip
    if not 0 <= weights.repeat < np.inf or not 0 <= weights.wish < np.inf:
        raise PlanningError("What a repeat and a refused wish cost must be numbers, and not less than 0.")
    if not 0 < weights.distance < np.inf:
        raise PlanningError("What distances are worth is {worth}: it must be more than 0.", worth=weights.distance)


def _tables_of(tables: int | Sequence[Table], people: int, fewest: int) -> tuple[Table, ...]:
    """people : in the round with the most of them. fewest : in the round with the fewest."""
    if isinstance(tables, int):
        return tuple(replace(table, minimum=fewest // tables) for table in even_tables(people, tables))
    tables = tuple(tables)
    if not tables:
        raise PlanningError("There is no table to sit at.")
    if len({table.name for table in tables}) != len(tables):
        raise PlanningError("Two tables have one name. Give each its own.")
    for table in tables:
        if table.capacity < 1 or not 0 <= table.minimum <= table.capacity:
            raise PlanningError(
                "Table '{table}' has {seats} seats and needs {people} people: "
                "there must be a seat, and not fewer seats than people needed.",
                table=table.name, seats=table.capacity, people=table.minimum,
            )  # fmt: skip
    seats, least = sum(table.capacity for table in tables), sum(table.minimum for table in tables)
    if seats < people:
        raise PlanningError(
            "{people} people do not fit: there are {seats} seats at {tables} tables. "
            "Give at least {more} seats at each, or more tables.",
            people=people, seats=seats, tables=len(tables), more=-(-people // len(tables)),
        )  # fmt: skip
    if least > fewest:
        raise PlanningError(
            "The tables need {least} people together, and there are {people}.", least=least, people=fewest
        )
    return tables


# People --------------------------------------------------------------------------------------------------------------


def presence(people: Participants, rules: Iterable[Rule], rounds: int) -> Bools:
    """[round, person], who is there."""
    present = np.ones((rounds, len(people)), dtype=bool)
    for rule in rules:
        if isinstance(rule, Present):
            away = ~np.isin(np.arange(1, rounds + 1), rule.rounds)
            present[np.ix_(np.flatnonzero(away), np.array(rule.who.among(people)))] = False
    if not present.any(axis=1).all():
        raise PlanningError("Nobody is there in round {number}.", number=int(np.argmin(present.any(axis=1))) + 1)
    return present


def _attributes_of(people: Participants, mirror: Sequence[str] | None, against: Reference | None) -> tuple[str, ...]:
    mirror = (mirror,) if isinstance(mirror, str) else mirror
    wanted = tuple(
        dict.fromkeys(mirror if mirror is not None else against if against is not None else people.attributes)
    )
    for attribute in wanted:
        for part in attribute.split(CROSSED):
            _require_attribute(people, part, Said("The mirror"))
        if against is not None and attribute not in against:
            raise PlanningError(
                "'{attribute}' should be mirrored, and the composition to mirror has no such attribute. "
                "It has: {known}.",
                attribute=attribute, known=", ".join(against),
            )  # fmt: skip
    return wanted


def values_of(people: Participants, attribute: str) -> list[str]:
    """[person]: the value, or the combination of values for a crossed attribute."""
    parts = [people.attributes[part] for part in attribute.split(CROSSED)]
    return [" × ".join(cells) if any(cells) else UNKNOWN for cells in zip(*parts, strict=True)]


def _categories(
    people: Participants, attributes: tuple[str, ...]
) -> tuple[Ints, list[tuple[str, str]], dict[tuple[str, str], int]]:
    numbers: dict[tuple[str, str], int] = {}
    category = np.zeros((len(people), len(attributes)), dtype=np.int64)
    for column, attribute in enumerate(attributes):
        values = values_of(people, attribute)
        for value in sorted(set(values)):
            numbers[attribute, value] = len(numbers)
        category[:, column] = [numbers[attribute, value] for value in values]
    return category, list(numbers), numbers


def _shares(
    cells: dict[tuple[str, str], int],
    categories: list[tuple[str, str]],
    category: Ints,
    present: Bools,
    against: Reference | None,
) -> Floats:
    """[round, category]. A value that the reference does not have has share 0 there."""
    if against is None:
        counts = np.stack([np.bincount(category[there].ravel(), minlength=len(cells)) for there in present])
        shares: Floats = counts / present.sum(axis=1)[:, None]
        return shares
    row = np.zeros(len(categories))
    for attribute in {attribute for attribute, _ in categories}:
        parts = against[attribute]
        total = sum(parts.values())
        if not 0 < total < np.inf or min(parts.values()) < 0:
            raise PlanningError(
                "The composition of '{attribute}' must be of numbers not below 0 that add up to more than 0.",
                attribute=attribute,
            )
        for value, part in parts.items():
            if (attribute, value) in cells:
                row[cells[attribute, value]] = part / total
    return np.tile(row, (len(present), 1))


def _blocks(people: int, rules: tuple[Rule, ...], numbers: Mapping[str, int], number: int, there: Bools) -> Ints:
    """[person]: the least number among those who must sit at one table in this round."""
    block = np.arange(people)
    for rule in rules:
        if isinstance(rule, Together) and holds_in(rule.rounds, number):
            joined = [numbers[one] for one in rule.people if there[numbers[one]]]
            if joined:
                found = block[joined]
                block[np.isin(block, found)] = found.min()
    return block


def holds_in(rounds: Rounds, number: int) -> bool:
    """Whether a rule for these rounds (from 1) holds in the round of this number (from 0)."""
    return not rounds or number + 1 in rounds


def _bits(rounds: Rounds) -> int:
    return sum(1 << (number - 1) for number in rounds) if rounds else ALL_ROUNDS


def _pairs_apart(rules: tuple[Rule, ...], numbers: Mapping[str, int]) -> tuple[Ints, Ints]:
    found, sources = [], []
    for source, rule in enumerate(rules):
        if isinstance(rule, Apart):
            for one, other in combinations(sorted(numbers[name] for name in set(rule.people)), 2):
                found.append((one, other, _bits(rule.rounds)))
                sources.append(source)
    return np.array(found, dtype=np.int64).reshape(-1, 3), np.array(sources, dtype=np.int64)


def _even(people: int, tables: Sequence[Table]) -> Ints:
    """[table]: people at each, as even as the seats and what each table needs allow."""
    filled = np.array([table.minimum for table in tables], dtype=np.int64)
    capacity = np.array([table.capacity for table in tables])
    left = people - int(filled.sum())
    while left:
        open_now = filled < capacity
        level = filled[open_now].min()
        lowest = np.flatnonzero(open_now & (filled == level))[:left]
        filled[lowest] += 1
        left -= len(lowest)
    return filled


# Rules ---------------------------------------------------------------------------------------------------------------


def _allowed(people: Participants, rules: tuple[Rule, ...], tables: tuple[Table, ...], rounds: int) -> Bools:
    fixed = [rule for rule in rules if isinstance(rule, At)]
    if not fixed:
        return np.zeros((0, 0, 0), dtype=bool)
    allowed = np.ones((rounds, len(people), len(tables)), dtype=bool)
    numbers = table_numbers(tables)
    for rule in fixed:
        elsewhere = np.ones(len(tables), dtype=bool)
        elsewhere[[numbers[name] for name in rule.tables]] = False
        for number in range(rounds):
            if holds_in(rule.rounds, number):
                allowed[number][np.ix_(np.array(rule.who.among(people)), np.flatnonzero(elsewhere))] = False
    return allowed


def _conditions(people: Participants, rules: tuple[Rule, ...], tables: tuple[Table, ...]) -> Conditions:
    marks: list[list[int]] = []
    rows: list[tuple[int, int, int, int, int, int, int]] = []
    where: list[Bools] = []
    numbers = table_numbers(tables)

    def mark(who: Iterable[int]) -> int:
        marks.append(list(who))
        return len(marks) - 1

    def add(kind: int, one: int, other: int, least: int, most: int | None, rounds: Rounds, source: int) -> None:
        rows.append((kind, one, other, least, len(people) if most is None else most, _bits(rounds), source))
        where.append(np.ones(len(tables), dtype=bool))

    for source, rule in enumerate(rules):
        match rule:
            case EachTable(who, at_least, at_most, names, rounds):
                add(EACH, mark(who.among(people)), 0, at_least, at_most, rounds, source)
                if names:
                    where[-1] = np.isin(np.arange(len(tables)), [numbers[name] for name in names])
            case Accompanied(who, by, at_least, rounds):
                add(WITH, mark(who.among(people)), mark(by.among(people)), at_least, None, rounds, source)
            case CommonLanguage(attribute, rounds):
                first = len(marks)
                marks.extend(_speakers(people, attribute))
                add(COMMON, first, len(marks), 0, None, rounds, source)
            case _:
                pass
    held = np.zeros((len(people), len(marks)), dtype=bool)
    for column, having in enumerate(marks):
        held[having, column] = True
    kind, one, other, least_of, most_of, rounds_of, sources = np.array(rows, dtype=np.int64).reshape(-1, 7).T.copy()
    return Conditions(
        held, kind, one, other, least_of, most_of, rounds_of,
        np.array(where, dtype=bool).reshape(-1, len(tables)), sources,
    )  # fmt: skip


def _speakers(people: Participants, attribute: str) -> list[list[int]]:
    spoken: dict[str, list[int]] = {}
    for number, cell in enumerate(people.attributes[attribute]):
        values = values_in(cell)
        if not values:
            raise PlanningError(
                "Every table should have a value of '{attribute}' in common, and of '{person}' it is not known. "
                "Fill it in, or leave the rule out.",
                attribute=attribute, person=people.ids[number],
            )  # fmt: skip
        for value in values:
            spoken.setdefault(value, []).append(number)
    return [spoken[value] for value in sorted(spoken)]


def _wishes(rules: tuple[Rule, ...], numbers: Mapping[str, int]) -> Wishes:
    wishes = [(source, rule) for source, rule in enumerate(rules) if isinstance(rule, Wish)]
    for _, rule in wishes:
        if not 1 <= rule.at_least <= len(set(rule.people)):
            raise PlanningError(
                "The rule '{rule}' asks for {least} of {people} people.",
                rule=rule, least=rule.at_least, people=len(set(rule.people)),
            )  # fmt: skip
        if rule.person in rule.people:
            raise PlanningError("The rule '{rule}' is about sitting with oneself.", rule=rule)
    return Wishes(
        np.array([numbers[rule.person] for _, rule in wishes], dtype=np.int64),
        np.array([rule.at_least for _, rule in wishes], dtype=np.int64),
        np.array([_bits(rule.rounds) for _, rule in wishes], dtype=np.int64),
        np.array([rule.must for _, rule in wishes], dtype=bool),
        np.array([source for source, _ in wishes], dtype=np.int64),
        tuple(tuple(sorted({numbers[one] for one in rule.people})) for _, rule in wishes),
    )


def bonds_of(problem: Problem) -> Ints:
    """[bond, 2], both ways: who may need whom at their table. None where most of the room would be needed."""
    given, wishes = problem.conditions, problem.wishes
    pairs = [(int(wishes.person[n]), int(one)) for n in np.flatnonzero(wishes.must) for one in wishes.others[n]]
    for condition in np.flatnonzero(given.kind == WITH):
        needing, needed = given.marks[:, given.one[condition]], given.marks[:, given.other[condition]]
        if 2 * (needing | needed).sum() <= len(problem.people):
            pairs += [(int(one), int(by)) for one in np.flatnonzero(needing) for by in np.flatnonzero(needed)]
    both = {(one, other) for pair in pairs for one, other in (pair, pair[::-1]) if one != other}
    return np.array(sorted(both), dtype=np.int64).reshape(-1, 2)


def _distances_of(distances: Floats | None, order: list[int]) -> Floats:
    if distances is None:
        return np.zeros((0, 0))
    distances = np.asarray(distances, dtype=np.float64)
    if distances.shape != (len(order), len(order)):
        raise PlanningError(
            "The distances are {shape}, and there are {people} people.", shape=str(distances.shape), people=len(order)
        )
    if not np.isfinite(distances).all() or (distances < 0).any() or not np.allclose(distances, distances.T):
        raise PlanningError("A distance is a number that is not below 0, the same both ways.")
    inner: Floats = distances[np.ix_(order, order)].copy()
    np.fill_diagonal(inner, 0.0)
    return inner


def _notes(
    people: Participants,
    attributes: tuple[str, ...],
    categories: list[tuple[str, str]],
    category: Ints,
    against: Reference | None,
) -> Iterable[Said]:
    counts = np.bincount(category.ravel(), minlength=len(categories))
    for attribute in attributes:
        own = [number for number, (name, _) in enumerate(categories) if name == attribute]
        if len(own) == 1:
            yield Said("Everybody has the same value of '{attribute}': every table mirrors it.", attribute=attribute)
        single = [categories[number][1] for number in own if counts[number] == 1 and categories[number][1]]
        if len(single) > len(own) / 2 and len(own) > len(people) / 4:
            yield Said(
                "'{attribute}' has {values} values for {people} people, {single} of them of one person: "
                "put them in bands to have them mirrored.",
                attribute=attribute, values=len(own), people=len(people), single=len(single),
            )  # fmt: skip
        elif single:
            yield Said(
                "'{attribute}' has values of one person: {values}. No other table can have them.",
                attribute=attribute, values=", ".join(single[:5]),
            )  # fmt: skip
        for number in own:
            if categories[number][1] == UNKNOWN and counts[number]:
                yield Said(
                    "'{attribute}' is not known of {people} people: they are a category of their own.",
                    attribute=attribute, people=int(counts[number]),
                )  # fmt: skip
        if against is not None:
            known = {categories[number][1] for number in own}
            if more := sorted(known - set(against[attribute])):
                yield Said(
                    "The composition to mirror has no {attribute} {values}: its share is 0.",
                    attribute=attribute, values=", ".join(map(repr, more[:5])),
                )  # fmt: skip
            if none := sorted(value for value, part in against[attribute].items() if part and value not in known):
                yield Said(
                    "The composition to mirror has {attribute} {values}: nobody here is.",
                    attribute=attribute, values=", ".join(map(repr, none[:5])),
                )  # fmt: skip


def _notes_on_weights(weights: Weights, attributes: tuple[str, ...]) -> Iterable[Said]:
    for attribute in weights.attributes:
        if attribute not in attributes:
            yield Said("The weight of '{attribute}' changes nothing: it is not mirrored.", attribute=attribute)


def _notes_on_earlier(before: Iterable[tuple[str, str]], numbers: Mapping[str, int]) -> Iterable[Said]:
    met = {one for pair in before for one in pair}
    if strangers := sorted(met - set(numbers)):
        yield Said(
            "Of the {met} people in earlier plans {strangers} are not among the people now, such as '{person}'.",
            met=len(met), strangers=len(strangers), person=strangers[0],
        )  # fmt: skip
