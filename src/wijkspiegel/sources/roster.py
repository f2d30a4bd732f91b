"""The people whom ties are between: who they are, where they live, of which group they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.sources.city_settings import TiesSettings
from wijkspiegel.sources.files import RawTable, texts
from wijkspiegel.sources.people import open_file, require_columns
from wijkspiegel.sources.survey import swapped
from wijkspiegel.tables import Composition

Ints = NDArray[np.int64]

WHOLE_NUMBER = "^-?[0-9]{1,18}$"


@dataclass(frozen=True)
class Roster:
    """People in order of their id. ids : [person], whole numbers where all of them are, texts as bytes elsewhere.

    area, group : [person], -1 where they are not known.
    """

    ids: NDArray[Any]
    area: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, ids: pa.Array) -> Ints:
        """[id], row of the person; -1 for who is not in the roster."""
        if not len(self):
            return np.full(len(ids), -1, dtype=np.int64)
        wanted, given = self._as_mine(plain_ids(ids))
        place = np.minimum(np.searchsorted(self.ids, wanted), len(self) - 1)
        return np.where(given & (self.ids[place] == wanted), place, -1)

    def _as_mine(self, ids: pa.Array) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Ids as those of the roster are, and whether there are any."""
        found = _whole(ids) if self.ids.dtype.kind == "i" else pc.cast(ids, pa.string())
        given = np.asarray(pc.is_valid(found))
        if self.ids.dtype.kind == "i":
            return np.asarray(pc.fill_null(found, 0)), given
        return _as_bytes(pc.fill_null(found, "")), given

    def names(self, who: NDArray[np.bool_]) -> NDArray[Any]:
        """The ids of some people, as they stand in the file."""
        return self.ids[who] if self.ids.dtype.kind == "i" else np.char.decode(self.ids[who], "utf-8").astype(object)


def roster_of(settings: TiesSettings, folder: Path, residents: Composition) -> Roster:
    """The people of the file. Raises InputError for somebody who is in it twice or has no id, and where no area or no
    group is one of the city's.
    """
    path = folder / settings.people
    area = _Column(settings.area, {code: number for number, code in enumerate(residents.areas.codes)})
    group = _Column(settings.group, {name: number for number, name in enumerate(residents.scheme.groups)})
    people = []
    for batch in _batches(path, settings):
        people.append(plain_ids(batch["person"]))
        area.add(batch["area"])
        group.add(batch["group"])
    area.require(path, f"area is one of level '{residents.areas.level}'", residents)
    group.require(path, f"group is one of '{residents.scheme.code}'", residents)
    ids = _ids_of(pa.chunked_array(people))
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    if len(double := np.flatnonzero(ids[1:] == ids[:-1])):
        name = ids[double[0]]
        raise InputError(
            f"person {name.decode() if isinstance(name, bytes) else name} is in the file twice", file=path,
            column=settings.person,
            mend="Keep one row for each person, or name the column with the year: year_column = \"...\".",
        )  # fmt: skip
    return Roster(ids, area.numbers()[order], group.numbers()[order])


def _batches(path: Path, settings: TiesSettings) -> Iterator[pa.RecordBatch]:
    """person, area, group, row : of the people of the year."""
    source = open_file(path)
    columns = {"person": settings.person, "area": settings.area, "group": settings.group}
    if settings.year_column is not None:
        columns["year"] = settings.year_column
    require_columns(path, source.names, columns.values())
    for batch in source.reader(columns):
        chosen = batch
        if settings.year_column is not None:
            of_year = pc.equal(pc.cast(batch["year"], pa.string()), str(settings.year))
            chosen = batch.filter(pc.fill_null(of_year, False))
        missing = pc.is_null(plain_ids(chosen["person"]))
        if pc.any(missing).as_py():
            without = pc.index(missing, True).as_py()
            raise InputError(
                "this person has no number", file=path, row=chosen["row"][without].as_py(), column=settings.person,
                mend="Give each person a number, or leave the row out.",
            )  # fmt: skip
        yield chosen


@dataclass
class _Column:
    """A column of known words, as numbers, batch by batch. others : words that are not known, of which one is told."""

    name: str
    known: Mapping[str, int]
    parts: list[NDArray[np.int32]] = field(default_factory=list)
    others: set[str] = field(default_factory=set)

    def add(self, column: pa.Array) -> None:
        encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
        words = texts(RawTable(Path(), pa.table({"word": encoded.dictionary}), ()), "word")
        self.others.update(word for word in words if word and word not in self.known)
        number = np.array([*(self.known.get(word, -1) for word in words), -1], dtype=np.int32)
        self.parts.append(number[np.asarray(pc.fill_null(encoded.indices, len(words)))])

    def numbers(self) -> Ints:
        """[row], the number of each word; -1 where it is not known."""
        return np.concatenate(self.parts).astype(np.int64)

    def require(self, path: Path, what: str, residents: Composition) -> None:
        """Raises InputError where no word at all is known."""
        if any((part >= 0).any() for part in self.parts):
            return
        word = min(self.others, default="")
        raise InputError(
            f"no {what}", file=path, column=self.name,
            mend=swapped(word, residents) or f"Known are, for instance: {', '.join(list(self.known)[:8])}.",
        )  # fmt: skip


def _ids_of(column: pa.ChunkedArray) -> NDArray[Any]:
    """Whole numbers where all are, texts as bytes elsewhere; the file has "12" where another has 12."""
    numbers = _whole(column)
    if not numbers.null_count:
        return np.array(numbers, dtype=np.int64)
    return _as_bytes(pc.cast(column, pa.string()).combine_chunks())


def plain_ids(ids: pa.Array) -> pa.Array:
    """Ids as numbers or texts, however they are kept; texts without blanks around them, null where nothing is left."""
    plain = ids.dictionary_decode() if pa.types.is_dictionary(ids.type) else ids
    if pa.types.is_integer(plain.type):
        return plain
    if pa.types.is_floating(plain.type):
        return pc.cast(pc.if_else(pc.equal(plain, pc.floor(plain)), plain, None), pa.int64())
    trimmed = pc.utf8_trim_whitespace(pc.cast(plain, pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _whole(ids: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Ids as whole numbers; null where they are none."""
    try:
        return pc.cast(ids, pa.int64())
    except pa.ArrowInvalid:
        return pc.cast(pc.if_else(pc.match_substring_regex(ids, WHOLE_NUMBER), ids, None), pa.int64())


def _as_bytes(text: pa.Array) -> NDArray[np.bytes_]:
    """Texts as bytes of one length, which lie together in memory and are compared as they are."""
    if not len(text):
        return np.zeros(0, dtype="S1")
    length = max(int(pc.max(pc.binary_length(text)).as_py()), 1)
    padded = pc.ascii_rpad(text, length, padding="\0")
    return np.frombuffer(padded.buffers()[2], dtype=f"S{length}")[padded.offset : padded.offset + len(text)]
