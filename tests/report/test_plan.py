"""What is said of a survey before it is held."""

from pathlib import Path

import pytest

from wijkspiegel.connectors.plan import Outlook, Question
from wijkspiegel.report.plan import told_of_plan, write_plan
from wijkspiegel.schemes import Language

LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


def plan(against: float, narrowest: int = 20) -> list[Outlook]:
    """The plan that was asked, with bounds from 6 to 21 %, and two others, of which one has the narrowest interval."""
    asked = Question(1200, 10, 0.12, against, 0.55)
    more_friends, more_people = Question(1200, 20, 0.12, against, 0.55), Question(2400, 10, 0.12, against, 0.55)
    return [
        Outlook(asked, 0.01, 0.30, 0.06, 0.21, 0.02),
        Outlook(more_friends, 0.03, 0.26 if narrowest == 20 else 0.3, 0.09, 0.16, 0.06),
        Outlook(more_people, 0.02, 0.28, 0.06, 0.21, 0.02),
    ]


def test_a_share_within_the_bounds_is_said_to_be_out_of_reach_of_any_number_of_respondents() -> None:
    said = " ".join(told_of_plan(plan(0.20), 20, "en"))
    assert "No number of respondents tells 12% from 20% with so few friends (10)" in said
    assert "With 20 friends of each, 20% lies outside the bounds" in said
    assert "narrow it most" not in said


@LANGUAGES
def test_where_no_number_of_friends_helps_that_is_said(language: Language) -> None:
    said = told_of_plan(plan(0.20), None, language)[-2]
    assert said.startswith({"nl": "Ook met 100 vrienden", "en": "Even with 100 friends"}[language])


@pytest.mark.parametrize(("narrowest", "what"), [(20, "more friends"), (10, "more respondents")])
def test_outside_the_bounds_it_says_what_narrows_the_interval_most(narrowest: int, what: str) -> None:
    said = told_of_plan(plan(0.40, narrowest), None, "en")
    assert f"Of these, {what}" in said[-2]
    assert not [line for line in said if "No number of respondents" in line]


@LANGUAGES
def test_that_the_number_of_friends_is_taken_as_independent_is_always_said(language: Language) -> None:
    what = {"nl": "los staat van hoe gemengd ze zijn", "en": "independent of how mixed they are"}[language]
    for against in (0.20, 0.40):
        assert what in told_of_plan(plan(against), None, language)[-1]


def test_rows_are_in_the_notation_of_the_language_under_each_other() -> None:
    dutch, english = (told_of_plan(plan(0.20), 20, language)[1:4] for language in ("nl", "en"))
    assert dutch[0].startswith("  1.200 × 10: 1% tot 30%; met eindeloos veel respondenten 6% tot 21%;")
    assert english[0].startswith("  1,200 × 10: 1% to 30%; with endless respondents 6% to 21%;")
    assert len({line.index(":") for line in english}) == 1


@LANGUAGES
def test_the_chart_speaks_the_language(language: Language, tmp_path: Path) -> None:
    drawn = write_plan(tmp_path / "new" / "plan.svg", plan(0.20), language).read_text(encoding="utf-8")
    title = {"nl": "ernaast hoe vaak 12% van 20% te onderscheiden is", "en": "how often 12% is told from 20%"}[language]
    assert title in drawn
    assert {"nl": "1.200 × 20", "en": "1,200 × 20"}[language] in drawn
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["plan.svg"]
