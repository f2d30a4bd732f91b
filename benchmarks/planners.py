"""Plans beside those of other planners, on the same people: python -m benchmarks.planners DIRECTORY PEERS.

DIRECTORY has people_120.csv, people_200.csv and people_10000.csv. PEERS has what is to be measured beside us:
`good-enough-golfers` (a checkout, and lodash 4.17.4 in PEERS/node_modules) and `groupeng` (a checkout). What is not
there is left out, and a line says so. CPU seconds of one process each; every plan is judged by our judge.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.encounters import SEEDS, nobody_in_particular, people_in, timed
from wijkspiegel.encounters.judge import judge
from wijkspiegel.encounters.people import Participants
from wijkspiegel.encounters.plan import plan
from wijkspiegel.encounters.problem import Ints, Problem, pose

HERE = Path(__file__).parent
GOLF = ((8, 4, 7), (10, 8, 6), (10, 6, 7))
PATIENCE = 600
"""Seconds of the clock after which a planner is given up."""
Found = tuple[Ints, float]


def golfers(peers: Path, tables: int, seats: int, rounds: int, seed: int) -> Found | None:
    """[round, person] of good-enough-golfers, who knows nothing of people, and its CPU seconds."""
    node = shutil.which("node")
    if node is None or not (peers / "good-enough-golfers").is_dir():
        return None
    told = _told([node, HERE / "golfers.js", peers, tables, seats, rounds, seed])
    if told is None:
        return None
    seated = np.full((rounds, tables * seats), -1)
    for number, groups in enumerate(told["rounds"]):
        for table, group in enumerate(groups):
            seated[number, group] = table
    return seated, told["seconds"]


def groupeng(peers: Path, file: Path, people: Participants, tables: int, seed: int) -> Found | None:
    """[1, person] of GroupEng, and its CPU seconds."""
    if not (peers / "groupeng").is_dir():
        return None
    told = _told([sys.executable, HERE / "groupeng.py", peers / "groupeng", file, tables, seed])
    if told is None:
        return None
    at = {one.zfill(5): table for table, group in enumerate(told["groups"]) for one in group}
    return np.array([[at[one] for one in people.ids]]), told["seconds"]


def _told(command: list) -> dict:
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=True, timeout=PATIENCE)
    return json.loads(done.stdout.splitlines()[-1])


def line(case: str, planner: str, seed: int, problem: Problem, found: Found | None) -> None:
    if found is None:
        print(f"\n{planner} is left out of {case}: it is not there, or took more than {PATIENCE} s.\n", flush=True)
        return
    judged = judge(problem, found[0])
    mirror = f"{judged.mirror / problem.rounds:,.1f}" if problem.attributes else ""
    repeats = judged.repeats if problem.rounds > 1 else ""
    print(f"| {case} | {planner} | {seed} | {repeats} | {mirror} | {found[1]:.2f} |", flush=True)


def ours(problem: Problem, people: Participants, tables: int, rounds: int, seed: int) -> Found:
    made, seconds = timed(plan, people, tables, rounds, mirror=problem.attributes, seed=seed)
    return made.seated, seconds


def beside_golfers(peers: Path, people: Participants, case: str, tables: int, rounds: int, seed: int) -> None:
    people = people.in_order()
    plain = pose(people, tables, rounds, mirror=())
    seats = len(people) // tables
    judged_by = pose(people, tables, rounds)
    line(case, "good-enough-golfers", seed, judged_by, golfers(peers, tables, seats, rounds, seed))
    line(case, "ours, repeats only", seed, judged_by, ours(plain, people, tables, rounds, seed))
    if people.attributes:
        line(case, "ours, and a mirror", seed, judged_by, ours(judged_by, people, tables, rounds, seed))


def beside_groupeng(peers: Path, file: Path, tables: int, seed: int) -> None:
    people = people_in(file).in_order()
    problem = pose(people, tables)
    case = f"{len(people):,} people, {tables:,} tables"
    line(case, "GroupEng", seed, problem, groupeng(peers, file, people, tables, seed))
    line(case, "ours", seed, problem, ours(problem, people, tables, 1, seed))


def main(directory: Path, peers: Path) -> None:
    small = people_in(directory / "people_120.csv")
    plan(small, 12, 2, seconds=0.1)  # the kernel is compiled or read now
    print("| case | planner | seed | repeats | mirror a round | CPU s |\n|---|---|---|---|---|---|")
    for seed in SEEDS:
        beside_golfers(peers, small, "120 people, 12 tables, 6 rounds", 12, 6, seed)
    for tables, seats, rounds in GOLF:
        for seed in SEEDS:
            nobody = nobody_in_particular(tables * seats)
            beside_golfers(peers, nobody, f"golfers {tables}-{seats}-{rounds}", tables, rounds, seed)
    for number, tables in ((200, 20), (10_000, 1_000)):
        for seed in SEEDS:
            beside_groupeng(peers, directory / f"people_{number}.csv", tables, seed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
