"""How far apart people live, where, at what scale, and how it changed."""

from collections.abc import Sequence

import numpy as np

from wijkspiegel.report.charts import CLASSES, Bar, Shade, choropleth, curve, intervals
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import (
    Finding,
    Table,
    Words,
    codes_of,
    interval_of,
    level_of,
    listed,
    longest_change,
    one_of_level,
    segregation_rows,
    signed,
)


def segregation(figures: Figures, words: Words) -> Finding | None:
    said = words["segregation"]
    rows = [row for row in segregation_rows(figures, "dissimilarity", against="rest") if row["value"] is not None]
    if not rows:
        return None
    rows.sort(key=lambda row: -float(row["corrected"] or 0.0))
    most = rows[0]
    texts = [
        (figures.group(row["group"]), interval_of(figures, words, row["lower"], row["upper"], 100)) for row in rows
    ]
    return Finding(
        "segregation",
        said["title_most"].format(group=figures.group(most["group"]), level=level_of(figures, words)),
        said["text"].format(
            value=figures.number(100 * most["value"]),
            interval=interval_of(figures, words, most["lower"], most["upper"], 100),
            expected=figures.number(100 * most["expected"]),
        )
        + may_be_chance(words, most),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(row["group"]),
                 *(figures.number(100 * row[column], 1) for column in ("value", "expected", "corrected")),
                 interval_of(figures, words, row["lower"], row["upper"], 100, 1))
                for row in rows
            ],
        ),
        intervals(
            "chart-segregation",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [
                Bar(label, row["value"], row["lower"], row["upper"], figures.number(100 * row["value"]))
                for (label, _), row in zip(texts, rows, strict=True)
            ],
            max(max(row["value"], row["upper"]) for row in rows),
        ),
        said["chart"],
    )  # fmt: skip


def may_be_chance(words: Words, row: Row) -> str:
    return f" {words['page']['chance']}" if row["lower"] is not None and row["lower"] <= 0 else ""


def exposure(figures: Figures, words: Words) -> Finding | None:
    said = words["exposure"]
    rows = [row for row in segregation_rows(figures, "isolation") if row["value"] is not None]
    if not rows:
        return None
    share = {
        row["group"]: row["share"]
        for row in figures.rows("composition", area=figures.whole, year=figures.year, scheme=figures.scheme.code)
    }
    told = [row for row in rows if share.get(row["group"])]
    if not told:
        return None
    most = max(told, key=lambda row: float(row["value"] / share[row["group"]]))
    texts = [(figures.group(row["group"]), figures.percent(row["value"])) for row in rows]
    return Finding(
        "exposure",
        said["title"].format(
            level_one=one_of_level(figures, words), group=figures.group(most["group"]),
            value=figures.percent(most["value"], 0),
        ),
        said["text"].format(title=figures.release.about.title, share=figures.percent(share[most["group"]])),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(row["group"]), figures.percent(row["value"]), figures.percent(share.get(row["group"])),
                 interval_of(figures, words, row["lower"], row["upper"], 100, 1))
                for row in rows
            ],
        ),
        intervals(
            "chart-exposure",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [Bar(label, row["value"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, rows, strict=True)],
            max(max(row["value"], row["upper"]) for row in rows),
        ),
        said["chart"],
    )  # fmt: skip


def on_the_map(figures: Figures, words: Words) -> Finding | None:
    """The finest level that is on the map."""
    said = words["map"]
    levels = levels_on_map(figures)
    if not levels:
        return None
    level = levels[-1]
    rows = [
        row
        for row in figures.rows("diversity", year=figures.year, scheme=figures.scheme.code, measure="differ")
        if row["value"] is not None and row["area"] in codes_of(figures, level)
    ]
    if len(rows) < CLASSES:
        return None
    rows.sort(key=lambda row: float(row["value"]))
    shade = {row["area"]: CLASSES * number // len(rows) for number, row in enumerate(rows)}
    members = [[row["value"] for row in rows if shade[row["area"]] == number] for number in range(CLASSES)]
    legend = [
        Shade(number, said["class"].format(low=figures.percent(values[0], 0), high=figures.percent(values[-1], 0)))
        for number, values in enumerate(members)
    ]
    least, most = rows[0], rows[-1]
    level_name = words["levels"].get(level, level)
    told = {"most": figures.names[most["area"]], "least": figures.names[least["area"]], "level": level_name}
    people = {row["area"]: row["population"] for row in figures.rows("areas", year=figures.year)}
    return Finding(
        "map",
        said["title"].format(name=told["most"], level=level_name),
        said["text"].format(
            value=figures.percent(most["value"], 0), least=told["least"], least_value=figures.percent(least["value"], 0)
        ),
        said["assumes"],
        Table(
            said["caption"].format(level=level_name),
            said["head"],
            [
                (figures.names[row["area"]], figures.number(people[row["area"]]), figures.percent(row["value"]),
                 interval_of(figures, words, row["lower"], row["upper"], 100))
                for row in [*rows[::-1][:10], *rows[:10]]
            ],
        ),
        choropleth(
            "chart-map", said["chart"], said["describe"].format(**told),
            figures.release.boundaries[level], shade, legend, figures.names, words["page"]["unknown"],
        ),
        said["chart"],
    )  # fmt: skip


def levels_on_map(figures: Figures) -> list[str]:
    return [level for level in figures.release.about.levels if level in figures.release.boundaries]


def people_around_half(populations: Sequence[float]) -> float:
    """Half of the people live in an area with fewer people than this: surroundings that are smaller tell nothing."""
    people = np.sort(populations)
    return float(people[np.searchsorted(np.cumsum(people), people.sum() / 2)]) if people.sum() else 0.0


def municipalities(figures: Figures, words: Words) -> Finding | None:
    """All areas of the home level, where the page is about more than one."""
    said, home = words["nation"], figures.release.about.home
    codes = codes_of(figures, home)
    rows = [
        row
        for row in figures.rows("diversity", year=figures.year, scheme=figures.scheme.code, measure="differ")
        if row["area"] in codes and row["value"] is not None
    ]
    if len(rows) < 2:
        return None
    rows.sort(key=lambda row: -float(row["value"]))
    apart = {
        row["area"]: row
        for row in figures.rows(
            "segregation", level=figures.level, year=figures.year, scheme=figures.scheme.code,
            measure="entropy_index", group="all",
        )
    }  # fmt: skip
    people = {row["area"]: row["population"] for row in figures.rows("areas", year=figures.year, level=home)}
    most, least = rows[0], rows[-1]
    return Finding(
        "municipalities",
        said["title"].format(most=figures.names[most["area"]], least=figures.names[least["area"]]),
        said["text"].format(
            most=figures.names[most["area"]], least=figures.names[least["area"]],
            value=figures.percent(most["value"], 0), least_value=figures.percent(least["value"], 0),
        ),
        said["assumes"].format(level=level_of(figures, words)),
        Table(
            said["caption"],
            said["head"],
            [
                (figures.names[row["area"]], figures.number(people[row["area"]]), figures.percent(row["value"]),
                 *_h_and_interval(figures, words, apart.get(row["area"])))
                for row in rows
            ],
        ),
    )  # fmt: skip


def _h_and_interval(figures: Figures, words: Words, row: Row | None) -> tuple[str, str]:
    if row is None or row["value"] is None:
        return "–", "–"
    return figures.number(row["value"], 3), interval_of(figures, words, row["lower"], row["upper"], 1, 3)


def profile(figures: Figures, words: Words) -> Finding | None:
    said = words["profile"]
    rows = [
        row
        for row in figures.rows("profile", area=figures.whole, year=figures.year, scheme=figures.scheme.code)
        if row["corrected"] is not None
    ]
    areas = figures.rows("areas", level=levels_on_map(figures)[-1], year=figures.year) if rows else []
    smallest = people_around_half([row["population"] or 0.0 for row in areas])
    curve_rows = [
        row
        for row in rows
        if row["measure"] == "entropy_index" and row["scale"].endswith(" people")
        and float(row["scale"].split(" ")[0]) >= smallest
    ]  # fmt: skip
    if len(curve_rows) < 2:
        return None
    labels = [_scale(figures, said, row["scale"]) for row in curve_rows]
    first, last = float(curve_rows[0]["corrected"]), float(curve_rows[-1]["corrected"])
    kept = last / first if first else 0.0
    texts = [figures.number(row["corrected"], 3) for row in curve_rows]
    return Finding(
        "profile",
        said["title_coarse"] if kept > 0.5 else said["title_fine"],
        said["text"].format(
            small=labels[0], first=figures.number(first, 3), large=labels[-1], kept=figures.percent(kept, 0)
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (_scale(figures, said, row["scale"]), words["measures"][row["measure"]],
                 figures.number(row["value"], 3), figures.number(row["corrected"], 3))
                for row in rows
            ],
        ),
        curve(
            "chart-profile",
            said["chart"],
            said["describe"].format(list=listed(list(zip(labels, texts, strict=True)))),
            [(label, float(row["corrected"])) for label, row in zip(labels, curve_rows, strict=True)],
            texts,
        ),
        said["chart"],
    )  # fmt: skip


def _scale(figures: Figures, said: Words, scale: str) -> str:
    amount, unit = scale.split(" ")
    text = figures.number(float(amount))
    return f"{text} m" if unit == "m" else str(said["people"].format(count=text))


def change(figures: Figures, words: Words) -> Finding | None:
    said, change = words["change"], longest_change(figures)
    if change is None:
        return None
    rows = figures.rows("change", area=figures.whole, scheme=change.scheme)
    of_groups = [
        row
        for row in rows
        if row["measure"].startswith("dissimilarity:") and row["total"] is not None
        and (row["from"], row["to"]) == (change.before, change.after)
    ]  # fmt: skip
    texts = [(figures.group(row["measure"].split(":")[1]), signed(figures, 100 * row["total"], 1)) for row in of_groups]
    moved = {part: signed(figures, getattr(change, part), 3) for part in ("total", "margins", "structure")}
    interval = interval_of(figures, words, change.lower, change.upper, 1, 3)
    return Finding(
        "change",
        said[f"title_{change.direction}"].format(before=change.before, after=change.after),
        said["text"].format(**moved, interval="" if interval == "–" else f" ({interval})"),
        said["assumes"].format(scheme=figures.title_of_scheme(change.scheme)),
        Table(
            said["caption"],
            said["head"],
            [
                (measure_of(figures, words, row["measure"]), str(row["from"]), str(row["to"]),
                 *(signed(figures, row[part], 4) for part in ("total", "margins", "structure")))
                for row in rows
            ],
        ),
        intervals(
            "chart-change",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [Bar(label, row["total"], None, None, text) for (label, text), row in zip(texts, of_groups, strict=True)],
            max([0.001, *(row["total"] for row in of_groups)]),
        )
        if of_groups
        else "",
        said["chart"],
    )  # fmt: skip


def measure_of(figures: Figures, words: Words, measure: str) -> str:
    name, _, group = measure.partition(":")
    told = words["measures"].get(name, name)
    return f"{told}: {figures.group(group)}" if group else str(told)
