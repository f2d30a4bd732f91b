"""How people fare."""

from wijkspiegel.report.charts import Bar, intervals
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import Finding, Table, Words, interval_of, listed, sentence


def outcomes(figures: Figures, words: Words) -> Finding | None:
    said = words["outcomes"]
    rows = _in_order(words, [row for row in figures.rows("outcomes", area=figures.whole) if row["mean"] is not None])
    alone = [row for row in rows if not row["by"].startswith("group:")]
    if not alone:
        return None
    apart = _farthest_apart(alone)
    shown = [row for row in alone if row["outcome"] == (apart[0] if apart else alone[0])["outcome"]]
    caption = said["chart"].format(outcome=_outcome(words, shown[0]["outcome"]))
    texts = [(_level(figures, words, row), figures.number(row["mean"], 1)) for row in shown]
    title = said["title_same"]
    if apart:
        high, low = apart
        title = said["title"].format(
            outcome=_outcome(words, high["outcome"]), high=_level(figures, words, high), low=_level(figures, words, low)
        )
    return Finding(
        "outcomes",
        sentence(title),
        said["text"],
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
            max(row["upper"] for row in shown),
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


def _farthest_apart(rows: list[Row]) -> tuple[Row, Row] | None:
    """Two levels of one kind whose intervals do not meet, the farthest apart in their own breadth; None without any."""
    found: list[tuple[float, Row, Row]] = []
    for high in rows:
        for low in rows:
            same = (high["outcome"], high["by"]) == (low["outcome"], low["by"])
            if same and high["lower"] > low["upper"]:
                breadth = float(high["upper"] - high["lower"] + low["upper"] - low["lower"])
                found.append((float(high["mean"] - low["mean"]) / max(breadth, 1e-9), high, low))
    return max(found, key=lambda each: each[0])[1:] if found else None


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
