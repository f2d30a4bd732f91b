"""Opinion groups: people who stand together on the map of opinions, told only where they come back.

Groups are found by k-means on places, for two to five groups. They are kept where each is a tenth of who took part and
is found again (mean Jaccard likeness of 0.75, Hennig 2007) in random parts of the people and without a tenth of votes.
The order of rows cannot matter: votes are put in one order first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from wijkspiegel.common_ground.ideal import SAMPLE, Floats, Ideal, Rows, cast_of, fitted, of_people, some_of
from wijkspiegel.tables import PASS, Votes

OPINIONS = 7
"""Who has told fewer opinions, or not on all statements where there are fewer, is in no group: the usual number."""
MOST_GROUPS, STARTS = 5, 10
SMALLEST = 0.1
"""A smaller part of all who took part is no group: one in twenty accounts could make one."""
FOUND_AGAIN = 0.75
TIMES = 10
"""So many random parts of the people, and so many times without a tenth of the votes."""
PART, FEWER = 0.8, 0.9

Places = Callable[[Votes], Floats]
"""[person, dimension] of votes: a way to make a map of opinions."""


@dataclass(frozen=True)
class Opinions:
    """Groups on a map. centres : [group, dimension]. stability : [group], mean likeness to what was found again.

    counted : [person], who told enough to be placed. tried : number of groups -> the least stability among them.
    No groups at all: no centres.
    """

    centres: Floats
    stability: Floats
    counted: NDArray[np.bool_]
    tried: dict[int, float]

    def __len__(self) -> int:
        return len(self.centres)

    def group(self, places: Floats) -> Rows:
        """[person], the group of each; -1 where there are none, and for who told too little."""
        if not len(self):
            return np.full(len(places), -1)
        return np.where(self.counted, nearest(places, self.centres), -1)


def find_opinions(votes: Votes, places: Floats, map_of: Places, seed: int = 1) -> Opinions:
    """The groups of people who stand together, as many as fit best of the numbers that are stable.

    places : [person, dimension]. map_of : how such places are found again from fewer votes. At most SAMPLE people are
    looked at to tell whether groups are stable.
    """
    counted = told_enough(votes)
    lots = np.random.default_rng(seed)
    rows = some_of(np.flatnonzero(counted), SAMPLE)
    none = Opinions(np.zeros((0, places.shape[1])), np.zeros(0), counted, {})
    if not places.shape[1] or len(np.unique(places[rows], axis=0)) <= MOST_GROUPS:
        return none
    sample, here = of_people(votes, rows), places[rows]
    found = {k: centres_of(here, k, seed) for k in range(2, MOST_GROUPS + 1)}
    alike: dict[int, list[Floats]] = {k: [] for k in found}
    for time in range(2 * TIMES):
        kept, there = _again(sample, map_of, lots, part_of_people=time < TIMES)
        for k, centres in found.items():
            before = nearest(here[kept], centres)
            alike[k].append(likeness(before, nearest(there, centres_of(there, k, seed)), k))
    stability = {k: np.mean(alike[k], axis=0) for k in found}
    tried = {k: float(stability[k].min()) for k in found}
    fewest = SMALLEST * len(votes.persons) / counted.sum() * len(here)
    fitting = {
        k: apart_from_next(here, centres)
        for k, centres in found.items()
        if tried[k] >= FOUND_AGAIN and np.bincount(nearest(here, centres), minlength=k).min() >= fewest
    }
    if not fitting:
        return Opinions(none.centres, none.stability, counted, tried)
    best = max(fitting, key=lambda k: fitting[k])
    return Opinions(found[best], stability[best], counted, tried)


def told_enough(votes: Votes) -> NDArray[np.bool_]:
    """[person], who agreed or disagreed often enough to be placed."""
    opinions = np.bincount(votes.person[votes.vote != PASS], minlength=len(votes.persons))
    enough: NDArray[np.bool_] = opinions >= min(OPINIONS, len(votes.statements))
    return enough


def ideal_places(model: Ideal) -> Places:
    """The map of the ideal-point model, sought from the one that is there."""
    return lambda votes: fitted(cast_of(votes), model.dimensions, model.statements)[0][:, 1:]


def _again(sample: Votes, map_of: Places, lots: np.random.Generator, part_of_people: bool) -> tuple[Rows, Floats]:
    """The people of a part, or all of them with fewer votes, and where they stand then."""
    people = np.arange(len(sample.persons))
    if part_of_people:
        kept = np.flatnonzero(lots.random(len(people)) < PART)
        return kept, map_of(of_people(sample, kept))
    return people, map_of(sample.of(lots.random(len(sample)) < FEWER))


def centres_of(places: Floats, groups: int, seed: int, starts: int = STARTS) -> Floats:
    """[group, dimension], by k-means, in the order of the first dimension: the best of some beginnings."""
    lots = np.random.default_rng(seed)
    best, least = np.zeros((0, places.shape[1])), np.inf
    for _ in range(starts):
        centres, group = kmeans2(places, _spread_out(places, groups, lots), minit="matrix", missing="warn", iter=25)
        spread = ((places - centres[group]) ** 2).sum()
        if spread < least - 1e-9:
            best, least = centres, spread
    return best[np.lexsort(best.T[::-1])]


def _spread_out(places: Floats, groups: int, lots: np.random.Generator) -> Floats:
    """Centres to begin with (k-means++, Arthur & Vassilvitskii 2007)."""
    chosen = [places[lots.integers(len(places))]]
    while len(chosen) < groups:
        far = np.min([((places - centre) ** 2).sum(axis=1) for centre in chosen], axis=0)
        at = np.searchsorted(np.cumsum(far), lots.random() * far.sum())
        chosen.append(places[min(int(at), len(places) - 1)])
    return np.array(chosen)


def nearest(places: Floats, centres: Floats) -> Rows:
    """[person], the centre that is nearest."""
    distance = np.stack([((places - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
    rows: Rows = np.argmin(distance, axis=1)
    return rows


def likeness(before: Rows, after: Rows, groups: int) -> Floats:
    """[group], the highest Jaccard likeness of each to one of the groups that were found again."""
    both = np.bincount(before * groups + after, minlength=groups**2).reshape(groups, groups)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None] - both
    highest: Floats = (both / np.maximum(either, 1)).max(axis=1)
    return highest


def apart_from_next(places: Floats, centres: Floats) -> float:
    """How much nearer people are to their own centre than to the next one: 0 not at all, 1 wholly (silhouette)."""
    distance = np.sort(np.stack([np.sqrt(((places - c) ** 2).sum(axis=1)) for c in centres], axis=1), axis=1)
    return float(np.mean(1 - distance[:, 0] / np.maximum(distance[:, 1], 1e-12)))
