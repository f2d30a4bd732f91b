"""How people fare, by group, by a trait and by whether they look like a connector."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import NOTHING, Ratio, ratio, sample_of
from wijkspiegel.connectors.ladder import FRIENDS
from wijkspiegel.connectors.mirrors import SLACK
from wijkspiegel.connectors.reference import Floats, outside_share
from wijkspiegel.mirror.circles.rows import Rows, fewest
from wijkspiegel.mirror.circles.shares import LADDER_TOLERANCE
from wijkspiegel.tables import YES, Contacts

Mask = NDArray[np.bool_]


def add_outcomes(rows: Rows, area: str, contacts: Contacts, around: Floats) -> None:
    levels = dict(_levels(contacts, around))
    for outcome, values in contacts.outcomes.items():
        for (by, level), of_level in levels.items():
            told = of_level & ~np.isnan(values)
            mean = _mean(values[told], contacts, told)
            rows.add(
                "outcomes", _people_told_of(values[told], values), area=area, by=by, level=level, outcome=outcome,
                mean=mean.value, lower=mean.lower, upper=mean.upper, persons=int(told.sum()),
            )  # fmt: skip


def _people_told_of(values: Floats, every: Floats) -> float:
    """How many people a mean tells of: of an outcome with two answers, those with the rarest of them."""
    answers = np.unique(every[~np.isnan(every)])
    return (
        min(len(values), fewest(*((values == answer).sum() for answer in answers)))
        if len(answers) == 2
        else len(values)
    )


def _mean(values: Floats, contacts: Contacts, who: Mask) -> Ratio:
    return ratio(values, np.ones(len(values)), sample_of(contacts).take(who)) if len(values) else NOTHING


def _levels(contacts: Contacts, around: Floats) -> Iterator[tuple[tuple[str, str], Mask]]:
    """By what people are told apart, and who is of each level."""
    for number, group in enumerate(contacts.scheme.groups):
        yield ("group", group), contacts.group == number
    for trait, values in contacts.traits.items():
        for value in sorted({str(value) for value in values if value != ""}):
            yield (trait, value), values == value
    if FRIENDS in contacts.counts:
        connects = observed_connectors(contacts, around)
        yield ("connector", "yes"), connects
        yield ("connector", "no"), ~connects


def observed_connectors(contacts: Contacts, around: Floats) -> Mask:
    """[person], who looks like a connector by their own answers: some are not, and some who do not look so are."""
    own = outside_share(contacts.counts[FRIENDS], contacts.group)
    by_friends = np.nan_to_num(own, nan=-1.0) >= outside_share(around, contacts.group) - LADDER_TOLERANCE - SLACK
    roads: Mapping[str, NDArray[np.int64]] = contacts.roads
    on_any: Mask = by_friends | np.any([answers == YES for answers in roads.values()], axis=0)
    return on_any
