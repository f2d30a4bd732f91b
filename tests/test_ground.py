"""From files of votes to a release and a page, and what a mistake in a file or an option says."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.report.conversations import small_town
from wijkspiegel.disclosure import Release, read_release
from wijkspiegel.ground import Asked, look_for_ground


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Release]:
    """The files of a small town, and what was made of them."""
    directory = tmp_path_factory.mktemp("town")
    return directory, small_town(directory)


@pytest.fixture(scope="module")
def files(town: tuple[Path, Release]) -> Path:
    return town[0]


@pytest.fixture(scope="module")
def made(town: tuple[Path, Release]) -> Release:
    return town[1]


def ground(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wijkspiegel", "ground", *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def asked(files: Path, **more: object) -> Asked:
    given = {"statements": files / "statements.csv", "people": files / "people.csv", "margins": files / "margins.csv"}
    return Asked(files / "votes.csv", **given | more)  # type: ignore[arg-type]


def verdicts(release: Release) -> dict[str, str]:
    rows = release.tables["statements"].to_pylist()
    return {row["statement"]: row["verdict"] for row in rows}


def test_the_command_writes_a_release_and_a_page_and_says_what_to_do_next(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "ground"
    done = ground(files / "votes.csv", "--statements", files / "statements.csv", "--people", files / "people.csv",
                  "--margins", files / "margins.csv", "--title", "Wij", "--language", "en", "--out", out)  # fmt: skip
    assert done.returncode == 0
    assert "300 people voted on 8 statements. 3 bind (all groups agree), 3 chafe" in done.stderr
    assert "Next: open the report in a browser." in done.stderr
    assert "… looking for opinion groups that are stable" in done.stderr
    release = read_release(out)
    assert release.about.title == "Wij"
    assert release.tables["statements"].num_rows == 8
    assert "<h1>Wij</h1>" in (out / "report.html").read_text(encoding="utf-8")


def test_what_binds_and_what_chafes_in_a_town_whose_truth_is_known(made: Release) -> None:
    """The first three are agreed with by 80 to 95 % everywhere; the fourth, fifth and seventh part north and south."""
    found = verdicts(made)
    assert {name for name, verdict in found.items() if verdict == "binds"} == {"s0", "s1", "s2"}
    assert {name for name, verdict in found.items() if verdict == "chafes"} == {"s3", "s4", "s6"}


def test_the_same_files_give_the_same_release(files: Path, made: Release) -> None:
    assert look_for_ground(asked(files, title="Small Town")).text() == made.text()


def test_a_stricter_question_certifies_less(files: Path, tmp_path: Path) -> None:
    done = ground(files / "votes.csv", "--agree", 0.97, "--apart", 0.9, "--out", tmp_path / "out")
    assert done.returncode == 0
    assert set(verdicts(read_release(tmp_path / "out")).values()) == {"unknown"}


def test_nobody_can_be_found_in_the_release(files: Path, made: Release) -> None:
    assert "p000" in (files / "votes.csv").read_text()
    assert "p000" not in made.text()


def test_a_column_of_names_is_refused_and_never_comes_near_a_release(files: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    rows = (files / "people.csv").read_text().splitlines()
    people.write_text("\n".join([rows[0] + ",email", *(f"{row},{row[:4]}@example.org" for row in rows[1:])]))
    done = ground(files / "votes.csv", "--people", people, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "The column 'email' of" in " ".join(done.stderr.split())
    assert "@example.org" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_rare_category_is_named_nowhere(files: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    rows = (files / "people.csv").read_text()
    for person in ("p001", "p002", "p003"):
        rows = rows.replace(f"{person},north", f"{person},Vogelbuurt")
    people.write_text(rows)
    assert "Vogelbuurt" in rows
    text = look_for_ground(Asked(files / "votes.csv", files / "statements.csv", people)).text()
    assert "Vogelbuurt" not in text
    assert "There are some of: neighbourhood." in text


def test_groups_choose_columns_and_weights_stand_beside_the_unweighted(files: Path, made: Release) -> None:
    release = look_for_ground(asked(files, groups=("age",), margins=None))
    kinds = set(release.tables["agreement"]["kind"].to_pylist())
    assert "neighbourhood" not in kinds
    assert "all_weighted" not in kinds
    assert {"all", "all_weighted"} <= set(made.tables["agreement"]["kind"].to_pylist())
    assert "design_effect" in {note.code for note in made.about.notes}


def test_votes_that_were_not_dealt_count_only_where_asked(tmp_path: Path) -> None:
    rows = [
        f"p{person},s{statement},1,{'yes' if person % 2 else 'no'}" for person in range(40) for statement in range(4)
    ]
    votes = tmp_path / "votes.csv"
    votes.write_text("\n".join(["person,statement,vote,dealt", *rows]))
    for all_votes, seen in ((False, 20), (True, 40)):
        release = look_for_ground(Asked(votes, all_votes=all_votes))
        assert set(release.tables["statements"]["seen"].to_pylist()) == {seen}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv"], "nowhere.csv: there is no such file"),
        (["people.csv"], "these are no votes. Found: person, neighbourhood, age"),
        (["votes.csv", "--margins", "margins.csv"], "say who they are: give --people FILE"),
        (["votes.csv", "--people", "people.csv", "--groups", "wijk"], "Column 'wijk'"),
        (["votes.csv", "--people", "people.csv", "--groups", "age", "--margins", "margins.csv"],
         "The margin 'neighbourhood' is no column of"),
        (["votes.csv", "--agree", "60"], "'agree' is 60.0: it lies between 0 and 1"),
        (["votes.csv", "--statements", "votes.csv"], "stands here twice"),
        (["lonely.csv"], "There are 1 people and 2 statements with votes that count"),
        (["single.csv"], "There are 2 people and 1 statements with votes that count"),
        (["wrong.csv"], "Row 3, column 'vote' of"),
        (["empty"], "there is no votes.csv and no participants-votes.csv here"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_an_exit_code(
    files: Path, tmp_path: Path, arguments: Sequence[str], says: str
) -> None:
    (tmp_path / "lonely.csv").write_text("person,statement,vote\na,x,1\na,y,1\n")
    (tmp_path / "single.csv").write_text("person,statement,vote\na,x,1\nb,x,1\n")
    (tmp_path / "wrong.csv").write_text("person,statement,vote\na,x,1\nb,x,5\n")
    (tmp_path / "empty").mkdir()
    here = {path.name: path for path in (*files.iterdir(), *tmp_path.iterdir())}
    done = ground(*(here.get(word, word) for word in arguments), "--out", tmp_path / "out")
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_column_of_people_may_not_take_a_word_that_has_a_meaning(files: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text((files / "people.csv").read_text().replace("neighbourhood", "opinion"))
    done = ground(files / "votes.csv", "--people", people, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "may not be called 'opinion'" in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", ["15-per-hour-seattle", "brexit-consensus", "canadian-electoral-reform"])
def test_real_conversations_are_read_judged_and_protected(shared, name: str) -> None:  # type: ignore[no-untyped-def]
    release = look_for_ground(Asked(shared(f"opendata_votes/{name}")))
    assert release.tables["statements"].num_rows >= 31
    persons = [row["n"] for row in release.tables["agreement"].to_pylist()]
    assert min(persons) >= 20
    assert len(release.tables["robustness"]) == 8
