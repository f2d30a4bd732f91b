"""Files as people have them: every kind reads alike, and every fault is named with its place and its mending."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import hypothesis.extra.numpy as arrays
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pyogrio
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from wijkspiegel.errors import InputError
from wijkspiegel.sources.files import numbers, read_table, texts

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to


def message(path: Path) -> str:
    """The sentence of the error that reading the file gives, without the directory."""
    with pytest.raises(InputError) as error:
        read_table(path)
    return str(error.value).replace(f"{path.parent}/", "")


CITIES = "stad;inwoners\nDelft;109577\nOss;92 \n"


# One table in every kind of file -------------------------------------------------------------------------------------


def in_excel(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (["stad ", "inwoners"], ["Delft", 109577], ["Oss", 92]):
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", CITIES),
        ("a.csv", CITIES.replace(";", ",")),
        ("a.tsv", CITIES.replace(";", "\t")),
        ("a.txt", CITIES.replace("\n", "\r\n")),
        ("a.csv", "\ufeff" + CITIES),
        ("a.csv", CITIES.encode("utf-16")),
        ("a.csv", CITIES.encode("utf-16-le")),
        ("A.CSV", CITIES.removesuffix("\n")),
        ("a.csv", '"stad";"inwoners"\n"Delft";"109577"\n"Oss";"92"\n'),
        ("a.csv.gz", gzip.compress(CITIES.encode())),
        ("a.json", '[{"stad": "Delft", "inwoners": 109577}, {"stad": "Oss", "inwoners": 92}]'),
        ("a.json", '{"a": {"stad": "Delft", "inwoners": 109577}, "b": {"stad": "Oss", "inwoners": 92}}'),
        ("a.json", '{"odata.metadata": "", "value": [{"stad": "Delft", "inwoners": "109577"}, {"stad": "Oss", "inwoners": "92"}]}'),
        ("a.json", '{"d": {"results": [{"__metadata": {}, "stad": "Delft", "inwoners": 109577}, {"stad": "Oss", "inwoners": 92}]}}'),
        ("a.json", '{"d": [{"stad": "Delft", "inwoners": 109577}, {"stad": "Oss", "inwoners": 92}]}'),
    ],
)  # fmt: skip
def test_a_text_file_of_any_form_holds_the_same_table(write: Write, name: str, content: str | bytes) -> None:
    table = read_table(write(name, content))
    assert texts(table, "stad") == ["Delft", "Oss"]
    assert texts(table, "inwoners") == ["109577", "92"]
    assert numbers(table, "inwoners").tolist() == [109577.0, 92.0]


def in_parquet(path: Path) -> Path:
    pyarrow.parquet.write_table(pa.table({"stad": ["Delft  ", "Oss"], "inwoners": [109577, 92]}), path)
    return path


def in_arrow(path: Path) -> Path:
    pyarrow.feather.write_feather(pa.table({"stad": ["Delft", "Oss"], "inwoners": [109577.0, 92.0]}), path)
    return path


def in_dbase(path: Path) -> Path:
    table = pa.table({"stad": ["Delft", "Oss"], "inwoners": [109577, 92]})
    pyogrio.write_arrow(table, path, driver="ESRI Shapefile", encoding="UTF-8")
    return path


def in_spss(path: Path) -> Path:
    columns = {"stad": [1.0, 2.0], "inwoners": [109577.0, 92.0]}
    pandas = pytest.importorskip("pandas")
    pyreadstat.write_sav(pandas.DataFrame(columns), path, variable_value_labels={"stad": {1: "Delft", 2: "Oss"}})
    return path


@pytest.mark.parametrize(
    ("make", "name"),
    [(in_excel, "a.xlsx"), (in_parquet, "a.parquet"), (in_arrow, "a.feather"), (in_dbase, "a.dbf"), (in_spss, "a.sav")],
)
def test_a_file_of_any_program_holds_the_same_table(tmp_path: Path, make: Callable[[Path], Path], name: str) -> None:
    table = read_table(make(tmp_path / name))
    assert texts(table, "stad") == ["Delft", "Oss"]
    assert texts(table, "inwoners") == ["109577", "92"]
    assert numbers(table, "inwoners").tolist() == [109577.0, 92.0]
