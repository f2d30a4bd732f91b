"""Files of the person network as they lie, counted as the plainest program would."""

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.network import (
    CODES,
    Layer,
    Population,
    chosen_codes,
    count_batches,
    count_layers,
    find_files,
    read_batches,
)
from wijkspiegel.sources.people_with_ties import Network, city_of_people
from wijkspiegel.sources.tally import TOGETHER, register_of, row_of

NUMBERS = np.array([3, 17, 64, 65, 4_000_123, 999_999_999])
GROUP = np.array([0, 1, 1, -1, 2, 0])
PEOPLE = Population(NUMBERS, GROUP, 3)
HEADER = "RINPERSOONS;RINPERSOON;RINPERSOONSRELATIE;RINPERSOONRELATIE;RELATIE"
Link = tuple[Any, Any, Any, Any, Any]
LINKS: list[Link] = [
    ("R", 3, "R", 17, 301), ("R", 3, "R", 64, 302), ("R", 3, "R", 64, 302), ("R", 3, "R", 65, 301),
    ("R", 17, "R", 3, 301), ("R", 17, "R", 17, 301), ("R", 17, "R", 5, 301), ("R", 64, "F", 17, 301),
    ("R", 999_999_999, "R", 4_000_123, 322), ("R", 64, "R", 3, 999),
]  # fmt: skip


def written(directory: Path, name: str = "FAMILIENETWERK2022TABV1.csv", separator: str = ";") -> Path:
    path = directory / name
    lines = [HEADER]
    for kind, person, other_kind, other, code in LINKS:
        lines.append(f"{kind};{person:09};{other_kind};{other:09};{code}")
    path.write_text("\n".join(lines).replace(";", separator) + "\n", encoding="utf-8")
    return path


def as_parquet(directory: Path) -> Path:
    columns = list(zip(*LINKS, strict=True))
    path = directory / "FAMILIENETWERK2022TABV2.parquet"
    pq.write_table(pa.table(dict(zip(HEADER.split(";"), map(list, columns), strict=True))), path)
    return path


def counted(files: dict[str, Path], codes: str | None = None, inside: Path | None = None) -> list[Layer]:
    return list(count_layers(files, PEOPLE, chosen_codes(codes), inside=inside))


def naive(codes: frozenset[int], links: list[Link] = LINKS) -> tuple[list[list[int]], dict[str, int]]:
    row = {number: place for place, number in enumerate(NUMBERS.tolist())}
    found: Counter[tuple[int, int]] = Counter()
    tally = dict.fromkeys(("links", "other_codes", "strangers", "groupless", "to_self", "too_many"), 0)
    for kind, one, other_kind, two, code in links:
        tally["links"] += 1
        if code not in codes:
            tally["other_codes"] += 1
        elif kind != "R" or other_kind != "R" or one not in row or two not in row:
            tally["strangers"] += 1
        elif one == two:
            tally["to_self"] += 1
        elif GROUP[row[two]] < 0:
            tally["groupless"] += 1
        else:
            found[row[one], int(GROUP[row[two]])] += 1
    return [[found[place, group] for group in range(3)] for place in range(len(NUMBERS))], tally


@pytest.mark.parametrize("separator", [";", ","])
def test_links_are_counted_as_the_plainest_program_would(tmp_path: Path, separator: str) -> None:
    written(tmp_path, separator=separator)
    (layer,) = counted(find_files(tmp_path, 2022))
    assert layer.sphere == "family"
    counts, tally = naive(chosen_codes(None))
    assert layer.counts.tolist() == counts
    assert vars(layer.tally) == tally
    assert list(tally.values()) == [10, 1, 2, 1, 1, 0]
    assert layer.unknown == (999,)


def test_parquet_is_the_same_and_the_newest_version_wins(tmp_path: Path) -> None:
    written(tmp_path)
    newest = as_parquet(tmp_path)
    files = find_files(tmp_path, 2022)
    assert files == {"family": newest}
    assert counted(files)[0].counts.tolist() == naive(chosen_codes(None))[0]


def test_only_the_chosen_codes_count(tmp_path: Path) -> None:
    files = {"family": written(tmp_path)}
    assert counted(files, "302,322")[0].counts.tolist() == naive(frozenset({302, 322}))[0]


@pytest.mark.parametrize(("codes", "says"), [("3O1", "'3O1' is no code"), ("301,777", "777 is no code")])
def test_what_is_no_code_is_named(codes: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        chosen_codes(codes)


def test_a_run_that_was_stopped_goes_on_after_what_was_counted(tmp_path: Path) -> None:
    path = written(tmp_path)
    first = counted({"family": path}, inside=tmp_path / "inside")
    kept = list((tmp_path / "inside").iterdir())
    assert [file.name.endswith(".do-not-take-out.npz") for file in kept] == [True]
    said: list[str] = []
    inside = tmp_path / "inside"
    again = list(count_layers({"family": path}, PEOPLE, chosen_codes(None), inside=inside, say=said.append))
    assert said == [f"{path.name}: counted before"]
    assert again[0].counts.tolist() == first[0].counts.tolist()
    assert again[0].tally == first[0].tally
    assert len(counted({"family": path}, "301", tmp_path / "inside")) == 1
    assert len(list((tmp_path / "inside").iterdir())) == 2  # other codes are another count


def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of the person network of 2022"):
        find_files(tmp_path, 2022)
    path = written(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("RELATIE\n", "SOORT\n", 1), encoding="utf-8")
    with pytest.raises(InputError, match="Column 'RELATIE'"):
        counted({"family": path})
    path = written(tmp_path)
    path.write_text(path.read_text(encoding="utf-8")[:-12], encoding="utf-8")
    with pytest.raises(InputError, match="cut off"):
        counted({"family": path})
    parquet = as_parquet(tmp_path)
    parquet.write_bytes(parquet.read_bytes()[:-40])
    with pytest.raises(InputError, match="cut off"):
        counted({"family": parquet})


LINK = st.tuples(
    st.sampled_from(["R", "F", None]),
    st.sampled_from([*NUMBERS.tolist(), 5, 63, 4_000_124, 999_999_998, None]),
    st.sampled_from(["R", "R", "O"]),
    st.sampled_from([*NUMBERS.tolist(), 0, 66, 999_999_997, None]),
    st.sampled_from([301, 302, 201, 30, 999, None]),
)
NUMBER_FORMS = {
    "int32": lambda numbers: pa.array(numbers, pa.int32()),
    "int64": lambda numbers: pa.array(numbers, pa.int64()),
    "text": lambda numbers: pa.array([None if number is None else f"{number:09}" for number in numbers], pa.string()),
    "dictionary": lambda numbers: pa.array(numbers, pa.int64()).dictionary_encode(),
}
KIND_FORMS = {
    "text": lambda kinds: pa.array(kinds, pa.string()),
    "dictionary": lambda kinds: pa.array(kinds, pa.string()).dictionary_encode(),
}


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Link], list[pa.RecordBatch]]:
    """Links, cut into batches, each of which has its columns in some form."""
    parts = draw(st.lists(st.lists(LINK, max_size=6), min_size=1, max_size=4))
    parts = [part * draw(st.sampled_from([1, 1, TOGETHER // 2])) for part in parts]
    made = []
    for part in parts:
        columns = [list(column) for column in zip(*part, strict=True)] or [[]] * 5
        forms = [draw(st.sampled_from(list(KIND_FORMS if place in (0, 2) else NUMBER_FORMS))) for place in range(5)]
        arrays = [
            (KIND_FORMS if place in (0, 2) else NUMBER_FORMS)[form](column)
            for place, (form, column) in enumerate(zip(forms, columns, strict=True))
        ]
        made.append(pa.record_batch(arrays, names=HEADER.split(";")))
    return [link for part in parts for link in part], made


@given(batches(), st.sampled_from([None, "301", "302,301,201"]))
def test_no_form_of_the_columns_and_no_boundary_of_a_batch_changes_a_count(
    cut: tuple[list[Link], list[pa.RecordBatch]], codes: str | None
) -> None:
    links, made = cut
    counts, tally = count_batches("links", made, PEOPLE, chosen_codes(codes), lambda step: None)
    assert (counts.tolist(), vars(tally)) == naive(chosen_codes(codes), links)
    again, same = count_batches("links", reversed(made), PEOPLE, chosen_codes(codes), lambda step: None)
    assert (again.tolist(), same) == (counts.tolist(), tally)


@pytest.mark.parametrize("rows", [1, 2, 3, 10])
@pytest.mark.parametrize("statistics", [True, False])
def test_what_a_parquet_file_tells_of_its_parts_changes_no_count(tmp_path: Path, rows: int, statistics: bool) -> None:
    links = [*LINKS, ("R", 3, "R", 17, None), (None, 3, "R", 17, 301), ("F", 3, "F", 17, 301), ("R", 3, "R", 17, 301)]
    table = pa.table([list(column) for column in zip(*links, strict=True)], names=HEADER.split(";"))
    path = tmp_path / "FAMILIENETWERK2022TABV1.parquet"
    pq.write_table(table, path, row_group_size=rows, write_statistics=statistics)
    assert sum(len(batch) for batch in read_batches(path)) == len(links)
    (layer,) = counted({"family": path})
    assert (layer.counts.tolist(), vars(layer.tally)) == naive(chosen_codes(None), links)
    assert layer.unknown == (-1, 999)


def test_a_count_that_is_full_stays_full_and_what_is_beyond_is_told() -> None:
    links = [("R", 3, "R", 17, 301)] * 65_540
    table = pa.table([list(column) for column in zip(*links, strict=True)], names=HEADER.split(";"))
    counts, tally = count_batches("links", table.to_batches(), PEOPLE, frozenset({301}), lambda step: None)
    assert counts[0].tolist() == [0, 65_535, 0]
    assert (tally.links, tally.too_many) == (65_540, 5)


def test_more_groups_than_a_byte_can_tell_are_told_apart() -> None:
    people = Population(np.array([1, 2, 3]), np.array([0, 299, -1]), 300)
    table = pa.table([["R", "R"], [1, 1], ["R", "R"], [2, 3], [301, 301]], names=HEADER.split(";"))
    counts, tally = count_batches("links", table.to_batches(), people, frozenset({301}), lambda step: None)
    assert (np.flatnonzero(counts).tolist(), tally.groupless) == ([299], 1)


def test_nobody_is_counted_in_an_empty_population() -> None:
    nobody = Population(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 2)
    table = pa.table([["R"], [0], ["R"], [0], [301]], names=HEADER.split(";"))
    counts, tally = count_batches("links", table.to_batches(), nobody, frozenset({301}), lambda step: None)
    assert (counts.shape, tally.strangers) == ((0, 2), 1)


def test_codes_of_another_sphere_do_not_count_and_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "KLASGENOTENNETWERK2022TABV1.csv")
    (layer,) = counted({"school": path})
    assert (layer.counts.sum(), layer.tally.other_codes, layer.unknown) == (0, len(LINKS), (301, 302, 322, 999))


def test_files_without_a_code_that_was_chosen_are_not_read(tmp_path: Path) -> None:
    files = {"family": written(tmp_path), "work": tmp_path / "is not there.csv"}
    assert [layer.sphere for layer in counted(files, "301-304")] == ["family"]
    assert set(CODES["work"]) == {201}


def test_a_run_that_is_interrupted_keeps_nothing_of_the_file_it_was_in(tmp_path: Path) -> None:
    def stop(step: str) -> None:
        raise KeyboardInterrupt

    path, inside = written(tmp_path), tmp_path / "inside"
    with pytest.raises(KeyboardInterrupt):
        list(count_layers({"family": path}, PEOPLE, chosen_codes(None), inside=inside, say=stop))
    assert not inside.exists()
    assert counted({"family": path}, inside=inside)[0].counts.tolist() == naive(chosen_codes(None))[0]


@pytest.mark.parametrize(("columns", "largest"), [((0, 1, 2, 4, 3), 4_000_123), ((0, 4, 2, 3, 1), 999_999_999)])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_code_where_a_person_should_be_is_seen(
    tmp_path: Path, columns: tuple[int, ...], largest: int, suffix: str
) -> None:
    table = pa.table([list(column) for column in zip(*LINKS, strict=True)], names=HEADER.split(";"))
    swapped = table.rename_columns([HEADER.split(";")[place] for place in columns])
    path = tmp_path / f"FAMILIENETWERK2022TABV1.{suffix}"
    pq.write_table(swapped, path) if suffix == "parquet" else pa.csv.write_csv(swapped, path)
    says = f"Column 'RELATIE' of {path.name}: {largest} has more than 3 digits. Are two columns swapped"
    with pytest.raises(InputError, match=says):
        counted({"family": path})


def test_a_kind_where_a_person_should_be_and_a_person_of_ten_digits_are_seen(tmp_path: Path) -> None:
    path = written(tmp_path)
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("RINPERSOONS;RINPERSOON;", "RINPERSOON;RINPERSOONS;", 1), encoding="utf-8")
    with pytest.raises(InputError, match="invalid value 'R'"):
        counted({"family": path})
    path.write_text(right.replace("000000017", "1000000017"), encoding="utf-8")
    with pytest.raises(InputError, match=r"Column 'RINPERSOON.*1000000017 has more than 9 digits"):
        counted({"family": path})
    table = pa.table([[3], ["R"], ["R"], [17], [301]], names=HEADER.split(";"))
    pq.write_table(table, tmp_path / "FAMILIENETWERK2022TABV1.parquet")
    with pytest.raises(InputError, match=r"Column 'RINPERSOON'.*no number. Are two columns swapped"):
        counted({"family": tmp_path / "FAMILIENETWERK2022TABV1.parquet"})


def test_a_last_line_that_was_cut_in_its_code_is_an_unknown_code(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text(encoding="utf-8")[:-2], encoding="utf-8")  # 999 is 99 now
    (layer,) = counted({"family": path})
    assert (layer.tally.links, layer.tally.other_codes, layer.unknown) == (len(LINKS), 1, (99,))


def test_a_parquet_file_that_is_spoilt_inside_is_told(tmp_path: Path) -> None:
    path = as_parquet(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes(120) + whole[124:])
    with pytest.raises(InputError, match="cut off or holds something else"):
        counted({"family": path})


def test_other_machines_are_sent_the_people_and_not_the_tables_made_of_them() -> None:
    people = Population(np.array([1, 10**8]), np.array([0, 1]), 2)
    assert people.group_of_number.nbytes > 10**8
    sent = pickle.dumps(people)
    assert len(sent) < 1000
    assert pickle.loads(sent).group_of_number[[0, 1, 10**8]].tolist() == [0, 2, 3]  # noqa: S301


@given(st.sets(st.integers(0, 5000), min_size=1), st.lists(st.integers(-3, 5100)))
def test_the_register_finds_everybody_and_nobody_else(numbers: set[int], asked: list[int]) -> None:
    inside = sorted(numbers)
    register = register_of(np.array(inside))
    expected = [inside.index(number) if number in numbers else -1 for number in [*inside, *asked]]
    assert [row_of(number, register) for number in [*inside, *asked]] == expected


def test_numbers_that_are_not_in_order_are_no_register() -> None:
    with pytest.raises(ValueError, match="in order"):
        register_of(np.array([5, 3]))


def test_people_and_their_network_make_a_city(tmp_path: Path) -> None:
    written(tmp_path)
    people = tmp_path / "people.csv"
    rows = [
        f"{number:09},{'b1' if place < 3 else 'b2'},g{GROUP[place]}" for place, number in enumerate(NUMBERS.tolist())
    ]
    people.write_text("RINPERSOON,area,group\n" + "\n".join(rows).replace("g-1", "") + "\n", encoding="utf-8")
    city = city_of_people(people, network=Network(tmp_path), person="RINPERSOON", year=2022)
    (contacts,) = city.contacts
    known = GROUP >= 0
    assert contacts.counts["family"].tolist() == np.array(naive(chosen_codes(None))[0])[known].tolist()
    (note,) = (note for note in city.notes if note.code == "links_of_the_network")
    assert note.count == 5
    assert note.en == (
        "FAMILIENETWERK2022TABV1.csv: 10 links, of which do not count fewer than 10 of another code, fewer than 10 "
        "with somebody outside the file of people, fewer than 10 with somebody without a group, fewer than 10 to "
        "oneself and 0 beyond 65,535 for a person and group. Not in the list of family: 999. Is this a list of codes "
        "of another year?"
    )
    assert "Niet in de lijst van family: 999" in note.nl


def test_codes_of_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    written(tmp_path)
    people = tmp_path / "people.csv"
    people.write_text("RINPERSOON,area,group\n000000003,a,g\n000000017,b,h\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"--codes 201: no file here has such codes. There are: family"):
        city_of_people(people, network=Network(tmp_path, codes="201"), person="RINPERSOON", year=2022)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        (["x", "17"], "--person RINPERSOON"), (["17", "017"], "person 17 is in the file twice"),
        (["17", "1000000017"], "1000000017 is no number of the register"), ([None, "17"], "nothing is no number"),
    ],
)  # fmt: skip
def test_people_without_a_number_of_the_register_are_told(tmp_path: Path, numbers: list[str], says: str) -> None:
    written(tmp_path)
    pq.write_table(
        pa.table({"RINPERSOON": numbers, "area": ["a", "b"], "group": ["g", "h"]}), tmp_path / "people.parquet"
    )
    with pytest.raises((InputError, SettingsError), match=says):
        city_of_people(tmp_path / "people.parquet", network=Network(tmp_path), person="RINPERSOON", year=2022)
    with pytest.raises(InputError, match=r"Column 'number'.*Name the one with the number in the register"):
        city_of_people(tmp_path / "people.parquet", network=Network(tmp_path), person="number", year=2022)
