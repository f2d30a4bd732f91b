from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from wijkspiegel.measures.likelihood import Floats
from wijkspiegel.measures.mixing import (
    Answers,
    bounds,
    estimate,
    fit,
    fit_parts,
    gather,
    grid,
    intervals,
    naive,
)

# The case of science: reference .55, tolerance .10, shares beta(.8, 2.99), so that 12.6 % have .45 or more.
QUALIFIES = (grid() >= 0.45 - 1e-9).astype(float)[None]
TRUTH = 0.126


def answers(contacts: int, outside: Any, people: Floats) -> Answers:
    rows = len(outside)
    return Answers(people.astype(float), np.full(rows, contacts), outside.astype(np.int64), np.zeros(rows, np.int64))


def everybody(contacts: int, people: float = 1e6) -> Answers:
    """What a million people with these shares would tell."""
    outside = np.arange(contacts + 1)
    return answers(contacts, outside, people * betabinom.pmf(outside, contacts, 0.8, 2.99))


def some(contacts: int, people: int, seed: int) -> Answers:
    rng = np.random.default_rng(seed)
    outside = rng.binomial(contacts, rng.beta(0.8, 2.99, people))
    return gather(np.full(people, contacts), outside, np.ones(people), np.zeros(people, np.int64))


@pytest.mark.parametrize("contacts", [3, 5, 10, 20])
def test_the_interval_holds_the_truth_in_nine_of_ten_surveys(contacts: int) -> None:
    held = 0
    for seed in range(40):
        ((lower, upper),) = intervals(fit(some(contacts, 600, seed)), [QUALIFIES])
        held += lower <= TRUTH <= upper
    assert held >= 36


def test_more_contacts_narrow_the_bounds_and_more_people_do_not() -> None:
    def width(contacts: int, people: float = 1e6) -> float:
        ((low, high),) = bounds(fit(everybody(contacts, people)), [QUALIFIES])
        return high - low

    widths = [width(contacts) for contacts in (3, 5, 10, 20)]
    assert widths == sorted(widths, reverse=True)
    assert width(5, 1e7) == pytest.approx(width(5, 1e6), abs=0.02)
    assert widths[0] > 0.25  # three friends each cannot tell 12 % from 25 %, however many people answer


@pytest.mark.parametrize("contacts", [3, 5, 10, 20])
def test_the_bounds_hold_the_truth_and_the_estimate(contacts: int) -> None:
    fitted = fit(everybody(contacts))
    ((low, high),) = bounds(fitted, [QUALIFIES])
    assert low <= estimate(fitted, QUALIFIES) <= high
    assert low <= TRUTH <= high


@given(st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=20)
def test_with_one_contact_each_the_bounds_are_those_of_the_mean_alone(mean: float) -> None:
    at_least_half = (grid() >= 0.5 - 1e-9).astype(float)[None]
    fitted = fit(answers(1, np.array([0, 1]), 1e6 * np.array([1 - mean, mean])))
    ((low, high),) = bounds(
        fitted, [at_least_half]
    )  # the point below .5 is .48: m = .48 + .52 q at least; at most m = .5 q
    assert low == pytest.approx(max(0.0, (mean - 0.48) / 0.52), abs=2e-3)
    assert high == pytest.approx(min(1.0, mean / 0.5), abs=2e-3)


def test_when_everybody_has_one_share_the_estimate_is_near_it() -> None:
    rng = np.random.default_rng(1)
    outside = rng.binomial(200, 0.3, 5000)
    fitted = fit(gather(np.full(5000, 200), outside, np.ones(5000), np.zeros(5000, np.int64)))
    near = (abs(grid() - 0.3) < 0.07).astype(float)[None]
    assert estimate(fitted, near) > 0.98


def test_naive_counts_those_whose_own_share_qualifies() -> None:
    told = answers(10, np.array([0, 4, 5, 10]), np.array([4.0, 3, 2, 1]))
    assert naive(told, QUALIFIES) == pytest.approx(0.3)


def test_weights_count_as_people() -> None:
    twice = gather(np.array([5, 5, 5]), np.array([0, 0, 3]), np.ones(3), np.zeros(3, np.int64))
    weighted = gather(np.array([5, 5]), np.array([0, 3]), np.array([2.0, 1]), np.zeros(2, np.int64))
    assert twice.people.tolist() == weighted.people.tolist() == [2, 1]


def test_people_without_contacts_are_no_answer() -> None:
    assert len(gather(np.array([0]), np.array([0]), np.ones(1), np.zeros(1, np.int64)).people) == 0
    with pytest.raises(ValueError, match="nobody"):
        fit(Answers(np.zeros(0), *(np.zeros(0, np.int64),) * 3))


def test_bins_are_apart_and_their_distributions_add_up_to_their_people() -> None:
    rng = np.random.default_rng(2)
    bins = np.repeat([0, 1], [300, 100])
    outside = np.where(bins == 0, 0, rng.binomial(8, 0.9, 400))
    fitted = fit(gather(np.full(400, 8), outside, np.ones(400), bins))
    assert fitted.weights.sum(axis=1) == pytest.approx([0.75, 0.25])
    means = fitted.weights @ grid() / fitted.weights.sum(axis=1)
    assert means[0] < 0.01
    assert means[1] > 0.8


def test_parts_of_one_block_share_its_mass_as_the_people_do() -> None:
    """Two answers to a question that is not about contacts: the sampling of that answer is in the interval."""
    rows = np.full((2, 11), 0.5)
    fitted = fit_parts(rows, np.array([60.0, 40.0]), np.array([0, 1]), np.array([0, 0]))
    second = np.array([np.zeros(11), np.ones(11)])
    assert estimate(fitted, second) == pytest.approx(0.4, abs=0.01)
    assert intervals(fitted, [second])[0] == pytest.approx(
        (0.307, 0.498), abs=0.005
    )  # the profile interval of 40 of 100


def test_a_sample_that_tells_less_has_a_wider_interval() -> None:
    fitted = fit(some(10, 600, 1))
    (narrow,), (wide,) = intervals(fitted, [QUALIFIES]), intervals(fitted, [QUALIFIES], design_effect=3.0)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
