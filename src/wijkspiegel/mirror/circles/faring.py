"""How people fare, by group, by a trait and by whether they look like a connector."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.design import NOTHING, Ratio, ratio, sample_of
from wijkspiegel.connectors.ladder import FRIENDS
from wijkspiegel.connectors.mirrors import SLACK
from wijkspiegel.connectors.reference import Floats, outside_share
from wijkspiegel.mirror.circles.digits import step_of, told
from wijkspiegel.mirror.circles.rows import Rows, fewest
from wijkspiegel.mirror.circles.shares import LADDER_TOLERANCE
from wijkspiegel.tables import YES, Contacts

Mask = NDArray[np.bool_]

UNKNOWN = "?"
"""The level of who did not tell: never shown, and the rest of those that are."""


def add_outcomes(rows: Rows, area: str, contacts: Contacts, around: Floats) -> None:
    """Means by group, by each trait, by group and trait together, and by whether people look like a connector."""
    partitions = list(_partitions(contacts, around))
    for outcome, values in contacts.outcomes.items():
        known = ~np.isnan(values)
        of_two = len(np.unique(values[known])) == 2
        for by, parts in partitions:
            answers = [[values[who & known] for who in cells.values()] for cells in parts]
            for cells, of in zip(parts, _people_told_of(answers, of_two), strict=True):
                for level, who in cells.items():
                    if (who & known).any() and not level.endswith(UNKNOWN):
                        mean = _mean(values[who & known], contacts, who & known)
                        step = step_of(mean.lower, mean.upper)
                        rows.add(
                            "outcomes", of, area=area, by=by, level=level, outcome=outcome,
                            mean=told(mean.value, step), lower=told(mean.lower, step), upper=told(mean.upper, step),
                            persons=int((who & known).sum()),
                        )  # fmt: skip


def _people_told_of(parts: Sequence[Sequence[Floats]], of_two: bool) -> list[float]:
    """[part], how few people the means of its cells could tell of.

    parts : of the people; each has the same cells, such as lengths of stay, and is told with all of them or not at all.
    The parts that are not told are, cell by cell, the rest of those that are. So parts are hidden from the smallest on,
    until those hidden are enough together in every cell.
    """
    alone = np.array([fewest(*(_tells_of(values, of_two) for values in cells)) for cells in parts])
    found = alone.copy()
    order = np.argsort(alone, kind="stable")
    for number, place in enumerate(order[1:], start=1):
        smaller = [np.concatenate(same) for same in zip(*(parts[other] for other in order[:number]), strict=True)]
        found[place] = min(alone[place], fewest(*(_tells_of(values, of_two) for values in smaller)))
    return [float(of) for of in found]


def _tells_of(values: Floats, of_two: bool) -> float:
    """How many people a mean tells of: of an outcome with two answers those with the rarest of them, and one where the
    answer of one person is more than half of all that is summed.
    """
    if of_two:
        return min(len(values), fewest(*np.unique(values, return_counts=True)[1]))
    size = abs(values)
    return 1.0 if size.sum() > 0 and 2 * size.max() > size.sum() else float(len(values))


def _mean(values: Floats, contacts: Contacts, who: Mask) -> Ratio:
    return ratio(values, np.ones(len(values)), sample_of(contacts).take(who)) if len(values) else NOTHING


def _partitions(contacts: Contacts, around: Floats) -> Iterator[tuple[str, list[dict[str, Mask]]]]:
    """By what people are told apart, and its parts: level -> who is of it, for every cell of the part."""
    groups = {group: contacts.group == number for number, group in enumerate(contacts.scheme.groups)}
    yield "group", [{group: of_group} for group, of_group in groups.items()]
    for trait, values in contacts.traits.items():
        levels = {str(value) if value != "" else UNKNOWN: values == value for value in sorted(set(values), key=str)}
        yield trait, [{level: of_level} for level, of_level in levels.items()]
        yield (
            f"group:{trait}",
            [
                {f"{group}:{level}": of_group & of_level for level, of_level in levels.items()}
                for group, of_group in groups.items()
            ],
        )
    if FRIENDS in contacts.counts:
        connects = observed_connectors(contacts, around)
        yield "connector", [{"yes": connects}, {"no": ~connects}]


def observed_connectors(contacts: Contacts, around: Floats) -> Mask:
    """[person], who looks like a connector by their own answers: some are not, and some who do not look so are."""
    own = outside_share(contacts.counts[FRIENDS], contacts.group)
    by_friends = np.nan_to_num(own, nan=-1.0) >= outside_share(around, contacts.group) - LADDER_TOLERANCE - SLACK
    roads: Mapping[str, NDArray[np.int64]] = contacts.roads
    on_any: Mask = by_friends | np.any([answers == YES for answers in roads.values()], axis=0)
    return on_any
