"""What is called around somebody, in a city whose areas lie on a line."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from wijkspiegel.errors import SettingsError
from wijkspiegel.mirror import look_into
from wijkspiegel.mirror.circles.surroundings import chosen_reference, held_against, references_of
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.sources.city_settings import CitySettings
from wijkspiegel.tables import Areas, Boundaries, City, Contacts, exact

COUNTS = np.array([[800.0, 100, 100], [600, 200, 200], [100, 300, 200], [100, 200, 300]])
BUURTEN = Areas("buurt", ("b1", "b2", "b3", "b4"), ("b1", "b2", "b3", "b4"), ("w1", "w1", "w2", "w2"))
WIJKEN = Areas("wijk", ("w1", "w2"), ("w1", "w2"), ("G", "G"))
CITY = Areas("gemeente", ("G",), ("Stad",), ("",))


def city(places: bool = True, people: int = 200) -> City:
    rng = np.random.default_rng(1)
    area = rng.integers(0, 4, people)
    group = np.array([rng.choice(3, p=COUNTS[one] / COUNTS[one].sum()) for one in area])
    contacts = Contacts(
        BUURTEN, 2024, ORIGIN, area, group, {"friends": rng.multinomial(8, [0.5, 0.3, 0.2], people)}, np.ones(people),
        np.zeros(people, dtype=np.int64), np.arange(people), True,
    )  # fmt: skip
    squares = np.array([shapely.box(x, 400_000, x + 300, 400_300) for x in 100_000 + 300 * np.arange(4)])
    return City(
        "Stad", ("gemeente", "wijk", "buurt"), "gemeente",
        tuple(
            exact(areas, 2024, ORIGIN, counts)
            for areas, counts in (
                (CITY, COUNTS.sum(axis=0, keepdims=True)),
                (WIJKEN, COUNTS.reshape(2, 2, 3).sum(axis=1)), (BUURTEN, COUNTS),
            )
        ),
        (), True, "G", contacts=(contacts,),
        boundaries=(Boundaries("buurt", 2024, BUURTEN.codes, squares),) if places else (),
    )  # fmt: skip


def test_levels_come_first_from_fine_to_coarse_then_distance_and_nearest_people() -> None:
    found = {one.name: one for one in references_of(city(), city().contacts[0])}
    assert list(found) == ["buurt", "wijk", "gemeente", "500 m", "1000 people"]
    assert found["wijk"].counts.tolist() == [[1400, 300, 300]] * 2 + [[200, 500, 500]] * 2
    assert found["gemeente"].counts.tolist() == [[1600, 800, 800]] * 4
    assert found["500 m"].counts[0].tolist() == [1400, 300, 300]  # points lie 300 m apart


def test_without_boundaries_only_levels_are_compared() -> None:
    without = city(places=False)
    assert [one.name for one in references_of(without, without.contacts[0])] == ["buurt", "wijk", "gemeente"]


def test_the_area_of_the_contacts_is_the_reference_where_none_is_chosen() -> None:
    plain = city()
    assert chosen_reference(plain, plain.contacts[0]).name == "buurt"
    other = held_against(plain, "2000 people")
    assert chosen_reference(other, other.contacts[0]).name == "2000 people"
    assert [one.name for one in references_of(other, other.contacts[0])][-1] == "2000 people"


@pytest.mark.parametrize(("reference", "places"), [("straat", True), ("500 m", False)])
def test_a_reference_that_cannot_be_made_is_refused_with_what_can(reference: str, places: bool) -> None:
    asked = held_against(city(places), reference)
    with pytest.raises(SettingsError, match=rf"'{reference}' cannot be made.*\(buurt, wijk, gemeente\).*boundaries"):
        chosen_reference(asked, asked.contacts[0])


def test_the_release_tells_how_the_answer_depends_on_the_reference() -> None:
    release = look_into(city())
    rows = release.tables["sensitivity"].to_pylist()
    of_all = {row["reference"]: row for row in rows if row["group"] == "all"}
    assert list(of_all) == ["buurt", "wijk", "gemeente", "500 m", "1000 people"]
    assert all(row["lower"] <= row["estimate"] <= row["upper"] for row in rows)
    finest = next(
        row for row in release.tables["mirrors"].to_pylist()
        if (row["area"], row["group"], row["form"], row["tolerance"]) == ("G", "all", "one_sided", 0.1)
    )  # fmt: skip
    assert of_all["buurt"]["estimate"] == pytest.approx(finest["estimate"], abs=1e-4)
    assert {row["outgroup"] for row in rows if row["reference"] == "gemeente" and row["group"] == "nl"} == {0.5}


def test_a_chosen_reference_is_what_the_mirrors_are_held_against() -> None:
    release = look_into(held_against(city(), "gemeente"))
    (compared,) = (
        row for row in release.tables["sensitivity"].to_pylist()
        if (row["group"], row["reference"]) == ("all", "gemeente")
    )  # fmt: skip
    (told,) = (
        row for row in release.tables["mirrors"].to_pylist()
        if (row["area"], row["group"], row["form"], row["tolerance"]) == ("G", "all", "one_sided", 0.1)
    )  # fmt: skip
    assert told["estimate"] == pytest.approx(compared["estimate"], abs=1e-4)
    assert [note.code for note in release.about.notes] == ["reference_of_contacts"]


def test_exposure_is_that_of_the_class_where_it_is_known_and_mirrors_that_of_the_area() -> None:
    plain = city()
    (contacts,) = plain.contacts
    own = np.eye(3)[contacts.group]
    classes = 10 * own + 10 * (1 - own) / 2  # ten of the own group, ten others
    counts = {**contacts.counts, "school": classes}
    schooled, as_before = (
        look_into(replace(plain, contacts=(replace(contacts, counts=counts, met_in=met_in),)))
        for met_in in ({"friends": "school"}, {})
    )
    rows = [row for row in schooled.tables["exposure"].to_pylist() if row["sphere"] == "friends"]
    exposure = {row["group"]: row["exposure"] for row in rows}
    assert exposure["all"] == exposure["nl"] == pytest.approx(0.5)
    assert schooled.tables["mirrors"] == as_before.tables["mirrors"]
    assert schooled.tables["exposure"] != as_before.tables["exposure"]
    assert [note.code for note in schooled.about.notes] == ["met_in"]
    wrong = replace(plain, contacts=(replace(contacts, met_in={"friends": "class"}),))
    with pytest.raises(SettingsError, match=r'met_in = { friends = "class" }: no contacts are counted in class'):
        look_into(wrong)


def test_few_people_are_told_by_no_reference() -> None:
    few = city(people=200)
    contacts = few.contacts[0]
    keep = (contacts.group != 2) | (np.cumsum(contacts.group == 2) <= 9)
    release = look_into(replace(few, contacts=(contacts.take(keep),)))
    assert "outside_europe" not in release.tables["sensitivity"]["group"].to_pylist()


@pytest.mark.parametrize("reference", ["buurt", "500 m", "1000 people"])
def test_a_level_a_distance_and_a_number_of_people_can_be_chosen(reference: str) -> None:
    assert settings(reference).ties is not None


@pytest.mark.parametrize("reference", ["straat", "0 m", "500m", "five people"])
def test_check_tells_of_a_reference_that_is_none(reference: str) -> None:
    with pytest.raises(ValueError, match=rf'reference = "{reference}" is none of the levels \(gemeente, buurt\)'):
        settings(reference)


def settings(reference: str) -> CitySettings:
    return CitySettings.model_validate(
        {
            "title": "Stad", "levels": ["gemeente", "buurt"],
            "counts": [{"file": "a.csv", "group": "group", "scheme": "origin"}],
            "ties": {"people": "p.csv", "file": "t.csv", "year": 2024, "scheme": "origin", "reference": reference},
        }
    )  # fmt: skip
