"""Which files make which city: levels, names, years and the one municipality that files are about."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.mirror.inputs import city_from_cbs
from wijkspiegel.sources.boundaries import read_boundaries
from wijkspiegel.tables import City, Composition

Shared = Callable[[str], Path]

JSON_2022 = "kwb2022_85318NED_origin_json"
KWB_2022 = f"{JSON_2022}/85318NED_UntypedDataSet.csv"
KWB_2020 = "kwb2020_84799NED/cbs.v3.84799NED_TypedDataSet.parquet"
UTRECHT = "kwb2023_2024_utrecht_xlsx/CBS-Utrecht-kwb-{}.xlsx"
MUNICIPALITIES = "gemeente_herkomst_85458NED_2022_2025/gemeente_herkomst_wide.csv"


def composition(city: City, level: str, year: int, groups: int = 3) -> Composition:
    return next(c for c in city.compositions if (c.areas.level, c.year, len(c.scheme.groups)) == (level, year, groups))


def western(tmp_path: Path, year: int, *rows: str) -> Path:
    path = tmp_path / f"kwb-{year}.csv"
    path.write_text("\n".join(["code;AantalInwoners;WestersTotaal;NietWestersTotaal", *rows]))
    return path


def origin(tmp_path: Path, year: int, *rows: str) -> Path:
    path = tmp_path / f"kwb-{year}.csv"
    path.write_text("\n".join(["code;AantalInwoners;Nederland;EuropaExclusiefNederland;BuitenEuropa", *rows]))
    return path


def test_files_of_one_municipality_are_about_that_municipality(shared: Shared) -> None:
    city = city_from_cbs([shared(UTRECHT.format(2023)), shared(UTRECHT.format(2024))])
    assert (city.title, city.subject, city.levels) == ("Utrecht", "GM0344", ("gemeente", "wijk", "buurt"))


def test_files_of_one_year_with_different_levels_are_one_edition(shared: Shared) -> None:
    parts = [shared(f"{JSON_2022}/{level}.json") for level in ("buurt", "gemeente", "wijk")]
    joined = city_from_cbs(parts, municipality="Rotterdam")
    whole = city_from_cbs([shared(KWB_2022)], municipality="GM0599")
    assert (joined.title, joined.subject, joined.levels) == (whole.title, whole.subject, whole.levels)
    for level in ("gemeente", "wijk", "buurt"):
        one, other = composition(joined, level, 2022), composition(whole, level, 2022)
        order = [one.areas.codes.index(code) for code in other.areas.codes]
        assert (one.counts[order] == other.counts).all()


def test_a_file_of_buurten_only_is_added_up_within_bounds_that_hold_the_published_counts(shared: Shared) -> None:
    """But for Wassenaar, whose published total has 235 non-western people more than its buurten."""
    added = city_from_cbs([shared(f"{JSON_2022}/buurt.json")])
    published = city_from_cbs([shared(KWB_2022)])
    assert added.levels == ("land", "gemeente", "wijk", "buurt")
    assert [note.code for note in added.notes].count("level_added_up") == 3
    for level, outside in (("land", []), ("gemeente", ["GM0629"])):
        one, other = composition(added, level, 2022), composition(published, level, 2022)
        order = [one.areas.codes.index(code) for code in other.areas.codes]
        missed = (one.low[order] > other.counts) | (other.counts > one.high[order])
        assert [other.areas.codes[row] for row in np.flatnonzero(missed.any(axis=1))] == outside
    assert composition(added, "land", 2022).areas.names == ("Nederland",)


def test_a_municipality_of_a_file_of_buurten_has_the_others_for_peers(shared: Shared) -> None:
    city = city_from_cbs([shared(f"{JSON_2022}/buurt.json")], municipality="GM0599", level="gemeente")
    assert (city.subject, city.levels) == ("GM0599", ("gemeente",))
    assert len(composition(city, "gemeente", 2022).areas) == 345


def test_municipalities_without_the_country_are_added_up_to_it(shared: Shared) -> None:
    """2023: 17,811,291 residents (CBS). 2022 lacks the figures of Voorne aan Zee, so it has no sum."""
    city = city_from_cbs([shared(MUNICIPALITIES)])
    assert city.title == "Nederland"
    assert [c.year for c in city.compositions if c.areas.level == "land"] == [2023, 2024, 2025]
    assert composition(city, "land", 2023).population.tolist() == [17_811_291]


def test_a_few_municipalities_are_not_called_the_netherlands(tmp_path: Path) -> None:
    city = city_from_cbs([western(tmp_path, 2021, "GM0503;1000;100;50", "GM0599;2000;300;400")])
    assert city.title == "2 gemeenten"
    (whole,) = (c for c in city.compositions if c.areas.level == "land")
    assert (whole.areas.codes, whole.counts.tolist()) == (("all",), [[2150, 400, 450]])


def test_names_come_from_another_edition_or_from_the_boundaries(shared: Shared) -> None:
    boundaries = shared("geo_wijk_gemeente_2022_tmap/nl_2022_tmap.gpkg")
    drawn = city_from_cbs([shared(KWB_2022)], municipality="Rotterdam", areas=[boundaries])
    wijken = composition(drawn, "wijk", 2022).areas
    assert wijken.names[wijken.codes.index("WK059910")] == "Feijenoord"
    both = city_from_cbs([shared(KWB_2022), shared(KWB_2020)], municipality="Rotterdam")
    buurten = composition(both, "buurt", 2022).areas
    assert buurten.names[buurten.codes.index("BU05990110")] == "Stadsdriehoek"
    assert "names_absent" not in {note.code for note in both.notes}


def test_areas_that_no_file_names_are_told(shared: Shared) -> None:
    boundaries = shared("geo_wijk_gemeente_2022_tmap/nl_2022_tmap.gpkg")
    assert {b.level for b in read_boundaries(boundaries)[0]} == {"gemeente", "wijk"}
    city = city_from_cbs([shared(KWB_2022)], municipality="Rotterdam", areas=[boundaries])
    (note,) = (note for note in city.notes if note.code == "names_absent")
    assert note.en.startswith("Without a name: 91 neighbourhoods;")


def test_years_of_two_classifications_are_told_not_to_compare(tmp_path: Path) -> None:
    before = western(tmp_path, 2022, "GM0503;1000;100;50")
    after = origin(tmp_path, 2024, "GM0503;1100;800;200;100")
    (note,) = (note for note in city_from_cbs([after, before]).notes if note.code == "years_not_comparable")
    assert note.en.startswith(
        "No change can be computed from 2022 to 2024: people were counted by western / non-western (CBS, to 2022) in "
        "2022 and by origin (CBS, from 2022) in 2024."
    )


def test_what_is_odd_in_several_years_is_told_once_with_the_years(tmp_path: Path) -> None:
    rows = ("GM0503;1001;101;51", "WK050301;500;50;25", "WK050302;500;50;25")
    city = city_from_cbs([western(tmp_path, 2021, *rows), western(tmp_path, 2020, *rows[:2])])
    (note,) = (note for note in city.notes if note.code == "rounded_to_five")
    assert "(here: 1 district in 2020 (WK050301) and 2 districts in 2021 (WK050301, WK050302))" in note.en
    assert "(hier: 1 wijk van 2020 (WK050301) en 2 wijken van 2021 (WK050301, WK050302))" in note.nl
    assert note.count == 3


def test_indicators_of_unknown_areas_are_told_and_those_of_none_refused(tmp_path: Path) -> None:
    figures = western(tmp_path, 2021, "GM0503;1000;100;50", "GM0599;2000;300;400")
    indicators = tmp_path / "trust.csv"
    head = "area,indicator,value,higher_is_better,source,uses_composition\n"
    indicators.write_text(head + "GM0503,trust,7,yes,survey,no\nGM9999,trust,6,yes,survey,no\n")
    city = city_from_cbs([figures], indicators=[indicators])
    assert [indicator.year for indicator in city.indicators] == [2021]
    (note,) = (note for note in city.notes if note.code == "indicator_elsewhere")
    assert note.en.startswith("trust.csv has figures about areas that the city does not have (1), such as GM9999.")
    indicators.write_text(head + "GM9999,trust,6,yes,survey,no\n")
    with pytest.raises(InputError, match="none of its areas is an area of the city, such as 'GM9999'"):
        city_from_cbs([figures], indicators=[indicators])


def test_a_municipality_with_other_codes_over_the_years_is_refused(tmp_path: Path) -> None:
    named = "naam;code;AantalInwoners;WestersTotaal;NietWestersTotaal\n"
    files = [tmp_path / "kwb-2020.csv", tmp_path / "kwb-2021.csv"]
    for path, code in zip(files, ("GM0014", "GM0018"), strict=True):
        path.write_text(f"{named}Groningen;{code};1000;100;50\nDelft;GM0503;1000;100;50\n")
    with pytest.raises(SettingsError, match="The files hold 2 municipalities under that name: GM0014, GM0018"):
        city_from_cbs(files, municipality="Groningen")


def test_the_sums_of_all_levels_are_the_same_people(tmp_path: Path) -> None:
    rows = ("BU05030101;500;50;25", "BU05030102;300;20;30", "BU05030201;200;10;5")
    city = city_from_cbs([western(tmp_path, 2021, *rows)])
    totals = {c.areas.level: c.counts.sum(axis=0) for c in city.compositions}
    assert set(totals) == {"gemeente", "wijk", "buurt"}
    assert all(np.array_equal(total, totals["buurt"]) for total in totals.values())
