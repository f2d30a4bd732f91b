import time

import numpy as np
import pytest

from tests.common_ground.conversations import conversation, names, two_camps
from wijkspiegel.common_ground.dealing import BY_LOT, FOR_INFORMATION, Dealer, audit
from wijkspiegel.common_ground.ground import Ground, find_ground
from wijkspiegel.common_ground.weighing import Known
from wijkspiegel.errors import SettingsError
from wijkspiegel.tables import votes_of

STATEMENTS = names("s", 20)


@pytest.fixture(scope="module")
def ground() -> Ground:
    votes = conversation(two_camps(200), 20, 0.4).votes
    area = np.arange(200) % 2
    return find_ground(votes, known={"area": Known(("north", "south"), area)})


def test_nobody_is_asked_twice_and_all_is_asked_in_the_end() -> None:
    dealer = Dealer(STATEMENTS)
    dealt = [one.statement for _ in range(5) for one in dealer.next_statements("Noor", 6)]
    assert sorted(dealt) == STATEMENTS
    assert dealer.dealt_to("Noor") == dealt
    assert dealer.next_statements("Noor", 6) == []


def test_what_was_dealt_before_is_remembered_from_the_log() -> None:
    log = Dealer(STATEMENTS).next_statements("Noor", 15)
    later = Dealer(STATEMENTS, log=log).next_statements("Noor", 20)
    assert len(later) == 5
    assert not {one.statement for one in later} & {one.statement for one in log}
    assert [one.number for one in later] == [16, 17, 18, 19, 20]


def test_removed_statements_are_never_dealt() -> None:
    dealer = Dealer(STATEMENTS, removed=["s00003"])
    dealer.remove("s00007")
    dealt = {one.statement for one in dealer.next_statements("Noor", 20)}
    assert dealt == set(STATEMENTS) - {"s00003", "s00007"}


def test_a_new_statement_is_dealt_first_where_information_decides(ground: Ground) -> None:
    dealer = Dealer(STATEMENTS, ground, floor=0.0)
    dealer.add("new")
    worth = [dealer.next_statements(f"q{n}", 1, {"area": "north"})[0].statement for n in range(3)]
    assert "new" in worth
    with pytest.raises(SettingsError, match="there already"):
        dealer.add("new")


def test_what_tells_most_of_the_own_group_comes_first(ground: Ground) -> None:
    """South has answered everything often but one statement."""
    person, statement = (each.ravel() for each in np.indices((200, 20)))
    asked = ~((statement == 4) & (person % 2 == 1))
    lots = np.random.default_rng(0)
    votes = votes_of(names("p", 200), STATEMENTS, person[asked], statement[asked], lots.choice([-1, 1], asked.sum()))
    judged = find_ground(votes, known={"area": Known(("north", "south"), np.arange(200) % 2)})
    dealer = Dealer(STATEMENTS, judged, floor=0.0)
    assert dealer.next_statements("new", 1, {"area": "south"})[0].statement == "s00004"
    assert dealer.next_statements("p00001", 1)[0].statement == "s00004"


def test_people_who_come_at_once_are_not_all_asked_the_same(ground: Ground) -> None:
    dealer = Dealer(STATEMENTS, ground, floor=0.0)
    first = [dealer.next_statements(f"q{n}", 1, {"area": "north"})[0].statement for n in range(40)]
    assert len(set(first)) > 3


def test_the_part_by_lot_is_as_large_as_asked_and_logged(ground: Ground) -> None:
    dealer = Dealer(STATEMENTS, ground, floor=0.25)
    log = [one for person in names("q", 400) for one in dealer.next_statements(person, 5)]
    share = np.mean([one.how == BY_LOT for one in log])
    assert share == pytest.approx(0.25, abs=0.03)
    assert {one.how for one in log} == {BY_LOT, FOR_INFORMATION}
    assert {one.open for one in log} == {20, 19, 18, 17, 16}


def test_the_same_seed_deals_the_same_and_another_seed_otherwise() -> None:
    first, again, other = (
        [one for person in names("q", 20) for one in Dealer(STATEMENTS, seed=seed).next_statements(person, 5)]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_impossible_asks_are_refused() -> None:
    with pytest.raises(SettingsError, match="lies between 0 and 1"):
        Dealer(STATEMENTS, floor=1.5)
    with pytest.raises(SettingsError, match="stands in the list twice"):
        Dealer(["a", "a"])
    with pytest.raises(SettingsError, match="There is no statement 'z'"):
        Dealer(STATEMENTS, removed=["z"])
    log = Dealer(STATEMENTS).next_statements("Noor", 1)
    with pytest.raises(SettingsError, match="no statement is dealt twice"):
        Dealer(STATEMENTS, log=log * 2)


def test_an_honest_log_is_found_honest_and_its_votes_are_matched(ground: Ground) -> None:
    dealer = Dealer(STATEMENTS, ground)
    people = names("q", 300)
    log = [one for person in people for one in dealer.next_statements(person, 6)]
    answered = log[::2]
    votes = votes_of(
        people, STATEMENTS, [people.index(one.person) for one in answered],
        [STATEMENTS.index(one.statement) for one in answered], np.ones(len(answered)),
    )  # fmt: skip
    found = audit(log, STATEMENTS, votes)
    assert found.chance > 0.001
    assert found.by_lot.sum() == pytest.approx(found.intended.sum())
    assert found.dealt.sum() == len(log)
    assert found.answered.sum() == len(answered)
    assert (found.twice, found.unclear, found.not_dealt) == (0, 0, 0)


def test_a_log_that_favours_a_statement_is_found_out() -> None:
    dealer = Dealer(STATEMENTS)
    log = [one for person in names("q", 300) for one in dealer.next_statements(person, 1)]
    bent = [type(one)(one.person, 1, "s00000", BY_LOT, 20) if n % 4 == 0 else one for n, one in enumerate(log)]
    none = votes_of([], STATEMENTS, [], [], [])
    assert audit(log, STATEMENTS, none).chance > 0.001
    assert audit(bent, STATEMENTS, none).chance < 1e-6


def test_a_dealer_that_starts_again_from_its_log_goes_on_as_it_would_have(ground: Ground) -> None:
    going_on = Dealer(STATEMENTS, ground, floor=0.0)
    log = [one for person in ground.votes.persons[:30] for one in going_on.next_statements(person, 3)]
    again = Dealer(STATEMENTS, ground, floor=0.0, log=log)
    for person in ground.votes.persons[30:60]:
        assert again.next_statements(person, 3) == going_on.next_statements(person, 3)


def test_statements_that_were_added_on_the_way_are_audited_as_they_were_open() -> None:
    dealer = Dealer(STATEMENTS)
    log = [one for person in names("q", 150) for one in dealer.next_statements(person, 3)]
    dealer.add("new")
    log += [one for person in names("r", 150) for one in dealer.next_statements(person, 3)]
    found = audit(log, dealer.statements, votes_of([], STATEMENTS, [], [], []))
    assert found.unclear == 0
    assert found.intended.sum() == pytest.approx(found.by_lot.sum())
    assert found.intended[-1] == pytest.approx(450 / 21, rel=0.1)
    assert found.chance > 0.001


def test_a_line_that_was_never_possible_is_unclear() -> None:
    line = Dealer(STATEMENTS).next_statements("q", 1)[0]
    none = votes_of([], STATEMENTS, [], [], [])
    for open_then in (0, 50):
        assert audit([type(line)("q", 1, "s00000", BY_LOT, open_then)], STATEMENTS, none).unclear == 1


def test_votes_that_were_not_dealt_and_lines_that_do_not_fit_are_counted() -> None:
    log = Dealer(STATEMENTS).next_statements("q00000", 2)
    votes = votes_of(["q00000", "q00001"], STATEMENTS, [0, 1], [STATEMENTS.index(log[0].statement), 3], [1, 1])
    wrong = [type(log[1])(log[1].person, 2, log[1].statement, BY_LOT, 5)]
    found = audit([log[0], *wrong, log[0]], STATEMENTS, votes)
    assert (found.not_dealt, found.unclear, found.twice) == (1, 1 + (log[0].how == BY_LOT), 1)


def test_dealing_takes_milliseconds_with_a_thousand_statements() -> None:
    """Not a race: a hundred times as slow as measured would still pass."""
    dealer = Dealer(names("s", 1_000))
    begin = time.process_time()
    for person in names("q", 100):
        dealer.next_statements(person, 10)
    assert time.process_time() - begin < 10
