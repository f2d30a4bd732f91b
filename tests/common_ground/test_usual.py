import numpy as np
import pytest

from tests.common_ground.conversations import conversation, two_camps
from wijkspiegel.common_ground.usual import usual_groups, usual_map


def test_the_gram_matrix_gives_the_map_of_the_table_with_blanks_filled() -> None:
    votes = conversation(two_camps(120), 25, 0.5, passes=0.1).votes
    table = np.full((len(votes.persons), len(votes.statements)), np.nan)
    table[votes.person, votes.statement] = votes.vote
    cast = (~np.isnan(table)).sum(axis=1)
    centred = np.nan_to_num(table - np.nanmean(table, axis=0))
    _, lengths, components = np.linalg.svd(centred, full_matrices=False)
    found = usual_map(votes)
    for axis in range(2):
        turned = np.sign((found.components[axis] * components[axis]).sum())
        assert found.components[axis] == pytest.approx(turned * components[axis], abs=1e-6)
        places = centred @ components[axis] * turned * np.sqrt(25 / cast)
        assert found.persons[:, axis] == pytest.approx(places, abs=1e-5)
    assert found.share == pytest.approx(lengths[:2] ** 2 / (lengths**2).sum(), abs=1e-6)


def test_votes_that_are_all_the_same_have_no_direction() -> None:
    votes = conversation(np.zeros((20, 1)), 6, 1.0).votes
    alike = usual_map(type(votes)(votes.persons, votes.statements, votes.person, votes.statement, np.abs(votes.vote)))
    assert (alike.persons == 0).all()


def test_two_camps_are_the_two_groups_that_lie_furthest_apart() -> None:
    invented = conversation(two_camps(200))
    group, camp = usual_groups(invented.votes), invented.places[:, 0] > 0
    assert set(group.tolist()) == {0, 1}
    assert max((group == camp).mean(), (group != camp).mean()) > 0.94


def test_people_who_all_vote_alike_are_in_no_group() -> None:
    votes = conversation(np.zeros((20, 1)), 6, 1.0).votes
    alike = type(votes)(votes.persons, votes.statements, votes.person, votes.statement, np.abs(votes.vote))
    assert (usual_groups(alike) == -1).all()
