"""What withheld counts allow: how many people they are, and the compositions that lie at the ends of what is possible.

A withheld count is an estimate that may be anything between its bounds, as long as the people of the area add up.
"""

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.measures.diversity import Counts, Values

Mask = NDArray[np.bool_]

MOST_WITHHELD = 0.2
"""Where more than this part of the people are in groups whose count is withheld, a figure is not told."""

HALVINGS = 60


def too_much_withheld(counts: Counts, withheld: Mask) -> Mask:
    """[area], whether more than MOST_WITHHELD of the people are in withheld groups, or no count is shown at all."""
    hidden, people = np.where(withheld, counts, 0.0).sum(axis=-1), counts.sum(axis=-1)
    too_many: Mask = (hidden > MOST_WITHHELD * people) | withheld.all(axis=-1)
    return too_many


def most_alike(counts: Counts, low: Counts, high: Counts, withheld: Mask) -> Counts:
    """[area, group], withheld counts made as equal as their bounds allow, all others as they are.

    Water is poured into them up to one level. No composition within the bounds is more diverse, by any measure that
    grows when people move from a larger group to a smaller one.
    """
    people = np.where(withheld, counts, 0.0).sum(axis=-1, keepdims=True)
    below, above = np.zeros_like(people), np.where(withheld, high, 0.0).max(axis=-1, keepdims=True)
    for _ in range(HALVINGS):
        level = (below + above) / 2
        enough = np.where(withheld, np.clip(level, low, high), 0.0).sum(axis=-1, keepdims=True) >= people
        below, above = np.where(enough, below, level), np.where(enough, level, above)
    return np.where(withheld, np.clip(above, low, high), counts)


def most_apart(counts: Counts, low: Counts, high: Counts, withheld: Mask) -> Counts:
    """[area, group], withheld counts more unequal than any within their bounds, all others as they are.

    The k largest of m counts hold at most the k largest upper bounds, and at most what the m - k smallest lower bounds
    leave. Counts that hold as much for every k majorize all that are possible (Marshall & Olkin 1979), so none of those
    is less diverse.
    """
    people = np.where(withheld, counts, 0.0).sum(axis=-1, keepdims=True)
    cells = withheld.sum(axis=-1, keepdims=True)
    from_top = np.sort(np.where(withheld, high, 0.0), axis=-1)[..., ::-1].cumsum(axis=-1)
    lows = np.sort(np.where(withheld, low, np.inf), axis=-1)
    from_bottom = np.where(np.isinf(lows), 0.0, lows).cumsum(axis=-1)
    smallest = np.concatenate([np.zeros_like(people), from_bottom], axis=-1)
    others = np.maximum(cells - np.arange(1, counts.shape[-1] + 1), 0)
    largest = np.minimum(from_top, people - np.take_along_axis(smallest, others, axis=-1))
    steps = np.diff(largest, axis=-1, prepend=0.0)
    place = np.maximum(withheld.cumsum(axis=-1) - 1, 0)
    return np.where(withheld, np.maximum(np.take_along_axis(steps, place, axis=-1), 0.0), counts)


def between(ends: tuple[Values, Values], others: tuple[Values, Values]) -> tuple[Values, Values]:
    """The least and the most of two intervals."""
    return np.fmin(ends[0], others[0]), np.fmax(ends[1], others[1])
