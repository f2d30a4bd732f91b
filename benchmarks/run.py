"""Wijkspiegel beside plain numpy and beside PySAL `segregation`, in one run: `make bench`.

Every case of every side runs in a process of its own, one after the other, on one core. Writes `results.json` and
`results.md` beside this file. The peer needs an interpreter of its own, `.venv-peer`, or the one named in
WIJKSPIEGEL_PEER_PYTHON; without it that side is left out, and the table says so.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
SIDES = ("ours", "plain", "peer", "least")
GIGABYTE = 2**30
MEMORY = 12 * GIGABYTE
LONGEST, LONGEST_QUICK = 1800, 60
"""Seconds after which a case is given up."""
PUBLISHED = {"450,000 cells, nearest 12,800 people": ("EquiPop, as published", 525.0)}
AIMS = {
    "H": 2,
    "Gini": 1000,
    "interval of H": 100,
    "chance level of H": 100,
    "chance level of H, by person": 100,
    "H within 2 km": 30,
    "H at four radii": 30,
    "isolation, distance decay to 5 km": 30,
    "450,000 cells, nearest 12,800 people": 30,
}
"""Case -> how many times faster than the peer (or the published figure) we set out to be."""


def interpreter(side: str) -> Path | None:
    if side != "peer":
        return Path(sys.executable)
    named = os.environ.get("WIJKSPIEGEL_PEER_PYTHON")
    found = Path(named) if named else ROOT / ".venv-peer" / "bin" / "python"
    return found if found.exists() else None


def call(side: str, arguments: list[str], seconds: float) -> dict | list:
    """What one process of a side printed last, read as JSON; or {"failed": why}."""
    python = interpreter(side)
    if python is None:
        return {"failed": "no interpreter for this side"}
    one_core = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    try:
        done = subprocess.run(
            [python, "-W", "ignore", *arguments],
            cwd=ROOT,
            env=os.environ | one_core | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=seconds,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {seconds:,.0f} s"}
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    last = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}"
    out_of_memory = "MemoryError" in last or "Unable to allocate" in last or done.returncode < 0
    return {"failed": f"more than {MEMORY / GIGABYTE:.0f} GB" if out_of_memory else last}


def ask(side: str, case: str, seconds: float) -> dict | list:
    return call(side, ["-m", "benchmarks.measure", side, case], seconds)


def shown(found: dict | None) -> str:
    if not found:
        return "–"
    if "failed" in found:
        return found["failed"]
    part = " *" if found["measured_part"] < 1 else ""
    return f"{seconds_shown(found['seconds'])}{part}, {found['bytes'] / GIGABYTE:.1f} GB"


def seconds_shown(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 100 else f"{seconds:.2g} s" if seconds >= 0.01 else f"{seconds:.1g} s"


def ratio(ours: dict | None, other: dict | None) -> str:
    if not ours or not other or "failed" in ours or "failed" in other:
        return "–"
    times = other["seconds"] / max(ours["seconds"], 1e-9)
    return f"{times:,.0f} ×" if times >= 10 else f"{times:.2g} ×"


def table(results: dict[str, dict[str, dict]]) -> str:
    lines = [
        "| case | Wijkspiegel | plain numpy | ratio | PySAL | ratio | aim | least work | we are at |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for case, found in results.items():
        ours, plain, peer, least = (found.get(side) for side in SIDES)
        other = shown(peer)
        against = ratio(ours, peer)
        if case in PUBLISHED:
            name, seconds = PUBLISHED[case]
            other, against = f"{seconds:,.0f} s ({name})", ratio(ours, {"seconds": seconds})
        aim = f"{AIMS[case]:,} ×" if case in AIMS else "–"
        lines.append(
            f"| {case} | {shown(ours)} | {shown(plain)} | {ratio(ours, plain)} | {other} | {against} | {aim} "
            f"| {shown(least)} | {ratio(least, ours)} |"
        )
    return "\n".join(lines)


def page(results: dict[str, dict[str, dict]]) -> str:
    machine = f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores, one used"
    return f"""# Measured on {date.today().isoformat()}

{machine}. Made by `make bench`. CPU seconds and peak memory of the whole process (some 0.2 GB of it are the libraries).
`*`: measured in part, and multiplied. "We are at": our time as a multiple of the least work, that no program can leave
out ([`least.py`](least.py)).

{table(results)}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help=f"give a case up after {LONGEST_QUICK} seconds")
    options.add_argument("--only", action="append", default=[], metavar="CASE", help="this case; may be given again")
    chosen = options.parse_args()
    limit = LONGEST_QUICK if chosen.quick else LONGEST
    known = {side: ask(side, "--list", 120) for side in SIDES}
    cases = known["ours"]
    for side, found in known.items():
        if isinstance(found, dict):
            print(f"{side} is left out: {found['failed']}", file=sys.stderr)
    if unknown := set(chosen.only) - set(cases):
        sys.exit(f"No such case: {', '.join(sorted(unknown))}. There are: {'; '.join(cases)}")
    results: dict[str, dict[str, dict]] = {}
    for case in chosen.only or cases:
        results[case] = {side: ask(side, case, limit) for side in SIDES if case in known[side]}
        print(case, *(f"{side}: {shown(found)}" for side, found in results[case].items()), sep="\n  ", flush=True)
    if chosen.only:
        return
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "results.md").write_text(page(results), encoding="utf-8")
    print(f"Written: {HERE / 'results.md'}")


if __name__ == "__main__":
    main()
