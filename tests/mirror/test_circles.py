"""What a survey of the invented city tells, beside what is true of it."""

import csv
from pathlib import Path

import pyarrow.compute as pc
import pytest

from wijkspiegel.cli import Language
from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.sources.city_file import read_city
from wijkspiegel.sources.invented import invent


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Path]:
    directory = tmp_path_factory.mktemp("invented")
    invent(30_000, 3, directory, lambda step: None)
    return look_into(read_city(directory / "city.toml"), language=Language.nl), directory / "truth" / "connectors.csv"


def truth_of(path: Path) -> dict[tuple[str, str, str, float], float]:
    """(group, figure, kind, tolerance) -> share of the first gemeente."""
    with path.open(encoding="utf-8") as file:
        return {
            (row["group"], row["figure"], row["kind"], float(row["tolerance"] or 0)): float(row["share"])
            for row in csv.DictReader(file)
            if row["area"] == "G001"
        }


def test_intervals_of_mirrors_hold_the_truth_in_nine_of_ten(told: tuple[Release, Path]) -> None:
    release, path = told
    truth = truth_of(path)
    held = []
    for row in release.tables["mirrors"].to_pylist():
        figure = ("bubble", "") if row["form"] == "bubble" else ("mirror", row["form"])
        key = (row["group"], *figure, row["tolerance"])
        if key in truth and (row["form"], row["tolerance"]) != ("two_sided", 0.0):  # nobody is exactly as the area
            held.append(row["lower"] - 0.005 <= truth[key] <= row["upper"] + 0.005)
    assert len(held) > 60
    assert sum(held) / len(held) >= 0.9


def test_the_ladder_and_the_overlap_hold_the_truth_in_nine_of_ten(told: tuple[Release, Path]) -> None:
    release, path = told
    truth = truth_of(path)
    names = {
        "friends": "friends",
        "ladder:friends+school": "friends_or_school",
        "ladder:friends+school+work": "any",
    }
    held = [
        row["lower"] - 0.005
        <= truth[row["group"], "ladder", names[row["step"]], row["tolerance"]]
        <= row["upper"] + 0.005
        for row in release.tables["connectors"].to_pylist()
        if row["step"] in names and (row["group"], "ladder", names[row["step"]], row["tolerance"]) in truth
    ]
    assert len(held) > 10
    assert sum(held) / len(held) >= 0.9


def test_nothing_of_fewer_than_ten_people_leaves(told: tuple[Release, Path]) -> None:
    release, _ = told
    for table in ("mirrors", "outcomes"):
        persons = release.tables[table]["persons"]
        assert pc.min(persons).as_py() >= 10
    assert release.tables["connectors"].num_rows > 0


def test_no_respondent_and_no_person_stands_in_the_release(told: tuple[Release, Path]) -> None:
    release, path = told
    assert "respondent" not in release.text()
    with (path.parents[1] / "survey.csv").open(encoding="utf-8") as file:
        weights = {row["weight"] for row in csv.DictReader(file) if "." in row["weight"]}
    assert weights
    assert not [weight for weight in weights if weight in release.text()]
