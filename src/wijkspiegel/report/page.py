"""One self-contained page from a release: no script, no network, readable by everyone."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2

from wijkspiegel.disclosure import Release
from wijkspiegel.report.conversation import Conversation, is_conversation
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.finding import Finding, Words
from wijkspiegel.report.findings import answer, findings_of
from wijkspiegel.report.ground import answer_of_conversation, findings_of_conversation
from wijkspiegel.schemes import Language


def page_of(release: Release, language: Language) -> str:
    """The page as HTML."""
    words = words_of(language)
    about = release.about
    told = _told(Figures(release, language), words)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wijkspiegel.report"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("page.html.j2").render(
        language=language,
        words=words,
        style=_resource("styles/charts.css") + _resource("styles/page.css"),
        title=about.title,
        answer=told.answer,
        intro=told.intro,
        findings=told.findings,
        protection=getattr(about.protection, language),
        withheld=[getattr(note, language) for note in about.withheld],
        notes=[getattr(note, language) for note in about.notes],
        sources=about.sources,
        cite=told.cite,
        made=words["page"]["made"].format(program=about.program, created=about.created),
    )


def answer_of(release: Release, language: Language) -> str:
    """The few sentences with which the page begins."""
    return _told(Figures(release, language), words_of(language)).answer


@dataclass(frozen=True)
class _Told:
    """What a page says of its release; the rest of it says how that was made."""

    answer: str
    intro: str
    findings: Sequence[Finding]
    cite: str


def _told(figures: Figures, words: Words) -> _Told:
    about = figures.release.about
    sources = "; ".join(source.title for source in about.sources)
    if is_conversation(figures.release):
        conversation = Conversation(figures, words)
        return _Told(
            answer_of_conversation(conversation),
            conversation.said["intro"],
            findings_of_conversation(conversation),
            conversation.said["cite"].format(title=about.title, created=about.created, sources=sources),
        )
    return _Told(
        answer(figures, words),
        words["page"]["intro"].format(year=figures.year),
        findings_of(figures, words),
        words["page"]["cite"].format(title=about.title, year=figures.year, sources=sources),
    )


def words_of(language: Language) -> dict[str, Any]:
    """The texts of the page in a language."""
    return tomllib.loads(_resource(f"texts/{language}.toml"))


def _resource(name: str) -> str:
    return resources.files("wijkspiegel.report").joinpath(name).read_text(encoding="utf-8")
