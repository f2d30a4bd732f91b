"""A city's own files become a city; whatever does not fit is named with its place and its mending, all at once."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wijkspiegel.errors import InputError, SettingsError, WijkspiegelError
from wijkspiegel.sources.city_file import check_city, new_city, read_city, read_protection
from wijkspiegel.sources.countries import countries
from wijkspiegel.sources.grouping import origin_before_2022, origin_since_2022
from wijkspiegel.sources.indicators import read_indicators
from wijkspiegel.tables import City, Composition

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that writes city.toml and the files beside it: name -> text."""

    def write(toml: str, **files: str) -> Path:
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
        path = tmp_path / "city.toml"
        path.write_text(toml, encoding="utf-8")
        return path

    return write


TOWN = """
title = "Dorp"
code = "D"
levels = ["stad", "wijk", "buurt"]
[[areas]]
level = "wijk"
file = "wijken.csv"
[[areas]]
level = "buurt"
file = "buurten.csv"
[[counts]]
file = "counts.csv"
scheme = "western"
group = "group"
"""
WIJKEN = "area,name\nW1,West\nW2,Oost\n"
BUURTEN = "area,name,parent\nB1,Een,W1\nB2,Twee,W1\nB3,Drie,W2\n"
COUNTS = """area,group,year,count
B1,nl,2024,30
B1,western,2024,5
B1,non_western,2024,15
B2,nl,2024,20
B2,western,2024,0
B2,non_western,2024,40
B3,nl,2024,10
"""


def town(make: Make, more: str = "", **files: str) -> Path:
    """A village of two wijken and three buurten, with some of its files replaced or added."""
    return make(TOWN + more, **{"wijken__csv": WIJKEN, "buurten__csv": BUURTEN, "counts__csv": COUNTS} | files)


def composition(city: City, level: str, scheme: str = "western", year: int = 2024) -> Composition:
    (found,) = (c for c in city.compositions if (c.areas.level, c.scheme.code, c.year) == (level, scheme, year))
    return found


def by_code(found: Composition) -> dict[str, list[float]]:
    return dict(zip(found.areas.codes, found.counts.tolist(), strict=True))


def problems(path: Path) -> list[str]:
    return [f.text.replace(f"{path.parent}/", "") for f in check_city(path) if f.is_problem]


# Levels --------------------------------------------------------------------------------------------------------------


def test_every_level_is_the_sum_of_its_parts(make: Make) -> None:
    city = read_city(town(make))
    assert by_code(composition(city, "buurt")) == {"B1": [30, 5, 15], "B2": [20, 0, 40], "B3": [10, 0, 0]}
    assert by_code(composition(city, "wijk")) == {"W1": [50, 5, 55], "W2": [10, 0, 0]}
    assert by_code(composition(city, "stad")) == {"D": [60, 5, 55]}
    assert [(a.level, a.names, a.parents) for a in (c.areas for c in city.compositions)] == [
        ("stad", ("Dorp",), ("",)),
        ("wijk", ("West", "Oost"), ("D", "D")),
        ("buurt", ("Een", "Twee", "Drie"), ("W1", "W1", "W2")),
    ]
    assert (city.title, city.levels, city.home, city.subject) == ("Dorp", ("stad", "wijk", "buurt"), "stad", "D")
    assert not city.published


def test_an_area_without_people_is_there_with_zero(make: Make) -> None:
    city = read_city(town(make, buurten__csv=BUURTEN + "B4,Vier,W2\n"))
    assert by_code(composition(city, "buurt"))["B4"] == [0, 0, 0]


def test_a_coarser_level_that_is_given_too_and_agrees_is_told(make: Make) -> None:
    more = '[[counts]]\nfile = "wijk.csv"\nlevel = "wijk"\nscheme = "western"\ngroup = "group"\n'
    wijk = "area,group,year,count\nW1,nl,2024,50\nW1,western,2024,5\nW1,non_western,2024,55\nW2,nl,2024,10\n"
    path = town(make, more, wijk__csv=wijk)
    assert "wijk.csv agrees with the sums of level buurt in 2024." in [f.text for f in check_city(path)]
    assert len(read_city(path).compositions) == 3


def test_a_coarser_level_that_does_not_agree_is_refused(make: Make) -> None:
    more = '[[counts]]\nfile = "wijk.csv"\nlevel = "wijk"\nscheme = "western"\ngroup = "group"\n'
    wijk = "area,group,year,count\nW1,nl,2024,51\nW1,western,2024,5\nW1,non_western,2024,55\nW2,nl,2024,10\n"
    assert problems(town(make, more, wijk__csv=wijk)) == [
        "wijk.csv: area 'W1' has 51 people of group 'nl' in 2024, and its areas of level 'buurt' have 50 together "
        "(1 areas differ). Correct one of the two, or leave this file out: level 'buurt' is added up."
    ]


def test_a_list_of_areas_may_be_of_one_year(make: Make) -> None:
    toml = TOWN.replace('level = "buurt"\nfile = "buurten.csv"', 'level = "buurt"\nyear = 2024\nfile = "buurten.csv"')
    toml += '[[areas]]\nlevel = "buurt"\nyear = 2023\nfile = "buurten23.csv"\n'
    path = make(
        toml,
        wijken__csv=WIJKEN,
        buurten__csv=BUURTEN,
        buurten23__csv="area,name,parent\nB1,Een,W1\nB9,Oud,W2\n",
        counts__csv=COUNTS + "B9,nl,2023,8\n",
    )
    city = read_city(path)
    assert by_code(composition(city, "buurt", year=2023)) == {"B1": [0, 0, 0], "B9": [8, 0, 0]}
    assert by_code(composition(city, "wijk", year=2023)) == {"W1": [0, 0, 0], "W2": [8, 0, 0]}
    assert [(note.code, note.count) for note in city.notes if note.code == "areas_redrawn"] == [("areas_redrawn", 3)]


# Forms of the same counts --------------------------------------------------------------------------------------------


def wide(group_columns: str) -> str:
    return f"{group_columns}\nB1,30,5,15\nB2,20,0,40\nB3,10,0,0\n"


def test_a_wide_file_counts_as_a_long_one(make: Make) -> None:
    long = read_city(town(make))
    toml = TOWN.replace('group = "group"', 'year = 2024\narea = "wijkbuurt"\n') + (
        'groups = { nl = "Nederlands", western = "Westers", non_western = "Niet-westers" }\n'
    )
    path = make(
        toml, wijken__csv=WIJKEN, buurten__csv=BUURTEN,
        counts__csv=wide("wijkbuurt,Nederlands,Westers,Niet-westers"),
    )  # fmt: skip
    same = [by_code(c) for c in read_city(path).compositions] == [by_code(c) for c in long.compositions]
    assert same


@pytest.mark.parametrize(
    ("spelled", "group"), [("Westers", "western"), ("niet-westerse migratieachtergrond", "non_western"), ("NL", "nl")]
)
def test_a_group_may_be_written_as_its_label(make: Make, spelled: str, group: str) -> None:
    path = town(make, counts__csv=f"area,group,year,count\nB1,{spelled},2024,3\n")
    found = composition(read_city(path), "buurt")
    assert found.counts[0, found.scheme.index(group)] == 3


def test_a_year_may_be_a_date(make: Make) -> None:
    city = read_city(town(make, counts__csv="area,group,year,count\nB1,nl,2024-01-01,3\nB1,nl,2023-01-01,4\n"))
    assert sorted(c.year for c in city.compositions if c.areas.level == "buurt") == [2023, 2024]
    assert by_code(composition(city, "stad", year=2023)) == {"D": [4, 0, 0]}


# Persons -------------------------------------------------------------------------------------------------------------

PEOPLE = """
title = "Stad"
levels = ["stad", "wijk", "buurt"]
[[people]]
file = "people.{kind}"
person = "nr"
area = "buurtcode"
year = 2024
born = "geboorteland"
mother = "moeder"
father = "vader"
nationality = "nationaliteit"
within = {{ wijk = "wijkcode" }}
"""
COUNTRIES = ("Nederland", "Turkije", "Marokko", "Suriname", "Polen", "Indonesië", "Syrië", "Curaçao")
NATIONALITIES = {"Turkije": "Turkse", "Marokko": "Marokkaanse", "Polen": "Poolse", "Syrië": "Syrische"}


def invented_people(number: int) -> dict[str, list[str] | list[int]]:
    """number persons in 40 buurten; countries with diacritics, areas with leading zeros."""
    draw = np.random.default_rng(5)
    buurt = draw.integers(0, 40, number)
    born, mother, father = (draw.choice(COUNTRIES, number, p=[0.65, *[0.05] * 7]).tolist() for _ in range(3))
    return {
        "nr": list(range(1, number + 1)),
        "buurtcode": [f"{code:04d}" for code in buurt],
        "wijkcode": [f"W{code // 10}" for code in buurt],
        "geboorteland": born,
        "moeder": mother,
        "vader": father,
        "nationaliteit": [NATIONALITIES.get(country, "Nederlandse") for country in born],
    }


def write_people(path: Path, people: Mapping[str, list[str] | list[int]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(people), *zip(*people.values(), strict=True)])
    elif path.suffix == ".parquet":
        pyarrow.parquet.write_table(pa.table(dict(people)), path)
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("inwoners")
        for row in ([*people], *zip(*people.values(), strict=True)):
            sheet.append(row)
        book.save(path)
    else:
        number = {country: float(code) for code, country in enumerate(COUNTRIES, start=1)}
        coded = {
            name: [number[str(country)] for country in column]
            if name in ("geboorteland", "moeder", "vader")
            else column
            for name, column in people.items()
        }
        name_of = {code: country for country, code in number.items()}
        labels = {"geboorteland": name_of, "moeder": name_of, "vader": name_of}
        pyreadstat.write_sav(pa.table(coded).to_pandas(), path, variable_value_labels=labels)


def tables_of(city: City) -> dict[tuple[str, int, str], dict[str, list[float]]]:
    return {(c.areas.level, c.year, c.scheme.code): by_code(c) for c in city.compositions}


def test_persons_count_alike_in_every_kind_of_file(make: Make, tmp_path: Path) -> None:
    people = invented_people(20_000)
    cities = {}
    for kind in ("csv", "parquet", "xlsx", "sav"):
        write_people(tmp_path / f"people.{kind}", people)
        cities[kind] = tables_of(read_city(make(PEOPLE.format(kind=kind))))
    assert cities["parquet"] == cities["csv"]
    assert cities["xlsx"] == cities["csv"]
    assert cities["sav"] == cities["csv"]
    assert len(cities["csv"]) == 3 * 5
    assert {sum(map(sum, table.values())) for table in cities["csv"].values()} == {20_000.0}


def test_persons_count_as_they_do_by_hand(make: Make, tmp_path: Path) -> None:
    people = invented_people(2_000)
    write_people(tmp_path / "people.csv", people)
    found = composition(read_city(make(PEOPLE.format(kind="csv"))), "wijk", "nationality")
    by_hand = Counter(zip(people["wijkcode"], people["nationaliteit"], strict=True))
    words = {"nl": "Nederlandse", "ma": "Marokkaanse", "pl": "Poolse", "sy": "Syrische", "tr": "Turkse"}
    assert found.scheme.groups == tuple(words)
    assert by_code(found) == {
        wijk: [by_hand[wijk, word] for word in words.values()] for wijk in ("W0", "W1", "W2", "W3")
    }


persons = st.lists(
    st.tuples(st.sampled_from(["B1", "B2", "B3"]), st.sampled_from(["nl", "western", "non_western"])),
    min_size=1,
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(rows=persons)
def test_persons_and_their_counts_make_the_same_city(rows: list[tuple[str, str]], make: Make) -> None:
    toml = TOWN.replace("[[counts]]", "[[people]]").replace('"counts.csv"', '"people.csv"\nyear = 2024')
    as_people = town(make, people__csv="area,group\n" + "".join(f"{a},{g}\n" for a, g in rows))
    as_people.write_text(toml)
    one = tables_of(read_city(as_people))
    counted = "".join(f"{a},{g},2024,{n}\n" for (a, g), n in Counter(rows).items())
    other = tables_of(read_city(town(make, counts__csv="area,group,year,count\n" + counted)))
    assert one == other


# Origin --------------------------------------------------------------------------------------------------------------

NUMBER = {country.code: number for number, country in enumerate(countries())} | {"?": -1}


@pytest.mark.parametrize(
    ("born", "mother", "father", "before", "since"),
    [
        ("NL", "NL", "NL", "NL", "NL"),
        ("NL", "TR", "NL", "TR", "TR"),
        ("NL", "NL", "TR", "TR", "TR"),
        ("NL", "TR", "MA", "TR", "TR"),
        ("MA", "TR", "TR", "MA", "MA"),
        ("MA", "NL", "NL", "NL", "MA"),
        ("MA", "NL", "MA", "MA", "MA"),
        ("NL", "?", "MA", "MA", "MA"),
        ("NL", "MA", "?", "MA", "MA"),
        ("NL", "NL", "?", "NL", "NL"),
        ("NL", "?", "?", "?", "?"),
        ("?", "NL", "NL", "NL", "?"),
        ("?", "TR", "TR", "?", "?"),
    ],
)
def test_origin_follows_the_rules_of_cbs(born: str, mother: str, father: str, before: str, since: str) -> None:
    codes = [np.array([NUMBER[code]]) for code in (born, mother, father)]
    assert origin_before_2022(*codes).tolist() == [NUMBER[before]]
    assert origin_since_2022(*codes).tolist() == [NUMBER[since]]


def origin_city(make: Make, rows: Iterable[str], more: str = "") -> City:
    toml = (
        'title = "S"\nlevels = ["stad"]\n'
        + more
        + ('[[people]]\nfile = "p.csv"\nyear = 2024\nborn = "b"\nmother = "m"\nfather = "f"\n')
    )
    return read_city(make(toml, p__csv="area,b,m,f\n" + "".join(f"city,{row}\n" for row in rows)))


def test_origin_and_birth_are_told_apart(make: Make) -> None:
    city = origin_city(make, ["NL,NL,NL", "NL,PL,NL", "PL,PL,PL", "NL,MA,MA", "MA,MA,MA", "MA,MA,MA", "ID,NL,NL"])
    assert composition(city, "stad", "origin_birth").counts.tolist() == [[1, 1, 1, 1, 3]]
    assert composition(city, "stad", "origin").counts.tolist() == [[1, 2, 4]]
    assert composition(city, "stad", "western").counts.tolist() == [[2, 2, 3]]
    assert composition(city, "stad", "western_countries").counts.tolist() == [[2, 2, 3, 0, 0, 0, 0]]


def test_unknown_countries_are_a_group_only_when_the_city_says_so(make: Make) -> None:
    rows = ["NL,NL,NL", "Atlantis,NL,NL", ",NL,NL", "MA,MA,MA"]
    with pytest.raises(InputError, match="'Atlantis' is not known"):
        origin_city(make, rows)
    city = origin_city(make, rows, 'unknown = "group"\n')
    found = composition(city, "stad", "origin_with_unknown")
    assert found.scheme.groups == ("nl", "europe", "outside_europe", "unknown")
    assert found.counts.tolist() == [[1, 0, 1, 2]]
    assert [(note.code, note.count) for note in city.notes if note.code == "unknown_group"] == [("unknown_group", 2)]


def test_a_scheme_without_unknown_people_keeps_its_code(make: Make) -> None:
    city = origin_city(make, ["NL,NL,NL", "MA,MA,MA"], 'unknown = "group"\n')
    assert {c.scheme.code for c in city.compositions} == {"western", "western_countries", "origin", "origin_birth"}


def test_a_spelling_of_the_city_is_the_country_that_it_says(make: Make) -> None:
    spelled = '[countries]\n"Ned. Ant." = "Nederlandse Antillen"\n"n.v.t. (import)" = "unknown"\n'
    toml = 'title = "S"\nlevels = ["stad"]\nunknown = "group"\n' + (
        '[[people]]\nfile = "p.csv"\nyear = 2024\norigin = "o"\n'
    )
    city = read_city(make(toml + spelled, p__csv="area,o\ncity,Ned. Ant.\ncity,n.v.t. (import)\ncity,NL\n"))
    found = composition(city, "stad", "western_countries_with_unknown")
    assert dict(zip(found.scheme.groups, found.counts[0].tolist(), strict=True)) == {
        "nl": 1, "western": 0, "morocco": 0, "antilles": 1, "suriname": 0, "turkey": 0, "other_non_western": 0,
        "unknown": 1,
    }  # fmt: skip


def test_the_number_of_nationalities_is_the_number_of_groups(make: Make) -> None:
    toml = 'title = "S"\nlevels = ["stad"]\n[[people]]\nfile = "p.csv"\nyear = 2024\nnationality = "n"\n'
    words = ("Nederlandse", "NL", "Turkse", "Turks", "staatloos", "Eritrese", "Belgische")
    city = read_city(make(toml, p__csv="area,n\n" + "".join(f"city,{word}\n" for word in words)))
    found = composition(city, "stad", "nationality")
    assert found.scheme.groups == ("nl", "be", "er", "tr", "stateless")
    assert found.counts.tolist() == [[2, 1, 1, 2, 1]]


# Own schemes ---------------------------------------------------------------------------------------------------------

OWN = """
title = "S"
levels = ["stad"]
[[schemes]]
code = "newcomers"
title = { nl = "nieuwkomers", en = "newcomers" }
"""
OWN_PEOPLE = '[[people]]\nfile = "p.csv"\nyear = 2024\ngroup = "g"\nscheme = "newcomers"\n'
OWN_ROWS = "area,g\ncity,1\ncity,2\ncity,3\ncity,korter\n"


def test_an_own_scheme_may_stand_in_city_toml(make: Make) -> None:
    groups = (
        '[schemes.groups]\nsettled = { nl = "langer", en = "longer", values = ["1", 2] }\n'
        'new = { nl = "korter", en = "shorter", values = [3] }\n'
    )
    found = composition(read_city(make(OWN + groups + OWN_PEOPLE, p__csv=OWN_ROWS)), "stad", "newcomers")
    assert (found.scheme.groups, found.counts.tolist()) == (("settled", "new"), [[2, 2]])
    assert dict(found.scheme.labels["new"]) == {"nl": "korter", "en": "shorter"}


def test_an_own_scheme_may_stand_in_a_file(make: Make) -> None:
    groups = "value,group,nl,en\n1,settled,langer,longer\n2,settled,langer,longer\n3,new,korter,shorter\n"
    path = make(OWN + 'file = "groups.csv"\n' + OWN_PEOPLE, p__csv=OWN_ROWS, groups__csv=groups)
    found = composition(read_city(path), "stad", "newcomers")
    assert (found.scheme.groups, found.counts.tolist()) == (("settled", "new"), [[2, 2]])


# Indicators, institutions, correspondences ---------------------------------------------------------------------------

INDICATORS = """area,indicator,value,higher_is_better,source,uses_composition,lower,upper,title
B1,trust,"6,5",ja,enquête,nee,6,7,vertrouwen
B2,trust,7,ja,enquête,nee,6,8,vertrouwen
B3,trust,,ja,enquête,nee,,,vertrouwen
B1,index,3,,model,yes,,,
"""


def test_indicators_are_read_with_their_interval_and_their_direction(tmp_path: Path) -> None:
    (tmp_path / "indicators-2023.csv").write_text(INDICATORS)
    trust, index = read_indicators(tmp_path / "indicators-2023.csv")
    assert (trust.code, trust.title, trust.year, trust.source) == ("trust", "vertrouwen", 2023, "enquête")
    assert trust.values == {"B1": pytest.approx(6.5), "B2": 7}
    assert (trust.lower, trust.upper) == ({"B1": 6, "B2": 6}, {"B1": 7, "B2": 8})
    assert (trust.higher_is_better, trust.uses_composition) == (True, False)
    assert (index.title, index.higher_is_better, index.uses_composition) == ("index", None, True)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "B1,trust,6,ja,enquête,nee,6,7,vertrouwen",
            "Row 6, column 'area' of i.csv: indicator 'trust' has a value for",
        ),
        ("B4,trust,6,nee,enquête,nee,6,7,vertrouwen", "Row 6, column 'higher_is_better' of i.csv: 'nee' here and 'ja'"),
        (
            "B4,trust,6,ja,enquête,nee,6.5,7,vertrouwen",
            "Row 6, column 'value' of i.csv: the value lies outside its own",
        ),
        ("B4,other,6,maybe,x,nee,,,", "Row 6, column 'higher_is_better' of i.csv: 'maybe' is neither yes nor no."),
        ("B4,other,6,ja,x,,,,", "Row 6, column 'uses_composition' of i.csv: '' is neither yes nor no."),
    ],
)
def test_an_indicator_that_cannot_be_is_named_with_its_row(tmp_path: Path, row: str, problem: str) -> None:
    (tmp_path / "i.csv").write_text(INDICATORS.replace('"6,5"', "6.5") + row + "\n")
    with pytest.raises(InputError) as error:
        read_indicators(tmp_path / "i.csv", 2024)
    assert str(error.value).replace(f"{tmp_path}/", "").startswith(problem)


def test_indicators_without_a_year_are_refused(tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(INDICATORS)
    with pytest.raises(InputError, match="no column tells the year"):
        read_indicators(tmp_path / "i.csv")
    with pytest.raises(InputError, match="no column tells the year, and the city is of 2: 2020, 2022"):
        read_indicators(tmp_path / "i.csv", years_of_city={2022, 2020})


def test_indicators_without_a_year_are_of_the_only_year_of_the_city(tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(INDICATORS)
    assert {indicator.year for indicator in read_indicators(tmp_path / "i.csv", years_of_city=[2022])} == {2022}


def test_a_column_of_indicators_that_is_missing_is_not_looked_for_in_city_toml(tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(
        "gebied,indicator,value,higher_is_better,source,uses_composition\nB1,a,1,ja,x,nee\n"
    )
    with pytest.raises(InputError, match=r"'area' of .*The columns of this file have fixed names: call it so."):
        read_indicators(tmp_path / "i.csv", 2024)


INSTITUTION = """
[[institutions]]
name = "Stadhuis"
reference = "{reference}"
file = "staff.csv"
part = "part"
scheme = "{scheme}"
group = "group"
count = "count"
year = 2024
"""


def test_an_institution_has_its_parts_and_the_area_that_it_serves(make: Make) -> None:
    more = INSTITUTION.format(reference="W1", scheme="western")
    path = town(make, more, staff__csv="part,group,count\nbalie,nl,4\nbalie,western,2\nbeleid,nl,9\n")
    (institution,) = read_city(path).institutions
    assert (institution.name, institution.reference, institution.people.areas.level) == ("Stadhuis", "W1", "part")
    assert by_code(institution.people) == {"balie": [4, 2, 0], "beleid": [9, 0, 0]}


def test_the_people_of_an_institution_may_be_a_row_each(make: Make) -> None:
    more = INSTITUTION.format(reference="D", scheme="western").replace('count = "count"\n', "")
    path = town(make, more, staff__csv="part,group\nbalie,nl\nbalie,western\nbalie,nl\n")
    assert by_code(read_city(path).institutions[0].people) == {"balie": [2, 1, 0]}


def test_an_unknown_group_of_the_staff_is_a_group_of_the_residents_as_well(make: Make) -> None:
    more = INSTITUTION.format(reference="D", scheme="western")
    path = town(make, more, staff__csv="part,group,count\nbalie,nl,4\nbalie,?,2\n")
    path.write_text('unknown = "group"\n' + path.read_text())
    city = read_city(path)
    assert {c.scheme.code for c in city.compositions} == {"western_with_unknown"}
    assert city.institutions[0].people.counts.tolist() == [[4, 0, 0, 2]]


@pytest.mark.parametrize(
    ("reference", "scheme", "staff", "problem"),
    [
        ("W9", "western", "balie,nl,4", "Stadhuis serves 'W9', which is no area of the city."),
        ("D", "origin", "balie,nl,4", "Stadhuis is counted by origin, and the residents by western."),
        ("D", "western", "all,nl,4", "Row 2, column 'part' of staff.csv: the part 'all' is the sum of the others."),
        ("D", "western", "balie,nl,-4", "Row 2, column 'count' of staff.csv: a count cannot be negative"),
    ],
)
def test_an_institution_that_does_not_fit_is_refused(
    make: Make, reference: str, scheme: str, staff: str, problem: str
) -> None:
    path = town(make, INSTITUTION.format(reference=reference, scheme=scheme), staff__csv=f"part,group,count\n{staff}\n")
    (found,) = problems(path)
    assert found.startswith(problem)


CORRESPONDENCE = '[[correspondences]]\nlevel = "buurt"\nfrom = 2023\nto = 2024\nfile = "moved.csv"\n'
TWO_YEARS = COUNTS + "B1,nl,2023,10\nB2,nl,2023,10\n"


def test_people_who_moved_along_become_shares(make: Make) -> None:
    moved = "source,target,people\nB1,B1,30\nB1,B3,10\nB2,B2,7\n"
    (found,) = read_city(town(make, CORRESPONDENCE, counts__csv=TWO_YEARS, moved__csv=moved)).correspondences
    assert (found.level, found.source_year, found.target_year) == ("buurt", 2023, 2024)
    assert (found.sources, found.targets) == (("B1", "B1", "B2"), ("B1", "B3", "B2"))
    assert found.shares == pytest.approx([0.75, 0.25, 1])


def test_shares_with_two_decimals_add_up_exactly(make: Make) -> None:
    moved = "source,target,share\nB1,B1,0.33\nB1,B2,0.33\nB1,B3,0.335\n"
    (found,) = read_city(town(make, CORRESPONDENCE, counts__csv=TWO_YEARS, moved__csv=moved)).correspondences
    assert found.shares.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("moved", "problem"),
    [
        (
            "source,target,share\nB1,B1,0.5\n",
            "Row 2, column 'share' of moved.csv: the shares of area 'B1' add up to 0.5.",
        ),
        ("source,target,share\nB1,B7,1\n", "Row 2, column 'target' of moved.csv: area 'B7' is not among the areas of"),
        ("source,target,share\nB1,B1,1\nB1,B1,1\n", "Row 3 of moved.csv: B1 to B1 stands above as well. Keep one."),
        ("source,target,people\nB1,B1,0\n", "Row 2, column 'people' of moved.csv: this is not more than 0."),
        ("from,target,share\nB1,B1,1\n", "Column 'source' of moved.csv: there is no such column. Found: from, target,"),
    ],
)
def test_a_correspondence_that_does_not_fit_is_refused(make: Make, moved: str, problem: str) -> None:
    (found,) = problems(town(make, CORRESPONDENCE, counts__csv=TWO_YEARS, moved__csv=moved))
    assert found.startswith(problem)


def test_a_correspondence_with_a_year_without_residents_is_refused(make: Make) -> None:
    (found,) = problems(town(make, CORRESPONDENCE, moved__csv="source,target,share\nB1,B1,1\n"))
    assert found.startswith("moved.csv is a correspondence of level 'buurt' in 2023, of which there are no residents.")


@pytest.mark.parametrize(
    ("groups", "problem"),
    [
        ("value,group,nl,en\n1,a,A,A\n1,b,B,B\n", "Row 3 of groups.csv: '1' is of group 'b' here and of 'a' above."),
        ("value,group,nl,en\n1,a,A,A\n2,a,AA,A\n", "Row 3 of groups.csv: group 'a' has other labels than above."),
        ("value,group,nl\n1,a,A\n", "Column 'en' of groups.csv: there is no such column."),
    ],
)
def test_an_own_scheme_that_contradicts_itself_is_refused(make: Make, groups: str, problem: str) -> None:
    path = make(OWN + 'file = "groups.csv"\n' + OWN_PEOPLE, p__csv=OWN_ROWS, groups__csv=groups)
    assert problems(path)[0].startswith(problem)


def test_a_scheme_that_the_columns_do_not_tell_is_refused(make: Make) -> None:
    toml = 'title = "S"\nlevels = ["stad"]\n[[people]]\nfile = "p.csv"\nyear = 2024\norigin = "o"\n'
    found = problems(make(toml + 'schemes = ["origin_birt", "origin"]\n', p__csv="area,o\ncity,NL\n"))
    assert found == [
        "schemes asks for 'origin_birt', which cannot be told from the columns of p.csv. Did you mean 'origin'?"
    ]


def test_within_names_coarser_levels_only(make: Make) -> None:
    toml = 'title = "S"\nlevels = ["stad"]\n[[people]]\nfile = "p.csv"\nyear = 2024\norigin = "o"\n'
    (found,) = problems(make(toml + 'within = { wijk = "w" }\n', p__csv="area,o,w\ncity,NL,W1\n"))
    assert found == "p.csv: 'within' names 'wijk', which is no level coarser than that of the file. Leave it out."


def test_a_level_without_any_areas_is_refused(make: Make) -> None:
    toml = TOWN.replace('[[areas]]\nlevel = "wijk"\nfile = "wijken.csv"\n', "")
    found = problems(make(toml, buurten__csv=BUURTEN, counts__csv=COUNTS))
    assert found[0].startswith(
        "city.toml: no areas of level 'wijk' are known in 2024. List them: [[areas]] level = \"wijk\""
    )


def test_a_level_that_is_listed_twice_is_refused(make: Make) -> None:
    more = '[[areas]]\nlevel = "wijk"\nfile = "wijken.csv"\n'
    assert problems(town(make, more)) == ["[[areas]] lists level 'wijk' twice for the same year. Keep one of them."]


def test_indicators_about_other_areas_are_noted_and_about_none_are_refused(make: Make) -> None:
    more = '[[indicators]]\nfile = "i.csv"\nyear = 2024\n'
    header = "area,indicator,value,higher_is_better,source,uses_composition\n"
    some = town(make, more, i__csv=f"{header}B1,green,3,ja,x,nee\nX9,green,3,ja,x,nee\n")
    assert [(n.code, n.count) for n in read_city(some).notes if n.code == "indicator_elsewhere"] == [
        ("indicator_elsewhere", 1)
    ]
    none = town(make, more, i__csv=f"{header}X9,green,3,ja,x,nee\n")
    assert problems(none) == [
        "i.csv: none of its areas is an area of the city, such as 'X9'. Give the codes that the areas "
        "have in the figures of the city."
    ]


def test_an_institution_without_parts_is_one_part(make: Make) -> None:
    more = INSTITUTION.format(reference="D", scheme="western").replace('part = "part"\n', "")
    path = town(make, more, staff__csv="group,count\nnl,4\nwestern,2\n")
    assert by_code(read_city(path).institutions[0].people) == {"Stadhuis": [4, 2, 0]}


# Boundaries ----------------------------------------------------------------------------------------------------------

BOUNDARIES = '[[boundaries]]\nlevel = "buurt"\nfile = "buurten.geojson"\narea = "code"\n'


def squares(codes: Iterable[str]) -> str:
    """A square kilometre in RD New for each code, side by side near Amersfoort."""
    features = []
    for number, code in enumerate(codes):
        west, south = 155_000 + 1_000 * number, 463_000
        corners = [[west, south], [west + 1_000, south], [west + 1_000, south + 1_000], [west, south + 1_000]]
        geometry = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features})


def test_boundaries_are_those_of_the_areas(make: Make) -> None:
    city = read_city(town(make, BOUNDARIES, buurten__geojson=squares(["B3", "X1", "B1"])))
    (found,) = city.boundaries
    assert (found.level, found.codes) == ("buurt", ("B1", "B3"))
    assert [polygon.area for polygon in found.polygons] == pytest.approx([1e6, 1e6])
    assert {note.code: note.count for note in city.notes if "polygon" in note.code} == {
        "areas_without_polygon": 1,
        "polygons_without_area": 1,
    }


def test_boundaries_of_no_area_at_all_are_refused(make: Make) -> None:
    (found,) = problems(town(make, BOUNDARIES, buurten__geojson=squares(["X1", "X2"])))
    assert found.startswith(
        "buurten.geojson: none of its polygons is an area of level 'buurt'; it has 'X1' and the city"
    )


# What cannot be ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "problem"),
    [
        (
            "area,group,year,people\nB1,nl,2024,3\n",
            "Column 'count' of counts.csv: there is no such column. Found: area, group, year, people.",
        ),
        (
            "area,group,year,count,count\nB1,nl,2024,3,3\n",
            "Row 1, column 'count' of counts.csv: this column stands in the header 2 times.",
        ),
        (COUNTS + "B3,nl,2024,9\n", "Row 9 of counts.csv: area B3, group nl, year 2024 is counted before in this file"),
        (COUNTS + "B3,western,2024,-2\n", "Row 9, column 'count' of counts.csv: a count cannot be negative, and here"),
        (COUNTS + "B3,western,2024,2.5\n", "Row 9, column 'count' of counts.csv: a count of people is whole, and here"),
        (COUNTS + "B3,western,2024,\n", "Row 9, column 'count' of counts.csv: there is no count. Write 0 where nobody"),
        (COUNTS + "B3,western,2024,x\n", "Row 9, column 'count' of counts.csv: 'x' is no number"),
        (
            COUNTS + "B33,nl,2024,2\n",
            "Row 9, column 'area' of counts.csv: area 'B33' is not among the areas of level 'buurt' in 2024 (2 people, "
            "1 such codes). Did you mean 'B3'?",
        ),
        (
            COUNTS + "W1,nl,2024,2\n",
            "Row 9, column 'area' of counts.csv: area 'W1' is not among the areas of level 'buurt' in 2024 (2 people, "
            "1 such codes). It is an area of level 'wijk' in 2024: give the areas of the right year or level.",
        ),
        (
            COUNTS + "B3,westen,2024,2\n",
            "Row 9, column 'group' of counts.csv: 'westen' is not known (2 persons). Did you mean western or "
            "non_western? Add it to the scheme 'western', or count them as unknown: unknown = \"group\".",
        ),
        (COUNTS + "B3,western,last,2\n", "Row 9, column 'year' of counts.csv: 'last' is no year."),
        ("", "counts.csv: the file is empty. Copy or download it again."),
        ("area,group,year,count\n", "counts.csv: there is a header, but no row under it."),
    ],
)
def test_counts_that_do_not_fit_are_named_with_their_row(make: Make, counts: str, problem: str) -> None:
    (found,) = problems(town(make, counts__csv=counts))
    assert found.startswith(problem)


def test_a_file_in_no_known_encoding_is_named(make: Make) -> None:
    path = town(make)
    (path.parent / "counts.csv").write_bytes(COUNTS.encode() + b"B\x813,nl,2024,1\n")
    (found,) = problems(path)
    assert found.startswith("Row 9 of counts.csv: byte 0x81 belongs to none of the encodings")


@pytest.mark.parametrize(
    ("buurten", "problem"),
    [
        (
            BUURTEN.replace("B3,Drie,W2", "B3,Drie,"),
            "Row 4 of buurten.csv: area 'B3' of level 'buurt' lies in no area of level 'wijk'. Name it in the column",
        ),
        (
            BUURTEN.replace("B3,Drie,W2", "B3,Drie,W22"),
            "Row 4 of buurten.csv: area 'B3' of level 'buurt' lies in 'W22', which is no area of level 'wijk'. Did you "
            "mean 'W2'?",
        ),
        (
            BUURTEN.replace("B3,Drie,W2", "B3,Drie,B1"),
            "Row 4 of buurten.csv: area 'B3' of level 'buurt' lies in 'B1' of level 'buurt': the hierarchy goes round.",
        ),
        (
            BUURTEN + "W1,West,W1\n",
            "Row 5 of buurten.csv: area 'W1' of level 'buurt' is an area of level 'wijk' as well. Give every area",
        ),
        (BUURTEN + "B1,Weer,W1\n", "Row 5, column 'area' of buurten.csv: area 'B1' is in the file before, on row 2."),
        (BUURTEN + ",Leeg,W1\n", "Row 5, column 'area' of buurten.csv: there is no code."),
    ],
)
def test_an_area_outside_the_hierarchy_is_named_with_its_row(make: Make, buurten: str, problem: str) -> None:
    assert problems(town(make, buurten__csv=buurten))[0].startswith(problem)


def test_a_person_in_two_wijken_of_one_buurt_is_refused(make: Make) -> None:
    toml = (
        'title = "S"\nlevels = ["stad", "wijk", "buurt"]\n[[people]]\nfile = "p.csv"\nyear = 2024\ngroup = "g"\n'
        'scheme = "western"\nwithin = { wijk = "w" }\n'
    )
    assert problems(make(toml, p__csv="area,w,g\nB1,W1,nl\nB1,W2,nl\n")) == [
        "p.csv: area 'B1' of level 'buurt' lies in 'W1' for some people and in 'W2' for others in 2024. Correct the "
        'rows, or list the areas: [[areas]] level = "buurt".'
    ]


def test_two_files_for_one_year_are_refused(make: Make) -> None:
    more = '[[counts]]\nfile = "again.csv"\nscheme = "western"\ngroup = "group"\n'
    (found,) = problems(town(make, more, again__csv=COUNTS))
    assert found.startswith("again.csv: people of 2024 by scheme 'western' on level 'buurt' are in counts.csv already.")


def test_years_without_a_common_area_do_not_join(make: Make) -> None:
    toml = 'title = "S"\nlevels = ["stad", "buurt"]\n[[counts]]\nfile = "c.csv"\nscheme = "western"\ngroup = "group"\n'
    assert problems(make(toml, c__csv="area,group,year,count\nB1,nl,2023,5\nC1,nl,2024,5\n")) == [
        "No area of level 'buurt' in 2023 exists in 2024: the years do not join. Give a correspondence: "
        '[[correspondences]] level = "buurt", from = 2023, to = 2024, file = "...".'
    ]


def test_all_problems_are_told_at_once_and_reading_raises_the_first(make: Make) -> None:
    path = town(
        make,
        '[[indicators]]\nfile = "nowhere.csv"\n' + INSTITUTION.format(reference="W9", scheme="western"),
        counts__csv=COUNTS + "B9,nl,2024,1\n",
        staff__csv="part,group,count\nbalie,marsian,4\n",
    )
    found = problems(path)
    assert [text.split(":")[0] for text in found] == [
        "Row 2, column 'group' of staff.csv",
        "Row 9, column 'area' of counts.csv",
        "nowhere.csv",
    ]
    with pytest.raises(InputError) as error:
        read_city(path)
    assert str(error.value).endswith("2 more problems: see them with `wijkspiegel check`.")


def test_checking_changes_nothing(make: Make) -> None:
    path = town(make)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    check_city(path)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


# What is odd ---------------------------------------------------------------------------------------------------------


def test_a_group_without_people_is_noted_and_stays(make: Make) -> None:
    city = read_city(town(make, counts__csv="area,group,year,count\nB1,nl,2024,5\nB2,nl,2024,5\n"))
    assert composition(city, "stad").counts.tolist() == [[10, 0, 0]]
    (note,) = (note for note in city.notes if note.code == "empty_group")
    assert note.en == "Nobody belongs to western, non_western in 2024 (scheme western)."


def test_one_area_only_is_noted(make: Make) -> None:
    toml = 'title = "S"\nlevels = ["stad"]\n[[counts]]\nfile = "c.csv"\nscheme = "western"\ngroup = "group"\n'
    city = read_city(make(toml, c__csv="area,group,year,count\ncity,nl,2024,5\n"))
    assert [note.code for note in city.notes] == ["empty_group", "one_area"]


def test_a_level_on_which_nobody_is_counted_is_noted_and_left_out(make: Make) -> None:
    toml = TOWN.replace('file = "counts.csv"', 'file = "counts.csv"\nlevel = "wijk"')
    path = make(toml, wijken__csv=WIJKEN, buurten__csv=BUURTEN, counts__csv="area,group,year,count\nW1,nl,2024,5\n")
    city = read_city(path)
    assert city.levels == ("stad", "wijk")
    assert [note.en for note in city.notes if note.code == "level_without_people"] == [
        "Nobody is counted on level buurt, which is left out."
    ]
    assert problems(make('home = "buurt"\n' + toml)) == [
        'Nobody is counted on home = "buurt". Give a coarser level as home.'
    ]


def test_an_error_names_the_column_as_the_file_has_it(make: Make) -> None:
    path = make(
        'title = "S"\nlevels = ["stad"]\n[[people]]\nfile = "p.csv"\nyear = 2024\narea = "plaats"\norigin = "land"\n',
        p__csv="plaats,land\ncity,NL\ncity,Marokka\n,NL\n",
    )
    assert [text.split(":")[0] for text in problems(path)] == [
        "Row 3, column 'land' of p.csv",
        "Row 4, column 'plaats' of p.csv",
    ]


def test_schemes_that_count_other_numbers_of_people_are_noted(make: Make) -> None:
    more = '[[counts]]\nfile = "origin.csv"\nscheme = "origin"\ngroup = "group"\n'
    city = read_city(town(make, more, origin__csv="area,group,year,count\nB1,nl,2024,100\n"))
    (note,) = (note for note in city.notes if note.code == "totals_differ")
    assert note.en == "In 2024 western and origin do not count as many people: the difference is 20."
    assert note.count == 20


# city.toml itself ----------------------------------------------------------------------------------------------------

SMALL = 'title = "S"\nlevels = ["stad"]\n[[counts]]\nfile = "c.csv"\nscheme = "western"\ngroup = "group"\n'


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("titel = 1\n" + SMALL, "city.toml: there is no setting 'titel'. Did you mean 'title'?"),
        (SMALL + "yaer = 2024\n", "city.toml, [[counts]] 1: there is no setting 'yaer'. Did you mean 'year'?"),
        (SMALL + "[protection]\nmin_cel = 3\n", "city.toml, protection: there is no setting 'min_cel'. Did you mean"),
        (SMALL.replace('"S"', "7"), "city.toml, title: 7 does not fit: input should be a valid string."),
        ('published = "yes"\n' + SMALL, "city.toml, published: 'yes' does not fit: input should be a valid boolean."),
        (SMALL.replace('title = "S"\n', ""), "city.toml: 'title' is missing. Add it."),
        ('home = "wijk"\n' + SMALL, 'city.toml: home = "wijk" is none of the levels: stad.'),
        (SMALL + 'level = "buurt"\n', 'city.toml: level = "buurt" (of c.csv) is none of the levels: stad.'),
        ('title = "S"\nlevels = ["stad"]\n', "city.toml: there are no residents: give [[counts]] or [[people]]."),
        ('title = "S"\nlevels = ["a", "a"]\n', "city.toml: levels names 'a' twice."),
        (SMALL.replace('scheme = "western"\n', ""), "city.toml, [[counts]] 1: say of which scheme the groups are"),
        (SMALL + 'born = "b"\n', "city.toml, [[counts]] 1: a country of birth alone tells no origin"),
        (SMALL + 'mother = "m"\n', "city.toml, [[counts]] 1: give both parents: mother and father."),
        (SMALL + '[countries]\n"X" = "Marokka"\n', '[countries] has "X" = "Marokka", and \'Marokka\' is no known'),
        (SMALL.replace('"western"', '"westen"'), "c.csv: there is no scheme 'westen'. Did you mean 'western'?"),
        (SMALL.replace('"c.csv"', '"d.csv"'), "d.csv: there is no such file. Did you mean 'c.csv'?"),
        ("title = S\n", "Row 1 of city.toml: this is no TOML (Invalid value). Texts stand between quotation marks"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_with_what_was_meant(make: Make, toml: str, problem: str) -> None:
    found = problems(make(toml, c__csv="area,group,year,count\ncity,nl,2024,5\n"))
    assert [text for text in found if text.startswith(problem)] != [], found


def test_a_city_toml_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Begin one with: wijkspiegel new DIRECTORY"):
        read_city(tmp_path / "city.toml")


def test_protection_is_what_the_city_sets_and_no_more(make: Make) -> None:
    path = make(SMALL + '[protection]\nmin_cell = 5\nregister = "room/register.json"\n')
    protection = read_protection(path)
    assert dict(protection.settings) == {"min_cell": 5}
    assert protection.register == path.parent / "room" / "register.json"
    assert read_protection(make(SMALL)).register is None


@pytest.mark.parametrize("cell", ["0", "2.5", '"ten"', "true"])
def test_a_minimum_that_protects_nobody_is_refused(make: Make, cell: str) -> None:
    with pytest.raises(SettingsError, match="min_cell"):
        read_protection(make(f"{SMALL}[protection]\nmin_cell = {cell}\n"))


# Beginning -----------------------------------------------------------------------------------------------------------


def test_a_new_city_works_at_once(tmp_path: Path) -> None:
    written = new_city(tmp_path / "stad")
    assert tmp_path / "stad" / "city.toml" in written
    assert problems(tmp_path / "stad" / "city.toml") == []
    city = read_city(tmp_path / "stad" / "city.toml")
    assert {(c.areas.level, c.year) for c in city.compositions} == {
        (level, year) for level in ("gemeente", "wijk", "buurt") for year in (2020, 2022, 2024)
    }
    assert {c.scheme.code for c in city.compositions if c.year == 2024} == {
        "western", "western_countries", "origin", "origin_birth", "nationality",
    }  # fmt: skip
    assert (len(city.indicators), len(city.institutions), city.published) == (2, 1, False)


def test_a_new_city_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text("mine")
    written = new_city(tmp_path)
    assert tmp_path / "city.toml" not in written
    assert (tmp_path / "city.toml").read_text() == "mine"
    assert new_city(tmp_path) == []


def test_every_error_of_a_city_is_one_for_its_user(make: Make) -> None:
    with pytest.raises(WijkspiegelError):
        read_city(make("levels = 3"))
