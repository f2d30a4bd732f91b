"""No figure of contacts tells exactly of a few people, alone or from the others beside it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from wijkspiegel.disclosure import Release
from wijkspiegel.mirror import look_into
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import NO, UNKNOWN, YES, Areas, City, Contacts, exact

PEOPLE = 60
AREAS = Areas("buurt", ("b1",), ("b1",), ("G",))


def city(school: NDArray[np.int64]) -> City:
    """Sixty people; those of the first group know three outside Europe, all told. Half of them bridge at work."""
    group = np.repeat([0, 1, 2], 20)
    counts = np.tile([3, 3, 3], (PEOPLE, 1))
    counts[group == 0] = [7, 2, 0]
    counts[:3, 2] = 1
    everybody = exact(Areas("gemeente", ("G",), ("G",), ("",)), 2024, ORIGIN, np.array([[400, 300, 300]]))
    residents = exact(AREAS, 2024, ORIGIN, np.array([[400, 300, 300]]))
    contacts = Contacts(
        AREAS, 2024, ORIGIN, np.zeros(PEOPLE, dtype=np.int64), group, {"friends": counts}, np.ones(PEOPLE),
        np.zeros(PEOPLE, dtype=np.int64), np.arange(PEOPLE), False,
        roads={"school": school, "work": np.where(np.arange(PEOPLE) % 2, YES, NO)},
        outcomes={"paid": (np.arange(PEOPLE) > 3).astype(float), "trust": np.linspace(1, 9, PEOPLE)},
    )  # fmt: skip
    return City("Stad", ("gemeente", "buurt"), "gemeente", (everybody, residents), (), True, "G", contacts=(contacts,))


@pytest.fixture(scope="module")
def release() -> Release:
    """Three chose a mixed school."""
    return look_into(city(np.where(np.arange(PEOPLE) < 3, YES, NO)))


@pytest.fixture(params=["G", "b1"])
def area(request: pytest.FixtureRequest) -> str:
    """All sixty live in one area of the city, which is told of beside the city."""
    return str(request.param)


def rows(release: Release, table: str, **wanted: str) -> list[dict[str, object]]:
    return [row for row in release.tables[table].to_pylist() if wanted.items() <= row.items()]


def test_few_contacts_with_a_group_are_told_by_no_table(release: Release, area: str) -> None:
    assert [
        row["contacts"] for row in rows(release, "mixing", area=area, group="nl", contact_group="outside_europe")
    ] == [None]
    assert rows(release, "exposure", area=area, group="nl:outside_europe") == []
    assert rows(release, "exposure", area=area, group="nl:europe") == []  # else the other is the rest
    assert len(rows(release, "exposure", area=area, group="nl")) == 1
    assert len(rows(release, "exposure", area=area, group="europe:nl")) == 1


def test_few_people_on_a_road_are_told_by_no_step_and_no_overlap(release: Release, area: str) -> None:
    assert {row["step"] for row in rows(release, "connectors", area=area, group="all")} == {"friends"}
    for group in ("all", "nl"):
        told = {str(row["roads"]) for row in rows(release, "overlap", area=area, group=group)}
        assert all(roads.startswith("unknown:") for roads in told)


@pytest.mark.parametrize(("silent", "shares"), [(0, [0.0]), (3, []), (15, [0.25]), (57, [])])
def test_how_many_did_not_answer_is_told_apart_from_a_no_unless_they_are_few(silent: int, shares: list[float]) -> None:
    school = np.where(np.arange(PEOPLE) < silent, UNKNOWN, NO)
    told = rows(look_into(city(school)), "overlap", area="G", group="all", roads="unknown:school")
    assert [row["share"] for row in told] == shares
    for row in told:
        assert row["lower"] <= row["share"] <= row["upper"]  # type: ignore[operator]


def test_an_answer_of_two_that_few_people_gave_is_told_by_no_mean(release: Release, area: str) -> None:
    assert rows(release, "outcomes", area=area, outcome="paid") == []  # four have no paid work: the rest would tell it
    assert len(rows(release, "outcomes", area=area, outcome="trust", by="group")) == 3
