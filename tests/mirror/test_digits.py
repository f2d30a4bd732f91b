import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.mirror.circles.digits import step_of, told


@pytest.mark.parametrize(
    ("lower", "upper", "step"), [(5.1, 7.9, 0.1), (0.45, 0.55, 0.01), (3.0, 3.1, 0.01), (0.0, 60.0, 1.0)]
)
def test_a_figure_is_told_in_the_digits_that_its_interval_deserves(lower: float, upper: float, step: float) -> None:
    assert step_of(lower, upper) == pytest.approx(step)


def test_a_figure_without_a_width_is_told_as_it_is() -> None:
    assert told(0.123456, step_of(0.2, 0.2)) == 0.123456
    assert told(0.123456, step_of(math.nan, math.nan)) == 0.123456
    assert math.isnan(told(math.nan, 0.1))


@given(st.floats(-10, 10), st.floats(1e-4, 10))
def test_what_rounding_adds_is_a_tenth_of_the_half_width_at_most(value: float, half: float) -> None:
    step = step_of(value - half, value + half)
    assert abs(told(value, step) - value) <= half / 10 + 1e-9
    assert step > half / 50 - 1e-12
