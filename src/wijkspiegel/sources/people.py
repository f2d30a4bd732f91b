"""Counting a file of persons: rows of people become rows of counts, in one pass.

A Parquet file is streamed, so its size does not matter; other files are read whole. DuckDB counts. It sees the columns
by the fixed names that the caller gives them, so that no text of a user reaches SQL.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.sources.files import RawTable, no_such_column, read_table, require_single, texts

PERSON = "person"
ROW = "row"
BATCH = 1 << 17


@dataclass(frozen=True)
class Words:
    """A column of words that repeat: cell n has values[codes[n]].

    codes : [cell], index in values.
    """

    values: tuple[str, ...]
    codes: NDArray[np.intp]

    def __getitem__(self, cell: int) -> str:
        return self.values[int(self.codes[cell])]


@dataclass(frozen=True)
class Cells:
    """People counted by some columns.

    columns : fixed name -> the words of the cells. headers : fixed name -> what the column is called in the file.
    people : [cell], >= 0. rows : [cell], the first row of the file that is in the cell.
    """

    path: Path
    columns: Mapping[str, Words]
    people: NDArray[np.float64]
    rows: NDArray[np.int64]
    headers: Mapping[str, str]


def count_people(path: Path, columns: Mapping[str, str], sheet: str | None = None) -> Cells:
    """Persons by the given columns; one row of the file is one person.

    columns : fixed name -> column of the file. "person" is not counted by: where it is given, no person may be in the
        file twice with the same "year", or twice at all without one.

    Raises InputError for a column that is not there, and for a person who is in the file twice.
    """
    source = open_file(path, sheet)
    require_columns(path, source.names, columns.values())
    with duckdb.connect() as connection:
        if PERSON in columns:
            key = {name: columns[name] for name in (PERSON, "year") if name in columns}
            connection.register("people", source.reader(key))
            _refuse_doubles(path, connection, "year" in columns)
        by = {name: column for name, column in columns.items() if name != PERSON}
        connection.register("people", source.reader(by))
        counted = connection.sql(
            "SELECT * EXCLUDE (row), count(*) AS people, min(row) AS row FROM people GROUP BY ALL ORDER BY row"
        ).to_arrow_table()
    return Cells(
        path,
        {name: words(path, counted.column(name)) for name in by},
        np.asarray(counted.column("people"), dtype=np.float64),
        np.asarray(counted.column(ROW), dtype=np.int64),
        columns,
    )


def words(path: Path, column: pa.ChunkedArray) -> Words:
    """A column of any type as words. Values that are written alike become one."""
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    found = texts(RawTable(path, pa.table({"words": encoded.dictionary}), range(len(encoded.dictionary))), "words")
    values, unified = np.unique(np.array(found, dtype=object), return_inverse=True)
    codes = np.asarray(encoded.indices).astype(np.intp)
    return Words(tuple(values.tolist()), unified[codes] if len(found) else codes)


@dataclass(frozen=True)
class OpenFile:
    """A file of which columns can be read, again and again, under other names."""

    path: Path
    names: Sequence[str]
    dataset: pyarrow.dataset.Dataset
    rows: Sequence[int] | None

    def reader(self, columns: Mapping[str, str]) -> pa.RecordBatchReader:
        """The given columns under their fixed names, with the row in the file as the last."""
        for column in columns.values():
            require_single(self.path, column, self.dataset.schema.field(column).type)
        scanner = self.dataset.scanner(
            columns={name: pc.field(column) for name, column in columns.items()}, batch_size=BATCH
        )
        schema = scanner.projected_schema.append(pa.field(ROW, pa.int64()))
        return pa.RecordBatchReader.from_batches(schema, self._numbered(scanner, schema))

    def _numbered(self, scanner: pyarrow.dataset.Scanner, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in scanner.to_batches():
            stop = start + len(batch)
            rows = np.arange(start + 1, stop + 1) if self.rows is None else np.asarray(self.rows[start:stop])
            yield pa.record_batch([*batch.columns, pa.array(rows, pa.int64())], schema=schema)
            start = stop


def open_file(path: Path, sheet: str | None = None) -> OpenFile:
    if path.suffix.lower() != ".parquet" or not path.is_file() or not path.stat().st_size:
        table = read_table(path, sheet)
        return OpenFile(path, table.columns, pyarrow.dataset.dataset(table.data), table.rows)
    try:
        dataset = pyarrow.dataset.dataset(path, format="parquet")
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"the Parquet file is cut off or damaged ({str(error).splitlines()[0].rstrip('.')})",
            file=path,
            mend="Copy or download it again.",
        ) from None
    if not dataset.count_rows():
        raise InputError("there is a header, but no row under it", file=path, mend="Give the file with its rows.")
    return OpenFile(path, dataset.schema.names, dataset, None)


NAME_IT = "Name the right one, in city.toml or with the option of that name."
CALL_IT_SO = "The columns of this file have fixed names: call it so."


def require_columns(path: Path, found: Sequence[str], wanted: Iterable[str], mend: str = NAME_IT) -> None:
    """Every wanted column is there, once. Raises InputError for the first that is not."""
    for column in wanted:
        if list(found).count(column) > 1:
            raise InputError(
                "this column is there twice", file=path, column=column, mend="Give each a name of its own."
            )
        if column not in found:
            raise no_such_column(path, found, column, mend)


ONCE = """
    SELECT count(*), min(again) FROM
    (SELECT max(row) AS again FROM people WHERE person IS NOT NULL GROUP BY person HAVING count(*) > 1)
"""
ONCE_A_YEAR = ONCE.replace("GROUP BY person", "GROUP BY person, year")


def _refuse_doubles(path: Path, connection: duckdb.DuckDBPyConnection, by_year: bool) -> None:
    ((doubled, row),) = connection.execute(ONCE_A_YEAR if by_year else ONCE).fetchall()
    if doubled:
        raise InputError(
            f"this person is in the file before{' in the same year' if by_year else ''}; {doubled:,} persons are",
            file=path,
            row=row,
            mend="Keep one row for each person and year; name the column of the year as `year` in city.toml.",
        )
