"""What chafes in a conversation, and between whom: both sides of each statement, as far as they are told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wijkspiegel.report.charts import Said, under_texts
from wijkspiegel.report.conversation import ALL, SHOWN, Conversation
from wijkspiegel.report.figures import Row
from wijkspiegel.report.finding import Finding, Table, sentence


@dataclass(frozen=True)
class Side:
    """A group, its agreement in words, and in figures where these are told. named : whether it is known which it is."""

    group: str
    told: str
    lower: float | None = None
    upper: float | None = None
    agree: float | None = None
    named: bool = True

    @property
    def text(self) -> str:
        return f"{sentence(self.group)}: {self.told}"


@dataclass(frozen=True)
class Chafes:
    """A statement, who agrees most with it and who least; None where nothing is told of that side."""

    statement: Row
    most: Side | None
    least: Side | None

    @property
    def sides(self) -> list[Side]:
        return [side for side in (self.most, self.least) if side is not None]

    @property
    def between(self) -> frozenset[str] | None:
        names = frozenset(side.group for side in self.sides if side.named)
        return names if len(names) == 2 else None


def chafing(conversation: Conversation, statement: Row) -> Chafes:
    """The two groups of one kind that lie apart most surely; where only one side of it is told, that one.

    Of the group that agrees least with a statement the interval is always told, be it not which group that is.
    """
    of_kinds = conversation.of_kinds(statement["statement"])
    pairs = [(high, low) for rows in of_kinds.values() for high in rows for low in rows if high["agree"] > low["agree"]]
    if pairs:
        high, low = max(pairs, key=lambda pair: float(pair[0]["lower"] - pair[1]["upper"]))
        return Chafes(statement, _side(conversation, high), _side(conversation, low))
    rows = [row for rows in of_kinds.values() for row in rows]
    if not rows or statement["lower"] is None:
        return Chafes(statement, None, _least(conversation, statement, None))
    highest = max(rows, key=lambda row: float(row["lower"]))
    if highest["lower"] > statement["upper"]:
        return Chafes(statement, _side(conversation, highest), _least(conversation, statement, highest))
    other = conversation.other_group(highest)
    unseen = Side(other, conversation.words["chafes"]["not_shown"]) if other else None
    return Chafes(statement, unseen, _side(conversation, highest))


def _side(conversation: Conversation, row: Row) -> Side:
    group = conversation.group(row["kind"], row["group"])
    return Side(group, conversation.of_group(row), row["lower"], row["upper"], row["agree"])


def _least(conversation: Conversation, statement: Row, most: Row | None) -> Side | None:
    """The group that agrees least; named where there is but one beside the one that agrees most."""
    if statement["lower"] is None:
        return None
    words, other = conversation.words["chafes"], "" if most is None else conversation.other_group(most)
    told = words["of_least"].format(interval=conversation.interval(statement))
    return Side(other or words["least"], told, statement["lower"], statement["upper"], named=bool(other))


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
    first = next((one for one in found if one.most and one.least and one.most.agree is not None), None)
    if first is None or first.most is None or first.least is None:
        return f"{words['text_not_shown']}{more}"
    told = words["text"].format(
        text=conversation.quoted(first.statement),
        most=first.most.group, most_told=first.most.told, least=first.least.group, least_told=first.least.told,
    )  # fmt: skip
    return f"{told}{more}"


def _cells(conversation: Conversation, one: Chafes) -> Sequence[str]:
    row = one.statement
    return (
        conversation.text(row), conversation.figures.number(row["seen"]), conversation.chance(row["probability"]),
        *("–" if side is None else side.text for side in (one.most, one.least)),
        *conversation.cells(row, [(ALL, ALL), *conversation.groups]),
    )  # fmt: skip


def _chart(conversation: Conversation, found: Sequence[Chafes]) -> str:
    if not found:
        return ""
    words = conversation.words["chafes"]
    return under_texts("chart-chafes", words["chart"], [_said(conversation, one) for one in found], words["key"])


def _said(conversation: Conversation, one: Chafes) -> Said:
    spans = [(side.lower, side.upper) for side in one.sides if side.lower is not None and side.upper is not None]
    places = [None if side is None else side.agree for side in (one.most, one.least)]
    figures = " · ".join(side.text for side in one.sides)
    return Said(conversation.text(one.statement), figures, spans, places, one.statement["language"] or "")
