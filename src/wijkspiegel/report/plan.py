"""The chart of a survey that is still to be held."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from wijkspiegel.report.charts import Bar, intervals

WIDTH = 480
"""Pixels: a drawing that stands by itself has no page to be as wide as."""
STYLE = (
    "text{font:15px system-ui,sans-serif;fill:#1d2430}.value{font-weight:600}.interval{fill:#7fb3bf}"
    ".dot{fill:#a3380f;stroke:#fff;stroke-width:1.5}.axis{stroke:#55606f}.guide{stroke:#d9d5cc}"
)


def write_plan(path: Path, title: str, description: str, bars: Sequence[Bar], against: float) -> Path:
    """An SVG of the interval of each plan; the line is the share to tell it from. Written beside, then moved."""
    most = max([against, *(bar.upper for bar in bars if bar.upper is not None)])
    chart = intervals("survey-plan", title, description, bars, most, middle=against)
    alone = chart.replace('width="100%"', f'width="{WIDTH}"', 1)
    content = alone.replace("<title", f"<style>{STYLE}</style><title", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".svg", delete=False, encoding="utf-8") as beside:
        beside.write(content)
    Path(beside.name).chmod(0o644)
    return Path(beside.name).replace(path)
