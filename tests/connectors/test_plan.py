import pytest
from scipy import stats

from wijkspiegel.connectors.plan import Question, alternatives, outlook, spread
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


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"share": 1.2}, "--share"), ({"friends": 0}, "at least one friend"), ({"tolerance": 0.6}, "everybody qualifies")],
)
def test_nonsense_is_refused(wrong: dict[str, float], says: str) -> None:
    given = {"respondents": 600, "friends": 10, "share": 0.12, "against": 0.2, "outgroup": 0.55} | wrong
    with pytest.raises(SettingsError, match=says):
        Question(**given)  # type: ignore[arg-type]
