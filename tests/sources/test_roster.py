"""People are found by what they are called, whatever kind of cell that stands in."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.schemes import ORIGIN
from wijkspiegel.sources.roster import Roster, _as_bytes
from wijkspiegel.tables import Areas, Banded, Contacts

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Z", "C")), min_size=1, max_size=9
)


def roster_of(ids: np.ndarray) -> Roster:
    return Roster(np.sort(ids), np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=np.int64))


@given(st.sets(NAMES, min_size=1), st.lists(NAMES | st.none()))
def test_texts_are_found_and_others_are_not(people: set[str], wanted: list[str | None]) -> None:
    roster = roster_of(_as_bytes(pa.array(sorted(people))))
    some = [*people, *wanted]
    rows = roster.find(pa.array(some, pa.string()))
    every = roster.names(np.ones(len(roster), dtype=bool))
    assert [every[row] if row >= 0 else None for row in rows] == [one if one in people else None for one in some]


@given(st.sets(st.integers(-(10**9), 10**9), min_size=1), st.lists(st.integers(-(10**9), 10**9)))
def test_numbers_are_found_as_numbers_and_as_texts(people: set[int], wanted: list[int]) -> None:
    roster = roster_of(np.array(list(people)))
    some = [*people, *wanted]
    order = {one: row for row, one in enumerate(sorted(people))}
    expected = [order.get(one, -1) for one in some]
    assert roster.find(pa.array(some)).tolist() == expected
    assert roster.find(pa.array([*map(float, some), 0.5, np.nan])).tolist() == [*expected, -1, -1]
    assert roster.find(pa.array(some).dictionary_encode()).tolist() == expected
    assert roster.find(pa.array([str(one) for one in some], pa.large_string())).tolist() == expected
    assert roster.find(pa.array([f" {one}" for one in some] + ["x", ""]))[: len(some)].tolist() == expected


def test_nobody_is_found_where_nobody_is_asked_for_or_there() -> None:
    assert roster_of(_as_bytes(pa.array(["a"]))).find(pa.array([], pa.string())).tolist() == []
    assert roster_of(np.zeros(0, dtype=np.int64)).find(pa.array([1, 2])).tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"groupless": {"friends": np.zeros(3)}}, "friends without a group has shape"),
        ({"person": np.array(["a"])}, "person has shape"),
        ({"banded": {"work": Banded(np.zeros(3), np.ones(3), np.zeros(3, np.int64))}}, "work in bands has shape"),
        ({"banded": {"friends": Banded(np.zeros(2), np.ones(2), np.zeros(2, np.int64))}}, "both counted and told"),
    ],
)
def test_contacts_of_other_people_are_refused(more: dict[str, object], says: str) -> None:
    nothing = np.zeros(2, dtype=np.int64)
    with pytest.raises(ValueError, match=says):
        Contacts(
            Areas("buurt", ("b1",), ("b1",), ("",)), 2024, ORIGIN, nothing, nothing, {"friends": np.zeros((2, 3))},
            np.ones(2), nothing, np.arange(2), True, **more,  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.5), (0.5, 1.1), (0.6, 0.4)])
def test_a_band_lies_between_0_and_1(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Banded(np.array([low]), np.array([high]), np.zeros(1, dtype=np.int64))
