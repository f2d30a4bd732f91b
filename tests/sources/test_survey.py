"""Surveys as they come: answers in bands, from SPSS and Excel, with what is odd in the sample told or refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.sources.bands import EDGE, apart
from wijkspiegel.sources.city_settings import RoadSettings, SphereSettings, SurveySettings
from wijkspiegel.sources.findings import Findings
from wijkspiegel.sources.survey import read_survey
from wijkspiegel.tables import NO, UNKNOWN, YES, Areas, Contacts, exact

RESIDENTS = exact(
    Areas("buurt", ("b1", "b2", "b3"), ("b1", "b2", "b3"), ("", "", "")),
    2024,
    ORIGIN,
    np.array([[50, 30, 20], [0, 10, 0], [1, 40, 40]]),
)
BANDS: dict[str, list[float]] = {
    "geen": [0, 0],
    "enkele": [0, 0.25],
    "helft": [0.4, 0.6],
    "meeste": [0.75, 1],
    "alle": [1, 1],
}
SURVEY = """area,group,word,number
b1,nl,geen,6
b1,europe,helft,
b1,nl,alle,4
b1,nl,,8
b1,nl,meeste,0
b1,nl,enkele,3
"""


def read(folder: Path, text: str, **settings: object) -> tuple[Contacts, Findings]:
    (folder / "survey.csv").write_text(text, encoding="utf-8")
    return read_file(folder, "survey.csv", **settings)


def read_file(folder: Path, file: str, **settings: object) -> tuple[Contacts, Findings]:
    findings = Findings()
    given = SurveySettings(
        file=file, year=2024, scheme="origin",
        contacts=[SphereSettings(sphere="friends", band="word", bands=BANDS, number="number")],
    ).model_copy(update=settings)  # fmt: skip
    return read_survey(given, folder, (RESIDENTS,), findings), findings


# Bands ---------------------------------------------------------------------------------------------------------------


def test_answers_in_bands_are_ranges_with_the_number_of_contacts_where_it_was_asked(tmp_path: Path) -> None:
    contacts, findings = read(tmp_path, SURVEY)
    told = contacts.banded["friends"]
    assert contacts.counts == {}
    nan = np.nan
    assert told.low == pytest.approx([0, 0.325, 1, nan, nan, EDGE], nan_ok=True)
    assert told.high == pytest.approx([0, 0.675 - EDGE, 1, nan, nan, 0.325 - EDGE], nan_ok=True)
    assert told.contacts.tolist() == [6, 0, 4, 8, 0, 3]
    assert "fewer than 10 answers in words such as 'half', fewer than 10 with the number" in findings.notes[0].en
    assert findings.notes[0].count == 4


def test_a_band_of_the_own_group_is_turned_round(tmp_path: Path) -> None:
    sphere = SphereSettings(sphere="friends", band="word", bands=BANDS, of="own", number=5)
    told = read(tmp_path, SURVEY, contacts=[sphere])[0].banded["friends"]
    assert (told.low[0], told.high[0]) == (1, 1)
    assert (told.low[2], told.high[2]) == (0, 0)
    assert told.low[5] == pytest.approx(0.675 + EDGE)
    assert told.contacts.tolist() == [5] * 6


def test_a_band_that_nobody_defined_is_named_with_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"Row 3, column 'word' of .*survey.csv: nobody defined the band 'helf'. Did you mean 'helft'\?",
    ):
        read(tmp_path, SURVEY.replace("helft", "helf"))
    with pytest.raises(InputError, match=r"'99'. Known are: geen, enkele, helft, meeste, alle. Or add it to the bands"):
        read(tmp_path, SURVEY.replace("helft", "99"))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"bands": {"some": [0.5, 0.2]}}, r"'some' begins above its end: write \[0.2, 0.5\]"),
        ({"bands": {"some": [0, 0.5], "most": [0.4, 1]}}, "'some' and 'most' overlap"),
        ({"bands": {}}, "give both the column and what its answers mean"),
        ({"bands": {"some": [0, 1.5]}}, "less than or equal to 1"),
        ({"bands": {"some": [0]}}, "at least 2 items"),
        ({"prefix": "f_", "bands": BANDS}, "in one way"),
        ({"band": None, "prefix": "f_", "number": 5}, "go with a band"),
    ],
)
def test_bands_that_cannot_be_are_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        SphereSettings.model_validate({"sphere": "friends", "band": "word"} | settings)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=12), st.integers(1, 40))
def test_every_count_is_of_one_band(ends: list[int], contacts: int) -> None:
    """Also of bands with room between them, that meet, and that are one share."""
    ends = sorted(ends)
    bands = {(low / 20, high / 20) for low, high in zip(ends[::2], ends[1::2], strict=False)}
    read_as = apart(bands)
    assert set(read_as) == bands
    for count in range(contacts + 1):
        assert sum(low - 1e-9 <= count / contacts <= high + 1e-9 for low, high in read_as.values()) == 1


def test_a_sphere_is_told_once(tmp_path: Path) -> None:
    sphere = SphereSettings(sphere="friends", band="word", bands=BANDS)
    with pytest.raises(SettingsError, match="tells of friends twice"):
        read(tmp_path, SURVEY, contacts=[sphere, sphere])


# The sample ----------------------------------------------------------------------------------------------------------

SPREAD = "area,group,word,number,wijk,straat\n" + "".join(f"b1,nl,geen,5,w{row},s1\n" for row in range(6))


def test_one_respondent_in_each_stratum_is_told(tmp_path: Path) -> None:
    _, findings = read(tmp_path, SPREAD, stratum="wijk")
    assert "fewer than 10 strata have one respondent or cluster. Their spread is" in findings.notes[-1].en
    assert findings.notes[-1].count == 6


def test_one_cluster_in_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Column 'straat'.*all respondents are of one cluster"):
        read(tmp_path, SPREAD.replace(",w1,", ",w0,").replace("w2", "w0"), cluster="straat")


def test_who_has_nobody_of_another_group_around_is_told_without_a_small_number(tmp_path: Path) -> None:
    few, many = "b2,europe,geen,5\n", "b3,nl,alle,5\n" * 12
    _, findings = read(tmp_path, "area,group,word,number\n" + few + many)
    (note,) = [note for note in findings.notes if note.code == "areas_of_one_group"]
    assert "fewer than 10 people live in an area without anybody of another group" in note.en
    assert "and 12 in an area without anybody else of their own" in note.en


def test_a_respondent_who_is_there_twice_is_refused_with_both_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Row 4, column 'person' of .*: respondent '1' is in row 2 as well"):
        read(
            tmp_path, "area,group,person,word,number\nb1,nl,1,geen,2\nb1,nl,2,geen,2\nb1,nl,1,alle,2\n",
            person="person",
        )  # fmt: skip


def test_friends_whose_group_people_do_not_know_are_counted_apart(tmp_path: Path) -> None:
    sphere = SphereSettings(sphere="friends", prefix="f_", unknown="f_unknown")
    contacts, findings = read(
        tmp_path,
        "area,group,f_nl,f_europe,f_outside_europe,f_unknown\nb1,nl,1,2,0,3\nb1,nl,1,1,1,\n",
        contacts=[sphere],
    )
    assert contacts.groupless["friends"].tolist() == [3, 0]
    assert "of fewer than 10 contacts the group is not known" in findings.notes[0].en
    assert findings.notes[0].count == 3


def test_the_part_of_contacts_without_a_group_is_told_where_it_is_not_of_few(tmp_path: Path) -> None:
    sphere = SphereSettings(sphere="friends", prefix="f_", unknown="f_unknown")
    rows = "b1,nl,4300,1000,0,1300\n"
    _, findings = read(tmp_path, "area,group,f_nl,f_europe,f_outside_europe,f_unknown\n" + rows, contacts=[sphere])
    assert "van 1.300 contacten (19,7%) is de groep niet bekend" in findings.notes[0].nl
    assert "of 1,300 contacts (19.7%) the group is not known" in findings.notes[0].en


def test_contacts_of_somebody_who_is_not_in_the_survey_are_refused(tmp_path: Path) -> None:
    (tmp_path / "friends.csv").write_text("person,group\n1,nl\n8,nl\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"Row 3, column 'person' of .*friends.csv: respondent '8' is not in survey.csv"
    ):
        read(
            tmp_path, "area,group,person\nb1,nl,1\nb1,nl,2\n", person="person",
            contacts=[SphereSettings(sphere="friends", file="friends.csv")],
        )  # fmt: skip


# SPSS and Excel ------------------------------------------------------------------------------------------------------

COLUMNS: dict[str, list[Any]] = {
    "area": ["b1", "b1", "b2"], "group": [1.0, 2.0, 2.0], "weight": [0.5, 1.25, 2.0], "word": [2.0, 1.0, None],
    "school": [1.0, 2.0, None], "f_nl": [3.0, 0.0, 7.0], "f_europe": [1.0, None, 2.0],
}  # fmt: skip
LABELS: dict[str, dict[int | float, str]] = {
    "group": {1: "nl", 2: "europe"}, "word": {1: "geen", 2: "helft"}, "school": {1: "ja", 2: "nee"},
}  # fmt: skip
LABELLED = [
    SphereSettings(sphere="friends", band="word", bands=BANDS, number=10),
    SphereSettings(sphere="work", columns={"nl": "f_nl", "europe": "f_europe"}),
]


def write_spss(folder: Path) -> str:
    pyreadstat.write_sav(pa.table(COLUMNS).to_pandas(), folder / "answers.sav", variable_value_labels=LABELS)
    return "answers.sav"


def write_excel(folder: Path) -> str:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(COLUMNS))
    named = [[LABELS.get(name, {}).get(value, value) for value in column] for name, column in COLUMNS.items()]
    for row in zip(*named, strict=True):
        sheet.append(list(row))
    book.save(folder / "answers.xlsx")
    return "answers.xlsx"


@pytest.mark.parametrize("write", [write_spss, write_excel])
def test_a_survey_in_spss_or_excel_is_read_with_its_labels_and_weights(
    tmp_path: Path, write: Callable[[Path], str]
) -> None:
    contacts, _ = read_file(
        tmp_path, write(tmp_path), contacts=LABELLED, weight="weight",
        roads={"school": RoadSettings(column="school", yes=["ja"], no=["nee"])},
    )  # fmt: skip
    assert contacts.group.tolist() == [0, 1, 1]
    assert contacts.weight.tolist() == [0.5, 1.25, 2]
    assert contacts.counts["work"].tolist() == [[3, 1, 0], [0, 0, 0], [7, 2, 0]]
    assert contacts.banded["friends"].high == pytest.approx([0.675 - EDGE, 0, np.nan], nan_ok=True)
    assert contacts.roads["school"].tolist() == [YES, NO, UNKNOWN]
