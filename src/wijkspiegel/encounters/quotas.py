"""Panels within quotas: which there are, which is worth most, and what to change where there is none.

People who are alike to every quota, and who live with people alike, are one class. A panel is then a number of people
of each class, and a pool of thousands becomes some hundreds of numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.said import PlanningError, Said, near

Floats = NDArray[np.float64]

ALMOST = 1e-7
"""Numbers of people that differ less are one number: what a solver calls whole."""

NODES = 20_000
"""Branches after which a solver gives the best panel so far, and its bound. Not seconds: those differ by machine."""


@dataclass(frozen=True)
class Quota:
    """So many people with a value of an attribute at least, and at most. "" : those of whom it is not known."""

    attribute: str
    value: str
    minimum: int
    maximum: int

    def __str__(self) -> str:
        return f"'{self.attribute} {self.value or '(not known)'}'"


@dataclass(frozen=True)
class Change:
    """A quota that would have to have other bounds."""

    quota: Quota
    minimum: int
    maximum: int

    @property
    def people(self) -> int:
        """By how many people in all."""
        return self.quota.minimum - self.minimum + self.maximum - self.quota.maximum

    @property
    def moved(self) -> list[str]:
        """Which bounds, from what to what."""
        bounds = (("minimum", self.quota.minimum, self.minimum), ("maximum", self.quota.maximum, self.maximum))
        return [f"{name} {old} → {new}" for name, old, new in bounds if old != new]

    def __str__(self) -> str:
        return f"{self.quota} {' and '.join(self.moved)}"


@dataclass(frozen=True)
class Panels:
    """All panels of a size within the quotas, as numbers of people by class.

    class_of : [person], class. people : [class]. most : [class], people of it in one panel at most.
    rows : [rule, class], whom a rule counts; low, high : [rule]. The first rules are the quotas, in their order; then
        the size, then one of each household.
    households : [person], number of the household; None where any number of one household may be in a panel.
    """

    quotas: tuple[Quota, ...]
    size: int
    class_of: NDArray[np.intp]
    people: Floats
    most: Floats
    rows: sparse.csc_matrix
    low: Floats
    high: Floats
    households: NDArray[np.intp] | None

    @cached_property
    def limits(self) -> optimize.LinearConstraint:
        return optimize.LinearConstraint(self.rows, self.low, self.high)

    def worth_most(self, worth: Floats, gap: float = 0.0) -> tuple[Floats, float] | None:
        """([class], the panel that is worth most; what none is worth more than), or None where there is no panel.

        worth : [class], of one person. gap : how much less than the bound will do, as a part of what was found; it is
        less also where a solver gave up.
        """
        found = optimize.milp(
            -worth,
            constraints=self.limits,
            integrality=np.ones(len(worth)),
            bounds=optimize.Bounds(0, self.most),
            options={"mip_rel_gap": gap, "node_limit": NODES},
        )
        if found.x is None:
            return None
        return np.round(found.x), -float(found.mip_dual_bound)

    def without(self, nobody: NDArray[np.bool_]) -> "Panels":
        """The panels in which nobody of these classes is. nobody : [class]."""
        most = np.where(nobody, 0.0, self.most)
        return Panels(
            self.quotas, self.size, self.class_of, self.people, most, self.rows, self.low, self.high, self.households
        )


def panels_within(people: Participants, quotas: Sequence[Quota], size: int, one_of: str = "") -> Panels:
    """The panels of this size from these people.

    one_of : attribute of which a panel has each value once at most, such as a household; people without a value count
        as living alone. Raises PlanningError for what cannot be, and for what will not have been meant.
    """
    require_sensible(people, quotas, size, one_of)
    attributes = sorted({quota.attribute for quota in quotas})
    alike = list(zip(*(people.attributes[name] for name in attributes), strict=True)) or [()] * len(people)
    homes = people.attributes[one_of] if one_of else ("",) * len(people)
    homes = tuple(f"v{home}" if home else f"p{one}" for home, one in zip(homes, people.ids, strict=True))
    at_home = defaultdict(list)
    for home, kind in zip(homes, alike, strict=True):
        at_home[home].append(kind)
    kinds_of_home = {home: tuple(sorted(kinds)) for home, kinds in at_home.items()}
    keys = [(kinds_of_home[home], kind) for home, kind in zip(homes, alike, strict=True)]
    classes = sorted(set(keys))
    numbers = {key: number for number, key in enumerate(classes)}
    counts, homes_alike = Counter(keys), Counter(kinds_of_home.values())
    rows = [_counted(quota, attributes, [kind for _, kind in classes]) for quota in quotas]
    rows.append(np.ones(len(classes)))
    shared = sorted(kinds for kinds in homes_alike if len(kinds) > 1)
    rows += [np.array([float(kinds == home) for home, _ in classes]) for kinds in shared]
    once = [float(homes_alike[kinds]) for kinds in shared]
    return Panels(
        tuple(quotas),
        size,
        np.array([numbers[key] for key in keys]),
        np.array([float(counts[key]) for key in classes]),
        np.array([float(min(counts[key], homes_alike[key[0]])) for key in classes]),
        sparse.csc_matrix(np.array(rows)),
        np.array([*(float(quota.minimum) for quota in quotas), size, *(0.0 for _ in once)]),
        np.array([*(float(quota.maximum) for quota in quotas), size, *once]),
        np.unique(homes, return_inverse=True)[1] if one_of else None,
    )


def _counted(quota: Quota, attributes: Sequence[str], kinds: Sequence[tuple[str, ...]]) -> Floats:
    """[class], 1 where the quota counts its people."""
    place = attributes.index(quota.attribute)
    return np.array([float(kind[place] == quota.value) for kind in kinds])


# What can be said before the search ----------------------------------------------------------------------------------


def require_sensible(people: Participants, quotas: Sequence[Quota], size: int, one_of: str = "") -> None:
    """Raises PlanningError for the first thing that other minima and maxima would not mend."""
    if size < 1:
        raise PlanningError("A panel of {size} is none: give a size of at least 1.", size=size)
    if size > len(people):
        raise PlanningError(
            "A panel of {size} cannot be drawn from {people} people: give a smaller size.",
            size=size, people=len(people),
        )  # fmt: skip
    for attribute in [*(quota.attribute for quota in quotas), *([one_of] if one_of else [])]:
        _require_attribute(people, attribute)
    for quota in quotas:
        _require_range(quota)
    doubled = [key for key, times in Counter((quota.attribute, quota.value) for quota in quotas).items() if times > 1]
    if doubled:
        raise PlanningError("There are several quotas for '{which}': keep one.", which=" ".join(doubled[0]))
    if one_of:
        values = people.attributes[one_of]
        homes = len(set(values) - {""}) + values.count("")
        if homes < size:
            raise PlanningError(
                "With one of each '{one_of}' a panel has at most {most} people, and {size} are asked for.",
                one_of=one_of, most=homes, size=size,
            )  # fmt: skip


def _require_attribute(people: Participants, attribute: str) -> None:
    if attribute not in people.attributes:
        raise PlanningError(
            "The pool has no column '{attribute}'. Found: {known}.{near}",
            attribute=attribute, known=", ".join(people.attributes) or Said("nothing"),
            near=near(attribute, people.attributes),
        )  # fmt: skip


def _require_range(quota: Quota) -> None:
    if quota.minimum < 0:
        raise PlanningError("{quota} has minimum {minimum}: give 0 or more.", quota=quota, minimum=quota.minimum)
    if quota.minimum > quota.maximum:
        raise PlanningError(
            "{quota} has minimum {minimum} and maximum {maximum}: the minimum is more.",
            quota=quota, minimum=quota.minimum, maximum=quota.maximum,
        )  # fmt: skip


def _there(people: Participants, quota: Quota) -> int:
    return people.attributes[quota.attribute].count(quota.value)


def _too_few(people: Participants, quota: Quota) -> Said:
    return Said(
        "{quota} has minimum {minimum}, and the pool has {there}",
        quota=quota, minimum=quota.minimum, there=_there(people, quota),
    )  # fmt: skip


def _off_in_sum(people: Participants, panels: Panels) -> tuple[Said, ...]:
    """What is said of the attributes of which the quotas add up to too many people, or to too few."""
    found: list[Said] = []
    for attribute in dict.fromkeys(quota.attribute for quota in panels.quotas):
        quotas = [quota for quota in panels.quotas if quota.attribute == attribute]
        least, most = sum(quota.minimum for quota in quotas), sum(quota.maximum for quota in quotas)
        unnamed = len(people) - sum(_there(people, quota) for quota in quotas)
        if least > panels.size:
            found.append(
                Said(
                    "the minima of '{attribute}' add up to {least}, and the panel has {size} seats",
                    attribute=attribute, least=least, size=panels.size,
                )
            )  # fmt: skip
        if most + unnamed < panels.size:
            found.append(
                Said(
                    "the maxima of '{attribute}' add up to {most}{beside}, and the panel has {size} seats",
                    attribute=attribute, most=most, size=panels.size,
                    beside=Said(", with {people} of whom no quota speaks", people=unnamed) if unnamed else "",
                )
            )  # fmt: skip
    return tuple(found)


# What to change ------------------------------------------------------------------------------------------------------


def smallest_change(panels: Panels, with_class: int | None = None) -> tuple[Change, ...]:
    """The quotas to change, so that there is a panel, or one with somebody of a class: as few people as can be in all.

    Minima may also be more than the pool has, or together more than the panel. () where nothing needs to change. Raises
    PlanningError where no change of quotas helps.
    """
    classes, quotas = len(panels.people), len(panels.quotas)
    rules = len(panels.low)
    less = sparse.eye_array(rules, quotas)
    at_least = np.zeros(classes)
    if with_class is not None:
        at_least[with_class] = 1
    most = np.maximum(panels.most, at_least)
    free = np.full(quotas, np.inf)
    minima = np.array([float(quota.minimum) for quota in panels.quotas])
    found = optimize.milp(
        np.concatenate([np.zeros(classes), np.ones(2 * quotas)]),
        constraints=optimize.LinearConstraint(
            sparse.hstack([panels.rows, less, -less]).tocsc(), panels.low, panels.high
        ),
        integrality=np.ones(classes + 2 * quotas),
        bounds=optimize.Bounds(np.concatenate([at_least, np.zeros(2 * quotas)]), np.concatenate([most, minima, free])),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise PlanningError("No panel of this size can be made, whatever the quotas.")
    lower, higher = np.round(found.x[classes:]).astype(int).reshape(2, quotas)
    return tuple(
        Change(quota, quota.minimum - down, quota.maximum + up)
        for quota, down, up in zip(panels.quotas, lower.tolist(), higher.tolist(), strict=True)
        if down or up
    )


def require_a_panel(people: Participants, panels: Panels) -> None:
    """Raises PlanningError where the quotas leave no panel: what can be seen to be wrong, and the smallest change after
    which there is one.
    """
    lacking = [quota for quota in panels.quotas if _there(people, quota) < quota.minimum]
    off = _off_in_sum(people, panels)
    wrong = (*(_too_few(people, quota) for quota in lacking), *off)
    if not wrong and panels.worth_most(np.zeros(len(panels.people))) is not None:
        return
    changes = smallest_change(panels)
    if not changes:
        raise PlanningError(
            "No panel of {size} was found before the search was given up: widen the quotas.", size=panels.size
        )
    raise PlanningError(
        "No panel of {size} keeps all quotas{wrong}. The smallest change, of {people} in all, after which one does: "
        "{changes}{why}.{find}{known}",
        size=panels.size, people=sum(one.people for one in changes), changes=changes,
        wrong=Said(": {wrong}", wrong=wrong) if wrong else "", why="" if wrong else _why(changes),
        find=Said(" Or find more volunteers.") if lacking and not off else "", known=_known(people, lacking),
    )  # fmt: skip


def _why(changes: Sequence[Change]) -> Said | str:
    """Why a change is needed, where it is the only one."""
    if len(changes) > 1:
        return ""
    (alone,) = changes
    if alone.minimum < alone.quota.minimum:
        return Said(": beside the other quotas only {people} fit", people=alone.minimum)
    return Said(": the other quotas leave at least {people} to them", people=alone.maximum)


def _known(people: Participants, lacking: Sequence[Quota]) -> Said | str:
    """What may have been meant by a value that nobody has."""
    absent = next((quota for quota in lacking if not _there(people, quota)), None)
    if absent is None:
        return ""
    known = sorted(set(people.attributes[absent.attribute]) - {""})
    return Said(
        " Known of '{attribute}': {known}.{near}",
        attribute=absent.attribute, known=", ".join(known) or Said("nothing"), near=near(absent.value, known),
    )  # fmt: skip
