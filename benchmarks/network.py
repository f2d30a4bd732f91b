"""The person network of Statistics Netherlands at its size, counted by us and by what a user would pick instead.

`make DIR` writes a file of people and five files of links, as large as those of the real network (or a share of it), by
person or in random order, as Parquet or as CSV. `count DIR` runs every side over each file, in processes of their own;
`journey DIR` runs the command line from files to report. CPU seconds, wall seconds and peak memory: RssAnon, which is
what is resident and no page of a file, as the system tells it ten times a second. Sides whose libraries need other
versions run with the interpreter in .venv-netcbs, or the one named in WIJKSPIEGEL_NETCBS_PYTHON.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import threading
import time
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

GROUPS = 8
SHARES = [0.7, 0.1, 0.05, 0.05, 0.04, 0.03, 0.02, 0.01]
PEOPLE_OF_AN_AREA = 1250
BATCH = 4_000_000
KINDS = ["RINPERSOONS", "RINPERSOONSRELATIE"]
COLUMNS = ["RINPERSOONS", "RINPERSOON", "RINPERSOONSRELATIE", "RINPERSOONRELATIE", "RELATIE"]
LAYERS = {
    "COLLEGANETWERK": ("work", "Colleagues", 566_000_000, range(201, 202)),
    "BURENNETWERK": ("neighbours", "Neighbors", 352_700_000, range(101, 103)),
    "FAMILIENETWERK": ("family", "Family", 270_200_000, range(301, 323)),
    "KLASGENOTENNETWERK": ("school", "Schoolmates", 233_800_000, range(501, 507)),
    "HUISGENOTENNETWERK": ("household", "Housemates", 41_100_000, range(401, 403)),
}
"""Beginning of a file's name -> our name of the layer, that of netCBS, links of the real one, codes."""

# What is counted ------------------------------------------------------------------------------------------------------


def make(directory: Path, people: int, share: float, separator: str | None, in_order: bool, only: str | None) -> None:
    """Contacts are random, which is the worst there is; one in a hundred numbers is nobody's in the file of people."""
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    numbers = np.sort(rng.choice(10**9, people, replace=False)).astype(np.int32)
    group = rng.choice(GROUPS, people, p=SHARES)
    inside = np.arange(people) % 100 > 0
    areas = people // PEOPLE_OF_AN_AREA
    table = {
        "RINPERSOON": numbers[inside],
        "area": _words("BU{:08}", areas, rng.integers(0, areas, people)[inside]),
        "group": _words("g{}", GROUPS, group[inside]),
    }
    pq.write_table(pa.table(table), directory / "people.parquet")
    for name, (_, _, links, codes) in LAYERS.items():
        if only in (None, name):
            path = directory / f"{name}2022TABV1.{'csv' if separator else 'parquet'}"
            _write(path, numbers, round(links * share), codes, separator, in_order, rng)


def _words(pattern: str, count: int, places: np.ndarray) -> pa.Array:
    words = pa.array([pattern.format(number) for number in range(count)])
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), words).cast(pa.string())


def _write(path: Path, numbers: np.ndarray, links: int, codes: range, separator, in_order: bool, rng) -> None:
    people = len(numbers)
    schema = pa.schema(dict(zip(COLUMNS, [pa.string(), pa.int32(), pa.string(), pa.int32(), pa.int16()], strict=True)))
    options = pyarrow.csv.WriteOptions(delimiter=separator or ";", quoting_style="none")
    writer = pyarrow.csv.CSVWriter(path, schema, write_options=options) if separator else pq.ParquetWriter(path, schema)
    with writer:
        for start in range(0, links, BATCH):
            size = min(BATCH, links - start)
            row = (start + np.arange(size)) * people // links if in_order else rng.integers(0, people, size)
            contact = rng.integers(0, people - 1, size)
            contact += contact >= row
            kind = pa.DictionaryArray.from_arrays(np.zeros(size, dtype=np.int32), ["R"]).cast(pa.string())
            code = rng.integers(codes.start, codes.stop, size, dtype=np.int16)
            writer.write_table(pa.table([kind, numbers[row], kind, numbers[contact], code], schema=schema))
            print(f"\r{path.name}: {start + size:,} links", end="", file=sys.stderr)
    print(file=sys.stderr)


def _layer(path: Path) -> tuple[str, str, int, range]:
    return LAYERS[path.name.split("2022")[0]]


def _files(path: Path) -> list[Path]:
    """All files of a directory, or the one file."""
    return sorted(path.glob("*NETWERK*")) if path.is_dir() else [path]


def _people(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and groups, [person]."""
    table = pq.read_table(_files(path)[0].parent / "people.parquet", columns=["RINPERSOON", "group"])
    group = table["group"].combine_chunks().dictionary_encode()
    code = np.array([int(word[1:]) for word in group.dictionary.to_pylist()])
    return table["RINPERSOON"].to_numpy().astype(np.int64), code[np.asarray(group.indices)]


# The sides: each loads what it needs and returns what is timed, which returns counts [person, group] (of each file) ---


def decode(path: Path):
    """The columns as pyarrow reads them, and nothing else; kinds as a dictionary, which is fastest."""
    return lambda: _drain(chain.from_iterable(_decoded(file, read_dictionary=KINDS) for file in _files(path)))


def decode_text(path: Path):
    """The columns as pyarrow reads them unless told otherwise: kinds as a text for each link."""
    return lambda: _drain(chain.from_iterable(map(_decoded, _files(path))))


def _decoded(path: Path, **options):
    if path.suffix == ".csv":
        with path.open(encoding="utf-8") as file:
            parsing = pyarrow.csv.ParseOptions(delimiter=";" if ";" in file.readline() else ",")
        return pyarrow.csv.open_csv(path, parse_options=parsing)
    return pq.ParquetFile(path, memory_map=True, pre_buffer=False, **options).iter_batches(1 << 20, columns=COLUMNS)


def reading(path: Path):
    """The columns as Wijkspiegel reads them, and nothing else."""
    from wijkspiegel.sources.network import read_batches

    return lambda: _drain(chain.from_iterable(map(read_batches, _files(path))))


def _drain(batches) -> None:
    for _ in batches:
        pass


def gather(path: Path):
    """The least beside decoding: one look at each contact in a table of all numbers, as fast as this machine can. What
    it finds is added up, and nothing is counted.
    """
    import numba

    from wijkspiegel.sources.tally import TOGETHER, Population, _ask_for

    @numba.njit(nogil=True)
    def look(table, numbers):
        total = 0
        for start in range(0, len(numbers), TOGETHER):
            some = numbers[start : start + TOGETHER]
            for number in some:
                _ask_for(table, np.int64(number))
            for number in some:
                total += table[np.uint64(number)]
        return total

    people, group = _people(path)
    table = np.resize(Population(people, group, GROUPS).group_of_number, 10**9)
    contacts = pq.read_table(path, columns=["RINPERSOONRELATIE"])[0].to_numpy()
    look(table, contacts[:9])
    return lambda: look(table, contacts) and None


def ours(path: Path):
    from wijkspiegel.sources.network import Population, chosen_codes, count_batches, count_layers, read_batches

    numbers, group = _people(path)
    first = next(read_batches(_files(path)[0])).slice(0, 9)
    count_batches("compiling", [first], Population(numbers[:9], group[:9], GROUPS), chosen_codes(None), str)

    def run():
        files = {_layer(file)[0]: file for file in _files(path)}
        layers = count_layers(files, Population(numbers, group, GROUPS), chosen_codes(None))
        return [layer.counts for layer in layers]

    return run


def bincount(path: Path):
    """numpy: rows and groups by number, and one bincount of all links."""
    numbers, group = _people(path)

    def run():
        row = np.full(10**9, -1, dtype=np.int32)
        row[numbers] = np.arange(len(numbers))
        links = pq.read_table(path, columns=["RINPERSOON", "RINPERSOONRELATIE", "RELATIE"])
        one, two = (row[links[column].to_numpy()] for column in ("RINPERSOON", "RINPERSOONRELATIE"))
        counts = (one >= 0) & (two >= 0) & (one != two) & np.isin(links["RELATIE"].to_numpy(), list(_layer(path)[3]))
        cell = one[counts].astype(np.int64) * GROUPS + group[two[counts]]
        return np.bincount(cell, minlength=len(numbers) * GROUPS).reshape(-1, GROUPS)

    return run


def duckdb_sql(path: Path):
    import duckdb

    people = f"'{path.parent / 'people.parquet'}'"

    def run():
        with duckdb.connect() as connection:
            return connection.sql(
                f"""SELECT l.RINPERSOON, p."group", count(*) AS n FROM '{path}' l
                JOIN {people} p ON l.RINPERSOONRELATIE = p.RINPERSOON JOIN {people} o ON l.RINPERSOON = o.RINPERSOON
                WHERE l.RINPERSOON <> l.RINPERSOONRELATIE AND l.RELATIE IN ({",".join(map(str, _layer(path)[3]))})
                GROUP BY ALL"""  # noqa: S608
            ).to_arrow_table()

    return run


def polars_streaming(path: Path):
    import polars as pl

    def run():
        people = pl.scan_parquet(path.parent / "people.parquet").select("RINPERSOON", "group")
        links = pl.scan_parquet(path).filter(
            pl.col("RELATIE").is_in(list(_layer(path)[3])), pl.col("RINPERSOON") != pl.col("RINPERSOONRELATIE")
        )
        known = links.join(people, left_on="RINPERSOONRELATIE", right_on="RINPERSOON")
        known = known.join(people.select("RINPERSOON"), on="RINPERSOON")
        return known.group_by("RINPERSOON", "group").agg(pl.len().alias("n")).collect(engine="streaming").to_arrow()

    return run


def netcbs(path: Path):
    """netCBS sums a column over contacts: one column of zeros and ones for each group."""
    import netcbs
    import polars as pl

    def run():
        people = pl.read_parquet(path.parent / "people.parquet", columns=["RINPERSOON", "group"])
        groups = [f"g{number}" for number in range(GROUPS)]
        told = people.select("RINPERSOON", *((pl.col("group") == group).cast(pl.Int8).alias(group) for group in groups))
        found = netcbs.transform(
            f"[{', '.join(groups)}] -> {_layer(path)[1]}[all] -> sample", people.select("RINPERSOON"), told, year=2022,
            agg_funcs=("sum",), format_path_fn=lambda context, *_, **__: (str(path), set(_layer(path)[3])),
        ).sort("RINPERSOON")  # fmt: skip
        return found.select(f"sum_{group}" for group in groups).fill_null(0).to_numpy()

    return run


SIDES = {
    "decode": decode, "decode_text": decode_text, "reading": reading, "gather": gather, "ours": ours,
    "numpy": bincount, "duckdb": duckdb_sql, "polars": polars_streaming, "netcbs": netcbs,
}  # fmt: skip
ELSEWHERE = ("polars", "netcbs")


def fingerprint(path: Path, found) -> str | None:
    """Of the counts [person, group], so that sides can be told equal to the last count."""
    if found is None:
        return None
    if isinstance(found, pa.Table):
        numbers, _ = _people(path)
        row = np.searchsorted(numbers, found["RINPERSOON"].to_numpy())
        group = np.array([int(word[1:]) for word in found["group"].to_pylist()])
        counts = np.zeros((len(numbers), GROUPS), dtype=np.uint16)
        counts[row, group] = found["n"].to_numpy()
        found = counts
    told = hashlib.sha256()
    for counts in found if isinstance(found, list) else [found]:
        told.update(np.ascontiguousarray(counts, dtype=np.uint16))
    return told.hexdigest()[:12]


# Measuring ------------------------------------------------------------------------------------------------------------


def resident(process: int | str) -> float:
    """GB that are resident and no page of a file; 0 where the process has ended."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith(("RssAnon", "RssShmem"))) / 2**20


def timed(path: Path, side: str) -> None:
    """In a process of its own: one line of JSON. `load` : how many processes wanted a core, ours among them."""
    run = SIDES[side](path)
    seen, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            seen.append(resident("self"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    cpu, wall, load = time.process_time() - cpu, time.perf_counter() - wall, os.getloadavg()[0]
    done.set()
    watcher.join()
    told = {"cpu": cpu, "wall": wall, "load": load, "peak": max(seen), "counts": fingerprint(path, found)}
    print(json.dumps({"side": side} | told), flush=True)


def count(directory: Path, sides: list[str], repeats: int, together: bool) -> None:
    elsewhere = os.environ.get("WIJKSPIEGEL_NETCBS_PYTHON", ".venv-netcbs/bin/python")
    for path in [directory] if together else _files(directory):
        print(path.name, flush=True)
        print(
            "| side | CPU | of decoding | wall | peak memory | load | counts |\n|---|--:|--:|--:|--:|--:|---|",
            flush=True,
        )
        least = None
        for side in sides:
            python = elsewhere if side in ELSEWHERE else sys.executable
            command = [python, "-m", "benchmarks.network", "timed", str(path), "--sides", side]
            runs = [subprocess.run(command, capture_output=True, text=True, check=False) for _ in range(repeats)]
            told = sorted((json.loads(run.stdout) for run in runs if not run.returncode), key=lambda one: one["cpu"])
            if not told:
                print(f"| {side} | {(runs[0].stderr.splitlines() or ['killed'])[-1][:90]} |", flush=True)
                continue
            one = told[len(told) // 2]
            least = least or one["cpu"]
            print(
                f"| {side} | {one['cpu']:.1f} s | {one['cpu'] / least:.2f} | {one['wall']:.1f} s "
                f"| {one['peak']:.1f} GB | {one['load']:.1f} | {one['counts'] or ''} |", flush=True,
            )  # fmt: skip


def journey(directory: Path, options: list[str]) -> None:
    """The command line from files to report, with the memory of each second."""
    command = [sys.executable, "-m", "wijkspiegel", "connectors", "--people", str(directory / "people.parquet"),
               "--network", str(directory), "--year", "2022", "--person", "RINPERSOON",
               "--out", str(directory / "out"), *options]  # fmt: skip
    start, most = time.perf_counter(), 0.0
    log = directory / "journey.txt"
    with log.open("w") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        while process.poll() is None:
            now = resident(process.pid)
            if now > most + 0.1:
                most = now
                step = (log.read_text().splitlines() or [""])[-1]
                print(f"{time.perf_counter() - start:6.0f} s {most:5.2f} GB  {step}", flush=True)
            time.sleep(0.2)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"ended with {process.returncode} after {time.perf_counter() - start:.0f} s, "
          f"{spent.ru_utime + spent.ru_stime:.0f} CPU s, {most:.2f} GB")  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", choices=["make", "count", "timed", "journey"])
    options.add_argument("path", type=Path)
    options.add_argument("--people", type=int, default=17_400_000)
    options.add_argument("--share", type=float, default=1.0, help="of the links of the real network")
    options.add_argument("--only", choices=list(LAYERS), help="this file")
    options.add_argument("--csv", choices=[";", ","], help="CSV with this separator, else Parquet")
    options.add_argument("--in-random-order", action="store_true", help="else by person")
    options.add_argument("--sides", nargs="+", choices=list(SIDES), default=list(SIDES))
    options.add_argument("--together", action="store_true", help="all files in one run: decode, reading and ours only")
    options.add_argument("--repeats", type=int, default=1, help="the median is told")
    chosen, others = options.parse_known_args()
    if chosen.what == "make":
        make(chosen.path, chosen.people, chosen.share, chosen.csv, not chosen.in_random_order, chosen.only)
    elif chosen.what == "count":
        count(chosen.path, chosen.sides, chosen.repeats, chosen.together)
    elif chosen.what == "timed":
        timed(chosen.path, *chosen.sides)
    else:
        journey(chosen.path, others)


if __name__ == "__main__":
    main()
