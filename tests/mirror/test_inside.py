"""What stays in the room: the contacts of each person, which are no part of a release and name no connector."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from wijkspiegel.errors import SettingsError
from wijkspiegel.mirror import inside as room
from wijkspiegel.mirror.inside import keep_apart, write_inside
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import NO, UNKNOWN, YES, Areas, Banded, City, Contacts, exact

AREAS = Areas("buurt", ("b1", "b2"), ("b1", "b2"), ("", ""))
CONTACTS = Contacts(
    AREAS, 2024, ORIGIN, np.array([0, 1, 0]), np.array([0, 0, 2]),
    {"friends": np.array([[3, 1, 0], [0, 0, 0], [1, 0, 4]])},
    np.ones(3), np.zeros(3, dtype=np.int64), np.arange(3), True,
    groupless={"friends": np.array([0, 2, 0])},
    roads={"school": np.array([YES, NO, UNKNOWN])},
    banded={"work": Banded(np.array([0, np.nan, 0.5]), np.array([0.2, np.nan, 1]), np.array([5, 0, 0]))},
    person=np.array(["a7", "b9", "c4"], dtype=object),
)  # fmt: skip
CITY = City(
    "Stad", ("buurt",), "buurt", (exact(AREAS, 2024, ORIGIN, np.ones((2, 3))),), (), False, contacts=(CONTACTS,)
)


def test_a_row_for_each_person_says_what_was_told_and_no_more(tmp_path: Path) -> None:
    written = write_inside(CITY, tmp_path / "room")
    assert [path.name for path in written] == ["survey.do-not-take-out.parquet", "README.do-not-take-out.md"]
    table = pq.read_table(written[0])
    assert table.slice(0, 1).to_pylist() == [
        {
            "person": "a7", "area": "b1", "group": "nl", "friends_nl": 3, "friends_europe": 1,
            "friends_outside_europe": 0, "friends_without_group": 0, "work_from": 0.0, "work_to": 0.2, "work_number": 5,
            "road_school": True,
        }
    ]  # fmt: skip
    assert table["road_school"].to_pylist() == [True, False, None]
    assert table["work_from"].to_pylist() == [0.0, None, 0.5]
    assert table["friends_without_group"].to_pylist() == [0, 2, 0]
    assert table.schema.metadata[b"wijkspiegel"] == b"do-not-take-out"
    assert not [name for name in table.column_names if "connector" in name or "mirror" in name]


def test_only_the_owner_can_read_it_and_why_stands_beside_it(tmp_path: Path) -> None:
    file, readme = write_inside(CITY, tmp_path / "room")
    assert (tmp_path / "room").stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in (file, readme)] == [0o600, 0o600]
    text = readme.read_text(encoding="utf-8")
    assert "Maak van deze\naantallen dus geen lijst van verbinders" in text
    assert "make no list of connectors of\nthese counts" in text


def test_who_they_are_goes_with_people_who_are_taken(tmp_path: Path) -> None:
    some = CONTACTS.take(np.array([True, False, True]))
    assert some.person is not None
    assert some.person.tolist() == ["a7", "c4"]
    assert some.banded["work"].contacts.tolist() == [5, 0]


def test_nobody_is_written_where_the_source_does_not_say_who_they_are(tmp_path: Path) -> None:
    assert write_inside(replace(CITY, contacts=(replace(CONTACTS, person=None),)), tmp_path / "room") == []
    assert not (tmp_path / "room").exists()


@pytest.mark.parametrize("inside", ["out", "out/room", "elsewhere/../out/room"])
def test_it_never_lies_in_the_release(tmp_path: Path, inside: str) -> None:
    with pytest.raises(SettingsError, match="which is meant to leave the room"):
        keep_apart(tmp_path / inside, tmp_path / "out")
    keep_apart(tmp_path / "room", tmp_path / "out")


def test_it_never_lies_in_the_release_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    with pytest.raises(SettingsError, match="Give a directory elsewhere"):
        keep_apart(tmp_path / "link" / "room", tmp_path / "out")


def test_a_write_that_is_stopped_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, _) = write_inside(CITY, tmp_path / "room")
    before = first.read_bytes()
    monkeypatch.setattr(room, "ROWS", 1)

    def stop(contacts: Contacts, rows: slice) -> object:
        if rows.start == 2:
            raise KeyboardInterrupt
        return columns(contacts, rows)

    columns = room._columns
    monkeypatch.setattr(room, "_columns", stop)
    with pytest.raises(KeyboardInterrupt):
        write_inside(CITY, tmp_path / "room")
    assert first.read_bytes() == before
    assert len(list((tmp_path / "room").iterdir())) == 2


def test_nothing_of_it_is_in_the_release_of_the_command(tmp_path: Path) -> None:
    people = "".join(f"secret{row},{'b1' if row % 2 else 'b2'},{'nl' if row % 3 else 'other'}\n" for row in range(120))
    ties = "".join(f"secret{row},secret{(row * 7 + step) % 120}\n" for row in range(120) for step in range(1, 6))
    (tmp_path / "p.csv").write_text("person,area,group\n" + people, encoding="utf-8")
    (tmp_path / "t.csv").write_text("person,contact\n" + ties, encoding="utf-8")
    command = [sys.executable, "-m", "wijkspiegel", "connectors", "--people", "p.csv", "--ties", "t.csv"]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ
        )

    refused = run("--out", "out", "--inside", "out/room")
    assert (refused.returncode, (tmp_path / "out").exists()) == (2, False)
    made = run("--out", "out", "--inside", "room")
    assert made.returncode == 0, made.stderr
    assert "Stays in the room: room/ties.do-not-take-out.parquet" in made.stderr
    kept = pq.read_table(tmp_path / "room" / "ties.do-not-take-out.parquet")
    assert kept.num_rows == 120
    assert kept["friends_nl"].to_numpy().sum() + kept["friends_other"].to_numpy().sum() == 600
    for path in (tmp_path / "out").iterdir():
        assert "secret" not in path.read_text(encoding="utf-8")
        assert "do-not-take-out" not in path.name
