"""Imports only ever go down, and the parts of one floor do not know each other. Inline and typing imports count too."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "wijkspiegel"

# From the bottom up. What stands on one line is one part: its own modules may import each other.
FLOORS: list[list[str]] = [
    ["errors"],
    ["measures"],
    ["schemes", "tables", "wording"],
    ["sources", "disclosure", "connectors", "encounters", "common_ground"],
    ["mirror", "report", "seating", "ground"],
    ["site"],
    ["cli", "__main__"],
]
MODULES_THAT_SHARE_A_FLOOR = {("tables", "schemes"), ("wording", "schemes"), ("__main__", "cli")}


def _floor_of(part: str) -> int:
    return next(number for number, parts in enumerate(FLOORS) if part in parts)


def _modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def _part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imported_parts(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                found.add("a relative import")
            elif node.module == "wijkspiegel":
                found |= {name.name for name in node.names}
            elif node.module and node.module.startswith("wijkspiegel."):
                found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("wijkspiegel.")}
    return found


def _forbidden(part: str, imported: str) -> bool:
    if imported in (part, "__version__") or (part, imported) in MODULES_THAT_SHARE_A_FLOOR:
        return False
    known = [name for parts in FLOORS for name in parts]
    return imported not in known or _floor_of(imported) >= _floor_of(part)


def test_every_part_has_a_floor() -> None:
    known = {name for parts in FLOORS for name in parts}
    assert {_part_of(path) for path in _modules()} <= known


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path) -> None:
    part = _part_of(path)
    assert [i for i in sorted(_imported_parts(path.read_text(encoding="utf-8"))) if _forbidden(part, i)] == []


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("measures", "def f():\n    from wijkspiegel.tables import Composition\n"),
        ("sources", "from wijkspiegel.disclosure import protect"),
        ("disclosure", "import wijkspiegel.report.page"),
        ("tables", "from wijkspiegel import mirror"),
        ("tables", "from . import schemes"),
    ],
)
def test_an_import_that_goes_up_or_sideways_is_found(part: str, source: str) -> None:
    assert any(_forbidden(part, imported) for imported in _imported_parts(source))
