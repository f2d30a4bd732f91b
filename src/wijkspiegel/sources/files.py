"""Files as people have them -> tables of text, with the place of every cell, so that an error can point at it.

Known by their extension: CSV and TSV (also gzipped), Excel and OpenDocument, Parquet, Arrow, dBase, SPSS, JSON.
"""

import csv
import difflib
import gzip
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import python_calamine
from numpy.typing import NDArray

from wijkspiegel.errors import InputError

MISSING = ("", ".", "null", "none", "nan", "na", "n/a", "#n/a")
"""What stands for no figure, in small letters: CBS writes a point, other programs their own word."""

BLOCK = 1 << 24
"""Bytes of a CSV file that are read at once."""

ABOVE = 30
"""Rows of a sheet in which a column that is missing is looked for."""

TRIED = 100
"""Rows of a CSV file in which a separator is tried, where the header has several."""


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in a file: nothing renamed, nothing left out but rows that are blank.

    data : the columns; headers without surrounding blanks.
    rows : [record], the row of each record as a person sees it: of the sheet or text file, header included; the number
        of the record where the file has no such rows.
    labels : column -> value -> label, where the file brings them (SPSS). `data` then holds the labels.
    """

    path: Path
    data: pa.Table
    rows: Sequence[int]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.data.num_rows)

    @property
    def columns(self) -> list[str]:
        return list(self.data.column_names)


def read_table(path: Path | str, sheet: str | None = None) -> RawTable:
    """The table in a file. `sheet` names the sheet of a workbook; the first by default.

    Raises InputError, with the place and the mending, for a file that is missing, empty, cut off, of an unknown kind,
    in an unknown encoding, or that has rows too short or too long, or two columns of one name.
    """
    path = Path(path)
    _require_content(path)
    reader = _reader_of(path)
    table = reader(path, sheet)
    if not len(table):
        raise InputError("there is a header, but no row under it", file=path, mend="Give the file with its rows.")
    return table


def texts(table: RawTable, column: str) -> list[str]:
    """[record], the cells of a column as text without surrounding blanks; "" where there is nothing."""
    return list(cells(table, column).to_pylist())


def cells(table: RawTable, column: str) -> pa.ChunkedArray:
    """As `texts`, for columns of which a Python string for every cell would be too much."""
    return pc.fill_null(_as_text(_column(table, column)), "")


def numbers(table: RawTable, column: str, decimal: str | None = None) -> NDArray[np.float64]:
    """[record], the cells of a column as numbers; nan where there is none.

    decimal : "," or "."; recognised from the whole column by default. The other one, and blanks, then part thousands.
    Raises InputError for a cell that is no number, and where "1.234" may be 1234 as well as 1.234.
    """
    values = _column(table, column)
    if _is_numeric(values.type):
        return _floats(values)
    text = _as_text(values)
    text = pc.if_else(pc.is_in(pc.utf8_lower(text), pa.array(MISSING)), None, text)
    fits = {mark: pc.fill_null(pc.match_substring_regex(text, _number_with(mark)), True) for mark in (",", ".")}
    if decimal is None:
        decimal = _decimal_of(table, column, text, fits)
    if not pc.all(fits[decimal]).as_py():
        raise _no_number(table, column, text, fits[decimal], decimal)
    text = pc.replace_substring_regex(text, "[\\s\u00a0\u202f" + {",": ".", ".": ","}[decimal] + "]", "")
    return _floats(pc.replace_substring(text, ",", ".").cast(pa.float64()))


def _column(table: RawTable, column: str) -> pa.ChunkedArray:
    if column not in table.columns:
        raise no_such_column(table.path, table.columns, column)
    values = table.data.column(column)
    require_single(table.path, column, values.type)
    return values


def no_such_column(path: Path, found: Sequence[str], column: str, mend: str = "") -> InputError:
    """What was found instead, and where that stands in a workbook: its table may start lower, or on another sheet."""
    near = difflib.get_close_matches(column, found, n=1)
    place, moved = _in_workbook(path, found, column)
    if moved:
        mend = moved
    elif near:
        mend = f"Did you mean '{near[0]}'? {mend}"
    elif place:
        mend = f"{mend} If the header is elsewhere: delete the rows above it, and put its sheet first.".lstrip()
    return InputError(
        f"there is no such column. Found: {', '.join(found)}{place}", file=path, column=column, mend=mend.rstrip()
    )


def require_single(path: Path, column: str, kind: pa.DataType) -> None:
    """Raises InputError where each cell of a column holds several values, as Parquet and Arrow can."""
    if pa.types.is_nested(kind):
        raise InputError(
            "each cell holds a list or a record, and one text or number is needed", file=path, column=column,
            mend="Write a list as one text, such as 'nl;tr', or leave the column out.",
        )  # fmt: skip


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind))


def _floats(values: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(pc.fill_null(values.cast(pa.float64()), np.nan).to_numpy(), dtype=np.float64)


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
        whole = pc.equal(values, pc.floor(values))
        values = pc.if_else(
            pc.and_(whole, pc.less(pc.abs(values), 2.0**53)),
            pc.if_else(whole, values, 0.0).cast(pa.int64(), safe=False).cast(pa.string()),
            values.cast(pa.string()),
        )
    return pc.utf8_trim_whitespace(values.cast(pa.string()))


# Numbers -------------------------------------------------------------------------------------------------------------


def _number_with(decimal: str) -> str:
    """A regular expression for numbers with this decimal mark; thousands are parted by the other, or by a blank."""
    mark, other = (("," if decimal == "," else r"\."), (r"\." if decimal == "," else ","))
    thousands = rf"[1-9][0-9]{{0,2}}(?:(?:{other}[0-9]{{3}})+|(?:[ \x{{00a0}}\x{{202f}}][0-9]{{3}})+)"
    return rf"^[+-]?(?:(?:{thousands}|[0-9]+)(?:{mark}[0-9]+)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?$"


def _decimal_of(table: RawTable, column: str, text: pa.ChunkedArray, fits: Mapping[str, pa.ChunkedArray]) -> str:
    fitting = [mark for mark, fit in fits.items() if pc.all(fit).as_py()]
    if len(fitting) == 1:
        return fitting[0]
    marked = pc.fill_null(pc.match_substring_regex(text, "[.,]"), False)
    if not fitting:
        return max(fits, key=lambda mark: pc.sum(pc.and_(fits[mark], marked)).as_py() or 0)
    if pc.any(marked).as_py():
        first = pc.index(marked, True).as_py()
        raise InputError(
            f"'{text[first].as_py()}' may have decimals or thousands, and no other cell of the column tells which",
            file=table.path,
            row=table.rows[first],
            column=column,
            mend="Write the figures without a mark between thousands.",
        )
    return "."


def _no_number(table: RawTable, column: str, text: pa.ChunkedArray, fit: pa.ChunkedArray, decimal: str) -> InputError:
    first = pc.index(fit, False).as_py()
    others = pc.sum(pc.invert(fit)).as_py() - 1
    more = f"; likewise other cells of this column ({others:,})" if others else ""
    mark = {",": "comma", ".": "point"}[decimal]
    return InputError(
        f"'{text[first].as_py()}' is no number{more}",
        file=table.path,
        row=table.rows[first],
        column=column,
        mend=f"Give a number with a decimal {mark}, as the rest of the column has, or leave the cell empty.",
    )


# Which file ----------------------------------------------------------------------------------------------------------


def _require_content(path: Path) -> None:
    if not path.exists():
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, beside, n=1)
        raise InputError("there is no such file", file=path, mend=f"Did you mean '{near[0]}'?" if near else "")
    if path.is_dir():
        raise InputError("this is a directory, and a file is needed", file=path)
    if path.stat().st_size == 0:
        raise InputError("the file is empty", file=path, mend="Copy or download it again.")


def _reader_of(path: Path) -> Callable[[Path, str | None], RawTable]:
    extension = Path(path.name.lower().removesuffix(".gz")).suffix
    if extension not in READERS:
        raise InputError(
            f"files with the extension '{extension}' cannot be read",
            file=path,
            mend=f"Known are {', '.join(READERS)}, and .csv.gz and .json.gz."
            + (" Unpack the file first." if extension == ".zip" else ""),
        )
    return READERS[extension]


def _table(path: Path, data: pa.Table, first_row: int = 1) -> RawTable:
    names = _headers(path, data.column_names)
    return RawTable(path, data.rename_columns(names), range(first_row, first_row + data.num_rows))


def _headers(path: Path, found: Iterable[Any], row: int | None = None) -> list[str]:
    names = [str(name if name is not None else "").strip() or f"column {n}" for n, name in enumerate(found, start=1)]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(
            f"this column stands in the header {names.count(doubled[0])} times",
            file=path,
            row=row,
            column=doubled[0],
            mend="Give every column a name of its own.",
        )
    return names


# Text ----------------------------------------------------------------------------------------------------------------

_NOT_TEXT = {b"PK\x03\x04": "an Excel or zip file", b"PAR1": "a Parquet file", b"\xd0\xcf\x11\xe0": "an old Excel file"}


def _text_of(path: Path) -> str:
    """The content of a text file, unpacked and decoded; a byte order mark is taken off."""
    content = _bytes_of(path)
    for magic, kind in _NOT_TEXT.items():
        if content.startswith(magic):
            raise InputError(
                f"this is {kind} by its content", file=path, mend="Give it the extension that it should have."
            )
    text = _decoded(path, content)
    if not text.strip():
        raise InputError("the file holds nothing but blanks", file=path, mend="Copy or download it again.")
    if text.lstrip()[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise InputError(
            "this is a web page, not a table",
            file=path,
            mend="Open the page in a browser and download the file itself.",
        )
    return text


def _bytes_of(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise InputError(
            "the gzipped file is cut off or damaged", file=path, mend="Copy or download it again."
        ) from None


def _decoded(path: Path, content: bytes) -> str:
    for encoding in _encodings(content):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            wrong = error
    raise InputError(
        f"byte 0x{content[wrong.start]:02X} belongs to none of the encodings UTF-8, UTF-16 and Windows-1252",
        file=path,
        row=content.count(b"\n", 0, wrong.start) + 1,
        mend="Save the file as UTF-8.",
    )


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if content[1:64:2].count(0) > 16:
        return ("utf-16-le",)
    return ("utf-8-sig", "cp1252")


def _read_csv(path: Path, sheet: str | None) -> RawTable:
    text = _text_of(path)
    separator = _separator_of(text)
    header = next(row for row in csv.reader(_lines(text), delimiter=separator) if row)
    names = _headers(path, header, row=1)
    try:
        data = pyarrow.csv.read_csv(
            pa.py_buffer(text.encode()),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names,
                skip_rows_after_names=1,
                block_size=BLOCK,
                use_threads=len(text) > BLOCK,  # a thread that is still there when an error ends the program aborts it
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise _broken_csv(path, text, separator, names, error) from None
    lines = text.count("\n") + (not text.endswith("\n"))
    rows = range(2, lines + 1) if data.num_rows == lines - 1 else _csv_rows(text, separator)
    return _without_blank_rows(RawTable(path, data, rows))


def _separator_of(text: str) -> str:
    """Of the separators in the header, outside quotes, the most frequent by which the rows have as many fields.

    The most frequent of all where there is none: one that stands in words only, "languages (nl; tr)", parts no rows.
    """
    header = "".join(text.lstrip().split("\n", 1)[0].split('"')[::2])
    often = sorted((";", "\t", ","), key=header.count, reverse=True)
    there = [mark for mark in often if mark in header]
    if len(there) < 2:
        return often[0]
    return next((mark for mark in there if _parts_alike(text, mark)), often[0])


def _parts_alike(text: str, separator: str) -> bool:
    """Whether the first rows have as many fields as the header; one in ten may be broken."""
    reader = csv.reader(_lines(text), delimiter=separator)
    try:
        header, *rows = islice((row for row in reader if row), TRIED)
    except csv.Error:
        return False
    return sum(len(row) == len(header) for row in rows) >= 0.9 * len(rows)


def _csv_rows(text: str, separator: str) -> list[int]:
    """The line at which each record ends, for a file with blank lines or line breaks in its cells."""
    reader = csv.reader(_lines(text), delimiter=separator)
    return [reader.line_num for row in reader if row][1:]


def _lines(text: str) -> Iterator[str]:
    """One at a time: a StringIO would hold the text again, in four bytes a character."""
    return (line.group() for line in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text))


def _broken_csv(path: Path, text: str, separator: str, names: list[str], error: Exception) -> InputError:
    """The error for the first row that is not as the header is. Only read when the fast reader stumbled."""
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    ends = 0
    try:
        for row in reader:
            if row and len(row) != len(names):
                return _ragged(path, row, reader.line_num, names, last=next(reader, None) is None)
            ends = reader.line_num
    except csv.Error:
        return InputError(
            "a quotation mark is opened and not closed", file=path, row=ends + 1, mend="Close or remove it."
        )
    return InputError(f"the file cannot be read as CSV: {error}", file=path, mend="Save it again as CSV (UTF-8).")


def _ragged(path: Path, row: list[str], number: int, names: list[str], last: bool) -> InputError:
    problem = f"there are {len(row)} fields, and the header has {len(names)}"
    if len(row) > len(names):
        mend = "Put a field that holds the separator between quotation marks."
    elif last:
        problem, mend = (
            f"the file is cut off: {problem}",
            "Copy or download it again, or remove the note under the table.",
        )
    else:
        mend = f"The fields after '{names[len(row) - 1]}' are missing: add them, or remove the row."
    return InputError(problem, file=path, row=number, mend=mend)


def _without_blank_rows(table: RawTable) -> RawTable:
    """Rows in which every cell is empty hold nothing; spreadsheets often leave some under the table."""
    blank = np.ones(len(table), dtype=bool)
    for column in table.data.columns:
        if not blank.any():
            return table
        blank &= pc.equal(_as_text(pc.fill_null(column.cast(pa.string()), "")), "").to_numpy().astype(bool)
    kept = np.flatnonzero(~blank)
    return RawTable(table.path, table.data.take(pa.array(kept)), [table.rows[int(i)] for i in kept], table.labels)


# Workbooks -----------------------------------------------------------------------------------------------------------


def _read_workbook(path: Path, sheet: str | None) -> RawTable:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        if sheet is not None and sheet not in workbook.sheet_names:
            raise InputError(
                f"there is no sheet '{sheet}'", file=path, mend=f"The sheets are: {', '.join(workbook.sheet_names)}."
            )
        cells = workbook.get_sheet_by_name(sheet or workbook.sheet_names[0]).to_python(skip_empty_area=False)
    except python_calamine.PasswordError:
        raise InputError("the workbook has a password", file=path, mend="Save it without one.") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise _unreadable(path, "workbook", error) from None
    start = _first_row(cells)
    if start is None:
        raise InputError("the sheet is empty", file=path, mend=f"The sheets are: {', '.join(workbook.sheet_names)}.")
    names = _headers(path, cells[start], row=start + 1)
    columns = zip(*cells[start + 1 :], strict=True) if cells[start + 1 :] else ([] for _ in names)
    data = pa.table([_cells(list(column)) for column in columns], names=names)
    return _without_blank_rows(RawTable(path, data, range(start + 2, len(cells) + 1)))


def _first_row(cells: Sequence[Sequence[Any]]) -> int | None:
    return next((n for n, row in enumerate(cells) if any(cell != "" for cell in row)), None)


def _in_workbook(path: Path, found: Sequence[str], column: str) -> tuple[str, str]:
    """(in which row of which sheet of a workbook this header stands, what to do to have another read that has the
    column). Only read when a column was missing; "" for other files.
    """
    if READERS.get(path.suffix.lower()) is not _read_workbook or not path.is_file():
        return "", ""
    workbook = python_calamine.CalamineWorkbook.from_path(path)
    sheets = {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names}
    read = next((name for name, cells in sheets.items() if _names_in(cells, _first_row(cells)) == list(found)), "")
    place = f" (row {(_first_row(sheets[read]) or 0) + 1} of sheet '{read}')" if read else ""
    there = ((name, row) for name, cells in sheets.items() for row in range(min(len(cells), ABOVE))
             if column in _names_in(cells, row))  # fmt: skip
    name, row = next(there, ("", 0))
    todo = [
        *(["delete the rows above it"] if name and row != _first_row(sheets[name]) else []),
        *(["put that sheet first"] if name and name != read else []),
    ]
    return place, f"'{column}' stands in row {row + 1} of sheet '{name}': {' and '.join(todo)}." if todo else ""


def _names_in(cells: Sequence[Sequence[Any]], row: int | None) -> list[str]:
    """What a header has in this row."""
    if row is None:
        return []
    return [str(cell).strip() or f"column {n}" for n, cell in enumerate(cells[row], start=1)]


def _cells(values: list[Any]) -> pa.Array:
    """A column of mixed Python values: numbers where all are, text otherwise."""
    values = [None if value == "" else value for value in values]
    if all(value is None or type(value) in (int, float) for value in values):
        return pa.array(values, pa.float64()) if any(type(value) is float for value in values) else pa.array(values)
    return pa.array([_word(value) for value in values], pa.string())


def _word(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _unreadable(path: Path, kind: str, error: Exception) -> InputError:
    return InputError(
        f"the {kind} is cut off or damaged ({str(error).splitlines()[0].rstrip('.')})",
        file=path,
        mend="Copy or download it again.",
    )


# Tables of other programs --------------------------------------------------------------------------------------------


def _read_parquet(path: Path, sheet: str | None) -> RawTable:
    try:
        return _table(path, pyarrow.parquet.read_table(path))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, "Parquet file", error) from None


def _read_arrow(path: Path, sheet: str | None) -> RawTable:
    try:
        return _table(path, pyarrow.feather.read_table(path))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, "Arrow file", error) from None


def _read_dbf(path: Path, sheet: str | None) -> RawTable:
    try:
        import pyogrio  # noqa: PLC0415  an optional extra
    except ImportError:
        raise _extra_needed(path, "dBase", "geo") from None
    _require_whole_dbf(path)
    try:
        return _table(path, pyogrio.read_arrow(path, read_geometry=False)[1])
    except pyogrio.errors.DataSourceError as error:
        raise _unreadable(path, "dBase file", error) from None


def _require_whole_dbf(path: Path) -> None:
    """The header tells how many records there are, and how long; readers take what there is of them without a word."""
    with path.open("rb") as file:
        header = file.read(12)
    records, start, length = struct.unpack("<IHH", header[4:]) if len(header) == 12 else (1, 12, 1)
    if path.stat().st_size < start + records * length:
        raise _unreadable(path, "dBase file", ValueError(f"it should have {records} records"))


def _read_spss(path: Path, sheet: str | None) -> RawTable:
    try:
        import pyreadstat  # noqa: PLC0415  an optional extra
    except ImportError:
        raise _extra_needed(path, "SPSS", "survey") from None
    try:
        values, about = pyreadstat.read_sav(path, output_format="dict")
    except pyreadstat.ReadstatError as error:
        raise _unreadable(path, "SPSS file", error) from None
    labels = {
        name.strip(): {_word(value) or "": text for value, text in given.items()}
        for name, given in about.variable_value_labels.items()
    }
    columns = {name.strip(): _cells([_present(value) for value in column]) for name, column in values.items()}
    data = pa.table({name: _labelled(column, labels.get(name, {})) for name, column in columns.items()})
    return RawTable(path, data, range(1, data.num_rows + 1), labels)


def _present(value: Any) -> Any:
    """A cell of SPSS as Python has it; None for system-missing."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and np.isnan(value) else value


def _labelled(column: pa.Array, labels: Mapping[str, str]) -> pa.Array:
    if not labels:
        return column
    return pa.array(
        [labels.get(value, value) for value in _as_text(pa.chunked_array([column])).to_pylist()], pa.string()
    )


def _extra_needed(path: Path, kind: str, extra: str) -> InputError:
    return InputError(
        f"to read {kind} files the extra '{extra}' is needed",
        file=path,
        mend=f"Install it: pip install 'wijkspiegel[{extra}]'.",
    )


# JSON ----------------------------------------------------------------------------------------------------------------


def _read_json(path: Path, sheet: str | None) -> RawTable:
    try:
        content = json.loads(_text_of(path), object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is not whole JSON ({error.msg})", file=path, row=error.lineno, mend="Copy or download it again."
        ) from None
    except _DoubledKeyError as error:
        raise InputError(f"'{error}' stands twice in one object", file=path, mend="Keep one of the two.") from None
    records = _records(path, content)
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [_cells([record.get(name) for record in records]) for name in names]
    return _table(path, pa.table(columns, names=names))


class _DoubledKeyError(ValueError):
    """A JSON object has a key twice; the usual reader would silently keep the last."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _DoubledKeyError(next(key for key in made if keys.count(key) > 1))
    return made


def _records(path: Path, content: Any) -> list[dict[str, Any]]:
    """The records in an OData answer (v2 to v4), a list of records, or records by key."""
    if isinstance(content, dict):
        if any(key.endswith(("nextLink", "__next")) for key in content):
            raise InputError(
                "this is one page of a feed that has more",
                file=path,
                mend="Get all pages, for instance with: wijkspiegel fetch-cbs.",
            )
        for envelope in ("value", "d", "results"):
            if isinstance(content.get(envelope), list | dict):
                return _records(path, content[envelope])
    if isinstance(content, dict) and content and all(isinstance(record, dict) for record in content.values()):
        content = [record if key in record.values() else {"key": key} | record for key, record in content.items()]
    if not isinstance(content, list) or not content or not all(isinstance(record, dict) for record in content):
        raise InputError(
            "there is no list of records in this JSON",
            file=path,
            mend='Known forms: [{...}, ...], {"code": {...}, ...}, {"value": [...]} and {"d": {"results": [...]}}.',
        )
    return [{name: value for name, value in record.items() if not _is_about(name)} for record in content]


def _is_about(name: str) -> bool:
    """What OData says of a record, not in it."""
    return name == "__metadata" or "odata." in name


READERS: Mapping[str, Callable[[Path, str | None], RawTable]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".xlsx": _read_workbook,
    ".xlsm": _read_workbook,
    ".xlsb": _read_workbook,
    ".xls": _read_workbook,
    ".ods": _read_workbook,
    ".parquet": _read_parquet,
    ".arrow": _read_arrow,
    ".feather": _read_arrow,
    ".dbf": _read_dbf,
    ".sav": _read_spss,
    ".zsav": _read_spss,
    ".json": _read_json,
}
"""Extension, in small letters -> what reads it."""
