"""Does the interval of the share of mirrors hold the truth? `python -m benchmarks.coverage`. Writes coverage.md.

Four truths around a reference of .55, with a tolerance of .10, and a table from elsewhere to hold one of them against.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import beta as beta_distribution
from scipy.stats import betabinom

from wijkspiegel.connectors.mirrors import at_least, near
from wijkspiegel.measures.mixing import Answers, bounds, estimate, fit, gather, grid, intervals

SURVEYS = 200
FRIENDS = (3, 5, 10, 20)
REFERENCE, TOLERANCE = 0.55, 0.10

PUBLISHED = {3: ("0%", "5.8% (2.4%)", "0% to 26.8%"), 5: ("6.9%", "9.3% (4.0%)", "2.1% to 21.7%"),
             10: ("8.5%", "13.1% (3.8%)", "9.4% to 15.8%"), 20: ("9.3%", "13.8% (2.8%)", "11.5% to 13.9%")}  # fmt: skip
"""The table that the plan came with, of 600 people: friends -> naive, estimate, bounds."""


@dataclass(frozen=True)
class Truth:
    """Hidden shares: a mixture of beta distributions. parts : part of the people, and the two parameters."""

    name: str
    qualifies: Callable[..., np.ndarray]
    parts: tuple[tuple[float, float, float], ...]

    def told(self, shares: np.ndarray) -> np.ndarray:
        return self.qualifies(shares, REFERENCE, TOLERANCE)

    @property
    def aim(self) -> np.ndarray:
        return self.told(grid()).astype(float)[None]

    def share(self) -> float:
        low = REFERENCE - TOLERANCE
        high = 1.0 if self.qualifies is at_least else REFERENCE + TOLERANCE
        return sum(part * float(np.diff(beta_distribution.cdf([low, high], a, b))[0]) for part, a, b in self.parts)

    def draw(self, people: int, rng: np.random.Generator) -> np.ndarray:
        which = rng.choice(len(self.parts), people, p=[part for part, _, _ in self.parts])
        return rng.beta(*np.array([parameters for _, *parameters in self.parts]).T[:, which])

    def chances(self, friends: int) -> np.ndarray:
        return sum(part * betabinom.pmf(np.arange(friends + 1), friends, a, b) for part, a, b in self.parts)


TRUTHS = (
    Truth("spread, one-sided", at_least, ((1.0, 0.8, 2.99),)),
    Truth("bubble and an eighth near .55, two-sided", near, ((0.874, 8.5, 43.5), (0.126, 82.5, 67.5))),
    Truth("two halves, near .05 and near .60, two-sided", near, ((0.5, 2, 38), (0.5, 24, 16))),
    Truth("everybody near .30, two-sided", near, ((1.0, 300, 700),)),
)


def surveys(truth: Truth, friends: int, people: int, number: int) -> np.ndarray:
    """[survey, figure]: naive, estimate, lower, upper."""
    found = []
    for seed in range(number):
        rng = np.random.default_rng(seed)
        outside = rng.binomial(friends, truth.draw(people, rng))
        answers = gather(np.full(people, friends), outside, np.ones(people), np.zeros(people, np.int64))
        fitted = fit(answers)
        found.append(
            (truth.told(outside / friends).mean(), estimate(fitted, truth.aim), *intervals(fitted, [truth.aim])[0])
        )
    return np.array(found)


def endless(truth: Truth, friends: int) -> tuple[float, float]:
    """The bounds when a million people answer."""
    outside = np.arange(friends + 1)
    everybody = Answers(1e6 * truth.chances(friends), np.full(friends + 1, friends), outside, np.zeros_like(outside))
    return bounds(fit(everybody), [truth.aim])[0]


def held(truth: Truth, lower: np.ndarray, upper: np.ndarray) -> float:
    return float(((lower <= truth.share()) & (truth.share() <= upper)).mean())


def rows(truth: Truth, sizes: tuple[int, ...]) -> Iterator[str]:
    for friends in FRIENDS:
        low, high = endless(truth, friends)
        for people in sizes:
            taken, told, lower, upper = surveys(truth, friends, people, SURVEYS).T
            yield (
                f"| {friends} | {people:,} | {taken.mean():.1%} | {told.mean():.1%} ({told.std():.1%}) "
                f"| {lower.mean():.1%} to {upper.mean():.1%} | {held(truth, lower, upper):.1%} "
                f"| {low:.1%} to {high:.1%} |"
            )


def section(truth: Truth, sizes: tuple[int, ...], say: Callable[[str], None]) -> None:
    say(f"\n## {truth.name.capitalize()}\n\nThe truth is {truth.share():.1%}.\n")
    say("| friends | people | naive | estimate (sd) | interval, mean | holds the truth | bounds, endless people |")
    say("|--:|--:|--:|--:|--:|--:|--:|")
    for row in rows(truth, sizes):
        say(row)
    if truth.name.startswith("bubble"):
        say("\nThe table that the plan came with (naive, estimate, bounds; truth 12.6%) has:\n")
        say("| friends | naive | estimate (sd) | bounds |\n|--:|--:|--:|--:|")
        for friends, figures in PUBLISHED.items():
            say(f"| {friends} | {' | '.join(figures)} |")


def main() -> None:
    lines = [
        "# Coverage of the interval of the share of mirrors",
        "",
        f"Made by `python -m benchmarks.coverage`; {SURVEYS} surveys a row; 95% was asked. Around people are 55% of",
        "another group, and the tolerance is .10.",
    ]
    for truth in TRUTHS:
        section(truth, (300, 600, 2000) if truth is TRUTHS[0] else (600,), lines.append)
        print(lines[-1], flush=True)
    (Path(__file__).parent / "coverage.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
