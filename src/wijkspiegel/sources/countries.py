"""Countries and nationalities -> the groups in which Statistics Netherlands (CBS) counts people by origin.

`countries.csv` holds every country and territory of ISO 3166-1 and those that no longer exist, with their ISO codes,
the codes of the register of persons (BRP, national table 34 "Landen", with the codes that ended), names in Dutch and
English, the Dutch word for the nationality, other spellings, and one group in each of two schemes:

western_countries : to 2022. Western are Europe except Turkey, North America, Oceania, Indonesia and Japan (CBS).
origin : from 2022, by continent. Turkey, and Armenia, Azerbaijan, Georgia, Kazakhstan, Kyrgyzstan, Tajikistan,
    Turkmenistan and Uzbekistan, which CBS had in Europe until then, are in Asia (CBS, explanation of table 85369NED);
    so these eight are western before 2022 and outside Europe after. Russia is in Europe (CBS, "nationality").

Not verified, as CBS publishes no list that we could reach: Cyprus and Greenland, in Europe in both because a copy of
the reference file LANDAKTUEELREF has them there and CBS does not name them among the countries that moved; the Soviet
Union, in Europe in both; overseas territories and uninhabited islands, by the continent of the UN (M49). That same copy
has Russia, Armenia and Kazakhstan as non-western; the published explanations of CBS are followed instead.

A name or code of the past that covers one country of today belongs to it, such as the Dutch East Indies to Indonesia.
Madeira, the Canary Islands and Spanish North Africa are left out: part of a European country, on another continent.
"""

import csv
import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from wijkspiegel.schemes import Label, label

MISSING = ("", "-", "0", "00", "000", "0000", "onbekend", "unknown", "nvt", "geen")
"""What stands for no country, in the form that `plain` gives."""

STATELESS = ("staatloos", "stateless", "staatloze")


@dataclass(frozen=True)
class Country:
    """A country or territory, of today or of the past.

    code : ISO 3166-1 alpha-2; ISO 3166-3 (four letters) for one that no longer exists; "BRP" and the code of table 34
        where ISO has none.
    brp : codes of table 34 of the register of persons, the one in use first.
    nationality : the Dutch adjective, "" where none is known.
    western_countries, origin : its group in those schemes.
    """

    code: str
    alpha3: str
    numeric: str
    brp: tuple[str, ...]
    name: Label
    nationality: str
    also: tuple[str, ...]
    western_countries: str
    origin: str

    @property
    def western(self) -> str:
        """Its group in the scheme `western`."""
        return self.western_countries if self.western_countries in ("nl", "western") else "non_western"


@cache
def countries() -> tuple[Country, ...]:
    """All countries, in the order of their codes."""
    text = resources.files(__package__).joinpath("countries.csv").read_text(encoding="utf-8")
    return tuple(
        Country(
            row["code"],
            row["alpha3"],
            row["numeric"],
            tuple(filter(None, row["brp"].split(";"))),
            label(row["nl"], row["en"]),
            row["nationality_nl"],
            tuple(filter(None, row["also"].split(";"))),
            row["western_countries"],
            row["origin"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def find_country(value: str) -> Country | None:
    """The country with this code, name or nationality, whatever its capitals, accents and punctuation; else None."""
    word = plain(value)
    if word.isascii() and word.isdigit() and len(word) < 3:
        word = word.zfill(3)
    return _by_word().get(word)


def is_missing(value: str) -> bool:
    """True for what people write where no country is known."""
    return plain(value) in MISSING


def is_stateless(value: str) -> bool:
    return plain(value) in STATELESS


def near_countries(value: str) -> list[str]:
    """Up to three names or spellings that look like the value."""
    near = difflib.get_close_matches(plain(value), [word for word in _by_word() if len(word) > 3], n=5, cutoff=0.7)
    names = (_by_word()[word].name["nl"] for word in near)
    return list(dict.fromkeys(names))[:3]


def plain(value: str) -> str:
    """Small letters and digits only, without accents: the form in which words are compared."""
    decomposed = unicodedata.normalize("NFKD", value.strip().casefold())
    return "".join(letter for letter in decomposed if letter.isalnum()) or value.strip()


@cache
def _by_word() -> Mapping[str, Country]:
    return MappingProxyType({word: country for country in countries() for word in words_of(country)})


def words_of(country: Country) -> set[str]:
    """Every plain word by which a country is known. No two countries share one."""
    nationality = country.nationality
    codes = {country.code, country.alpha3, country.numeric, *country.brp}
    names = {country.name["nl"], country.name["en"], *country.also, nationality, nationality.removesuffix("e")}
    return {plain(word) for word in codes | names if word}
