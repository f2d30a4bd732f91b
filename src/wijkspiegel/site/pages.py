"""What is no slice's: the home page, statements, and what every page has."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import translate_url
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from wijkspiegel.site.people import rules as people


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What a browser may use (nothing), and that pages of somebody with an account are kept by nobody."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return respond


def context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the languages of this very page, the theme, and what the visitor may see of the staff's."""
    return {
        "languages": [
            (code, name, address_in(request, code)) for code, name in (("nl", "Nederlands"), ("en", "English"))
        ],
        "theme_class": settings.THEME_CLASS,
        "theme_css": settings.THEME_CSS,
        "is_staff": people.has(request.user, *people.STAFF),
        "edits": people.cities_of(request.user),
    }


def address_in(request: HttpRequest, language: str) -> str:
    """The address of this page in a language."""
    return translate_url(request.get_full_path(), language)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html")


@require_safe
@cache_control(public=True, max_age=3600)
def theme_css(request: HttpRequest) -> HttpResponse:
    """The tokens of a municipality, in place of those of the example theme."""
    if not settings.THEME_CSS:
        raise Http404
    return HttpResponse(Path(settings.THEME_CSS).read_text(encoding="utf-8"), content_type="text/css; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. Nothing where nobody was named to report to."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
        "Preferred-Languages: nl, en",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
