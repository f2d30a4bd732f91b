"""What a release tells, one finding at a time: a sentence, a chart, the figures, and what they assume."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wijkspiegel.report.charts import CLASSES, Bar, Shade, choropleth, curve, intervals, shares
from wijkspiegel.report.figures import Figures, Row

Words = Mapping[str, Any]

HARDLY = 0.005
"""A change of H smaller than this is told as hardly any."""

MOST_SIDES = 40
"""How many areas that stand out are listed."""


@dataclass(frozen=True)
class Table:
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Finding:
    """name : id on the page. chart : SVG, "" where a table says it better. caption : what the chart shows."""

    name: str
    title: str
    text: str
    assumes: str
    table: Table
    chart: str = ""
    caption: str = ""


def findings_of(figures: Figures, words: Words) -> list[Finding]:
    """Every finding for which the release has figures, in the order of the page."""
    makers: tuple[Callable[[Figures, Words], Finding | None], ...] = (
        *((_composition, _diversity, _segregation, _exposure) if figures.whole else ()),
        *(() if figures.release.about.subject else (_nation,)),
        _map,
        *((_profile, _change) if figures.whole else ()),
        _peers,
        _sides,
    )
    found = [maker(figures, words) for maker in makers]
    return [finding for finding in found if finding is not None] + list(_representation(figures, words))


def answer(figures: Figures, words: Words) -> str:
    """The two or three sentences with which the page begins."""
    said = words["answer"]
    sentences = []
    for row in figures.rows(
        "diversity", area=figures.whole, year=figures.year, scheme=figures.scheme.code, measure="differ"
    ):
        tenths = figures.number(round(10 * row["value"]))
        sentences.append(said["differ"].format(title=figures.release.about.title, tenths=tenths))
    for row in _segregation_rows(figures, "dissimilarity", group="all"):
        sentences.append(
            said["segregation"].format(
                title=figures.release.about.title,
                value=_interval(figures, words, row["lower"], row["upper"], 100),
                level=_level(figures, words),
            )
        )
    if change := _longest_change(figures, "entropy_index"):
        direction = "same" if abs(change["total"]) < HARDLY else "more" if change["total"] > 0 else "less"
        sentences.append(said[direction].format(before=change["from"]))
    return " ".join(sentences)


def _composition(figures: Figures, words: Words) -> Finding:
    said, scheme = words["composition"], figures.scheme
    rows = figures.rows("composition", area=figures.whole, scheme=scheme.code)
    years = sorted({row["year"] for row in rows})
    share = {(row["year"], row["group"]): row["share"] for row in rows}
    largest = max(scheme.groups, key=lambda group: share[figures.year, group] or 0.0)
    (area,) = figures.rows("areas", area=figures.whole, year=figures.year)
    labels = [figures.group(group) for group in scheme.groups]
    return Finding(
        "composition",
        said["title"].format(share=figures.percent(share[figures.year, largest], 0), group=figures.group(largest)),
        said["text"].format(
            group=figures.group(largest), title=figures.release.about.title, people=figures.number(area["population"])
        ),
        said["assumes"].format(scheme=scheme.title[figures.language]),
        Table(
            said["caption"],
            said["head"],
            [
                (
                    str(row["year"]),
                    figures.group(row["group"]),
                    figures.number(row["count"]),
                    figures.percent(row["share"]),
                )
                for row in rows
            ],
        ),
        shares(
            "chart-composition",
            said["chart"],
            said["describe"].format(years=", ".join(map(str, years))),
            {str(year): [share[year, group] or 0.0 for group in scheme.groups] for year in years},
            labels,
        ),
        said["chart"],
    )


def _diversity(figures: Figures, words: Words) -> Finding | None:
    said = words["diversity"]
    rows = {
        row["measure"]: row
        for row in figures.rows("diversity", area=figures.whole, year=figures.year, scheme=figures.scheme.code)
    }
    if rows["effective_groups"]["value"] is None:
        return None
    return Finding(
        "diversity",
        said["title"].format(groups=figures.number(rows["effective_groups"]["value"], 1)),
        said["text"].format(
            differ=figures.percent(rows["differ"]["value"]), richness=figures.number(rows["richness"]["value"])
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (words["measures"][measure], figures.number(row["value"], 3),
                 _interval(figures, words, row["lower"], row["upper"], 1, 3))
                for measure, row in rows.items()
            ],
        ),
    )  # fmt: skip


def _segregation(figures: Figures, words: Words) -> Finding | None:
    said = words["segregation"]
    rows = [row for row in _segregation_rows(figures, "dissimilarity", against="rest") if row["value"] is not None]
    if not rows:
        return None
    rows.sort(key=lambda row: -float(row["corrected"] or 0.0))
    most = rows[0]
    texts = [(figures.group(row["group"]), _interval(figures, words, row["lower"], row["upper"], 100)) for row in rows]
    return Finding(
        "segregation",
        said["title_most"].format(group=figures.group(most["group"]), level=_level(figures, words)),
        said["text"].format(
            value=figures.number(100 * most["value"]),
            interval=_interval(figures, words, most["lower"], most["upper"], 100),
            expected=figures.number(100 * most["expected"]),
        )
        + _chance(words, most),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(row["group"]), *(figures.number(100 * row[k], 1) for k in ("value", "expected", "corrected")),  # noqa: E501
                 _interval(figures, words, row["lower"], row["upper"], 100, 1))
                for row in rows
            ],
        ),
        intervals(
            "chart-segregation",
            said["chart"],
            said["describe"].format(list=_listed(texts)),
            [
                Bar(label, row["value"], row["lower"], row["upper"], figures.number(100 * row["value"]))
                for (label, _), row in zip(texts, rows, strict=True)
            ],
            max(max(row["value"], row["upper"]) for row in rows),
        ),
        said["chart"],
    )  # fmt: skip


def _exposure(figures: Figures, words: Words) -> Finding | None:
    said = words["exposure"]
    rows = [row for row in _segregation_rows(figures, "isolation") if row["value"] is not None]
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
            level_one=figures.level, group=figures.group(most["group"]), value=figures.percent(most["value"], 0)
        ),
        said["text"].format(title=figures.release.about.title, share=figures.percent(share[most["group"]])),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(row["group"]), figures.percent(row["value"]), figures.percent(share.get(row["group"])),
                 _interval(figures, words, row["lower"], row["upper"], 100, 1))
                for row in rows
            ],
        ),
        intervals(
            "chart-exposure",
            said["chart"],
            said["describe"].format(list=_listed(texts)),
            [Bar(label, row["value"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, rows, strict=True)],
            max(max(row["value"], row["upper"]) for row in rows),
        ),
        said["chart"],
    )  # fmt: skip


def _map(figures: Figures, words: Words) -> Finding | None:
    """The finest level that is on the map."""
    said = words["map"]
    levels = [level for level in figures.release.about.levels if level in figures.release.boundaries]
    if not levels:
        return None
    level = levels[-1]
    rows = [
        row
        for row in figures.rows("diversity", year=figures.year, scheme=figures.scheme.code, measure="differ")
        if row["value"] is not None and row["area"] in _codes(figures, level)
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
                 _interval(figures, words, row["lower"], row["upper"], 100))
                for row in [*rows[::-1][:10], *rows[:10]]
            ],
        ),
        choropleth(
            "chart-map", said["chart"], said["describe"].format(**told), figures.release.boundaries[level], shade, legend,  # noqa: E501
            figures.names, words["page"]["unknown"],
        ),
        said["chart"],
    )  # fmt: skip


def _nation(figures: Figures, words: Words) -> Finding | None:
    """All areas of the home level, where the page is about more than one."""
    said, home = words["nation"], figures.release.about.home
    codes = _codes(figures, home)
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
        said["assumes"].format(level=_level(figures, words)),
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
    return figures.number(row["value"], 3), _interval(figures, words, row["lower"], row["upper"], 1, 3)


def _profile(figures: Figures, words: Words) -> Finding | None:
    said = words["profile"]
    rows = [
        row
        for row in figures.rows("profile", area=figures.whole, year=figures.year, scheme=figures.scheme.code)
        if row["corrected"] is not None
    ]
    curve_rows = [row for row in rows if row["measure"] == "entropy_index" and row["scale"].endswith(" people")]
    if not curve_rows:
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
            said["describe"].format(list=_listed(list(zip(labels, texts, strict=True)))),
            [(label, float(row["corrected"])) for label, row in zip(labels, curve_rows, strict=True)],
            texts,
        ),
        said["chart"],
    )  # fmt: skip


def _scale(figures: Figures, said: Words, scale: str) -> str:
    amount, unit = scale.split(" ")
    text = figures.number(float(amount))
    return f"{text} m" if unit == "m" else str(said["people"].format(count=text))


def _change(figures: Figures, words: Words) -> Finding | None:
    said = words["change"]
    change = _longest_change(figures, "entropy_index")
    if change is None:
        return None
    rows = figures.rows("change", area=figures.whole, scheme=figures.scheme.code)
    years = {"from": change["from"], "to": change["to"]}
    of_groups = [row for row in rows if row["measure"].startswith("dissimilarity:") and years.items() <= row.items()]
    of_groups = [row for row in of_groups if row["total"] is not None]
    texts = [
        (figures.group(row["measure"].split(":")[1]), _signed(figures, 100 * row["total"], 1)) for row in of_groups
    ]
    direction = "same" if abs(change["total"]) < HARDLY else "more" if change["total"] > 0 else "less"
    return Finding(
        "change",
        said[f"title_{direction}"].format(before=change["from"], after=change["to"]),
        said["text"].format(**{part: _signed(figures, change[part], 3) for part in ("total", "margins", "structure")}),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (_measure(figures, words, row["measure"]), str(row["from"]), str(row["to"]),
                 *(_signed(figures, row[part], 4) for part in ("total", "margins", "structure")))
                for row in rows
            ],
        ),
        intervals(
            "chart-change",
            said["chart"],
            said["describe"].format(list=_listed(texts)),
            [Bar(label, row["total"], None, None, text) for (label, text), row in zip(texts, of_groups, strict=True)],
            max([0.001, *(row["total"] for row in of_groups)]),
        )
        if of_groups
        else "",
        said["chart"],
    )  # fmt: skip


def _longest_change(figures: Figures, measure: str) -> Row | None:
    if not figures.whole:
        return None
    rows = figures.rows("change", area=figures.whole, scheme=figures.scheme.code, measure=measure, to=figures.year)
    return min((row for row in rows if row["total"] is not None), key=lambda row: int(row["from"]), default=None)


def _measure(figures: Figures, words: Words, measure: str) -> str:
    name, _, group = measure.partition(":")
    told = words["measures"].get(name, name)
    return f"{told}: {figures.group(group)}" if group else str(told)


def _peers(figures: Figures, words: Words) -> Finding | None:
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


def _sides(figures: Figures, words: Words) -> Finding | None:
    said = words["sides"]
    every = figures.rows("sides")
    if not every:
        return None
    telling = [row for row in every if row["side"] != "neither"]
    telling.sort(key=lambda row: -abs(float(row["compared"])) / max(float(row["upper"] - row["lower"]), 1e-9))
    beautiful = sum(row["side"] == "beautiful" for row in telling)
    return Finding(
        "sides",
        said["title"].format(beautiful=figures.number(beautiful), less=figures.number(len(telling) - beautiful)),
        said["text"] if telling else said["none"],
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.names.get(row["area"], row["area"]), row["indicator"], figures.number(row["value"], 2),
                 _signed(figures, row["compared"], 2), _interval(figures, words, row["lower"], row["upper"], 1, 2),
                 said[row["side"]])
                for row in telling[:MOST_SIDES]
            ],
        ),
    )  # fmt: skip


def _representation(figures: Figures, words: Words) -> Iterator[Finding]:
    said = words["representation"]
    every = figures.rows("representation")
    for number, institution in enumerate(dict.fromkeys(row["institution"] for row in every)):
        rows = [row for row in every if row["institution"] == institution]
        latest = max(row["year"] for row in rows)
        whole = [row for row in rows if row["part"] == "all" and row["year"] == latest and row["ratio"] is not None]
        if not whole:
            continue
        missing = min((row for row in whole if row["upper"] < 1), key=lambda row: float(row["ratio"]), default=None)
        told = missing or min(whole, key=lambda row: float(row["ratio"]))
        texts = [(figures.group(row["group"]), figures.number(row["ratio"], 2)) for row in whole]
        title = said["title_missing" if missing else "title_mirror"]
        yield Finding(
            f"institution-{number}",
            title.format(institution=institution, group=figures.group(told["group"])),
            said["text"].format(
                share=figures.percent(told["share"]), reference=figures.percent(told["reference_share"]),
                ratio=figures.number(told["ratio"], 2),
                interval=_interval(figures, words, told["lower"], told["upper"], 1, 2),
            ) if missing else "",
            said["assumes"],
            Table(
                said["caption"].format(institution=institution),
                said["head"],
                [
                    (said["all"] if row["part"] == "all" else row["part"], figures.group(row["group"]),
                     figures.number(row["count"]), figures.percent(row["share"]), figures.percent(row["reference_share"]),  # noqa: E501
                     figures.number(row["ratio"], 2), _interval(figures, words, row["lower"], row["upper"], 1, 2))
                    for row in rows
                ],
            ),
            intervals(
                f"chart-institution-{number}",
                said["chart"].format(institution=institution),
                said["describe"].format(list=_listed(texts)),
                [Bar(label, row["ratio"], row["lower"], row["upper"], text)
                 for (label, text), row in zip(texts, whole, strict=True)],
                max(1.1, *(min(row["upper"], 3) for row in whole)),
                middle=1.0,
            ),
            said["chart"].format(institution=institution),
        )  # fmt: skip


def _segregation_rows(figures: Figures, measure: str, **wanted: str) -> list[Row]:
    return figures.rows(
        "segregation", area=figures.whole, level=figures.level, year=figures.year, scheme=figures.scheme.code,
        measure=measure, **wanted,
    )  # fmt: skip


def _codes(figures: Figures, level: str) -> set[str]:
    return {row["area"] for row in figures.rows("areas", level=level, year=figures.year)}


def _level(figures: Figures, words: Words) -> str:
    return str(words["levels"].get(figures.level, figures.level))


def _interval(
    figures: Figures, words: Words, lower: float | None, upper: float | None, times: float, digits: int = 0
) -> str:
    if lower is None or upper is None:
        return "–"
    ends = {"lower": figures.number(times * lower, digits), "upper": figures.number(times * upper, digits)}
    return ends["lower"] if ends["lower"] == ends["upper"] else str(words["page"]["interval"].format(**ends))


def _chance(words: Words, row: Row) -> str:
    return f" {words['page']['chance']}" if row["lower"] is not None and row["lower"] <= 0 else ""


def _signed(figures: Figures, value: float | None, digits: int) -> str:
    text = figures.number(value, digits)
    return f"+{text}" if value is not None and value > 0 else text


def _listed(texts: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{label} {text}" for label, text in texts)
