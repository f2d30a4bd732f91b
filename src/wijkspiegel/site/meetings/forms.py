"""What is asked about meetings."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.cities.models import City
from wijkspiegel.site.library.rules import themes as open_themes
from wijkspiegel.site.meetings.models import Attribute, Meeting
from wijkspiegel.site.meetings.rules import WRITTEN
from wijkspiegel.site.people import rules as people

MINIMUM_SECONDS = 2.0
"""Nobody reads and fills in a form faster; programs do."""

MARKDOWN = _("You can use Markdown: **bold**, lists, [links](https://…).")


class Unhurried(forms.Form):
    """A form that programs trip over, in place of a puzzle for people: a field that nobody sees, and a minimum time."""

    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"class": "honey", "tabindex": "-1", "autocomplete": "off"}),
    )
    started = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["started"] = started_at(time.time())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("website"):
            self._send_again(gettext("Please leave the last field empty, and send this once more."))
        elif not self._took_its_time(given.get("started", "")):
            self._send_again(
                gettext("That was faster than we can follow. Nothing is lost: please send this once more.")
            )
        return given

    def _took_its_time(self, started: str) -> bool:
        try:
            began = float(signing.loads(started, salt="started"))
        except signing.BadSignature:
            return False
        return time.time() - began >= MINIMUM_SECONDS

    def _send_again(self, why: str) -> None:
        """All that was typed stays; the clock starts before the time that reading this takes."""
        typed = {name: self.data[name] for name in self.data}
        self.data = {**typed, "website": "", "started": started_at(time.time())}
        self.add_error(None, why)


class ThemeForm(forms.Form):
    theme = forms.ModelChoiceField(label=_("Theme"), queryset=open_themes())


def started_at(seconds: float) -> str:
    return signing.dumps(seconds, salt="started")


class RegistrationForm(Unhurried):
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link to this address, to confirm."),
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    needs = forms.CharField(
        label=_("What you need to take part"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "A sign language interpreter, a seat in front, … For the organisers only; removed after the meeting."
        ),
    )
    question = forms.CharField(
        label=_("A question beforehand"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the organisers. You can send in more later."),
    )
    field_order = [  # noqa: RUF012 - Django's own name
        "name",
        "email",
        "organisation",
        "needs",
        "question",
        "website",
        "started",
    ]


class AnswersForm(forms.Form):
    """The questions for the tables. Each can be left open; nothing is kept without consent, and who takes that back
    withdraws what was answered.

    given : attribute -> choice, what somebody answered before.
    """

    def __init__(self, *args: Any, asked: Sequence[Attribute], given: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.withdraws = asked, bool(given)
        for one in asked:
            self.fields[f"answer-{one.pk}"] = forms.ChoiceField(
                label=one.name,
                choices=[("", "–"), *((choice, choice) for choice in one.choices)],
                required=False,
                initial=given.get(one.pk, ""),
                help_text=escape(f"{one.reason} {_ground_of(one)}".strip()),
            )
        self.fields["consent"] = forms.BooleanField(
            label=_("Use my answers to make the tables. They are removed after the meeting."),
            required=False,
            initial=bool(given),
            help_text=_("Without this your answers are not kept. You can change or withdraw them later."),
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        answers = any(given.get(f"answer-{one.pk}") for one in self.asked)
        if answers and not given.get("consent") and not self.withdraws:
            self.add_error("consent", _("Tick this to have your answers used, or choose none."))
        return given

    def answers(self) -> dict[int, str]:
        """Attribute -> choice; nothing without consent."""
        given = {one.pk: self.cleaned_data[f"answer-{one.pk}"] for one in self.asked}
        return {pk: choice for pk, choice in given.items() if choice} if self.cleaned_data["consent"] else {}


def _ground_of(attribute: Attribute) -> str:
    return gettext("Legal ground: %(ground)s") % {"ground": attribute.ground} if attribute.ground else ""


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=_("A question beforehand"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MeetingForm(forms.ModelForm):  # type: ignore[type-arg]
    """city : of those that the visitor may organise for."""

    link = forms.URLField(
        label=_("Link to the online meeting"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Shown to participants with a confirmed seat only."),
    )
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=100_000)
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Meeting
        fields = WRITTEN
        widgets: ClassVar = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "accessibility": forms.Textarea(attrs={"rows": 4}),
            "programme": forms.Textarea(attrs={"rows": 10}),
            "materials": forms.Textarea(attrs={"rows": 5}),
            **{name: _Moment() for name in ("starts", "ends", "opens", "closes")},
        }
        help_texts: ClassVar = {
            "summary": _("A few sentences: about what, and for whom."),
            "city": _("Empty: the programme itself."),
            "languages": _("In which one speaks, or into which it is translated."),
            "accessibility": _("Step-free entrance, lift, toilet, induction loop, quiet room, subtitles, …"),
            "starts": _("Time in the Netherlands."),
            "opens": _("Empty: “save the date”, registration opens later."),
            "closes": _("Empty: at the start."),
            "programme": MARKDOWN,
            "materials": _("Links to slides and to what to read."),
        }

    def __init__(self, *args: Any, by: people.Visitor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not people.has(by, *people.STAFF):
            self.fields["city"].queryset = City.objects.filter(code__in=people.cities_of(by))  # type: ignore[attr-defined]
            self.fields["city"].required = True
            self.fields["city"].help_text = ""


class ReportForm(forms.Form):
    text = forms.CharField(
        label=_("Report"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 16}), help_text=MARKDOWN
    )
    publishes = forms.BooleanField(label=_("Show it, with the photos, to everybody"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class PhotoForm(forms.Form):
    file = forms.FileField(
        label=_("Photo"),
        max_length=200,
        help_text=_("JPEG, PNG or WebP, at most 15 MB. Where and when it was taken is removed from it."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = forms.CharField(label=_("What is to be seen"), max_length=200, help_text=_("For who does not see the photo."))
    consent = forms.CharField(
        label=_("How the people in it agreed"),
        max_length=300,
        help_text=_("Such as: asked each of the six on the day itself. Nobody recognisable: say so."),
    )
    sure = forms.BooleanField(label=_("Everybody who can be recognised agreed that this photo is shown here"))
