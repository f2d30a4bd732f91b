"""What stays in the room: the contacts of each person, for whoever has to look into them. Never part of a release."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wijkspiegel.errors import SettingsError
from wijkspiegel.tables import NO, YES, City, Contacts

ROWS = 1_000_000
MARK = "do-not-take-out"
README = f"README.{MARK}.md"
WHY = f"""# Niet meenemen / do not take out

**Nederlands.** De bestanden `*.{MARK}.parquet` gaan over personen: wie waar woont, tot welke groep hoort en
hoeveel mensen van elke groep die kent. Herkomst is een bijzonder persoonsgegeven (AVG, artikel 9). Ze blijven in deze
kamer; wat naar buiten mag, staat in de publicatie (`--out`).

Er staat niet bij wie een verbinder is, en dat is er ook niet uit te halen: met een korte lijst contacten weet niemand
dat van één persoon. Bekend is alleen welk deel van een groep mensen het is, met zijn onzekerheid. Maak van deze
aantallen dus geen lijst van verbinders.

**English.** The files `*.{MARK}.parquet` are about persons: who lives where, is of which group, and knows how many
people of each group. Origin is special-category data (GDPR, article 9). They stay in this room; what may leave is in
the release (`--out`).

They do not say who is a connector, and that cannot be drawn from them: from a short list of contacts nobody knows this
of one person. Known is only which part of a group of people are, with its uncertainty. So make no list of connectors of
these counts.
"""


def keep_apart(inside: Path, out: Path) -> None:
    """Raises SettingsError where what stays in the room would lie in the directory of the release."""
    if inside.resolve().is_relative_to(out.resolve()):
        raise SettingsError(
            f"--inside {inside} lies in {out}, which is meant to leave the room. Give a directory elsewhere."
        )


def write_inside(city: City, directory: Path) -> list[Path]:
    """Write a row for each person with contacts, where the source keeps who they are. Returns the files.

    Only the owner can read them. A file appears whole or not at all.
    """
    tables = {
        f"{'survey' if contacts.sampled else 'ties'}.{MARK}.parquet": contacts
        for contacts in city.contacts
        if contacts.person is not None
    }
    if not tables:
        return []
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".inside-", dir=directory) as beside:
        for name, contacts in tables.items():
            _write(contacts, Path(beside) / name)
        (Path(beside) / README).write_text(WHY, encoding="utf-8")
        for name in (README, *tables):
            (Path(beside) / name).chmod(0o600)
            (Path(beside) / name).replace(directory / name)
    return [directory / name for name in (*tables, README)]


def _write(contacts: Contacts, path: Path) -> None:
    about = {"wijkspiegel": MARK}
    writer = None
    try:
        for start in range(0, max(len(contacts), 1), ROWS):
            table = pa.table(dict(_columns(contacts, slice(start, start + ROWS)))).replace_schema_metadata(about)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _columns(contacts: Contacts, rows: slice) -> Iterator[tuple[str, Any]]:
    """Name and values of each column: what a person told or what was counted, and nothing that is guessed of them."""
    groups = contacts.scheme.groups
    if contacts.person is not None:
        yield "person", contacts.person[rows]
    yield "area", _words(contacts.area[rows], contacts.areas.codes)
    yield "group", _words(contacts.group[rows], groups)
    for sphere, counts in contacts.counts.items():
        for number, group in enumerate(groups):
            yield f"{sphere}_{group}", counts[rows, number].astype(np.uint32)
        if sphere in contacts.groupless:
            yield f"{sphere}_without_group", contacts.groupless[sphere][rows].astype(np.uint32)
    for sphere, told in contacts.banded.items():
        yield f"{sphere}_from", pa.array(told.low[rows], from_pandas=True)
        yield f"{sphere}_to", pa.array(told.high[rows], from_pandas=True)
        yield f"{sphere}_number", pa.array(told.contacts[rows], mask=told.contacts[rows] == 0)
    for road, answers in contacts.roads.items():
        told_yes = answers[rows] == YES
        yield f"road_{road}", pa.array(told_yes, mask=~told_yes & (answers[rows] != NO))


def _words(codes: NDArray[np.int64], words: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words))
