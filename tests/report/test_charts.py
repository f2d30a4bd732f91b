"""Charts: scales that can be read, and every value at its place on them."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.report.charts import Bar, Point, Said, axis_of, band, columns, curve, intervals, under_texts

values = st.floats(-5, 5, allow_subnormal=False)


@given(values, values, st.sampled_from([1.0, 100.0]))
def test_an_axis_holds_its_ends_in_a_few_round_steps(one: float, other: float, times: float) -> None:
    least, most = min(one, other), max(one, other)
    axis = axis_of(least, most, times)
    assert axis.ticks[0] <= least + 1e-6
    assert axis.ticks[-1] >= most - 1e-6
    assert 2 <= len(axis.ticks) <= 8
    assert all(before < after for before, after in pairwise(axis.ticks))
    assert len(set(axis.texts)) == len(axis.texts)


def test_the_texts_of_an_axis_are_those_of_the_language() -> None:
    assert axis_of(0, 0.33).texts == ["0", "10", "20", "30", "40"]
    assert axis_of(-0.004, 0.001, decimal=",").texts == ["−0,4", "−0,3", "−0,2", "−0,1", "0,0", "0,1"]


def places(chart: str, kind: str, attribute: str) -> list[float]:
    return [float(x) for x in re.findall(rf'class="{kind}"[^>]* {attribute}="([\d.]+)%"', chart)]


def test_a_bar_has_its_dot_its_interval_and_its_mark_on_one_scale() -> None:
    chart = intervals("c", "t", "d", [Bar("A", 0.2, 0.1, 0.3, "20", mark=0.4)], 0.4)
    at = axis_of(0, 0.4).place
    assert places(chart, "dot", "cx") == [pytest.approx(at(0.2), abs=0.01)]
    assert places(chart, "interval", "x") == [pytest.approx(at(0.1), abs=0.01)]
    assert places(chart, "interval", "width") == [pytest.approx(at(0.3) - at(0.1), abs=0.01)]
    assert places(chart, "mark", "x1") == [pytest.approx(at(0.4), abs=0.01)]
    for tick in ("0", "10", "20", "30", "40"):
        assert f">{tick}</text>" in chart


def test_what_is_not_known_is_not_drawn() -> None:
    chart = intervals("c", "t", "d", [Bar("A", None, None, None, "–"), Bar("B", 0.1, None, None, "10")], 0.2)
    assert chart.count('class="dot"') == 1
    assert 'class="interval"' not in chart


def test_long_labels_are_told_on_more_lines() -> None:
    chart = intervals("c", "t", "d", [Bar("herkomst buiten Europa, in Nederland geboren", 0.1, 0, 0.2, "10,0 %")], 0.2)
    lines = re.findall(r"<tspan[^>]*>([^<]+) </tspan>", chart)
    assert " ".join(lines) == "herkomst buiten Europa, in Nederland geboren"
    assert max(map(len, lines)) <= 32


def test_no_chart_with_text_is_scaled() -> None:
    points = [Point("a", 0.2, 0.1, 0.3, 0.1), Point("b", 0.3, 0.2, 0.4, 0.2)]
    for chart in (band("b", "t", "d", points, "axis", "beside"), curve("k", "t", "d", points, ["1", "2"])):
        assert re.match(r'<svg id="\w" width="100%" height="\d+" role="img"', chart)
        for inner in re.findall(r"<svg[^>]*viewBox.*?</svg>", chart):
            assert "<text" not in inner


def test_a_long_text_has_its_marks_and_intervals_under_it_and_its_figures_in_words() -> None:
    text = "A statement of any length, in any script: 我覺得應該審核人員。"
    chart = under_texts("c", "t", [Said(text, "70 % and 20 %", [(0.6, 0.8)], [0.7, 0.2], "en")], {"dot": "most"})
    at = axis_of(0, 1).place
    assert f'<p dir="auto" lang="en">{text}</p><p class="figures">70 % and 20 %</p>' in chart
    assert places(chart, "interval", "x") == [pytest.approx(at(0.6), abs=0.01)]
    assert [float(x) for x in re.findall(r'<svg x="([\d.]+)%"', chart)] == [
        pytest.approx(at(0.7), abs=0.01), pytest.approx(at(0.2), abs=0.01)
    ]  # fmt: skip


def test_a_mark_that_is_not_known_leaves_the_others_their_own_shape() -> None:
    chart = under_texts("c", "t", [Said("a", "b", [], [None, 0.2])], {})
    assert 'class="cross"' in chart
    assert 'class="dot"' not in chart
    assert 'class="axis"' not in chart


def test_columns_are_as_high_as_their_people_and_hatched_where_the_group_is_not_shown() -> None:
    chart = columns("c", "t", "d", [[40.0, 10.0, 0.0], [0.0, 20.0, 30.0]], ["one", "two"], "place", "not shown")
    drawn = re.findall(r'<rect class="(group g\d|area none)" x="[\d.]+%" y="\d+" width="[\d.]+%" height="(\d+)"', chart)
    heights = [(kind, int(height)) for kind, height in drawn]
    assert [kind for kind, _ in heights] == ["group g0", "group g1", "group g1", "area none"]
    assert heights[0][1] == pytest.approx(4 * heights[1][1], abs=2)
    assert heights[3][1] == pytest.approx(3 * heights[1][1], abs=2)
    assert ">not shown </tspan>" in chart
