"""The person network of Statistics Netherlands, as its five files lie: streamed, and counted by person and group.

A row of a file is a link from somebody to somebody else, with a code for what they are to one another. Links are
possible contacts, not friendships. Rows that stand in a file twice count twice: to know them all would be to keep them.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.tally import LARGEST, Counting, Whole
from wijkspiegel.sources.tally import Population as Population  # noqa: PLC0414  engines take both from here
from wijkspiegel.sources.tally import Tally as Tally  # noqa: PLC0414

LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "BURENNETWERK": "neighbours",
        "COLLEGANETWERK": "work",
        "FAMILIENETWERK": "family",
        "HUISGENOTENNETWERK": "household",
        "KLASGENOTENNETWERK": "school",
    }
)
"""Beginning of the name of a file -> sphere."""

CODES: Mapping[str, range] = MappingProxyType(
    {
        "neighbours": range(101, 103),
        "work": range(201, 202),
        "family": range(301, 323),
        "household": range(401, 403),
        "school": range(501, 507),
    }
)
"""Sphere -> codes in RELATIE: 101 are the ten nearest addresses, 102 twenty others within 200 m."""

PERSON, OTHER, KIND, OTHER_KIND, CODE = (
    "RINPERSOON", "RINPERSOONRELATIE", "RINPERSOONS", "RINPERSOONSRELATIE", "RELATIE",
)  # fmt: skip
REGISTERED = "R"
"""The kind of number of people in the population register: 9 digits."""

COLUMNS = (KIND, PERSON, OTHER_KIND, OTHER, CODE)

CODES_END = 1000
"""Codes have three digits."""

BLOCK = 1 << 26
ROWS = 1 << 18
"""Links that are read at a time: so many stay in the cache until they are counted."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Layer:
    """The contacts of one sphere. counts : [person, group]. tally : of the file. unknown : codes in it that the list of
    the sphere does not have, -1 where a link has none.
    """

    sphere: str
    path: Path
    counts: NDArray[np.uint16]
    tally: Tally
    unknown: tuple[int, ...] = ()


Engine = Callable[[Path, Population, frozenset[int], Progress], tuple[NDArray[np.uint16], Tally]]
"""What counts the links of a file with one of these codes: [person, group], and what became of all links. Every engine
gives the same figures to the last count."""


def find_files(directory: Path, year: int) -> dict[str, Path]:
    """Sphere -> file of the year, the newest version. Raises InputError where there is none at all."""
    pattern = re.compile(rf"({'|'.join(LAYERS)}){year}TABV(\d+)\.(csv|parquet)", re.IGNORECASE)
    found: dict[str, tuple[int, Path]] = {}
    for path in sorted(directory.iterdir()) if directory.is_dir() else []:
        if match := pattern.fullmatch(path.name):
            sphere, version = LAYERS[match[1].upper()], int(match[2])
            if version >= found.get(sphere, (-1, path))[0]:
                found[sphere] = (version, path)
    if not found:
        raise InputError(
            f"there is no file of the person network of {year}", file=directory,
            mend=f"Names are such as COLLEGANETWERK{year}TABV1.csv or .parquet.",
        )  # fmt: skip
    return {sphere: path for sphere, (_, path) in sorted(found.items())}


def chosen_codes(text: str | None) -> frozenset[int]:
    """The codes of "301-304,401"; all known ones for None. Raises SettingsError for what is no code of the network."""
    known = frozenset(code for codes in CODES.values() for code in codes)
    if text is None:
        return known
    chosen: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{3})(?:-(\d{3}))?\s*", part)
        if not match:
            raise SettingsError(f"--codes {text}: '{part}' is no code. Write 301-304,401.")
        chosen |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    if strange := sorted(chosen - known):
        raise SettingsError(
            f"--codes {text}: {strange[0]} is no code of the network. Known are "
            + ", ".join(f"{codes[0]}-{codes[-1]} ({sphere})" for sphere, codes in CODES.items()) + "."
        )  # fmt: skip
    return frozenset(chosen)


def count_layers(
    files: Mapping[str, Path],
    population: Population,
    codes: frozenset[int],
    *,
    inside: Path | None = None,
    engine: Engine | None = None,
    say: Progress = lambda step: None,
) -> Iterator[Layer]:
    """The contacts of everybody in each sphere, one file after the other.

    inside : a directory in the room where each file that was counted is remembered, so that a run that was stopped goes
    on after it. engine : `count_file` where None.
    """
    for sphere, path in files.items():
        of_sphere = codes & frozenset(CODES[sphere])
        if not of_sphere:
            say(f"{path.name}: none of its codes is chosen")
            continue
        kept = _kept(inside, path, population, of_sphere)
        if kept is not None and kept.exists():
            say(f"{path.name}: counted before")
            found = np.load(kept)
            told, unknown = found["tally"].tolist(), found["unknown"].tolist()
            yield Layer(sphere, path, found["counts"], Tally(*told), tuple(unknown))
            continue
        counts, tally = (engine or count_file)(path, population, of_sphere, say)
        layer = Layer(sphere, path, counts, tally, unknown_codes(path, sphere, say) if tally.other_codes else ())
        if kept is not None:
            _keep(layer, kept)
        yield layer


def _keep(layer: Layer, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(".part.npz")
    np.savez(beside, counts=layer.counts, tally=list(vars(layer.tally).values()), unknown=np.array(layer.unknown, int))
    beside.replace(kept)


def _kept(inside: Path | None, path: Path, population: Population, codes: frozenset[int]) -> Path | None:
    if inside is None:
        return None
    about = path.stat()
    told = hashlib.sha256(
        f"{path.name} {about.st_size} {about.st_mtime_ns} {population.groups} {sorted(codes)}".encode()
    )
    told.update(np.ascontiguousarray(population.numbers).data)
    told.update(np.ascontiguousarray(population.group).data)
    return inside / f"{path.stem}-{told.hexdigest()[:16]}.do-not-take-out.npz"


def unknown_codes(path: Path, sphere: str, say: Progress = lambda step: None) -> tuple[int, ...]:
    """Codes of a file that are not in the list of its sphere, in order; -1 where a link has none."""
    say(f"{path.name}: looking for codes that are not in the list")
    found: set[int] = set()
    for batch in read_batches(path, [CODE]):
        found |= set(np.unique(_whole(path.name, CODE, batch.column(CODE))).tolist())
    return tuple(sorted(found - set(CODES[sphere])))


def count_file(
    path: Path, population: Population, codes: frozenset[int], say: Progress
) -> tuple[NDArray[np.uint16], Tally]:
    """[person, group], links to people whose group is known; and what became of the others."""
    return count_batches(path.name, _one_ahead(read_batches(path)), population, codes, say)


def _one_ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches; the next one is read by another core while one is counted."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def count_batches(
    name: str, batches: Iterable[pa.RecordBatch], population: Population, codes: frozenset[int], say: Progress
) -> tuple[NDArray[np.uint16], Tally]:
    """What every engine runs. name : of the file, for what is said. batches : with the five columns."""
    wanted = np.zeros(CODES_END, dtype=np.bool_)
    wanted[list(codes)] = True
    counting = Counting(population, wanted)
    for batch in batches:
        counting.add(*_numbers_in(name, batch, wanted))
        say(f"{name}: {counting.tally.links:,} links")
    return counting.counts, counting.tally


def read_batches(path: Path, columns: Sequence[str] = COLUMNS) -> Iterator[pa.RecordBatch]:
    """Columns of a file, whatever its separator. Raises InputError where it is cut off or has others."""
    try:
        yield from (_read_parquet if path.suffix.lower() == ".parquet" else _read_csv)(path, columns)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"the file is cut off or holds something else ({str(error).splitlines()[0]})", file=path,
            mend="Copy it again.",
        ) from None  # fmt: skip


def _read_parquet(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Where the file itself says that a column has one value, as those of kinds mostly do, the column is not read."""
    file = pq.ParquetFile(path, memory_map=True, pre_buffer=False, read_dictionary=[KIND, OTHER_KIND])
    _require(path, file.schema_arrow.names)
    for same, parts in groupby(range(file.num_row_groups), partial(_same_throughout, file.metadata)):
        value = {column: one for column, one in same if column in columns}
        others = [column for column in columns if column not in value] or [PERSON]
        for batch in file.iter_batches(ROWS, row_groups=list(parts), columns=others, use_threads=False):
            yield pa.record_batch(
                {
                    column: _repeated(value[column], len(batch)) if column in value else batch.column(column)
                    for column in columns
                }
            )


def _same_throughout(about: pq.FileMetaData, part: int) -> tuple[tuple[str, Any], ...]:
    """Columns of kinds and codes that have one value in this part of a file, and no gap, with that value."""
    found = []
    for number in range(about.num_columns):
        column = about.row_group(part).column(number)
        told = column.statistics if column.path_in_schema in (KIND, OTHER_KIND, CODE) else None
        if told and told.has_min_max and told.has_null_count and told.null_count == 0 and told.min == told.max:
            found.append((column.path_in_schema, told.min))
    return tuple(found)


@lru_cache(8)
def _repeated(value: Any, times: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(times, dtype=np.int8)), pa.array([value]))


def _read_csv(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with path.open("rb") as start:
        header = start.readline().decode("utf-8-sig", errors="replace").strip()
    separator = ";" if ";" in header else ","
    _require(path, [name.strip().strip('"') for name in header.split(separator)])
    numbers = dict.fromkeys((PERSON, OTHER), pa.int64()) | {CODE: pa.int32()}
    kinds = dict.fromkeys((KIND, OTHER_KIND), pa.dictionary(pa.int32(), pa.string()))
    yield from pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(block_size=BLOCK),
        parse_options=pyarrow.csv.ParseOptions(delimiter=separator),
        convert_options=pyarrow.csv.ConvertOptions(column_types=numbers | kinds, include_columns=list(columns)),
    )


def _require(path: Path, found: Sequence[str]) -> None:
    if missing := [name for name in COLUMNS if name not in found]:
        raise InputError(
            "there is no such column", file=path, column=missing[0],
            mend=f"Found: {', '.join(found)}. A file of the network has {', '.join(COLUMNS)}.",
        )  # fmt: skip


def _numbers_in(
    name: str, batch: pa.RecordBatch, wanted: NDArray[np.bool_]
) -> tuple[Whole, Whole, Whole, NDArray[np.bool_]]:
    """What `Counting.add` takes."""
    person, other = (_whole(name, column, batch.column(column)) for column in (PERSON, OTHER))
    _require_below(LARGEST, name, PERSON, person)
    _require_below(LARGEST, name, OTHER, other)
    return person, other, _codes_in(name, batch.column(CODE), wanted), _registered_in(batch)


def _codes_in(name: str, values: pa.Array, wanted: NDArray[np.bool_]) -> Whole:
    """[link]; empty where all are wanted, as a dictionary, or the least and the greatest, tell at once."""
    few = values.dictionary if pa.types.is_dictionary(values.type) else values
    different = _whole(name, CODE, few)
    _require_below(CODES_END, name, CODE, different)
    if few is values:
        least, greatest = different.min(initial=CODES_END), different.max(initial=-1)
        return different[:0] if least >= 0 and wanted[least : greatest + 1].all() else different
    return different[:0] if wanted[different].all() and not values.null_count else _whole(name, CODE, values)


def _require_below(end: int, name: str, column: str, numbers: Whole) -> None:
    if (largest := numbers.max(initial=-1)) >= end:
        raise InputError(
            f"{largest} has more than {len(str(end - 1))} digits", file=name, column=column,
            mend="Are two columns swapped? People are numbers of nine digits, codes of three.",
        )  # fmt: skip


def _whole(name: str, column: str, values: pa.Array) -> Whole:
    """Numbers, also as text with zeros in front; -1, which is nobody's, where there is none."""
    if pa.types.is_dictionary(values.type):
        different = np.append(_whole(name, column, values.dictionary), -1)
        place = np.asarray(pc.fill_null(values.indices.cast(pa.int32()), len(different) - 1))
        return np.take(different, place)
    try:
        as_it_is = pa.types.is_signed_integer(values.type)
        numbers = values if as_it_is else pc.cast(values, pa.int64())
        return np.asarray(pc.fill_null(numbers, -1) if numbers.null_count else numbers)
    except pa.ArrowInvalid:
        problem = "there is something that is no number"
        mend = "Are two columns swapped? If not, copy it again."
        raise InputError(problem, file=name, column=column, mend=mend) from None


def _registered_in(batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """[link], whether both are in the register; empty where all are."""
    kinds = [_is_registered(batch.column(column)) for column in (KIND, OTHER_KIND)]
    some = [kind for kind in kinds if len(kind)]
    return np.logical_and.reduce(some) if some else np.zeros(0, dtype=np.bool_)


def _is_registered(kinds: pa.Array) -> NDArray[np.bool_]:
    """[link]; empty where all are, which a dictionary tells at once."""
    if not pa.types.is_dictionary(kinds.type):
        return np.asarray(pc.fill_null(pc.equal(kinds, REGISTERED), False))
    is_one = np.array([word == REGISTERED for word in kinds.dictionary.to_pylist()] + [False])
    if is_one[:-1].all() and not kinds.null_count:
        return is_one[:0]
    return np.asarray(is_one[np.asarray(pc.fill_null(kinds.indices.cast(pa.int32()), len(is_one) - 1))])
