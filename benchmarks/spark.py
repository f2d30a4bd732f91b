"""The network counted on Spark beside the local engine: `python -m benchmarks.spark DIR`.

DIR is what `python -m benchmarks.network make` wrote. Each side runs in a process of its own; CPU seconds and memory
are those of all its processes, Java and the Python workers with it, looked up twice a second. `--side` runs one.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.network import FILE, GROUPS, _people

TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
SIDES = ("here", "local[1]", "local[2]")


def count(directory: Path, side: str) -> dict:
    from wijkspiegel.sources.network import Population, chosen_codes, count_file

    path = next(directory.glob(f"{FILE}.*"))
    population = Population(*_people(directory), GROUPS)
    start = time.perf_counter()
    if side == "here":
        counts, tally = count_file(path, population, chosen_codes(None), lambda step: None)
    else:
        from wijkspiegel.sources.spark import on_spark

        with on_spark(side) as spark:
            counts, tally = spark(path, population, chosen_codes(None), lambda step: None)
    answer = int(counts.sum(axis=0, dtype=np.int64) @ (np.arange(GROUPS) + 1))
    return {"side": side, "wall_s": round(time.perf_counter() - start, 1), "links": tally.links, "answer": answer}


def family(root: int) -> dict[int, tuple[str, float, float]]:
    """Of a process and all that came from it: program, CPU seconds, memory in GB."""
    found, parent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = stat.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue  # it ended just now
        about = rest.split()
        pid = int(stat.parent.name)
        parent[pid] = int(about[1])
        found[pid] = (name, (int(about[11]) + int(about[12])) / TICK, int(about[21]) * PAGE / 2**30)
    ours = {root}
    while more := {pid for pid, of in parent.items() if of in ours} - ours:
        ours |= more
    return {pid: found[pid] for pid in ours if pid in found}


def watched(directory: Path, side: str) -> dict:
    command = [sys.executable, "-m", "benchmarks.spark", str(directory), "--side", side]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    spent: dict[int, tuple[str, float]] = {}
    peak = 0.0
    while running.poll() is None:
        now = family(running.pid)
        spent |= {pid: (name, cpu) for pid, (name, cpu, _) in now.items()}
        peak = max(peak, sum(memory for *_, memory in now.values()))
        time.sleep(0.5)
    by_program: dict[str, float] = defaultdict(float)
    for name, cpu in spent.values():
        by_program["java" if name == "java" else "python"] += cpu
    told = json.loads(running.stdout.read())
    return told | {"cpu_s": {name: round(cpu, 1) for name, cpu in by_program.items()}, "peak_gb": round(peak, 2)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", type=Path)
    options.add_argument("--side", choices=SIDES)
    chosen = options.parse_args()
    if chosen.side:
        print(json.dumps(count(chosen.directory, chosen.side)))
        return
    for side in SIDES:
        print(json.dumps(watched(chosen.directory, side)), flush=True)


if __name__ == "__main__":
    main()
