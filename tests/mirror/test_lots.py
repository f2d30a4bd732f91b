"""An area of very many people is looked into by lot: the same each time, with an answer as of everybody."""

import numpy as np
import pytest

from wijkspiegel.mirror import circles, look_into
from wijkspiegel.mirror.circles.surroundings import held_against
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, City, Contacts, exact

PEOPLE = 4_000


def city() -> City:
    rng = np.random.default_rng(5)
    group = rng.choice(3, PEOPLE, p=[0.6, 0.2, 0.2])
    whole, parts = Areas("whole", ("W",), ("W",), ("",)), Areas("part", ("a", "b"), ("a", "b"), ("W", "W"))
    area = rng.integers(0, 2, PEOPLE)
    counts = np.zeros((2, 3))
    np.add.at(counts, (area, group), 1)
    contacts = Contacts(
        parts, 2024, ORIGIN, area, group, {"work": rng.multinomial(20, [0.5, 0.3, 0.2], PEOPLE)}, np.ones(PEOPLE),
        np.zeros(PEOPLE, dtype=np.int64), np.arange(PEOPLE), False,
    )  # fmt: skip
    compositions = (exact(whole, 2024, ORIGIN, counts.sum(axis=0, keepdims=True)), exact(parts, 2024, ORIGIN, counts))
    return City("W", ("whole", "part"), "whole", compositions, (), True, "W", contacts=(contacts,))


def test_areas_within_are_left_out_where_only_the_whole_is_asked() -> None:
    whole, every = (look_into(held_against(city(), None, each_area=each)).tables["mirrors"] for each in (False, True))
    assert set(whole["area"].to_pylist()) == {"W"}
    assert set(every["area"].to_pylist()) == {"W", "a", "b"}
    assert whole.to_pylist() == [row for row in every.to_pylist() if row["area"] == "W"]


def test_a_lot_tells_what_everybody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = look_into(city())
    assert [note.code for note in everybody.about.notes] == []
    monkeypatch.setattr(circles, "MOST", 1_500)
    by_lot, again = look_into(city()), look_into(city())
    assert by_lot.tables == again.tables
    assert [note.code for note in by_lot.about.notes] == ["people_drawn_by_lot"]
    told, truth = ({
        (row["area"], row["group"], row["form"], row["tolerance"]): row
        for row in release.tables["mirrors"].to_pylist()
    } for release in (by_lot, everybody))  # fmt: skip
    assert told["W", "all", "one_sided", 0.1]["persons"] == 1_500
    assert all(told[key]["lower"] <= truth[key]["estimate"] <= told[key]["upper"] for key in truth)
    contacts, exactly = (
        {(row["group"], row["contact_group"]): row["contacts"] for row in release.tables["mixing"].to_pylist()
         if row["area"] == "W"}
        for release in (by_lot, everybody)
    )  # fmt: skip
    assert contacts == pytest.approx(exactly, rel=0.1)
