"""The release as files: what is written is what is read, by us and by others, and nothing else stands."""

import json
from pathlib import Path

import frictionless
import numpy as np
import pytest

from tests.disclosure.test_protection import POLICY, city_of, derive
from wijkspiegel.disclosure import RELEASE_TABLES, Release, protect, read_release, write_release
from wijkspiegel.errors import InputError
from wijkspiegel.mirror import look_into
from wijkspiegel.sources.city_file import new_city, read_city

FIXED = {
    "areas": "area name level parent population year",
    "composition": "area year scheme group count share",
    "diversity": "area year scheme measure value lower upper",
    "segregation": "area level year scheme measure group against value expected corrected lower upper",
    "local": "area year scheme measure value lower upper",
    "profile": "area year scheme measure scale value corrected lower upper",
    "change": "area scheme measure from to total margins structure lower upper",
    "peers": "area year peer rank distance because",
    "sides": "area year indicator value compared side lower upper",
    "representation": "institution part area year scheme group count share reference_share ratio lower upper",
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Of the city that `new` writes: persons, indicators, two years and more, an institution, a hierarchy."""
    directory = tmp_path_factory.mktemp("city")
    new_city(directory)
    return look_into(read_city(directory / "city.toml"))


def test_the_columns_are_the_fixed_ones() -> None:
    for name, columns in FIXED.items():
        assert [column.name for column in RELEASE_TABLES[name]] == columns.split()


def test_what_is_written_is_what_is_read(release: Release, tmp_path: Path) -> None:
    read = read_release(write_release(release, tmp_path))
    assert read.about == release.about
    for name in RELEASE_TABLES:
        assert read.tables[name].equals(release.tables[name]), name
    assert read.text() == release.text()


def test_it_is_a_valid_data_package(release: Release, tmp_path: Path) -> None:
    write_release(release, tmp_path)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])
    assert {resource.name for resource in frictionless.Package(str(tmp_path / "datapackage.json")).resources} >= set(
        FIXED
    )


def test_the_package_has_the_labels_of_every_group_in_both_languages(release: Release, tmp_path: Path) -> None:
    write_release(release, tmp_path)
    schemes = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))["wijkspiegel"]["schemes"]
    told = {(row["scheme"], row["group"]) for row in release.tables["composition"].to_pylist()}
    assert told <= {(scheme, group) for scheme, known in schemes.items() for group in known["groups"]}
    assert all(set(labels) == {"nl", "en"} for known in schemes.values() for labels in known["groups"].values())


def test_every_table_speaks_of_areas_that_are_told(release: Release) -> None:
    areas = set(release.tables["areas"]["area"].to_pylist())
    for name in ("composition", "diversity", "segregation", "local", "profile", "change", "peers", "sides"):
        assert set(release.tables[name]["area"].to_pylist()) <= areas, name


@pytest.mark.parametrize("file", ["composition.csv", "representation.csv", "areas.csv"])
def test_one_changed_byte_is_noticed(file: str, release: Release, tmp_path: Path) -> None:
    write_release(release, tmp_path)
    content = bytearray((tmp_path / file).read_bytes())
    content[-2] ^= 1
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InputError, match=rf"{file}: this file was changed after the release was made"):
        read_release(tmp_path)


def test_a_missing_file_is_noticed(release: Release, tmp_path: Path) -> None:
    write_release(release, tmp_path)
    (tmp_path / "local.csv").unlink()
    with pytest.raises(InputError, match=r"local\.csv: this file of the release is missing"):
        read_release(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda package: "{", "not the datapackage.json of a release"),
        (lambda package: json.dumps({"name": "other", "resources": []}), "not the datapackage.json of a release"),
        (lambda package: package.replace('"home"', '"house"'), "not the datapackage.json of a release"),
        (lambda package: package.replace('"format": 2', '"format": 99'), "has layout 99"),
        (lambda package: package.replace('"name": "local"', '"name": "lokal"'), "the release lacks local"),
    ],
)
def test_a_package_that_is_no_release_is_refused(spoil, says: str, release: Release, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write_release(release, tmp_path)
    package = tmp_path / "datapackage.json"
    package.write_text(spoil(package.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_release(tmp_path)


def test_a_package_cannot_point_out_of_its_directory(release: Release, tmp_path: Path) -> None:
    write_release(release, tmp_path / "in")
    (tmp_path / "in" / "areas.csv").rename(tmp_path / "areas.csv")
    package = tmp_path / "in" / "datapackage.json"
    package.write_text(package.read_text(encoding="utf-8").replace('"areas.csv"', '"../areas.csv"'), encoding="utf-8")
    with pytest.raises(InputError, match="missing"):
        read_release(tmp_path / "in")


def test_a_new_release_takes_the_place_of_the_earlier_one(release: Release, tmp_path: Path) -> None:
    write_release(protect(city_of(np.full((6, 7), 50.0)), derive, policy=POLICY), tmp_path)
    write_release(release, tmp_path)
    assert read_release(tmp_path).text() == release.text()
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_new_release_takes_the_place_of_one_of_an_earlier_layout(release: Release, tmp_path: Path) -> None:
    write_release(release, tmp_path)
    package = tmp_path / "datapackage.json"
    package.write_text(package.read_text(encoding="utf-8").replace('"format": 2', '"format": 1'), encoding="utf-8")
    write_release(release, tmp_path)
    assert read_release(tmp_path).text() == release.text()


def test_a_file_of_somebody_else_is_not_written_over(release: Release, tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"has a file areas\.csv that is not of an earlier release"):
        write_release(release, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["areas.csv"]
    assert (tmp_path / "areas.csv").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_place_of_the_directory_is_named(release: Release, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"out: this is a file, and a release is a directory. Choose another --out."):
        write_release(release, tmp_path / "out")


def test_a_page_appears_with_the_release_and_takes_the_place_of_an_earlier_one(
    release: Release, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text("earlier", encoding="utf-8")
    write_release(release, tmp_path, {"report.html": "héél"})
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "héél"
    assert read_release(tmp_path).text() == release.text()


@pytest.mark.parametrize("fails_at", ["writing", "moving"])
def test_a_write_that_is_cut_off_leaves_no_half_release_and_the_next_one_mends_it(
    fails_at: str, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = protect(city_of(np.full((6, 7), 50.0)), derive, policy=POLICY)
    write_release(earlier, tmp_path, {"report.html": "earlier"})
    name = "write_bytes" if fails_at == "writing" else "replace"
    works, times = getattr(Path, name), iter(range(99))

    def full_disk(self: Path, *arguments: object) -> object:
        if next(times) == 5:
            raise OSError(28, "No space left on device")
        return works(self, *arguments)

    monkeypatch.setattr(Path, name, full_disk)
    with pytest.raises(OSError, match="No space"):
        write_release(release, tmp_path, {"report.html": "later"})
    monkeypatch.undo()
    if fails_at == "writing":
        assert (tmp_path / "report.html").read_text(encoding="utf-8") == "earlier"
        assert read_release(tmp_path).text() == earlier.text()
    else:
        with pytest.raises(InputError, match="no release"):
            read_release(tmp_path)
    write_release(release, tmp_path)
    assert read_release(tmp_path).text() == release.text()


def test_staff_of_an_institution_in_small_numbers_are_not_told(release: Release) -> None:
    rows = release.tables["representation"].to_pylist()
    shown = [row["count"] for row in rows if row["count"] is not None]
    assert any(row["count"] is None for row in rows)
    assert [count for count in shown if 0 < count < POLICY.min_cell] == []
