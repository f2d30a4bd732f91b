"""Published figures that were each rounded by themselves -> counts that add up, and what each count can be.

A total that is the sum of parts, which may be sums of parts again, is a tree. Bounds on a tree of sums are made as
narrow as they can be by one pass up and one pass down; counts are then settled from the top.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Figure:
    """One quantity, such as the people of one group, in every area.

    value : [area], people; as published, not necessarily whole (from a percentage); nan where it was not published.
    low, high : [area], whole people, finite; what the true count can be.
    parts : name -> the figures that it is the sum of; at most one of them unpublished.
    """

    value: Vector
    low: Vector
    high: Vector
    parts: Mapping[str, "Figure"] = field(default_factory=dict)


def reconcile(total: Figure) -> Figure:
    """Whole counts that add up at every step, and the narrowest bounds that the sums imply.

    A total is kept, unless its bounds together with those of its parts exclude it; it is then the nearest that they
    allow. What its parts fall short of it, or exceed it by, is spread over them by the room that their bounds leave.
    Every true count that lies within the bounds given lies within the bounds returned. Where no counts can satisfy
    the bounds (see `contradicts`), the parts prevail over a total that is too low, and are raised to one that is too
    high.
    """
    narrowed = _narrow(_from_parts(total))
    return _settle(narrowed, np.clip(np.rint(narrowed.value), narrowed.low, narrowed.high))


def contradicts(total: Figure) -> Mask:
    """[area], True where no counts lie within the bounds of all figures and add up."""
    found = np.zeros(total.low.shape, dtype=bool)
    for part in total.parts.values():
        found |= contradicts(part)
    if total.parts:
        parts = [_from_parts(part) for part in total.parts.values()]
        found |= (_sum_of_lows(parts) > total.high) | (_sum_of_highs(parts) < total.low)
    return found


def _from_parts(total: Figure) -> Figure:
    """The pass up: a sum lies between the sums of the bounds of its parts."""
    if not total.parts:
        return total
    parts = {name: _from_parts(part) for name, part in total.parts.items()}
    missing = np.maximum(total.low - _sum_of_highs(list(parts.values())), 0.0)
    if missing.any():
        parts = {name: _raised(part, missing) for name, part in parts.items()}
    low = np.maximum(total.low, _sum_of_lows(list(parts.values())))
    high = np.maximum(np.minimum(total.high, _sum_of_highs(list(parts.values()))), low)
    return replace(total, low=low, high=high, parts=parts)


def _narrow(total: Figure) -> Figure:
    """The pass down: a part is what the total leaves when the other parts are at their bounds."""
    parts = list(total.parts.values())
    room_above = total.high - (_sum_of_lows(parts) if parts else 0.0)
    room_below = (_sum_of_highs(parts) if parts else 0.0) - total.low
    narrowed = {
        name: _narrow(
            replace(
                part,
                low=np.maximum(part.low, part.high - room_below),
                high=np.minimum(part.high, part.low + room_above),
            )
        )
        for name, part in total.parts.items()
    }
    return replace(total, parts=narrowed)


def _settle(total: Figure, count: Vector) -> Figure:
    """Give the total its count, and its parts counts within their bounds that add up to it."""
    if not total.parts:
        return replace(total, value=count)
    parts = list(total.parts.values())
    low, high = np.column_stack([part.low for part in parts]), np.column_stack([part.high for part in parts])
    published = np.column_stack([part.value for part in parts])
    left = count[:, None] - np.nansum(published, axis=1, keepdims=True)
    settled = _spread(np.clip(np.where(np.isnan(published), left, published), low, high), low, high, count)
    return replace(
        total,
        value=count,
        parts={name: _settle(part, settled[:, column]) for column, (name, part) in enumerate(total.parts.items())},
    )


def _spread(start: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], total: Vector) -> Vector:
    """[area, part], whole counts within the bounds that add up to `total`, moved from `start` by the room there is."""
    gap = total[:, None] - start.sum(axis=1, keepdims=True)
    room = np.where(gap > 0, high - start, start - low)
    all_room = room.sum(axis=1, keepdims=True)
    moved: Vector = start + gap * np.divide(room, all_room, out=np.zeros_like(room), where=all_room > 0)
    return _whole(moved, total)


def _whole(shares: NDArray[np.float64], total: Vector) -> Vector:
    """The largest-remainder method. Ties fall to another part in every next area, so that no part gains over many."""
    whole = np.floor(shares + 1e-9)
    fraction = np.round(shares - whole, 6)
    areas, parts = fraction.shape
    turn = (np.arange(parts)[None, :] + np.arange(areas)[:, None]) % parts
    rank = np.argsort(np.lexsort((turn, -fraction), axis=1), axis=1)
    counts: Vector = whole + (rank < (total - whole.sum(axis=1))[:, None])
    return counts


def _sum_of_lows(parts: list[Figure]) -> Vector:
    lows: Vector = np.sum([part.low for part in parts], axis=0)
    return lows


def _sum_of_highs(parts: list[Figure]) -> Vector:
    highs: Vector = np.sum([part.high for part in parts], axis=0)
    return highs


def _raised(figure: Figure, by: Vector) -> Figure:
    parts = {name: _raised(part, by) for name, part in figure.parts.items()}
    return replace(figure, high=figure.high + by, parts=parts)
