"""The page about Add Health is what its command makes of the data."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "explanation" / "add-health.md").read_text(encoding="utf-8")


def test_the_page_is_what_its_command_makes(shared: Callable[[str], Path]) -> None:
    directory = shared("addhealth/people.parquet").parent
    made = runpy.run_path(str(DOCS / "add_health.py"))
    contacts, circle = made["circles_of"](made["pupils"](directory, made["LEFT_OUT"]))
    found = made["homophily"](contacts, circle)
    everywhere = made["homophily"](*made["circles_of"](made["pupils"](directory)))
    for part in (made["head"](contacts), made["inbreeding"](found, everywhere), made["mixing"](found)):
        assert "\n".join(part) in PAGE
    asian = circle.take(contacts.group == contacts.scheme.index("asian"))
    assert numbers("\n".join(made["mirrors"]({"asian": made["curve"](asian)}))) == pytest.approx(
        numbers(PAGE[PAGE.index("### Asian") : PAGE.index("### Hispanic")]), abs=0.02
    )


def numbers(text: str) -> list[float]:
    return [
        float(number) for line in re.findall(r"^\| 0\..*$", text, flags=re.M) for number in re.findall(r"\d\.\d+", line)
    ]


def test_without_the_data_the_command_says_so_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["add_health.py", str(tmp_path)])
    runpy.run_path(str(DOCS / "add_health.py"), run_name="__main__")
    assert capsys.readouterr().out.startswith("Skipped: there are no data of Add Health")
