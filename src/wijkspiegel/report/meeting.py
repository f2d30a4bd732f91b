"""Whom people could meet and whom they know, what would change if one of the two did, and who is among whom."""

from wijkspiegel.connectors.exposure import contact_share
from wijkspiegel.report.charts import Bar, Marks, intervals, marks, matrix
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import (
    ALL,
    Finding,
    Table,
    Words,
    ahead,
    group_or_all,
    interval_of,
    interval_of_shares,
    listed,
    main_sphere,
    quoted,
    sentence,
    sphere_of,
)

SCHOOL = "school"
MIXING, IN_AREA = "mixing:", "mixing_in_area:"
IN_OWN_AREA = "inbreeding_in_area"


def bias(figures: Figures, words: Words) -> Finding | None:
    said = words["bias"]
    rows = _of_groups(figures)
    spheres = list(dict.fromkeys(row["sphere"] for row in rows))
    if not spheres:
        return None
    sphere = main_sphere(spheres)
    shown = sorted((row for row in rows if row["sphere"] == sphere), key=lambda row: -float(row["bias"]))
    most = shown[0]
    texts = [(group_or_all(figures, words, row["group"]), figures.percent(row["bias"], 0)) for row in shown]
    return Finding(
        "bias",
        sentence(said["title"].format(
            group=figures.group(most["group"]), share=figures.percent(most["contact_share"], 0),
            exposure=figures.percent(most["exposure"], 0),
        )),
        said["text"].format(
            bias=figures.percent(most["bias"], 0), interval=interval_of_shares(figures, words, most),
            sphere=sphere_of(words, sphere),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (group_or_all(figures, words, row["group"]), sphere_of(words, row["sphere"]),
                 figures.percent(row["contact_share"], 0), figures.percent(row["exposure"], 0),
                 figures.percent(row["bias"], 0), interval_of_shares(figures, words, row))
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


def what_if(figures: Figures, words: Words) -> Finding | None:
    """The share of contacts outside with the mix of the whole city, or without bias, the other part as it is."""
    said = words["what_if"]
    rows, residents = _of_groups(figures), _shares_of_residents(figures)
    if not rows:
        return None
    spheres = [row["sphere"] for row in rows]
    sphere = SCHOOL if SCHOOL in spheres else main_sphere(spheres)
    shown = [row for row in rows if row["sphere"] == sphere and row["group"] in residents]
    if len(shown) < 2:
        return None
    fairest = min(shown, key=lambda row: float(row["bias"]))
    mixed = {row["group"]: _with_mix(row, 1 - residents[row["group"]]) for row in shown}
    alike = {row["group"]: contact_share(row["exposure"], max(fairest["bias"], 0.0)) for row in shown}
    most = max(shown, key=lambda row: float(row["bias"]))
    more_by_bias = sum(
        row["exposure"] - row["contact_share"] > abs(mixed[row["group"]][0] - row["contact_share"]) for row in shown
    )
    return Finding(
        "what_if",
        sentence(said["title"].format(
            group=figures.group(most["group"]), now=figures.percent(most["contact_share"], 0),
            mixed=figures.percent(mixed[most["group"]][0], 0), even=figures.percent(most["exposure"], 0),
        )),
        said["text"].format(
            sphere=sphere_of(words, sphere), number=figures.number(more_by_bias), groups=figures.number(len(shown))
        ),
        said["assumes"],
        Table(
            said["caption"].format(sphere=sphere_of(words, sphere)),
            [head.format(group=figures.group(fairest["group"])) for head in said["head"]],
            [
                (figures.group(row["group"]), figures.percent(row["contact_share"], 0),
                 figures.percent(mixed[row["group"]][0], 0),
                 interval_of(figures, words, *mixed[row["group"]][1:], 100),
                 figures.percent(alike[row["group"]], 0), figures.percent(row["exposure"], 0))
                for row in shown
            ],
        ),
        marks(
            "chart-what-if",
            said["chart"],
            said["describe"].format(
                list=listed([(figures.group(row["group"]), ", ".join(_three(figures, row, mixed))) for row in shown])
            ),
            [Marks(figures.group(row["group"]), (row["contact_share"], mixed[row["group"]][0], row["exposure"]))
             for row in shown],
            said["legend"],
        ),
        said["chart"],
    )  # fmt: skip


def _three(figures: Figures, row: Row, mixed: dict[str, tuple[float, float, float]]) -> list[str]:
    return [figures.percent(share, 0) for share in (row["contact_share"], mixed[row["group"]][0], row["exposure"])]


def _with_mix(row: Row, others: float) -> tuple[float, float, float]:
    """The share of contacts outside among so many others, and its interval: that of the bias."""
    return (
        contact_share(others, row["bias"]),
        contact_share(others, row["upper"]),
        contact_share(others, row["lower"]),
    )


def _of_groups(figures: Figures) -> list[Row]:
    """Exposure of each group towards everybody else."""
    rows = figures.rows("exposure", area=figures.whole)
    return [row for row in rows if ":" not in row["group"] and row["group"] != ALL and row["bias"] is not None]


def _shares_of_residents(figures: Figures) -> dict[str, float]:
    """Group -> share of the residents of the whole, by the scheme that has exactly the groups of the contacts."""
    groups = {row["contact_group"] for row in figures.rows("mixing", area=figures.whole)}
    found = {}
    for scheme in figures.release.about.schemes:
        for row in figures.rows("composition", area=figures.whole, scheme=scheme.code, year=figures.year):
            if set(scheme.groups) == groups and row["share"] is not None:
                found[row["group"]] = row["share"]
    return found


def mixing(figures: Figures, words: Words) -> Finding | None:
    """Who meets whom, over what lots among the people around them would give."""
    said = words["mixing"]
    every = [row for row in figures.rows("homophily", area=figures.whole) if row["value"] is not None]
    in_city = {_pair(row, MIXING): row for row in every if row["measure"].startswith(MIXING)}
    in_area = {_pair(row, IN_AREA): row for row in every if row["measure"].startswith(IN_AREA)}
    pairs = [pair for pair in in_area if pair in in_city]
    if not pairs:
        return None
    sphere = main_sphere([sphere for sphere, _, _ in pairs])
    told = {(group, other): in_area[pair] for pair in pairs if (pair[0]) == sphere for group, other in (pair[1:],)}
    if not any(group == other for group, other in told):
        return None
    groups = [group for group in _scheme_order(figures) if any(group in pair for pair in told)]
    most = max((pair for pair in told if pair[0] == pair[1]), key=lambda pair: float(told[pair]["value"]))
    least = min(told, key=lambda pair: float(told[pair]["value"]))
    texts = [
        (f"{figures.group(group)} – {figures.group(other)}", _times(figures, row["value"]))
        for (group, other), row in told.items()
    ]
    return Finding(
        "mixing",
        sentence(said["title"].format(group=figures.group(most[0]), times=_times(figures, told[most]["value"]))),
        said["text"].format(
            sphere=sphere_of(words, sphere), city=_times(figures, in_city[sphere, *most]["value"]),
            one=figures.group(least[0]), other=figures.group(least[1]), times=_times(figures, told[least]["value"]),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(group), figures.group(other), sphere_of(words, sphere),
                 *(part for row in (in_city[sphere, group, other], in_area[sphere, group, other]) for part in
                   (_times(figures, row["value"]), interval_of(figures, words, row["lower"], row["upper"], 1, 1))))
                for sphere, group, other in pairs
            ],
        ),
        matrix(
            "chart-mixing",
            said["chart"],
            said["describe"].format(list=listed(texts)),
            [figures.group(group) for group in groups],
            [[_cell(figures, told.get((group, other))) for other in groups] for group in groups],
            said["columns"],
            words["page"]["withheld"],
            said["legend"],
        ),
        said["chart"],
    )  # fmt: skip


def own(figures: Figures, words: Words) -> Finding | None:
    """How much people are among their own, by every measure that the release has."""
    said = words["own"]
    names = said["measures"]
    every = [
        row
        for measure in names
        for row in figures.rows("homophily", area=figures.whole, measure=measure)
        if row["value"] is not None and row["lower"] is not None
    ]
    beyond = [row for row in every if row["measure"] == IN_OWN_AREA]
    if not beyond:
        return None
    sphere = main_sphere([row["sphere"] for row in beyond])
    shown = [row for row in beyond if row["sphere"] == sphere]
    most, *tied = ahead(shown)
    title = "title_one" if not tied else "title_none" if len(tied) + 1 == len(shown) else "title_among"
    texts = [(figures.group(row["group"]), figures.number(row["value"], 2)) for row in shown]
    return Finding(
        "own",
        said[title].format(group=figures.group(most["group"])),
        said["text"].format(
            sphere=sphere_of(words, sphere), group=figures.group(most["group"]),
            value=figures.number(most["value"], 2), interval=_interval(figures, words, most),
        )
        + (said["tied"].format(groups=quoted(words, [figures.group(row["group"]) for row in tied])) if tied else ""),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (group_or_all(figures, words, row["group"]), sphere_of(words, row["sphere"]), names[row["measure"]],
                 figures.number(row["value"], 2), _interval(figures, words, row))
                for row in every
            ],
        ),
        intervals(
            "chart-own", said["chart"], said["describe"].format(list=listed(texts)),
            [Bar(label, row["value"], row["lower"], row["upper"], text)
             for (label, text), row in zip(texts, shown, strict=True)],
            max(row["upper"] for row in shown), times=1.0, decimal=figures.decimal,
        ),
        said["chart"],
    )  # fmt: skip


def _interval(figures: Figures, words: Words, row: Row) -> str:
    return interval_of(figures, words, row["lower"], row["upper"], 1, 2)


def _pair(row: Row, kind: str) -> tuple[str, str, str]:
    return row["sphere"], row["group"], row["measure"].removeprefix(kind)


def _scheme_order(figures: Figures) -> list[str]:
    return list(dict.fromkeys(row["contact_group"] for row in figures.rows("mixing", area=figures.whole)))


def _times(figures: Figures, value: float) -> str:
    return figures.number(value, 1 if value < 10 else 0)


def _cell(figures: Figures, row: Row | None) -> tuple[float, str, bool] | None:
    """The value, how it is written, and whether its interval leaves 1 out."""
    if row is None:
        return None
    apart = row["lower"] is not None and not row["lower"] <= 1 <= row["upper"]
    return float(row["value"]), _times(figures, row["value"]), apart
