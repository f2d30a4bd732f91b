"""Areas are looked into side by side; what comes out does not tell by how many processes."""

import multiprocessing

import numpy as np
import pytest

from wijkspiegel.mirror.circles import circle_figures
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import NO, YES, Areas, City, Contacts, Measured, exact

BUURTEN = tuple(f"b{number}" for number in range(4))
AREAS = Areas("buurt", BUURTEN, BUURTEN, ("w0", "w0", "w1", "w1"))
WIJKEN = Areas("wijk", ("w0", "w1"), ("w0", "w1"), ("G", "G"))
HOME = Areas("gemeente", ("G",), ("G",), ("",))
PEOPLE = np.array([40, 30, 30, 4])


def city() -> City:
    """Four buurten in two wijken; few people of the last answered."""
    rng = np.random.default_rng(1)
    area = np.repeat(np.arange(4), PEOPLE)
    rng.shuffle(area)
    people = len(area)
    residents = np.array([[300, 60, 90], [200, 50, 80], [100, 90, 90], [50, 40, 30]])
    contacts = Contacts(
        AREAS, 2024, ORIGIN, area, rng.integers(0, 3, people), {"friends": rng.poisson(3, (people, 3))},
        np.ones(people), np.zeros(people, dtype=np.int64), np.arange(people), True,
        roads={"school": np.where(rng.random(people) < 0.4, YES, NO)}, outcomes={"trust": rng.normal(6, 1, people)},
    )  # fmt: skip
    compositions = (
        exact(HOME, 2024, ORIGIN, residents.sum(axis=0, keepdims=True)),
        exact(WIJKEN, 2024, ORIGIN, residents.reshape(2, 2, 3).sum(axis=1)),
        exact(AREAS, 2024, ORIGIN, residents),
    )
    return City("Stad", ("gemeente", "wijk", "buurt"), "gemeente", compositions, (), True, "G", contacts=(contacts,))


def text(measured: dict[str, Measured]) -> str:
    """Every figure to the last bit, in order."""
    return repr(
        {
            name: ({c: [repr(value) for value in values] for c, values in one.columns.items()}, one.persons.tolist())
            for name, one in measured.items()
        }
    )


def test_figures_are_the_same_to_the_last_bit_for_any_number_of_processes() -> None:
    alone = text(circle_figures(city(), lambda step: None, 1))
    assert [text(circle_figures(city(), lambda step: None, number)) == alone for number in (2, 3)] == [True, True]


def test_areas_of_every_level_are_told_and_the_user_hears_how_many_there_are() -> None:
    said: list[str] = []
    measured = circle_figures(city(), said.append)
    areas = list(dict.fromkeys(measured["mirrors"].columns["area"]))
    assert areas == ["G", "w0", "w1", "b0", "b1", "b2"]
    assert measured["mirrors"].around["b1"] == "w0"
    assert said[-1] == "contacts of b2 (6 of 6 areas)"
    persons = np.array(measured["outcomes"].columns["persons"]).reshape(6, 5)  # by group, and by connector or not
    assert persons[0].tolist() == persons[1:3].sum(axis=0).tolist()


def test_all_groups_are_held_against_the_area_at_once_on_the_home_level_only() -> None:
    mirrors = circle_figures(city(), lambda step: None)["mirrors"].columns
    forms: dict[str, set[str]] = {}
    for area, form in zip(mirrors["area"], mirrors["form"], strict=True):
        forms.setdefault(area, set()).add(form)
    below = {"one_sided", "two_sided", "bubble"}
    assert forms == {"G": below | {"multigroup"}} | dict.fromkeys(("w0", "w1", "b0", "b1", "b2"), below)


def test_stopping_leaves_no_process_behind() -> None:
    def stop(step: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        circle_figures(city(), stop, 2)
    assert multiprocessing.active_children() == []
