"""Where people and statements stand: a logistic ideal-point model of who agrees with what.

logit P(agree) = a_person + b_statement + x_person . y_statement, on the votes that were cast; a pass is none of both
and does not count here. With normal priors, at the mode, by Newton steps for persons and statements in turn. A random
utility reading of such models is in Clinton, Jackman & Rivers (2004).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from wijkspiegel.common_ground.kernels import gram, leading, newton, newton_across
from wijkspiegel.tables import PASS, Mask, Votes

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

SPREAD_OF_PERSONS = 0.5
"""Of how readily people agree at all; places have spread 1."""
SPREAD_OF_STATEMENTS = (2.0, 0.5)
"""Of how readily a statement is agreed with, and of its place. These three were chosen on five conversations."""
SWEEPS, SETTLED, LONGEST = 60, 2e-3, 16.0
"""How often at most, after which change of statements (root mean square over votes) no more, and how far ahead."""
SAMPLE = 5_000
"""People on whom is judged what need not be judged on all: how many dimensions, how stable groups are."""
POLISHED = 30
"""Turns in which eigenvectors that are known to six digits come closer."""
HELD_OUT, HOLDS = 10, 3
"""A vote in ten is held out, this many times."""


@dataclass(frozen=True)
class Ideal:
    """persons, statements : [., 1 + d], the intercept and the place. loss : dimensions -> held-out log-loss a vote."""

    persons: Floats
    statements: Floats
    loss: dict[int, float]

    @property
    def dimensions(self) -> int:
        return int(self.persons.shape[1]) - 1


@dataclass(frozen=True)
class Cast:
    """Votes without passes, as the kernels read them: by person. starts : [person + 1], where those of each begin."""

    persons: int
    statements: int
    starts: Rows
    statement: NDArray[np.int32]
    vote: NDArray[np.int8]


def cast_of(votes: Votes) -> Cast:
    if (votes.vote == PASS).any():
        votes = votes.of(votes.vote != PASS)
    people = len(votes.persons)
    return Cast(people, len(votes.statements), starts_of(votes.person, people), votes.statement, votes.vote)


def starts_of(row: NDArray[np.int32], rows: int) -> Rows:
    """[row + 1], where each begins when the votes are in its order."""
    return np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))])


def locate(votes: Votes, dimensions: int | None = None) -> Ideal:
    """Where all stand. dimensions : 0, 1 or 2; those with the least held-out log-loss where it is not given.

    The order of persons, statements and votes does not matter, nor does the number of threads: all is done in one
    order. A conversation of many people is first solved on some of them, from where few sweeps over all are left.
    """
    loss = {} if dimensions is not None else held_out(people_of(votes, SAMPLE), (0, 1, 2))
    if dimensions is None:
        dimensions = min(loss, key=lambda d: loss[d])
    statements = None
    if len(votes.persons) > 2 * SAMPLE:
        statements = fitted(cast_of(people_of(votes, SAMPLE)), dimensions)[1]
    persons, statements = fitted(cast_of(votes), dimensions, statements)
    turn_to_axes(persons, statements)
    return Ideal(persons, statements, loss)


def people_of(votes: Votes, number: int) -> Votes:
    """The votes of so many people, or of all."""
    if len(votes.persons) <= number:
        return votes
    return of_people(votes, some_of(np.arange(len(votes.persons)), number))


def some_of(rows: Rows, number: int) -> Rows:
    """So many of the rows by lot, in order, the same ones each time; all where there are no more.

    By lot: ids of people often follow a pattern (couples, one area after the other), and every tenth would, too.
    """
    if len(rows) <= number:
        return rows
    return np.sort(np.random.default_rng(len(rows)).permutation(rows)[:number])


def of_people(votes: Votes, chosen: Rows) -> Votes:
    """The votes of some people, and these people alone. chosen : rows, in order."""
    row = np.full(len(votes.persons), -1, dtype=np.int32)
    row[chosen] = np.arange(len(chosen), dtype=np.int32)
    kept = row[votes.person] >= 0
    return Votes(
        tuple(votes.persons[i] for i in chosen), votes.statements,
        row[votes.person[kept]], votes.statement[kept], votes.vote[kept],
    )  # fmt: skip


def fitted(votes: Cast, dimensions: int, statements: Floats | None = None) -> tuple[Floats, Floats]:
    """persons, statements at the mode. statements : where to begin, if that is known.

    Persons and statements in turn, each given the other, come near slowly; two sweeps tell where they are heading, and
    the third goes there at once (SQUAREM, Varadhan & Roland 2008).
    """
    persons = np.zeros((votes.persons, 1 + dimensions))
    statements = _begin(votes, dimensions) if statements is None else statements.copy()
    share_of_votes = np.bincount(votes.statement, minlength=votes.statements)[:, None] / max(len(votes.vote), 1)
    _sweep(votes, persons, statements)
    for _ in range(SWEEPS // 2):
        first = statements.copy()
        _sweep(votes, persons, statements)
        second = statements.copy()
        _sweep(votes, persons, statements)
        step, next_step = second - first, statements - second
        if np.sqrt((share_of_votes * next_step**2).sum()) < SETTLED:
            break
        bend = next_step - step
        length = np.sqrt((share_of_votes * step**2).sum() / max((share_of_votes * bend**2).sum(), 1e-300))
        length = min(max(length, 1.0), LONGEST)
        statements = first + 2 * length * step + length**2 * bend
    _newton_for_persons(votes, persons, statements, 10)
    return persons, statements


def _begin(votes: Cast, dimensions: int) -> Floats:
    statements = np.zeros((votes.statements, 1 + dimensions))
    agreed = np.bincount(votes.statement, votes.vote > 0, votes.statements)
    share = (agreed + 1) / (np.bincount(votes.statement, minlength=votes.statements) + 2)
    statements[:, 0] = np.log(share / (1 - share))
    statements[:, 1:] = directions(votes, share, dimensions).T
    return statements


def _sweep(votes: Cast, persons: Floats, statements: Floats) -> None:
    """Persons given statements, then statements given persons; in place."""
    dimensions = persons.shape[1] - 1
    _newton_for_persons(votes, persons, statements, 1)
    _shift_to_prior(persons, statements)
    prior = np.array([statements[:, 0].mean()] + [0.0] * dimensions)
    precision = precision_of_statements(dimensions)
    newton_across(votes.starts, votes.statement, votes.vote, persons, statements, prior, precision)


def _newton_for_persons(votes: Cast, persons: Floats, statements: Floats, steps: int) -> None:
    dimensions = persons.shape[1] - 1
    prior, precision = np.zeros(1 + dimensions), precision_of_persons(dimensions)
    newton(votes.starts, votes.statement, votes.vote, persons, statements, prior, precision, steps)


def _shift_to_prior(persons: Floats, statements: Floats) -> None:
    """Shifts and stretches that change no chance, to where the priors are highest; in place.

    Without these it takes ten times as many sweeps: persons and statements would only pull each other there.
    """
    readily, place = (1 / spread**2 for spread in SPREAD_OF_STATEMENTS)
    persons_readily = 1 / SPREAD_OF_PERSONS**2
    mean = persons[:, 0].mean()
    persons[:, 0] -= mean
    statements[:, 0] += mean
    for axis in range(1, persons.shape[1]):
        here, there = persons[:, axis], statements[:, axis]
        centred = there - there.mean()
        shift = (readily * (centred * statements[:, 0]).sum() - here.sum()) / (len(here) + readily * (centred**2).sum())
        here += shift
        statements[:, 0] -= shift * there
        shift = (persons_readily * (here * persons[:, 0]).sum() - place * there.sum()) / (
            len(there) * place + persons_readily * (here**2).sum()
        )
        there += shift
        persons[:, 0] -= shift * here
        if (stretch := (place * (there**2).sum() / max((here**2).sum(), 1e-300)) ** 0.25) > 0:
            here *= stretch
            there /= stretch


def precision_of_persons(dimensions: int) -> Floats:
    return np.array([1 / SPREAD_OF_PERSONS**2] + [1.0] * dimensions)


def precision_of_statements(dimensions: int) -> Floats:
    readily, place = SPREAD_OF_STATEMENTS
    return np.array([1 / readily**2] + [1 / place**2] * dimensions)


def directions(votes: Cast, share: Floats, dimensions: int) -> Floats:
    """[dimension, statement], in which people differ most, of about the length that places of statements have."""
    if not dimensions:
        return np.zeros((0, votes.statements))
    value = (votes.vote > 0) - share[votes.statement]
    found = np.zeros((votes.statements, votes.statements))
    gram(votes.starts, votes.statement, value, found)
    long: Floats = principal(found, dimensions) * np.sqrt(votes.statements) * SPREAD_OF_STATEMENTS[1]
    return long


def principal(matrix: Floats, number: int) -> Floats:
    """[number, size], eigenvectors of the largest eigenvalues, each with a positive sum.

    The last digits of LAPACK depend on the number of threads: those are cut, and the rest is found in one order.
    """
    size = len(matrix)
    found = eigh(matrix, subset_by_index=(size - number, size - 1))[1].T[::-1]
    vectors = np.ascontiguousarray(np.round(found * np.where(found.sum(axis=1, keepdims=True) < 0, -1.0, 1.0), 6))
    leading(matrix, vectors, POLISHED)
    return vectors


def turn_to_axes(persons: Floats, statements: Floats) -> None:
    """The first dimension is the one along which statements differ most; in place. Turning the map changes no chance.

    Of the two ends of a dimension, the positive is that of the statements that more people agree with.
    """
    if persons.shape[1] == 3:
        along, across = statements[:, 1], statements[:, 2]
        angle = 0.5 * np.arctan2(2 * (along * across).sum(), (along**2).sum() - (across**2).sum())
        for places in (persons, statements):
            turned = np.cos(angle) * places[:, 1] + np.sin(angle) * places[:, 2]
            places[:, 2] = np.cos(angle) * places[:, 2] - np.sin(angle) * places[:, 1]
            places[:, 1] = turned
    for axis in range(1, persons.shape[1]):
        if (statements[:, axis] * statements[:, 0]).sum() < 0:
            persons[:, axis] *= -1
            statements[:, axis] *= -1


def held_out(votes: Votes, dimensions: tuple[int, ...]) -> dict[int, float]:
    """Dimensions -> log-loss of votes that the model did not see, in nats a vote; inf where there are too few."""
    votes = votes.of(votes.vote != PASS)
    losses: dict[int, list[float]] = {d: [] for d in dimensions}
    for hold in holds(votes):
        if not hold.any() or hold.all():
            continue
        seen, unseen = cast_of(votes.of(~hold)), votes.of(hold)
        for d in dimensions:
            persons, statements = fitted(seen, d)
            agree = chances(persons, statements, unseen.person, unseen.statement)
            losses[d].append(log_loss(agree, unseen.vote > 0))
    return {d: float(np.mean(found)) if found else np.inf for d, found in losses.items()}


def holds(votes: Votes) -> Iterator[Mask]:
    """Which votes to hold out, each time others; the same ones for the same votes."""
    by_lot = np.random.default_rng(len(votes)).permutation(len(votes)) % HELD_OUT
    for number in range(HOLDS):
        yield by_lot == number


def chances(persons: Floats, statements: Floats, person: NDArray[np.int32], statement: NDArray[np.int32]) -> Floats:
    """[vote], the chance that it is to agree."""
    logit = persons[person, 0] + statements[statement, 0]
    for axis in range(1, persons.shape[1]):
        logit += persons[person, axis] * statements[statement, axis]
    agree: Floats = 1.0 / (1.0 + np.exp(-logit))
    return agree


def log_loss(chance: Floats, happened: Mask) -> float:
    """Nats for each; 0 is perfect, log 2 is a coin."""
    chance = np.clip(chance, 1e-9, 1 - 1e-9)
    return float(-np.where(happened, np.log(chance), np.log(1 - chance)).mean())
