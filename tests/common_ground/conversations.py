"""Conversations whose truth is known, invented for the tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.tables import Votes, votes_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Invented:
    """votes, and what they were drawn from. places : [person, dimension]. agree : [person, statement], the chances."""

    votes: Votes
    places: Floats
    agree: Floats


def conversation(
    places: Floats, statements: int = 40, part: float = 0.5, *, pull: float = 1.0, passes: float = 0.0, seed: int = 1
) -> Invented:
    """People at these places vote on a part of the statements. pull : how far apart statements lie."""
    lots = np.random.default_rng(seed)
    people = len(places)
    readily, slope = lots.normal(0.5, 1.2, statements), lots.normal(0, pull, (statements, places.shape[1]))
    agree = 1 / (1 + np.exp(-(readily + places @ slope.T)))
    person, statement = np.nonzero(lots.random((people, statements)) < part)
    vote = np.where(lots.random(len(person)) < agree[person, statement], 1, -1)
    vote = np.where(lots.random(len(person)) < passes, 0, vote)
    return Invented(votes_of(names("p", people), names("s", statements), person, statement, vote), places, agree)


def names(letter: str, number: int) -> list[str]:
    return [f"{letter}{one:05}" for one in range(number)]


def two_camps(people: int = 400, seed: int = 1) -> Floats:
    lots = np.random.default_rng(seed)
    return (lots.choice([-1.5, 1.5], people) + lots.normal(0, 0.3, people))[:, None]


def shuffled(votes: Votes, seed: int) -> Votes:
    """The same votes, written down in another order of rows, of persons and of statements."""
    lots = np.random.default_rng(seed)
    persons, statements = lots.permutation(len(votes.persons)), lots.permutation(len(votes.statements))
    rows = lots.permutation(len(votes))
    return votes_of(
        [votes.persons[i] for i in persons], [votes.statements[i] for i in statements],
        np.argsort(persons)[votes.person[rows]], np.argsort(statements)[votes.statement[rows]], votes.vote[rows],
    )  # fmt: skip
