"""A conversation at the door: nobody learns what few people are or answered, from all tables of it together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disclosure.attacker_of_conversation import ANSWERS, Cell, Counts, learn
from wijkspiegel.common_ground.agreement import Apart, posterior
from wijkspiegel.common_ground.ground import Ground, Thresholds
from wijkspiegel.common_ground.ideal import Ideal
from wijkspiegel.common_ground.opinions import Opinions
from wijkspiegel.common_ground.weighing import Known
from wijkspiegel.disclosure import Policy, Release, protect_figures, read_release, write_release
from wijkspiegel.disclosure.policy import rounded_count
from wijkspiegel.disclosure.release import OF_A_CONVERSATION
from wijkspiegel.ground import measured
from wijkspiegel.sources.votes import Conversation
from wijkspiegel.tables import Measured, Note, votes_of

POLICY = Policy()
WIJK, BUURT, ALLERGY = "wijk", "buurt", "allergie"  # this one begins as "all" does
BINS = (-0.5, 0.0, 0.5)
NESTED = {"w1": ("b1", "b2", "b3"), "w2": ("b4", "b5")}
KINDS = {
    WIJK: tuple(NESTED),
    BUURT: tuple(buurt for buurten in NESTED.values() for buurt in buurten),
    ALLERGY: ("ja", "nee"),
    "opinion": ("1", "2"),
}


def conversation_of(sizes: Sequence[int], seed: int, answering: float, agreeing: float) -> dict[str, Measured]:
    """sizes : people of each buurt. Everybody has a place; each answers a statement with this chance."""
    lots = np.random.default_rng(seed)
    buurt = np.repeat(np.arange(len(sizes)), sizes)
    people, statements = len(buurt), 3
    known = {
        WIJK: Known(KINDS[WIJK], np.array([0, 0, 0, 1, 1])[buurt]),
        BUURT: Known(KINDS[BUURT], buurt),
        ALLERGY: Known(KINDS[ALLERGY], (lots.random(people) < 0.8).astype(np.int64)),
    }
    opinion = (lots.random(people) < 0.6).astype(np.int64)
    votes = lots.choice([-1, 0, 1], (people, statements), p=[(1 - agreeing) / 2, (1 - agreeing) / 2, agreeing])
    answered = lots.random((people, statements)) < answering
    person, statement = np.nonzero(answered)
    names = [f"p{number:03}" for number in range(people)]
    cast = votes_of(names, ["s1", "s2", "s3"], person, statement, votes[answered])
    every = {"all": Known(("all",), np.zeros(people, dtype=np.int64)), **known, "opinion": Known(("1", "2"), opinion)}
    outcomes = np.stack([(answered & (votes == side)) for side in (-1, 0, 1)], axis=2).astype(float)
    sums = {
        kind: np.stack([outcomes[groups.group == number].sum(axis=0) for number in range(len(groups.categories))])
        for kind, groups in every.items()
    }
    agreement = {
        kind: posterior(
            kind, groups.categories, sums[kind].sum(axis=2), sums[kind], sums[kind], np.full(sums[kind].shape[:2], 0.5), 1
        )
        for kind, groups in every.items()
    }
    model = Ideal(np.stack([np.zeros(people), lots.choice(BINS, people)], axis=1), np.zeros((3, 2)), {})
    some = np.full(statements, 0.5)
    ground = Ground(
        cast, model, Opinions(np.zeros((2, 1)), np.ones(2), np.ones(people, dtype=bool), {}), opinion, known,
        np.ones(people), sums["all"][0], (agreement["all"],), tuple(agreement[kind] for kind in KINDS),
        ("binds", "chafes", "unknown"), some, some, some, some,
        (Apart(0.9, WIJK, "w1", "w2"),) * statements, Thresholds(),
    )  # fmt: skip
    about = Conversation(cast, {}, {}, cast.statements, ())
    margins = {BUURT: dict.fromkeys(KINDS[BUURT], 100.0), WIJK: dict.fromkeys(KINDS[WIJK], 250.0)}
    return measured(ground, about, margins, [])


def release_of(tables: dict[str, Measured], notes: tuple[Note, ...] = ()) -> Release:
    return protect_figures("talk", tables, policy=POLICY, notes=notes, created="2026-11-25")


def truth(tables: dict[str, Measured]) -> dict[Cell, float]:
    """Every count of the conversation."""
    found: dict[Cell, float] = {}

    def add(name: str, key: Any, column: str) -> None:
        columns = tables[name].columns
        for row in range(len(tables[name].persons)):
            found[key({label: values[row] for label, values in columns.items()})] = columns[column][row]

    for answer in ANSWERS:
        add("statements", lambda row, answer=answer: ("answer", row["statement"], answer), answer)
    add("agreement", lambda row: ("answered", row["statement"], row["kind"], row["group"]), "n")
    add("positions", lambda row: ("there", row["bin"], row["kind"], row["group"]), "persons")
    add("opinion_groups", lambda row: ("of", "opinion", row["group"]), "persons")
    add("missing", lambda row: ("of", row["margin"], row["category"]), "participants")
    return found


def given_away(tables: dict[str, Measured], told: Mapping[str, pa.Table]) -> dict[Cell, tuple[float, float]]:
    """Counts of fewer than ten people that can be told within ten, and what they can be."""
    people = tables["opinion_groups"].persons.sum()
    known = learn(told, KINDS, tables["agreement"].alike, BINS, 5 * round(people / 5))
    few = [cell for cell, count in truth(tables).items() if 0 < count < POLICY.min_cell and not _small(cell, known)]
    ranges = known.range_of(few)
    return {cell: ends for cell, ends in ranges.items() if ends[1] - ends[0] < POLICY.min_cell - 1e-6}


def _small(cell: Cell, known: Counts) -> bool:
    """Of a group that is told as 10 or 15, how many answered cannot differ by much more than ten to begin with."""
    whole = ("of", *cell[2:])
    return cell[0] == "answered" and known.most.get(whole, np.inf) < 2 * POLICY.min_cell


SIZES = st.lists(st.sampled_from([1, 2, 4, 8, 11, 14, 25, 60]), min_size=5, max_size=5)


@given(SIZES, st.integers(0, 10**6), st.sampled_from([0.3, 0.8, 1.0]), st.sampled_from([0.34, 0.7, 0.95, 1.0]))
@settings(deadline=None, max_examples=60)
def test_nothing_of_few_follows_from_all_that_is_told(
    sizes: list[int], seed: int, answering: float, agreeing: float
) -> None:
    tables = conversation_of(sizes, seed, answering, agreeing)
    assert given_away(tables, release_of(tables).tables) == {}


def only_few_withheld(tables: dict[str, Measured]) -> dict[str, pa.Table]:
    """What would leave if small counts went and all else was rounded."""
    told = {}
    for name, figures in tables.items():
        columns = dict(figures.columns)
        for column in figures.counted:
            counts = rounded_count(np.array(columns[column], dtype=np.float64), POLICY)
            columns[column] = [None if np.isnan(count) else count for count in counts]
        told[name] = pa.table(columns)
    return told


def test_the_attack_works_where_only_small_counts_are_withheld() -> None:
    tables = conversation_of([60, 4, 60, 25, 60], seed=1, answering=0.9, agreeing=0.7)
    found = {cell[0] for cell in given_away(tables, only_few_withheld(tables))}
    assert found == {"answer", "answered", "there", "of"}
    assert given_away(tables, release_of(tables).tables) == {}
