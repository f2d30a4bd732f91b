"""Conversations for tests of their page: a small one as people would hold it, and releases made up of rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wijkspiegel.disclosure import RELEASE_TABLES, Policy, Release, protect_figures
from wijkspiegel.ground import Asked, look_for_ground
from wijkspiegel.tables import Measured, Note

TEXTS = (
    "The park is for everybody.", "Neighbours should know each other’s names.", "The market should stay on Saturday.",
    "Cars should leave the centre.", "The ring road has to be wider.", "Rents may rise with wages.",
    "The mosque may broadcast its call.", "Schools should open later.",
)  # fmt: skip
SHARES = {
    "north": (0.95, 0.9, 0.85, 0.9, 0.1, 0.3, 0.8, 0.5),
    "south": (0.92, 0.9, 0.80, 0.1, 0.9, 0.3, 0.15, 0.5),
}
"""Of each neighbourhood, the share that agrees with each statement."""


def small_town(directory: Path) -> Release:
    """Three hundred people of two neighbourhoods and three ages; of whoever is over 65, few came."""
    lots = np.random.default_rng(3)
    people = 300
    neighbourhood = lots.choice(["north", "south"], people, p=[0.6, 0.4])
    age = lots.choice(["18-34", "35-64", "65+"], people, p=[0.4, 0.5, 0.1])
    agrees = lots.random((people, len(TEXTS))) < np.array([SHARES[one] for one in neighbourhood])
    passes = lots.random(agrees.shape) < 0.05
    votes = np.where(passes, 0, np.where(agrees, 1, -1))
    rows = [f"p{p:03},s{s},{votes[p, s]},yes" for p in range(people) for s in range(len(TEXTS))]
    _write(directory / "votes.csv", "person,statement,vote,dealt", rows)
    _write(directory / "statements.csv", "statement,text,language", [f's{n},"{t}",en' for n, t in enumerate(TEXTS)])
    known = [f"p{p:03},{neighbourhood[p]},{age[p]}" for p in range(people)]
    _write(directory / "people.csv", "person,neighbourhood,age", known)
    margins = ["neighbourhood,north,5000", "neighbourhood,south,5000"]
    margins += ["age,18-34,3000", "age,35-64,4500", "age,65+,2500"]
    _write(directory / "margins.csv", "margin,category,population", margins)
    return look_for_ground(
        Asked(
            directory / "votes.csv", directory / "statements.csv", directory / "people.csv",
            margins=directory / "margins.csv", title="Small Town",
        )
    )  # fmt: skip


def _write(path: Path, head: str, rows: Sequence[str]) -> None:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def statement(name: str, verdict: str, probability: float | None = 0.95, **more: Any) -> dict[str, Any]:
    shown = probability is not None
    return {
        "statement": name, "text": f"Text of {name}.", "language": "", "seen": 100 if shown else 3, "agree": 70.0,
        "disagree": 20.0, "pass": 10.0, "verdict": verdict, "probability": probability, "lower": 0.6, "upper": 0.8,
    } | more  # fmt: skip


def agreement(name: str, kind: str, group: str, agree: float, n: int = 100) -> dict[str, Any]:
    return {
        "statement": name, "kind": kind, "group": group, "n": n, "agree": agree, "lower": agree - 0.05,
        "upper": agree + 0.05,
    }  # fmt: skip


PERSONS = {
    "statements": "seen", "agreement": "n", "opinion_groups": "persons", "positions": "persons",
    "missing": "participants", "robustness": "before",
}  # fmt: skip


def made_up(notes: Sequence[Note] = (), **tables: Sequence[Mapping[str, Any]]) -> Release:
    """A release of these rows, which pass the door as measured figures do."""
    measured = {
        name: Measured(
            {column.name: [row[column.name] for row in rows] for column in RELEASE_TABLES[name]},
            persons=np.array([np.inf if name == "robustness" else row[PERSONS[name]] for row in rows], dtype=float),
            counted=tuple(c.name for c in RELEASE_TABLES[name] if c.name in ("seen", "n", "persons", "participants")),
        )
        for name, rows in tables.items()
    }
    return protect_figures("Small Town", measured, policy=Policy(), notes=tuple(notes))
