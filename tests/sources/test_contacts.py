"""Surveys, ties and memberships as people bring them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.sources.city_settings import RoadSettings, SphereSettings, SurveySettings, TiesSettings
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.people_with_ties import city_of_people
from wijkspiegel.sources.survey import read_survey
from wijkspiegel.sources.ties import Counted, Roster, count_contacts, count_fellows, read_ties
from wijkspiegel.tables import NO, UNKNOWN, YES, Areas, Contacts, exact

RESIDENTS = exact(
    Areas("buurt", ("b1", "b2"), ("b1", "b2"), ("", "")), 2024, ORIGIN, np.array([[50, 30, 20], [10, 10, 10]])
)
SURVEY = """person,area,group,weight,f_nl,f_europe,school
1,b1,nl,1.5,3,1,1
2,b2,europe,2,0,,2
3,b1,,1,4,1,1
4,b1,outside_europe,1,2,2,
"""


def survey(folder: Path, text: str = SURVEY, **settings: object) -> tuple[Contacts, Findings]:
    (folder / "survey.csv").write_text(text, encoding="utf-8")
    findings = Findings()
    given = SurveySettings(
        file="survey.csv", year=2024, scheme="origin", person="person", weight="weight",
        contacts=[SphereSettings(sphere="friends", columns={"nl": "f_nl", "europe": "f_europe"})],
        roads={"school": RoadSettings(column="school", yes=[1], no=[2])},
    ).model_copy(update=settings)  # fmt: skip
    return read_survey(given, folder, (RESIDENTS,), findings), findings


def test_a_survey_is_read_and_who_has_no_group_is_told(tmp_path: Path) -> None:
    contacts, findings = survey(tmp_path)
    assert contacts.group.tolist() == [0, 1, 2]
    assert contacts.counts["friends"].tolist() == [[3, 1, 0], [0, 0, 0], [2, 2, 0]]
    assert contacts.roads["school"].tolist() == [YES, NO, UNKNOWN]
    assert contacts.weight.tolist() == [1.5, 2, 1]
    assert [note.code for note in findings.notes] == ["respondents_without_place_or_group"]


def test_contacts_named_one_by_one_are_counted(tmp_path: Path) -> None:
    (tmp_path / "friends.csv").write_text("person,group\n1,nl\n1,nl\n1,europe\n4,\n", encoding="utf-8")
    contacts, _ = survey(tmp_path, contacts=[SphereSettings(sphere="friends", file="friends.csv")])
    assert contacts.counts["friends"].tolist() == [[2, 1, 0], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("1,b1,nl,1.5,3", "1,b1,nl,1.5,-3", "Row 2, column 'f_nl'.*whole and not negative"),
        ("1,b1,nl,1.5,3", "1,b1,nl,1.5,2.5", "Row 2, column 'f_nl'.*2.5"),
        ("2,b2,europe,2", "2,b2,europe,0", "Row 3, column 'weight'.*zero"),
        ("2,b2,europe", "2,b9,europe", "Row 3, column 'area'.*'b9'"),
        ("1,b1,nl", "1,b1,klingon", "Row 2, column 'group'.*'klingon'"),
        (",1,1\n2", ",1,7\n2", "Row 2, column 'school'.*'7' is neither"),
    ],
)
def test_what_does_not_fit_is_named_with_its_row(tmp_path: Path, wrong: str, right: str, says: str) -> None:
    assert wrong in SURVEY
    with pytest.raises(InputError, match=says):
        survey(tmp_path, SURVEY.replace(wrong, right))


def test_residents_who_are_not_counted_in_that_year_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"by 'origin' in 2020.*origin in 2024"):
        survey(tmp_path, year=2020)


PEOPLE = "person,area,group\n7,b1,nl\n3,b1,europe\n9,b2,outside_europe\n5,b2,\n"
TIES = """person,contact,sphere
7,3,friends
7,3,friends
7,7,friends
7,9,friends
3,7,work
7,5,work
7,88,work
7,3,work
"""


def ties(folder: Path, **settings: object) -> tuple[Contacts, Findings]:
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (folder / "ties.csv").write_text(TIES, encoding="utf-8")
    findings = Findings()
    given = TiesSettings(people="people.csv", file="ties.csv", year=2024, scheme="origin").model_copy(update=settings)
    return read_ties(given, folder, (RESIDENTS,), findings), findings


def test_ties_are_counted_once_and_what_is_odd_is_told(tmp_path: Path) -> None:
    contacts, findings = ties(tmp_path)
    assert contacts.group.tolist() == [1, 0, 2]  # persons 3, 7 and 9
    assert contacts.counts["friends"].tolist() == [[0, 0, 0], [0, 1, 1], [0, 0, 0]]
    assert contacts.counts["work"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert contacts.counts["any"].tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]
    assert contacts.groupless["work"].tolist() == [0, 1, 0]
    told = {note.code: note.count for note in findings.notes}
    assert told == {"ties_to_self": 1, "doubled_ties": 1, "ties_of_strangers": 1, "contacts_without_group": 1}


def test_only_who_name_each_other_are_contacts_when_ties_must_be_mutual(tmp_path: Path) -> None:
    contacts, _ = ties(tmp_path, mutual=True)
    assert contacts.counts["friends"].sum() == 0
    assert contacts.counts["work"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_somebody_who_is_in_the_file_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person,area,group\n7,b1,nl\n7,b1,nl\n", encoding="utf-8")
    (tmp_path / "ties.csv").write_text(TIES, encoding="utf-8")
    settings = TiesSettings(people="people.csv", file="ties.csv", year=2024, scheme="origin")
    with pytest.raises(InputError, match="person 7 is in the file twice"):
        read_ties(settings, tmp_path, (RESIDENTS,), Findings())


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3)), max_size=30),
    st.lists(st.integers(-1, 2), min_size=8, max_size=8),
)
def test_memberships_count_as_if_every_pair_were_written_out(members: list[tuple[int, int]], groups: list[int]) -> None:
    roster = Roster(np.arange(8), np.zeros(8, dtype=np.int64), np.array(groups))
    rows, membership = (np.array([pair[side] for pair in members], dtype=np.int64) for side in (0, 1))
    counted, groupless = count_fellows(roster, rows, membership, 3)
    pairs = [(i, j, club) for i, club in set(members) for j, other in set(members) if club == other and i != j]
    one, other = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    expected, unknown = count_contacts(roster, one, other, 3, Counted())
    assert counted.tolist() == expected.tolist()
    assert groupless.tolist() == unknown.tolist()


def test_people_and_ties_alone_make_a_city(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE.replace("area", "wijk"), encoding="utf-8")
    (tmp_path / "ties.csv").write_text(TIES, encoding="utf-8")
    city = city_of_people(
        tmp_path / "people.csv", ties=tmp_path / "ties.csv", memberships=None, person="person", area="wijk",
        group="group", year=2024, mutual=False,
    )  # fmt: skip
    assert city.contacts[0].scheme.groups == ("europe", "nl", "outside_europe")
    assert "people_without_place_or_group" in [note.code for note in city.notes]
    with pytest.raises(InputError, match=r"Column 'area'.*no such column.*--area"):
        city_of_people(
            tmp_path / "people.csv", ties=tmp_path / "ties.csv", memberships=None, person="person", area="area",
            group="group", year=2024, mutual=False,
        )  # fmt: skip


def test_whom_one_could_meet_are_the_members_where_a_sphere_has_both_ties_and_memberships(tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text(
        "person,sphere,membership\n7,friends,a\n3,friends,a\n9,friends,a\n7,school,b\n9,school,b\n", encoding="utf-8"
    )
    contacts, findings = ties(tmp_path, memberships="members.csv")
    assert contacts.counts["friends"].tolist() == [[0, 0, 0], [0, 1, 1], [0, 0, 0]]  # as without the memberships
    assert contacts.could_meet["friends"].tolist() == [[1, 0, 1], [0, 1, 1], [1, 1, 0]]  # persons 3, 7 and 9
    assert contacts.counts["school"].tolist() == [[0, 0, 0], [0, 0, 1], [1, 0, 0]]
    assert list(contacts.could_meet) == ["friends"]
    assert "met_as_members" in [note.code for note in findings.notes]
    assert contacts.take(contacts.group == 0).could_meet["friends"].tolist() == [[0, 1, 1]]
