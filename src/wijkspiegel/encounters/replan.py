"""On the evening: somebody did not come, others came late. What was stands, and as few people as possible move."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wijkspiegel.encounters.feasible import seat_around, seat_by_rules
from wijkspiegel.encounters.judge import NOWHERE, judge
from wijkspiegel.encounters.pace import nanoseconds
from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, told
from wijkspiegel.encounters.problem import Bools, Floats, Ints, Problem, Reference, pose, presence
from wijkspiegel.encounters.rules import Present, Rule, Who, Wish
from wijkspiegel.encounters.said import PlanningError, Said, near
from wijkspiegel.encounters.search import anneal, asked_of, state_of


@dataclass(frozen=True)
class Replanned:
    """The new plan. moves : (person, round from 1), who would have sat elsewhere. fewest : proved to be the fewest."""

    plan: Plan
    moves: tuple[tuple[str, int], ...]
    fewest: int | None


def replan(
    earlier: Plan,
    absent: Iterable[str],
    arrived: Participants,
    from_round: int,
    *,
    against: Reference | None = None,
    distances: Floats | None = None,
    seats: int | None = None,
    seed: int = 1,
    seconds: float = 0.03,
) -> Replanned:
    """Plan the rounds from `from_round` (from 1) again. The rounds before stand, also for who left.

    absent : ids of those who are not there from that round on. arrived : who is there from that round on; attributes
    that are not known of them are "". distances : [person, person], of who was there by id and then of who arrived;
    where it is not given those of the plan stay, and who arrived differs from nobody. seats : at each table at least.
    Raises PlanningError for people who are unknown, come twice or do not fit.
    """
    gone, old = tuple(dict.fromkeys(absent)), earlier.problem
    _check(old, gone, arrived, from_round)
    problem = _changed(old, gone, arrived, from_round, against, _distances(old, arrived, distances), seats or 0)
    seated = _kept(earlier, problem, from_round, set(gone))
    home = seated.copy()
    moved, proved = 0, True
    for number in range(from_round - 1, problem.rounds):
        seated[number], more, known = _placed(problem, seated, number)
        moved, proved = moved + more, proved and known
    seated = _improved(problem, seated, (home == NOWHERE) & problem.present, from_round - 1, seed, seconds)
    moves = tuple(
        (problem.people.ids[person], int(number) + 1)
        for number, person in np.argwhere((home != NOWHERE) & (seated != home) & (seated != NOWHERE))
    )
    notes = (*problem.notes, *_notes(problem, seated, arrived, from_round))
    return Replanned(told(replace(problem, notes=notes), seated), moves, moved if proved else None)


def seat_late(problem: Problem, seated: Ints, seed: int = 1, seconds: float = 0.03) -> Plan:
    """The free chairs that are best for who sits nowhere; nobody else moves.

    seated : [round, person], number of a table, NOWHERE for who came late. Rules hold as far as they can without
    anybody moving; one that was broken by hand stays so. Raises PlanningError where the chairs are too few.
    """
    late = (seated == NOWHERE) & problem.present
    found = [seat_around(problem, number, row) for number, row in enumerate(seated)]
    kept = _keeping(problem, [rules for _, rules in found])
    return told(problem, _improved(kept, np.stack([row for row, _ in found]), late, 0, seed, seconds))


def _keeping(problem: Problem, kept: Sequence[tuple[int, ...]]) -> Problem:
    """The same question, with the rules that cannot be broken only in the rounds in which they hold."""
    rules: list[Rule] = []
    for source, rule in enumerate(problem.rules):
        rounds = tuple(number + 1 for number, held in enumerate(kept) if source in held)
        if isinstance(rule, Present) or (isinstance(rule, Wish) and not rule.must):
            rules.append(rule)
        elif rounds:
            rules.append(replace(rule, rounds=rounds))
    ids = problem.people.ids
    posed = pose(
        problem.people, problem.tables, problem.rounds, mirror=problem.attributes, rules=rules, weights=problem.weights,
        before=[(ids[one], ids[other]) for one, other in problem.before],
        distances=problem.distances if len(problem.distances) else None,
    )  # fmt: skip
    return replace(posed, share=problem.share)


def _check(old: Problem, gone: tuple[str, ...], arrived: Participants, from_round: int) -> None:
    if not 1 <= from_round <= old.rounds:
        raise PlanningError(
            "Round {number} is not in the plan, which has {rounds}.", number=from_round, rounds=old.rounds
        )
    known = set(old.people.ids)
    if strangers := [one for one in gone if one not in known]:
        raise PlanningError(
            "'{person}' is said to be absent, and is not in the plan.{near}",
            person=strangers[0], near=near(strangers[0], old.people.ids),
        )  # fmt: skip
    if doubled := [one for one in arrived.ids if one in known]:
        raise PlanningError("'{person}' is said to have arrived, and is in the plan already.", person=doubled[0])


def _distances(old: Problem, arrived: Participants, distances: Floats | None) -> Floats | None:
    if distances is not None or not len(old.distances):
        return distances
    return np.pad(old.distances, (0, len(arrived)))


def _changed(
    old: Problem,
    gone: tuple[str, ...],
    arrived: Participants,
    from_round: int,
    against: Reference | None,
    distances: Floats | None,
    seats: int,
) -> Problem:
    """The same question for who is there now."""
    people = Participants(
        (*old.people.ids, *arrived.ids),
        {
            name: (*values, *arrived.attributes.get(name, ("",) * len(arrived)))
            for name, values in old.people.attributes.items()
        },
    )
    before, after = tuple(range(1, from_round)), tuple(range(from_round, old.rounds + 1))
    rules: list[Rule] = [*old.rules, *_only_in(gone, before, old.rounds), *_only_in(arrived.ids, after, old.rounds)]
    staying = ~np.isin(old.people.ids, gone)
    there = int(old.present[from_round - 1 :, staying].sum(axis=1).max()) + len(arrived)
    ids = old.people.ids
    return pose(
        people, [_with_room(table, there, len(old.tables), seats) for table in old.tables], old.rounds,
        mirror=old.attributes, rules=_of_who_is_there(rules, people, old.rounds), weights=old.weights, against=against,
        before=[(ids[one], ids[other]) for one, other in old.before], distances=distances,
    )  # fmt: skip


def _with_room(table: Table, there: int, tables: int, seats: int) -> Table:
    """Even tables may have fewer now, or as many as come. What somebody asked for stays, but for more seats."""
    if table.even:
        return replace(table, capacity=max(table.capacity, -(-there // tables), seats), minimum=0)
    return replace(table, capacity=max(table.capacity, seats))


def _of_who_is_there(rules: Sequence[Rule], people: Participants, rounds: int) -> Iterator[Rule]:
    """Whoever wished to sit with somebody who is not there in a round, does not wait for them in that round."""
    there, numbers = presence(people, rules, rounds), {one: number for number, one in enumerate(people.ids)}
    for rule in rules:
        if not isinstance(rule, Wish):
            yield rule
            continue
        among: dict[tuple[str, ...], list[int]] = {}
        for number in rule.rounds or range(1, rounds + 1):
            here = tuple(one for one in rule.people if there[number - 1, numbers[one]])
            among.setdefault(here, []).append(number)
        for here, when in among.items():
            if here == rule.people and len(among) == 1:
                yield rule
            elif here:
                yield replace(rule, people=here, at_least=min(rule.at_least, len(here)), rounds=tuple(when))


def _notes(problem: Problem, seated: Ints, arrived: Participants, from_round: int) -> Iterator[Said]:
    for name in arrived.attributes:
        if name not in problem.people.attributes:
            yield Said(
                "'{attribute}' is told of who arrived only, and not used.{near}",
                attribute=name, near=near(name, problem.people.attributes),
            )  # fmt: skip
    for number in range(from_round - 1, problem.rounds):
        row = seated[number]
        for table in np.flatnonzero(np.bincount(row[row != NOWHERE], minlength=len(problem.tables)) == 1):
            yield Said(
                "In round {number} somebody sits alone, at table {table}.",
                number=number + 1, table=problem.tables[table].name,
            )  # fmt: skip


def _only_in(people: tuple[str, ...], rounds: tuple[int, ...], every: int) -> list[Present]:
    if not people or len(rounds) == every:
        return []
    return [Present(Who(people), rounds)]


def _kept(earlier: Plan, problem: Problem, from_round: int, gone: set[str]) -> Ints:
    """[round, person]: where people sit already, NOWHERE for who has no seat yet or is not there any more."""
    seats = dict(zip(earlier.problem.people.ids, earlier.seated.T, strict=True))
    nobody = np.full(problem.rounds, NOWHERE)
    seated = np.stack([seats.get(one, nobody) for one in problem.people.ids], axis=1).copy()
    leaving = np.array([one in gone for one in problem.people.ids])
    seated[from_round - 1 :, leaving] = NOWHERE
    return seated


def _placed(problem: Problem, seated: Ints, number: int) -> tuple[Ints, int, bool]:
    """A round with everybody seated, how many moved for it, and whether no fewer could."""
    home = seated[number]
    row = home.copy()
    free = np.array([table.capacity for table in problem.tables]) - np.bincount(
        row[row != NOWHERE], minlength=len(problem.tables)
    )
    waiting = np.flatnonzero(problem.present[number] & (row == NOWHERE))
    for person in waiting:
        table = int(np.argmax(free))
        row[person] = table
        free[table] -= 1
    alone = seated.copy()
    alone[number] = row
    if free.min() >= 0 and not judge(problem, alone).broken_in(number + 1):
        return row, 0, True
    found = seat_by_rules(problem, number, home)
    if found.row is None:
        raise PlanningError("No way to keep all rules in round {number} was found in time.", number=number + 1)
    return found.row, int(((home != NOWHERE) & (found.row != home)).sum()), found.proved


def _improved(problem: Problem, seated: Ints, late: Bools, first: int, seed: int, seconds: float) -> Ints:
    """Where who came late sits best. Nobody else moves for it: their own table is the only one that they may sit at.

    late : [round, person], who had no table in that round.
    """
    if not late.any():
        return seated
    shape = (*seated.shape, len(problem.tables))
    allowed = problem.allowed.copy() if len(problem.allowed) else np.ones(shape, dtype=bool)
    allowed[~late] = np.arange(len(problem.tables)) == seated[~late, None]
    asked = asked_of(problem)._replace(allowed=allowed, movers=np.flatnonzero(late.any(axis=0)).astype(np.int32))
    state = state_of(problem, seated)
    before = judge(problem, seated).cost
    steps = int(seconds * 1e9 / nanoseconds(problem))
    seeds = np.random.SeedSequence([seed & 0xFFFF_FFFF]).generate_state(1, np.uint64)
    anneal(asked, state, before, -np.inf, steps, 2.0, 0.05, 0.0, first, seeds)
    found = state.at.astype(np.int64)
    return found if judge(problem, found).cost <= before else seated
