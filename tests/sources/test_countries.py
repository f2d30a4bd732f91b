"""Countries: every one has one group in each scheme of CBS, and is found however it is written."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.schemes import ORIGIN, WESTERN, WESTERN_COUNTRIES
from wijkspiegel.sources.countries import Country, countries, find_country, is_missing, near_countries, words_of

ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""

any_country = st.sampled_from(countries())


def group_of(name: str) -> tuple[str, str, str]:
    country = find_country(name)
    return (country.western, country.western_countries, country.origin) if country else ("", "", "")


# Laws ----------------------------------------------------------------------------------------------------------------


def test_every_country_of_iso_3166_is_there_once() -> None:
    codes = Counter(country.code for country in countries() if len(country.code) == 2)
    assert codes == Counter([*ISO_3166.split(), "XK"])


@given(any_country)
def test_every_country_has_one_group_in_each_scheme(country: Country) -> None:
    assert {country.western} <= set(WESTERN.groups)
    assert {country.western_countries} <= set(WESTERN_COUNTRIES.groups)
    assert {country.origin} <= set(ORIGIN.groups)


@given(any_country)
def test_the_schemes_agree_on_who_is_dutch(country: Country) -> None:
    dutch = country.code == "NL"
    assert [country.western == "nl", country.western_countries == "nl", country.origin == "nl"] == [dutch] * 3


@given(any_country)
def test_everything_in_europe_is_western(country: Country) -> None:
    assert country.origin != "europe" or country.western == "western"


@given(any_country, st.sampled_from([str.upper, str.lower, str.title, "  {} ".format]))
def test_a_country_is_found_by_each_of_its_words_in_any_capitals(country: Country, form) -> None:  # type: ignore[no-untyped-def]
    words = (country.code, *country.brp, country.name["nl"], country.name["en"], country.nationality, *country.also)
    assert [word for word in words if word and find_country(form(word)) != country] == []


def test_no_two_countries_share_a_word() -> None:
    times = Counter(word for country in countries() for word in words_of(country))
    assert [word for word, number in times.items() if number > 1] == []


def test_every_iso_country_but_kosovo_has_its_three_codes() -> None:
    now = [country for country in countries() if len(country.code) == 2]
    assert [country.code for country in now if len(country.alpha3) != 3] == []
    assert [country.code for country in now if len(country.numeric) != 3] == ["XK"]


def test_the_eight_countries_that_cbs_moved_to_asia_are_western_outside_europe() -> None:
    europe_then = {"AM", "AZ", "GE", "KZ", "KG", "TJ", "TM", "UZ"}
    north_america_japan_indonesia = {"CA", "US", "PM", "JP", "ID"}
    apart = {c.code for c in countries() if c.western == "western" and c.origin == "outside_europe"}
    assert europe_then | north_america_japan_indonesia | {"AU", "NZ", "FJ", "WS", "TO"} <= apart


# Cases by hand -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "western", "western_countries", "origin"),
    [
        ("Nederland", "nl", "nl", "nl"),
        ("Marokko", "non_western", "morocco", "outside_europe"),
        ("Turkije", "non_western", "turkey", "outside_europe"),
        ("Suriname", "non_western", "suriname", "outside_europe"),
        ("Curaçao", "non_western", "antilles", "outside_europe"),
        ("Aruba", "non_western", "antilles", "outside_europe"),
        ("Sint Maarten", "non_western", "antilles", "outside_europe"),
        ("Bonaire", "non_western", "antilles", "outside_europe"),
        ("Nederlandse Antillen", "non_western", "antilles", "outside_europe"),
        ("Duitsland", "western", "western", "europe"),
        ("België", "western", "western", "europe"),
        ("Polen", "western", "western", "europe"),
        ("Bulgarije", "western", "western", "europe"),
        ("Oekraïne", "western", "western", "europe"),
        ("Rusland", "western", "western", "europe"),
        ("Cyprus", "western", "western", "europe"),
        ("Kosovo", "western", "western", "europe"),
        ("Indonesië", "western", "western", "outside_europe"),
        ("Nederlands-Indië", "western", "western", "outside_europe"),
        ("Japan", "western", "western", "outside_europe"),
        ("Verenigde Staten", "western", "western", "outside_europe"),
        ("Canada", "western", "western", "outside_europe"),
        ("Australië", "western", "western", "outside_europe"),
        ("Nieuw-Zeeland", "western", "western", "outside_europe"),
        ("Armenië", "western", "western", "outside_europe"),
        ("Kazachstan", "western", "western", "outside_europe"),
        ("Mexico", "non_western", "other_non_western", "outside_europe"),
        ("Brazilië", "non_western", "other_non_western", "outside_europe"),
        ("Zuid-Afrika", "non_western", "other_non_western", "outside_europe"),
        ("Israël", "non_western", "other_non_western", "outside_europe"),
        ("China", "non_western", "other_non_western", "outside_europe"),
        ("Zuid-Korea", "non_western", "other_non_western", "outside_europe"),
        ("Syrië", "non_western", "other_non_western", "outside_europe"),
        ("Eritrea", "non_western", "other_non_western", "outside_europe"),
        ("Sovjet-Unie", "western", "western", "europe"),
        ("Joegoslavië", "western", "western", "europe"),
        ("Tsjecho-Slowakije", "western", "western", "europe"),
    ],
)
def test_a_well_known_country_is_where_cbs_has_it(name: str, western: str, western_countries: str, origin: str) -> None:
    assert group_of(name) == (western, western_countries, origin)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("turkse", "TR"),
        ("Turks", "TR"),
        ("TURKEY", "TR"),
        ("6043", "TR"),
        ("792", "TR"),
        ("tur", "TR"),
        ("56", "BE"),
        ("056", "BE"),
        ("8", "AL"),
        ("5010", "BE"),
        ("NA", "NA"),
        ("Cote d Ivoire", "CI"),
        ("Côte d'Ivoire", "CI"),
        ("Viëtnam", "VN"),
        ("Zaïre", "CD"),
        ("DDR", "DE"),
        ("Burma", "MM"),
        ("Swaziland", "SZ"),
        ("Engeland", "GB"),
        ("USA", "US"),
        ("Holland", "NL"),
        ("USSR", "SUHH"),
        ("Congolese", None),
        ("Atlantis", None),
        ("9", None),
        ("", None),
    ],
)
def test_a_word_is_the_country_that_people_mean_by_it(word: str, code: str | None) -> None:
    country = find_country(word)
    assert (country.code if country else None) == code


def test_a_misspelled_country_has_near_matches() -> None:
    assert near_countries("Marokka")[0] == "Marokko"
    assert near_countries("Surinaame")[0] == "Suriname"
    assert near_countries("qqqqqq") == []


@pytest.mark.parametrize("word", ["", " ", "-", "Onbekend", "0000", "0", "unknown"])
def test_what_stands_for_no_country_is_missing(word: str) -> None:
    assert is_missing(word)
    assert find_country(word) is None
