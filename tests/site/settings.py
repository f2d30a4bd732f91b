"""The settings of the site, with data of its own that go when the tests end. DATABASE_URL tests on PostgreSQL."""

import atexit
import os
import shutil
import tempfile

os.environ["WIJKSPIEGEL_DATA"] = tempfile.mkdtemp(prefix="wijkspiegel-site-")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser of the tests runs its own loop
atexit.register(shutil.rmtree, os.environ["WIJKSPIEGEL_DATA"], ignore_errors=True)

from wijkspiegel.site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: nothing is protected here
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
WHITENOISE_USE_FINDERS = True
if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": DATA / "test.sqlite3"}  # noqa: F405 - in a file, where threads meet
elif name := os.environ.get("WIJKSPIEGEL_TEST_DB"):
    DATABASES["default"]["TEST"] = {"NAME": name}  # noqa: F405
ALLOWED_HOSTS = ["*"]
ACCOUNT_RATE_LIMITS = False
