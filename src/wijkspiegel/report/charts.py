"""Charts and maps as SVG that can be read aloud: a title, a description, text that is text, no colour alone.

Colours are CSS variables of the page, so that dark mode and print work.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH = 400
"""Units of the drawing. A phone shows it at three quarters of its size, a screen at one and a third."""
ROW = 42
CLASSES = 5
SHOWN = 0.995
"""Shares that add up to less leave something out that a reader should see."""


@dataclass(frozen=True)
class Bar:
    """A label, a value with its interval, and what stands beside it as text. None is not known."""

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    text: str


def intervals(name: str, title: str, description: str, bars: Sequence[Bar], most: float, middle: float = 0.0) -> str:
    """A row for each bar: its label, and under it the interval with a dot for the value, on one scale up to `most`.

    middle : where the reference line stands.
    """
    least = min([0.0, *(bar.lower for bar in bars if bar.lower is not None), *(b.value for b in bars if b.value)])
    span = WIDTH - 8 - 62  # room for a dot at the left and a text at the right

    def x(value: float) -> float:
        return 8 + span * (min(max(value, least), most) - least) / (most - least or 1)

    parts = []
    for number, bar in enumerate(bars):
        y = ROW * number + 30
        parts.append(f'<text class="label" x="0" y="{y - 12}">{escape(bar.label)}</text>')
        parts.append(f'<line class="axis" x1="{x(middle):.1f}" x2="{x(middle):.1f}" y1="{y - 8}" y2="{y + 8}"/>')
        if bar.lower is not None and bar.upper is not None:
            width = max(x(bar.upper) - x(bar.lower), 2)
            parts.append(_part("interval", x(bar.lower), y - 5, width, 10))
        if bar.value is not None:
            parts.append(f'<circle class="dot" cx="{x(bar.value):.1f}" cy="{y}" r="4.5"/>')
        end = max([x(v) for v in (bar.value, bar.upper) if v is not None], default=x(middle))
        parts.append(f'<text class="value" x="{end + 9:.1f}" y="{y + 4}">{escape(bar.text)}</text>')
    return _svg(name, title, description, WIDTH, ROW * len(bars) + 4, parts)


def shares(
    name: str,
    title: str,
    description: str,
    rows: Mapping[str, Sequence[float]],
    groups: Sequence[str],
    withheld: str,
) -> str:
    """A bar of shares for each label, its parts in the order of the groups, numbered as in the legend.

    withheld : what the legend says of the rest, where the shares that are shown do not add up to one.
    """
    parts = []
    has_rest = any(sum(values) < SHOWN for values in rows.values())
    for number, (label, values) in enumerate(rows.items()):
        y = 4 + number * 44
        parts.append(f'<text class="label" x="0" y="{y + 22}">{escape(label)}</text>')
        x = left = 38.0
        for group, value in enumerate(values):
            width = (WIDTH - left) * value
            if width > 0:
                parts.append(_part(f"group g{group % 8}", x, y, max(width - 1.5, 0.5), 34))
            if width > 16:
                parts.append(_number(group, x + width / 2, y + 22))
            x += width
        if sum(values) < SHOWN:
            parts.append(_part("area none", x, y, max(WIDTH - x, 0.5), 34, f"url(#{name}-hatch)"))
    height = 44 * len(rows) + 8
    entries = [*groups, *([withheld] if has_rest else [])]
    for group, label in enumerate(entries):
        x, y = 0.0, height + 8 + group * 22
        if group < len(groups):
            parts += [_part(f"group g{group % 8}", x, y, 18, 16), _number(group, x + 9, y + 12.5)]
        else:
            parts.append(_part("area none", x, y, 18, 16, f"url(#{name}-hatch)"))
        parts.append(f'<text class="label" x="{x + 26}" y="{y + 13}">{escape(label)}</text>')
    parts = [_hatch(name), *parts] if has_rest else parts
    return _svg(name, title, description, WIDTH, height + 8 + 22 * len(entries), parts)


def _part(kind: str, x: float, y: float, width: float, height: float, fill: str = "") -> str:
    filled = f' fill="{fill}"' if fill else ""
    return f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}"{filled}/>'


def _number(group: int, x: float, y: float) -> str:
    return f'<text class="in g{group % 8}" x="{x:.1f}" y="{y}" text-anchor="middle">{group + 1}</text>'


def curve(name: str, title: str, description: str, points: Sequence[tuple[str, float]], texts: Sequence[str]) -> str:
    """Values at a few scales, from small to large, joined by a line."""
    most = max((value for _, value in points), default=1.0) or 1.0
    step = (WIDTH - 110) / max(len(points) - 1, 1)
    places = [(55 + step * number, 160 - 130 * value / most) for number, (_, value) in enumerate(points)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [
        f'<line class="axis" x1="20" x2="{WIDTH - 20}" y1="160" y2="160"/>',
        f'<polyline class="line" points="{line}"/>',
    ]
    for (x, y), (label, _), text in zip(places, points, texts, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        parts.append(f'<text class="value" x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{escape(text)}</text>')
        parts.append(f'<text class="label" x="{x:.1f}" y="182" text-anchor="middle">{escape(label)}</text>')
    return _svg(name, title, description, WIDTH, 192, parts)


@dataclass(frozen=True)
class Point:
    """A value at a place on a scale, with its interval, and another reading of it beside."""

    label: str
    value: float
    lower: float
    upper: float
    beside: float | None = None


def band(name: str, title: str, description: str, points: Sequence[Point], axis: str, beside: str) -> str:
    """A line through values at growing places, in the band of their intervals; crosses are the other reading.

    axis : what the places are. beside : what the crosses are.
    """
    step = (WIDTH - 70) / max(len(points) - 1, 1)

    def place(number: int, value: float) -> str:
        return f"{40 + step * number:.1f},{170 - 150 * value:.1f}"

    edge = [place(number, point.upper) for number, point in enumerate(points)]
    edge += [place(number, point.lower) for number, point in reversed(list(enumerate(points)))]
    parts = [f'<polygon class="interval" points="{" ".join(edge)}"/>']
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = 170 - 150 * share
        parts.append(f'<line class="axis thin" x1="34" x2="{WIDTH - 24}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="label" x="28" y="{y + 4}" text-anchor="end">{100 * share:.0f}</text>')
    line = " ".join(place(number, point.value) for number, point in enumerate(points))
    parts.append(f'<polyline class="line" points="{line}"/>')
    for number, point in enumerate(points):
        across, up = place(number, point.value).split(",")
        parts.append(f'<circle class="dot" cx="{across}" cy="{up}" r="4"/>')
        parts.append(f'<text class="label" x="{across}" y="188" text-anchor="middle">{escape(point.label)}</text>')
        if point.beside is not None:
            left, top = (float(end) for end in place(number, point.beside).split(","))
            cross = f"M{left - 4:.1f} {top - 4:.1f}l8 8m0 -8l-8 8"
            parts.append(f'<path class="cross" d="{cross}"/>')
    parts.append(f'<text class="label" x="{WIDTH / 2}" y="208" text-anchor="middle">{escape(axis)}</text>')
    parts.append(
        f'<path class="cross" d="M40 224l8 8m0 -8l-8 8"/><text class="label" x="56" y="232">{escape(beside)}</text>'
    )
    return _svg(name, title, description, WIDTH, 240, parts)


@dataclass(frozen=True)
class Marks:
    """Readings of one share under a few assumptions, in the order of the legend."""

    label: str
    values: Sequence[float]


def marks(name: str, title: str, description: str, rows: Sequence[Marks], legend: Sequence[str]) -> str:
    """A row for each label with a mark of its own shape for each reading, from 0 to 100 %. Three readings at most."""
    span = WIDTH - 24
    shapes = (
        '<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="6"/>',
        '<path class="cross" d="M{x:.1f} {y:.1f}m-5 -5l10 10m0 -10l-10 10"/>',
        '<path class="hollow" d="M{x:.1f} {y:.1f}m0 -7l7 7l-7 7l-7 -7z"/>',
    )
    parts = []
    bottom = ROW * len(rows) + 8
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = 10 + span * share
        parts.append(f'<line class="axis thin" x1="{x:.1f}" x2="{x:.1f}" y1="22" y2="{bottom}"/>')
        parts.append(f'<text class="label" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{100 * share:.0f}</text>')
    for number, row in enumerate(rows):
        y = ROW * number + 32
        parts.append(f'<text class="label" x="0" y="{y - 14}">{escape(row.label)}</text>')
        places = [10 + span * min(max(value, 0.0), 1.0) for value in row.values]
        parts.append(f'<line class="axis" x1="{min(places):.1f}" x2="{max(places):.1f}" y1="{y}" y2="{y}"/>')
        parts += [shape.format(x=x, y=y) for shape, x in zip(shapes, places, strict=False)]
    for number, text in enumerate(legend):
        y = bottom + 40 + 24 * number
        parts.append(shapes[number].format(x=10, y=y - 4))
        parts.append(f'<text class="label" x="26" y="{y}">{escape(text)}</text>')
    return _svg(name, title, description, WIDTH, bottom + 48 + 24 * (len(legend) - 1), parts)


RATIOS = (0.5, 0.8, 1.25, 2.0)
"""Where the shades of a matrix of ratios part: half, about as many, twice as many."""

Cell = tuple[float, str, bool]


def matrix(
    name: str,
    title: str,
    description: str,
    labels: Sequence[str],
    cells: Sequence[Sequence[Cell | None]],
    columns: str,
    withheld: str,
    legend: Sequence[str],
) -> str:
    """Ratios of each label (row) towards each (column, by number), as text on a shade; bold where surely not 1.

    columns : what the numbers above the columns are. legend : of the shades, from few to many.
    """
    wide = WIDTH / len(labels)
    parts = [f'<text class="label" x="0" y="14">{escape(columns)}</text>']
    for number in range(len(labels)):
        middle = wide * (number + 0.5)
        parts.append(f'<text class="value" x="{middle:.1f}" y="34" text-anchor="middle">{number + 1}</text>')
    y = 54
    for number, (label, row) in enumerate(zip(labels, cells, strict=True)):
        shown = any(row)
        said = f"{number + 1} {label}" if shown else f"{number + 1} {label}: {withheld}"
        parts.append(f'<text class="label" x="0" y="{y}">{escape(said)}</text>')
        if shown:
            parts += [part for column, cell in enumerate(row) for part in _ratio(cell, wide * column, y + 6, wide)]
        y += 56 if shown else 26
    bottom = y
    for number, text in enumerate(legend):
        y = bottom + 24 * number
        parts += [
            _part(f"ratio r{number}", 0, y, 30, 16),
            f'<text class="label" x="40" y="{y + 13}">{escape(text)}</text>',
        ]
    return _svg(name, title, description, WIDTH, bottom + 24 * len(legend), parts)


def _ratio(cell: Cell | None, x: float, y: float, wide: float) -> list[str]:
    if cell is None:
        return [f'<text class="label" x="{x + wide / 2:.1f}" y="{y + 19}" text-anchor="middle">–</text>']
    value, text, apart = cell
    shade = sum(value >= edge for edge in RATIOS)
    kind = "cell sure" if apart else "cell"
    return [
        _part(f"ratio r{shade}", x + 1, y, wide - 2, 28),
        f'<text class="{kind}" x="{x + wide / 2:.1f}" y="{y + 19}" text-anchor="middle">{escape(text)}</text>',
    ]


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
    scale = min(WIDTH / ((east - west) * squeeze), 430 / (north - south))
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
        kind = f'none" fill="url(#{name}-hatch)' if shade is None else f"s{shade}"
        said = f"{names.get(code, code)}: {told}"
        parts.append(f'<path class="area {kind}" d="{path}"><title>{escape(said)}</title></path>')
    height = (north - south) * scale + 16
    entries = [
        *((f"area s{one.number}", "", one.text) for one in legend),
        ("area none", f"url(#{name}-hatch)", unknown),
    ]
    for number, (kind, fill, text) in enumerate(entries):
        y = height + number * 24
        parts.append(_part(kind, 0, round(y), 30, 16, fill))
        parts.append(f'<text class="label" x="40" y="{y + 13:.0f}">{escape(text)}</text>')
    return _svg(name, title, description, WIDTH, height + 24 * (len(legend) + 1), [_hatch(name), *parts])


def _hatch(name: str) -> str:
    """The pattern of what is not shown; every chart has its own, for ids are unique on a page."""
    return (
        f'<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/>'
        '<line class="hatch-line" x1="0" x2="0" y1="0" y2="6"/></pattern></defs>'
    )


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
