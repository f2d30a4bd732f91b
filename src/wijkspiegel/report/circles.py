"""Who connects, whose friends mirror their area, and whether that depends on what is called their area."""

from wijkspiegel.report.charts import Bar, Point, band, intervals
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import (
    ALL,
    FRIENDS,
    Finding,
    Table,
    Words,
    group_or_all,
    interval_of,
    interval_of_shares,
    listed,
    main_sphere,
    sphere_of,
)

TOLERANCE = 0.10
"""The tolerance of the sentences; the charts and tables have all of them."""


def connectors(figures: Figures, words: Words) -> Finding | None:
    said = words["connectors"]
    rows = figures.rows("connectors", area=figures.whole, tolerance=TOLERANCE)
    told = [row for row in rows if row["group"] == ALL and row["share"] is not None]
    connects = next((row for row in told if row["step"] == "any"), None)
    if connects is None:
        return None
    climbed = [row for row in told if row["step"] == FRIENDS or row["step"].startswith("ladder:")]
    texts = [(_step(said, row["step"]), figures.percent(row["share"], 0)) for row in climbed]
    exact = [row for row in figures.rows("overlap", area=figures.whole, group=ALL) if row["share"] is not None]
    one_in = said["one_in"].format(number=figures.number(1 / connects["share"], 1)) if connects["share"] else ""
    return Finding(
        "connectors",
        said["title"].format(share=figures.percent(connects["share"], 0), title=figures.release.about.title),
        said["text"].format(interval=interval_of_shares(figures, words, connects), one_in=one_in),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (group_or_all(figures, words, row["group"]), _step(said, row["step"]),
                 figures.percent(row["share"], 0), interval_of_shares(figures, words, row))
                for row in rows
            ] + [(words["page"]["all"], _exactly(said, row["roads"]),
                  figures.percent(row["share"], 0), interval_of_shares(figures, words, row)) for row in exact],
        ),
        intervals(
            "chart-connectors",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [Bar(label, row["share"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, climbed, strict=True)],
            max(row["upper"] for row in climbed),
        ),
        said["chart"],
    )  # fmt: skip


def mirrors(figures: Figures, words: Words) -> Finding | None:
    said = words["mirrors"]
    every = figures.rows("mirrors", area=figures.whole, form="one_sided")
    spheres = list(dict.fromkeys(row["sphere"] for row in every))
    if not spheres:
        return None
    sphere = main_sphere(spheres)
    rows = [row for row in every if row["sphere"] == sphere and row["group"] == ALL]
    main = next((row for row in rows if row["tolerance"] == TOLERANCE), None)
    if main is None:
        return None
    points = [
        Point(f"{figures.number(100 * row['tolerance'])}", row["estimate"], row["lower"], row["upper"], row["naive"])
        for row in rows
    ]
    texts = [(point.label, figures.percent(point.value, 0)) for point in points]
    return Finding(
        "mirrors",
        said["title"].format(share=figures.percent(main["estimate"], 0), sphere=sphere_of(words, sphere)),
        said["in_bands" if main["contacts"] == 0 else "text"].format(
            interval=interval_of_shares(figures, words, main), naive=figures.percent(main["naive"], 0),
            bounds=_bounds(figures, said, main),
            persons=figures.number(main["persons"]), contacts=figures.number(main["contacts"]),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (group_or_all(figures, words, row["group"]), sphere_of(words, row["sphere"]),
                 figures.number(100 * row["tolerance"]), figures.percent(row["naive"], 0),
                 figures.percent(row["estimate"], 0), interval_of_shares(figures, words, row),
                 interval_of(figures, words, row["bound_low"], row["bound_high"], 100))
                for row in every
            ],
        ),
        band("chart-mirrors", said["chart"], said["describe"].format(list=listed(texts)), points,
             said["axis"], said["naive"]),
        said["chart"],
    )  # fmt: skip


def reference(figures: Figures, words: Words) -> Finding | None:
    """Whether the share of mirrors depends on what is called around people; None where there is but one reference."""
    said = words["reference"]
    every = [row for row in figures.rows("sensitivity", area=figures.whole) if row["estimate"] is not None]
    if not every:
        return None
    sphere = main_sphere([row["sphere"] for row in every])
    rows = [row for row in every if row["sphere"] == sphere and row["group"] == ALL]
    if len(rows) < 2:
        return None
    least, most = (pick(rows, key=lambda row: float(row["estimate"])) for pick in (min, max))
    breadth = max(float(row["upper"] - row["lower"]) for row in rows)
    title = said["title_little" if most["estimate"] - least["estimate"] < breadth / 2 else "title_much"]
    texts = [(_around(figures, words, row["reference"]), figures.percent(row["estimate"], 0)) for row in rows]
    return Finding(
        "reference",
        title.format(least=figures.percent(least["estimate"], 0), most=figures.percent(most["estimate"], 0)),
        said["text"].format(
            sphere=sphere_of(words, sphere), low=_around(figures, words, least["reference"]),
            high=_around(figures, words, most["reference"]),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (group_or_all(figures, words, row["group"]), sphere_of(words, row["sphere"]),
                 _around(figures, words, row["reference"]), figures.percent(row["outgroup"], 0),
                 figures.percent(row["estimate"], 0), interval_of_shares(figures, words, row))
                for row in every
            ],
        ),
        intervals(
            "chart-reference", said["chart"], said["describe"].format(list=listed(texts)),
            [Bar(label, row["estimate"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, rows, strict=True)],
            max(row["upper"] for row in rows),
        ),
        said["chart"],
    )  # fmt: skip


def _around(figures: Figures, words: Words, name: str) -> str:
    """What is around people, in words: an area of a level, a distance or a number of people."""
    said = words["reference"]
    size, _, unit = name.partition(" ")
    if unit in ("m", "people"):
        return str(said["within" if unit == "m" else "nearest"].format(size=figures.number(float(size))))
    return str(said["area"].format(level=words["level_one"].get(name, name)))


def _bounds(figures: Figures, said: Words, row: Row) -> str:
    """What no number of respondents would tell; nothing where that is less than a percentage point."""
    low, high = (figures.percent(row[end], 0) for end in ("bound_low", "bound_high"))
    return "" if low == high else str(said["bounds"].format(low=low, high=high))


def _exactly(said: Words, roads: str) -> str:
    taken = roads.removeprefix("unknown:")
    names = ", ".join(said["roads"].get(road, road) for road in taken.split("+"))
    return str(said["exactly" if taken == roads else "unknown"].format(roads=names))


def _step(said: Words, step: str) -> str:
    if step == "any":
        return str(said["any"])
    taken = step.removeprefix("ladder:").split("+")
    names = [said["roads"].get(road, road) for road in taken]
    return str(names[0] if len(names) == 1 else said["plus"].format(before=names[-1]))
