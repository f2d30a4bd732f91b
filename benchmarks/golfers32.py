"""Find ten rounds of 32 people, eight tables of four, where nobody meets twice, for `encounters.designs`:
python -m benchmarks.golfers32.

Everybody meets 30 of the 31 others. People are the elements (i, j) of a group, i modulo 8 and j modulo 4, in which
(i, j)(k, l) = (i + 3^j k, j + l); a table is moved by multiplying who sits there from the right, and x and y are moved
only to pairs with the same x y^-1, or its inverse. Four tables, moved, are the whole plan: two subgroups of order four,
whose cosets are a round each, and two with one element in each coset of some subgroup of order eight, which moves them
into a round; that round is moved to three others. Who is missed by x is t x.
"""

from itertools import combinations

import numpy as np

TURN, LIFT = np.divmod(np.arange(32), 4)
PRODUCT = (TURN[:, None] + 3 ** LIFT[:, None] * TURN[None, :]) % 8 * 4 + (LIFT[:, None] + LIFT[None, :]) % 4
INVERSE = (PRODUCT == 0).argmax(axis=1)


def subgroups(order):
    found = set()
    for pair in combinations(range(32), 2):
        group = {0}
        while len(more := group | {int(PRODUCT[x, y]) for x in group for y in pair}) > len(group):
            group = more
        if len(group) == order:
            found.add(frozenset(group))
    return sorted(map(sorted, found))


def quotients(block):
    """x y^-1 of all two at a table, each of which it should have once."""
    return [int(PRODUCT[x, INVERSE[y]]) for x in block for y in block if x != y]


def tables_that_spread():
    """Quotients -> a table of four with those, each once, and the subgroup of eight that moves it into a round."""
    found = {}
    for mover in subgroups(8):
        coset = PRODUCT[:, mover].min(axis=1)
        for others in combinations(range(1, 32), 3):
            table = (0, *others)
            if len(set(coset[list(table)])) == 4 and len(set(quotients(table))) == 12:
                found[frozenset(quotients(table))] = table, mover
    return found


def found():
    """Who is missed by 0, the two subgroups, and the two tables with what moves each."""
    tables = tables_that_spread()
    for one, other in combinations(subgroups(4), 2):
        for missed in (x for x in range(1, 32) if PRODUCT[x, x] == 0):
            left = frozenset(range(32)).difference(one, other, [missed])
            if len(left) == 24:
                for quotient in tables:
                    if quotient < left and left - quotient in tables:
                        return missed, (one, other), (tables[quotient], tables[left - quotient])
    raise ValueError("nothing was found")


def representatives(group):
    """One of each right coset."""
    return sorted(set(PRODUCT[group].min(axis=0)))


def seated(table, moves):
    """[person], table: one is moved by each of eight elements."""
    row = np.empty(32, dtype=int)
    for number, move in enumerate(moves):
        row[PRODUCT[list(table), move]] = number
    return row


def main():
    missed, fours, tables = found()
    rounds = [seated(group, representatives(group)) for group in fours]
    rounds += [seated(table, PRODUCT[mover, move]) for table, mover in tables for move in representatives(mover)]
    order = [x for x in range(1, 32) if x != missed] + [0, missed]
    for row in rounds:
        print(f'    "{"".join(map(str, row[order]))}",')


if __name__ == "__main__":
    main()
