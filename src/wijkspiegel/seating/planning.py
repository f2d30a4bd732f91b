"""A plan from files to files: who sits where, how good that is, pages to print, and all that a change later needs."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import Plan, Progress, front, plan, told
from wijkspiegel.encounters.problem import Floats, Problem, pose
from wijkspiegel.encounters.replan import Replanned, replan
from wijkspiegel.encounters.rules import Weights
from wijkspiegel.encounters.said import PlanningError, Said
from wijkspiegel.errors import InputError
from wijkspiegel.schemes import Language
from wijkspiegel.seating.asking import (
    distances_by,
    mirrored,
    read_composition,
    read_earlier,
    read_participants,
    read_rules,
    tables_of,
    weights_of,
)
from wijkspiegel.seating.files import csv_text, require_room, write_private
from wijkspiegel.seating.page import page_of
from wijkspiegel.sources.files import RawTable, read_table, texts
from wijkspiegel.sources.people import CALL_IT_SO, require_columns

PLAN, QUALITY, PAGE, PEOPLE, SETUP, RULES, FRONT = (
    "plan.csv", "quality.csv", "plan.html", "people.csv", "setup.json", "rules.toml", "front.csv",
)  # fmt: skip


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
    """Plan, and write it. Raises InputError where `out` has a plan already: none is overwritten.

    prove : what tells below which value no mirror can be; by counting where it is not given.
    """
    require_room(out, [PLAN])
    progress("reading")
    people, table = read_participants(asked.people, asked.person)
    rules, against = read_rules(asked.rules), read_composition(asked.against)
    names = _names(people, asked.name)
    other = rules.columns() | ({asked.name} if asked.name else set())
    question = {
        "tables": tables_of(asked.tables, asked.seats, rules, len(people)),
        "rounds": asked.rounds,
        "mirror": mirrored(people, asked.mirror, other, against),
        "rules": rules.rules(people),
        "weights": weights_of(rules, asked.repeat),
        "against": against,
        "before": read_earlier(asked.before),
        "distances": distances_by(table, asked.diverse),
    }
    made = plan(people, **question, seed=asked.seed, seconds=asked.seconds, progress=progress)  # type: ignore[arg-type]
    if prove is not None:
        progress("proving how good a plan could be")
        made = told(made.problem, made.seated, prove(made.problem))
    files = _files(made, people, asked, against, names, language)
    if asked.front:
        found = front(pose(people, **question), asked.seed, asked.seconds, progress)  # type: ignore[arg-type]
        files[FRONT] = csv_text(
            ("repeat_cost", "repeats", "mirror"),
            [(weight, one.judged.repeats, round(one.judged.mirror, 6)) for weight, one in found],
        )
    files[PLAN] = files.pop(PLAN)  # by which a plan is known: last
    return made, write_private(files, out)


def _files(
    made: Plan,
    people: Participants,
    asked: Asked,
    against: Mapping[str, Mapping[str, float]] | None,
    names: Mapping[str, str],
    language: Language,
) -> dict[str, str]:
    problem = made.problem
    setup = {
        "tables": [asdict(one) for one in problem.tables],
        "rounds": problem.rounds,
        "mirror": list(problem.attributes),
        "weights": asdict(problem.weights),
        "against": against,
        "before": [[problem.people.ids[one], problem.people.ids[other]] for one, other in problem.before],
        "diverse": asked.diverse,
        "name": asked.name,
        "seed": asked.seed,
    }
    files = _shown(made, names, language)
    columns = list(people.attributes)
    files[PEOPLE] = csv_text(
        ("person", *columns),
        [(one, *(people.attributes[name][row] for name in columns)) for row, one in enumerate(people.ids)],
    )
    files[SETUP] = json.dumps(setup, ensure_ascii=False, indent=1) + "\n"
    if asked.rules is not None:
        files[RULES] = asked.rules.read_text(encoding="utf-8")
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
) -> tuple[Replanned, list[Path]]:
    """Plan the rounds from `from_round` again, and write that elsewhere: the earlier plan stays as it is."""
    require_room(out, [PLAN])
    earlier, setup = read_plan(directory)
    come, later = (Participants((), {}), None) if arrived is None else read_participants(arrived, None)
    gone = [] if absent is None else list(read_participants(absent, None)[0].ids)
    found = replan(
        earlier, gone, come, from_round, against=setup["against"],  # type: ignore[arg-type]
        distances=_distances_with(directory, later, setup), seed=seed,
    )  # fmt: skip
    problem = found.plan.problem
    names = _names(problem.people, setup["name"])  # type: ignore[arg-type]
    files = _shown(found.plan, names, language)
    files["moves.csv"] = csv_text(("person", "round"), found.moves)
    files[PLAN] = files.pop(PLAN)
    return found, write_private(files, out)


def _distances_with(directory: Path, later: RawTable | None, setup: Mapping[str, object]) -> Floats | None:
    """[person, person], of who was there by id, and then of who came."""
    people, table = read_participants(directory / PEOPLE, "person")
    distances = distances_by(table, setup.get("diverse"), later)  # type: ignore[arg-type]
    if distances is None:
        return None
    order = [*np.argsort(people.ids), *range(len(people), len(distances))]
    inner: Floats = distances[np.ix_(order, order)]
    return inner


def read_plan(directory: Path) -> tuple[Plan, dict[str, object]]:
    """A plan as `make_plan` wrote it, with what was asked."""
    for name in (PLAN, SETUP, PEOPLE):
        if not (directory / name).is_file():
            raise InputError(
                f"there is no {name}", file=directory, mend="Give the directory that `wijkspiegel plan` wrote (--out)."
            )
    try:
        setup = json.loads((directory / SETUP).read_text(encoding="utf-8"))
        tables = [Table(**one) for one in setup["tables"]]
        weights = Weights(**setup["weights"])
        rounds = int(setup["rounds"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"this is not as it was written ({error})", file=directory / SETUP) from None
    people, table = read_participants(directory / PEOPLE, "person")
    rules = read_rules(directory / RULES if (directory / RULES).exists() else None).rules(people)
    problem = pose(
        people, tables, rounds, mirror=setup["mirror"], rules=rules, weights=weights, against=setup["against"],
        before=[(one, other) for one, other in setup["before"]],
        distances=distances_by(table, setup.get("diverse")),
    )  # fmt: skip
    return told(problem, _seated(directory / PLAN, problem.people, tables, rounds)), setup


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
