"""Writes docs/explanation/add-health.md from the friendship nominations of Add Health.

    python docs/add_health.py DIRECTORY

DIRECTORY : with people.parquet (person, community, race) and ties.parquet (person, contact). The data are not part of
the project and are not copied: the page holds figures of large groups only.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, takewhile
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wijkspiegel.connectors.design import sample_of
from wijkspiegel.connectors.homophily import Homophily, assortativity_of, homophily_of_group, mixing_of_group
from wijkspiegel.connectors.mirrors import Circle, MirrorShare, mirror_shares
from wijkspiegel.connectors.reference import of_area, people_around
from wijkspiegel.sources.people_with_ties import city_of_people
from wijkspiegel.tables import City, Contacts

PAGE = Path(__file__).parent / "explanation" / "add-health.md"
GIVEN = {"black": 0.507, "white": 0.395, "asian": 0.393, "hispanic": 0.269, "mixed/other": 0.028}
LEFT_OUT = "community_48"
YEAR = 1995
FRIENDS = "friends"


def pupils(directory: Path, without: str = "") -> City:
    """The pupils of all communities but one, with their nominations. A community is a cluster of the sample."""
    with tempfile.TemporaryDirectory() as beside:
        people = pq.read_table(directory / "people.parquet")
        kept = Path(beside) / "people.parquet"
        pq.write_table(people.filter(pc.not_equal(people["community"], without)), kept)
        city = city_of_people(kept, ties=directory / "ties.parquet", area="community", group="race", year=YEAR)
    (contacts,) = city.contacts
    return replace(city, contacts=(replace(contacts, cluster=contacts.area, sampled=True),))


def circles_of(city: City) -> tuple[Contacts, Circle]:
    """Everybody's friends, held against the pupils of their community, they themselves left out."""
    (contacts,) = city.contacts
    residents = next(c for c in city.compositions if c.areas.level == contacts.areas.level)
    around = people_around(contacts, of_area("community", residents.counts))
    return contacts, Circle(contacts.counts[FRIENDS], around, contacts.group, sample_of(contacts))


def homophily(contacts: Contacts, circle: Circle) -> dict[str, dict[str, Homophily]]:
    """Group -> measure -> figure."""
    groups = contacts.scheme.groups
    shares = np.bincount(contacts.group, minlength=len(groups)) / len(contacts)
    found = {}
    for number, group in enumerate(groups):
        members = circle.take(contacts.group == number)
        every = chain(homophily_of_group(members, float(shares[number])), mixing_of_group(members, shares, groups))
        found[group] = {one.measure: one for one in every}
    return found


def curve(circle: Circle) -> list[MirrorShare]:
    before = takewhile(lambda one: one.form != "multigroup", mirror_shares(circle))
    return [one for one in before if one.form == "one_sided"]


# The page ------------------------------------------------------------------------------------------------------------


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = list(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    yield from (f"| {' | '.join(line)} |" for line in lines)
    yield ""


def written(one: Homophily, digits: int = 3) -> str:
    return f"{one.value:.{digits}f} ({one.lower:.{digits}f} to {one.upper:.{digits}f})"


def head(contacts: Contacts) -> Iterator[str]:
    told = contacts.counts[FRIENDS].sum(axis=1)
    yield "# Friends at school: Add Health\n"
    yield (
        "In 1994-95 pupils of American secondary schools in 84 communities named up to five boys and five girls as "
        "their friends (Add Health, in-school questionnaire; the network data as Linton Freeman made them public). "
        "`make add-health DATA=DIRECTORY` makes this page from these data, which are not part of this project.\n"
    )
    yield (
        f"Here are {len(contacts):,} pupils whose race is known, of whom {(told > 0).sum():,} name somebody at their "
        f"schools whose race is known: {told[told > 0].mean():.1f} on average, {int(told.max())} at most. "
        "Around each are the pupils of the same community, that pupil left out. Intervals (95 %) take a community as "
        "a cluster.\n"
    )


def inbreeding(found: dict[str, dict[str, Homophily]], everywhere: dict[str, dict[str, Homophily]]) -> Iterator[str]:
    yield "## Inbreeding homophily\n"
    yield (
        "Friends of the own group beyond those that the community would give: 0 is by lot, 1 is nobody else "
        "(`inbreeding_in_area` in [measures](../reference/measures.md#contacts)).\n"
    )
    yield from table(
        ["", "given", "found", "with community 48", "against all pupils", "own share of friends"],
        [
            [
                group, f"{value:.3f}", written(found[group]["inbreeding_in_area"]),
                f"{everywhere[group]['inbreeding_in_area'].value:.3f}", written(found[group]["inbreeding"]),
                written(found[group]["share"]),
            ]
            for group, value in GIVEN.items()
        ],
    )  # fmt: skip
    yield (
        "*Given* is what was measured from the same data before this program was written. The definition that gives "
        "all five to the third digit: contacts and pupils of unknown race left out, the share of the own group in the "
        "community without the pupil, weighted by the friends of each pupil, and community 48 left out. Other readings "
        "miss by more: unknown race as a group of its own (black .495), the mean over pupils instead of over "
        "friendships (black .523), schools instead of communities (black .502), friendships that both name (black "
        ".565). Against all pupils of the country the figures are far higher: most of that is who goes to school "
        "where.\n"
    )


def mixing(found: dict[str, dict[str, Homophily]]) -> Iterator[str]:
    yield "## Who names whom\n"
    yield "Friends over those that lots among the pupils of the community would give; 1 is by lot. Rows name columns.\n"
    yield from table(
        ["", *GIVEN],
        [[one, *(written(found[one][f"mixing_in_area:{other}"], 2) for other in GIVEN)] for one in GIVEN],
    )


def mirrors(curves: dict[str, list[MirrorShare]]) -> Iterator[str]:
    yield "## Whose friends mirror their community\n"
    yield (
        "The share of pupils of whom at least as many friends are of another race as in their community, less the "
        "tolerance. *At its word* takes a list of friends for the truth about a pupil; *bounds* are what any number of "
        "such lists would leave open; the interval holds both, and the sample. Where nearly everybody is of one race, "
        "nearly everybody is within the tolerance: these figures are of communities, not of the country.\n"
    )
    for group, told in curves.items():
        yield f"### {group[:1].upper()}{group[1:]}\n"
        yield from table(
            ["tolerance", "at its word", "estimate", "95 % interval", "bounds"],
            [
                [
                    f"{one.tolerance:.2f}", f"{one.naive:.2f}", f"{one.estimate:.2f}",
                    f"{one.lower:.2f} to {one.upper:.2f}", f"{one.bound_low:.2f} to {one.bound_high:.2f}",
                ]
                for one in told
            ],
        )  # fmt: skip


def what_it_says() -> Iterator[str]:
    yield "## What this can and cannot say\n"
    yield (
        "- How far groups are from mixing by lot, and which pairs: that needs sums of friendships only, and there are "
        "hundreds of thousands.\n"
        "- Not of a pupil whether their friends mirror the community. With a few nominations each, many spreads of "
        "hidden shares give the same lists: the bounds stay as wide as they are however many pupils answer.\n"
        "- The names stop at ten, and at five of each sex. Who has more friends names the closest, who may be more "
        "alike than all friends are.\n"
        "- Friends outside the schools, and pupils who were absent, are not in it. Race is as pupils told it; mixed "
        "and other are together because the source has them so.\n"
        "- A community with two schools is one area here, though most pupils meet their own school only.\n"
        "- Not why: choosing, being chosen, classes and activities give the same counts.\n"
    )


def page(directory: Path) -> str:
    contacts, circle = circles_of(pupils(directory, LEFT_OUT))
    found, everywhere = homophily(contacts, circle), homophily(*circles_of(pupils(directory)))
    curves = {"everybody": curve(circle)} | {
        group: curve(circle.take(contacts.group == contacts.scheme.index(group))) for group in GIVEN
    }
    r = assortativity_of(circle, len(contacts.scheme.groups))
    return "\n".join(
        [
            *head(contacts),
            *inbreeding(found, everywhere),
            f"Assortativity (Newman) over all pupils: {r.value:.3f} ({r.lower:.3f} to {r.upper:.3f}).\n",
            *mixing(found),
            *mirrors(curves),
            *what_it_says(),
        ]
    )


def main() -> None:
    asked = argparse.ArgumentParser(description="Write docs/explanation/add-health.md from the data of Add Health.")
    asked.add_argument("directory", type=Path, metavar="DIRECTORY", help="with people.parquet and ties.parquet")
    directory = asked.parse_args().directory
    if not (directory / "people.parquet").exists():
        print(f"Skipped: there are no data of Add Health in {directory}.")
        return
    PAGE.write_text(page(directory), encoding="utf-8")
    print(f"Written: {PAGE}")


if __name__ == "__main__":
    main()
