"""Measure one case of one side in a process of its own: `python -m benchmarks.measure SIDE CASE`, or `SIDE --list`.

Prints one line of JSON: `seconds` of CPU (the least of three when they are short), `bytes` (peak memory of the process,
and `bytes_before`, when only the input was there), `answer`. One warm-up run first, unless that alone takes long:
what is compiled once is not counted, and that holds for every side.
"""

import importlib
import json
import resource
import sys
import time

LONG = 5.0
"""CPU seconds: a case that takes longer is measured once."""
REPEATS = 3


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def timed(run) -> tuple[float, object]:
    start = time.process_time()
    answer = run()
    return time.process_time() - start, answer


def measure(side: str, case: str) -> dict:
    module = importlib.import_module(f"benchmarks.{side}")
    run = module.CASES[case]()
    before = peak()
    first, answer = timed(run)
    spent = [first] if first > LONG else [timed(run)[0] for _ in range(REPEATS)]
    scale = getattr(module, "SCALE", {}).get(case, 1)
    return {
        "seconds": min(spent) * scale,
        "measured_part": 1 / scale,
        "bytes": peak(),
        "bytes_before": before,
        "answer": answer if isinstance(answer, float) else None,
    }


def main(side: str, case: str) -> None:
    found = list(importlib.import_module(f"benchmarks.{side}").CASES) if case == "--list" else measure(side, case)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
