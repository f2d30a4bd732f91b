"""What is asked of people who manage accounts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.people.models import Role, User
from wijkspiegel.site.people.rules import require_city


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("name", "language")
        widgets = {"language": forms.RadioSelect(choices=[("nl", "Nederlands"), ("en", "English")])}  # noqa: RUF012


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices[1:], widget=forms.RadioSelect)
    city = forms.CharField(
        label=_("Code of the municipality"),
        max_length=20,
        required=False,
        validators=[require_city],
        help_text=_("For a city editor only, such as GM0307."),
    )


class DomainForm(forms.Form):
    domain = forms.CharField(
        label=_("E-mail domain"), max_length=253, help_text=_("What comes after the @, such as amersfoort.nl.")
    )
    city = forms.CharField(
        label=_("Code of the municipality"),
        max_length=20,
        validators=[require_city],
        help_text=_("Such as GM0307."),
    )


class EraseForm(forms.Form):
    sure = forms.BooleanField(label=_("Yes, remove my account and all that is kept of me"))
