"""Links counted by person and by the group of the contact: the one loop that every engine runs.

What a link costs is waiting for memory: the people of a country lie in tables of hundreds of megabytes, and each link
is about two of them at random. So links are taken some hundreds at a time: first all places are asked for, then they
are read, and the waits overlap.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]

LARGEST = 10**9
"""Numbers of people have nine digits."""

MOST = np.iinfo(np.uint16).max
TOGETHER = 256
"""Links that are asked for at a time: more leave the fast cache before they are read, fewer wait too often."""

STRANGER, GROUPLESS, FIRST = 0, 1, 2
"""What the table of groups says of a number that is nobody's, of somebody without a group, and of the first group."""

Register = NDArray[np.uint64]
"""[number // 64, 2], which of these 64 numbers are people's, as bits, and how many people have a number in an earlier
word: 250 MB for all numbers of nine digits, and one place in memory to look at for each."""


def register_of(numbers: Ints) -> Register:
    """numbers : [person], each once and in order, below LARGEST. Raises ValueError where they are not."""
    if len(numbers) and ((np.diff(numbers) <= 0).any() or numbers[0] < 0 or numbers[-1] >= LARGEST):
        raise ValueError("numbers must be in order, each once, and of at most nine digits")
    register = np.zeros((int(numbers[-1]) // 64 + 1 if len(numbers) else 1, 2), dtype=np.uint64)
    _fill(register, numbers)
    return register


@numba.njit(cache=True, nogil=True)
def _fill(register: Register, numbers: Ints) -> None:
    for number in numbers:
        register[number >> 6, 0] |= np.uint64(1) << np.uint64(number & 63)
        register[number >> 6, 1] += np.uint64(1)
    before = np.uint64(0)
    for word in range(len(register)):
        here = register[word, 1]
        register[word, 1] = before
        before += here


@dataclass(frozen=True)
class Population:
    """Everybody who can have a contact or be one.

    numbers : [person], in order. group : [person], -1 where it is not known. groups : how many there are.
    """

    numbers: Ints
    group: Ints
    groups: int

    @cached_property
    def register(self) -> Register:
        return register_of(self.numbers)

    @cached_property
    def group_of_number(self) -> NDArray[np.unsignedinteger[Any]]:
        """[number], STRANGER, GROUPLESS, or FIRST and the group: 1 GB for all numbers of nine digits, and one place."""
        size = int(self.numbers[-1]) + 1 if len(self.numbers) else 1
        found = np.zeros(size, dtype=np.min_scalar_type(FIRST + self.groups))
        found[self.numbers] = self.group + FIRST
        return found

    def __getstate__(self) -> dict[str, Any]:
        """What other machines are sent: the tables they make themselves."""
        return {"numbers": self.numbers, "group": self.group, "groups": self.groups}


@dataclass
class Tally:
    """What became of the links of one file."""

    links: int = 0
    other_codes: int = 0
    strangers: int = 0
    groupless: int = 0
    to_self: int = 0
    too_many: int = 0


class Counting:
    """The counts and the tally of a file, while its links come in.

    counts : [person, group]. wanted : [code], which count.
    """

    def __init__(self, population: Population, wanted: NDArray[np.bool_]) -> None:
        self.counts = np.zeros((len(population.numbers), population.groups), dtype=np.uint16)
        self._told = np.zeros(6, dtype=np.int64)
        self._population = population
        self._wanted = wanted

    def add(self, person: Whole, other: Whole, code: Whole, registered: NDArray[np.bool_]) -> None:
        """All [link]: numbers of people, -1 where there is none. registered : whether they are in the register; empty
        where all are. code : empty where all are wanted.
        """
        if person.dtype != other.dtype:
            person, other = person.astype(np.int64), other.astype(np.int64)
        _count(
            _to_read(person), _to_read(other), _to_read(code.astype(np.int32)), _to_read(registered),
            self._population.register, self._population.group_of_number, self._wanted, self.counts, self._told,
        )  # fmt: skip

    @property
    def tally(self) -> Tally:
        return Tally(*self._told.tolist())


def _to_read(values: NDArray[Any]) -> NDArray[Any]:
    """The same, as columns of Arrow are: of one kind for the compiler, which then compiles once."""
    seen = values.view()
    seen.flags.writeable = False
    return seen


def _prefetch(typing_context: Any, array: Any, place: Any) -> Any:
    """Let the processor fetch a place of the array, were it flat, into its second cache, and go on without waiting."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(held.data, [arguments[1]]), byte)
        takes = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        name, module = "llvm.prefetch.p0", builder.module
        prefetch = module.globals.get(name) or ir.Function(module, takes, name)
        to_read, second_cache, of_data = number(0), number(2), number(1)
        builder.call(prefetch, [address, to_read, second_cache, of_data])
        return context.get_dummy_value()

    return numba.types.void(array, place), generate


_ask_for: Any = intrinsic(_prefetch)


@numba.njit(cache=True, nogil=True)
def _count(
    person: Whole,
    other: Whole,
    code: Whole,
    registered: NDArray[np.bool_],
    register: Register,
    group_of_number: Whole,
    wanted: NDArray[np.bool_],
    counts: NDArray[np.uint16],
    told: Ints,
) -> None:
    """told : links, of other codes, of strangers, without a group, to self, beyond what a count can hold."""
    cells, groups = counts.reshape(-1), counts.shape[1]
    rows, found = np.empty(TOGETHER, dtype=np.int64), np.empty(TOGETHER, dtype=np.int64)
    told[0] += len(person)
    for start in range(0, len(person), TOGETHER):
        ones, others = person[start : start + TOGETHER], other[start : start + TOGETHER]
        _look_up(ones, others, register, group_of_number, cells, groups, rows, found)
        for link in range(len(ones)):
            of_code = not len(code) or (0 <= code[start + link] < len(wanted) and wanted[code[start + link]])
            in_register = not len(registered) or registered[start + link]
            known = rows[link] >= 0 and in_register and found[link] != STRANGER
            to_self = ones[link] == others[link]
            cell = np.uint64(rows[link] * groups + found[link] - FIRST)
            if of_code and known and not to_self and found[link] >= FIRST and cells[cell] < MOST:
                cells[cell] += 1
            elif not of_code:
                told[1] += 1
            elif not known:
                told[2] += 1
            elif to_self:
                told[4] += 1
            elif found[link] == GROUPLESS:
                told[3] += 1
            else:
                told[5] += 1


@numba.njit(cache=True, nogil=True)
def _look_up(
    ones: Whole, others: Whole, register: Register, group_of_number: Whole, cells: Whole, groups: int, rows: Ints,
    found: Ints,
) -> None:  # fmt: skip
    """The row of each person, and what the table of groups says of each contact. Links of one person mostly follow one
    another. Short loops and not one: each has all its waits under way at once, and none waits for another's.
    """
    for link in range(len(ones)):
        _ask_for(group_of_number, _within(others[link], len(group_of_number)))
        if link == 0 or ones[link] != ones[link - 1]:
            _ask_for(register, 2 * _within(ones[link] >> 6, len(register)))
    for link in range(len(ones)):
        if link == 0 or ones[link] != ones[link - 1]:
            rows[link] = row_of(ones[link], register)
            _ask_for(cells, max(rows[link], 0) * groups)
        else:
            rows[link] = rows[link - 1]
    for link in range(len(ones)):
        place = _within(others[link], len(group_of_number))
        found[link] = group_of_number[place] if place == others[link] else STRANGER


@numba.njit(cache=True, nogil=True)
def _within(place: Any, length: int) -> Any:
    return np.int64(min(np.uint64(place), np.uint64(length - 1)))


@numba.njit(cache=True, nogil=True)
def row_of(number: Any, register: Register) -> Any:
    """The place of a number among all numbers; -1 where it is none of them."""
    word = np.uint64(_within(number >> 6, len(register)))
    here, before = register[word, 0], register[word, 1]
    bit = np.uint64(1) << np.uint64(number & 63)
    if not here & bit or number >> 6 != np.int64(word):
        return -1
    below = here & (bit - np.uint64(1))
    below = below - ((below >> np.uint64(1)) & np.uint64(0x5555555555555555))
    below = (below & np.uint64(0x3333333333333333)) + ((below >> np.uint64(2)) & np.uint64(0x3333333333333333))
    below = (below + (below >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64(before + ((below * np.uint64(0x0101010101010101)) >> np.uint64(56)))
