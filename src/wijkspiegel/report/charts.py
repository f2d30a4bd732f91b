"""Charts and maps as SVG that can be read aloud: a title, a description, text that is text, no colour alone.

Colours are CSS variables of the page, so that dark mode and print work.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH = 640
LABEL = 230
ROW = 30
CLASSES = 5


@dataclass(frozen=True)
class Bar:
    """A label, a value with its interval, and what stands beside it as text. None is not known."""

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    text: str


def intervals(name: str, title: str, description: str, bars: Sequence[Bar], most: float, middle: float = 0.0) -> str:
    """Horizontal bars of intervals, with a dot for the value, on a scale from 0 (or -most) to most.

    middle : where the reference line stands.
    """
    least = min([0.0, *(bar.lower for bar in bars if bar.lower is not None), *(b.value for b in bars if b.value)])
    span = WIDTH - LABEL - 90

    def x(value: float) -> float:
        return LABEL + span * (min(max(value, least), most) - least) / (most - least or 1)

    parts = [f'<line class="axis" x1="{x(middle):.1f}" x2="{x(middle):.1f}" y1="4" y2="{ROW * len(bars) + 4}"/>']
    for number, bar in enumerate(bars):
        y = ROW * number + ROW / 2 + 4
        parts.append(
            f'<text class="label" x="{LABEL - 12}" y="{y + 4:.0f}" text-anchor="end">{escape(bar.label)}</text>'
        )
        if bar.lower is not None and bar.upper is not None:
            width = max(x(bar.upper) - x(bar.lower), 2)
            parts.append(
                f'<rect class="interval" x="{x(bar.lower):.1f}" y="{y - 6:.1f}" width="{width:.1f}" height="12" rx="3"/>'  # noqa: E501
            )
        if bar.value is not None:
            parts.append(f'<circle class="dot" cx="{x(bar.value):.1f}" cy="{y:.1f}" r="4.5"/>')
        end = max([x(v) for v in (bar.value, bar.upper) if v is not None], default=x(middle))
        parts.append(f'<text class="value" x="{end + 10:.1f}" y="{y + 4:.0f}">{escape(bar.text)}</text>')
    return _svg(name, title, description, WIDTH, ROW * len(bars) + 8, parts)


def shares(name: str, title: str, description: str, rows: Mapping[str, Sequence[float]], groups: Sequence[str]) -> str:
    """A bar of shares for each label, its parts in the order of the groups, parted by white and by pattern."""
    parts = []
    for number, (label, values) in enumerate(rows.items()):
        y = 4 + number * 44
        parts.append(f'<text class="label" x="0" y="{y + 22}">{escape(label)}</text>')
        x = 60.0
        for group, value in enumerate(values):
            width = (WIDTH - 60) * value
            if width > 0:
                parts.append(
                    f'<rect class="group g{group % 8}" x="{x:.1f}" y="{y}" width="{max(width - 1.5, 0.5):.1f}" height="34"/>'  # noqa: E501
                )
            if width > 30:
                parts.append(
                    f'<text class="in g{group % 8}" x="{x + width / 2:.1f}" y="{y + 22}" text-anchor="middle">'
                    f"{group + 1}</text>"
                )
            x += width
    height = 44 * len(rows) + 8
    for group, label in enumerate(groups):
        column, line = group % 2, group // 2
        x, y = 60 + column * 300, height + 8 + line * 24
        parts.append(f'<rect class="group g{group % 8}" x="{x}" y="{y}" width="18" height="16"/>')
        parts.append(
            f'<text class="in g{group % 8}" x="{x + 9}" y="{y + 12.5}" text-anchor="middle">{group + 1}</text>'
        )
        parts.append(f'<text class="label" x="{x + 26}" y="{y + 13}">{escape(label)}</text>')
    return _svg(name, title, description, WIDTH, height + 16 + 24 * math.ceil(len(groups) / 2), parts)


def curve(name: str, title: str, description: str, points: Sequence[tuple[str, float]], texts: Sequence[str]) -> str:
    """Values at a few scales, from small to large, joined by a line."""
    most = max((value for _, value in points), default=1.0) or 1.0
    step = (WIDTH - 120) / max(len(points) - 1, 1)
    places = [(60 + step * number, 160 - 130 * value / most) for number, (_, value) in enumerate(points)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [
        f'<line class="axis" x1="40" x2="{WIDTH - 40}" y1="160" y2="160"/>',
        f'<polyline class="line" points="{line}"/>',
    ]
    for (x, y), (label, _), text in zip(places, points, texts, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        parts.append(f'<text class="value" x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{escape(text)}</text>')
        parts.append(f'<text class="label" x="{x:.1f}" y="182" text-anchor="middle">{escape(label)}</text>')
    return _svg(name, title, description, WIDTH, 192, parts)


@dataclass(frozen=True)
class Shade:
    """A class of values on a map: its number, from 0, and what the legend says of it."""

    number: int
    text: str


def choropleth(
    name: str,
    title: str,
    description: str,
    features: Mapping[str, Any],
    shades: Mapping[str, int],
    legend: Sequence[Shade],
    names: Mapping[str, str],
    unknown: str,
) -> str:
    """A map of areas in classes of colour; hatched where nothing is shown. Each area tells its name and class."""
    outlines = {str(f["id"]): _rings(f["geometry"]) for f in features["features"]}
    points = [point for rings in outlines.values() for ring in rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / ((east - west) * squeeze), 620 / (north - south))
    margin = (WIDTH - (east - west) * squeeze * scale) / 2
    texts = {shade.number: shade.text for shade in legend}
    parts = []
    for code, rings in outlines.items():
        path = "".join(
            "M"
            + "L".join(f"{(x - west) * squeeze * scale + margin:.1f} {(north - y) * scale:.1f}" for x, y in ring)
            + "Z"
            for ring in rings
        )
        shade = shades.get(code)
        told = unknown if shade is None else texts[shade]
        kind = "none" if shade is None else f"s{shade}"
        parts.append(
            f'<path class="area {kind}" d="{path}"><title>{escape(names.get(code, code))}: {escape(told)}</title></path>'  # noqa: E501
        )
    height = (north - south) * scale + 16
    for number, (kind, text) in enumerate([*((f"s{one.number}", one.text) for one in legend), ("none", unknown)]):
        y = height + number * 24
        parts.append(f'<rect class="area {kind}" x="0" y="{y:.0f}" width="30" height="16"/>')
        parts.append(f'<text class="label" x="40" y="{y + 13:.0f}">{escape(text)}</text>')
    hatch = (
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="hatch-ground" width="6" height="6"/><line class="hatch-line" x1="0" x2="0" y1="0" y2="6"/>'
        "</pattern></defs>"
    )
    return _svg(name, title, description, WIDTH, height + 24 * (len(legend) + 1), [hatch.replace('"hatch"', f'"{name}-hatch"'),  # noqa: E501
        *[part.replace('class="area none"', f'class="area none" fill="url(#{name}-hatch)"') for part in parts]])  # fmt: skip  # noqa: E501


def _rings(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon]


def _svg(name: str, title: str, description: str, width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg id="{name}" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )
