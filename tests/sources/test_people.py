"""Counting a file of persons: the same as counting by hand, whatever the file is."""

from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wijkspiegel.errors import InputError
from wijkspiegel.sources.people import Cells, count_people

AREAS = ("B1", "B2", "B 3", 'B"4', "B;5")
GROUPS = ("nl", "western", "non-western", "")

persons = st.lists(st.tuples(st.sampled_from(AREAS), st.sampled_from(GROUPS)), min_size=1, max_size=60)


def counted(cells: Cells) -> Counter[tuple[str, ...]]:
    names = list(cells.columns)
    return Counter(
        {
            tuple(cells.columns[name][cell] for name in names): int(people)
            for cell, people in enumerate(cells.people.tolist())
        }
    )


def parquet(path: Path, **columns: object) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


# Laws ----------------------------------------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(rows=persons)
def test_counting_is_what_counting_by_hand_gives(rows: list[tuple[str, str]], tmp_path: Path) -> None:
    areas, groups = zip(*rows, strict=True)
    path = parquet(tmp_path / "people.parquet", wijk=areas, **{"her komst": groups})
    assert counted(count_people(path, {"area": "wijk", "group": "her komst"})) == Counter(rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(rows=persons)
def test_a_csv_file_counts_as_a_parquet_file_does(rows: list[tuple[str, str]], tmp_path: Path) -> None:
    table = pa.table(dict(zip(("wijk", "groep"), zip(*rows, strict=True), strict=True)))
    pyarrow.csv.write_csv(table, tmp_path / "people.csv")
    pyarrow.parquet.write_table(table, tmp_path / "people.parquet")
    columns = {"area": "wijk", "group": "groep"}
    in_csv, in_parquet = (count_people(tmp_path / f"people.{kind}", columns) for kind in ("csv", "parquet"))
    assert counted(in_csv) == counted(in_parquet)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(rows=persons, seed=st.integers(0, 9))
def test_the_order_of_persons_does_not_matter(rows: list[tuple[str, str]], seed: int, tmp_path: Path) -> None:
    areas, groups = zip(*rows, strict=True)
    order = np.random.default_rng(seed).permutation(len(rows))
    columns = {"area": "a", "group": "g"}
    one = parquet(tmp_path / "one.parquet", a=areas, g=groups)
    other = parquet(tmp_path / "other.parquet", a=[areas[i] for i in order], g=[groups[i] for i in order])
    assert counted(count_people(one, columns)) == counted(count_people(other, columns))


# Cases ---------------------------------------------------------------------------------------------------------------


def test_numbers_and_words_for_one_code_are_one_code(tmp_path: Path) -> None:
    numbers = parquet(tmp_path / "n.parquet", a=[1, 1, 2], g=[6030.0, None, 5022.0])
    cells = count_people(numbers, {"area": "a", "group": "g"})
    assert counted(cells) == {("1", "6030"): 1, ("1", ""): 1, ("2", "5022"): 1}


def test_blanks_around_a_word_do_not_make_another_word(tmp_path: Path) -> None:
    path = parquet(tmp_path / "p.parquet", a=["B1", " B1", "B1 "])
    cells = count_people(path, {"area": "a"})
    assert cells.columns["area"].values == ("B1",)
    assert cells.people.sum() == 3


def test_a_cell_knows_the_first_row_of_the_file_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a\nB1\nB1\nB2\nB1\nB3\n")
    cells = count_people(tmp_path / "p.csv", {"area": "a"})
    rows = {cells.columns["area"][cell]: int(row) for cell, row in enumerate(cells.rows)}
    assert rows == {"B1": 2, "B2": 4, "B3": 6}


def test_a_column_whose_name_is_sql_is_a_column(tmp_path: Path) -> None:
    name = 'x"; DROP TABLE people; --'
    path = parquet(tmp_path / "p.parquet", **{name: ["B1", "B2", "B1"]})
    assert counted(count_people(path, {"area": name})) == {("B1",): 2, ("B2",): 1}


def test_a_file_with_brackets_in_its_name_is_that_file(tmp_path: Path) -> None:
    parquet(tmp_path / "p1.parquet", a=["wrong"])
    path = parquet(tmp_path / "p[1].parquet", a=["right"])
    assert counted(count_people(path, {"area": "a"})) == {("right",): 1}


def test_more_rows_than_fit_in_one_batch_are_all_counted(tmp_path: Path) -> None:
    number = 300_001
    path = parquet(tmp_path / "p.parquet", a=np.arange(number) % 3, p=np.arange(number))
    cells = count_people(path, {"area": "a", "person": "p"})
    assert counted(cells) == {("0",): 100_001, ("1",): 100_000, ("2",): 100_000}


def test_labels_of_spss_are_counted_and_not_their_numbers(tmp_path: Path) -> None:
    table = pa.table({"wijk": [1.0, 1.0, 2.0]}).to_pandas()
    pyreadstat.write_sav(table, tmp_path / "p.sav", variable_value_labels={"wijk": {1.0: "Haven", 2.0: "Veld"}})
    assert counted(count_people(tmp_path / "p.sav", {"area": "wijk"})) == {("Haven",): 2, ("Veld",): 1}


def test_the_named_sheet_of_a_workbook_is_counted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("inwoners").append(["wijk"])
    book["inwoners"].append(["W1"])
    book.save(tmp_path / "p.xlsx")
    assert counted(count_people(tmp_path / "p.xlsx", {"area": "wijk"}, "inwoners")) == {("W1",): 1}


def test_one_person_may_be_there_once_each_year(tmp_path: Path) -> None:
    path = parquet(tmp_path / "p.parquet", a=["B1", "B1"], y=[2023, 2024], p=[7, 7])
    cells = count_people(path, {"area": "a", "year": "y", "person": "p"})
    assert counted(cells) == {("B1", "2023"): 1, ("B1", "2024"): 1}


# What cannot be ------------------------------------------------------------------------------------------------------


def message(path: Path, **columns: str) -> str:
    with pytest.raises(InputError) as error:
        count_people(path, columns)
    return str(error.value).replace(f"{path.parent}/", "")


def test_a_person_who_is_there_twice_is_named_with_the_row(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("nr,a\n1,B1\n2,B1\n3,B2\n2,B2\n1,B2\n")
    assert message(tmp_path / "p.csv", person="nr", area="a") == (
        "Row 5 of p.csv: this person is in the file before; 2 persons are. Keep one row for each person and year; name "
        "the column of the year as `year` in city.toml."
    )


def test_a_person_who_is_there_twice_in_one_year_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "p.parquet", a=["B1"] * 3, y=[2023, 2024, 2024], p=[7, 7, 7])
    assert message(path, area="a", year="y", person="p").startswith(
        "Row 3 of p.parquet: this person is in the file before in the same year; 1 persons are."
    )


def test_a_missing_column_comes_with_the_columns_that_are_there(tmp_path: Path) -> None:
    path = parquet(tmp_path / "p.parquet", buurten=["B1"], jaar=[2024])
    assert message(path, area="buurt") == (
        "Column 'buurt' of p.parquet: there is no such column. Found: buurten, jaar. Did you mean 'buurten'? "
        "Name the right one, in city.toml or with the option of that name."
    )


def test_a_cut_off_parquet_file_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "p.parquet", a=list(range(1000)))
    path.write_bytes(path.read_bytes()[:-100])
    assert message(path, area="a").startswith("p.parquet: the Parquet file is cut off or damaged (")


def test_a_parquet_file_without_persons_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "p.parquet", a=pa.array([], pa.string()))
    assert message(path, area="a") == (
        "p.parquet: there is a header, but no row under it. Give the file with its rows."
    )


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert message(tmp_path / "p.parquet", area="a") == "p.parquet: there is no such file."


def test_people_are_not_counted_by_a_column_of_lists(tmp_path: Path) -> None:
    path = parquet(tmp_path / "people.parquet", wijk=["B1", "B2"], taal=[["nl", "tr"], ["ar"]])
    with pytest.raises(InputError, match=r"Column 'taal' of .*people\.parquet: each cell holds a list or a record"):
        count_people(path, {"area": "wijk", "group": "taal"})
