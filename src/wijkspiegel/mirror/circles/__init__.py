"""The contacts of people held against their city: every figure of connectors, for the door to judge.

Areas are looked into apart: each with its own people, in processes of their own where there are many. The figures, and
their order, are the same for any number of processes.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.connectors.ladder import FRIENDS
from wijkspiegel.connectors.mirrors import Circle
from wijkspiegel.connectors.reference import Floats, Reference, people_around
from wijkspiegel.mirror.circles.faring import add_outcomes
from wijkspiegel.mirror.circles.meeting import add_exposure, add_homophily, add_mixing
from wijkspiegel.mirror.circles.rows import Rows
from wijkspiegel.mirror.circles.shares import add_ladder, add_mirrors, circle_in
from wijkspiegel.mirror.circles.surroundings import add_sensitivity, chosen_reference, could_meet, references_of
from wijkspiegel.mirror.zoning import Hierarchy, hierarchy_of, rows_by_whole
from wijkspiegel.tables import City, Contacts, Measured, Note

Progress = Callable[[str], None]

FEWEST = 10
"""A group of fewer people is not looked into; the door would not let it pass."""

MANY = 400
"""Areas from which on other processes help; to start one costs seconds."""

AHEAD = 4
"""Areas for each process that are ready to be looked into: what waits takes memory."""


THREADS = "OPENBLAS_NUM_THREADS"

MOST = 1_000_000
"""People of an area who are looked into: of more, so many drawn by lot, who stand for the others."""


@dataclass(frozen=True)
class Task:
    """One area, its people, and who are around them. home : whether it is of the home level; only there all groups are
    held against the area at once. compared : what else may be called around them. sizes : [group], people in all areas.
    """

    area: str
    home: bool
    contacts: Contacts
    reference: Reference
    compared: tuple[Reference, ...]
    sizes: Floats


def circle_figures(city: City, progress: Progress, processes: int | None = None) -> dict[str, Measured]:
    """Table of the release -> its figures: of every home area with people in `city.contacts`, and of the areas in it.

    processes : how many; without it as many as there are processors for us, where there are many areas.
    """
    rows, around = Rows(), dict[str, str]()
    for contacts in city.contacts:
        hierarchy = hierarchy_of(city, contacts.year)
        parts = _parts_of_areas(contacts, hierarchy, city.home)
        around |= {code: hierarchy.parent.get(code, "") for code in parts if hierarchy.level[code] != city.home}
        references = tuple(references_of(city, contacts))
        compared = {code: references for code in parts if hierarchy.level[code] == city.home}
        tasks = _tasks(parts, contacts, chosen_reference(city, contacts), compared)
        helpers = processes or (_processors() if len(parts) >= MANY else 1)
        with closing(_in_order(tasks, helpers)) as looked_into:
            for number, (area, found) in enumerate(zip(parts, looked_into, strict=True), start=1):
                progress(f"contacts of {area} ({number} of {len(parts)} areas)")
                rows.extend(found)
    return rows.measured(around)


def _parts_of_areas(contacts: Contacts, hierarchy: Hierarchy, home: str) -> dict[str, NDArray[np.intp]]:
    """Areas of the home level, then (if asked) of each level below it down to that of the contacts, where enough people
    live -> rows of `contacts.areas`.
    """
    first, last = (hierarchy.levels.index(level) for level in (home, contacts.areas.level))
    people = np.bincount(contacts.area, minlength=len(contacts.areas))
    at_home = np.array([hierarchy.whole_of(code, home) != "" for code in contacts.areas.codes])
    parts: dict[str, NDArray[np.intp]] = {}
    for level in hierarchy.levels[first : (last if contacts.each_area else first) + 1]:
        of_level = rows_by_whole(contacts.areas, hierarchy, level)
        inside = {code: rows[at_home[rows]] for code, rows in sorted(of_level.items())}
        parts |= {code: rows for code, rows in inside.items() if people[rows].sum() >= FEWEST}
    return parts


def _tasks(
    parts: Mapping[str, NDArray[np.intp]],
    contacts: Contacts,
    reference: Reference,
    compared: Mapping[str, tuple[Reference, ...]],
) -> Iterator[Task]:
    """People are taken by area when it is their turn, in the order in which they stand."""
    order = np.argsort(contacts.area, kind="stable")
    starts = np.searchsorted(contacts.area[order], np.arange(len(contacts.areas) + 1))
    known = np.bincount(contacts.group, minlength=len(contacts.scheme.groups)).astype(np.float64)
    sizes = np.full(len(known), np.inf) if contacts.sampled else known
    for code, rows in parts.items():
        everybody = np.concatenate([order[starts[row] : starts[row + 1]] for row in rows])
        who = np.sort(_by_lot(everybody, code))
        here = contacts.take(who)
        here = replace(
            here,
            areas=contacts.areas.take(rows),
            area=np.searchsorted(rows, here.area),
            weight=here.weight * (len(everybody) / len(who)),
        )
        references = tuple(one.take(rows) for one in compared.get(code, ()))
        yield Task(code, code in compared, here, reference.take(rows), references, sizes)


def _by_lot(everybody: NDArray[np.intp], code: str) -> NDArray[np.intp]:
    """All people of an area, or MOST of them by a lot that falls the same each time."""
    if len(everybody) <= MOST:
        return everybody
    return np.random.default_rng(list(code.encode())).choice(everybody, MOST, replace=False)


def notes_on_lots(city: City) -> tuple[Note, ...]:
    """That figures of a large area are of people drawn by lot."""
    largest = max((len(contacts) for contacts in city.contacts), default=0)
    if largest <= MOST:
        return ()
    return (
        Note(
            "people_drawn_by_lot",
            "Van gebieden met meer dan een miljoen mensen zijn cijfers over contacten van een miljoen van hen, door "
            "loting gekozen.",
            "Areas of more than a million people: figures of contacts are of a million of them, drawn by lot.",
        ),
    )


def _in_order(tasks: Iterator[Task], processes: int) -> Generator[Rows, None, None]:
    """What is found in each area, in the order of the tasks. A few wait for a process, the others are not yet made.

    On Ctrl-C what is under way is finished, in a second or so, and nothing else is begun.
    """
    if processes == 1:
        yield from map(look, tasks)
        return
    waiting: deque[Future[Rows]] = deque()
    with (
        _one_thread_each(),
        ProcessPoolExecutor(processes, get_context("spawn"), _leave_ctrl_c_to_the_parent) as pool,
    ):
        try:
            for task in tasks:
                waiting.append(pool.submit(look, task))
                if len(waiting) > AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _one_thread_each() -> Generator[None, None, None]:
    """Processes that are begun here do their algebra on one thread: there is one for each processor already."""
    before = os.environ.get(THREADS)
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def look(task: Task) -> Rows:
    """All figures of the people of one area."""
    rows, area, contacts = Rows(), task.area, task.contacts
    around = people_around(contacts, task.reference)
    members = {"all": np.ones(len(contacts), dtype=bool)}
    members |= {group: contacts.group == number for number, group in enumerate(contacts.scheme.groups)}
    rows.people |= {(area, "", group): int(of_group.sum()) for group, of_group in members.items()}
    for sphere in (*contacts.counts, *contacts.banded):
        everybody = circle_in(sphere, contacts, around)
        meetable = could_meet(sphere, contacts, around)
        some = everybody.outside()[1] > 0
        rows.people |= {(area, sphere, group): int((some & of_group).sum()) for group, of_group in members.items()}
        for group, of_group in members.items():
            if of_group.sum() >= FEWEST:
                _add_sphere(rows, task, sphere, group, everybody.take(of_group), meetable[of_group])
    if FRIENDS in (*contacts.counts, *contacts.banded) and contacts.roads:
        for group, of_group in members.items():
            if of_group.sum() >= FEWEST:
                add_ladder(rows, area, group, contacts, around, of_group)
    add_outcomes(rows, area, contacts, around)
    add_sensitivity(rows, area, contacts, task.compared)
    return rows


def _add_sphere(rows: Rows, task: Task, sphere: str, group: str, circle: Circle, meetable: Floats) -> None:
    area, contacts = task.area, task.contacts
    add_mirrors(rows, area, sphere, group, circle, task.home)
    if circle.told is not None:  # bands do not tell with which group
        return
    add_exposure(rows, area, sphere, group, replace(circle, around=meetable), contacts.scheme.groups)
    add_homophily(rows, area, sphere, group, circle, contacts)
    add_mixing(rows, area, sphere, group, circle, contacts.scheme.groups, task.sizes)
