"""The pages to print: that all of it is on the paper, in the order of a list of names, and that nobody is mistaken."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, told
from wijkspiegel.encounters.problem import pose
from wijkspiegel.schemes import Language
from wijkspiegel.seating.page import in_order, page_of, told_apart

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
    assert sorted(names[::-1], key=in_order) == names
