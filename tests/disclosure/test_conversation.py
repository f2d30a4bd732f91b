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
from wijkspiegel.common_ground.agreement import Apart, Learned, posterior
from wijkspiegel.common_ground.ground import Ground, Thresholds
from wijkspiegel.common_ground.ideal import Ideal
from wijkspiegel.common_ground.opinions import Opinions
from wijkspiegel.common_ground.weighing import Known
from wijkspiegel.disclosure import Policy, Release, protect_figures, read_release, write_release
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
            kind,
            groups.categories,
            sums[kind].sum(axis=2),
            sums[kind],
            sums[kind],
            np.full(sums[kind].shape[:2], 0.5),
            Learned(1.0, 0.0),
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
    return found | {("of", "all", "all"): float(tables["opinion_groups"].persons.sum())}


def given_away(
    tables: dict[str, Measured], told: Mapping[str, pa.Table], exactly: bool = False
) -> dict[Cell, tuple[float, float]]:
    """Counts of fewer than ten people that can be told within ten, and what they can be.

    exactly : the attacker knows what is told to the last person, and not rounded.
    """
    counts, people = truth(tables), tables["opinion_groups"].persons.sum()
    participants = np.nan if people < POLICY.min_cell else POLICY.rounding * round(people / POLICY.rounding)
    known = learn(told, KINDS, tables["agreement"].alike, BINS, participants, POLICY.rounding)
    if exactly:
        known.least = {
            cell: counts[cell] if known.most[cell] < np.inf else least for cell, least in known.least.items()
        }
        known.most = {cell: known.least[cell] if most < np.inf else most for cell, most in known.most.items()}
    few = [cell for cell, count in counts.items() if 0 < count < POLICY.min_cell and not _small(cell, known)]
    ranges = known.range_of(few)
    return {cell: ends for cell, ends in ranges.items() if ends[1] - ends[0] < POLICY.min_cell - 1e-6}


def _small(cell: Cell, known: Counts) -> bool:
    """Of a group that is told as 10 or 15, how many answered cannot differ by much more than ten to begin with."""
    whole = ("of", *cell[2:])
    return cell[0] == "answered" and known.most.get(whole, np.inf) < 2 * POLICY.min_cell


SIZES = st.lists(st.sampled_from([1, 2, 4, 8, 11, 14, 25, 60]), min_size=5, max_size=5)


@given(SIZES, st.integers(0, 10**6), st.sampled_from([0.3, 0.8, 1.0]), st.sampled_from([0.34, 0.7, 0.95, 1.0]))
@settings(deadline=None, max_examples=25)
def test_nothing_of_few_follows_from_all_that_is_told(
    sizes: list[int], seed: int, answering: float, agreeing: float
) -> None:
    tables = conversation_of(sizes, seed, answering, agreeing)
    told = release_of(tables).tables
    assert given_away(tables, told) == {}
    assert given_away(tables, told, exactly=True) == {}


def only_few_withheld(tables: dict[str, Measured]) -> dict[str, pa.Table]:
    """What would leave if small counts went, and nothing else."""
    told = {}
    for name, figures in tables.items():
        columns = dict(figures.columns)
        for column in figures.counted:
            columns[column] = [None if 0 < count < POLICY.min_cell else count for count in columns[column]]
        told[name] = pa.table(columns)
    return told


def test_the_attack_works_where_only_small_counts_are_withheld() -> None:
    tables = conversation_of([60, 4, 60, 25, 60], seed=1, answering=0.9, agreeing=0.9)
    found = {cell[0] for cell in given_away(tables, only_few_withheld(tables), exactly=True)}
    assert found == {"answer", "answered", "there", "of"}


# One rule at a time --------------------------------------------------------------------------------------------------


def agreement_of(n: dict[tuple[str, str], int], alike: Any = (), agree: float = 0.62) -> Measured:
    """Of one statement: kind and group -> who answered."""
    columns: dict[str, list[Any]] = {
        "statement": ["s1"] * len(n), "kind": [kind for kind, _ in n], "group": [group for _, group in n],
        "n": [float(count) for count in n.values()], "agree": [agree] * len(n), "lower": [agree - 0.1] * len(n),
        "upper": [agree + 0.1] * len(n),
    }  # fmt: skip
    return Measured(columns, np.array(columns["n"]), ("n",), alike=alike)


def shown(release: Release) -> set[tuple[str, str]]:
    return {(row["kind"], row["group"]) for row in release.tables["agreement"].to_pylist()}


def test_a_group_of_few_does_not_follow_from_everybody_whatever_its_kind_is_called() -> None:
    """A kind called "allergie" begins as "all" does."""
    n = {("all", "all"): 100, (ALLERGY, "ja"): 4, (ALLERGY, "nee"): 36, (ALLERGY, "soms"): 60}
    assert shown(release_of({"agreement": agreement_of(n)})) == {("all", "all"), (ALLERGY, "soms")}


def test_a_neighbourhood_does_not_follow_from_its_district_and_the_others_in_it() -> None:
    n = {("all", "all"): 200, (WIJK, "w1"): 100, (WIJK, "w2"): 100}
    n |= {(BUURT, "b1"): 4, (BUURT, "b2"): 36, (BUURT, "b3"): 60, (BUURT, "b4"): 25, (BUURT, "b5"): 75}
    of_w1 = (frozenset({(WIJK, "w1")}), frozenset((BUURT, buurt) for buurt in NESTED["w1"]))
    told = shown(release_of({"agreement": agreement_of(n, (of_w1,))}))
    assert not {(BUURT, "b1"), (BUURT, "b2")} & told
    assert {(WIJK, "w1"), (BUURT, "b3"), (BUURT, "b5")} <= told


def test_that_groups_lie_in_others_is_seen_in_the_people() -> None:
    [*pairs] = conversation_of([20] * 5, seed=1, answering=1.0, agreeing=0.7)["agreement"].alike
    in_words = {tuple(tuple(sorted(name for _, name in side)) for side in sides) for sides in pairs}
    assert in_words == {(("w1",), ("b1", "b2", "b3")), (("w2",), ("b4", "b5"))}


def test_a_group_whose_number_is_withheld_is_told_of_nowhere() -> None:
    tables = conversation_of([60, 4, 60, 12, 60], seed=2, answering=1.0, agreeing=0.7)
    release = release_of(tables)
    withheld = {row["category"] for row in release.tables["missing"].to_pylist() if row["participants"] is None}
    assert {"b2", "b4"} <= withheld
    of_buurten = {group for kind, group in shown(release) if kind == BUURT}
    there = {row["group"] for row in release.tables["positions"].to_pylist()}
    assert (of_buurten | there) & withheld == set()


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ((100, 40, 20), (100, 40, 20)),
        ((100, 40, 3), (100, None, None)),
        ((100, 4, 3), (None, None, None)),  # 4 and 3 together are few too
        ((100, 6, 7), (100, None, None)),
        ((100, 0, 0), (100, 0, 0)),
        ((100, 2, 0), (None, None, 0)),
        ((4, 4, 4), (None, None, None)),
        ((3, 2, 1), (None, None, None)),
    ],
)
def test_answers_of_few_do_not_follow_from_how_many_answered(
    answers: tuple[int, ...], told: tuple[int | None, ...]
) -> None:
    [row] = release_of({"statements": statements_of(answers)}).tables["statements"].to_pylist()
    assert tuple(row[answer] for answer in ANSWERS) == told


def statements_of(answers: Sequence[int], told_by: float = 100.0, verdict: str = "binds") -> Measured:
    columns: dict[str, list[Any]] = {
        "statement": ["s1"], "text": ["More parks"], "language": ["en"], "seen": [float(sum(answers))],
        "verdict": [verdict], "probability": [0.98765], "lower": [0.6], "upper": [0.9],
        **{answer: [float(count)] for answer, count in zip(ANSWERS, answers, strict=True)},
    }  # fmt: skip
    persons = np.array(columns["seen"])
    return Measured(columns, persons, ("seen", *ANSWERS), told_by=np.array([told_by]))


@pytest.mark.parametrize(
    ("told_by", "verdict", "probability"), [(30.0, "binds", 0.99), (3.0, "unknown", None), (0.0, "binds", 0.99)]
)
def test_a_verdict_that_rests_on_the_answers_of_few_is_not_given(
    told_by: float, verdict: str, probability: float | None
) -> None:
    [row] = release_of({"statements": statements_of((80, 20, 20), told_by)}).tables["statements"].to_pylist()
    assert (row["verdict"], row["probability"]) == (verdict, probability)


def test_the_least_agreement_is_that_of_a_group_that_is_told() -> None:
    n = {("all", "all"): 120, (WIJK, "w1"): 60, (WIJK, "w2"): 60, (BUURT, "b1"): 3, (BUURT, "b2"): 57}
    tables = {"statements": statements_of((80, 20, 20)), "agreement": agreement_of(n)}
    told = release_of(tables).tables
    [row] = told["statements"].to_pylist()
    groups = [one for one in told["agreement"].to_pylist() if one["kind"] != "all"]
    assert row["lower"] == min(one["lower"] for one in groups)
    assert row["upper"] == min(one["upper"] for one in groups)
    [alone] = release_of({"statements": statements_of((80, 20, 20))}).tables["statements"].to_pylist()
    assert (alone["lower"], alone["upper"]) == (None, None)


@given(st.integers(20, 3000), st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.3))
def test_shares_stand_in_steps_of_as_many_people_as_counts(n: int, agree: float, below: float, above: float) -> None:
    figures = agreement_of({("all", "all"): n}, agree=agree)
    lower, upper = max(agree - below, 0.0), min(agree + above, 1.0)
    figures = replace(figures, columns={**figures.columns, "lower": [lower], "upper": [upper]})
    [row] = release_of({"agreement": figures}).tables["agreement"].to_pylist()
    step = POLICY.rounding / row["n"]
    assert abs(row["agree"] - agree) <= POLICY.min_cell / row["n"] / 2 + 1e-4
    assert row["lower"] <= lower + 1e-4
    assert row["upper"] >= upper - 1e-4
    for end in (row["lower"], row["upper"]):
        assert end / step == pytest.approx(round(end / step), abs=0.1)
        assert end in (0, 1) or POLICY.min_cell - 0.5 <= end * row["n"] <= row["n"] - POLICY.min_cell + 0.5


def test_a_share_of_fewer_than_twenty_is_not_told() -> None:
    """Any share of 19 people tells how many out of fewer than ten agree, or do not."""
    n = {("all", "all"): 200, (WIJK, "w1"): 19, (WIJK, "w2"): 20, (WIJK, "w3"): 161}
    assert shown(release_of({"agreement": agreement_of(n)})) == {("all", "all"), (WIJK, "w3")}


@given(st.integers(10, 60), st.integers(30, 500), st.floats(0.5, 1))
def test_what_all_of_the_hidden_people_answered_does_not_follow_from_all_and_the_rest(
    hidden: int, others: int, agree: float
) -> None:
    """Everybody who is withheld agrees. By the shares of all and of the others, ten fewer or more may agree."""
    whole = hidden + others
    agreeing = round(agree * others)
    figures = agreement_of({("all", "all"): whole, (WIJK, "w1"): others})
    figures = replace(figures, columns={**figures.columns, "agree": [(agreeing + hidden) / whole, agreeing / others]})
    told = {row["kind"]: row for row in release_of({"agreement": figures}).tables["agreement"].to_pylist()}
    half = POLICY.rounding / 2
    least = told["all"]["agree"] * whole - half - (told[WIJK]["agree"] * others + half)
    most = told["all"]["agree"] * whole + half - (told[WIJK]["agree"] * others - half)
    assert most - least >= POLICY.min_cell - 1e-6


# Files ---------------------------------------------------------------------------------------------------------------


def test_what_is_written_of_a_conversation_is_what_is_read(tmp_path: Path) -> None:
    tables = conversation_of([60, 30, 60, 60, 60], seed=3, answering=0.9, agreeing=0.7)
    release = release_of(tables)
    assert all(release.tables[name].num_rows for name in OF_A_CONVERSATION if name != "robustness")
    read = read_release(write_release(release, tmp_path))
    assert read.about == release.about
    assert {name: table.to_pylist() for name, table in read.tables.items()} == {
        name: table.to_pylist() for name, table in release.tables.items()
    }


def test_a_release_of_before_conversations_is_read_with_empty_tables(tmp_path: Path) -> None:
    write_release(release_of(conversation_of([60] * 5, seed=4, answering=0.9, agreeing=0.7)), tmp_path)
    package = json.loads((tmp_path / "datapackage.json").read_text())
    package["resources"] = [one for one in package["resources"] if one["name"] not in OF_A_CONVERSATION]
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    for name in OF_A_CONVERSATION:
        (tmp_path / f"{name}.csv").unlink()
    read = read_release(tmp_path)
    assert [read.tables[name].num_rows for name in OF_A_CONVERSATION] == [0] * len(OF_A_CONVERSATION)


def test_nobody_who_voted_is_in_the_release(tmp_path: Path) -> None:
    tables = conversation_of([60, 4, 60, 60, 60], seed=5, answering=0.9, agreeing=0.7)
    release = release_of(tables, (Note("unanswered", "a", "b", 3), Note("not_dealt", "a", "b", 30)))
    write_release(release, tmp_path)
    assert not [path.name for path in tmp_path.iterdir() if "p000" in path.read_text()]
    assert [note.count for note in release.about.notes] == [None, 30]


def of_two_groups(*people: int) -> list[int | None]:
    """Whether the numbers of everybody, and of two opinion groups, who answered a statement are told."""
    columns: dict[str, list[Any]] = {
        "statement": ["s"] * 3, "kind": ["all", "opinion", "opinion"], "group": ["all", "1", "2"],
        "n": [float(number) for number in people], "agree": [0.5] * 3, "lower": [0.4] * 3, "upper": [0.6] * 3,
    }  # fmt: skip
    rows = Measured(columns, persons=np.array(columns["n"]), counted=("n",))
    told = {row["group"]: row["n"] for row in release_of({"agreement": rows}).tables["agreement"].to_pylist()}
    return [told.get(group) for group in ("all", "1", "2")]


def test_a_few_people_in_no_group_hide_no_group_where_all_groups_are_told() -> None:
    assert of_two_groups(165, 80, 78) == [165, 80, 80]


def test_a_group_of_few_still_hides_the_other_beside_it() -> None:
    assert of_two_groups(88, 80, 8) == [90, None, None]
