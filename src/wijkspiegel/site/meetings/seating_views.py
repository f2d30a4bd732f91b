"""The tables of a meeting for who organises it: the questions, the plan, changes by hand, and what is printed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wijkspiegel.site.meetings import mixing, plans, rules, seating, standing
from wijkspiegel.site.meetings.models import Meeting, Seating, SeatingRule, Stage
from wijkspiegel.site.meetings.seating_forms import (
    AcceptForm,
    AttributeForm,
    ChangeForm,
    LateForm,
    RuleForm,
    SeatingForm,
    VersionForm,
    proposals,
    usual_for,
)
from wijkspiegel.site.people import rules as people


def _organised(request: HttpRequest, slug: str) -> Meeting:
    """A draft of another city is not there; what is there is for its organisers."""
    found = get_object_or_404(standing.visible_to(request.user), slug=slug)
    rules.require(request.user, found.city_id or "")
    return found


def _status(*forms: BaseForm) -> int:
    """Of a page with these forms: 409 where somebody else was first, 400 where something is wrong."""
    faults = [error for form in forms for error in form.errors.as_data().get("__all__", [])]
    if any(error.code == "conflict" for error in faults):
        return 409
    return 400 if any(form.errors for form in forms) else 200


def _tell(form: BaseForm, error: ValidationError) -> None:
    """On the form, at its fields; a conflict as one."""
    if isinstance(error, people.ConflictError):
        form.add_error(None, ValidationError(error.messages[0], code="conflict"))
    elif hasattr(error, "error_dict"):
        for name, faults in error.error_dict.items():
            form.add_error(name if name in form.fields else None, faults)
    else:
        form.add_error(None, error)


# Questions ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def mixing_questions(request: HttpRequest, slug: str) -> HttpResponse:
    """What is asked for the tables, and one more."""
    found = _organised(request, slug)
    proposed = proposals(found.city)
    chosen = proposed.get(request.GET.get("propose", ""))
    initial = {"name": chosen.name, "reason": chosen.reason, "choices": "\n".join(chosen.choices)} if chosen else {}
    form = AttributeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            mixing.add(found.pk, form.cleaned_data, request.user, timezone.now())
        except ValidationError as error:
            _tell(form, error)
        else:
            messages.success(request, _("The question is asked to who registers."))
            return redirect("mixing", slug)
    about = {
        "meeting": found,
        "asked": [(one, one.answers.exists()) for one in found.attributes.all()],
        "form": form,
        "proposals": proposed,
        "may_ask": timezone.now() < found.starts and found.stage != Stage.CANCELLED,
    }
    return render(request, "meetings/mixing.html", about, status=_status(form))


@require_http_methods(["GET", "POST"])
def mixing_question(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Write a question anew that nobody has answered."""
    found = _organised(request, slug)
    attribute = get_object_or_404(found.attributes, pk=pk)
    initial = {
        **{name: getattr(attribute, name) for name in ("name", "reason", "ground", "version")},
        "choices": "\n".join(attribute.choices),
        "has_ground": bool(attribute.ground),
    }  # fmt: skip
    form = AttributeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            mixing.change(pk, form.cleaned_data, form.cleaned_data["version"], request.user, timezone.now())
        except ValidationError as error:
            _tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("mixing", slug)
    about = {"meeting": found, "attribute": attribute, "form": form}
    return render(request, "meetings/mixing_question.html", about, status=_status(form))


@require_POST
def remove_mixing_question(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = _organised(request, slug)
    get_object_or_404(found.attributes, pk=pk)
    mixing.remove(pk, request.user)
    messages.success(request, _("The question is removed, and what was answered too."))
    return redirect("mixing", slug)


# The plan -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def tables(request: HttpRequest, slug: str) -> HttpResponse:
    """The plan as it stands; and make one."""
    found = _organised(request, slug)
    if request.method == "GET":
        return _page(request, found)
    form = SeatingForm(request.POST, attributes=list(found.attributes.all()))
    if form.is_valid():
        another = request.POST.get("step") == "another"
        given = form.cleaned_data
        try:
            seating.make(found.pk, form.wanted(), given["version"], request.user, timezone.now(), another=another)
        except ValidationError as error:
            _tell(form, error)
        else:
            messages.success(request, _("The tables are made."))
            return redirect(reverse("seating", args=[slug]) + "#plan")
    return _page(request, found, form=form)


def _page(request: HttpRequest, meeting: Meeting, **given: Any) -> HttpResponse:
    """given : forms that were sent and could not be taken, and what a change would cost."""
    plan = seating.see(meeting, request.user)
    kept = Seating.objects.filter(meeting=meeting).first()
    here = plans.seatable(meeting)
    labels = plans.labels_of(here)
    about: dict[str, Any] = {
        "meeting": meeting,
        "plan": plan,
        "over": kept if kept and kept.counted else None,
        "figures": plan.figures if plan else plans.figures_of(kept.counts) if kept else [],
        "attributes": list(meeting.attributes.all()),
        "people": here,
        "left_out": len(standing.participants(meeting)) - len(here),
        "labels": labels,
        "rules": [(rule, plans.rule_in_words(rule, labels)) for rule in _rules_of(meeting)],
        "form": SeatingForm(attributes=list(meeting.attributes.all()), initial=usual_for(len(here), kept)),
        "rule_form": RuleForm(labels=labels),
        "is_over": timezone.now() >= meeting.ends or meeting.stage == Stage.CANCELLED,
    }
    if plan:
        seated = {one.pk: labels[one.pk] for one, _tables in plan.lists}
        about["change_form"] = ChangeForm(labels=seated, seating=plan.seating)
        about["late_form"] = LateForm(initial={"seats": plan.seating.seats, "version": plan.seating.version})
    about |= given
    sent = [form for form in given.values() if isinstance(form, BaseForm)]
    for form in sent:
        if _status(form) == 409:
            _refresh_version(form, kept)
    return render(request, "meetings/seating.html", about, status=_status(*sent))


def _rules_of(meeting: Meeting) -> list[SeatingRule]:
    return list(meeting.seating_rules.prefetch_related("people"))


def _refresh_version(form: BaseForm, kept: Seating | None) -> None:
    """What was typed can be sent once more, now that the other plan is seen."""
    data = {name: form.data[name] for name in form.data}
    form.data = {**data, "version": kept.version if kept else 0}


def _found_plan(request: HttpRequest, slug: str) -> tuple[Meeting, Seating]:
    found = _organised(request, slug)
    return found, get_object_or_404(Seating, meeting=found, counted=None)


def _seated_labels(meeting: Meeting, kept: Seating) -> dict[int, str]:
    places = plans.places_of(kept)
    return {pk: label for pk, label in plans.labels_of(plans.seatable(meeting)).items() if pk in places}


@require_POST
def try_change(request: HttpRequest, slug: str) -> HttpResponse:
    """What a change would cost, before it is done: as a page, or for the script of that page."""
    found, kept = _found_plan(request, slug)
    form = ChangeForm(request.POST, labels=_seated_labels(found, kept), seating=kept)
    cost = None
    if form.is_valid():
        try:
            cost = seating.weigh(found.pk, form.change(), request.user)
        except ValidationError as error:
            _tell(form, error)
    if request.headers.get("Accept") == "application/json":
        return _cost_for_script(form, cost)
    return _page(request, found, change_form=form, cost=cost)


def _cost_for_script(form: ChangeForm, cost: seating.Cost | None) -> HttpResponse:
    if cost is None:
        faults = [fault for faults in form.errors.values() for fault in faults]
        return JsonResponse({"faults": faults}, status=400)
    sentences = [cost.what, *(cost.sentences or [_("It costs nothing.")])]
    return JsonResponse({"sentences": sentences, "breaks": cost.breaks})


@require_POST
def change(request: HttpRequest, slug: str) -> HttpResponse:
    found, kept = _found_plan(request, slug)
    form = AcceptForm(request.POST, labels=_seated_labels(found, kept), seating=kept)
    if not form.is_valid():
        return _page(request, found, change_form=form)
    given = form.cleaned_data
    try:
        seating.accept(found.pk, form.change(), given["sure"], given["version"], request.user, timezone.now())
    except ValidationError as error:
        again = ChangeForm(request.POST, labels=_seated_labels(found, kept), seating=kept)
        _tell(again, error)
        return _page(request, found, change_form=again)
    messages.success(request, _("The change is made."))
    return redirect(reverse("seating", args=[slug]) + f"#at-{given['round']}-{given['person']}")


@require_POST
def stage_tables(request: HttpRequest, slug: str) -> HttpResponse:
    """Fix the tables, open them again, or seat who came late."""
    found, _kept = _found_plan(request, slug)
    form = (LateForm if request.POST.get("step") == "late" else VersionForm)(request.POST)
    if not form.is_valid():
        return _page(request, found, **({"late_form": form} if isinstance(form, LateForm) else {}))
    version, now = form.cleaned_data["version"], timezone.now()
    steps: dict[str | None, Callable[[], str]] = {
        "lock": lambda: _locked(seating.lock(found.pk, version, request.user, now)),
        "unlock": lambda: _unlocked(seating.unlock(found.pk, version, request.user, now)),
        "late": lambda: _seated(seating.seat_late(found.pk, form.cleaned_data["seats"], version, request.user, now)),
    }
    try:
        messages.success(request, steps[request.POST.get("step")]())
    except KeyError:
        return redirect("seating", slug)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _page_after(request, found, error)
    return redirect("seating", slug)


def _page_after(request: HttpRequest, found: Meeting, error: ValidationError) -> HttpResponse:
    response = _page(request, found)
    response.status_code = 409 if isinstance(error, people.ConflictError) else 400
    return response


def _locked(_seating: Seating) -> str:
    return _("The tables are fixed. Participants see their own.")


def _unlocked(_seating: Seating) -> str:
    return _("The plan is open again. Participants see no tables until you fix them.")


def _seated(number: int) -> str:
    return ngettext("%(n)d person has a place now.", "%(n)d people have a place now.", number) % {"n": number}


@require_POST
def add_rule(request: HttpRequest, slug: str) -> HttpResponse:
    found = _organised(request, slug)
    form = RuleForm(request.POST, labels=plans.labels_of(plans.seatable(found)))
    if form.is_valid():
        given = form.cleaned_data
        try:
            seating.add_rule(found.pk, given["kind"], given["people"], given["table"], request.user, timezone.now())
        except ValidationError as error:
            _tell(form, error)
        else:
            messages.success(request, _("The rule is kept. Make the tables anew where they break it."))
            return redirect(reverse("seating", args=[slug]) + "#rules")
    return _page(request, found, rule_form=form)


@require_POST
def remove_rule(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = _organised(request, slug)
    get_object_or_404(found.seating_rules, pk=pk)
    try:
        seating.remove_rule(pk, request.user, timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The rule is removed."))
    return redirect(reverse("seating", args=[slug]) + "#rules")


@require_safe
def print_tables(request: HttpRequest, slug: str) -> HttpResponse:
    """Cards for the tables, a list of who sits where, and the overview of the host. No answer stands on paper."""
    found, _kept = _found_plan(request, slug)
    plan = seating.see(found, request.user, "tables printed")
    cards = plans.cards_of(plan) if plan else []
    return render(request, "meetings/seating_print.html", {"meeting": found, "plan": plan, "cards": cards})
