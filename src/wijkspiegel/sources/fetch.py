"""CBS and PDOK over the network -> the same files that one would download by hand.

CBS publishes each table twice: as OData v3 (a row for each area, 10,000 to a page) and as v4 (a row for each figure,
100,000 to a page). PDOK has the boundaries as WFS. All three are read alike: a page of JSON, which names the next one.

Every page is kept as soon as it is there, so that the next run goes on where a cut connection stopped this one. When a
server says that a table changed, what was kept of the older one is thrown away.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlencode

import urllib3

from wijkspiegel.errors import FetchError, SettingsError
from wijkspiegel.sources.cbs import KWB_TABLES
from wijkspiegel.sources.kwb_columns import counts_people_by_origin
from wijkspiegel.sources.kwb_regions import municipality_named
from wijkspiegel.sources.shelf import Feed, Json, Say, Shelf, json_at, new_web

CBS_V3 = "https://opendata.cbs.nl/ODataFeed/odata"
CBS_V4 = "https://datasets.cbs.nl/odata/v1/CBS"
PDOK = "https://service.pdok.nl/cbs/wijkenbuurten"

FEATURES_AT_ONCE = 1000
"""The most that PDOK gives in one page."""

LAYERS: Mapping[str, tuple[str, str]] = {
    "gemeente": ("gemeenten", "gemeentecode"),
    "wijk": ("wijken", "wijkcode"),
    "buurt": ("buurten", "buurtcode"),
}
"""Level -> its layer at PDOK, and where that has the code."""


def fetch_kwb(
    year: int,
    out: Path,
    *,
    municipality: str | None = None,
    table: str | None = None,
    api: Literal["v3", "v4"] = "v3",
    server: str | None = None,
    again: bool = False,
    say: Say = lambda step: None,
) -> tuple[Path, str | None]:
    """The edition of a year of "Kerncijfers wijken en buurten", as CSV, with the names of the areas beside it.

    municipality : a code or a name; all of them by default. table : the StatLine table, for a year that KWB_TABLES
    lacks. api : "v3", all columns, or "v4", people by origin only. server : address of the feed; of CBS by default.
    again : fetch also what is there already.
    Returns the file with the figures, and the code of the municipality. Raises FetchError when a server does not give
    it after all tries (what came is kept), SettingsError for a year without table or an unknown municipality.
    """
    table = table or KWB_TABLES.get(year)
    if table is None:
        raise SettingsError(
            f"There is no table of {year} known: {min(KWB_TABLES)} to {max(KWB_TABLES)}. "
            "Look it up on StatLine and give its number: --table 86165NED."
        )
    feed = _V3(f"{server or CBS_V3}/{table}") if api == "v3" else _V4(f"{server or CBS_V4}/{table}")
    shelf = Shelf(out, new_web(feed.table), say, again)
    stamp = feed.modified(shelf.web)
    name = f"kwb-{year}_{table}"
    regions = shelf.get(f"{name}_WijkenEnBuurten.csv", feed.regions(), stamp)
    code = None
    if municipality is not None:
        titles = {record["Key"].strip(): record["Title"].strip() for record in _read_csv(regions)}
        named = {key: title.removesuffix(" (gemeente)") for key, title in titles.items() if key.startswith("GM")}
        code = municipality_named(municipality, named, set(named), f"table {table}")
    suffix = f"_{code}" if code else ""
    return shelf.get(f"{name}{suffix}_UntypedDataSet.csv", feed.figures(shelf.web, code), stamp, names=regions), code


def fetch_boundaries(
    year: int,
    out: Path,
    *,
    municipality: str | None = None,
    server: str | None = None,
    again: bool = False,
    say: Say = lambda step: None,
) -> list[Path]:
    """The boundaries of gemeenten, wijken and buurten of a year, one GeoJSON in RD New for each level.

    municipality : a code, such as GM0599; all of them by default. Other arguments, and errors, as of `fetch_kwb`.
    """
    server = server or PDOK
    shelf = Shelf(out, new_web(server), say, again)
    suffix = f"_{municipality}" if municipality else ""
    return [
        shelf.get(f"boundaries-{year}{suffix}_{level}.geojson", _layer(server, year, level, municipality), "")
        for level in LAYERS
    ]


# Feeds ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _V3:
    table: str

    def modified(self, web: urllib3.PoolManager) -> str:
        return json_at(web, f"{self.table}/TableInfos?$format=json", lambda page: str(page["value"][0]["Modified"]))

    def regions(self) -> Feed:
        return self._feed("WijkenEnBuurten", None)

    def figures(self, web: urllib3.PoolManager, code: str | None) -> Feed:
        return self._feed("UntypedDataSet", code)

    def _feed(self, name: str, code: str | None) -> Feed:
        chosen = {} if code is None else {"$filter": _within(code)}
        return Feed(
            first=f"{self.table}/{name}?{_query({'$format': 'json'} | chosen)}",
            count=f"{self.table}/{name}/$count" + (f"?{_query(chosen)}" if chosen else ""),
            records=lambda page: list(page["value"]),
            following=lambda url, page: page.get("odata.nextLink"),
            text=_as_csv,
        )


@dataclass(frozen=True)
class _V4:
    table: str

    def modified(self, web: urllib3.PoolManager) -> str:
        return json_at(web, f"{self.table}/Properties", lambda page: str(page["Modified"]))

    def regions(self) -> Feed:
        return self._feed("WijkenEnBuurtenCodes", None, _names_as_v3)

    def figures(self, web: urllib3.PoolManager, code: str | None) -> Feed:
        columns = json_at(
            web,
            f"{self.table}/MeasureCodes",
            lambda page: {str(m["Identifier"]): f"{_camel(m['Title'])}_{m['Index']}" for m in page["value"]},
        )
        wanted = {measure: column for measure, column in columns.items() if counts_people_by_origin(column)}
        if not wanted:
            raise FetchError(f"{self.table} has no people by origin. Give another --table, or use --api v3.")
        condition = " or ".join(f"Measure eq '{measure}'" for measure in wanted)
        if code is not None:
            condition = f"({condition}) and ({_within(code)})"
        return self._feed("Observations", condition, lambda records: _as_csv(_pivoted(records, wanted)))

    def _feed(self, name: str, condition: str | None, text: Callable[[Iterable[Json]], str]) -> Feed:
        chosen = {} if condition is None else {"$filter": condition}
        query = f"?{_query(chosen)}" if chosen else ""
        return Feed(
            first=f"{self.table}/{name}{query}",
            count=f"{self.table}/{name}/$count{query}",
            records=lambda page: list(page["value"]),
            following=lambda url, page: page.get("@odata.nextLink"),
            text=text,
        )


def _query(parameters: Mapping[str, object]) -> str:
    return urlencode(parameters, safe="$", quote_via=quote)


def _within(code: str) -> str:
    """Of a municipality GM0599 the row itself and those of its wijken and buurten."""
    return " or ".join(f"startswith(WijkenEnBuurten,'{letters}{code[2:]}')" for letters in ("GM", "WK", "BU"))


def _layer(server: str, year: int, level: str, municipality: str | None) -> Feed:
    layer, _ = LAYERS[level]
    asked = {
        **{"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typeName": layer},
        **{"outputFormat": "application/json", "srsName": "EPSG:28992", "count": FEATURES_AT_ONCE},
    }
    if municipality is not None:
        asked["filter"] = (
            '<Filter xmlns="http://www.opengis.net/fes/2.0"><PropertyIsEqualTo>'
            f"<ValueReference>gemeentecode</ValueReference><Literal>{municipality}</Literal>"
            "</PropertyIsEqualTo></Filter>"
        )
    address = f"{server}/{year}/wfs/v1_0?"

    def following(url: str, page: Json) -> str | None:
        if len(page["features"]) < FEATURES_AT_ONCE:
            return None
        start = int(re.search(r"startIndex=(\d+)", url)[1])  # type: ignore[index]
        return address + _query(asked | {"startIndex": start + FEATURES_AT_ONCE})

    return Feed(
        first=address + _query(asked | {"startIndex": 0}),
        count=None,
        records=lambda page: list(page["features"]),
        following=following,
        text=lambda records: _as_geojson(records, level, municipality),
    )


# From records to a file ----------------------------------------------------------------------------------------------


def _as_csv(records: Iterable[Json]) -> str:
    """As CBS writes it: semicolons, blanks kept."""
    rows = list(records)
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row if "odata." not in name))
    writer = csv.DictWriter(text, names, delimiter=";", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _names_as_v3(records: Iterable[Json]) -> str:
    return _as_csv({"Key": record["Identifier"], "Title": record["Title"]} for record in records)


def _pivoted(observations: Iterable[Json], columns: Mapping[str, str]) -> Iterator[Json]:
    """A row for each area, a column for each measure; a point where there is no figure, as in v3."""
    rows: dict[str, Json] = {}
    for one in observations:
        row = rows.setdefault(one["WijkenEnBuurten"], {})
        value = one["Value"]
        row[one["Measure"]] = "." if value is None else f"{value:.12g}"
    for area, row in rows.items():
        yield {"WijkenEnBuurten": area} | {column: row.get(measure, ".") for measure, column in columns.items()}


def _camel(title: str) -> str:
    """'Europa (exclusief Nederland)' -> 'EuropaExclusiefNederland', as v3 names the same."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", title))


def _as_geojson(features: Iterable[Json], level: str, municipality: str | None) -> str:
    _, code = LAYERS[level]
    kept = [
        {
            "type": "Feature",
            "properties": {name: given["properties"][name] for name in (code, "water") if name in given["properties"]},
            "geometry": given["geometry"],
        }
        for given in features
        if municipality is None or given["properties"].get(code, "")[2:6] == municipality[2:]
    ]
    if not kept:
        raise FetchError(f"PDOK has no areas of level {level}" + (f" in {municipality}." if municipality else "."))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": kept})


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))
