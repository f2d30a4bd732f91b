"""What a page says of figures: no more than their intervals allow, in sentences that are right for every group."""

import re
from typing import Any

import numpy as np
import pytest
from shapely import box

from wijkspiegel.disclosure import Policy, Release
from wijkspiegel.mirror import look_into
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.finding import Change, ahead, freed_of_chance, segregation_rows
from wijkspiegel.report.findings import answer, findings_of
from wijkspiegel.report.page import page_of, words_of
from wijkspiegel.schemes import ORIGIN, ORIGIN_BIRTH, WESTERN_COUNTRIES, Scheme
from wijkspiegel.sources.city_file import new_city, read_city
from wijkspiegel.tables import Areas, Boundaries, City, Composition, Indicator, exact

NL, EN = words_of("nl"), words_of("en")


def parts(counts: Any, year: int = 2024, scheme: Scheme = ORIGIN) -> tuple[Composition, ...]:
    """A gemeente G and its buurten."""
    table = np.array(counts, dtype=float)
    codes = tuple(f"b{number}" for number in range(len(table)))
    return (
        exact(Areas("gemeente", ("G",), ("Ons Dorp",), ("",)), year, scheme, table.sum(axis=0, keepdims=True)),
        exact(Areas("buurt", codes, codes, ("G",) * len(codes)), year, scheme, table),
    )


def release_of(*compositions: Composition, **more: Any) -> Release:
    return look_into(City("Ons Dorp", ("gemeente", "buurt"), "gemeente", compositions, (), True, "G", **more))


MIXED = [[700, 200, 100], [300, 300, 400], [500, 250, 250], [800, 100, 100], [400, 200, 400], [650, 150, 200]]


def change(lower: float | None, upper: float | None) -> Change:
    total = 0.0 if lower is None or upper is None else (lower + upper) / 2
    return Change("origin", 2020, 2024, total, 0.0, total, lower, upper)


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [
        (-0.02, -0.006, "less"),
        (0.001, 0.02, "more"),
        (-0.004, 0.004, "same"),
        (-0.004, -0.001, "same"),
        (-0.011, 0.0005, "probably_less"),
        (-0.0005, 0.011, "probably_more"),
        (-0.011, 0.004, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_a_change_is_told_as_surely_as_its_interval_allows(lower: float | None, upper: float | None, said: str) -> None:
    assert change(lower, upper).direction == said
    for words in (NL, EN):
        assert words["answer"][said]
        assert words["change"][f"title_{said}"]


def test_who_cannot_be_told_apart_from_the_first_is_named_with_it() -> None:
    high, like, low = ({"lower": lower, "upper": upper} for lower, upper in ((0.3, 0.34), (0.29, 0.33), (0.1, 0.2)))
    assert ahead([low, like, high]) == [high, like]
    assert ahead([low, like, high], most=False) == [low]


def test_groups_that_tie_share_the_superlative() -> None:
    tied = [[50, 50, 700], [700, 50, 50], [50, 700, 50], [50, 50, 700], [700, 50, 50], [50, 700, 50]]
    page = page_of(release_of(*parts(tied)), "nl")
    assert "Geen groep woont duidelijk ongelijker verdeeld over buurten dan alle andere" in page
    assert "het meest ongelijk" not in page


@pytest.mark.parametrize("people", [20, 400])
def test_every_value_of_segregation_lies_in_the_interval_beside_it(people: int) -> None:
    rng = np.random.default_rng(2)
    places = rng.dirichlet([5, 2, 1], 60)
    figures = Figures(release_of(*parts(rng.multinomial(people, places))), "nl")
    for measure in ("dissimilarity", "entropy_index", "gini"):
        for each in freed_of_chance(figures, measure, segregation_rows(figures, measure)):
            if each.row["against"] in ("rest", "all"):
                assert each.value is not None
                assert each.row["lower"] - 1e-9 <= each.value <= each.row["upper"] + 1e-9
    for name in ("segregation", "exposure"):
        (finding,) = [found for found in findings_of(figures, NL) if found.name == name]
        for _, value, interval, *_ in finding.table.rows:
            number, *ends = (float(text.replace(",", ".")) for text in re.findall(r"[\d,]+", f"{value} {interval}"))
            assert ends[0] <= number <= ends[-1], (name, value, interval)


def test_a_page_is_not_by_nationality_nor_by_what_is_withheld(tmp_path: Any) -> None:
    new_city(tmp_path)
    release = look_into(read_city(tmp_path / "city.toml"), policy=Policy())
    figures = Figures(release, "nl")
    assert figures.scheme.code != "nationality"
    counts = figures.rows("composition", area=figures.whole, scheme=figures.scheme.code, year=figures.year)
    assert all(row["count"] is not None for row in counts)
    page = page_of(release, "nl")
    assert "telt Voorbeeldstad 1.600 inwoners" in page
    assert not [text for finding in findings_of(figures, NL) for text in (finding.title, finding.text) if "–" in text]
    assert "9 van de 10 gevallen" not in page
    assert "10,0 even grote groepen" not in page


def test_a_sentence_by_another_classification_names_it() -> None:
    born = [[row[0], row[1] / 2, row[1] / 2, row[2] / 2, row[2] / 2] for row in MIXED]
    release = release_of(*parts(MIXED, 2023), *parts(MIXED, 2024), *parts(born, 2024, ORIGIN_BIRTH))
    figures = Figures(release, "nl")
    assert figures.scheme.code == "origin_birth"
    assert "(volgens de indeling ‘herkomst (CBS, vanaf 2022)’)" in answer(figures, NL)
    told = {finding.name: finding for finding in findings_of(figures, NL)}
    assert "volgens de indeling" in told["change"].title


def test_a_city_of_one_group_is_told_without_what_has_no_value() -> None:
    figures = Figures(release_of(*parts([[100, 0, 0], [200, 0, 0], [300, 0, 0]])), "nl")
    assert answer(figures, NL) == ""
    assert "–" not in " ".join(finding.title + finding.text for finding in findings_of(figures, NL))


def test_few_differences_are_not_told_as_none() -> None:
    figures = Figures(release_of(*parts([[990, 5, 5], [980, 10, 10], [985, 5, 10]])), "nl")
    assert "in minder dan 1 van de 20 gevallen" in answer(figures, NL)


def test_a_year_of_nobody_is_told_as_such() -> None:
    empty = release_of(*parts(MIXED, 2023), *parts(np.zeros((6, 3)), 2024))
    assert answer(Figures(empty, "en"), EN) == "By these figures nobody lives in Ons Dorp."
    assert "<h1>Ons Dorp</h1>" in page_of(empty, "nl")


def test_every_group_of_every_scheme_fits_in_the_sentences() -> None:
    """Labels are quoted: 'herkomst buiten Europa, elders geboren' is no adjective."""
    rng = np.random.default_rng(1)
    for scheme in (ORIGIN, ORIGIN_BIRTH, WESTERN_COUNTRIES):
        counts = rng.multinomial(1000, rng.dirichlet(np.ones(len(scheme.groups)), 6))
        for language, words in (("nl", NL), ("en", EN)):
            figures = Figures(release_of(*parts(counts, scheme=scheme)), language)
            for finding in findings_of(figures, words):
                for group in scheme.groups:
                    label = scheme.labels[group][language]
                    if re.search(rf"(?<![\w-]){re.escape(label)}(?![\w-])", finding.title):
                        assert f"‘{label}’" in finding.title


def test_every_measure_has_a_name_in_both_languages() -> None:
    release = release_of(*parts(MIXED, 2023), *parts(MIXED, 2024))
    told = {row.partition(":")[0] for table in ("diversity", "change", "segregation")
            for row in release.tables[table]["measure"].to_pylist()}  # fmt: skip
    for words in (NL, EN):
        assert told <= set(words["measures"])


def test_numbers_have_as_many_decimals_as_their_measure_deserves() -> None:
    figures = Figures(release_of(*parts(MIXED)), "en")
    assert [figures.told("richness", 7.0), figures.told("differ", 0.8193), figures.told("entropy_index", 0.0946)] == [
        "7", "81.9\u00a0%", "9.5",
    ]  # fmt: skip
    (finding,) = [found for found in findings_of(figures, EN) if found.name == "diversity"]
    cells = {row[0]: row[1:] for row in finding.table.rows}
    assert cells["number of groups"] == ("3", "between 3 and 3")
    for value, interval in cells.values():
        decimals = {len(text.partition(".")[2]) for text in re.findall(r"\d+(?:\.\d+)?", f"{value} {interval}")}
        assert len(decimals) == 1, (value, interval)


def test_sides_without_any_are_told_as_none() -> None:
    values = {f"b{number}": 7.0 + 0.1 * (number % 2) for number in range(8)}
    even = parts([[600, 200, 200]] * 8)
    release = release_of(*even, indicators=(Indicator("trust", "Trust", 2024, values, True, "survey", False),))
    page = page_of(release, "nl")
    assert "Twee kanten: geen gebied valt op" in page
    assert "0 keer" not in page


def test_an_area_of_a_few_people_is_on_the_map_and_in_no_ranking() -> None:
    compositions = parts([*MIXED, [5, 0, 0], [2, 2, 1]])
    codes = compositions[1].areas.codes
    squares = np.array([box(1000 * number, 0, 1000 * number + 1000, 1000) for number in range(len(codes))])
    figures = Figures(release_of(*compositions, boundaries=(Boundaries("buurt", 2024, codes, squares),)), "nl")
    (finding,) = [found for found in findings_of(figures, NL) if found.name == "map"]
    assert "<title>b6: " in finding.chart
    assert "<title>b7: " in finding.chart
    assert [row[0] for row in finding.table.rows] == ["b1", "b4", "b2", "b5", "b0", "b3"]
    assert finding.title == "b1 is het meest gemengd van alle buurten"
    assert "In b3 is dat het minst" in finding.text
