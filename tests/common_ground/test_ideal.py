import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from scipy.optimize import minimize

from tests.common_ground.conversations import conversation, names, shuffled, two_camps
from wijkspiegel.common_ground.ideal import (
    SPREAD_OF_PERSONS,
    SPREAD_OF_STATEMENTS,
    Floats,
    cast_of,
    chances,
    fitted,
    held_out,
    locate,
    log_loss,
    turn_to_axes,
)
from wijkspiegel.tables import Votes, votes_of


def loss_of(votes: Votes, persons: Floats, statements: Floats) -> float:
    """Minus the log of the posterior, written down once more, without the kernels."""
    agree = chances(persons, statements, votes.person, votes.statement)
    readily, place = SPREAD_OF_STATEMENTS
    return float(
        -np.log(np.where(votes.vote > 0, agree, 1 - agree)).sum()
        + 0.5 * (persons[:, 0] ** 2).sum() / SPREAD_OF_PERSONS**2 + 0.5 * (persons[:, 1:] ** 2).sum()
        + 0.5 * ((statements[:, 0] - statements[:, 0].mean()) ** 2).sum() / readily**2
        + 0.5 * (statements[:, 1:] ** 2).sum() / place**2
    )  # fmt: skip


@pytest.mark.parametrize("dimensions", [0, 1, 2])
def test_the_model_is_the_mode_that_a_general_optimiser_finds(dimensions: int) -> None:
    votes = conversation(np.random.default_rng(4).normal(size=(25, 2)), 8, 0.8, pull=1.5).votes
    shape = (25, 1 + dimensions), (8, 1 + dimensions)

    def parts(vector: Floats) -> tuple[Floats, Floats]:
        cut = 25 * (1 + dimensions)
        return vector[:cut].reshape(shape[0]), vector[cut:].reshape(shape[1])

    begin = np.concatenate([each.ravel() for each in fitted(cast_of(votes), dimensions)])
    general = minimize(lambda vector: loss_of(votes, *parts(vector)), begin, method="L-BFGS-B", options={"ftol": 1e-12})
    assert loss_of(votes, *parts(begin)) == pytest.approx(general.fun, abs=0.01)
    here, there = (chances(*parts(vector), votes.person, votes.statement) for vector in (begin, general.x))
    assert np.abs(here - there).max() < 0.02


def test_the_order_of_rows_persons_and_statements_changes_no_bit() -> None:
    votes = conversation(two_camps(150), passes=0.1).votes
    once = locate(votes)
    for seed in range(3):
        again = locate(shuffled(votes, seed))
        assert again.loss == once.loss
        assert (again.persons == once.persons).all()
        assert (again.statements == once.statements).all()


PRINT_MODEL = """
import hashlib
from tests.common_ground.conversations import conversation, two_camps
from wijkspiegel.common_ground.ground import find_ground
ground = find_ground(conversation(two_camps(150), 30).votes)
print(hashlib.sha256(ground.model.persons.tobytes() + ground.probability.tobytes()).hexdigest())
"""


def test_the_number_of_threads_changes_no_bit() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", PRINT_MODEL], check=True, capture_output=True, text=True,
            env=os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), threads),
        ).stdout
        for threads in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


@pytest.mark.parametrize(("places", "dimensions"), [(0, 0), (1, 1), (2, 2)])
def test_as_many_dimensions_are_found_as_there_are(places: int, dimensions: int) -> None:
    invented = conversation(np.random.default_rng(5).normal(size=(600, places)) * 1.5, 40, seed=3)
    assert locate(invented.votes).dimensions == dimensions


def test_chances_come_near_those_that_votes_were_drawn_from() -> None:
    invented = conversation(two_camps(800), 40, 0.6)
    model = locate(invented.votes)
    person, statement = np.indices(invented.agree.shape, dtype=np.int32)
    found = chances(model.persons, model.statements, person.ravel(), statement.ravel())
    assert np.abs(found - invented.agree.ravel()).mean() < 0.075


def test_a_pass_tells_nothing_of_where_somebody_stands() -> None:
    votes = conversation(two_camps(60), 10).votes
    blank = [(p, s) for p in range(60) for s in range(10) if not ((votes.person == p) & (votes.statement == s)).any()]
    with_passes = votes_of(
        votes.persons, votes.statements,
        [*votes.person, *(p for p, _ in blank)], [*votes.statement, *(s for _, s in blank)],
        [*votes.vote, *[0] * len(blank)],
    )  # fmt: skip
    assert (locate(with_passes, 1).persons == locate(votes, 1).persons).all()


def test_turning_the_map_changes_no_chance_and_puts_most_on_the_first_axis() -> None:
    lots = np.random.default_rng(2)
    persons, statements = lots.normal(size=(30, 3)), lots.normal(size=(12, 3))
    person, statement = np.indices((30, 12), dtype=np.int32)
    before = chances(persons, statements, person.ravel(), statement.ravel())
    turn_to_axes(persons, statements)
    assert np.allclose(chances(persons, statements, person.ravel(), statement.ravel()), before)
    first, second = (statements[:, 1:] ** 2).sum(axis=0)
    assert first > second
    assert (statements[:, 1] * statements[:, 2]).sum() == pytest.approx(0, abs=1e-9)
    assert ((statements[:, 1:] * statements[:, :1]).sum(axis=0) >= 0).all()


def test_log_loss_of_a_coin_and_of_certainty() -> None:
    happened = np.array([True, False])
    assert log_loss(np.array([0.5, 0.5]), happened) == pytest.approx(np.log(2))
    assert log_loss(np.array([1.0, 0.0]), happened) == pytest.approx(0, abs=1e-6)


def test_two_votes_are_too_few_to_hold_any_out() -> None:
    votes = votes_of(["a", "b"], ["x", "y"], [0, 1], [0, 1], [1, -1])
    assert np.isfinite(held_out(votes, (0, 1))[0])
    assert locate(votes).dimensions == 0


def test_no_table_of_people_by_statements_is_ever_made() -> None:
    people, statements, each = 12_000, 600, 8
    lots = np.random.default_rng(1)
    statement = np.sort(np.argpartition(lots.random((people, statements)), each)[:, :each], axis=1).ravel()
    votes = votes_of(
        names("p", people), names("s", statements), np.repeat(np.arange(people), each), statement,
        lots.choice([-1, 1], len(statement)),
    )  # fmt: skip
    tracemalloc.start()
    locate(votes, 1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < people * statements * 8 / 3
