"""Every edition of "Kerncijfers wijken en buurten" becomes counts that add up, whatever its form and its oddities."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.cbs import KWB_TABLES, Kwb, read_kwb
from wijkspiegel.tables import Composition

Shared = Callable[[str], Path]

KWB_2017 = "kwb2017_83765NED_origin_csv/indicators_buurt_wijk_gemeente.csv"
KWB_2020 = "kwb2020_84799NED/cbs.v3.84799NED_TypedDataSet.parquet"
KWB_2022 = "kwb2022_85318NED_origin_json/85318NED_UntypedDataSet.csv"
KWB_2023 = "kwb2023_2024_utrecht_xlsx/CBS-Utrecht-kwb-2023.xlsx"
KWB_2024 = "kwb2023_2024_utrecht_xlsx/CBS-Utrecht-kwb-2024.xlsx"
MUNICIPALITIES = "gemeente_herkomst_85458NED_2022_2025/gemeente_herkomst_wide.csv"


def composition(kwb: Kwb, level: str, scheme: str, year: int | None = None) -> Composition:
    return next(
        made
        for made in kwb.compositions
        if (made.areas.level, made.scheme.code) == (level, scheme) and year in (None, made.year)
    )


def people(made: Composition, area: str) -> dict[str, float]:
    counts = made.counts[made.areas.codes.index(area)].tolist()
    return dict(zip(made.scheme.groups, counts, strict=True))


def bounds(made: Composition, area: str, group: str) -> tuple[float, float, float]:
    cell = made.areas.codes.index(area), made.scheme.index(group)
    return float(made.low[cell]), float(made.counts[cell]), float(made.high[cell])


def noted(kwb: Kwb) -> dict[str, int]:
    return {note.code: note.count or 0 for note in kwb.notes}


def size(kwb: Kwb) -> list[tuple[str, str, int, int]]:
    return [(made.areas.level, made.scheme.code, made.year, len(made.areas)) for made in kwb.compositions]


# The real files ------------------------------------------------------------------------------------------------------


def test_the_edition_of_2017_has_only_morocco_and_turkey_and_one_broken_municipality(shared: Shared) -> None:
    kwb = read_kwb(shared(KWB_2017))
    western = [("land", 1), ("gemeente", 387), ("wijk", 3067), ("buurt", 13198)]
    assert size(kwb) == [(level, "western", 2017, n) for level, n in western] + [
        (level, "western_morocco_turkey", 2017, n) for level, n in western
    ]
    assert people(composition(kwb, "gemeente", "western_morocco_turkey"), "GM0599") == {
        "nl": 634660 - 78789 - 240571,
        "western": 78789,
        "morocco": 43555,
        "turkey": 47772,
        "remaining_non_western": 240571 - 43555 - 47772,
    }
    assert noted(kwb)["areas_without_figures"] == 14
    broken = next(areas for areas in kwb.areas if areas.level == "gemeente")
    assert broken.names[broken.codes.index("GM0820")] == "Nuenen"
    assert "GM0820" not in composition(kwb, "gemeente", "western").areas.codes


def test_the_edition_of_2020_has_its_names_from_the_table_beside_it(shared: Shared) -> None:
    kwb = read_kwb(shared(KWB_2020), municipality="Rotterdam")
    buurt = composition(kwb, "buurt", "western_countries").areas
    assert (buurt.codes[0], buurt.names[0], buurt.parents[0]) == ("BU05990110", "Stadsdriehoek", "WK059901")
    assert {areas.level: areas.parents[0] for areas in kwb.areas} == {
        "gemeente": "NL00",
        "wijk": "GM0599",
        "buurt": "WK059901",
    }


def test_the_edition_of_2022_has_every_area_and_the_figures_of_rotterdam(shared: Shared) -> None:
    kwb = read_kwb(shared(KWB_2022))
    sizes = [("land", 1), ("gemeente", 345), ("wijk", 3340), ("buurt", 14317)]
    assert size(kwb) == [(level, scheme, 2022, n) for scheme in ("western", "western_countries") for level, n in sizes]
    assert people(composition(kwb, "gemeente", "western"), "GM0599") == {
        "nl": 303405,
        "western": 92316,
        "non_western": 259747,
    }
    assert people(composition(kwb, "gemeente", "western_countries"), "GM0599") == {
        "nl": 303405,
        "western": 92316,
        "morocco": 46211,
        "antilles": 28004,
        "suriname": 52003,
        "turkey": 47750,
        "other_non_western": 85779,
    }
    assert composition(kwb, "land", "western").population.tolist() == [17590672]
    assert (kwb.source.title, kwb.source.licence) == ("Kerncijfers wijken en buurten 2022 (85318NED)", "CC BY 4.0")


@pytest.mark.parametrize(
    ("path", "buurten", "above", "differing"), [(KWB_2020, 13808, 22, 0.476), (KWB_2022, 14317, 13, 0.457)]
)
def test_every_contradiction_of_rounding_is_reconciled_and_counted(
    shared: Shared, path: str, buurten: int, above: int, differing: float
) -> None:
    kwb = read_kwb(shared(path), level="buurt")
    assert noted(kwb)["rounded_to_five"] == buurten
    assert noted(kwb)["parts_above_whole"] == above
    assert noted(kwb)["parts_differ"] / buurten == pytest.approx(differing, abs=0.001)
    assert "beyond_rounding" not in noted(kwb)


@pytest.mark.parametrize("path", [KWB_2017, KWB_2020, KWB_2022, KWB_2023, KWB_2024, MUNICIPALITIES])
def test_all_schemes_of_an_edition_count_the_same_people(shared: Shared, path: str) -> None:
    kwb = read_kwb(shared(path))
    by_areas: dict[tuple[str, int], list[Composition]] = {}
    for made in kwb.compositions:
        by_areas.setdefault((made.areas.level, made.year), []).append(made)
    for coarse, *finer in by_areas.values():
        for fine in finer:
            assert coarse.areas == fine.areas
            assert (coarse.population == fine.population).all()
            assert (coarse.counts[:, 0] == fine.counts[:, 0]).all()


@pytest.mark.parametrize("path", [KWB_2017, KWB_2020, KWB_2022])
def test_exact_counts_of_municipalities_keep_their_figure_and_have_no_bounds(shared: Shared, path: str) -> None:
    for made in read_kwb(shared(path), level="gemeente").compositions:
        assert (made.low == made.counts).all()
        assert (made.high == made.counts).all()


@pytest.mark.parametrize("path", [KWB_2017, KWB_2020, KWB_2022])
def test_the_exact_count_of_a_municipality_of_one_wijk_lies_within_the_bounds_of_that_wijk(
    shared: Shared, path: str
) -> None:
    """What shows that CBS rounds at random: a quarter of these counts are more than 2 off, and none more than 4."""
    kwb = read_kwb(shared(path))
    for scheme in {made.scheme.code for made in kwb.compositions}:
        exact, wijken = composition(kwb, "gemeente", scheme), composition(kwb, "wijk", scheme)
        parents = np.array(wijken.areas.parents)
        alone = [row for row, parent in enumerate(parents) if (parents == parent).sum() == 1]
        true = exact.counts[[exact.areas.codes.index(parents[row]) for row in alone]]
        assert len(alone) >= 24
        assert ((wijken.low[alone] <= true) & (true <= wijken.high[alone])).all()
        off = abs(wijken.counts[alone] - true)[:, wijken.scheme.index("western")]
        assert (off > 2).mean() > 0.25
        assert off.max() <= 4


def test_the_json_by_key_the_gzipped_csv_and_the_published_file_of_2022_tell_the_same(shared: Shared) -> None:
    published = read_kwb(shared(KWB_2022))
    stacked = read_kwb(shared("kwb2022_85318NED_origin_json/kwb2022_origin.csv.gz"))
    for level in ("gemeente", "wijk", "buurt"):
        keyed = read_kwb(shared(f"kwb2022_85318NED_origin_json/{level}.json"))
        of_level = composition(published, level, "western_countries")
        for other in (composition(stacked, level, "western_countries"), composition(keyed, level, "western_countries")):
            order = np.argsort(other.areas.codes)[np.argsort(np.argsort(of_level.areas.codes))]
            assert other.take(order).areas.codes == of_level.areas.codes
            assert (other.low[order] == of_level.low).all()
            assert (other.high[order] == of_level.high).all()


def test_the_editions_from_2023_have_origin_and_birth(shared: Shared) -> None:
    kwb = read_kwb(shared(KWB_2023))
    assert size(kwb) == [
        (level, scheme, 2023, n)
        for scheme in ("origin", "origin_birth")
        for level, n in (("gemeente", 1), ("wijk", 10), ("buurt", 111))
    ]
    assert people(composition(kwb, "gemeente", "origin"), "GM0344") == {
        "nl": 222298,
        "europe": 38274,
        "outside_europe": 107375,
    }
    assert people(composition(read_kwb(shared(KWB_2024)), "gemeente", "origin_birth"), "GM0344") == {
        "nl": 223593,
        "europe_born_nl": 13350,
        "europe_born_abroad": 27018,
        "outside_europe_born_nl": 50794,
        "outside_europe_born_abroad": 59483,
    }


def test_the_table_of_municipalities_has_several_years_in_one_file(shared: Shared) -> None:
    kwb = read_kwb(shared(MUNICIPALITIES))
    assert size(kwb) == [("gemeente", "origin", year, 342 - (year == 2022)) for year in (2022, 2023, 2024, 2025)]
    assert noted(kwb) == {"areas_without_figures": 1}
    assert people(composition(kwb, "gemeente", "origin", 2025), "GM0518") == {
        "nl": 224131,
        "europe": 102190,
        "outside_europe": 242624,
    }
    assert read_kwb(shared(MUNICIPALITIES), municipality="Den Haag").areas[0].names == ("'s-Gravenhage",)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("statline_csv_export_provincies/Misdrijven_per_gemeente.csv", "Found: Soort misdrijf, Perioden"),
        ("statline_csv_export_provincies/Immigratie_per_gemeente.csv", "Westerse migratieachtergrond (aantal)"),
        ("rivm_gezondheid_2020/RIVM_gezondheid2020_18+.xlsx", "and 31 more"),
    ],
)
def test_another_table_is_refused_with_what_was_looked_for_and_found(shared: Shared, path: str, found: str) -> None:
    with pytest.raises(InputError, match="no edition of Kerncijfers wijken en buurten") as error:
        read_kwb(shared(path))
    assert found in str(error.value)
    assert "WestersTotaal" in str(error.value)


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ("WestersTotaal_17;NietWestersTotaal_18", "AantalInwoners is missing."),
        ("AantalInwoners_5;WestersTotaal_17", "NietWestersTotaal is missing."),
        ("a_inw;a_nl_all;a_neu_al", "EuropaExclusiefNederland is missing."),
        ("AantalInwoners_5;Nederland_17", "EuropaExclusiefNederland and BuitenEuropa are missing."),
    ],
)
def test_a_column_that_is_missing_is_named_by_itself(tmp_path: Path, columns: str, missing: str) -> None:
    path = tmp_path / "85039NED.csv"
    path.write_text(f"WijkenEnBuurten;{columns}\nGM0503;{';'.join('9' for _ in columns.split(';'))}\n")
    with pytest.raises(InputError) as error:
        read_kwb(path)
    assert str(error.value).startswith(f"{path}: {missing} Found: WijkenEnBuurten, {columns.split(';', maxsplit=1)[0]}")


# Forms ---------------------------------------------------------------------------------------------------------------

Records = list[dict[str, Any]]


def as_csv(path: Path, records: Records) -> Path:
    lines = [";".join(records[0]), *(";".join(str(cell) for cell in record.values()) for record in records)]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def from_2023(code: str, *figures: int) -> dict[str, Any]:
    """A row as OData has it from 2023 on: the same names three times, told apart by their number only."""
    names = (
        *("AantalInwoners_5", "Nederland_17", "EuropaExclusiefNederland_18", "BuitenEuropa_19"),
        *("Nederland_20", "EuropaExclusiefNederland_21", "BuitenEuropa_22"),
        *("EuropaExclusiefNederland_23", "BuitenEuropa_24"),
    )
    return {"WijkenEnBuurten": f"{code:<10}", "Gemeentenaam_1": "Delft  "} | dict(zip(names, figures, strict=True))


def test_odata_from_2023_tells_origin_from_birth_by_the_number_of_the_column(tmp_path: Path) -> None:
    path = as_csv(
        tmp_path / "85618NED_TypedDataSet.csv", [from_2023("GM0503", 1001, 700, 101, 200, 700, 41, 90, 60, 110)]
    )
    made = read_kwb(path)
    assert people(composition(made, "gemeente", "origin"), "GM0503") == {
        "nl": 700,
        "europe": 101,
        "outside_europe": 200,
    }
    assert list(people(composition(made, "gemeente", "origin_birth"), "GM0503").values()) == [700, 41, 60, 90, 110]
    assert made.areas[0].names == ("Delft",)


def test_a_download_from_statline_itself_is_read(tmp_path: Path) -> None:
    origin = "Bevolking/Personen met een migratieachtergrond"
    path = tmp_path / "Kerncijfers_wijken_en_buurten_2021.csv"
    path.write_text(
        f'"Wijken en buurten";"Regioaanduiding/Codering (code)";"Bevolking/Aantal inwoners (aantal)";'
        f'"{origin}/Westers totaal (aantal)";"{origin}/Niet-westers/Niet-westers totaal (aantal)"\n'
        '"Boxtel";"GM0757";32973;2401;1833\n"Centrum";"BU07570001";3605;250;.\n',
        encoding="utf-8-sig",
    )
    made = read_kwb(path)
    assert size(made) == [("gemeente", "western", 2021, 1)]
    assert people(composition(made, "gemeente", "western"), "GM0757") == {
        "nl": 28739,
        "western": 2401,
        "non_western": 1833,
    }
    assert [areas.names for areas in made.areas] == [("Boxtel",), ("Centrum",)]
    assert noted(made)["areas_without_figures"] == 1


def test_an_older_edition_with_percentages_gives_counts_with_the_bounds_of_the_percentage(tmp_path: Path) -> None:
    names = ("RegioS", "AantalInwoners_5", "WestersTotaal_17", "NietWestersTotaal_18")
    rows = (("GM0503", 20001, 10, 20), ("BU05030001", 1000, 5, 2))
    records: Records = [dict(zip(names, row, strict=True)) for row in rows]
    made = read_kwb(as_csv(tmp_path / "82931NED.csv", records))
    assert bounds(composition(made, "gemeente", "western"), "GM0503", "western") == (1900, 2000, 2101)
    assert bounds(composition(made, "buurt", "western"), "BU05030001", "western") == (44, 50, 56)
    assert noted(made) == {"names_absent": 2, "rounded_to_five": 1, "from_percentages": 2}


def test_the_attribute_table_of_the_map_is_read_with_its_own_mark_for_absent(tmp_path: Path) -> None:
    columns = {
        "BU_CODE": ["BU05030001", "BU05030002"],
        "BU_NAAM": ["Centrum", "Haven"],
        "WK_CODE": ["WK050300", "WK050300"],
        "AANT_INW": [1000, -99999999],
        "P_WEST_AL": [10, -99999999],
        "P_N_W_AL": [20, -99999999],
        "P_MAROKKO": [-99999999, -99999999],
    }
    pyogrio.write_arrow(pa.table(columns), tmp_path / "buurt_2012.dbf", driver="ESRI Shapefile", encoding="UTF-8")
    made = read_kwb(tmp_path / "buurt_2012.dbf")
    assert people(composition(made, "buurt", "western"), "BU05030001") == {
        "nl": 700,
        "western": 100,
        "non_western": 200,
    }
    assert made.areas[0].names == ("Centrum", "Haven")
    assert sum(note.count or 0 for note in made.notes if note.code == "areas_without_figures") == 2


# Laws ----------------------------------------------------------------------------------------------------------------

truths = st.lists(st.tuples(*[st.integers(0, 9) | st.integers(0, 4000)] * 7), min_size=1, max_size=6)


@given(truths, st.integers(0, 10_000))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_lives_in_a_buurt_lies_within_its_bounds(
    tmp_path: Path, truth: list[tuple[int, ...]], seed: int
) -> None:
    true = np.array(truth)
    figures = np.column_stack([true.sum(axis=1), true[:, 1], true[:, 2:].sum(axis=1), true[:, 2:]])
    rounded = (5 * np.floor(figures / 5 + np.random.default_rng(seed).random(figures.shape))).astype(int)
    names = ("a_inw", "a_w_all", "a_nw_all", "a_marok", "a_antaru", "a_suri", "a_tur", "a_ov_nw")
    records = [
        {"gwb_code": f"BU0503{row:04}", "regio": f"Buurt {row}"} | dict(zip(names, cells, strict=True))
        for row, cells in enumerate(rounded.tolist())
    ]
    kwb = read_kwb(as_csv(tmp_path / "kwb-2021.csv", records))
    fine, coarse = composition(kwb, "buurt", "western_countries"), composition(kwb, "buurt", "western")
    assert ((fine.low <= true) & (true <= fine.high)).all()
    assert (coarse.population == fine.population).all()
    assert (abs(coarse.population - rounded[:, 0]) <= 4).all()
    assert "beyond_rounding" not in noted(kwb)


# What can be wrong ---------------------------------------------------------------------------------------------------


def western(code: str, *figures: Any) -> dict[str, Any]:
    names = ("AantalInwoners_5", "WestersTotaal_17", "NietWestersTotaal_18")
    return {"WijkenEnBuurten": code} | dict(zip(names, figures, strict=True))


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        (
            [western("GM0503", 1001, -5, 3)],
            "Row 2, column 'WestersTotaal_17' of 85039NED.csv: -5 is negative, and people are counted. "
            "Give the count as published, or leave the cell empty.",
        ),
        (
            [western("GM0503", 1001, 5, 3), western("GM0504", 1001, 5, 3.5)],
            "Row 3, column 'NietWestersTotaal_18' of 85039NED.csv: 3.5 is no whole number, and people are counted. "
            "Give the count as published, or leave the cell empty.",
        ),
        (
            [western("GM0503", 1001, 5, 3), western("GM503", 10, 5, 3)],
            "Row 3, column 'WijkenEnBuurten' of 85039NED.csv: 'GM503' is no code of a country, gemeente, wijk or "
            "buurt. Codes are NL00, GM and 4 digits, WK and 6, BU and 8. Remove rows that are no area.",
        ),
        (
            [western("GM0503", 1001, 5, 3), western("GM0503 ", 1001, 5, 3)],
            "Row 3, column 'WijkenEnBuurten' of 85039NED.csv: GM0503 stands in the table twice for 2021; first in row "
            "2. Keep one of the two, or add a column 'year' where they are of different years.",
        ),
        (
            [western("GM0503", ".", ".", ".")],
            "85039NED.csv: no area has figures by origin; all of those cells are empty. "
            "Take a later release of this edition, or another year.",
        ),
        (
            [western("Delft", 1001, 5, 3)],
            "85039NED.csv: no column holds codes of areas, such as GM0599, WK059910 or BU05991014. Found: "
            "WijkenEnBuurten, AantalInwoners_5, WestersTotaal_17, NietWestersTotaal_18. "
            "Take the file with codes: on StatLine, add the subject 'Codering'.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_row_and_its_mending(tmp_path: Path, records: Records, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        read_kwb(as_csv(tmp_path / "85039NED.csv", records))
    assert str(error.value).replace(f"{tmp_path}/", "") == sentence


def test_rows_of_provinces_are_left_out_with_a_note(tmp_path: Path) -> None:
    kwb = read_kwb(as_csv(tmp_path / "85039NED.csv", [western("PV20", 9, 1, 1), western("GM0503", 1001, 5, 3)]))
    assert size(kwb) == [("gemeente", "western", 2021, 1)]
    assert noted(kwb)["other_regions"] == 1


def test_a_published_zero_beside_five_westerners_becomes_one_of_either(tmp_path: Path) -> None:
    kwb = read_kwb(as_csv(tmp_path / "85318NED.csv", [western("BU00141107", 0, 5, 0)]))
    made = composition(kwb, "buurt", "western")
    assert people(made, "BU00141107") == {"nl": 0, "western": 1, "non_western": 0}
    assert bounds(made, "BU00141107", "western") == (1, 1, 4)
    assert bounds(made, "BU00141107", "nl") == (0, 0, 3)
    assert noted(kwb)["parts_above_whole"] == 1


def test_an_area_without_people_keeps_its_place(tmp_path: Path) -> None:
    kwb = read_kwb(as_csv(tmp_path / "85318NED.csv", [western("BU05030001", 0, 0, 0), western("BU05030002", 50, 5, 5)]))
    made = composition(kwb, "buurt", "western")
    assert made.population.tolist() == [0, 50]
    assert bounds(made, "BU05030001", "nl") == (0, 0, 4)


def test_figures_that_rounding_does_not_explain_are_told(tmp_path: Path) -> None:
    kwb = read_kwb(as_csv(tmp_path / "85318NED.csv", [western("GM0503", 1001, 900, 333), western("GM0504", 77, 3, 2)]))
    assert noted(kwb)["beyond_rounding"] == 1
    assert people(composition(kwb, "gemeente", "western"), "GM0503") == {"nl": 0, "western": 900, "non_western": 333}


def test_a_page_of_a_feed_is_refused_and_a_whole_feed_is_read(tmp_path: Path) -> None:
    feed = {"odata.metadata": "x", "value": [western("GM0503    ", "   1001", "      5", "      .")]}
    feed["value"].append(western("GM0504    ", "   1002", "      5", "      3"))  # type: ignore[attr-defined]
    path = tmp_path / "85318NED.json"
    path.write_text(json.dumps(feed))
    assert people(composition(read_kwb(path), "gemeente", "western"), "GM0504")["nl"] == 994
    path.write_text(json.dumps(feed | {"odata.nextLink": "https://localhost/?$skip=10000"}))
    with pytest.raises(InputError, match="one page of a feed that has more"):
        read_kwb(path)


# Year and choice -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "year"),
    [(f"{table}_UntypedDataSet.csv", year) for year, table in KWB_TABLES.items() if 2016 <= year <= 2022]
    + [("kwb-2021.csv", 2021), ("Kerncijfers 2019 (Delft).csv", 2019), ("cbs.v3.84286ned.csv", 2018)],
)
def test_the_year_is_recognised_by_the_name_of_the_file(tmp_path: Path, name: str, year: int) -> None:
    records = [western("GM0503", 1001, 5, 3), western("GM0505", 10111, 1105, 3211)]
    assert read_kwb(as_csv(tmp_path / name, records)).compositions[0].year == year


def test_the_year_is_recognised_by_the_directory_or_given(tmp_path: Path) -> None:
    directory = tmp_path / "kwb2020"
    directory.mkdir()
    path = as_csv(directory / "buurten.csv", [western("GM0503", 1001, 5, 3)])
    assert read_kwb(path).compositions[0].year == 2020
    assert read_kwb(path, year=2019).compositions[0].year == 2019


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("buurten.csv", "the year is neither in the name of the file nor in a column"),
        ("kwb-2024.csv", "the year would be 2024, but the columns are of the classification by western"),
    ],
)
def test_a_year_that_cannot_be_is_refused(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_kwb(as_csv(tmp_path / name, [western("GM0503", 1001, 5, 3)]))


@pytest.mark.parametrize("asked", ["GM0599", "gm0599", "Rotterdam", " rotterdam "])
def test_a_municipality_is_asked_for_by_code_or_name(shared: Shared, asked: str) -> None:
    kwb = read_kwb(shared(KWB_2022), municipality=asked)
    assert {areas.level: len(areas) for areas in kwb.areas} == {"gemeente": 1, "wijk": 21, "buurt": 91}


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("Rotterdm", "Did you mean Rotterdam (GM0599)"),
        ("GM0598", "Did you mean Koggenland (GM1598)"),
        ("Bergen", "More than one municipality is called 'Bergen'"),
    ],
)
def test_an_unknown_municipality_is_answered_with_what_comes_near(shared: Shared, asked: str, hint: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_kwb(shared(KWB_2022), municipality=asked)
    assert hint in str(error.value)


def test_a_level_that_is_not_there_is_answered_with_those_that_are(shared: Shared) -> None:
    with pytest.raises(SettingsError, match="It has: gemeente"):
        read_kwb(shared(MUNICIPALITIES), level="buurt")
