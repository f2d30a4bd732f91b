"""The page of a conversation: what binds everyone, what chafes between whom, and what is not yet known."""

from collections.abc import Callable, Sequence

from wijkspiegel.report.chafing import chafes
from wijkspiegel.report.charts import Said, under_texts
from wijkspiegel.report.conversation import SHOWN, Conversation
from wijkspiegel.report.figures import Row
from wijkspiegel.report.finding import Finding, Table, sentence
from wijkspiegel.report.voters import missing, opinions, positions, robustness, weighting
from wijkspiegel.tables import EVERYONE, WEIGHTED

NEARLY_NONE = 0.1
"""A statement that binds with a smaller chance is not waiting for votes."""


def findings_of_conversation(conversation: Conversation) -> list[Finding]:
    """In the order of the page."""
    makers: tuple[Callable[[Conversation], Finding | None], ...] = (
        binds, chafes, not_yet_known, opinions, positions, missing, weighting, robustness,
    )  # fmt: skip
    found = [maker(conversation) for maker in makers]
    return [finding for finding in found if finding is not None]


def answer_of_conversation(conversation: Conversation) -> str:
    """The few sentences with which the page begins."""
    said = conversation.said
    number = {verdict: len(conversation.verdict(verdict)) for verdict in ("binds", "chafes", "unknown")}
    people, voted = conversation.participants, said["voted" if conversation.participants else "voted_by_people"]
    lists = [
        conversation.counted(said[f"answer_{verdict}"], count, who=conversation.who)
        for verdict, count in number.items()
    ]
    told = [
        voted.format(
            people=conversation.figures.number(people),
            statements=conversation.figures.number(len(conversation.statements)),
        ),
        sentence(", ".join(text for text in lists if text)) + ".",
    ]
    if strongest := conversation.verdict("binds")[:1]:
        told.append(said["strongest"].format(text=conversation.quoted(strongest[0])))
    return " ".join([*told, _who_took_part(conversation)])


def _who_took_part(conversation: Conversation) -> str:
    """That people chose to take part; by what they were weighted."""
    if not conversation.weighted:
        return str(conversation.said["who_came"])
    margins = list(dict.fromkeys(row["margin"] for row in conversation.figures.rows("missing")))
    by = conversation.said["weighted_by"].format(margins=conversation.listed(margins)) if margins else ""
    return str(conversation.said["who_came_weighted"].format(by=by))


# What binds ----------------------------------------------------------------------------------------------------------


def binds(conversation: Conversation) -> Finding:
    words, rows = conversation.words["binds"], conversation.verdict("binds")
    return Finding(
        "binds",
        conversation.counted(words["title"], len(rows), who=conversation.who),
        _surest(conversation, rows) if rows else _why_nothing_binds(conversation),
        conversation.assumes("binds"),
        _table(conversation, rows, "binds"),
        _chart_of_least(conversation, rows, "binds"),
        words["chart"],
    )


def _surest(conversation: Conversation, rows: Sequence[Row]) -> str:
    words, first = conversation.words["binds"], rows[0]
    everyone = conversation.everyone(first["statement"])
    if everyone is None or first["lower"] is None:
        told = words["text_not_shown"].format(text=conversation.quoted(first))
    else:
        told = words["text" if conversation.groups else "text_together"].format(
            text=conversation.quoted(first), share=conversation.percent(everyone["agree"]),
            everybody=conversation.everybody, interval=conversation.interval(first),
        )  # fmt: skip
    return f"{told}{conversation.more_in_table(rows)}"


def _why_nothing_binds(conversation: Conversation) -> str:
    words, (waiting, settled, hidden) = conversation.words["binds"], _unknown(conversation)
    return "".join(
        conversation.counted(words[why], len(rows))
        for why, rows in (
            ("waiting", waiting), ("apart", conversation.verdict("chafes")), ("settled", settled), ("hidden", hidden),
        )
    ).strip()  # fmt: skip


def _chart_of_least(conversation: Conversation, rows: Sequence[Row], finding: str) -> str:
    """Of the first statements, the interval of the group that agrees least, and a dot for everybody."""
    said, words = conversation.said, conversation.words[finding]
    told = [row for row in rows if row["lower"] is not None][:SHOWN]
    if not told:
        return ""
    least = said["least" if conversation.groups else "least_together"]
    return under_texts(
        f"chart-{finding}",
        words["chart"],
        [_least(conversation, row, finding) for row in told],
        {"dot": conversation.everybody, "interval": least},
    )


def _least(conversation: Conversation, row: Row, finding: str) -> Said:
    everyone = conversation.everyone(row["statement"])
    share = None if everyone is None else everyone["agree"]
    figures = conversation.words[finding]["figures" if conversation.groups else "figures_together"].format(
        everybody=conversation.everybody, share=conversation.percent(share),
        interval=conversation.interval(row), chance=conversation.chance(row["probability"]),
    )  # fmt: skip
    spans = [(row["lower"], row["upper"])]
    return Said(conversation.text(row), sentence(figures), spans, [share], row["language"] or "")


def _table(conversation: Conversation, rows: Sequence[Row], finding: str) -> Table:
    """All statements of a list, with the agreement of everybody and of each group."""
    said, kinds = conversation.said, [EVERYONE, WEIGHTED] if conversation.weighted else [EVERYONE]
    heads = [said["everybody"], said["everybody_weighted"]][: len(kinds)]
    groups = [*((kind, EVERYONE) for kind in kinds), *conversation.groups]
    return Table(
        conversation.words[finding]["caption"],
        [*said["head"], *map(sentence, heads), *conversation.heads],
        [
            (
                conversation.text(row), conversation.figures.number(row["seen"]),
                conversation.chance(row["probability"]), conversation.interval(row),
                *conversation.cells(row, groups),
            )
            for row in rows
        ],
        texts=True,
    )  # fmt: skip


# What is not yet known -----------------------------------------------------------------------------------------------


def _unknown(conversation: Conversation) -> tuple[list[Row], list[Row], list[Row]]:
    """Those that a few more votes may settle, those that almost surely do not bind, and those that are not shown."""
    rows = conversation.verdict("unknown")
    told = [row for row in rows if row["probability"] is not None]
    return (
        [row for row in told if row["probability"] >= NEARLY_NONE],
        [row for row in told if row["probability"] < NEARLY_NONE],
        [row for row in rows if row["probability"] is None],
    )


def not_yet_known(conversation: Conversation) -> Finding | None:
    words, (waiting, settled, hidden) = conversation.words["open"], _unknown(conversation)
    if not (waiting or settled or hidden):
        return None
    texts = [
        words["text"] if waiting else "",
        conversation.counted(words["settled"], len(settled)),
        conversation.counted(words["hidden"], len(hidden)),
        conversation.more_in_table(waiting).strip(),
    ]
    return Finding(
        "open",
        conversation.counted(words["title"], len(waiting)),
        " ".join(text for text in texts if text),
        words["assumes"],
        _table(conversation, [*waiting, *settled], "open"),
        _chart_of_least(conversation, waiting, "open"),
        words["chart"],
    )
