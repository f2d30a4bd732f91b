"""People who vote, in the order of the votes: what is not known of them is said, and what cannot be has a place."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from wijkspiegel.errors import InputError, SettingsError, WijkspiegelError
from wijkspiegel.sources.voters import read_margins, read_voters

Write = Callable[[str], Path]
PEOPLE = "person,wijk,age,weight\nbob,Oost,young,2\nann,West,,0.5\ncas,Oost,old,1\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(content: str) -> Path:
        (tmp_path / "p.csv").write_text(content)
        return tmp_path / "p.csv"

    return to


def message(read: Callable[[], object], path: Path) -> str:
    with pytest.raises(WijkspiegelError) as error:
        read()
    return str(error.value).replace(f"{path.parent}/", "")


def test_people_stand_in_the_order_of_the_votes(write: Write) -> None:
    voters = read_voters(write(PEOPLE), ("ann", "bob"))
    assert voters.groups == {"wijk": ["West", "Oost"], "age": ["", "young"]}
    assert voters.weight is not None
    assert voters.weight.tolist() == [0.4, 1.6]
    assert voters.notes == ()


def test_only_the_kinds_that_are_asked_are_read(write: Write) -> None:
    assert list(read_voters(write(PEOPLE), ("ann",), ("age",)).groups) == ["age"]


def test_who_voted_and_is_not_in_the_file_is_of_no_group_and_weighs_one(write: Write) -> None:
    voters = read_voters(write(PEOPLE), ("ann", "dan"))
    assert voters.groups["wijk"] == ["West", ""]
    assert voters.weight is not None
    assert voters.weight.tolist() == [1.0, 1.0]
    [note] = voters.notes
    assert (note.code, note.count) == ("voters_unknown", 1)
    assert note.nl.startswith("Van minder dan 10 mensen die stemden is niets bekend")
    assert note.en.startswith("Of fewer than 10 people who voted nothing is known")


def test_people_of_a_parquet_file_with_numbers_for_names_are_those_of_the_votes(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pa.table({"person": [2.0, 1.0], "wijk": ["a", "b"]}), tmp_path / "p.parquet")
    assert read_voters(tmp_path / "p.parquet", ("1", "2")).groups == {"wijk": ["b", "a"]}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("wie,wijk\nann,a\n", "p.csv: the column 'person' is missing. Found: wie, wijk. Call the column of ids so;"),
        (PEOPLE + "ann,Oost,old,1\n", "Row 5, column 'person' of p.csv: 'ann' stands here twice. Keep one row"),
        (PEOPLE + "dan,Oost,old,0\n", "Row 5, column 'weight' of p.csv: a weight is a number above 0."),
        (PEOPLE + "dan,Oost,old,\n", "Row 5, column 'weight' of p.csv: a weight is a number above 0."),
        (PEOPLE + "dan,Oost,old,much\n", "Row 5, column 'weight' of p.csv: 'much' is no number."),
        (PEOPLE + ",Oost,old,1\n", "Row 5, column 'person' of p.csv: this cell is empty. Say who this is, or"),
        ("person,wijk\ndan,a\n", "Column 'person' of p.csv: nobody in this file voted. Use the ids of the votes."),
    ],
)
def test_faults_in_the_file_of_people_have_a_place(write: Write, content: str, error: str) -> None:
    path = write(content)
    assert message(lambda: read_voters(path, ("ann",)), path).startswith(error)


def test_a_kind_that_is_no_column_is_named_with_the_nearest(write: Write) -> None:
    path = write(PEOPLE)
    assert message(lambda: read_voters(path, ("ann",), ("wjk",)), path) == (
        "Column 'wjk' of p.csv: there is no such column. Found: person, wijk, age, weight. Did you mean 'wijk'?"
    )


MARGINS = "margin,category,population\nwijk,Oost,600\nwijk,West,400\nage,old,0\nage,young,1000\n"


def test_margins_are_people_by_category(write: Write) -> None:
    assert read_margins(write(MARGINS)) == {
        "wijk": {"Oost": 600.0, "West": 400.0},
        "age": {"old": 0.0, "young": 1000.0},
    }


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("margin,population\nwijk,6\n", "p.csv: the column 'category' is missing. Found: margin, population."),
        (MARGINS + "wijk,Oost,5\n", "Row 6 of p.csv: 'Oost' of 'wijk' stands here twice. Give each category one row."),
        (MARGINS + "wijk,Zuid,-5\n", "Row 6, column 'population' of p.csv: a population is a number, 0 or more."),
        (MARGINS + "wijk,Zuid,\n", "Row 6, column 'population' of p.csv: a population is a number, 0 or more."),
        (MARGINS + "wijk,,5\n", "Row 6, column 'category' of p.csv: this cell is empty."),
        (MARGINS + ",Zuid,5\n", "Row 6, column 'margin' of p.csv: this cell is empty."),
        ("margin,category,population\nwijk,Oost,0\n", "The margin 'wijk' of p.csv sums to nothing: give how many"),
    ],
)
def test_faults_in_the_file_of_margins_have_a_place(write: Write, content: str, error: str) -> None:
    path = write(content)
    assert message(lambda: read_margins(path), path).startswith(error)


def test_errors_are_of_the_kind_that_they_are_about(write: Write) -> None:
    with pytest.raises(InputError):
        read_margins(write(MARGINS + "wijk,Oost,5\n"))
    with pytest.raises(SettingsError):
        read_margins(write("margin,category,population\nwijk,Oost,0\n"))


def test_weights_are_finite(write: Write) -> None:
    weight = read_voters(write(PEOPLE), ("ann", "bob", "cas")).weight
    assert weight is not None
    assert np.isfinite(weight).all()
