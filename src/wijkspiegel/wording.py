"""Numbers in sentences: written as the readers of a language write them, and never an exact one of few people."""

from dataclasses import dataclass

from wijkspiegel.schemes import Language

FEWEST = 10
"""Fewer people than this are not told exactly, nobody is."""
FEWER: dict[Language, str] = {"nl": "minder dan", "en": "fewer than"}


@dataclass(frozen=True)
class People:
    """A number of people, or of what people have or said, by which few of them would be known."""

    number: int


@dataclass(frozen=True)
class Percent:
    """A share from 0 to 1, told with so many decimals."""

    share: float
    digits: int = 1


Value = str | int | People | Percent


def sentences(nl: str, en: str, **values: Value) -> tuple[str, str]:
    """A sentence in Dutch and in English, with {names} where the values belong. A year is a text, no number."""
    texts = {"nl": nl, "en": en}
    dutch, english = (
        text.format_map({name: written(value, language) for name, value in values.items()})
        for language, text in texts.items()
    )
    return dutch, english


def written(value: Value, language: Language) -> str:
    match value:
        case str():
            return value
        case People(number=few) if 0 < few < FEWEST:
            return f"{FEWER[language]} {FEWEST}"
        case People(number=many):
            return number(many, language)
        case Percent(share=share, digits=digits):
            return f"{number(100 * share, language, digits)}%"
        case _:
            return number(value, language)


def number(value: float, language: Language, digits: int = 0) -> str:
    """With so many decimals: 12.345,6 in Dutch, 12,345.6 in English; a real minus, and no minus nought."""
    text = f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text
