from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, linprog, minimize
from scipy.stats import betabinom

from benchmarks import coverage
from wijkspiegel.measures.likelihood import Floats
from wijkspiegel.measures.likelihood import _model_step as model_step
from wijkspiegel.measures.mixing import (
    DROP,
    PRECISION,
    Answers,
    binomial,
    bounds,
    estimate,
    fit,
    fit_parts,
    gather,
    grid,
    intervals,
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
@pytest.mark.parametrize("truth", coverage.TRUTHS, ids=lambda truth: truth.name)
def test_the_interval_holds_the_truth_in_nine_of_ten_surveys(truth: coverage.Truth, contacts: int) -> None:
    _, _, lower, upper = coverage.surveys(truth, contacts, 600, 30).T
    assert coverage.held(truth, lower, upper) >= 0.9
    if contacts == 20:
        assert (upper - lower).max() < 0.6


def test_people_in_a_bubble_and_an_eighth_near_the_area_look_like_the_table_of_the_plan() -> None:
    """Naive there: 0, 6.9, 8.5 and 9.3 % with 3, 5, 10 and 20 friends, of whom 12.6 % are mirrors."""
    truth = coverage.TRUTHS[1]
    assert truth.share() == pytest.approx(0.126, abs=0.003)
    for friends, naive in ((3, 0.0), (5, 0.069), (10, 0.085), (20, 0.093)):
        taken = truth.told(np.arange(friends + 1) / friends) @ truth.chances(friends)
        assert taken == pytest.approx(naive, abs=0.008)


def independent_interval(told: Answers, aim: Floats, sign: float) -> float:
    """The most of sign * aim by another road: sequential quadratic programmes."""
    chances = binomial(told.contacts, told.outside, grid())
    people, size = told.people, len(grid())
    even = Bounds(0, 1)
    whole = {"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(size)}

    def likelihood(weights: Floats) -> float:
        return float(people @ np.log(np.maximum(chances @ weights, 1e-300)))

    def slope(weights: Floats) -> Floats:
        found: Floats = chances.T @ (people / np.maximum(chances @ weights, 1e-300))
        return found

    best = minimize(lambda w: -likelihood(w), np.full(size, 1 / size), jac=lambda w: -slope(w), method="SLSQP",
                    bounds=even, constraints=[whole],
                    options={"maxiter": 500, "ftol": 1e-10})  # fmt: skip
    least = likelihood(best.x) - DROP
    found = minimize(
        lambda w: -sign * float(aim @ w), best.x, jac=lambda w: -sign * aim, method="SLSQP", bounds=even,
        constraints=[whole, {"type": "ineq", "fun": lambda w: likelihood(w) - least, "jac": slope}],
        options={"maxiter": 1000, "ftol": 1e-9},
    )  # fmt: skip
    return float(aim @ found.x)


@pytest.mark.parametrize(("contacts", "people"), [(3, 100), (10, 300), (20, 60)])
def test_the_ends_are_those_of_another_solver_and_at_most_the_precision_outside(contacts: int, people: int) -> None:
    told = some(contacts, people, 11)
    ((lower, upper),) = intervals(fit(told), [QUALIFIES])
    for end, sign in ((lower, -1.0), (upper, 1.0)):
        outside = sign * (end - independent_interval(told, QUALIFIES[0], sign))
        assert -2e-5 <= outside <= PRECISION + 1e-3  # the other solver stops before the end, and only inside


def most_by_highs(within: Floats, weights: Floats, aim: Floats) -> float:
    found = linprog(-aim, A_eq=within, b_eq=within @ weights, method="highs",
                    options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10})  # fmt: skip
    assert found.status == 0
    return float(aim @ found.x)


@given(st.integers(1, 12), st.integers(1, 60), st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_the_bounds_are_those_of_highs(contacts: int, people: int, seed: int) -> None:
    """Few people and few answers are degenerate cases: many columns give the same."""
    fitted = fit(some(contacts, people, seed))
    aims = [(grid() >= line - 1e-9).astype(float)[None] for line in (0.2, 0.25, 0.5, 0.8)]
    (part,) = fitted.parts
    for aim, (low, high) in zip(aims, bounds(fitted, aims), strict=True):
        assert high == pytest.approx(most_by_highs(part.within, fitted.weights[0], aim[0]), abs=1e-6)
        assert low == pytest.approx(-most_by_highs(part.within, fitted.weights[0], -aim[0]), abs=1e-6)


def test_leaving_out_rows_that_say_nothing_does_not_change_the_bounds() -> None:
    fitted = fit(some(8, 400, 5))
    (part,) = fitted.parts
    every = np.vstack([part.columns.T, np.ones(len(grid()))])
    ((low, high),) = bounds(fitted, [QUALIFIES])
    assert high == pytest.approx(most_by_highs(every, fitted.weights[0], QUALIFIES[0]), abs=2e-4)
    assert low == pytest.approx(-most_by_highs(every, fitted.weights[0], -QUALIFIES[0]), abs=2e-4)


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


@given(st.integers(0, 10_000))
def test_a_column_that_no_answer_is_of_takes_weight_where_that_gains(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = rng.random((4, 6))
    columns[-1] = 0.0
    curve, slope = columns @ columns.T, rng.normal(0, 2, 4)
    weights = rng.dirichlet(np.ones(4))

    def lost(step: Floats) -> float:
        return float(step @ curve @ step / 2 - slope @ step)

    step = model_step(curve, slope, weights)
    best = minimize(
        lost, np.zeros(4), bounds=Bounds(-weights, np.inf), constraints={"type": "eq", "fun": np.sum}, tol=1e-12
    ).fun
    assert step.sum() == pytest.approx(0, abs=1e-9)
    assert (weights + step >= -1e-12).all()
    assert lost(step) <= 0.0
    if (weights + step > 1e-9).all():  # nothing was held at 0, where the step need not be the best
        assert lost(step) == pytest.approx(best, abs=1e-6)
