"""A conversation, judged: groups of both kinds, what binds them all, what chafes between two, what is not yet known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wijkspiegel.common_ground.agreement import (
    Agreement,
    Apart,
    Learned,
    all_agree,
    apart,
    expected,
    information,
    learn,
    least_agreement,
    posterior,
)
from wijkspiegel.common_ground.ideal import (
    SAMPLE,
    Floats,
    Ideal,
    Rows,
    cast_of,
    fitted,
    locate,
    of_people,
    precision_of_persons,
    some_of,
    starts_of,
)
from wijkspiegel.common_ground.kernels import tally, tally_without
from wijkspiegel.common_ground.opinions import Opinions, find_opinions, ideal_places
from wijkspiegel.common_ground.usual import usual_map, usual_places
from wijkspiegel.common_ground.weighing import Known
from wijkspiegel.errors import SettingsError
from wijkspiegel.tables import EVERYONE, OPINION, WEIGHTED, Votes
from wijkspiegel.wording import FEWEST

Progress = Callable[[str], None]
Verdict = Literal["binds", "chafes", "unknown"]


@dataclass(frozen=True)
class Thresholds:
    """agree : share of every group that has to agree. sure : posterior chance from which a verdict is given.
    apart : how much two groups have to differ, as a share."""

    agree: float = 0.6
    sure: float = 0.9
    apart: float = 0.3

    def __post_init__(self) -> None:
        for name in ("agree", "sure", "apart"):
            if not 0 < getattr(self, name) < 1:
                raise SettingsError(f"'{name}' is {getattr(self, name)}: it lies between 0 and 1, as 0.6 does.")


@dataclass(frozen=True)
class Ground:
    """What a conversation tells.

    answers : [statement, outcome], disagree, pass and agree, of everyone. everyone : agreement of all, unweighted, and
    weighted where there are weights. kinds : agreement of the groups that are judged. verdict : [statement].
    probability : [statement], that it chafes where that is the verdict, else that it binds.
    lower, upper : [statement], 95 % interval of the agreement in the group that agrees least.
    information : [statement], bits; what a few more votes of every group would tell. apart : [statement].
    too_small : kinds with categories of fewer than FEWEST people, which are not judged. usual : see `find_ground`.
    """

    votes: Votes
    model: Ideal
    opinions: Opinions
    opinion: Rows
    known: Mapping[str, Known]
    weight: Floats
    answers: Floats
    everyone: tuple[Agreement, ...]
    kinds: tuple[Agreement, ...]
    verdict: tuple[Verdict, ...]
    probability: Floats
    lower: Floats
    upper: Floats
    information: Floats
    apart: tuple[Apart, ...]
    thresholds: Thresholds
    too_small: tuple[str, ...] = ()
    usual: bool = False

    def statements(self, verdict: Verdict) -> list[int]:
        """Rows of the statements with this verdict: the surest first; of what is not known, what is soonest known."""
        rows = [row for row, one in enumerate(self.verdict) if one == verdict]
        rank = self.information if verdict == "unknown" else self.probability
        return sorted(rows, key=lambda row: (-rank[row], row))


def find_ground(
    votes: Votes,
    *,
    known: Mapping[str, Known] | None = None,
    weight: Floats | None = None,
    thresholds: Thresholds | None = None,
    usual: bool = False,
    seed: int = 1,
    progress: Progress = lambda step: None,
) -> Ground:
    """What binds all groups of a conversation, what chafes, and what is not yet known.

    known : kind -> groups of the persons, in the order of votes.persons. weight : [person], > 0; see `raked`.
    usual : find opinion groups on the well-known map (PCA) instead of by ideal points.
    A known group of fewer than FEWEST people is not judged, and no verdict rests on fewer answers of a group.
    The same votes give the same answer to the last bit, in any order of rows. Raises SettingsError where there is
    nothing to compare: fewer than two persons or statements.
    """
    if len(votes.persons) < 2 or len(votes.statements) < 2:
        raise SettingsError(
            f"There are {len(votes.persons)} people and {len(votes.statements)} statements with votes that count: what "
            "people have in common takes at least two of each."
        )
    known, thresholds = known or {}, thresholds or Thresholds()
    progress("finding where people and statements stand")
    model = locate(votes)
    progress("looking for opinion groups that are stable")
    if usual:
        places = usual_map(votes).persons
        opinions = find_opinions(votes, places, usual_places, seed)
    else:
        places = model.persons[:, 1:]
        opinions = find_opinions(votes, places, ideal_places(model), seed)
    progress("weighing what binds and what chafes")
    return _judged(votes, model, opinions, opinions.group(places), known, weight, thresholds, leave_out=not usual)


@dataclass(frozen=True)
class Kind:
    """Groups of one kind; without : whether a vote is counted where its person stands without it."""

    name: str
    groups: tuple[str, ...]
    group: Rows
    without: bool = False


def _judged(
    votes: Votes,
    model: Ideal,
    opinions: Opinions,
    opinion: Rows,
    known: Mapping[str, Known],
    weight: Floats | None,
    thresholds: Thresholds,
    leave_out: bool,
) -> Ground:
    people = len(votes.persons)
    ones = np.ones(people)
    everyone = Kind(EVERYONE, (EVERYONE,), np.zeros(people, dtype=np.int64))
    judged = [_judged_kind(name, one) for name, one in known.items()]
    if len(opinions):
        names = tuple(str(number) for number in range(1, len(opinions) + 1))
        judged.append(Kind(OPINION, names, opinion, leave_out))
    judged = [kind for kind in judged if kind.groups]
    answers = counts_of(votes, model, opinions, everyone, ones)[0][0]
    answered = _shrunk(answers[:, 0] + answers[:, 2], answers.sum(axis=1))
    weights = ones if weight is None else weight
    halves = _Halves(votes, model)

    def agreement(kind: Kind, weight: Floats) -> Agreement:
        persons = sums = counts_of(votes, model, opinions, kind, ones)[0]
        squares = sums
        if weight is not ones:
            sums, squares = counts_of(votes, model, opinions, kind, weight)
        prior = expected(model, votes, kind.group, len(kind.groups), weight, answered)
        learned = halves.learned(kind, opinions, answered)
        return posterior(kind.name, kind.groups, persons.sum(axis=2), sums, squares, prior, learned)

    of_all = [agreement(everyone, ones)]
    if weight is not None:
        of_all.append(agreement(Kind(WEIGHTED, (EVERYONE,), everyone.group), weight))
    kinds = [agreement(kind, weights) for kind in judged] or of_all[-1:]
    together = kinds if kinds[-1] is of_all[-1] else [of_all[-1], *kinds]
    chance, pairs = all_agree(together, thresholds.agree), apart(kinds, thresholds.apart, FEWEST)
    lower, upper = least_agreement(together)
    heard = np.min([kind.persons.min(axis=0) for kind in kinds], axis=0) >= FEWEST
    binds = (chance >= thresholds.sure) & heard
    chafes = np.array([pair.chance >= thresholds.sure for pair in pairs]) & ~binds
    verdict: list[Verdict] = [
        "binds" if bound else "chafes" if rubs else "unknown" for bound, rubs in zip(binds, chafes, strict=True)
    ]
    return Ground(
        votes, model, opinions, opinion, known, weights, answers, tuple(of_all), tuple(kinds), tuple(verdict),
        np.where(chafes, [pair.chance for pair in pairs], chance), lower, upper,
        np.sum([information(kind, thresholds.agree).sum(axis=0) for kind in kinds], axis=0),
        tuple(pairs), thresholds,
        tuple(name for name, one in known.items() if (one.persons() < FEWEST).any()), not leave_out,
    )  # fmt: skip


def _judged_kind(name: str, known: Known) -> Kind:
    """The groups of enough people."""
    kept = np.flatnonzero(known.persons() >= FEWEST)
    row = np.full(len(known.categories) + 1, -1)
    row[kept] = np.arange(len(kept))
    return Kind(name, tuple(known.categories[i] for i in kept), row[known.group])


def _shrunk(part: Floats, whole: Floats) -> Floats:
    """Shares of which those of few are drawn to that of all."""
    overall = part.sum() / max(whole.sum(), 1.0)
    share: Floats = (part + FEWEST * overall) / (whole + FEWEST)
    return share


def counts_of(votes: Votes, model: Ideal, opinions: Opinions, kind: Kind, weight: Floats) -> tuple[Floats, Floats]:
    """[group, statement, outcome], sums of weights and of their squares."""
    shape = (len(kind.groups), len(votes.statements), 3)
    sums, squares = np.zeros(shape), np.zeros(shape)
    starts = starts_of(votes.person, len(votes.persons))
    if kind.without:
        tally_without(
            starts, votes.statement, votes.vote, weight, model.persons, model.statements,
            precision_of_persons(model.dimensions), opinions.centres, kind.group >= 0, sums, squares,
        )  # fmt: skip
    else:
        tally(starts, votes.statement, votes.vote, weight, kind.group, sums, squares)
    return sums, squares


class _Halves:
    """Two halves of the people by lot, and a model of the first: the other tells how much a model is worth."""

    def __init__(self, votes: Votes, model: Ideal) -> None:
        people = some_of(np.arange(len(votes.persons)), 2 * SAMPLE)
        first = np.isin(people, some_of(people, len(people) // 2))
        self.rows = people[first], people[~first]
        self.votes = tuple(of_people(votes, rows) for rows in self.rows)
        self.models = tuple(Ideal(model.persons[rows], model.statements, {}) for rows in self.rows)
        self.model = Ideal(*fitted(cast_of(self.votes[0]), model.dimensions, model.statements), {})

    def learned(self, kind: Kind, opinions: Opinions, answered: Floats) -> Learned:
        halves = [Kind(kind.name, kind.groups, kind.group[rows], kind.without) for rows in self.rows]
        seen, unseen = (
            counts_of(votes, model, opinions, half, np.ones(len(half.group)))[0]
            for votes, model, half in zip(self.votes, self.models, halves, strict=True)
        )
        group = halves[0].group
        prior = expected(self.model, self.votes[0], group, len(kind.groups), np.ones(len(group)), answered)
        return learn(prior, seen, unseen)
