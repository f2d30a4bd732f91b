"""Controlled rounding: every count becomes a multiple of the base, next to its true value, and all of it adds up.

From the top of the tree down. The children of a node are rounded so that they add up to it, group by group, and each
over its groups to its own total. That is a transportation problem: every corner of what is possible is in whole steps,
so a linear programme finds the rounding nearest to the truth (Cox 1987). It always exists, and never goes below the
nearest multiple under the truth, because what is above was not rounded below it either.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from wijkspiegel.errors import DisclosureError
from wijkspiegel.tables import Counts

COST_OF_A_STEP_TOO_FAR = 1000.0
COST_OF_SOMEBODY_WHERE_NOBODY_IS = 1e6
"""More than any number of steps too far elsewhere: a few people who are shown are taken for people."""


def round_tree(counts: Counts, parent: NDArray[np.intp], totals: Counts | None, base: int) -> Counts:
    """Counts of all nodes of a tree, rounded.

    counts : [node, group], people; each node is the sum of its children. parent : [node], its row; -1 for a root.
    totals : [node], multiples of the base that add up over the tree, which the groups of each node must add up to;
    None lets them be.
    """
    if totals is not None and counts.shape[1] <= 1:
        return totals[:, None][:, : counts.shape[1]]
    rounded = np.zeros_like(counts)
    nodes = np.flatnonzero(parent < 0)
    while len(nodes):
        above = None if parent[nodes[0]] < 0 else rounded
        rounded[nodes] = _round_one_depth(
            counts[nodes], parent[nodes], above, None if totals is None else totals[nodes], base
        )
        nodes = np.flatnonzero(np.isin(parent, nodes))
    return rounded


def _round_one_depth(
    counts: Counts, parent: NDArray[np.intp], above: Counts | None, totals: Counts | None, base: int
) -> Counts:
    """above : [node, group] of the whole tree, where the parents are rounded already."""
    nodes, groups = counts.shape
    floor = np.floor(counts / base + 1e-9)
    up = counts / base - floor
    cell = np.arange(nodes * groups).reshape(nodes, groups)
    equations, steps = [], []
    if totals is not None:
        equations.append(sparse.kron(sparse.eye_array(nodes), np.ones((1, groups)), format="csr"))
        steps.append(totals / base - floor.sum(axis=1))
    if above is not None:
        parents, number = np.unique(parent, return_inverse=True)
        rows = (number[:, None] * groups + np.arange(groups)).ravel()
        shape = (len(parents) * groups, nodes * groups)
        equations.append(sparse.csr_array((np.ones(nodes * groups), (rows, cell.ravel())), shape=shape))
        held = np.zeros((len(parents), groups))
        np.add.at(held, number, floor)
        steps.append((above[parents] / base - held).ravel())
    if not equations:
        nearest: Counts = np.rint(counts / base) * base
        return nearest
    once = sparse.vstack(equations, format="csr")
    solved = linprog(
        np.concatenate(
            [1 - 2 * up.ravel(), np.where(counts.ravel() > 0, COST_OF_A_STEP_TOO_FAR, COST_OF_SOMEBODY_WHERE_NOBODY_IS)]
        ),
        A_eq=sparse.hstack([once, once], format="csr"),
        b_eq=np.rint(np.concatenate(steps)),
        bounds=np.stack(
            [np.zeros(2 * cell.size), np.concatenate([(up.ravel() > 1e-9), np.full(cell.size, np.inf)])], axis=1
        ),
        method="highs-ds",
    )
    if solved.x is None:
        raise DisclosureError(f"The counts could not be rounded so that they add up: {solved.message}")
    taken = np.rint(solved.x[: cell.size] + solved.x[cell.size :]).reshape(nodes, groups)
    rounded: Counts = (floor + taken) * base
    return rounded
