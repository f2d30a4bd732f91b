import numpy as np
import pytest

from tests.common_ground.conversations import conversation, shuffled, two_camps
from wijkspiegel.common_ground.ideal import Ideal, locate
from wijkspiegel.common_ground.opinions import (
    FOUND_AGAIN,
    Opinions,
    apart_from_next,
    find_opinions,
    ideal_places,
    likeness,
    nearest,
)
from wijkspiegel.tables import Votes, votes_of


def opinions_of(votes: Votes) -> tuple[Opinions, Ideal]:
    model = locate(votes)
    return find_opinions(votes, model.persons[:, 1:], ideal_places(model)), model


def test_two_camps_are_found_with_who_is_in_them() -> None:
    invented = conversation(two_camps())
    found, model = opinions_of(invented.votes)
    assert len(found) == 2
    assert (found.stability >= FOUND_AGAIN).all()
    group, camp = found.group(model.persons[:, 1:]), invented.places[:, 0] > 0
    assert max((group == camp).mean(), (group != camp).mean()) > 0.94


def test_people_who_do_not_differ_are_no_groups() -> None:
    found, model = opinions_of(conversation(np.zeros((300, 1))).votes)
    assert len(found) == 0
    assert (found.group(model.persons[:, 1:]) == -1).all()


def test_three_camps_are_three_groups() -> None:
    lots = np.random.default_rng(8)
    corners = np.array([[-1.8, 0.0], [1.8, 0.0], [0.0, 2.4]])
    places = corners[lots.integers(3, size=600)] + lots.normal(0, 0.3, (600, 2))
    assert len(opinions_of(conversation(places, 60).votes)[0]) == 3


def test_one_in_twenty_is_no_group_of_its_own() -> None:
    """Else a few hostile accounts could forbid whatever binds the others."""
    lots = np.random.default_rng(3)
    places = np.concatenate([lots.normal(0, 0.4, (380, 1)), lots.normal(5, 0.1, (20, 1))])
    found, model = opinions_of(conversation(places).votes)
    assert all(np.bincount(found.group(model.persons[:, 1:]) + 1)[1:] >= 40) or not len(found)


def test_who_told_too_little_is_in_no_group() -> None:
    votes = conversation(two_camps()).votes
    of_first = np.flatnonzero(votes.person == 0)
    fewer = votes.of(~np.isin(np.arange(len(votes)), of_first[6:]))
    found, model = opinions_of(fewer)
    assert found.group(model.persons[:, 1:])[0] == -1


def test_groups_do_not_depend_on_the_order_of_rows() -> None:
    votes = conversation(two_camps(200)).votes
    once, again = opinions_of(votes)[0], opinions_of(shuffled(votes, 5))[0]
    assert (once.centres == again.centres).all()
    assert once.tried == again.tried


def test_groups_of_two_people_cannot_be_told() -> None:
    votes = votes_of(["a", "b"], ["x", "y"], [0, 0, 1, 1], [0, 1, 0, 1], [1, 1, -1, -1])
    assert len(opinions_of(votes)[0]) == 0


def test_nearest_is_the_nearest() -> None:
    assert nearest(np.array([[0.1], [0.9], [0.4]]), np.array([[0.0], [1.0]])).tolist() == [0, 1, 0]


def test_likeness_and_how_far_groups_lie_apart_by_hand() -> None:
    """Of four and two people, three and three are found again: 3 of 4 for the first, 2 of 3 for the second."""
    before, after = np.array([0, 0, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 0, 0])
    assert likeness(before, after, 2) == pytest.approx([3 / 4, 2 / 3])
    places, centres = np.array([[0.0], [1.0], [4.0]]), np.array([[0.0], [4.0]])
    assert apart_from_next(places, centres) == pytest.approx((1 + (1 - 1 / 3) + 1) / 3)


@pytest.mark.parametrize("conversation_name", ["brexit-consensus", "vtaiwan.uberx"])
def test_groups_of_real_conversations_are_stable(shared, conversation_name: str) -> None:  # type: ignore[no-untyped-def]
    from wijkspiegel.sources.votes import read_conversation  # noqa: PLC0415

    found, _ = opinions_of(read_conversation(shared(f"opendata_votes/{conversation_name}")).votes)
    assert len(found) >= 2
    assert (found.stability >= FOUND_AGAIN).all()
