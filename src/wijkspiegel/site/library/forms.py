"""What is asked of people who share something."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.cities.models import City
from wijkspiegel.site.library.models import Theme, ThemeState


def _long(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class PieceForm(forms.Form):
    """An approach, a lesson or a dilemma."""

    city = forms.ModelChoiceField(label=_("Municipality"), queryset=City.objects.none())
    language = forms.ChoiceField(
        label=_("Language of the text"), choices=[("nl", "Nederlands"), ("en", "English")], widget=forms.RadioSelect
    )
    title = forms.CharField(label=_("Title"), max_length=100)
    summary = _long(_("In two or three sentences"), required=True, rows=3)
    year = forms.IntegerField(label=_("Year"), min_value=1945, max_value=2100, required=False)
    done = _long(_("What was done; or what the dilemma is"), _("You can use Markdown."), required=True, rows=8)
    came = _long(_("What came of it"))
    value = _long(_("Added value"), _("For whom, and how you know."), rows=3)
    reuse = _long(_("What another city can take over"), rows=3)
    costs = _long(_("Costs"), _("In money, hours or people."), rows=2)
    links = _long(_("Links"), _("One on each line, beginning with https://."), rows=3)
    themes = forms.ModelMultipleChoiceField(
        label=_("Themes"), required=False, widget=forms.CheckboxSelectMultiple,
        queryset=Theme.objects.exclude(state=ThemeState.MERGED).order_by("title"),
    )  # fmt: skip
    number = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, cities: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["city"].queryset = cities  # type: ignore[attr-defined]

    def clean_links(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        for line in lines:
            URLValidator(schemes=["https", "http"])(line)
        return "\n".join(lines)


class RemarkForm(forms.Form):
    remark = _long(_("What it needs"), required=True, rows=3)


class AnswerForm(forms.Form):
    city = forms.ModelChoiceField(label=_("Municipality"), queryset=City.objects.none())
    text = _long(_("What your city did, and what came of it"), required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, cities: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["city"].queryset = cities  # type: ignore[attr-defined]


class FileForm(forms.Form):
    file = forms.FileField(label=_("PDF or picture"), help_text=_("Ten megabytes at most."))


class ThemeForm(forms.Form):
    title = forms.CharField(label=_("Theme"), max_length=100)
    why = _long(_("Why it should be talked about"), rows=3)


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(label=_("Merge into"), queryset=Theme.objects.filter(state=ThemeState.OPEN))
