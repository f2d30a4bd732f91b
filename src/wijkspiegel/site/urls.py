"""Every page has an address in each language; what machines read has one."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from wijkspiegel.site import pages
from wijkspiegel.site.meetings.urls import for_machines as meetings
from wijkspiegel.site.people import oidc

urlpatterns = [
    path(".well-known/security.txt", pages.security_txt),
    path("theme.css", pages.theme_css, name="theme"),
    path("api/v1/", include("wijkspiegel.site.api.urls")),
    path("account/oidc/<slug:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    *meetings,
    *i18n_patterns(
        path("account/", include("allauth.account.urls")),
        path("account/2fa/", include("allauth.mfa.urls")),
        path("account/3rdparty/", include("allauth.socialaccount.urls")),
        path("account/oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
        path("", include("wijkspiegel.site.people.urls")),
        path("", include("wijkspiegel.site.mail.urls")),
        path("", include("wijkspiegel.site.cities.urls")),
        path("", include("wijkspiegel.site.library.urls")),
        path("", include("wijkspiegel.site.meetings.urls")),
        path("accessibility/", pages.accessibility, name="accessibility"),
        path("privacy/", pages.privacy, name="privacy"),
    ),
]
