"""Does the interval of the share of mirrors hold the truth? `python -m benchmarks.coverage`. Writes coverage.md.

Hidden shares are beta(.8, 2.99), the share around is .55, the tolerance .10: 12.6 % are mirrors.
"""

from pathlib import Path

import numpy as np
from scipy.stats import beta, betabinom

from wijkspiegel.measures.mixing import Answers, bounds, estimate, fit, gather, grid, interval, naive

SURVEYS = 200
SHAPE = (0.8, 2.99)
LINE = 0.45
AIM = (grid() >= LINE - 1e-9).astype(float)[None]


def row(friends: int, people: int) -> str:
    truth = beta.sf(LINE, *SHAPE)
    found = []
    for seed in range(SURVEYS):
        rng = np.random.default_rng(seed)
        outside = rng.binomial(friends, rng.beta(*SHAPE, people))
        answers = gather(np.full(people, friends), outside, np.ones(people), np.zeros(people, np.int64))
        fitted = fit(answers)
        found.append((naive(answers, AIM), estimate(fitted, AIM), *interval(fitted, AIM)))
    taken, told, lower, upper = np.array(found).T
    held = ((lower <= truth) & (truth <= upper)).mean()
    outside = np.arange(friends + 1)
    everybody = Answers(
        1e6 * betabinom.pmf(outside, friends, *SHAPE), np.full(friends + 1, friends), outside, np.zeros_like(outside)
    )
    low, high = bounds(fit(everybody), AIM)
    return (
        f"| {friends} | {people:,} | {taken.mean():.1%} | {told.mean():.1%} ({told.std():.1%}) "
        f"| {lower.mean():.1%} to {upper.mean():.1%} | {held:.1%} | {low:.1%} to {high:.1%} |"
    )


def main() -> None:
    lines = [
        "# Coverage of the interval of the share of mirrors",
        "",
        f"Made by `python -m benchmarks.coverage`; {SURVEYS} surveys a row. The truth is {beta.sf(LINE, *SHAPE):.1%}.",
        "",
        "| friends | people | naive | estimate (sd) | interval, mean | holds the truth | bounds, endless people |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for friends in (3, 5, 10, 20):
        for people in (300, 600, 2000):
            lines.append(row(friends, people))
            print(lines[-1], flush=True)
    (Path(__file__).parent / "coverage.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
