"""Weights of a mixture with the greatest likelihood, and the most of a part of them where it is near the greatest.

Weights lie in blocks; those of a block add up to its mass. A block has as columns the chances of its answers, so that
the log-likelihood is the sum over its rows of people * log(weights @ columns).

`raised` adds a straight line, the tilt, and climbs: the few columns with weight and the columns with the steepest
slope, a quadratic model of those, a step towards its top (Wang 2007, with a tilt). The steepest slope says how far the
top can be (`gap`), so what is found is known to be near it.

`most` looks for the tilt at which the likelihood has fallen as far as it may. Whatever the tilt, the top of likelihood
and tilt together gives a bound from outside on what can be reached (weak duality); weights whose likelihood is enough
give one from inside. It ends when the two are within the precision that is asked.
"""

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ENTERING = 8
"""Columns that may come in at a time."""

FLAT = 1e-8
"""Where the curve, as a part of what it is for a column alone, counts as flat: columns that hardly differ."""

STEPS, TILTS = 200, 60


@numba.njit(cache=True, error_model="numpy")
def mixed(columns: Floats, weights: Floats) -> Floats:
    """[row], chance of each answer. columns : [column, row]."""
    chances = np.zeros(columns.shape[1])
    for column in range(len(columns)):
        if weights[column] > 0:
            chances += weights[column] * columns[column]
    return chances


@numba.njit(cache=True, error_model="numpy")
def covering(columns: Floats, mass: float) -> Floats:
    """Weights to begin with: no answer is far less likely than it can be. The greatest of each row of columns is 1."""
    covered = np.zeros(columns.shape[1])
    weights = np.zeros(len(columns))
    while True:
        row = covered.argmin()
        if covered[row] > 0.01:
            break
        column = columns[:, row].argmax()
        weights[column] = 1.0
        covered = np.maximum(covered, columns[column])
    first: Floats = weights * (mass / weights.sum())
    return first


@numba.njit(cache=True, error_model="numpy")
def raised(columns: Floats, people: Floats, tilt: Floats, mass: float, weights: Floats, enough: float) -> float:
    """Climb from `weights`, which are changed, to where likelihood + tilt @ weights can rise by at most what is
    returned; as a rule that is `enough`.
    """
    gap = np.inf
    for _ in range(STEPS):
        chances = mixed(columns, weights)
        slope = columns @ (people / chances) + tilt
        level = (slope * weights).sum() / mass
        gap = mass * (slope.max() - level)
        if gap <= enough:
            break
        active = _active(slope, weights, level)
        chosen = columns[active]
        curve = (chosen * (people / chances**2)) @ chosen.T
        step = _model_step(curve, slope[active], weights[active])
        length = _length_of(step, chosen, chances, people, tilt[active], slope[active])
        if length == 0:  # where the model fails: towards the steepest column alone
            step = mass * (slope[active] == slope.max()) / (slope[active] == slope.max()).sum() - weights[active]
            length = _length_of(step, chosen, chances, people, tilt[active], slope[active])
        if length == 0:
            break
        weights[active] = np.maximum(weights[active] + length * step, 0.0)
    return gap


@numba.njit(cache=True, error_model="numpy")
def _active(slope: Floats, weights: Floats, level: float) -> Ints:
    """Columns with weight, and those that are steeper than their neighbours, the steepest first."""
    last = len(slope) - 1
    steep = np.full(len(slope), -np.inf)
    for column in range(last + 1):
        here = slope[column]
        before, after = slope[max(column - 1, 0)], slope[min(column + 1, last)]
        if weights[column] == 0 and here > level and here >= before and here >= after:
            steep[column] = here
    some = weights > 0
    for _ in range(ENTERING):
        column = int(steep.argmax())
        if steep[column] == -np.inf:
            break
        some[column] = True
        steep[column] = -np.inf
    return np.flatnonzero(some)


@numba.njit(cache=True, error_model="numpy")
def _model_step(curve: Floats, slope: Floats, weights: Floats) -> Floats:
    """To the most of slope @ step - step @ curve @ step / 2, where weights stay >= 0 and keep their sum.

    From the whole set down: the column that would first fall below 0 stays there. As steps add up to nothing, the same
    number may be added to all of the curve: so a column that gives no answer any chance has a curve as well.
    """
    curve = curve + np.trace(curve) / len(curve)
    now, left = weights.copy(), slope.copy()
    free = np.arange(len(weights))
    while len(free) > 1:
        step = _balanced(curve, left, free)
        length, blocked = 1.0, -1
        for place in range(len(free)):
            if step[place] < 0 and now[free[place]] < -step[place] * length:
                length, blocked = now[free[place]] / -step[place], place
        for place in range(len(free)):
            now[free[place]] += length * step[place]
            left -= (length * step[place]) * curve[free[place]]
        if blocked < 0:
            break
        now[free[blocked]] = 0.0
        free = np.delete(free, blocked)
    step_there: Floats = now * (weights.sum() / now.sum()) - weights
    return step_there


@numba.njit(cache=True, error_model="numpy")
def _balanced(curve: Floats, slope: Floats, free: Ints) -> Floats:
    """The Newton step of the free columns that keeps their sum, by Cholesky; where the curve is flat, a long step."""
    size = len(free)
    lower = np.zeros((size, size))
    solved = np.empty((size, 2))
    for row in range(size):
        for column in range(row + 1):
            rest = curve[free[row], free[column]]
            for before in range(column):
                rest -= lower[row, before] * lower[column, before]
            if row == column:
                lower[row, row] = np.sqrt(max(rest, FLAT * curve[free[row], free[row]] + 1e-300))
            else:
                lower[row, column] = rest / lower[column, column]
        solved[row, 0], solved[row, 1] = slope[free[row]], 1.0
        for before in range(row):
            solved[row] -= lower[row, before] * solved[before]
        solved[row] /= lower[row, row]
    for row in range(size - 1, -1, -1):
        for after in range(row + 1, size):
            solved[row] -= lower[after, row] * solved[after]
        solved[row] /= lower[row, row]
    step: Floats = solved[:, 0] - solved[:, 1] * (solved[:, 0].sum() / solved[:, 1].sum())
    return step


@numba.njit(cache=True, error_model="numpy")
def _length_of(step: Floats, chosen: Floats, chances: Floats, people: Floats, tilt: Floats, slope: Floats) -> float:
    """As `_length`, of a step of the chosen columns."""
    return float(_length(step @ chosen / chances, people, (tilt * step).sum(), (slope * step).sum(), 1.0))


@numba.njit(cache=True, error_model="numpy")
def _length(relative: Floats, people: Floats, straight: float, promised: float, longest: float) -> float:
    """How much of a step to take: `longest`, or half of it, or half of that, as soon as it gains a tenth of what the
    slope promised; 0 if none does. relative : [row], by which part of itself each chance changes. straight : what the
    whole step gains beside the likelihood.
    """
    length = longest
    while length > 1e-9 * longest:
        gained = length * straight
        for row in range(len(relative)):
            part = length * relative[row]
            gained += people[row] * np.log1p(part) if part > -1 else -np.inf
        if gained >= 0.1 * length * promised and gained > 0:
            return length
        length *= 0.5
    return 0.0


@numba.njit(cache=True, error_model="numpy")
def steadied(columns: Floats, people: Floats, prior: float, directions: Floats, within: Floats) -> Floats:
    """Weights of sum 1 with the greatest sum of people * log(chance) + prior * log(weight): Newton's method.

    columns = within.T @ directions, so that what is inverted is as small as the directions are few (Woodbury).
    """
    size = len(columns)
    weights = np.full(size, 1.0 / size)
    right = np.empty((size, 2))
    counted = np.concatenate((people, np.full(size, prior)))
    for _ in range(STEPS):
        chances = weights @ columns
        slope = weights * (columns @ (people / chances)) + prior
        curve = (directions * (people / chances**2)) @ directions.T
        curve += np.eye(len(curve)) * (1e-14 * np.trace(curve))
        factor = (np.linalg.cholesky(curve).T @ within) * weights
        right[:, 0], right[:, 1] = slope, weights
        small = np.linalg.solve(prior * np.eye(len(factor)) + factor @ factor.T, factor @ right)
        solved = (right - factor.T @ small) / prior
        step = solved[:, 0] - solved[:, 1] * ((weights * solved[:, 0]).sum() / (weights * solved[:, 1]).sum())
        gain = (slope * step).sum()
        if gain < 1e-8:
            break
        relative = np.concatenate(((weights * step) @ columns / chances, step))
        length = _length(relative, counted, 0.0, gain, min(1.0, 0.95 / max(-step.min(), 1e-12)))
        if length == 0:
            break
        weights = weights * (1 + length * step)
    even: Floats = weights / weights.sum()
    return even


@numba.njit(cache=True, error_model="numpy")
def log_likelihood(columns: Floats, people: Floats, weights: Floats) -> float:
    return float((people * np.log(mixed(columns, weights))).sum())


@numba.njit(cache=True, error_model="numpy")
def block_of(cells: Floats, starts: Ints, rows: Ints, block: int) -> Floats:
    """[column, row], the columns of one block out of those of all. starts, rows : [block + 1], of columns and rows."""
    height = rows[block + 1] - rows[block]
    first = 0
    for before in range(block):
        first += (starts[before + 1] - starts[before]) * (rows[before + 1] - rows[before])
    width = starts[block + 1] - starts[block]
    return cells[first : first + width * height].reshape(width, height)


@numba.njit(cache=True, error_model="numpy")
def most(
    cells: Floats, starts: Ints, people: Floats, rows: Ints, mass: Floats, aim: Floats, best: Floats, greatest: float,
    drop: float, precision: float, weights: Floats, tilt: float,
) -> tuple[float, float]:  # fmt: skip
    """The most of aim @ weights of all whose log-likelihood is at least greatest - drop, from outside; and the tilt.

    cells, starts, rows : columns of all blocks, as in `block_of`. best : weights with the greatest. weights, tilt :
    where to begin, from the answer to a question like this one; weights are changed.
    """
    blocks = len(mass)
    inside_at, inside_fall = float((aim * best).sum()), 0.0
    inner, outer = inside_at, 0.0
    for block in range(blocks):
        outer += mass[block] * aim[starts[block] : starts[block + 1]].max()
    before, fall_before, low, high = 0.0, 0.0, 0.0, np.inf
    for _ in range(TILTS):
        if outer - inner <= precision or high <= low * (1 + 1e-9):
            break
        gap, fall = 0.0, greatest
        for block in range(blocks):
            of, among = slice(starts[block], starts[block + 1]), slice(rows[block], rows[block + 1])
            columns = block_of(cells, starts, rows, block)
            enough = 0.2 * precision * tilt / blocks
            gap += raised(columns, people[among], tilt * aim[of], mass[block], weights[of], enough)
            fall -= log_likelihood(columns, people[among], weights[of])
        at = float((aim * weights).sum())
        outer = min(outer, at + (drop - fall + gap) / tilt)
        if fall <= drop:
            inner = max(inner, at)
            if at >= inside_at:
                inside_at, inside_fall = at, fall
            low = tilt
        else:
            inner = max(inner, inside_at + (at - inside_at) * (drop - inside_fall) / (fall - inside_fall))
            high = tilt
        following = _next_tilt(before, fall_before, tilt, fall, low, high, drop, (drop - fall) / (0.5 * precision))
        before, fall_before, tilt = tilt, fall, following
    return outer, tilt


@numba.njit(cache=True, error_model="numpy")
def _next_tilt(
    before: float, fall_before: float, tilt: float, fall: float, low: float, high: float, drop: float, enough: float
) -> float:
    """Where the fall will be the drop, if it is as a power of the tilt: of 2, until two tilts are known.

    low, high : tilts at which the likelihood fell less, and more. enough : a tilt at which what is left of the drop
    does not matter.
    """
    power = 2.0
    if before > 0 and min(fall, fall_before) > 0 and tilt != before:
        power = min(max(np.log(fall / fall_before) / np.log(tilt / before), 0.2), 4.0)
    goal = drop if low > 0 else 0.97 * drop
    guess = tilt * (goal / max(fall, 1e-9)) ** (1 / power)
    if high == np.inf:
        return float(min(max(guess, 1.1 * tilt), 8 * tilt, max(enough, 1.1 * tilt)))
    if low == 0:
        return float(min(max(guess, 0.1 * high), 0.98 * high))
    margin = (high / low) ** 0.1
    return float(min(max(guess, low * margin), high / margin))
