import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.common_ground.agreement import (
    Agreement,
    all_agree,
    apart,
    expected,
    information,
    least_agreement,
    posterior,
    strength_of,
)

LOTS = np.random.default_rng(6)


def kind(*counts: tuple[int, int], name: str = "area") -> Agreement:
    """Groups of which so many agree, and so many do not, with one statement; a uniform prior."""
    yes, no = np.array(counts, dtype=np.float64).T[..., None]
    return Agreement(name, tuple(f"g{n}" for n in range(len(counts))), yes + no, 1 + yes, 1 + no)


def drawn(kind: Agreement, times: int = 200_000) -> np.ndarray:
    return np.random.default_rng(1).beta(kind.one[:, 0], kind.other[:, 0], (times, len(kind.groups)))


def test_no_vote_of_a_group_leaves_all_open_whatever_the_model_expects() -> None:
    sums = np.zeros((1, 1, 3))
    found = posterior("area", ["a"], np.zeros((1, 1)), sums, sums, np.array([[0.99]]), 256.0)
    assert (found.one[0, 0], found.other[0, 0]) == (1.0, 1.0)
    assert found.at_least(0.6)[0, 0] == pytest.approx(0.4)


def test_the_model_counts_for_no_more_than_a_quarter_of_the_votes_of_the_group() -> None:
    sums = np.array([[[8.0, 0.0, 12.0]]])
    found = posterior("area", ["a"], np.array([[20.0]]), sums, sums, np.array([[0.8]]), 256.0)
    assert (found.one[0, 0], found.other[0, 0]) == pytest.approx((1 + 5 * 0.8 + 12, 1 + 5 * 0.2 + 8))


def test_a_pass_is_no_agreement() -> None:
    sums = np.array([[[0.0, 5.0, 5.0]]])
    found = posterior("area", ["a"], np.array([[10.0]]), sums, sums, np.array([[0.5]]), 1.0)
    assert found.agree[0, 0] == pytest.approx(0.5)


def test_weighted_votes_count_for_as_many_as_would_tell_as_much() -> None:
    weights = np.array([4.0, 1.0, 1.0, 1.0, 1.0])
    sums, squares = np.array([[[4.0, 0.0, 4.0]]]), np.array([[[4.0, 0.0, (weights**2)[0]]]])
    found = posterior("area", ["a"], np.array([[5.0]]), sums, squares, np.array([[0.5]]), 256.0)
    assert found.one[0, 0] + found.other[0, 0] == pytest.approx(2 + 1.25 * 8**2 / 20)


def test_all_agree_is_the_product_over_groups() -> None:
    groups = kind((18, 2), (9, 6))
    one, other = groups.at_least(0.6)[:, 0]
    assert all_agree([groups], 0.6)[0] == pytest.approx(one * other)
    assert all_agree([groups], 0.6)[0] == pytest.approx((drawn(groups) >= 0.6).all(axis=1).mean(), abs=0.005)


def test_the_interval_of_the_least_agreement_is_that_of_the_lowest_of_all_draws() -> None:
    groups = kind((18, 2), (12, 6), (30, 15))
    lower, upper = least_agreement([groups])
    assert (lower[0], upper[0]) == pytest.approx(np.quantile(drawn(groups).min(axis=1), [0.025, 0.975]), abs=0.01)


def test_what_chafes_names_the_two_groups_that_surest_differ_and_who_agrees() -> None:
    groups = kind((20, 20), (38, 2), (3, 37))
    found = apart([groups], 0.3)[0]
    assert (found.kind, found.agrees, found.disagrees) == ("area", "g1", "g2")
    draws = drawn(kind((38, 2), (3, 37)))
    assert found.chance == pytest.approx((draws[:, 0] - draws[:, 1] >= 0.3).mean(), abs=0.01)


def test_the_chance_of_a_difference_is_right_where_it_is_not_sure() -> None:
    groups = kind((14, 6), (8, 12))
    draws = drawn(groups)
    assert apart([groups], 0.3)[0].chance == pytest.approx((draws[:, 0] - draws[:, 1] >= 0.3).mean(), abs=0.01)


def test_groups_that_answered_too_seldom_are_held_against_nobody() -> None:
    groups = kind((38, 2), (0, 9), (16, 24))
    assert apart([groups], 0.3)[0].disagrees == "g1"
    assert apart([groups], 0.3, 10)[0].disagrees == "g2"
    assert apart([kind((9, 0), (0, 9))], 0.3, 10)[0].chance == 0


def test_one_group_alone_chafes_with_nobody() -> None:
    assert apart([kind((10, 0))], 0.3)[0].chance == 0


def test_more_votes_tell_much_where_it_is_open_and_little_where_it_is_settled() -> None:
    groups = kind((0, 0), (6, 4), (600, 400), (990, 10))
    told = information(groups, 0.6)[:, 0]
    assert told[0] > told[1] > told[2] > told[3]
    assert told[3] == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 40), st.integers(0, 40))
def test_information_is_never_less_than_none_nor_more_than_a_bit(yes: int, no: int) -> None:
    assert 0 <= information(kind((yes, no)), 0.6)[0, 0] <= 1


def test_a_model_that_foretells_the_other_half_counts_for_much_and_a_wrong_one_for_little() -> None:
    truth = LOTS.uniform(0.1, 0.9, (4, 200))
    n = np.full(truth.shape, 20)

    def votes() -> np.ndarray:
        yes = LOTS.binomial(n, truth)
        return np.stack([n - yes, np.zeros_like(n), yes], axis=2).astype(np.float64)

    assert strength_of(truth, votes(), votes()) >= 5
    assert strength_of(LOTS.permutation(truth.ravel()).reshape(truth.shape), votes(), votes()) <= 4


def test_what_the_model_expects_of_a_group_is_the_mean_over_its_people_without_those_who_pass() -> None:
    persons, statements = np.array([[0.0], [1.0], [-1.0]]), np.array([[0.0], [2.0]])
    shares = expected(persons, statements, np.array([0, 0, 1]), 2, np.ones(3), np.array([1.0, 0.5]))
    chance = 1 / (1 + np.exp(-(persons + statements.T)))
    assert shares == pytest.approx(np.array([chance[:2].mean(axis=0), chance[2]]) * [1.0, 0.5])
