"""Meetings for visitors, for who registers, and for who organises them."""

import csv
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wijkspiegel.site.library import rules as library
from wijkspiegel.site.meetings import calendar, letters, rules, standing
from wijkspiegel.site.meetings.forms import (
    AnswersForm,
    MeetingForm,
    PhotoForm,
    QuestionForm,
    RegistrationForm,
    ReportForm,
    ThemeForm,
)
from wijkspiegel.site.meetings.models import LIVE, Meeting, Photo, Place, Registration, Stage
from wijkspiegel.site.people import rules as people

Answers = Callable[..., HttpResponse]

IN_FEED = 500
A_DAY = 24 * 3600
FORMULA = tuple("=+-@＝＋－＠")
"""What a formula may begin with; the wide ones where a spreadsheet is Japanese."""


def _found(request: HttpRequest, slug: str) -> Meeting:
    """A draft of another city is not there."""
    return get_object_or_404(standing.visible_to(request.user), slug=slug)


def _organised(request: HttpRequest, slug: str) -> Meeting:
    found = _found(request, slug)
    rules.require(request.user, found.city_id or "")
    return found


# For everybody ------------------------------------------------------------------------------------------------------


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    past = Paginator(standing.past(request.user, now), 30).get_page(request.GET.get("page"))
    return render(
        request,
        "meetings/meetings.html",
        {
            "upcoming": standing.shown(standing.upcoming(request.user, now), now),
            "past": standing.shown(past, now),
            "page": past,
            "may_organise": people.has(request.user, *people.STAFF) or people.cities_of(request.user),
        },
    )


@require_safe
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    found = _found(request, slug)
    (shown,) = standing.shown([found], timezone.now())
    own = standing.registration_of(request.user, found)
    return render(
        request,
        "meetings/meeting.html",
        {
            "meeting": found,
            "shown": shown,
            "own": own,
            "own_token": letters.token_of(own) if own else "",
            "photos": standing.photos_for(request.user, found),
            "organises": standing.organises(request.user, found),
            "theme_form": ThemeForm() if people.has(request.user, *people.STAFF) else None,
        },
    )


@require_POST
def take_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a theme up that participants put forward."""
    found = _found(request, slug)
    form = ThemeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a theme."))
        return redirect("meeting", slug)
    try:
        library.adopt(form.cleaned_data["theme"], reverse("meeting", args=[found.slug]), request.user)
    except people.ConflictError as conflict:
        messages.error(request, " ".join(conflict.messages))
    else:
        messages.success(request, _("The theme is taken up in this meeting."))
    return redirect("meeting", slug)


@require_safe
def ics(request: HttpRequest, slug: str) -> HttpResponse:
    return _calendar(calendar.published([get_object_or_404(standing.public(), slug=slug)]), f"{slug}.ics")


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Calendars ask for it every hour or so: it is made once for each edition, and sent to who has another."""
    edition = quote_etag(standing.edition())
    unchanged = get_conditional_response(request, etag=edition)
    if unchanged is not None:
        return unchanged
    latest = standing.public().order_by("-starts").defer(*standing.LONG)[:IN_FEED]
    kept = cache.get_or_set(f"meetings.ics {edition}".replace(" ", "-"), lambda: calendar.published(latest), A_DAY)
    response = _calendar(kept or b"", "wijkspiegel.ics")
    response["ETag"] = edition
    return response


def _calendar(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_safe
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """A file that somebody sent: shown as a picture and as nothing else."""
    found = get_object_or_404(Photo.objects.select_related("meeting"), pk=pk)
    if found not in standing.photos_for(request.user, found.meeting):
        raise Http404
    try:
        response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
    response["Content-Disposition"] = f'inline; filename="photo-{pk}.jpg"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=600"
    return response


# Registering --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, slug: str) -> HttpResponse:
    found = _found(request, slug)
    now = timezone.now()
    form = RegistrationForm(request.POST or None, initial=_known_of(request))
    tables = AnswersForm(request.POST or None, asked=standing.asked_of(found), given={})
    if request.method == "POST" and form.is_valid() and tables.is_valid():
        try:
            made = rules.register(found.pk, _applicant(form, tables), request.user, _host(request), now)
        except rules.ClosedError as error:
            form.add_error(None, error)
        except people.TooManyError as error:
            form.add_error(None, _too_many(error))
        else:
            if made.email in standing.addresses_of(request.user):
                return redirect("registration", letters.token_of(made))
            return redirect("registered", slug)
    (shown,) = standing.shown([found], now)
    return render(
        request, "meetings/register.html", {"meeting": found, "shown": shown, "form": form, "tables": tables},
        status=400 if form.errors or tables.errors else 200,
    )  # fmt: skip


def _known_of(request: HttpRequest) -> dict[str, str]:
    return {"name": request.user.name, "email": request.user.email} if request.user.is_authenticated else {}


def _applicant(form: Form, tables: AnswersForm) -> rules.Applicant:
    given = {name: form.cleaned_data[name] for name in ("name", "email", "organisation", "needs", "question")}
    return rules.Applicant(**given, language=get_language() or "nl", answers=tables.answers())


def _host(request: HttpRequest) -> str:
    return str(get_adapter(request).get_client_ip(request))


def _too_many(error: people.TooManyError) -> str:
    minutes = int(error.wait.total_seconds() // 60) + 1
    return ngettext(
        "This was tried very often. What you typed is still here: send it again in %(minutes)d minute.",
        "This was tried very often. What you typed is still here: send it again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


@require_safe
def registered(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page for who registers for the first time, or again: what is so, the mail tells."""
    return render(request, "meetings/registered.html", {"meeting": _found(request, slug)})


def secret(view: Answers) -> Answers:
    """For pages whose address is a key: it goes to no other page, and is kept by nobody.

    The referrer is the origin alone. With `no-referrer` browsers send `Origin: null` with a form, which Django refuses.
    """

    @wraps(view)
    def respond(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response["Referrer-Policy"] = "strict-origin"
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return respond


@secret
@require_http_methods(["GET", "POST"])
def registration(request: HttpRequest, token: str) -> HttpResponse:
    """One's own registration, by the link in a mail. Opening it changes nothing, since mail scanners open links too."""
    try:
        pk, seen = letters.read_token(token)
        found = Registration.objects.select_related("meeting__city").get(pk=pk)
    except Registration.DoesNotExist:
        return render(request, "meetings/registration_gone.html", status=404)
    step = request.POST.get("step")
    form = QuestionForm(request.POST if step == "ask" else None)
    given = standing.answers_of(found)
    tables = AnswersForm(
        request.POST if step == "answer" else None, asked=standing.asked_of(found.meeting), given=given
    )
    if request.method == "POST":
        _take_step(request, form, tables, found.pk, seen)
        if not (form.errors or tables.errors):
            return redirect("registration", letters.token_of(Registration.objects.get(pk=pk)))
    return render(
        request,
        "meetings/registration.html",
        {"registration": found, "form": form, "tables": tables, "given": given, **_standing_of(found, seen)},
        status=400 if form.errors or tables.errors else 200,
    )


def _take_step(request: HttpRequest, form: QuestionForm, tables: AnswersForm, pk: int, seen: Place) -> None:
    now = timezone.now()
    if request.POST.get("step") == "confirm":
        rules.confirm(pk, seen, now)
    elif request.POST.get("step") == "cancel":
        rules.cancel(pk, now)
    elif request.POST.get("step") == "withdraw":
        rules.answer(pk, {}, now)
        messages.success(request, _("Your answers are removed."))
    elif request.POST.get("step") == "answer":
        _answer(request, tables, pk)
    elif form.is_valid():
        try:
            rules.ask(pk, form.cleaned_data["question"], now)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your question is with the organisers."))


def _answer(request: HttpRequest, tables: AnswersForm, pk: int) -> None:
    if not tables.is_valid():
        return
    answers = tables.answers()
    try:
        rules.answer(pk, answers, timezone.now())
    except ValidationError as error:
        tables.add_error(None, error)
    else:
        messages.success(request, _("Your answers are kept.") if answers else _("No answer of yours is kept."))


def _standing_of(found: Registration, seen: Place) -> dict[str, Any]:
    now = timezone.now()
    ahead = found.state in LIVE and now < found.meeting.starts and found.meeting.stage == Stage.PUBLISHED
    lapsed = found.expires is not None and found.expires <= now
    return {
        "meeting": found.meeting,
        "shown": standing.shown([found.meeting], now)[0],
        "state": Place.EXPIRED if lapsed else found.state,
        "may_confirm": ahead and not lapsed and seen == found.state and found.expires is not None,
        "may_cancel": ahead and not lapsed,
        "position": standing.position_of(found) if found.state == Place.WAITING else None,
        "questions": list(found.questions.order_by("asked")),
        "seats": standing.tables_of([found]).get(found.pk, []),
        "answered": list(found.answers.select_related("attribute")),
        "may_answer": ahead and not lapsed and not standing.has_fixed_table(found),
    }


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    found = list(standing.registrations_of(request.user)[:200])
    tables = standing.tables_of(found)
    own = [(one, letters.token_of(one), tables.get(one.pk, [])) for one in found]
    return render(request, "meetings/mine.html", {"registrations": own})


# Organising ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Write a meeting, or a new one."""
    found = _organised(request, slug) if slug else None
    if found is None:
        rules.require(request.user, next(iter(people.cities_of(request.user)), ""))
    form = MeetingForm(
        request.POST or None, instance=found, initial={"version": found.version if found else 0}, by=request.user
    )
    theirs: list[tuple[Any, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            written = _written(found, form, request)
        except people.ConflictError as conflict:
            form, theirs = _both(form, slug, request)
            form.add_error(None, conflict)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("meeting", written.slug)
    return render(
        request, "meetings/edit.html", {"meeting": found, "form": form, "theirs": theirs},
        status=409 if theirs else 400 if form.errors else 200,
    )  # fmt: skip


def _written(found: Meeting | None, form: MeetingForm, request: HttpRequest) -> Meeting:
    given = form.cleaned_data
    if found is None:
        return rules.create(given, request.user, timezone.now())
    return rules.change(found.pk, given, given["version"], request.user, timezone.now())


def _both(form: MeetingForm, slug: str, request: HttpRequest) -> tuple[MeetingForm, list[tuple[Any, Any]]]:
    """The form with what was typed, to be saved over what stands there now; and that, where it differs."""
    now_there = _found(request, slug)
    data = request.POST.copy()
    data["version"] = str(now_there.version)
    again = MeetingForm(data, instance=_found(request, slug), by=request.user)
    theirs = [
        (again.fields[name].label, getattr(now_there, name))
        for name in rules.WRITTEN
        if getattr(now_there, name) != form.cleaned_data[name]
    ]
    return again, theirs or [(again.fields["title"].label, now_there.title)]


@require_POST
def stage(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish, cancel, or throw a draft away."""
    found = _organised(request, slug)
    steps: dict[str | None, Callable[[], object]] = {
        "publish": lambda: rules.publish(found.pk, request.user, timezone.now()),
        "cancel": lambda: rules.call_off(found.pk, request.user, timezone.now()),
        "discard": lambda: rules.discard(found.pk, request.user),
    }
    if request.POST.get("step") in steps:
        _try(request, steps[request.POST.get("step")])
    return redirect("meeting", slug) if Meeting.objects.filter(pk=found.pk).exists() else redirect("meetings")


def _try(request: HttpRequest, step: Callable[[], object]) -> None:
    try:
        step()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Done."))


@require_safe
def participants(request: HttpRequest, slug: str) -> HttpResponse:
    found = _organised(request, slug)
    listed = rules.see_participants(found, request.user)
    now = timezone.now()
    waiting = [one for one in listed if one.state == Place.WAITING]
    return render(
        request,
        "meetings/participants.html",
        {
            "meeting": found,
            "shown": standing.shown([found], now)[0],
            "seated": [one for one in listed if one.state != Place.WAITING],
            "waiting": waiting,
            "has_begun": now >= found.starts,
        },
    )


@require_safe
def participants_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """For a spreadsheet, which must not take what people typed for a formula."""
    found = _organised(request, slug)
    listed = rules.see_participants(found, request.user, "participants exported")
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}.csv"'
    out = csv.writer(response, delimiter=";")
    out.writerow(
        [
            _("Name"),
            _("E-mail address"),
            _("Organisation"),
            _("What you need to take part"),
            _("Standing"),
            _("Was there"),
        ]
    )
    for one in listed:
        was_there = {True: _("yes"), False: _("no"), None: ""}[one.attended]
        row = (one.name, one.email, one.organisation, one.needs, Place(one.state).label, was_there)
        out.writerow([as_text(str(cell)) for cell in row])
    return response


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.lstrip()[:1] in FORMULA or cell[:1].isspace() else cell


@require_POST
def attendance(request: HttpRequest, slug: str) -> HttpResponse:
    found = _organised(request, slug)
    present = _numbers(request.POST.getlist("present"))
    seen = _numbers(request.POST.get("seen", "").split())
    _try(request, lambda: rules.mark_attendance(found.pk, present, seen, request.user, timezone.now()))
    return redirect("participants", slug)


def _numbers(typed: Iterable[str]) -> set[int]:
    """Of rows: what is no number that a row can have is left out."""
    return {int(one) for one in typed if one.isdecimal() and len(one) < 19}


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    found = _seen_registration(request, pk)
    to = request.POST.get("to", "")
    _try(request, lambda: rules.move(pk, next(iter(_numbers([to])), 1), request.user, timezone.now()))
    return redirect("participants", found.meeting.slug)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = _seen_registration(request, pk)
    _try(request, lambda: rules.remove(pk, request.user, timezone.now()))
    return redirect("participants", found.meeting.slug)


def _seen_registration(request: HttpRequest, pk: int) -> Registration:
    return get_object_or_404(
        Registration.objects.select_related("meeting"), pk=pk, meeting__in=standing.visible_to(request.user)
    )


@require_safe
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    found = _organised(request, slug)
    asked = rules.see_questions(found, request.user)
    return render(request, "meetings/questions.html", {"meeting": found, "questions": asked})


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    found = _organised(request, slug)
    initial = {"text": found.report, "publishes": bool(found.reported), "version": found.version}
    form = ReportForm(request.POST or None, initial=initial)
    theirs = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rules.write_report(
                found.pk, given["text"], given["publishes"], given["version"], request.user, timezone.now()
            )
        except people.ConflictError as conflict:
            form = ReportForm({**given, "version": found.version})
            form.add_error(None, conflict)
            theirs = found.report or "–"
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("meeting", slug)
    return render(
        request, "meetings/report.html", {"meeting": found, "form": form, "theirs": theirs},
        status=409 if theirs else 400 if form.errors else 200,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def photos(request: HttpRequest, slug: str) -> HttpResponse:
    found = _organised(request, slug)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rules.add_photo(
                found, given["file"], given["file"].size, given["alt"], given["consent"], request.user, timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The photo is kept."))
            return redirect("photos", slug)
    return render(
        request, "meetings/photos.html", {"meeting": found, "form": form, "photos": found.photos.all()},
        status=400 if form.errors else 200,
    )  # fmt: skip


@require_POST
def remove_photo(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Photo.objects.select_related("meeting"), pk=pk)
    rules.remove_photo(pk, request.user)
    messages.success(request, _("The photo is removed."))
    return redirect("photos", found.meeting.slug)
