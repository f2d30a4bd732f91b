"""Where figures go wrong, and what we give instead: `python -m benchmarks.right`. Writes `right.md`."""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def no_segregation(areas: int = 2000, people: int = 20, groups: int = 20) -> np.ndarray:
    """[area, group]: everybody drawn from the same city; what differs between areas is chance."""
    return np.random.default_rng(1).multinomial(people, np.full(groups, 1 / groups), areas).astype(float)


def with_absent_group() -> np.ndarray:
    return np.array([[60.0, 40, 0], [40, 60, 0], [50, 50, 0]])


def small_groups() -> np.ndarray:
    """Areas along a line, 100 m apart, with one member of the second group in every fifth."""
    second = (np.arange(200) % 5 == 0).astype(float)
    return np.stack([np.full(200, 30.0), second], axis=1)


def line(counts: np.ndarray) -> np.ndarray:
    return np.stack([np.arange(len(counts)) * 100.0, np.zeros(len(counts))], axis=1)


def second_group_around(blended: np.ndarray) -> str:
    return f"people of the second group around an area: {', '.join(f'{n:.4g}' for n in np.unique(blended)[:4])}"


def of_peer() -> dict[str, str]:
    import geopandas as gpd
    import pandas as pd
    from segregation.inference import SingleValueTest
    from segregation.multigroup import MultiInfoTheory
    from segregation.singlegroup import Dissim

    def frame(counts):
        return pd.DataFrame(counts, columns=[f"g{n}" for n in range(counts.shape[1])])

    def placed(counts):
        places = gpd.points_from_xy(*line(counts).T).buffer(50, quad_segs=1)
        return gpd.GeoDataFrame(frame(counts), geometry=places, crs=28992)

    def index(counts):
        return MultiInfoTheory(placed(counts), groups=list(frame(counts).columns))

    chance = no_segregation()
    tested = SingleValueTest(index(chance), iterations_under_null=200, null_approach="bootstrap", n_jobs=1)

    def with_workers(workers):
        np.random.seed(1)
        few = index(no_segregation(100))
        found = SingleValueTest(few, iterations_under_null=50, null_approach="evenness", n_jobs=workers)
        return float(np.mean(found.est_sim))

    counts = small_groups()
    data = placed(counts)
    data["total"] = counts.sum(axis=1)
    near = Dissim(data, group_pop_var="g1", total_pop_var="total", distance=400)
    blended = near.data["g1"].to_numpy()
    one, same, two = with_workers(1), with_workers(1), with_workers(2)
    return {
        "absent": f"H = {index(with_absent_group()).statistic:.4g}",
        "chance": f"H = {index(chance).statistic:.2f}, p = {tested.p_value:.4g}",
        "workers": f"mean of draws {one:.6f}, {same:.6f} again, {two:.6f} with two workers",
        "zero": f"{tested.p_value:.6g}",
        "rounded": second_group_around(blended),
    }


def of_ours() -> dict[str, str]:
    from wijkspiegel.measures.segregation import entropy_index
    from wijkspiegel.measures.spatial import blend, within
    from wijkspiegel.measures.uncertainty import assess

    chance = no_segregation()
    found = assess("entropy_index", chance, chance, chance)
    counts = small_groups()
    blended = blend(counts, within(line(counts), 400))[:, 1]
    again = assess("entropy_index", chance, chance, chance)
    return {
        "absent": f"H = {float(entropy_index(with_absent_group())):.4g}",
        "chance": f"H = {float(found.value):.2f}, by chance {float(found.expected):.2f}; "
        f"corrected {float(found.corrected):.3f} ({float(found.lower):.3f} to {float(found.upper):.3f})",
        "workers": "no draws: nothing to seed. Computed twice, the same to the last bit"
        if float(found.upper) == float(again.upper)
        else "WRONG: computed twice, and not the same",
        "zero": "no p-values: an interval around the corrected value",
        "rounded": second_group_around(blended),
    }


QUESTIONS = {
    "absent": "A group of the scheme that nobody in the city belongs to: H of three areas of two groups (true: 0.0194)",
    "chance": "2,000 areas of 20 people of 20 groups, no segregation at all",
    "workers": "The same seed, with one worker and with two",
    "zero": "The p-value of that test of 200 draws (it cannot be below 1/201)",
    "rounded": "Counts blended over 400 m where a fifth of the areas has one member of the group",
}


def main() -> None:
    if sys.argv[1:] == ["peer"]:
        print(json.dumps(of_peer()))
        return
    from benchmarks import run

    peer = run.call("peer", ["-m", "benchmarks.right", "peer"], run.LONGEST)
    theirs = dict.fromkeys(QUESTIONS, peer["failed"]) if "failed" in peer else peer
    ours = of_ours()
    lines = ["# Where figures go wrong", "", "Made by `python -m benchmarks.right`.", ""]
    lines += ["| question | PySAL `segregation` 2.5.4 | Wijkspiegel |", "|---|---|---|"]
    lines += [f"| {asked} | {theirs[name]} | {ours[name]} |" for name, asked in QUESTIONS.items()]
    (HERE / "right.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines[4:]))


if __name__ == "__main__":
    main()
