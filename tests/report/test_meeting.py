"""What the chapter on contacts says of whom people could meet, from the figures of a release only."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.report.test_page import town
from wijkspiegel.disclosure import Release
from wijkspiegel.report.charts import Marks, marks, matrix
from wijkspiegel.report.circles import reference
from wijkspiegel.report.faring import outcomes
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.findings import findings_of
from wijkspiegel.report.meeting import bias, mixing, what_if
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
    chapter = ["connectors", "mirrors", "reference", "bias", "what_if", "mixing", "outcomes"]
    assert names[first : first + 7] == chapter


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

    chapter = ("connectors", "mirrors", "reference", "bias", "what_if", "mixing", "outcomes")
    said = [text for part in chapter for text in texts(words[part])]
    assert len(said) > 50
    assert [text for text in said if CAUSAL.search(text.lower())] == []


def test_values_of_a_trait_stand_in_their_order_and_in_words() -> None:
    finding = outcomes(Figures(town(), "nl"), words_of("nl"))
    assert finding is not None
    assert finding.caption == "Gemiddelde: vertrouwen in anderen"
    assert {"stay: long", "stay: short"} <= {row[1] for row in finding.table.rows}


def test_a_release_without_contacts_has_none_of_these() -> None:
    from_nothing = Figures(without_contacts(), "en")
    words = words_of("en")
    assert [found(from_nothing, words) for found in (reference, bias, what_if, mixing, outcomes)] == [None] * 5


def without_contacts() -> Release:
    release = town()
    empty = {name: release.tables[name].slice(0, 0) for name in ("sensitivity", "exposure", "homophily", "outcomes")}
    return replace(release, tables={**release.tables, **empty})
