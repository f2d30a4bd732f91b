"""The page of a conversation: no more than is sure, between whom it chafes, and that who came is not the city."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.report.conversations import agreement, made_up, small_town, statement
from tests.report.test_page import CHROMIUM, SIZES_IN_CHARTS
from wijkspiegel.disclosure import Release
from wijkspiegel.report.conversation import Conversation
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.finding import Finding
from wijkspiegel.report.ground import answer_of_conversation, findings_of_conversation
from wijkspiegel.report.page import page_of, words_of
from wijkspiegel.schemes import Language
from wijkspiegel.tables import Note

NONE_STABLE = Note("no_stable_groups", "Geen stabiele groepen.", "No stable groups.", None)


def read(release: Release, language: Language = "en") -> Conversation:
    return Conversation(Figures(release, language), words_of(language))


def findings(release: Release, language: Language = "en") -> dict[str, Finding]:
    return {finding.name: finding for finding in findings_of_conversation(read(release, language))}


def two_groups(name: str, one: float, other: float, all_: float = 0.7) -> list[dict[str, object]]:
    """Of two opinion groups of a hundred each."""
    return [
        agreement(name, "all", "all", all_, 200), agreement(name, "opinion", "1", one),
        agreement(name, "opinion", "2", other),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return small_town(tmp_path_factory.mktemp("town"))


def test_the_page_begins_with_how_many_people_and_what_binds_and_who_they_are(town: Release) -> None:
    assert answer_of_conversation(read(town)).startswith(
        "300 people voted on 8 statements. 3 bind (all groups agree), 3 chafe (groups lie far apart), of 2 neither is "
        "sure. Binding most surely: ‘The park is for everybody’. Participants are who chose to come; their votes are "
        "weighted to the make-up of the city (neighbourhood and age)"
    )
    assert "300 mensen stemden over 8 stellingen. 3 binden" in answer_of_conversation(read(town, "nl"))


def test_without_weights_the_page_says_that_participants_are_not_the_city() -> None:
    release = made_up(statements=[statement("a", "binds")], agreement=two_groups("a", 0.7, 0.8))
    assert answer_of_conversation(read(release)).endswith("Participants are who chose to come, not the city.")


def test_the_findings_stand_in_the_order_in_which_they_are_read(town: Release) -> None:
    assert list(findings(town)) == [
        "binds", "chafes", "open", "opinions", "positions", "missing", "weighting", "robustness"
    ]  # fmt: skip


def test_what_binds_is_told_with_the_agreement_of_each_group_and_of_how_many() -> None:
    rows = [statement("a", "binds", 0.999), statement("b", "binds", 0.92)]
    release = made_up(statements=rows, agreement=[*two_groups("a", 0.725, 0.825), *two_groups("b", 0.75, 0.65)])
    binds = findings(release)["binds"]
    assert binds.title == "2 statements bind: all groups agree"
    assert binds.table.head[-2:] == ["Opinion group 1", "Opinion group 2"]
    assert [" ".join(cell.split()) for cell in binds.table.rows[0]] == [
        "Text of a.", "100", "> 99 %", "between 65 and 80", "71 % (of 200)", "72 % (of 100)", "82 % (of 100)"
    ]  # fmt: skip
    assert binds.table.rows[1][2] == "92\u00a0%"


def test_nothing_that_binds_is_said_with_the_reason() -> None:
    rows = [
        statement("a", "chafes"), statement("b", "unknown", 0.5), statement("c", "unknown", 0.02),
        statement("d", "unknown", None),
    ]  # fmt: skip
    found = findings(made_up(statements=rows, agreement=two_groups("a", 0.9, 0.2)))
    assert found["binds"].title == "Nothing binds everyone for sure yet"
    assert found["binds"].chart == ""
    assert found["binds"].text == (
        "1 statement may yet bind: too few people answered, or agreement lies close to the border. "
        "On 1 statement two groups lie far apart. "
        "Of 1 statement the chance that it binds is below 10\u00a0%: in at least one group too few agree, or too few "
        "answered to know. Of 1 statement nothing can be said: too few people answered in a group."
    )
    assert "None surely binds, 1 chafes" in answer_of_conversation(read(made_up(statements=rows)))


def test_what_chafes_names_the_two_groups_of_one_kind_that_lie_furthest_apart() -> None:
    told = [
        *two_groups("a", 0.575, 0.375), agreement("a", "age", "18-34", 0.225), agreement("a", "age", "35-64", 0.525),
        agreement("a", "age", "65+", 0.875),
    ]  # fmt: skip
    chafes = findings(made_up(statements=[statement("a", "chafes")], agreement=told))["chafes"]
    assert chafes.title == "1 statement chafes, between 18-34 (age) and 65+ (age)"
    assert chafes.text == (
        "On ‘Text of a’ agreement is 88\u00a0% (of\u00a0100) in 65+ (age) and 22\u00a0% (of\u00a0100) in 18-34 (age)."
    )
    assert chafes.table.rows[0][3:5] == ("65+ (age): 88\u00a0% (of\u00a0100)", "18-34 (age): 22\u00a0% (of\u00a0100)")


def test_sides_are_not_told_where_the_door_gives_no_chance() -> None:
    """The two between which it chafes are not both shown: any other pair would be the wrong one."""
    told = [agreement("a", "age", age, share) for age, share in (("18-34", 0.85), ("35-64", 0.88), ("65+", 0.9))]
    chafes = findings(made_up(statements=[statement("a", "chafes", None, seen=100)], agreement=told))["chafes"]
    assert chafes.title == "1 statement chafes"
    assert chafes.table.rows[0][3:5] == ("–", "–")


def test_sides_are_told_only_where_both_are() -> None:
    rows = [statement("a", "chafes"), statement("b", "chafes")]
    told = [*two_groups("a", 0.925, 0.225)[:2], *two_groups("b", 0.925, 0.225)]
    chafes = findings(made_up(statements=rows, agreement=told))["chafes"]
    assert chafes.title == "2 statements chafe, most often between opinion group 1 and opinion group 2"
    assert [row[3] for row in chafes.table.rows] == ["–", "Opinion group 1: 95\u00a0% (of\u00a0100)"]


def test_what_chafes_between_groups_that_are_not_shown_is_still_counted() -> None:
    chafes = findings(made_up(statements=[statement("a", "chafes", lower=None, upper=None)]))["chafes"]
    assert chafes.title == "1 statement chafes"
    assert chafes.chart == ""
    assert chafes.table.rows[0][3:5] == ("–", "–")


def test_statements_that_no_votes_would_settle_stand_apart_from_those_that_wait() -> None:
    rows = [
        statement("a", "unknown", 0.5), statement("b", "unknown", 0.3), statement("c", "unknown", 0.01),
        statement("d", "unknown", None),
    ]  # fmt: skip
    told = [*two_groups("a", 0.6, 0.6), *two_groups("b", 0.6, 0.6)]
    found = findings(made_up(statements=rows, agreement=told))["open"]
    assert found.title == "2 statements may yet prove to bind"
    assert re.findall(r"<p dir=\"auto\">([^<]+)</p>", found.chart) == ["Text of a.", "Text of b."]
    assert [row[0] for row in found.table.rows] == ["Text of a.", "Text of b.", "Text of c."]
    assert "Of 1 statement the chance that it binds is below 10\u00a0%, and no two groups" in found.text
    assert "Of 1 statement nothing can be said: too few people answered in a group." in found.text


def test_a_conversation_without_stable_groups_says_so_and_speaks_of_participants() -> None:
    rows = [statement("a", "binds")]
    release = made_up([NONE_STABLE], statements=rows, agreement=[agreement("a", "all", "all", 0.7)])
    found = findings(release)
    assert found["opinions"].title == "There are no stable opinion groups"
    assert found["opinions"].text == "No stable groups."
    assert found["binds"].title == "1 statement binds: the participants agree"
    assert "there are none large enough to show and compare" in found["chafes"].text
    assert "<table" in page_of(release, "nl")


def test_each_opinion_group_is_told_by_what_it_agrees_with_more_than_the_others() -> None:
    rows = [statement(name, "unknown", 0.5) for name in "abc"]
    told = [*two_groups("a", 0.9, 0.2, 0.5), *two_groups("b", 0.3, 0.8, 0.5), *two_groups("c", 0.5, 0.52, 0.5)]
    groups = [{"group": "1", "persons": 100, "stability": 0.912}, {"group": "2", "persons": 80, "stability": 0.85}]
    found = findings(made_up(statements=rows, agreement=told, opinion_groups=groups))["opinions"]
    assert found.title == "2 stable opinion groups, of 100 and 80 people"
    assert "likeness 0.91 and 0.85" in found.text
    assert [row[:2] for row in found.table.rows] == [
        ("Text of a.", "Opinion group 1"),
        ("Text of b.", "Opinion group 2"),
    ]


def test_a_group_that_is_ahead_of_no_other_is_held_against_everybody() -> None:
    told = [*two_groups("a", 0.9, 0.88, 0.5), agreement("a", "opinion", "3", 0.1)]
    groups = [{"group": group, "persons": 100, "stability": 0.9} for group in "123"]
    found = findings(made_up(statements=[statement("a", "chafes")], agreement=told, opinion_groups=groups))["opinions"]
    assert [row[3] for row in found.table.rows] == ["everybody: 51\u00a0%", "everybody: 51\u00a0%"]
    assert "No such statement stands out for opinion group 3." in found.text


def positions(persons: dict[float, int]) -> list[dict[str, object]]:
    return [{"bin": at, "kind": "all", "group": "all", "persons": count} for at, count in persons.items()]


def test_where_people_stand_is_told_of_all_only_if_nearly_all_are_shown() -> None:
    rows, took_part = [statement("a", "binds")], Note("participants", "", "", 200)
    places = positions({-1.0: 50, 0.0: 120, 1.0: 30})
    found = findings(made_up([took_part], statements=rows, positions=places))["positions"]
    assert found.title == "60\u00a0% of people stand near the middle of the main difference of opinion"
    found = findings(made_up([took_part], statements=rows, positions=places[1:]))["positions"]
    assert found.title == "Of 150 people the place on the main difference of opinion can be shown"
    assert findings(made_up([took_part], statements=rows, positions=places[2:]))["positions"].chart == ""


def test_an_opinion_group_has_its_own_number_in_the_chart_where_another_is_not_shown() -> None:
    places = [*positions({0.0: 120}), {"bin": 0.0, "kind": "opinion", "group": "2", "persons": 60}]
    chart = findings(made_up(statements=[statement("a", "binds")], positions=places))["positions"].chart
    assert re.findall(r'<text class="in g1"[^>]*>(\d)</text>', chart) == ["2", "2"]
    assert "group not shown" in chart


def test_who_is_most_missing_is_named_with_both_shares(town: Release) -> None:
    found = findings(town)["missing"]
    assert found.title == "Most missing: 65+ (age), 25\u00a0% of the city and 8\u00a0% of participants"
    assert found.table.rows[0] == ("age", "65+", "25\u00a0%", "8\u00a0%", "25\u00a0%")


def test_a_category_of_few_is_named_and_no_figure_of_it_told() -> None:
    few = [
        {"margin": "age", "category": "65+", "population": 500, "participants": 4, "weighted": 40},
        {"margin": "age", "category": "35-64", "population": 300, "participants": 12, "weighted": 40},
        {"margin": "age", "category": "18-34", "population": 200, "participants": 150, "weighted": 80},
    ]
    found = findings(made_up(statements=[statement("a", "binds")], missing=few))["missing"]
    assert "65+ (age)" in found.text
    assert found.title == "No part of the city is clearly missing, as far as it can be shown"
    assert {row[1]: row[3] for row in found.table.rows}["65+"] == "–"


def test_without_margins_the_page_says_what_to_give() -> None:
    found = findings(made_up(statements=[statement("a", "binds")]))["missing"]
    assert found.title == "Who is missing cannot be known from these data"
    assert "--people" in found.text
    assert "--margins" in found.text


def test_what_weighting_changes_stands_beside_what_was_voted(town: Release) -> None:
    found = findings(town)["weighting"]
    assert re.match(r"Weighting changes the agreement of everybody by \d+ points at most", found.title)
    assert len(found.table.rows) == 8


def change(scenario: str, before: int, stays: int) -> dict[str, object]:
    return {"scenario": scenario, "verdict": "binds", "before": before, "after": stays, "stays": stays}


def test_each_trial_is_one_sentence() -> None:
    trials = [change("hostile_dealt", 12, 11), change("hostile_free", 12, 4), change("random_half", 12, 9)]
    found = findings(made_up(statements=[statement("a", "binds")], robustness=trials))["robustness"]
    assert found.title == "Of the 12 statements that bind, 4 stay in the worst trial and 11 in the best"
    assert found.text == (
        "With 5 % hostile accounts that vote on what they are dealt, 11 of 12 stay. If they choose what to vote on, "
        "4 of 12 stay. With a random half of the people, 9 of 12 stay."
    )
    nothing = made_up(statements=[statement("a", "chafes")], robustness=[change("random_half", 0, 0)])
    assert findings(nothing)["robustness"].title == "Nothing binds, so nothing can fall away"


def test_the_borders_of_the_verdicts_stand_under_the_findings_and_in_the_release(town: Release) -> None:
    borders = "at least 90% that in every group at least 60% of those who answered agree"
    assert borders in findings(town)["binds"].assumes
    assert borders in town.text()
    assert "at least 30 percentage points" in findings(town)["chafes"].assumes


def test_a_statement_cannot_become_markup() -> None:
    hostile = '<script>alert("x")</script>'
    rows = [
        statement("a", "binds", text=hostile, language='nl" onload="x'), statement("b", "chafes", text=hostile),
        statement("c", "unknown", 0.5, text=hostile),
    ]  # fmt: skip
    told = [row for name in "abc" for row in two_groups(name, 0.9, 0.2)]
    page = page_of(made_up(statements=rows, agreement=told), "en")
    assert "<script" not in page
    assert 'onload="x"' not in page
    assert page.count("&lt;script&gt;") >= 6


def test_a_statement_without_text_is_told_by_its_name() -> None:
    rows = [statement("17", "binds", text="")]
    assert "‘statement 17’" in answer_of_conversation(read(made_up(statements=rows)))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_needs_nothing_but_itself_and_uses_ids_once(town: Release, language: Language) -> None:
    page = page_of(town, language)
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"", page) == []
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_sticks_out_on_a_phone_and_axe_finds_nothing(town: Release, tmp_path: Path, language: Language) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium: apt install chromium")
    path = tmp_path / "report.html"
    path.write_text(page_of(town, language), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 320, "height": 800}, bypass_csp=True)
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") == 320
            violations = Axe().run(page).response["violations"]
            assert [(v["id"], [n["html"][:80] for n in v["nodes"][:2]]) for v in violations] == []
            assert set(page.evaluate(SIZES_IN_CHARTS)) == {"15px"}
        browser.close()
