"""The person network at size: `python -m benchmarks.network make DIR --people 17400000 --links 566000000`, `count DIR`.

`make` writes a people file and one file of links between them, in random order or (`--ordered`) by person,
as Parquet or (`--csv`) as CSV. `count`
times three programs over it in processes of their own: only decoding the columns, our kernel, and DuckDB SQL. CPU
seconds, wall seconds and peak memory, with the start of the program. `--side` measures one of them.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

GROUPS = 8
FILE = "COLLEGANETWERK2022TABV1"
BATCH = 5_000_000


def make(directory: Path, people: int, links: int, csv: bool, ordered: bool) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    numbers = np.sort(rng.choice(10**9, people + people // 50, replace=False))[:people].astype(np.int64)
    group = rng.choice(GROUPS, people, p=[0.7, 0.1, 0.05, 0.05, 0.04, 0.03, 0.02, 0.01]).astype(np.int8)
    pq.write_table(pa.table({"number": numbers, "group": group}), directory / "people.parquet")
    kind = pa.DictionaryArray.from_arrays(pa.array(np.zeros(BATCH, dtype=np.int32)), ["R"])
    writer = None
    path = directory / f"{FILE}.{'csv' if csv else 'parquet'}"
    for start in range(0, links, BATCH):
        size = min(BATCH, links - start)
        row = (start + np.arange(size)) * people // links if ordered else rng.integers(0, people, size)
        table = pa.table(
            {
                "RINPERSOONS": kind[:size],
                "RINPERSOON": numbers[row].astype(np.int32),
                "RINPERSOONSRELATIE": kind[:size],
                "RINPERSOONRELATIE": numbers[rng.integers(0, people, size)].astype(np.int32),
                "RELATIE": np.full(size, 201, dtype=np.int16),
            }
        )
        if writer is None:
            options = pyarrow.csv.WriteOptions(delimiter=";", quoting_style="none")
            writer = (
                pyarrow.csv.CSVWriter(path, table.schema, write_options=options)
                if csv
                else pq.ParquetWriter(path, table.schema)
            )
        writer.write_table(table)
        print(f"\r{start + size:,} links", end="", file=sys.stderr)
    if writer is not None:
        writer.close()
    print(file=sys.stderr)


def _people(directory: Path) -> tuple[np.ndarray, np.ndarray]:
    table = pq.read_table(directory / "people.parquet")
    return table["number"].to_numpy(), table["group"].to_numpy().astype(np.int64)


def decode(directory: Path, path: Path) -> int:
    from wijkspiegel.sources.network import read_batches

    return sum(batch.num_rows for batch in read_batches(path))


def ours(directory: Path, path: Path) -> int:
    from wijkspiegel.sources.network import Population, chosen_codes, count_layers

    numbers, group = _people(directory)
    (layer,) = count_layers({"work": path}, Population(numbers, group, GROUPS), chosen_codes(None))
    return int(layer.counts.sum(axis=0, dtype=np.int64) @ (np.arange(GROUPS) + 1))


def duckdb_sql(directory: Path, path: Path) -> int:
    import duckdb

    with duckdb.connect() as connection:
        connection.sql("SET threads = 1")
        found = connection.sql(
            f"""SELECT sum(n * (g + 1)) FROM (
            SELECT l.RINPERSOON AS person, p."group" AS g, count(*) AS n FROM '{path}' l
            JOIN '{directory / "people.parquet"}' p ON l.RINPERSOONRELATIE = p.number
            JOIN '{directory / "people.parquet"}' o ON l.RINPERSOON = o.number
            WHERE l.RINPERSOON <> l.RINPERSOONRELATIE AND l.RELATIE = 201 GROUP BY ALL)"""  # noqa: S608
        ).fetchall()
    return int(found[0][0])


SIDES = {"decode": decode, "ours": ours, "duckdb": duckdb_sql}


def count(directory: Path, side: str | None) -> None:
    path = next(directory.glob(f"{FILE}.*"))
    if side is None:
        for name in SIDES:
            command = [sys.executable, "-m", "benchmarks.network", "count", str(directory), "--side", name]
            subprocess.run(command, check=False)
        return
    wall, cpu = time.perf_counter(), time.process_time()
    answer = SIDES[side](directory, path)
    told = {
        "side": side,
        "cpu_s": round(time.process_time() - cpu, 1),
        "wall_s": round(time.perf_counter() - wall, 1),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "answer": answer,
    }
    print(json.dumps(told), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=["make", "count"])
    options.add_argument("directory", type=Path)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--links", type=int, default=20_000_000)
    options.add_argument("--csv", action="store_true")
    options.add_argument("--ordered", action="store_true", help="links in order of the person, as they often lie")
    options.add_argument("--side", choices=list(SIDES))
    chosen = options.parse_args()
    if chosen.what == "make":
        make(chosen.directory, chosen.people, chosen.links, chosen.csv, chosen.ordered)
    else:
        count(chosen.directory, chosen.side)


if __name__ == "__main__":
    main()
