"""Files of the person network as they lie, counted as the plainest program would."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.network import Layer, Population, chosen_codes, count_layers, find_files, register_of, rows_of
from wijkspiegel.sources.people_with_ties import Network, city_of_people

NUMBERS = np.array([3, 17, 64, 65, 4_000_123, 999_999_999])
GROUP = np.array([0, 1, 1, -1, 2, 0])
HEADER = "RINPERSOONS;RINPERSOON;RINPERSOONSRELATIE;RINPERSOONRELATIE;RELATIE"
LINKS = [
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
    return list(count_layers(files, Population(NUMBERS, GROUP, 3), chosen_codes(codes), inside=inside))


def naive(codes: frozenset[int]) -> list[list[int]]:
    row = {number: place for place, number in enumerate(NUMBERS.tolist())}
    found = Counter(
        (row[one], int(GROUP[row[two]]))
        for kind, one, other_kind, two, code in LINKS
        if code in codes and kind == other_kind == "R" and one in row and two in row and one != two
    )
    return [[found[place, group] for group in range(3)] for place in range(len(NUMBERS))]


@pytest.mark.parametrize("separator", [";", ","])
def test_links_are_counted_as_the_plainest_program_would(tmp_path: Path, separator: str) -> None:
    written(tmp_path, separator=separator)
    (layer,) = counted(find_files(tmp_path, 2022))
    assert layer.sphere == "family"
    assert layer.counts.tolist() == naive(chosen_codes(None))
    assert vars(layer.tally) == {
        "links": 10, "other_codes": 1, "strangers": 2, "groupless": 1, "to_self": 1, "too_many": 0,
    }  # fmt: skip


def test_parquet_is_the_same_and_the_newest_version_wins(tmp_path: Path) -> None:
    written(tmp_path)
    newest = as_parquet(tmp_path)
    files = find_files(tmp_path, 2022)
    assert files == {"family": newest}
    assert counted(files)[0].counts.tolist() == naive(chosen_codes(None))


def test_only_the_chosen_codes_count(tmp_path: Path) -> None:
    files = {"family": written(tmp_path)}
    assert counted(files, "302,322")[0].counts.tolist() == naive(frozenset({302, 322}))


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
    again = list(
        count_layers(
            {"family": path}, Population(NUMBERS, GROUP, 3), chosen_codes(None), inside=inside, say=said.append
        )
    )
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


@given(st.sets(st.integers(0, 5000), min_size=1), st.lists(st.integers(-3, 5100)))
def test_the_register_finds_everybody_and_nobody_else(numbers: set[int], asked: list[int]) -> None:
    inside = sorted(numbers)
    register = register_of(np.array(inside))
    expected = [inside.index(number) if number in numbers else -1 for number in [*inside, *asked]]
    assert rows_of(np.array([*inside, *asked]), register).tolist() == expected


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
    assert contacts.counts["family"].tolist() == np.array(naive(chosen_codes(None)))[known].tolist()
    (note,) = (note for note in city.notes if note.code == "links_of_the_network")
    assert note.count == 5
    assert "10 links" in note.en
