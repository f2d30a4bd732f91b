"""What may stand in a city.toml, and what is said of what may not."""

import difflib
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.schemes import CBS_SCHEMES
from wijkspiegel.sources.findings import Findings


def _year(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"(19|20)\d\d", value) else value


def _plain_code(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(f"'{value}' is no code: use small letters, digits and _, and begin with a letter")
    return value


Year = Annotated[int, BeforeValidator(_year), Field(ge=1900, le=2099)]
YearOrColumn = Annotated[Year | str, BeforeValidator(_year)]
Code = Annotated[str, BeforeValidator(_plain_code)]
Text = Annotated[str, Field(min_length=1)]


NO_GROUP = "say which column tells the group: group, origin, born with mother and father, or nationality"


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Words(Settings):
    """A text in both languages."""

    nl: Text
    en: Text


class SourceSettings(Settings):
    """Where the figures come from, as it is cited."""

    title: Text
    publisher: str = ""
    licence: str = ""
    path: str = ""


class ProtectionSettings(Settings):
    """How counts are protected before anything leaves: the policy of the door, and where it keeps its register."""

    min_cell: Annotated[int, Field(ge=1)] = 10
    base: Annotated[int, Field(ge=1)] = 5
    register_file: Annotated[str | None, Field(alias="register")] = None


class TableSettings(Settings):
    """A file, and the sheet in it where it is a workbook."""

    file: Text
    sheet: str | None = None


class AreaSettings(TableSettings):
    """The areas of one level: their codes, names, and the area of the coarser level that each lies in."""

    level: Text
    year: Year | None = None
    area: Text = "area"
    name: str | None = None
    parent: str | None = None


class BoundarySettings(Settings):
    """Polygons of the areas of one level."""

    file: Text
    level: Text
    year: Year | None = None
    area: str | None = None


class GroupWords(Words):
    """A group of an own scheme, and what stands for it in the files."""

    values: list[str | int] = []


class SchemeSettings(Settings):
    """A classification of the city itself: the groups here, or in a file with the columns value, group, nl and en."""

    code: Code
    title: Words
    file: str | None = None
    sheet: str | None = None
    groups: dict[Code, GroupWords] = {}

    @model_validator(mode="after")
    def _has_groups_once(self) -> "SchemeSettings":
        if self.code in CBS_SCHEMES or self.code == "nationality":
            raise ValueError(f"the scheme '{self.code}' is there already: give yours another code")
        if (self.file is None) == (not self.groups):
            raise ValueError("give the groups either in a file or in [schemes.groups]")
        return self


class RowSettings(TableSettings):
    """Which columns say in which year and area people are, and to which group they belong."""

    year: YearOrColumn = "year"
    group: str | None = None
    scheme: str | None = None
    origin: str | None = None
    born: str | None = None
    mother: str | None = None
    father: str | None = None
    nationality: str | None = None
    schemes: list[str] | None = None

    @property
    def has_countries(self) -> bool:
        return any((self.origin, self.born, self.mother, self.father, self.nationality))

    @model_validator(mode="after")
    def _tells_groups(self) -> "RowSettings":
        if self.group is not None and self.scheme is None:
            raise ValueError('say of which scheme the groups are: scheme = "..."')
        if bool(self.mother) != bool(self.father):
            raise ValueError("give both parents: mother and father")
        if self.mother and not self.born:
            raise ValueError("with the parents, give the country of birth as well: born")
        if self.born and not (self.mother or self.origin):
            raise ValueError(
                "a country of birth alone tells no origin: give the parents (mother, father) or the origin as well"
            )
        return self


class ResidentSettings(RowSettings):
    level: str | None = None
    area: Text = "area"


class CountSettings(ResidentSettings):
    """A file of counts: long (a row for each area and group) or wide (a column for each group)."""

    count: Text = "count"
    groups: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _long_by_default(cls, given: Any) -> Any:
        told = {"group", "groups", "origin", "born", "nationality"}
        return given if not isinstance(given, dict) or told & given.keys() else {"group": "group"} | given

    @model_validator(mode="after")
    def _wide_has_a_scheme(self) -> "CountSettings":
        if self.groups and (self.group or self.has_countries or not self.scheme):
            raise ValueError("a wide file has `groups` and `scheme`, and no `group` or countries")
        return self


class PeopleSettings(ResidentSettings):
    """A file of persons: a row for each."""

    person: str | None = None
    within: dict[str, str] = {}

    @model_validator(mode="after")
    def _has_some_group(self) -> "PeopleSettings":
        if not (self.group or self.has_countries):
            raise ValueError(NO_GROUP)
        return self


class IndicatorSettings(TableSettings):
    year: Year | None = None


class InstitutionSettings(RowSettings):
    """Staff or pupils: counts by part and group, or a row for each person where there is no `count`."""

    name: Text
    reference: Text
    part: str | None = None
    count: str | None = None
    person: str | None = None

    @model_validator(mode="after")
    def _has_some_group(self) -> "InstitutionSettings":
        if not (self.group or self.has_countries):
            raise ValueError(NO_GROUP)
        return self


class CorrespondenceSettings(TableSettings):
    """How the areas of one year go over into those of another: columns source, target, and share or people."""

    level: Text
    from_year: Year = Field(alias="from")
    to_year: Year = Field(alias="to")


Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class SphereSettings(Settings):
    """The contacts of a sphere: columns of the survey that begin with `prefix`, or `columns`, or a file of contacts, or
    a column with a `band`: which part of them is outside the own group, or in it.
    """

    sphere: Text
    prefix: str | None = None
    columns: dict[str, str] = {}
    unknown: str | None = None
    file: str | None = None
    sheet: str | None = None
    person: Text = "person"
    group: Text = "group"
    band: str | None = None
    bands: dict[str, Annotated[list[Share], Field(min_length=2, max_length=2)]] = {}
    of: Literal["others", "own"] = "others"
    number: Annotated[int, Field(ge=1)] | Text | None = None

    @model_validator(mode="after")
    def _told_once(self) -> "SphereSettings":
        if sum((self.prefix is not None, bool(self.columns), self.file is not None, self.band is not None)) != 1:
            raise ValueError("give the contacts in one way: prefix, columns, file or band")
        if self.unknown is not None and (self.file is not None or self.band is not None):
            raise ValueError("`unknown` goes with prefix or columns")
        return self

    @model_validator(mode="after")
    def _bands_are_apart(self) -> "SphereSettings":
        if (self.band is None) != (not self.bands):
            raise ValueError(
                'give both the column and what its answers mean: band = "...", bands = { half = [0.4, 0.6] }'
            )
        if self.band is None and (self.number is not None or self.of != "others"):
            raise ValueError("`number` and `of` go with a band")
        for name, (low, high) in self.bands.items():
            if low > high:
                raise ValueError(f"the band '{name}' begins above its end: write [{high:g}, {low:g}]")
        names = {(low, high): name for name, (low, high) in self.bands.items()}
        for before, after in pairwise(sorted(names)):
            if after[0] < before[1]:
                raise ValueError(
                    f"the bands '{names[before]}' and '{names[after]}' overlap: end one where the other begins"
                )
        return self


class RoadSettings(Settings):
    """A question that tells a road: which answers are a yes, and which a no."""

    column: Text
    yes: list[str | int]
    no: list[str | int]


class ReferenceSettings(Settings):
    """Which residents contacts are held against.

    reference : those of an area of this level, within a distance ("500 m") or the nearest ("1000 people").
    met_in : sphere -> the sphere of those whom one could meet in it, such as friends -> school.
    """

    year: Year
    scheme: Text
    level: str | None = None
    reference: Text | None = None
    met_in: dict[str, str] = {}
    area: Text = "area"
    group: Text = "group"


class SurveySettings(ReferenceSettings):
    """A survey: a row for each respondent."""

    file: Text
    sheet: str | None = None
    person: str | None = None
    weight: str | None = None
    stratum: str | None = None
    cluster: str | None = None
    contacts: Annotated[list[SphereSettings], Field(min_length=1)]
    roads: dict[Code, RoadSettings] = {}
    outcomes: list[str] = []
    traits: list[str] = []


class TiesSettings(ReferenceSettings):
    """Ties or memberships of people, and the file of these people."""

    people: Text
    file: str | None = None
    memberships: str | None = None
    year_column: str | None = None
    person: Text = "person"
    contact: Text = "contact"
    sphere: Text = "sphere"
    membership: Text = "membership"
    mutual: bool = False

    @model_validator(mode="after")
    def _has_some(self) -> "TiesSettings":
        if self.file is None and self.memberships is None:
            raise ValueError("give a file of ties, or of memberships")
        return self


class CitySettings(Settings):
    """A whole city.toml."""

    title: Text
    levels: Annotated[list[Text], Field(min_length=1)]
    code: str = "city"
    home: str | None = None
    published: bool = False
    unknown: Literal["refuse", "group"] = "refuse"
    sources: list[SourceSettings] = []
    protection: ProtectionSettings = ProtectionSettings()
    areas: list[AreaSettings] = []
    boundaries: list[BoundarySettings] = []
    schemes: list[SchemeSettings] = []
    countries: dict[str, str] = {}
    counts: list[CountSettings] = []
    people: list[PeopleSettings] = []
    indicators: list[IndicatorSettings] = []
    institutions: list[InstitutionSettings] = []
    correspondences: list[CorrespondenceSettings] = []
    survey: SurveySettings | None = None
    ties: TiesSettings | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "CitySettings":
        if doubled := sorted({level for level in self.levels if self.levels.count(level) > 1}):
            raise ValueError(f"levels names '{doubled[0]}' twice")
        if self.home is not None and self.home not in self.levels:
            raise ValueError(f'home = "{self.home}" is none of the levels: {", ".join(self.levels)}')
        tables: tuple[AreaSettings | BoundarySettings | ResidentSettings | CorrespondenceSettings, ...] = (
            *self.areas, *self.boundaries, *self.counts, *self.people, *self.correspondences
        )  # fmt: skip
        for table in tables:
            if table.level is not None and table.level not in self.levels:
                raise ValueError(
                    f'level = "{table.level}" (of {table.file}) is none of the levels: {", ".join(self.levels)}'
                )
        for reference in (told.reference for told in (self.survey, self.ties) if told and told.reference):
            if reference not in self.levels and not re.fullmatch(r"[1-9]\d* (m|people)", reference):
                raise ValueError(
                    f'reference = "{reference}" is none of the levels ({", ".join(self.levels)}), and no distance or '
                    'number of people, such as "500 m" or "1000 people"'
                )
        if not (self.counts or self.people):
            raise ValueError("there are no residents: give [[counts]] or [[people]]")
        return self


def read_settings(path: Path, findings: Findings) -> CitySettings | None:
    """The settings in a city.toml; None, with every problem told, where they do not fit."""
    with findings.gathering():
        given = _toml(path)
        try:
            return CitySettings.model_validate(given)
        except ValidationError as error:
            for problem in error.errors():
                findings.problem(SettingsError(_sentence(path, problem)))
    return None


def _toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError("there is no such file", file=path, mend="Begin one with: wijkspiegel new DIRECTORY.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("the file is not in UTF-8", file=path, mend="Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        row = re.search(r"line (\d+)", str(error))
        raise InputError(
            f"this is no TOML ({str(error).split(' (at')[0]})", file=path, row=int(row[1]) if row else None,
            mend="Texts stand between quotation marks; true and false have no capital.",
        ) from None  # fmt: skip


def _sentence(path: Path, problem: ErrorDetails) -> str:
    """One problem as pydantic has it, in words."""
    where, key = list(problem["loc"]), str(problem["loc"][-1]) if problem["loc"] else ""
    place = _place(where[:-1] if problem["type"] in ("extra_forbidden", "missing") else where)
    start = f"{path}{f', {place}' if place else ''}: "
    match problem["type"]:
        case "extra_forbidden":
            return f"{start}there is no setting '{key}'.{suggestion(key, _keys_at(where[:-1]))}"
        case "missing":
            return f"{start}'{key}' is missing. Add it."
        case "value_error":
            return f"{start}{problem['msg'].removeprefix('Value error, ')}."
        case _:
            return f"{start}{problem['input']!r} does not fit: {problem['msg'][:1].lower()}{problem['msg'][1:]}."


def _place(where: list[int | str]) -> str:
    """("counts", 0, "year") -> "[[counts]] 1, year"."""
    words: list[str] = []
    for step in where:
        if isinstance(step, int):
            words[-1] = f"[[{words[-1]}]] {step + 1}"
        elif not step.startswith(("function-", "constrained-")) and step not in ("int", "str"):
            words.append(step)
    return ", ".join(words)


def _keys_at(where: list[int | str]) -> list[str]:
    """The settings that are known at a place."""
    model: type[BaseModel] = CitySettings
    for step in where:
        if isinstance(step, str) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation) or model
    return [known.alias or name for name, known in model.model_fields.items()]


def _model_in(kind: Any) -> type[BaseModel] | None:
    """The settings in a type such as list[CountSettings] or dict[str, GroupWords]."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next(filter(None, map(_model_in, get_args(kind))), None)


def suggestion(word: str, known: list[str] | tuple[str, ...]) -> str:
    """ " Did you mean ...?", or what is known where nothing is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean '{near[0]}'?" if near else f" Known are: {', '.join(known)}."
