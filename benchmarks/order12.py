"""Find six rows of a difference matrix over Z6 x Z2, for `encounters.designs`: python -m benchmarks.order12."""

import numba
import numpy as np

ORDER = 12


@numba.njit
def orthomorphisms(minus, limit):
    """[found, element]: permutations that keep 0, whose difference from the identity is a permutation too."""
    found = np.zeros((limit, ORDER), dtype=np.int64)
    number = 0
    image = np.full(ORDER, -1)
    used, seen = np.zeros(ORDER, dtype=np.bool_), np.zeros(ORDER, dtype=np.bool_)
    image[0] = 0
    used[0] = seen[0] = True
    at = 1
    while at > 0:
        if at == ORDER:
            found[number] = image
            number += 1
            at -= 1
            continue
        value = image[at]
        if value >= 0:
            used[value] = False
            seen[minus[value, at]] = False
        value += 1
        while value < ORDER and (used[value] or seen[minus[value, at]]):
            value += 1
        if value == ORDER:
            image[at] = -1
            at -= 1
        else:
            image[at] = value
            used[value] = seen[minus[value, at]] = True
            at += 1
    return found[:number]


@numba.njit
def beside(rows, one, minus):
    """Numbers of the rows whose difference from one is a permutation."""
    kept = np.zeros(len(rows), dtype=np.bool_)
    for i in range(len(rows)):
        seen, fits = 0, True
        for e in range(ORDER):
            bit = 1 << minus[rows[i, e], one[e]]
            if seen & bit:
                fits = False
                break
            seen |= bit
        kept[i] = fits
    return np.flatnonzero(kept)


def four(rows, minus, chosen=()):
    """Four rows, each two of which differ by a permutation."""
    if len(chosen) == 4:
        return chosen
    for number in range(len(rows)):
        near = rows[number + 1 :][beside(rows[number + 1 :], rows[number], minus)]
        if len(near) >= 3 - len(chosen):
            found = four(near, minus, (*chosen, rows[number]))
            if found:
                return found
    return None


def main():
    a, b = np.divmod(np.arange(ORDER), 2)
    minus = (a[:, None] - a[None, :]) % 6 * 2 + (b[:, None] - b[None, :]) % 2
    rows = orthomorphisms(minus, 200_000)
    print(f"{len(rows)} orthomorphisms")
    for row in (np.zeros(ORDER, dtype=int), np.arange(ORDER), *four(rows, minus)):
        print(f"    {tuple(int(value) for value in row)},")


if __name__ == "__main__":
    main()
