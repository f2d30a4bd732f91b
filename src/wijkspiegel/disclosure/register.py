"""The register of releases: what was told before, so that two releases do not tell together what neither tells alone.

It holds exact counts and never leaves the room.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wijkspiegel.errors import DisclosureError, InputError
from wijkspiegel.tables import City, Composition

Cells = dict[str, dict[str, float]]
"""table ("year/scheme/level") -> "area/group" -> exact count."""


def check_and_record(city: City, register: Path, rules: Mapping[str, int], created: str) -> None:
    """Hold a city against all earlier releases, and record it. The file is made where there is none.

    rules : the fields of the policy. Raises DisclosureError where figures of the same people were released before in
    another way: a count that differs by a few people, other areas, levels or schemes, or other rules. What lies between
    the two could tell of a few people. Raises InputError for a register that cannot be read or is being written.
    """
    with _alone_with(register):
        releases = _read(register)
        now = {"rules": dict(rules), "cells": _cells_of(city)}
        for earlier in releases:
            _compare(earlier, now)
        if not any(earlier["cells"] == now["cells"] for earlier in releases):
            _write(register, [*releases, {"created": created, "title": city.title, **now}])


@contextmanager
def _alone_with(register: Path) -> Iterator[None]:
    """Nobody else reads or writes the register meanwhile."""
    register.parent.mkdir(parents=True, exist_ok=True)
    lock = register.with_name(f"{register.name}.lock")
    try:
        lock.touch(exist_ok=False)
    except FileExistsError:
        raise InputError(
            "another run is using the register",
            file=register,
            mend=f"Wait for it. If there is none, one was cut off: remove {lock.name}.",
        ) from None
    try:
        yield
    finally:
        lock.unlink()


def _cells_of(city: City) -> Cells:
    counted = [(f"{c.year}/{c.scheme.code}/{c.areas.level}", c) for c in city.compositions]
    counted += [(f"{i.people.year}/{i.people.scheme.code}/{i.name}", i.people) for i in city.institutions]
    return {table: _cells(composition) for table, composition in counted}


def _cells(composition: Composition) -> dict[str, float]:
    return {
        f"{area}/{group}": float(composition.counts[row, column])
        for row, area in enumerate(composition.areas.codes)
        for column, group in enumerate(composition.scheme.groups)
    }


def _compare(earlier: dict[str, Any], now: dict[str, Any]) -> None:
    before: Cells = earlier["cells"]
    told = f"released on {earlier['created']}"
    shared_years = {table.split("/")[0] for table in before} & {table.split("/")[0] for table in now["cells"]}
    for year in sorted(shared_years):
        tables = [{t for t in cells if t.startswith(f"{year}/")} for cells in (before, now["cells"])]
        if other := sorted(tables[0] ^ tables[1]):
            raise DisclosureError(
                f"The people of {year} were {told} by other levels, schemes or institutions ({other[0]} is in one of "
                "the two only). Withheld counts of one could be told from the other. Release the same tables again."
            )
    if shared_years and earlier["rules"] != now["rules"]:
        raise DisclosureError(
            f"These people were {told} under other rules ({_written(earlier['rules'])}; now {_written(now['rules'])}). "
            "Two roundings tell more than one. Use the earlier rules."
        )
    for table in sorted(set(before) & set(now["cells"])):
        _compare_cells(table, before[table], now["cells"][table], told, now["rules"]["min_cell"])


def _compare_cells(table: str, before: dict[str, float], now: dict[str, float], told: str, min_cell: int) -> None:
    if set(before) != set(now):
        area = sorted(set(now) ^ set(before))[0].split("/")[0]
        raise DisclosureError(
            f"The people of {table} were {told} over other areas or groups ({area} is in one of the two only). What "
            "lies between two zonings can be a few people, and counts cannot tell whether it is. Use the zoning of "
            "the earlier release."
        )
    changed = [cell for cell in now if 0 < abs(now[cell] - before[cell]) < min_cell]
    if changed:
        raise DisclosureError(
            f"{len(changed)} counts of {table} differ by fewer than {min_cell} people from those {told}, among them "
            f"{changed[0]}. The difference would tell of these people. Release the earlier counts again, or wait until "
            "more has changed."
        )


def _written(rules: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(rules.items()))


def _read(register: Path) -> list[dict[str, Any]]:
    if not register.exists():
        return []
    try:
        releases: list[dict[str, Any]] = json.loads(register.read_text(encoding="utf-8"))["releases"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise InputError(
            "this is not a register of releases", file=register, mend="Put the last good copy back; never start anew."
        ) from None
    return releases


def _write(register: Path, releases: list[dict[str, Any]]) -> None:
    content = {"about": "Exact counts of earlier releases. This file must not leave the room.", "releases": releases}
    beside = register.with_name(f".{register.name}.part")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(register)
