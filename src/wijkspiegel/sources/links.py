"""Who is linked to whom: pairs written out, and cliques that need not be; counted by person and group, each once."""

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from wijkspiegel.sources.roster import Roster

Ints = NDArray[np.int64]

MOST_PAIRS = 3_000_000_000
"""Pairs that are looked at one by one, which is two minutes of one core; more are not."""


@dataclass(frozen=True)
class Links:
    """The links of one sphere, or of several together.

    pairs : person * people + contact, rows of the roster, in order and each once. member, clique : [membership], row of
    the person and number of the clique; each once.
    """

    pairs: Ints
    member: Ints
    clique: Ints

    def number(self) -> int:
        """How many pairs there are with the cliques written out."""
        size = np.bincount(self.clique)
        return len(self.pairs) + int((size * (size - 1)).sum())

    def clubs(self) -> bool:
        """Whether somebody is in two cliques, where two people may meet twice."""
        return len(self.member) > len(np.unique(self.member))


def together(links: list[Links]) -> Links:
    """The links of several spheres as one: pairs each once, cliques apart."""
    first = np.cumsum([0, *(int(one.clique.max(initial=-1)) + 1 for one in links)])
    return Links(
        once(np.concatenate([one.pairs for one in links])),
        np.concatenate([one.member for one in links]),
        np.concatenate([one.clique + start for one, start in zip(links, first, strict=False)]),
    )


def once(keys: Ints) -> Ints:
    """Keys in order, each once. Sorts what it is given."""
    keys.sort(kind="stable")
    new = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return keys if new.all() else keys[new]


def count_pairs(roster: Roster, pairs: Ints, groups: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """[person, group] and [person], contacts whose group is known, and the others. pairs : as in Links."""
    people = len(roster)
    one, group = pairs // people, roster.group[pairs % people]
    known = group >= 0
    counts = np.bincount(one[known] * groups + group[known], minlength=people * groups).reshape(people, groups)
    return counts.astype(np.uint32), np.bincount(one[~known], minlength=people).astype(np.uint32)


def count_fellows(roster: Roster, links: Links, groups: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Contacts in cliques: their members by group, less oneself. The same as all pairs written out, without doing so;
    who is in two cliques with somebody counts them twice.
    """
    group = np.where(roster.group[links.member] >= 0, roster.group[links.member], groups)
    cliques = int(links.clique.max(initial=-1)) + 1
    members = np.bincount(links.clique * (groups + 1) + group, minlength=cliques * (groups + 1)).reshape(-1, groups + 1)
    counts = np.zeros((len(roster), groups + 1), dtype=np.int64)
    np.add.at(counts, links.member, members[links.clique])
    np.subtract.at(counts, (links.member, group), 1)
    return counts[:, :groups].astype(np.uint32), counts[:, groups].astype(np.uint32)


def count_once(roster: Roster, links: Links, groups: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Contacts by pairs and in cliques, everybody once however often they are met. Looks at each of links.number()."""
    people = len(roster)
    by_person, by_clique = np.argsort(links.member, kind="stable"), np.argsort(links.clique, kind="stable")
    counts = np.zeros((people, groups + 1), dtype=np.uint32)
    _count_once(
        np.searchsorted(links.pairs, np.arange(people + 1) * people), links.pairs,
        np.searchsorted(links.member[by_person], np.arange(people + 1)), links.clique[by_person],
        np.searchsorted(links.clique[by_clique], np.arange(int(links.clique.max(initial=-1)) + 2)),
        links.member[by_clique], np.where(roster.group >= 0, roster.group, groups), counts,
    )  # fmt: skip
    return counts[:, :groups], counts[:, groups]


@numba.njit(cache=True, nogil=True)
def _count_once(
    first_pair: Ints,
    pairs: Ints,
    first_clique: Ints,
    cliques: Ints,
    first_member: Ints,
    members: Ints,
    group: Ints,
    counts: NDArray[np.uint32],
) -> None:
    """cliques : of each person, one person after the other. members : of each clique, likewise. group : [person]."""
    people = len(group)
    met_by = np.full(people, -1, dtype=np.int32)
    for person in range(people):
        met_by[person] = person
        for at in range(first_pair[person], first_pair[person + 1]):
            contact = pairs[at] - person * people
            if met_by[contact] != person:
                met_by[contact] = person
                counts[person, group[contact]] += 1
        for in_clique in range(first_clique[person], first_clique[person + 1]):
            clique = cliques[in_clique]
            for at in range(first_member[clique], first_member[clique + 1]):
                contact = members[at]
                if met_by[contact] != person:
                    met_by[contact] = person
                    counts[person, group[contact]] += 1
