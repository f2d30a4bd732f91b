"""What the documentation says is what the program does."""

import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel
from sphinx.cmd.build import build_main

from wijkspiegel.cli import app
from wijkspiegel.disclosure.release import RELEASE_TABLES
from wijkspiegel.measures.diversity import DIVERSITY
from wijkspiegel.measures.segregation import SEGREGATION
from wijkspiegel.seating.asking import RulesFile
from wijkspiegel.sources.city_settings import CitySettings

ROOT = Path(__file__).parents[2]
PAGES = [*(page for page in ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def commands_of(group: Any, before: str = "") -> dict[str, Any]:
    """Every command by its whole name: "mirror", "site serve"."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found |= commands_of(command, f"{before}{name} ") if inner else {f"{before}{name}": command}
    return found


COMMANDS = commands_of(typer.main.get_command(app))


def chapters(page: str) -> dict[str, str]:
    """Heading of the second level -> what stands under it."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    _, *parts = re.split(r"^## (.+)\n", text, flags=re.M)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def first_column(text: str) -> list[str]:
    """The code words in the first column of the tables."""
    return re.findall(r"^\| `([^`]+)` \|", text, flags=re.M)


def blocks(language: str) -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for block in re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.M | re.S):
            yield page, block


def lines_of_program() -> list[tuple[str, str]]:
    """(page, command line) of every call of the program in an example."""
    return [
        (str(page.relative_to(ROOT)), call.strip())
        for page, block in blocks("console")
        for line in block.splitlines()
        if line.startswith("$ ")
        for call in line[2:].split("&&")
        if call.strip().startswith("wijkspiegel ")
    ]


def test_every_command_has_a_chapter_and_every_chapter_a_command() -> None:
    assert set(chapters("reference/commands.md")) == {f"wijkspiegel {name}" for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented_and_no_other(name: str) -> None:
    known = [
        parameter.opts[0] if parameter.opts[0].startswith("--") else parameter.opts[0].upper()
        for parameter in COMMANDS[name].params
    ]
    assert first_column(chapters("reference/commands.md")[f"wijkspiegel {name}"]) == known


def settings() -> dict[str, type[BaseModel]]:
    """Heading in city-toml.md -> the settings under it."""
    found: dict[str, type[BaseModel]] = {"The city itself": CitySettings}
    for name, field in CitySettings.model_fields.items():
        inner = re.search(r"(\w+Settings)", str(field.annotation))
        if inner:
            models = {model.__name__: model for model in all_models(BaseModel)}
            is_list = "list[" in str(field.annotation)
            found[f"`[[{name}]]`" if is_list else f"`[{name}]`"] = models[inner[1]]
    return found


def all_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from all_models(child)


@pytest.mark.parametrize(("heading", "model"), settings().items())
def test_every_setting_is_documented_and_no_other(heading: str, model: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    if model is CitySettings:
        keys -= {re.sub(r"\W", "", other) for other in chapters("reference/city-toml.md")}
    assert set(first_column(chapters("reference/city-toml.md")[heading])) == keys


@pytest.mark.parametrize(("page", "block"), list(blocks("toml")))
def test_every_toml_example_is_read(page: Path, block: str) -> None:
    given = tomllib.loads(block)
    if page.name == "commands.md":
        assert set(RulesFile.model_validate(given).model_dump(exclude_defaults=True)) == set(given)
    else:
        assert CitySettings.model_validate(given).levels


@pytest.mark.parametrize(
    ("page", "block"),
    [found for found in blocks("python") if found[0].name != "README.md"],  # which reads figures of CBS
    ids=lambda part: getattr(part, "stem", "block"),
)
def test_every_python_example_runs_and_shows_something(
    page: Path, block: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "example.py").write_text(block, encoding="utf-8")
    runpy.run_path(str(tmp_path / "example.py"))
    assert capsys.readouterr().out


@pytest.mark.parametrize(("page", "line"), lines_of_program())
def test_every_command_in_the_documentation_is_one_that_the_program_takes(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    name = next(name for name in (" ".join(words[:2]), words[0]) if name in COMMANDS)
    COMMANDS[name].make_context(name, words[len(name.split()) :])  # raises for what it does not know


def test_every_measure_is_documented_and_no_other() -> None:
    said = chapters("reference/measures.md")
    assert set(first_column(said["Diversity of an area"])) == set(DIVERSITY)
    assert set(first_column(said["Segregation between the parts of a whole"])) == set(SEGREGATION)


@pytest.mark.parametrize("file", RELEASE_TABLES)
def test_every_column_of_the_release_is_documented_in_its_order(file: str) -> None:
    assert first_column(chapters("reference/release.md")[f"{file}.csv"]) == [
        column.name for column in RELEASE_TABLES[file]
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\((?!https?://|mailto:)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_documentation_is_built_without_a_warning(tmp_path: Path) -> None:
    assert build_main(["--fail-on-warning", "--nitpicky", "-q", str(ROOT / "docs"), str(tmp_path / "html")]) == 0
    assert (tmp_path / "html" / "index.html").exists()
