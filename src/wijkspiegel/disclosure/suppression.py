"""Which cells to withhold, so that no small count can be told, exactly or nearly, from what is shown.

A table has nodes (areas of all levels, a tree) and groups (of a scheme, gathered into wider groups of a coarser one).
Every node is the sum of its children, every wider group that of its groups, and the people of a node are known.

A withheld cell is safe when people can be moved about without changing anything that is shown, so that its count takes
values at least `min_cell` apart. The move is the smallest there is: in one leaf some people of group g become group h,
in another leaf as many of h become g, and the cells in between, up to the first node that holds both leaves, are
withheld. Without another leaf, all nodes above are. The counts that bound the move are rounded down to the base of
rounding, so the move exists in the exact and in the rounded table alike.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import DisclosureError
from wijkspiegel.tables import Counts, Mask

Rows = NDArray[np.intp]

PARTNER_GROUPS = 8
"""How many groups are tried as the other side of a move."""


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


def tells_of_everyone(counts: Counts) -> Mask:
    """Cells that hold all people of their node: they tell the group of each of them."""
    people = counts.sum(axis=1, keepdims=True)
    everyone: Mask = (counts == people) & (people > 0)
    return everyone if counts.shape[1] > 1 else np.zeros_like(everyone)


def withhold(table: Table, min_cell: int, base: int, untold: Collection[int] = ()) -> Withheld:
    """What must be withheld of a table, in any case the people of the nodes `untold`.

    Raises DisclosureError where not even the whole can be told.
    """
    untold = set(untold)
    while True:
        hidden = _hidden_nodes(table, min_cell, untold)
        merged, origin = _merge(table, hidden)
        search = _Search(merged, min_cell, base)
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


def _hidden_nodes(table: Table, min_cell: int, untold: set[int]) -> Mask:
    """Nodes with too few people to be told at all, and `untold` ones, each with a sibling so that the difference is not
    told either."""
    people = table.counts.sum(axis=1)
    hidden = np.zeros(len(people), dtype=bool)
    if (people[table.tree.parent < 0] < min_cell).any():
        raise DisclosureError(
            f"Fewer than {min_cell} people in all: nothing can be told of them without telling of each."
        )
    for parent in _from_top(table.tree):
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
            if people[children[hidden[children]]].sum() >= min_cell and hidden[children].sum() > 1:
                break
            hidden[child] = True
    return hidden


def _from_top(tree: Tree) -> Iterator[int]:
    depth = [len(tree.path(node)) for node in range(len(tree.parent))]
    inner = np.unique(tree.parent[tree.parent >= 0])
    yield from sorted(inner.tolist(), key=lambda node: depth[node])


def _merge(table: Table, hidden: Mask) -> tuple[Table, Rows]:
    """The table with the hidden children of each node as one leaf, whose counts follow from what is shown.

    Returns it with, for every node of the old table, its row in the new one.
    """
    parent = table.tree.parent
    tops = hidden & ~np.where(parent >= 0, hidden[parent], False)
    row_of: dict[tuple[str, int], int] = {}
    origin = np.zeros(len(parent), dtype=np.intp)
    order = sorted(range(len(parent)), key=lambda node: len(table.tree.path(node)))
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


class _Search:
    """Holds what is withheld so far, and withholds more until every withheld cell is safe."""

    def __init__(self, table: Table, min_cell: int, base: int) -> None:
        self.table, self.min_cell = table, min_cell
        self.exact, self.wide_exact = table.counts, table.wide_counts()
        self.movable = np.floor(table.counts / base) * base
        self.cells = is_small(self.exact, min_cell) | tells_of_everyone(self.exact)
        self.wide = is_small(self.wide_exact, min_cell) | tells_of_everyone(self.wide_exact)
        self.leaves = table.tree.leaves()
        self.paths = {int(leaf): table.tree.path(int(leaf)) for leaf in self.leaves}
        self.under = {
            node: np.array([leaf for leaf in self.leaves if node in self.paths[int(leaf)]], dtype=np.intp)
            for node in range(len(table.tree.parent))
        }
        self.safe: set[tuple[int, int, bool]] = set()

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
        groups = np.flatnonzero(self.table.wider == group) if wide else np.array([group])
        best: tuple[float, int, int | None, int, int] | None = None
        for one in groups.tolist():
            for other in self._largest(node):
                if other == one or (wide and self.table.wider[other] == group):
                    continue
                for cost, leaf, partner in self._moves(node, one, other):
                    if best is None or cost < best[0]:
                        best = (cost, leaf, partner, one, other)
        if best is None:
            raise _NoMoveError(node)
        _, leaf, partner, one, other = best
        for changed in self._between(leaf, partner):
            for moved in (one, other):
                self.cells[changed, moved] = True
                self.safe.add((changed, moved, False))
                if self.table.wider[one] != self.table.wider[other]:
                    self.wide[changed, self.table.wider[moved]] = True
                    self.safe.add((changed, int(self.table.wider[moved]), True))

    def _largest(self, node: int) -> list[int]:
        """The groups with which a move is tried: those that have the most people to move."""
        people = self.movable[self.under[node]].sum(axis=0)
        largest: list[int] = np.argsort(-people, kind="stable")[:PARTNER_GROUPS].tolist()
        return largest

    def _moves(self, node: int, one: int, other: int) -> Iterator[tuple[float, int, int | None]]:
        """Cost, leaf and partner leaf of the cheapest moves between two groups that are wide enough.

        Up by what the leaf has of `other` and the partner of `one`; down by what they have the other way round.
        """
        leaves = self.under[node]
        parent = int(self.table.tree.parent[node])
        partners = np.setdiff1d(self.under[parent], leaves) if parent >= 0 else np.array([], dtype=np.intp)
        have = self.movable
        if len(partners):
            up = np.minimum(have[leaves, other][:, None], have[partners, one][None, :])
            down = np.minimum(have[leaves, one][:, None], have[partners, other][None, :])
            cost = self._cost(leaves, one, other)[:, None] + self._cost(partners, one, other)[None, :]
            cost = np.where(up + down >= self.min_cell, cost, np.inf)
            row, column = np.unravel_index(int(np.argmin(cost)), cost.shape)
            if np.isfinite(cost[row, column]):
                yield float(cost[row, column]), int(leaves[row]), int(partners[column])
                return
        alone = np.where(
            have[leaves, one] + have[leaves, other] >= self.min_cell, self._cost(leaves, one, other), np.inf
        )
        if len(leaves) and np.isfinite(alone.min()):
            leaf = int(leaves[int(np.argmin(alone))])
            above = sum(float(self._cost(np.array([up]), one, other)[0]) for up in self._between(leaf, None)[1:])
            yield float(alone.min()) + above, leaf, None

    def _cost(self, nodes: Rows, one: int, other: int) -> Counts:
        """People whose figures would be withheld besides what is already; a little for a cell of nobody."""
        new = np.where(self.cells[nodes][:, [one, other]], 0.0, self.exact[nodes][:, [one, other]] + 1.0)
        total: Counts = new.sum(axis=1)
        return total

    def _between(self, leaf: int, partner: int | None) -> list[int]:
        """The nodes below the first that holds both leaves; all above the leaf where there is no partner."""
        one = self.paths[leaf]
        if partner is None:
            return one
        other = self.paths[partner]
        return [node for node in one if node not in other] + [node for node in other if node not in one]
