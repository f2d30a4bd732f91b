"""Numbers in sentences: as people of each language write them, and never few people exactly."""

import pytest

from wijkspiegel.wording import People, Percent, number, sentences, written


def test_numbers_are_written_as_each_language_does() -> None:
    assert sentences("{n} van {m}: {p}", "{n} of {m}: {p}", n=135_100, m=People(1_234_567), p=Percent(0.197)) == (
        "135.100 van 1.234.567: 19,7%", "135,100 of 1,234,567: 19.7%",
    )  # fmt: skip
    assert number(-1234.56, "nl", 1) == "−1.234,6"
    assert number(-0.04, "en", 1) == "0.0"


@pytest.mark.parametrize("few", range(1, 10))
def test_few_people_are_not_told_exactly(few: int) -> None:
    assert written(People(few), "nl") == "minder dan 10"
    assert written(People(few), "en") == "fewer than 10"


def test_nobody_and_ten_are_told() -> None:
    assert [written(People(many), "nl") for many in (0, 10)] == ["0", "10"]


def test_a_text_stays_as_it_is_though_it_has_braces() -> None:
    assert sentences("{file} uit {year}", "{file} of {year}", file="{x}.csv", year="2024") == (
        "{x}.csv uit 2024", "{x}.csv of 2024",
    )  # fmt: skip
