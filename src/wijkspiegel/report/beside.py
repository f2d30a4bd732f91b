"""A place beside others: its peers, its two sides, and institutions beside the area that they serve."""

from collections.abc import Iterator

from wijkspiegel.report.charts import Bar, intervals
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.finding import Finding, Table, Words, ahead, interval_of, listed, quoted, signed

MOST_SIDES = 40
"""How many areas that stand out are listed."""

TITLES = ("title_mirror", "title_missing", "title_several_missing")
"""Of an institution at which no, one or more groups are missing."""


def peers(figures: Figures, words: Words) -> Finding | None:
    said = words["peers"]
    rows = figures.rows("peers", area=figures.whole, year=figures.year) if figures.release.about.subject else []
    if not rows:
        return None
    return Finding(
        "peers",
        said["title"].format(title=figures.release.about.title, peer=figures.names[rows[0]["peer"]]),
        said["text"],
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (str(row["rank"]), figures.names[row["peer"]], figures.number(row["distance"], 3), row["because"])
                for row in rows
            ],
        ),
    )


def sides(figures: Figures, words: Words) -> Finding | None:
    said = words["sides"]
    every = figures.rows("sides")
    if not every:
        return None
    telling = [row for row in every if row["side"] != "neither"]
    telling.sort(key=lambda row: -abs(float(row["compared"])) / max(float(row["upper"] - row["lower"]), 1e-9))
    beautiful = sum(row["side"] == "beautiful" for row in telling)
    return Finding(
        "sides",
        said["title"].format(beautiful=figures.number(beautiful), less=figures.number(len(telling) - beautiful))
        if telling
        else said["none"],
        said["text"],
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.names.get(row["area"], row["area"]), row["indicator"], figures.number(row["value"], 2),
                 signed(figures, row["compared"], 2), interval_of(figures, words, row["lower"], row["upper"], 1, 2),
                 said[row["side"]])
                for row in telling[:MOST_SIDES]
            ],
        ),
    )  # fmt: skip


def representation(figures: Figures, words: Words) -> Iterator[Finding]:
    said = words["representation"]
    every = figures.rows("representation")
    for number, institution in enumerate(dict.fromkeys(row["institution"] for row in every)):
        rows = [row for row in every if row["institution"] == institution]
        latest = max(row["year"] for row in rows)
        whole = [row for row in rows if row["part"] == "all" and row["year"] == latest and row["ratio"] is not None]
        if not whole:
            continue
        short = [row for row in whole if row["upper"] is not None and row["upper"] < 1]
        missing = ahead(short, most=False) if short else []
        names = quoted(words, [figures.group(row["group"]) for row in missing])
        texts = [(figures.group(row["group"]), figures.number(row["ratio"], 2)) for row in whole]
        yield Finding(
            f"institution-{number}",
            said[TITLES[min(len(missing), 2)]].format(institution=institution, groups=names),
            " ".join(
                said["text"].format(
                    group=figures.group(row["group"]),
                    share=figures.percent(row["share"]), reference=figures.percent(row["reference_share"]),
                    ratio=figures.number(row["ratio"], 2),
                    interval=interval_of(figures, words, row["lower"], row["upper"], 1, 2),
                )
                for row in missing
            ),
            said["assumes"],
            Table(
                said["caption"].format(institution=institution),
                said["head"],
                [
                    (said["all"] if row["part"] == "all" else row["part"], figures.group(row["group"]),
                     figures.number(row["count"]),
                     figures.percent(row["share"]), figures.percent(row["reference_share"]),
                     figures.number(row["ratio"], 2), interval_of(figures, words, row["lower"], row["upper"], 1, 2))
                    for row in rows
                ],
            ),
            intervals(
                f"chart-institution-{number}",
                said["chart"].format(institution=institution),
                said["describe"].format(list=listed(texts)),
                [Bar(label, row["ratio"], row["lower"], row["upper"], text)
                 for (label, text), row in zip(texts, whole, strict=True)],
                max(1.1, *(min(row["upper"] or row["ratio"], 3) for row in whole)),
                middle=1.0,
                times=1.0,
                decimal=figures.decimal,
                key={"dot": said["dot"], "interval": words["chart"]["interval"]},
            ),
            said["chart"].format(institution=institution),
        )  # fmt: skip
