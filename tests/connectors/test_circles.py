"""Mirrors, roads, exposure and homophily of people whose truth is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from wijkspiegel.connectors.design import Sample
from wijkspiegel.connectors.exposure import exposure_and_bias, if_bias_were, if_exposure_were
from wijkspiegel.connectors.homophily import assortativity, homophily_of_group, inbreeding, mixing_matrix, unbiased_blau
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


def test_exposure_and_bias_by_hand() -> None:
    counts = np.array([[8.0, 2], [6, 4]])
    around = np.array([[50.0, 50], [75, 25]])
    found = exposure_and_bias(Circle(counts, around, np.zeros(2, dtype=np.int64), simple(2)))
    assert found is not None
    assert found.contact_share == pytest.approx(0.3)
    assert found.exposure == pytest.approx(0.375)
    assert found.bias == pytest.approx(1 - 0.3 / 0.375)
    assert if_exposure_were(found, found) == pytest.approx(found.contact_share)
    assert if_bias_were(found, found) == pytest.approx(found.contact_share)


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


def test_pupils_of_add_health_are_among_their_own_as_published(shared: Shared) -> None:
    people = pq.read_table(shared("addhealth/people.parquet")).to_pandas()
    ties = pq.read_table(shared("addhealth/ties.parquet")).to_pandas()
    people = people[people.race != "unknown"].dropna(subset=["race"])
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
        assert told["inbreeding_in_area"].value == pytest.approx(value, abs=0.006)
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
