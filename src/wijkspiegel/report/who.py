"""Who lives there, how diverse that is, and how it changed."""

from collections.abc import Sequence

from wijkspiegel.report.charts import shares
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.finding import Finding, Table, Words, by_scheme, interval_told
from wijkspiegel.schemes import Scheme


def composition(figures: Figures, words: Words) -> Finding | None:
    """The latest year, in the scheme that tells most."""
    said, scheme = words["composition"], figures.scheme
    rows = figures.rows("composition", area=figures.whole, scheme=scheme.code, year=figures.year)
    share = {row["group"]: row["share"] for row in rows if row["share"] is not None}
    if not share:
        return None
    largest = max(share, key=lambda group: float(share[group]))
    (area,) = figures.rows("areas", area=figures.whole, year=figures.year)
    return Finding(
        "composition",
        said["title"].format(share=figures.percent(share[largest], 0), group=figures.group(largest)),
        said["text"]
        if area["population"] is None
        else said["text_people"].format(title=figures.release.about.title, people=figures.number(area["population"])),
        said["assumes"].format(scheme=scheme.title[figures.language]),
        Table(
            said["caption"],
            said["head"],
            [
                (figures.group(row["group"]), figures.number(row["count"]), figures.percent(row["share"]))
                for row in rows
            ],
        ),
        _bars(figures, words, "composition", scheme, [figures.year]),
        said["chart"],
    )


def over_years(figures: Figures, words: Words) -> Finding | None:
    """Every year, in the scheme that most years have."""
    said, scheme = words["over_years"], figures.scheme_over_years
    rows = figures.rows("composition", area=figures.whole, scheme=scheme.code)
    share = {(row["year"], row["group"]): row["share"] for row in rows}
    years = sorted({row["year"] for row in rows})
    first, last = years[0], years[-1]
    moved = {
        group: share[last, group] - share[first, group]
        for group in scheme.groups
        if share.get((last, group)) is not None and share.get((first, group)) is not None
    }
    if first == last or not moved:
        return None
    most = max(moved, key=lambda group: abs(moved[group]))
    differ = {
        row["year"]: row["value"]
        for row in figures.rows("diversity", area=figures.whole, scheme=scheme.code, measure="differ")
    }
    told = {
        "group": figures.group(most), "first": first, "last": last, "title": figures.release.about.title,
        "by": by_scheme(figures, words, scheme.code),
    }  # fmt: skip
    return Finding(
        "over-years",
        said["title"].format(
            **told, before=figures.percent(share[first, most]), after=figures.percent(share[last, most])
        ),
        said["text"].format(
            **told, before=figures.told("differ", differ[first]), after=figures.told("differ", differ[last])
        )
        if differ.get(first) is not None and differ.get(last) is not None
        else "",
        said["assumes"].format(scheme=scheme.title[figures.language]),
        Table(
            said["caption"],
            [said["group"], *map(str, years)],
            [
                (figures.group(group), *(figures.percent(share.get((year, group))) for year in years))
                for group in scheme.groups
            ],
        ),
        _bars(figures, words, "over_years", scheme, years),
        said["chart"],
    )


def _bars(figures: Figures, words: Words, name: str, scheme: Scheme, years: Sequence[int]) -> str:
    rows = figures.rows("composition", area=figures.whole, scheme=scheme.code)
    share = {(row["year"], row["group"]): row["share"] or 0.0 for row in rows}
    return shares(
        f"chart-{name.replace('_', '-')}",
        words[name]["chart"],
        words[name]["describe"].format(years=", ".join(map(str, years))),
        {str(year): [share.get((year, group), 0.0) for group in scheme.groups] for year in years},
        [figures.group(group) for group in scheme.groups],
        words["page"]["withheld"],
    )


def diversity(figures: Figures, words: Words) -> Finding | None:
    said = words["diversity"]
    rows = {
        row["measure"]: row
        for row in figures.rows("diversity", area=figures.whole, year=figures.year, scheme=figures.scheme.code)
    }
    if not rows or rows["effective_groups"]["value"] is None:
        return None
    return Finding(
        "diversity",
        said["title"].format(
            title=figures.release.about.title, groups=figures.number(rows["effective_groups"]["value"], 1)
        ),
        said["text"].format(
            differ=figures.told("differ", rows["differ"]["value"]),
            interval=interval_told(figures, words, "differ", rows["differ"]["lower"], rows["differ"]["upper"]),
            groups=figures.told("richness", rows["richness"]["lower"]),
        ),
        said["assumes"],
        Table(
            said["caption"],
            said["head"],
            [
                (words["measures"][measure], figures.told(measure, row["value"]),
                 interval_told(figures, words, measure, row["lower"], row["upper"]))
                for measure, row in rows.items()
            ],
        ),
    )  # fmt: skip
