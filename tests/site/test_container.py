"""The container file: what it copies is there, what it runs answers, and who runs it is not root."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest
import requests
from typer.main import get_command
from typer.testing import CliRunner

from wijkspiegel.cli import app

ROOT = Path(__file__).parents[2]
STEPS = [
    (step.partition(" ")[0], step.partition(" ")[2])
    for step in (ROOT / "Containerfile").read_text().replace("\\\n", "").splitlines()
    if step and not step.startswith("#")
]
HOW_TO = (ROOT / "docs/how-to/deploy.md").read_text().partition("## As a container")[2].partition("\n## ")[0]


def given(word: str) -> list[str]:
    return [rest for step, rest in STEPS if step == word]


def is_sent(path: str) -> bool:
    """Whether a path at the top reaches the builder: the last line of .containerignore that fits decides."""
    lines = [line for line in (ROOT / ".containerignore").read_text().splitlines() if line and line[0] != "#"]
    fits = [line for line in lines if fnmatch(path.partition("/")[0], line.removeprefix("!"))]
    return not fits or fits[-1].startswith("!")


def test_what_is_copied_is_there_and_nothing_else_is_sent() -> None:
    copied = [path for rest in given("COPY") for path in rest.split()[:-1]]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert {path.name for path in ROOT.iterdir() if is_sent(path.name)} == {path.partition("/")[0] for path in copied}


def test_what_is_installed_is_pinned_by_its_hash() -> None:
    installs = [step for rest in given("RUN") for step in rest.split("&&") if step.strip().startswith("pip install")]
    assert [("--require-hashes" in step, shlex.split(step)[-1]) for step in installs] == [
        (True, "/build/requirements/run.txt"),
        (False, "/build"),
    ]
    assert all("--no-deps" in step for step in installs)


def test_the_server_is_not_root_and_writes_in_the_volume_only() -> None:
    (user,), (volume,), (data,) = given("USER"), given("VOLUME"), given("ENV")
    made = given("RUN")[-1]
    assert user not in ("root", "0")
    assert re.search(rf"useradd .*\b{user}\b", made)
    assert f"install --directory --owner {user} --group {user} {volume}" in made
    words = [word for word, _rest in STEPS]
    assert words.index("USER") > max(number for number, word in enumerate(words) if word in ("RUN", "COPY"))
    assert dict(one.split("=") for one in data.split()) == {
        "WIJKSPIEGEL_DATA": volume,
        "NUMBA_CACHE_DIR": f"{volume}/numba",
    }


def commands_of(text: str) -> list[list[str]]:
    return [shlex.split(found) for found in re.findall(r"\bwijkspiegel (site [a-z].*)", text)]


@pytest.mark.parametrize("words", [json.loads(given("CMD")[0])[1:], *commands_of(HOW_TO)], ids=" ".join)
def test_what_a_container_runs_is_a_command_with_these_options(words: list[str]) -> None:
    told = CliRunner().invoke(app, [*words[:2], "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    site = get_command(app).commands["site"]  # type: ignore[attr-defined]
    known = {name for option in site.commands[words[1]].params for name in option.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_server_answers_where_its_user_has_no_home_and_logs_no_error(tmp_path: Path) -> None:
    (command,), (environment,), (volume,) = given("CMD"), given("ENV"), given("VOLUME")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = [port if word == "8000" else word for word in json.loads(command)]
    settings = dict(one.split("=") for one in environment.replace(volume, str(tmp_path / "data")).split())
    log = tmp_path / "log"
    with log.open("w") as written:
        server = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", "from wijkspiegel.cli import run; run()", *words[1:]],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "HOME": "/proc/none"} | settings,
            cwd=tmp_path, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        assert answer_of(f"http://127.0.0.1:{port}/nl/privacy/") == 200
    finally:
        server.terminate()
    assert server.wait(timeout=30) == 0
    assert log.read_text().splitlines() == [f"The site is on http://0.0.0.0:{port}"]


def answer_of(address: str, seconds: float = 180.0) -> int:
    """The status of a page of a server that is still starting: the planner is compiled first, half a minute of CPU."""
    until = time.monotonic() + seconds
    while True:
        try:
            return requests.get(address, timeout=10).status_code
        except requests.ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_the_docs_run_it_with_its_own_volume_and_port() -> None:
    (volume,), (port,), (command,) = given("VOLUME"), given("EXPOSE"), given("CMD")
    assert json.loads(command)[-1] == port
    runs = [shlex.split(line[2:]) for line in HOW_TO.splitlines() if line.startswith("$ podman run")]
    assert {run[run.index("--volume") + 1] for run in runs} == {f"wijkspiegel:{volume}"}
    published = [run[run.index("--publish") + 1] for run in runs if "--publish" in run]
    assert published == [f"127.0.0.1:8000:{port}"]
