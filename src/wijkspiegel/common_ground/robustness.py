"""How the lists change when something is wrong with who voted: hostile accounts, the most active, another half."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wijkspiegel.common_ground.ground import Ground, Progress, Verdict, find_ground
from wijkspiegel.common_ground.ideal import SAMPLE, Floats, Rows, of_people, some_of
from wijkspiegel.common_ground.weighing import Known
from wijkspiegel.errors import SettingsError
from wijkspiegel.tables import AGREE, DISAGREE, Votes

HOSTILE, ACTIVE = 0.05, 0.01
HOSTILE_DEALT, HOSTILE_FREE, WITHOUT_ACTIVE, HALF = (
    "hostile_dealt", "hostile_free", "without_most_active", "random_half",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A list before and after. stays : how many statements are on both."""

    scenario: str
    verdict: Verdict
    before: int
    after: int
    stays: int


def robustness(ground: Ground, seed: int = 1, progress: Progress = lambda step: None) -> list[Change]:
    """How what binds and what chafes change in four scenarios. At most 2 x SAMPLE people are looked at.

    hostile_dealt : 5 % more accounts that vote as often as people do, on statements by lot: against what binds, and for
    the rest. hostile_free : likewise, but they choose, and vote on what binds first. without_most_active : without the
    1 % who voted most. random_half : half of the people.
    """
    votes, known, weight = _sample(ground)
    whole = find_ground(votes, known=known, weight=weight, thresholds=ground.thresholds, usual=ground.usual, seed=seed)
    lots = np.random.default_rng(seed)
    people = len(votes.persons)
    cast = np.bincount(votes.person, minlength=people)
    calm = np.sort(np.argsort(-cast, kind="stable")[max(1, round(ACTIVE * people)) :])
    half = np.sort(lots.permutation(people)[: people // 2])
    found = []
    for scenario in (HOSTILE_DEALT, HOSTILE_FREE, WITHOUT_ACTIVE, HALF):
        progress(f"how robust: {scenario}")
        if scenario in (HOSTILE_DEALT, HOSTILE_FREE):
            changed, rows = with_hostile(whole, lots, choosing=scenario == HOSTILE_FREE)
        else:
            rows = calm if scenario == WITHOUT_ACTIVE else half
            changed = of_people(votes, rows)
        found += _changes(scenario, whole, changed, rows, seed)
    return found


def _sample(ground: Ground) -> tuple[Votes, Mapping[str, Known], Floats | None]:
    people = len(ground.votes.persons)
    rows = some_of(np.arange(people), 2 * SAMPLE)
    weighted = len(ground.everyone) > 1
    return of_people(ground.votes, rows), _known(ground.known, rows), ground.weight[rows] if weighted else None


def _known(known: Mapping[str, Known], rows: Rows) -> dict[str, Known]:
    return {kind: Known(one.categories, one.group[rows]) for kind, one in known.items()}


def with_hostile(ground: Ground, lots: np.random.Generator, choosing: bool) -> tuple[Votes, Rows]:
    """The votes with 5 % hostile accounts behind them, and which person each is: these say to be others, by lot."""
    votes, people, statements = ground.votes, len(ground.votes.persons), len(ground.votes.statements)
    number = max(1, round(HOSTILE * people))
    each = min(statements, max(1, int(np.median(np.bincount(votes.person, minlength=people)))))
    against = np.zeros(statements, dtype=bool)
    against[ground.statements("binds")] = True
    chosen = []
    for _ in range(number):
        order = lots.permutation(statements)
        if choosing:
            order = order[np.argsort(~against[order], kind="stable")]
        chosen.append(np.sort(order[:each]))
    statement = np.concatenate(chosen).astype(np.int32)
    names = tuple(f"{votes.persons[-1]}~{n:09}" for n in range(number))
    return Votes(
        (*votes.persons, *names),
        votes.statements,
        np.concatenate([votes.person, people + np.repeat(np.arange(number, dtype=np.int32), each)]),
        np.concatenate([votes.statement, statement]),
        np.concatenate([votes.vote, np.where(against[statement], DISAGREE, AGREE).astype(np.int8)]),
    ), np.concatenate([np.arange(people), lots.integers(people, size=number)])


def _changes(scenario: str, whole: Ground, votes: Votes, rows: Rows, seed: int) -> list[Change]:
    weight = whole.weight[rows] if len(whole.everyone) > 1 else None
    lists: tuple[Verdict, ...] = ("binds", "chafes")
    before = {verdict: set(whole.statements(verdict)) for verdict in lists}
    try:
        found = find_ground(
            votes, known=_known(whole.known, rows), weight=weight, thresholds=whole.thresholds, usual=whole.usual,
            seed=seed,
        )  # fmt: skip
        after = {verdict: set(found.statements(verdict)) for verdict in lists}
    except SettingsError:  # too few people are left to find anything
        after = {verdict: set() for verdict in lists}
    return [
        Change(scenario, verdict, len(before[verdict]), len(after[verdict]), len(before[verdict] & after[verdict]))
        for verdict in lists
    ]
