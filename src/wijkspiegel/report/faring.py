"""How people fare."""

from collections.abc import Sequence
from itertools import groupby

from wijkspiegel.report.charts import Bar, intervals
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import Finding, Table, Words, ahead, interval_of, listed, quoted, sentence


def outcomes(figures: Figures, words: Words) -> Finding | None:
    said = words["outcomes"]
    rows = _in_order(words, [row for row in figures.rows("outcomes", area=figures.whole) if row["mean"] is not None])
    alone = [row for row in rows if not row["by"].startswith("group:")]
    if not alone:
        return None
    kinds = [list(of_kind) for _, of_kind in groupby(alone, key=lambda row: (row["outcome"], row["by"]))]
    told = max(kinds, key=_part_told_apart)
    apart = _part_told_apart(told) > 0
    shown = [row for row in alone if row["outcome"] == told[0]["outcome"]]
    caption = said["chart"].format(outcome=_outcome(words, told[0]["outcome"]))
    texts = [(_level(figures, words, row), figures.number(row["mean"], 1)) for row in shown]
    return Finding(
        "outcomes",
        sentence(_headline(figures, words, told)) if apart else said["title_same"],
        said["text"] + (_ties(figures, words, told) if apart else ""),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (_outcome(words, row["outcome"]), _level(figures, words, row), figures.number(row["mean"], 2),
                 interval_of(figures, words, row["lower"], row["upper"], 1, 2), figures.number(row["persons"]))
                for row in rows
            ],
        ),
        intervals(
            "chart-outcomes", caption, said["describe"].format(list=listed(texts)),
            [Bar(label, row["mean"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, shown, strict=True)],
            max(row["upper"] for row in shown), times=1.0, decimal=figures.decimal,
        ),
        caption,
    )  # fmt: skip


def _in_order(words: Words, rows: list[Row]) -> list[Row]:
    """Values that the texts know in their order: from short to long."""
    known = list(words["outcomes"]["levels"])
    kinds = list(dict.fromkeys((row["outcome"], row["by"]) for row in rows))

    def place(row: Row) -> tuple[int, str, int]:
        group, _, level = row["level"].rpartition(":")
        return kinds.index((row["outcome"], row["by"])), group, known.index(level) if level in known else -1

    return sorted(rows, key=place)


def _part_told_apart(rows: Sequence[Row]) -> float:
    """Of the kinds of people in these rows, the part that is surely lower than the one that is surest to be high."""
    return 1 - len(ahead(rows)) / len(rows)


def _headline(figures: Figures, words: Words, rows: Sequence[Row]) -> str:
    said = words["outcomes"]
    ends = {}
    for end, most in (("high", True), ("low", False)):
        first, *tied = ahead(rows, most=most)
        ends[end] = said[f"{end}_among" if tied else end].format(level=_level(figures, words, first))
    return str(said["title"].format(outcome=_outcome(words, rows[0]["outcome"]), **ends))


def _ties(figures: Figures, words: Words, rows: Sequence[Row]) -> str:
    """Who cannot be told apart from the first and from the last."""
    texts = []
    for most in (True, False):
        first, *tied = (_level(figures, words, row) for row in ahead(rows, most=most))
        if tied:
            texts.append(words["outcomes"]["tied"].format(level=first, levels=quoted(words, tied)))
    return "".join(texts)


def _outcome(words: Words, outcome: str) -> str:
    return str(words["outcomes"]["names"].get(outcome, outcome))


def _level(figures: Figures, words: Words, row: Row) -> str:
    """Of whom a mean is: a group, a value of a trait, or both."""
    said = words["outcomes"]
    by, level = row["by"], row["level"]
    if by == "group":
        return figures.group(level)
    group, _, rest = level.partition(":") if by.startswith("group:") else ("", "", level)
    trait = by.removeprefix("group:")
    text = f"{said['by'].get(trait, trait)}: {said['levels'].get(rest, rest)}"
    return f"{figures.group(group)}, {text}" if group else text
