"""The planner and the draw in Dutch and in English: rules, measures, and what they say that cannot be.

They speak English. What they say is said here in Dutch, by the English sentence (a test asks for each).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from wijkspiegel.encounters.plan import PROVED, USELESS
from wijkspiegel.encounters.quotas import Change, Quota
from wijkspiegel.encounters.rules import (
    Accompanied,
    Apart,
    At,
    CommonLanguage,
    EachTable,
    Present,
    Rounds,
    Rule,
    Together,
    Who,
    Wish,
)
from wijkspiegel.encounters.said import PlanningError, Said
from wijkspiegel.errors import SettingsError
from wijkspiegel.schemes import Language

MEASURES: dict[Language, dict[str, str]] = {
    "nl": {
        "mirror": "spiegel (0 is precies gelijk)", "repeats": "ontmoetingen van wie elkaar al ontmoette",
        "mirror and repeats": "spiegel en herhaling samen",
        "most meetings of two people": "vaakst dat twee elkaar zagen",
        "pairs who meet": "paren die elkaar ontmoeten", "wishes not granted": "wensen die niet vervuld zijn",
        "distance": "verschil binnen tafels", "rules broken": "gebroken regels",
    },
    "en": {
        "mirror": "mirror (0 is exactly alike)", "repeats": "meetings of people who met before",
        "mirror and repeats": "mirror and repeats", "most meetings of two people": "most often that two meet",
        "pairs who meet": "pairs who meet", "wishes not granted": "wishes not granted",
        "distance": "difference within tables", "rules broken": "rules broken",
    },
}  # fmt: skip

_VERDICTS: dict[Language, dict[str, str]] = {
    "nl": {
        PROVED: "bewezen het beste", USELESS: "geen bruikbare grens", "broken by hand": "met de hand gebroken",
        "within": "hooguit {share} slechter dan het best mogelijke", "": "",
    },
    "en": {
        PROVED: PROVED, USELESS: USELESS, "broken by hand": "broken by hand",
        "within": "at most {share} worse than the best possible", "": "",
    },
}  # fmt: skip


def verdict_in(verdict: str, language: Language) -> str:
    words, within = _VERDICTS[language], "within "
    if not verdict.startswith(within):
        return words[verdict]
    share = verdict.removeprefix(within)
    return words["within"].format(share=share.translate(_MARKS) if language == "nl" else share)


_ONE = {
    "tafels": "tafel", "stoelen": "stoel", "mensen": "persoon", "rondes": "ronde", "panels": "panel",
    "plaatsen": "plaats",
}  # fmt: skip
_MARKS = str.maketrans(",.", ".,")

# What cannot be, and what is odd -------------------------------------------------------------------------------------

DUTCH = {
    "'{person}' is among the people twice. Give each a row and an id of their own.":
        "'{person}' staat twee keer bij de mensen. Geef ieder een eigen rij en een eigen id.",
    "{tables} tables seat nobody: give at least one.": "Aan {tables} tafels zit niemand: geef er minstens één.",
    "{tables} tables cannot be filled by {people} people: give at most {people} tables.":
        "{tables} tafels zijn niet te vullen met {people} mensen: geef hooguit {people} tafels.",
    "{rounds} rounds: there must be at least one.": "{rounds} rondes: het moet er minstens één zijn.",
    "{rounds} rounds: at most {most} can be planned at once.":
        "{rounds} rondes: er kunnen er hooguit {most} tegelijk ingedeeld worden.",
    "There is nobody to seat.": "Er is niemand om in te delen.",
    "{people} people: who met whom can be followed for at most {most}. Plan one round.":
        "{people} mensen: wie wie ontmoette is voor hooguit {most} te volgen. Deel één ronde in.",
    "The rule '{rule}' is about '{person}', who is not among the people.{near}":
        "De regel '{rule}' gaat over '{person}', die niet bij de mensen staat.{near}",
    "The rule '{rule}'": "De regel '{rule}'",
    "The mirror": "De spiegel",
    "A weight": "Een gewicht",
    "The rule '{rule}' is about nobody: no one has {who}.": "De regel '{rule}' gaat over niemand: niemand heeft {who}.",
    "The rule '{rule}' is about round {number}, and there are {rounds}.":
        "De regel '{rule}' gaat over ronde {number}, en er zijn er {rounds}.",
    "{what} asks for '{attribute}', which is not known of the people. Known: {known}.{near}":
        "{what} vraagt naar '{attribute}', en dat is van de mensen niet bekend. Bekend: {known}.{near}",
    "nothing": "niets",
    " Did you mean '{name}'?": " Bedoelde je '{name}'?",
    "The rule '{rule}' is about table '{table}', which is not there. Tables: {tables}.":
        "De regel '{rule}' gaat over tafel '{table}', die er niet is. Tafels: {tables}.",
    "The weight of '{attribute}' is {weight}: it must be a number, and not less than 0.":
        "Het gewicht van '{attribute}' is {weight}: het moet een getal zijn, en niet minder dan 0.",
    "What a repeat and a refused wish cost must be numbers, and not less than 0.":
        "Wat een herhaling en een geweigerde wens kosten, moeten getallen zijn, en niet minder dan 0.",
    "The weight of '{attribute}' changes nothing: it is not mirrored.":
        "Het gewicht van '{attribute}' verandert niets: het wordt niet gespiegeld.",
    "Of the {met} people in earlier plans {strangers} are not among the people now, such as '{person}'.":
        "Van de {met} mensen in eerdere indelingen staan er {strangers} nu niet bij de mensen, zoals '{person}'.",
    "What distances are worth is {worth}: it must be more than 0.":
        "Wat verschillen waard zijn, is {worth}: het moet meer dan 0 zijn.",
    "There is no table to sit at.": "Er is geen tafel om aan te zitten.",
    "Two tables have one name. Give each its own.": "Twee tafels hebben één naam. Geef elk een eigen naam.",
    "Table '{table}' has {seats} seats and needs {people} people: "
    "there must be a seat, and not fewer seats than people needed.":
        "Tafel '{table}' heeft {seats} stoelen en {people} mensen nodig: "
        "er moet een stoel zijn, en niet minder stoelen dan mensen die nodig zijn.",
    "{people} people do not fit: there are {seats} seats at {tables} tables. "
    "Give at least {more} seats at each, or more tables.":
        "{people} mensen passen niet: er zijn {seats} stoelen aan {tables} tafels. "
        "Geef er minstens {more} aan elke tafel, of meer tafels.",
    "The tables need {least} people together, and there are {people}.":
        "De tafels hebben samen {least} mensen nodig, en er zijn er {people}.",
    "Nobody is there in round {number}.": "In ronde {number} is er niemand.",
    "'{attribute}' should be mirrored, and the composition to mirror has no such attribute. It has: {known}.":
        "'{attribute}' moet gespiegeld worden, en staat niet in de samenstelling om te spiegelen. Die heeft: {known}.",
    "The composition of '{attribute}' must be of numbers not below 0 that add up to more than 0.":
        "De samenstelling naar '{attribute}' moet uit getallen van 0 of meer bestaan, die samen meer dan 0 zijn.",
    "Every table should have a value of '{attribute}' in common, and of '{person}' it is not known. "
    "Fill it in, or leave the rule out.":
        "Elke tafel moet een waarde van '{attribute}' gemeen hebben, en van '{person}' is die niet bekend. "
        "Vul die in, of laat de regel weg.",
    "The rule '{rule}' asks for {least} of {people} people.": "De regel '{rule}' vraagt {least} van {people} mensen.",
    "The rule '{rule}' is about sitting with oneself.": "De regel '{rule}' laat iemand bij zichzelf zitten.",
    "The distances are {shape}, and there are {people} people.":
        "De verschillen zijn {shape}, en er zijn {people} mensen.",
    "A distance is a number that is not below 0, the same both ways.":
        "Een verschil is een getal van 0 of meer, over en weer hetzelfde.",
    "Everybody has the same value of '{attribute}': every table mirrors it.":
        "Iedereen heeft dezelfde waarde van '{attribute}': elke tafel spiegelt die.",
    "'{attribute}' has {values} values for {people} people, {single} of them of one person: "
    "put them in bands to have them mirrored.":
        "'{attribute}' heeft {values} waarden voor {people} mensen, waarvan {single} bij één iemand voorkomen: "
        "maak er klassen van om ze te laten spiegelen.",
    "'{attribute}' has values of one person: {values}. No other table can have them.":
        "'{attribute}' heeft waarden die bij één iemand voorkomen: {values}. Geen andere tafel kan die hebben.",
    "'{attribute}' is not known of {people} people: they are a category of their own.":
        "'{attribute}' is van {people} mensen niet bekend: dat is een eigen categorie.",
    "The composition to mirror has no {attribute} {values}: its share is 0.":
        "De samenstelling om te spiegelen heeft geen {attribute} {values}: het deel daarvan is 0.",
    "The composition to mirror has {attribute} {values}: nobody here is.":
        "De samenstelling om te spiegelen heeft {attribute} {values}: niemand hier is dat.",
    "In round {number} not all tables can have the people that they need. Tables and seats: {tables}.":
        "In ronde {number} kunnen niet alle tafels de mensen krijgen die ze nodig hebben. "
        "Tafels en stoelen: {tables}.",
    "This rule cannot hold in round {number}: {rules}. Tables and seats: {tables}. Change it or leave it out.":
        "Deze regel kan niet gelden in ronde {number}: {rules}. Tafels en stoelen: {tables}. "
        "Pas hem aan of laat hem weg.",
    "These rules cannot hold together in round {number}: {rules}. Tables and seats: {tables}. "
    "Change or leave out one of them.":
        "Deze regels kunnen niet samen gelden in ronde {number}: {rules}. Tafels en stoelen: {tables}. "
        "Pas er een aan of laat er een weg.",
    "{seconds} seconds: give more than 0.": "{seconds} seconden: geef meer dan 0.",
    "The free chairs are too few in round {number}.": "Er zijn te weinig vrije stoelen in ronde {number}.",
    "Whether all rules can hold in round {number} was not found out in time. Leave out some, and try again.":
        "Of alle regels kunnen gelden in ronde {number} is niet op tijd gevonden. Laat er een paar weg, en probeer "
        "het opnieuw.",
    "Round {number} is not in the plan, which has {rounds}.":
        "Ronde {number} staat niet in de indeling, die er {rounds} heeft.",
    "'{person}' is said to be absent, and is not in the plan.{near}":
        "'{person}' zou er niet zijn, en staat niet in de indeling.{near}",
    "'{attribute}' is told of who arrived only, and not used.{near}":
        "'{attribute}' is alleen bekend van wie erbij kwam, en wordt niet gebruikt.{near}",
    "In round {number} somebody sits alone, at table {table}.":
        "In ronde {number} zit iemand alleen, aan tafel {table}.",
    "{what} (The rules are those of {file}.)": "{what} (De regels zijn die van {file}.)",
    "'{person}' is said to have arrived, and is in the plan already.":
        "'{person}' zou erbij gekomen zijn, en staat al in de indeling.",
    "No way to keep all rules in round {number} was found in time.":
        "Hoe alle regels kunnen gelden in ronde {number} is niet op tijd gevonden.",
    "{people} people at {tables} tables in {rounds} rounds are too many to prove anything more: leave --certify out.":
        "{people} mensen aan {tables} tafels in {rounds} rondes zijn te veel om nog iets te bewijzen: "
        "laat --certify weg.",
    "No plan of round {number} keeps all rules.": "Geen indeling van ronde {number} houdt alle regels.",
    "[wishes] names the column '{column}', which the people do not have. Found: {known}.":
        "[wishes] noemt de kolom '{column}', en die hebben de mensen niet. Gevonden: {known}.",
    "A rule says whom it is about by {by_id}, or by one column: {by_column}.":
        "Een regel zegt over wie hij gaat met {by_id}, of met één kolom: {by_column}.",
    "rules.toml has [tables] of its own: give no --tables or --seats with it.":
        "rules.toml heeft zelf [tables]: geef er geen --tables of --seats bij.",
    "How many tables are there? Give --tables, or [tables] in rules.toml.":
        "Hoeveel tafels zijn er? Geef --tables, of [tables] in rules.toml.",
    "There is no column '{column}' for --name. Found: {known}.":
        "Er is geen kolom '{column}' voor --name. Gevonden: {known}.",
    "A lottery of {panels} panels draws none: give --panels of at least 1.":
        "Een loting van {panels} panels loot er geen: geef --panels van minstens 1.",
    "The seed is {seed}. Give 0 or more.": "De seed is {seed}. Geef 0 of meer.",
    "A panel of {size} is none: give a size of at least 1.": "Een panel van {size} is er geen: geef minstens 1.",
    "A panel of {size} cannot be drawn from {people} people: give a smaller size.":
        "Een panel van {size} is niet te loten uit {people} mensen: geef een kleiner aantal.",
    "There are several quotas for '{which}': keep one.": "Voor '{which}' zijn er meer quota: houd er één.",
    "With one of each '{one_of}' a panel has at most {most} people, and {size} are asked for.":
        "Met één van elke '{one_of}' heeft een panel hooguit {most} mensen, en er worden er {size} gevraagd.",
    "The pool has no column '{attribute}'. Found: {known}.{near}":
        "De vrijwilligers hebben geen kolom '{attribute}'. Gevonden: {known}.{near}",
    "{quota} has minimum {minimum}: give 0 or more.": "{quota} heeft minimum {minimum}: geef 0 of meer.",
    "{quota} has minimum {minimum} and maximum {maximum}: the minimum is more.":
        "{quota} heeft minimum {minimum} en maximum {maximum}: het minimum is meer.",
    "{quota} has minimum {minimum}, and the pool has {there}":
        "{quota} heeft minimum {minimum}, en het aantal vrijwilligers is {there}",
    " Or find more volunteers.": " Of vind meer vrijwilligers.",
    " Known of '{attribute}': {known}.{near}": " Bekend van '{attribute}': {known}.{near}",
    "the minima of '{attribute}' add up to {least}, and the panel has {size} seats":
        "de minima van '{attribute}' zijn samen {least}, en het panel heeft {size} plaatsen",
    "the maxima of '{attribute}' add up to {most}{beside}, and the panel has {size} seats":
        "de maxima van '{attribute}' zijn samen {most}{beside}, en het panel heeft {size} plaatsen",
    ", with {people} of whom no quota speaks": ", met {people} voor wie geen quotum geldt",
    "No panel of this size can be made, whatever the quotas.":
        "Een panel van dit aantal is er niet, wat de quota ook zijn.",
    "No panel of {size} was found before the search was given up: widen the quotas.":
        "Een panel van {size} is niet gevonden voor het zoeken werd opgegeven: maak de quota ruimer.",
    ": beside the other quotas only {people} fit": ": naast de andere quota passen er maar {people}",
    ": the other quotas leave at least {people} to them": ": de andere quota laten er minstens {people} voor hen over",
    ": {wrong}": ": {wrong}",
    "No panel of {size} keeps all quotas{wrong}. The smallest change, of {people} in all, after which one does: "
    "{changes}{why}.{find}{known}":
        "Geen panel van {size} houdt alle quota{wrong}. De kleinste verandering, van {people} in totaal, waarna er wel "
        "een is: {changes}{why}.{find}{known}",
}  # fmt: skip


def said_in(said: Said, language: Language) -> str:
    return said.told(DUTCH[said.sentence], _in_dutch, _ONE) if language == "nl" else str(said)


@contextmanager
def refused_in(language: Language) -> Iterator[None]:
    """What cannot be planned is said in this language."""
    try:
        yield
    except PlanningError as error:
        raise SettingsError(said_in(error.said, language)) from None


def _in_dutch(value: object) -> str:  # noqa: PLR0911 - a case for each kind
    match value:
        case Said():
            return said_in(value, "nl")
        case int() | float():
            return f"{value:,.9g}".translate(_MARKS)
        case Who():
            return _people(value)
        case Change():
            return change_in_dutch(value)
        case tuple():
            return "; ".join(map(_in_dutch, value))
        case str():
            return value
        case Quota():
            return _quota(value)
        case _:
            return rule_in_dutch(value)  # type: ignore[arg-type]


def change_in_dutch(change: Change) -> str:
    return f"{_quota(change.quota)} {' en '.join(change.moved)}"


def _quota(quota: Quota) -> str:
    return f"'{quota.attribute} {quota.value or '(onbekend)'}'"


# Rules ---------------------------------------------------------------------------------------------------------------


def rule_in_dutch(rule: Rule) -> str:
    return _what(rule) + _in_rounds(rule.rounds)


def _what(rule: Rule) -> str:  # noqa: PLR0911 - a case for each kind
    match rule:
        case Together(people=people):
            return f"{_listed(people)} samen"
        case Apart(people=people):
            return f"{_listed(people)} apart"
        case At(who=who, tables=tables):
            return f"{_people(who)} aan tafel {' of '.join(tables)}"
        case EachTable(who=who, tables=tables):
            where = f"tafel {' en '.join(tables)}" if tables else "elke tafel"
            return f"{where} heeft {' en '.join(_limits(rule))} van {_people(who)}"
        case Accompanied(who=who, by=by, at_least=least):
            return f"{_people(who)} vergezeld door {'' if least == 1 else f'{least} van '}{_people(by)}"
        case CommonLanguage(attribute=attribute):
            return f"elke tafel heeft een waarde van '{attribute}' gemeen"
        case Present(who=who):
            return f"{_people(who)} alleen aanwezig"
        case Wish(person=person, people=people, at_least=least):
            return f"{person} bij minstens {least} van {_listed(people)}"


def _limits(rule: EachTable) -> list[str]:
    least = [f"minstens {rule.at_least}"] if rule.at_least else []
    return least + ([f"hooguit {rule.at_most}"] if rule.at_most is not None else [])


def _people(who: Who) -> str:
    return f"{who.attribute} = {' of '.join(who.values)}" if who.attribute else _listed(who.ids)


def _in_rounds(rounds: Rounds) -> str:
    return f" in ronde {_listed(map(str, rounds))}" if rounds else ""


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} en {last}" if first else last
