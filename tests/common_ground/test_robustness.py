import numpy as np
import pytest

from tests.common_ground.conversations import conversation, two_camps
from wijkspiegel.common_ground.ground import find_ground
from wijkspiegel.common_ground.ideal import of_people
from wijkspiegel.common_ground.robustness import (
    HALF,
    HOSTILE_DEALT,
    HOSTILE_FREE,
    WITHOUT_ACTIVE,
    robustness,
    with_hostile,
)
from wijkspiegel.common_ground.weighing import Known


@pytest.fixture(scope="module")
def changes():  # type: ignore[no-untyped-def]
    votes = conversation(two_camps(400), 60, 0.4, pull=0.5).votes
    area = Known(("north", "south"), np.arange(400) % 2)
    ground = find_ground(votes, known={"area": area}, weight=np.linspace(0.5, 1.5, 400))
    return {(change.scenario, change.verdict): change for change in robustness(ground)}


def test_every_scenario_tells_both_lists(changes) -> None:  # type: ignore[no-untyped-def]
    assert set(changes) == {
        (scenario, verdict)
        for scenario in (HOSTILE_DEALT, HOSTILE_FREE, WITHOUT_ACTIVE, HALF)
        for verdict in ("binds", "chafes")
    }
    assert all(change.stays <= min(change.before, change.after) for change in changes.values())


def test_most_of_what_binds_survives_hostile_accounts_that_are_dealt_statements(changes) -> None:  # type: ignore[no-untyped-def]
    before = changes[HOSTILE_DEALT, "binds"].before
    assert before >= 8
    assert 0.5 * before <= changes[HOSTILE_DEALT, "binds"].stays <= before


def test_hostile_accounts_that_choose_vote_against_what_binds_first() -> None:
    ground = find_ground(conversation(two_camps(200), 40, 0.2, pull=0.5).votes)
    binding = ground.statements("binds")
    assert binding
    against = {}
    for choosing in (False, True):
        votes, rows = with_hostile(ground, np.random.default_rng(1), choosing)
        hostile = votes.person >= 200
        assert len(votes.persons) == 210
        assert rows[200:].max() < 200
        assert (votes.vote[hostile & np.isin(votes.statement, binding)] == -1).all()
        against[choosing] = int((hostile & np.isin(votes.statement, binding)).sum())
    assert against[True] >= 2 * against[False]


def test_the_lists_hardly_need_the_most_active(changes) -> None:  # type: ignore[no-untyped-def]
    change = changes[WITHOUT_ACTIVE, "binds"]
    assert change.stays >= 0.8 * change.before


def test_two_people_cannot_be_halved_and_nothing_breaks() -> None:
    votes = conversation(np.zeros((3, 1)), 6, 1.0).votes
    assert all(change.after == 0 for change in robustness(find_ground(votes)) if change.scenario == HALF)


def test_groups_of_the_usual_map_are_sought_on_that_map_again() -> None:
    votes = conversation(np.random.default_rng(5).normal(size=(150, 2)) * 1.2, 30, 0.6, seed=5).votes
    cast = np.bincount(votes.person, minlength=150)
    calm = of_people(votes, np.sort(np.argsort(-cast, kind="stable")[2:]))
    by_map, by_model = (len(find_ground(calm, usual=usual).statements("chafes")) for usual in (True, False))
    assert by_map != by_model
    changes = robustness(find_ground(votes, usual=True))
    assert [c.after for c in changes if (c.scenario, c.verdict) == (WITHOUT_ACTIVE, "chafes")] == [by_map]
