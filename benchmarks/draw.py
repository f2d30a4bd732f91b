"""A panel by lot, beside what a user would pick instead: python -m benchmarks.draw.

Beside ours a greedy draw, as most panels are drawn: whoever is most needed first, by lot among those, and again from
the start where it gets stuck. CPU seconds of one process; invented volunteers: the old and the learned more than the
young.
"""

import time
from collections.abc import Sequence

import numpy as np

from wijkspiegel.encounters.lottery import fair_lottery
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.quotas import Quota

POOLS = ((200, 30, ""), (500, 40, ""), (2_000, 100, ""), (200, 30, "home"), (500, 40, "home"))
DRAWS = 10_000
VOLUNTEERS = {"age": (0.1, 0.2, 0.3, 0.4), "school": (0.15, 0.25, 0.6), "sex": (0.45, 0.55), "part": (0.2,) * 5}
TOWN = {"age": (0.25,) * 4, "school": (0.27, 0.38, 0.35), "sex": (0.5, 0.5), "part": (0.2,) * 5}


def volunteers(people: int, seed: int) -> Participants:
    """Two to a household on average, anybody with anybody."""
    lots = np.random.default_rng(seed)
    cells = {name: tuple(map(str, lots.choice(len(share), people, p=share))) for name, share in VOLUNTEERS.items()}
    home = tuple(map(str, lots.integers(people // 2, size=people)))
    return Participants(tuple(f"{number:04}" for number in range(people)), cells | {"home": home})


def quotas_for(size: int) -> list[Quota]:
    """As in the town, or a person more or fewer."""
    return [
        Quota(name, str(value), int(np.floor(size * share - 0.5)), int(np.ceil(size * share + 0.5)))
        for name, shares in TOWN.items()
        for value, share in enumerate(shares)
    ]


class Greedy:
    """Draws a panel as is usually done. marks : [person, quota]."""

    def __init__(self, people: Participants, quotas: Sequence[Quota], size: int, one_of: str, seed: int) -> None:
        self.marks = np.array(
            [[people.attributes[quota.attribute][one] == quota.value for quota in quotas] for one in range(len(people))]
        )
        self.low, self.high = np.array([(quota.minimum, quota.maximum) for quota in quotas]).T
        self.size, self.lots, self.stuck = size, np.random.default_rng(seed), 0
        homes = people.attributes[one_of] if one_of else people.ids
        self.home = np.unique(homes, return_inverse=True)[1]

    def draw(self) -> list[int]:
        while True:
            panel = self._try()
            if panel is not None:
                return panel
            self.stuck += 1

    def _try(self) -> list[int] | None:
        free, counted = np.ones(len(self.marks), dtype=bool), np.zeros(len(self.low), dtype=int)
        left, panel = self.marks.sum(axis=0), []
        while len(panel) < self.size:
            need = self.low - counted
            if (need > left).any():
                return None
            ratio = np.where(need > 0, need / np.maximum(left, 1), 0)
            asked = free & self.marks[:, np.argmax(ratio)] if ratio.max() > 0 else free
            choice = np.flatnonzero(asked)
            if not len(choice):
                return None
            one = choice[self.lots.integers(len(choice))]
            panel.append(int(one))
            counted += self.marks[one]
            gone = free & ((self.home == self.home[one]) | self.marks[:, counted >= self.high].any(axis=1))
            free &= ~gone
            left = left - self.marks[gone].sum(axis=0)
        return panel if (counted >= self.low).all() else None


def greedy_lowest(people: Participants, quotas: Sequence[Quota], size: int, one_of: str) -> tuple[float, float, int]:
    """(the lowest chance of anybody, CPU seconds of a draw, times it got stuck), over DRAWS draws."""
    greedy, times = Greedy(people, quotas, size, one_of, 1), np.zeros(len(people))
    begin = time.process_time()
    for _ in range(DRAWS):
        times[greedy.draw()] += 1
    return float(times.min()) / DRAWS, (time.process_time() - begin) / DRAWS, greedy.stuck


def main() -> None:
    fair_lottery(volunteers(60, 1), [], 10, numbers=20)
    print("| pool | panel | CPU s | lowest chance | bound | greedy: lowest chance | stuck, of all tries | s a draw |")
    print("|---|---|---|---|---|---|---|---|")
    for number, size, one_of in POOLS:
        for seed in (1, 2):
            people, quotas = volunteers(number, seed), quotas_for(size)
            begin = time.process_time()
            lottery = fair_lottery(people, quotas, size, one_of=one_of)
            took = time.process_time() - begin
            lowest, each, stuck = greedy_lowest(people, quotas, size, one_of)
            pool = f"{number:,}, one of each household" if one_of else f"{number:,}"
            print(
                f"| {pool} | {size} | {took:.2f} | {lottery.lowest:.4f} | {lottery.bound:.4f} | {lowest:.4f} |"
                f" {stuck / (stuck + DRAWS):.1%} | {each:.4f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
