"""An invented country as a statistical office would publish it: counts by area, and no persons at all."""

import numpy as np

from wijkspiegel.sources.invented.model import SCHEME, YEARS, lay_down
from wijkspiegel.sources.invented.places import LEVELS, lay_out
from wijkspiegel.tables import Areas, Boundaries, City, Source, exact

FIRST = "Overspiegel"
"""The first gemeente of every map has the name of the invented city, which this is not."""


def invented_country(people: int, seed: int) -> City:
    """Residents by area, year and group, drawn from the law of an invented country; with its boundaries.

    people : above 400,000, a gemeente for every 50,000 of them. The same people and seed give the same country.
    """
    rng = np.random.default_rng([seed, *b"country"])
    places = lay_out(people, rng)
    law = lay_down(places, rng)
    areas = {level: _renamed(places.areas[level]) for level in LEVELS}
    row = {"gemeente": places.gemeente, "wijk": places.wijk, "buurt": np.arange(len(places.homes))}
    compositions = []
    for number, year in enumerate(YEARS):
        of_buurt = rng.multinomial(places.homes, law.residents[number])
        for level in LEVELS:
            counts = np.zeros((len(areas[level]), of_buurt.shape[1]))
            np.add.at(counts, row[level], of_buurt)
            compositions.append(exact(areas[level], year, SCHEME, counts))
    return City(
        title="Verzonnenland",
        levels=LEVELS,
        home="gemeente",
        compositions=tuple(compositions),
        sources=(Source("Verzonnen inwoners / invented residents", "wijkspiegel", "CC0-1.0"),),
        published=True,
        boundaries=tuple(Boundaries(level, YEARS[-1], areas[level].codes, places.polygons[level]) for level in LEVELS),
    )


def _renamed(areas: Areas) -> Areas:
    """With codes of their own, so that no area is taken for one of the invented city."""
    names = (FIRST, *areas.names[1:]) if areas.level == "gemeente" else areas.names
    parents = tuple(f"V{code}" if code else "" for code in areas.parents)
    return Areas(areas.level, tuple(f"V{code}" for code in areas.codes), names, parents)
