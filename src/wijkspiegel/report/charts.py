"""Charts and maps as SVG that can be read aloud: a title, a description, text that is text, no colour alone.

Across the page everything is placed in percentages and down the page in pixels, so that a chart is as wide as its
place and its text as large as that of the page, on a phone as on a screen. Colours are CSS variables of the page, so
that dark mode and print work.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any

MAP_WIDTH = 400
"""Units of the drawing of a map."""
LINE = 20
"""Pixels from one line of text to the next."""
LONGEST = 30
"""Letters of a line of text that fit on the narrowest phone."""
MOST_TICKS = 6
CLASSES = 5
SHOWN = 0.995
"""Shares that add up to less leave something out that a reader should see."""


@dataclass(frozen=True)
class Bar:
    """A label, a value with its interval, and what stands beside it as text. None is not known.

    mark : another value that this one is held against.
    """

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    text: str
    mark: float | None = None


@dataclass(frozen=True)
class Axis:
    """A scale: its ticks, from the least to the most, and the text of each."""

    ticks: Sequence[float]
    texts: Sequence[str]

    def place(self, value: float) -> float:
        """Percentages from the left; beyond the ends it stops there."""
        least, most = self.ticks[0], self.ticks[-1]
        return 1.5 + 97 * (min(max(value, least), most) - least) / (most - least)


def axis_of(least: float, most: float, times: float = 100.0, decimal: str = ".") -> Axis:
    """Round numbers from at most `least` to at least `most`, in texts that tell them `times` as large.

    decimal : the sign between whole numbers and decimals.
    """
    span = max(times * (most - least), 1e-9)
    size = 10.0 ** math.floor(math.log10(span / MOST_TICKS))
    step = next(size * part for part in (1, 2, 5, 10, 20) if span / (size * part) <= MOST_TICKS - 1)
    first, last = math.floor(times * least / step + 1e-9), math.ceil(times * most / step - 1e-9)
    digits = max(-math.floor(math.log10(step) + 1e-9), 0)
    numbers = [step * number for number in range(first, max(last, first + 1) + 1)]
    texts = [f"{number + 0.0:.{digits}f}".replace(".", decimal).replace("-", "−") for number in numbers]
    return Axis([number / times for number in numbers], texts)


def intervals(
    name: str,
    title: str,
    description: str,
    bars: Sequence[Bar],
    most: float,
    middle: float = 0.0,
    *,
    times: float = 100.0,
    decimal: str = ".",
    key: Mapping[str, str] | None = None,
) -> str:
    """A row for each bar: its label and text, and under them the interval with a dot for the value, on one scale.

    most : the end of the scale, at least. middle : where the reference line stands. times, decimal : see `axis_of`.
    key : what "dot", "interval" and "mark" mean, to be told under the chart.
    """
    known = [value for bar in bars for value in (bar.value, bar.lower, bar.mark) if value is not None]
    axis = axis_of(min([0.0, middle, *known]), most, times, decimal)
    parts: list[str] = []
    y = 0
    for bar in bars:
        lines = textwrap.wrap(bar.label, LONGEST - len(bar.text)) or [""]
        parts += _texts(lines, y + 15)
        parts.append(f'<text class="value" x="100%" y="{y + 15}" text-anchor="end">{escape(bar.text)}</text>')
        y += LINE * len(lines)
        parts += [_rule("guide", axis.place(tick), y + 1, y + 25) for tick in axis.ticks]
        parts.append(_rule("axis", axis.place(middle), y + 1, y + 25))
        parts += _bar(bar, axis, y + 13)
        y += 32
    height, told = _told_key(key or {}, y + LINE + 10)
    return _svg(name, title, description, height, [*parts, *_numbered(axis, y + 12), *told])


def _bar(bar: Bar, axis: Axis, y: int) -> list[str]:
    parts = []
    if bar.lower is not None and bar.upper is not None:
        left, right = axis.place(bar.lower), axis.place(bar.upper)
        parts.append(_part("interval", left, y - 8, right - left, 16))
    if bar.mark is not None:
        parts.append(_rule("mark", axis.place(bar.mark), y - 9, y + 9))
    if bar.value is not None:
        parts.append(f'<circle class="dot" cx="{axis.place(bar.value):.2f}%" cy="{y}" r="4.5"/>')
    return parts


def _numbered(axis: Axis, y: int) -> list[str]:
    """The numbers under an axis; the outer ones stay within the chart."""
    last = len(axis.ticks) - 1
    anchors = ["start" if number == 0 else "end" if number == last else "middle" for number in range(last + 1)]
    places = [0.0, *(axis.place(tick) for tick in axis.ticks[1:-1]), 100.0]
    return [
        f'<text class="label" x="{place:.2f}%" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
        for place, anchor, text in zip(places, anchors, axis.texts, strict=True)
    ]


def _told_key(key: Mapping[str, str], y: int) -> tuple[int, list[str]]:
    """Where the drawing ends, and what its signs mean."""
    signs = {
        "dot": '<circle class="dot" cx="9" cy="{y}" r="4.5"/>',
        "interval": '<rect class="interval" x="0" y="{top}" width="18" height="16"/>',
        "mark": '<line class="mark" x1="9" x2="9" y1="{top}" y2="{bottom}"/>',
        "cross": '<path class="cross" d="M5 {above}l8 8m0 -8l-8 8"/>',
    }
    parts = []
    for sign, text in key.items():
        lines = textwrap.wrap(text, LONGEST - 2)
        parts.append(signs[sign].format(y=y, top=y - 8, bottom=y + 8, above=y - 4))
        parts += _texts(lines, y + 5, 28)
        y += LINE * len(lines) + 4
    return y - 8 if key else y - 4, parts


def _texts(lines: Sequence[str], y: float, x: float = 0) -> list[str]:
    """Lines of text under each other, as one text to those who hear it."""
    spans = "".join(
        f'<tspan x="{x:g}" y="{y + LINE * number:g}">{escape(line)} </tspan>' for number, line in enumerate(lines)
    )
    return [f'<text class="label">{spans}</text>']


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
    y = 0
    for label, values in rows.items():
        parts += _texts([label], y + 15)
        y += LINE
        x = 0.0
        for group, value in enumerate(values):
            if value > 0:
                parts.append(_part(f"group g{group % 8}", x, y, 100 * value, 34))
            if value > 0.06:
                parts.append(_number(group, f"{x + 50 * value:.2f}%", y + 22))
            x += 100 * value
        if sum(values) < SHOWN:
            parts.append(_part("area none", x, y, max(100 - x, 0.5), 34, f"url(#{name}-hatch)"))
        y += 34 + 10
    for group, label in enumerate([*groups, *([withheld] if has_rest else [])]):
        lines = textwrap.wrap(label, LONGEST - 3)
        if group < len(groups):
            parts.append(f'<rect class="group g{group % 8}" x="0" y="{y}" width="24" height="20"/>')
            parts.append(_number(group, "12", y + 15))
        else:
            parts.append(f'<rect class="area none" x="0" y="{y}" width="24" height="20" fill="url(#{name}-hatch)"/>')
        parts += _texts(lines, y + 15, 34)
        y += LINE * len(lines) + 5
    return _svg(name, title, description, y, [_hatch(name), *parts] if has_rest else parts)


def _part(kind: str, x: float, y: float, width: float, height: float, fill: str = "") -> str:
    """x, width : percentages. y, height : pixels."""
    filled = f' fill="{fill}"' if fill else ""
    return f'<rect class="{kind}" x="{x:.2f}%" y="{y}" width="{width:.2f}%" height="{height}"{filled}/>'


def _rule(kind: str, x: float, top: float, bottom: float) -> str:
    return f'<line class="{kind}" x1="{x:.2f}%" x2="{x:.2f}%" y1="{top}" y2="{bottom}"/>'


def _number(group: int, x: str, y: float) -> str:
    return f'<text class="in g{group % 8}" x="{x}" y="{y}" text-anchor="middle">{group + 1}</text>'


@dataclass(frozen=True)
class Point:
    """A value at a place on a scale, with its interval, and another reading of it beside."""

    label: str
    value: float
    lower: float
    upper: float
    beside: float | None = None


LEFT, RIGHT, TOP, HEIGHT = 12.0, 95.0, 16, 170
"""Of the field of a line: percentages across, pixels down."""


def curve(
    name: str,
    title: str,
    description: str,
    points: Sequence[Point],
    texts: Sequence[str],
    *,
    decimal: str = ".",
    key: Mapping[str, str] | None = None,
) -> str:
    """Values at a few scales, from small to large, joined by a line, each with its interval and its text above."""
    axis = axis_of(0.0, max(point.upper for point in points), decimal=decimal)
    parts = [*_field(axis), _line(points, axis)]
    for number, (point, text) in enumerate(zip(points, texts, strict=True)):
        x, top, bottom = _across(number, len(points)), _down(point.upper, axis), _down(point.lower, axis)
        parts.append(f'<line class="whisker" x1="{x:.2f}%" x2="{x:.2f}%" y1="{top:.1f}" y2="{bottom:.1f}"/>')
        parts.append(f'<circle class="dot" cx="{x:.2f}%" cy="{_down(point.value, axis):.1f}" r="4.5"/>')
        parts.append(f'<text class="value" x="{x:.2f}%" y="{top - 8:.1f}" text-anchor="middle">{escape(text)}</text>')
    bottom_of_labels = TOP + HEIGHT + 22
    parts += _labels_under(points, bottom_of_labels)
    height, told = _told_key(key or {}, bottom_of_labels + 24)
    return _svg(name, title, description, height, [*parts, *told])


def band(name: str, title: str, description: str, points: Sequence[Point], axis: str, beside: str) -> str:
    """A line through values at growing places, in the band of their intervals; crosses are the other reading.

    axis : what the places are. beside : what the crosses are.
    """
    scale = axis_of(0.0, 1.0)
    edge = [(_across(number, len(points)), point.upper) for number, point in enumerate(points)]
    edge += [(_across(number, len(points)), point.lower) for number, point in reversed(list(enumerate(points)))]
    parts = [_stretched(f'<polygon class="interval" points="{_in_field(edge, scale)}"/>'), *_field(scale)]
    parts.append(_line(points, scale))
    for number, point in enumerate(points):
        x = _across(number, len(points))
        parts.append(f'<circle class="dot" cx="{x:.2f}%" cy="{_down(point.value, scale):.1f}" r="4"/>')
        if point.beside is not None:
            cross = '<path class="cross" d="M-4 -4l8 8m0 -8l-8 8"/>'
            parts.append(f'<svg x="{x:.2f}%" y="{_down(point.beside, scale):.1f}" overflow="visible">{cross}</svg>')
    parts += _labels_under(points, TOP + HEIGHT + 20)
    parts.append(f'<text class="label" x="50%" y="{TOP + HEIGHT + 42}" text-anchor="middle">{escape(axis)}</text>')
    height, told = _told_key({"cross": beside}, TOP + HEIGHT + 64)
    return _svg(name, title, description, height, [*parts, *told])


@dataclass(frozen=True)
class Marks:
    """Readings of one share under a few assumptions, in the order of the legend."""

    label: str
    values: Sequence[float]


SHAPES = (
    '<circle class="dot" r="6"/>',
    '<path class="cross" d="M-5 -5l10 10m0 -10l-10 10"/>',
    '<path class="hollow" d="M0 -7l7 7l-7 7l-7 -7z"/>',
)


def marks(name: str, title: str, description: str, rows: Sequence[Marks], legend: Sequence[str]) -> str:
    """A row for each label with a mark of its own shape for each reading, from 0 to 100 %. Three readings at most."""
    axis = axis_of(0.0, 1.0)
    parts: list[str] = []
    y = 0
    for row in rows:
        lines = textwrap.wrap(row.label, LONGEST)
        parts += _texts(lines, y + 15)
        y += LINE * len(lines)
        places = [axis.place(value) for value in row.values]
        parts += [_rule("guide", axis.place(tick), y + 1, y + 25) for tick in axis.ticks]
        line = f'x1="{min(places):.2f}%" x2="{max(places):.2f}%" y1="{y + 13}" y2="{y + 13}"'
        parts.append(f'<line class="axis" {line}/>')
        parts += [_placed(shape, f"{x:.2f}%", y + 13) for shape, x in zip(SHAPES, places, strict=False)]
        y += 32
    parts += _numbered(axis, y + 12)
    y += LINE + 12
    for shape, text in zip(SHAPES, legend, strict=False):
        lines = textwrap.wrap(text, LONGEST - 2)
        parts += [_placed(shape, "9", y), *_texts(lines, y + 5, 28)]
        y += LINE * len(lines) + 4
    return _svg(name, title, description, y - 8, parts)


def _placed(shape: str, x: str, y: float) -> str:
    return f'<svg x="{x}" y="{y:g}" overflow="visible">{shape}</svg>'


@dataclass(frozen=True)
class Said:
    """A text of any length, its figures in words, and what is drawn under it: intervals, and values with their marks.

    language : of the text, where it is known. A place that is None is not known, and its mark left out.
    """

    text: str
    told: str
    spans: Sequence[tuple[float, float]]
    places: Sequence[float | None] = ()
    language: str = ""


SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "interval": '<rect class="interval" x="3" y="2" width="24" height="14"/>',
        "dot": f'<svg x="15" y="9" overflow="visible">{SHAPES[0]}</svg>',
        "cross": f'<svg x="15" y="9" overflow="visible">{SHAPES[1]}</svg>',
    }
)
"""Of a key in HTML; the marks in the order of SHAPES."""


def under_texts(name: str, title: str, rows: Sequence[Said], key: Mapping[str, str]) -> str:
    """A list in HTML, from 0 to 100 %, of texts that a drawing could not break off: statements, in any script.

    Each row tells its figures in words; the drawing repeats them. key : sign -> what it means.
    """
    axis = axis_of(0.0, 1.0)
    items = "".join(_said(row, axis) for row in rows)
    scale = f'<svg width="100%" height="18" aria-hidden="true">{"".join(_numbered(axis, 14))}</svg>'
    signs = "".join(f'<li><svg aria-hidden="true">{SIGNS[sign]}</svg>{escape(text)}</li>' for sign, text in key.items())
    return (
        f'<div id="{name}" class="said" role="group" aria-label="{escape(title)}" aria-describedby="{name}-key">'
        f'<ol>{items}</ol>{scale}<ul id="{name}-key" class="legend">{signs}</ul></div>'
    )


def _said(row: Said, axis: Axis) -> str:
    parts = [_rule("guide", axis.place(tick), 1, 25) for tick in axis.ticks]
    parts += [_part("interval", axis.place(low), 5, axis.place(up) - axis.place(low), 16) for low, up in row.spans]
    marks = [(shape, axis.place(at)) for shape, at in zip(SHAPES, row.places, strict=False) if at is not None]
    if len(marks) > 1:
        ends = [x for _, x in marks]
        parts.append(f'<line class="axis" x1="{min(ends):.2f}%" x2="{max(ends):.2f}%" y1="13" y2="13"/>')
    parts += [_placed(shape, f"{x:.2f}%", 13) for shape, x in marks]
    language = f' lang="{escape(row.language)}"' if row.language else ""
    return (
        f'<li><p dir="auto"{language}>{escape(row.text)}</p><p class="figures">{escape(row.told)}</p>'
        f'<svg width="100%" height="26" aria-hidden="true">{"".join(parts)}</svg></li>'
    )


def columns(
    name: str,
    title: str,
    description: str,
    stacks: Sequence[Sequence[float]],
    groups: Sequence[str],
    under: str,
    withheld: str = "",
) -> str:
    """A column for each place, from left to right, with its parts in the order of the groups, numbered as in a legend.

    under : what the places are. withheld : what the legend says of a last part of each column that is of no group.
    """
    axis = axis_of(0.0, max(sum(stack) for stack in stacks), times=1.0)
    parts, wide = _field(axis), (RIGHT - LEFT) / len(stacks)
    for number, stack in enumerate(stacks):
        below = 0.0
        for group, value in enumerate(stack):
            if value > 0:
                parts += _in_column(name, group, len(groups), LEFT + wide * number, wide, (below, value), axis)
                below += value
    y = TOP + HEIGHT + 24
    parts.append(f'<text class="label" x="{(LEFT + RIGHT) / 2}%" y="{y}" text-anchor="middle">{escape(under)}</text>')
    y += 16
    for group, label in enumerate([*(groups if len(groups) > 1 else ()), *([withheld] if withheld else [])]):
        fill = f'class="group g{group % 8}"' if label in groups else f'class="area none" fill="url(#{name}-hatch)"'
        parts.append(f'<rect {fill} x="0" y="{y}" width="24" height="20"/>')
        parts += [*([_number(group, "12", y + 15)] if label in groups else []), *_texts([label], y + 15, 34)]
        y += LINE + 5
    return _svg(name, title, description, y, [_hatch(name), *parts] if withheld else parts)


def _in_column(
    name: str, group: int, groups: int, x: float, wide: float, part: tuple[float, float], axis: Axis
) -> list[str]:
    """A part of a column, with the number of its group where that fits; hatched where it is of no group.

    part : where it begins, and how high it is.
    """
    below, value = part
    top, bottom = round(_down(below + value, axis)), round(_down(below, axis))
    left, broad = x + 0.08 * wide, 0.84 * wide
    if group >= groups:
        return [_part("area none", left, top, broad, bottom - top, f"url(#{name}-hatch)")]
    number = (
        [_number(group, f"{x + wide / 2:.2f}%", (top + bottom) / 2 + 5)] if bottom - top > LINE and groups > 1 else []
    )
    return [_part(f"group g{group % 8}", left, top, broad, bottom - top), *number]


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
    wide = 100 / len(labels)
    heads = textwrap.wrap(columns, LONGEST)
    parts = _texts(heads, 15)
    y = LINE * len(heads) + 20
    for number in range(len(labels)):
        middle = f"{wide * (number + 0.5):.2f}%"
        parts.append(f'<text class="value" x="{middle}" y="{y - 4}" text-anchor="middle">{number + 1}</text>')
    for number, (label, row) in enumerate(zip(labels, cells, strict=True)):
        said = f"{number + 1} {label}" if any(row) else f"{number + 1} {label}: {withheld}"
        lines = textwrap.wrap(said, LONGEST)
        parts += _texts(lines, y + 16)
        y += LINE * len(lines) + 4
        if any(row):
            parts += [part for column, cell in enumerate(row) for part in _ratio(cell, wide * column, y, wide)]
            y += 34
    y += 8
    for number, text in enumerate(legend):
        lines = textwrap.wrap(text, LONGEST - 4)
        parts.append(f'<rect class="ratio r{number}" x="0" y="{y}" width="30" height="18"/>')
        parts += _texts(lines, y + 14, 40)
        y += LINE * len(lines) + 4
    return _svg(name, title, description, y, parts)


def _ratio(cell: Cell | None, x: float, y: float, wide: float) -> list[str]:
    """x, wide : percentages."""
    middle = f'x="{x + wide / 2:.2f}%" y="{y + 19}" text-anchor="middle"'
    if cell is None:
        return [f'<text class="label" {middle}>–</text>']
    value, text, apart = cell
    shade = sum(value >= edge for edge in RATIOS)
    kind = "cell sure" if apart else "cell"
    return [_part(f"ratio r{shade}", x, y, wide, 28), f'<text class="{kind}" {middle}>{escape(text)}</text>']


def _across(number: int, points: int) -> float:
    return LEFT + 4 + (RIGHT - LEFT - 8) * number / max(points - 1, 1)


def _down(value: float, axis: Axis) -> float:
    least, most = axis.ticks[0], axis.ticks[-1]
    return TOP + HEIGHT * (1 - (value - least) / (most - least))


def _field(axis: Axis) -> list[str]:
    parts = []
    for tick, text in zip(axis.ticks, axis.texts, strict=True):
        y = _down(tick, axis)
        parts.append(f'<line class="guide" x1="{LEFT}%" x2="{RIGHT}%" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="label" x="{LEFT - 2}%" y="{y + 5:.1f}" text-anchor="end">{escape(text)}</text>')
    return parts


def _line(points: Sequence[Point], axis: Axis) -> str:
    places = [(_across(number, len(points)), point.value) for number, point in enumerate(points)]
    return _stretched(f'<polyline class="line" points="{_in_field(places, axis)}"/>')


def _in_field(places: Sequence[tuple[float, float]], axis: Axis) -> str:
    return " ".join(f"{x:.2f},{_down(value, axis):.1f}" for x, value in places)


def _stretched(drawing: str) -> str:
    """A drawing whose units are percentages across and pixels down; a line keeps its width."""
    size = f'width="100%" height="{TOP + HEIGHT}" viewBox="0 0 100 {TOP + HEIGHT}"'
    return f'<svg {size} preserveAspectRatio="none" overflow="visible">{drawing}</svg>'


def _labels_under(points: Sequence[Point], y: int) -> list[str]:
    return [
        f'<text class="label" x="{_across(number, len(points)):.2f}%" y="{y}" text-anchor="middle">'
        f"{escape(point.label)}</text>"
        for number, point in enumerate(points)
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
    scale = min(MAP_WIDTH / ((east - west) * squeeze), 430 / (north - south))
    margin = (MAP_WIDTH - (east - west) * squeeze * scale) / 2
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
    height = (north - south) * scale
    entries = [
        *((f"area s{one.number}", "", one.text) for one in legend),
        ("area none", f' fill="url(#{name}-hatch)"', unknown),
    ]
    explained = "".join(
        f'<li><svg aria-hidden="true"><rect class="{kind}" width="30" height="18"{fill}/></svg>{escape(text)}</li>'
        for kind, fill, text in entries
    )
    size = f'viewBox="0 0 {MAP_WIDTH} {height:.0f}"'
    drawn = _tagged(name, title, description, size, [_hatch(name), *parts])
    return f'{drawn}<ul class="legend">{explained}</ul>'


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


def _svg(name: str, title: str, description: str, height: float, parts: Sequence[str]) -> str:
    return _tagged(name, title, description, f'width="100%" height="{height:.0f}"', parts)


def _tagged(name: str, title: str, description: str, size: str, parts: Sequence[str]) -> str:
    return (
        f'<svg id="{name}" {size} role="img" '
        f'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )
