"""Counted on Spark, however the links are split, as the plainest program and the local engine would."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.test_network import GROUP, HEADER, LINKS, NUMBERS
from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.network import Population, Tally, chosen_codes, count_batches, count_file, count_layers
from wijkspiegel.sources.spark import CELLS, Spark, assemble, count_partition, on_spark, sum_block

Link = tuple[str, int, str, int, int]
SIX = Population(NUMBERS, GROUP, 3)
LOW = Population(NUMBERS % 1_000, GROUP, 3)
"""Six people whose register is small."""
LOWER: list[Link] = [(kind, one % 1_000, other, two % 1_000, code) for kind, one, other, two, code in LINKS]

ALL = chosen_codes(None)
FULL = 65_535
JAVA = os.environ.get("JAVA_HOME") or shutil.which("java")
NAMES = HEADER.split(";")


@pytest.fixture(scope="module")
def spark() -> Iterator[Spark]:
    if not JAVA:
        pytest.skip("Spark needs Java, and there is none here")
    with on_spark("local[2]") as engine:
        yield engine


@pytest.fixture
def in_parts_of(spark: Spark) -> Iterator[Callable[[int], None]]:
    """How many bytes of a file a partition has at most."""
    setting = "spark.sql.files.maxPartitionBytes"
    usual = spark.session.conf.get(setting)
    yield lambda size: spark.session.conf.set(setting, str(size))
    spark.session.conf.set(setting, str(usual))


def silent(step: str) -> None:
    pass


def naive(codes: frozenset[int], links: list[Link], people: Population) -> list[list[int]]:
    """The judge: one link after the other."""
    row = {number: place for place, number in enumerate(people.numbers.tolist())}
    found = Counter(
        (row[one], people.group[row[two]])
        for kind, one, other_kind, two, code in links
        if code in codes and kind == other_kind == "R" and one in row and two in row and one != two
    )
    return [[min(found[place, group], FULL) for group in range(people.groups)] for place in row.values()]


def written(directory: Path, separator: str = ";", links: list[Link] = LINKS) -> Path:
    lines = [f"{kind};{one:09};{other_kind};{two:09};{code}" for kind, one, other_kind, two, code in links]
    path = directory / "FAMILIENETWERK2022TABV1.csv"
    path.write_text("\n".join([HEADER, *lines]).replace(";", separator) + "\n", encoding="utf-8")
    return path


def batch_of(links: list[Link]) -> pa.RecordBatch:
    kind, person, other_kind, other, code = zip(*links, strict=True) if links else [()] * 5
    numbers = (pa.array(person, pa.int64()), pa.array(other, pa.int64()), pa.array(code, pa.int32()))
    kinds = (pa.array(kind, pa.string()), pa.array(other_kind, pa.string()))
    return pa.record_batch([kinds[0], numbers[0], kinds[1], numbers[1], numbers[2]], names=NAMES)


def as_parquet(directory: Path, links: list[Link], ids: pa.DataType, rows: int = 1 << 20) -> Path:
    table = pa.Table.from_batches([batch_of(links)])
    for name in ("RINPERSOON", "RINPERSOONRELATIE"):
        numbers = table[name].to_pylist()
        column = pa.array([f"{number:09}" for number in numbers] if pa.types.is_string(ids) else numbers, ids)
        table = table.set_column(table.column_names.index(name), name, column)
    path = directory / "FAMILIENETWERK2022TABV1.parquet"
    pq.write_table(table, path, row_group_size=rows)
    return path


def same(one: tuple[np.ndarray, Tally], other: tuple[np.ndarray, Tally]) -> bool:
    return one[0].dtype == other[0].dtype and np.array_equal(one[0], other[0]) and one[1] == other[1]


def counted_in_parts(parts: list[pa.RecordBatch], population: Population) -> tuple[np.ndarray, Tally]:
    """As the workers do, in this process."""
    blocks = [block for part in parts for block in count_partition("links", iter([part]), population, ALL)]
    table = pa.Table.from_batches(blocks, blocks[0].schema)
    summed = [
        sum_block(table.filter(pa.compute.equal(table["block"], number))) for number in set(table["block"].to_pylist())
    ]
    return assemble((tuple(part.to_pylist()[0].values()) for part in summed), population)


some_links = st.lists(
    st.tuples(
        st.sampled_from("RRRF"), st.sampled_from([*LOW.numbers.tolist(), 5]), st.sampled_from("RRRF"),
        st.sampled_from([*LOW.numbers.tolist(), 5]), st.sampled_from([101, 301, 322, 999, -1]),
    )
)  # fmt: skip


@given(st.lists(some_links, min_size=1))
def test_however_links_are_split_the_figures_are_those_of_all_of_them(parts: list[list[Link]]) -> None:
    links = [link for part in parts for link in part]
    counts, tally = counted_in_parts([batch_of(part) for part in parts], LOW)
    assert counts.tolist() == naive(ALL, links, LOW)
    assert same((counts, tally), count_batches("links", [batch_of(links)], LOW, ALL, silent))


@pytest.mark.parametrize("sizes", [[30_000, 30_000, 10_000], [70_000, 0, 1], [65_534, 1, 1], [1, 70_000, 70_000]])
def test_a_count_that_is_full_is_full_however_links_are_split(sizes: list[int]) -> None:
    parts = [batch_of([("R", 3, "R", 17, 301)] * size) for size in sizes]
    counts, tally = counted_in_parts(parts, LOW)
    assert counts[0].tolist() == [0, FULL, 0]
    assert tally == Tally(links=sum(sizes), too_many=sum(sizes) - FULL)
    assert same((counts, tally), count_batches("links", parts, LOW, ALL, silent))


def test_a_partition_without_links_costs_and_says_nothing() -> None:
    assert list(count_partition("links", iter([]), SIX, ALL)) == []


@pytest.mark.parametrize("separator", [";", ","])
def test_a_csv_is_counted_as_the_plainest_program_would(spark: Spark, tmp_path: Path, separator: str) -> None:
    said: list[str] = []
    path = written(tmp_path, separator)
    counts, tally = spark(path, SIX, ALL, said.append)
    assert counts.tolist() == naive(ALL, LINKS, SIX)
    assert tally == Tally(links=10, other_codes=1, strangers=2, groupless=1, to_self=1)
    assert said == [f"{path.name}: counting on local[2]", f"{path.name}: 10 links"]


@pytest.mark.parametrize("ids", [pa.int32(), pa.int64(), pa.string()], ids=str)
def test_parquet_is_the_same_whatever_its_numbers_are(spark: Spark, tmp_path: Path, ids: pa.DataType) -> None:
    path, codes = as_parquet(tmp_path, LINKS, ids), frozenset({302, 322})
    counts, tally = spark(path, SIX, codes, silent)
    assert counts.tolist() == naive(codes, LINKS, SIX)
    assert same((counts, tally), count_file(path, SIX, codes, silent))


def test_partitions_may_be_skewed_and_tiny_and_empty(
    spark: Spark, in_parts_of: Callable[[int], None], tmp_path: Path
) -> None:
    links: list[Link] = [*LOWER, *[("R", 17, "R", 3, 301)] * 70_000, *LOWER]
    path = written(tmp_path, links=links)
    in_parts_of(path.stat().st_size // 3)
    counts, tally = spark(path, LOW, ALL, silent)
    assert counts.tolist() == naive(ALL, links, LOW)
    assert tally == Tally(links=70_020, other_codes=2, strangers=4, groupless=2, to_self=2, too_many=70_002 - FULL)

    path = as_parquet(tmp_path, links, pa.int64(), rows=30_000)  # three groups of rows, of which one is short
    size = path.stat().st_size // 12
    in_parts_of(size)
    assert spark.session.read.parquet(str(path)).rdd.getNumPartitions() >= 12  # so most begin no group, and are empty
    assert same(spark(path, LOW, ALL, silent), (counts, tally))


def test_more_people_than_fit_in_one_block(spark: Spark, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    numbers = np.sort(rng.choice(10**9, 30_000, replace=False))
    people = Population(numbers, rng.integers(-1, 7, len(numbers)), 7)
    assert len(numbers) * people.groups > 3 * CELLS
    chosen = rng.choice(np.append(numbers, 10**9 - 1), (2, 60_000)).tolist()
    links = [("R", one, "R", two, 201) for one, two in zip(*chosen, strict=True)]
    path = as_parquet(tmp_path, links, pa.int32())
    assert same(spark(path, people, ALL, silent), count_file(path, people, ALL, silent))


def test_a_file_without_links_has_no_counts(spark: Spark, tmp_path: Path) -> None:
    path = written(tmp_path, links=[])
    assert same(spark(path, LOW, ALL, silent), (np.zeros((6, 3), dtype=np.uint16), Tally()))


def test_a_run_that_was_stopped_goes_on_with_either_engine(spark: Spark, tmp_path: Path) -> None:
    files = {"family": written(tmp_path)}
    (there,) = count_layers(files, LOW, ALL, inside=tmp_path / "inside", engine=spark)
    said: list[str] = []
    (here,) = count_layers(files, LOW, ALL, inside=tmp_path / "inside", say=said.append)
    assert said == ["FAMILIENETWERK2022TABV1.csv: counted before"]
    assert same((here.counts, here.tally), (there.counts, there.tally))


def test_what_is_wrong_with_a_file_is_told_as_by_the_local_engine(spark: Spark, tmp_path: Path) -> None:
    path = written(tmp_path)
    right = path.read_text(encoding="utf-8")
    for wrong in (right.replace("RELATIE\n", "SOORT\n", 1), right[:-12], right.replace(";000000003;", ";xyz;")):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError) as here:
            count_file(path, LOW, ALL, silent)
        with pytest.raises(InputError) as there:
            spark(path, LOW, ALL, silent)
        assert str(there.value) == str(here.value)


def test_what_a_worker_finds_wrong_is_told_as_by_the_local_engine(spark: Spark, tmp_path: Path) -> None:
    path = as_parquet(tmp_path, LINKS, pa.string())
    table = pq.read_table(path)
    pq.write_table(table.set_column(1, "RINPERSOON", pa.array(["xyz"] * len(LINKS))), path)
    with pytest.raises(InputError, match="Column 'RINPERSOON'") as here:
        count_file(path, LOW, ALL, silent)
    with pytest.raises(InputError) as there:
        spark(path, LOW, ALL, silent)
    assert str(there.value) == str(here.value)


def test_damage_far_into_a_file_is_found(spark: Spark, tmp_path: Path) -> None:
    path = as_parquet(tmp_path, LINKS * 120_000, pa.int64(), rows=1 << 19)  # the first million is read here
    file = bytearray(path.read_bytes())
    last = pq.read_metadata(path).row_group(2).column(1).data_page_offset
    file[last : last + 30] = b"x" * 30
    path.write_bytes(file)
    with pytest.raises(InputError, match="cut off or holds something else"):
        spark(path, LOW, ALL, silent)


def test_a_master_that_is_none_is_named(spark: Spark) -> None:
    made = "from wijkspiegel.sources.spark import on_spark\nwith on_spark('nonsense'): pass"
    result = subprocess.run([sys.executable, "-c", made], capture_output=True, text=True, check=False)
    assert result.stderr.splitlines()[-1] == (
        "wijkspiegel.errors.SettingsError: Spark does not start with master nonsense: "
        "Master must either be yarn or start with spark, k8s, or local"
    )


def test_without_java_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SettingsError, match="Spark needs Java 17 or later"), on_spark("local[2]"):
        pass


def connectors(directory: Path, *options: object, program: str = "") -> subprocess.CompletedProcess[str]:
    command = f"{program}from wijkspiegel.cli import run; run()"
    files = ("--people", "people.csv", "--person", "RINPERSOON", "--network", ".", "--year", "2022")
    return subprocess.run(
        [sys.executable, "-c", command, "connectors", *files, *map(str, options)],
        capture_output=True, text=True, check=False, cwd=directory,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )  # fmt: skip


def test_the_command_counts_on_spark_and_leaves_nothing_behind(tmp_path: Path) -> None:
    if not JAVA:
        pytest.skip("Spark needs Java, and there is none here")
    rng = np.random.default_rng(5)
    people = Population(np.arange(200), np.arange(200) % 3, 3)
    lines = [f"{number:09},b{number % 2},g{number % 3}" for number in people.numbers]
    (tmp_path / "people.csv").write_text("RINPERSOON,area,group\n" + "\n".join(lines), encoding="utf-8")
    pairs = rng.choice(people.numbers, (2, 2_000)).tolist()
    network = written(tmp_path, links=[("R", one, "R", two, 301) for one, two in zip(*pairs, strict=True)])
    before = {path.name for path in tmp_path.iterdir()}
    made = connectors(tmp_path, "--engine", "spark", "--master", "local[2]", "--inside", "inside", "--out", "out")
    assert made.returncode == 0, made.stderr
    assert [line for line in made.stderr.splitlines() if "WARN" in line or "Spark" in line] == ["… starting Spark"]
    assert {path.name for path in tmp_path.iterdir()} - before == {"inside", "out"}
    (kept,) = (tmp_path / "inside").iterdir()
    counts, tally = count_file(network, people, ALL, silent)
    assert np.load(kept)["counts"].tolist() == counts.tolist()
    assert np.load(kept)["tally"].tolist() == list(vars(tally).values())


def test_without_pyspark_the_command_names_the_extra(tmp_path: Path) -> None:
    result = connectors(tmp_path, "--engine", "spark", program="import sys; sys.modules['pyspark'] = None; ")
    assert result.returncode == 2
    assert "pip install 'wijkspiegel[spark]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_master_is_for_spark_only(tmp_path: Path) -> None:
    result = connectors(tmp_path, "--master", "local[2]")
    assert result.returncode == 2
    assert "--master with --engine spark" in result.stderr
