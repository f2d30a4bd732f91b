"""In how many digits a figure is told: no more than its interval deserves.

What looks more exact than it is, also tells more of the people behind it: a mean of ten answers in four digits can give
away the answers, and a share of people the count.
"""

import math

PARTS = 5
"""A step is at most this part of the half of an interval, and more than a fiftieth of it."""


def step_of(lower: float, upper: float) -> float:
    """The power of ten in which a figure with this interval is told; 0 where the interval has no known width."""
    half = (upper - lower) / 2
    return 10.0 ** math.floor(math.log10(half / PARTS)) if half > 0 else 0.0


def told(value: float, step: float) -> float:
    """The value in whole steps; as it is where the step is 0."""
    return step * round(value / step) if step and not math.isnan(value) else value
