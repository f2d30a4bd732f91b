"""What a careful researcher would write in an afternoon with numpy: plain, right on ordinary input, no tricks."""

import numpy as np


def entropy(shares):
    return -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=-1)


def entropy_index(counts):
    people = counts.sum(axis=1)
    whole = entropy(counts.sum(axis=0) / counts.sum())
    inhabited = people > 0
    within = entropy(counts[inhabited] / people[inhabited, None])
    return (people[inhabited] * (whole - within)).sum() / (people.sum() * whole)


def gini(counts):
    """Reardon & Firebaugh's, all pairs of areas, a thousand rows at a time."""
    people = counts.sum(axis=1)
    total = people.sum()
    shares = counts / people[:, None]
    whole = counts.sum(axis=0) / total
    apart = 0.0
    for start in range(0, len(counts), 1000):
        some = slice(start, start + 1000)
        for group in range(counts.shape[1]):
            differences = np.abs(shares[some, group][:, None] - shares[:, group])
            apart += (people[some][:, None] * people * differences).sum()
    return apart / (2 * total**2 * (whole * (1 - whole)).sum())


def bootstrap(counts, draws, seed=1):
    """Residents drawn again from each area's own composition."""
    rng = np.random.default_rng(seed)
    people, shares = counts.sum(axis=1).astype(int), counts / counts.sum(axis=1, keepdims=True)
    return np.array([entropy_index(rng.multinomial(people, shares).astype(float)) for _ in range(draws)])


def randomisation(counts, draws, seed=1):
    """Residents spread over areas by chance, from the composition of the whole."""
    rng = np.random.default_rng(seed)
    people, whole = counts.sum(axis=1).astype(int), counts.sum(axis=0) / counts.sum()
    return np.array([entropy_index(rng.multinomial(people, whole).astype(float)) for _ in range(draws)])


def permutation(counts, seed=1):
    """One deal of all residents, as lots."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(counts.shape[1]), counts.sum(axis=0).astype(int))
    rng.shuffle(groups)
    areas = np.repeat(np.arange(len(counts)), counts.sum(axis=1).astype(int))
    dealt = np.zeros_like(counts)
    np.add.at(dealt, (areas, groups), 1)
    return entropy_index(dealt)


def blended(counts, points, metres, weight=lambda share: 1.0):
    """Distances from each area to all others, row by row."""
    around = np.empty_like(counts)
    for row, point in enumerate(points):
        distance = np.hypot(points[:, 0] - point[0], points[:, 1] - point[1])
        near = distance <= metres
        around[row] = (weight(distance[near] / metres) * counts[near].T).sum(axis=1)
    return counts.sum(axis=1, keepdims=True) * around / around.sum(axis=1, keepdims=True)


def isolation(counts, group):
    shares = counts[:, group] / counts.sum(axis=1)
    return (counts[:, group] * shares).sum() / counts[:, group].sum()


def nearest(points, counts, people, rows):
    """For some rows: all areas sorted by distance, taken until there are enough people."""
    found = np.empty((len(rows), counts.shape[1]))
    for place, row in enumerate(rows):
        order = np.argsort(((points - points[row]) ** 2).sum(axis=1))
        filled = np.cumsum(counts[order].sum(axis=1))
        enough = np.searchsorted(filled, people) + 1
        taken = counts[order[:enough]].sum(axis=0)
        found[place] = taken / taken.sum()
    return found
