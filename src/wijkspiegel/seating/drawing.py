"""A citizens' panel from files to files: the lottery, the panel that was drawn, and how fair that was."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wijkspiegel.encounters.lottery import Lottery, fair_lottery
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.plan import PROVED
from wijkspiegel.encounters.quotas import Change, Quota
from wijkspiegel.encounters.said import PlanningError
from wijkspiegel.errors import InputError
from wijkspiegel.schemes import Language
from wijkspiegel.seating.asking import PERSON, read_participants
from wijkspiegel.seating.files import csv_text, require_room, write_private
from wijkspiegel.seating.words import change_in_dutch
from wijkspiegel.sources.files import RawTable, numbers, read_table, texts
from wijkspiegel.sources.people import CALL_IT_SO, require_columns
from wijkspiegel.wording import Percent, sentences

CHANCES, PANELS, PANEL, QUALITY, CATEGORIES = (
    "chances.csv", "panels.csv", "panel.csv", "quality.csv", "categories.csv",
)  # fmt: skip
QUOTA_COLUMNS = ("attribute", "value", "minimum", "maximum")
Rows = Iterable[Sequence[object]]
Said = tuple[str, str]
"""A sentence in Dutch and in English."""


@dataclass(frozen=True)
class Drawn:
    """A lottery, and the panel that a seed drew from it. notes : what was found in the files that may not be meant."""

    lottery: Lottery
    seed: int
    size: int
    notes: tuple[Said, ...]
    written: tuple[Path, ...]

    @property
    def number(self) -> int:
        """Of the panel, from 1."""
        return self.lottery.drawn(self.seed)


def draw_panel(
    pool: Path,
    quota: Path,
    size: int,
    out: Path,
    *,
    person: str | None = None,
    one_of: str | None = None,
    panels: int = 1000,
    seed: int = 1,
    language: Language = "nl",
    progress: Callable[[str], None] = lambda step: None,
) -> Drawn:
    """Make the lottery, draw one panel from it, and write both to `out`.

    person : column of ids. one_of : column of which a panel has each value once at most. panels : how many panels
    the lottery has. Raises InputError or PlanningError for what cannot be, and where `out` has a draw already.
    """
    require_room(out, (PANEL, PANELS, CHANCES, CATEGORIES, QUALITY))
    if panels < 1:
        raise PlanningError("A lottery of {panels} panels draws none: give --panels of at least 1.", panels=panels)
    if seed < 0:
        raise PlanningError("The seed is {seed}. Give 0 or more.", seed=seed)
    progress("reading")
    people, _ = read_participants(pool, (person,) if person else PERSON)
    quotas = read_quotas(quota)
    progress("making the lottery")
    lottery = fair_lottery(people, quotas, size, one_of=one_of or "", numbers=panels)
    files = {
        CHANCES: (("person", "chance", "fairest", "comment"), _chances(lottery, language)),
        CATEGORIES: (
            (*QUOTA_COLUMNS, "pool", "seats", "seats_without_quotas", "lowest_chance", "mean_chance", "highest_chance"),
            _categories(lottery, quotas, size),
        ),
        PANELS: (("panel", "person"), _panels(lottery)),
        QUALITY: (
            ("measure", "value", "bound", "verdict"),
            [(one.name, _short(one.value), _short(one.bound), one.verdict) for one in lottery.measures],
        ),
        PANEL: (("person",), [(one,) for one in lottery.panel(lottery.drawn(seed))]),
    }
    written = {name: csv_text(header, rows) for name, (header, rows) in files.items()}
    return Drawn(lottery, seed, size, tuple(_notes(people, quotas, one_of)), tuple(write_private(written, out)))


def read_quotas(path: Path) -> list[Quota]:
    """attribute, value, minimum, maximum: a row for each. Raises InputError with the place."""
    table = read_table(path)
    require_columns(path, table.columns, QUOTA_COLUMNS, CALL_IT_SO)
    minima, maxima = _whole(table, "minimum"), _whole(table, "maximum")
    found: dict[tuple[str, str], Quota] = {}
    cells = zip(texts(table, "attribute"), texts(table, "value"), minima, maxima, table.rows, strict=True)
    for attribute, value, minimum, maximum, row in cells:
        for column, cell in (("attribute", attribute), ("value", value)):
            if not cell:
                raise InputError(
                    "the cell is empty", file=path, row=row, column=column, mend="Say whom the quota is for."
                )
        if (attribute, value) in found:
            raise InputError(f"'{attribute} {value}' has a quota already", file=path, row=row, mend="Keep one of them.")
        if minimum > maximum:
            raise InputError(
                f"the minimum, {minimum:,}, is more than the maximum, {maximum:,}", file=path, row=row,
                mend="Change one of them.",
            )  # fmt: skip
        found[attribute, value] = Quota(attribute, value, minimum, maximum)
    return list(found.values())


def _whole(table: RawTable, column: str) -> list[int]:
    """The cells of a column as numbers of people. Raises InputError for the first that is none."""
    values = numbers(table, column)
    wrong = np.flatnonzero(~((values >= 0) & (values == np.floor(values)) & np.isfinite(values)))
    if len(wrong):
        cell = texts(table, column)[wrong[0]]
        raise InputError(
            f"'{cell}' is no number of people" if cell else "the cell is empty",
            file=table.path, row=table.rows[int(wrong[0])], column=column, mend="Give a whole number, 0 or more.",
        )  # fmt: skip
    return [int(value) for value in values]


# What is written -----------------------------------------------------------------------------------------------------


def _chances(lottery: Lottery, language: Language) -> Rows:
    for one, chance, fairest in zip(lottery.people.ids, lottery.chances, lottery.fairest, strict=True):
        excluded = lottery.excluded.get(one)
        yield one, _short(chance), _short(fairest), "" if excluded is None else _in(language, _why(excluded))


def _why(changes: Sequence[Change]) -> Said:
    """Why somebody is in no panel: what would have to change first."""
    nl, en = ("; ".join(map(said, changes)) for said in (change_in_dutch, str))
    return (
        f"In geen enkel panel binnen de quota; wel na {nl}.",
        f"In no panel within the quotas; in some after {en}.",
    )


def _panels(lottery: Lottery) -> Rows:
    for at in range(1, len(lottery.panels) + 1):
        yield from ((at, one) for one in lottery.panel(at))


def _categories(lottery: Lottery, quotas: Sequence[Quota], size: int) -> Rows:
    """A row for each value of the attributes that have a quota: its seats on average, and without quotas."""
    people, chances = lottery.people, lottery.chances
    known = {(quota.attribute, quota.value): quota for quota in quotas}
    for attribute in dict.fromkeys(quota.attribute for quota in quotas):
        values = np.array(people.attributes[attribute])
        named = [quota.value for quota in quotas if quota.attribute == attribute]
        for value in dict.fromkeys([*named, *sorted(set(values.tolist()))]):
            those = chances[values == value]
            quota = known.get((attribute, value))
            bounds = ("", "") if quota is None else (quota.minimum, quota.maximum)
            told = (those.min(), those.mean(), those.max()) if len(those) else (None, None, None)
            yield (
                attribute, value, *bounds, len(those), _short(those.sum()), _short(size * len(those) / len(people)),
                *map(_short, told),
            )  # fmt: skip


def _short(value: float | None) -> str:
    return "" if value is None else f"{round(float(value), 6) + 0.0:.6g}"


# What is said --------------------------------------------------------------------------------------------------------


def said_of(drawn: Drawn, language: Language) -> str:
    """Two or three sentences on the panel that was drawn, and on how fair that was."""
    return " ".join(_in(language, one) for one in _told(drawn))


def notes_of(drawn: Drawn, language: Language) -> list[str]:
    return [_in(language, note) for note in drawn.notes]


def _told(drawn: Drawn) -> Iterable[Said]:
    lottery = drawn.lottery
    lowest = lottery.measures[0]
    yield sentences(
        "Met seed {seed} is panel {panel} van {panels} geloot: {size} mensen, binnen alle quota.",
        "Seed {seed} drew panel {panel} of {panels}: {size} people, within every quota.",
        seed=str(drawn.seed), panel=drawn.number, panels=len(lottery.panels), size=drawn.size,
    )  # fmt: skip
    yield sentences(
        "Wie in een panel kan zitten, heeft een kans van minstens {lowest}; zonder quota had iedereen {equal}.",
        "Whoever can be in a panel has a chance of at least {lowest}; without quotas everybody would have {equal}.",
        lowest=_percent(lowest.value), equal=_percent(drawn.size / len(lottery.people)),
    )  # fmt: skip
    if lowest.verdict == PROVED:
        yield sentences(
            "Geen loting uit {panels} panels geeft een hogere laagste kans (bewezen), en geen enkele meer dan {any}.",
            "No lottery of {panels} panels gives a higher lowest chance (proved), and none at all more than {any}.",
            panels=len(lottery.panels), any=_percent(lottery.bound),
        )  # fmt: skip
    else:
        yield sentences(
            "Geen enkele loting geeft een hogere laagste kans dan {any}.",
            "No lottery gives a higher lowest chance than {any}.",
            any=_percent(lottery.bound),
        )  # fmt: skip
    if lottery.excluded:
        yield sentences(
            "In geen enkel panel binnen de quota kunnen zitten: {people} van de {pool}; waarom staat in chances.csv.",
            "In no panel within the quotas can be: {people} of the {pool}; chances.csv says why.",
            people=len(lottery.excluded), pool=len(lottery.people),
        )  # fmt: skip


def _percent(share: float) -> Percent:
    return Percent(share, 2)


def _notes(people: Participants, quotas: Sequence[Quota], one_of: str | None) -> Iterable[Said]:
    named: dict[str, set[str]] = {}
    for quota in quotas:
        named.setdefault(quota.attribute, set()).add(quota.value)
    for attribute, values in named.items():
        found = people.attributes[attribute]
        if blank := found.count(""):
            yield sentences(
                "Van {people} van de {pool} mensen is '{attribute}' niet bekend: geen quotum geldt voor hen.",
                "'{attribute}' is not known of {people} of the {pool} people: no quota is for them.",
                people=blank, pool=len(people), attribute=attribute,
            )  # fmt: skip
        for value in sorted(set(found) - values - {""}):
            yield sentences(
                "Voor '{attribute} {value}' ({people} mensen) is er geen quotum: elk aantal mag.",
                "There is no quota for '{attribute} {value}' ({people} people): any number may be in a panel.",
                attribute=attribute, value=value, people=found.count(value),
            )  # fmt: skip
        for value in sorted(values - set(found)):
            yield sentences(
                "Niemand is '{attribute} {value}'.", "Nobody is '{attribute} {value}'.",
                attribute=attribute, value=value,
            )  # fmt: skip
    if one_of and (blank := people.attributes[one_of].count("")):
        yield sentences(
            "Van {people} van de {pool} mensen is '{attribute}' niet bekend: elk telt als alleenwonend.",
            "'{attribute}' is not known of {people} of the {pool} people: each counts as alone.",
            people=blank, pool=len(people), attribute=one_of,
        )  # fmt: skip


def _in(language: Language, said: Said) -> str:
    nl, en = said
    return nl if language == "nl" else en
