"""How people fare: means that tell of no few people, alone or as the rest of others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.connectors.design import ratio, sample_of
from wijkspiegel.mirror.circles.digits import step_of
from wijkspiegel.mirror.circles.faring import add_outcomes
from wijkspiegel.mirror.circles.rows import Rows
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, Contacts

AREAS = Areas("buurt", ("b1",), ("b1",), ("",))
FEW = 10


def asked(group: Sequence[int], trust: Sequence[float], stay: Sequence[str]) -> Contacts:
    people = len(group)
    return Contacts(
        AREAS, 2024, ORIGIN, np.zeros(people, dtype=np.int64), np.array(group), {}, np.ones(people),
        np.zeros(people, dtype=np.int64), np.arange(people), True, outcomes={"trust": np.array(trust, dtype=float)},
        traits={"stay": np.array(stay, dtype=object)},
    )  # fmt: skip


def told(contacts: Contacts, few: float = FEW) -> list[dict[str, Any]]:
    """Rows that may leave."""
    rows = Rows()
    add_outcomes(rows, "G", contacts, np.ones((len(contacts), 3)))
    columns = rows.columns["outcomes"]
    every = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [row for row, of in zip(every, rows.persons["outcomes"], strict=True) if of >= few]


def levels(rows: list[dict[str, Any]], by: str) -> list[str]:
    return [row["level"] for row in rows if row["by"] == by]


def test_means_are_by_group_by_length_of_stay_and_by_both() -> None:
    contacts = asked([0, 1] * 30, [6, 7, 8, 9] * 15, ["short"] * 30 + ["long"] * 30)
    rows = told(contacts)
    assert levels(rows, "group") == ["nl", "europe"]
    assert levels(rows, "stay") == ["long", "short"]
    assert levels(rows, "group:stay") == ["nl:long", "nl:short", "europe:long", "europe:short"]
    mean = next(row for row in rows if row["level"] == "nl:short")
    exact = ratio(np.array([6.0, 8] * 8)[:15], np.ones(15), sample_of(contacts.take(np.arange(60) < 15)))
    step = step_of(exact.lower, exact.upper)
    assert mean["mean"] == pytest.approx(exact.value, abs=step / 2)
    assert mean["lower"] < mean["mean"] < mean["upper"]
    assert mean["persons"] == 15


def test_of_a_group_all_lengths_of_stay_are_told_or_none() -> None:
    """Of the second group few came lately, of the third none is few but it would be the rest with the second."""
    group = [0] * 60 + [1] * 30 + [2] * 40
    stay = ["short", "long"] * 30 + ["short"] * 4 + ["long"] * 26 + ["short", "long"] * 20
    rows = told(asked(group, [5, 6, 7, 8, 6] * 26, stay))
    assert levels(rows, "group") == ["nl", "europe", "outside_europe"]
    assert levels(rows, "group:stay") == ["nl:long", "nl:short"]
    assert levels(told(asked(group[:90], [5, 6, 7] * 30, stay[:90])), "group:stay") == []  # nl would be the rest


def test_few_people_are_not_the_rest_of_the_others() -> None:
    rows = told(asked([0] * 40 + [1] * 12 + [2] * 4, [5, 6, 7, 8] * 14, ["short", "long"] * 28))
    assert levels(rows, "group") == ["nl"]  # the four, and the next smallest with them
    assert levels(rows, "stay") == ["long", "short"]


def test_few_who_did_not_tell_are_not_the_rest_either() -> None:
    rows = told(asked([0, 1] * 28, [5, 6, 7, 8] * 14, ["short"] * 30 + ["long"] * 23 + [""] * 3))
    assert levels(rows, "stay") == ["short"]


def test_a_sum_that_is_mostly_of_one_person_is_told_neither_alone_nor_as_the_rest() -> None:
    trust = [0.0] * 19 + [4.0] + [1.0, 2.0] * 10
    assert levels(told(asked([0] * 20 + [1] * 20, trust, ["short", "long"] * 20)), "group") == []
    trust[0] = 4.0
    assert levels(told(asked([0] * 20 + [1] * 20, trust, ["short", "long"] * 20)), "group") == ["nl", "europe"]


def test_means_of_ten_people_do_not_give_their_answers_away() -> None:
    """Of ten answers the exact mean and interval leave one possible list; as they are told, many."""
    answers = [1, 3, 4, 5, 5, 6, 6, 7, 8, 10]
    rows = told(asked([0] * 10 + [1] * 10, answers + [5, 6] * 5, ["short"] * 20))
    told_of = next(row for row in rows if row["level"] == "nl")
    lists = [
        other
        for one in range(10)
        for other in ([*answers[:one], answers[one] + step, *answers[one + 1 :]] for step in (-1, 1))
        if rows_alike(told_of, other)
    ]
    assert len(lists) >= 5


def rows_alike(row: dict[str, Any], answers: list[int]) -> bool:
    other = next(
        one for one in told(asked([0] * 10 + [1] * 10, [*answers, *[5, 6] * 5], ["short"] * 20)) if one["level"] == "nl"
    )
    return all(abs(row[end] - other[end]) < 0.11 for end in ("mean", "lower", "upper"))


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["short", "mid", "long", ""])), min_size=20, max_size=120),
    st.booleans(),
    st.integers(0, 1000),
)
def test_what_is_hidden_in_a_partition_is_nobody_or_enough_people(
    people: list[tuple[int, str]], of_two: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    trust = rng.integers(0, 2, len(people)) if of_two else rng.integers(4, 9, len(people))
    contacts = asked([group for group, _ in people], list(map(float, trust)), [stay for _, stay in people])
    rows = told(contacts)
    groups = np.array([ORIGIN.groups[group] for group, _ in people])
    stays = np.array([stay for _, stay in people])
    for by, of_person in (("group", groups), ("stay", stays)):
        hidden = ~np.isin(of_person, levels(rows, by))
        assert not hidden.any() or hidden.sum() >= FEW or len(levels(rows, by)) == 0
        if of_two and hidden.any() and levels(rows, by):
            assert min(count for count in np.bincount(trust[hidden], minlength=2) if count) >= FEW
    for stay in set(stays):
        pairs = np.array([f"{group}:{one}" for group, one in zip(groups, stays, strict=True)])
        hidden = (stays == stay) & ~np.isin(groups, [level.split(":")[0] for level in levels(rows, "group:stay")])
        assert not hidden.any() or hidden.sum() >= FEW or not levels(rows, "group:stay")
        assert all((pairs == level).sum() >= FEW for level in levels(rows, "group:stay"))
