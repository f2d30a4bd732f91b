"""What organisers are asked about the tables of a meeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.cities.models import Area, City
from wijkspiegel.site.meetings.mixing import MOST_CHOICES
from wijkspiegel.site.meetings.models import Attribute, Seating, SeatingRule
from wijkspiegel.site.meetings.seating import Change, Wanted

MOST_TABLES = 200
MOST_ROUNDS = 20
MOST_SEATS = 500


@dataclass(frozen=True)
class Proposal:
    """A question that is ready to be asked."""

    name: str
    reason: str
    choices: tuple[str, ...]


def proposals(city: City | None) -> dict[str, Proposal]:
    """Questions that tell of nobody's origin, in the language of who organises."""
    mixed = gettext("So that people who do not know each other yet meet.")
    return {
        "age": Proposal(
            gettext("Your age"),
            gettext("So that young and old meet at every table."),
            ("0–24", "25–44", "45–64", gettext("65 and older")),
        ),
        "place": Proposal(
            gettext("Where you live"), gettext("So that people of different neighbourhoods meet."), _districts_of(city)
        ),
        "language": Proposal(
            gettext("Which language you prefer to speak"),
            gettext("So that everybody can talk along at the table."),
            (gettext("Dutch"), gettext("English"), gettext("both are fine"), gettext("another one")),
        ),
        "first": Proposal(
            gettext("Are you here for the first time?"),
            gettext("So that new and known faces meet."),
            (gettext("yes"), gettext("no")),
        ),
        "role": Proposal(
            gettext("As what you come"),
            mixed,
            (
                gettext("resident"),
                gettext("council or government"),
                gettext("official"),
                gettext("organisation or school"),
            ),
        ),
    }


def _districts_of(city: City | None) -> tuple[str, ...]:
    """Of the host, where the site knows them and they are not too many to choose from."""
    found = Area.objects.filter(part__city=city, part__release__is_current=True, level="wijk") if city else []
    names = tuple(dict.fromkeys(area.name for area in found))
    return (*names, gettext("elsewhere")) if 2 <= len(names) < MOST_CHOICES else ()


class AttributeForm(forms.Form):
    """A question for the tables. Each line of `choices` is an answer."""

    name = forms.CharField(label=_("Question"), max_length=100)
    reason = forms.CharField(
        label=_("Why you ask it"), max_length=300, help_text=_("Who registers sees this beside the question.")
    )
    choices = forms.CharField(
        label=_("Answers"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Each on a line. Few and broad: nobody should be the only one."),
    )
    has_ground = forms.BooleanField(
        label=_("There is a legal ground to ask for what the law protects most"),
        required=False,
        help_text=_("Origin, religion, health, politics and the like. It is kept who asked, and by which ground."),
    )
    ground = forms.CharField(label=_("Which legal ground"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def clean_choices(self) -> list[str]:
        lines = (" ".join(line.split()) for line in self.cleaned_data["choices"].splitlines())
        return [line for line in lines if line]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("has_ground") and not given.get("ground"):
            self.add_error("ground", _("Write which ground it is."))
        if not given.get("has_ground"):
            given["ground"] = ""
        return given


WEIGHTS = ((0, _("not at all")), (1, _("as usual")), (2, _("twice as much")), (4, _("four times as much")))


class SeatingForm(forms.Form):
    """How many tables, rounds and seats, and how much each question matters."""

    tables = forms.IntegerField(label=_("Tables"), min_value=1, max_value=MOST_TABLES)
    rounds = forms.IntegerField(
        label=_("Rounds"), min_value=1, max_value=MOST_ROUNDS, help_text=_("How often people sit down at a table.")
    )
    seats = forms.IntegerField(
        label=_("Seats at each table"), min_value=1, max_value=MOST_SEATS,
        help_text=_("Those that stay free are for who comes late."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, attributes: Sequence[Attribute], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attributes = attributes
        for one in attributes:
            self.fields[f"weight-{one.pk}"] = forms.TypedChoiceField(
                label=gettext("How much it matters: %(question)s") % {"question": one.name},
                choices=WEIGHTS,
                coerce=int,
                initial=int(one.weight),
            )

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        weights = {one.pk: float(given[f"weight-{one.pk}"]) for one in self.attributes}
        return Wanted(given["tables"], given["rounds"], given["seats"], weights)


def usual_for(people: int, seating: Seating | None) -> dict[str, int]:
    """What stands in the form at first: tables of about six, with a chair to spare."""
    if seating is not None:
        return {name: getattr(seating, name) for name in ("tables", "rounds", "seats", "version")}
    tables = max(1, round(people / 6))
    return {"tables": tables, "rounds": 3, "seats": -(-people // tables) + 1, "version": 0}


class RuleForm(forms.Form):
    people = forms.TypedMultipleChoiceField(
        label=_("Who"), coerce=int, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Choose several with Ctrl or Shift."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What must hold"), choices=SeatingRule.Kind.choices)
    table = forms.IntegerField(
        label=_("Table"), min_value=1, max_value=MOST_TABLES, required=False, help_text=_("For a fixed table only.")
    )

    def __init__(self, *args: Any, labels: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = list(labels.items())  # type: ignore[attr-defined]


GONE = _("This person has no place any more, and has probably cancelled. Here is the plan as it stands now.")


class ChangeForm(forms.Form):
    """Somebody goes to a table, or changes places with somebody, in a round."""

    person = forms.TypedChoiceField(label=_("Who moves"), coerce=int, error_messages={"invalid_choice": GONE})
    round = forms.TypedChoiceField(label=_("In round"), coerce=int)
    table = forms.TypedChoiceField(label=_("To table"), coerce=int, required=False, empty_value=None)
    other = forms.TypedChoiceField(
        label=_("Or changes places with"), coerce=int, required=False, empty_value=None,
        help_text=_("When the table is full."), error_messages={"invalid_choice": GONE},
    )  # fmt: skip

    def __init__(self, *args: Any, labels: Mapping[int, str], seating: Seating, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(labels.items())
        choices: dict[str, list[tuple[Any, Any]]] = {
            "person": names,
            "round": [(number, number) for number in range(1, seating.rounds + 1)],
            "table": [("", "–"), *((number, number) for number in range(1, seating.tables + 1))],
            "other": [("", "–"), *names],
        }
        for name, own in choices.items():
            self.fields[name].choices = own  # type: ignore[attr-defined]

    def change(self) -> Change:
        given = self.cleaned_data
        return Change(given["person"], given["round"], given["table"], given["other"])


class AcceptForm(ChangeForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False)


class LateForm(forms.Form):
    seats = forms.IntegerField(label=_("Seats at each table"), min_value=1, max_value=MOST_SEATS)
    version = forms.IntegerField(widget=forms.HiddenInput)


class VersionForm(forms.Form):
    """Which plan was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
