"""A plan to print: a card for each table, a list for everybody, an overview for the host, and how good the plan is."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import jinja2
import numpy as np

from wijkspiegel.encounters.judge import NOWHERE
from wijkspiegel.encounters.plan import USELESS, Measure, Plan
from wijkspiegel.schemes import Language
from wijkspiegel.seating.words import MEASURES, verdict_in
from wijkspiegel.wording import number, sentences

WORDS: dict[Language, dict[str, str]] = {
    "nl": {
        "title": "Wie zit waar",
        "quality": "Hoe goed is deze indeling?",
        "measure": "Maat", "value": "Waarde", "bound": "Best mogelijk", "verdict": "Oordeel",
        "table": "Tafel", "round": "Ronde", "person": "Wie",
        "cards": "Kaarten voor de tafels", "list": "Lijst per persoon",
        "host": "Overzicht voor wie ontvangt: mensen per tafel", "rounds": "Rondes {first} tot en met {last}",
        "away": "–",
        "note": "Op deze bladen staan namen. Geef ze alleen aan wie ze nodig heeft, en gooi ze na afloop weg.",
    },
    "en": {
        "title": "Who sits where",
        "quality": "How good is this plan?",
        "measure": "Measure", "value": "Value", "bound": "Best possible", "verdict": "Verdict",
        "table": "Table", "round": "Round", "person": "Who",
        "cards": "Cards for the tables", "list": "List by person",
        "host": "Overview for the host: people by table", "rounds": "Rounds {first} to {last}",
        "away": "–",
        "note": "These sheets have names. Give them only to who needs them, and throw them away afterwards.",
    },
}  # fmt: skip

ACROSS = 8
"""Rounds beside each other on paper; later ones come in a table below, with every name again."""


def page_of(made: Plan, names: Mapping[str, str], language: Language) -> str:
    """HTML, self-contained, for paper and for screens. names : id -> what to print; the id itself by default."""
    words, problem = WORDS[language], made.problem
    ids = problem.people.ids
    called = told_apart(ids, names)
    tables = [table.name for table in problem.tables]
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wijkspiegel.seating"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    cards = [
        [
            (name, sorted((called[one] for one in np.flatnonzero(row == at)), key=in_order))
            for at, name in enumerate(tables)
        ]
        for row in made.seated
    ]
    listed = sorted(
        (
            (called[one], [words["away"] if at == NOWHERE else tables[at] for at in made.seated[:, one]])
            for one in range(len(ids))
        ),
        key=lambda row: in_order(row[0]),
    )
    return environment.get_template("plan.html.j2").render(
        language=language, words=words, cards=cards, listed=listed, parts=_parts(problem.rounds),
        sizes=[
            (name, [len(round_[at][1]) for round_ in cards]) for at, name in enumerate(tables)
        ],
        quality=[_told(one, language) for one in made.measures], said=said_of(made, language),
    )  # fmt: skip


def _parts(rounds: int) -> list[range]:
    """Rounds, from 0, that stand in one table: about as many in each."""
    parts = -(-rounds // ACROSS)
    ends = [rounds * part // parts for part in range(parts + 1)]
    return [range(first, last) for first, last in pairwise(ends)]


def told_apart(ids: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """What to print for each id: the name, with the id beside it where others have that name too."""
    called = [names.get(one, one) for one in ids]
    alike = [" ".join(unicodedata.normalize("NFC", name).casefold().split()) for name in called]
    times = Counter(alike)
    return [f"{name} ({one})" if times[same] > 1 else name for one, name, same in zip(ids, called, alike, strict=True)]


_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that are no other letter with an accent, as lists of names in Dutch and English have them."""


def in_order(name: str) -> tuple[tuple[int, str], ...]:
    """A key by which 2 comes before 10, and letters stand as in a list of names: é with e, ø with o."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    parts = re.split(r"(\d+)", " ".join(plain.translate(_PLAIN).split()))
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def measures_of(made: Plan, language: Language) -> list[str]:
    """A line for each measure: its value, the best that is possible, and how near that is."""
    best = WORDS[language]["bound"].lower()
    return [
        f"{name}: {value}" + (f", {best} {bound}" if bound else "") + (f", {verdict}" if verdict else "")
        for name, value, bound, verdict in (_told(one, language) for one in made.measures)
    ]


def _told(one: Measure, language: Language) -> tuple[str, str, str, str]:
    bound = "" if one.bound is None else _figure(one.bound, language)
    return MEASURES[language][one.name], _figure(one.value, language), bound, verdict_in(one.verdict, language)


def _figure(value: float, language: Language) -> str:
    return number(value, language, 0 if float(value).is_integer() else 1)


def said_of(made: Plan, language: Language) -> str:
    """How good a plan is, in two sentences."""
    problem, judged = made.problem, made.judged
    seated = int((made.seated != NOWHERE).any(axis=0).sum())  # who left before the first round is not counted
    broken = len(judged.broken)
    if language == "nl":
        people = _many(seated, "persoon", "mensen", language)
        tables = _many(len(problem.tables), "tafel", "tafels", language)
        pairs = _many(judged.pairs, "paar ontmoet", "paren ontmoeten", language)
        again = number(judged.repeats, language)
        told = f"{people} aan {tables}, rondes: {problem.rounds}. {pairs} elkaar, {again} opnieuw"
        rules = f"{_many(broken, 'regel geldt', 'regels gelden', language)} niet" if broken else "alle regels gelden"
    else:
        people = _many(seated, "person", "people", language)
        tables = _many(len(problem.tables), "table", "tables", language)
        pairs = _many(judged.pairs, "pair meets", "pairs meet", language)
        again = _many(judged.repeats, "meeting is", "meetings are", language)
        told = f"{people} at {tables}, rounds: {problem.rounds}. {pairs}, {again} a repeat"
        rules = f"{_many(broken, 'rule does', 'rules do', language)} not hold" if broken else "all rules hold"
    mirror = next((one for one in made.measures if one.name == "mirror"), None)
    return f"{told}; {rules}." + (f" {_said_of_mirror(mirror, language)}" if mirror else "")


def _many(how_many: int, one: str, many: str, language: Language) -> str:
    return f"{number(how_many, language)} {one if how_many == 1 else many}"


def _said_of_mirror(mirror: Measure, language: Language) -> str:
    if mirror.verdict == USELESS:
        nl = "De spiegel staat op {value}; hoe dicht dat bij het best mogelijke is, is niet te zeggen."
        en = "The mirror is at {value}; how near that is to the best possible cannot be said."
    else:
        nl = "De spiegel staat op {value}; lager dan {bound} kan geen indeling komen ({verdict})."
        en = "The mirror is at {value}; no plan can get below {bound} ({verdict})."
    return (nl if language == "nl" else en).format(
        value=_figure(mirror.value, language), bound=_figure(mirror.bound or 0.0, language),
        verdict=verdict_in(mirror.verdict, language),
    )  # fmt: skip


def moved_of(moves: int, fewest: int | None, language: Language) -> str:
    """How many people had to move, in a sentence."""
    proved = ("; minder kan niet", "; fewer cannot be") if fewest == moves else ("", "")
    nl, en = sentences(
        f"Plaatsen die anders zijn dan gepland: {{moves}}{proved[0]}.",
        f"Places other than was planned: {{moves}}{proved[1]}.",
        moves=moves,
    )
    return nl if language == "nl" else en
