"""red-dwarf on votes in a file, in an interpreter of its own: what it finds, and what that took."""

import json
import resource
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
from reddwarf.implementations.base import run_pipeline  # noqa: E402


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def rows_of(person, statement, vote):
    given = zip(person.tolist(), statement.tolist(), vote.tolist(), strict=True)
    return [{"participant_id": p, "statement_id": s, "vote": v, "modified": n} for n, (p, s, v) in enumerate(given)]


lots = np.random.default_rng(1)
run_pipeline(
    votes=rows_of(np.repeat(np.arange(40), 12), np.tile(np.arange(12), 40), lots.choice([-1, 1], 480)), random_state=1
)
with np.load(sys.argv[1]) as file:
    votes = rows_of(file["person"], file["statement"], file["vote"])
before, begin = peak(), time.process_time()
found = run_pipeline(votes=votes, random_state=1)
spent = time.process_time() - begin
places = found.participants_df.sort_index()[["x", "y"]].to_numpy()
components = found.statements_df.sort_index()[["pc1", "pc2"]].to_numpy().T
group = found.participants_df.sort_index()["cluster_id"].fillna(-1).to_numpy(dtype=int)
np.savez(sys.argv[2], places=places, components=components, group=group)
print(json.dumps({"seconds": spent, "bytes": peak(), "before": before}))
