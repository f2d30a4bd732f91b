"""What a release tells, one finding at a time: a sentence, a chart, the figures, and what they assume."""

from collections.abc import Callable

from wijkspiegel.report.apart import change, exposure, municipalities, on_the_map, profile, segregation
from wijkspiegel.report.beside import peers, representation, sides
from wijkspiegel.report.circles import connectors, mirrors, reference
from wijkspiegel.report.faring import outcomes
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.finding import Finding, Words, interval_of, level_of, longest_change, segregation_rows
from wijkspiegel.report.meeting import bias, mixing, what_if
from wijkspiegel.report.who import composition, diversity, over_years


def findings_of(figures: Figures, words: Words) -> list[Finding]:
    """Every finding for which the release has figures, in the order of the page."""
    makers: tuple[Callable[[Figures, Words], Finding | None], ...] = (
        *((composition, over_years, diversity, segregation, exposure) if figures.whole else ()),
        *(() if figures.release.about.subject else (municipalities,)),
        on_the_map,
        *((profile, change) if figures.whole else ()),
        *((connectors, mirrors, reference, bias, what_if, mixing, outcomes) if figures.whole else ()),
        peers,
        sides,
    )
    found = [maker(figures, words) for maker in makers]
    return [finding for finding in found if finding is not None] + list(representation(figures, words))


def answer(figures: Figures, words: Words) -> str:
    """The two or three sentences with which the page begins."""
    said = words["answer"]
    sentences = []
    for row in figures.rows(
        "diversity", area=figures.whole, year=figures.year, scheme=figures.scheme.code, measure="differ"
    ):
        tenths = figures.number(round(10 * row["value"]))
        sentences.append(said["differ"].format(title=figures.release.about.title, tenths=tenths))
    for row in segregation_rows(figures, "dissimilarity", group="all"):
        sentences.append(
            said["segregation"].format(
                title=figures.release.about.title,
                value=interval_of(figures, words, row["lower"], row["upper"], 100),
                level=level_of(figures, words),
            )
        )
    if change := longest_change(figures):
        sentences.append(said[change.direction].format(before=change.before))
    return " ".join(sentences)
