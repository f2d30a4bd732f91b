"""Common ground beside the well-known engine: `python -m benchmarks.ground PART [DIRECTORY] [--peer PYTHON]`.

Parts: foretold (held-out log-loss), certified (what binds one half, held against the other), map (the same PCA),
scale (CPU seconds and memory), truth (invented conversations of which the truth is known), hostile.
DIRECTORY has the conversations, each an export. --peer : an interpreter that has red-dwarf.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.optimize import minimize

from wijkspiegel.common_ground.dealing import Dealer
from wijkspiegel.common_ground.ground import (
    Kind,
    counts_of,
    find_ground,
)
from wijkspiegel.common_ground.ideal import (
    Ideal,
    cast_of,
    chances,
    fitted,
    held_out,
    log_loss,
    of_people,
    precision_of_persons,
)
from wijkspiegel.common_ground.kernels import newton
from wijkspiegel.common_ground.opinions import Opinions, told_enough
from wijkspiegel.common_ground.robustness import with_hostile
from wijkspiegel.common_ground.usual import usual_groups, usual_map
from wijkspiegel.common_ground.weighing import Known
from wijkspiegel.sources.votes import read_conversation
from wijkspiegel.tables import OPINION, Votes, votes_of

FEWEST = 10
"""Answers of a group in the other half, from which a statement can be held against it."""


def conversations(directory):
    for path in sorted(Path(directory).iterdir()):
        if path.is_dir():
            yield path.name, read_conversation(path).votes


# Foretold ------------------------------------------------------------------------------------------------------------


def foretold(directory, folds=10):
    """Nats a vote on a tenth of the votes that no method saw, the mean of ten such tenths. PCA is given the best of two
    readings, stretched to fit the votes that it saw; groups the best of two to five."""
    print("| conversation | PCA | groups | ideal points, 1 dimension | 2 | chosen |\n|---|--:|--:|--:|--:|--:|")
    for name, votes in conversations(directory):
        rows = np.flatnonzero(votes.vote != 0)
        part = np.random.default_rng(1).permutation(len(rows)) % 10
        losses = []
        for fold in range(folds):
            hold = np.zeros(len(votes), dtype=bool)
            hold[rows[part == fold]] = True
            seen, unseen = votes.of(~hold), votes.of(hold)
            by_model = []
            for dimensions in (1, 2):
                persons, statements = fitted(cast_of(seen), dimensions)
                by_model.append(
                    log_loss(chances(persons, statements, unseen.person, unseen.statement), unseen.vote > 0)
                )
            told = held_out(seen, (1, 2))
            losses.append([*by_pca(seen, unseen), *by_model, by_model[min(told, key=told.get) - 1]])
        print(f"| {name} | " + " | ".join(f"{loss:.4f}" for loss in np.mean(losses, axis=0)) + " |", flush=True)


def by_pca(seen, unseen):
    """Log-loss of the PCA and of the groups on it, each the best of its readings."""
    people, statements = len(seen.persons), len(seen.statements)
    found = usual_map(seen)
    cast = np.maximum(np.bincount(seen.person, minlength=people), 1)
    mean = np.bincount(seen.statement, seen.vote, statements) / np.maximum(
        np.bincount(seen.statement, minlength=statements), 1
    )
    opinions = seen.of(seen.vote != 0)
    best = np.inf
    for stretch in (np.ones(people), np.sqrt(statements / cast)):
        places = found.persons * (np.sqrt(cast / statements) * stretch)[:, None]

        def told(votes, weights, places=places):
            value = mean[votes.statement] + (places[votes.person] * found.components.T[votes.statement]).sum(axis=1)
            return 1 / (1 + np.exp(-(weights[0] + weights[1] * value)))

        weights = minimize(lambda w, told=told: log_loss(told(opinions, w), opinions.vote > 0), [0.0, 1.0]).x
        best = min(best, log_loss(told(unseen, weights), unseen.vote > 0))
    enough = told_enough(seen)
    in_groups = np.inf
    for number in range(2, 6):
        centres, _ = kmeans2(found.persons[enough], number, minit="++", rng=1)
        group = ((found.persons[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        counts = np.zeros((number, statements, 2))
        np.add.at(counts, (group[opinions.person], opinions.statement, (opinions.vote > 0).astype(int)), 1)
        share = (counts[..., 1] + 1) / (counts.sum(axis=2) + 2)
        in_groups = min(in_groups, log_loss(share[group[unseen.person], unseen.statement], unseen.vote > 0))
    return best, in_groups


# Certified -----------------------------------------------------------------------------------------------------------


def certified(directory, times=6):
    """What binds by one half of the people: does every group of the other half agree, 60 % of those who answered?"""
    print("| conversation | said to bind | of these | product, as many | product, ten |\n|---|--:|--:|--:|--:|")
    pooled = np.zeros((3, 2), dtype=int)
    for name, votes in conversations(directory):
        right = np.zeros((3, 2), dtype=int)
        for seed in range(times):
            order = np.random.default_rng(seed).permutation(len(votes.persons))
            here, there = (of_people(votes, np.sort(half)) for half in np.array_split(order, 2))
            ground = find_ground(here)
            holds, testable, product = against(ground, there)
            mine = ground.statements("binds")
            by_product = np.argsort(-product, kind="stable")
            for number, chosen in enumerate((mine, by_product[: len(mine)], by_product[:10])):
                tested = [row for row in chosen if testable[row]]
                right[number] += holds[tested].sum(), len(tested)
        pooled += right
        print(f"| {name} | {right[0, 1]} | " + " | ".join(part_of(each) for each in right) + " |", flush=True)
    print(f"| **together** | {pooled[0, 1]} | " + " | ".join(part_of(each) for each in pooled) + " |")


def part_of(right):
    return f"{right[0]} ({100 * right[0] / right[1]:.0f} %)" if right[1] else "–"


def against(ground, there):
    """[statement]: whether every group of the other half agrees, whether that can be told, and the usual product."""
    opinions, statements = ground.opinions, ground.model.statements
    votes = cast_of(there)
    persons = np.zeros((len(there.persons), statements.shape[1]))
    dimensions = statements.shape[1] - 1
    newton(votes.starts, votes.statement, votes.vote, persons, statements, np.zeros(1 + dimensions),
           precision_of_persons(dimensions), 30)  # fmt: skip
    ones = np.ones(max(len(there.persons), len(ground.votes.persons)))
    if len(opinions):
        names = tuple(str(number) for number in range(len(opinions)))
        placed = Opinions(opinions.centres, opinions.stability, told_enough(there), {})
        kinds = [Kind(OPINION, names, placed.group(persons[:, 1:]), True), Kind(OPINION, names, ground.opinion)]
    else:
        kinds = [Kind("all", ("all",), np.zeros(len(votes.persons), dtype=np.int64)) for votes in (there, ground.votes)]
    counts = counts_of(there, Ideal(persons, statements, {}), opinions, kinds[0], ones)[0]
    own = counts_of(ground.votes, ground.model, opinions, kinds[1], ones)[0]
    answers = counts.sum(axis=2)
    agrees = counts[..., 2] >= 0.6 * answers
    product = ((own[..., 2] + 1) / (own.sum(axis=2) + 2)).prod(axis=0)
    return (agrees | (answers < FEWEST)).all(axis=0), (answers >= FEWEST).any(axis=0), product


# The same map --------------------------------------------------------------------------------------------------------


def same_map(directory, peer):
    """Components, places and groups beside those of red-dwarf."""
    print("| conversation | correlation of places | largest difference of components | pairs grouped alike |")
    print("|---|--:|--:|--:|")
    for name, votes in conversations(directory):
        found, theirs = usual_map(votes), of_peer(peer, votes)
        turned = np.sign((found.components * theirs["components"]).sum(axis=1))
        correlation = [np.corrcoef(found.persons[:, k], theirs["places"][:, k])[0, 1] * turned[k] for k in range(2)]
        difference = np.abs(found.components * turned[:, None] - theirs["components"]).max()
        alike = 100 * same_pairs(usual_groups(votes), theirs["group"])
        places = f"{correlation[0]:.6f}, {correlation[1]:.6f}"
        print(f"| {name} | {places} | {difference:.1e} | {alike:.1f} % |", flush=True)


def same_pairs(one, other):
    """The share of pairs of people whom both put in one group, or both in two (Rand)."""
    both = (one >= 0) & (other >= 0)
    one, other = one[both], other[both]
    return ((one[:, None] == one) == (other[:, None] == other)).mean()


def of_peer(peer, votes):
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "votes.npz", Path(folder) / "found.npz"
        np.savez(given, person=votes.person, statement=votes.statement, vote=votes.vote)
        script = Path(__file__).with_name("ground_peer.py")
        told = subprocess.run([peer, script, given, got], check=True, capture_output=True, text=True, env=one_thread())
        return dict(np.load(got)) | json.loads(told.stdout.splitlines()[-1])


def one_thread():
    return os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


# Scale ---------------------------------------------------------------------------------------------------------------


def invented_city(people, statements=1_000, each=30, seed=1):
    """Two camps who overlap, 1,000 statements, 30 votes of everybody, one in ten a pass."""
    lots = np.random.default_rng(seed)
    place = (lots.normal(size=people) + lots.choice([-1.0, 1.0], people)).astype(np.float32)
    readily, slope = lots.normal(size=statements), lots.normal(size=statements) * 0.7
    statement = np.empty((people, each), dtype=np.int32)
    vote = np.empty((people, each), dtype=np.int8)
    wide = statements // each
    for start in range(0, people, 50_000):
        rows = slice(start, min(people, start + 50_000))
        drawn = lots.integers(0, wide, (rows.stop - start, each)) + np.arange(each) * wide
        agree = 1 / (1 + np.exp(-(readily[drawn] + place[rows, None] * slope[drawn])))
        statement[rows] = drawn
        vote[rows] = np.where(lots.random(drawn.shape) < 0.1, 0, np.where(lots.random(drawn.shape) < agree, 1, -1))
    person = np.repeat(np.arange(people, dtype=np.int32), each)
    names = (
        tuple(f"{letter}{number:07}" for number in range(count)) for letter, count in (("p", people), ("s", statements))
    )
    return Votes(*names, person, statement.ravel(), vote.ravel())


def scale(directory, peer, people):
    """Each in a process of its own, on one thread; compiled before. The peer is given at most a quarter of an hour."""
    print("| conversation | what | CPU s | peak memory, MB | of which votes |\n|---|---|--:|--:|--:|")
    cases = [f"{directory}/american-assembly.bowling-green"] if directory else []
    for case in [*cases, *map(str, people)]:
        for what in ("ours: all", "ours: map and groups"):
            done = subprocess.run([sys.executable, "-m", "benchmarks.ground", "one", case, "--what", what],
                                  check=True, capture_output=True, text=True, env=one_thread())  # fmt: skip
            told = json.loads(done.stdout.splitlines()[-1])
            print(row_of(case, what, told), flush=True)
        if peer and (not case.isdigit() or int(case) <= 100_000):
            votes = votes_for(case)
            try:
                print(row_of(case, "red-dwarf: map and groups", of_peer(peer, votes)), flush=True)
            except subprocess.CalledProcessError as error:
                print(f"| {case} | red-dwarf | {error.stderr.splitlines()[-1]} | | |", flush=True)


def row_of(case, what, told):
    name = f"{int(case):,} people" if case.isdigit() else Path(case).name
    return f"| {name} | {what} | {told['seconds']:.2f} | {told['bytes'] / 1e6:,.0f} | {told['before'] / 1e6:,.0f} |"


def votes_for(case):
    return invented_city(int(case)) if case.isdigit() else read_conversation(Path(case)).votes


def one(case, what):
    """The case in this process; prints what it took."""
    run = find_ground if what == "ours: all" else usual_groups
    run(invented_city(300))  # compiles
    votes = votes_for(case)
    before, begin = peak(), time.process_time()
    run(votes)
    print(json.dumps({"seconds": time.process_time() - begin, "bytes": peak(), "before": before}))


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# Truth ---------------------------------------------------------------------------------------------------------------


def drawn_city(people, part, seed, statements=40, areas=3, apart=1.0):
    """Neighbourhoods that differ, each person on a part of the statements; and the chances behind the votes."""
    lots = np.random.default_rng(seed)
    area = lots.integers(0, areas, people)
    place = np.linspace(-apart, apart, areas)[area] + lots.normal(0, 0.8, people)
    readily, slope = lots.normal(0.5, 1.2, statements), lots.normal(0, 1, statements)
    agree = 1 / (1 + np.exp(-(readily + place[:, None] * slope)))
    person, statement = np.nonzero(lots.random(agree.shape) < part)
    vote = np.where(lots.random(len(person)) < agree[person, statement], 1, -1)
    names = (
        [f"{letter}{number:05}" for number in range(count)] for letter, count in (("p", people), ("s", statements))
    )
    share = np.stack([agree[area == number].mean(axis=0) for number in range(areas)])
    return votes_of(*names, person, statement, vote), Known(tuple(f"{one:02}" for one in range(areas)), area), share


def truth(times=40):
    """How often 95 % intervals hold the share that would agree, and what is said to bind or to chafe does."""
    print(
        "| people | votes each | areas | apart | intervals hold | said to bind | do | said to chafe | do |\n"
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    )
    for people, part, areas, apart in (
        (100, 0.5, 3, 1.0), (300, 0.25, 3, 1.0), (1_000, 0.1, 3, 1.0), (1_000, 0.5, 3, 1.0), (400, 0.4, 10, 1.0),
        (900, 0.5, 30, 0.5), (900, 0.5, 30, 0.0),
    ):  # fmt: skip
        inside, binds, chafes = [], np.zeros(2, dtype=int), np.zeros(2, dtype=int)
        for seed in range(times):
            votes, area, share = drawn_city(people, part, seed, areas=areas, apart=apart)
            ground = find_ground(votes, known={"area": area})
            kind = next(kind for kind in ground.kinds if kind.kind == "area")
            share = share[[int(group) for group in kind.groups]]
            lower, upper = kind.interval()
            inside.append(((lower <= share) & (share <= upper)).mean())
            bound = ground.statements("binds")
            binds += (share[:, bound].min(axis=0) >= 0.6).sum(), len(bound)
            of_area = [row for row in ground.statements("chafes") if ground.apart[row].kind == "area"]
            chafes += (np.ptp(share[:, of_area], axis=0) >= 0.3).sum(), len(of_area)
        held = f"{100 * np.mean(inside):.1f} %"
        told = [people, round(40 * part), areas, apart, held, binds[1], part_of(binds), chafes[1], part_of(chafes)]
        print("| " + " | ".join(f"{one:,}" if isinstance(one, int) else f"{one}" for one in told) + " |", flush=True)


def hostile(times=20):
    """Of the ten statements on which the least agreeing neighbourhood truly agrees most: how many of the ten that are
    ranked first are still of these, with one account in twenty hostile."""
    kept = {"nobody": [], "dealt": [], "choosing": []}
    for seed in range(times):
        votes, area, share = drawn_city(600, 0.3, seed, statements=60)
        best = set(np.argsort(-share.min(axis=0))[:10].tolist())
        ground = find_ground(votes, known={"area": area})
        for name, found in kept.items():
            told = ground
            if name != "nobody":
                bent, rows = with_hostile(ground, np.random.default_rng(seed), choosing=name == "choosing")
                known = Known(area.categories, area.group[rows])
                told = find_ground(bent, known={"area": known})
            found.append(len(best & set(np.argsort(-told.lower)[:10].tolist())))
    print("| hostile accounts, 5 % | of the true ten first, among the ten ranked first | least |\n|---|--:|--:|")
    for name, found in kept.items():
        print(f"| {name} | {np.mean(found):.1f} | {min(found)} |")


def dealing():
    """Milliseconds to deal ten statements of 1,000, with what is known of 1 M people behind it."""
    votes = invented_city(1_000_000)
    dealer = Dealer(votes.statements, find_ground(votes))
    spent = []
    for person in votes.persons[::2_000]:
        begin = time.perf_counter()
        dealer.next_statements(person, 10)
        spent.append(time.perf_counter() - begin)
    print(
        f"ten statements: median {1e3 * np.median(spent):.2f} ms, 99 % within {1e3 * np.quantile(spent, 0.99):.2f} ms"
    )


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("part", choices=["foretold", "certified", "map", "scale", "truth", "hostile", "dealing", "one"])
    asked.add_argument("directory", nargs="?")
    asked.add_argument("--peer")
    asked.add_argument("--people", type=int, nargs="*", default=[20_000, 100_000, 1_000_000])
    asked.add_argument("--what", default="ours: all")
    told = asked.parse_args()
    match told.part:
        case "foretold":
            foretold(told.directory)
        case "certified":
            certified(told.directory)
        case "map":
            same_map(told.directory, told.peer)
        case "scale":
            scale(told.directory, told.peer, told.people)
        case "one":
            one(told.directory, told.what)
        case "truth":
            truth()
        case "hostile":
            hostile()
        case "dealing":
            dealing()


if __name__ == "__main__":
    main()
