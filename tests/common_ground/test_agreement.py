import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln
from scipy.stats import beta, betabinom

from tests.common_ground.conversations import conversation, two_camps
from wijkspiegel.common_ground.agreement import (
    Agreement,
    Learned,
    all_agree,
    apart,
    expected,
    information,
    learn,
    least_agreement,
    posterior,
    without_each,
)
from wijkspiegel.common_ground.ideal import cast_of, chances, locate, of_people, precision_of_statements
from wijkspiegel.common_ground.kernels import newton_across

LOTS = np.random.default_rng(6)


def kind(*counts: tuple[int, int], name: str = "area") -> Agreement:
    """Groups of which so many agree, and so many do not, with one statement; a uniform prior."""
    yes, no = np.array(counts, dtype=np.float64).T[..., None]
    groups = tuple(f"g{number}" for number in range(len(counts)))
    every = np.ones_like(yes)
    return Agreement(
        name, groups, yes + no, np.stack([1 + yes, every]), np.stack([1 + no, every]), np.stack([every, 0 * every])
    )


def drawn(kind: Agreement, times: int = 200_000) -> np.ndarray:
    lots = np.random.default_rng(1)
    of_each = lots.beta(kind.one[..., 0], kind.other[..., 0], (times, 2, len(kind.groups)))
    return np.where(lots.random((times, len(kind.groups))) < kind.part[0, :, 0], of_each[:, 0], of_each[:, 1])


def judged(votes: tuple[float, float, float], expects: float, learned: Learned) -> Agreement:
    """One group with these votes: disagree, pass, agree."""
    sums = np.array([[votes]])
    return posterior("area", ["a"], sums.sum(axis=2), sums, sums, np.array([[expects]]), learned)


def test_a_model_that_is_never_right_leaves_the_votes_alone() -> None:
    found = judged((2, 0, 3), 0.99, Learned(256.0, 0.0))
    assert found.agree[0, 0] == pytest.approx(4 / 7)
    assert judged((0, 0, 0), 0.99, Learned(256.0, 0.0)).at_least(0.6)[0, 0] == pytest.approx(0.4)


def test_votes_that_fit_the_model_count_with_it_and_others_stand_alone() -> None:
    """By hand: the chance of these votes under each part of the prior, in whichever order they came."""
    fits, differs = (judged(votes, 0.8, Learned(64.0, 0.5)) for votes in ((3, 0, 12), (12, 0, 3)))
    assert fits.part[1, 0, 0] > 0.7
    assert fits.agree[0, 0] == pytest.approx(0.8, abs=0.02)
    assert differs.part[1, 0, 0] < 0.001
    assert differs.agree[0, 0] == pytest.approx(4 / 17, abs=0.001)
    chance = np.exp([betaln(13, 4) - betaln(1, 1), betaln(1 + 64 * 0.8 + 12, 1 + 64 * 0.2 + 3) - betaln(52.2, 13.8)])
    assert fits.part[:, 0, 0] == pytest.approx(chance / chance.sum())


def test_a_pass_is_no_agreement() -> None:
    assert judged((0, 50, 50), 0.5, Learned(1.0, 0.5)).agree[0, 0] == pytest.approx(0.5)


def test_weighted_votes_count_for_as_many_as_would_tell_as_much() -> None:
    weights = np.array([4.0, 1.0, 1.0, 1.0, 1.0])
    sums, squares = np.array([[[4.0, 0.0, 4.0]]]), np.array([[[4.0, 0.0, (weights**2)[0]]]])
    found = posterior("area", ["a"], np.array([[5.0]]), sums, squares, np.array([[0.5]]), Learned(1.0, 0.0))
    assert (found.one + found.other)[0, 0, 0] == pytest.approx(2 + 8**2 / 20)


def test_the_interval_of_a_mixture_is_that_of_its_draws() -> None:
    found = judged((4, 0, 11), 0.5, Learned(32.0, 0.5))
    assert 0.2 < found.part[1, 0, 0] < 0.8
    lower, upper = found.interval()
    draws = drawn(found)[:, 0]
    assert (lower[0, 0], upper[0, 0]) == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.005)
    assert found.agree[0, 0] == pytest.approx(draws.mean(), abs=0.002)


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


def test_information_is_what_is_left_to_know_before_less_what_is_left_after_five_votes() -> None:
    def left(chance: float) -> float:
        return float(-chance * np.log2(chance) - (1 - chance) * np.log2(1 - chance))

    after = sum(betabinom.pmf(more, 5, 8, 5) * left(beta.sf(0.6, 8 + more, 5 + 5 - more)) for more in range(6))
    assert information(kind((7, 4)), 0.6)[0, 0] == pytest.approx(left(beta.sf(0.6, 8, 5)) - after)


@given(st.integers(0, 40), st.integers(0, 40))
def test_information_is_never_less_than_none_nor_more_than_a_bit(yes: int, no: int) -> None:
    assert 0 <= information(kind((yes, no)), 0.6)[0, 0] <= 1


def votes_of_groups(truth: np.ndarray, n: np.ndarray) -> np.ndarray:
    yes = LOTS.binomial(n, truth)
    return np.stack([n - yes, np.zeros_like(n), yes], axis=2).astype(np.float64)


def test_a_model_that_foretells_the_other_half_counts_for_much_and_a_wrong_one_for_nothing() -> None:
    truth = LOTS.uniform(0.1, 0.9, (4, 200))
    n = np.full(truth.shape, 20)
    right = learn(truth, votes_of_groups(truth, n), votes_of_groups(truth, n))
    assert right.strength == 32
    assert right.trust == 0.9
    wrong = LOTS.permutation(truth.ravel()).reshape(truth.shape)
    found = learn(wrong, votes_of_groups(truth, n), votes_of_groups(truth, n))
    assert found.trust == 0.0 or found.strength <= 4


def test_the_model_of_a_group_has_not_seen_its_votes() -> None:
    """Against fitting the statements again without the group, people as they are."""
    invented = conversation(two_camps(200), 12, 0.6)
    model, group = locate(invented.votes, 1), np.arange(200) % 5
    cast = cast_of(invented.votes)
    for number, statements in enumerate(without_each(model, invented.votes, group, 5)):
        others = of_people(invented.votes, np.flatnonzero(group != number))
        slowly, cast = model.statements.copy(), cast_of(others)
        prior = np.array([model.statements[:, 0].mean(), 0.0])
        for _ in range(20):
            newton_across(
                cast.starts, cast.statement, cast.vote, model.persons[group != number], slowly, prior,
                precision_of_statements(1),
            )  # fmt: skip
        assert np.abs(statements - slowly).max() < 0.1
        assert np.abs(statements - slowly).mean() < 0.2 * np.abs(model.statements - slowly).mean()


def test_what_the_model_expects_of_a_group_is_the_mean_over_its_people_without_those_who_pass() -> None:
    votes = conversation(two_camps(60), 8).votes
    model = locate(votes, 1)
    group = np.repeat([0, 1, -1], 20)
    shares = expected(model, votes, group, 2, np.ones(60), np.linspace(0.5, 1, 8))
    for number, statements in enumerate(without_each(model, votes, group, 2)):
        person, statement = (each.ravel() for each in np.indices((20, 8), dtype=np.int32))
        chance = chances(model.persons[group == number], statements, person, statement).reshape(20, 8)
        assert shares[number] == pytest.approx(chance.mean(axis=0) * np.linspace(0.5, 1, 8))
