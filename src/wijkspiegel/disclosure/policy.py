"""How counts are protected."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """min_cell : counts from 1 to one less are withheld. rounding : shown counts are multiples of it."""

    min_cell: int = 10
    rounding: int = 5
