"""How counts are protected."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Policy:
    """min_cell : counts from 1 to one less are withheld. rounding : shown counts are multiples of it."""

    min_cell: int = 10
    rounding: int = 5


def rounded_count(counts: Floats, policy: Policy) -> Floats:
    """Multiples of the base; nan where few are counted. Nobody at all is told."""
    few = (counts > 0) & (counts < policy.min_cell)
    return np.where(few, np.nan, policy.rounding * np.rint(counts / policy.rounding))


def without_few(shares: Floats, persons: Floats, policy: Policy) -> Floats:
    """Shares of people; nan where they, or the others, are few."""
    part = shares * persons
    few = ((part > 0) & (part < policy.min_cell)) | ((part < persons) & (part > persons - policy.min_cell))
    return np.where(few, np.nan, shares)
