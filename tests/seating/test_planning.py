"""From a file of people to a plan in files, and what is said when that cannot be."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from wijkspiegel.cli import app
from wijkspiegel.errors import WijkspiegelError
from wijkspiegel.seating.asking import read_composition, read_participants, read_rules
from wijkspiegel.seating.page import said_of
from wijkspiegel.seating.planning import Asked, change_plan, make_plan, read_plan

RULES = """
[weights]
age = 2
wish = 5

[[together]]
people = ["p01", "p02"]

[[apart]]
people = ["p03", "p04"]
rounds = [1]

[[at]]
where = { wheels = "yes" }
tables = ["1"]

[[each_table]]
where = { role = ["host", "guide"] }
at_least = 1

[[accompanied]]
people = ["p05"]
by = { role = "host" }

[[present]]
people = ["p06"]
rounds = [1]

[[wish]]
person = "p07"
with = ["p08", "p09"]
"""


def people_in(directory: Path) -> Path:
    rows = ["person,name,age,role,wheels"]
    for n in range(12):
        role = "host" if n in (0, 4) else "guide" if n == 8 else "guest"
        rows.append(f"p{n:02},Naam {n},{'young' if n % 2 else 'old'},{role},{'yes' if n == 10 else 'no'}")
    path = directory / "people.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quiet(step: str) -> None:
    pass


def test_a_plan_in_files_keeps_the_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    asked = Asked(
        people_in(tmp_path), 3, rounds=2, mirror="age", rules=tmp_path / "rules.toml", name="name", seconds=0.1
    )
    made, written = make_plan(asked, tmp_path / "plan", "nl", quiet)
    assert made.judged.broken == ()
    rows = rows_of(tmp_path / "plan" / "plan.csv")
    assert len(rows) == 12 + 11
    at = {(row["person"], row["round"]): row["table"] for row in rows}
    assert at["p01", "1"] == at["p02", "1"]
    assert at["p03", "1"] != at["p04", "1"]
    assert at["p10", "1"] == at["p10", "2"] == "1"
    assert ("p06", "2") not in at
    chairs = [(row["round"], row["table"], row["seat"]) for row in rows]
    assert len(set(chairs)) == len(chairs)
    assert {path.name for path in written} == {
        "plan.csv", "quality.csv", "plan.html", "people.csv", "setup.json", "rules.toml",
    }  # fmt: skip
    page = (tmp_path / "plan" / "plan.html").read_text(encoding="utf-8")
    assert page.count("Naam 11") == 2 + 1
    assert "p11" not in page


def test_quality_has_a_bound_and_a_verdict_beside_each_value(tmp_path: Path) -> None:
    make_plan(Asked(people_in(tmp_path), 3, mirror="age", seconds=0.1), tmp_path / "plan", "en", quiet)
    first, *_, last = rows_of(tmp_path / "plan" / "quality.csv")
    assert first == {"measure": "mirror", "value": "0.0", "bound": "0.0", "verdict": "proved optimal"}
    assert last == {"measure": "rules broken", "value": "0", "bound": "0.0", "verdict": ""}


def test_an_earlier_plan_is_never_overwritten(tmp_path: Path) -> None:
    asked = Asked(people_in(tmp_path), 3, mirror="age", seconds=0.05)
    make_plan(asked, tmp_path / "plan", "nl", quiet)
    before = (tmp_path / "plan" / "plan.csv").read_bytes()
    with pytest.raises(WijkspiegelError, match=r"there is plan\.csv already, and it stays"):
        make_plan(Asked(asked.people, 4, seed=2), tmp_path / "plan", "nl", quiet)
    assert (tmp_path / "plan" / "plan.csv").read_bytes() == before


def test_who_met_in_an_earlier_plan_meets_others(tmp_path: Path) -> None:
    asked = Asked(people_in(tmp_path), 3, mirror="", seconds=0.05)
    make_plan(asked, tmp_path / "first", "nl", quiet)
    again = Asked(asked.people, 4, mirror="", before=(tmp_path / "first" / "plan.csv",), seconds=0.05)
    made, _ = make_plan(again, tmp_path / "second", "nl", quiet)
    assert len(made.problem.before) == 3 * 6
    assert made.judged.repeats == 0


def test_a_plan_is_changed_on_the_evening(tmp_path: Path) -> None:
    make_plan(Asked(people_in(tmp_path), 3, rounds=3, mirror="age", seconds=0.1), tmp_path / "plan", "nl", quiet)
    (tmp_path / "absent.csv").write_text("person\np03\n", encoding="utf-8")
    (tmp_path / "arrived.csv").write_text("person,age\nlate,old\n", encoding="utf-8")
    found, written = change_plan(
        tmp_path / "plan", tmp_path / "absent.csv", tmp_path / "arrived.csv", 2, tmp_path / "later", "nl", 1
    )
    assert found.moves == ()
    before = {(row["person"], row["round"]): row["table"] for row in rows_of(tmp_path / "plan" / "plan.csv")}
    after = {(row["person"], row["round"]): row["table"] for row in rows_of(tmp_path / "later" / "plan.csv")}
    gone = {("p03", "2"), ("p03", "3")}
    assert {key: table for key, table in after.items() if key[0] != "late"} == {
        key: table for key, table in before.items() if key not in gone
    }
    assert {key for key in after if key[0] == "late"} == {("late", "2"), ("late", "3")}
    assert rows_of(tmp_path / "later" / "moves.csv") == []
    assert {path.name for path in written} == {
        *("plan.csv", "quality.csv", "plan.html", "people.csv", "setup.json", "moves.csv")
    }


def test_a_changed_plan_is_changed_once_more(tmp_path: Path) -> None:
    """As on an evening: who left and who came is remembered, with whatever ids were called, and rounds stand."""
    people = people_in(tmp_path)
    people.write_text(people.read_text(encoding="utf-8").replace("person,name", "nummer,person"), encoding="utf-8")
    rows = people.read_text(encoding="utf-8").splitlines()
    people.write_text(
        "\n".join([rows[0] + ",points", *(f"{row},{n}" for n, row in enumerate(rows[1:]))]), encoding="utf-8"
    )
    asked = Asked(people, 3, rounds=3, mirror="age", diverse="points", person="nummer", name="person", seconds=0.1)
    make_plan(asked, tmp_path / "plan", "nl", quiet)
    (tmp_path / "absent.csv").write_text("nummer\np03\n", encoding="utf-8")
    (tmp_path / "late.csv").write_text("nummer,age,points\nlate,old,\n", encoding="utf-8")
    change_plan(tmp_path / "plan", tmp_path / "absent.csv", tmp_path / "late.csv", 2, tmp_path / "two", "nl", 1)
    (tmp_path / "gone.csv").write_text("nummer\np04\nlate\n", encoding="utf-8")
    found, _ = change_plan(tmp_path / "two", tmp_path / "gone.csv", None, 3, tmp_path / "three", "nl", 1)
    two, three = (
        {(row["person"], row["round"]): row["table"] for row in rows_of(tmp_path / name / "plan.csv")}
        for name in ("two", "three")
    )
    assert {key: table for key, table in two.items() if key[1] != "3"} == {
        key: table for key, table in three.items() if key[1] != "3"
    }
    assert {key[0] for key in two if key[1] == "3"} - {key[0] for key in three if key[1] == "3"} == {"p04", "late"}
    assert found.plan.judged.broken == ()


@pytest.mark.parametrize("there", ["people.csv", "rules.toml", "setup.json"])
def test_no_file_that_stands_there_is_overwritten_or_taken_for_one_of_the_plan(tmp_path: Path, there: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / there).write_text("mine", encoding="utf-8")
    with pytest.raises(WijkspiegelError, match=rf"there is {there} already, and it stays"):
        make_plan(Asked(people_in(tmp_path), 3, seconds=0.05), tmp_path / "out", "nl", quiet)
    assert (tmp_path / "out" / there).read_text(encoding="utf-8") == "mine"


def test_rules_that_cannot_hold_on_the_evening_are_told_with_their_file(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('[[each_table]]\nwhere = { role = "host" }\nat_least = 1\n', encoding="utf-8")
    asked = Asked(people_in(tmp_path), 2, rounds=2, rules=tmp_path / "rules.toml", seconds=0.05)
    make_plan(asked, tmp_path / "plan", "nl", quiet)
    (tmp_path / "absent.csv").write_text("person\np00\n", encoding="utf-8")
    with pytest.raises(WijkspiegelError, match=r"every table has at least 1 of role = host.*plan/rules\.toml"):
        change_plan(tmp_path / "plan", tmp_path / "absent.csv", None, 2, tmp_path / "later", "nl", 1)
    (tmp_path / "absent.csv").write_text("person\nzed\n", encoding="utf-8")
    with pytest.raises(WijkspiegelError, match=r"'zed' is said to be absent, and is not in the plan\.$"):
        change_plan(tmp_path / "plan", tmp_path / "absent.csv", None, 2, tmp_path / "later", "nl", 1)


def test_who_is_absent_from_the_start_is_not_counted(tmp_path: Path) -> None:
    make_plan(Asked(people_in(tmp_path), 3, rounds=2, seconds=0.05), tmp_path / "plan", "nl", quiet)
    (tmp_path / "absent.csv").write_text("person\np00\np01\n", encoding="utf-8")
    found, _ = change_plan(tmp_path / "plan", tmp_path / "absent.csv", None, 1, tmp_path / "later", "nl", 1)
    assert said_of(found.plan, "en").startswith("10 people at 3 tables")


def test_blanks_around_the_name_of_a_table_are_nothing(tmp_path: Path) -> None:
    rules = '[tables]\n"Tafel 1 " = { seats = 6 }\nB = { seats = 6 }\n[[at]]\npeople = [" p00"]\ntables = ["Tafel 1"]\n'
    (tmp_path / "rules.toml").write_text("\ufeff" + rules, encoding="utf-8")
    asked = Asked(people_in(tmp_path), rules=tmp_path / "rules.toml", seconds=0.05)
    make_plan(asked, tmp_path / "plan", "nl", quiet)
    earlier, _, _ = read_plan(tmp_path / "plan")
    assert [table.name for table in earlier.problem.tables] == ["Tafel 1", "B"]


def test_seats_are_needed_only_by_who_is_there_at_once(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        f"[[present]]\npeople = {[f'p{n:02}' for n in range(6)]}\nrounds = [1]\n"
        f"[[present]]\npeople = {[f'p{n:02}' for n in range(6, 12)]}\nrounds = [2]\n",
        encoding="utf-8",
    )
    asked = Asked(people_in(tmp_path), 2, 3, 2, rules=tmp_path / "rules.toml", seconds=0.05)
    made, _ = make_plan(asked, tmp_path / "plan", "nl", quiet)
    assert [int((row >= 0).sum()) for row in made.seated] == [6, 6]
    with pytest.raises(WijkspiegelError, match=r"6 people do not fit: there are 4 seats at 2 tables\. Give at least 3"):
        make_plan(replace(asked, seats=2), tmp_path / "other", "nl", quiet)


def test_pairs_are_those_who_meet_now_and_strangers_of_earlier_plans_are_noted(tmp_path: Path) -> None:
    people = people_in(tmp_path)
    make_plan(Asked(people, 3, mirror="", seconds=0.05), tmp_path / "first", "nl", quiet)
    earlier = tmp_path / "first" / "plan.csv"
    earlier.write_text(earlier.read_text(encoding="utf-8").replace("p00,", "0,"), encoding="utf-8")
    made, _ = make_plan(Asked(people, 4, mirror="", before=(earlier,), seconds=0.05), tmp_path / "two", "nl", quiet)
    assert made.judged.pairs == 4 * 3
    assert [str(one) for one in made.problem.notes] == [
        "Of the 12 people in earlier plans 1 are not among the people now, such as '0'."
    ]


def test_who_differs_still_counts_on_the_evening(tmp_path: Path) -> None:
    ages = {"d": 20, "a": 22, "c": 70, "b": 72, "e": 21, "f": 71}
    people = tmp_path / "people.csv"
    people.write_text("person,age\n" + "".join(f"{one},{age}\n" for one, age in ages.items()), encoding="utf-8")
    asked = Asked(people, 2, seats=4, mirror="", diverse="age", seconds=0.05)
    made, _ = make_plan(asked, tmp_path / "plan", "nl", quiet)
    earlier, _, _ = read_plan(tmp_path / "plan")
    assert earlier.judged.distance == pytest.approx(made.judged.distance)
    (tmp_path / "arrived.csv").write_text("person,age\nlate,90\nlater,\n", encoding="utf-8")
    found, _ = change_plan(tmp_path / "plan", None, tmp_path / "arrived.csv", 1, tmp_path / "later", "nl", 1)
    distances = found.plan.problem.distances
    ids = found.plan.problem.people.ids
    unit = float(np.std(list(ages.values())))
    assert distances[ids.index("late"), ids.index("d")] == pytest.approx(70 / unit)
    assert distances[ids.index("b"), ids.index("a")] == pytest.approx(50 / unit)
    assert not distances[ids.index("later")].any()
    assert "distance" in [row["measure"] for row in rows_of(tmp_path / "later" / "quality.csv")]


def test_a_front_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    asked = Asked(people_in(tmp_path), 3, rounds=4, mirror="age,role", front=True, seconds=0.1)
    make_plan(asked, tmp_path / "plan", "nl", quiet)
    repeats = [int(row["repeats"]) for row in rows_of(tmp_path / "plan" / "front.csv")]
    assert repeats == sorted(set(repeats))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("person,age\nx,1\ny,2\nx,3\n", "Row 4, column 'person' of people.csv: 'x' is there twice, first in row 2."),
        ("person,age\nx,1\n,2\n", "Row 3, column 'person' of people.csv: there is no id. Give everybody an id."),
        ("naam,age\nx,1\n", "Column 'person' of people.csv: there is no such column. Found: naam, age."),
    ],
)
def test_wrong_people_are_refused_with_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text(content, encoding="utf-8")
    with pytest.raises(WijkspiegelError) as raised:
        read_participants(Path("people.csv"))
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "[[togehter]]\npeople = ['a', 'b']\n",
            "'togehter' is not a name that is known here. Known are: weights",
        ),
        ("[[apart]]\npeople = ['a', 'a']\n", "'apart.1.people': Value error, 'a' is there twice"),
        ("[[each_table]]\npeople = ['a']\n", "'each_table.1': Value error, give at_least or at_most"),
        ("[[apart]]\npeople = ['a']\n", "'apart.1.people': Tuple should have at least 2 items"),
        (
            "[[at]]\nwho = {}\ntables = ['1']\n",
            "'at.1.who' is not a name that is known here. Known are: people, where, tables,",
        ),
        (
            "[wishes]\ncolumns = 'a'\ncolumn = 'a'\n",
            "'wishes.columns' is not a name that is known here. Known are: column,",
        ),
        (
            "[tables.1]\nseat = 4\nseats = 4\n",
            "'tables.1.seat' is not a name that is known here. Known are: seats, minimum",
        ),
        ("[[wish]]\nwho = 'a'\nperson = 'a'\nwith = ['b']\n", "Known are: person, with, at_least,"),
        ("[[apart]\n", "this is not TOML"),
        ("[[wish]]\nperson = 'a'\n", "'wish.1.with': Field required"),
    ],
)
def test_wrong_rules_are_refused_with_their_place(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(WijkspiegelError) as raised:
        read_rules(path)
    assert told in str(raised.value)


def test_a_composition_that_is_below_zero_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "city.csv"
    path.write_text("attribute,value,people\nage,old,-1\n", encoding="utf-8")
    with pytest.raises(WijkspiegelError, match="this must be a number not below 0"):
        read_composition(path)


def test_the_command_says_how_good_the_plan_is_and_what_to_do_next(tmp_path: Path) -> None:
    people = people_in(tmp_path)
    runner = CliRunner()
    options = [
        "--tables",
        "3",
        "--mirror",
        "age",
        "--seconds",
        "0.05",
        "--language",
        "en",
        "--out",
        str(tmp_path / "plan"),
    ]
    done = runner.invoke(app, ["plan", str(people), *options])
    assert done.exit_code == 0
    assert "12 people at 3 tables, rounds: 1. 18 pairs meet, 0 meetings are a repeat; all rules hold." in done.output
    assert json.loads((tmp_path / "plan" / "setup.json").read_text(encoding="utf-8"))["mirror"] == ["age"]
    (tmp_path / "absent.csv").write_text("person\np03\n", encoding="utf-8")
    later = ["replan", str(tmp_path / "plan"), "--absent", str(tmp_path / "absent.csv"), "--language", "en"]
    done = runner.invoke(app, later)
    assert done.exit_code == 0
    assert "Places other than was planned: 0; fewer cannot be." in done.output
    assert (tmp_path / "plan-from-1" / "plan.csv").exists()


def test_directories_of_any_name_are_written_to_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people, runner = people_in(tmp_path).rename(tmp_path / "guests.csv"), CliRunner()
    (tmp_path / "absent.csv").write_text("person\np03\n", encoding="utf-8")
    inside = tmp_path / "evening [b]"
    inside.mkdir()
    monkeypatch.chdir(inside)
    asked = ["plan", str(people), "--tables", "3", "--seconds", "0.05", "--out", "."]
    assert runner.invoke(app, asked).exit_code == 0
    for _ in range(2):
        done = runner.invoke(app, ["replan", ".", "--absent", str(tmp_path / "absent.csv")])
        assert (done.exception, done.exit_code) == (None, 0)
        monkeypatch.chdir(tmp_path / f"{Path.cwd().name}-from-1")
