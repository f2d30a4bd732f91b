"""What an organiser gives, read: people, rules, the composition to mirror, earlier plans."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self, get_args

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.problem import Floats, Reference
from wijkspiegel.encounters.rules import (
    Accompanied,
    Apart,
    At,
    CommonLanguage,
    EachTable,
    Present,
    Rule,
    Together,
    Weights,
    Who,
    Wish,
    values_in,
)
from wijkspiegel.encounters.said import PlanningError, Said
from wijkspiegel.errors import InputError
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.people import CALL_IT_SO, require_columns

PERSON = ("person", "id")
"""What the column of ids is called where nobody says so."""
VALUES = 30
"""An attribute with more values is mirrored only by name: it is a number, a name or an address."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True)


Ids = tuple[str, ...]
Rounds = tuple[Annotated[int, Field(ge=1)], ...]
Where = dict[str, str | tuple[str, ...]]


def _each_once(ids: Ids) -> Ids:
    if doubled := [one for one, times in Counter(ids).items() if times > 1]:
        raise ValueError(f"'{doubled[0]}' is there twice")
    return ids


class _Some(_Strict):
    """Some people: by id, or by a value of a column."""

    people: Ids = ()
    where: Where = {}

    def who(self) -> Who:
        return _who(self.people, self.where)


class _Many(_Strict):
    people: Annotated[Ids, Field(min_length=2), AfterValidator(_each_once)]
    rounds: Rounds = ()


class _At(_Some):
    tables: Annotated[Ids, Field(min_length=1)]
    rounds: Rounds = ()


class _EachTable(_Some):
    at_least: Annotated[int, Field(ge=0)] = 0
    at_most: Annotated[int, Field(ge=0)] | None = None
    tables: Ids = ()
    rounds: Rounds = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.at_least and self.at_most is None:
            raise ValueError("give at_least or at_most: without either it asks nothing")
        return self


class _Accompanied(_Some):
    by: Where
    at_least: Annotated[int, Field(ge=1)] = 1
    rounds: Rounds = ()


class _Common(_Strict):
    column: str
    rounds: Rounds = ()


class _Present(_Some):
    rounds: Annotated[Rounds, Field(min_length=1)]


class _Wish(_Strict):
    person: str
    others: Annotated[Ids, Field(min_length=1, alias="with")]
    at_least: Annotated[int, Field(ge=1)] = 1
    must: bool = False
    rounds: Rounds = ()


class _Wishes(_Strict):
    """A column of the people with whom each wants to sit: ids, parted by ";"."""

    column: str
    at_least: Annotated[int, Field(ge=1)] = 1
    must: bool = False


class _Table(_Strict):
    seats: Annotated[int, Field(ge=1)]
    minimum: Annotated[int, Field(ge=0)] = 0


class RulesFile(_Strict):
    """rules.toml."""

    weights: dict[str, float] = {}
    tables: dict[str, _Table] = {}
    together: tuple[_Many, ...] = ()
    apart: tuple[_Many, ...] = ()
    at: tuple[_At, ...] = ()
    each_table: tuple[_EachTable, ...] = ()
    accompanied: tuple[_Accompanied, ...] = ()
    common: tuple[_Common, ...] = ()
    present: tuple[_Present, ...] = ()
    wish: tuple[_Wish, ...] = ()
    wishes: _Wishes | None = None

    def rules(self, people: Participants) -> tuple[Rule, ...]:
        return (
            *(Together(one.people, one.rounds) for one in self.together),
            *(Apart(one.people, one.rounds) for one in self.apart),
            *(At(one.who(), one.tables, one.rounds) for one in self.at),
            *(EachTable(one.who(), one.at_least, one.at_most, one.tables, one.rounds) for one in self.each_table),
            *(Accompanied(one.who(), _who((), one.by), one.at_least, one.rounds) for one in self.accompanied),
            *(CommonLanguage(one.column, one.rounds) for one in self.common),
            *(Present(one.who(), one.rounds) for one in self.present),
            *(Wish(one.person, one.others, one.at_least, one.must, one.rounds) for one in self.wish),
            *self._wishes_of(people),
        )

    def _wishes_of(self, people: Participants) -> list[Wish]:
        if self.wishes is None:
            return []
        if self.wishes.column not in people.attributes:
            raise PlanningError(
                "[wishes] names the column '{column}', which the people do not have. Found: {known}.",
                column=self.wishes.column, known=", ".join(people.attributes) or Said("nothing"),
            )  # fmt: skip
        cells = zip(people.ids, people.attributes[self.wishes.column], strict=True)
        told = [(one, tuple(dict.fromkeys(values_in(cell)))) for one, cell in cells]
        return [
            Wish(one, others, min(self.wishes.at_least, len(others)), self.wishes.must)
            for one, others in told
            if others
        ]

    def columns(self) -> set[str]:
        """Those that say who somebody wants to sit with, or what they can speak: nothing to mirror."""
        return {one.column for one in self.common} | ({self.wishes.column} if self.wishes else set())


_WHOM = {"by_id": '`people = ["id", ...]`', "by_column": '`where = { role = "host" }`'}


def _who(people: Ids, where: Where) -> Who:
    if bool(people) == bool(where) or len(where) > 1:
        raise PlanningError("A rule says whom it is about by {by_id}, or by one column: {by_column}.", **_WHOM)
    if people:
        return Who(people)
    ((column, values),) = where.items()
    return Who((), column, (values,) if isinstance(values, str) else values)


def read_rules(path: Path | None) -> RulesFile:
    """Raises InputError: what is wrong, at which rule."""
    if path is None:
        return RulesFile()
    if not path.is_file():
        raise InputError("there is no such file", file=path)
    try:
        return RulesFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"this is not TOML: {error}", file=path, mend="See the reference of commands.") from None
    except ValidationError as error:
        raise InputError(_told(error), file=path, mend="See `wijkspiegel plan` in the reference of commands.") from None


def _told(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = _names(RulesFile if len(first["loc"]) == 1 else _asked_in(str(first["loc"][0])))
        return f"'{place}' is not a name that is known here. Known are: {known}"
    return f"'{place}': {first['msg']}"


def _asked_in(section: str) -> type[BaseModel]:
    """What each [[section]] has."""
    of = get_args(RulesFile.model_fields[section].annotation)
    return next(one for one in of if isinstance(one, type) and issubclass(one, BaseModel))


def _names(asked: type[BaseModel]) -> str:
    return ", ".join(field.alias or name for name, field in asked.model_fields.items())


def tables_of(asked: int | None, seats: int | None, rules: RulesFile) -> int | tuple[Table, ...]:
    """The tables of the options or of rules.toml: one of the two says how many."""
    named = tuple(Table(name.strip(), table.seats, table.minimum) for name, table in rules.tables.items())
    if named and (asked is not None or seats is not None):
        raise PlanningError("rules.toml has [tables] of its own: give no --tables or --seats with it.")
    if named:
        return named
    if asked is None:
        raise PlanningError("How many tables are there? Give --tables, or [tables] in rules.toml.")
    if asked < 1:
        raise PlanningError("{tables} tables seat nobody: give at least one.", tables=asked)
    return asked if seats is None else tuple(Table(str(number), seats) for number in range(1, asked + 1))


def weights_of(rules: RulesFile, repeat: float) -> Weights:
    attributes = {name: weight for name, weight in rules.weights.items() if name not in ("wish", "distance")}
    usual = Weights()
    wish, distance = rules.weights.get("wish", usual.wish), rules.weights.get("distance", usual.distance)
    return Weights(attributes, repeat, wish, distance)


def read_participants(
    path: Path, called: Sequence[str] = PERSON, mend: str = "Name it with --person."
) -> tuple[Participants, RawTable]:
    """One row for each person; every other column is an attribute. Raises InputError with the place.

    called : what the column of ids may be called; the first that is there is taken.
    """
    table = read_table(path)
    column = id_column(table, called)
    require_columns(path, table.columns, [column], mend)
    ids = texts(table, column)
    seen: dict[str, int] = {}
    for one, row in zip(ids, table.rows, strict=True):
        if not one:
            raise InputError("there is no id", file=path, row=row, column=column, mend="Give everybody an id.")
        if one in seen:
            raise InputError(
                f"'{one}' is there twice, first in row {seen[one]:,}", file=path, row=row, column=column,
                mend="Give everybody a row and an id of their own.",
            )  # fmt: skip
        seen[one] = row
    return Participants(
        tuple(ids), {name: tuple(texts(table, name)) for name in table.columns if name != column}
    ), table


def id_column(table: RawTable, called: Sequence[str] = PERSON) -> str:
    return next((name for name in called if name in table.columns), called[0])


def mirrored(people: Participants, asked: str | None, other: set[str], against: Reference | None) -> list[str] | None:
    """The attributes that were asked for, or all that can be mirrored: of few values, and not used otherwise."""
    if asked is not None:
        return [name.strip() for name in asked.split(",") if name.strip()]
    if against is not None:
        return None
    return [name for name, values in people.attributes.items() if name not in other and _is_category(values)]


def _is_category(values: Sequence[str]) -> bool:
    return 1 < len(set(values)) <= min(VALUES, max(2, len(values) // 2))


def read_composition(path: Path | None) -> Reference | None:
    """attribute, value, people: a number or a share, of the city say. Raises InputError with the place."""
    if path is None:
        return None
    table = read_table(path)
    require_columns(path, table.columns, ("attribute", "value", "people"), CALL_IT_SO)
    found: dict[str, dict[str, float]] = {}
    attributes, values = texts(table, "attribute"), texts(table, "value")
    for attribute, value, people, row in zip(attributes, values, numbers(table, "people"), table.rows, strict=True):
        if not people >= 0:
            raise InputError("this must be a number not below 0", file=path, row=row, column="people")
        if value in found.setdefault(attribute, {}):
            raise InputError(f"{attribute} '{value}' is there twice", file=path, row=row, column="value")
        found[attribute][value] = float(people)
    return found


def read_earlier(paths: Sequence[Path]) -> set[tuple[str, str]]:
    """Pairs of people who sat at one table in earlier plans: person, round, table."""
    pairs: set[tuple[str, str]] = set()
    for path in paths:
        table = read_table(path)
        require_columns(path, table.columns, ("person", "round", "table"), CALL_IT_SO)
        sitting: dict[tuple[str, str], list[str]] = {}
        for one, *place in zip(*(texts(table, name) for name in ("person", "round", "table")), strict=True):
            sitting.setdefault((place[0], place[1]), []).append(one)
        for people in sitting.values():
            pairs |= {(one, other) for one in people for other in people if one < other}
    return pairs


def units_of(table: RawTable, columns: str | None) -> dict[str, float]:
    """Column of numbers -> their standard deviation, the unit in which people differ. Raises InputError."""
    names = [column.strip() for column in (columns or "").split(",") if column.strip()]
    return {name: float(_all_numbers(table, name).std()) for name in names}


def distances_by(units: Mapping[str, float], *tables: RawTable) -> Floats | None:
    """[person, person] over the people of all tables: Euclidean, each column in its unit.

    What is not known of somebody sets them apart from nobody. None where nothing is to differ.
    """
    if not units:
        return None
    people = sum(len(table.rows) for table in tables)
    total = np.zeros((people, people))
    for name, unit in units.items():
        every = np.concatenate([_numbers_known(table, name) for table in tables])
        if unit > 0:
            total += np.nan_to_num((every[:, None] - every[None, :]) / unit) ** 2
    return np.asarray(np.sqrt(total))


def _all_numbers(table: RawTable, name: str) -> Floats:
    require_columns(table.path, table.columns, [name], "Name one that is there.")
    values = numbers(table, name)
    if np.isnan(values).any():
        row = table.rows[int(np.flatnonzero(np.isnan(values))[0])]
        raise InputError("there is no number", file=table.path, row=row, column=name, mend="Fill it in.")
    return values


def _numbers_known(table: RawTable, name: str) -> Floats:
    return numbers(table, name) if name in table.columns else np.full(len(table.rows), np.nan)
