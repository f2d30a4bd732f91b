from dataclasses import replace

import pytest
from scipy import stats

from wijkspiegel.connectors.plan import (
    MOST_FRIENDS,
    Question,
    alternatives,
    friends_needed,
    outlook,
    spread,
    without_end,
)
from wijkspiegel.errors import SettingsError

QUESTION = Question(respondents=600, friends=10, share=0.126, against=0.5, outgroup=0.55)


def test_the_spread_has_the_asked_share_above_the_line() -> None:
    first, second = spread(QUESTION, 0.126)
    assert stats.beta.sf(0.45, first, second) == pytest.approx(0.126)
    assert second == pytest.approx(2.99, abs=0.02)  # the case that was measured


def test_the_interval_holds_the_bounds_and_the_share() -> None:
    found = outlook(QUESTION)
    assert found.lower <= found.bound_low < QUESTION.share < found.bound_high <= found.upper
    assert found.power == 1.0


def test_more_friends_buy_more_than_more_respondents() -> None:
    now, twice_friends, _, twice_people, _ = (outlook(one) for one in alternatives(QUESTION))
    assert twice_friends.bound_high - twice_friends.bound_low < now.bound_high - now.bound_low
    assert twice_people.bound_high - twice_people.bound_low == pytest.approx(now.bound_high - now.bound_low)
    assert twice_friends.upper - twice_friends.lower < twice_people.upper - twice_people.lower


def test_three_friends_cannot_tell_twelve_from_twenty_percent() -> None:
    few = Question(respondents=2000, friends=3, share=0.12, against=0.20, outgroup=0.55)
    assert outlook(few).power < 0.1


def test_a_share_within_the_bounds_is_asked_for_in_vain_however_many_respond() -> None:
    few = replace(QUESTION, share=0.12, against=0.20, friends=5, respondents=100_000)
    assert outlook(few).in_vain
    assert outlook(few).power == 0
    assert not outlook(QUESTION).in_vain


def test_the_friends_that_are_needed_are_the_first_whose_bounds_leave_the_share_out() -> None:
    asked = replace(QUESTION, share=0.12, against=0.20, friends=5)
    needed = friends_needed(asked)
    assert needed == 20
    for friends in (5, 10):
        low, high = without_end(replace(asked, friends=friends))
        assert low <= 0.20 <= high
    assert without_end(replace(asked, friends=needed))[1] < 0.20


@pytest.mark.parametrize("friends", [5, MOST_FRIENDS])
def test_shares_next_to_each_other_are_not_told_apart_by_any_number_of_friends(friends: int) -> None:
    assert friends_needed(replace(QUESTION, share=0.12, against=0.1201, friends=friends)) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"share": 1.2}, "--share"),
        ({"share": 0.2}, "--share and --against are both 0.2"),
        ({"friends": 0}, "at least one friend"),
        ({"tolerance": 0.6}, "everybody qualifies"),
    ],
)
def test_nonsense_is_refused(wrong: dict[str, float], says: str) -> None:
    given = {"respondents": 600, "friends": 10, "share": 0.12, "against": 0.2, "outgroup": 0.55} | wrong
    with pytest.raises(SettingsError, match=says):
        Question(**given)  # type: ignore[arg-type]
