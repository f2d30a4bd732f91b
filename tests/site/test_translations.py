"""Every text of the site has a Dutch one, and what runs is what was translated."""

import gettext
import re
from pathlib import Path

import pytest

import wijkspiegel.site

SITE = Path(wijkspiegel.site.__file__).parent
IN_TEMPLATES = re.compile(r"""\{% translate (?:"([^"]+)"|'([^']+)')""")
IN_CODE = re.compile(r'(?<![\w.])(?:_|gettext)\(\s*"([^"]+)"\s*\)')


def texts() -> set[str]:
    found = set()
    for paths, pattern in ((SITE.rglob("*.html"), IN_TEMPLATES), (SITE.rglob("*.py"), IN_CODE)):
        for path in paths:
            for match in pattern.findall(path.read_text(encoding="utf-8")):
                found.add("".join(match) if isinstance(match, tuple) else match)
    return found


@pytest.fixture(scope="module")
def dutch() -> gettext.GNUTranslations:
    with (SITE / "locale/nl/LC_MESSAGES/django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_every_text_has_a_dutch_one(dutch: gettext.GNUTranslations) -> None:
    known = dutch._catalog  # type: ignore[attr-defined]  # the same word in both languages is a translation too
    found = texts()
    assert len(found) > 200
    assert {text for text in found if text not in known} == set()


def test_what_was_translated_is_what_runs(dutch: gettext.GNUTranslations) -> None:
    written = (SITE / "locale/nl/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert "#, fuzzy" not in written
    for text, translated in re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', written, flags=re.M):
        plain = text.encode().decode("unicode_escape").encode("latin-1").decode()
        assert dutch.gettext(plain) == translated.encode().decode("unicode_escape").encode("latin-1").decode()
