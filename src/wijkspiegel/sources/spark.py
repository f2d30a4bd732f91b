"""The person network counted on many machines: the kernel of the local engine, in `mapInArrow`, on any Spark cluster.

Needs the extra [spark] and Java 17 or later. Each partition of a file is counted as if it were a file of its own. What
it counted travels in blocks of cells, and the workers sum each block over the partitions; the driver holds the
counts and never a link.
"""

import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from py4j.protocol import Py4JError
from pyspark.core.broadcast import Broadcast
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from wijkspiegel.errors import InputError, SettingsError, WijkspiegelError
from wijkspiegel.sources.network import (
    CODE,
    KIND,
    OTHER,
    OTHER_KIND,
    PERSON,
    Population,
    Progress,
    Tally,
    count_batches,
    read_batches,
)

CELLS = 1 << 16
"""Counts in a block: 128 kB, so that neither a row of Spark nor a worker that sums is ever large."""

BLOCKS = 128
"""Blocks that go to the driver at a time."""

TALLY = -1
"""The block that holds no counts but the tally of a partition."""

COUNTED, SUMMED = "block int, figures binary", "block int, figures binary, beyond bigint"

ONE_MACHINE = MappingProxyType(
    {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(Path(tempfile.gettempdir()) / "wijkspiegel-has-no-warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
    }
)
"""Settings where the master is local: nothing listens to other machines, nothing is written into the directory."""

UNLESS_SET = MappingProxyType(
    {"spark.sql.files.maxPartitionBytes": "512m", "spark.sql.execution.arrow.maxRecordsPerBatch": "262144"}
)
"""A partition costs a table of all counts, a batch a step of the kernel: few and large ones are best."""


@contextmanager
def on_spark(master: str | None = None) -> "Iterator[Spark]":
    """An engine, for as long as its cluster is needed. master : URL; that of spark-submit, or local[*], where None.

    Raises SettingsError where Spark does not start.
    """
    session = _session(master)
    try:
        yield Spark(session)
    finally:
        session.stop()


class Spark:
    """An engine (see `network.Engine`) that sends the population to the workers once, for all files."""

    def __init__(self, session: SparkSession) -> None:
        self.session = session
        self._sent: tuple[Population, Broadcast[Population]] | None = None

    def __call__(
        self, path: Path, population: Population, codes: frozenset[int], say: Progress
    ) -> tuple[NDArray[np.uint16], Tally]:
        say(f"{path.name}: counting on {self.session.sparkContext.master}")
        links = _links(self.session, path)
        counted = links.mapInArrow(_counting(path.name, self._everywhere(population), codes), COUNTED)
        loads = 1 + len(population.numbers) * population.groups // (CELLS * BLOCKS)
        summed = counted.groupBy("block").applyInArrow(sum_block, SUMMED).repartition(loads, "block")
        try:
            counts, tally = assemble(summed.toLocalIterator(prefetchPartitions=True), population)
        except (PySparkException, Py4JError) as error:
            raise _error_of(error, path) from None
        say(f"{path.name}: {tally.links:,} links")
        return counts, tally

    def _everywhere(self, population: Population) -> Broadcast[Population]:
        if self._sent is None or self._sent[0] is not population:
            self._sent = (population, self.session.sparkContext.broadcast(population))
        return self._sent[1]


def _counting(
    name: str, people: Broadcast[Population], codes: frozenset[int]
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return count_partition(name, batches, people.value, codes)

    return count


def count_partition(
    name: str, batches: Iterator[pa.RecordBatch], population: Population, codes: frozenset[int]
) -> Iterator[pa.RecordBatch]:
    """What a partition counted: its tally, and the blocks in which there is anything."""
    first = next(batches, None)
    if first is None:
        return
    counts, tally = count_batches(name, chain([first], batches), population, codes, lambda step: None)
    yield _block(TALLY, np.array(list(vars(tally).values())))
    cells = counts.reshape(-1)
    for block, start in enumerate(range(0, len(cells), CELLS)):
        if (held := cells[start : start + CELLS]).any():
            yield _block(block, held)


def sum_block(parts: pa.Table) -> pa.Table:
    """One block of all partitions as one. A count that is full stays full; what is beyond is told, as by the kernel."""
    block = parts["block"][0].as_py()
    kind = _kind(block)
    sums = sum(np.frombuffer(figures.as_buffer(), kind).astype(np.int64) for figures in parts["figures"])
    held = np.minimum(sums, np.iinfo(kind).max).astype(kind)
    beyond = pa.array([int((sums - held).sum())], pa.int64())
    return pa.Table.from_batches([_block(block, held)]).append_column("beyond", beyond)


def assemble(blocks: Iterable[tuple[int, bytes, int]], population: Population) -> tuple[NDArray[np.uint16], Tally]:
    """What an engine gives, from the blocks that were summed."""
    counts = np.zeros((len(population.numbers), population.groups), dtype=np.uint16)
    cells, tally, too_many = counts.reshape(-1), Tally(), 0
    for block, figures, beyond in blocks:
        held = np.frombuffer(figures, _kind(block))
        if block == TALLY:
            tally = Tally(*held.tolist())
        else:
            cells[block * CELLS : block * CELLS + len(held)] = held
        too_many += beyond
    tally.too_many += too_many
    return counts, tally


def _block(block: int, figures: NDArray[np.integer]) -> pa.RecordBatch:
    return pa.record_batch(
        [pa.array([block], pa.int32()), pa.array([figures.tobytes()], pa.binary())], names=["block", "figures"]
    )


def _kind(block: int) -> type[np.integer]:
    return np.int64 if block == TALLY else np.uint16


def _links(session: SparkSession, path: Path) -> DataFrame:
    """The five columns of a file. What is wrong with its beginning is found, and said, by the local reader."""
    next(read_batches(path), None)
    reader = session.read.option("ignoreCorruptFiles", False).option("ignoreMissingFiles", False)
    where = "file://" + re.sub(r"([\\*?{}\[\]])", r"\\\1", str(path.absolute()))
    if path.suffix.lower() == ".parquet":
        links = reader.parquet(where)
    else:
        with path.open(encoding="utf-8-sig") as start:
            header = start.readline().strip()
        separator = ";" if ";" in header else ","
        names = [name.strip().strip('"') for name in header.split(separator)]
        columns = ", ".join(f"`{name}` string" for name in names)
        links = (
            reader.options(sep=separator, header=True, mode="FAILFAST", columnPruning=False).schema(columns).csv(where)
        )
    return links.select(KIND, PERSON, OTHER_KIND, OTHER, CODE)


def _error_of(error: Exception, path: Path) -> WijkspiegelError:
    """What a cluster answers, as the local engine would say it."""
    text = str(error)
    if said := re.search(r"wijkspiegel\.errors\.InputError: (.+)", text):
        return InputError(said[1])
    if "FILE_NOT_EXIST" in text:
        mend = "It must lie at this path on every machine of the cluster."
        return InputError("a worker does not find the file", file=path, mend=mend)
    if "FAILED_READ_FILE" in text or "MALFORMED_RECORD" in text:
        return InputError("the file is cut off or holds something else", file=path, mend="Copy it again.")
    return SettingsError(f"Spark stopped while it counted {path.name}: {_reason(text)}")


def _reason(text: str) -> str:
    """The line that says what went wrong first: of a traceback of Python, or of a stack trace of Java."""
    if in_worker := re.search(r"^.*Traceback \(most recent call last\):\n(?:[ \t].*\n)*(.+)", text, flags=re.M):
        return in_worker[1]
    in_java = re.findall(r'^(?:Caused by: |: |Exception in thread "main" )[\w.$]+: (.+)$', text, flags=re.M)
    return str(in_java[-1] if in_java else text.strip().splitlines()[-1])


def _session(master: str | None) -> SparkSession:
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not (submitted or os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise SettingsError("Spark needs Java 17 or later, and there is none. Install it, or name it in JAVA_HOME.")
    if master is None and not submitted:
        master = "local[*]"
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")  # nothing here is pandas
    builder = SparkSession.builder.appName("wijkspiegel")
    if master is not None:
        builder = builder.master(master)
        for key, value in ONE_MACHINE.items() if master.startswith("local") else ():
            builder = builder.config(key, value)
    session = _started(builder, master)
    chosen = session.sparkContext.getConf()
    for key, value in UNLESS_SET.items():
        if not chosen.contains(key):
            session.conf.set(key, value)
    if not chosen.contains("spark.log.level"):
        session.sparkContext.setLogLevel("OFF")  # what goes wrong is raised
    return session


def _started(builder: SparkSession.Builder, master: str | None) -> SparkSession:
    """What Java says while it starts, and as long as it lives, is only told where it does not start."""
    with tempfile.TemporaryFile() as said:
        screen = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            return builder.getOrCreate()
        except (PySparkException, Py4JError) as error:
            said.seek(0)
            text = said.read().decode(errors="replace") if "JAVA_GATEWAY_EXITED" in str(error) else str(error)
            raise SettingsError(f"Spark does not start with master {master}: {_reason(text)}") from None
        finally:
            os.dup2(screen, 2)
            os.close(screen)
