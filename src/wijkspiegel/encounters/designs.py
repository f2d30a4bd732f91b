"""Exact designs: seatings in which nobody meets anybody twice, from difference matrices.

A difference matrix over a group of n elements has n columns, and the difference of any two rows holds every element
once. Its rows, each shifted by every element, and its columns are parallel classes of a net: n lines of n points, and
lines of two classes share one point. A class is a round, a line a table, a point a person. Where tables have fewer than
n chairs, whole lines of the last class stay empty. Beth, Jungnickel & Lenz (1999), chapter VIII.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

OVER_Z6_Z2 = (
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    (0, 2, 1, 5, 8, 11, 3, 10, 9, 7, 6, 4),
    (0, 3, 9, 11, 7, 2, 10, 5, 1, 8, 4, 6),
    (0, 5, 4, 9, 3, 1, 11, 8, 6, 2, 7, 10),
    (0, 6, 11, 7, 5, 8, 2, 4, 10, 3, 1, 9),
)
"""Six rows over Z6 x Z2, element (a, b) as 2 a + b: five mutually orthogonal Latin squares of order 12, the number that
Johnson, Dulmage & Mendelsohn (1961) found there. Found by `python -m benchmarks.order12`."""

KEPT = {
    (8, 4): (
        "00012123434212155567674343767605",
        "12345670123456701345670123456702",
        "51424352233312041060716677756405",
        "05152433223031204516077667475641",
        "06106172534253434542536170617072",
        "57465747465021321021303021465763",
        "31255446170223347611002534667705",
        "03145540617322364501104253766727",
        "17005145647637225441501203273663",
        "61740517564263742304153120627305",
    ),
    (10, 10): (
        "0000000000111111111122222222223333333333444444444455555555556666666666777777777788888888889999999999",
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
        "0768394125517084923696271853406903728451809147356248192576037582936014123456078923456018973456012978",
        "0572819463916738250439207486158493175026685942713070869532414718096352234560179812345608795601234987",
    ),
}
"""(Tables, seats) -> the table of each, in rounds without a repeat; where fewer come, they are the first.

32 people have all met but for sixteen pairs, one of which is the last two; Aguado (2004) found the first such plan,
`python -m benchmarks.golfers32` this one. 100 sit by two orthogonal Latin squares, which Bose, Shrikhande & Parker
(1960) were the first to find; these are of `python -m benchmarks.order10`."""

TURNED = {
    (9, 4): (11, "024417465670638486213337810552857012"),
    (10, 4): (13, "9368241142863067494760522530031785958719"),
}
"""(Tables, seats) -> rounds, and the table of each in one that is turned into all: people stand in three cycles of so
many, and who is left stays. Found by `python -m benchmarks.starters`; of the first, the last three never meet."""


@cache
def _field(order: int) -> tuple[Ints, Ints] | None:
    """Addition and multiplication of the field of this order, [element, element]; None where there is none."""
    prime = next((p for p in range(2, order + 1) if order % p == 0), 0)
    degree = round(np.log(order) / np.log(prime)) if prime else 0
    if order < 2 or prime**degree != order:
        return None
    digits = np.array([[element // prime**power % prime for power in range(degree)] for element in range(order)])
    place = prime ** np.arange(degree)
    addition = ((digits[:, None] + digits[None, :]) % prime) @ place
    for tail in range(order):
        multiplication = _products(digits, digits[tail], prime) @ place
        if (np.sort(multiplication[1:, 1:], axis=1) == np.arange(1, order)).all():
            return addition, multiplication
    raise ValueError(f"no irreducible polynomial of degree {degree} over {prime}")


def _products(digits: Ints, tail: Ints, prime: int) -> Ints:
    """[element, element, power]: products of polynomials, with x^degree = -tail."""
    order, degree = digits.shape
    product = np.zeros((order, order, 2 * degree - 1), dtype=np.int64)
    for power in range(degree):
        product[:, :, power : power + degree] += digits[:, None, power : power + 1] * digits[None, :, :]
    for power in range(2 * degree - 2, degree - 1, -1):
        product[:, :, power - degree : power] -= product[:, :, power : power + 1] * tail
    reduced: Ints = product[:, :, :degree] % prime
    return reduced


@cache
def difference_matrix(order: int) -> tuple[Ints, Ints]:
    """Rows over a group of this order, as many as are known here, and the group's addition, [element, element].

    A prime power q has q rows, from its field; 12 has six; another order as many as the least of its prime powers.
    """
    if order < 2:
        return np.zeros((1, order), dtype=np.int64), np.zeros((order, order), dtype=np.int64)
    field = _field(order)
    if field is not None:
        return field[1], field[0]
    if order == 12:
        return np.array(OVER_Z6_Z2), _product_of_groups(_cyclic(6), _cyclic(2))
    power = next(p for p in range(2, order) if order % p == 0)
    while order % (power * _least_prime(power)) == 0:
        power *= _least_prime(power)
    one, other = difference_matrix(power), difference_matrix(order // power)
    rows = min(len(one[0]), len(other[0]))
    matrix = (one[0][:rows, :, None] * (order // power) + other[0][:rows, None, :]).reshape(rows, order)
    return matrix, _product_of_groups(one[1], other[1])


def by_column(people: int, tables: int) -> Ints | None:
    """[person], a table each, where the people of a column sit among themselves; None where they do not fill tables.

    A column has as many people as there are tables, the first of them, the next, and so on.
    """
    columns, left = divmod(people, tables)
    if left or tables % columns:
        return None
    column, place = np.divmod(np.arange(people), tables)
    seated: Ints = column * (tables // columns) + place // columns
    return seated


def _kept(tables: int, seats: int) -> Ints:
    """[round, person], table, of what was found once; without a round where nothing was."""
    if (tables, seats) in KEPT:
        return np.array([[int(table) for table in row] for row in KEPT[tables, seats]])
    rounds, initial = TURNED.get((tables, seats), (0, ""))
    at = np.array([int(table) for table in initial], dtype=np.int64)
    cycles, staying = at[: 3 * rounds].reshape(3, rounds), at[3 * rounds :]
    turned = [np.concatenate([np.roll(cycles, turn, axis=1).ravel(), staying]) for turn in range(rounds)]
    return np.array(turned, dtype=np.int64).reshape(rounds, len(at))


def _least_prime(number: int) -> int:
    return next(p for p in range(2, number + 1) if number % p == 0)


def _cyclic(order: int) -> Ints:
    return (np.arange(order)[:, None] + np.arange(order)[None, :]) % order


def _product_of_groups(one: Ints, other: Ints) -> Ints:
    """Addition in the direct product; element (a, b) is a x order of the other + b."""
    orders = len(one), len(other)
    table = one[:, None, :, None] * orders[1] + other[None, :, None, :]
    product: Ints = table.reshape(orders[0] * orders[1], -1)
    return product


def net(order: int, classes: int | None = None, points: int | None = None) -> Ints:
    """[class, point], the line of each class through each of order^2 points. Point g + order x j is in column j.

    classes, points : only so many of the first of them; the class of the columns is the last of all.
    """
    rows, addition = difference_matrix(order)
    columns, shifts = np.divmod(np.arange(order**2 if points is None else points), order)
    lines: Ints = addition[rows[:classes, columns], shifts]
    return lines if classes is not None and classes <= len(rows) else np.concatenate([lines, columns[None, :]])


def seating_without_repeats(people: int, tables: int, rounds: int) -> Ints | None:
    """[round, person], a table each, as even as can be, where nobody meets anybody twice. None: none is known here.

    One round more than the classes leave is had where the tables are as large as a divisor of their number: people of
    an empty class have not met, and are put at tables among themselves.
    """
    if tables < 2 or people > tables**2:
        return None
    classes = len(difference_matrix(tables)[0])
    seated = net(tables, min(rounds, classes), people)
    among_themselves = by_column(people, tables)
    if among_themselves is not None:
        seated = np.concatenate([seated, among_themselves[None, :]])
    if len(seated) < rounds:
        kept = _kept(tables, -(-people // tables))[:, :people]
        if all(np.ptp(np.bincount(row, minlength=tables)) <= 1 for row in kept):
            seated = kept
    return seated[:rounds] if len(seated) >= rounds else None
