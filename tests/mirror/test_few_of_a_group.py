"""Seven people of a group among three hundred: no table of contacts tells of them, nor lets it follow."""

import numpy as np
import pytest

from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, City, Contacts, exact

FEW = 7
RARE = "outside_europe"


@pytest.fixture(scope="module")
def release() -> Release:
    rng = np.random.default_rng(2)
    group = np.concatenate([np.repeat([0, 1], 150), np.full(FEW, 2)])
    area = np.concatenate([np.arange(300) % 3, np.zeros(FEW, dtype=np.int64)])
    residents = np.zeros((3, 3))
    np.add.at(residents, (area, group), 1)
    counts = rng.multinomial(5, [0.5, 0.47, 0.03], len(group))
    parts = Areas("buurt", ("a0", "a1", "a2"), ("a0", "a1", "a2"), ("G",) * 3)
    contacts = Contacts(
        parts, 2024, ORIGIN, area, group, {"friends": counts}, np.ones(len(group)),
        np.zeros(len(group), dtype=np.int64), np.arange(len(group)), False,
    )  # fmt: skip
    whole = exact(Areas("gemeente", ("G",), ("G",), ("",)), 2024, ORIGIN, residents.sum(axis=0, keepdims=True))
    city = City(
        "Stad", ("gemeente", "buurt"), "gemeente", (whole, exact(parts, 2024, ORIGIN, residents)), (), False, "G",
        contacts=(contacts,),
    )  # fmt: skip
    return look_into(city)


def test_their_number_does_not_follow_from_how_many_people_figures_are_of(release: Release) -> None:
    for area in ("G", "a0"):
        told = {
            row["group"]: row["persons"] for row in release.tables["mirrors"].to_pylist()
            if (row["area"], row["form"], row["tolerance"]) == (area, "one_sided", 0.1)
        }  # fmt: skip
        assert told["all"] is not None
        assert [told.get(group) for group in ("nl", "europe")].count(None) >= 1


def test_contacts_with_them_are_told_by_no_table_and_are_not_the_rest_of_what_is_told(release: Release) -> None:
    rows = release.tables["mixing"].to_pylist()
    assert rows
    assert {row["contacts"] for row in rows if row["contact_group"] == RARE} <= {None, 0}
    of_group: dict[tuple[str, str], list[float | None]] = {}
    for row in rows:
        of_group.setdefault((row["area"], row["group"]), []).append(row["share"])
    assert all(shares.count(None) != 1 for shares in of_group.values())


def test_what_one_table_withholds_no_other_tells(release: Release) -> None:
    withheld = {
        (row["area"], row["group"], row["contact_group"])
        for row in release.tables["mixing"].to_pylist() if row["contacts"] is None
    }  # fmt: skip
    assert withheld
    for row in release.tables["exposure"].to_pylist():
        own, _, other = row["group"].partition(":")
        assert (row["area"], own, other or own) not in withheld
    for row in release.tables["homophily"].to_pylist():
        measure, _, other = row["measure"].partition(":")
        if other or measure in ("share", "inbreeding", "inbreeding_in_area", "ei"):
            assert (row["area"], row["group"], other or row["group"]) not in withheld
