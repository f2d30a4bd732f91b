"""Rounds in which nobody meets twice, as many as a catalogue has for tables and seats: python -m benchmarks.rounds.

The numbers are those that a catalogue of constructions gives for up to ten tables and as many seats, after Miller,
Valkov & Abel (2026), "Combinatorial solutions to the social golfer problem and the social golfer problem with adjacent
group sizes". Ours is asked for that many rounds, and for nothing else; then for more, where we found more.
"""

import time

from benchmarks.encounters import nobody_in_particular
from wijkspiegel.encounters.plan import plan

KNOWN = {
    3: {3: 4, 4: 4, 5: 7, 6: 8, 7: 10, 8: 11, 9: 13, 10: 14},
    4: {4: 5, 5: 5, 6: 7, 7: 9, 8: 10, 9: 11, 10: 13},
    5: {5: 6, 6: 6, 7: 7, 8: 8, 9: 9, 10: 9},
    6: {6: 3, 7: 7, 8: 8, 9: 9, 10: 7},
    7: {7: 8, 8: 8, 9: 9, 10: 7},
    8: {8: 9, 9: 9, 10: 5},
    9: {9: 10, 10: 5},
    10: {10: 4},
}
"""Seats -> tables -> rounds."""
MORE = ((10, 6, 8), (10, 8, 6), (10, 8, 7))
"""Tables, seats, rounds beyond those."""
SEEDS = (1, 2)


def main():
    plan(nobody_in_particular(30), 10, 4, seconds=0.05)  # the kernels are compiled or read now
    print("| tables | seats | rounds | repeats of ours | CPU s |")
    print("|--:|--:|--:|--:|--:|")
    known = [(tables, seats, rounds) for seats, each in KNOWN.items() for tables, rounds in each.items()]
    for tables, seats, rounds in (*known, *MORE):
        repeats, took = [], []
        for seed in SEEDS:
            begin = time.process_time()
            made = plan(nobody_in_particular(tables * seats), tables, rounds, seed=seed)
            repeats.append(str(made.judged.repeats))
            took.append(f"{time.process_time() - begin:.2f}")
        print(f"| {tables} | {seats} | {rounds} | {', '.join(repeats)} | {', '.join(took)} |", flush=True)


if __name__ == "__main__":
    main()
