"""Every page has an address in each language; what machines read has one."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from wijkspiegel.site import pages
from wijkspiegel.site.meetings.urls import for_machines as meetings

urlpatterns = [
    path(".well-known/security.txt", pages.security_txt),
    path("theme.css", pages.theme_css, name="theme"),
    path("api/v1/", include("wijkspiegel.site.api.urls")),
    *meetings,
    *i18n_patterns(
        path("account/", include("allauth.urls")),
        path("", include("wijkspiegel.site.people.urls")),
        path("", include("wijkspiegel.site.mail.urls")),
        path("", include("wijkspiegel.site.cities.urls")),
        path("", include("wijkspiegel.site.library.urls")),
        path("", include("wijkspiegel.site.meetings.urls")),
        path("accessibility/", pages.accessibility, name="accessibility"),
        path("privacy/", pages.privacy, name="privacy"),
    ),
]
