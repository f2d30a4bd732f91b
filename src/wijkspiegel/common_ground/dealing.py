"""Which statements somebody is asked next: those that tell most, by lot for a part, and none twice.

Votes on statements that people choose themselves can be bent by a few who come for that; votes on statements that were
dealt to them much less. So only dealt statements count, and what was dealt can be held against what should have been.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from scipy.stats import chi2

from wijkspiegel.common_ground.agreement import VOTES_MORE, information
from wijkspiegel.common_ground.ground import Ground
from wijkspiegel.common_ground.ideal import Floats, starts_of
from wijkspiegel.errors import SettingsError
from wijkspiegel.tables import EVERYONE, OPINION, Votes

Group = tuple[str, str]
"""Kind and category."""

BY_LOT, FOR_INFORMATION = "by_lot", "information"
FLOOR = 0.2
"""The part that is dealt by lot: every statement keeps being asked of everybody."""


@dataclass(frozen=True)
class Dealt:
    """A line of the log: the statement that was dealt to a person, as the how-manieth, and why.

    open : how many statements could have been dealt then. how : by_lot, each as likely, or information.
    """

    person: str
    number: int
    statement: str
    how: str
    open: int


class Dealer:
    """Deals statements. Keeps what was dealt, and what is still to be learned, between calls.

    Statements that were dealt and not yet answered tell less when they are dealt again to others of the same groups.

    >>> dealer = Dealer(["a", "b", "c"])
    >>> [dealt.statement for dealt in dealer.next_statements("Noor", 2)] == dealer.dealt_to("Noor")
    True
    """

    def __init__(
        self,
        statements: Sequence[str],
        ground: Ground | None = None,
        *,
        removed: Collection[str] = (),
        log: Iterable[Dealt] = (),
        floor: float = FLOOR,
        seed: int = 1,
    ) -> None:
        """statements : all that were put forward. removed : those that a moderator took away; they are never dealt.

        ground : what is known so far; without it all is dealt by lot. log : what was dealt before. floor : the part
        that is dealt by lot, from 0 to 1.
        """
        if not 0 <= floor <= 1:
            raise SettingsError(f"floor is {floor}: the part that is dealt by lot lies between 0 and 1.")
        if len(set(statements)) < len(statements):
            raise SettingsError("A statement stands in the list twice: give each a name of its own.")
        self.statements = tuple(statements)
        self.floor, self.seed = floor, seed
        self._row = {name: row for row, name in enumerate(self.statements)}
        self._open = np.ones(len(statements), dtype=bool)
        self._dealt: dict[str, array[int]] = {}
        self._worth: dict[Group, Floats] = {}
        self._told: dict[Group, Floats] = {}
        self._learn(ground)
        for name in removed:
            self.remove(name)
        for dealt in log:
            self._keep(dealt, self._groups_of(dealt.person, {}))

    def _learn(self, ground: Ground | None) -> None:
        self._ground = ground
        self._place = {} if ground is None else {name: row for row, name in enumerate(ground.votes.persons)}
        self._starts = None if ground is None else starts_of(ground.votes.person, len(ground.votes.persons))
        if ground is None:
            return
        for kind in (*ground.kinds, ground.everyone[0]):
            bits = information(kind, ground.thresholds.agree)
            rows = [(row, self._row[name]) for row, name in enumerate(ground.votes.statements) if name in self._row]
            there, here = np.array(rows, dtype=np.intp).reshape(-1, 2).T
            for number, group in enumerate(kind.groups):
                worth = np.full(len(self.statements), bits.max(initial=0.0))
                worth[here] = bits[number, there]
                self._worth[kind.kind, group] = worth
                self._told[kind.kind, group] = np.zeros(len(self.statements))

    def remove(self, statement: str) -> None:
        """Deal it no more."""
        self._open[self._row_of(statement)] = False

    def add(self, statement: str) -> None:
        """A statement that somebody put forward. It is dealt as the one of which least is known."""
        if statement in self._row:
            raise SettingsError(f"The statement '{statement}' is there already.")
        self._row[statement] = len(self.statements)
        self.statements = (*self.statements, statement)
        self._open = np.append(self._open, True)
        for group, worth in self._worth.items():
            self._worth[group] = np.append(worth, worth.max(initial=0.0))
            self._told[group] = np.append(self._told[group], 0.0)

    def dealt_to(self, person: str) -> list[str]:
        """In the order in which they were."""
        return [self.statements[row] for row in self._dealt.get(person, [])]

    def next_statements(self, person: str, n: int, groups: Mapping[str, str] | None = None) -> list[Dealt]:
        """At most `n` statements that this person was not asked yet, and what the log keeps of each.

        groups : kind -> category of a person of whom the ground does not know; a dealer that starts again from its log
        does not know these. The choice depends on the seed, the person and what was dealt before.
        """
        made = []
        free = self._open.copy()
        free[self._dealt.get(person, [])] = False
        mine = self._groups_of(person, groups or {})
        worth = sum((self._worth[group] / (1 + self._told[group] / VOTES_MORE) for group in mine), np.zeros(len(free)))
        for _ in range(min(n, int(free.sum()))):
            number = len(self._dealt.get(person, [])) + 1
            by_lot, choice = self._lots(person, number)
            candidates = np.flatnonzero(free)
            if by_lot < self.floor or not mine:
                how, row = BY_LOT, int(candidates[int(choice * len(candidates))])
            else:
                how, row = FOR_INFORMATION, int(candidates[np.argmax(worth[candidates])])
            free[row] = False
            dealt = Dealt(person, number, self.statements[row], how, len(candidates))
            self._keep(dealt, mine)
            made.append(dealt)
        return made

    def _groups_of(self, person: str, told: Mapping[str, str]) -> list[Group]:
        """The groups whose information counts: those that are judged, of which this person is one; else everyone."""
        if self._ground is None:
            return []
        mine = [(kind, group) for kind, group in told.items() if (kind, group) in self._worth]
        row = self._place.get(person)
        if row is not None:
            kinds = {
                name: known.categories[known.group[row]]
                for name, known in self._ground.known.items()
                if known.group[row] >= 0
            }
            if self._ground.opinion[row] >= 0:
                kinds[OPINION] = str(self._ground.opinion[row] + 1)
            mine = [(kind, group) for kind, group in kinds.items() if (kind, group) in self._worth]
        return mine or [(EVERYONE, EVERYONE)]

    def _lots(self, person: str, number: int) -> tuple[float, float]:
        """Two numbers in [0, 1) that belong to this place in the log: anyone who knows the seed can draw them again."""
        drawn = blake2b(f"{self.seed}/{number}/{person}".encode(), digest_size=16).digest()
        return tuple(int.from_bytes(half, "big") / 2**64 for half in (drawn[:8], drawn[8:]))  # type: ignore[return-value]

    def _keep(self, dealt: Dealt, groups: Sequence[Group]) -> None:
        """groups : whose information this will add to, unless the ground has the answer already."""
        row = self._row_of(dealt.statement)
        before = self._dealt.setdefault(dealt.person, array("i"))
        if row in before:
            raise SettingsError(f"'{dealt.statement}' was dealt to {dealt.person} before: no statement is dealt twice.")
        before.append(row)
        if not self._answered(dealt):
            for group in groups:
                self._told[group][row] += 1

    def _answered(self, dealt: Dealt) -> bool:
        """Whether the ground has a vote of this person on this statement."""
        person = self._place.get(dealt.person)
        if self._ground is None or self._starts is None or person is None:
            return False
        votes = self._ground.votes
        theirs = votes.statement[self._starts[person] : self._starts[person + 1]]
        return any(votes.statements[row] == dealt.statement for row in theirs)

    def _row_of(self, statement: str) -> int:
        if statement not in self._row:
            raise SettingsError(f"There is no statement '{statement}'.")
        return self._row[statement]


@dataclass(frozen=True)
class Audit:
    """What was dealt held against what should have been.

    intended, by_lot : [statement], how often it should and did come by lot. dealt, answered : [statement], in all, and
    with a vote on it. chance : that lots differ so much from what was intended. twice : statements dealt twice to
    somebody. unclear : lines that do not fit the list of statements (more were open, or fewer). not_dealt : votes on
    statements that were not dealt to their person.
    """

    statements: tuple[str, ...]
    intended: Floats
    by_lot: Floats
    dealt: Floats
    answered: Floats
    chance: float
    twice: int
    unclear: int
    not_dealt: int


def audit(log: Iterable[Dealt], statements: Sequence[str], votes: Votes, removed: Collection[str] = ()) -> Audit:
    """Hold the log of a dealer, in its order, against its rules and against the votes.

    A line by lot gives each statement that this person was not asked yet the same chance: of those that were there
    already, which the number of open statements tells. statements : in the order in which they were put forward.
    removed : those that were never dealt. A line that fits no such list is counted as unclear.
    """
    row = {name: number for number, name in enumerate(statements)}
    gone = np.array([name in set(removed) for name in statements], dtype=bool)
    there = np.cumsum(~gone)
    first, by_lot, dealt, answered = (np.zeros(len(statements)) for _ in range(4))
    asked_before = np.zeros(len(statements))
    before: dict[str, list[int]] = {}
    twice, unclear = 0, 0
    for line in log:
        earlier, here = before.setdefault(line.person, []), row.get(line.statement, -1)
        if here < 0 or gone[here]:
            unclear += 1
            continue
        twice += here in earlier
        if line.how == BY_LOT:
            last = int(np.searchsorted(there, line.open + len(earlier)))
            if line.open > 0 and here <= last < len(statements):
                first[last] += 1 / line.open
                asked_before[earlier] += 1 / line.open
                by_lot[here] += 1
            else:
                unclear += 1
        dealt[here] += 1
        earlier.append(here)
    intended = np.where(gone, 0.0, np.cumsum(first[::-1])[::-1] - asked_before)
    not_dealt = 0
    for person, statement in zip(votes.person.tolist(), votes.statement.tolist(), strict=True):
        place = row.get(votes.statements[statement], -1)
        if place in before.get(votes.persons[person], ()):
            answered[place] += 1
        else:
            not_dealt += 1
    return Audit(
        tuple(statements), intended, by_lot, dealt, answered, _chance_of(by_lot, intended), twice, unclear, not_dealt
    )


def _chance_of(found: Floats, intended: Floats) -> float:
    """That lots differ so much (Pearson's chi-square); 1 where nothing was dealt by lot."""
    there = intended > 1e-9
    if there.sum() < 2:
        return 1.0
    return float(chi2.sf(((found - intended)[there] ** 2 / intended[there]).sum(), there.sum() - 1))
