"""Find one round that is turned into all others, for `encounters.designs`: python -m benchmarks.starters.

People are numbers modulo 3 n, and one or three more who are not turned. Tables of an initial round, moved by n and by
2 n, are the whole of it, so that it comes back after n rounds. Nobody meets twice where all differences of two at one
of those tables differ, also in sign, and where the people at them differ modulo n.
"""

from itertools import product


def tables(turns, sizes, left, differences=frozenset()):
    """People at tables of these sizes; of two of each others the difference is new. left : remainders modulo turns."""
    if not sizes:
        return []
    for table in extensions(turns, sizes[0], [], left, differences):
        new = {difference(turns, one, other) for one in table for other in table if one != other}
        rest = tables(turns, sizes[1:], left - {one % turns for one in table}, differences | new)
        if rest is not None:
            return [table, *rest]
    return None


def extensions(turns, size, table, left, differences):
    if len(table) == size:
        if size == 4 or len({one % 3 for one in table}) == 3:  # who is not turned meets one of each three
            yield table
        return
    for remainder, moves in product(sorted(left - {one % turns for one in table}), range(3)):
        person = remainder + turns * moves
        new = [difference(turns, person, one) for one in table]
        inside = {difference(turns, one, other) for one in table for other in table if one != other}
        fresh = len(set(new)) == len(new) and not differences.union(inside).intersection(new)
        if fresh and (not table or person % turns > table[-1] % turns):
            yield from extensions(turns, size, [*table, person], left, differences)


def difference(turns, one, other):
    return min((one - other) % (3 * turns), (other - one) % (3 * turns))


def told(turns, found, staying):
    """The table of each: three cycles, of numbers that are the same modulo 3, then who is not turned."""
    moved = [[(one + turns * move) % (3 * turns) for one in table] for table in found for move in range(3)]
    if staying == 1:
        moved.append([0, turns, 2 * turns])  # the three who come back to themselves, with who stays
    at = {one: number for number, table in enumerate(moved) for one in table}
    stay = [number for number, table in enumerate(moved) if len(table) == 3]
    return "".join(str(at[3 * turn + cycle]) for cycle in range(3) for turn in range(turns)) + "".join(map(str, stay))


def main():
    print(told(11, tables(11, [3, 4, 4], frozenset(range(11))), 3))
    print(told(13, tables(13, [4, 4, 4], frozenset(range(1, 13)), frozenset([13])), 1))


if __name__ == "__main__":
    main()
