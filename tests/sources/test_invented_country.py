"""A country of counts: whole, drawn from its law, and no area of the invented city."""

import numpy as np

from wijkspiegel.mirror.zoning import hierarchy_of
from wijkspiegel.sources.invented.country import FIRST, invented_country


def test_parts_add_up_to_their_whole_in_every_year() -> None:
    country = invented_country(600_000, 3)
    of_level = {(c.areas.level, c.year): c for c in country.compositions}
    assert len(of_level) == 9
    for year in {c.year for c in country.compositions}:
        hierarchy = hierarchy_of(country, year)
        whole, parts = of_level["gemeente", year], of_level["buurt", year]
        home = [whole.areas.codes.index(hierarchy.whole_of(code, "gemeente")) for code in parts.areas.codes]
        summed = np.zeros(whole.counts.shape)
        np.add.at(summed, home, parts.counts)
        assert (summed == whole.counts).all()
        assert len(whole.areas) == 12
        assert whole.counts.sum() == 600_000


def test_it_is_the_same_for_the_same_seed_and_has_codes_of_its_own() -> None:
    one, same, other = (invented_country(500_000, seed).compositions[0] for seed in (1, 1, 2))
    assert (one.counts == same.counts).all()
    assert one.counts.shape != other.counts.shape or (one.counts != other.counts).any()
    assert one.areas.names[0] == FIRST
    assert all(code.startswith("V") for code in one.areas.codes)
