"""Schemes: the classifications by which people are counted. Every scheme is a partition: each person has one group.

The codes are fixed, because releases of different years and cities are read side by side; the labels are for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Language = str  # "nl" or "en"
Label = Mapping[Language, str]


def label(nl: str, en: str) -> Label:
    return MappingProxyType({"nl": nl, "en": en})


@dataclass(frozen=True)
class Scheme:
    """A classification: its code, and its groups in the order in which counts have them as columns."""

    code: str
    title: Label
    groups: tuple[str, ...]
    labels: Mapping[str, Label]

    def __post_init__(self) -> None:
        if len(set(self.groups)) != len(self.groups):
            raise ValueError(f"scheme {self.code} names a group twice: {self.groups}")
        if missing := [group for group in self.groups if group not in self.labels]:
            raise ValueError(f"scheme {self.code} has no label for {', '.join(missing)}")

    def __reduce__(self) -> tuple[type["Scheme"], tuple[str, Label, tuple[str, ...], Mapping[str, Label]]]:
        """For another process: labels that cannot change cannot be sent either."""
        labels = {group: dict(names) for group, names in self.labels.items()}
        return Scheme, (self.code, dict(self.title), self.groups, labels)

    def index(self, group: str) -> int:
        return self.groups.index(group)


GROUP_LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "nl": label("Nederlandse herkomst", "Dutch origin"),
        "western": label("westerse migratieachtergrond", "western migration background"),
        "non_western": label("niet-westerse migratieachtergrond", "non-western migration background"),
        "morocco": label("Marokko", "Morocco"),
        "turkey": label("Turkije", "Turkey"),
        "suriname": label("Suriname", "Suriname"),
        "antilles": label("Nederlandse Antillen en Aruba", "Dutch Antilles and Aruba"),
        "other_non_western": label("overig niet-westers", "other non-western"),
        "remaining_non_western": label(
            "niet-westers, herkomst niet uitgesplitst", "non-western, origin not published separately"
        ),
        "europe": label("Europa (buiten Nederland)", "Europe (outside the Netherlands)"),
        "outside_europe": label("buiten Europa", "outside Europe"),
        "indonesia": label("Indonesië", "Indonesia"),
        "other_outside_europe": label("overig buiten Europa", "other outside Europe"),
        "nl_born_nl": label("Nederlandse herkomst", "Dutch origin"),
        "europe_born_nl": label("Europese herkomst, in Nederland geboren", "European origin, born in the Netherlands"),
        "europe_born_abroad": label("Europese herkomst, elders geboren", "European origin, born abroad"),
        "outside_europe_born_nl": label(
            "herkomst buiten Europa, in Nederland geboren", "origin outside Europe, born in the Netherlands"
        ),
        "outside_europe_born_abroad": label(
            "herkomst buiten Europa, elders geboren", "origin outside Europe, born abroad"
        ),
        "unknown": label("onbekend", "unknown"),
    }
)


def _scheme(code: str, title: Label, *groups: str) -> Scheme:
    return Scheme(code, title, groups, MappingProxyType({group: GROUP_LABELS[group] for group in groups}))


WESTERN = _scheme(
    "western", label("westers / niet-westers (CBS, tot 2022)", "western / non-western (CBS, to 2022)"),
    "nl", "western", "non_western",
)  # fmt: skip
WESTERN_COUNTRIES = _scheme(
    "western_countries",
    label("westers en de grootste niet-westerse landen (CBS, tot 2022)",
          "western and the largest non-western countries (CBS, to 2022)"),
    "nl", "western", "morocco", "antilles", "suriname", "turkey", "other_non_western",
)  # fmt: skip
ORIGIN = _scheme(
    "origin", label("herkomst (CBS, vanaf 2022)", "origin (CBS, from 2022)"),
    "nl", "europe", "outside_europe",
)  # fmt: skip
ORIGIN_BIRTH = _scheme(
    "origin_birth", label("herkomst en geboorteland (CBS, vanaf 2022)", "origin and country of birth (CBS, from 2022)"),
    "nl", "europe_born_nl", "europe_born_abroad", "outside_europe_born_nl", "outside_europe_born_abroad",
)  # fmt: skip

CBS_SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {scheme.code: scheme for scheme in (WESTERN, WESTERN_COUNTRIES, ORIGIN, ORIGIN_BIRTH)}
)


def western_with(countries: tuple[str, ...]) -> Scheme:
    """The western scheme with only some non-western countries split off, as some extracts have it."""
    return _scheme(
        "western_" + "_".join(sorted(countries)),
        label("westers en enkele niet-westerse landen", "western and some non-western countries"),
        "nl", "western", *countries, "remaining_non_western",
    )  # fmt: skip
