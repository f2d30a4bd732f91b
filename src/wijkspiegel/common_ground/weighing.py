"""Weights that give each part of the city the share that it has: raking, and who is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wijkspiegel.common_ground.ideal import Floats, Rows
from wijkspiegel.errors import SettingsError

HEAVIEST = 5.0
"""No person weighs more than this many times the mean, nor less than one over it."""
TURNS, SETTLED = 200, 1e-6


@dataclass(frozen=True)
class Known:
    """What is known of the persons who voted: groups of one kind. group : [person], row in `categories`; -1 unknown."""

    categories: tuple[str, ...]
    group: Rows

    def __post_init__(self) -> None:
        if len(self.group) and not -1 <= int(self.group.min()) <= int(self.group.max()) < len(self.categories):
            raise ValueError("a group that is no category")

    def persons(self) -> Floats:
        """[category], how many there are."""
        return np.bincount(self.group[self.group >= 0], minlength=len(self.categories)).astype(np.float64)


def raked(known: Mapping[str, Known], margins: Mapping[str, Mapping[str, float]], base: Floats) -> Floats:
    """[person], weights with mean 1 by which the persons are spread over the margins as the population is.

    Iterative proportional fitting (Deming & Stephan 1940), then trimmed: where somebody would weigh more than HEAVIEST
    times the mean, margins are not met wholly. Who is of an unknown category keeps the weight that other margins give.
    margins : kind -> category -> people. Raises SettingsError where a category is in nobody's margin or a margin is
    of nobody.
    """
    targets = {kind: _target(kind, known[kind], people) for kind, people in margins.items()}
    weight = base / base.mean()
    for _ in range(TURNS):
        before = weight
        for kind, target in targets.items():
            group, there = known[kind].group, known[kind].group >= 0
            now = np.bincount(group[there], weight[there], len(target))
            wanted = np.where(now > 0, target, 0.0)
            factor = np.where(now > 0, wanted / wanted.sum() * now.sum() / np.maximum(now, 1e-300), 1.0)
            weight = np.where(there, weight * factor[group], weight)
        if np.abs(weight / before - 1).max() < SETTLED:
            break
    return _trimmed(weight)


def _trimmed(weight: Floats) -> Floats:
    """Weights with mean 1, none heavier than HEAVIEST nor lighter than one over it."""
    weight = weight / weight.mean()
    while weight.max() > HEAVIEST * (1 + SETTLED) or weight.min() < 1 / HEAVIEST / (1 + SETTLED):
        weight = np.clip(weight, 1 / HEAVIEST, HEAVIEST)
        weight = weight / weight.mean()
    return weight


def _target(kind: str, known: Known, people: Mapping[str, float]) -> Floats:
    if strangers := [one for one in known.categories if one not in people]:
        raise SettingsError(
            f"The margin '{kind}' has no category '{strangers[0]}', which people are of. Add its number of people, or "
            "leave it blank for those people."
        )
    if nobody := [one for one in known.categories if people[one] == 0]:
        raise SettingsError(
            f"The margin '{kind}' has nobody of category '{nobody[0]}', and participants are of it. Correct the "
            "number, or leave the category blank for those people."
        )
    target = np.array([people[one] for one in known.categories])
    if not target.sum() > 0 or (np.array(list(people.values())) < 0).any():
        raise SettingsError(f"The margin '{kind}' sums to nothing, or has a number below 0. Give people per category.")
    return target


def design_effect(weight: Floats) -> float:
    """How many times fewer people would tell as much without weights: 1 + CV^2 (Kish 1965)."""
    return float(len(weight) * (weight**2).sum() / weight.sum() ** 2)
