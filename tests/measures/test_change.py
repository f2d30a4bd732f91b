import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.measures.cities import Counts, cities
from wijkspiegel.measures.change import decompose, fitted
from wijkspiegel.measures.segregation import entropy_index

approx = pytest.approx
MEASURES = ("dissimilarity", "entropy_index", "mutual_information")


def full(city: Counts) -> Counts:
    return city + 1


@given(cities(areas=(4, 4), groups=(3, 3)), cities(areas=(4, 4), groups=(3, 3)))
def test_margins_and_structure_add_up_exactly(before: Counts, after: Counts) -> None:
    for measure in MEASURES:
        change = decompose(full(before), full(after), measure)
        assert change.margins + change.structure == approx(change.total, abs=1e-12)


@given(cities(areas=(4, 4), groups=(3, 3)))
def test_nothing_changed_is_no_change(city: Counts) -> None:
    for measure in MEASURES:
        change = decompose(full(city), full(city), measure)
        assert [change.total, change.margins, change.structure] == approx([0, 0, 0], abs=1e-9)


@given(
    cities(areas=(4, 4), groups=(3, 3)),
    st.lists(st.floats(0.5, 3), min_size=4, max_size=4),
    st.lists(st.floats(0.5, 3), min_size=3, max_size=3),
)
def test_other_numbers_with_the_same_odds_ratios_are_margins_only(
    city: Counts, areas: list[float], groups: list[float]
) -> None:
    after = full(city) * np.array(areas)[:, None] * np.array(groups)
    for measure in MEASURES:
        assert decompose(full(city), after, measure).structure == approx(0, abs=1e-6)


@given(cities(areas=(4, 4), groups=(3, 3)), cities(areas=(4, 4), groups=(3, 3)))
def test_back_is_the_opposite_of_forth(before: Counts, after: Counts) -> None:
    forth = decompose(full(before), full(after), "entropy_index")
    back = decompose(full(after), full(before), "entropy_index")
    assert [back.total, back.margins, back.structure] == approx(
        [-forth.total, -forth.margins, -forth.structure], abs=1e-9
    )


def test_people_who_change_places_are_structure_only() -> None:
    before, after = np.array([[60.0, 40], [40, 60]]), np.array([[80.0, 20], [20, 80]])
    change = decompose(before, after, "entropy_index")
    assert change.margins == approx(0, abs=1e-9)
    assert change.structure == approx(float(entropy_index(after) - entropy_index(before)))


def test_a_neighbourhood_that_is_built_counts_as_margins() -> None:
    before, after = np.array([[50.0, 50], [80, 20], [0, 0]]), np.array([[50.0, 50], [80, 20], [10, 90]])
    assert decompose(before, after, "entropy_index").structure == approx(0, abs=1e-9)


@given(cities(areas=(4, 4), groups=(3, 3)))
def test_fitting_meets_the_margins_and_keeps_the_odds_ratios(city: Counts) -> None:
    start = full(city)
    people, members = np.array([10.0, 20, 30, 40]), np.array([50.0, 30, 20])
    made = fitted(start, people, members)
    assert made.sum(axis=1) == approx(people, rel=1e-6)
    assert made.sum(axis=0) == approx(members, rel=1e-6)

    def odds(table: Counts) -> float:
        return float(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]))

    assert odds(made) == approx(odds(start), rel=1e-6)
