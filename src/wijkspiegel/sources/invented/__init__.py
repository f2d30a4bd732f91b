"""The invented city: people, contacts, a survey and institutions whose every true figure is known.

The rooms: `places` is the map, `model` the law by which groups are spread, `people` who lives where, `lives` whom they
meet, `town` what a researcher is given, `truth` what is really so, `files` how it is written.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wijkspiegel.errors import SettingsError
from wijkspiegel.sources.invented import truth
from wijkspiegel.sources.invented.files import (
    Tables,
    membership_tables,
    people_tables,
    tie_tables,
    true_people_table,
    write_areas,
    write_csv,
    write_json,
)
from wijkspiegel.sources.invented.lives import Lives, live
from wijkspiegel.sources.invented.model import SCHEME, YEARS, Law, lay_down
from wijkspiegel.sources.invented.people import LARGEST_ID, NOBODY, Residents, settle
from wijkspiegel.sources.invented.places import Places, lay_out
from wijkspiegel.sources.invented.town import indicators_table, institution_tables, sample, survey_table
from wijkspiegel.sources.invented.truth import Expected, Tally

FEWEST_PEOPLE, MOST_PEOPLE = 1_000, 50_000_000
MARK = "invented.json"
"""The file by which a directory is known as an invented city, which another may replace."""

# Each part draws from its own stream of the seed, so that none changes when another draws more.
MAP, LAW, IDS, PEOPLE, LIVES, TOWN = range(6)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class InventedCity:
    """Where the city was written and the first of its true figures.

    truths : headline -> share or index, from truth/headlines.json.
    """

    directory: Path
    people: int
    seed: int
    gemeenten: int
    buurten: int
    truths: Mapping[str, float]

    @property
    def city_file(self) -> Path:
        return self.directory / "city.toml"


def invent(people: int, seed: int, out: Path, progress: Progress = lambda step: None) -> InventedCity:
    """Invent a city (above 400,000 people: a country of gemeenten) and write it to `out`, whole or not at all.

    people : residents at the last reference date. The same people and seed give the same files.
    Memory holds one gemeente at a time. Raises SettingsError for impossible settings, and where `out` holds something
    else than an earlier invented city.
    """
    _require_possible(people, seed)
    _require_free(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".inventing-", dir=out.parent) as beside:
        made = Path(beside) / "city"
        made.mkdir()
        city = _make(people, seed, made, progress)
        if out.exists():
            out.rename(Path(beside) / "earlier")
        made.rename(out)
    return InventedCity(out, people, seed, *city)


def _require_possible(people: int, seed: int) -> None:
    for name, value in (("people", people), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise SettingsError(f"{name} is {value!r}. Give a whole number, such as {name} 200000.")
    if not FEWEST_PEOPLE <= people <= MOST_PEOPLE:
        raise SettingsError(
            f"{people:,} people cannot be invented. Give a number from {FEWEST_PEOPLE:,} to {MOST_PEOPLE:,}."
        )
    if seed < 0:
        raise SettingsError(f"The seed is {seed}. Give 0 or more.")


def _require_free(out: Path) -> None:
    if not out.exists() or (out / MARK).is_file() or (out.is_dir() and not any(out.iterdir())):
        return
    what = "holds something else than an invented city" if out.is_dir() else "is a file"
    raise SettingsError(f"{out} {what}; nothing was changed there. Give another --out, or empty it yourself.")


def _make(people: int, seed: int, directory: Path, progress: Progress) -> tuple[int, int, Mapping[str, float]]:
    progress("drawing the map")
    places = lay_out(people, _stream(seed, MAP))
    law = lay_down(places, _stream(seed, LAW))
    write_areas(places, directory / "areas")

    tally = truth.empty_tally(places)
    lived = np.zeros((len(YEARS), len(places.homes)))
    with Tables(directory) as tables:
        for gemeente, name in enumerate(places.areas["gemeente"].names):
            progress(f"inventing {name} ({gemeente + 1} of {len(places.areas['gemeente'])})")
            residents, lives = _inhabit(places, law, gemeente, seed)
            _write_gemeente(tables, places, residents, lives)
            truth.add_to(tally, lives)
            lived += _lived(residents, len(places.homes))
            if gemeente == 0:
                _write_town(places, lives, directory, _stream(seed, TOWN))

    progress("writing what is true")
    expected = truth.expected_counts(places, law, lived)
    truths = _write_truth(places, tally, expected, directory / "truth")
    wijken = expected["wijk", YEARS[-1], SCHEME.code]
    write_csv(indicators_table(places, wijken, _stream(seed, TOWN, 1)), directory / "indicators.csv")
    for name in ("README.md", "city.toml"):
        (directory / name).write_text(_text(name), encoding="utf-8")
    write_json({"format": 1, "people": int(people), "seed": int(seed)}, directory / MARK)
    return len(places.areas["gemeente"]), len(places.homes), MappingProxyType(truths)


def _inhabit(places: Places, law: Law, gemeente: int, seed: int) -> tuple[Residents, Lives]:
    """The residents of a gemeente. It draws from streams of its own, so the order of gemeenten does not matter."""
    multiplier, shift = _stream(seed, IDS).integers(LARGEST_ID // 3, LARGEST_ID, 2).tolist()
    residents = settle(places, law, gemeente, (multiplier, shift), _stream(seed, PEOPLE, gemeente))
    people_before = int(places.homes[: places.buurten_of(gemeente).start].sum())
    return residents, live(places, residents, people_before, _stream(seed, LIVES, gemeente))


def _lived(residents: Residents, buurten: int) -> NDArray[np.int64]:
    """[year, buurt], people."""
    return np.array([np.bincount(residents.buurt[who != NOBODY], minlength=buurten) for who in residents.occupant])


def _write_gemeente(tables: Tables, places: Places, residents: Residents, lives: Lives) -> None:
    for table in people_tables(residents, lives, places):
        tables.add("people", table)
    for table in tie_tables(lives):
        tables.add("ties", table)
    for table in membership_tables(lives):
        tables.add("memberships", table)
    tables.add("truth/people", true_people_table(lives, places))


def _write_truth(places: Places, tally: Tally, expected: Expected, directory: Path) -> dict[str, float]:
    write_csv(truth.connector_table(places, tally), directory / "connectors.csv")
    write_csv(truth.segregation_table(places, expected), directory / "segregation.csv")
    with Tables(directory) as tables:
        tables.add("composition", truth.composition_table(places, expected))
    headlines = truth.headlines(tally, expected)
    write_json(headlines, directory / "headlines.json")
    return headlines


def _write_town(places: Places, lives: Lives, directory: Path, rng: np.random.Generator) -> None:
    rows, weights = sample(lives, rng)
    write_csv(survey_table(lives, places, rows, weights, rng), directory / "survey.csv")
    for institution, table in institution_tables(lives, rng).items():
        write_csv(table, directory / "institutions" / f"{institution}.csv")
    respondents = {"respondent": np.arange(1, len(rows) + 1), "person": lives.person[rows]}
    write_csv(pa.table(respondents), directory / "truth" / "respondents.csv")


def _text(name: str) -> str:
    return (resources("wijkspiegel.sources.invented") / name).read_text(encoding="utf-8")


def _stream(seed: int, *part: int) -> np.random.Generator:
    return np.random.default_rng([seed, *part])
