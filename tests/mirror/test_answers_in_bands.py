"""A survey that asks in words, from city.toml to the release."""

from pathlib import Path

import numpy as np
import pytest

from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.report.page import write_report
from wijkspiegel.sources.city_file import read_city

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


def test_the_report_is_made_of_it(release: Release, tmp_path: Path) -> None:
    write_report(release, tmp_path / "report.html", "nl")
    assert "190 mensen die in woorden antwoordden" in (tmp_path / "report.html").read_text(encoding="utf-8")
