"""What the chapter on contacts says of whom people could meet, from the figures of a release only."""

import re
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from tests.report.test_page import town
from wijkspiegel.disclosure import Release
from wijkspiegel.report.charts import Marks, marks, matrix
from wijkspiegel.report.circles import bubbles, mirrors, reference
from wijkspiegel.report.faring import outcomes
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.findings import findings_of
from wijkspiegel.report.meeting import bias, mixing, own, what_if
from wijkspiegel.report.page import words_of

CAUSAL = re.compile(
    r"\b(because|causes?d?|leads? to|due to|thanks to|results? in|effects?|"
    r"doordat|omdat|veroorzaakt?|leidt? tot|dankzij|als gevolg|zorgt voor|effecten?)\b"
)


@pytest.fixture(scope="module")
def release() -> Release:
    return town()


def rows(release: Release, table: str, **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in release.tables[table].to_pylist() if wanted.items() <= row.items()]


def test_the_chapter_goes_from_the_ladder_to_how_people_fare(release: Release) -> None:
    names = [finding.name for finding in findings_of(Figures(release, "nl"), words_of("nl"))]
    first = names.index("connectors")
    chapter = ["connectors", "mirrors", "reference", "bubbles", "bias", "what_if", "mixing", "own", "outcomes"]
    assert names[first : first + 9] == chapter


def test_what_if_is_a_sum_of_published_figures(release: Release) -> None:
    finding = what_if(Figures(release, "en"), words_of("en"))
    assert finding is not None
    share = {row["group"]: row["share"] for row in rows(release, "composition", area="G", year=2024)}
    exposure = {row["group"]: row for row in rows(release, "exposure", area="G") if ":" not in row["group"]}
    fairest = min((row for group, row in exposure.items() if group != "all"), key=lambda row: row["bias"])
    told = {row[0]: row[1:] for row in finding.table.rows}
    for group in ("nl", "europe"):
        now, cells = exposure[group], told[Figures(release, "en").group(group)]
        shares = [float(cell.split("\u00a0")[0]) for cell in (cells[0], cells[1], cells[3], cells[4])]
        by_hand = (
            now["contact_share"], (1 - share[group]) * (1 - now["bias"]), now["exposure"] * (1 - fairest["bias"]),
            now["exposure"],
        )  # fmt: skip
        assert shares == [round(100 * one) for one in by_hand]


def test_the_matrix_tells_every_pair_in_words_and_in_the_chart(release: Release) -> None:
    figures = Figures(release, "en")
    finding = mixing(figures, words_of("en"))
    assert finding is not None
    pairs = rows(release, "homophily", measure="mixing_in_area:nl", area=figures.whole)
    assert {(row[0], row[1]) for row in finding.table.rows} >= {
        (figures.group(row["group"]), figures.group("nl")) for row in pairs
    }
    for row in pairs:
        assert f">{figures.number(row['value'], 1)}</text>" in finding.chart


def test_a_matrix_says_what_it_does_not_show_and_what_is_surely_not_one() -> None:
    drawn = matrix(
        "m", "t", "d", ["a", "b"], [[(2.5, "2.5", True), (1.1, "1.1", False)], [None, None]], "with", "not shown",
        ["1", "2", "3", "4", "5"],
    )  # fmt: skip
    assert '<rect class="ratio r4"' in drawn
    assert 'class="cell sure" x="25.00%" y="83" text-anchor="middle">2.5<' in drawn
    assert 'class="cell" x="75.00%" y="83" text-anchor="middle">1.1<' in drawn
    assert drawn.count("2 b: not shown") == 1


def test_marks_stand_where_their_share_is() -> None:
    drawn = marks("m", "t", "d", [Marks("a", (0.0, 0.5, 1.0))], ["now", "mix", "even"])
    for x, shape in (("1.50%", "dot"), ("50.00%", "cross"), ("98.50%", "hollow")):
        assert re.search(rf'<svg x="{x}" y="33" overflow="visible"><\w+ class="{shape}"', drawn)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_text_on_contacts_says_what_comes_of_what(language: Any) -> None:
    words = words_of(language)

    def texts(of: Any) -> list[str]:
        if isinstance(of, dict):
            return [text for inner in of.values() for text in texts(inner)]
        return of if isinstance(of, list) else [of]

    chapter = ("connectors", "mirrors", "reference", "bubbles", "bias", "what_if", "mixing", "own", "outcomes")
    said = [text for part in chapter for text in texts(words[part])]
    assert len(said) > 50
    assert [text for text in said if CAUSAL.search(text.lower())] == []


def test_values_of_a_trait_stand_in_their_order_and_in_words() -> None:
    finding = outcomes(Figures(town(), "nl"), words_of("nl"))
    assert finding is not None
    assert finding.caption == "Gemiddelde: vertrouwen in anderen"
    assert {"stay: long", "stay: short"} <= {row[1] for row in finding.table.rows}


def test_means_stand_on_the_scale_of_the_answers() -> None:
    finding = outcomes(Figures(town(), "nl"), words_of("nl"))
    assert finding is not None
    assert re.findall(r'text-anchor="(?:start|middle|end)">(\d+)</text>', finding.chart) == [
        "0",
        "2",
        "4",
        "6",
        "8",
        "10",
    ]


def test_a_release_without_contacts_has_none_of_these() -> None:
    from_nothing = Figures(without_contacts(), "en")
    words = words_of("en")
    makers = (mirrors, reference, bubbles, bias, what_if, mixing, own, outcomes)
    assert [maker(from_nothing, words) for maker in makers] == [None] * 8


def without_contacts() -> Release:
    release = town()
    names = ("mirrors", "sensitivity", "exposure", "homophily", "outcomes")
    return replace(release, tables={**release.tables, **{name: release.tables[name].slice(0, 0) for name in names}})


def told_of(table: str, made: list[dict[str, Any]]) -> Figures:
    """A release in which one table says this of the whole town."""
    release = town()
    schema = release.tables[table].schema
    filled = [dict.fromkeys(schema.names) | {"area": "G"} | row for row in made]
    return Figures(replace(release, tables={**release.tables, table: pa.Table.from_pylist(filled, schema)}), "en")


def surroundings(shares: dict[str, dict[str, float]], breadth: float) -> Figures:
    """shares : reference -> group -> estimated share of mirrors; the interval is so broad around it."""
    return told_of("sensitivity", [
        {"sphere": "friends", "group": group, "reference": around, "outgroup": 0.5, "form": "one_sided",
         "tolerance": 0.1, "estimate": share, "lower": share - breadth / 2, "upper": share + breadth / 2,
         "persons": 100.0}
        for around, of_group in shares.items() for group, share in of_group.items()
    ])  # fmt: skip


def test_a_group_that_depends_on_the_surroundings_is_in_the_headline_though_all_together_do_not() -> None:
    shares = {"buurt": {"all": 0.25, "nl": 0.26, "europe": 0.3}, "gemeente": {"all": 0.24, "nl": 0.14, "europe": 0.31}}
    sure = reference(surroundings(shares, 0.1), words_of("en"))
    assert sure is not None
    assert sure.title == (
        "What we call ‘the neighbourhood’ matters little for everybody together: 24\u00a0% to 25\u00a0%; "
        "most for the group ‘Dutch origin’: 14\u00a0% to 26\u00a0%"
    )
    assert "14\u00a0% with the own municipality, 26\u00a0% with the own neighbourhood. That is more than" in sure.text
    unsure = reference(surroundings(shares, 0.4), words_of("en"))
    assert unsure is not None
    assert "Dutch origin" not in unsure.title
    assert "14\u00a0% with the own municipality, 26\u00a0% with the own neighbourhood. That fits within" in unsure.text


def test_a_distance_that_gives_the_own_area_again_is_said_to_and_is_no_second_confirmation() -> None:
    own_area = {"all": 0.25, "nl": 0.26}
    shares = {"buurt": own_area, "gemeente": {"all": 0.2, "nl": 0.2}, "500 m": own_area, "1000 people": own_area}
    finding = reference(surroundings(shares, 0.1), words_of("en"))
    assert finding is not None
    assert "Within 500 m is exactly the same here as the own neighbourhood" in finding.text
    assert "within 500 m" not in finding.chart
    assert [row[2] for row in finding.table.rows if row[0] == "everybody"] == [
        "the own neighbourhood", "the own municipality", "the 1,000 nearest people",
    ]  # fmt: skip
    shares["500 m"] = own_area | {"nl": 0.2601}
    apart = reference(surroundings(shares, 0.1), words_of("en"))
    assert apart is not None
    assert "exactly the same" not in apart.text
    assert "within 500 m" in apart.chart


def faring(means: dict[str, tuple[float, float]]) -> Any:
    return outcomes(
        told_of("outcomes", [
            {"by": "group", "level": level, "outcome": "trust", "mean": (low + high) / 2, "lower": low, "upper": high,
             "persons": 20.0}
            for level, (low, high) in means.items()
        ]),
        words_of("en"),
    )  # fmt: skip


def test_a_highest_that_cannot_be_told_apart_is_among_the_highest_with_the_others() -> None:
    found = faring({"nl": (6.0, 6.5), "europe": (6.4, 7.6), "outside_europe": (5.5, 6.3)})
    assert found.title == (
        "Trust in others: among the highest is ‘Europe (outside the Netherlands)’, among the lowest is ‘outside Europe’"
    )
    assert "Not to be told apart from ‘Europe (outside the Netherlands)’: ‘Dutch origin’." in found.text
    assert "Not to be told apart from ‘outside Europe’: ‘Dutch origin’." in found.text


def test_a_highest_apart_from_all_others_is_the_highest_alone() -> None:
    found = faring({"nl": (6.0, 6.3), "europe": (6.4, 7.6), "outside_europe": (5.5, 6.1)})
    assert found.title.startswith("Trust in others: highest for ‘Europe (outside the Netherlands)’, among the lowest")
    assert "told apart from ‘Europe" not in found.text


def test_where_all_intervals_meet_no_one_is_named() -> None:
    found = faring({"nl": (6.0, 6.5), "europe": (6.4, 7.6), "outside_europe": (5.5, 6.45)})
    assert found.title == "How people fare: no group can be told apart from another"
    assert "told apart" not in found.text


def test_every_form_of_mirror_is_in_a_table_and_the_bubble_has_a_chart_of_its_own(release: Release) -> None:
    figures, words = Figures(release, "en"), words_of("en")
    of_mirrors, of_bubbles = mirrors(figures, words), bubbles(figures, words)
    assert of_mirrors is not None
    assert of_bubbles is not None
    assert {row[2] for row in of_mirrors.table.rows} == set(words["mirrors"]["forms"].values())
    told = rows(release, "mirrors", area="G", form="bubble")
    assert [row[0] for row in of_bubbles.table.rows] == [
        "everybody" if row["group"] == "all" else figures.group(row["group"]) for row in told
    ]
    main = next(row for row in told if row["group"] == "all")
    for end in ("lower", "upper"):
        assert figures.number(100 * main[end]) in of_bubbles.text
    assert "independent of how mixed they are" in of_mirrors.assumes
    assert "independent of how mixed they are" in of_bubbles.assumes


def test_every_measure_of_being_among_ones_own_is_told_with_its_interval(release: Release) -> None:
    figures, words = Figures(release, "en"), words_of("en")
    finding = own(figures, words)
    assert finding is not None
    told = [row for row in rows(release, "homophily", area="G") if not row["measure"].startswith("mixing")]
    assert {row["measure"] for row in told} == set(words["own"]["measures"])
    assert sorted((row[2], row[3]) for row in finding.table.rows) == sorted(
        (words["own"]["measures"][row["measure"]], figures.number(row["value"], 2)) for row in told
    )
    assert [row[0] for row in finding.table.rows if row[2] == "assortativity"] == ["everybody"]


def test_a_group_that_ties_is_among_those_the_most_among_their_own() -> None:
    ends = {"nl": (0.5, 0.7), "europe": (0.65, 0.8), "outside_europe": (0.1, 0.3)}
    finding = own(
        told_of("homophily", [
            {"sphere": "friends", "group": group, "measure": "inbreeding_in_area", "value": (low + high) / 2,
             "lower": low, "upper": high}
            for group, (low, high) in ends.items()
        ]),
        words_of("en"),
    )  # fmt: skip
    assert finding is not None
    assert finding.title.startswith("The group ‘Europe (outside the Netherlands)’ is one of the groups")
    assert "Not to be told apart from it: ‘Dutch origin’." in finding.text
