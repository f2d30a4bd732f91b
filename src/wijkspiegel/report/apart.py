"""How far apart people live, where, at what scale, and how it changed."""

from collections.abc import Sequence

from wijkspiegel.report.charts import CLASSES, Bar, Point, Shade, choropleth, curve, intervals
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import (
    Finding,
    Freed,
    Table,
    Words,
    ahead,
    by_scheme,
    change_interval,
    codes_of,
    freed_of_chance,
    interval_told,
    level_of,
    listed,
    longest_change,
    one_of_level,
    quoted,
    segregation_rows,
)

FEWEST_TO_RANK = 100
"""Areas with fewer people are on the map and in no ranking: they are high or low by a few households."""

MOST_TO_RANK = 10


def segregation(figures: Figures, words: Words) -> Finding | None:
    said = words["segregation"]
    every = segregation_rows(figures, "dissimilarity", against="rest")
    found = freed_of_chance(figures, "dissimilarity", every)
    value = {each.row["group"]: each.value for each in found if each.value is not None}
    rows = sorted((row for row in every if row["group"] in value), key=lambda row: -value[row["group"]])
    if not rows:
        return None
    first = ahead(rows)
    most = first[0]
    title = said["title_one"] if len(first) == 1 else said["title_among"]
    if len(first) == len(rows):
        title = said["title_none"]
    tied = quoted(words, [figures.group(row["group"]) for row in first[1:]])
    texts = [(figures.group(row["group"]), figures.told("dissimilarity", value[row["group"]])) for row in rows]
    return Finding(
        "segregation",
        title.format(group=figures.group(most["group"]), level=level_of(figures, words)),
        said["text"].format(
            group=figures.group(most["group"]),
            value=figures.told("dissimilarity", value[most["group"]]),
            interval=interval_told(figures, words, "dissimilarity", most["lower"], most["upper"]),
            measured=figures.told("dissimilarity", most["value"]),
            expected=figures.told("dissimilarity", most["expected"]),
        )
        + may_be_chance(words, most)
        + (said["tied"].format(groups=tied) if 1 < len(first) < len(rows) else ""),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(row["group"]), figures.told("dissimilarity", value.get(row["group"])),
                 interval_told(figures, words, "dissimilarity", row["lower"], row["upper"]),
                 *(figures.told("dissimilarity", row[column]) for column in ("value", "expected")))
                for row in [*rows, *(row for row in every if row["group"] not in value)]
            ],
        ),
        intervals(
            "chart-segregation",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [
                Bar(label, value[row["group"]], row["lower"], row["upper"], text)
                for (label, text), row in zip(texts, rows, strict=True)
            ],
            max(row["upper"] for row in rows),
            decimal=figures.decimal,
            key={"dot": words["chart"]["freed"], "interval": words["chart"]["interval"]},
        ),
        said["chart"],
    )  # fmt: skip


def may_be_chance(words: Words, row: Row) -> str:
    return f" {words['page']['chance']}" if row["lower"] is not None and row["lower"] <= 0 else ""


def exposure(figures: Figures, words: Words) -> Finding | None:
    """Who is met, each person left out of those that they meet."""
    said = words["exposure"]
    every = segregation_rows(figures, "isolation")
    share = {
        row["group"]: row["share"]
        for row in figures.rows("composition", area=figures.whole, year=figures.year, scheme=figures.scheme.code)
    }
    value = {
        row["group"]: share[row["group"]] + row["corrected"] * (1 - share[row["group"]])
        for row in every
        if share.get(row["group"]) and row["corrected"] is not None
    }
    rows = [row for row in every if row["group"] in value]
    if not rows:
        return None
    most = max(rows, key=lambda row: value[row["group"]] / share[row["group"]])
    texts = [(figures.group(row["group"]), figures.told("isolation", value[row["group"]])) for row in rows]
    return Finding(
        "exposure",
        said["title"].format(
            level_one=one_of_level(figures, words), group=figures.group(most["group"]),
            value=figures.percent(value[most["group"]], 0),
        ),
        said["text"].format(
            title=figures.release.about.title, share=figures.percent(share[most["group"]]),
            interval=interval_told(figures, words, "isolation", most["lower"], most["upper"]),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(row["group"]), figures.told("isolation", value.get(row["group"])),
                 interval_told(figures, words, "isolation", row["lower"], row["upper"]),
                 figures.percent(share.get(row["group"])))
                for row in every
            ],
        ),
        intervals(
            "chart-exposure",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [Bar(label, value[row["group"]], row["lower"], row["upper"], text, share[row["group"]])
             for (label, text), row in zip(texts, rows, strict=True)],
            max(row["upper"] for row in rows),
            decimal=figures.decimal,
            key={"dot": said["dot"], "interval": words["chart"]["interval"],
                 "mark": said["mark"].format(title=figures.release.about.title)},
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
    codes = codes_of(figures, level)
    rows = [
        row
        for row in figures.rows("diversity", year=figures.year, scheme=figures.scheme.code, measure="differ")
        if row["value"] is not None and row["area"] in codes
    ]
    people = {row["area"]: row["population"] for row in figures.rows("areas", year=figures.year)}
    ranked = [row for row in rows if (people[row["area"]] or 0) >= FEWEST_TO_RANK]
    if len(ranked) < CLASSES:
        return None
    rows.sort(key=lambda row: float(row["value"]))
    shade = {row["area"]: CLASSES * number // len(rows) for number, row in enumerate(rows)}
    level_name = words["levels"].get(level, level)
    first, last = ahead(ranked), ahead(ranked, most=False)
    told = {"most": name_of(figures, first[0]), "least": name_of(figures, last[0]), "level": level_name}
    return Finding(
        "map",
        said["title" if len(first) == 1 else "title_among"].format(name=told["most"], level=level_name),
        said["text" if len(last) == 1 else "text_among"].format(
            value=figures.told("differ", first[0]["value"]), least=told["least"],
            interval=interval_told(figures, words, "differ", first[0]["lower"], first[0]["upper"]),
            least_value=figures.told("differ", last[0]["value"]),
            least_interval=interval_told(figures, words, "differ", last[0]["lower"], last[0]["upper"]),
        ),
        said["assumes"].format(fewest=FEWEST_TO_RANK),
        Table(
            said["caption"].format(level=level_name, fewest=FEWEST_TO_RANK),
            said["head"],
            [
                (name_of(figures, row), figures.number(people[row["area"]]), figures.told("differ", row["value"]),
                 interval_told(figures, words, "differ", row["lower"], row["upper"]))
                for row in _top_and_bottom(ranked)
            ],
        ),
        choropleth(
            "chart-map", said["chart"], said["describe"].format(**told),
            figures.release.boundaries[level], shade, _classes(figures, said, rows), figures.names,
            words["page"]["unknown"],
        ),
        said["chart"],
    )  # fmt: skip


def _top_and_bottom(ranked: Sequence[Row]) -> list[Row]:
    """The surest to be high, from the highest, and the surest to be low, to the lowest; no area in both."""
    number = min(MOST_TO_RANK, len(ranked) // 2)
    top = sorted(ranked, key=lambda row: -float(row["lower"]))[:number]
    others = [row for row in ranked if row not in top]
    return [*top, *sorted(others, key=lambda row: float(row["upper"]))[:number][::-1]]


def _classes(figures: Figures, said: Words, rows: Sequence[Row]) -> list[Shade]:
    """rows : in order of value."""
    members = [
        [row["value"] for number, row in enumerate(rows) if CLASSES * number // len(rows) == shade]
        for shade in range(CLASSES)
    ]
    return [
        Shade(shade, said["class"].format(low=figures.percent(values[0], 0), high=figures.percent(values[-1], 0)))
        for shade, values in enumerate(members)
    ]


def name_of(figures: Figures, row: Row) -> str:
    return str(figures.names.get(row["area"], row["area"]))


def levels_on_map(figures: Figures) -> list[str]:
    return [level for level in figures.release.about.levels if level in figures.release.boundaries]


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
    of_h = figures.rows(
        "segregation", level=figures.level, year=figures.year, scheme=figures.scheme.code, measure="entropy_index",
        group="all",
    )  # fmt: skip
    apart = {each.row["area"]: each for each in freed_of_chance(figures, "entropy_index", of_h)}
    people = {row["area"]: row["population"] for row in figures.rows("areas", year=figures.year, level=home)}
    first, last = ahead(rows), ahead(rows, most=False)
    told = {"most": name_of(figures, first[0]), "least": name_of(figures, last[0])}
    clear = len(first) == len(last) == 1
    return Finding(
        "municipalities",
        said["title" if clear else "title_among"].format(**told),
        said["text"].format(
            **told,
            value=figures.told("differ", first[0]["value"]),
            interval=interval_told(figures, words, "differ", first[0]["lower"], first[0]["upper"]),
            least_value=figures.told("differ", last[0]["value"]),
            least_interval=interval_told(figures, words, "differ", last[0]["lower"], last[0]["upper"]),
        ),
        said["assumes"].format(level=level_of(figures, words)),
        Table(
            said["caption"],
            said["head"],
            [
                (name_of(figures, row), figures.number(people[row["area"]]), figures.told("differ", row["value"]),
                 interval_told(figures, words, "differ", row["lower"], row["upper"]),
                 *_h_and_interval(figures, words, apart.get(row["area"])))
                for row in rows
            ],
        ),
    )  # fmt: skip


def _h_and_interval(figures: Figures, words: Words, freed: Freed | None) -> tuple[str, str]:
    if freed is None or freed.value is None:
        return "–", "–"
    return (
        figures.told("entropy_index", freed.value),
        interval_told(figures, words, "entropy_index", freed.row["lower"], freed.row["upper"]),
    )


def profile(figures: Figures, words: Words) -> Finding | None:
    """By distance; by number of people where the distances do not reach far enough for two."""
    said = words["profile"]
    rows = [
        row
        for row in figures.rows("profile", area=figures.whole, year=figures.year, scheme=figures.scheme.code)
        if row["corrected"] is not None
    ]
    of_h = [row for row in rows if row["measure"] == "entropy_index"]
    by_distance = [row for row in of_h if row["scale"].endswith(" m")]
    told = by_distance if len(by_distance) > 1 else [row for row in of_h if row["scale"].endswith(" people")]
    if len(told) < 2:
        return None
    labels = [_scale(figures, said, row["scale"]) for row in told]
    first, last = told[0], told[-1]
    texts = [figures.told("entropy_index", row["corrected"]) for row in told]
    ends = [interval_told(figures, words, "entropy_index", row["lower"], row["upper"]) for row in (first, last)]
    scales = {"small": labels[0], "large": labels[-1]}
    less = first["lower"] > last["upper"]
    return Finding(
        "profile",
        said["title" if less else "title_unknown"].format(
            **scales, kept=figures.percent(last["corrected"] / first["corrected"], 0) if less else ""
        ),
        said["text"].format(**scales, first=texts[0], first_interval=ends[0], last=texts[-1], interval=ends[1]),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (_scale(figures, said, row["scale"]), words["measures"][row["measure"]],
                 figures.told(row["measure"], row["corrected"]),
                 interval_told(figures, words, row["measure"], row["lower"], row["upper"]),
                 figures.told(row["measure"], row["value"]))
                for row in rows
            ],
        ),
        curve(
            "chart-profile",
            said["chart"],
            said["describe"].format(list=listed(list(zip(labels, texts, strict=True)))),
            [Point(label, row["corrected"], row["lower"], row["upper"])
             for label, row in zip(labels, told, strict=True)],
            texts,
            decimal=figures.decimal,
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
    texts = [
        (figures.group(row["measure"].split(":")[1]), figures.told("dissimilarity", row["total"], signed=True))
        for row in of_groups
    ]
    moved = {
        part: figures.told("entropy_index", getattr(change, part), signed=True)
        for part in ("total", "margins", "structure")
    }
    ends = (change.lower, change.upper)
    return Finding(
        "change",
        said[f"title_{change.direction}"].format(
            before=change.before, after=change.after, by=by_scheme(figures, words, change.scheme)
        ),
        said["text"].format(
            **moved,
            interval=change_interval(figures, words, "entropy_index", *ends),
            of_structure=change_interval(
                figures, words, "entropy_index", *(None if end is None else end - change.margins for end in ends)
            ),
        ),
        said["assumes"].format(scheme=figures.title_of_scheme(change.scheme)),
        Table(said["caption"], said["head"], [_change_row(figures, words, row) for row in rows]),
        intervals(
            "chart-change",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [
                Bar(label, row["total"], row["lower"], row["upper"], text)
                for (label, text), row in zip(texts, of_groups, strict=True)
            ],
            max([0.001, *(value for row in of_groups for value in (row["total"], row["upper"]) if value is not None)]),
            decimal=figures.decimal,
            key={"dot": said["dot"], "interval": words["chart"]["interval"]},
        )
        if of_groups
        else "",
        said["chart"],
    )


def _change_row(figures: Figures, words: Words, row: Row) -> tuple[str, ...]:
    name = row["measure"].partition(":")[0]
    return (
        measure_of(figures, words, row["measure"]),
        str(row["from"]),
        str(row["to"]),
        figures.told(name, row["total"], signed=True),
        change_interval(figures, words, name, row["lower"], row["upper"]),
        *(figures.told(name, row[part], signed=True) for part in ("margins", "structure")),
    )


def measure_of(figures: Figures, words: Words, measure: str) -> str:
    name, _, group = measure.partition(":")
    told = words["measures"].get(name, name)
    return f"{told}: {figures.group(group)}" if group else str(told)
