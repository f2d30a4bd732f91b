"""The well-known map of opinions, to compare: principal components of votes, blanks filled with the mean.

Once each statement's mean is taken off, a blank is 0 and drops out of every sum: the Gram matrix of the statements
gives the same components as the table of people by statements, which is never made.
"""

from dataclasses import dataclass

import numpy as np

from wijkspiegel.common_ground.ideal import SAMPLE, Floats, Rows, principal, some_of, starts_of
from wijkspiegel.common_ground.kernels import gram
from wijkspiegel.common_ground.opinions import MOST_GROUPS, apart_from_next, centres_of, nearest, told_enough
from wijkspiegel.tables import Votes

DIMENSIONS, BEGINNINGS = 2, 3


@dataclass(frozen=True)
class UsualMap:
    """components : [dimension, statement], of length 1. share : [dimension], of the variance.

    persons : [person, dimension], as far out as if all had voted on every statement (scaled by the root of statements
    per vote).
    """

    components: Floats
    persons: Floats
    share: Floats


def usual_map(votes: Votes) -> UsualMap:
    """Passes count as 0, between agree (1) and disagree (-1), as they do there."""
    count = np.bincount(votes.statement, minlength=len(votes.statements))
    mean = np.bincount(votes.statement, votes.vote, len(votes.statements)) / np.maximum(count, 1)
    value = votes.vote - mean[votes.statement]
    found = np.zeros((len(votes.statements),) * 2)
    gram(starts_of(votes.person, len(votes.persons)), votes.statement, value, found)
    most = min(DIMENSIONS, len(found))
    components = principal(found, most)
    cast = np.bincount(votes.person, minlength=len(votes.persons))
    further = np.sqrt(len(votes.statements) / np.maximum(cast, 1))
    places = [
        np.bincount(votes.person, value * component[votes.statement], len(votes.persons)) * further
        for component in components
    ]
    variance = np.array([(component * (found * component).sum(axis=1)).sum() for component in components])
    return UsualMap(components, np.stack(places, axis=1), variance / max(np.trace(found), 1e-300))


def usual_groups(votes: Votes, seed: int = 1) -> Rows:
    """[person], groups as they are usually found: two to five, whichever lie furthest apart (silhouette); -1 is none.

    Whether they are stable is not asked: see `find_opinions`. The centres are sought on at most SAMPLE people.
    """
    places, counted = usual_map(votes).persons, told_enough(votes)
    here = places[some_of(np.flatnonzero(counted), SAMPLE)]
    if len(np.unique(here, axis=0)) <= MOST_GROUPS:
        return np.full(len(places), -1)
    found = [centres_of(here, number, seed, BEGINNINGS) for number in range(2, MOST_GROUPS + 1)]
    best = max(found, key=lambda centres: apart_from_next(here, centres))
    return np.where(counted, nearest(places, best), -1)


def usual_places(votes: Votes) -> Floats:
    return usual_map(votes).persons
