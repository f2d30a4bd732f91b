from typing import Any

from django.urls import URLPattern, path, re_path

from wijkspiegel.site.api import views


def _with_headers(patterns: list[Any]) -> list[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = views.with_headers(pattern.callback)
    return patterns


_patterns, _app, _namespace = views.api.urls
urlpatterns = [path("", (_with_headers(_patterns), _app, _namespace)), re_path("", views.with_headers(views.fallback))]
