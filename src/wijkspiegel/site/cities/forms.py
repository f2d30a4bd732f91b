"""What is asked about cities."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.cities.models import City


class ApproachForm(forms.Form):
    text = forms.CharField(
        label=_("What your city does"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("You can use Markdown: **bold**, lists, [links](https://…)."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class CompareForm(forms.Form):
    """Two to four cities."""

    cities = forms.ModelMultipleChoiceField(
        label=_("Municipalities"), queryset=City.objects.all(), to_field_name="slug", widget=forms.SelectMultiple
    )

    def clean_cities(self) -> list[City]:
        chosen = list(self.cleaned_data["cities"])
        if not 2 <= len(chosen) <= 4:
            raise forms.ValidationError(_("Choose two, three or four municipalities."))
        return chosen
