import numpy as np
import pytest

from wijkspiegel.errors import SettingsError
from wijkspiegel.mirror.zoning import carried_over, on_shared_parts
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, Composition, Correspondence, exact


def year(at: int, people: dict[str, int], parents: dict[str, str]) -> Composition:
    codes = tuple(people)
    areas = Areas("buurt", codes, codes, tuple(parents[code] for code in codes))
    return exact(areas, at, ORIGIN, np.array([[people[code], 0, 0] for code in codes]))


def test_areas_of_both_years_stay_apart() -> None:
    parents = {"b1": "w1", "b2": "w1"}
    shared = on_shared_parts(year(2017, {"b1": 10, "b2": 20}, parents), year(2022, {"b2": 25, "b1": 15}, parents))
    assert shared.before[:, 0].tolist() == [10, 20]
    assert shared.after[:, 0].tolist() == [15, 25]
    assert shared.pooled == 0


def test_a_redrawn_area_pools_its_wijk_and_nothing_else() -> None:
    parents = {"b1": "w1", "b2": "w1", "b3": "w2", "b4": "w2", "b5": "w2"}
    before = year(2017, {"b1": 10, "b2": 20, "b3": 30, "b4": 40}, parents)
    after = year(2022, {"b1": 10, "b2": 20, "b3": 30, "b4": 15, "b5": 25}, parents)
    shared = on_shared_parts(before, after)
    assert shared.before[:, 0].tolist() == [10, 20, 70]
    assert shared.after[:, 0].tolist() == [10, 20, 70]
    assert shared.pooled == pytest.approx(0.7)


def test_a_redrawn_wijk_pools_all_that_was_redrawn() -> None:
    before = year(2017, {"b1": 10, "b2": 20, "b3": 30}, {"b1": "w1", "b2": "w2", "b3": "w3"})
    after = year(2022, {"b1": 12, "b4": 50}, {"b1": "w1", "b4": "w4"})
    shared = on_shared_parts(before, after)
    assert sorted(shared.before[:, 0].tolist()) == [10, 50]
    assert sorted(shared.after[:, 0].tolist()) == [12, 50]


def test_an_area_where_nobody_lived_pools_nothing_when_it_goes() -> None:
    parents = dict.fromkeys(("b1", "b2", "b3", "b4"), "w")
    before = year(2017, {"b1": 10, "b2": 20, "b3": 0}, parents)
    after = year(2022, {"b1": 12, "b2": 25, "b4": 0}, parents)
    shared = on_shared_parts(before, after)
    assert sorted(shared.before[:, 0].tolist()) == [0, 0, 10, 20]
    assert sorted(shared.after[:, 0].tolist()) == [0, 0, 12, 25]
    assert shared.pooled == 0


def test_nobody_is_lost_in_a_correspondence() -> None:
    before = year(2017, {"b1": 10, "b2": 20, "b3": 8}, dict.fromkeys(("b1", "b2", "b3"), "w"))
    after = Areas("buurt", ("b1", "b4", "b5"), ("", "", ""), ("w", "w", "w"))
    split = Correspondence("buurt", 2017, 2022, ("b2", "b3", "b3"), ("b4", "b4", "b5"), np.array([1, 0.25, 0.75]))
    moved = carried_over(before, split, after)
    assert moved.counts[:, 0].tolist() == [10, 22, 6]


def test_a_correspondence_to_an_area_that_does_not_exist_is_refused_by_name() -> None:
    before = year(2017, {"b1": 10}, {"b1": "w"})
    after = Areas("buurt", ("b2",), ("",), ("w",))
    with pytest.raises(SettingsError, match="b1 -> b9"):
        carried_over(before, Correspondence("buurt", 2017, 2022, ("b1",), ("b9",), np.array([1.0])), after)
