"""Surveys, ties and memberships as people bring them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.connectors.design import sample_of
from wijkspiegel.connectors.homophily import homophily_of_group
from wijkspiegel.connectors.mirrors import Circle
from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.sources.city_settings import RoadSettings, SphereSettings, SurveySettings, TiesSettings
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.links import Links, count_fellows, count_once, count_pairs, together
from wijkspiegel.sources.people_with_ties import city_of_people
from wijkspiegel.sources.roster import Roster
from wijkspiegel.sources.survey import read_survey
from wijkspiegel.sources.ties import read_ties
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
    contacts, findings = survey(tmp_path, contacts=[SphereSettings(sphere="friends", file="friends.csv")])
    assert contacts.counts["friends"].tolist() == [[2, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert contacts.groupless["friends"].tolist() == [0, 0, 1]
    assert "friends.csv, friends: of fewer than 10 contacts the group is not known" in findings.notes[-1].en


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("1,b1,nl,1.5,3", "1,b1,nl,1.5,-3", "Row 2, column 'f_nl'.*whole and not negative"),
        ("1,b1,nl,1.5,3", "1,b1,nl,1.5,2.5", "Row 2, column 'f_nl'.*2.5"),
        ("2,b2,europe,2", "2,b2,europe,0", "Row 3, column 'weight'.*zero"),
        ("2,b2,europe", "2,b9,europe", "Row 3, column 'area'.*'b9'"),
        ("1,b1,nl", "1,b1,klingon", "Row 2, column 'group'.*'klingon'"),
        (",1,1\n2", ",1,7\n2", "Row 2, column 'school'.*'7' is neither"),
        ("2,b2,europe,2", "2,b2,europe,", "Row 3, column 'weight'.*missing.*that have none [(]1[)]"),
        ("1,b1,nl", "1,nl,b1", "Row 2, column 'area'.*'nl' is a group: are the columns .* swapped"),
        ("1,b1,nl", "1,b1,b2", "Row 2, column 'group'.*'b2' is an area: are the columns .* swapped"),
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
    assert told == {
        "ties_to_self": 1, "doubled_ties": 1, "ties_of_strangers": 1, "contacts_without_group": 1,
        "people_without_place_or_group": 1,
    }  # fmt: skip
    assert contacts.person is not None
    assert contacts.person.tolist() == [3, 7, 9]


def test_a_file_of_other_people_is_refused_with_what_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("person,contact\np7,p3\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"nobody in it is in people.csv, where people are called such as 3; here .* p7"
    ):
        ties(tmp_path, file="t.csv")


def test_only_who_name_each_other_are_contacts_when_ties_must_be_mutual(tmp_path: Path) -> None:
    contacts, findings = ties(tmp_path, mutual=True)
    assert [note.count for note in findings.notes if note.code == "one_sided_ties"] == [2, 1]
    assert contacts.counts["friends"].sum() == 0
    assert contacts.counts["work"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_somebody_who_is_in_the_file_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person,area,group\n7,b1,nl\n7,b1,nl\n", encoding="utf-8")
    (tmp_path / "ties.csv").write_text(TIES, encoding="utf-8")
    settings = TiesSettings(people="people.csv", file="ties.csv", year=2024, scheme="origin")
    with pytest.raises(InputError, match="person 7 is in the file twice"):
        read_ties(settings, tmp_path, (RESIDENTS,), Findings())


def links_of(pairs: set[tuple[int, int]], members: set[tuple[int, int]], people: int = 8) -> Links:
    keys = np.array(sorted(one * people + other for one, other in pairs), dtype=np.int64)
    rows, cliques = (np.array([pair[side] for pair in sorted(members)], dtype=np.int64) for side in (0, 1))
    return Links(keys, rows, cliques)


PAIRS = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1]), max_size=20)
MEMBERS = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 3)), max_size=20)
GROUPS = st.lists(st.integers(-1, 2), min_size=8, max_size=8)


def by_hand(pairs: set[tuple[int, int]], groups: list[int]) -> tuple[list[list[int]], list[int]]:
    """[person, group] and [person] without a group."""
    known = [[sum(a == one and groups[b] == group for a, b in pairs) for group in range(3)] for one in range(8)]
    return known, [sum(a == one and groups[b] < 0 for a, b in pairs) for one in range(8)]


@given(PAIRS, MEMBERS, PAIRS, GROUPS)
def test_a_contact_counts_once_by_whatever_pairs_and_cliques(
    pairs: set[tuple[int, int]], members: set[tuple[int, int]], others: set[tuple[int, int]], groups: list[int]
) -> None:
    roster = Roster(np.arange(8), np.zeros(8, dtype=np.int64), np.array(groups))
    links = together([links_of(pairs, members), links_of(others, set())])
    fellows = {(i, j) for i, club in members for j, other in members if club == other and i != j}
    counts, groupless = count_once(roster, links, 3)
    assert (counts.tolist(), groupless.tolist()) == by_hand(pairs | others | fellows, groups)
    assert links.number() >= len(pairs | others)


@given(st.lists(st.integers(-1, 3), min_size=8, max_size=8), GROUPS)
def test_memberships_count_as_if_every_pair_were_written_out(clubs: list[int], groups: list[int]) -> None:
    roster = Roster(np.arange(8), np.zeros(8, dtype=np.int64), np.array(groups))
    members = {(person, club) for person, club in enumerate(clubs) if club >= 0}
    pairs = {(i, j) for i, club in members for j, other in members if club == other and i != j}
    for counts, groupless in (
        count_fellows(roster, links_of(set(), members), 3),
        count_pairs(roster, links_of(pairs, set()).pairs, 3),
    ):
        assert (counts.tolist(), groupless.tolist()) == by_hand(pairs, groups)


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


def test_people_of_several_years_are_told_apart_by_their_column(tmp_path: Path) -> None:
    header, *rows = PEOPLE.splitlines()
    several = [f"{header},jaar", *(f"{row},2023" for row in rows[:2]), *(f"{row},2024" for row in rows)]
    (tmp_path / "people.csv").write_text("\n".join(several) + "\n", encoding="utf-8")
    (tmp_path / "once.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "ties.csv").write_text(TIES, encoding="utf-8")
    of_year = city_of_people(tmp_path / "people.csv", ties=tmp_path / "ties.csv", year=2024, year_column="jaar")
    alone = city_of_people(tmp_path / "once.csv", ties=tmp_path / "ties.csv", year=2024)
    assert of_year.contacts[0].counts["friends"].tolist() == alone.contacts[0].counts["friends"].tolist()
    assert of_year.compositions[1].counts.tolist() == alone.compositions[1].counts.tolist()
    with pytest.raises(InputError, match=r"Column 'jaar' of .*: there is nobody of 2020.*--year"):
        city_of_people(tmp_path / "people.csv", ties=tmp_path / "ties.csv", year=2020, year_column="jaar")
    with pytest.raises(InputError, match=r"Column 'year' of .*: there is no such column.*--year-column"):
        city_of_people(tmp_path / "people.csv", ties=tmp_path / "ties.csv", year=2024, year_column="year")


MEMBERSHIPS = (
    "person,sphere,membership\n7,school,k1\n3,school,k1\n9,school,k1\n9,school,k1\n5,school,k1\n88,school,k1\n"
)


def test_who_is_a_friend_and_a_classmate_is_one_contact_of_all(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(MEMBERSHIPS, encoding="utf-8")
    contacts, findings = ties(tmp_path, memberships="m.csv")
    assert contacts.counts["school"].tolist() == [[1, 0, 1], [0, 1, 1], [1, 1, 0]]
    assert contacts.counts["any"].tolist() == [[1, 0, 1], [0, 1, 1], [1, 1, 0]]
    assert contacts.groupless["any"].tolist() == [1, 1, 1]
    told = [note.en for note in findings.notes]
    assert (
        "m.csv, school: fewer than 10 links of or with somebody who is not in the file of people, which do not count."
        in told
    )
    assert "m.csv, school: fewer than 10 links that were there already, which do not count." in told
    assert "people.csv, school: of fewer than 10 contacts the group is not known. They count in no share." in told


def test_a_sphere_of_ties_and_memberships_is_one_sphere(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(MEMBERSHIPS.replace("school", "friends"), encoding="utf-8")
    contacts, _ = ties(tmp_path, memberships="m.csv")
    assert contacts.counts["friends"].tolist() == [[1, 0, 1], [0, 1, 1], [1, 1, 0]]


def test_who_shares_two_classes_is_one_contact(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("person,membership\n7,k1\n3,k1\n7,k2\n3,k2\n9,k2\n", encoding="utf-8")
    contacts, _ = ties(tmp_path, file=None, memberships="m.csv")
    assert contacts.counts["friends"].tolist() == [[1, 0, 1], [0, 1, 1], [1, 1, 0]]


def test_too_many_pairs_leave_the_union_out_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wijkspiegel.sources.ties.MOST_PAIRS", 3)
    (tmp_path / "m.csv").write_text(
        "person,sphere,membership\n7,school,k1\n3,school,k1\n7,school,k2\n3,school,k2\n", encoding="utf-8"
    )
    contacts, findings = ties(tmp_path, memberships="m.csv")
    assert "any" not in contacts.counts
    assert contacts.counts["school"].tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 0]]
    told = [note.en for note in findings.notes if note.code == "too_many_pairs"]
    assert told == [
        "The sphere 'school' counts twice whom somebody meets there twice: 4 pairs are too many to count each contact "
        "once.",
        "The sphere 'any' is left out: 8 pairs are too many to count each contact once.",
    ]


def test_links_without_a_sphere_are_told_and_none_may_be_called_any(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(
        "person,sphere,membership\n7,,k1\n3,school,k1\n9,school,\n7,school,\n", encoding="utf-8"
    )
    contacts, findings = ties(tmp_path, memberships="m.csv")
    assert contacts.counts["school"].sum() == 0  # a membership of nothing is none
    (note,) = [note for note in findings.notes if note.code == "links_without_sphere"]
    assert note.en == "m.csv: fewer than 10 rows do not say of which sphere they are, and do not count."
    assert note.count == 1
    (tmp_path / "m.csv").write_text("person,sphere,membership\n7,any,k1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="'any' is the sphere of all contacts together"):
        ties(tmp_path, memberships="m.csv")


def test_people_are_found_by_number_and_by_text_however_a_file_has_them(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"person": [7, 3, 9], "area": ["b1"] * 3, "group": ["nl", "europe", "nl"]}), tmp_path / "p.parquet"
    )
    contacts, _ = ties(tmp_path, people="p.parquet")
    assert contacts.counts["friends"].tolist() == [[0, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert contacts.person is not None
    assert contacts.person.tolist() == [3, 7, 9]
    (tmp_path / "p.csv").write_text("person,area,group\nzoë,b1,nl\nan,b1,europe\n7,b1,nl\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("person,contact\nzoë,an\nan,zo\n7,zoë\n07,an\n", encoding="utf-8")
    contacts, findings = ties(tmp_path, people="p.csv", file="t.csv")
    assert contacts.person is not None
    assert contacts.person.tolist() == ["7", "an", "zoë"]
    assert contacts.counts["friends"].tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert [note.count for note in findings.notes if note.code == "ties_of_strangers"] == [2]


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ("person,area,group\n7,nl,b1\n3,europe,b2\n", "Column 'area'.*no area is one of level.*columns.*swapped"),
        ("person,area,group\n7,b1,b1\n3,b2,b2\n", "Column 'group'.*no group is one of 'origin'.*columns.*swapped"),
        ("person,area,group\n7,b1,x\n", "Column 'group'.*Known are, for instance: nl, europe"),
        ("person,area,group\n7,b1,nl\n,b1,nl\n", "Row 3, column 'person'.*no number"),
        ("person,area,grp\n7,b1,nl\n", "Column 'group'.*no such column. Found: person, area, grp"),
    ],
)
def test_people_who_do_not_fit_are_named(tmp_path: Path, people: str, says: str) -> None:
    (tmp_path / "p.csv").write_text(people, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        ties(tmp_path, people="p.csv")


def test_a_class_of_pupils_by_hand(shared: Callable[[str], Path], tmp_path: Path) -> None:
    """Knecht's class: 26 pupils, four waves of friendships; 9 is missing and 10 is structural: no ties. In the second
    wave one pupil names themselves.
    """
    ethnicity = np.loadtxt(shared("knecht_klas12b/klas12b-demographics.dat"))[:, 2].astype(int)
    waves = [np.loadtxt(shared(f"knecht_klas12b/klas12b-net-{wave}.dat")) == 1 for wave in (1, 2, 3, 4)]
    assert [int(wave.sum()) for wave in waves] == [91, 118, 133, 119]
    pupils = "".join(f"{number},b1,{('', 'nl', 'europe')[own]}\n" for number, own in enumerate(ethnicity))
    (tmp_path / "pupils.csv").write_text("person,area,group\n" + pupils, encoding="utf-8")
    pairs = [
        (one, other, f"wave{at}")
        for at, wave in enumerate(waves, 1)
        for one, other in zip(*wave.nonzero(), strict=True)
    ]
    lines = "".join(f"{one},{other},{sphere}\n" for one, other, sphere in pairs)
    (tmp_path / "class.csv").write_text("person,contact,sphere\n" + lines, encoding="utf-8")
    contacts, findings = ties(tmp_path, people="pupils.csv", file="class.csv")
    mutual, _ = ties(tmp_path, people="pupils.csv", file="class.csv", mutual=True)
    assert len(contacts) == 25  # of one pupil the group is not known, who stays a contact of the others
    assert np.bincount(contacts.group).tolist() == [23, 2]
    assert {note.code: note.count for note in findings.notes}["ties_to_self"] == 1
    known = ethnicity > 0
    for wave in waves:
        np.fill_diagonal(wave, False)
    for at, wave in enumerate(waves, 1):
        sphere = f"wave{at}"
        by_group = np.stack([wave[:, ethnicity == own].sum(axis=1) for own in (1, 2, 3)], axis=1)[known]
        assert contacts.counts[sphere].tolist() == by_group.tolist()
        assert contacts.groupless[sphere].tolist() == wave[:, ~known].sum(axis=1)[known].tolist()
        both = wave & wave.T
        assert mutual.counts[sphere].sum() == both[np.ix_(known, known)].sum()
        own = wave[np.ix_(ethnicity == 1, ethnicity == 1)].sum()
        others = wave[np.ix_(ethnicity == 1, ethnicity == 2)].sum()
        circle = Circle(contacts.counts[sphere], np.tile([22.0, 2, 0], (25, 1)), contacts.group, sample_of(contacts))
        told = homophily_of_group(circle.take(contacts.group == 0), 23 / 25)
        assert {one.measure: one.value for one in told}["ei"] == pytest.approx((others - own) / (others + own))
    assert [int((wave & wave.T).sum()) // 2 for wave in waves] == [28, 33, 36, 33]
    everyone = np.any(waves, axis=0)
    assert contacts.counts["any"].sum() == everyone[np.ix_(known, known)].sum()
    assert [note.count for note in findings.notes if note.code == "contacts_without_group"] == [
        int(wave[np.ix_(known, ~known)].sum()) for wave in waves if wave[np.ix_(known, ~known)].any()
    ]
