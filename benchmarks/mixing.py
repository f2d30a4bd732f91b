"""How long do the figures of contacts of a country take? `python -m benchmarks.mixing [--areas 280]`.

An invented country: municipalities of 40 neighbourhoods, each with some 1,200 people of seven groups, who have 5 to 100
contacts in each of five spheres. The figures of all areas are made, in as many processes as there are processors.
"""

import argparse
import os
import resource
import time
from itertools import product

import numpy as np
from scipy.optimize import linprog

from wijkspiegel.connectors.mirrors import TOLERANCES
from wijkspiegel.measures.mixing import bounds, fit, gather, grid, intervals
from wijkspiegel.mirror.circles import circle_figures
from wijkspiegel.schemes import WESTERN_COUNTRIES
from wijkspiegel.tables import Areas, City, Contacts, exact

SPHERES = ("family", "household", "neighbours", "school", "work")
SHARES = np.array([0.62, 0.12, 0.06, 0.03, 0.05, 0.06, 0.06])
OF_ONE_GEMEENTE, PEOPLE = 40, 1200


def country(areas: int) -> City:
    rng = np.random.default_rng(1)
    gemeenten, buurten = (
        tuple(f"{level}{n}" for n in range(number)) for level, number in (("g", areas // OF_ONE_GEMEENTE), ("b", areas))
    )
    compositions = rng.dirichlet(8 * SHARES, areas)
    residents = np.array([rng.multinomial(PEOPLE, one) for one in compositions])
    group = np.concatenate([np.repeat(np.arange(7), row) for row in residents])
    area = np.repeat(np.arange(areas), PEOPLE)
    counts = {}
    for sphere in SPHERES:
        apart = rng.beta(1.0, 1.2, len(area))[:, None]
        hidden = (1 - apart) * compositions[area] + apart * np.eye(7)[group]
        counts[sphere] = rng.multinomial(rng.integers(5, 101, len(area)), hidden).astype(np.int32)
    contacts = Contacts(
        Areas("buurt", buurten, buurten, tuple(gemeenten[n // OF_ONE_GEMEENTE] for n in range(areas))), 2024,
        WESTERN_COUNTRIES, area, group, counts, np.ones(len(area)), np.zeros(len(area), np.int64),
        np.arange(len(area)), False,
    )  # fmt: skip
    known = (
        exact(Areas("gemeente", gemeenten, gemeenten, ("",) * len(gemeenten)), 2024, WESTERN_COUNTRIES,
              residents.reshape(len(gemeenten), OF_ONE_GEMEENTE, -1).sum(axis=1)),
        exact(contacts.areas, 2024, WESTERN_COUNTRIES, residents),
    )  # fmt: skip
    return City("Land", ("gemeente", "buurt"), "gemeente", known, (), False, contacts=(contacts,))


def all_areas(areas: int, processes: int | None) -> None:
    city = country(areas)
    start = time.perf_counter()
    measured = circle_figures(city, lambda step: None, processes or len(os.sched_getaffinity(0)))
    wall = time.perf_counter() - start
    cpu = sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    mirrors = measured["mirrors"].columns
    cells = len(set(zip(mirrors["area"], mirrors["sphere"], mirrors["group"], strict=True)))
    print(f"{areas:,} areas, {cells:,} cells: {wall:.0f} s, {cpu:.0f} CPU s, {1e3 * cpu / cells:.1f} CPU ms a cell;")
    print(f"14,000 areas: {14000 / areas * cpu / 60:.0f} CPU minutes")


def fits_and_bounds(areas: int) -> None:
    """Only the mixing distribution and the bounds, of every neighbourhood, sphere and group, on one processor."""
    contacts = country(areas).contacts[0]
    aims = [(grid() - 0.55 >= -tolerance).astype(float)[None] for tolerance in TOLERANCES]
    aims += [(abs(grid() - 0.55) <= tolerance).astype(float)[None] for tolerance in TOLERANCES[1:]]
    start, cells = time.process_time(), 0
    for counts in contacts.counts.values():
        everyone, own = counts.sum(axis=1), counts[np.arange(len(contacts)), contacts.group]
        for area, group in product(range(areas), range(7)):
            who = (contacts.area == area) & (contacts.group == group)
            if who.any():
                people = int(who.sum())
                answers = gather(everyone[who], (everyone - own)[who], np.ones(people), np.zeros(people, int))
                bounds(fit(answers), aims)
                cells += 1
    each = (time.process_time() - start) / cells
    print(f"estimate and bounds: {cells:,} cells, {1e3 * each:.1f} CPU ms a cell;")
    print(f"14,000 areas, 5 spheres, 7 groups: {14000 * 5 * 7 * each / 60:.0f} CPU minutes")


def one_cell(people: int) -> None:
    """Fit, intervals and bounds of one cell, and the same bounds by HiGHS."""
    rng = np.random.default_rng(0)
    contacts = rng.integers(5, 101, people)
    answers = gather(
        contacts, rng.binomial(contacts, rng.beta(0.8, 2.99, people)), np.ones(people), np.zeros(people, int)
    )
    aims = [
        ((grid() - 0.55 >= -tolerance) if one_sided else (abs(grid() - 0.55) <= tolerance)).astype(float)[None]
        for one_sided, tolerance in product((True, False), TOLERANCES)
    ]

    def by_highs() -> None:
        part = fitted.parts[0]
        every = np.vstack([part.columns.T, np.ones(len(grid()))])
        for aim, sign in product(aims, (1, -1)):
            linprog(sign * aim[0], A_eq=every, b_eq=every @ fitted.weights[0], method="highs")

    fitted = fit(answers)
    steps = {"fit": lambda: fit(answers), "intervals": lambda: intervals(fitted, aims),
             "bounds": lambda: bounds(fitted, aims), "bounds by HiGHS": by_highs}  # fmt: skip
    for name, step in steps.items():
        step()
        start = time.process_time()
        step()
        print(f"{people} people, {name}: {1e3 * (time.process_time() - start):.1f} CPU ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--areas", type=int, default=280, help="neighbourhoods, a multiple of 40")
    options.add_argument("--processes", type=int)
    chosen = options.parse_args()
    for people in (30, 170):
        one_cell(people)
    fits_and_bounds(min(chosen.areas, OF_ONE_GEMEENTE))
    all_areas(chosen.areas, chosen.processes)


if __name__ == "__main__":
    main()
