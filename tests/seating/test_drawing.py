"""From a file of volunteers to a panel and the lottery it came from, and what is said when that cannot be."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wijkspiegel.cli import app
from wijkspiegel.errors import WijkspiegelError
from wijkspiegel.seating.drawing import Drawn, draw_panel, notes_of, said_of

POOL = """id;sex;age;household
a1;f;old;h1
a2;f;old;h1
b1;m;old;h2
b2;m;old;
b3;m;old;
b4;m;old;
c1;m;;h3
c2;m;old;
"""
QUOTA = "attribute,value,minimum,maximum\nsex,f,1,1\nsex,m,0,3\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "pool.csv").write_text(POOL, encoding="utf-8")
    (tmp_path / "quota.csv").write_text(QUOTA, encoding="utf-8")
    return tmp_path / "pool.csv", tmp_path / "quota.csv"


def drawn(files: tuple[Path, Path], out: str = "out", size: int = 3, seed: int = 1, **asked: object) -> Drawn:
    return draw_panel(*files, size, files[0].parent / out, seed=seed, **asked)  # type: ignore[arg-type]


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_draw_is_five_files_that_only_the_owner_can_read(files: tuple[Path, Path]) -> None:
    found = drawn(files)
    out = files[0].parent / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "categories.csv", "chances.csv", "panel.csv", "panels.csv", "quality.csv",
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in found.written} == {0o600}
    assert rows(out / "chances.csv")[:3] == [
        ["person", "chance", "fairest", "comment"],
        ["a1", "0.5", "0.5", ""],
        ["a2", "0.5", "0.5", ""],
    ]
    assert sorted(row[1:] for row in rows(out / "chances.csv")[3:]) == [
        *[["0.333", "0.333333", ""]] * 4,
        *[["0.334", "0.333333", ""]] * 2,
    ]
    assert rows(out / "quality.csv") == [
        ["measure", "value", "bound", "verdict"],
        ["lowest chance", "0.333", "0.333", "proved optimal"],
        ["lowest chance of any lottery", "0.333333", "0.333333", "proved optimal"],
        ["lost by numbering", "0.000333", "0.000333", "proved optimal"],
        ["furthest from fairest", "0.000667", "", "no useful bound"],
    ]


def test_the_panel_is_the_one_of_its_number(files: tuple[Path, Path]) -> None:
    found = drawn(files, seed=7)
    out = files[0].parent / "out"
    _, *panels = rows(out / "panels.csv")
    assert [person for number, person in panels if number == str(found.number)] == [
        person for (person,) in rows(out / "panel.csv")[1:]
    ]
    assert len(panels) == 1000 * 3


def test_categories_stand_beside_what_they_would_have_without_quotas(files: tuple[Path, Path]) -> None:
    drawn(files)
    assert rows(files[0].parent / "out" / "categories.csv")[:3] == [
        ["attribute", "value", "minimum", "maximum", "pool", "seats", "seats_without_quotas",
         "lowest_chance", "mean_chance", "highest_chance"],
        ["sex", "f", "1", "1", "2", "1", "0.75", "0.5", "0.5", "0.5"],
        ["sex", "m", "0", "3", "6", "2", "2.25", "0.333", "0.333333", "0.334"],
    ]  # fmt: skip


def test_another_seed_draws_from_the_same_panels(files: tuple[Path, Path]) -> None:
    numbers = [drawn(files, f"out{seed}", seed=seed).number for seed in (1, 2)]
    one, other = ((files[0].parent / f"out{seed}" / "panels.csv").read_bytes() for seed in (1, 2))
    assert one == other
    assert numbers[0] != numbers[1]


def test_the_order_of_rows_changes_no_file(files: tuple[Path, Path]) -> None:
    drawn(files, one_of="household")
    header, *people = POOL.splitlines()
    files[0].write_text("\n".join([header, *reversed(people)]), encoding="utf-8")
    drawn(files, "again", one_of="household")
    first, again = (
        {path.name: path.read_bytes() for path in (files[0].parent / out).iterdir()} for out in ("out", "again")
    )
    assert first == again


def test_what_is_said_of_a_draw(files: tuple[Path, Path]) -> None:
    found = drawn(files)
    assert said_of(found, "en") == (
        f"Seed 1 drew panel {found.number} of 1,000: 3 people, within every quota. Whoever can be in a panel has a "
        "chance of at least 33.30%; without quotas everybody would have 37.50%. No lottery of 1,000 panels gives a "
        "higher lowest chance (proved), and none at all more than 33.33%."
    )
    assert said_of(found, "nl").endswith("(bewezen), en geen enkele meer dan 33,33%.")


def test_what_may_not_be_meant_is_noted(files: tuple[Path, Path]) -> None:
    files[1].write_text("attribute,value,minimum,maximum\nage,old,1,3\nage,ancient,0,2\nsex,f,0,3\n", encoding="utf-8")
    assert notes_of(drawn(files, one_of="household"), "en") == [
        "'age' is not known of 1 of the 8 people: no quota is for them.",
        "Nobody is 'age ancient'.",
        "There is no quota for 'sex m' (6 people): any number may be in a panel.",
        "'household' is not known of 4 of the 8 people: each counts as alone.",
    ]


def test_whoever_can_be_in_no_panel_reads_why(files: tuple[Path, Path]) -> None:
    files[1].write_text("attribute,value,minimum,maximum\nage,old,3,3\n", encoding="utf-8")
    found = drawn(files, language="nl")
    assert ["c1", "0", "0", "In geen enkel panel binnen de quota; wel na 'age old' minimum 3 → 2."] in rows(
        files[0].parent / "out" / "chances.csv"
    )
    assert said_of(found, "en").endswith("In no panel within the quotas can be: 1 of the 8; chances.csv says why.")


def test_an_earlier_draw_is_never_overwritten(files: tuple[Path, Path]) -> None:
    drawn(files)
    before = {path: path.read_bytes() for path in (files[0].parent / "out").iterdir()}
    with pytest.raises(WijkspiegelError, match=r"there is panel.csv already, and it stays. Choose another --out."):
        drawn(files, seed=2)
    assert {path: path.read_bytes() for path in (files[0].parent / "out").iterdir()} == before


@pytest.mark.parametrize(
    ("quota", "says"),
    [
        ("attribute,value,minimum\nsex,f,1\n", "Column 'maximum' of quota.csv: there is no such column."),
        ("attribute,value,minimum,maximum\nsex,f,,1\n", "Row 2, column 'minimum' of quota.csv: the cell is empty."),
        ("attribute,value,minimum,maximum\nsex,f,0,1.5\n", "Row 2, column 'maximum' of quota.csv: '1.5' is no number"),
        ("attribute,value,minimum,maximum\nsex,f,0,-1\n", "Row 2, column 'maximum' of quota.csv: '-1' is no number"),
        ("attribute,value,minimum,maximum\nsex,f,0,many\n", "Row 2, column 'maximum' of quota.csv: 'many' is no"),
        ("attribute,value,minimum,maximum\nsex,,0,1\n", "Row 2, column 'value' of quota.csv: the cell is empty."),
        ("attribute,value,minimum,maximum\nsex,f,2,1\n", "Row 2 of quota.csv: the minimum, 2, is more than the"),
        ("attribute,value,minimum,maximum\nsex,f,0,1\nsex,f,0,2\n", "Row 3 of quota.csv: 'sex f' has a quota already."),
        ("attribute,value,minimum,maximum\nsx,f,0,1\n", "The pool has no column 'sx'. Found: age, household, sex."),
        ("attribute,value,minimum,maximum\nsex,F,1,2\n", "Or find more volunteers. Known of 'sex': f, m."),
        (
            "attribute,value,minimum,maximum\nsex,f,2,2\nhousehold,h2,1,1\nhousehold,h3,1,1\n",
            "No panel of 3 keeps all quotas. The smallest change, of 1 in all, after which one does: ",
        ),
    ],
)  # fmt: skip
def test_quotas_that_cannot_be_end_with_one_message_and_exit_code_2(
    files: tuple[Path, Path], quota: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files[1].write_text(quota, encoding="utf-8")
    monkeypatch.chdir(files[0].parent)
    with pytest.raises(WijkspiegelError) as error:
        draw_panel(Path("pool.csv"), Path("quota.csv"), 3, Path("out"))
    assert says == str(error.value)[: len(says)] or str(error.value).endswith(says)
    assert error.value.exit_code == 2
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"panels": 0}, "A lottery of 0 panels draws none"),
        ({"seed": -1}, "The seed is -1. Give 0 or more."),
        ({"size": 9}, "A panel of 9 cannot be drawn from 8 people"),
        ({"person": "name"}, "there is no such column. Found: id, sex, age, household"),
        ({"one_of": "hosehold"}, "Found: age, household, sex. Did you mean 'household'?"),
        ({"one_of": "age"}, "With one of each 'age' a panel has at most 2 people, and 3 are asked for."),
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_refused(files: tuple[Path, Path], asked: dict[str, object], says: str) -> None:
    with pytest.raises(WijkspiegelError) as error:
        drawn(files, **asked)  # type: ignore[arg-type]
    assert says in str(error.value)


def test_from_the_command_line(files: tuple[Path, Path]) -> None:
    out = files[0].parent / "from-shell"
    result = CliRunner().invoke(
        app,
        ["draw", str(files[0]), "--size", "3", "--quota", str(files[1]), "--one-of", "household", "--panels", "100",
         "--person", "id", "--seed", "3", "--language", "en", "--out", str(out)],
    )  # fmt: skip
    assert result.exit_code == 0
    assert "Seed 3 drew panel " in result.output
    assert len(rows(out / "panels.csv")) == 1 + 100 * 3
    assert "To draw in public: one number from 1 to 100." in result.output


def test_quotas_that_cannot_hold_are_refused_in_dutch_where_nothing_else_is_asked(files: tuple[Path, Path]) -> None:
    result = CliRunner().invoke(app, ["draw", str(files[0]), "--size", "9", "--quota", str(files[1])])
    assert str(result.exception) == "Een panel van 9 is niet te loten uit 8 mensen: geef een kleiner aantal."
