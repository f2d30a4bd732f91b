"""Before a survey: what it would tell of the share of mirrors, and whether it could tell that share from another.

The hidden share is taken to be spread as a beta distribution whose first parameter is SHAPE (many people with next to
no contact outside, few with much), with the second such that the asked share of people qualifies; and to be independent
of how many friends somebody names.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, stats

from wijkspiegel.connectors.mirrors import SLACK
from wijkspiegel.connectors.reference import Floats
from wijkspiegel.errors import SettingsError
from wijkspiegel.measures.mixing import Answers, bounds, fit, grid, intervals

SHAPE = 0.8
DRAWS = 100
"""Surveys that are drawn for the power; its own error is then at most a twentieth."""

ENDLESS = 1e6

MOST_FRIENDS = 100
"""More friends than this are asked of nobody."""


@dataclass(frozen=True)
class Question:
    """What is to be found out. share : of people who qualify, as expected; against : the share to tell it from.

    outgroup : share of other groups around people. tolerance : how much less still qualifies. design_effect : how many
    respondents tell as much as one drawn by lot.
    """

    respondents: int
    friends: int
    share: float
    against: float
    outgroup: float
    tolerance: float = 0.10
    design_effect: float = 1.0

    def __post_init__(self) -> None:
        for name in ("share", "against", "outgroup"):
            if not 0 < getattr(self, name) < 1:
                raise SettingsError(f"--{name} is a share between 0 and 1, and here stands {getattr(self, name):g}.")
        if self.share == self.against:
            raise SettingsError(
                f"--share and --against are both {self.share:g}. Give as --against another share, to tell it from."
            )
        if self.respondents < 1 or self.friends < 1:
            raise SettingsError("Ask at least one respondent for at least one friend.")
        if not 0 <= self.tolerance < self.outgroup:
            raise SettingsError("With a tolerance of all that is around people, everybody qualifies.")
        if self.design_effect < 1:
            raise SettingsError("--design-effect is 1 for a draw by lot, and more for clusters and unequal weights.")


@dataclass(frozen=True)
class Outlook:
    """What a survey like this would tell: its usual interval, the bounds of endless respondents, and the power."""

    question: Question
    lower: float
    upper: float
    bound_low: float
    bound_high: float
    power: float

    @property
    def in_vain(self) -> bool:
        """Whether both shares fit the same counts, so that no number of respondents tells one from the other."""
        return self.bound_low <= self.question.against <= self.bound_high


def outlook(question: Question, seed: int = 1) -> Outlook:
    """The interval of a survey whose answers come out as expected; the power over DRAWS surveys drawn by lot."""
    aim = _aim(question)
    usual = _chances(question, question.share)
    ((lower, upper),) = intervals(fit(_answers(usual * question.respondents)), [aim], question.design_effect)
    low, high = without_end(question)
    rng = np.random.default_rng(seed)
    told_apart = 0
    for counts in rng.multinomial(question.respondents, usual, DRAWS):
        ((least, most),) = intervals(fit(_answers(counts.astype(float))), [aim], question.design_effect)
        told_apart += not least <= question.against <= most
    return Outlook(question, lower, upper, low, high, told_apart / DRAWS)


def without_end(question: Question) -> tuple[float, float]:
    """The bounds: what endless respondents would leave possible."""
    ((low, high),) = bounds(fit(_answers(_chances(question, question.share) * ENDLESS)), [_aim(question)])
    return low, high


def friends_needed(question: Question) -> int | None:
    """Twice as many friends, and so on up to MOST_FRIENDS: the first number with which the bounds leave `against` out.

    None where no number of these does.
    """
    friends = question.friends
    while friends < MOST_FRIENDS:
        friends = min(2 * friends, MOST_FRIENDS)
        low, high = without_end(replace(question, friends=friends))
        if not low <= question.against <= high:
            return friends
    return None


def alternatives(question: Question) -> list[Question]:
    """The question itself, then with more friends, and with more respondents."""
    more_friends = [replace(question, friends=question.friends * times) for times in (2, 4)]
    more_people = [replace(question, respondents=question.respondents * times) for times in (2, 4)]
    return [question, *more_friends, *more_people]


def spread(question: Question, share: float) -> tuple[float, float]:
    """Parameters of the beta distribution of which `share` lies at or above outgroup - tolerance.

    Raises SettingsError where no distribution of this shape has that share there.
    """
    least = question.outgroup - question.tolerance

    def too_much(log_second: float) -> float:
        return float(stats.beta.sf(least, SHAPE, np.exp(log_second))) - share

    if too_much(-6.0) < 0 or too_much(6.0) > 0:
        raise SettingsError(
            f"No usual spread has {share:.0%} of people at or above {least:.2f}. Ask for another share."
        )
    return SHAPE, float(np.exp(optimize.brentq(too_much, -6.0, 6.0)))


def _aim(question: Question) -> Floats:
    """[1, point of the grid], 1 where somebody qualifies."""
    aim: Floats = (grid() >= question.outgroup - question.tolerance - SLACK).astype(float)[None]
    return aim


def _chances(question: Question, share: float) -> Floats:
    """[friends outside], chance of each answer."""
    chances: Floats = stats.betabinom.pmf(np.arange(question.friends + 1), question.friends, *spread(question, share))
    chances /= chances.sum()
    return chances


def _answers(people: Floats) -> Answers:
    some = people > 0
    friends = len(people) - 1
    outside = np.arange(friends + 1)[some]
    rows = len(outside)
    return Answers(people[some], np.full(rows, friends), outside, np.zeros(rows, dtype=np.int64))
