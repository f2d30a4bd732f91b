"""A survey that is still to be held: what it would tell, in words and as a chart."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wijkspiegel.connectors.plan import MOST_FRIENDS, Outlook, Question
from wijkspiegel.report.charts import Bar, intervals
from wijkspiegel.report.page import words_of
from wijkspiegel.schemes import Language
from wijkspiegel.wording import Percent, Value, number, written

WIDTH = 480
"""Pixels: a drawing that stands by itself has no page to be as wide as."""
STYLE = (
    "text{font:15px system-ui,sans-serif;fill:#1d2430}.value{font-weight:600}.interval{fill:#7fb3bf}"
    ".dot{fill:#a3380f;stroke:#fff;stroke-width:1.5}.axis{stroke:#55606f}.guide{stroke:#d9d5cc}"
)


def called(question: Question, language: Language) -> str:
    """Respondents by friends: 1,200 × 10."""
    return f"{number(question.respondents, language)} × {question.friends}"


def told_of_plan(found: Sequence[Outlook], needed: int | None, language: Language) -> list[str]:
    """What to say of the plan that was asked, the first, and of the others beside it.

    needed : friends with which the bounds leave the other share out; None where that is not known, or none do.
    """
    asked = found[0].question
    wide = max(len(called(one.question, language)) for one in found)
    lines = [_filled("intro", language, share=Percent(asked.share, 0), outgroup=Percent(asked.outgroup, 0))]
    lines += [f"{called(one.question, language):>{wide + 2}}: {_row(one, language)}" for one in found]
    return [*lines, *_advice(found, needed, language), _filled("assumes", language)]


def _row(one: Outlook, language: Language) -> str:
    ends = {"lower": one.lower, "upper": one.upper, "low": one.bound_low, "high": one.bound_high}
    shares = {name: Percent(share, 0) for name, share in (ends | {"power": one.power}).items()}
    return _filled("row", language, against=Percent(one.question.against, 0), **shares)


def _advice(found: Sequence[Outlook], needed: int | None, language: Language) -> list[str]:
    asked, *others = found
    question = asked.question
    if asked.in_vain:
        shares = {"share": Percent(question.share, 0), "against": Percent(question.against, 0)}
        more = "never" if needed is None else "more"
        most = max(question.friends, MOST_FRIENDS) if needed is None else needed
        return [
            _filled("in_vain", language, friends=question.friends, **shares),
            _filled(more, language, friends=most, against=shares["against"]),
        ]
    narrowest = min(others, key=lambda one: one.upper - one.lower).question
    return [_filled("more_friends" if narrowest.friends > question.friends else "more_respondents", language)]


def write_plan(path: Path, found: Sequence[Outlook], language: Language) -> Path:
    """An SVG of the interval of each plan; the line is the share to tell it from. Written beside, then moved."""
    asked = found[0].question
    bars = [
        Bar(called(one.question, language), asked.share, one.lower, one.upper, written(Percent(one.power, 0), language))
        for one in found
    ]
    rows = "; ".join(f"{bar.label}: {_row(one, language)}" for bar, one in zip(bars, found, strict=True))
    shares = {"share": Percent(asked.share, 0), "against": Percent(asked.against, 0)}
    chart = intervals(
        "survey-plan", _filled("chart", language, **shares), rows, bars,
        max(asked.against, *(one.upper for one in found)), middle=asked.against,
    )  # fmt: skip
    alone = chart.replace('width="100%"', f'width="{WIDTH}"', 1)
    content = alone.replace("<title", f"<style>{STYLE}</style><title", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".svg", delete=False, encoding="utf-8") as beside:
        beside.write(content)
    Path(beside.name).chmod(0o644)
    return Path(beside.name).replace(path)


def _filled(text: str, language: Language, **values: Value) -> str:
    words: dict[str, Any] = words_of(language)["plan"]
    return str(words[text].format(**{name: written(value, language) for name, value in values.items()}))
