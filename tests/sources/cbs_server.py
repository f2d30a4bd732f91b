"""A server on this machine that behaves as CBS (OData v3 and v4) and PDOK (WFS) are documented to.

It holds two municipalities with real names, and two that fill the pages. Faults are asked for with `fail`.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import CodeType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]

TABLE = "85318NED"
PADDED = 10
MUNICIPALITIES = {"0599": "Rotterdam", "0307": "Amersfoort", "9998": "Vulling", "9999": "Vulling (L.)"}
NEIGHBOURHOODS = {"0599": 12, "0307": 3, "9998": 6000, "9999": 6000}
ORIGINS = ("WestersTotaal_17", "NietWestersTotaal_18", "Marokko_19", "NederlandseAntillenEnAruba_20", "Suriname_21")
COLUMNS = ("AantalInwoners_5", *ORIGINS, "Turkije_22", "OverigNietWesters_23")
TITLES = {
    "AantalInwoners_5": "Aantal inwoners",
    "WestersTotaal_17": "Westers totaal",
    "NietWestersTotaal_18": "Niet-westers totaal",
    "Marokko_19": "Marokko",
    "NederlandseAntillenEnAruba_20": "Nederlandse Antillen en Aruba",
    "Suriname_21": "Suriname",
    "Turkije_22": "Turkije",
    "OverigNietWesters_23": "Overig niet-westers",
}
FIGURES = (1000, 200, 300, 60, 20, 90, 50, 80)
"""Of each neighbourhood; times the number of neighbourhoods for what these lie in."""


def _areas() -> Iterator[tuple[str, str, str, int]]:
    """Code, name, kind and number of neighbourhoods of each area."""
    yield "NL00", "Nederland", "Land", sum(NEIGHBOURHOODS.values())
    for number, name in MUNICIPALITIES.items():
        yield f"GM{number}", name, "Gemeente", NEIGHBOURHOODS[number]
        for first in range(0, NEIGHBOURHOODS[number], 100):
            buurten = range(first, min(first + 100, NEIGHBOURHOODS[number]))
            yield f"WK{number}{first // 100:02}", f"Wijk {first // 100:02}", "Wijk", len(buurten)
            yield from ((f"BU{number}{buurt:04}", f"Buurt {buurt}", "Buurt", 1) for buurt in buurten)


AREAS = list(_areas())


@cache
def rows_v3() -> list[Json]:
    return [
        {"ID": number, "WijkenEnBuurten": code.ljust(PADDED), "Gemeentenaam_1": name.ljust(40)}
        | {"SoortRegio_2": kind.ljust(10), "Codering_3": code.ljust(PADDED)}
        | {column: str(count * times).rjust(7) for column, count in zip(COLUMNS, FIGURES, strict=True)}
        for number, (code, name, kind, times) in enumerate(AREAS)
    ]


@cache
def observations_v4() -> list[Json]:
    found: list[Json] = []
    for code, _, _, times in AREAS:
        for number, count in enumerate(FIGURES):
            one = {
                "Id": len(found),
                "Measure": f"M{number:06}",
                "ValueAttribute": "None",
                "Value": float(count * times),
            }
            found.append(one | {"WijkenEnBuurten": code.ljust(PADDED), "StringValue": None})
        found.append({"Id": len(found), "Measure": "M900000", "Value": 1.5, "WijkenEnBuurten": code.ljust(PADDED)})
    return found


@cache
def features(layer: str) -> list[Json]:
    code_of = {"gemeenten": "gemeentecode", "wijken": "wijkcode", "buurten": "buurtcode"}[layer]
    letters = {"gemeenten": "GM", "wijken": "WK", "buurten": "BU"}[layer]
    made = []
    for place, (code, name, _, _) in enumerate(area for area in AREAS if area[0].startswith(letters)):
        west, south = 90_000 + 100 * (place % 150), 430_000 + 100 * (place // 150)
        ring = [[west, south], [west + 100, south], [west + 100, south + 100], [west, south + 100], [west, south]]
        properties = {code_of: code, "gemeentecode": f"GM{code[2:6]}", "naam": name, "water": "NEE"}
        geometry = {"type": "MultiPolygon", "coordinates": [[ring]]}
        made.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return made


def measures_v4() -> list[Json]:
    people = [
        {"Identifier": f"M{number:06}", "Title": TITLES[column], "Index": int(column.rsplit("_")[-1])}
        for number, column in enumerate(COLUMNS)
    ]
    return [*people, {"Identifier": "M900000", "Title": "Gemiddelde woningwaarde", "Index": 39}]


TABLES: dict[str, tuple[Callable[[], list[Json]], str]] = {
    "UntypedDataSet": (rows_v3, "odata.nextLink"),
    "WijkenEnBuurten": (
        lambda: [{"Key": code.ljust(PADDED), "Title": name} for code, name, *_ in AREAS],
        "odata.nextLink",
    ),
    "WijkenEnBuurtenCodes": (
        lambda: [{"Identifier": code, "Title": name} for code, name, *_ in AREAS],
        "@odata.nextLink",
    ),
    "MeasureCodes": (measures_v4, "@odata.nextLink"),
    "Observations": (observations_v4, "@odata.nextLink"),
}
"""Name -> its records, and where its pages name the next one."""

Fault = Callable[["_Answerer", bytes], None]


def status(code: int, **headers: str) -> Fault:
    def answer(to: "_Answerer", body: bytes) -> None:
        to.answer(code, b"busy", {name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def cut_off(to: "_Answerer", body: bytes) -> None:
    """Promises the whole, sends half, hangs up."""
    to.answer(200, body[: len(body) // 2], {"Content-Length": str(len(body))})
    to.close_connection = True


def cut_off_silently(to: "_Answerer", body: bytes) -> None:
    """Sends half as if it were the whole, as a proxy may."""
    to.answer(200, body[: len(body) // 2], {})


def says(body: bytes) -> Fault:
    return lambda to, _: to.answer(200, body, {})


@dataclass
class Server:
    """address : of the server. asked : path of each request. page : records to a page."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    page: int = 10_000
    modified: str = "2022-11-07T02:00:00"
    counts: bool = True
    wfs_filters: bool = True
    next_host: str = ""
    _faults: list[tuple[str, Fault]] = field(default_factory=list)

    def fail(self, pattern: str, *faults: Fault) -> None:
        """The first requests that fit the pattern go wrong like this, one after the other."""
        self._faults.extend((pattern, fault) for fault in faults)

    def fault_for(self, path: str) -> Fault | None:
        for place, (pattern, fault) in enumerate(self._faults):
            if re.search(pattern, path):
                del self._faults[place]
                return fault
        return None

    @property
    def cbs(self) -> str:
        return f"{self.address}/odata"

    @property
    def pdok(self) -> str:
        return f"{self.address}/pdok"

    def times(self, pattern: str) -> int:
        return sum(bool(re.search(pattern, path)) for path in self.asked)

    def answer(self, path: str) -> Json | int | None:
        """What is at an address; None for nothing."""
        parts = urlsplit(path)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/pdok/2022/wfs/v1_0":
            return self._features(given)
        if not (found := re.fullmatch(rf"/odata/{TABLE}/(\w+)(/\$count)?", parts.path)):
            return None
        name, count = found.groups()
        facts = {"Identifier": TABLE, "Modified": self.modified}
        if name in ("TableInfos", "Properties"):
            return {"value": [facts]} if name == "TableInfos" else facts
        if name not in TABLES:
            return None
        records, link = TABLES[name]
        rows = [row for row in records() if _holds(given.get("$filter", "True"), row)]
        if count:
            return len(rows) if self.counts else None
        return self._page(rows, link, path, given)

    def _page(self, rows: list[Json], link: str, path: str, given: dict[str, str]) -> Json:
        start = int(given.get("$skip", 0))
        page: Json = {"odata.metadata": f"{self.address}/$metadata", "value": rows[start : start + self.page]}
        if start + self.page < len(rows):
            bare = re.sub(r"[?&]\$skip=\d+", "", path)
            page[link] = f"{self.next_host or self.address}{bare}{'&' if '?' in bare else '?'}$skip={start + self.page}"
        return page

    def _features(self, given: dict[str, str]) -> Json:
        found = features(given["typeName"])
        if self.wfs_filters and (only := re.search(r"<Literal>(GM\d{4})</Literal>", given.get("filter", ""))):
            found = [one for one in found if one["properties"]["gemeentecode"] == only[1]]
        start, most = int(given.get("startIndex", 0)), min(int(given["count"]), 1000)
        return {"type": "FeatureCollection", "features": found[start : start + most]}


@cache
def _compiled(condition: str) -> CodeType:
    text = re.sub(r"startswith\((\w+),('[^']*')\)", r"row['\1'].startswith(\2)", condition)
    text = re.sub(r"(\w+) eq ('[^']*')", r"row['\1'] == \2", text)
    words = re.sub(r"row\['\w+'\](?:\.startswith\('\w*'\)| == '\w*')", "True", text)
    assert re.fullmatch(r"(?:True|and|or|[() ])+", words), condition
    return compile(text, "filter", "eval")


def _holds(condition: str, row: Json) -> bool:
    """The part of OData's filter language that is used: eq, startswith, and, or, brackets."""
    return bool(eval(_compiled(condition), {"row": row}))  # noqa: S307, only the words that `_compiled` lets through


class _Answerer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_figures: Server

    def do_GET(self) -> None:
        server = self.server_of_figures
        server.asked.append(unquote(self.path))
        found = server.answer(self.path)
        body = json.dumps(found).encode()
        if fault := server.fault_for(unquote(self.path)):
            fault(self, body)
        elif found is None:
            self.answer(404, b"not found", {})
        else:
            self.answer(200, body, {})

    def answer(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in ({"Content-Length": str(len(body)), "Content-Type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    figures = Server()
    answerer = type("Answerer", (_Answerer,), {"server_of_figures": figures})
    with ThreadingHTTPServer(("127.0.0.1", 0), answerer) as server:
        figures.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield figures
        finally:
            server.shutdown()
            thread.join()
