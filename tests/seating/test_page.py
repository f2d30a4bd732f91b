"""The pages to print: that all of it is on the paper, in the order of a list of names, and that nobody is mistaken."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Measure, Plan, told
from wijkspiegel.encounters.problem import pose
from wijkspiegel.schemes import Language
from wijkspiegel.seating.page import in_order, page_of, said_of, told_apart

CHROMIUM = Path("/usr/bin/chromium")
PAPER = 703
"""Pixels across an A4 sheet, less its margins of 12 mm."""


def turned(people: int, tables: list[Table], rounds: int) -> Plan:
    """Everybody one table further each round."""
    problem = pose(Participants(tuple(f"{n:03}" for n in range(people)), {}), tables, rounds)
    seats = np.arange(people) % len(tables)
    return told(problem, np.array([(seats + number) % len(tables) for number in range(rounds)]))


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("rounds", [1, 8, 15, 60])
def test_every_table_fits_on_paper_with_every_round_of_everybody(
    tmp_path: Path, rounds: int, language: Language
) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium: apt install chromium")
    tables = [Table("Bibliotheekzaal van de Wetenschapscommissie", 9), Table("2", 9), Table("3", 9)]
    names = {f"{n:03}": f"Anne-Wil {n:03} van den Hoogenberghscheveningen" for n in range(24)}
    (tmp_path / "plan.html").write_text(page_of(turned(24, tables, rounds), names, language), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.goto((tmp_path / "plan.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.set_viewport_size({"width": PAPER, "height": 1000})
        page.emulate_media(media="print")
        furthest = page.evaluate(
            "Math.max(...[...document.querySelectorAll('table, .card')].map(one => one.getBoundingClientRect().right))"
        )
        cut = page.evaluate("[...document.querySelectorAll('th, td, li, h4')].filter(one =>"
                            " one.scrollWidth > one.clientWidth).map(one => one.textContent)")  # fmt: skip
        cells = page.evaluate("document.querySelectorAll('section:nth-of-type(2) td').length")
        browser.close()
    assert furthest <= PAPER
    assert cut == []
    assert cells == 24 * rounds


def test_people_of_one_name_are_told_apart_by_their_id_wherever_they_are_named() -> None:
    names = {"000": "Jan de Vries", "001": "Jan  de vries", "002": "Zoë"}
    page = page_of(turned(4, [Table("1", 2), Table("2", 2)], 2), names, "nl")
    assert [page.count(one) for one in ("Jan de Vries (000)", "Jan  de vries (001)")] == [3, 3]
    assert [page.count(one) for one in ("Jan", "Zoë", "Zoë (", "003")] == [6, 3, 0, 3]


def test_who_has_no_name_is_never_taken_for_somebody_who_is_called_as_that_id() -> None:
    assert told_apart(["p1", "p2", "p3"], {"p1": "p2", "p3": "Zoë"}) == ["p2 (p1)", "p2 (p2)", "Zoë"]


def test_names_stand_as_in_a_list_of_names() -> None:
    names = ["ångström", "Anna", "Bo", "Élodie", "Emma", "Łukasz", "Maria", "Øystein", "Piet", "Tafel 2", "Tafel 10"]
    assert sorted(set(names), key=in_order) == names


@pytest.mark.parametrize(
    ("people", "tables", "nl", "en"),
    [
        (
            2,
            1,
            "2 mensen aan 1 tafel, rondes: 1. 1 paar ontmoet elkaar, 0 opnieuw; alle regels gelden.",
            "2 people at 1 table, rounds: 1. 1 pair meets, 0 meetings are a repeat; all rules hold.",
        ),
        (
            1,
            1,
            "1 persoon aan 1 tafel, rondes: 1. 0 paren ontmoeten elkaar, 0 opnieuw; alle regels gelden.",
            "1 person at 1 table, rounds: 1. 0 pairs meet, 0 meetings are a repeat; all rules hold.",
        ),
        (
            4,
            2,
            "4 mensen aan 2 tafels, rondes: 1. 2 paren ontmoeten elkaar, 0 opnieuw; alle regels gelden.",
            "4 people at 2 tables, rounds: 1. 2 pairs meet, 0 meetings are a repeat; all rules hold.",
        ),
    ],
)
def test_one_is_said_as_one(people: int, tables: int, nl: str, en: str) -> None:
    made = turned(people, [Table(str(n), 4) for n in range(tables)], 1)
    assert (said_of(made, "nl"), said_of(made, "en")) == (nl, en)


@pytest.mark.parametrize(
    ("verdict", "nl", "en"),
    [
        (
            "within 65 %",
            "lager dan 2 kan geen indeling komen (hooguit 65 % slechter dan het best mogelijke).",
            "no plan can get below 2 (at most 65 % worse than the best possible).",
        ),
        (
            "no useful bound",
            "hoe dicht dat bij het best mogelijke is, is niet te zeggen.",
            "how near that is to the best possible cannot be said.",
        ),
    ],
)
def test_how_near_the_mirror_is_to_the_best_is_said_or_that_it_cannot_be(verdict: str, nl: str, en: str) -> None:
    made = replace(turned(4, [Table("1", 4)], 1), measures=(Measure("mirror", 3.3, 2.0, verdict),))
    assert said_of(made, "nl").endswith(f"alle regels gelden. De spiegel staat op 3,3; {nl}")
    assert said_of(made, "en").endswith(f"all rules hold. The mirror is at 3.3; {en}")
