"""The program as a new user meets it: from a shell, with mistakes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sources.cbs_server import serving
from wijkspiegel import __version__
from wijkspiegel.cli import write
from wijkspiegel.mirror import look_into
from wijkspiegel.sources.city_file import new_city, read_city

PROGRAM = [sys.executable, "-m", "wijkspiegel"]


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, env=os.environ | environment
    )


def test_the_version() -> None:
    assert run("--version").stdout == f"wijkspiegel {__version__}\n"


def test_without_arguments_it_says_what_it_can_do_and_where_to_start() -> None:
    said = run().stdout
    assert [command for command in ("mirror", "new", "check", "invent", "demo", "fetch-cbs") if command in said] == [
        "mirror", "new", "check", "invent", "demo", "fetch-cbs",
    ]  # fmt: skip
    assert "Start with: wijkspiegel demo" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mirro"], "Did you mean 'mirror'?"),
        (["mirror", "--cbss", "a.csv"], "No such option: --cbss"),
        (["mirror"], "Give either a city.toml or published figures"),
        (["mirror", "city.toml", "--cbs", "a.csv"], "Give either a city.toml or published figures"),
        (["mirror", "city.toml", "--level", "buurt"], "give no such options"),
        (["mirror", "nowhere.toml"], "nowhere.toml: there is no such file. Begin one with: wijkspiegel new"),
        (["mirror", "--cbs", "nowhere.csv"], "nowhere.csv: there is no such file"),
        (["check", "nowhere.toml"], "nowhere.toml: there is no such file"),
        (["demo", "--people", "many"], "Invalid value for '--people'"),
        (["demo", "--people", "0"], "0 people cannot be invented. Give a number from"),
        (["demo", "--language", "fr"], "'fr' is not one of 'nl', 'en'"),
        (["survey-plan", "--share", "0.2", "--against", "0.2"], "--share and --against are both 0.2"),
        (["survey-plan", "--language", "fr"], "'fr' is not one of 'nl', 'en'"),
        (["fetch-cbs", "--year", "1999"], "There is no table of 1999 known"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_gets_one_message_and_exit_code_2(arguments: list[str], says: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_begin_check_and_mirror_a_city_of_ones_own(tmp_path: Path) -> None:
    city = tmp_path / "stad" / "city.toml"
    assert run("new", city.parent).returncode == 0
    before = {path: path.read_bytes() for path in city.parent.iterdir()}
    checked = run("check", city)
    assert "Everything fits. Next: wijkspiegel mirror" in checked.stderr
    assert {path: path.read_bytes() for path in city.parent.iterdir()} == before
    made = run("mirror", city, "--out", tmp_path / "out", "--language", "en")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "out" / "datapackage.json").is_file()
    assert "<html lang=en>" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8").replace('"', "")


def test_a_report_that_cannot_be_made_leaves_no_release(tmp_path: Path) -> None:
    new_city(tmp_path / "stad")
    release = look_into(read_city(tmp_path / "stad" / "city.toml"))
    with pytest.raises(FileNotFoundError, match="fr"):
        write(release, tmp_path / "out", "fr", lambda step: None)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("nl", "Geen aantal respondenten onderscheidt 12% van 20%"),
        ("en", "No number of respondents tells 12% from 20%"),
    ],
)
def test_a_survey_is_planned_in_the_language_that_is_asked(language: str, says: str, tmp_path: Path) -> None:
    chart = tmp_path / "plan.svg"
    said = run("survey-plan", "--friends", 5, "--language", language, "--out", chart)
    assert said.returncode == 0, said.stderr
    assert says in said.stderr
    assert chart.read_text(encoding="utf-8").startswith("<svg")


def test_new_does_not_write_over_a_city(tmp_path: Path) -> None:
    run("new", tmp_path)
    (tmp_path / "city.toml").write_text("mine", encoding="utf-8")
    assert "was there already and stays as it is" in run("new", tmp_path).stderr
    assert (tmp_path / "city.toml").read_text(encoding="utf-8") == "mine"


def test_square_brackets_in_a_message_are_shown(tmp_path: Path) -> None:
    city = tmp_path / "city.toml"
    city.write_text('[city]\nname = "Stad"\n[nonsense]\n', encoding="utf-8")
    assert "nonsense" in run("check", city).stderr


def listen_to_interrupts() -> None:
    """A program that is started in the background ignores them, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_library_that_is_not_installed_is_asked_for_by_its_extra(tmp_path: Path) -> None:
    without = "import sys; sys.modules['shapely'] = None; from wijkspiegel.cli import run; run()"
    result = subprocess.run(
        [sys.executable, "-c", without, "invent", "--people", "3000", "--out", str(tmp_path / "city")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert "pip install 'wijkspiegel[geo]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_stopping_leaves_nothing_half_written(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [*PROGRAM, "invent", "--people", "4000000", "--out", str(tmp_path / "city")],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_interrupts,  # noqa: PLW1509
    )
    assert running.stderr is not None
    running.stderr.readline()
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Stopped." in said
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file, not a directory", encoding="utf-8")
    result = run("invent", "--people", "3000", "--out", blocked / "city")
    assert result.returncode == 2
    assert str(blocked) in result.stderr
    assert "Traceback" not in result.stderr


def test_fetched_figures_and_boundaries_make_a_mirror(tmp_path: Path) -> None:
    with serving() as server:
        fetched = run(
            "fetch-cbs", "--year", 2022, "--municipality", "Rotterdam", "--out", tmp_path / "cbs",
            WIJKSPIEGEL_CBS=server.cbs, WIJKSPIEGEL_PDOK=server.pdok,
        )  # fmt: skip
    following = fetched.stderr.strip().splitlines()[-1].removeprefix("Next: wijkspiegel ").split()
    made = run(*following, "--out", tmp_path / "out")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "out" / "boundaries-buurt.geojson").is_file()


def test_a_server_that_is_not_there_is_exit_code_3(tmp_path: Path) -> None:
    with serving() as server:
        server.fail("TableInfos", *[lambda to, body: to.answer(403, b"no", {})] * 9)
        result = run("fetch-cbs", "--year", 2022, "--out", tmp_path / "cbs", WIJKSPIEGEL_CBS=server.cbs)
    assert result.returncode == 3
    assert "answers 403" in result.stderr


def test_published_municipal_figures_of_another_table(shared, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    figures = shared("gemeente_herkomst_85458NED_2022_2025/gemeente_herkomst_wide.csv")
    made = run("mirror", "--cbs", figures, "--municipality", "Eindhoven", "--out", tmp_path)
    assert made.returncode == 0, made.stderr
    years = [line.split(",")[1] for line in (tmp_path / "composition.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(set(years)) == ["2022", "2023", "2024", "2025"]
