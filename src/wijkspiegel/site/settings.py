"""Settings of the site, from the environment. `docs/how-to/deploy.md` tells of each.

Without any setting the site runs on this machine alone, with SQLite in WIJKSPIEGEL_DATA (the folder `site-data`).
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

HERE = Path(__file__).parent
DATA = Path(os.environ.get("WIJKSPIEGEL_DATA", "site-data")).resolve()
DATA.mkdir(parents=True, exist_ok=True)
BASE_URL = os.environ.get("WIJKSPIEGEL_URL", "http://127.0.0.1:8000").rstrip("/")
SECURE = BASE_URL.startswith("https://")


def _secret_key() -> str:
    """From the environment, or made once and kept beside the data, readable by the owner only."""
    if given := os.environ.get("WIJKSPIEGEL_SECRET_KEY"):
        return given
    path = DATA / "secret-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(get_random_secret_key() + get_random_secret_key())
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("WIJKSPIEGEL_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if SECURE else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "wijkspiegel.site.people",
    "wijkspiegel.site.mail",
    "wijkspiegel.site.audit",
    "wijkspiegel.site.cities",
    "wijkspiegel.site.library",
    "wijkspiegel.site.meetings",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wijkspiegel.site.pages.headers",
]

ROOT_URLCONF = "wijkspiegel.site.urls"
WSGI_APPLICATION = "wijkspiegel.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wijkspiegel.site.pages.context",
            ],
            "libraries": {"text": "wijkspiegel.site.text"},
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data ---------------------------------------------------------------------------------------------------------------

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{DATA / 'site.sqlite3'}", conn_max_age=60)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a transaction that will write waits at its start, not half-way
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
MEDIA_ROOT = DATA / "files"
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a box for each who was there, at the largest meetings

# Language and time --------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [HERE / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# Who is who ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "wijkspiegel.site.people.rules.Accounts"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Wijkspiegel"
SECOND_FACTOR_REQUIRED = os.environ.get("WIJKSPIEGEL_SECOND_FACTOR", "1" if SECURE else "0") == "1"
SOCIALACCOUNT_ONLY = False
OIDC_SERVER = os.environ.get("WIJKSPIEGEL_OIDC_SERVER", "")
OIDC_CITY = {
    "provider_id": "city",
    "name": os.environ.get("WIJKSPIEGEL_OIDC_NAME", "OpenID Connect"),
    "client_id": os.environ.get("WIJKSPIEGEL_OIDC_CLIENT", ""),
    "secret": os.environ.get("WIJKSPIEGEL_OIDC_SECRET", ""),
    "settings": {"server_url": OIDC_SERVER, "oauth_pkce_enabled": True},
}
OIDC_ORIGINS = [
    "{0.scheme}://{0.netloc}".format(urlsplit(address))
    for address in (OIDC_SERVER, *os.environ.get("WIJKSPIEGEL_OIDC_ALSO", "").split(","))
    if address
]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "wijkspiegel.site.people.oidc.Provider",
        "APPS": [OIDC_CITY] if OIDC_SERVER else [],
    }
}

# Mail: written in the outbox by whoever sends, delivered by `wijkspiegel site send-mail` ------------------------------

EMAIL_BACKEND = "wijkspiegel.site.mail.rules.Outbox"
DEFAULT_FROM_EMAIL = os.environ.get("WIJKSPIEGEL_FROM", "Wijkspiegel <wijkspiegel@localhost>")
EMAIL_HOST = os.environ.get("WIJKSPIEGEL_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("WIJKSPIEGEL_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("WIJKSPIEGEL_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("WIJKSPIEGEL_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("WIJKSPIEGEL_SMTP_TLS", "") == "1"
EMAIL_TIMEOUT = 20

# What a browser may do ----------------------------------------------------------------------------------------------


def policy(sign_in: list[str]) -> dict[str, dict[str, list[str]]]:
    """Nothing but our own; the form to sign in may end at the servers of a municipality."""
    return {
        "DIRECTIVES": {
            "default-src": [SELF],
            "img-src": [SELF, "data:"],
            "object-src": [NONE],
            "base-uri": [SELF],
            "form-action": [SELF, *sign_in],
            "frame-ancestors": [NONE],
        }
    }


CONTENT_SECURITY_POLICY = policy(OIDC_ORIGINS)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of their own
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [HERE / "static", HERE.parent / "report" / "styles"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
THEME_CLASS = os.environ.get("WIJKSPIEGEL_THEME_CLASS", "voorbeeld-theme")
THEME_CSS = os.environ.get("WIJKSPIEGEL_THEME", "")
SECURITY_CONTACT = os.environ.get("WIJKSPIEGEL_SECURITY_CONTACT", "")

# Meetings -----------------------------------------------------------------------------------------------------------

ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("WIJKSPIEGEL_PROXIES", "1" if SECURE else "0"))
REGISTRATIONS_PER_HOUR = int(
    os.environ.get("WIJKSPIEGEL_REGISTRATIONS_PER_HOUR", "100")
)  # from one address of a network
PARTICIPANTS_ARE_KEPT = int(os.environ.get("WIJKSPIEGEL_KEEP_PARTICIPANTS", "30"))  # days after a meeting

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without keys": {"()": "wijkspiegel.site.logs.WithoutKeys"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["without keys"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
