"""Whom people could meet, whom they have as contacts, and how much they are among their own."""

import numpy as np

from wijkspiegel.connectors.exposure import exposure_and_bias
from wijkspiegel.connectors.homophily import assortativity, homophily_of_group, mixing_matrix
from wijkspiegel.connectors.mirrors import Circle
from wijkspiegel.connectors.reference import outside
from wijkspiegel.mirror.circles.rows import Rows, fewest
from wijkspiegel.tables import Contacts


def add_exposure(rows: Rows, area: str, sphere: str, group: str, circle: Circle, groups: tuple[str, ...]) -> None:
    towards: dict[str, int | None] = {group: None}
    if group != "all":
        towards |= {f"{group}:{other}": number for number, other in enumerate(groups) if other != group}
    counts = np.asarray(circle.counts, dtype=np.float64)
    whole = counts.sum()
    to_others = [counts[:, number].sum() for number in towards.values() if number is not None]
    rarest = fewest(*to_others, *(whole - met for met in to_others))
    for name, number in towards.items():
        found = exposure_and_bias(circle, number)
        if found is not None:
            met = outside(counts, circle.group)[0].sum()
            few = (
                fewest(met, whole - met) if number is None else rarest
            )  # all pairs, or one could be told from the rest
            rows.add(
                "exposure", min(found.persons, few), area=area, sphere=sphere, group=name,
                contact_share=found.contact_share, exposure=found.exposure, bias=found.bias,
                lower=found.lower, upper=found.upper,
            )  # fmt: skip


def add_homophily(rows: Rows, area: str, sphere: str, group: str, circle: Circle, contacts: Contacts) -> None:
    if group == "all":
        matrix = mixing_matrix(circle, len(contacts.scheme.groups))
        rows.add(
            "homophily", len(circle.group), area=area, sphere=sphere, group="all", measure="assortativity",
            value=assortativity(matrix), lower=np.nan, upper=np.nan,
        )  # fmt: skip
        return
    of_group = contacts.group == contacts.scheme.index(group)
    share = float(contacts.weight[of_group].sum() / contacts.weight.sum())
    others, everyone = (numbers.sum() for numbers in outside(circle.counts, circle.group))
    few = fewest(others, everyone - others)
    for one in homophily_of_group(circle, share):
        rows.add(
            "homophily", min(one.persons, few), area=area, sphere=sphere, group=group, measure=one.measure,
            value=one.value, lower=one.lower, upper=one.upper,
        )  # fmt: skip


def add_mixing(rows: Rows, area: str, sphere: str, group: str, circle: Circle, groups: tuple[str, ...]) -> None:
    if group == "all":
        return
    counts = np.asarray(circle.counts, dtype=np.float64)
    told = (circle.sample.weight[:, None] * counts).sum(axis=0)
    persons = int((counts.sum(axis=1) > 0).sum())
    for other, contacts in zip(groups, told, strict=True):
        share = contacts / told.sum() if told.sum() else np.nan
        rows.add(
            "mixing", persons, area=area, sphere=sphere, group=group, contact_group=other,
            contacts=float(contacts), share=float(share),
        )  # fmt: skip
