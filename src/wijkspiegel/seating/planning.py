"""A plan from files to files: who sits where, how good that is, pages to print, and all that a change later needs."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, Progress, front, plan, told
from wijkspiegel.encounters.problem import Floats, Problem, pose
from wijkspiegel.encounters.replan import Replanned, replan
from wijkspiegel.encounters.rules import Present, Weights, Who
from wijkspiegel.encounters.said import PlanningError, Said
from wijkspiegel.errors import InputError
from wijkspiegel.schemes import Language
from wijkspiegel.seating.asking import (
    PERSON,
    distances_by,
    id_column,
    mirrored,
    read_composition,
    read_earlier,
    read_participants,
    read_rules,
    tables_of,
    units_of,
    weights_of,
)
from wijkspiegel.seating.files import csv_text, require_room, write_private
from wijkspiegel.seating.page import page_of
from wijkspiegel.sources.files import RawTable, read_table, texts
from wijkspiegel.sources.people import CALL_IT_SO, require_columns

PLAN, QUALITY, PAGE, PEOPLE, SETUP, RULES, FRONT, MOVES = FILES = (
    "plan.csv", "quality.csv", "plan.html", "people.csv", "setup.json", "rules.toml", "front.csv", "moves.csv",
)  # fmt: skip
"""What stands beside a plan. A directory that has one of them already gets no other plan: they belong together."""


@dataclass(frozen=True)
class Asked:
    """What `wijkspiegel plan` is asked. person, name : columns; before : earlier plan.csv files."""

    people: Path
    tables: int | None = None
    seats: int | None = None
    rounds: int = 1
    mirror: str | None = None
    against: Path | None = None
    diverse: str | None = None
    rules: Path | None = None
    before: tuple[Path, ...] = ()
    repeat: float = Weights().repeat
    person: str | None = None
    name: str | None = None
    front: bool = False
    seed: int = 1
    seconds: float = 10.0


def make_plan(
    asked: Asked, out: Path, language: Language, progress: Progress, prove: Callable[[Problem], float] | None = None
) -> tuple[Plan, list[Path]]:
    """Plan, and write it. Raises InputError where `out` has one of its files already: none is overwritten.

    prove : what tells below which value no mirror can be; by counting where it is not given.
    """
    require_room(out, FILES)
    progress("reading")
    called = (asked.person,) if asked.person else PERSON
    people, table = read_participants(asked.people, called)
    units = units_of(table, asked.diverse)
    rules, against = read_rules(asked.rules), read_composition(asked.against)
    names = _names(people, asked.name)
    other = rules.columns() | ({asked.name} if asked.name else set())
    question = {
        "tables": tables_of(asked.tables, asked.seats, rules),
        "rounds": asked.rounds,
        "mirror": mirrored(people, asked.mirror, other, against),
        "rules": rules.rules(people),
        "weights": weights_of(rules, asked.repeat),
        "against": against,
        "before": read_earlier(asked.before),
        "distances": distances_by(units, table),
    }
    made = plan(people, **question, seed=asked.seed, seconds=asked.seconds, progress=progress)  # type: ignore[arg-type]
    if prove is not None:
        progress("proving how good a plan could be")
        made = told(made.problem, made.seated, prove(made.problem))
    kept = Kept(id_column(table, called), against, units, asked.name)
    files = _files(made, people, kept, names, language)
    if asked.rules is not None:
        files[RULES] = asked.rules.read_text(encoding="utf-8-sig")
    if asked.front:
        found = front(pose(people, **question), asked.seed, asked.seconds, progress)  # type: ignore[arg-type]
        files[FRONT] = csv_text(
            ("repeat_cost", "repeats", "mirror"),
            [(weight, one.judged.repeats, round(one.judged.mirror, 6)) for weight, one in found],
        )
    files[PLAN] = files.pop(PLAN)  # by which a plan is known: last
    return made, write_private(files, out)


@dataclass(frozen=True)
class Kept:
    """What a plan does not tell itself, and a change of it needs. person, name : columns. units : see `units_of`.

    only : people, and the rounds in which alone they are there, since they left or came on an earlier change.
    """

    person: str
    against: Mapping[str, Mapping[str, float]] | None
    units: Mapping[str, float]
    name: str | None
    only: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = ()


def _files(
    made: Plan, people: Participants, kept: Kept, names: Mapping[str, str], language: Language
) -> dict[str, str]:
    problem = made.problem
    setup = {
        "tables": [asdict(one) for one in problem.tables],
        "rounds": problem.rounds,
        "mirror": list(problem.attributes),
        "weights": asdict(problem.weights),
        "before": [[problem.people.ids[one], problem.people.ids[other]] for one, other in problem.before],
        **asdict(kept),
    }
    files = _shown(made, names, language)
    columns = list(people.attributes)
    files[PEOPLE] = csv_text(
        (kept.person, *columns),
        [(one, *(people.attributes[name][row] for name in columns)) for row, one in enumerate(people.ids)],
    )
    files[SETUP] = json.dumps(setup, ensure_ascii=False, indent=1) + "\n"
    return files


def _shown(made: Plan, names: Mapping[str, str], language: Language) -> dict[str, str]:
    return {PLAN: _plan_csv(made), QUALITY: _quality_csv(made), PAGE: page_of(made, names, language)}


def _plan_csv(made: Plan) -> str:
    rows = [
        (one, number, table, seat)
        for number, tables in enumerate(seats_of(made), start=1)
        for table, sitting in tables.items()
        for seat, one in enumerate(sitting, start=1)
    ]
    return csv_text(("person", "round", "table", "seat"), sorted(rows, key=lambda row: (row[0], row[1])))


def seats_of(made: Plan) -> list[dict[str, list[str]]]:
    """For each round: table -> ids, in the order of the chairs."""
    ids = made.problem.people.ids
    return [
        {table.name: [ids[one] for one in np.flatnonzero(row == at)] for at, table in enumerate(made.problem.tables)}
        for row in made.seated
    ]


def _quality_csv(made: Plan) -> str:
    return csv_text(
        ("measure", "value", "bound", "verdict"),
        [
            (one.name, round(one.value, 6), "" if one.bound is None else round(one.bound, 6), one.verdict)
            for one in made.measures
        ],
    )


def _names(people: Participants, column: str | None) -> dict[str, str]:
    if column is None:
        return {}
    if column not in people.attributes:
        raise PlanningError(
            "There is no column '{column}' for --name. Found: {known}.",
            column=column, known=", ".join(people.attributes) or Said("nothing"),
        )  # fmt: skip
    return {one: name or one for one, name in zip(people.ids, people.attributes[column], strict=True)}


# Change on the evening -----------------------------------------------------------------------------------------------


def change_plan(
    directory: Path,
    absent: Path | None,
    arrived: Path | None,
    from_round: int,
    out: Path,
    language: Language,
    seed: int,
    seats: int | None = None,
) -> tuple[Replanned, list[Path]]:
    """Plan the rounds from `from_round` again, and write that elsewhere: the earlier plan stays as it is.

    What is written can be changed once more. seats : at each table at least, from now on.
    """
    require_room(out, FILES)
    earlier, table, kept = read_plan(directory)
    called, mend = (kept.person, *PERSON), f"Call it '{kept.person}', as it was for the plan."
    come, later = (Participants((), {}), None) if arrived is None else read_participants(arrived, called, mend)
    gone = () if absent is None else read_participants(absent, called, mend)[0].ids
    try:
        found = replan(
            earlier, gone, come, from_round, against=kept.against, distances=_distances_with(kept, table, later),
            seats=seats, seed=seed,
        )  # fmt: skip
    except PlanningError as error:
        if "rules" not in error.said.about or not (directory / RULES).exists():
            raise
        raise PlanningError(
            "{what} (The rules are those of {file}.)", what=error.said, file=str(directory / RULES)
        ) from None
    problem = found.plan.problem
    left, came = (tuple(gone), tuple(range(1, from_round))), (come.ids, tuple(range(from_round, problem.rounds + 1)))
    kept = replace(kept, only=(*kept.only, *(one for one in (left, came) if one[0])))
    files = _files(found.plan, problem.people, kept, _names(problem.people, kept.name), language)
    if (directory / RULES).exists():
        files[RULES] = (directory / RULES).read_text(encoding="utf-8")
    files[MOVES] = csv_text(("person", "round"), found.moves)
    files[PLAN] = files.pop(PLAN)
    return found, write_private(files, out)


def _distances_with(kept: Kept, table: RawTable, later: RawTable | None) -> Floats | None:
    """[person, person], of who was there by id, and then of who came."""
    tables = [table] if later is None else [table, later]
    distances = distances_by(kept.units, *tables)
    if distances is None:
        return None
    ids = texts(table, kept.person)
    order = [*np.argsort(ids), *range(len(ids), len(distances))]
    inner: Floats = distances[np.ix_(order, order)]
    return inner


def read_plan(directory: Path) -> tuple[Plan, RawTable, Kept]:
    """A plan as `make_plan` or `change_plan` wrote it, the people in it, and what was asked."""
    for name in (PLAN, SETUP, PEOPLE):
        if not (directory / name).is_file():
            raise InputError(
                f"there is no {name}", file=directory, mend="Give the directory that `wijkspiegel plan` wrote (--out)."
            )
    try:
        setup = json.loads((directory / SETUP).read_text(encoding="utf-8"))
        tables = [Table(**one) for one in setup.pop("tables")]
        weights, rounds = Weights(**setup.pop("weights")), int(setup.pop("rounds"))
        mirror, before = list(setup.pop("mirror")), [(one, other) for one, other in setup.pop("before")]
        only = tuple((tuple(ids), tuple(when)) for ids, when in setup.pop("only"))
        kept = Kept(**setup, only=only)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"this is not as it was written ({error})", file=directory / SETUP) from None
    people, table = read_participants(directory / PEOPLE, (kept.person,))
    rules = read_rules(directory / RULES if (directory / RULES).exists() else None).rules(people)
    presences = [Present(Who(ids), when) for ids, when in kept.only]
    problem = pose(
        people, tables, rounds, mirror=mirror, rules=[*rules, *presences], weights=weights, against=kept.against,
        before=before, distances=distances_by(kept.units, table),
    )  # fmt: skip
    return told(problem, _seated(directory / PLAN, problem.people, tables, rounds)), table, kept


def _seated(path: Path, people: Participants, tables: Sequence[Table], rounds: int) -> np.ndarray:
    table = read_table(path)
    require_columns(path, table.columns, ("person", "round", "table"), CALL_IT_SO)
    numbers = {one: at for at, one in enumerate(people.ids)}
    places = {one.name: at for at, one in enumerate(tables)}
    seated = np.full((rounds, len(people)), -1)
    cells = zip(*(texts(table, name) for name in ("person", "round", "table")), table.rows, strict=True)
    for one, number, place, row in cells:
        if one not in numbers or place not in places or not number.isdecimal() or not 1 <= int(number) <= rounds:
            raise InputError(f"'{one}', round {number}, table {place} is not of this plan", file=path, row=int(row))
        seated[int(number) - 1, numbers[one]] = places[place]
    return seated
