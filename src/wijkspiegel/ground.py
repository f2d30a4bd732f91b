"""Common ground, from files to a release: what binds everyone in a conversation, what chafes, and who is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

from wijkspiegel.common_ground.ground import (
    Ground,
    Progress,
    Thresholds,
    Verdict,
    find_ground,
)
from wijkspiegel.common_ground.ideal import Floats
from wijkspiegel.common_ground.robustness import Change, robustness
from wijkspiegel.common_ground.weighing import Known, design_effect, raked
from wijkspiegel.disclosure import Policy, Release, protect_figures
from wijkspiegel.errors import SettingsError
from wijkspiegel.sources.voters import read_margins, read_voters
from wijkspiegel.sources.votes import Conversation, read_conversation
from wijkspiegel.tables import EVERYONE, OPINION, WEIGHTED, Measured, Note, Source
from wijkspiegel.wording import FEWEST, People, Percent, sentences

Margins = Mapping[str, Mapping[str, float]]

BINS, FURTHEST = 0.5, 3.0
"""Width of the bins of positions, and where the last ones stand; places of people have spread 1."""
RESERVED = (EVERYONE, WEIGHTED, OPINION)


@dataclass(frozen=True)
class Asked:
    """What `wijkspiegel ground` is asked. groups : columns of `people`; all of them by default."""

    votes: Path
    statements: Path | None = None
    people: Path | None = None
    groups: tuple[str, ...] = ()
    margins: Path | None = None
    title: str = ""
    thresholds: Thresholds = field(default_factory=Thresholds)
    all_votes: bool = False
    usual: bool = False
    seed: int = 1


def look_for_ground(asked: Asked, progress: Progress = lambda step: None) -> Release:
    """Read, find, try how robust it is, and protect."""
    progress("reading votes")
    conversation = read_conversation(asked.votes, asked.statements, all_votes=asked.all_votes)
    known, weight, margins, notes = _people(asked, conversation)
    ground = find_ground(
        conversation.votes, known=known, weight=weight, thresholds=asked.thresholds, usual=asked.usual,
        seed=asked.seed, progress=progress,
    )  # fmt: skip
    changes = robustness(ground, asked.seed, progress)
    progress("protecting")
    title = asked.title or _name_of(asked.votes)
    return protect_figures(
        title,
        measured(ground, conversation, margins, changes),
        policy=Policy(),
        sources=(Source(title),),
        notes=(*conversation.notes, *notes, *told_of(ground)),
    )


def _name_of(path: Path) -> str:
    return path.resolve().name if path.is_dir() else path.stem


def _people(
    asked: Asked, conversation: Conversation
) -> tuple[dict[str, Known], Floats | None, Margins, tuple[Note, ...]]:
    """Known groups of the persons, their weights, the margins these were raked to, and what is to be told of it."""
    margins: Margins = {} if asked.margins is None else read_margins(asked.margins)
    if asked.people is None:
        if asked.margins is not None or asked.groups:
            raise SettingsError("To weigh people or to part them in groups, say who they are: give --people FILE.")
        return {}, None, {}, ()
    voters = read_voters(asked.people, conversation.votes.persons, asked.groups or None)
    if taken := [kind for kind in voters.groups if kind in RESERVED]:
        raise SettingsError(f"A column of people may not be called '{taken[0]}': that word has a meaning here.")
    known = {kind: _known(told) for kind, told in voters.groups.items()}
    for kind, one in known.items():
        _require_groups(kind, one, asked.people)
    if strangers := [kind for kind in margins if kind not in known]:
        raise SettingsError(
            f"The margin '{strangers[0]}' is no column of {asked.people}, or not one of --groups. Found: "
            f"{', '.join(known)}."
        )
    weight = voters.weight
    if margins:
        weight = raked(known, margins, np.ones(len(conversation.votes.persons)) if weight is None else weight)
    return known, weight, margins, voters.notes


def _known(told: list[str]) -> Known:
    categories = tuple(sorted({one for one in told if one}))
    row = {one: number for number, one in enumerate(categories)}
    return Known(categories, np.array([row.get(one, -1) for one in told], dtype=np.int64))


def _require_groups(kind: str, known: Known, people: Path) -> None:
    """A column of names or addresses has no groups in it, and its values must not come near a release."""
    persons = known.persons()
    if persons[persons < FEWEST].sum() > persons.sum() / 2:
        raise SettingsError(
            f"The column '{kind}' of {people} parts most people into groups of fewer than {FEWEST}. Leave it out "
            "(--groups names the columns that count), or gather its values."
        )


def told_of(ground: Ground) -> tuple[Note, ...]:
    """What a reader must know of how this was found."""
    notes = [_participants(len(ground.votes.persons)), _thresholds(ground.thresholds)]
    if len(ground.everyone) > 1:
        effect = design_effect(ground.weight)
        notes.append(
            Note(
                "design_effect",
                *sentences(
                    "De deelnemers zijn gewogen. Daardoor zeggen hun stemmen zoveel als {share} van dit aantal mensen "
                    "zonder weging.",
                    "The participants were weighted. Their votes tell as much as {share} of them would unweighted.",
                    share=Percent(1 / effect, 0),
                ),
                None,
            )
        )
    if ground.too_small:
        notes.append(
            Note(
                "group_too_small",
                *sentences(
                    "Groepen met minder dan {fewest} deelnemers zijn niet beoordeeld. Die zijn er bij: {kinds}.",
                    "Groups of fewer than {fewest} participants were not judged. There are some of: {kinds}.",
                    fewest=FEWEST, kinds=", ".join(ground.too_small),
                ),
                None,
            )
        )  # fmt: skip
    if not len(ground.opinions):
        notes.append(
            Note(
                "no_stable_groups",
                "Er zijn geen stabiele meningsgroepen: wie er bij wie hoort, hangt te veel af van wie meedeed.",
                "There are no stable opinion groups: who is with whom depends too much on who took part.",
                None,
            )
        )
    return tuple(notes)


def _participants(people: int) -> Note:
    """How many voted, rounded as every number of people in a release is. The count of the note is that number, too."""
    rounding = Policy().rounding
    told = rounding * round(people / rounding)
    return Note(
        "participants",
        *sentences(
            "Meegedaan hebben {people} mensen: zij stemden op een stelling die meetelt.",
            "{people} people took part: they voted on a statement that counts.",
            people=People(told),
        ),
        told,
    )


def _thresholds(thresholds: Thresholds) -> Note:
    return Note(
        "thresholds",
        *sentences(
            "Een stelling bindt als de kans minstens {sure} is dat in elke groep minstens {agree} van wie antwoordde "
            "het eens is. Ze schuurt als de kans minstens {sure} is dat de instemming van twee groepen minstens "
            "{apart} procentpunten verschilt.",
            "A statement binds if the chance is at least {sure} that in every group at least {agree} of those who "
            "answered agree. It chafes if the chance is at least {sure} that the agreement of two groups differs by "
            "at least {apart} percentage points.",
            sure=Percent(thresholds.sure, 0), agree=Percent(thresholds.agree, 0), apart=round(100 * thresholds.apart),
        ),
        None,
    )  # fmt: skip


def measured(
    ground: Ground, conversation: Conversation, margins: Margins, changes: list[Change]
) -> dict[str, Measured]:
    """The tables of the release, with of how many people each figure is."""
    tables = {
        "statements": _statements(ground, conversation),
        "agreement": _agreement(ground),
        "opinion_groups": _opinion_groups(ground),
        "positions": _positions(ground),
        "missing": _missing(ground, margins),
        "robustness": _robustness(changes),
    }
    alike = _alike({**ground.known, OPINION: _opinion(ground)})
    return {name: replace(figures, alike=alike) for name, figures in tables.items()}


def _opinion(ground: Ground) -> Known:
    return Known(tuple(str(number) for number in range(1, len(ground.opinions) + 1)), ground.opinion)


def _alike(known: Mapping[str, Known]) -> tuple[tuple[frozenset[tuple[str, str]], ...], ...]:
    """Groups of one kind that hold the same people as groups of another: a district and its neighbourhoods."""
    found = []
    for (one, of_one), (other, of_other) in combinations(known.items(), 2):
        here, there = len(of_one.categories) + 1, len(of_other.categories) + 1  # who is of no group is one more
        links = csr_array((np.ones(len(of_one.group)), (of_one.group % here, of_other.group % there)), (here, there))
        parts, part = connected_components(block_array([[None, links], [links.T, None]]), directed=False)
        sides = ((one, of_one, part[:here]), (other, of_other, part[here:]))
        pairs = [
            tuple(
                frozenset((kind, name) for name, mine in zip(groups.categories, of, strict=False) if mine == number)
                for kind, groups, of in sides
            )
            for number in range(parts)
        ]
        pairs = [pair for pair in pairs if all(pair)]
        found += pairs if len(pairs) > 1 else []
    return tuple(found)


def _statements(ground: Ground, conversation: Conversation) -> Measured:
    """Those that bind, that chafe and that are not yet known, and at the end those without any vote."""
    verdicts: tuple[Verdict, ...] = ("binds", "chafes", "unknown")
    rows = [row for verdict in verdicts for row in ground.statements(verdict)]
    names = [ground.votes.statements[row] for row in rows]
    unseen = sorted(set(conversation.open) - set(names))
    disagree, passed, agree = (np.append(ground.answers[rows, n], np.zeros(len(unseen))) for n in range(3))

    def figures(values: Floats) -> list[float]:
        return [*values[rows].tolist(), *[np.nan] * len(unseen)]

    every = [*names, *unseen]
    return Measured(
        {
            "statement": every,
            "text": [conversation.text.get(name, "") for name in every],
            "language": [conversation.language.get(name, "") for name in every],
            "seen": (disagree + passed + agree).tolist(),
            "agree": agree.tolist(), "disagree": disagree.tolist(), "pass": passed.tolist(),
            "verdict": [*(ground.verdict[row] for row in rows), *["unknown"] * len(unseen)],
            "between": [*(_sides(ground, row) for row in rows), *[()] * len(unseen)],
            "probability": figures(ground.probability),
            "lower": figures(ground.lower), "upper": figures(ground.upper),
        },
        persons=disagree + passed + agree,
        counted=("seen", "agree", "disagree", "pass"),
        told_by=np.append(_fewest_judged(ground)[rows], np.zeros(len(unseen))),
    )  # fmt: skip


def _sides(ground: Ground, row: int) -> tuple[tuple[str, str], ...]:
    """The two groups between which a statement chafes; none where it does not."""
    if ground.verdict[row] != "chafes":
        return ()
    pair = ground.apart[row]
    return (pair.kind, pair.agrees), (pair.kind, pair.disagrees)


def _fewest_judged(ground: Ground) -> Floats:
    """[statement], the answers of the smallest group on which the verdict rests; of both where it chafes."""
    fewest = np.min([np.where(kind.persons > 0, kind.persons, np.inf).min(axis=0) for kind in ground.kinds], axis=0)
    of_kind = {kind.kind: kind for kind in ground.kinds}
    for row, (verdict, pair) in enumerate(zip(ground.verdict, ground.apart, strict=True)):
        if verdict == "chafes":
            judged = of_kind[pair.kind]
            groups = [judged.groups.index(pair.agrees), judged.groups.index(pair.disagrees)]
            fewest[row] = judged.persons[groups, row].min()
    return np.where(np.isfinite(fewest), fewest, 0.0)


def _agreement(ground: Ground) -> Measured:
    columns: dict[str, list[Any]] = {
        name: [] for name in ("statement", "kind", "group", "n", "agree", "lower", "upper")
    }
    of_groups = [kind for kind in ground.kinds if kind.kind not in (EVERYONE, WEIGHTED)]
    for kind in (*ground.everyone, *of_groups):
        lower, upper = kind.interval()
        for number, group in enumerate(kind.groups):
            columns["statement"] += ground.votes.statements
            columns["kind"] += [kind.kind] * len(ground.votes.statements)
            columns["group"] += [group] * len(ground.votes.statements)
            columns["n"] += kind.persons[number].tolist()
            columns["agree"] += kind.agree[number].tolist()
            columns["lower"] += lower[number].tolist()
            columns["upper"] += upper[number].tolist()
    return Measured(columns, persons=np.array(columns["n"]), counted=("n",))


def _opinion_groups(ground: Ground) -> Measured:
    persons = np.bincount(ground.opinion[ground.opinion >= 0], minlength=len(ground.opinions)).astype(np.float64)
    return Measured(
        {
            "group": [str(number) for number in range(1, len(persons) + 1)],
            "persons": persons.tolist(),
            "stability": ground.opinions.stability.tolist(),
        },
        persons=persons,
        counted=("persons",),
    )


def _positions(ground: Ground) -> Measured:
    """Who told enough to be placed, by place on the main dimension; in no bin where there is none."""
    columns: dict[str, list[Any]] = {"bin": [], "kind": [], "group": [], "persons": []}
    if ground.model.dimensions:
        places = np.round(np.clip(ground.model.persons[:, 1], -FURTHEST, FURTHEST) / BINS) * BINS
        everyone = Known((EVERYONE,), np.zeros(len(places), dtype=np.int64))
        for kind, known in {EVERYONE: everyone, OPINION: _opinion(ground), **ground.known}.items():
            for number, group in enumerate(known.categories):
                there = places[(known.group == number) & ground.opinions.counted]
                for place, persons in zip(*np.unique(there, return_counts=True), strict=True):
                    for name, value in zip(columns, (float(place) + 0.0, kind, group, float(persons)), strict=True):
                        columns[name].append(value)
    return Measured(columns, persons=np.array(columns["persons"]), counted=("persons",))


def _missing(ground: Ground, margins: Margins) -> Measured:
    columns: dict[str, list[Any]] = {
        name: [] for name in ("margin", "category", "population", "participants", "weighted")
    }
    for margin, people in margins.items():
        known = ground.known[margin]
        there = known.group >= 0
        persons = dict(zip(known.categories, known.persons(), strict=True))
        weighted = np.bincount(known.group[there], ground.weight[there], len(known.categories))
        for category, population in people.items():
            columns["margin"].append(margin)
            columns["category"].append(category)
            columns["population"].append(population)
            columns["participants"].append(float(persons.get(category, 0.0)))
            columns["weighted"].append(
                float(weighted[known.categories.index(category)]) if category in persons else 0.0
            )
    return Measured(columns, persons=np.array(columns["participants"]), counted=("participants", "weighted"))


def _robustness(changes: list[Change]) -> Measured:
    names = ("scenario", "verdict", "before", "after", "stays")
    return Measured(
        {name: [getattr(change, name) for change in changes] for name in names}, persons=np.full(len(changes), np.inf)
    )
