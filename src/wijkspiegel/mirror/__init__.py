"""The main job: the figures of a city become its mirror, a protected release."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from wijkspiegel.disclosure import Policy, Release, protect
from wijkspiegel.errors import SettingsError
from wijkspiegel.mirror.circles import circle_figures, notes_on_lots
from wijkspiegel.mirror.circles.surroundings import notes_on_references
from wijkspiegel.mirror.comparison import compare, without_circular
from wijkspiegel.mirror.evolution import change_table
from wijkspiegel.mirror.portrait import (
    areas_table,
    composition_table,
    diversity_table,
    local_table,
    representation_table,
    segregation_table,
)
from wijkspiegel.mirror.scale import profile_table
from wijkspiegel.schemes import Language
from wijkspiegel.sources.boundaries import to_geojson
from wijkspiegel.tables import City

Progress = Callable[[str], None]
"""Called with the name of each step before it starts."""


def look_into(
    city: City,
    *,
    language: Language = "nl",
    policy: Policy | None = None,
    register: Path | None = None,
    progress: Progress = lambda step: None,
    processes: int | None = None,
) -> Release:
    """Protect the counts of a city and compute, from the protected counts only, everything that a mirror shows.

    language : of the sentences in the tables ("because").
    policy, register : see `protect`.
    processes : see `circle_figures`.
    Raises SettingsError where the figures hold nobody.
    """
    if not any(composition.population.any() for composition in city.compositions):
        raise SettingsError("The figures hold nobody: every count is 0. Check which column is read as the count.")
    indicators, refused = without_circular(city.indicators)
    city = replace(
        city, indicators=indicators, notes=(*city.notes, *refused, *notes_on_references(city), *notes_on_lots(city))
    )

    def derive(protected: City) -> dict[str, pa.Table]:
        return portray(protected, language, progress)

    measured = circle_figures(city, progress, processes)
    progress("protecting the counts")
    return protect(
        city,
        derive,
        policy=policy or Policy(),
        register=register,
        measured=measured,
        boundaries={boundaries.level: to_geojson(boundaries) for boundaries in city.boundaries},
    )


def portray(city: City, language: Language, progress: Progress) -> dict[str, pa.Table]:
    """Every table of a release, from the compositions of a city as they are."""
    steps: dict[str, Callable[[City], pa.Table]] = {
        "areas": areas_table,
        "composition": composition_table,
        "diversity": diversity_table,
        "segregation": segregation_table,
        "local": local_table,
        "profile": profile_table,
        "change": change_table,
        "representation": representation_table,
    }
    tables = {}
    for name, table_of in steps.items():
        progress(name)
        tables[name] = table_of(city)
    progress("peers and sides")
    return tables | compare(city, language)
