"""The invented city, judged from its files: they agree with each other and with the law behind them, and repeat."""

import csv
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from wijkspiegel.errors import SettingsError
from wijkspiegel.measures.segregation import dissimilarity
from wijkspiegel.schemes import ORIGIN, WESTERN_COUNTRIES
from wijkspiegel.sources.city_file import read_city
from wijkspiegel.sources.city_settings import read_settings
from wijkspiegel.sources.countries import countries
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.invented import InventedCity, invent
from wijkspiegel.sources.invented.lives import BUBBLE, BUBBLE_LIMIT, MIRROR, Pool, outgroup_of_others
from wijkspiegel.sources.invented.model import SHARE, STAY, YEARS, lay_down
from wijkspiegel.sources.invented.places import LEVELS, lay_out
from wijkspiegel.sources.invented.town import LENGTHS_OF_STAY
from wijkspiegel.sources.invented.words import COUNTRIES

GROUPS = WESTERN_COUNTRIES.groups
Rows = list[dict[str, Any]]


class Files:
    """The files of an invented city; what was read once is kept."""

    def __init__(self, city: InventedCity) -> None:
        self.city = city
        self.kept: dict[object, Any] = {}

    def once(self, key: object, read: Callable[[], Any]) -> Any:
        if key not in self.kept:
            self.kept[key] = read()
        return self.kept[key]

    def table(self, name: str) -> pa.Table:
        return self.once(name, lambda: pq.read_table(self.city.directory / f"{name}.parquet"))

    def column(self, name: str, column: str) -> NDArray[Any]:
        values = self.table(name).column(column)
        if pa.types.is_dictionary(values.type):
            values = values.cast(pa.string())
        return np.asarray(self.once((name, column), lambda: values.to_numpy(zero_copy_only=False)))

    def rows(self, name: str) -> Rows:
        with (self.city.directory / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def areas(self) -> Rows:
        return [row | {"level": level} for level in LEVELS for row in self.rows(f"areas/{level}")]

    def people(self, year: int) -> Rows:
        table = self.table("people")
        rows: Rows = self.once(year, lambda: table.filter(pa.compute.equal(table["year"], year)).to_pylist())
        return rows


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(invent(30_000, 7, tmp_path_factory.mktemp("invented") / "town"))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(invent(200_000, 1, tmp_path_factory.mktemp("invented") / "city"))


def digests(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def counts_of(rows: Rows, areas: list[str]) -> NDArray[np.float64]:
    counted = Counter((row["area"], row["group"]) for row in rows)
    return np.array([[counted[area, group] for group in GROUPS] for area in areas], dtype=float)


# The same again


def test_the_same_people_and_seed_give_the_same_files_to_the_last_byte(town: Files, tmp_path: Path) -> None:
    assert digests(invent(30_000, 7, tmp_path / "again").directory) == digests(town.city.directory)


def test_another_seed_gives_another_city(town: Files, tmp_path: Path) -> None:
    other = digests(invent(30_000, 8, tmp_path / "other").directory)
    same = [name for name, digest in digests(town.city.directory).items() if other[name] == digest]
    assert set(same) == {"README.md", "city.toml", "areas/gemeente.csv"}


# People and places


def test_every_area_lies_in_one_of_the_level_above(town: Files) -> None:
    level = {row["area"]: row["level"] for row in town.areas()}
    above = {"gemeente": None, "wijk": "gemeente", "buurt": "wijk"}
    assert [row for row in town.areas() if level.get(row["parent"]) != above[row["level"]]] == []


def test_as_many_people_live_there_at_the_last_date_as_were_asked_for(town: Files) -> None:
    assert len(town.people(YEARS[-1])) == 30_000


@pytest.mark.parametrize("year", YEARS)
def test_nobody_lives_in_two_places_at_once(town: Files, year: int) -> None:
    people = [row["person"] for row in town.people(year)]
    assert len(set(people)) == len(people)


def test_ids_are_shuffled_numbers_of_at_most_nine_digits(town: Files) -> None:
    people = [row["person"] for row in town.people(YEARS[-1])]
    assert min(people) >= 1
    assert max(people) <= 999_999_999
    assert abs(np.corrcoef(people, np.arange(len(people)))[0, 1]) < 0.05


def test_who_stays_keeps_group_country_and_sex(town: Files) -> None:
    known: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for year in YEARS:
        for row in town.people(year):
            known[row["person"]].add((row["group"], row["country"], row["sex"]))
    assert [person for person, descriptions in known.items() if len(descriptions) > 1] == []


def test_people_stay_move_leave_and_come(town: Files) -> None:
    before, after = ({row["person"]: row["area"] for row in town.people(year)} for year in YEARS[:2])
    stayed = sum(after.get(person) == area for person, area in before.items()) / len(before)
    moved = sum(person in after and after[person] != area for person, area in before.items()) / len(before)
    assert stayed == pytest.approx(STAY, abs=0.02)
    assert 0.02 < moved < 0.15
    assert len(set(before) - set(after)) > 0.03 * len(before)
    assert len(set(after) - set(before)) > 0.03 * len(before)


def test_group_and_origin_of_a_person_are_those_of_the_country(town: Files) -> None:
    known = {country.code: (country.western_countries, country.origin) for country in countries()}
    rows = town.people(YEARS[-1])
    assert [row for row in rows if (row["group"], row["origin"]) != known[row["country"]]] == []
    assert {row["origin"] for row in rows} == set(ORIGIN.groups)


def test_every_country_that_people_come_from_is_in_its_own_group() -> None:
    group_of = {country.code: country.western_countries for country in countries()}
    come_from = {code: group for group, pairs in COUNTRIES.items() for code, _ in pairs}
    assert {code: group_of.get(code) for code in come_from} == come_from


def test_a_city_has_about_150_nationalities_with_a_long_tail(city: Files) -> None:
    held = Counter(row["nationality"] for row in city.people(YEARS[-1]))
    assert 130 <= len(held) <= 190
    assert np.median(list(held.values())) < 100 < held.most_common(2)[1][1]


def test_members_of_a_household_live_in_one_buurt(town: Files) -> None:
    places: dict[int, set[str]] = defaultdict(set)
    for row in town.people(YEARS[-1]):
        places[row["household"]].add(row["area"])
    assert max(len(areas) for areas in places.values()) == 1
    assert max(Counter(row["household"] for row in town.people(YEARS[-1])).values()) == 5


def test_most_households_are_of_one_group(city: Files) -> None:
    groups: dict[int, list[str]] = defaultdict(list)
    for row in city.people(YEARS[-1]):
        groups[row["household"]].append(row["group"])
    of_two = [members for members in groups.values() if len(members) > 1]
    assert sum(len(set(members)) == 1 for members in of_two) > 0.55 * len(of_two)


# The map


@given(people=st.integers(1_000, 60_000), seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_polygons_of_every_level_cover_the_land_without_gap_or_overlap(people: int, seed: int) -> None:
    places = lay_out(people, np.random.default_rng(seed))
    land = shapely.union_all(list(places.polygons["buurt"]))
    for level, polygons in places.polygons.items():
        assert len(polygons) == len(places.areas[level])
        assert shapely.is_valid(polygons).all()
        assert shapely.coverage_is_valid(list(polygons))
        assert shapely.area(polygons).sum() == pytest.approx(shapely.area(land))
    assert shapely.intersects_xy(places.polygons["buurt"], places.points).all()
    assert places.homes.sum() == people


def test_a_country_has_many_gemeenten_whose_wijken_are_their_own() -> None:
    places = lay_out(2_000_000, np.random.default_rng(1))
    assert len(places.areas["gemeente"]) == 40
    assert set(places.areas["wijk"].parents) == set(places.areas["gemeente"].codes)
    assert set(places.areas["buurt"].parents) == set(places.areas["wijk"].codes)
    for level, below in (("gemeente", "wijk"), ("wijk", "buurt")):
        row = {code: number for number, code in enumerate(places.areas[level].codes)}
        around = places.polygons[level][[row[parent] for parent in places.areas[below].parents]]
        assert shapely.covers(around, shapely.point_on_surface(places.polygons[below])).all()
    assert shapely.coverage_is_valid(list(places.polygons["gemeente"]))


def test_written_polygons_are_those_of_the_areas(town: Files) -> None:
    for level in ("gemeente", "wijk", "buurt"):
        written = json.loads((town.city.directory / "areas" / f"{level}.geojson").read_text())
        codes = [feature["properties"]["area"] for feature in written["features"]]
        assert codes == [row["area"] for row in town.areas() if row["level"] == level]
        polygons = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in written["features"]]
        assert shapely.coverage_is_valid(polygons)


def test_some_buurten_are_empty_and_some_are_small(city: Files) -> None:
    lived_in = Counter(row["area"] for row in city.people(YEARS[-1]))
    sizes = [lived_in[row["area"]] for row in city.areas() if row["level"] == "buurt"]
    assert sizes.count(0) >= 1
    assert sum(0 < size < 100 for size in sizes) >= 1


# The law and its indices


def probabilities(files: Files, year: int, level: str = "buurt") -> tuple[list[str], NDArray[np.float64]]:
    truth = [
        row
        for row in files.table("truth/composition").to_pylist()
        if row["year"] == year and row["level"] == level and row["scheme"] == "western_countries"
    ]
    return [row["area"] for row in truth[:: len(GROUPS)]], np.array(
        [row["people"] for row in truth], dtype=float
    ).reshape(-1, len(GROUPS))


@pytest.mark.parametrize("year", YEARS)
def test_counts_of_people_are_independent_draws_of_the_law(city: Files, year: int) -> None:
    areas, expected = probabilities(city, year)
    counts = counts_of(city.people(year), areas)
    assert counts.sum(axis=1) == pytest.approx(expected.sum(axis=1))
    seen = expected > 5
    variance = expected[seen] * (1 - expected / np.maximum(expected.sum(axis=1, keepdims=True), 1))[seen]
    deviation = (counts - expected)[seen] ** 2 / variance
    assert deviation.mean() == pytest.approx(1, abs=5 * np.sqrt(2 / seen.sum()))


def test_shares_of_the_first_year_are_those_of_the_law_within_sampling_error() -> None:
    places = lay_out(200_000, np.random.default_rng(3))
    law = lay_down(places, np.random.default_rng(4))
    assert np.average(law.residents[0], axis=0, weights=places.homes) == pytest.approx(SHARE, rel=1e-6)
    assert law.residents.sum(axis=2) == pytest.approx(np.ones(law.residents.shape[:2]))


def test_true_indices_are_those_of_the_true_probabilities(city: Files) -> None:
    _, expected = probabilities(city, YEARS[-1])
    written = {
        row["group"]: float(row["value"])
        for row in city.rows("truth/segregation")
        if (row["level"], row["year"], row["measure"]) == ("buurt", str(YEARS[-1]), "dissimilarity")
        and row["scheme"] == "western_countries"
    }
    for column, group in enumerate(GROUPS):
        own, rest = expected[:, column], np.delete(expected, column, axis=1).sum(axis=1)
        assert written[group] == pytest.approx(0.5 * np.abs(own / own.sum() - rest / rest.sum()).sum())
    assert all(0.2 < written[group] < 0.5 for group in GROUPS)


def test_an_index_of_the_counts_lies_above_the_truth_by_what_chance_adds(city: Files) -> None:
    areas, expected = probabilities(city, YEARS[-1])
    lived = expected.sum(axis=1, keepdims=True)
    observed = float(dissimilarity(counts_of(city.people(YEARS[-1]), areas)))
    shares = np.divide(expected, lived, out=np.full(expected.shape, 1 / len(GROUPS)), where=lived > 0)
    rng = np.random.default_rng(0)
    people = np.rint(expected.sum(axis=1)).astype(int)
    drawn = [float(dissimilarity(np.array(list(map(rng.multinomial, people, shares))))) for _ in range(40)]
    assert observed > float(dissimilarity(expected))
    assert observed == pytest.approx(np.mean(drawn), abs=4 * float(np.std(drawn)))


# Whom they meet


def test_outgroup_leaves_the_person_out() -> None:
    shares = outgroup_of_others(np.array([5, 5, 5, 9]), np.array([0, 0, 1, 0], dtype=np.int8))
    assert shares == pytest.approx([0.5, 0.5, 1.0, np.nan], nan_ok=True)


@given(
    people=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6)), min_size=1, max_size=30),
    seed=st.integers(0, 1_000),
)
def test_a_contact_is_another_person_of_the_same_zone_and_of_the_wanted_kind(
    people: list[tuple[int, int]], seed: int
) -> None:
    zone, group = np.array([z for z, _ in people]), np.array([g for _, g in people], dtype=np.int8)
    rng = np.random.default_rng(seed)
    rows, out = np.arange(len(people)), rng.random(len(people)) < 0.5
    for row, contact in zip(rows, Pool(zone, group).draw(rows, out, rng), strict=True):
        able = [
            other for other in rows if zone[other] == zone[row] and other != row
            and (group[other] != group[row]) == out[row]
        ]  # fmt: skip
        assert contact in able if able else contact == -1


@pytest.mark.parametrize("sphere", ["friends", "family", "neighbours"])
def test_ties_are_between_two_residents_and_stand_once(town: Files, sphere: str) -> None:
    of_sphere = town.column("ties", "sphere") == sphere
    person, contact = (town.column("ties", name)[of_sphere] for name in ("person", "contact"))
    residents = {row["person"] for row in town.people(YEARS[-1])}
    pairs = set(zip(person.tolist(), contact.tolist(), strict=True))
    assert set(person) | set(contact) <= residents
    assert len(pairs) == len(person)
    assert not (person == contact).any()
    assert sphere != "neighbours" or pairs == {(b, a) for a, b in pairs}


def test_friends_are_of_another_group_as_often_as_the_latent_share_says(city: Files) -> None:
    group = {row["person"]: row["group"] for row in city.people(YEARS[-1])}
    latent = dict(zip(city.column("truth/people", "person"), city.column("truth/people", "latent"), strict=True))
    of_friends = city.column("ties", "sphere") == "friends"
    person, contact = (city.column("ties", name)[of_friends] for name in ("person", "contact"))
    share = np.array([latent[p] for p in person])
    out = np.array([group[p] != group[c] for p, c in zip(person, contact, strict=True)])
    for low, high in ((0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1.01)):
        chosen = (share >= low) & (share < high)
        error = np.sqrt((share * (1 - share))[chosen].sum()) / chosen.sum()
        assert out[chosen].mean() == pytest.approx(share[chosen].mean(), abs=5 * error)


def test_everyone_grown_up_has_three_to_twenty_friends(city: Files) -> None:
    friends = Counter(city.column("ties", "person")[city.column("ties", "sphere") == "friends"])
    assert set(friends) == set(city.column("truth/people", "person"))
    assert min(friends.values()) >= 3
    assert 15 <= max(friends.values()) <= 20


def test_memberships_are_those_of_the_people_file(town: Files) -> None:
    in_file = {
        (row["person"], sphere, row[sphere])
        for row in town.people(YEARS[-1])
        for sphere in ("household", "school", "work")
        if row[sphere] is not None
    }
    table = town.table("memberships").to_pylist()
    assert {(row["person"], row["sphere"], row["membership"]) for row in table} == in_file
    assert len(table) == len(in_file)
    assert max(Counter(row["school"] for row in town.people(YEARS[-1]) if row["school"] is not None).values()) <= 25


# What is true of them


def test_the_out_group_share_of_the_truth_is_that_of_the_other_residents_of_the_buurt(town: Files) -> None:
    rows = town.people(YEARS[-1])
    here, alike = Counter(r["area"] for r in rows), Counter((r["area"], r["group"]) for r in rows)
    for row in town.table("truth/people").to_pylist():
        people = here[row["area"]]
        if people == 1:
            assert row["outgroup"] is None
        else:
            assert row["outgroup"] == pytest.approx((people - alike[row["area"], row["group"]]) / (people - 1))


def _holds(figure: str, kind: str, tolerance: float) -> Callable[[dict[str, Any]], bool]:
    def one_sided(row: dict[str, Any]) -> bool:
        return row["outgroup"] is not None and row["latent"] >= row["outgroup"] - tolerance

    def two_sided(row: dict[str, Any]) -> bool:
        return row["outgroup"] is not None and abs(row["latent"] - row["outgroup"]) <= tolerance

    def roads(row: dict[str, Any]) -> list[str]:
        taken = {"friends": row["mirror"], "school": row["mixed_school"], "work": row["bridging_work"]}
        return [road for road, yes in taken.items() if yes]

    return {
        "mirror": {"one_sided": one_sided}.get(kind, two_sided),
        "bubble": lambda row: row["latent"] <= BUBBLE_LIMIT,
        "road": lambda row: kind in roads(row),
        "overlap": lambda row: ("+".join(roads(row)) or "none") == kind,
        "ladder": lambda row: bool(
            set(roads(row)) & set({"any": "friends_or_school_or_work"}.get(kind, kind).split("_"))
        ),
    }[figure]


def test_figures_of_connectors_are_those_counted_one_by_one_from_the_people(town: Files) -> None:
    people = town.table("truth/people").to_pylist()
    wijk_of = {row["area"]: row["parent"] for row in town.areas()}
    written = [row for row in town.rows("truth/connectors") if row["level"] != "gemeente"]
    chosen_wijk = next(row["area"] for row in written if row["level"] == "wijk")
    for row in written:
        if row["area"] not in ("all", chosen_wijk) or row["group"] not in ("all", "nl", "turkey"):
            continue
        holds = _holds(row["figure"], row["kind"], float(row["tolerance"] or 0))
        those = [
            person for person in people
            if row["group"] in ("all", person["group"]) and row["area"] in ("all", wijk_of[person["area"]])
        ]  # fmt: skip
        assert (int(row["adults"]), int(row["count"])) == (len(those), sum(holds(person) for person in those))


def test_twelve_in_a_hundred_of_dutch_origin_mirror_their_buurt_and_one_in_three_connects(city: Files) -> None:
    group, mirror = (city.column("truth/people", name) for name in ("group", "mirror"))
    for column, name in enumerate(GROUPS):
        those = mirror[group == name]
        error = np.sqrt(MIRROR[column] * (1 - MIRROR[column]) / len(those))
        assert those.mean() == pytest.approx(MIRROR[column], abs=4 * error + 0.002)
    assert city.city.truths["mirrors_nl_at_tolerance_0"] == mirror[group == "nl"].mean()
    assert city.city.truths["connectors"] == city.column("truth/people", "connector").mean()
    assert city.city.truths["connectors"] == pytest.approx(1 / 3, abs=0.04)
    assert city.city.truths["bubble_nl"] > 0.5


def test_latent_shares_come_from_the_stated_mixture(city: Files) -> None:
    group, outgroup, latent = (city.column("truth/people", name) for name in ("group", "outgroup", "latent"))
    for column, name in enumerate(GROUPS):
        those = (group == name) & (outgroup > 0.3)
        between = (1 - MIRROR - BUBBLE)[column] * stats.beta(2, 3).cdf(BUBBLE_LIMIT / outgroup[those])
        assert (latent[those] <= BUBBLE_LIMIT).mean() == pytest.approx(
            (BUBBLE[column] + between).mean(), abs=4 * 0.5 / np.sqrt(those.sum())
        )


def test_a_wider_tolerance_never_makes_a_mirror_fewer(town: Files) -> None:
    curves: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in town.rows("truth/connectors"):
        if row["figure"] == "mirror":
            curves[row["area"], row["group"], row["kind"]].append(int(row["count"]))
    assert [where for where, curve in curves.items() if curve != sorted(curve)] == []


# What a researcher gets


def test_weights_of_the_survey_add_up_to_about_the_adults(city: Files) -> None:
    weights = np.array([float(row["weight"]) for row in city.rows("survey")])
    assert weights.sum() == pytest.approx(len(city.column("truth/people", "person")), rel=0.12)
    assert len(set(weights)) > 20
    assert 800 < len(weights) < 1_200


def test_respondents_report_the_friends_that_they_have(city: Files) -> None:
    group = {row["person"]: row["group"] for row in city.people(YEARS[-1])}
    person_of = {row["respondent"]: int(row["person"]) for row in city.rows("truth/respondents")}
    of_friends = city.column("ties", "sphere") == "friends"
    friends = Counter(
        (person, group[contact])
        for person, contact in zip(
            *(city.column("ties", name)[of_friends].tolist() for name in ("person", "contact")), strict=True
        )
    )
    for row in city.rows("survey"):
        person = person_of[row["respondent"]]
        assert row["group"] == group[person]
        assert [int(row[f"friends_{g}"]) for g in GROUPS] == [friends[person, g] for g in GROUPS]


def test_length_of_stay_is_at_how_many_dates_the_respondent_lived_there(city: Files) -> None:
    area_of = [{row["person"]: row["area"] for row in city.people(year)} for year in reversed(YEARS)]
    person_of = {row["respondent"]: int(row["person"]) for row in city.rows("truth/respondents")}
    for row in city.rows("survey"):
        areas = [areas.get(person_of[row["respondent"]]) for areas in area_of]
        dates = LENGTHS_OF_STAY.index(row["length_of_stay"])
        assert areas[:dates] == [row["area"]] * dates
    assert Counter(row["length_of_stay"] for row in city.rows("survey"))["over_4"] > 500


def test_some_answers_are_missing_and_no_background_is(city: Files) -> None:
    rows = city.rows("survey")
    missing = {column for column in rows[0] if any(row[column] == "" for row in rows)}
    assert missing == {"mixed_school", "work_role", "paid_work", "belonging", "trust", "loneliness"}


def test_one_indicator_was_made_from_the_composition(city: Files) -> None:
    rows = city.rows("indicators")
    assert {row["indicator"] for row in rows if row["uses_composition"] == "true"} == {"liveability_index"}
    wijken = {row["area"] for row in city.areas() if row["level"] == "wijk"}
    assert {row["area"] for row in rows} == wijken


def test_management_of_the_town_hall_mirrors_the_city_less_than_its_desk(city: Files) -> None:
    people: dict[str, Counter[str]] = defaultdict(Counter)
    for row in city.rows("institutions/town_hall"):
        people[row["part"]][row["group"]] += int(row["people"])
    share = {part: counts["nl"] / counts.total() for part, counts in people.items()}
    assert share["management"] > share["policy"] > share["desk_and_enforcement"]


def test_its_city_toml_is_without_fault(town: Files) -> None:
    findings = Findings()
    settings = read_settings(town.city.city_file, findings)
    assert settings is not None
    tables: tuple[Any, ...] = (
        *settings.areas,
        *settings.boundaries,
        *settings.people,
        *settings.indicators,
        *settings.institutions,
    )
    assert [table.file for table in tables if not (town.city.directory / table.file).is_file()] == []


def test_its_city_is_read_with_everyone_in_it_and_not_as_published(town: Files) -> None:
    read = read_city(town.city.city_file)
    assert not read.published
    assert (read.home, read.levels) == ("gemeente", LEVELS)
    for composition in read.compositions:
        if (composition.areas.level, composition.scheme.code) == ("buurt", "western_countries"):
            areas = list(composition.areas.codes)
            assert (composition.counts == counts_of(town.people(composition.year), areas)).all()
    assert {composition.year for composition in read.compositions} == set(YEARS)
    assert sum(indicator.uses_composition for indicator in read.indicators) == 1
    assert [institution.reference for institution in read.institutions] == ["G001"] * 4


# What cannot be


@pytest.mark.parametrize("people", [0, -5, 999, 50_000_001, 2_000.5, "many", True])
def test_an_impossible_number_of_people_is_refused_before_anything_is_written(people: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Give a (whole )?number"):
        invent(people, 1, tmp_path / "city")
    assert list(tmp_path.iterdir()) == []


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="The seed is -1"):
        invent(2_000, -1, tmp_path / "city")


def test_a_directory_with_something_else_in_it_stays_untouched(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="nothing was changed there"):
        invent(2_000, 1, tmp_path / "city")
    assert digests(tmp_path) == {"city/thesis.txt": hashlib.sha256(b"years of work").hexdigest()}


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "city").write_text("a file")
    with pytest.raises(SettingsError, match="is a file"):
        invent(2_000, 1, tmp_path / "city")


def test_an_earlier_invented_city_is_replaced_as_a_whole(tmp_path: Path) -> None:
    invent(2_000, 1, tmp_path / "city")
    (tmp_path / "city" / "survey.csv").unlink()
    again = invent(3_000, 2, tmp_path / "city")
    assert digests(again.directory) == digests(invent(3_000, 2, tmp_path / "fresh").directory)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["city", "fresh"]


def test_stopping_half_way_leaves_the_earlier_city_and_nothing_beside_it(tmp_path: Path) -> None:
    before = digests(invent(2_000, 1, tmp_path / "city").directory)

    def stop(step: str) -> None:
        if step == "writing what is true":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        invent(2_000, 2, tmp_path / "city", stop)
    assert digests(tmp_path / "city") == before
    assert [path.name for path in tmp_path.iterdir()] == ["city"]
