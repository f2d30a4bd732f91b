"""The register of releases: what was told before, so that two releases do not tell together what neither tells alone.

It holds exact counts and never leaves the room.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from wijkspiegel.errors import DisclosureError, InputError
from wijkspiegel.tables import City

Cells = dict[str, dict[str, float]]
"""table ("year/scheme/level") -> "area/group" -> exact count."""


def check_and_record(city: City, register: Path, min_cell: int, created: str) -> None:
    """Hold a city against all earlier releases, and record it. The file is made where there is none.

    Raises DisclosureError where the same cell was released with a count that differs by a few people, and where the
    same people were released over other areas: what lies between the two would be a small group.
    """
    releases = _read(register)
    cells = _cells_of(city)
    for earlier in releases:
        _compare(earlier, cells, min_cell)
    if not any(earlier["cells"] == cells for earlier in releases):
        _write(register, [*releases, {"created": created, "title": city.title, "cells": cells}])


def _cells_of(city: City) -> Cells:
    return {
        f"{c.year}/{c.scheme.code}/{c.areas.level}": {
            f"{area}/{group}": float(c.counts[row, column])
            for row, area in enumerate(c.areas.codes)
            for column, group in enumerate(c.scheme.groups)
        }
        for c in city.compositions
    }


def _compare(earlier: dict[str, Any], cells: Cells, min_cell: int) -> None:
    for table, now in cells.items():
        before: dict[str, float] = earlier["cells"].get(table, {})
        changed = [cell for cell in now if cell in before and 0 < abs(now[cell] - before[cell]) < min_cell]
        if changed:
            raise DisclosureError(
                f"{len(changed)} counts of {table} differ by fewer than {min_cell} people from those released on "
                f"{earlier['created']}, among them {changed[0]}. The difference would tell of these people. "
                "Release the earlier counts again, or wait until more has changed."
            )
        if before and set(before) != set(now):
            area = sorted(set(now) ^ set(before))[0].split("/")[0]
            raise DisclosureError(
                f"The people of {table} were released on {earlier['created']} over other areas or groups ({area} is in "
                "one of the two only). What lies between two zonings can be a few people, and counts cannot tell "
                "whether it is. Use the zoning of the earlier release."
            )


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
    register.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=register.parent, suffix=".json", delete=False, encoding="utf-8"
    ) as beside:
        json.dump(content, beside)
    Path(beside.name).rename(register)
