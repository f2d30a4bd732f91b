"""Who connects, whose friends mirror their area, whom people could meet, and how they fare."""

from wijkspiegel.report.charts import Bar, Point, band, intervals
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import Finding, Table, Words, interval_of, listed

TOLERANCE = 0.10
"""The tolerance of the sentences; the charts and tables have all of them."""

ALL = "all"
FRIENDS = "friends"


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
        said["text"].format(interval=_interval(figures, words, connects), one_in=one_in),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (_group(figures, words, row["group"]), _step(said, row["step"]),
                 figures.percent(row["share"], 0), _interval(figures, words, row))
                for row in rows
            ] + [(words["page"]["all"], said["exactly"].format(roads=_roads(said, row["roads"])),
                  figures.percent(row["share"], 0), _interval(figures, words, row)) for row in exact],
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
    sphere = FRIENDS if FRIENDS in spheres else spheres[0]
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
        said["title"].format(share=figures.percent(main["estimate"], 0), sphere=_sphere(words, sphere)),
        said["in_bands" if main["contacts"] == 0 else "text"].format(
            interval=_interval(figures, words, main), naive=figures.percent(main["naive"], 0),
            bounds=_bounds(figures, said, main),
            persons=figures.number(main["persons"]), contacts=figures.number(main["contacts"]),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (_group(figures, words, row["group"]), _sphere(words, row["sphere"]),
                 figures.number(100 * row["tolerance"]), figures.percent(row["naive"], 0),
                 figures.percent(row["estimate"], 0), _interval(figures, words, row),
                 interval_of(figures, words, row["bound_low"], row["bound_high"], 100))
                for row in every
            ],
        ),
        band("chart-mirrors", said["chart"], said["describe"].format(list=listed(texts)), points,
             said["axis"], said["naive"]),
        said["chart"],
    )  # fmt: skip


def exposure(figures: Figures, words: Words) -> Finding | None:
    said = words["bias"]
    rows = [
        row for row in figures.rows("exposure", area=figures.whole)
        if ":" not in row["group"] and row["group"] != ALL and row["bias"] is not None
    ]  # fmt: skip
    spheres = list(dict.fromkeys(row["sphere"] for row in rows))
    if not spheres:
        return None
    sphere = FRIENDS if FRIENDS in spheres else spheres[0]
    shown = sorted((row for row in rows if row["sphere"] == sphere), key=lambda row: -float(row["bias"]))
    most = shown[0]
    texts = [(_group(figures, words, row["group"]), figures.percent(row["bias"], 0)) for row in shown]
    return Finding(
        "bias",
        said["title"].format(
            group=figures.group(most["group"]), share=figures.percent(most["contact_share"], 0),
            exposure=figures.percent(most["exposure"], 0),
        ),
        said["text"].format(
            bias=figures.percent(most["bias"], 0), interval=_interval(figures, words, most),
            sphere=_sphere(words, sphere),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (_group(figures, words, row["group"]), _sphere(words, row["sphere"]),
                 figures.percent(row["contact_share"], 0), figures.percent(row["exposure"], 0),
                 figures.percent(row["bias"], 0), _interval(figures, words, row))
                for row in rows
            ],
        ),
        intervals(
            "chart-bias",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [Bar(label, row["bias"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, shown, strict=True)],
            max(row["upper"] for row in shown),
        ),
        said["chart"],
    )  # fmt: skip


def _bounds(figures: Figures, said: Words, row: Row) -> str:
    """What no number of respondents would tell; nothing where that is less than a percentage point."""
    low, high = (figures.percent(row[end], 0) for end in ("bound_low", "bound_high"))
    return "" if low == high else str(said["bounds"].format(low=low, high=high))


def outcomes(figures: Figures, words: Words) -> Finding | None:
    said = words["outcomes"]
    rows = [row for row in figures.rows("outcomes", area=figures.whole) if row["mean"] is not None]
    if not rows:
        return None
    apart = _farthest_apart(rows)
    title = said["title_same"]
    if apart:
        high, low = apart
        title = said["title"].format(
            outcome=high["outcome"], high=_level(figures, words, high), low=_level(figures, words, low)
        )
    return Finding(
        "outcomes",
        title,
        said["text"],
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (row["outcome"], _level(figures, words, row), figures.number(row["mean"], 2),
                 interval_of(figures, words, row["lower"], row["upper"], 1, 2), figures.number(row["persons"]))
                for row in rows
            ],
        ),
    )  # fmt: skip


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


def _interval(figures: Figures, words: Words, row: Row) -> str:
    return interval_of(figures, words, row["lower"], row["upper"], 100)


def _group(figures: Figures, words: Words, group: str) -> str:
    return str(words["page"]["all"]) if group == ALL else figures.group(group)


def _sphere(words: Words, sphere: str) -> str:
    return str(words["spheres"].get(sphere, sphere))


def _level(figures: Figures, words: Words, row: Row) -> str:
    if row["by"] == "group":
        return figures.group(row["level"])
    by = words["outcomes"]["by"].get(row["by"], row["by"])
    return f"{by}: {words['outcomes']['levels'].get(row['level'], row['level'])}"


def _roads(said: Words, roads: str) -> str:
    return ", ".join(said["roads"].get(road, road) for road in roads.split("+"))


def _step(said: Words, step: str) -> str:
    if step == "any":
        return str(said["any"])
    taken = step.removeprefix("ladder:").split("+")
    names = [said["roads"].get(road, road) for road in taken]
    return str(names[0] if len(names) == 1 else said["plus"].format(before=names[-1]))
