"""Boundaries of areas: GeoPackage, GeoJSON, TopoJSON, shapefile, in any known coordinate system -> RD New.

Needs the extra [geo]. What is odd in a file (a polygon that crosses itself, water, a layer of something else) is mended
or left out, and noted.
"""

import json
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.tables import RD_NEW, Areas, Boundaries, Note
from wijkspiegel.wording import sentences

try:
    import geopandas as gpd
    import pyogrio
    import shapely
except ImportError:  # the extra is not installed; each function that needs it says so
    gpd = pyogrio = shapely = None

CODES = {"gemeente": r"GM\d{4}", "wijk": r"WK\d{6}", "buurt": r"BU\d{8}"}
"""How CBS codes the areas of each level."""

NETHERLANDS = (0.0, 300_000.0, 290_000.0, 640_000.0)
"""West, south, east and north of everything in RD New, metres; the Wadden and the North Sea coast included."""

SLIVER = 1.0
"""Square metres, per metre of shared border, by which neighbours may overlap: boundaries are no more precise."""

NAMES = {"gemeente": ("gemeentenaam", "gmnaam"), "wijk": ("wijknaam", "wknaam"), "buurt": ("buurtnaam", "bunaam")}
ANY_NAME = ("statnaam", "naam", "name", "regio")
"""Columns with the name of the areas of each level, and of any level, as `_plain` writes them."""

FORMS = "Give a whole GeoPackage, GeoJSON, TopoJSON or shapefile (with its .dbf and .shx beside it)."

SMALLEST_DETAIL = 8.0
DECIMALS = 5
"""Of a degree, about a metre."""


def read_boundaries(
    path: Path | str, level: str | None = None, column: str | None = None, codes: Collection[str] | None = None
) -> tuple[list[Boundaries], list[Note]]:
    """The areas in a file, by level, and what was mended or left out.

    Without `level` every layer with CBS codes is read, and its level is known by them. With `level`, areas of an own
    zoning: their code is in `column`, or in the column that has most of `codes`.
    Raises InputError for a file that cannot be read, has no codes, or lies outside the Netherlands.
    """
    _require_geo()
    path = Path(path)
    if not path.is_file():
        raise InputError("there is no such file", file=path, mend="Check the name and the directory.")
    found: list[Boundaries] = []
    notes: list[Note] = []
    layers = list(_layers(path))
    if not layers:
        raise InputError("this file holds no polygons", file=path, mend=FORMS)
    for layer, frame in layers:
        wanted = column or _column_of_codes(frame, codes)
        if wanted is None or wanted not in frame.columns:
            if column is not None:
                columns = ", ".join(c for c in frame.columns if c != "geometry")
                raise InputError(f"there is no such column. Found: {columns}", file=path, column=column)
            notes.append(_note_on_layer(path, layer))
            continue
        in_rd, misdeclared = _in_rd(path, frame)
        boundaries, odd = _boundaries(path, in_rd, wanted, level)
        found += boundaries
        notes += [*misdeclared, *odd]
    if not found:
        raise InputError(
            "no polygon has a code of an area",
            file=path,
            mend="Give a file with CBS codes (GM0599, WK059901, BU05990110), or say which column has the codes.",
        )
    return found, notes


def check_cover(boundaries: Boundaries, areas: Areas) -> list[Note]:
    """Notes on areas without polygon, polygons without area, and polygons that overlap by more than a sliver."""
    drawn, counted = set(boundaries.codes), set(areas.codes)
    file = f"{boundaries.file}: " if boundaries.file else ""
    notes = []
    if missing := sorted(counted - drawn):
        notes.append(
            Note(
                "areas_without_polygon",
                *sentences(
                    "{file}op de kaart ontbreken gebieden van niveau {level} ({number}): {codes}. De grenzen zijn "
                    "misschien van een ander jaar: geef die van het jaar van de cijfers.",
                    "{file}areas of level {level} are not on the map ({number}): {codes}. The boundaries may be of "
                    "another year: give those of the year of the figures.",
                    file=file,
                    level=areas.level,
                    number=len(missing),
                    codes=_some(missing),
                ),
                len(missing),
            )
        )
    if unknown := sorted(drawn - counted):
        notes.append(
            Note(
                "polygons_without_area",
                *sentences(
                    "{file}gebieden op de kaart hebben geen cijfers ({number}): {codes}. Ze zijn weggelaten; "
                    "controleer het jaar als het er veel zijn.",
                    "{file}areas on the map have no figures ({number}): {codes}. They were left out; check the year "
                    "if they are many.",
                    file=file,
                    number=len(unknown),
                    codes=_some(unknown),
                ),
                len(unknown),
            )
        )
    if overlapping := _overlaps(boundaries):
        named = _some([f"{one}/{other}" for one, other in overlapping])
        notes.append(
            Note(
                "polygons_overlap",
                *sentences(
                    "{file}gebieden overlappen elkaar op de kaart ({number}): {named}. De kaart tekent ze over "
                    "elkaar heen; herstel de grenzen in een GIS, of geef die van PDOK.",
                    "{file}areas overlap on the map ({number}): {named}. The map draws one over the other; mend the "
                    "boundaries in a GIS, or give those of PDOK.",
                    file=file,
                    number=len(overlapping),
                    named=named,
                ),
                len(overlapping),
            )
        )
    return notes


def adjacent(boundaries: Boundaries) -> NDArray[np.intp]:
    """[pair, 2], rows of areas that share a border, each pair once, the lower row first."""
    _require_geo()
    one, other = shapely.STRtree(boundaries.polygons).query(boundaries.polygons, predicate="intersects")
    pairs: NDArray[np.intp] = np.column_stack([one, other])[one < other]
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def inner_points(boundaries: Boundaries) -> NDArray[np.float64]:
    """[area, 2], metres: a point that surely lies within each area, which a centroid of a crescent does not."""
    _require_geo()
    points: NDArray[np.float64] = shapely.get_coordinates(shapely.point_on_surface(boundaries.polygons))
    return points


def to_geojson(boundaries: Boundaries) -> dict[str, Any]:
    """A FeatureCollection in WGS84, simplified so that neighbours keep their common border; the id is the area code."""
    _require_geo()
    detail = max(SMALLEST_DETAIL, float(np.sqrt(shapely.area(boundaries.polygons).mean())) / 60)
    simple = shapely.coverage_simplify(boundaries.polygons, detail)
    simple = np.where(shapely.is_empty(simple), boundaries.polygons, simple)
    degrees = gpd.GeoSeries(simple, crs=RD_NEW).to_crs("EPSG:4326")
    rounded = shapely.transform(degrees.to_numpy(), lambda xy: np.round(xy, DECIMALS))
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": code, "properties": {"area": code}, "geometry": json.loads(geometry)}
            for code, geometry in zip(boundaries.codes, shapely.to_geojson(rounded), strict=True)
        ],
    }


def _require_geo() -> None:
    if gpd is None:
        raise SettingsError("Boundaries need the extra [geo]: pip install 'wijkspiegel[geo]'.")


# Reading -------------------------------------------------------------------------------------------------------------


def _layers(path: Path) -> Iterator[tuple[str, Any]]:
    """Every layer that has polygons, by name."""
    collection = _wrapped_collection(path)
    if collection is not None:
        with tempfile.TemporaryDirectory() as folder:
            inner = Path(folder) / "inner.geojson"
            inner.write_text(json.dumps(collection), encoding="utf-8")
            yield from _layers(inner)
        return
    try:
        names = [
            str(name)
            for name, kind in pyogrio.list_layers(path)
            if kind is not None and not any(other in str(kind) for other in ("Point", "Line"))
        ]
        frames = [(name, gpd.read_file(path, layer=name)) for name in names]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
        raise InputError(
            f"this file holds no boundaries that can be read ({str(error).splitlines()[0]})",
            file=path,
            mend=FORMS,
        ) from None
    for name, frame in frames:
        polygons = frame[frame.geometry.notna() & frame.geom_type.isin(["Polygon", "MultiPolygon"])]
        if len(polygons):
            yield name, polygons


def _wrapped_collection(path: Path) -> dict[str, Any] | None:
    """A FeatureCollection that is one member of a JSON object of something else."""
    if path.suffix.lower() != ".json":
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise InputError("this JSON is broken or cut off", file=path, mend="Get the file again, whole.") from None
    if not isinstance(content, dict) or content.get("type") in ("FeatureCollection", "Topology"):
        return None
    for member in content.values():
        if isinstance(member, dict) and member.get("type") == "FeatureCollection":
            return member
    return None


def _column_of_codes(frame: Any, codes: Collection[str] | None) -> str | None:
    """The column that has most codes, of those given or of CBS; the finest level where one file has several columns."""
    best, most = None, 0
    for column in frame.columns:
        if column == frame.geometry.name:
            continue
        cells = frame[column].astype(str).str.strip()
        hits = cells.isin(set(codes)).sum() if codes else cells.str.fullmatch(r"GM\d{4}|WK\d{6}|BU\d{8}").sum()
        if hits and (hits, cells.nunique()) > (most, frame[best].nunique() if best else 0):
            best, most = str(column), int(hits)
    return best


def _in_rd(path: Path, frame: Any) -> tuple[Any, list[Note]]:
    """The frame in RD New. Metres that lie in the Netherlands are RD New whatever is declared or assumed."""
    if _in_the_netherlands(frame):
        declared = frame.crs
        frame = frame.set_crs(RD_NEW, allow_override=True)
        return frame, [] if declared is None or "RD New" in declared.name else [_note_on_system(path, declared)]
    west, south, east, north = frame.total_bounds
    if frame.crs is None:
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise InputError(
                f"no coordinate system is declared; x from {west:,.0f} to {east:,.0f} is neither RD New nor degrees",
                file=path,
                mend="Save the file with its coordinate system, or in RD New (EPSG:28992).",
            )
        frame = frame.set_crs("EPSG:4326")
    in_rd = frame.to_crs(RD_NEW)
    if not _in_the_netherlands(in_rd):
        raise InputError(
            f"the areas lie outside the Netherlands: x from {west:,.9g} to {east:,.9g}, y from {south:,.9g} to "
            f"{north:,.9g} in {frame.crs.name}, as the file declares",
            file=path,
            mend="The declared coordinate system is probably not the one of the coordinates: save it again.",
        )
    return in_rd, []


def _in_the_netherlands(frame: Any) -> bool:
    """Whether all coordinates are those of the Netherlands in RD New."""
    west, south, east, north = frame.total_bounds
    least_x, least_y, most_x, most_y = NETHERLANDS
    return bool(least_x <= west and least_y <= south and east <= most_x and north <= most_y)


def _note_on_system(path: Path, declared: Any) -> Note:
    return Note(
        "declared_system_ignored",
        f"{path.name}: de coördinaten zijn meters in het Rijksdriehoekstelsel (RD New), terwijl {declared.name} is "
        "opgegeven, of bedoeld omdat niets is opgegeven. Ze zijn als RD New gelezen.",
        f"{path.name}: the coordinates are metres in RD New, though {declared.name} is declared, or meant because "
        "nothing is declared. They were read as RD New.",
    )


def _boundaries(path: Path, frame: Any, column: str, level: str | None) -> tuple[list[Boundaries], list[Note]]:
    notes = []
    water = _is_water(frame)
    if water.any():
        notes.append(
            Note(
                "water_left_out",
                *sentences(
                    "{file}: vlakken water zijn weggelaten ({number}).",
                    "{file}: polygons of water were left out ({number}).",
                    file=path.name,
                    number=int(water.sum()),
                ),
                int(water.sum()),
            )
        )
        frame = frame[~water]
    crossing = ~shapely.is_valid(frame.geometry.to_numpy())
    if crossing.any():
        notes.append(
            Note(
                "polygons_repaired",
                *sentences(
                    "{file}: vlakken die zichzelf kruisten, zijn hersteld ({number}).",
                    "{file}: polygons that crossed themselves were repaired ({number}).",
                    file=path.name,
                    number=int(crossing.sum()),
                ),
                int(crossing.sum()),
            )
        )
    codes = frame[column].astype(str).str.strip().to_numpy()
    polygons = shapely.make_valid(frame.geometry.to_numpy(), method="structure")
    found = []
    for name, pattern in CODES.items() if level is None else [(level, r".+")]:
        of_level = frame[column].astype(str).str.strip().str.fullmatch(pattern).to_numpy()
        kept, first, times = np.unique(codes[of_level], return_index=True, return_counts=True)
        if len(kept):
            united = np.array([_united(polygons[codes == code]) for code in kept], dtype=object)
            names = _names(frame, name, column)[of_level][first].tolist()
            named = {code: text for code, text in zip(kept.tolist(), names, strict=True) if text}
            found.append(Boundaries(name, None, tuple(kept.tolist()), united, named, path.name))
        if (times > 1).any():
            notes.append(_note_on_doubles(path, kept[times > 1].tolist()))
    return found, notes


def _names(frame: Any, level: str, column: str) -> NDArray[Any]:
    """[row], the name of each area; "" where the file has none."""
    plain = {_plain(name): name for name in frame.columns if name != column}
    found = next((plain[name] for name in (*NAMES.get(level, ()), *ANY_NAME) if name in plain), None)
    if found is None:
        return np.full(len(frame), "", dtype=object)
    names: NDArray[Any] = frame[found].fillna("").astype(str).str.strip().to_numpy(dtype=object)
    return names


def _plain(column: Any) -> str:
    return str(column).lower().replace("_", "")


def _note_on_doubles(path: Path, codes: list[str]) -> Note:
    return Note(
        "polygons_united",
        *sentences(
            "{file}: codes staan er meer dan eens in ({number}): {codes}. Hun vlakken zijn samengenomen; staat een "
            "code er ten onrechte bij, verbeter die dan.",
            "{file}: codes stand in it more than once ({number}): {codes}. Their polygons were united; correct a code "
            "that does not belong there.",
            file=path.name,
            number=len(codes),
            codes=_some(codes),
        ),
        len(codes),
    )


def _united(polygons: NDArray[Any]) -> Any:
    return polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)


def _is_water(frame: Any) -> NDArray[np.bool_]:
    for column in frame.columns:
        if str(column).lower() in ("water", "h2o", "ind_wbb_water"):
            water: NDArray[np.bool_] = (
                frame[column].astype(str).str.strip().str.upper().isin(["JA", "J", "B"]).to_numpy()
            )
            return water
    return np.zeros(len(frame), dtype=bool)


def _overlaps(boundaries: Boundaries) -> list[tuple[str, str]]:
    pairs = adjacent(boundaries)
    if not len(pairs):
        return []
    shared = shapely.intersection(boundaries.polygons[pairs[:, 0]], boundaries.polygons[pairs[:, 1]])
    too_much = shapely.area(shared) > SLIVER * np.maximum(shapely.length(shared), 1.0)
    return [(boundaries.codes[one], boundaries.codes[other]) for one, other in pairs[too_much].tolist()]


def _note_on_layer(path: Path, layer: str) -> Note:
    return Note(
        "layer_without_codes",
        f"{path.name}: laag '{layer}' heeft geen codes van gebieden en is overgeslagen.",
        f"{path.name}: layer '{layer}' has no codes of areas and was passed over.",
    )


def _some(codes: list[str], most: int = 5) -> str:
    return ", ".join(codes[:most]) + (", …" if len(codes) > most else "")
