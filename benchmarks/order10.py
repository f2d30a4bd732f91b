"""Find four rounds of 100 people at ten tables of ten, for `encounters.designs`: python -m benchmarks.order10.

They are two orthogonal Latin squares of order ten, from a quasi-difference matrix: columns of four, each but one with a
blank, three times in every row; of two rows the differences are all of Z7. Each column is shifted by all of Z7, blanks
become three elements more, and a small orthogonal array of those fills what is left.
"""

from itertools import combinations, product

PAIRS = list(combinations(range(4), 2))


def columns(blank):
    """Each with its differences, which are not 0: the column without a blank has those."""
    rest = [row for row in range(4) if row != blank]
    for values in product(range(7), repeat=2):
        column = dict(zip(rest, (0, *values), strict=True))
        differences = {(one, other): (column[one] - column[other]) % 7 for one, other in combinations(rest, 2)}
        if all(differences.values()):
            yield column, differences


CHOICES = [list(columns(blank)) for blank in range(4)]


def completed(chosen, first, used):
    """Three columns with each row blank, in order, so that of two rows no difference is there twice."""
    if len(chosen) == 12:
        return chosen
    blank = len(chosen) // 3
    for number in range(first, len(CHOICES[blank])):
        column, differences = CHOICES[blank][number]
        if all(value not in used[pair] for pair, value in differences.items()):
            more = {pair: used[pair] | {differences.get(pair)} for pair in PAIRS}
            found = completed([*chosen, column], number + 1 if len(chosen) % 3 < 2 else 0, more)
            if found:
                return found
    return None


def main():
    runs = [(shift,) * 4 for shift in range(7)]
    for number, column in enumerate(completed([], 0, {pair: set() for pair in PAIRS})):
        more = 7 + number % 3
        runs += [tuple((column[row] + shift) % 7 if row in column else more for row in range(4)) for shift in range(7)]
    runs += [(7 + a, 7 + b, 7 + (a + b) % 3, 7 + (a + 2 * b) % 3) for a, b in product(range(3), repeat=2)]
    for row in zip(*sorted(runs), strict=True):
        print(f'        "{"".join(map(str, row))}",')


if __name__ == "__main__":
    main()
