"""The questionnaire that comes with the program, and the city.toml that reads its answers."""

import csv
import runpy
from pathlib import Path

import openpyxl
import pytest

from wijkspiegel.sources.city_file import new_questionnaire, read_city

ANSWERS = {
    "area": "b1", "group": "nl", "length_of_stay": "over_10", "friends_nl": "6", "friends_europe": "1",
    "friends_outside_europe": "3", "mixed_school": "no_child", "work_role": "yes", "belonging": "4", "trust": "7",
    "lonely": "2",
}  # fmt: skip


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    new_questionnaire(tmp_path)
    return tmp_path


def sheet(directory: Path, name: str) -> list[dict[str, str]]:
    rows = list(openpyxl.load_workbook(directory / "questionnaire.xlsx")[name].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), (str(cell or "") for cell in row), strict=True)) for row in rows[1:]]


def test_every_question_and_choice_is_in_both_languages_and_every_list_exists(directory: Path) -> None:
    questions, choices = sheet(directory, "survey"), sheet(directory, "choices")
    for row in (*questions, *choices):
        assert row["label::Nederlands (nl)"]
        assert row["label::English (en)"]
    asked = {row["type"].split()[1] for row in questions if row["type"].startswith("select_one")}
    assert asked == {row["list_name"] for row in choices}
    assert {row["name"] for row in questions if row["type"] != "note"} == set(ANSWERS)


def test_its_answers_are_read_by_the_city_toml_beside_it(directory: Path) -> None:
    (directory / "inwoners.csv").write_text(
        "area,year,group,count\nb1,2026,nl,60\nb1,2026,europe,20\nb1,2026,outside_europe,30\n", encoding="utf-8"
    )
    with (directory / "antwoorden.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ANSWERS))
        writer.writeheader()
        writer.writerow(ANSWERS)
    (contacts,) = read_city(directory / "city.toml").contacts
    assert contacts.counts["friends"].tolist() == [[6, 1, 3]]
    assert (contacts.roads["school"].tolist(), contacts.roads["work"].tolist()) == ([0], [1])
    assert contacts.outcomes["trust"].tolist() == [7]


def test_what_is_there_stays_as_it_is(directory: Path) -> None:
    (directory / "city.toml").write_text("mine", encoding="utf-8")
    assert new_questionnaire(directory) == []
    assert (directory / "city.toml").read_text(encoding="utf-8") == "mine"


def test_the_form_is_what_its_command_makes(directory: Path) -> None:
    sheets = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "questionnaire.py"))["SHEETS"]
    book = openpyxl.load_workbook(directory / "questionnaire.xlsx")
    for name, rows in sheets.items():
        found = [[cell or "" for cell in row] for row in book[name].iter_rows(values_only=True)]
        assert found == [list(row) for row in rows]
