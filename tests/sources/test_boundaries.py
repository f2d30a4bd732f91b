import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from wijkspiegel.errors import InputError
from wijkspiegel.sources.boundaries import adjacent, check_cover, inner_points, read_boundaries, to_geojson
from wijkspiegel.sources.cbs import read_kwb
from wijkspiegel.tables import Areas, Boundaries

CODES = ["BU00010001", "BU00010002", "BU00010003"]


def squares(codes: list[str] = CODES, size: float = 100.0) -> gpd.GeoDataFrame:
    """Squares in a row, west to east, near Amersfoort."""
    shapes = [
        shapely.box(155_000 + i * size, 463_000, 155_000 + (i + 1) * size, 463_000 + size) for i in range(len(codes))
    ]
    return gpd.GeoDataFrame({"buurtcode": codes}, geometry=shapes, crs="EPSG:28992")


def areas(codes: list[str] = CODES) -> Areas:
    return Areas("buurt", tuple(codes), tuple(codes), ("",) * len(codes))


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp"])
@pytest.mark.parametrize("crs", ["EPSG:28992", "EPSG:4326", "EPSG:4258"])
def test_every_form_and_coordinate_system_gives_the_same_polygons(tmp_path: Path, name: str, crs: str) -> None:
    squares().to_crs(crs).to_file(tmp_path / name)
    (found,), notes = read_boundaries(tmp_path / name)
    assert (found.level, found.codes, notes) == ("buurt", tuple(CODES), [])
    assert shapely.area(found.polygons) == pytest.approx(1e4, rel=1e-3)
    assert shapely.bounds(found.polygons)[0] == pytest.approx([155_000, 463_000, 155_100, 463_100], abs=0.5)


def test_rd_coordinates_without_a_declared_system_are_recognised(tmp_path: Path) -> None:
    collection = json.loads(squares().to_json(drop_id=True))
    collection.pop("crs", None)
    (tmp_path / "rd.geojson").write_text(json.dumps(collection))
    (found,), _ = read_boundaries(tmp_path / "rd.geojson")
    assert shapely.bounds(found.polygons)[0].tolist() == [155_000, 463_000, 155_100, 463_100]


def test_topojson_is_read(tmp_path: Path) -> None:
    ring = [[155_000, 463_000], [155_100, 463_000], [155_100, 463_100], [155_000, 463_100], [155_000, 463_000]]
    shape = {"type": "Polygon", "arcs": [[0]], "properties": {"code": CODES[0]}}
    topology = {
        "type": "Topology",
        "arcs": [ring],
        "objects": {"areas": {"type": "GeometryCollection", "geometries": [shape]}},
    }
    (tmp_path / "a.topojson").write_text(json.dumps(topology))
    (found,), _ = read_boundaries(tmp_path / "a.topojson")
    assert found.codes == (CODES[0],)
    assert shapely.area(found.polygons).tolist() == [10_000]


def test_polygons_of_one_code_are_united_and_water_is_left_out(tmp_path: Path) -> None:
    frame = squares([CODES[0], CODES[0], CODES[1]])
    frame["water"] = ["NEE", "NEE", "JA"]
    frame.to_file(tmp_path / "a.gpkg")
    (found,), notes = read_boundaries(tmp_path / "a.gpkg")
    assert found.codes == (CODES[0],)
    assert shapely.area(found.polygons).tolist() == [20_000]
    assert [(note.code, note.count) for note in notes] == [("water_left_out", 1), ("polygons_united", 1)]
    assert f"a.gpkg: codes stand in it more than once (1): {CODES[0]}." in notes[1].en


def test_polygons_and_multipolygons_stand_in_one_file(tmp_path: Path) -> None:
    frame = squares()
    frame.geometry = [shapely.MultiPolygon([frame.geometry[0]]), *frame.geometry[1:]]
    (tmp_path / "a.geojson").write_text(frame.to_json(drop_id=True))
    (found,), _ = read_boundaries(tmp_path / "a.geojson")
    assert found.codes == tuple(CODES)


def test_a_polygon_that_crosses_itself_is_repaired_and_told(tmp_path: Path) -> None:
    bow = shapely.Polygon([(155_000, 463_000), (155_100, 463_100), (155_100, 463_000), (155_000, 463_100)])
    gpd.GeoDataFrame({"code": CODES[:1]}, geometry=[bow], crs="EPSG:28992").to_file(tmp_path / "a.gpkg")
    (found,), (note,) = read_boundaries(tmp_path / "a.gpkg")
    assert shapely.is_valid(found.polygons).all()
    assert note.code == "polygons_repaired"


def test_an_own_zoning_is_known_by_its_codes(tmp_path: Path) -> None:
    frame = squares(["Centrum", "Noord", "Zuid"]).assign(nummer=["1", "2", "3"])
    frame.to_file(tmp_path / "a.gpkg")
    (found,), _ = read_boundaries(tmp_path / "a.gpkg", level="wijk", codes=["Noord", "Zuid"])
    assert found.level == "wijk"
    assert found.codes == ("Centrum", "Noord", "Zuid")


def test_the_wrong_coordinate_system_is_refused_with_what_was_found(tmp_path: Path) -> None:
    frame = squares()
    frame.geometry = frame.geometry.translate(2_000_000, 0)
    frame.set_crs("EPSG:3857", allow_override=True).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="outside the Netherlands: x from 2,155,000 to 2,155,300"):
        read_boundaries(tmp_path / "a.gpkg")


def test_coordinates_that_the_declared_system_cannot_have_are_told_as_they_are(tmp_path: Path) -> None:
    frame = squares()
    frame.geometry = frame.geometry.translate(2_000_000, 0)
    frame.set_crs("EPSG:4326", allow_override=True).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match=r"x from 2,155,000 to 2,155,300, y from .* in WGS 84, as the file declares"):
        read_boundaries(tmp_path / "a.gpkg")


def test_metres_that_are_declared_to_be_degrees_are_read_as_metres_with_a_note(tmp_path: Path) -> None:
    squares().set_crs("EPSG:4326", allow_override=True).to_file(tmp_path / "a.gpkg")
    (found,), (note,) = read_boundaries(tmp_path / "a.gpkg")
    assert shapely.bounds(found.polygons)[0].tolist() == [155_000, 463_000, 155_100, 463_100]
    assert note.code == "declared_system_ignored"
    assert note.en.startswith("a.gpkg: the coordinates are metres in RD New, though WGS 84 is declared")


@pytest.mark.parametrize("column", ["name", "buurtnaam", "BU_NAAM", "statnaam"])
def test_names_of_areas_are_read_where_there_are_any(tmp_path: Path, column: str) -> None:
    frame = squares().assign(gemeentenaam="Amersfoort", **{column: ["Centrum", None, " Zuid "]})
    frame.to_file(tmp_path / "a.gpkg")
    (found,), _ = read_boundaries(tmp_path / "a.gpkg")
    assert found.names == {CODES[0]: "Centrum", CODES[2]: "Zuid"}


@pytest.mark.parametrize("content", [b"", b'{"type": "FeatureColl', b"PK\x03\x04 nonsense"])
def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    for name in ("a.geojson", "a.json", "a.gpkg"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=name):
            read_boundaries(tmp_path / name)


def test_polygons_without_codes_are_refused(tmp_path: Path) -> None:
    squares(["a", "b", "c"]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="no polygon has a code"):
        read_boundaries(tmp_path / "a.gpkg")


def test_a_table_without_polygons_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,name\nBU00010001,Centrum\n")
    with pytest.raises(InputError, match=r"a.csv: this file holds no polygons. Give a whole GeoPackage"):
        read_boundaries(tmp_path / "a.csv")


def test_missing_and_surplus_areas_are_named_with_the_file_and_what_to_do() -> None:
    boundaries = Boundaries("buurt", None, tuple(CODES), squares().geometry.to_numpy(), file="a.gpkg")
    notes = {note.code: note for note in check_cover(boundaries, areas([*CODES[:2], "BU00010009"]))}
    assert sorted(notes) == ["areas_without_polygon", "polygons_without_area"]
    assert notes["areas_without_polygon"].en == (
        "a.gpkg: areas of level buurt are not on the map (1): BU00010009. "
        "The boundaries may be of another year: give those of the year of the figures."
    )
    assert CODES[2] in notes["polygons_without_area"].nl


def test_an_overlap_is_told_and_a_common_border_is_not() -> None:
    touching = squares().geometry.to_numpy()
    assert check_cover(Boundaries("buurt", None, tuple(CODES), touching), areas()) == []
    wider = touching.copy()
    wider[0] = shapely.box(155_000, 463_000, 155_150, 463_100)
    (note,) = check_cover(Boundaries("buurt", None, tuple(CODES), wider, file="a.gpkg"), areas())
    assert (note.code, note.count) == ("polygons_overlap", 1)
    assert note.en.startswith(f"a.gpkg: areas overlap on the map (1): {CODES[0]}/{CODES[1]}.")
    assert "mend the boundaries in a GIS" in note.en


def test_neighbours_are_those_that_touch() -> None:
    boundaries = Boundaries("buurt", None, tuple(CODES), squares().geometry.to_numpy())
    assert adjacent(boundaries).tolist() == [[0, 1], [1, 2]]
    assert inner_points(boundaries).tolist() == [[155_050, 463_050], [155_150, 463_050], [155_250, 463_050]]


def test_geojson_is_small_and_in_degrees() -> None:
    made = to_geojson(Boundaries("buurt", None, tuple(CODES), squares().geometry.to_numpy()))
    first: Any = made["features"][0]
    assert first["id"] == CODES[0]
    x, y = first["geometry"]["coordinates"][0][0]
    assert 5.3 < x < 5.5
    assert 52.1 < y < 52.2


def test_the_wijken_of_2022_join_the_figures_of_2022(shared: Any) -> None:
    found, notes = read_boundaries(shared("geo_wijk_gemeente_2022_tmap/nl_2022_tmap.gpkg"))
    figures = read_kwb(shared("kwb2022_85318NED_origin_json/85318NED_UntypedDataSet.csv"))
    by_level = {boundaries.level: boundaries for boundaries in found}
    assert sorted(by_level) == ["gemeente", "wijk"]
    for known in figures.areas:
        if known.level in by_level:
            assert set(by_level[known.level].codes) == set(known.codes)
    assert [note.code for note in notes] == ["layer_without_codes"]
    assert len(json.dumps(to_geojson(by_level["gemeente"]))) < 600_000


def test_rd_metres_wrapped_in_another_json_are_read(shared: Any) -> None:
    wrapped, _ = read_boundaries(shared("gemeente_herkomst_85458NED_2022_2025/data.json"))
    plain, _ = read_boundaries(shared("gemeente_herkomst_85458NED_2022_2025/gemeenten_2025.gpkg"))
    assert wrapped[0].codes == plain[0].codes
    assert np.allclose(shapely.area(wrapped[0].polygons), shapely.area(plain[0].polygons), rtol=1e-6)
