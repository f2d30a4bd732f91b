"""A survey that asks in words, from city.toml to the release."""

import csv
from pathlib import Path

import numpy as np
import pytest

from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.mirror.circles import circle_figures
from wijkspiegel.report.page import page_of
from wijkspiegel.sources.city_file import read_city
from wijkspiegel.sources.invented import invent

CITY = """
title = "Woordstad"
levels = ["buurt"]

[[counts]]
file = "inwoners.csv"
level = "buurt"
scheme = "origin"
group = "group"

[survey]
file = "antwoorden.csv"
year = 2024
scheme = "origin"

[[survey.contacts]]
sphere = "friends"
band = "vrienden"
number = "aantal"
bands = { "geen" = [0, 0], "enkele" = [0, 0.25], "helft" = [0.4, 0.6], "meeste" = [0.75, 1], "alle" = [1, 1] }

[survey.roads.school]
column = "school"
yes = ["ja"]
no = ["nee"]
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("bands")
    rng = np.random.default_rng(1)
    (folder / "city.toml").write_text(CITY, encoding="utf-8")
    (folder / "inwoners.csv").write_text(
        "area,year,group,count\nb1,2024,nl,600\nb1,2024,europe,200\nb1,2024,outside_europe,200\n", encoding="utf-8"
    )
    words = rng.choice(["geen", "enkele", "helft", "meeste", "alle", ""], 200, p=[0.3, 0.3, 0.2, 0.1, 0.05, 0.05])
    rows = (f"b1,nl,{word},{rng.integers(3, 12)},{rng.choice(['ja', 'nee'])}\n" for word in words)
    (folder / "antwoorden.csv").write_text("area,group,vrienden,aantal,school\n" + "".join(rows), encoding="utf-8")
    return look_into(read_city(folder / "city.toml"))


def test_mirrors_bubbles_and_roads_are_told(release: Release) -> None:
    mirrors = release.tables["mirrors"].to_pylist()
    assert {row["form"] for row in mirrors} == {"one_sided", "two_sided", "bubble"}
    assert all(row["lower"] <= row["estimate"] <= row["upper"] for row in mirrors)
    assert {row["step"] for row in release.tables["connectors"].to_pylist()} > {"friends", "school", "any"}


@pytest.mark.parametrize("table", ["mixing", "exposure", "homophily"])
def test_who_meets_which_group_is_not_told_and_the_note_says_so(release: Release, table: str) -> None:
    assert release.tables[table].num_rows == 0
    (note,) = [note for note in release.about.notes if note.code == "contacts_in_bands"]
    assert "who meets which group, exposure and homophily do not" in note.en


def test_the_report_is_made_of_it(release: Release) -> None:
    assert "190 mensen die in woorden antwoordden" in page_of(release, "nl")


WORDS = {"none": (0, 0), "few": (0, 0.25), "half": (0.4, 0.6), "most": (0.75, 1), "all": (1, 1)}


def word_for(share: float) -> str:
    """What somebody says: exactly none and all, and else the nearest of the other three."""
    if share in (0, 1):
        return "none" if share == 0 else "all"
    return "few" if share < 0.325 else "half" if share < 0.675 else "most"


def test_an_invented_survey_in_words_holds_what_is_true_of_the_city(tmp_path: Path) -> None:
    invent(10_000, 3, tmp_path, lambda step: None)
    survey = tmp_path / "survey.csv"
    with survey.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name.startswith("friends_")]
    for row in rows:
        friends = {name.removeprefix("friends_"): int(row.pop(name)) for name in names}
        row["number"] = str(sum(friends.values()))
        row["word"] = word_for(1 - friends[row["group"]] / sum(friends.values())) if sum(friends.values()) else ""
    with survey.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    bands = ", ".join(f'"{word}" = [{low}, {high}]' for word, (low, high) in WORDS.items())
    toml = (tmp_path / "city.toml").read_text(encoding="utf-8")
    in_words = f'band = "word"\nnumber = "number"\nbands = {{ {bands} }}'
    (tmp_path / "city.toml").write_text(toml.replace('prefix = "friends_"', in_words), encoding="utf-8")
    mirrors = circle_figures(read_city(tmp_path / "city.toml"), lambda step: None)["mirrors"].columns
    with (tmp_path / "truth" / "connectors.csv").open(encoding="utf-8") as file:
        truth = {
            (row["group"], row["kind"], float(row["tolerance"])): float(row["share"])
            for row in csv.DictReader(file)
            if row["area"] == "G001" and row["figure"] == "mirror"
        }
    keys = list(zip(mirrors["group"], mirrors["form"], mirrors["tolerance"], strict=True))
    held = [
        lower - 0.005 <= truth[key] <= upper + 0.005
        for key, lower, upper in zip(keys, mirrors["lower"], mirrors["upper"], strict=True)
        if key in truth and key[1:] != ("two_sided", 0)  # nobody is exactly as the area
    ]
    assert len(held) > 30
    assert sum(held) / len(held) >= 0.9
