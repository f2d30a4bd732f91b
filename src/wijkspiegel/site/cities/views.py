"""The home page, the page of a city and of an area in it, comparing, downloading, and what an editor writes."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wijkspiegel.site.cities import catalogue, rules, standing
from wijkspiegel.site.cities.forms import ApproachForm, CompareForm
from wijkspiegel.site.cities.models import Area, City, Kind, Part, Release
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import Role


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All cities by a measure, on a map and in a list; or those of a kind, or that a search finds.

    Who gives the whole name of a city goes to its page.
    """
    sought = request.GET.get("q", "").strip()[:100]
    measure = standing.known_measure(request.GET.get("measure"))
    kind = request.GET.get("kind", "")
    everything = listed = standing.cities_by(measure)
    if kind in Kind.values:
        listed = [one for one in listed if one.kind == kind]
    if sought:
        listed = [one for one in listed if sought.casefold() in one.city.name.casefold()]
        called = [one.city for one in listed if sought.casefold() == one.city.name.casefold()]
        if len(called) == 1:
            return redirect("city", called[0].slug)
    return render(
        request,
        "cities/home.html",
        {
            "sought": sought,
            "places": rules.areas_called(sought) if sought else [],
            "measure": measure,
            "measures": rules.MEASURES,
            "kind": kind,
            "kinds": Kind.choices,
            "names": sorted(one.city.name for one in everything),
            "listed": listed,
            "has_map": standing.has_map(),
            "legend": standing.legend(everything),
        },
    )


@require_safe
def map_svg(request: HttpRequest) -> HttpResponse:
    if not standing.has_map():
        raise Http404
    drawn = standing.map_svg(standing.known_measure(request.GET.get("measure")))
    response = HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_safe
def map_json(request: HttpRequest) -> HttpResponse:
    """For the map that can be moved, where there is a script."""
    outlines = standing.outlines(standing.known_measure(request.GET.get("measure")))
    response = HttpResponse(json.dumps(outlines, separators=(",", ":")), content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_safe
def city(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, slug, None)


@require_safe
def area(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    return _page(request, slug, code)


def _page(request: HttpRequest, slug: str, code: str | None) -> HttpResponse:
    try:
        shown = rules.shown(slug, code, get_language() or "nl")
    except (Part.DoesNotExist, Area.DoesNotExist):
        return render(request, "cities/untold.html", {"city": get_object_or_404(City, slug=slug)}, status=404)
    found = shown.part.city
    whole = shown.area.code == found.code
    return render(
        request,
        "cities/city.html",
        {
            "city": found,
            "shown": shown,
            "whole": whole,
            "peers": rules.peers_of(shown.part) if whole else [],
            "may_write": people.has(request.user, Role.EDITOR, *people.STAFF, city=found.code),
            "more": [html for _slice, html in rules.showing.send(City, city=found)] if whole else [],
            "catalogue": catalogue.as_json(found, shown.part) if whole else "",
        },
    )


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the release that the page of a city shows: CSV and a description, in a zip file."""
    try:
        part = rules.best_part(slug)
    except Part.DoesNotExist:
        raise Http404 from None
    response = HttpResponse(bytes(Part.objects.values_list("package", flat=True).get(pk=part.pk)))
    response["Content-Type"] = "application/zip"
    response["Content-Disposition"] = f'attachment; filename="wijkspiegel-{slug}.zip"'
    return response


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    form = CompareForm(request.GET if "cities" in request.GET else None)
    beside = standing.beside(form.cleaned_data["cities"]) if form.is_valid() else None
    return render(request, "cities/compare.html", {"form": form, "beside": beside}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def approach(request: HttpRequest, slug: str) -> HttpResponse:
    """What a city says of what it does."""
    found = get_object_or_404(City, slug=slug)
    people.require(request.user, Role.EDITOR, *people.STAFF, city=found.code)
    form = ApproachForm(request.POST or None, initial={"text": found.approach, "version": found.version})
    theirs = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rules.write_approach(found.code, given["text"], given["version"], request.user)
        except people.ConflictError as conflict:
            form = ApproachForm({"text": given["text"], "version": found.version})
            form.add_error(None, conflict)
            theirs = found.approach
        else:
            messages.success(request, _("Saved."))
            return redirect("city", slug)
    return render(
        request, "cities/approach.html", {"city": found, "form": form, "theirs": theirs},
        status=409 if theirs else 400 if form.errors else 200,
    )  # fmt: skip


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """Every load, for who may go back to an earlier one."""
    people.require(request.user, *people.STAFF)
    return render(request, "cities/releases.html", {"releases": Release.objects.order_by("subject", "-loaded")})


@require_POST
def go_back(request: HttpRequest, pk: int) -> HttpResponse:
    rules.go_back(get_object_or_404(Release, pk=pk), request.user)
    messages.success(request, _("This load is shown now."))
    return redirect("releases")
