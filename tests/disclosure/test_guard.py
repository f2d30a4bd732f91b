from typing import Any

import numpy as np

from wijkspiegel.disclosure.guard import guarded, rounded_count, without_few
from wijkspiegel.disclosure.policy import Policy
from wijkspiegel.tables import Measured

POLICY = Policy()


def test_figures_of_few_people_do_not_leave() -> None:
    columns: dict[str, list[Any]] = {
        "area": ["a", "b"], "by": ["group"] * 2, "level": ["nl"] * 2, "outcome": ["trust"] * 2, "mean": [6.0, 7.0],
        "lower": [5.0, 6.0], "upper": [7.0, 8.0], "persons": [9.0, 43.0],
    }  # fmt: skip
    tables, notes = guarded({"outcomes": Measured(columns, np.array([9.0, 43]), ("persons",))}, POLICY)
    assert tables["outcomes"]["area"].to_pylist() == ["b"]
    assert tables["outcomes"]["persons"].to_pylist() == [45]
    assert notes[0].count == 1
    assert tables["mirrors"].num_rows == 0


def test_counts_are_rounded_and_small_ones_are_not_told() -> None:
    assert rounded_count(np.array([0.0, 3, 12, 48]), POLICY)[[0, 2, 3]].tolist() == [0, 10, 50]
    assert np.isnan(rounded_count(np.array([3.0]), POLICY)[0])


def test_a_share_that_tells_of_a_few_is_not_told_and_neither_is_its_rest() -> None:
    told = without_few(np.array([0.05, 0.5, 0.97, 0.0, 1.0]), np.full(5, 100.0), POLICY)
    assert np.isnan(told).tolist() == [True, False, True, False, False]


def test_shares_of_contacts_are_made_of_rounded_counts() -> None:
    columns: dict[str, list[Any]] = {
        "area": ["a"] * 2, "sphere": ["work"] * 2, "group": ["nl"] * 2, "contact_group": ["nl", "europe"],
        "contacts": [93.0, 4.0], "share": [93 / 97, 4 / 97],
    }  # fmt: skip
    tables, _ = guarded({"mixing": Measured(columns, np.array([50.0, 50]), ("contacts",))}, POLICY)
    assert tables["mixing"]["contacts"].to_pylist() == [95, None]
    assert tables["mixing"]["share"].to_pylist() == [1.0, None]
