"""What a release tells, one finding at a time: a sentence, a chart, the figures, and what they assume."""

from collections.abc import Callable

from wijkspiegel.report.apart import change, exposure, municipalities, on_the_map, profile, segregation
from wijkspiegel.report.beside import peers, representation, sides
from wijkspiegel.report.circles import bubbles, connectors, mirrors, reference
from wijkspiegel.report.faring import outcomes
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.finding import (
    Finding,
    Words,
    by_scheme,
    freed_of_chance,
    interval_told,
    level_of,
    longest_change,
    segregation_rows,
)
from wijkspiegel.report.meeting import bias, mixing, own, what_if
from wijkspiegel.report.who import composition, diversity, over_years


def findings_of(figures: Figures, words: Words) -> list[Finding]:
    """Every finding for which the release has figures, in the order of the page."""
    makers: tuple[Callable[[Figures, Words], Finding | None], ...] = (
        *((composition, over_years, diversity, segregation, exposure) if figures.whole else ()),
        *(() if figures.release.about.subject else (municipalities,)),
        on_the_map,
        *((profile, change) if figures.whole else ()),
        *((connectors, mirrors, reference, bubbles, bias, what_if, mixing, own, outcomes) if figures.whole else ()),
        peers,
        sides,
    )
    found = [maker(figures, words) for maker in makers]
    return [finding for finding in found if finding is not None] + list(representation(figures, words))


def answer(figures: Figures, words: Words) -> str:
    """The two or three sentences with which the page begins."""
    said, title = words["answer"], figures.release.about.title
    people = [row["population"] for row in figures.rows("areas", area=figures.whole, year=figures.year)]
    if people == [0]:
        return str(said["nobody"].format(title=title))
    sentences = [_on_difference(figures, said), _on_segregation(figures, words)]
    if change := longest_change(figures):
        by = by_scheme(figures, words, change.scheme)
        sentences.append(said[change.direction].format(before=change.before, by=by))
    return " ".join(sentence for sentence in sentences if sentence)


def _on_difference(figures: Figures, said: Words) -> str:
    """Nothing where the chance is not told, or where all are of one group."""
    rows = figures.rows(
        "diversity", area=figures.whole, year=figures.year, scheme=figures.scheme.code, measure="differ"
    )
    if not rows or not rows[0]["value"]:
        return ""
    tenths = round(10 * rows[0]["value"])
    told = said["differ"] if tenths else said["differ_seldom"]
    return str(told.format(title=figures.release.about.title, tenths=figures.number(tenths)))


def _on_segregation(figures: Figures, words: Words) -> str:
    """Nothing where the figure is not told."""
    found = freed_of_chance(figures, "dissimilarity", segregation_rows(figures, "dissimilarity", group="all"))
    if not found or found[0].value is None:
        return ""
    row, value = found[0].row, found[0].value
    return str(
        words["answer"]["segregation"].format(
            title=figures.release.about.title,
            value=figures.told("dissimilarity", value),
            interval=interval_told(figures, words, "dissimilarity", row["lower"], row["upper"]),
            level=level_of(figures, words),
        )
    )
