"""What the planner says, in Dutch and in English."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from typer.testing import CliRunner

from wijkspiegel import encounters, seating
from wijkspiegel.cli import app
from wijkspiegel.encounters.lottery import fair_lottery
from wijkspiegel.encounters.people import Participants, Table
from wijkspiegel.encounters.plan import plan
from wijkspiegel.encounters.problem import pose
from wijkspiegel.encounters.quotas import Change, Quota
from wijkspiegel.encounters.rules import (
    Accompanied,
    Apart,
    At,
    CommonLanguage,
    EachTable,
    Present,
    Rule,
    Together,
    Weights,
    Who,
    Wish,
)
from wijkspiegel.errors import SettingsError
from wijkspiegel.schemes import Language
from wijkspiegel.seating.words import DUTCH, MEASURES, change_in_dutch, refused_in, rule_in_dutch, said_in, verdict_in

PEOPLE = Participants(tuple("pqrstu"), {"age": tuple("aabbcd"), "role": ("host", *("guest",) * 5)})


def sentences_of_the_planner_and_the_draw() -> Iterator[str]:
    for path in chain(*(Path(package.__path__[0]).glob("*.py") for package in (encounters, seating))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Said", "PlanningError"):
                sentence = node.args[0]
                if isinstance(sentence, ast.Constant):
                    yield str(sentence.value)


def test_everything_that_the_planner_and_the_draw_say_is_said_in_dutch() -> None:
    assert set(sentences_of_the_planner_and_the_draw()) == set(DUTCH)


@pytest.mark.parametrize("english", DUTCH)
def test_both_languages_are_about_the_same(english: str) -> None:
    named = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, DUTCH[english])]
    assert named[0] == named[1]


@pytest.mark.parametrize(
    ("rule", "dutch"),
    [
        (Together(("p", "q"), (1,)), "p en q samen in ronde 1"),
        (Apart(("p", "q", "r")), "p, q en r apart"),
        (At(Who(attribute="wheels", values=("yes", "chair")), ("1", "2")), "wheels = yes of chair aan tafel 1 of 2"),
        (EachTable(Who(("p",)), 1, 2), "elke tafel heeft minstens 1 en hooguit 2 van p"),
        (EachTable(Who(("p",)), at_most=0, tables=("3",)), "tafel 3 heeft hooguit 0 van p"),
        (Accompanied(Who(("p",)), Who(("q", "r")), 2, (1, 3)), "p vergezeld door 2 van q en r in ronde 1 en 3"),
        (CommonLanguage("tongue"), "elke tafel heeft een waarde van 'tongue' gemeen"),
        (Present(Who(("p",)), (2,)), "p alleen aanwezig in ronde 2"),
        (Wish("p", ("q", "r")), "p bij minstens 1 van q en r"),
    ],
)
def test_a_rule_is_said_in_dutch(rule: Rule, dutch: str) -> None:
    assert rule_in_dutch(rule) == dutch


@pytest.mark.parametrize(
    ("rules", "dutch", "english"),
    [
        (
            [Apart(("p", "q", "r"))],
            "Deze regel kan niet gelden in ronde 1: p, q en r apart. Tafels en stoelen: 1 (3), 2 (3). "
            "Pas hem aan of laat hem weg.",
            "This rule cannot hold in round 1: p, q and r apart. Tables and seats: 1 (3), 2 (3). "
            "Change it or leave it out.",
        ),
        (
            [Apart(("p", "q")), Together(("p", "q"))],
            "Deze regels kunnen niet samen gelden in ronde 1: p en q apart; p en q samen. Tafels en stoelen: 1 (3), "
            "2 (3). Pas er een aan of laat er een weg.",
            "These rules cannot hold together in round 1: p and q apart; p and q together. Tables and seats: 1 (3), "
            "2 (3). Change or leave out one of them.",
        ),
        (
            [At(Who(attribute="rol", values=("host",)), ("1",))],
            "De regel 'rol = host aan tafel 1' vraagt naar 'rol', en dat is van de mensen niet bekend. "
            "Bekend: age, role. Bedoelde je 'role'?",
            "The rule 'rol = host at table 1' asks for 'rol', which is not known of the people. "
            "Known: age, role. Did you mean 'role'?",
        ),
    ],
)
def test_rules_that_cannot_hold_are_named_in_the_language_of_the_plan(
    rules: list[Rule], dutch: str, english: str
) -> None:
    told: dict[Language, str] = {"nl": dutch, "en": english}
    for language, text in told.items():
        with pytest.raises(SettingsError) as raised, refused_in(language):
            plan(PEOPLE, 2, rules=rules, seconds=0.01)
        assert str(raised.value) == text


@pytest.mark.parametrize(
    ("quotas", "size", "dutch"),
    [
        (
            [Quota("sxe", "f", 0, 1)],
            3,
            "De vrijwilligers hebben geen kolom 'sxe'. Gevonden: age, sex. Bedoelde je 'sex'?",
        ),
        (
            [Quota("age", "e", 1, 2)],
            3,
            "Geen panel van 3 houdt alle quota: 'age e' heeft minimum 1, en het aantal vrijwilligers is 0. De "
            "kleinste verandering, van 1 in totaal, waarna er wel een is: 'age e' minimum 1 → 0. Of vind meer "
            "vrijwilligers. Bekend van 'age': x, y.",
        ),
        (
            [Quota("age", "x", 0, 1), Quota("age", "y", 0, 3), Quota("sex", "m", 2, 2), Quota("sex", "f", 1, 1)],
            3,
            "Geen panel van 3 houdt alle quota. De kleinste verandering, van 1 in totaal, waarna er wel een is: "
            "'age x' maximum 1 → 2: de andere quota laten er minstens 2 voor hen over.",
        ),
        (
            [Quota("age", "y", 0, 1)],
            5,
            "Geen panel van 5 houdt alle quota: de maxima van 'age' zijn samen 1, met 3 voor wie geen quotum geldt, en "
            "het panel heeft 5 plaatsen. De kleinste verandering, van 1 in totaal, waarna er wel een is: 'age y' "
            "maximum 1 → 2.",
        ),
    ],
)
def test_quotas_that_cannot_hold_are_said_in_dutch(quotas: list[Quota], size: int, dutch: str) -> None:
    pool = Participants(tuple("pqrstu"), {"age": tuple("xxxyyy"), "sex": tuple("mmffff")})
    with pytest.raises(SettingsError) as raised, refused_in("nl"):
        fair_lottery(pool, quotas, size)
    assert str(raised.value) == dutch


def test_a_change_of_both_bounds_is_said_in_dutch() -> None:
    change = Change(Quota("age", "", 2, 2), 1, 3)
    assert change_in_dutch(change) == "'age (onbekend)' minimum 2 → 1 en maximum 2 → 3"


def test_numbers_are_written_as_the_language_has_them() -> None:
    with pytest.raises(SettingsError) as raised, refused_in("nl"):
        pose(Participants(tuple(f"{n}" for n in range(5001)), {}), 2, 2)
    assert str(raised.value) == "5.001 mensen: wie wie ontmoette is voor hooguit 5.000 te volgen. Deel één ronde in."
    with pytest.raises(SettingsError) as raised, refused_in("nl"):
        pose(PEOPLE, 2, weights=Weights({"age": -0.5}))
    assert str(raised.value) == "Het gewicht van 'age' is -0,5: het moet een getal zijn, en niet minder dan 0."


def test_one_is_said_as_one_in_dutch() -> None:
    with pytest.raises(SettingsError) as raised, refused_in("nl"):
        pose(PEOPLE, [Table("1", 2)])
    assert str(raised.value).startswith("6 mensen passen niet: er zijn 2 stoelen aan 1 tafel. Geef er minstens")


@pytest.mark.parametrize(
    ("verdict", "dutch", "english"),
    [
        ("proved optimal", "bewezen het beste", "proved optimal"),
        (
            "within 0.65 %",
            "hooguit 0,65 % slechter dan het best mogelijke",
            "at most 0.65 % worse than the best possible",
        ),
        ("no useful bound", "geen bruikbare grens", "no useful bound"),
    ],
)
def test_how_near_the_best_a_measure_is_is_said_in_both_languages(verdict: str, dutch: str, english: str) -> None:
    assert (verdict_in(verdict, "nl"), verdict_in(verdict, "en")) == (dutch, english)


def test_what_is_odd_is_said_in_both_languages() -> None:
    (first, *_) = pose(PEOPLE, 2).notes
    assert said_in(first, "en") == "'age' has values of one person: c, d. No other table can have them."
    assert said_in(first, "nl") == (
        "'age' heeft waarden die bij één iemand voorkomen: c, d. Geen andere tafel kan die hebben."
    )


def test_every_measure_has_a_name_in_both_languages() -> None:
    made = plan(PEOPLE, 2, 2, rules=[Wish("p", ("q",))], distances=1 - np.eye(6), seconds=0.01)
    for names in MEASURES.values():
        assert [one.name for one in made.measures] == list(names)


@pytest.mark.parametrize(
    ("language", "measure", "note", "refused"),
    [
        ("nl", "gebroken regels: 0", "note Iedereen heeft dezelfde waarde van 'area'", "Deze regel kan niet gelden"),
        ("en", "rules broken: 0", "note Everybody has the same value of 'area'", "This rule cannot hold"),
    ],
)
def test_the_command_speaks_the_language_of_the_plan(
    tmp_path: Path, language: str, measure: str, note: str, refused: str
) -> None:
    people, rules = tmp_path / "people.csv", tmp_path / "rules.toml"
    people.write_text("person,area\n" + "".join(f"{one},Oost\n" for one in "pqrs"), encoding="utf-8")
    rules.write_text('[[apart]]\npeople = ["p", "q", "r"]\n', encoding="utf-8")
    options = [str(people), "--tables", "2", "--mirror", "area", "--seconds", "0.01", "--language", language, "--out"]
    done = CliRunner().invoke(app, ["plan", *options, str(tmp_path / "plan")])
    assert f"  {measure}" in done.output
    assert note in done.output
    done = CliRunner().invoke(app, ["plan", *options, str(tmp_path / "other"), "--rules", str(rules)])
    assert str(done.exception).startswith(refused)
