"""Cities that Hypothesis makes: counts [area, group] with empty areas, small groups and great differences in size."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

Counts = NDArray[np.float64]


@st.composite
def cities(draw: st.DrawFn, areas: tuple[int, int] = (2, 12), groups: tuple[int, int] = (2, 5)) -> Counts:
    """At least two groups have people, so that every index is defined."""
    shape = (draw(st.integers(*areas)), draw(st.integers(*groups)))
    counts = draw(arrays.arrays(np.int64, shape, elements=st.integers(0, 3) | st.integers(0, 400))).astype(np.float64)
    counts[0, 0] += 1
    counts[1, 1] += 1
    return counts
