"""Surveys in which everybody is alike in something: figures that say so, and no silent gap."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.sources.city_file import check_city, read_city

CITY = """
title = "Randstad"
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
stratum = "stratum"
weight = "weight"

[[survey.contacts]]
sphere = "friends"
prefix = "f_"
"""
MIXED = {"nl": 60, "europe": 40, "outside_europe": 40}


def city(
    folder: Path, residents: dict[str, int], friends: list[tuple[int, int, int]], stratum: str = "s", weight: str = "1"
) -> Path:
    """Forty people of the first group, who have these friends by turns."""
    (folder / "city.toml").write_text(CITY, encoding="utf-8")
    lines = "".join(f"b1,2024,{group},{count}\n" for group, count in residents.items())
    (folder / "inwoners.csv").write_text("area,year,group,count\n" + lines, encoding="utf-8")
    rows = "".join(
        f"b1,nl,{stratum.format(row)},{weight},{','.join(map(str, friends[row % len(friends)]))}\n" for row in range(40)
    )
    (folder / "antwoorden.csv").write_text(
        "area,group,stratum,weight,f_nl,f_europe,f_outside_europe\n" + rows, encoding="utf-8"
    )
    return folder / "city.toml"


def mirrors(release: Release, form: str = "one_sided") -> dict[float, dict[str, Any]]:
    return {
        row["tolerance"]: row
        for row in release.tables["mirrors"].to_pylist()
        if row["form"] == form and row["group"] == "nl"
    }


def homophily(release: Release) -> dict[str, dict[str, Any]]:
    return {row["measure"]: row for row in release.tables["homophily"].to_pylist() if row["group"] == "nl"}


def test_where_all_contacts_are_of_the_own_group_nobody_mirrors(tmp_path: Path) -> None:
    release = look_into(read_city(city(tmp_path, MIXED, [(8, 0, 0)])))
    one = mirrors(release)[0.0]
    assert one["estimate"] < 0.02
    assert one["lower"] == pytest.approx(0, abs=0.001)
    assert one["upper"] < 0.2
    assert homophily(release)["inbreeding_in_area"]["value"] == 1
    assert homophily(release)["ei"]["value"] == -1


def test_where_all_contacts_are_of_another_group_everybody_mirrors(tmp_path: Path) -> None:
    release = look_into(read_city(city(tmp_path, MIXED, [(0, 0, 8)])))
    assert mirrors(release)[0.0]["upper"] == pytest.approx(1, abs=0.001)
    assert mirrors(release)[0.0]["estimate"] > 0.98
    assert homophily(release)["ei"]["value"] == 1


def test_in_an_area_of_one_group_every_circle_mirrors_and_it_is_told(tmp_path: Path) -> None:
    release = look_into(read_city(city(tmp_path, {"nl": 100, "europe": 0}, [(8, 0, 0), (4, 4, 0)])))
    assert mirrors(release)[0.0]["estimate"] == pytest.approx(1)
    assert release.tables["exposure"].num_rows == 0 or {
        row["bias"] for row in release.tables["exposure"].to_pylist()
    } == {None}
    (note,) = [note for note in release.about.notes if note.code == "areas_of_one_group"]
    assert "40 people live in an area without anybody of another group" in note.en


def test_among_others_only_who_has_others_only_mirrors(tmp_path: Path) -> None:
    release = look_into(read_city(city(tmp_path, {"nl": 1, "europe": 99}, [(0, 8, 0), (4, 4, 0)])))
    assert mirrors(release)[0.0]["lower"] <= 0.5 <= mirrors(release)[0.0]["upper"]
    (note,) = [note for note in release.about.notes if note.code == "areas_of_one_group"]
    assert "40 in an area without anybody else of their own" in note.en


def test_one_respondent_in_each_stratum_still_has_an_interval(tmp_path: Path) -> None:
    friends = [(8, 0, 0), (6, 1, 1), (2, 4, 2)]
    release = look_into(read_city(city(tmp_path, MIXED, friends, stratum="s{}")))
    share = homophily(release)["share"]
    assert share["lower"] < share["value"] < share["upper"]
    assert "lone_clusters" in [note.code for note in release.about.notes]


@pytest.mark.parametrize("weight", ["0", "", "-2"])
def test_a_weight_that_is_none_stops_the_command_with_its_place(tmp_path: Path, weight: str) -> None:
    problems = [
        finding.text for finding in check_city(city(tmp_path, MIXED, [(1, 1, 1)], weight=weight)) if finding.is_problem
    ]
    assert len(problems) == 1
    assert problems[0].startswith("Row 2, column 'weight' of ")
    assert "leave out the rows that have none (40)" in problems[0]


def test_what_is_wrong_is_one_message_of_the_command(tmp_path: Path) -> None:
    made = city(tmp_path, MIXED, [(1, -1, 1)])
    result = subprocess.run(
        [sys.executable, "-m", "wijkspiegel", "connectors", made, "--out", tmp_path / "out"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    told = " ".join(result.stderr.split())  # lines are broken where the screen ends
    assert "Row 2, column 'f_europe'" in told
    assert "a number of contacts is whole and not negative, and here stands -1" in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()
