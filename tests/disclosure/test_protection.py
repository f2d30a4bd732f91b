"""The door: what leaves, what does not, and what an attacker makes of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from tests.disclosure.attacker import attack
from wijkspiegel.disclosure import Policy, Release, protect, read_release, write_release
from wijkspiegel.disclosure.protection import protected_city
from wijkspiegel.disclosure.suppression import Table, Tree, Withheld, withhold
from wijkspiegel.errors import DisclosureError
from wijkspiegel.mirror import portray
from wijkspiegel.schemes import WESTERN, WESTERN_COUNTRIES, Scheme, label
from wijkspiegel.tables import Areas, City, Composition, Note, exact
from wijkspiegel.wording import People, sentences

POLICY = Policy()
WIDE = np.array([0, 1, 2, 2, 2, 2, 2])


def city_of(buurten: NDArray[np.float64], per_wijk: int = 3, nested: bool = True) -> City:
    """Buurten in wijken in a gemeente; counts by western_countries and, nested, also by western."""
    number = len(buurten)
    wijk = np.arange(number) // per_wijk
    codes = tuple(f"b{row:02}" for row in range(number))
    wijken = tuple(f"w{row:02}" for row in range(wijk.max() + 1))
    levels = {
        "gemeente": (Areas("gemeente", ("g",), ("g",), ("",)), buurten.sum(axis=0, keepdims=True)),
        "wijk": (Areas("wijk", wijken, wijken, ("g",) * len(wijken)),
                 np.array([buurten[wijk == row].sum(axis=0) for row in range(len(wijken))])),
        "buurt": (Areas("buurt", codes, codes, tuple(wijken[row] for row in wijk)), buurten),
    }  # fmt: skip
    compositions: list[Composition] = []
    for areas, counts in levels.values():
        compositions.append(exact(areas, 2024, WESTERN_COUNTRIES, counts))
        if nested:
            wide = np.stack([counts[:, group == WIDE].sum(axis=1) for group in range(3)], axis=1)
            compositions.append(exact(areas, 2024, WESTERN, wide))
    return City("Stad", tuple(levels), "gemeente", tuple(compositions), (), False, "g")


def derive(city: City) -> Mapping[str, pa.Table]:
    return portray(city, "nl", lambda step: None)


def released(city: City) -> Release:
    return protect(city, derive, policy=POLICY, created="2026-01-01")


@st.composite
def towns(draw: st.DrawFn) -> City:
    number = draw(st.integers(2, 7))
    small = draw(arrays.arrays(np.int64, (number, 7), elements=st.integers(0, 4) | st.integers(0, 60)))
    small[:, 0] += draw(arrays.arrays(np.int64, number, elements=st.sampled_from([0, 3, 300, 900])))
    small[0, 0] += 200
    small[0, 1] += 50
    city = city_of(small.astype(np.float64), per_wijk=draw(st.integers(1, 3)), nested=draw(st.booleans()))
    try:
        protected_city(city, POLICY)
    except DisclosureError:  # too small to be told at all, which is safe
        reject()
    return city


def test_hidden_buurten_that_keep_too_little_when_each_is_rounded_are_refused() -> None:
    """Together they have five of the first group; rounded one by one, none: nobody could be moved unseen."""
    few = np.array([[203.0, 52, 3, 3, 3, 3, 3], [2, 3, 3, 3, 3, 3, 3], [3] * 7, [3, 3, 27, 3, 3, 3, 3], [3] * 7])
    with pytest.raises(DisclosureError, match="too small to be told safely"):
        released(city_of(few, per_wijk=3, nested=False))


def test_a_group_that_nobody_is_of_is_not_shown_as_a_few_by_rounding(tmp_path: Path) -> None:
    """Rounding gave five Moroccans to the first wijk, where nobody is: its withheld buurten had five at most."""
    few = np.array([[200.0, 50, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0, 0], [0, 14, 3, 0, 0, 0, 0]])
    directory = write_release(released(city_of(few, per_wijk=2, nested=False)), tmp_path)
    guesses = [guess for guess in attack(directory, 2024) if guess.most >= 1e-6]
    assert len(guesses) > 0
    assert [guess for guess in guesses if guess.width < POLICY.min_cell - 1e-6] == []


def test_five_that_rounding_leaves_for_hidden_buurten_are_not_told(tmp_path: Path) -> None:
    """Of the last group 25 were told of the wijk and 20 of the first buurt: 5 at most in the two that are hidden."""
    few = np.array([[0.0, 10, 0, 0, 0, 0, 23], [0, 0, 3, 0, 0, 0, 0], [3, 0, 0, 0, 0, 10, 0]])
    release = released(city_of(few, per_wijk=3, nested=False))
    told = {(row["area"], row["group"]): row["count"] for row in release.tables["composition"].to_pylist()}
    assert (told["w00", "other_non_western"], told["b00", "other_non_western"]) == (25, None)
    for guess in attack(write_release(release, tmp_path), 2024):
        assert guess.most < 1e-6 or guess.width >= POLICY.min_cell - 1e-6, guess


def with_their_sum(parts: list[list[int]]) -> NDArray[np.float64]:
    """[area, group], of the area that all others lie in first."""
    return np.array([np.sum(parts, axis=0), *parts], dtype=np.float64)


def withheld_of(parts: list[list[int]], rounded: list[list[int]]) -> Withheld:
    table = Table(Tree(np.array([-1] + [0] * len(parts))), with_their_sum(parts), np.arange(len(parts[0])))
    return withhold(table, with_their_sum(rounded), POLICY.min_cell, POLICY.rounding)


def test_people_of_hidden_areas_who_are_rounded_away_are_not_told_to_be_nobody() -> None:
    """Twelve of the second group live in the hidden areas, of whom rounding leaves nobody."""
    parts = [[200, 50, 50], [0, 4, 5], [0, 4, 5], [0, 4, 5]]
    withheld = withheld_of(parts, [[200, 50, 50], [0, 0, 5], [0, 0, 5], [0, 0, 5]])
    assert withheld.people.tolist() == [False, False, True, True, True]
    assert withheld.cells[:2].tolist() == [[False, False, False], [False, True, True]]


def test_areas_hide_with_another_while_they_are_few_when_rounded() -> None:
    """Eight people and four are enough; five and none are not."""
    withheld = withheld_of([[100, 100], [10, 20], [4, 4], [0, 4]], [[100, 100], [10, 20], [5, 0], [0, 0]])
    assert withheld.people.tolist() == [False, False, True, True, True]


@given(towns())
@settings(max_examples=40)
def test_no_withheld_count_can_be_told_within_ten(tmp_path_factory: pytest.TempPathFactory, city: City) -> None:
    directory = write_release(released(city), tmp_path_factory.mktemp("release"))
    for guess in attack(directory, 2024):
        if guess.most < 1e-6:  # nobody here, because nobody in the area around it: a zero tells of no one
            continue
        assert guess.width >= POLICY.min_cell - 1e-6, guess


def scheme_of(code: str, *groups: str) -> Scheme:
    return Scheme(code, label(code, code), groups, {group: label(group, group) for group in groups})


def city_by(schemes: list[tuple[Scheme, NDArray[np.float64]]], people: NDArray[np.float64]) -> City:
    """Buurten, two to a wijk, in a gemeente. schemes : scheme -> [group of it, group of `people`], 1 where it is in."""
    number = len(people)
    codes = tuple(f"b{row:02}" for row in range(number))
    wijken = tuple(f"w{row:02}" for row in range((number + 1) // 2))
    levels = {
        "gemeente": Areas("gemeente", ("g",), ("g",), ("",)),
        "wijk": Areas("wijk", wijken, wijken, ("g",) * len(wijken)),
        "buurt": Areas("buurt", codes, codes, tuple(wijken[row // 2] for row in range(number))),
    }
    counts = {
        "gemeente": people.sum(axis=0, keepdims=True),
        "wijk": np.array([people[row : row + 2].sum(axis=0) for row in range(0, number, 2)]),
        "buurt": people,
    }
    compositions = [
        exact(areas, 2024, scheme, counts[level] @ gathered.T)
        for scheme, gathered in schemes
        for level, areas in levels.items()
    ]
    return City("Stad", tuple(levels), "gemeente", tuple(compositions), (), False, "g")


BY_WEST = scheme_of("western_with_unknown", "nl", "western", "non_western", "unknown")
BY_ORIGIN = scheme_of("origin_with_unknown", "nl", "europe", "outside_europe", "unknown")


@given(
    arrays.arrays(np.int64, (4, 6), elements=st.integers(0, 12) | st.integers(0, 90)),
    arrays.arrays(np.int64, 4, elements=st.sampled_from([0, 300, 900])),
)
@settings(max_examples=25)
def test_what_two_schemes_share_is_not_told_by_either(
    tmp_path_factory: pytest.TempPathFactory, small: NDArray[np.int64], dutch: NDArray[np.int64]
) -> None:
    small[:, 0] += dutch
    small[0] += 40
    # nl; western and from Europe; western from elsewhere; from Europe and non-western; elsewhere; unknown
    west = np.array([[1, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 0, 1.0]])
    origin = np.array([[1, 0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0], [0, 0, 0, 0, 0, 1.0]])
    city = city_by([(BY_WEST, west), (BY_ORIGIN, origin)], small.astype(np.float64))
    try:
        release = protect(city, derive, policy=POLICY)
    except DisclosureError:
        reject()
    for guess in attack(write_release(release, tmp_path_factory.mktemp("release")), 2024):
        assert guess.most < 1e-6 or guess.width >= POLICY.min_cell - 1e-6, guess


def test_a_scheme_that_gathers_groups_of_another_is_refused() -> None:
    people = np.random.default_rng(1).poisson(60, (12, 4)).astype(float)
    fine = scheme_of("own", "a", "b", "c", "d")
    coarse = scheme_of("coarse", "ab", "cd")
    gathered = np.array([[1, 1, 0, 0], [0, 0, 1, 1.0]])
    with pytest.raises(DisclosureError, match=r"groups of 'coarse' are sums of groups of 'own'.*Leave one of the two"):
        protected_city(city_by([(fine, np.eye(4)), (coarse, gathered)], people), POLICY)


def test_the_attacker_finds_a_count_that_alone_is_withheld(tmp_path: Path) -> None:
    counts = np.tile([600.0, 200, 50, 40, 60, 30, 90], (6, 1))
    counts[0, 4] = 1
    city = city_of(counts, nested=False)
    naive = replace(
        city,
        published=True,
        compositions=tuple(replace(c, withheld=(c.counts > 0) & (c.counts < 10)) for c in city.compositions),
    )
    directory = write_release(protect(naive, derive, policy=POLICY), tmp_path)
    (guess,) = attack(directory, 2024)
    assert (guess.area, guess.group) == ("b00", "suriname")
    assert (guess.least, guess.most) == pytest.approx((1, 1))


def test_the_one_resident_from_suriname_cannot_be_told(tmp_path: Path) -> None:
    counts = np.tile([600.0, 200, 50, 40, 60, 30, 90], (6, 1))
    counts[0, 4] = 1
    guesses = {(g.area, g.group): g for g in attack(write_release(released(city_of(counts)), tmp_path), 2024)}
    assert guesses["b00", "suriname"].width >= 10


@given(towns())
@settings(max_examples=40)
def test_shown_counts_are_multiples_of_five_near_the_truth_and_never_small(city: City) -> None:
    for before, after in zip(city.compositions, protected_city(city, POLICY).compositions, strict=True):
        shown = ~after.withheld
        assert (after.counts[shown] % POLICY.rounding == 0).all()
        assert not ((before.counts > 0) & (before.counts < POLICY.min_cell) & shown).any()
        assert (np.abs(after.counts - before.counts)[shown] < 2 * POLICY.rounding).all()


@given(towns())
@settings(max_examples=40)
def test_estimates_add_up_to_the_people_shown(city: City) -> None:
    by_level = {(c.areas.level, c.scheme.code): c for c in protected_city(city, POLICY).compositions}
    for (level, scheme), composition in by_level.items():
        told = ~composition.withheld.all(axis=1)
        fives = composition.population[told] / POLICY.rounding
        assert fives == pytest.approx(np.rint(fives), abs=1e-6)
        if scheme == "western":
            fine = by_level[level, "western_countries"]
            assert composition.population[told] == pytest.approx(fine.population[told])


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_the_order_of_areas_changes_nothing_that_is_shown(city: City, random: object) -> None:
    turned = replace(city, compositions=tuple(c.take(np.arange(len(c.areas))[::-1]) for c in city.compositions))
    for one, other in zip(
        protected_city(city, POLICY).compositions, protected_city(turned, POLICY).compositions, strict=True
    ):
        assert (one.counts == other.counts[::-1]).all()
        assert (one.withheld == other.withheld[::-1]).all()


def test_the_same_city_gives_the_same_release() -> None:
    counts = np.random.default_rng(0).poisson([300, 60, 8, 3, 5, 9, 20], (9, 7)).astype(float)
    assert released(city_of(counts)).text() == released(city_of(counts)).text()


def test_fewer_than_ten_people_in_all_are_refused() -> None:
    with pytest.raises(DisclosureError, match="Fewer than 10"):
        protected_city(city_of(np.array([[3.0, 2, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0]])), POLICY)


def test_counts_that_do_not_add_up_are_refused() -> None:
    city = city_of(np.full((6, 7), 50.0))
    gemeente = city.compositions[0]
    wrong = exact(gemeente.areas, 2024, WESTERN_COUNTRIES, gemeente.counts + 1)
    with pytest.raises(DisclosureError, match="do not add up"):
        protected_city(replace(city, compositions=(wrong, *city.compositions[1:])), POLICY)


def test_published_counts_pass_as_they_are() -> None:
    city = replace(city_of(np.full((6, 7), 3.0)), published=True)
    release = released(city)
    assert release.tables["composition"]["count"].to_pylist()[-1] == 15
    assert release.about.withheld == ()


@pytest.mark.parametrize("published", [False, True])
def test_a_note_of_few_people_leaves_without_its_number(tmp_path: Path, published: bool) -> None:
    notes = (Note("few", *sentences("{n} mensen", "{n} people", n=People(7)), 7), Note("many", "12", "12", 12))
    city = replace(city_of(np.full((3, 7), 50.0)), notes=notes, published=published)
    write_release(protect(city, derive, policy=POLICY, created="2026-01-01"), tmp_path)
    told = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))["wijkspiegel"]["notes"]
    assert told == [
        {"code": "few", "nl": "minder dan 10 mensen", "en": "fewer than 10 people", "count": None},
        {"code": "many", "nl": "12", "en": "12", "count": 12},
    ]
    assert read_release(tmp_path).about.notes[0].count is None


def test_a_release_cannot_be_made_by_hand() -> None:
    release = released(city_of(np.full((6, 7), 50.0)))
    with pytest.raises(DisclosureError, match="made by protect"):
        Release(release.about, release.tables)


def test_the_register_refuses_a_second_release_that_differs_by_a_few_people(tmp_path: Path) -> None:
    counts = np.full((6, 7), 50.0)
    register = tmp_path / "register.json"
    for _ in range(2):
        protect(city_of(counts), derive, policy=POLICY, register=register, created="2026-01-01")
    kept = register.read_text()
    counts[0, 3] += 3
    with pytest.raises(DisclosureError, match="differ by fewer than 10"):
        protect(city_of(counts), derive, policy=POLICY, register=register)
    with pytest.raises(DisclosureError, match="over other areas"):
        protect(city_of(np.full((5, 7), 50.0)), derive, policy=POLICY, register=register)
    assert register.read_text() == kept


def test_the_example_of_the_documentation() -> None:
    counts = np.array([[610.0, 42, 3], [580, 55, 38], [720, 61, 47]])
    buurten = Areas("buurt", ("A", "B", "C"), ("A", "B", "C"), ("W",) * 3)
    wijk = Areas("wijk", ("W",), ("W",), ("",))
    compositions = (
        exact(wijk, 2024, WESTERN, counts.sum(axis=0, keepdims=True)),
        exact(buurten, 2024, WESTERN, counts),
    )
    whole, parts = protected_city(City("", ("wijk", "buurt"), "wijk", compositions, (), False), POLICY).compositions
    assert whole.counts.tolist() == [[1910, 160, 85]]
    assert parts.withheld.tolist() == [[False, True, True], [False, True, True], [False, False, False]]
    assert parts.counts[~parts.withheld].tolist() == [610, 580, 720, 60, 45]
    assert parts.population == pytest.approx([655, 675, 825])
