"""The page: what it says, that it says it to everyone, and that it needs nothing but itself."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Request, sync_playwright

from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.report.page import page_of, words_of
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, City, Composition, Contacts, exact

CHROMIUM = Path("/usr/bin/chromium")


SIZES_IN_CHARTS = """() => [...document.querySelectorAll('svg text')].map(
    text => text.closest('svg[viewBox]') ? 'scaled' : getComputedStyle(text).fontSize)"""
PRINTED = """() => {
    const style = selector => getComputedStyle(document.querySelector(selector));
    const size = selector => parseFloat(style(selector).fontSize);
    return {heading: size('section h2') < 1.5 * size('section p'),
            whole: ['.told', '.assumes', 'tbody tr'].map(selector => style(selector).breakInside)};
}"""


def town(name: str = "Voorbeeldstad") -> Release:
    counts = np.array(
        [[700.0, 200, 100], [300, 300, 400], [500, 250, 250], [800, 100, 100], [400, 200, 400], [650, 150, 200]]
    )
    codes = tuple(f"b{number}" for number in range(len(counts)))
    compositions = tuple(
        composition
        for year, factor in ((2023, 1.0), (2024, 1.1))
        for composition in (
            exact(Areas("gemeente", ("G",), (name,), ("",)), year, ORIGIN, counts.sum(axis=0, keepdims=True) * factor),
            exact(Areas("buurt", codes, codes, ("G",) * len(codes)), year, ORIGIN, counts * factor),
        )
    )
    residents = compositions[-1]
    return look_into(
        City(name, ("gemeente", "buurt"), "gemeente", compositions, (), True, "G", contacts=(circles(residents),))
    )


def circles(residents: Composition) -> Contacts:
    """Three hundred people of the town with ten friends each, and what they say of school, work and trust."""
    rng = np.random.default_rng(1)
    people = 300
    area, group = rng.integers(0, len(residents.areas), people), rng.integers(0, 3, people)
    own = np.where(np.arange(3) == group[:, None], 0.6, 0.2)
    return Contacts(
        residents.areas, residents.year, ORIGIN, area, group, {"friends": rng.multinomial(10, own)},
        np.ones(people), np.zeros(people, dtype=np.int64), np.arange(people), True,
        roads={"school": rng.integers(-1, 2, people), "work": rng.integers(0, 2, people)},
        outcomes={"trust": rng.normal(6, 1, people) + group},
        traits={"stay": np.where(rng.random(people) < 0.5, "short", "long")},
    )  # fmt: skip


@pytest.fixture(scope="module")
def release() -> Release:
    return town()


def keys_of(words: Any, before: str = "") -> set[str]:
    if isinstance(words, dict):
        return {key for name, inner in words.items() for key in keys_of(inner, f"{before}.{name}")}
    return {f"{before}[{len(words)}]" if isinstance(words, list) else before}


def test_both_languages_have_the_same_texts() -> None:
    assert keys_of(words_of("nl")) == keys_of(words_of("en"))


def test_both_languages_fill_in_the_same_words() -> None:
    def blanks(words: Any) -> Any:
        if isinstance(words, dict):
            return {key: blanks(inner) for key, inner in words.items()}
        return sorted(re.findall(r"{(\w+)}", " ".join(words) if isinstance(words, list) else words))

    assert blanks(words_of("nl")) == blanks(words_of("en"))


def test_the_page_begins_with_the_answer(release: Release) -> None:
    # Shares .558, .2, .242: the chance to differ is .59, so 6 of 10.
    assert "Twee willekeurige inwoners van Voorbeeldstad verschillen in 6 van de 10 gevallen" in page_of(release, "nl")
    assert "Two random residents of Voorbeeldstad differ in origin in 6 of 10 cases" in page_of(release, "en")


def test_numbers_are_written_as_people_of_the_language_do(release: Release) -> None:
    assert "6.600 inwoners" in page_of(release, "nl")
    assert "6,600 residents" in page_of(release, "en")


def test_a_name_cannot_become_markup() -> None:
    page = page_of(town('<script>alert("x")</script>'), "nl")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_asks_for_nothing_from_elsewhere(release: Release) -> None:
    page = page_of(release, "nl")
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"", page) == []
    assert "default-src 'none'" in page


def test_ids_are_used_once(release: Release) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page_of(release, "nl"))
    assert len(ids) == len(set(ids))


@pytest.mark.browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_axe_finds_nothing_and_nothing_sticks_out(release: Release, tmp_path: Path, language: str) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium: apt install chromium")
    path = tmp_path / "report.html"
    path.write_text(page_of(release, language), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 320, "height": 800}, bypass_csp=True)
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            asked: list[str] = []

            def note(request: Request, asked: list[str] = asked) -> None:
                asked.append(request.url)

            page.on("request", note)
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert asked == [path.as_uri()]
            assert page.evaluate("document.documentElement.scrollWidth") == 320
            violations = Axe().run(page).response["violations"]
            assert [(v["id"], [n["html"][:80] for n in v["nodes"][:2]]) for v in violations] == []
            assert set(page.evaluate(SIZES_IN_CHARTS)) == {"15px"}
            page.emulate_media(media="print")
            assert page.evaluate(PRINTED) == {"heading": True, "whole": ["avoid", "avoid", "avoid"]}
        browser.close()
