"""Numbers by lot for the kernels: the same on every machine."""

from typing import Any

import numba
import numpy as np


@numba.njit(cache=True)
def _next(seed: Any) -> Any:
    """The next number of 64 bits (splitmix64, Steele, Lea & Flood 2014)."""
    seed[0] += np.uint64(0x9E3779B97F4A7C15)
    z = seed[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def below(seed: Any, number: int) -> Any:
    """A whole number from 0, below `number`."""
    return np.int64(((_next(seed) >> np.uint64(32)) * np.uint64(number)) >> np.uint64(32))


@numba.njit(cache=True)
def unit(seed: Any) -> float:
    """In (0, 1]."""
    return (np.float64(_next(seed) >> np.uint64(11)) + 1.0) * (1.0 / 9007199254740992.0)
