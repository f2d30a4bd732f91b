"""Files as people have them: every kind reads alike, and every fault is named with its place and its mending."""

import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pyogrio
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wijkspiegel.errors import InputError
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.people import require_columns

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
        ("a.csv.gz", gzip.compress(CITIES.encode(), mtime=0)),
        ("a.json", '[{"stad": "Delft", "inwoners": 109577}, {"stad": "Oss", "inwoners": 92}]'),
        ("a.json", '{"a": {"stad": "Delft", "inwoners": 109577}, "b": {"stad": "Oss", "inwoners": 92}}'),
        ("a.json", '{"odata.metadata": "", "value": [{"stad": "Delft", "inwoners": "109577"}, '
                   '{"stad": "Oss", "inwoners": "92"}]}'),
        ("a.json", '{"d": {"results": [{"__metadata": {}, "stad": "Delft", "inwoners": 109577}, '
                   '{"stad": "Oss", "inwoners": 92}]}}'),
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
    return to_spss(path, {"stad": [1.0, 2.0], "inwoners": [109577.0, 92.0]}, {"stad": {1: "Delft", 2: "Oss"}})


def to_spss(path: Path, columns: dict[str, list[float]], labels: dict[str, dict[int | float, str]]) -> Path:
    pandas = pytest.importorskip("pandas")
    pyreadstat.write_sav(pandas.DataFrame(columns), path, variable_value_labels=labels)
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


def test_a_number_written_in_spss_keeps_its_labels_beside_it(tmp_path: Path) -> None:
    columns = {"herkomst": [1.0, 2.0, 9.0, float("nan")], "gewicht": [0.5, 1.25, 1.0, 2.0]}
    table = read_table(to_spss(tmp_path / "a.sav", columns, {"herkomst": {1: "Nederland", 2: "Marokko"}}))
    assert texts(table, "herkomst") == ["Nederland", "Marokko", "9", ""]
    assert table.labels == {"herkomst": {"1": "Nederland", "2": "Marokko"}}
    assert numbers(table, "gewicht").tolist() == [0.5, 1.25, 1, 2]


def test_records_by_key_keep_the_key_when_no_field_holds_it(write: Write) -> None:
    table = read_table(write("a.json", '{"GM0503": {"inwoners": 5}, "GM0828": {"inwoners": 7, "wijken": "2"}}'))
    assert texts(table, "key") == ["GM0503", "GM0828"]
    assert texts(table, "wijken") == ["", "2"]


def test_text_of_windows_is_recognised(write: Write) -> None:
    assert texts(read_table(write("a.csv", "stad;n\nSúdwest-Fryslân;1\n".encode("cp1252"))), "stad") == [
        "Súdwest-Fryslân"
    ]


def test_codes_keep_their_zeros_and_lose_their_padding(write: Write) -> None:
    assert texts(read_table(write("a.csv", "code,n\n0363      ,1\n")), "code") == ["0363"]


def test_a_named_sheet_is_read_and_its_empty_rows_are_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("2022")
    for row in ([], ["stad", "inwoners"], ["Delft", 1], [None, None], ["Oss", None]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", sheet="2022")
    assert texts(table, "stad") == ["Delft", "Oss"]
    assert np.isnan(numbers(table, "inwoners")).tolist() == [False, True]
    assert list(table.rows) == [3, 5]
    with pytest.raises(InputError, match=r"there is no sheet '2021'\. The sheets are: Sheet, 2022\."):
        read_table(tmp_path / "a.xlsx", sheet="2021")


@pytest.mark.parametrize(
    "content",
    [
        "person,Talen (nl; tr; ar),age\np1,nl;tr,30\np2,nl;tr;ar,31\n",
        "person,Talen (a; b; c; d),age\np1,a,30\n\np2,b,31\n",
        'person,"Talen (nl; tr; ar)",age\n"p1",nl,30\n"p2","nl\ntr",31\n',
        "person;Inkomen (in euro, netto, per maand, ongeveer);age\np1;1,5;30\np2;2,5;31\n",
        "person\tTalen (nl; tr, ar; en)\tage\np1\tnl\t30\np2\ttr;nl\t31\n",
    ],
)
def test_a_separator_that_stands_in_words_of_the_header_parts_no_columns(write: Write, content: str) -> None:
    table = read_table(write("a.csv", content))
    assert len(table.columns) == 3
    assert texts(table, "person") == ["p1", "p2"]
    assert texts(table, "age") == ["30", "31"]


def test_one_broken_row_does_not_change_what_parts_the_others(write: Write) -> None:
    rows = "".join(f"p{n};1,5;3\n" for n in range(20))
    assert message(write("a.csv", f"person;inkomen, netto;n\n{rows}q;1,5;3;4\n")).startswith(
        "Row 22 of a.csv: there are 4 fields, and the header has 3."
    )


def test_the_row_of_a_record_is_the_line_at_which_an_editor_shows_it(write: Write) -> None:
    table = read_table(write("a.csv", 'stad;n\n\nDelft;1\n"Den\nHaag";x\nOss;3\n;\n'))
    assert texts(table, "stad") == ["Delft", "Den\nHaag", "Oss"]
    assert list(table.rows) == [3, 5, 6]
    with pytest.raises(InputError, match="Row 5, column 'n' of"):
        numbers(table, "n")


# Faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "", "a.csv: the file is empty. Copy or download it again."),
        ("a.csv", "\n \n", "a.csv: the file holds nothing but blanks. Copy or download it again."),
        ("a.csv", "stad;n\n", "a.csv: there is a header, but no row under it. Give the file with its rows."),
        (
            "a.csv",
            "stad;n\nDelft;1\nOss;2;3\nEde;4\n",
            "Row 3 of a.csv: there are 3 fields, and the header has 2. "
            "Put a field that holds the separator between quotation marks.",
        ),
        (
            "a.csv",
            "stad;wijk;n\nDelft;1;2\nOss;2\nEde;4;1\n",
            "Row 3 of a.csv: there are 2 fields, and the header has 3. "
            "The fields after 'wijk' are missing: add them, or remove the row.",
        ),
        (
            "a.csv",
            "stad;wijk;n\nDelft;1;2\nOss;2",
            "Row 3 of a.csv: the file is cut off: there are 2 fields, and the header has 3. "
            "Copy or download it again, or remove the note under the table.",
        ),
        (
            "a.csv",
            'stad;n\nDelft;1\n"Oss;2\nEde;4\n',
            "Row 3 of a.csv: a quotation mark is opened and not closed. Close or remove it.",
        ),
        (
            "a.csv",
            "n;stad;n \n1;Delft;2\n",
            "Row 1, column 'n' of a.csv: this column stands in the header 2 times. "
            "Give every column a name of its own.",
        ),
        (
            "a.csv",
            "stad\nDelft\n\x81\n".encode("latin-1"),
            "Row 3 of a.csv: byte 0x81 belongs to none of the encodings UTF-8, UTF-16 and Windows-1252. "
            "Save the file as UTF-8.",
        ),
        (
            "a.csv",
            "  <!DOCTYPE html><html><body>Niet gevonden</body></html>",
            "a.csv: this is a web page, not a table. Open the page in a browser and download the file itself.",
        ),
        (
            "a.csv",
            b"PK\x03\x04rest",
            "a.csv: this is an Excel or zip file by its content. Give it the extension that it should have.",
        ),
        (
            "a.csv.gz",
            gzip.compress(CITIES.encode() * 50, mtime=0)[:60],
            "a.csv.gz: the gzipped file is cut off or damaged. Copy or download it again.",
        ),
        (
            "a.json",
            '[{"stad": "Delft"},\n {"stad": "Os',
            "Row 2 of a.json: this is not whole JSON (Unterminated string starting at). Copy or download it again.",
        ),
        (
            "a.json",
            '{"GM0503": {"n": 1}, "GM0503": {"n": 2}}',
            "a.json: 'GM0503' stands twice in one object. Keep one of the two.",
        ),
        (
            "a.json",
            '{"odata.nextLink": "https://localhost/2", "value": [{"n": 1}]}',
            "a.json: this is one page of a feed that has more. "
            "Get all pages, for instance with: wijkspiegel fetch-cbs.",
        ),
        (
            "a.json",
            '{"type": "FeatureCollection", "features": 3}',
            "a.json: there is no list of records in this JSON. Known forms: [{...}, ...], "
            '{"code": {...}, ...}, {"value": [...]} and {"d": {"results": [...]}}.',
        ),
        (
            "a.zip",
            "x",
            "a.zip: files with the extension '.zip' cannot be read. Known are .csv, .tsv, .txt, .xlsx, .xlsm, .xlsb, "
            ".xls, .ods, .parquet, .arrow, .feather, .dbf, .sav, .zsav, .json, and .csv.gz and .json.gz. "
            "Unpack the file first.",
        ),
    ],
)
def test_a_fault_is_named_with_its_place_and_its_mending(
    write: Write, name: str, content: str | bytes, sentence: str
) -> None:
    assert message(write(name, content)) == sentence


@pytest.mark.parametrize(
    ("make", "name", "kind"),
    [
        (in_excel, "a.xlsx", "workbook"),
        (in_parquet, "a.parquet", "Parquet file"),
        (in_arrow, "a.feather", "Arrow file"),
        (in_spss, "a.sav", "SPSS file"),
        (in_dbase, "a.dbf", "dBase file"),
    ],
)
def test_a_file_that_is_cut_off_is_named(tmp_path: Path, make: Callable[[Path], Path], name: str, kind: str) -> None:
    path = make(tmp_path / name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    assert message(path).startswith(f"{name}: the {kind} is cut off or damaged (")
    assert message(path).endswith("). Copy or download it again.")


def test_a_file_that_is_not_there_is_answered_with_one_that_is(write: Write) -> None:
    path = write("personen.csv", CITIES)
    assert (
        message(path.with_name("persoenen.csv")) == "persoenen.csv: there is no such file. Did you mean 'personen.csv'?"
    )
    assert message(path.parent / "x.csv") == "x.csv: there is no such file."


def test_a_missing_column_is_answered_with_those_that_are_there(write: Write) -> None:
    table = read_table(write("people.csv", "wijk,leeftijd\n1,2\n"))
    with pytest.raises(InputError) as error:
        texts(table, "wijken")
    assert str(error.value).endswith("people.csv: there is no such column. Found: wijk, leeftijd. Did you mean 'wijk'?")


PEOPLE = [["person", "age"], ["p1", 30]]
TITLE = [["Deelnemers 2026", None], [None, None]]


@pytest.mark.parametrize(
    ("sheets", "says"),
    [
        (
            {"Blad1": [*TITLE, *PEOPLE]},
            "Found: Deelnemers 2026, column 2 (row 1 of sheet 'Blad1'). 'person' stands in row 3 of sheet 'Blad1': "
            "delete the rows above it.",
        ),
        (
            {"Lees mij": [["Lees mij"], ["Eerst dit"]], "Mensen": PEOPLE},
            "Found: Lees mij (row 1 of sheet 'Lees mij'). 'person' stands in row 1 of sheet 'Mensen': "
            "put that sheet first.",
        ),
        (
            {"Lees mij": [[None], ["Lees mij"], ["Eerst dit"]], "Mensen": [*TITLE, *PEOPLE]},
            "Found: Lees mij (row 2 of sheet 'Lees mij'). 'person' stands in row 3 of sheet 'Mensen': "
            "delete the rows above it and put that sheet first.",
        ),
        (
            {"Blad1": [["naam", "age"], ["Jan", 30]]},
            "Found: naam, age (row 1 of sheet 'Blad1'). Name it. If the header is elsewhere: "
            "delete the rows above it, and put its sheet first.",
        ),
        (
            {"Blad1": [["persoon", "age"], ["Jan", 30]]},
            "Found: persoon, age (row 1 of sheet 'Blad1'). Did you mean 'persoon'? Name it.",
        ),
    ],
)
def test_a_table_that_starts_lower_or_on_another_sheet_is_pointed_at(
    tmp_path: Path, sheets: dict[str, list[list[object]]], says: str
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "people.xlsx"
    book.save(path)
    table = read_table(path)
    with pytest.raises(InputError) as error:
        require_columns(path, table.columns, ["person"], "Name it.")
    assert str(error.value) == f"Column 'person' of {path}: there is no such column. {says}"


@pytest.mark.parametrize(
    "cells", [[["nl", "tr"], ["ar"]], [{"first": "nl"}, {"first": "ar"}]], ids=["lists", "records"]
)
def test_a_column_of_lists_is_refused_where_it_is_needed_and_only_there(tmp_path: Path, cells: list[object]) -> None:
    path = tmp_path / "people.parquet"
    pyarrow.parquet.write_table(pa.table({"person": ["p1", "p2"], "languages": cells}), path)
    table = read_table(path)
    assert texts(table, "person") == ["p1", "p2"]
    with pytest.raises(InputError) as error:
        texts(table, "languages")
    assert str(error.value) == (
        f"Column 'languages' of {path}: each cell holds a list or a record, and one text or number is needed. "
        "Write a list as one text, such as 'nl;tr', or leave the column out."
    )


@pytest.mark.parametrize(("name", "module", "extra"), [("a.dbf", "pyogrio", "geo"), ("a.sav", "pyreadstat", "survey")])
def test_an_extra_that_is_not_installed_is_named(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert message(write(name, "x")).endswith(
        f"the extra '{extra}' is needed. Install it: pip install 'wijkspiegel[{extra}]'."
    )


# Numbers -------------------------------------------------------------------------------------------------------------


def column(*cells: str) -> RawTable:
    return RawTable(Path("a.csv"), pa.table({"n": list(cells)}), range(2, len(cells) + 2))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", " 23 ", "-4", "+5"], [1, 23, -4, 5]),
        (["", ".", "     .", "null", "NaN", "NA", "7"], [None] * 6 + [7]),
        (["12,5", "3", "0,125"], [12.5, 3, 0.125]),
        (["553417.0", "1.25"], [553417, 1.25]),
        (["1.234", "1.234,5"], [1234, 1234.5]),
        (["1,234", "1,234.5"], [1234, 1234.5]),
        (["1.234.567", "89"], [1234567, 89]),
        (["1 234", "12\u00a0345,5"], [1234, 12345.5]),
        (["0.125"], [0.125]),
        (["1234.567"], [1234.567]),
        (["1e3", "2.5E-01"], [1000, 0.25]),
        ([",5", "-,25"], [0.5, -0.25]),
        (["", ""], [None, None]),
    ],
)
def test_numbers_are_read_as_they_were_meant(cells: list[str], expected: list[float | None]) -> None:
    read = [None if np.isnan(number) else number for number in numbers(column(*cells), "n")]
    assert read == expected


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            ["1", "twaalf", "x"],
            "Row 3, column 'n' of a.csv: 'twaalf' is no number; likewise other cells of this column (1). "
            "Give a number with a decimal comma, as the rest of the column has, or leave the cell empty.",
        ),
        (
            ["1.5", "2.25", "3,5"],
            "Row 4, column 'n' of a.csv: '3,5' is no number. "
            "Give a number with a decimal point, as the rest of the column has, or leave the cell empty.",
        ),
        (
            ["12", "1.234", "5.678"],
            "Row 3, column 'n' of a.csv: '1.234' may have decimals or thousands, and no other cell of the column tells "
            "which. Write the figures without a mark between thousands.",
        ),
    ],
)
def test_a_cell_that_is_no_number_or_two_is_refused(cells: list[str], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        numbers(column(*cells), "n")
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    "cell", ["-", "+", "e5", ",", "1,", "--1", "1.2.3", "12%", "1_000", "inf", "0x1F", "1,23,456", "٣"]
)
def test_what_only_looks_like_a_number_is_refused_with_its_row(cell: str) -> None:
    with pytest.raises(InputError, match="Row 3, column 'n' of"):
        numbers(column("1", cell), "n")


def test_a_cell_without_a_value_is_empty_text_whatever_its_type() -> None:
    table = pa.table({"real": [1.0, float("nan"), None], "half": [0.5, None, 2.0], "whole": [1, None, 3]})
    read = RawTable(Path("a.parquet"), table, range(1, 4))
    assert texts(read, "real") == ["1", "", ""]
    assert texts(read, "half") == ["0.5", "", "2"]
    assert texts(read, "whole") == ["1", "", "3"]
    assert np.isnan(numbers(read, "real")).tolist() == [False, True, True]


def test_the_decimal_mark_can_be_given() -> None:
    assert numbers(column("1.234"), "n", decimal=".").tolist() == [1.234]
    assert numbers(column("1.234"), "n", decimal=",").tolist() == [1234]


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 2)), min_size=1), st.sampled_from([",", "."]))
def test_every_number_survives_being_written_with_either_decimal_mark(written: list[float], mark: str) -> None:
    cells = [f"{number:.2f}".replace(".", mark) for number in written]
    assert numbers(column(*cells), "n").tolist() == written


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
def test_every_count_survives_with_points_between_its_thousands(written: list[int]) -> None:
    cells = [f"{number:,}".replace(",", ".") for number in written]
    assert numbers(column(*cells), "n", decimal=",").tolist() == written


letters = st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\";,\n'")


@given(st.lists(st.text(letters), min_size=1, max_size=5), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_text_survives_a_csv(tmp_path: Path, written: list[str], encoding: str) -> None:
    quoted = [text.replace('"', '""') for text in written]
    lines = ["n;tekst", *(f'{n};"{text}"' for n, text in enumerate(quoted))]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding=encoding)
    assert texts(read_table(tmp_path / "a.csv"), "tekst") == [text.strip() for text in written]
