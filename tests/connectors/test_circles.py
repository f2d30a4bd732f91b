"""Mirrors, roads, exposure and homophily of people whose truth is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.connectors.design import Sample
from wijkspiegel.connectors.exposure import contact_share, exposure_and_bias
from wijkspiegel.connectors.homophily import (
    assortativity,
    assortativity_of,
    homophily_of_group,
    inbreeding,
    mixing_matrix,
    mixing_of_group,
    unbiased_blau,
)
from wijkspiegel.connectors.ladder import climb, overlap, steps
from wijkspiegel.connectors.mirrors import Circle, mirror_shares
from wijkspiegel.tables import NO, UNKNOWN, YES

Shared = Callable[[str], Path]


def simple(people: int) -> Sample:
    return Sample(np.ones(people), np.zeros(people, dtype=np.int64), np.arange(people))


def circle_of(shares: np.ndarray, contacts: int, reference: float, seed: int = 0) -> Circle:
    """People of group 0, with hidden shares of group 1 among their contacts, where `reference` is of group 1."""
    outside = np.random.default_rng(seed).binomial(contacts, shares)
    counts = np.stack([contacts - outside, outside], axis=1)
    around = np.tile([1000 * (1 - reference), 1000 * reference], (len(shares), 1))
    return Circle(counts, around, np.zeros(len(shares), dtype=np.int64), simple(len(shares)))


def test_the_curve_rises_with_the_tolerance_and_holds_the_truth() -> None:
    shares = np.random.default_rng(3).beta(0.8, 2.99, 800)
    circle = circle_of(shares, 12, 0.55)
    told = [one for one in mirror_shares(circle) if one.form == "one_sided"]
    estimates = [one.estimate for one in told]
    assert estimates == sorted(estimates)
    for one in told:
        assert one.lower <= one.estimate <= one.upper
        assert one.bound_low - 1e-6 <= one.estimate <= one.bound_high + 1e-6
        assert one.lower <= (shares >= 0.55 - one.tolerance).mean() <= one.upper


def test_mirrors_of_two_groups_are_the_same_as_two_sided_ones_within_their_intervals() -> None:
    shares = np.random.default_rng(4).beta(2, 3, 500)
    told = list(mirror_shares(circle_of(shares, 15, 0.4), (0.1, 0.2)))
    for tolerance in (0.1, 0.2):
        two, many = (
            next(one for one in told if one.form == form and one.tolerance == tolerance)
            for form in ("two_sided", "multigroup")
        )
        assert two.lower <= many.upper
        assert many.lower <= two.upper
        truth = (abs(shares - 0.4) <= tolerance).mean()
        assert many.lower <= truth <= many.upper


def test_naive_takes_the_own_share_as_it_is() -> None:
    """Nine of twenty is .45, which is .10 from .55, though no point of the grid is there."""
    counts = np.array([[11, 9], [20, 0], [11, 9], [20, 0]])
    circle = Circle(counts, np.tile([450.0, 550], (4, 1)), np.zeros(4, dtype=np.int64), simple(4))
    told = {one.form: one.naive for one in mirror_shares(circle, (0.1,))}
    assert told == {"one_sided": 0.5, "two_sided": 0.5, "multigroup": 0.5, "bubble": 0.5}


def test_a_band_without_points_is_no_figure_and_many_groups_have_no_bounds() -> None:
    told = list(mirror_shares(circle_of(np.full(50, 0.3), 8, 0.4)))
    assert min(one.tolerance for one in told if one.form == "one_sided") == 0
    assert min(one.tolerance for one in told if one.form in ("two_sided", "multigroup")) == 0.05
    assert {one.form for one in told if np.isnan(one.bound_low)} == {"multigroup"}


def test_many_groups_are_held_against_the_own_area_though_areas_differ() -> None:
    """People of twenty very different areas, who lean as much towards their own group in each."""
    rng = np.random.default_rng(7)
    compositions = np.random.default_rng(99).dirichlet(np.ones(3) * 2, 20)
    around = compositions[rng.integers(0, 20, 500)]
    apart = rng.beta(1, 1, 500)[:, None]
    hidden = (1 - apart) * around + apart * np.array([1.0, 0, 0])
    counts = np.array([rng.multinomial(8, each) for each in hidden])
    circle = Circle(counts, around * 1000, np.zeros(500, dtype=np.int64), simple(500))
    for one in mirror_shares(circle, (0.1, 0.2, 0.3)):
        if one.form == "multigroup":
            assert one.lower <= (abs(hidden - around).sum(axis=1) / 2 <= one.tolerance).mean() <= one.upper


def test_who_is_in_a_bubble() -> None:
    shares = np.where(np.arange(600) < 450, 0.02, 0.6)
    (bubble,) = (one for one in mirror_shares(circle_of(shares, 20, 0.5)) if one.form == "bubble")
    assert bubble.estimate == pytest.approx(0.75, abs=0.05)
    assert bubble.lower <= 0.75 <= bubble.upper


def test_nobody_with_contacts_gives_no_figure() -> None:
    nobody = Circle(np.zeros((3, 2)), np.ones((3, 2)), np.zeros(3, dtype=np.int64), simple(3))
    assert list(mirror_shares(nobody)) == []
    assert exposure_and_bias(nobody) is None


def roads_of(people: int, school: float, work: float, seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "school": np.where(rng.random(people) < school, YES, NO),
        "work": np.where(rng.random(people) < work, YES, NO),
    }


def test_the_ladder_never_falls_and_the_overlap_adds_up() -> None:
    circle = circle_of(np.random.default_rng(5).beta(0.8, 2.99, 600), 10, 0.45)
    ladder = climb(circle, roads_of(600, 0.1, 0.2))
    assert ladder is not None
    share = {one.step: one for one in steps(ladder, 0.1)}
    climbed = [share["friends"], share["ladder:friends+school"], share["ladder:friends+school+work"]]
    assert [one.share for one in climbed] == sorted(one.share for one in climbed)
    assert share["any"].share == pytest.approx(climbed[-1].share)
    apart = {one.step: one for one in overlap(ladder, 0.1)}
    assert sum(one.share for one in apart.values()) == pytest.approx(1)
    assert 1 - apart["none"].share == pytest.approx(share["any"].share)
    assert share["school"].share == pytest.approx(
        sum(one.share for step, one in apart.items() if "school" in step), abs=1e-6
    )


def test_what_is_unknown_is_not_no() -> None:
    circle = circle_of(np.full(400, 0.05), 10, 0.5)
    roads = {"school": np.where(np.arange(400) < 100, UNKNOWN, NO), "work": np.full(400, NO)}
    ladder = climb(circle, roads)
    assert ladder is not None
    school = next(one for one in steps(ladder, 0.0) if one.step == "school")
    assert school.share == pytest.approx(0, abs=0.01)
    assert school.lower == pytest.approx(0, abs=0.01)
    assert school.upper >= 0.25  # all who did not say may have chosen a mixed school


def test_a_road_of_which_nobody_told_is_no_step() -> None:
    circle = circle_of(np.full(50, 0.3), 8, 0.4)
    ladder = climb(circle, {"school": np.full(50, UNKNOWN), "work": np.full(50, NO)})
    assert ladder is not None
    assert [one.step for one in steps(ladder, 0.1)] == ["friends", "work", "ladder:friends+work", "any"]
    nobody = Circle(np.zeros((50, 2)), circle.around, circle.group, circle.sample)
    assert climb(nobody, {"work": np.full(50, NO)}) is None


def test_exposure_and_bias_by_hand() -> None:
    counts = np.array([[8.0, 2], [6, 4]])
    around = np.array([[50.0, 50], [75, 25]])
    found = exposure_and_bias(Circle(counts, around, np.zeros(2, dtype=np.int64), simple(2)))
    assert found is not None
    assert found.contact_share == pytest.approx(0.3)
    assert found.exposure == pytest.approx(0.375)
    assert found.bias == pytest.approx(1 - 0.3 / 0.375)
    assert contact_share(found.exposure, found.bias) == pytest.approx(found.contact_share)
    assert contact_share(0.8, 0.25) == pytest.approx(0.6)
    assert contact_share(0.8, 1.1) == 0.0


def test_homophily_by_hand() -> None:
    assert inbreeding(0.8, 0.5) == pytest.approx(0.6)
    assert np.isnan(inbreeding(1.0, 1.0))
    counts = np.array([[3.0, 1], [1, 1]])
    circle = Circle(counts, np.array([[50.0, 50], [50, 50]]), np.zeros(2, dtype=np.int64), simple(2))
    told = {one.measure: one.value for one in homophily_of_group(circle, 0.5)}
    assert told["share"] == pytest.approx(4 / 6)
    assert told["inbreeding"] == pytest.approx((4 / 6 - 0.5) / 0.5)
    assert told["inbreeding_in_area"] == pytest.approx(told["inbreeding"])
    assert told["ei"] == pytest.approx((2 - 4) / 6)
    assert unbiased_blau(circle).value == pytest.approx(((1 - 6 / 12) + (1 - 0 / 2)) / 2)
    assert assortativity(np.diag([3.0, 4])) == pytest.approx(1)
    assert assortativity(np.outer([3.0, 4], [1, 2])) == pytest.approx(0)
    assert np.isnan(assortativity(np.zeros((2, 2))))


def test_people_who_have_contacts_by_lot_mix_as_one() -> None:
    """Contacts of all in proportion to the city, and areas that are all alike: every ratio is 1, bias and r are 0."""
    city = np.array([50.0, 30, 20])
    group = np.repeat([0, 1, 2], [5, 3, 2])
    counts = np.tile(city / 10, (10, 1))
    circle = Circle(counts, np.array([city] * 10), group, simple(10))
    for number, name in enumerate("abc"):
        told = {one.measure: one for one in mixing_of_group(circle.take(group == number), city / 100, ("a", "b", "c"))}
        assert list(told) == [f"{kind}:{other}" for other in "abc" for kind in ("mixing", "mixing_in_area")], name
        assert [one.value for one in told.values()] == pytest.approx([1.0] * 6)
    assert assortativity_of(circle, 3).value == pytest.approx(0)


def test_two_groups_by_hand() -> None:
    """Group a: 8 of 12 contacts are own, in a city of half a; the areas of its two people are .75 and .25 a."""
    circle = Circle(
        np.array([[6.0, 2], [2, 2]]), np.array([[75.0, 25], [25, 75]]), np.zeros(2, dtype=np.int64), simple(2)
    )
    told = {one.measure: one.value for one in mixing_of_group(circle, np.array([0.5, 0.5]), ("a", "b"))}
    assert told["mixing:a"] == pytest.approx(8 / 6)
    assert told["mixing:b"] == pytest.approx(4 / 6)
    assert told["mixing_in_area:a"] == pytest.approx(8 / (8 * 0.75 + 4 * 0.25))
    assert told["mixing_in_area:b"] == pytest.approx(4 / (8 * 0.25 + 4 * 0.75))
    towards = exposure_and_bias(circle, 1)
    assert towards is not None
    assert told["mixing_in_area:b"] == pytest.approx(1 - towards.bias)
    assert told["mixing:a"] == pytest.approx((inbreeding(8 / 12, 0.5) * 0.5 + 0.5) / 0.5)


def test_a_group_of_which_nobody_is_mixes_with_nobody() -> None:
    circle = Circle(np.array([[3.0, 0]] * 4), np.array([[9.0, 0]] * 4), np.zeros(4, dtype=np.int64), simple(4))
    told = {one.measure: one.value for one in mixing_of_group(circle, np.array([1.0, 0]), ("a", "b"))}
    assert told["mixing:a"] == told["mixing_in_area:a"] == 1.0
    assert np.isnan(told["mixing:b"])
    assert np.isnan(told["mixing_in_area:b"])
    assert np.isnan(assortativity_of(circle, 2).value)


@given(st.integers(0, 10_000))
def test_the_order_of_people_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = 12
    circle = Circle(
        rng.poisson(2, (people, 3)), rng.uniform(1, 30, (people, 3)), rng.integers(0, 3, people),
        Sample(rng.uniform(1, 4, people), rng.integers(0, 2, people), np.arange(people)),
    )  # fmt: skip
    order = rng.permutation(people)
    turned = Circle(
        circle.counts[order], circle.around[order], circle.group[order],
        Sample(circle.sample.weight[order], circle.sample.stratum[order], circle.sample.cluster[order]),
    )  # fmt: skip

    def all_of(one: Circle) -> list[float]:
        r = assortativity_of(one, 3)
        told = [(r.value, r.lower, r.upper)]
        told += [(m.value, m.lower, m.upper) for m in mixing_of_group(one, np.full(3, 1 / 3), ("a", "b", "c"))]
        return [end for ends in told for end in ends]

    assert all_of(turned) == pytest.approx(all_of(circle), nan_ok=True)


COUPLES = np.array(
    [[0.258, 0.016, 0.035, 0.013], [0.012, 0.157, 0.058, 0.019], [0.013, 0.023, 0.306, 0.035],
     [0.005, 0.007, 0.024, 0.016]]
)  # fmt: skip
"""Couples in San Francisco: black, hispanic, white, other. Newman (2003), table 1: r = 0.621. The cells are printed in
three digits and add up to .997, which leaves r open by .003.
"""


def test_couples_in_san_francisco_are_as_assortative_as_newman_published() -> None:
    assert assortativity(COUPLES) == pytest.approx(0.621, abs=0.003)


@pytest.mark.parametrize(
    ("shares", "published"),
    [((1, 1), 0.50), ((4, 1, 1), 0.50), ((1, 1, 1), 0.67), ((8, 1, 1), 0.34)],
)
def test_blau_of_long_lists_is_as_published(shares: tuple[int, ...], published: float) -> None:
    """Vectors of the WRR (2018); without bias, a long list has the chance of its shares."""
    counts = np.array([shares]) * 10_000.0
    circle = Circle(counts, counts, np.zeros(1, dtype=np.int64), simple(1))
    assert unbiased_blau(circle).value == pytest.approx(published, abs=0.005)


def test_ei_is_one_less_twice_the_own_share() -> None:
    """Of the couples, as one network: E - I over E + I."""
    counts = COUPLES * 1000
    circle = Circle(counts, counts, np.arange(4), simple(4))
    own = np.trace(COUPLES) / COUPLES.sum()
    told = [
        {one.measure: one.value for one in homophily_of_group(circle.take(circle.group == number), 0.25)}
        for number in range(4)
    ]
    contacts = COUPLES.sum(axis=1)
    whole = sum(one["ei"] * part for one, part in zip(told, contacts, strict=True)) / contacts.sum()
    assert whole == pytest.approx(1 - 2 * own)


def test_the_interval_of_assortativity_holds_the_truth_in_nine_of_ten_samples() -> None:
    rng = np.random.default_rng(7)
    mix = np.array([[0.7, 0.3], [0.4, 0.6]])
    whole = np.array([0.6, 0.4])[:, None] * mix
    truth = assortativity(whole)
    held = 0
    for _ in range(200):
        group = (rng.random(150) < 0.4).astype(np.int64)
        counts = np.stack([rng.multinomial(5, mix[one]) for one in group])
        found = assortativity_of(Circle(counts, counts.astype(float), group, simple(150)), 2)
        held += found.lower <= truth <= found.upper
    assert held >= 180


def test_pupils_of_add_health_are_among_their_own_as_published(shared: Shared) -> None:
    people = pq.read_table(shared("addhealth/people.parquet")).to_pandas()
    ties = pq.read_table(shared("addhealth/ties.parquet")).to_pandas()
    people = people[(people.race != "unknown") & (people.community != "community_48")]  # as the published figures do
    groups = ["black", "white", "asian", "hispanic", "mixed/other"]
    group = people.race.map({name: number for number, name in enumerate(groups)}).to_numpy(dtype=np.int64)
    community = people.community.astype("category").cat.codes.to_numpy()
    row = {person: number for number, person in enumerate(people.person)}
    ties = ties[ties.person.isin(row) & ties.contact.isin(row)]
    one, other = (ties[column].map(row).to_numpy() for column in ("person", "contact"))
    counts = np.bincount(one * 5 + group[other], minlength=len(group) * 5).reshape(-1, 5)
    there = np.zeros((community.max() + 1, 5))
    np.add.at(there, (community, group), 1)
    around = there[community]
    around[np.arange(len(group)), group] -= 1
    circle = Circle(counts, around, group, simple(len(group)))
    published = {"black": 0.507, "white": 0.395, "asian": 0.393, "hispanic": 0.269, "mixed/other": 0.028}
    for name, value in published.items():
        members = group == groups.index(name)
        told = {one.measure: one for one in homophily_of_group(circle.take(members), members.mean())}
        assert told["inbreeding_in_area"].value == pytest.approx(value, abs=0.0005)
    assert 0.3 < assortativity(mixing_matrix(circle, 5)) < 0.7


def test_the_identity_of_the_social_capital_atlas(shared: Shared) -> None:
    """Economic connectedness over exposure is one less the bias, in every county, as in `exposure_and_bias`."""
    county = pyarrow.csv.read_csv(shared("social_capital_atlas/social_capital_county.csv"))
    columns = (f"{name}_grp_mem_county" for name in ("ec", "exposure", "bias"))
    told = np.array([county.column(column).to_numpy() for column in columns]).T
    told = told[~np.isnan(told).any(axis=1)][:200]
    assert len(told) == 200
    for ec, exposure, bias in told:
        # Published ec and exposure are shares over one half; people are counted back from them.
        met, there = ec / 2, exposure / 2
        circle = Circle(
            np.array([[1 - met, met]]) * 1e6, np.array([[1 - there, there]]) * 1e6, np.zeros(1, np.int64), simple(1)
        )
        found = exposure_and_bias(circle)
        assert found is not None
        assert found.bias == pytest.approx(bias, abs=1e-4)
