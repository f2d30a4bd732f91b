"""Version 1 of the API: read only, for everybody, as the NL API Design Rules ask.

Errors are problem+json (RFC 9457); what is asked wrongly is 400; lists come in pages with links to the next and the
one before. What is not public is not here.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import conditional_page
from ninja import NinjaAPI, Query, Schema
from ninja.errors import ValidationError
from pydantic import ConfigDict, Field

from wijkspiegel.site.cities.models import City, Headline, Release
from wijkspiegel.site.cities.standing import headlines_of
from wijkspiegel.site.library.models import Piece
from wijkspiegel.site.meetings import standing

LARGEST_PAGE = 200

api = NinjaAPI(
    title="Wijkspiegel",
    version="1.0.0",
    description="Protected figures of municipalities, and what they share. Everything here is public.",
    docs_url=None,
    urls_namespace="v1",
    openapi_extra={
        "info": {
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            "contact": {"name": "Wijkspiegel", "url": settings.BASE_URL},
        }
    },
)


class Page(Schema):
    """Which part of a list is asked for."""

    model_config = ConfigDict(extra="forbid")
    page: int = Field(1, ge=1, le=100_000, description="From 1.")
    page_size: int = Field(50, ge=1, le=LARGEST_PAGE, description="How many at a time.")


class Figure(Schema):
    measure: Literal["differ", "entropy_index", "dissimilarity"]
    scheme: str
    year: int
    value: float = Field(description="From 0 to 1.")
    lower: float | None
    upper: float | None


class CityOut(Schema):
    code: str
    name: str
    href: str


class CityDetail(CityOut):
    approach: str = Field(description="Markdown, by the city's own editors.")
    figures: list[Figure]
    release: str = Field(description="Address of the Frictionless Data Package, as a zip file.")


class ReleaseOut(Schema):
    id: int
    title: str
    subject: str = Field(description="Code of the city that it is about; empty where it tells of many.")
    year: int
    loaded: date
    sha256: str


class PieceOut(Schema):
    slug: str
    kind: Literal["approach", "lesson", "dilemma"]
    city: str
    title: str
    summary: str
    year: int | None
    language: str
    href: str


class PieceDetail(PieceOut):
    done: str
    came: str
    value: str
    reuse: str
    costs: str
    links: list[str]
    themes: list[str]


class Listed(Schema):
    count: int
    next: str | None
    previous: str | None


class Cities(Listed):
    items: list[CityOut]


class Releases(Listed):
    items: list[ReleaseOut]


class Pieces(Listed):
    items: list[PieceOut]


@api.get("/cities", response=Cities, summary="Municipalities that a release tells of", tags=["cities"])
def cities(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    found = City.objects.filter(parts__release__is_current=True).distinct().order_by("code")
    return _listed(request, found, page, _city)


@api.get("/cities/{code}", response=CityDetail, summary="One municipality with its figures", tags=["cities"])
def city(request: HttpRequest, code: str) -> dict[str, Any]:
    found = City.objects.filter(code=code, parts__release__is_current=True).first()
    if found is None:
        raise Http404
    return _city(found) | {
        "approach": found.approach,
        "figures": [_figure(one) for one in headlines_of(found)],
        "release": _address("download", found.slug),
    }


@api.get("/releases", response=Releases, summary="Releases that are shown now", tags=["releases"])
def releases(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    return _listed(request, Release.objects.filter(is_current=True).order_by("pk"), page, _release)


class OfKind(Page):
    kind: Literal["approach", "lesson", "dilemma"] | None = None
    city: str | None = Field(None, max_length=20, description="Code of a municipality.")


@api.get("/pieces", response=Pieces, summary="Approaches, lessons and dilemmas", tags=["library"])
def pieces(request: HttpRequest, asked: Query[OfKind]) -> dict[str, Any]:
    found = Piece.objects.filter(is_public=True).order_by("pk")
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.city:
        found = found.filter(city=asked.city)
    return _listed(request, found, asked, _piece)


@api.get("/pieces/{slug}", response=PieceDetail, summary="One piece, whole", tags=["library"])
def piece(request: HttpRequest, slug: str) -> dict[str, Any]:
    found = Piece.objects.filter(slug=slug, is_public=True).prefetch_related("themes").first()
    if found is None:
        raise Http404
    texts = {name: getattr(found, name) for name in ("done", "came", "value", "reuse", "costs")}
    themes = [theme.title for theme in found.themes.all()]
    return _piece(found) | texts | {"links": found.links.splitlines(), "themes": themes}


class MeetingOut(Schema):
    slug: str
    title: str
    summary: str
    state: str = Field(description="save the date, open, full, closed, begun, held, reported or cancelled")
    city: str | None = Field(description="Code of the host.")
    place: str
    starts: datetime
    ends: datetime
    capacity: int
    href: str
    calendar: str = Field(description="Address of the iCalendar file.")


class Meetings(Listed):
    items: list[MeetingOut]


@api.get("/meetings", response=Meetings, summary="Meetings, the latest first", tags=["meetings"])
def meetings(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    listed = _listed(request, standing.public().order_by("-starts", "pk"), page, lambda one: one)
    return listed | {"items": [_meeting(one) for one in standing.shown(listed["items"], timezone.now())]}


@api.get("/meetings/{slug}", response=MeetingOut, summary="One meeting", tags=["meetings"])
def meeting(request: HttpRequest, slug: str) -> dict[str, Any]:
    found = standing.shown(standing.public().filter(slug=slug), timezone.now())
    if not found:
        raise Http404
    return _meeting(found[0])


def _meeting(one: standing.Shown) -> dict[str, Any]:
    names = ("slug", "title", "summary", "place", "starts", "ends", "capacity")
    told = {name: getattr(one.meeting, name) for name in names}
    where = {"href": _address("meeting", one.meeting.slug), "calendar": _address("ics", one.meeting.slug)}
    return told | where | {"city": one.meeting.city_id, "state": str(one.state)}


def _listed(request: HttpRequest, found: QuerySet[Any], page: Page, told: Callable[[Any], Any]) -> dict[str, Any]:
    if unknown := sorted(set(request.GET) - set(type(page).model_fields)):
        raise ValidationError([{"loc": ("query", name), "msg": "there is no such parameter"} for name in unknown])
    count = found.count()
    start = (page.page - 1) * page.page_size

    def address(number: int) -> str:
        asked = request.GET.copy()
        asked["page"] = str(number)
        return f"{settings.BASE_URL}{request.path}?{asked.urlencode()}"

    return {
        "count": count,
        "next": address(page.page + 1) if start + page.page_size < count else None,
        "previous": address(page.page - 1) if page.page > 1 else None,
        "items": [told(one) for one in found[start : start + page.page_size]],
    }


def _city(one: City) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "href": _address("v1:city", one.code)}


def _figure(one: Headline) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("measure", "scheme", "year", "value", "lower", "upper")}


def _release(one: Release) -> dict[str, Any]:
    told = {"id": one.pk, "title": one.title, "subject": one.subject, "year": one.latest_year}
    return told | {"loaded": one.loaded.date(), "sha256": one.digest}


def _piece(one: Piece) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("slug", "kind", "title", "summary", "year", "language")}
    return told | {"city": one.city_id, "href": _address("v1:piece", one.slug)}


def _address(name: str, *where: str) -> str:
    return settings.BASE_URL + reverse(name, args=where)


# Errors and headers -------------------------------------------------------------------------------------------------


def _problem(status: int, title: str, detail: str = "", **more: Any) -> JsonResponse:
    told = {"type": "about:blank", "status": status, "title": title} | ({"detail": detail} if detail else {}) | more
    return JsonResponse(told, status=status, content_type="application/problem+json")


@api.exception_handler(ValidationError)
def _asked_wrongly(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [{"name": str(one["loc"][-1]), "reason": one["msg"]} for one in error.errors]
    return _problem(400, "Bad request", "Something is asked in a way that this API does not know.", invalidParams=wrong)


@api.exception_handler(Http404)
def _not_here(request: HttpRequest, error: Http404) -> HttpResponse:
    return _problem(404, "Not found", "There is nothing public at this address.")


@api.exception_handler(PermissionDenied)
def _not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return _problem(403, "Forbidden")


def with_headers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Readable from every site, with its version, and not sent again when it did not change (ETag)."""

    @wraps(view)
    @conditional_page
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            response: HttpResponse = _problem(405, "Method not allowed", "This API is for reading.")
            response["Allow"] = "GET, HEAD, OPTIONS"
        elif request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        else:
            response = _answered(view, request, *args, **named)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "API-Version, ETag"
        response["API-Version"] = api.version
        response["Cache-Control"] = "public, max-age=60"
        return response

    return answer


def _answered(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
    """HEAD as GET: the server leaves out the body."""
    asked, request.method = request.method, "GET"
    try:
        return view(request, *args, **named)
    except Http404 as error:
        return _not_here(request, error)
    finally:
        request.method = asked


def fallback(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
    return _problem(404, "Not found", "There is nothing public at this address.")
