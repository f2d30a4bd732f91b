"""Whom the residents of a gemeente meet at the last reference date: friends, family, neighbours, school, work."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from wijkspiegel.sources.invented.model import GROUPS, YEARS
from wijkspiegel.sources.invented.people import ADULT, Residents
from wijkspiegel.sources.invented.places import Places

Whole = NDArray[np.int64]
Share = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Friends. Per group of the scheme: nl, western, morocco, antilles, suriname, turkey, other_non_western.
MIRROR = np.array([0.12, 0.35, 0.22, 0.30, 0.32, 0.20, 0.34])
"""Share whose latent out-group share of friends is at least that of the buurt, at tolerance 0."""

BUBBLE = np.array([0.52, 0.15, 0.30, 0.20, 0.20, 0.34, 0.18])
"""Share in a bubble: a latent share of at most 0.10, and below that of the buurt."""

BUBBLE_LIMIT = 0.10
FEWEST_FRIENDS, MOST_FRIENDS = 3, 20
FRIENDS_NEARBY = 0.7
"""Share of friends drawn from the own wijk; the others from the whole gemeente."""

FAMILY_CONTACTS, FAMILY_OUT = 4, 0.06
NEIGHBOUR_STEPS = (-7, -6, -5, 5, 6, 7)
"""Homes further along in the buurt: beyond the own household, which has five members at most."""

# School and work.
SCHOOL_AGES = (4, 17)
PUPILS_PER_SCHOOL, PUPILS_PER_CLASS, SCHOOLS_NEARBY = 220, 25, 3
CHOOSE_MIXED, CHOOSE_LIKE = 0.55, 0.12
"""Share of households that choose, of the nearest schools, the most mixed one or the one most like themselves."""

PENSION, EMPLOYED = 67, np.array([0.80, 0.74, 0.64, 0.66, 0.72, 0.65, 0.58])
MIXED_WORKPLACE = 0.6
BRIDGING_ROLE = 0.60
"""Share of workers whose work itself is with people of all groups: a counter, a ward, a classroom."""


@dataclass(frozen=True)
class Lives:
    """The residents of a gemeente at the last reference date, in the order of their homes, and whom they meet.

    person, buurt, wijk, group, age, household : [resident].
    dates_here : [resident], at how many reference dates in a row, up to the last, each lived in this home.
    outgroup : [resident], share of the others in the buurt who are of another group; nan where nobody else lives.
    latent : [resident], chance that a friend is of another group; nan for children, whose friends are not asked for.
    mirror, school, work : [resident], the three roads: friends as in the buurt or more, a chosen mixed school, work.
    ties : sphere -> (row of the person, row of the contact). memberships : sphere -> [resident], number or NONE.
    """

    person: Whole
    buurt: Whole
    wijk: Whole
    group: NDArray[np.int8]
    age: Whole
    household: Whole
    dates_here: Whole
    outgroup: Share
    latent: Share
    mirror: Mask
    school: Mask
    work: Mask
    ties: Mapping[str, tuple[Whole, Whole]]
    memberships: Mapping[str, Whole]

    @property
    def adult(self) -> Mask:
        grown: Mask = self.age >= ADULT
        return grown

    @property
    def connector(self) -> Mask:
        return self.mirror | self.school | self.work


NONE = -1


def live(places: Places, residents: Residents, first_number: int, rng: np.random.Generator) -> Lives:
    """Give the residents their contacts. first_number : from where schools classes and workplaces are numbered."""
    row = residents.occupant[-1]
    buurt, group = residents.buurt, residents.group[row]
    age = YEARS[-1] - 1 - residents.birth_year[row].astype(np.int64)
    adult = age >= ADULT
    wijk = places.wijk[buurt]
    outgroup = outgroup_of_others(buurt, group)

    latent, mirror = _latent(outgroup, group, adult, rng)
    school, school_road = _schools(places, buurt, group, age, residents.household, outgroup=outgroup, rng=rng)
    work, work_road = _workplaces(group, age, outgroup, rng)
    grown = np.flatnonzero(adult)
    return Lives(
        residents.person[row],
        buurt,
        wijk,
        group,
        age,
        residents.household,
        np.cumprod(residents.occupant[::-1] == row, axis=0).sum(axis=0),
        outgroup,
        latent,
        mirror,
        school_road & adult,
        work_road,
        ties={
            "friends": _friends(grown, wijk, group, latent, rng),
            "family": _family(wijk, group, rng),
            "neighbours": _neighbours(buurt),
        },
        memberships={
            "household": residents.household,
            "school": np.where(school == NONE, NONE, first_number + school),
            "work": np.where(work == NONE, NONE, first_number + work),
        },
    )


def outgroup_of_others(part: Whole, group: NDArray[np.int8]) -> Share:
    """[member], share of the other members of one's part who are of another group; nan where there are none."""
    _, number = np.unique(part, return_inverse=True)
    people = np.bincount(number)[number]
    alike = np.bincount(number * GROUPS + group)[number * GROUPS + group]
    share: Share = np.divide(people - alike, people - 1, out=np.full(len(part), np.nan), where=people > 1)
    return share


def _latent(outgroup: Share, group: NDArray[np.int8], adult: Mask, rng: np.random.Generator) -> tuple[Share, Mask]:
    """Latent out-group share of friends, from a mixture: a mirror at p or above, a bubble, and all in between."""
    p = np.nan_to_num(outgroup)
    kind = rng.random(len(p))
    above = p + np.minimum(0.25, 1 - p) * rng.beta(2, 2, len(p))
    bubble = np.minimum(BUBBLE_LIMIT, p) * rng.beta(1, 1.5, len(p))
    between = p * rng.beta(2, 3, len(p))
    is_mirror = kind < MIRROR[group]
    latent = np.where(is_mirror, above, np.where(kind < (MIRROR + BUBBLE)[group], bubble, between))
    return np.where(adult, latent, np.nan), adult & (latent >= outgroup)


class Pool:
    """People in the order of (zone, group), from which contacts are drawn in constant time each."""

    def __init__(self, zone: Whole, group: NDArray[np.int8]) -> None:
        self.order = np.lexsort((group, zone))
        self.rank = np.empty(len(zone), dtype=np.int64)
        self.rank[self.order] = np.arange(len(zone))
        self.cell = zone * GROUPS + group
        cells = np.bincount(self.cell, minlength=(zone.max(initial=0) + 1) * GROUPS)
        self.cell_size, self.cell_start = cells, np.cumsum(cells) - cells
        self.zone, self.zone_size = zone, cells.reshape(-1, GROUPS).sum(axis=1)
        self.zone_start = self.cell_start[::GROUPS]

    def draw(self, rows: Whole, out: Mask, rng: np.random.Generator) -> Whole:
        """[row], one other person in the zone of each row, of another group where `out`; NONE where there is nobody."""
        cell, zone = self.cell[rows], self.zone[rows]
        inside, outside = self.cell_size[cell], self.zone_size[zone] - self.cell_size[cell]
        choices = np.where(out, outside, inside - 1)
        step = (rng.random(len(rows)) * choices).astype(np.int64)
        among_own = self.cell_start[cell] + step
        among_own += among_own >= self.rank[rows]
        among_others = self.zone_start[zone] + step
        among_others += np.where(among_others >= self.cell_start[cell], inside, 0)
        position = np.where(choices > 0, np.where(out, among_others, among_own), 0)
        return np.where(choices > 0, self.order[position], NONE)


def _friends(
    adults: Whole, wijk: Whole, group: NDArray[np.int8], latent: Share, rng: np.random.Generator
) -> tuple[Whole, Whole]:
    number = FEWEST_FRIENDS + rng.binomial(MOST_FRIENDS - FEWEST_FRIENDS, 0.4, len(adults))
    row = np.repeat(np.arange(len(adults)), number)
    out = rng.random(len(row)) < latent[adults][row]
    contact = _acquainted(row, out, wijk[adults], group[adults], rng)
    known = contact != NONE
    return adults[row[known]], adults[contact[known]]


def _family(wijk: Whole, group: NDArray[np.int8], rng: np.random.Generator) -> tuple[Whole, Whole]:
    row = np.repeat(np.arange(len(wijk)), FAMILY_CONTACTS)
    contact = _acquainted(row, rng.random(len(row)) < FAMILY_OUT, wijk, group, rng)
    return row[contact != NONE], contact[contact != NONE]


def _acquainted(row: Whole, out: Mask, wijk: Whole, group: NDArray[np.int8], rng: np.random.Generator) -> Whole:
    """[row], a contact for each; nobody twice. NONE where the gemeente has too few people of the wanted kind."""
    nearby, anywhere = Pool(wijk - wijk.min(), group), Pool(np.zeros(len(wijk), dtype=np.int64), group)
    contact = nearby.draw(row, out, rng)
    far = (contact == NONE) | (rng.random(len(row)) >= FRIENDS_NEARBY)
    contact[far] = anywhere.draw(row[far], out[far], rng)
    for _ in range(6):
        again = _doubled(row, contact)
        contact[again] = anywhere.draw(row[again], out[again], rng)
    contact[_doubled(row, contact)] = NONE
    return contact


def _doubled(row: Whole, contact: Whole) -> Whole:
    """Places at which a pair stands that stood before."""
    pair = row * (contact.max(initial=0) + 1) + contact
    order = np.argsort(pair, kind="stable")
    doubled = (np.diff(pair[order], prepend=-1) == 0) & (contact[order] != NONE)
    places: Whole = order[doubled]
    return places


def _neighbours(buurt: Whole) -> tuple[Whole, Whole]:
    """Those a few homes further in the same buurt. Everyone is the neighbour of their neighbours."""
    row = np.arange(len(buurt))
    pairs = []
    for step in NEIGHBOUR_STEPS:
        there = row[max(0, -step) : len(row) - max(0, step)]
        same = there[buurt[there] == buurt[there + step]]
        pairs.append((same, same + step))
    return np.concatenate([person for person, _ in pairs]), np.concatenate([contact for _, contact in pairs])


def _schools(
    places: Places,
    buurt: Whole,
    group: NDArray[np.int8],
    age: Whole,
    household: Whole,
    *,
    outgroup: Share,
    rng: np.random.Generator,
) -> tuple[Whole, Mask]:
    """[resident], number of the class or NONE; and whether the household chose a school as mixed as the buurt."""
    pupil = (age >= SCHOOL_AGES[0]) & (age <= SCHOOL_AGES[1])
    _, home, members = np.unique(household, return_inverse=True, return_counts=True)
    head_group = group[np.cumsum(members) - members]
    home_buurt = buurt[np.cumsum(members) - members]

    schools = max(2, round(int(pupil.sum()) / PUPILS_PER_SCHOOL))
    site = places.points[rng.choice(buurt, schools)] + rng.normal(0, 100, (schools, 2))
    near = cKDTree(site).query(places.points[home_buurt], k=min(SCHOOLS_NEARBY, schools))[1]
    catchment = np.zeros((schools, GROUPS))
    np.add.at(catchment, (near[home[pupil], 0], group[pupil]), 1.0)
    mixed = 1 - (catchment + 0.5) / (catchment + 0.5).sum(axis=1, keepdims=True)
    appeal = mixed[near, head_group[:, None]]
    wish = rng.random(len(members))
    wanted = np.where(
        wish < CHOOSE_MIXED,
        appeal.argmax(axis=1),
        np.where(wish < CHOOSE_MIXED + CHOOSE_LIKE, appeal.argmin(axis=1), 0),
    )
    school_of_home = near[np.arange(len(members)), wanted]

    pupils = np.zeros((schools, GROUPS))
    np.add.at(pupils, (school_of_home[home[pupil]], group[pupil]), 1.0)
    others = np.divide(pupils, pupils.sum(axis=1, keepdims=True), out=np.zeros_like(pupils), where=pupils > 0)
    has_pupil = np.bincount(home, pupil) > 0
    chose = (has_pupil & (wanted > 0))[home] & (1 - others[school_of_home[home], group] >= outgroup)
    return _classes(school_of_home[home], age, pupil), chose


def _classes(school: Whole, age: Whole, pupil: Mask) -> Whole:
    """[resident], classes of at most 25 pupils of about one age."""
    rows = np.flatnonzero(pupil)
    rows = rows[np.lexsort((age[rows], school[rows]))]
    starts = np.flatnonzero(np.diff(school[rows], prepend=-1))
    place = np.arange(len(rows)) - np.repeat(starts, np.diff([*starts, len(rows)]))
    begins = (place % PUPILS_PER_CLASS) == 0
    number = np.full(len(school), NONE, dtype=np.int64)
    number[rows] = np.cumsum(begins) - 1
    return number


def _workplaces(group: NDArray[np.int8], age: Whole, outgroup: Share, rng: np.random.Generator) -> tuple[Whole, Mask]:
    """[resident], number of the workplace or NONE; and whether the work bridges: a role with people of all groups, and
    colleagues as mixed as the buurt."""
    works = (age >= ADULT) & (age < PENSION) & (rng.random(len(age)) < EMPLOYED[group])
    rows = np.flatnonzero(works)
    anywhere = rng.random(len(rows)) < MIXED_WORKPLACE
    trade = np.where(anywhere, GROUPS, 1) * rng.random(len(rows)) + np.where(anywhere, 0, group[rows])
    sizes = np.ceil(rng.lognormal(2.2, 1.0, len(rows))).astype(np.int64)
    number = np.full(len(group), NONE, dtype=np.int64)
    number[rows[np.argsort(trade)]] = np.repeat(np.arange(len(rows)), sizes)[: len(rows)]
    colleagues = np.full(len(group), np.nan)
    colleagues[rows] = outgroup_of_others(number[rows], group[rows])
    bridges = works & (rng.random(len(group)) < BRIDGING_ROLE) & (colleagues >= outgroup)
    return number, bridges
