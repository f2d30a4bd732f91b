"""The questions by whose answers the tables of a meeting are mixed. Organisers ask them; each is answered by who wants.

Nobody is asked for an origin, a religion or anything else that the law protects most, unless there is a legal ground,
which is then written down.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from wijkspiegel.site.audit.rules import record
from wijkspiegel.site.meetings import rules, standing
from wijkspiegel.site.meetings.models import Attribute, Meeting, Stage
from wijkspiegel.site.people import rules as people
from wijkspiegel.sources.countries import countries

MOST_QUESTIONS = 8
MOST_CHOICES = 30
LONGEST_CHOICE = 60

BEGINNINGS = (
    # origin, and what stands for it
    *("herkomst", "afkomst", "afstamming", "etnic", "etnisch", "ethnic", "nationalit", "geboren", "geboorteland"),
    *("geboorteplaats", "geboortestreek", "staatsburger", "buitenland", "welk land", "which country", "abroad"),
    *("citizenship", "country of birth", "place of birth", "birthplace", "born", "ancestr", "descent", "huidskleur"),
    *("skin colo", "raci", "migrant", "migrat", "vluchteling", "refugee", "asiel", "asylum", "allocht", "autocht"),
    # religion and conviction
    *("religi", "godsdienst", "geloof", "gelovig", "levensbeschou", "kerkelijk", "kerkgang", "church", "moskee"),
    *("mosque", "synago", "christen", "christian", "moslim", "muslim", "islam", "joods", "jewish", "hindoe", "hindu"),
    *("faith", "belief"),
    # health
    *("gezondheid", "health", "ziekte", "illness", "disease", "handicap", "beperking", "disab", "diagnos", "medic"),
    *("medisch", "zwanger", "pregnan", "verslav", "addict"),
    # sexual life, politics, unions, crime, genes
    *("seksu", "sexual", "geaardheid", "lhbti", "lgbt", "politieke", "political", "vakbond", "stemgedrag", "stem je"),
    *("stemt u", "gestemd", "voted", "vote for", "welke partij", "which party"),
    *("trade union", "strafblad", "strafrecht", "criminal", "genetisch", "genetic", "biometri"),
)
"""How words begin of what the General Data Protection Regulation protects most (art. 9 and 10), without accents."""

WHOLE = (
    *("origin", "origins", "kerk", "kerken", "lid van een partij", "party member"),
    *("ras", "race", "ziek", "ill", "jood", "jew", "dna", "bsn"),
)  # fmt: skip
"""Whole words only: Kerkrade is a town, and an original idea tells nothing of its owner."""

_PROTECTED = re.compile(rf"\b(?:(?:{'|'.join(BEGINNINGS)})\w*|(?:{'|'.join(WHOLE)})\b)")


def protected_words(*texts: str) -> list[str]:
    """The words that tell that something specially protected is asked, in the order in which they stand."""
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return list(dict.fromkeys(_PROTECTED.findall(plain)))


def countries_in(choices: Sequence[str]) -> list[str]:
    """The answers that are countries, where several are: who gives them tells where they are from."""
    names = {name.casefold() for country in countries() for name in country.name.values()}
    found = [choice for choice in choices if choice.strip().casefold() in names]
    return found if len(found) > 1 else []


@transaction.atomic
def add(pk: int, given: Mapping[str, Any], by: people.Visitor, now: datetime) -> Attribute:
    """Ask one more question for the tables of a meeting. given : name, reason, choices, ground ("" for none)."""
    meeting = _open(pk, by, now)
    if meeting.attributes.count() >= MOST_QUESTIONS:
        raise ValidationError(
            _("There are %(most)d questions already. Nobody answers more; remove one first.") % {"most": MOST_QUESTIONS}
        )
    made = Attribute(meeting=meeting)
    _write(made, given, by)
    return made


@transaction.atomic
def change(pk: int, given: Mapping[str, Any], version: int, by: people.Visitor, now: datetime) -> Attribute:
    """Write a question anew that nobody has answered. Raises ConflictError where somebody wrote since."""
    meeting = _open(Attribute.objects.values_list("meeting_id", flat=True).get(pk=pk), by, now)
    attribute = meeting.attributes.get(pk=pk)
    if attribute.answers.exists():
        raise ValidationError(
            _("Somebody has answered this question. It can be removed, with the answers, not changed.")
        )
    if attribute.version != version:
        raise people.ConflictError(
            _("Somebody else changed this meanwhile. Yours is below: put both together, and save.")
        )
    attribute.version += 1
    _write(attribute, given, by)
    return attribute


@transaction.atomic
def remove(pk: int, by: people.Visitor) -> None:
    """Ask it no more. What was answered goes too."""
    attribute = Attribute.objects.select_related("meeting").get(pk=pk)
    meeting = rules.locked(attribute.meeting_id)
    rules.require(by, meeting.city_id or "")
    _record("question for the tables removed", attribute, by)
    attribute.delete()


def _open(pk: int, by: people.Visitor, now: datetime) -> Meeting:
    """The meeting, locked, while its questions can be written."""
    meeting = rules.locked(pk)
    rules.require(by, meeting.city_id or "")
    if now >= meeting.starts or meeting.stage == Stage.CANCELLED:
        raise ValidationError(_("Nobody can answer a new question any more: the meeting has begun, or is cancelled."))
    if standing.is_locked(meeting):
        raise ValidationError(_("The tables are fixed. Open the plan again before you change the questions."))
    return meeting


def _write(attribute: Attribute, given: Mapping[str, Any], by: people.Visitor) -> None:
    _check_choices(given["choices"])
    _check_ground(given)
    _check_name(attribute, given["name"])
    attribute.name, attribute.reason, attribute.choices, attribute.ground = (
        given[name] for name in ("name", "reason", "choices", "ground")
    )
    attribute.save()
    what = "protected question for the tables written" if attribute.ground else "question for the tables written"
    _record(what, attribute, by)


def _check_choices(choices: Sequence[str]) -> None:
    if not 2 <= len(choices) <= MOST_CHOICES:
        raise ValidationError(
            {"choices": _("Give from 2 to %(most)d answers, each on a line.") % {"most": MOST_CHOICES}}
        )
    if len({choice.casefold() for choice in choices}) < len(choices):
        raise ValidationError({"choices": _("One of these answers stands there twice.")})
    if too_long := next((choice for choice in choices if len(choice) > LONGEST_CHOICE), ""):
        raise ValidationError({"choices": _("This answer is too long: %(choice)s") % {"choice": too_long}})


def _check_ground(given: Mapping[str, Any]) -> None:
    words = protected_words(given["name"], given["reason"], *given["choices"]) + countries_in(given["choices"])
    if words and not given["ground"]:
        raise ValidationError(
            {
                "name": _(
                    "This asks for what the law protects most (%(words)s). Ask something else; only with a legal "
                    "ground, which you then give below, can it be asked."
                )
                % {"words": ", ".join(words)}
            }
        )


def _check_name(attribute: Attribute, name: str) -> None:
    others = attribute.meeting.attributes.exclude(pk=attribute.pk)
    if others.filter(name__iexact=name).exists():
        raise ValidationError({"name": _("There is a question of this name already.")})


def _record(action: str, attribute: Attribute, by: people.Visitor) -> None:
    record(action, actor=by.pk, kind="attribute", of=attribute.pk, city=attribute.meeting.city_id or "")
