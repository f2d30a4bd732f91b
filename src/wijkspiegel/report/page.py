"""One self-contained page from a release: no script, no network, readable by everyone."""

import tomllib
from importlib import resources
from typing import Any

import jinja2

from wijkspiegel.disclosure import Release
from wijkspiegel.report.figures import Figures
from wijkspiegel.report.findings import answer, findings_of
from wijkspiegel.schemes import Language


def page_of(release: Release, language: Language) -> str:
    """The page as HTML."""
    words = words_of(language)
    figures = Figures(release, language)
    about = release.about
    told: dict[str, Any] = {"title": about.title, "year": figures.year}
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
        answer=answer(figures, words),
        intro=words["page"]["intro"].format(**told),
        findings=findings_of(figures, words),
        protection=getattr(about.protection, language),
        withheld=[getattr(note, language) for note in about.withheld],
        notes=[getattr(note, language) for note in about.notes],
        sources=about.sources,
        cite=words["page"]["cite"].format(sources="; ".join(source.title for source in about.sources), **told),
        made=words["page"]["made"].format(program=about.program, created=about.created),
    )


def words_of(language: Language) -> dict[str, Any]:
    """The texts of the page in a language."""
    return tomllib.loads(_resource(f"texts/{language}.toml"))


def _resource(name: str) -> str:
    return resources.files("wijkspiegel.report").joinpath(name).read_text(encoding="utf-8")
