"""Which cells to withhold, so that no small count can be told, exactly or nearly, from what is shown.

A table has nodes (areas of all levels, a tree) and groups (of a scheme, gathered into wider groups of a coarser one).
Every node is the sum of its children, every wider group that of its groups, and the people of a node are known.

A withheld cell is safe when people can be moved about without changing anything that is shown, so that its count takes
values at least `min_cell` apart. The move is the smallest there is: in one leaf some people of group g become group h,
in another leaf as many of h become g, and the cells in between, up to the first node that holds both leaves, are
withheld. The other leaf is looked for near by first; where there is none at all, all nodes above are withheld too. The
counts that bound the move are rounded down to the base of rounding, each leaf for itself, so the move exists in the
exact and in the rounded table alike.

Of areas that are withheld whole, what is left of the area around them is told together. Rounding can make that small
where it is not: such a count is withheld too.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import DisclosureError
from wijkspiegel.tables import Counts, Mask

Rows = NDArray[np.intp]

PARTNER_GROUPS = 8
"""How many groups are tried as the other side of a move."""

CANDIDATES = 200
"""How many leaves on either side of a move are tried: the cheapest."""


@dataclass(frozen=True)
class Tree:
    """Nodes in any order; parent[node] is its parent's row, or -1 for a root. Nodes without children are leaves."""

    parent: Rows

    def path(self, node: int) -> list[int]:
        """The node and all above it."""
        path = []
        while node >= 0:
            path.append(node)
            node = int(self.parent[node])
        return path

    def leaves(self) -> Rows:
        return np.setdiff1d(np.arange(len(self.parent)), self.parent)

    def children(self, node: int) -> Rows:
        return np.flatnonzero(self.parent == node)

    @cached_property
    def lineage(self) -> Rows:
        """[node, depth], the node at each depth on the way down from the root; -1 below the node itself."""
        up = [np.arange(len(self.parent))]
        while (up[-1] >= 0).any():
            up.append(np.where(up[-1] >= 0, self.parent[up[-1]], -1))
        upward = np.stack(up[:-1], axis=1)
        depth = (upward >= 0).sum(axis=1) - 1
        place = depth[:, None] - np.arange(upward.shape[1])
        downward: Rows = np.where(place >= 0, np.take_along_axis(upward, np.maximum(place, 0), axis=1), -1)
        return downward

    @cached_property
    def depth(self) -> Rows:
        """[node], 0 for a root."""
        depth: Rows = (self.lineage >= 0).sum(axis=1) - 1
        return depth

    def inner_from_top(self) -> list[int]:
        inner = np.unique(self.parent[self.parent >= 0])
        return [int(node) for node in inner[np.argsort(self.depth[inner], kind="stable")]]


@dataclass(frozen=True)
class Table:
    """Counts of people by node and group, and the wider group of each group.

    counts : [node, group]. wider : [group], number of the wider group; all different where there is no coarser scheme.
    """

    tree: Tree
    counts: Counts
    wider: Rows

    def wide_counts(self) -> Counts:
        """[node, wider group]"""
        return np.stack([self.counts[:, self.wider == w].sum(axis=1) for w in range(self.wider.max() + 1)], axis=1)


@dataclass(frozen=True)
class Withheld:
    """cells : [node, group]; wide : [node, wider group]; people : [node], the number of people itself."""

    cells: Mask
    wide: Mask
    people: Mask


def is_small(counts: Counts, min_cell: int) -> Mask:
    """Counts that tell of a few people."""
    return (counts > 0) & (counts < min_cell)


def tells_of_few(exact: Counts, told: Counts, min_cell: int) -> Mask:
    """Counts that are small, or are told as if they were."""
    few: Mask = (np.maximum(exact, told) > 0) & (np.minimum(exact, told) < min_cell)
    return few


def tells_of_everyone(counts: Counts) -> Mask:
    """Cells that hold all people of their node: they tell the group of each of them."""
    people = counts.sum(axis=1, keepdims=True)
    everyone: Mask = (counts == people) & (people > 0)
    return everyone if counts.shape[1] > 1 else np.zeros_like(everyone)


def withhold(
    table: Table, rounded: Counts, min_cell: int, base: int, untold: Collection[int] = (), also: Mask | None = None
) -> Withheld:
    """What must be withheld of a table, in any case the people of the nodes `untold` and the cells `also`.

    rounded : [node, group], what is shown of those that are not withheld.
    Raises DisclosureError where not even the whole can be told.
    """
    untold = set(untold)
    while True:
        hidden = _hidden_nodes(table, rounded, min_cell, untold)
        merged, origin = _merge(table, hidden)
        told, _ = _merge(replace(table, counts=np.where(hidden[:, None], rounded, table.counts)), hidden)
        search = _Search(merged, told, min_cell, _least_when_rounded(table, origin, base))
        if also is not None:
            search.begin_with(np.unique(np.column_stack([origin[also.nonzero()[0]], also.nonzero()[1]]), axis=0))
        try:
            search.run()
        except _NoMoveError as error:
            nodes = set(np.flatnonzero(origin == error.node).tolist())
            if nodes <= untold or (table.tree.parent[list(nodes)] < 0).any():
                raise DisclosureError(
                    "These figures are too small to be told safely. Use fewer groups or larger areas."
                ) from None
            untold |= nodes
            continue
        cells, wide = search.cells[origin], search.wide[origin]
        cells[hidden], wide[hidden] = True, True
        return Withheld(cells, wide, hidden)


class _NoMoveError(Exception):
    def __init__(self, node: int) -> None:
        self.node = node


def _hidden_nodes(table: Table, rounded: Counts, min_cell: int, untold: set[int]) -> Mask:
    """Nodes with too few people to be told at all, and `untold` ones, each with a sibling so that the difference is not
    told either."""
    people, shown = table.counts.sum(axis=1), rounded.sum(axis=1)
    hidden = np.zeros(len(people), dtype=bool)
    if (people[table.tree.parent < 0] < min_cell).any():
        raise DisclosureError(
            f"Fewer than {min_cell} people in all: nothing can be told of them without telling of each."
        )
    for parent in table.tree.inner_from_top():
        children = table.tree.children(parent)
        if hidden[parent]:
            hidden[children] = True
            continue
        small = children[is_small(people[children], min_cell) | np.isin(children, list(untold))]
        if not len(small):
            continue
        hidden[small] = True
        others = children[(people[children] >= min_cell) & ~hidden[children]]
        for child in others[np.argsort(people[others], kind="stable")]:
            gone = children[hidden[children]]
            if len(gone) > 1 and min(people[gone].sum(), shown[gone].sum()) >= min_cell:
                break
            hidden[child] = True
    return hidden


def _merge(table: Table, hidden: Mask) -> tuple[Table, Rows]:
    """The table with the hidden children of each node as one leaf, whose counts follow from what is shown.

    Returns it with, for every node of the old table, its row in the new one.
    """
    parent = table.tree.parent
    tops = hidden & ~np.where(parent >= 0, hidden[parent], False)
    row_of: dict[tuple[str, int], int] = {}
    origin = np.zeros(len(parent), dtype=np.intp)
    order = np.argsort(table.tree.depth, kind="stable").tolist()
    parents: list[int] = []
    counts: list[Counts] = []
    for node in order:
        if hidden[node] and not tops[node]:
            origin[node] = origin[parent[node]]
            continue
        key = ("hidden", int(parent[node])) if tops[node] else ("node", node)
        if key not in row_of:
            row_of[key] = len(parents)
            parents.append(int(origin[parent[node]]) if parent[node] >= 0 else -1)
            counts.append(np.zeros(table.counts.shape[1]))
        origin[node] = row_of[key]
        counts[origin[node]] = counts[origin[node]] + table.counts[node]
    return Table(Tree(np.array(parents, dtype=np.intp)), np.array(counts), table.wider), origin


def _least_when_rounded(table: Table, origin: Rows, base: int) -> Counts:
    """[merged node, group], the least that a leaf can have in the rounded table.

    Hidden leaves that were merged are rounded one by one, so what is left of each counts, not of their sum.
    """
    leaves = table.tree.leaves()
    least = np.zeros((origin.max() + 1, table.counts.shape[1]))
    np.add.at(least, origin[leaves], np.floor(table.counts[leaves] / base) * base)
    return least


class _Search:
    """Holds what is withheld so far, and withholds more until every withheld cell is safe."""

    def __init__(self, table: Table, told: Table, min_cell: int, least: Counts) -> None:
        """told : the table, but rounded where hidden nodes were merged.
        least : [node, group], people of each leaf who are there in the rounded table too.
        """
        self.table, self.min_cell = table, min_cell
        exact, wide_exact = table.counts, table.wide_counts()
        self.cells = tells_of_few(exact, told.counts, min_cell) | tells_of_everyone(exact)
        self.wide = tells_of_few(wide_exact, told.wide_counts(), min_cell) | tells_of_everyone(wide_exact)
        self.safe: set[tuple[int, int, bool]] = set()
        lineage = table.tree.lineage
        self.leaves = table.tree.leaves()
        self.leaves = self.leaves[np.lexsort(lineage[self.leaves].T[::-1])]
        self.lineage = lineage[self.leaves]
        """[leaf, depth]; the leaves under a node lie side by side."""
        self.spans = self._spans(len(exact))
        self.movable = least[self.leaves]
        self.movable_under = np.stack([self.movable[start:end].sum(axis=0) for start, end in self.spans])
        self.price = np.where(self.cells, 0.0, exact + 1.0)
        """[node, group], people whose figures would be withheld besides what is already; a little for nobody."""

    def _spans(self, nodes: int) -> list[tuple[int, int]]:
        first, last = np.full(nodes, len(self.leaves)), np.zeros(nodes, dtype=np.intp)
        for column in self.lineage.T:
            there = np.flatnonzero(column >= 0)
            np.minimum.at(first, column[there], there)
            np.maximum.at(last, column[there], there + 1)
        return list(zip(first.tolist(), last.tolist(), strict=True))

    def begin_with(self, cells: Rows) -> None:
        """cells : [cell, 2], node and group of what must be withheld in any case."""
        self.cells[cells[:, 0], cells[:, 1]] = True
        self.price[cells[:, 0], cells[:, 1]] = 0.0

    def run(self) -> None:
        while todo := self._unsafe():
            for node, group, wide in todo:
                if (node, group, wide) not in self.safe:
                    self._protect(node, group, wide)

    def _unsafe(self) -> list[tuple[int, int, bool]]:
        found = [(int(node), int(group), False) for node, group in np.argwhere(self.cells)]
        found += [(int(node), int(group), True) for node, group in np.argwhere(self.wide)]
        return [cell for cell in found if cell not in self.safe]

    def _protect(self, node: int, group: int, wide: bool) -> None:
        """Withhold the cheapest move that changes this cell."""
        wider = self.table.wider
        largest = np.argsort(-self.movable_under[node], kind="stable")[:PARTNER_GROUPS]
        moves = []
        for one in np.flatnonzero(wider == group).tolist() if wide else [group]:
            others = largest[(wider[largest] != group) if wide else (largest != one)]
            if len(others) and (move := self._cheapest(node, one, others)):
                moves.append((move, one))
        if not moves:
            raise _NoMoveError(node)
        move, one = min(moves, key=lambda each: each[0].cost)
        for changed in move.between:
            for moved in (one, move.other):
                self._hide(changed, moved)
                if wider[one] != wider[move.other]:
                    self.wide[changed, wider[moved]] = True
                    self.safe.add((changed, int(wider[moved]), True))

    def _hide(self, node: int, group: int) -> None:
        self.cells[node, group] = True
        self.price[node, group] = 0.0
        self.safe.add((node, group, False))

    def _cheapest(self, node: int, one: int, others: Rows) -> "_Move | None":
        """The cheapest move between `one` and another group that is wide enough, with a partner as near as there is.

        Up by what the leaf has of the other and the partner of `one`; down by what they have the other way round.
        """
        path = self.table.tree.path(node)
        for below, above in pairwise(path):
            (start, end), (inside, outside) = self.spans[above], self.spans[below]
            depth = int(self.table.tree.depth[above]) + 1
            leaves = self._candidates(np.arange(*self.spans[node]), one, others, depth)
            partners = np.concatenate([np.arange(start, inside), np.arange(outside, end)])
            partners = self._candidates(partners, one, others, depth)
            if not (len(leaves) and len(partners)):
                continue
            near, far = self.movable[leaves][:, None], self.movable[partners][None]
            width = np.minimum(near[..., others], far[..., [one]]) + np.minimum(near[..., [one]], far[..., others])
            cost = self._price(leaves, one, others, depth)[:, None] + self._price(partners, one, others, depth)[None]
            cost = np.where(width >= self.min_cell, cost, np.inf)
            leaf, partner, other = np.unravel_index(int(np.argmin(cost)), cost.shape)
            if np.isfinite(lowest := float(cost[leaf, partner, other])):
                between = [*self._below(leaves[leaf], depth), *self._below(partners[partner], depth)]
                return _Move(lowest, between, int(others[other]))
        return self._alone(node, one, others)

    def _alone(self, node: int, one: int, others: Rows) -> "_Move | None":
        leaves = np.arange(*self.spans[node])
        width = self.movable[leaves][:, [one]] + self.movable[leaves][:, others]
        cost = np.where(width >= self.min_cell, self._price(leaves, one, others, 0), np.inf)
        leaf, other = np.unravel_index(int(np.argmin(cost)), cost.shape)
        if not np.isfinite(cost[leaf, other]):
            return None
        return _Move(float(cost[leaf, other]), self._below(leaves[leaf], 0), int(others[other]))

    def _candidates(self, leaves: Rows, one: int, others: Rows, depth: int) -> Rows:
        """Leaves that have people to move, the cheapest where there are many."""
        have = self.movable[leaves]
        leaves = leaves[(have[:, one] > 0) | (have[:, others] > 0).any(axis=1)]
        if len(leaves) <= CANDIDATES:
            return leaves
        price = self._price(leaves, one, others, depth).min(axis=1)
        return leaves[np.argsort(price, kind="stable")[:CANDIDATES]]

    def _price(self, leaves: Rows, one: int, others: Rows, depth: int) -> Counts:
        """[leaf, other], of the cells of both groups from a depth down to the leaf."""
        nodes = self.lineage[leaves, depth:]
        there = nodes >= 0
        of_one = np.where(there, self.price[nodes, one], 0.0).sum(axis=1)
        of_others = np.where(there[..., None], self.price[nodes][..., others], 0.0).sum(axis=1)
        total: Counts = of_one[:, None] + of_others
        return total

    def _below(self, leaf: int, depth: int) -> list[int]:
        """The nodes from a depth down to the leaf."""
        return [int(node) for node in self.lineage[leaf, depth:] if node >= 0]


@dataclass(frozen=True)
class _Move:
    """cost : people whose figures it withholds. between : the nodes that it changes. other : the other group."""

    cost: float
    between: list[int]
    other: int
