"""What is timed side by side gives the same figures."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import cities, draw, naive, planners, run
from benchmarks.encounters import nobody_in_particular
from wijkspiegel.measures.chance import expected_entropy_index
from wijkspiegel.measures.segregation import entropy_index, gini, isolation
from wijkspiegel.measures.spatial import blend, decaying, nearest_people, within

COUNTS, POINTS = cities.people(300, 6), cities.points(300) / 20


def test_plain_indices_agree() -> None:
    assert naive.entropy_index(COUNTS) == pytest.approx(entropy_index(COUNTS))
    assert naive.gini(COUNTS) == pytest.approx(gini(COUNTS))
    assert naive.isolation(COUNTS, 0) == pytest.approx(isolation(COUNTS))


def test_environments_agree() -> None:
    assert naive.blended(COUNTS, POINTS, 800) == pytest.approx(blend(COUNTS, within(POINTS, 800)))
    kernel = naive.blended(COUNTS, POINTS, 2000, lambda share: (1 - share**2) ** 2)
    assert kernel == pytest.approx(blend(COUNTS, decaying(POINTS, 2000)))
    shares = naive.nearest(POINTS, COUNTS, 1, np.arange(5))
    assert shares == pytest.approx(nearest_people(POINTS, COUNTS, 1)[:5] / COUNTS[:5].sum(axis=1, keepdims=True))


def test_draws_come_out_at_the_exact_chance_level() -> None:
    draws = naive.randomisation(COUNTS, 200)
    assert draws.mean() == pytest.approx(expected_entropy_index(COUNTS), abs=4 * draws.std() / np.sqrt(200))
    assert naive.permutation(COUNTS) == pytest.approx(draws.mean(), abs=6 * draws.std())


def test_a_case_that_failed_has_no_ratio() -> None:
    done = {"seconds": 2.0, "bytes": 2**30, "measured_part": 1.0}
    assert run.ratio(done, {"seconds": 60.0}) == "30 ×"
    assert run.ratio(done, {"failed": "more than 12 GB"}) == "–"
    assert run.shown({"failed": "more than 12 GB"}) == "more than 12 GB"
    assert run.shown(done | {"measured_part": 0.1}) == "2 s *, 1.0 GB"


def test_a_planner_that_is_not_there_is_left_out_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = nobody_in_particular(8)
    planners.beside_golfers(tmp_path, nobody, "eight people", 2, 2, 1)
    said = capsys.readouterr().out
    assert "good-enough-golfers is left out of eight people" in said
    assert "| eight people | ours, repeats only | 1 | 4 |" in said


def test_a_greedy_draw_keeps_quotas_and_households() -> None:
    people, quotas = draw.volunteers(80, 1), draw.quotas_for(20)
    greedy = draw.Greedy(people, quotas, 20, "home", seed=1)
    for panel in (greedy.draw() for _ in range(20)):
        assert len({people.attributes["home"][one] for one in panel}) == 20
        for quota in quotas:
            counted = sum(people.attributes[quota.attribute][one] == quota.value for one in panel)
            assert quota.minimum <= counted <= quota.maximum
