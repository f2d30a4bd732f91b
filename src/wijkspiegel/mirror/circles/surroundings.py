"""What may be called around somebody, and how much the answer depends on it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from wijkspiegel.connectors.design import sample_of
from wijkspiegel.connectors.mirrors import Circle
from wijkspiegel.connectors.reference import Floats, Reference, nearest, of_area, people_around, within_metres
from wijkspiegel.connectors.sensitivity import one_sided
from wijkspiegel.errors import SettingsError
from wijkspiegel.measures.spatial import Points
from wijkspiegel.mirror.circles.rows import Rows
from wijkspiegel.mirror.zoning import hierarchy_of
from wijkspiegel.sources.boundaries import inner_points
from wijkspiegel.tables import City, Composition, Contacts, Note

MEASURED = re.compile(r"(\d+) (m|people)")
COMPARED = ("500 m", "1000 people")
TOLERANCE = 0.10
FORM = "one_sided"
DIGITS = 2
"""Of the mean share around people: of a whole city it is a count of residents, which never leaves exactly."""


def held_against(city: City, reference: str | None, each_area: bool = True) -> City:
    """The city, its contacts to be held against this reference; as it is, where there is none. each_area : as in
    `Contacts`.
    """
    return replace(
        city,
        contacts=tuple(
            replace(contacts, reference=reference or contacts.reference, each_area=each_area)
            for contacts in city.contacts
        ),
    )


def could_meet(sphere: str, contacts: Contacts, around: Floats) -> Floats:
    """[person, group], whom one could meet in a sphere: those of the sphere it is met in, else the people around.

    Raises SettingsError for a sphere of which no contacts are counted.
    """
    place = contacts.met_in.get(sphere)
    if place is None:
        return around
    if place not in contacts.counts:
        raise SettingsError(
            f'met_in = {{ {sphere} = "{place}" }}: no contacts are counted in {place}. '
            f"There are: {', '.join(contacts.counts)}."
        )
    return np.asarray(contacts.counts[place], dtype=np.float64)


def notes_on_references(city: City) -> tuple[Note, ...]:
    """What the contacts are held against, where that was chosen."""
    notes = []
    for contacts in city.contacts:
        if contacts.reference:
            notes.append(
                Note(
                    "reference_of_contacts",
                    f"Contacten zijn vergeleken met de mensen om iemand heen: {contacts.reference}.",
                    f"Contacts are held against the people around somebody: {contacts.reference}.",
                )
            )
        for sphere, place in contacts.met_in.items():
            notes.append(
                Note(
                    "met_in",
                    f"Wie men bij {sphere} kon ontmoeten, zijn de contacten in {place}. Wie die niet heeft, telt "
                    "daarin niet mee.",
                    f"Whom one could meet in {sphere} are the contacts in {place}. Who has none does not count in it.",
                )
            )
    return tuple(notes)


def chosen_reference(city: City, contacts: Contacts) -> Reference:
    """The one that the contacts are to be held against; the area where they live, where none was chosen.

    Raises SettingsError for one that the residents or the boundaries do not allow.
    """
    name = contacts.reference or contacts.areas.level
    found = _reference(city, contacts, name)
    if found is None:
        levels = ", ".join(composition.areas.level for composition in _levels(city, contacts))
        raise SettingsError(
            f"reference = '{name}' cannot be made. Give a level on which the residents are counted ({levels}), or a "
            f'distance or number of people ("500 m", "1000 people"): these need the boundaries of every '
            f"{contacts.areas.level} where people live."
        )
    return found


def references_of(city: City, contacts: Contacts) -> Iterator[Reference]:
    """Every reference that is compared: the levels, from fine to coarse, then by distance and by nearest people."""
    levels = [composition.areas.level for composition in _levels(city, contacts)]
    for name in dict.fromkeys((*levels, *COMPARED, contacts.reference or contacts.areas.level)):
        found = _reference(city, contacts, name)
        if found is not None:
            yield found


def _levels(city: City, contacts: Contacts) -> list[Composition]:
    """Residents by the scheme of the contacts, on their level and the coarser ones, from fine to coarse."""
    counted = {
        composition.areas.level: composition
        for composition in city.compositions
        if (composition.year, composition.scheme.code) == (contacts.year, contacts.scheme.code)
    }
    coarser = city.levels[: city.levels.index(contacts.areas.level) + 1]
    return [counted[level] for level in reversed(coarser) if level in counted]


def _reference(city: City, contacts: Contacts, name: str) -> Reference | None:
    levels = {composition.areas.level: composition for composition in _levels(city, contacts)}
    if name in levels:
        return of_area(name, _people_of(levels[name], city, contacts))
    measured, places = MEASURED.fullmatch(name), _places(city, contacts)
    if measured is None or places is None:
        return None
    kind = within_metres if measured[2] == "m" else nearest
    return kind(places, _people_of(levels[contacts.areas.level], city, contacts), float(measured[1]))


def _people_of(composition: Composition, city: City, contacts: Contacts) -> Floats:
    """[area of the contacts, group], residents of the area of the composition in which it lies; nobody outside."""
    hierarchy = hierarchy_of(city, contacts.year)
    row = {code: number for number, code in enumerate(composition.areas.codes)}
    wholes = [hierarchy.whole_of(code, composition.areas.level) for code in contacts.areas.codes]
    counts = np.vstack([composition.counts, np.zeros(composition.counts.shape[1])])
    return counts[[row.get(whole, -1) for whole in wholes]]


def _places(city: City, contacts: Contacts) -> Points | None:
    """[area of the contacts, 2], a point inside each; None where some area has none."""
    for boundaries in city.boundaries:
        if boundaries.level == contacts.areas.level and set(contacts.areas.codes) <= set(boundaries.codes):
            row = {code: number for number, code in enumerate(boundaries.codes)}
            points: Points = inner_points(boundaries)[[row[code] for code in contacts.areas.codes]]
            return points
    return None


def add_sensitivity(rows: Rows, area: str, contacts: Contacts, references: Sequence[Reference]) -> None:
    """One-sided mirrors at one tolerance in every sphere, of everybody and of each group, against every reference."""
    members = {"all": np.ones(len(contacts), dtype=bool)}
    members |= {group: contacts.group == number for number, group in enumerate(contacts.scheme.groups)}
    for reference in references:
        around = people_around(contacts, reference)
        for sphere, counts in contacts.counts.items():
            everybody = Circle(counts, around, contacts.group, sample_of(contacts))
            for group, of_group in members.items():
                found = one_sided(everybody.take(of_group), TOLERANCE)
                if found is None:
                    continue
                rows.add(
                    "sensitivity", found.persons, area=area, sphere=sphere, group=group, reference=reference.name,
                    outgroup=round(found.reference, DIGITS), form=FORM, tolerance=TOLERANCE, estimate=found.estimate,
                    lower=found.lower, upper=found.upper, persons=found.persons,
                )  # fmt: skip
