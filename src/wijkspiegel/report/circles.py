"""Who connects, whose friends mirror their area, and whether that depends on what is called their area."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    sentence,
    sphere_of,
)

TOLERANCE = 0.10
"""The tolerance of the sentences; the charts and tables have all of them."""

ONE_SIDED, BUBBLE = "one_sided", "bubble"
METRES = "m"


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
    every = [row for row in figures.rows("mirrors", area=figures.whole) if row["form"] in said["forms"]]
    of_chart = [row for row in every if row["form"] == ONE_SIDED and row["group"] == ALL]
    if not of_chart:
        return None
    sphere = main_sphere([row["sphere"] for row in of_chart])
    rows = [row for row in of_chart if row["sphere"] == sphere]
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
            bounds=_bounds(figures, words, main),
            persons=figures.number(main["persons"]), contacts=figures.number(main["contacts"]),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (group_or_all(figures, words, row["group"]), sphere_of(words, row["sphere"]),
                 said["forms"][row["form"]], figures.number(100 * row["tolerance"]), figures.percent(row["naive"], 0),
                 figures.percent(row["estimate"], 0), interval_of_shares(figures, words, row),
                 interval_of(figures, words, row["bound_low"], row["bound_high"], 100))
                for row in every
            ],
        ),
        band("chart-mirrors", said["chart"], said["describe"].format(list=listed(texts)), points,
             said["axis"], said["naive"]),
        said["chart"],
    )  # fmt: skip


def bubbles(figures: Figures, words: Words) -> Finding | None:
    """Whose contacts are (almost) all of their own group."""
    said = words["bubbles"]
    told = figures.rows("mirrors", area=figures.whole, form=BUBBLE)
    every = [row for row in told if row["estimate"] is not None]
    if not any(row["group"] == ALL for row in every):
        return None
    sphere = main_sphere([row["sphere"] for row in every if row["group"] == ALL])
    rows = [row for row in every if row["sphere"] == sphere]
    main = next(row for row in rows if row["group"] == ALL)
    texts = [(group_or_all(figures, words, row["group"]), figures.percent(row["estimate"], 0)) for row in rows]
    return Finding(
        "bubbles",
        said["title"].format(share=figures.percent(main["estimate"], 0), sphere=sphere_of(words, sphere)),
        said["text"].format(
            most=figures.percent(main["tolerance"], 0), interval=interval_of_shares(figures, words, main),
            naive=figures.percent(main["naive"], 0), bounds=_bounds(figures, words, main),
        ).rstrip(),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (group_or_all(figures, words, row["group"]), sphere_of(words, row["sphere"]),
                 figures.percent(row["naive"], 0), figures.percent(row["estimate"], 0),
                 interval_of_shares(figures, words, row),
                 interval_of(figures, words, row["bound_low"], row["bound_high"], 100))
                for row in every
            ],
        ),
        intervals(
            "chart-bubbles", said["chart"], said["describe"].format(list=listed(texts)),
            [Bar(label, row["estimate"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, rows, strict=True)],
            max(row["upper"] for row in rows),
        ),
        said["chart"],
    )  # fmt: skip


def reference(figures: Figures, words: Words) -> Finding | None:
    """Whether the share of mirrors depends on what is called around people; None where there is but one reference."""
    said = words["reference"]
    told = [row for row in figures.rows("sensitivity", area=figures.whole) if row["estimate"] is not None]
    same = _same_as_finest(told, figures.level)
    every = [row for row in told if row["reference"] not in same]
    if not every:
        return None
    sphere = main_sphere([row["sphere"] for row in every])
    of_group: dict[str, list[Row]] = {}
    for row in every:
        if row["sphere"] == sphere:
            of_group.setdefault(row["group"], []).append(row)
    rows = of_group.pop(ALL, [])
    if len(rows) < 2:
        return None
    whole = _spread(rows)
    least, most = whole.least, whole.most
    title = str(said["title_much" if whole.beyond else "title_little"])
    farthest = max(map(_spread, of_group.values()), key=lambda one: (one.beyond, one.shift), default=None)
    texts = [(_around(figures, words, row["reference"]), figures.percent(row["estimate"], 0)) for row in rows]
    return Finding(
        "reference",
        title.format(least=figures.percent(least["estimate"], 0), most=figures.percent(most["estimate"], 0))
        + (_of_group(figures, words, farthest, "title_group") if farthest and farthest.beyond else ""),
        said["text"].format(
            sphere=sphere_of(words, sphere), low=_around(figures, words, least["reference"]),
            high=_around(figures, words, most["reference"]),
        )
        + (_of_group(figures, words, farthest, "group" if farthest.beyond else "group_within") if farthest else "")
        + "".join(
            said["same"].format(
                around=sentence(_around(figures, words, name)), finest=_around(figures, words, figures.level)
            )
            for name in same
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


@dataclass(frozen=True)
class _Spread:
    """The surroundings with the lowest and the highest share, and how far these are apart.

    beyond : whether that is more than half the breadth of the widest interval.
    """

    least: Row
    most: Row
    shift: float
    beyond: bool


def _spread(rows: Sequence[Row]) -> _Spread:
    least, most = (pick(rows, key=lambda row: float(row["estimate"])) for pick in (min, max))
    shift = float(most["estimate"] - least["estimate"])
    return _Spread(least, most, shift, shift >= max(float(row["upper"] - row["lower"]) for row in rows) / 2)


def _of_group(figures: Figures, words: Words, spread: _Spread, text: str) -> str:
    return str(
        words["reference"][text].format(
            group=figures.group(spread.least["group"]),
            least=figures.percent(spread.least["estimate"], 0), low=_around(figures, words, spread.least["reference"]),
            most=figures.percent(spread.most["estimate"], 0), high=_around(figures, words, spread.most["reference"]),
        )
    )  # fmt: skip


def _same_as_finest(rows: Sequence[Row], finest: str) -> list[str]:
    """Distances that give on every row what the own area of the finest level gives: no second confirmation of it."""

    def told(reference: str) -> dict[tuple[str, str], tuple[float, float]]:
        return {
            (row["sphere"], row["group"]): (row["outgroup"], row["estimate"])
            for row in rows
            if row["reference"] == reference
        }

    distances = dict.fromkeys(row["reference"] for row in rows if row["reference"].endswith(f" {METRES}"))
    return [distance for distance in distances if told(distance) == told(finest)]


def _around(figures: Figures, words: Words, name: str) -> str:
    """What is around people, in words: an area of a level, a distance or a number of people."""
    said = words["reference"]
    size, _, unit = name.partition(" ")
    if unit in (METRES, "people"):
        return str(said["within" if unit == METRES else "nearest"].format(size=figures.number(float(size))))
    return str(said["area"].format(level=words["level_one"].get(name, name)))


def _bounds(figures: Figures, words: Words, row: Row) -> str:
    """What no number of respondents would tell; nothing where that is less than a percentage point."""
    low, high = (figures.percent(row[end], 0) for end in ("bound_low", "bound_high"))
    return "" if low == high else str(words["mirrors"]["bounds"].format(low=low, high=high))


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
