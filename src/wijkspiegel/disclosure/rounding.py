"""Controlled rounding: every shown count becomes a multiple of the base, next to its true value, and all of it adds up.

The leaves are rounded and the rest is their sum. Which leaf goes up and which down is an integer programme: sums over
every node stay next to their true values wherever that is possible, and as near as possible elsewhere. For areas in a
tree and groups side by side it is one of network flow, so it is solved at once (Cox 1987; Fischetti & Salazar 2000).
"""

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from wijkspiegel.errors import DisclosureError
from wijkspiegel.tables import Counts

COST_OF_A_STEP_TOO_FAR = 1000.0


def round_leaves(counts: Counts, sums: sparse.csr_array, totals: Counts | None, base: int) -> Counts:
    """Counts of leaves, rounded.

    counts : [leaf, group], people. sums : [node, leaf] of 0 and 1, which leaves each node is the sum of.
    totals : [leaf], multiples of the base that the groups of each leaf must add up to; None lets them be.
    """
    leaves, groups = counts.shape
    cells = leaves * groups
    floor = np.floor(counts / base)
    up = (counts / base - floor).ravel()
    # Variables: up or not [cell], one more [cell], one less [cell], each whole; then the slack of every node and group.
    node_up = sparse.kron(sums, sparse.eye_array(groups), format="csr")
    slacks = node_up.shape[0]
    cell_part = sparse.hstack([sparse.eye_array(cells), sparse.eye_array(cells), -sparse.eye_array(cells)])
    exact = node_up @ (counts.ravel() / base)
    held = node_up @ floor.ravel()
    node_rows = sparse.hstack([node_up @ cell_part, sparse.eye_array(slacks), -sparse.eye_array(slacks)], format="csr")
    constraints = [LinearConstraint(node_rows, np.floor(exact + 1e-9) - held, np.ceil(exact - 1e-9) - held)]
    if totals is not None:
        row_sums = sparse.kron(sparse.eye_array(leaves), np.ones((1, groups)), format="csr")
        needed = totals / base - floor.sum(axis=1)
        padding = sparse.csr_array((leaves, 2 * slacks))
        constraints.append(
            LinearConstraint(sparse.hstack([row_sums @ cell_part, padding], format="csr"), needed, needed)
        )
    cost = np.concatenate(
        [1 - 2 * up, np.full(2 * cells, COST_OF_A_STEP_TOO_FAR), np.full(2 * slacks, COST_OF_A_STEP_TOO_FAR)]
    )
    most = np.concatenate([(up > 0).astype(float), np.full(cells, np.inf), floor.ravel(), np.full(2 * slacks, np.inf)])
    whole = np.concatenate([np.ones(3 * cells), np.zeros(2 * slacks)])
    solved = milp(
        cost, integrality=whole, bounds=Bounds(0, most), constraints=constraints, options={"mip_rel_gap": 1e-3}
    )
    if solved.x is None:
        raise DisclosureError(f"The counts could not be rounded so that they add up: {solved.message}")
    steps = np.rint(cell_part @ solved.x[: 3 * cells])
    rounded: Counts = (floor.ravel() + steps).reshape(counts.shape) * base
    return rounded
