"""Votes of residents on statements, in a layout of our own or as the well-known tools export them.

Own: a row a vote, with person, statement, vote (1 agree, 0 pass, -1 disagree), and time and dealt where these are kept.
Exports: votes.csv (comment-id, voter-id, vote, timestamp), participants-votes.csv (a row a person, a column a
statement), comments.csv (comment-id, comment-body, moderated). A directory is read as such an export.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from wijkspiegel.errors import InputError
from wijkspiegel.sources.files import RawTable, cells, numbers, read_table, texts
from wijkspiegel.tables import AGREE, DISAGREE, Mask, Note, Votes, votes_of
from wijkspiegel.wording import People, sentences

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

VOTES, WIDE, COMMENTS = "votes.csv", "participants-votes.csv", "comments.csv"
OWN = {"person": "person", "statement": "statement", "vote": "vote", "time": "time", "dealt": "dealt"}
EXPORTED = {"person": "voter-id", "statement": "comment-id", "vote": "vote", "time": "timestamp", "dealt": "dealt"}
STATEMENT = {"statement": "statement", "text": "text", "language": "language", "moderated": "moderated"}
COMMENT = {"statement": "comment-id", "text": "comment-body", "language": "lang", "moderated": "moderated"}
WIDE_PERSON, AGREED, DISAGREED = "participant", "n-agree", "n-disagree"
YES = {"1": True, "yes": True, "true": True, "ja": True, "0": False, "no": False, "false": False, "nee": False}
REMOVED = -1


@dataclass(frozen=True)
class Conversation:
    """votes : the last vote of each person on each statement that counts. text, language : statement -> what it says.

    open : statements that no moderator removed, also those without votes. notes : what was left out or mended.
    """

    votes: Votes
    text: Mapping[str, str]
    language: Mapping[str, str]
    open: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Cast:
    """Votes as they stand in a file, one a row. time : [row], nan where it is not told; None where nothing tells it.

    dealt : [row], None where it is not kept."""

    persons: list[str]
    statements: list[str]
    person: Ints
    statement: Ints
    vote: Ints
    time: Floats | None = None
    dealt: Mask | None = None

    def of(self, kept: Mask) -> "_Cast":
        return _Cast(
            self.persons, self.statements, self.person[kept], self.statement[kept], self.vote[kept],
            None if self.time is None else self.time[kept], None if self.dealt is None else self.dealt[kept],
        )  # fmt: skip


def read_conversation(path: Path, statements: Path | None = None, *, all_votes: bool = False) -> Conversation:
    """Votes on statements, each of a person's last vote. statements : file of texts; that of the export by default.

    all_votes : count votes on statements that were not dealt, too. Left out, and told in notes: votes on statements
    that are not in the file of statements or were removed, and re-votes of which no time tells the last.
    Raises InputError for a vote other than 1, 0 and -1, a row without person or statement, and a statement that stands
    in its file twice.
    """
    notes: list[Note] = []
    if path.is_dir():
        statements = statements or (path / COMMENTS if (path / COMMENTS).exists() else None)
        found = [path / name for name in (VOTES, WIDE) if (path / name).exists()]
        if not found:
            raise InputError(f"there is no {VOTES} and no {WIDE} here", file=path, mend="Give the file of votes.")
        path = found[0]
    cast = _read_cast(read_table(path), notes)
    cast = _answered(cast, notes)
    about = None if statements is None else _read_statements(statements)
    if about is not None:
        cast = about.repaired(cast, notes)
        cast = about.known(cast, notes)
    cast = _only_dealt(cast, all_votes, notes)
    cast = _last(cast, notes)
    if about is not None:
        about.tell_counted_twice(cast, notes)
    votes = votes_of(*_used(cast))
    if about is None:
        return Conversation(votes, {}, {}, votes.statements, tuple(notes))
    return Conversation(votes, about.text, about.language, about.open, tuple(notes))


def _used(cast: _Cast) -> tuple[list[str], list[str], Ints, Ints, Ints]:
    """Persons and statements with votes that count, and the votes."""
    persons, person = np.unique(cast.person, return_inverse=True)
    statements, statement = np.unique(cast.statement, return_inverse=True)
    return [cast.persons[i] for i in persons], [cast.statements[i] for i in statements], person, statement, cast.vote


# Votes ---------------------------------------------------------------------------------------------------------------


def _read_cast(table: RawTable, notes: list[Note]) -> _Cast:
    columns = set(table.columns)
    if WIDE_PERSON in columns:
        return _read_wide(table, notes)
    for names in (OWN, EXPORTED):
        if {names["person"], names["statement"], names["vote"]} <= columns:
            break
    else:
        raise InputError(
            f"these are no votes. Found: {', '.join(table.columns[:12])}", file=table.path,
            mend="Give the columns person, statement and vote, or an export with comment-id, voter-id and vote.",
        )  # fmt: skip
    persons, person = _coded(table, names["person"])
    statements, statement = _coded(table, names["statement"])
    return _Cast(
        persons, statements, person, statement, _values(table, names["vote"]),
        _times(table, names["time"]) if names["time"] in columns else None,
        _dealt(table, names["dealt"]) if names["dealt"] in columns else None,
    )  # fmt: skip


UNANSWERED = -9
MEND_TIME = "Write 2026-11-25T14:30:00 in every row, or seconds as a number in every row."
MEND_VOTE = "Write 1 for agree, 0 for pass, -1 for disagree; leave it empty where nobody answered."


def _values(table: RawTable, column: str) -> Ints:
    """[row], the votes; UNANSWERED where the cell is empty."""
    try:
        found = numbers(table, column)
    except InputError as error:
        raise InputError(error.problem, file=table.path, row=error.row, column=column, mend=MEND_VOTE) from None
    wrong = ~(np.isnan(found) | np.isin(found, (AGREE, 0, DISAGREE)))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{found[first]:g} is no vote ({int(wrong.sum()):,} such cells)", file=table.path, row=table.rows[first],
            column=column, mend=MEND_VOTE,
        )  # fmt: skip
    return np.where(np.isnan(found), UNANSWERED, found).astype(np.int64)


def _coded(table: RawTable, column: str) -> tuple[list[str], Ints]:
    """What persons or statements are called, and of each row which it is."""
    names, codes = _distinct(table, column)
    if "" in names:
        first = int(np.flatnonzero(codes == names.index(""))[0])
        raise InputError(
            "this cell is empty", file=table.path, row=table.rows[first], column=column,
            mend="Say whose vote it is, and on what.",
        )  # fmt: skip
    return names, codes


def _times(table: RawTable, column: str) -> Floats:
    """[row], seconds, or what is counted in them; nan where it is not told."""
    try:
        return numbers(table, column)
    except InputError:
        moments, row = _distinct(table, column)
    return np.array([_moment(table, column, one) for one in moments])[row]


def _distinct(table: RawTable, column: str) -> tuple[list[str], Ints]:
    """The different texts of a column, and of each row which it has."""
    coded = pc.dictionary_encode(cells(table, column).combine_chunks())
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def _moment(table: RawTable, column: str, told: str) -> float:
    """Seconds since 1970, by UTC where no zone is told; nan for an empty cell."""
    if not told:
        return np.nan
    try:
        moment = datetime.fromisoformat("" if told.isdigit() else told)
    except ValueError:
        raise _wrong_cell(table, column, told, "is no time", MEND_TIME) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _wrong_cell(table: RawTable, column: str, told: str, problem: str, mend: str) -> InputError:
    """About the first row where it stands."""
    first = pc.index(cells(table, column), told).as_py()
    return InputError(f"'{told}' {problem}", file=table.path, row=table.rows[first], column=column, mend=mend)


def _dealt(table: RawTable, column: str) -> Mask:
    told, row = _distinct(table, column)
    if wrong := [one for one in told if one.lower() not in YES]:
        raise _wrong_cell(table, column, wrong[0], "does not say whether the statement was dealt", "Write yes or no.")
    return np.array([YES[one.lower()] for one in told], dtype=bool)[row]


def _read_wide(table: RawTable, notes: list[Note]) -> _Cast:
    """A row a person, a column a statement; the columns of statements stand behind those of counts."""
    if DISAGREED not in table.columns:
        raise InputError(
            f"the column '{DISAGREED}' is missing, behind which the statements stand", file=table.path,
            mend="Give the export as it was made.",
        )  # fmt: skip
    persons, row_of = _coded(table, WIDE_PERSON)
    if len(persons) < len(row_of):
        row = int(np.flatnonzero(np.diff(row_of) != 1)[0]) + 1
        raise InputError(
            f"'{persons[row_of[row]]}' has a row twice", file=table.path, row=table.rows[row], column=WIDE_PERSON,
            mend="Keep one of the two.",
        )  # fmt: skip
    statements = table.columns[table.columns.index(DISAGREED) + 1 :]
    by_statement = [_values(table, column) for column in statements]
    parts = [np.flatnonzero(values != UNANSWERED) for values in by_statement]
    none = np.zeros(0, dtype=np.int64)
    vote = np.concatenate([none, *(values[rows] for values, rows in zip(by_statement, parts, strict=True))])
    person = np.concatenate([none, *parts])
    statement = np.repeat(np.arange(len(statements)), [len(rows) for rows in parts])
    cast = _Cast(persons, statements, person, statement, vote)
    if AGREED not in table.columns:
        return cast
    return _right_way_round(cast, cast.person, numbers(table, AGREED), numbers(table, DISAGREED), notes)


def _right_way_round(cast: _Cast, of: Ints, agreed: Floats, disagreed: Floats, notes: list[Note]) -> _Cast:
    """Some exports write -1 for agree: the counts beside the votes tell. of : [row], whose counts; these may be nan."""
    for_, against = (np.bincount(of[cast.vote == side], minlength=len(agreed)) for side in (AGREE, DISAGREE))
    as_written = np.nansum(np.abs(for_ - agreed) + np.abs(against - disagreed))
    other_way = np.nansum(np.abs(against - agreed) + np.abs(for_ - disagreed))
    if as_written <= other_way:
        return cast
    notes.append(
        Note(
            "signs_turned",
            "In dit bestand staat -1 voor eens en 1 voor oneens, blijkt uit de aantallen ernaast. Dat is omgedraaid.",
            "In this file -1 stands for agree and 1 for disagree, as the counts beside the votes tell. It was turned.",
            len(cast.vote),
        )
    )
    return replace(cast, vote=-cast.vote)


# What counts ---------------------------------------------------------------------------------------------------------


def _left_out(cast: _Cast, kept: Mask, code: str, nl: str, en: str, notes: list[Note]) -> _Cast:
    """The votes that are kept; the note has {votes}, how many are not."""
    if kept.all():
        return cast
    missing = int((~kept).sum())
    notes.append(Note(code, *sentences(nl, en, votes=People(missing)), missing))
    return cast.of(kept)


def _answered(cast: _Cast, notes: list[Note]) -> _Cast:
    return _left_out(
        cast, cast.vote != UNANSWERED, "unanswered",
        "Voorgelegd en niet beantwoord: {votes} keer. Dat telt niet als stem.",
        "Dealt and not answered: {votes} times. That is no vote.",
        notes,
    )  # fmt: skip


def _only_dealt(cast: _Cast, all_votes: bool, notes: list[Note]) -> _Cast:
    if cast.dealt is None:
        notes.append(
            Note(
                "dealing_unknown",
                "Uit deze gegevens blijkt niet welke stellingen mensen kregen voorgelegd. Alle stemmen tellen mee, ook "
                "die van wie zelf koos waarop te stemmen: een kleine groep kan de uitkomst dan sturen.",
                "These data do not tell which statements people were dealt. All votes count, also those of people who "
                "chose what to vote on: a small group can then bend the outcome.",
            )
        )
        return cast
    if all_votes:
        return cast
    return _left_out(
        cast, cast.dealt, "not_dealt",
        "Niet meegeteld: {votes} stemmen op stellingen die niet aan die persoon waren voorgelegd. Met --all-votes "
        "tellen ze mee.",
        "Not counted: {votes} votes on statements that were not dealt to that person. With --all-votes they count.",
        notes,
    )  # fmt: skip


def _last(cast: _Cast, notes: list[Note]) -> _Cast:
    """One vote of a person on a statement: the last. Where times do not tell which that is, none."""
    pair = np.unique(cast.person * max(len(cast.statements), 1) + cast.statement, return_inverse=True)[1]
    time = np.zeros(len(pair)) if cast.time is None else cast.time
    order = np.lexsort((time, pair))  # nan stands last: a vote without a time may be the last one
    pair, time, vote = pair[order], time[order], cast.vote[order]
    last = np.diff(pair, append=-1) != 0
    newest = np.isnan(time) | (time == _latest(pair, time)[pair])
    sides = np.zeros((len(pair), 3), dtype=bool)
    sides[pair[newest], vote[newest] + 1] = True
    clash = (sides.sum(axis=1) > 1)[pair]
    unclear, first = np.zeros(len(order), dtype=bool), np.zeros(len(order), dtype=bool)
    unclear[order[clash]] = True
    first[order[~last & ~clash]] = True
    cast = _left_out(
        cast, ~unclear, "clashing",
        "Niet meegeteld: {votes} stemmen van mensen die op een stelling verschillend stemden, zonder tijd die zegt "
        "welke stem de laatste was.",
        "Not counted: {votes} votes of people who voted differently on a statement, where no time tells which was "
        "last.",
        notes,
    )  # fmt: skip
    return _left_out(
        cast, ~first[~unclear], "voted_again",
        "Wie opnieuw op een stelling stemde, telt met de laatste stem: {votes} eerdere stemmen vervielen.",
        "Who voted on a statement again counts with the last vote: {votes} earlier votes were dropped.",
        notes,
    )  # fmt: skip


def _latest(pair: Ints, time: Floats) -> Floats:
    """[pair], the latest time that is told."""
    latest = np.full(len(pair), -np.inf)
    np.fmax.at(latest, pair, time)
    return latest


# Statements ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Statements:
    """counted : agrees and disagrees as an export counts them, of each statement of `text`; None where it does not."""

    text: Mapping[str, str]
    language: Mapping[str, str]
    removed: frozenset[str]
    counted: tuple[Floats, Floats] | None

    @property
    def open(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.text) - self.removed))

    def repaired(self, cast: _Cast, notes: list[Note]) -> _Cast:
        if self.counted is None:
            return cast
        row = {name: number for number, name in enumerate(self.text)}
        known = [row.get(name, len(row)) for name in cast.statements]
        agreed, disagreed = (np.append(counts, np.nan)[known] for counts in self.counted)
        return _right_way_round(cast, cast.statement, agreed, disagreed, notes)

    def known(self, cast: _Cast, notes: list[Note]) -> _Cast:
        names = np.array(cast.statements, dtype=object)
        there = np.array([name in self.text for name in names], dtype=bool)
        gone = np.array([name in self.removed for name in names], dtype=bool)
        cast = _left_out(
            cast, there[cast.statement], "unknown_statement",
            "Niet meegeteld: {votes} stemmen op stellingen die niet in het bestand met stellingen staan.",
            "Not counted: {votes} votes on statements that are not in the file of statements.",
            notes,
        )  # fmt: skip
        return _left_out(
            cast, ~gone[cast.statement], "removed_statement",
            "Niet meegeteld: {votes} stemmen op stellingen die een moderator weghaalde.",
            "Not counted: {votes} votes on statements that a moderator removed.",
            notes,
        )  # fmt: skip

    def tell_counted_twice(self, cast: _Cast, notes: list[Note]) -> None:
        """The export counts a re-vote as a vote more: such counts are not used, and is said how much they differ."""
        if self.counted is None:
            return
        more = int(np.nansum(self.counted)) - int((cast.vote != 0).sum())
        if more > 0:
            notes.append(
                Note(
                    "counted_twice",
                    *sentences(
                        f"{COMMENTS} telt {{more}} stemmen meer dan er zijn: het telt wie opnieuw stemde twee keer, "
                        "en stemmen op weggehaalde stellingen mee. Die aantallen zijn niet gebruikt.",
                        f"{COMMENTS} counts {{more}} votes more than there are: it counts who voted again twice, and "
                        "votes on removed statements. Those counts were not used.",
                        more=People(more),
                    ),
                    more,
                )
            )


def _read_statements(path: Path) -> _Statements:
    table = read_table(path)
    names = COMMENT if COMMENT["statement"] in table.columns else STATEMENT
    if names["statement"] not in table.columns:
        raise InputError(
            f"these are no statements. Found: {', '.join(table.columns[:12])}", file=path,
            mend="Give the columns statement, text, and language and moderated where these are kept.",
        )  # fmt: skip
    statements = texts(table, names["statement"])
    seen: set[str] = set()
    for row, name in enumerate(statements):
        if not name or name in seen:
            problem = f"the statement '{name}' stands here twice" if name else "this statement has no name"
            raise InputError(
                problem, file=path, row=table.rows[row], column=names["statement"],
                mend="Give every statement a name of its own.",
            )  # fmt: skip
        seen.add(name)
    told = {
        key: texts(table, names[key]) if names[key] in table.columns else [""] * len(table)
        for key in ("text", "language")
    }
    moderated = numbers(table, names["moderated"]) if names["moderated"] in table.columns else np.zeros(len(table))
    if (wrong := ~(np.isnan(moderated) | np.isin(moderated, (1, 0, REMOVED)))).any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{moderated[row]:g} does not say what the moderator did", file=path, row=table.rows[row],
            column=names["moderated"], mend="Write 1 for accepted, 0 for not yet looked at, -1 for removed.",
        )  # fmt: skip
    counted = None
    if {"agrees", "disagrees"} <= set(table.columns):
        counted = numbers(table, "agrees"), numbers(table, "disagrees")
    return _Statements(
        {name: " ".join(text.split()) for name, text in zip(statements, told["text"], strict=True)},
        dict(zip(statements, told["language"], strict=True)),
        frozenset(name for name, mark in zip(statements, moderated, strict=True) if mark == REMOVED),
        counted,
    )
