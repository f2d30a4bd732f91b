"""What the planner has to say, in English here, with what it is about: who speaks another language can say it too."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping

from wijkspiegel.errors import SettingsError

_ONE = {"tables": "table", "seats": "seat", "people": "person", "rounds": "round", "panels": "panel"}


class Said:
    """A sentence with {names}, and what belongs there: text, numbers, rules, people of whom a rule speaks.

    >>> str(Said("{people} people do not fit at {tables} tables.", people=1200, tables=8))
    '1,200 people do not fit at 8 tables.'
    """

    def __init__(self, sentence: str, **about: object) -> None:
        self.sentence, self.about = sentence, about

    def told(self, sentence: str, written: Callable[[object], str], one: Mapping[str, str]) -> str:
        """In other words. written : how a value is written there. one : what many are called -> what one is."""

        def of_so_many(found: re.Match[str]) -> str:
            name, many = found.groups()
            return f"{{{name}}} {one.get(many, many) if self.about.get(name) == 1 else many}"

        sentence = re.sub(r"\{(\w+)\} (\w+)", of_so_many, sentence)
        return sentence.format_map({name: written(value) for name, value in self.about.items()})

    def __str__(self) -> str:
        return self.told(self.sentence, _in_english, _ONE)


class PlanningError(SettingsError):
    """What cannot be planned, and why."""

    def __init__(self, sentence: str, **about: object) -> None:
        self.said = Said(sentence, **about)
        super().__init__(str(self.said))


def near(name: str, known: Iterable[str]) -> Said | str:
    """What was meant perhaps; "" where no known name is like it."""
    known = list(known)
    alike = [one for one in known if one.lstrip("0") == name.lstrip("0")] or difflib.get_close_matches(name, known, n=1)
    return Said(" Did you mean '{name}'?", name=alike[0]) if alike else ""


def _in_english(value: object) -> str:
    match value:
        case int() | float():
            return f"{value:,.9g}"
        case tuple():
            return "; ".join(map(str, value))
        case _:
            return str(value)
