import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.measures.diversity import DIVERSITY
from wijkspiegel.measures.uncertainty import assess_diversity
from wijkspiegel.measures.withheld import most_alike, most_apart, too_much_withheld


def test_water_is_poured_into_withheld_counts_up_to_one_level() -> None:
    counts, withheld = np.array([[50.0, 8, 1, 0]]), np.array([[False, True, True, True]])
    low, high = np.array([[50.0, 0, 0, 0]]), np.array([[50.0, 9, 9, 2]])
    assert most_alike(counts, low, high, withheld)[0].round(6).tolist() == [50, 3.5, 3.5, 2]


def test_the_largest_of_withheld_counts_takes_all_it_can() -> None:
    counts, withheld = np.array([[50.0, 3, 3, 3]]), np.array([[False, True, True, True]])
    low, high = np.array([[50.0, 1, 0, 0]]), np.array([[50.0, 7, 4, 4]])
    # At most 7 in one, 7 + 4 would be more than there are, less the 0 of the smallest.
    assert most_apart(counts, low, high, withheld)[0].tolist() == [50, 7, 2, 0]


@given(st.data())
def test_no_counts_within_the_bounds_are_more_or_less_diverse_than_the_extremes(data: st.DataObject) -> None:
    groups = data.draw(st.integers(2, 6))
    truth = np.array([data.draw(st.lists(st.integers(0, 30), min_size=groups, max_size=groups))], dtype=float)
    withheld = np.array([data.draw(st.lists(st.booleans(), min_size=groups, max_size=groups))])
    wide = np.array([data.draw(st.lists(st.integers(0, 9), min_size=2 * groups, max_size=2 * groups))], dtype=float)
    if truth.sum() < 2:
        truth[0, 0] += 2
    low, high = np.maximum(truth - wide[:, :groups], 0), truth + wide[:, groups:]
    alike, apart = most_alike(truth, low, high, withheld), most_apart(truth, low, high, withheld)
    for extreme in (alike, apart):
        assert np.isclose(extreme.sum(), truth.sum(), atol=1e-6)
        assert (extreme[~withheld] == truth[~withheld]).all()
    for name in ("entropy", "differ"):
        assert DIVERSITY[name](apart) - 1e-6 <= DIVERSITY[name](truth) <= DIVERSITY[name](alike) + 1e-6


def test_a_figure_is_not_told_where_more_than_one_in_five_is_withheld() -> None:
    counts = np.array([[80.0, 20], [79, 21], [0, 0]])
    withheld = np.array([[False, True], [False, True], [True, True]])
    assert too_much_withheld(counts, withheld).tolist() == [False, True, True]


def test_ten_hidden_nationalities_are_not_ten_equal_groups() -> None:
    """1,459 of 1,600 are of one group, and all counts are withheld: nothing can be told, and nothing is."""
    counts = np.full((1, 10), 160.0)
    for name in DIVERSITY:
        told = assess_diversity(name, counts, np.zeros((1, 10)), np.full((1, 10), 1600.0), np.ones((1, 10), dtype=bool))
        assert np.isnan(told).all(), name


def test_where_some_counts_are_withheld_the_interval_holds_whatever_they_were() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        truth = rng.multinomial(150, [0.5, 0.2, 0.1, 0.1, 0.06, 0.04]).astype(float)
        withheld = truth < 20
        told = np.where(withheld, truth[withheld].sum() / max(withheld.sum(), 1), truth)
        low, high = np.where(withheld, 0.0, truth), np.where(withheld, truth[withheld].sum(), truth)
        for name in ("differ", "entropy", "effective_groups", "richness", "rarefied_richness"):
            value, lower, upper = assess_diversity(name, told[None], low[None], high[None], withheld[None])
            assert lower[0] <= DIVERSITY[name](truth[None])[0] <= upper[0], name
            assert np.isnan(value[0]) or lower[0] <= value[0] <= upper[0]
