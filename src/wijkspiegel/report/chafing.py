"""What chafes in a conversation, and between whom: both sides of each statement, as far as they are told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wijkspiegel.report.charts import Said, under_texts
from wijkspiegel.report.conversation import SHOWN, Conversation
from wijkspiegel.report.figures import Row
from wijkspiegel.report.finding import Finding, Table, sentence
from wijkspiegel.tables import EVERYONE


@dataclass(frozen=True)
class Side:
    """A group, its agreement in words, and the row that tells it."""

    group: str
    told: str
    row: Row

    @property
    def text(self) -> str:
        return f"{sentence(self.group)}: {self.told}"


@dataclass(frozen=True)
class Chafes:
    """A statement, who agrees most with it and who least; no sides where the door shows no two groups of one kind."""

    statement: Row
    sides: tuple[Side, ...]

    @property
    def between(self) -> frozenset[str] | None:
        return frozenset(side.group for side in self.sides) or None


def chafing(conversation: Conversation, statement: Row) -> Chafes:
    """The two groups of one kind that lie apart most surely.

    The door tells no chance where one of the two between which the statement chafes is not shown.
    """
    if statement["probability"] is None:
        return Chafes(statement, ())
    of_kinds = conversation.of_kinds(statement["statement"])
    pairs = [(high, low) for rows in of_kinds.values() for high in rows for low in rows if high["agree"] > low["agree"]]
    apart = max(pairs, key=lambda pair: float(pair[0]["lower"] - pair[1]["upper"]), default=())
    sides = (Side(conversation.group(row["kind"], row["group"]), conversation.of_group(row), row) for row in apart)
    return Chafes(statement, tuple(sides))


def chafes(conversation: Conversation) -> Finding:
    words = conversation.words["chafes"]
    found = [chafing(conversation, row) for row in conversation.verdict("chafes")]
    return Finding(
        "chafes",
        _title(conversation, found),
        _text(conversation, found),
        conversation.assumes("chafes"),
        Table(
            words["caption"],
            [*words["head"], *conversation.heads],
            [_cells(conversation, one) for one in found],
            texts=True,
        ),
        _chart(conversation, [one for one in found if one.sides][:SHOWN]),
        words["chart"],
    )


def _title(conversation: Conversation, found: Sequence[Chafes]) -> str:
    """How many, and between whom most, where that is one pair."""
    words = conversation.words["chafes"]
    title = conversation.counted(words["title"], len(found))
    pairs = Counter(one.between for one in found if one.between is not None)
    if not pairs:
        return title
    (most, times), *others = pairs.most_common()
    if others and others[0][1] == times:
        return title
    one, other = sorted(most)
    alone = times == len(found)
    return title + str(words["between" if alone else "most_between"].format(one=one, other=other))


def _text(conversation: Conversation, found: Sequence[Chafes]) -> str:
    words = conversation.words["chafes"]
    if not found:
        return str(words["none" if conversation.groups else "no_groups"])
    more = conversation.more_in_table(found)
    first = next((one for one in found if one.sides), None)
    if first is None:
        return f"{words['text_not_shown']}{more}"
    most, least = first.sides
    told = words["text"].format(
        text=conversation.quoted(first.statement),
        most=most.group, most_told=most.told, least=least.group, least_told=least.told,
    )  # fmt: skip
    return f"{told}{more}"


def _cells(conversation: Conversation, one: Chafes) -> Sequence[str]:
    row = one.statement
    return (
        conversation.text(row), conversation.figures.number(row["seen"]), conversation.chance(row["probability"]),
        *([side.text for side in one.sides] or ["–", "–"]),
        *conversation.cells(row, [(EVERYONE, EVERYONE), *conversation.groups]),
    )  # fmt: skip


def _chart(conversation: Conversation, found: Sequence[Chafes]) -> str:
    if not found:
        return ""
    words = conversation.words["chafes"]
    return under_texts("chart-chafes", words["chart"], [_said(conversation, one) for one in found], words["key"])


def _said(conversation: Conversation, one: Chafes) -> Said:
    spans = [(side.row["lower"], side.row["upper"]) for side in one.sides]
    figures = " · ".join(side.text for side in one.sides)
    places = [side.row["agree"] for side in one.sides]
    return Said(conversation.text(one.statement), figures, spans, places, one.statement["language"] or "")
