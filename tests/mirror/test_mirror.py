"""The mirror of real municipalities, and of a small city of our own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from shapely import box

from wijkspiegel.disclosure import Policy, Release, read_release, write_release
from wijkspiegel.errors import SettingsError
from wijkspiegel.measures.diversity import DIVERSITY
from wijkspiegel.mirror import look_into
from wijkspiegel.mirror.comparison import because
from wijkspiegel.mirror.inputs import city_from_cbs
from wijkspiegel.mirror.portrait import segregation_table
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.sources.cbs import read_kwb
from wijkspiegel.sources.city_file import new_city, read_city
from wijkspiegel.tables import Areas, Boundaries, City, Indicator, Institution, exact

KWB_2022 = "kwb2022_85318NED_origin_json/85318NED_UntypedDataSet.csv"
KWB_2020 = "kwb2020_84799NED/cbs.v3.84799NED_TypedDataSet.parquet"
approx = pytest.approx

SAID_OF_THE_HAGUE = (
    "Lijkt op Rotterdam in het inwonertal (553.417 tegen 655.468) en het aandeel \u2018Suriname\u2019 (8,1 % tegen "
    "7,9 %); het grootste verschil is het aandeel \u2018westerse migratieachtergrond\u2019 (20,4 % tegen 14,1 %)."
)


def rows(release: Release, table: str, **wanted: Any) -> list[dict[str, Any]]:
    found = release.tables[table]
    for column, value in wanted.items():
        found = found.filter(pc.equal(found[column], value))
    return list(found.to_pylist())


@pytest.fixture(scope="module")
def rotterdam(shared: Any) -> Release:
    return look_into(city_from_cbs([shared(KWB_2020), shared(KWB_2022)], "Rotterdam"))


def test_rotterdam_by_hand(rotterdam: Release) -> None:
    """Rotterdam, 1 January 2022: 655,468 residents, 92,316 western and 259,747 non-western (CBS, exact)."""
    shares = np.array([655_468 - 92_316 - 259_747, 92_316, 259_747]) / 655_468
    (differ,) = rows(rotterdam, "diversity", area="GM0599", year=2022, scheme="western", measure="differ")
    assert differ["value"] == approx(1 - (shares**2).sum(), abs=1e-6)
    assert differ["lower"] < differ["value"] < differ["upper"]


def test_every_index_has_its_chance_level_and_interval(rotterdam: Release) -> None:
    found = rows(rotterdam, "segregation", area="GM0599", year=2022, level="buurt")
    assert {row["measure"] for row in found} == {
        "dissimilarity", "isolation", "exposure", "gini", "entropy_index", "mutual_information", "divergence",
        "relative_diversity",
    }  # fmt: skip
    for row in found:
        assert row["expected"] >= 0
        assert 0 <= row["lower"] <= row["upper"]
        if row["measure"] not in ("isolation", "exposure", "mutual_information", "divergence"):
            assert row["lower"] <= row["corrected"] + 1e-9 <= row["upper"] + 2e-9


def test_one_municipality_has_its_peers_and_is_the_only_whole(rotterdam: Release) -> None:
    assert {row["area"] for row in rows(rotterdam, "segregation")} == {"GM0599"}
    peers = rows(rotterdam, "peers", area="GM0599", year=2022)
    assert [row["rank"] for row in peers] == list(range(1, 11))
    assert {"GM0518", "GM0363"} <= {row["peer"] for row in peers}
    assert next(row["because"] for row in peers if row["peer"] == "GM0518") == SAID_OF_THE_HAGUE
    assert {row["area"] for row in rows(rotterdam, "peers")} == {"GM0599"}


def test_change_is_exactly_margins_and_structure(rotterdam: Release) -> None:
    found = rows(rotterdam, "change", area="GM0599")
    assert found
    for row in found:
        assert row["margins"] + row["structure"] == approx(row["total"], abs=1e-12)


def test_a_release_of_published_figures_withholds_nothing(rotterdam: Release, tmp_path: Path) -> None:
    assert rotterdam.about.withheld == ()
    assert "Kerncijfers wijken en buurten 2022" in rotterdam.about.protection.en
    assert rotterdam.tables["composition"]["count"].null_count == 0
    write_release(rotterdam, tmp_path)
    assert read_release(tmp_path).tables["segregation"].equals(rotterdam.tables["segregation"])


def test_two_files_of_one_year_are_refused(shared: Any) -> None:
    with pytest.raises(SettingsError, match="Two files give the figures of 2022"):
        city_from_cbs([shared(KWB_2022), shared(KWB_2022)], "Delft")


def test_an_unknown_level_is_refused_with_those_that_exist(shared: Any) -> None:
    with pytest.raises(SettingsError, match="gemeente, wijk, buurt"):
        city_from_cbs([shared(KWB_2022)], level="straat")


def test_a_peer_gets_a_sentence_on_what_is_alike_and_what_is_not() -> None:
    codes = ("a", "b", "c")
    counts = np.array([[700.0, 200, 100], [1400, 380, 220], [90_000, 5_000, 5_000]])
    some = exact(Areas("gemeente", codes, ("Aa", "Be", "Ce"), ("",) * 3), 2024, ORIGIN, counts)
    areas, peers = np.array([0, 0]), np.array([1, 2])
    assert because(some, areas, peers, "en") == [
        "Resembles Aa in the share \u2018Europe (outside the Netherlands)\u2019 (19.0 % against 20.0 %) and the share "
        "\u2018Dutch origin\u2019 (70.0 % against 70.0 %); the largest difference is the number of residents (2,000 "
        "against 1,000).",
        "Resembles Aa on the whole, and in no single respect closely; the largest difference is the number of "
        "residents (100,000 against 1,000).",
    ]
    assert because(some, areas, peers, "nl")[0].endswith(
        "; het grootste verschil is het inwonertal (2.000 tegen 1.000)."
    )


def test_only_the_sides_of_the_subject_are_told(shared: Any) -> None:
    years = [(code, 0.1 * row) for row, code in enumerate(read_kwb(shared(KWB_2022), level="gemeente").areas[0].codes)]
    city = city_from_cbs([shared(KWB_2022)], "Rotterdam", level="gemeente")
    trust = Indicator("trust", "Trust", 2022, dict(years), True, "survey", False)
    (row,) = rows(look_into(replace(city, indicators=(trust,))), "sides")
    assert (row["area"], row["indicator"]) == ("GM0599", "trust")
    assert row["lower"] < row["compared"] < row["upper"]


def town(counts: dict[str, list[int]], **more: Any) -> City:
    """One gemeente of buurten; counts of nl, europe and outside_europe."""
    table = np.array(list(counts.values()), dtype=float)
    codes = tuple(counts)
    return City(
        title="Voorbeeldstad",
        levels=("gemeente", "buurt"),
        home="gemeente",
        compositions=(
            exact(Areas("gemeente", ("G",), ("Voorbeeldstad",), ("",)), 2024, ORIGIN, table.sum(axis=0, keepdims=True)),
            exact(Areas("buurt", codes, codes, ("G",) * len(codes)), 2024, ORIGIN, table),
        ),
        sources=(),
        published=more.pop("published", True),
        subject="G",
        **more,
    )


EVEN = {f"b{number}": [600, 200, 200] for number in range(8)}


def test_an_even_town_is_not_segregated() -> None:
    release = look_into(town(EVEN))
    for measure in ("dissimilarity", "entropy_index", "gini"):
        (row,) = rows(release, "segregation", measure=measure, group="all")
        assert row["value"] == approx(0, abs=1e-12)
        assert row["lower"] == 0
        assert row["upper"] < 0.05


def test_an_indicator_made_from_the_composition_is_refused_as_evidence() -> None:
    circular = Indicator("score", "Score", 2024, {"b1": 1.0}, True, "a model of who lives there", True)
    release = look_into(town(EVEN, indicators=(circular,)))
    assert rows(release, "sides") == []
    assert [note.code for note in release.about.notes] == ["indicator_uses_composition"]
    assert "a model of who lives there" in release.about.notes[0].en


def test_an_area_that_stands_out_from_its_peers_has_a_side() -> None:
    values = {f"b{number}": 7.0 + 0.1 * (number % 3) for number in range(8)} | {"b0": 9.5}
    release = look_into(town(EVEN, indicators=(Indicator("trust", "Trust", 2024, values, True, "survey", False),)))
    sides = {row["area"]: row for row in rows(release, "sides")}
    assert sides["b0"]["side"] == "beautiful"
    assert sides["b1"]["side"] == "neither"
    assert sides["b0"]["compared"] == approx(9.5 - np.mean([values[f"b{n}"] for n in range(1, 8)]))


def test_staff_is_held_against_the_area_that_it_serves() -> None:
    parts = Areas("part", ("desk", "office"), ("desk", "office"), ("", ""))
    staff = Institution("Town hall", exact(parts, 2024, ORIGIN, np.array([[60, 20, 20], [90, 10, 0]])), "G")
    release = look_into(town(EVEN, institutions=(staff,)))
    (row,) = rows(release, "representation", part="all", group="outside_europe")
    assert (row["count"], row["share"], row["reference_share"], row["ratio"]) == approx((20, 0.1, 0.2, 0.5))
    assert row["lower"] < 0.5 < row["upper"] < 1


def test_what_is_not_published_passes_the_door() -> None:
    streets = EVEN | {"b0": [600, 399, 1]}
    release = look_into(town(streets, published=False), policy=Policy())
    shown = rows(release, "composition", area="b0")
    assert next(row["count"] for row in shown if row["group"] == "outside_europe") is None
    assert all(row["count"] is None or row["count"] % 5 == 0 for row in rows(release, "composition"))
    assert release.about.withheld


def test_a_town_among_others_has_the_figures_that_it_has_alone() -> None:
    """Towns are computed together, padded to as many parts as the largest."""
    rng = np.random.default_rng(5)
    alone = [
        town({f"{name}{n}": rng.integers(0, 90, 3).tolist() for n in range(parts)})
        for name, parts in (("x", 3), ("y", 11))
    ]
    gemeenten, buurten = zip(*(city.compositions for city in alone), strict=True)
    names = ("X", "Y")
    together = replace(
        alone[0],
        subject="",
        compositions=(
            exact(Areas("gemeente", names, names, ("", "")), 2024, ORIGIN, np.vstack([c.counts for c in gemeenten])),
            exact(
                Areas(
                    "buurt",
                    tuple(code for c in buurten for code in c.areas.codes),
                    tuple(code for c in buurten for code in c.areas.codes),
                    tuple(name for name, c in zip(names, buurten, strict=True) for _ in c.areas.codes),
                ),
                2024,
                ORIGIN,
                np.vstack([c.counts for c in buurten]),
            ),
        ),
    )
    for name, city in zip(names, alone, strict=True):
        expected = rows(look_into(city), "segregation")
        for row, same in zip(rows(look_into(together), "segregation", area=name), expected, strict=True):
            assert row == approx(same | {"area": name}, nan_ok=True)


def test_a_city_of_nobody_is_refused_before_anything_is_written() -> None:
    with pytest.raises(SettingsError, match="every count is 0"):
        look_into(town({"b0": [0, 0, 0], "b1": [0, 0, 0]}))


def test_a_scale_that_reaches_no_neighbour_is_not_in_the_profile() -> None:
    """Eight areas in a row, a kilometre apart: within 500 m there is nobody else, within 8 km there is everybody."""
    squares = np.array([box(1000 * number, 0, 1000 * number + 1000, 1000) for number in range(8)])
    uneven = {f"b{number}": [900 - 100 * number, 100 * number, 100] for number in range(8)}
    release = look_into(town(uneven, boundaries=(Boundaries("buurt", 2024, tuple(uneven), squares),)))
    found = rows(release, "profile", measure="entropy_index")
    assert [row["scale"] for row in found] == ["1000 m", "2000 m", "4000 m", "1600 people", "6400 people"]
    for row in found:
        assert row["lower"] <= row["corrected"] <= row["upper"]
    values = [row["corrected"] for row in found[:3]]
    assert values == sorted(values, reverse=True)


def test_one_area_only_gives_a_profile_without_segregation() -> None:
    release = look_into(town({"b0": [600, 200, 200]}))
    assert len(rows(release, "diversity", area="b0")) == 7
    assert all(
        row["value"] in (0, None) or row["measure"] in ("isolation", "exposure") for row in rows(release, "segregation")
    )


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Release]:
    """The example of `wijkspiegel new`, whose nationalities are withheld wherever they are counted."""
    directory = tmp_path_factory.mktemp("new")
    new_city(directory)
    city = read_city(directory / "city.toml")
    return city, look_into(city, policy=Policy())


def withheld_groups(release: Release, **wanted: Any) -> set[str]:
    return {row["group"] for row in rows(release, "composition", **wanted) if row["count"] is None}


def test_counts_that_are_all_withheld_become_no_figure(example: tuple[City, Release]) -> None:
    _, release = example
    assert len(withheld_groups(release, area="GM9999", scheme="nationality")) == 10
    told = rows(release, "diversity", area="GM9999", scheme="nationality")
    assert {(row["value"], row["lower"], row["upper"]) for row in told} == {(None, None, None)}
    apart = rows(release, "segregation", area="GM9999", scheme="nationality")
    assert {row[column] for row in apart for column in ("value", "corrected", "lower", "upper")} == {None}


def test_what_a_release_says_of_diversity_holds_the_truth_behind_it(example: tuple[City, Release]) -> None:
    city, release = example
    held = []
    for composition in city.compositions:
        for measure in ("differ", "effective_groups", "entropy", "richness"):
            truth = dict(zip(composition.areas.codes, DIVERSITY[measure](composition.counts), strict=True))
            wanted = {"year": composition.year, "scheme": composition.scheme.code, "measure": measure}
            for row in rows(release, "diversity", **wanted):
                if row["area"] in truth and row["lower"] is not None:
                    held.append(row["lower"] - 1e-9 <= truth[row["area"]] <= row["upper"] + 1e-9)
                    assert row["value"] is None or row["lower"] <= row["value"] <= row["upper"]
    assert len(held) > 50
    assert np.mean(held) >= 0.95


def test_what_a_release_says_of_segregation_holds_what_all_counts_say(example: tuple[City, Release]) -> None:
    city, release = example
    of_index = ("dissimilarity", "entropy_index", "gini", "relative_diversity")
    columns = ("area", "level", "year", "scheme", "measure", "group", "against")

    def named(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[column] for column in columns)

    truth = {named(row): row["corrected"] for row in segregation_table(city).to_pylist()}
    held = [
        row["lower"] - 1e-9 <= max(truth[named(row)], 0.0) <= row["upper"] + 1e-9
        for row in release.tables["segregation"].to_pylist()
        if row["measure"] in of_index and row["lower"] is not None and truth[named(row)] is not None
    ]
    assert len(held) > 100
    assert np.mean(held) >= 0.95


def test_no_institution_is_held_against_a_share_that_is_withheld(example: tuple[City, Release]) -> None:
    _, release = example
    told = rows(release, "representation")
    hidden = {
        (row["area"], row["scheme"], row["group"]) for row in rows(release, "composition") if row["count"] is None
    }
    against_hidden = [row for row in told if (row["area"], row["scheme"], row["group"]) in hidden]
    assert against_hidden
    assert {row[column] for row in against_hidden for column in ("reference_share", "ratio", "lower", "upper")} == {
        None
    }


def test_no_change_is_told_of_a_group_that_is_withheld(example: tuple[City, Release]) -> None:
    _, release = example
    for row in rows(release, "change"):
        _, _, group = row["measure"].partition(":")
        hidden = withheld_groups(release, area=row["area"], scheme=row["scheme"], year=row["to"])
        if group in hidden:
            assert row["total"] is row["lower"] is row["upper"] is None
        elif row["total"] is not None:
            assert row["lower"] <= row["total"] <= row["upper"]
