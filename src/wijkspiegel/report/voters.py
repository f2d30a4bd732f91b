"""Who took part in a conversation: opinion groups and where they stand, who is missing, and what a few can change."""

from collections.abc import Sequence
from dataclasses import dataclass

from wijkspiegel.report.charts import Said, columns, under_texts
from wijkspiegel.report.conversation import SHOWN, Conversation
from wijkspiegel.report.figures import Row
from wijkspiegel.report.finding import Finding, Table, sentence
from wijkspiegel.tables import EVERYONE, OPINION, WEIGHTED

NO_TABLE = Table("", (), ())

# Opinion groups ------------------------------------------------------------------------------------------------------

LEADS = 3
"""Statements in the table for each opinion group."""


@dataclass(frozen=True)
class Lead:
    """A statement with which an opinion group agrees more than `other`: the group that comes nearest, or everybody."""

    statement: Row
    own: Row
    other: Row

    @property
    def sure(self) -> float:
        """Between the intervals of both; below 0 where they overlap."""
        return float(self.own["lower"] - self.other["upper"])


def leads_of(conversation: Conversation, group: str) -> list[Lead]:
    """Over all other groups, where there are such; else over everybody. The surest first."""
    over_groups, over_all = [], []
    for statement in conversation.statements:
        rows = conversation.of_kinds(statement["statement"]).get(OPINION, [])
        own = next((row for row in rows if row["group"] == group), None)
        if own is not None:
            if others := [row for row in rows if row["group"] != group]:
                over_groups.append(Lead(statement, own, max(others, key=lambda row: float(row["upper"]))))
            if everyone := conversation.everyone(statement["statement"]):
                over_all.append(Lead(statement, own, everyone))
    found = [lead for lead in over_groups if lead.sure > 0] or [lead for lead in over_all if lead.sure > 0]
    return sorted(found, key=lambda lead: -lead.sure)


def opinions(conversation: Conversation) -> Finding:
    words, rows = conversation.words["opinions"], conversation.figures.rows("opinion_groups")
    if not rows:
        none = conversation.note("no_stable_groups")
        return Finding(
            "opinions", words["title_none" if none else "title_not_shown"], none or words["not_shown"],
            words["assumes"], NO_TABLE,
        )  # fmt: skip
    leads = {row["group"]: leads_of(conversation, row["group"])[:LEADS] for row in rows}
    first = [(row, leads[row["group"]][0]) for row in rows if leads[row["group"]]]
    alike = [conversation.group(OPINION, group) for group, found in leads.items() if not found]
    number = conversation.figures.number
    return Finding(
        "opinions",
        conversation.counted(
            words["title"], len(rows), sizes=conversation.listed([number(row["persons"]) for row in rows])
        ),
        words["text"].format(stability=conversation.listed([number(row["stability"], 2) for row in rows]))
        + (words["alike"].format(groups=conversation.listed(alike)) if alike else ""),
        words["assumes"],
        Table(
            words["caption"],
            words["head"],
            [
                (conversation.text(lead.statement), sentence(conversation.group(OPINION, group)),
                 conversation.of_group(lead.own), _other(conversation, lead))
                for group, found in leads.items()
                for lead in found
            ],
            texts=True,
        ),
        under_texts("chart-opinions", words["chart"], [_own_words(conversation, *one) for one in first], words["key"])
        if first
        else "",
        words["chart"],
    )  # fmt: skip


def _own_words(conversation: Conversation, group: Row, lead: Lead) -> Said:
    figures = conversation.words["opinions"]["figures"].format(
        group=sentence(conversation.group(OPINION, group["group"])),
        people=conversation.figures.number(group["persons"]),
        own=conversation.percent(lead.own["agree"]), other=_other(conversation, lead),
    )  # fmt: skip
    spans = [(row["lower"], row["upper"]) for row in (lead.own, lead.other)]
    places = [lead.own["agree"], lead.other["agree"]]
    return Said(conversation.text(lead.statement), figures, spans, places, lead.statement["language"] or "")


def _other(conversation: Conversation, lead: Lead) -> str:
    row = lead.other
    name = conversation.group(OPINION, row["group"]) if row["kind"] == OPINION else conversation.everybody
    return f"{name}: {conversation.percent(row['agree'])}"


MIDDLE, WIDTH = 0.5, 0.5
"""Places within this of 0 are in the middle. Places stand so far apart."""
MOST = 0.9
"""Where the places of fewer of the people than this, as a share, are shown, no share of all of them is told."""
HALF = 0.5
"""Where fewer than this are shown there is nothing to draw."""
MISSES = 10
"""So many people in a place, or more, whose group is not shown, are a part of their own: fewer may be rounding."""


def positions(conversation: Conversation) -> Finding | None:
    words, rows = conversation.words["positions"], conversation.figures.rows("positions")
    everyone = {row["bin"]: row["persons"] for row in rows if row["kind"] == EVERYONE}
    if not everyone:
        return None
    shown = sum(everyone.values())
    middle = sum(persons for place, persons in everyone.items() if abs(place) <= MIDDLE)
    placed = sum(row["persons"] for row in conversation.figures.rows("opinion_groups")) or conversation.participants
    last = max((int(row["group"]) for row in rows if row["kind"] == OPINION), default=0)
    groups = [str(number) for number in range(1, last + 1)]
    names = [sentence(conversation.group(OPINION, group)) for group in groups]
    stacks = _stacks(everyone, [row for row in rows if row["kind"] == OPINION], groups)
    rest = words["rest"] if groups and any(stack[-1] for stack in stacks) else ""
    parts = names or [words["people"]]
    return Finding(
        "positions",
        words["title" if shown >= MOST * placed else "title_part"].format(
            share=conversation.percent(middle / shown), shown=conversation.figures.number(shown)
        ),
        words["text_groups" if groups else "text"],
        words["assumes"],
        Table(
            words["caption"],
            words["head"],
            [
                (conversation.figures.number(row["bin"], 1), _of_whom(conversation, row),
                 conversation.figures.number(row["persons"]))
                for row in rows
            ],
        ),
        ""
        if shown < HALF * placed
        else columns(
            "chart-positions", words["chart"], words["describe"], stacks, parts, words["under"], rest
        ),
        words["chart"],
    )  # fmt: skip


def _stacks(everyone: dict[float, float], rows: Sequence[Row], groups: Sequence[str]) -> list[list[float]]:
    """[place][group], people, and at the end those whose group is not shown; from the first place to the last."""
    of_group = {(row["bin"], row["group"]): row["persons"] for row in rows}
    first, last = min(everyone), max(everyone)
    stacks = []
    for step in range(round((last - first) / WIDTH) + 1):
        place = first + WIDTH * step
        stack = [of_group.get((place, group), 0.0) for group in groups]
        rest = everyone.get(place, 0.0) - sum(stack)
        stacks.append([*stack, rest if rest >= MISSES else 0.0])
    return stacks


def _of_whom(conversation: Conversation, row: Row) -> str:
    if row["kind"] == EVERYONE:
        return sentence(str(conversation.said["everybody"]))
    return sentence(conversation.group(row["kind"], row["group"]))


# Who is missing ------------------------------------------------------------------------------------------------------


CLEARLY = 0.02
"""Parts of the city that lack less than this, as a share, are not called missing."""


@dataclass(frozen=True)
class Part:
    """A category of a margin: its share of the city, of participants, and of these once weighted. None is not shown."""

    margin: str
    category: str
    population: float
    participants: float | None
    weighted: float | None

    @property
    def lacks(self) -> float:
        return 0.0 if self.participants is None else self.population - self.participants


def parts_of(conversation: Conversation) -> list[Part]:
    """Most missing first. Of a margin with a category that is not shown, shares of participants are of those shown."""
    by_margin: dict[str, list[Row]] = {}
    for row in conversation.figures.rows("missing"):
        by_margin.setdefault(row["margin"], []).append(row)
    found = []
    for margin, rows in by_margin.items():
        whole = {column: _whole(rows, column) for column in ("population", "participants", "weighted")}
        for row in rows:
            shares = (
                None if row[column] is None or not total else row[column] / total for column, total in whole.items()
            )
            population, participants, weighted = shares
            found.append(Part(margin, row["category"], population or 0.0, participants, weighted))
    return sorted(found, key=lambda part: -part.lacks)


def _whole(rows: Sequence[Row], column: str) -> float:
    return sum(row[column] or 0.0 for row in rows)


def missing(conversation: Conversation) -> Finding:
    words, parts = conversation.words["missing"], parts_of(conversation)
    if not parts:
        return Finding("missing", words["title_unknown"], words["text_unknown"], words["assumes_unknown"], NO_TABLE)
    told = [part for part in parts if part.participants is not None]
    hidden = [_category(conversation, part) for part in parts if part.participants is None]
    most = told[0] if told and told[0].lacks >= CLEARLY else None
    return Finding(
        "missing",
        words["title_none"]
        if most is None
        else words["title_shown" if hidden else "title"].format(
            category=_category(conversation, most), population=conversation.percent(most.population),
            participants=conversation.percent(most.participants),
        ),
        " ".join(
            [words["text"], *([words["hidden"].format(categories=conversation.listed(hidden))] if hidden else [])]
        ),
        words["assumes"],
        Table(
            words["caption"],
            words["head"],
            [
                (part.margin, part.category,
                 *(conversation.percent(share) for share in (part.population, part.participants, part.weighted)))
                for part in parts
            ],
        ),
        under_texts("chart-missing", words["chart"], [_shares(conversation, part) for part in told], words["key"])
        if told
        else "",
        words["chart"],
    )  # fmt: skip


def _category(conversation: Conversation, part: Part) -> str:
    return str(conversation.said["group"].format(kind=part.margin, group=part.category))


def _shares(conversation: Conversation, part: Part) -> Said:
    population, participants, weighted = map(conversation.percent, (part.population, part.participants, part.weighted))
    figures = conversation.words["missing"]["figures"].format(
        population=population, participants=participants, weighted=weighted
    )
    return Said(sentence(_category(conversation, part)), figures, (), [part.population, part.participants])


# What weighting changes ----------------------------------------------------------------------------------------------


def weighting(conversation: Conversation) -> Finding | None:
    """Agreement of everybody as it was voted, and weighted: the statements that differ most."""
    words = conversation.words["weighting"]
    pairs = [
        (statement, plain, weighted)
        for statement in conversation.statements
        if (plain := conversation.agreement_of(statement["statement"], EVERYONE, EVERYONE))
        and (weighted := conversation.agreement_of(statement["statement"], WEIGHTED, EVERYONE))
    ]
    if not pairs:
        return None
    pairs.sort(key=lambda pair: -abs(pair[2]["agree"] - pair[1]["agree"]))
    most = abs(pairs[0][2]["agree"] - pairs[0][1]["agree"])
    return Finding(
        "weighting",
        words["title"].format(points=conversation.figures.number(100 * most)),
        " ".join(text for text in (words["text"], conversation.note("design_effect")) if text),
        words["assumes"],
        Table(
            words["caption"],
            words["head"],
            [
                (conversation.text(statement), conversation.of_group(plain), conversation.interval(plain),
                 conversation.percent(weighted["agree"]), conversation.interval(weighted))
                for statement, plain, weighted in pairs
            ],
            texts=True,
        ),
        under_texts(
            "chart-weighting",
            words["chart"],
            [
                Said(
                    conversation.text(statement),
                    words["figures"].format(
                        plain=conversation.percent(plain["agree"]), weighted=conversation.percent(weighted["agree"])
                    ),
                    [(weighted["lower"], weighted["upper"])], [weighted["agree"], plain["agree"]],
                    statement["language"] or "",
                )
                for statement, plain, weighted in pairs[:SHOWN]
            ],
            words["key"],
        ),
        words["chart"],
    )  # fmt: skip


# How robust ----------------------------------------------------------------------------------------------------------


def robustness(conversation: Conversation) -> Finding | None:
    words, rows = conversation.words["robustness"], conversation.figures.rows("robustness")
    binding = [row for row in rows if row["verdict"] == "binds"]
    if not binding:
        return None
    number = conversation.figures.number
    before, least, most = binding[0]["before"], *(pick(row["stays"] for row in binding) for pick in (min, max))
    kept = words["title_same" if least == most else "title"]
    return Finding(
        "robustness",
        kept.format(before=number(before), least=number(least), most=number(most)) if before else words["title_none"],
        " ".join(
            words["scenarios"][row["scenario"]].format(before=number(row["before"]), stays=number(row["stays"]))
            for row in binding
        )
        if before
        else words["text_none"],
        words["assumes"],
        Table(
            words["caption"],
            words["head"],
            [
                (words["names"][row["scenario"]], words["lists"][row["verdict"]],
                 *(number(row[column]) for column in ("before", "after", "stays")))
                for row in rows
            ],
        ),
    )  # fmt: skip
