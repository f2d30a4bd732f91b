"""The release: protected figures that may leave the room, as a Frictionless Data Package.

A `Release` is made in two ways only: by `protect`, and by `read_release` from a directory whose hashes still match.
"""

import hashlib
import io
import json
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from wijkspiegel.errors import DisclosureError, InputError
from wijkspiegel.schemes import Scheme, label
from wijkspiegel.tables import Note, Source

FORMAT = 2
"""Version of the layout of a release. Raised when a file or column changes its meaning."""

AnyPath = Path | zipfile.Path

Kind = Literal["string", "integer", "number"]
_ARROW = {"string": pa.string(), "integer": pa.int32(), "number": pa.float64()}


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    nl: str
    en: str
    required: bool = True


def _text(name: str, nl: str, en: str, required: bool = True) -> Column:
    return Column(name, "string", nl, en, required)


def _whole(name: str, nl: str, en: str, required: bool = True) -> Column:
    return Column(name, "integer", nl, en, required)


def _number(name: str, nl: str, en: str) -> Column:
    return Column(name, "number", nl, en, required=False)


_AREA = _text("area", "code van het gebied", "code of the area")
_YEAR = _whole("year", "peildatum: 1 januari van dit jaar", "reference date: 1 January of this year")
_SCHEME = _text("scheme", "indeling in groepen", "classification into groups")
_GROUP = _text("group", "groep van de indeling", "group of the scheme")
_MEASURE = _text("measure", "maat", "measure")
_VALUE = _number("value", "waarde", "value")
_LOWER = _number("lower", "ondergrens van het 95%-interval", "lower end of the 95 % interval")
_UPPER = _number("upper", "bovengrens van het 95%-interval", "upper end of the 95 % interval")
_CORRECTED = _number(
    "corrected",
    "(waarde - verwacht) / (maximum - verwacht): 0 is toeval, 1 het uiterste",
    "(value - expected) / (maximum - expected): 0 is chance, 1 the extreme",
)

_SPHERE = _text("sphere", "leefwereld: friends, school, work, ...", "sphere: friends, school, work, ...")
_OWN = _text("group", "eigen groep, of all", "own group, or all")
_TOLERANCE = _number("tolerance", "hoeveel het mag schelen", "how much it may differ")
_PERSONS = _number("persons", "personen van wie het cijfer is", "persons whom the figure is of")

_STATEMENT = _text("statement", "stelling", "statement")
_KIND = _text(
    "kind",
    "all, all_weighted, opinion of een kenmerk van mensen",
    "all, all_weighted, opinion or an attribute of people",
)
_GROUP_OF_KIND = _text("group", "groep daarvan", "group of it")

OF_A_CONVERSATION = ("statements", "agreement", "opinion_groups", "positions", "missing", "robustness")
"""Releases that were made before conversations were read lack these tables, and are read as if they were empty."""

RELEASE_TABLES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "areas": (
            _AREA,
            _text("name", "naam", "name"),
            _text("level", "niveau", "level"),
            _text("parent", "gebied waar dit in ligt", "area that this one lies in", required=False),
            _number("population", "inwoners", "residents"),
            _YEAR,
        ),
        "composition": (
            _AREA, _YEAR, _SCHEME, _GROUP,
            _number("count", "personen; leeg is niet getoond", "people; empty is withheld"),
            _number("share", "aandeel van de inwoners", "share of the residents"),
        ),
        "diversity": (_AREA, _YEAR, _SCHEME, _MEASURE, _VALUE, _LOWER, _UPPER),
        "segregation": (
            _text("area", "code van het geheel", "code of the whole"),
            _text("level", "niveau van de delen", "level of the parts"),
            _YEAR, _SCHEME, _MEASURE,
            _text("group", "groep, of all", "group, or all"),
            _text("against", "waartegen: rest, all of een groep", "against what: rest, all or a group"),
            _VALUE,
            _number(
                "expected",
                "verwachte waarde als mensen door toeval over de delen verdeeld waren",
                "expected value had people been spread over the parts by chance",
            ),
            _CORRECTED, _LOWER, _UPPER,
        ),
        "local": (_AREA, _YEAR, _SCHEME, _MEASURE, _VALUE, _LOWER, _UPPER),
        "profile": (
            _text("area", "code van het geheel", "code of the whole"),
            _YEAR, _SCHEME, _MEASURE,
            _text("scale", "afstand (m) of aantal mensen (people)", "distance (m) or number of people (people)"),
            _VALUE, _CORRECTED, _LOWER, _UPPER,
        ),
        "change": (
            _text("area", "code van het geheel", "code of the whole"),
            _SCHEME, _MEASURE,
            _whole("from", "eerste jaar", "first year"),
            _whole("to", "laatste jaar", "last year"),
            _number("total", "verandering; = margins + structure", "change; = margins + structure"),
            _number(
                "margins",
                "deel door andere aantallen per groep en per gebied",
                "part due to other numbers per group and per area",
            ),
            _number(
                "structure",
                "deel doordat groepen anders over gebieden verdeeld zijn",
                "part due to groups being spread over areas differently",
            ),
            _LOWER, _UPPER,
        ),
        "peers": (
            _AREA, _YEAR,
            _text("peer", "gemeente die erop lijkt", "municipality that is alike"),
            _whole("rank", "1 lijkt het meest", "1 is the most alike"),
            _number("distance", "afstand, 0 is gelijk", "distance, 0 is the same"),
            _text("because", "wat gelijk is en wat niet", "what is alike and what is not"),
        ),
        "sides": (
            _AREA, _YEAR,
            _text("indicator", "indicator", "indicator"),
            _VALUE,
            _number("compared", "verschil met vergelijkbare gebieden", "difference from its peers"),
            _text("side", "beautiful, less_beautiful of neither", "beautiful, less_beautiful or neither"),
            _LOWER, _UPPER,
        ),
        "representation": (
            _text("institution", "instelling", "institution"),
            _text("part", "onderdeel, of all", "part, or all"),
            _text("area", "gebied dat bediend wordt", "area that is served"),
            _YEAR, _SCHEME, _GROUP,
            _number("count", "personen; leeg is niet getoond", "people; empty is withheld"),
            _number("share", "aandeel in de instelling", "share in the institution"),
            _number("reference_share", "aandeel in het gebied", "share in the area"),
            _number("ratio", "share / reference_share; 1 is een spiegel", "share / reference_share; 1 is a mirror"),
            _LOWER, _UPPER,
        ),
        "mixing": (
            _AREA, _SPHERE, _OWN,
            _text("contact_group", "groep van het contact", "group of the contact"),
            _number("contacts", "contacten; leeg is niet getoond", "contacts; empty is withheld"),
            _number("share", "aandeel van de contacten", "share of the contacts"),
        ),
        "mirrors": (
            _AREA, _SPHERE, _OWN,
            _text("form", "one_sided, two_sided, multigroup of bubble", "one_sided, two_sided, multigroup or bubble"),
            _TOLERANCE,
            _number("naive", "aandeel als x/k het echte aandeel was", "share if x/k were the true share"),
            _number("estimate", "geschat aandeel van de mensen", "estimated share of people"),
            _LOWER, _UPPER,
            _number("bound_low", "minst dat met deze tellingen kan", "least that these counts allow"),
            _number("bound_high", "meest dat met deze tellingen kan", "most that these counts allow"),
            _PERSONS,
            _number("contacts", "contacten waarvan de groep bekend is", "contacts whose group is known"),
        ),
        "sensitivity": (
            _AREA, _SPHERE, _OWN,
            _text("reference", "wat om iemand heen heet", "what is called around somebody"),
            _number("outgroup", "gemiddeld aandeel anderen daarin", "mean share of others in it"),
            _text("form", "vorm van de spiegel", "form of the mirror"),
            _TOLERANCE,
            _number("estimate", "geschat aandeel van de mensen", "estimated share of people"),
            _LOWER, _UPPER, _PERSONS,
        ),
        "connectors": (
            _AREA, _OWN,
            _text("step", "weg, trede van de ladder, of any", "road, step of the ladder, or any"),
            _TOLERANCE,
            _number("share", "aandeel van de mensen", "share of people"),
            _LOWER, _UPPER,
        ),
        "overlap": (
            _AREA, _OWN,
            _text(
                "roads", "precies deze wegen, met een +; none is geen; unknown:WEG wie daarover niets zei",
                "exactly these roads, joined by +; or none; unknown:ROAD who told nothing of it",
            ),
            _number("share", "aandeel van de mensen", "share of people"),
            _LOWER, _UPPER,
        ),
        "exposure": (
            _AREA, _SPHERE,
            _text("group", "eigen groep, of GROEP:GROEP", "own group, or GROUP:GROUP"),
            _number("contact_share", "aandeel van de contacten buiten de groep", "share of contacts outside the group"),
            _number("exposure", "aandeel onder wie men kon ontmoeten", "share among those whom one could meet"),
            _number("bias", "1 - contact_share / exposure", "1 - contact_share / exposure"),
            _LOWER, _UPPER,
        ),
        "homophily": (_AREA, _SPHERE, _OWN, _MEASURE, _VALUE, _LOWER, _UPPER),
        "outcomes": (
            _AREA,
            _text("by", "group, connector, een kenmerk, of group:kenmerk", "group, connector, a trait, or group:trait"),
            _text("level", "waarde daarvan", "value of it"),
            _text("outcome", "uitkomst", "outcome"),
            _number("mean", "gewogen gemiddelde", "weighted mean"),
            _LOWER, _UPPER, _PERSONS,
        ),
        "statements": (
            _STATEMENT,
            _text("text", "wat de stelling zegt", "what the statement says", required=False),
            _text("language", "taal van de stelling", "language of the statement", required=False),
            _number("seen", "mensen die antwoordden; leeg is niet getoond", "people who answered; empty is withheld"),
            _number("agree", "van hen eens", "of them who agree"),
            _number("disagree", "van hen oneens", "of them who disagree"),
            _number("pass", "van hen die pasten", "of them who passed"),
            _text("verdict", "binds, chafes of unknown", "binds, chafes or unknown"),
            _number(
                "probability",
                "kans dat het schuurt bij chafes, anders dat het bindt",
                "chance that it chafes where the verdict is chafes, else that it binds",
            ),
            _number(
                "lower",
                "ondergrens van het 95%-interval van de instemming in de getoonde groep die het minst instemt",
                "lower end of the 95 % interval of agreement in the group shown that agrees least",
            ),
            _number("upper", "bovengrens daarvan", "upper end of it"),
        ),
        "agreement": (
            _STATEMENT, _KIND, _GROUP_OF_KIND,
            _number("n", "mensen uit de groep die antwoordden", "people of the group who answered"),
            _number("agree", "geschat aandeel dat het eens is", "estimated share that agrees"),
            _LOWER, _UPPER,
        ),
        "opinion_groups": (
            _text("group", "meningsgroep", "opinion group"),
            _number("persons", "mensen", "people"),
            _number(
                "stability",
                "gemiddelde gelijkenis met de groep die opnieuw wordt gevonden, van 0 tot 1",
                "mean likeness to the group that is found again, from 0 to 1",
            ),
        ),
        "positions": (
            _number("bin", "midden van een vak op de hoofdas van de meningen", "middle of a bin of the main dimension"),
            _KIND, _GROUP_OF_KIND,
            _number("persons", "mensen", "people"),
        ),
        "missing": (
            _text("margin", "kenmerk", "attribute"),
            _text("category", "categorie", "category"),
            _number("population", "inwoners", "residents"),
            _number("participants", "deelnemers; leeg is niet getoond", "participants; empty is withheld"),
            _number("weighted", "deelnemers na weging", "participants once weighted"),
        ),
        "robustness": (
            _text(
                "scenario",
                "hostile_dealt, hostile_free, without_most_active of random_half",
                "hostile_dealt, hostile_free, without_most_active or random_half",
            ),
            _text("verdict", "de lijst: binds of chafes", "the list: binds or chafes"),
            _whole("before", "stellingen op de lijst", "statements on the list"),
            _whole("after", "stellingen op de lijst erna", "statements on the list afterwards"),
            _whole("stays", "stellingen op beide", "statements on both"),
        ),
    }
)  # fmt: skip


def release_table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """An Arrow table with exactly the columns and types that RELEASE_TABLES fixes for `name`.

    NaN becomes null: an empty cell in the file. Raises ValueError where columns miss or are too many.
    """
    wanted = RELEASE_TABLES[name]
    if set(columns) != {column.name for column in wanted}:
        raise ValueError(f"{name}: columns {sorted(columns)}, not {sorted(column.name for column in wanted)}")
    arrays = [
        pa.array(columns[column.name], type=_ARROW[column.kind], from_pandas=column.kind == "number")
        for column in wanted
    ]
    return pa.table(arrays, names=[column.name for column in wanted])


def join_tables(name: str, parts: list[pa.Table]) -> pa.Table:
    """The rows of all parts, in order; an empty table of the right columns when there are none."""
    empty = release_table(name, {column.name: [] for column in RELEASE_TABLES[name]})
    return pa.concat_tables([empty, *parts]).combine_chunks()


@dataclass(frozen=True)
class About:
    """What a reader of a release must know beside its tables.

    home, subject : the level whose areas are looked into as a whole, and the one that this is about; "" is all of them.
    published : True when every count was already public before.
    withheld : in plain words what is not shown and why; empty for published figures.
    notes : what was found odd in the input, and what was done about it.
    """

    title: str
    levels: tuple[str, ...]
    schemes: tuple[Scheme, ...]
    sources: tuple[Source, ...]
    published: bool
    protection: Note
    withheld: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    program: str = ""
    created: str = ""
    home: str = ""
    subject: str = ""


_SEAL = object()


@dataclass(frozen=True)
class Release:
    """Protected figures. Charts, pages, exports and the site accept nothing else.

    tables : name in RELEASE_TABLES -> Arrow table with the columns fixed there.
    boundaries : level -> GeoJSON FeatureCollection in WGS84; the id of a feature is its area code.
    """

    about: About
    tables: Mapping[str, pa.Table]
    boundaries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seal: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise DisclosureError("A release is made by protect() or read_release() only.")
        for name, columns in RELEASE_TABLES.items():
            if self.tables[name].column_names != [column.name for column in columns]:
                raise ValueError(f"{name}: {self.tables[name].column_names}")

    def text(self) -> str:
        """Everything that leaves the room, as text."""
        return "\n".join(content.decode() for content in _files(self).values())


def write_release(release: Release, directory: Path, pages: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Write the package in `directory`, in place of an earlier release there. Other files in it are left alone.

    pages : name -> content of what was made of the release and appears with it: the report.
    The files are first written beside those they replace, and datapackage.json, with all hashes, is moved in place
    last: a write that was cut off leaves no release, never half of one, and the next one mends it.
    Raises InputError where a file of another origin would be overwritten: nothing is touched then.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError("this is a file, and a release is a directory", file=directory, mend="Choose another --out.")
    directory.mkdir(parents=True, exist_ok=True)
    package, replaced = directory / "datapackage.json", directory / ".replaced-datapackage.json"
    earlier = {
        Path(resource["path"]).name
        for path in (package, replaced)
        if path.exists()
        for resource in _package_at(path)["resources"]
    }
    files = _files(release)
    written = {name: content.encode() for name, content in pages.items()}
    if strangers := sorted(
        name for name in files if (directory / name).exists() and name not in {*earlier, package.name}
    ):
        raise InputError(
            f"this directory has a file {strangers[0]} that is not of an earlier release",
            file=directory,
            mend="Choose another with --out.",
        )
    with tempfile.TemporaryDirectory(prefix=".release-", dir=directory) as beside:
        for name, content in (*files.items(), *written.items()):
            (Path(beside) / name).write_bytes(content)
        if package.exists():
            package.replace(replaced)
        for name in earlier - set(files):
            (directory / name).unlink(missing_ok=True)
        for name in (*written, *files):
            (Path(beside) / name).replace(directory / name)
    replaced.unlink(missing_ok=True)
    return directory


def read_release(directory: Path) -> Release:
    """The release written in `directory`. Raises InputError where it is none, or was changed after it was made."""
    return _read(directory)


def _read(directory: AnyPath) -> Release:
    package = _package_at(directory / "datapackage.json")
    if (written_as := package["wijkspiegel"]["format"]) != FORMAT:
        raise InputError(
            f"this release has layout {written_as}, and this program reads layout {FORMAT}",
            file=directory / "datapackage.json",
            mend="Make the release again with this version of the program.",
        )
    try:
        about = _about_from(package["wijkspiegel"])
        resources = [(each["name"], each["path"], each["hash"]) for each in package["resources"]]
    except (KeyError, TypeError, ValueError):
        raise _no_release(directory / "datapackage.json") from None
    tables, boundaries = {}, {}
    for name, file, sha256 in resources:
        path = directory / Path(file).name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise InputError("this file of the release is missing", file=path, mend="Copy it again, whole.") from None
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != sha256:
            raise InputError(
                "this file was changed after the release was made", file=path, mend="Use the release as it was made."
            )
        if name in RELEASE_TABLES:
            tables[name] = _table_from(name, content)
        elif name.startswith("boundaries-"):
            boundaries[name.removeprefix("boundaries-")] = json.loads(content)
    tables |= {name: join_tables(name, []) for name in OF_A_CONVERSATION if name not in tables}
    if missing := set(RELEASE_TABLES) - set(tables):
        raise InputError(f"the release lacks {', '.join(sorted(missing))}", file=directory)
    return Release(about, tables, boundaries, _SEAL)


def pack(release: Release) -> bytes:
    """The files of a release as one zip file, the same bytes for the same release."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(release).items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(packed: bytes, file: object = None) -> Release:
    """The release in a zip file. Raises InputError, which names `file`, where it is none, or was changed since."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(packed))
    except zipfile.BadZipFile:
        raise InputError("this is no zip file", file=file, mend="Give the release as it was downloaded.") from None
    return _read(zipfile.Path(archive))


def part_of(release: Release, area: str) -> Release:
    """What a release tells of one area and the areas in it: a release of its own about that area.

    Raises KeyError for an area that it does not tell of.
    """
    areas = release.tables["areas"].to_pylist()
    level = {row["area"]: row["level"] for row in areas}[area]
    levels = release.about.levels[release.about.levels.index(level) :]
    inside = _inside(areas, area)
    about = replace(
        release.about,
        title=next(row["name"] for row in areas if row["area"] == area),
        levels=levels,
        home=release.about.home if release.about.home in levels else level,
        subject=area,
    )
    tables = {name: _rows_of(table, inside) for name, table in release.tables.items()}
    tables["areas"] = _rows_of(release.tables["areas"], inside | set(tables["peers"]["peer"].to_pylist()))
    features = {
        at: [feature for feature in collection["features"] if feature["id"] in inside]
        for at, collection in release.boundaries.items()
    }
    boundaries = {at: {"type": "FeatureCollection", "features": found} for at, found in features.items() if found}
    return Release(about, tables, boundaries, _SEAL)


def _rows_of(table: pa.Table, areas: set[str]) -> pa.Table:
    """Those of some areas: none of a table that is about no area."""
    if "area" not in table.column_names:
        return table.slice(0, 0)
    return table.filter(pc.is_in(table["area"], pa.array(sorted(areas), type=pa.string()))).combine_chunks()


def _inside(areas: list[dict[str, Any]], area: str) -> set[str]:
    """The area and all that lie in it, however deep, in any year."""
    within = defaultdict(set)
    for row in areas:
        within[row["parent"]].add(row["area"])
    found, waiting = {area}, [area]
    while waiting:
        new = within[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def _package_at(path: AnyPath) -> dict[str, Any]:
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        package["wijkspiegel"]["format"]
    except FileNotFoundError:
        raise InputError("there is no datapackage.json, so this is no release", file=path.parent) from None
    except (json.JSONDecodeError, KeyError, TypeError):
        raise _no_release(path) from None
    return dict(package)


def _no_release(path: AnyPath) -> InputError:
    return InputError("this is not the datapackage.json of a release", file=path, mend="Copy the release again, whole.")


def _files(release: Release) -> dict[str, bytes]:
    """File name -> content. datapackage.json, with the hashes of all others, stands last."""
    files: dict[str, bytes] = {}
    resources = []
    for name, columns in RELEASE_TABLES.items():
        files[f"{name}.csv"] = content = _csv(release.tables[name])
        resources.append(_resource(name, f"{name}.csv", content) | _tabular(columns))
    for level, features in release.boundaries.items():
        name = f"boundaries-{level}"
        files[f"{name}.geojson"] = content = json.dumps(features, separators=(",", ":")).encode()
        resources.append(
            _resource(name, f"{name}.geojson", content) | {"format": "geojson", "mediatype": "application/geo+json"}
        )
    files["datapackage.json"] = json.dumps(
        _describe(release.about) | {"resources": resources}, indent=2, ensure_ascii=False
    ).encode()
    return files


def _csv(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()


def _table_from(name: str, content: bytes) -> pa.Table:
    types = {column.name: _ARROW[column.kind] for column in RELEASE_TABLES[name]}
    options = pyarrow.csv.ConvertOptions(
        column_types=types,
        strings_can_be_null=False,
        null_values=[""],
        include_columns=list(types),
    )
    return pyarrow.csv.read_csv(
        io.BytesIO(content), convert_options=options, parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True)
    )


def _resource(name: str, path: str, content: bytes) -> dict[str, Any]:
    return {
        "name": name,
        "path": path,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _tabular(columns: tuple[Column, ...]) -> dict[str, Any]:
    fields = [
        {"name": column.name, "type": column.kind, "description": column.en, "description_nl": column.nl}
        | ({"constraints": {"required": True}} if column.required else {})
        for column in columns
    ]
    return {
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _describe(about: About) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": "wijkspiegel-release",
        "title": about.title,
        "created": f"{about.created}T00:00:00Z",
        "sources": [
            {key: value for key, value in asdict(source).items() if value and key in ("title", "path")}
            for source in about.sources
        ],
        "wijkspiegel": {
            "format": FORMAT,
            "program": about.program,
            "created": about.created,
            "title": about.title,
            "levels": list(about.levels),
            "home": about.home,
            "subject": about.subject,
            "published": about.published,
            "protection": asdict(about.protection),
            "withheld": [asdict(note) for note in about.withheld],
            "notes": [asdict(note) for note in about.notes],
            "sources": [asdict(source) for source in about.sources],
            "schemes": {
                scheme.code: {
                    "title": dict(scheme.title),
                    "groups": {group: dict(scheme.labels[group]) for group in scheme.groups},
                }
                for scheme in about.schemes
            },
        },
    }
    return {key: value for key, value in described.items() if value}


def _about_from(described: Mapping[str, Any]) -> About:
    return About(
        title=described["title"],
        levels=tuple(described["levels"]),
        schemes=tuple(
            Scheme(
                code,
                label(**scheme["title"]),
                tuple(scheme["groups"]),
                {group: label(**labels) for group, labels in scheme["groups"].items()},
            )
            for code, scheme in described["schemes"].items()
        ),
        sources=tuple(Source(**source) for source in described["sources"]),
        published=described["published"],
        protection=Note(**described["protection"]),
        withheld=tuple(Note(**note) for note in described["withheld"]),
        notes=tuple(Note(**note) for note in described["notes"]),
        program=described["program"],
        created=described["created"],
        home=described["home"],
        subject=described["subject"],
    )
