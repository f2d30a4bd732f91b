"""The person network of Statistics Netherlands, as its five files lie: streamed, and counted by person and group.

A row of a file is a link from somebody to somebody else, with a code for what they are to one another. Links are
possible contacts, not friendships. Rows that stand in a file twice count twice: to know them all would be to keep them.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numba
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError

Ints = NDArray[np.int64]

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

LARGEST = 10**9
MOST = np.iinfo(np.uint16).max
BLOCK = 1 << 26
ROWS = 1 << 20

Progress = Callable[[str], None]


Register = NDArray[np.uint64]
"""[number // 64, 2], which of these 64 numbers are people's, as bits, and how many people have a number in an earlier
word: 250 MB for all numbers of nine digits, and one place in memory to look at for each."""


def register_of(numbers: Ints) -> Register:
    """numbers : [person], each once and in order, below LARGEST. Raises ValueError where they are not."""
    if len(numbers) and ((np.diff(numbers) <= 0).any() or numbers[0] < 0 or numbers[-1] >= LARGEST):
        raise ValueError("numbers must be in order, each once, and of at most nine digits")
    words = int(numbers[-1]) // 64 + 1 if len(numbers) else 1
    bits = np.zeros(words, dtype=np.uint64)
    np.bitwise_or.at(bits, numbers // 64, np.uint64(1) << (numbers % 64).astype(np.uint64))
    people = np.bincount(numbers // 64, minlength=words)
    return np.stack([bits, (np.cumsum(people) - people).astype(np.uint64)], axis=1)


@dataclass(frozen=True)
class Population:
    """Everybody who can have a contact or be one.

    numbers : [person], in order. group : [person], -1 where it is not known. groups : how many there are.
    """

    numbers: Ints
    group: Ints
    groups: int


@dataclass
class Tally:
    """What became of the links of one file."""

    links: int = 0
    other_codes: int = 0
    strangers: int = 0
    groupless: int = 0
    to_self: int = 0
    too_many: int = 0


@dataclass(frozen=True)
class Layer:
    """The contacts of one sphere. counts : [person, group]. tally : of the file."""

    sphere: str
    path: Path
    counts: NDArray[np.uint16]
    tally: Tally


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
        kept = _kept(inside, path, population, codes)
        if kept is not None and kept.exists():
            say(f"{path.name}: counted before")
            found = np.load(kept)
            yield Layer(sphere, path, found["counts"], Tally(*found["tally"].tolist()))
            continue
        counts, tally = (engine or count_file)(path, population, codes, say)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            beside = kept.with_suffix(".part.npz")
            np.savez(beside, counts=counts, tally=np.array(list(vars(tally).values())))
            beside.replace(kept)
        yield Layer(sphere, path, counts, tally)


def _kept(inside: Path | None, path: Path, population: Population, codes: frozenset[int]) -> Path | None:
    if inside is None:
        return None
    about = path.stat()
    told = hashlib.sha256(
        f"{path.name} {about.st_size} {about.st_mtime_ns} {population.groups} {sorted(codes)}".encode()
    )
    told.update(np.ascontiguousarray(population.numbers).tobytes())
    told.update(np.ascontiguousarray(population.group).tobytes())
    return inside / f"{path.stem}-{told.hexdigest()[:16]}.do-not-take-out.npz"


def count_file(
    path: Path, population: Population, codes: frozenset[int], say: Progress
) -> tuple[NDArray[np.uint16], Tally]:
    """[person, group], links to people whose group is known; and what became of the others."""
    return count_batches(path.name, read_batches(path), population, codes, say)


def count_batches(
    name: str, batches: Iterable[pa.RecordBatch], population: Population, codes: frozenset[int], say: Progress
) -> tuple[NDArray[np.uint16], Tally]:
    """The kernel of every engine. name : of the file, for what is said. batches : with the five columns."""
    register = register_of(population.numbers)
    counts = np.zeros((len(population.numbers), population.groups), dtype=np.uint16)
    wanted = np.zeros(1000, dtype=np.bool_)
    wanted[list(codes)] = True
    small = population.group.astype(np.int16)
    told = np.zeros(6, dtype=np.int64)
    for batch in batches:
        person, other, code, registered = _numbers_in(name, batch)
        one, two = rows_of(person, register), rows_of(other, register)
        _count(one, two, code, registered, small, wanted, counts, told)
        say(f"{name}: {told[0]:,} links")
    return counts, Tally(*told.tolist())


@numba.njit(cache=True, nogil=True)
def _count(
    one: NDArray[np.int32],
    two: NDArray[np.int32],
    code: NDArray[np.int32],
    registered: NDArray[np.bool_],
    group: NDArray[np.int16],
    wanted: NDArray[np.bool_],
    counts: NDArray[np.uint16],
    told: Ints,
) -> None:
    """one, two : [link], rows of people, -1 for strangers. told : links, of other codes, of strangers, without a group,
    to self, beyond what a count can hold.
    """
    told[0] += len(one)
    for link in range(len(one)):
        if not (0 <= code[link] < 1000 and wanted[code[link]]):
            told[1] += 1
        elif one[link] < 0 or two[link] < 0 or not registered[link]:
            told[2] += 1
        elif one[link] == two[link]:
            told[4] += 1
        elif group[two[link]] < 0:
            told[3] += 1
        elif counts[one[link], group[two[link]]] == MOST:
            told[5] += 1
        else:
            counts[one[link], group[two[link]]] += 1


@numba.njit(cache=True, nogil=True)
def rows_of(numbers: Ints, register: Register) -> NDArray[np.int32]:
    """Place of each number among all numbers; -1 where it is none of them."""
    rows = np.empty(len(numbers), dtype=np.int32)
    last = len(register) - 1
    for at in range(len(numbers)):
        number = numbers[at]
        word = min(max(number >> 6, 0), last)
        here, before = register[word, 0], register[word, 1]
        bit = np.uint64(1) << np.uint64(number & 63)
        below = here & (bit - np.uint64(1))
        below = below - ((below >> np.uint64(1)) & np.uint64(0x5555555555555555))
        below = (below & np.uint64(0x3333333333333333)) + ((below >> np.uint64(2)) & np.uint64(0x3333333333333333))
        below = (below + (below >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        place = before + ((below * np.uint64(0x0101010101010101)) >> np.uint64(56))
        rows[at] = place if here & bit and number >> 6 == word else -1
    return rows


def read_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The five columns of a file, whatever its separator. Raises InputError where it is cut off or has others."""
    wanted = [KIND, PERSON, OTHER_KIND, OTHER, CODE]
    try:
        if path.suffix.lower() == ".parquet":
            file = pq.ParquetFile(path, memory_map=True, pre_buffer=False)
            _require(path, wanted, file.schema_arrow.names)
            yield from file.iter_batches(ROWS, columns=wanted)
        else:
            with path.open("rb") as start:
                header = start.readline().decode("utf-8-sig", errors="replace").strip()
            separator = ";" if ";" in header else ","
            _require(path, wanted, [name.strip().strip('"') for name in header.split(separator)])
            numbers = dict.fromkeys((PERSON, OTHER), pa.int64()) | {CODE: pa.int32()}
            kinds = dict.fromkeys((KIND, OTHER_KIND), pa.dictionary(pa.int32(), pa.string()))
            yield from pyarrow.csv.open_csv(
                path,
                read_options=pyarrow.csv.ReadOptions(block_size=BLOCK),
                parse_options=pyarrow.csv.ParseOptions(delimiter=separator),
                convert_options=pyarrow.csv.ConvertOptions(column_types=numbers | kinds, include_columns=wanted),
            )
    except pa.ArrowInvalid as error:
        raise InputError(
            f"the file is cut off or holds something else ({str(error).splitlines()[0]})", file=path,
            mend="Copy it again.",
        ) from None  # fmt: skip


def _require(path: Path, wanted: Sequence[str], found: Sequence[str]) -> None:
    if missing := [name for name in wanted if name not in found]:
        raise InputError(
            "there is no such column", file=path, column=missing[0],
            mend=f"Found: {', '.join(found)}. A file of the network has {', '.join(wanted)}.",
        )  # fmt: skip


def _numbers_in(name: str, batch: pa.RecordBatch) -> tuple[Ints, Ints, NDArray[np.int32], NDArray[np.bool_]]:
    person, other = (_whole(name, batch, column) for column in (PERSON, OTHER))
    code = _whole(name, batch, CODE).astype(np.int32)
    registered = _is_registered(batch.column(KIND)) & _is_registered(batch.column(OTHER_KIND))
    return person, other, code, registered


def _whole(name: str, batch: pa.RecordBatch, column: str) -> Ints:
    """Numbers, also as text with zeros in front; -1, which is nobody's, where there is none."""
    values = batch.column(column)
    try:
        numbers = pc.fill_null(values if pa.types.is_int64(values.type) else pc.cast(values, pa.int64()), -1)
    except pa.ArrowInvalid:
        problem = "there is something that is no number"
        raise InputError(problem, file=name, column=column, mend="Copy it again.") from None
    return np.asarray(numbers)


def _is_registered(kinds: Any) -> NDArray[np.bool_]:
    if pa.types.is_dictionary(kinds.type):
        is_one = np.array([word == REGISTERED for word in kinds.dictionary.to_pylist()] + [False])
        of_row: NDArray[np.bool_] = is_one[np.asarray(pc.fill_null(kinds.indices, len(is_one) - 1))]
        return of_row
    registered: NDArray[np.bool_] = np.asarray(pc.fill_null(pc.equal(kinds, REGISTERED), False))
    return registered
