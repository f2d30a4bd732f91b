"""CBS and PDOK over the network: whole, resumed, again; and every way in which a server lets us down."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.sources.cbs_server import AREAS, FIGURES, Server, cut_off, cut_off_silently, says, serving, status
from wijkspiegel.errors import FetchError, SettingsError
from wijkspiegel.sources import shelf
from wijkspiegel.sources.boundaries import read_boundaries
from wijkspiegel.sources.cbs import read_kwb
from wijkspiegel.sources.fetch import fetch_boundaries, fetch_kwb


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(shelf, "WAIT", 0)
    with serving() as running:
        yield running


def test_the_whole_country_comes_in_pages_and_reads_as_a_published_file(server: Server, tmp_path: Path) -> None:
    said: list[str] = []
    path, code = fetch_kwb(2022, tmp_path, server=server.cbs, say=said.append)
    assert code is None
    assert server.times(r"UntypedDataSet\?.*skip=10000") == 1
    assert f"{path.name}: {len(AREAS):,} records" in said
    edition = read_kwb(path)
    buurten = next(each for each in edition.compositions if each.areas.level == "buurt")
    assert len(buurten.areas.codes) == 12_015
    assert buurten.areas.names[0] == "Buurt 0"
    assert buurten.counts.sum(axis=1)[0] == FIGURES[0]
    assert not list(tmp_path.glob(".unfinished*"))


@pytest.mark.parametrize("asked", ["Rotterdam", "gm0599"])
def test_of_one_municipality_comes_nothing_else(asked: str, server: Server, tmp_path: Path) -> None:
    path, code = fetch_kwb(2022, tmp_path, municipality=asked, server=server.cbs)
    assert code == "GM0599"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 1 + 1 + 12
    assert {line.split(";")[1].strip()[2:6] for line in lines[1:]} == {"0599"}
    assert read_kwb(path, municipality="Rotterdam").compositions[0].areas.names == ("Rotterdam",)


def test_v4_gives_the_same_counts_as_v3(server: Server, tmp_path: Path) -> None:
    v3, _ = fetch_kwb(2022, tmp_path / "3", municipality="GM0307", server=server.cbs)
    v4, _ = fetch_kwb(2022, tmp_path / "4", municipality="Amersfoort", api="v4", server=server.cbs)
    assert "woningwaarde" not in v4.read_text(encoding="utf-8").lower()
    for one, other in zip(read_kwb(v3).compositions, read_kwb(v4).compositions, strict=True):
        np.testing.assert_array_equal(one.counts, other.counts)
        assert one.areas.codes == other.areas.codes
        assert one.areas.names == other.areas.names


@pytest.mark.parametrize("filters", [True, False], ids=["filtered by the server", "filter ignored"])
def test_boundaries_of_one_municipality(filters: bool, server: Server, tmp_path: Path) -> None:
    server.wfs_filters = filters
    paths = fetch_boundaries(2022, tmp_path, municipality="GM0599", server=server.pdok)
    assert [path.name for path in paths] == [
        f"boundaries-2022_GM0599_{level}.geojson" for level in ("gemeente", "wijk", "buurt")
    ]
    assert [len(json.loads(path.read_text(encoding="utf-8"))["features"]) for path in paths] == [1, 1, 12]
    figures, _ = fetch_kwb(2022, tmp_path, municipality="GM0599", server=server.cbs)
    buurten = read_kwb(figures).compositions[-1].areas
    layers, _ = read_boundaries(paths[-1])
    assert sorted(layers[0].codes) == sorted(buurten.codes)


def test_boundaries_of_the_country_come_in_pages(server: Server, tmp_path: Path) -> None:
    paths = fetch_boundaries(2022, tmp_path, server=server.pdok)
    assert len(json.loads(paths[-1].read_text(encoding="utf-8"))["features"]) == 12_015
    assert server.times("typeName=buurten") == 13


# A server that lets us down ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults",
    [
        [status(503)],
        [status(429, Retry_After="0"), status(429, Retry_After="0")],
        [cut_off],
        [cut_off_silently],
        [status(500), cut_off, status(503), cut_off_silently],
    ],
    ids=["busy", "too many", "cut off", "cut off silently", "everything"],
)
def test_what_goes_wrong_once_is_asked_again(faults: list, server: Server, tmp_path: Path) -> None:  # type: ignore[type-arg]
    server.fail(r"UntypedDataSet\?.*skip=", *faults)
    path, _ = fetch_kwb(2022, tmp_path, server=server.cbs)
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(AREAS) + 1
    assert server.times(r"UntypedDataSet\?.*skip=") == 1 + len(faults)


def test_retry_after_is_waited_for(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    server.fail("TableInfos", status(429, Retry_After="7"), status(503, Retry_After="3600"))
    fetch_kwb(2022, tmp_path, municipality="GM0307", server=server.cbs)
    assert waited == [7, shelf.LONGEST_WAIT]


def test_after_a_lasting_failure_the_same_command_goes_on(server: Server, tmp_path: Path) -> None:
    server.page = 2000
    server.fail(r"UntypedDataSet\?.*skip=8000", *[status(503)] * shelf.TRIES)
    with pytest.raises(FetchError, match=r"503.*run the same command again to go on"):
        fetch_kwb(2022, tmp_path, server=server.cbs)
    assert not list(tmp_path.glob("kwb*UntypedDataSet.csv"))
    server.asked.clear()
    path, _ = fetch_kwb(2022, tmp_path, server=server.cbs)
    assert server.times(r"UntypedDataSet\?") == 3
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(AREAS) + 1


def test_pages_of_before_a_change_of_the_table_are_thrown_away(server: Server, tmp_path: Path) -> None:
    server.page = 5000
    server.fail(r"UntypedDataSet\?.*skip=10000", *[status(503)] * shelf.TRIES)
    with pytest.raises(FetchError):
        fetch_kwb(2022, tmp_path, server=server.cbs)
    server.modified = "2023-01-01T02:00:00"
    server.asked.clear()
    fetch_kwb(2022, tmp_path, server=server.cbs)
    assert server.times(r"UntypedDataSet\?") == 3


def test_what_is_there_is_not_fetched_again_unless_asked_or_changed(server: Server, tmp_path: Path) -> None:
    path, _ = fetch_kwb(2022, tmp_path, municipality="GM0307", server=server.cbs)

    def fetched_anew(*, again: bool = False) -> bool:
        server.asked.clear()
        fetch_kwb(2022, tmp_path, municipality="GM0307", server=server.cbs, again=again)
        return server.times(r"UntypedDataSet\?") == 1

    assert not fetched_anew()
    assert fetched_anew(again=True)
    server.modified = "2023-01-01T02:00:00"
    assert fetched_anew()
    path.write_text("mangled", encoding="utf-8")
    assert fetched_anew()
    (tmp_path / "fetched.json").write_text("{", encoding="utf-8")
    assert fetched_anew()


def test_records_that_are_missing_are_noticed(server: Server, tmp_path: Path) -> None:
    server.fail(r"UntypedDataSet\?", says(b'{"value": []}'))
    with pytest.raises(FetchError, match=r"0 records came, and the server counts 14"):
        fetch_kwb(2022, tmp_path, municipality="GM0599", server=server.cbs)
    fetch_kwb(2022, tmp_path, municipality="GM0599", server=server.cbs)


def test_a_server_that_does_not_count_is_believed(server: Server, tmp_path: Path) -> None:
    server.counts = False
    path, _ = fetch_kwb(2022, tmp_path, municipality="GM0599", server=server.cbs)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 15


@pytest.mark.parametrize(
    ("body", "says_what"),
    [
        (b'{"error": "no"}', "JSON that is not what this program knows"),
        (b"[]", "JSON that is not what this program knows"),
        (b"<html>Under maintenance</html>", "is no JSON"),
    ],
)
def test_an_answer_of_another_kind_is_an_error(body: bytes, says_what: str, server: Server, tmp_path: Path) -> None:
    server.fail(r"UntypedDataSet\?", *[says(body)] * shelf.TRIES)
    with pytest.raises(FetchError, match=says_what):
        fetch_kwb(2022, tmp_path, municipality="GM0599", server=server.cbs)
    assert not list(tmp_path.glob("kwb*UntypedDataSet.csv"))


def test_a_feed_does_not_send_us_elsewhere(server: Server, tmp_path: Path) -> None:
    server.next_host = "http://localhost.example"
    with pytest.raises(FetchError, match=r"another server, http://localhost\.example"):
        fetch_kwb(2022, tmp_path, server=server.cbs)


def test_a_table_that_is_not_there(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"00000NED/TableInfos answers 404"):
        fetch_kwb(2022, tmp_path, table="00000NED", server=server.cbs)
    with pytest.raises(FetchError, match=r"/2031/wfs/v1_0 answers 404"):
        fetch_boundaries(2031, tmp_path, server=server.pdok)


def test_no_server_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "WAIT", 0)
    with pytest.raises(FetchError, match=r"127\.0\.0\.1:9/.* cannot be reached"):
        fetch_kwb(2022, tmp_path, server="http://127.0.0.1:9")


def test_a_year_without_table_and_an_unknown_municipality(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no table of 1999 known: 2013 to"):
        fetch_kwb(1999, tmp_path, server=server.cbs)
    with pytest.raises(SettingsError, match=r"no municipality 'Roterdam'.*Rotterdam \(GM0599\)"):
        fetch_kwb(2022, tmp_path, municipality="Roterdam", server=server.cbs)


def test_the_proxy_of_the_environment_is_used(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(FetchError, match="404"):
        fetch_kwb(2022, tmp_path, table="00000NED", server="http://cbs.example/odata")
    assert server.asked == ["http://cbs.example/odata/00000NED/TableInfos?$format=json"]
