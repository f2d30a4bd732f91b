import numpy as np
import pytest

from tests.common_ground.conversations import conversation, names, shuffled, two_camps
from wijkspiegel.common_ground.ground import Thresholds, find_ground
from wijkspiegel.common_ground.ideal import cast_of, locate, precision_of_persons, starts_of
from wijkspiegel.common_ground.kernels import newton, tally_without
from wijkspiegel.common_ground.weighing import Known
from wijkspiegel.errors import SettingsError
from wijkspiegel.tables import Votes, votes_of


def everyone_says(vote: int, people: int = 60, statements: int = 8) -> Votes:
    person, statement = (each.ravel() for each in np.indices((people, statements)))
    return votes_of(names("p", people), names("s", statements), person, statement, np.full(len(person), vote))


def test_where_everyone_agrees_all_binds() -> None:
    ground = find_ground(everyone_says(1))
    assert set(ground.verdict) == {"binds"}
    assert ground.probability.min() > 0.99


@pytest.mark.parametrize("vote", [0, -1])
def test_where_everyone_passes_or_disagrees_nothing_binds(vote: int) -> None:
    ground = find_ground(everyone_says(vote))
    assert set(ground.verdict) == {"unknown"}
    assert ground.upper.max() < 0.2


def test_few_votes_bind_nobody() -> None:
    assert find_ground(everyone_says(1, people=2)).statements("binds") == []


def test_no_verdict_rests_on_fewer_than_ten_answers_of_a_group() -> None:
    """Nine of the south answered the first statement, ten the second; all agree."""
    person, statement = (each.ravel() for each in np.indices((200, 4)))
    south = person >= 150
    asked = ~south | (statement > 1) | (person < 159 + statement)
    votes = votes_of(names("p", 200), names("s", 4), person[asked], statement[asked], np.ones(asked.sum()))
    area = Known(("north", "south"), (np.arange(200) >= 150).astype(np.int64))
    ground = find_ground(votes, known={"area": area})
    assert ground.probability.min() > 0.9
    assert ground.verdict == ("unknown", "binds", "binds", "binds")


def test_one_person_or_one_statement_has_nothing_in_common() -> None:
    for people, statements in ((1, 8), (8, 1)):
        with pytest.raises(SettingsError, match="takes at least two of each"):
            find_ground(everyone_says(1, people, statements))


def test_thresholds_lie_between_0_and_1() -> None:
    with pytest.raises(SettingsError, match="'agree' is 60: it lies between 0 and 1"):
        Thresholds(agree=60)


def test_what_one_known_group_rejects_does_not_bind_and_both_sides_are_named() -> None:
    """The others are many enough to make it 80 % of all."""
    lots = np.random.default_rng(1)
    person, statement = (each.ravel() for each in np.indices((400, 6)))
    south = person >= 320
    agrees = np.where(south & (statement == 0), lots.random(2400) < 0.1, lots.random(2400) < 0.95)
    votes = votes_of(names("p", 400), names("s", 6), person, statement, np.where(agrees, 1, -1))
    ground = find_ground(votes, known={"area": Known(("north", "south"), (np.arange(400) >= 320).astype(np.int64))})
    assert ground.everyone[0].agree[0, 0] > 0.7
    assert ground.verdict[0] == "chafes"
    assert (ground.apart[0].agrees, ground.apart[0].disagrees) == ("north", "south")
    assert set(ground.verdict[1:]) == {"binds"}


def test_who_is_of_no_known_group_counts_for_what_binds() -> None:
    """Twenty of whom the area is known agree; of the other hundred, nobody does."""
    person, statement = (each.ravel() for each in np.indices((120, 4)))
    votes = votes_of(names("p", 120), names("s", 4), person, statement, np.where(person < 20, 1, -1))
    ground = find_ground(votes, known={"area": Known(("north",), np.where(np.arange(120) < 20, 0, -1))})
    assert ground.statements("binds") == []


def test_ids_that_follow_a_pattern_change_nothing_of_how_much_a_model_is_worth() -> None:
    """Every other person is of the north: halves by every other person would be of one area each."""
    votes = conversation(np.zeros((400, 1)), 20, 0.5).votes
    chafing = []
    for area in (np.arange(400) % 2, np.random.default_rng(1).permutation(400) % 2):
        ground = find_ground(votes, known={"area": Known(("north", "south"), area)})
        chafing.append(len(ground.statements("chafes")))
        kind = next(kind for kind in ground.kinds if kind.kind == "area")
        assert kind.part[1].mean() > 0.4
    assert chafing == [0, 0]


def test_like_neighbourhoods_with_few_votes_each_do_not_chafe() -> None:
    area = np.random.default_rng(2).permutation(450) % 30
    ground = find_ground(
        conversation(np.zeros((450, 1)), 30, 0.95).votes,
        known={"area": Known(tuple(f"a{number:02}" for number in range(30)), area)},
    )
    assert len(ground.statements("chafes")) <= 1


def test_a_small_group_that_differs_is_not_drowned_by_twenty_nine_that_do_not() -> None:
    lots = np.random.default_rng(3)
    person, statement = (each.ravel() for each in np.indices((450, 12)))
    area = np.arange(450) % 30
    share = np.where((area[person] == 7) & (statement == 0), 0.1, 0.9)
    votes = votes_of(names("p", 450), names("s", 12), person, statement, np.where(lots.random(5400) < share, 1, -1))
    ground = find_ground(votes, known={"area": Known(tuple(f"a{number:02}" for number in range(30)), area)})
    kind = next(kind for kind in ground.kinds if kind.kind == "area")
    assert kind.agree[7, 0] < 0.35
    assert ground.verdict[0] == "chafes"
    assert ground.apart[0].disagrees == "a07"


def test_groups_of_a_few_people_are_not_judged_and_are_named() -> None:
    groups = np.array([0] * 55 + [1] * 5)
    ground = find_ground(everyone_says(1), known={"area": Known(("big", "small"), groups)})
    assert ground.too_small == ("area",)
    assert [kind.groups for kind in ground.kinds if kind.kind == "area"] == [("big",)]


def test_weights_move_the_agreement_and_the_unweighted_stands_beside_it() -> None:
    person, statement = (each.ravel() for each in np.indices((200, 4)))
    votes = votes_of(names("p", 200), names("s", 4), person, statement, np.where(person < 150, 1, -1))
    weight = np.where(np.arange(200) < 150, 0.5, 2.5)
    plain, weighted = find_ground(votes, weight=weight).everyone
    assert plain.agree[0, 0] == pytest.approx(0.75, abs=0.03)
    assert weighted.agree[0, 0] == pytest.approx(75 / 200, abs=0.05)
    assert (weighted.persons == plain.persons).all()


def test_the_answer_does_not_depend_on_the_order_of_rows() -> None:
    votes = conversation(two_camps(200), 20).votes
    once, again = find_ground(votes), find_ground(shuffled(votes, 3))
    assert again.verdict == once.verdict
    assert (again.probability == once.probability).all()
    assert (again.information == once.information).all()


def test_a_vote_is_counted_in_the_group_in_which_its_person_is_without_it() -> None:
    """Against fitting each person again without each vote, statements as they are."""
    votes = conversation(two_camps(60), 12, 0.8, passes=0.1).votes
    model = locate(votes, 1)
    centres, precision = np.array([[-0.8], [0.8]]), precision_of_persons(1)
    sums, squares = np.zeros((2, 12, 3)), np.zeros((2, 12, 3))
    weight = np.linspace(0.5, 1.5, 60)
    tally_without(
        starts_of(votes.person, 60), votes.statement, votes.vote, weight, model.persons, model.statements, precision,
        centres, np.ones(60, dtype=bool), sums, squares,
    )  # fmt: skip
    slowly = np.zeros((2, 12, 3))
    for at in range(len(votes)):
        without = cast_of(votes.of(np.arange(len(votes)) != at))
        persons = model.persons.copy()
        newton(
            without.starts,
            without.statement,
            without.vote,
            persons,
            model.statements,
            np.zeros(2),
            precision,
            30,
        )
        person = votes.person[at]
        group = int(np.abs(persons[person, 1] - centres[:, 0]).argmin())
        slowly[group, votes.statement[at], votes.vote[at] + 1] += weight[person]
    assert sums.sum() == pytest.approx(slowly.sum())
    assert np.abs(sums - slowly).sum() <= 0.02 * slowly.sum()  # one Newton step against all of them: few votes differ


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """The share of a known group that would agree, were all of its kind asked about everything."""
    inside = []
    for seed in range(6):
        lots = np.random.default_rng(seed)
        area = lots.integers(0, 3, 300)
        places = (np.array([-1.0, 0.0, 1.0])[area] + lots.normal(0, 0.8, 300))[:, None]
        invented = conversation(places, 30, 0.25, seed=seed)
        ground = find_ground(invented.votes, known={"area": Known(("a", "b", "c"), area)}, seed=seed)
        kind = next(kind for kind in ground.kinds if kind.kind == "area")
        truth = np.stack([invented.agree[area == group].mean(axis=0) for group in range(3)])
        lower, upper = kind.interval()
        inside.append((lower <= truth) & (truth <= upper))
    assert 0.93 <= np.mean(inside) <= 0.999


def test_nine_of_ten_statements_that_are_said_to_bind_do() -> None:
    right, said = 0, 0
    for seed in range(5):
        lots = np.random.default_rng(100 + seed)
        area = lots.integers(0, 3, 240)
        places = (np.array([-1.0, 0.0, 1.0])[area] + lots.normal(0, 0.8, 240))[:, None]
        invented = conversation(places, 60, 0.3, seed=seed)
        ground = find_ground(invented.votes, known={"area": Known(("a", "b", "c"), area)}, seed=seed)
        binding = ground.statements("binds")
        truth = np.stack([invented.agree[area == group].mean(axis=0) for group in range(3)]).min(axis=0)
        right, said = right + int((truth[binding] >= 0.6).sum()), said + len(binding)
    assert said >= 20
    assert right / said >= 0.9


def test_people_and_statements_without_any_vote_are_no_trouble() -> None:
    votes = everyone_says(1)
    more = Votes((*votes.persons, "q"), (*votes.statements, "t"), votes.person, votes.statement, votes.vote)
    ground = find_ground(more)
    assert ground.verdict[-1] == "unknown"
    assert ground.lower[-1] < 0.4


def test_the_usual_map_can_part_people_too() -> None:
    ground = find_ground(conversation(two_camps()).votes, usual=True)
    assert len(ground.opinions) == 2
