"""The library and the themes, as visitors read them and editors fill them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wijkspiegel.site.cities.models import City
from wijkspiegel.site.library import rules
from wijkspiegel.site.library.forms import AnswerForm, FileForm, MergeForm, PieceForm, RemarkForm, ThemeForm
from wijkspiegel.site.library.models import File, Kind, Piece, State, Theme, ThemeState
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import Role

ON_A_PAGE = 20


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Public pieces; of the visitor's own city and of those like it first."""
    sought, kind, theme = (request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "theme"))
    own = City.objects.filter(pk__in=people.cities_of(request.user))
    near = City.objects.filter(slug=request.GET.get("near", "")).first() or own.first()
    found = rules.public(kind, theme, sought, near)
    return render(
        request,
        "library/library.html",
        {
            "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
            "sought": sought,
            "kind": kind,
            "theme": theme,
            "near": near,
            "kinds": Kind.choices,
            "themes": rules.themes_of_public(),
            "may_write": _own_cities(request).exists(),
        },
    )


@require_safe
def piece(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Piece.objects.select_related("city"), slug=slug, is_public=True)
    return render(
        request,
        "library/piece.html",
        {
            "piece": found,
            "themes": found.themes.all(),
            "files": found.files.all(),
            "answers": found.answers.select_related("city").order_by("-at"),
            "may_write": rules.may_write(request.user, found.city_id),
            "may_answer": found.kind == Kind.DILEMMA and people.cities_of(request.user),
        },
    )


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What an editor, or the programme team, is working on."""
    if not (people.cities_of(request.user) or people.has(request.user, *people.STAFF)):
        raise PermissionDenied
    pieces = rules.visible_to(request.user)
    if not people.has(request.user, *people.STAFF):
        pieces = pieces.filter(city__in=people.cities_of(request.user))
    pieces = pieces.defer(*rules.LONG).prefetch_related("revisions").order_by("-pk")
    page = Paginator(pieces, ON_A_PAGE).get_page(request.GET.get("page"))
    at_work = [(one, one.revisions.all()[0]) for one in page]
    return render(request, "library/desk.html", {"at_work": at_work, "page": page, "kinds": Kind.choices})


@login_required
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in Kind.values or not _own_cities(request).exists():
        raise PermissionDenied
    form = PieceForm(request.POST or None, cities=_own_cities(request), initial={"language": "nl"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = rules.begin(Kind(kind), given["city"], given, given["themes"], request.user)
        messages.success(request, _("Kept as a draft."))
        return redirect("work", made.slug)
    return render(
        request, "library/edit.html", {"form": form, "kind": Kind(kind).label}, status=400 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    found = _own(request, slug)
    latest = found.revisions.all()[0]
    start = latest.content | {"city": found.city_id, "themes": found.themes.all(), "number": latest.number}
    form = PieceForm(request.POST or None, cities=City.objects.filter(pk=found.city_id), initial=start)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rules.write(found, given, given["themes"], given["number"] or 0, request.user)
        except people.ConflictError as conflict:
            data = request.POST.copy()
            data["number"] = str(latest.number)
            form = PieceForm(data, cities=City.objects.filter(pk=found.city_id))
            form.add_error(None, conflict)
            status = 409
        else:
            messages.success(request, _("Kept as a draft."))
            return redirect("work", slug)
    theirs = latest.content if status == 409 else None
    return render(
        request, "library/edit.html",
        {"form": form, "kind": found.get_kind_display(), "piece": found, "theirs": theirs},
        status=400 if form.errors and status == 200 else status,
    )  # fmt: skip


@login_required
@require_safe
def work(request: HttpRequest, slug: str) -> HttpResponse:
    """A piece as it will look, where it stands, and its revisions."""
    found = _own(request, slug)
    revisions = found.revisions.all()
    latest = revisions[0]
    return render(
        request,
        "library/work.html",
        {
            "piece": found,
            "latest": latest,
            "content": latest.content,
            "revisions": revisions,
            "files": found.files.all(),
            "file_form": FileForm(),
            "remark_form": RemarkForm(),
            "states": State,
        },
    )


@require_POST
def move(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Ask for review, send back, publish or withdraw."""
    found = _own(request, slug)
    steps: dict[str, Callable[[], Any]] = {
        "review": lambda: rules.ask_review(found, request.user),
        "publish": lambda: rules.publish(found, request.user),
        "withdraw": lambda: rules.withdraw(found, request.user),
        "back": lambda: rules.send_back(found, request.POST.get("remark", "").strip()[:5000], request.user),
    }
    if step not in steps:
        raise PermissionDenied
    return _done(request, steps[step], _("Done."), "work", slug)


@require_POST
def attach(request: HttpRequest, slug: str) -> HttpResponse:
    found = _own(request, slug)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return redirect("work", slug)
    return _done(
        request, lambda: rules.attach(found, form.cleaned_data["file"], request.user), _("Added."), "work", slug
    )


@require_POST
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    file = get_object_or_404(File.objects.select_related("piece"), pk=pk)
    return _done(request, lambda: rules.detach(file, request.user), _("Removed."), "work", file.piece.slug)


@require_safe
def file(request: HttpRequest, pk: int) -> FileResponse:
    """A file, never run by the browser; of what is not public for its own editors only."""
    found = get_object_or_404(File.objects.select_related("piece"), pk=pk)
    get_object_or_404(rules.visible_to(request.user), pk=found.piece_id)
    response = FileResponse(found.content.open(), filename=found.name, content_type=found.kind,
                            as_attachment=not found.kind.startswith("image/"))  # fmt: skip
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Piece.objects.select_related("city"), slug=slug, is_public=True, kind=Kind.DILEMMA)
    people.require(request.user, Role.EDITOR, city=next(iter(people.cities_of(request.user)), ""))
    own = City.objects.filter(pk__in=people.cities_of(request.user))
    known = found.answers.filter(city__in=own).order_by("city").first()
    start = {"city": known.city_id, "text": known.text, "version": known.version} if known else {"version": 0}
    form = AnswerForm(request.POST or None, cities=own, initial=start)
    theirs = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rules.answer(found, given["city"], given["text"], request.user, given["version"])
        except people.ConflictError as conflict:
            theirs = found.answers.filter(city=given["city"]).first()
            seen = {"city": given["city"].pk, "version": theirs.version if theirs else 0}
            form = AnswerForm(given | seen, cities=own)
            form.add_error(None, conflict)
        else:
            messages.success(request, _("Thank you: the answer is shown."))
            return redirect("piece", slug)
    return render(
        request, "library/answer.html", {"piece": found, "form": form, "theirs": theirs},
        status=409 if theirs else 400 if form.errors else 200,
    )  # fmt: skip


# Themes -------------------------------------------------------------------------------------------------------------


@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    supported = set()
    if request.user.is_authenticated:
        supported = set(request.user.supports.values_list("theme", flat=True))
    return render(
        request,
        "library/themes.html",
        {
            "themes": rules.themes(),
            "supported": supported,
            "adopted": Theme.objects.filter(state=ThemeState.ADOPTED).order_by("-at")[:20],
            "form": ThemeForm(),
            "merge_form": MergeForm() if people.has(request.user, *people.STAFF) else None,
        },
    )


@require_safe
def theme(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Theme.objects.select_related("into").annotate(number=Count("supports")), slug=slug)
    if found.into:
        return redirect("theme-page", found.into.slug)
    pieces = rules.public(theme=found.slug)
    return render(request, "library/theme.html", {"theme": found, "pieces": pieces})


@login_required
@require_POST
def put_forward(request: HttpRequest) -> HttpResponse:
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return render(request, "library/themes.html", {"themes": rules.themes(), "form": form}, status=400)
    try:
        rules.put_forward(form.cleaned_data["title"], form.cleaned_data["why"], request.user)  # type: ignore[arg-type]
    except people.TooManyError:
        form.add_error(None, _("You put five themes forward today. Tomorrow you can do so again."))
        return render(request, "library/themes.html", {"themes": rules.themes(), "form": form}, status=429)
    messages.success(request, _("Your theme is there, with your support."))
    return redirect("themes")


@login_required
@require_POST
def support(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    found = get_object_or_404(Theme, slug=slug)
    step_of = {"support": rules.support, "withdraw": rules.withdraw_support}
    if step not in step_of:
        raise PermissionDenied
    return _done(request, lambda: step_of[step](found, request.user), _("Kept."), "themes")  # type: ignore[arg-type]


@require_POST
def merge(request: HttpRequest, slug: str) -> HttpResponse:
    form = MergeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the theme to merge into."))
        return redirect("themes")
    found = get_object_or_404(Theme, slug=slug)
    return _done(request, lambda: rules.merge(found, form.cleaned_data["into"], request.user), _("Merged."), "themes")


def _done(request: HttpRequest, do: Callable[[], Any], said: str, then: str, *where: str) -> HttpResponse:
    """Do it, and say so; or say what was wrong."""
    try:
        do()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)
    return redirect(then, *where)


def _own(request: HttpRequest, slug: str) -> Piece:
    """A piece that the visitor may write. Of another's draft not even that it exists is told."""
    found = get_object_or_404(rules.visible_to(request.user), slug=slug)
    if not rules.may_write(request.user, found.city_id):
        raise PermissionDenied
    return found


def _own_cities(request: HttpRequest) -> QuerySet[City]:
    if people.has(request.user, *people.STAFF):
        return City.objects.all()
    return City.objects.filter(pk__in=people.cities_of(request.user))
