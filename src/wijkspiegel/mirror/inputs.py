"""Published figures, boundaries and indicators, put together into a city."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from wijkspiegel.errors import InputError, SettingsError
from wijkspiegel.sources.boundaries import check_cover, read_boundaries
from wijkspiegel.sources.cbs import Kwb, read_kwb
from wijkspiegel.sources.city_file import read_indicators
from wijkspiegel.tables import Areas, Boundaries, City, Composition, Note

LEVELS = ("land", "gemeente", "wijk", "buurt")
HOME = "gemeente"


def city_from_cbs(
    files: Sequence[Path],
    municipality: str | None = None,
    level: str | None = None,
    areas: Sequence[Path] = (),
    indicators: Sequence[Path] = (),
) -> City:
    """One municipality with its peers, or all municipalities, from published editions of CBS key figures.

    level : the finest level to use; all that the files have by default.
    Raises InputError and SettingsError for what does not fit.
    """
    if level is not None and level not in LEVELS[1:]:
        raise SettingsError(f"There is no level '{level}'. Choose from {', '.join(LEVELS[1:])}.")
    used = LEVELS[: LEVELS.index(level) + 1] if level else LEVELS
    editions = [_edition(path, municipality) for path in files]
    compositions = [c for edition in editions for c in edition.compositions if c.areas.level in used]
    _refuse_doubled(compositions)
    levels = tuple(known for known in used if any(c.areas.level == known for c in compositions))
    subject = _only_municipality(editions) if municipality else ""
    boundaries, notes = _boundaries(areas, compositions)
    return City(
        title=_title(editions, subject),
        levels=levels,
        home=HOME,
        compositions=tuple(compositions),
        sources=tuple(edition.source for edition in editions),
        published=True,
        subject=subject,
        boundaries=boundaries,
        indicators=tuple(indicator for path in indicators for indicator in read_indicators(path)),
        notes=(*(note for edition in editions for note in edition.notes), *notes),
    )
