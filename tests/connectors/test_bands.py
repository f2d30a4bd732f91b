"""Mirrors and roads of people who told in bands, beside what is true of them."""

from collections.abc import Mapping

import numpy as np
import pytest

from wijkspiegel.connectors.design import Sample
from wijkspiegel.connectors.ladder import climb, overlap, steps
from wijkspiegel.connectors.mirrors import Circle, MirrorShare, mirror_shares
from wijkspiegel.sources.bands import apart
from wijkspiegel.tables import NO, YES, Banded

RANGES = list(apart([(0, 0), (0, 0.25), (0.4, 0.6), (0.75, 1), (1, 1)]).values())
REFERENCE = 0.45


def circle(low: np.ndarray, high: np.ndarray, contacts: np.ndarray) -> Circle:
    people = len(low)
    sample = Sample(np.ones(people), np.zeros(people, dtype=np.int64), np.arange(people))
    around = np.tile([1000 * (1 - REFERENCE), 1000 * REFERENCE], (people, 1))
    return Circle(np.zeros((people, 2)), around, np.zeros(people, dtype=np.int64), sample, Banded(low, high, contacts))


def in_bands(shares: np.ndarray, contacts: int) -> Circle:
    """People who say in which band a share of their contacts lies. contacts : 0 where they are not asked how many."""
    band = np.argmax([(low - 1e-9 <= shares) & (shares <= high + 1e-9) for low, high in RANGES], axis=0)
    low, high = np.array(RANGES)[band].T
    return circle(low, high, np.full(len(shares), contacts))


def drawn(contacts: int, seed: int, people: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Hidden shares, and the share of so many contacts."""
    rng = np.random.default_rng(seed)
    hidden = rng.beta(0.8, 2.99, people)
    return hidden, rng.binomial(contacts, hidden) / contacts


def one_sided(told: Circle) -> Mapping[float, MirrorShare]:
    return {one.tolerance: one for one in mirror_shares(told, (0.0, 0.1)) if one.form == "one_sided"}


def test_the_interval_of_bands_holds_the_truth_in_nine_of_ten_surveys() -> None:
    held, bubbles = 0, 0
    for seed in range(10):
        hidden, own = drawn(10, seed)
        found = {(one.form, one.tolerance): one for one in mirror_shares(in_bands(own, 10), (0.1,))}
        mirrors, bubble = found["one_sided", 0.1], found["bubble", 0.1]
        held += mirrors.lower <= (hidden >= 0.35).mean() <= mirrors.upper
        bubbles += bubble.lower <= (hidden <= 0.1).mean() <= bubble.upper
    assert held >= 9
    assert bubbles >= 9


def test_bands_tell_less_than_counts() -> None:
    _, own = drawn(10, 1)
    counted, banded = one_sided(circle(own, own, np.full(600, 10)))[0.1], one_sided(in_bands(own, 10))[0.1]
    assert banded.bound_high - banded.bound_low > counted.bound_high - counted.bound_low


def test_bands_of_one_share_are_counts() -> None:
    _, own = drawn(8, 2)
    banded = circle(own, own, np.full(600, 8))
    counts = np.rint(np.stack([8 * (1 - own), 8 * own], axis=1))
    counted = Circle(counts, banded.around, banded.group, banded.sample)
    for one, other in zip(
        mirror_shares(banded, (0.1,)),
        (o for o in mirror_shares(counted, (0.1,)) if o.form != "multigroup"),
        strict=True,
    ):
        assert (one.estimate, one.lower, one.upper) == pytest.approx(
            (other.estimate, other.lower, other.upper), abs=0.01
        )
        assert (one.bound_low, one.bound_high) == pytest.approx((other.bound_low, other.bound_high), abs=0.01)


def test_without_numbers_a_share_between_the_ends_of_a_band_stays_unknown() -> None:
    """A quarter says half, [0.325, 0.675]; of 0.35 and up that may be nobody or all of them."""
    share = np.repeat([0.0, 0.2, 0.5, 1.0], 150)
    found = one_sided(in_bands(share, 0))[0.1]
    assert (found.bound_low, found.bound_high) == pytest.approx((0.25, 0.5), abs=0.01)
    assert found.lower <= 0.25
    assert found.upper >= 0.5


def test_the_mirror_of_all_groups_is_not_told_in_bands() -> None:
    _, own = drawn(10, 3)
    assert {one.form for one in mirror_shares(in_bands(own, 10))} == {"one_sided", "two_sided", "bubble"}


def test_roads_with_friends_in_bands_add_up_and_hold_the_truth() -> None:
    hidden, own = drawn(10, 4)
    school = np.where(np.random.default_rng(5).random(600) < 0.2, YES, NO)
    told = in_bands(own, 10)
    assert told.told is not None
    told.told.low[:20] = told.told.high[:20] = np.nan  # who told nothing may have friends of any kind
    ladder = climb(told, {"school": school})
    assert ladder is not None
    assert sum(one.share for one in overlap(ladder, 0.1)) == pytest.approx(1)
    found = {one.step: one for one in steps(ladder, 0.1)}["any"]
    assert found.lower <= ((hidden >= 0.35) | (school == YES)).mean() <= found.upper


def test_nobody_who_answered_gives_no_figure() -> None:
    nothing = np.full(5, np.nan)
    assert list(mirror_shares(circle(nothing, nothing, np.zeros(5, dtype=np.int64)))) == []
