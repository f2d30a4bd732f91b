"""Accounts of every role, and a browser that looks at pages as a person would."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.site.releases import figures
from wijkspiegel.disclosure import write_release
from wijkspiegel.site.cities import rules as cities
from wijkspiegel.site.cities.models import Release
from wijkspiegel.site.people.models import Role, User

PASSWORD = "spiegel aan de wand"

Account = Callable[..., User]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):  # type: ignore[no-untyped-def]
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)


@pytest.fixture
def account(db: None) -> Account:
    """account("editor", city="GM0307"): an account with a role."""

    def make(role: str = "participant", city: str = "", email: str | None = None) -> User:
        user = User.objects.create_user(email or f"{role}{User.objects.count()}@example.nl", PASSWORD)
        if role != "participant":
            user.appointments.create(role=Role(role), city=city)
        return user

    return make


@pytest.fixture
def signed_in(client: Client, account: Account) -> Callable[..., Client]:
    """signed_in("editor", city="GM0307"): a client with an account of that role."""

    def sign_in(role: str = "participant", city: str = "", email: str | None = None) -> Client:
        client.force_login(account(role, city, email), "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a release of small cities lies."""
    return write_release(figures(), tmp_path_factory.mktemp("release"))


@pytest.fixture
def loaded(db: None, directory: Path) -> Release:
    """The release, loaded."""
    return cities.load(directory)


@pytest.fixture
def record_that_empties(transactional_db: None) -> Iterator[None]:
    """After a test that commits, SQLite empties each table row by row, which the record refuses."""
    yield
    if connection.vendor == "sqlite":
        triggers = import_module("wijkspiegel.site.audit.migrations.0002_append_only").SQLITE.strip().splitlines()
        with connection.cursor() as cursor:
            for trigger in triggers:
                cursor.execute(f"DROP TRIGGER {trigger.split()[2]}")
            cursor.execute("DELETE FROM audit_line")
            for trigger in triggers:
                cursor.execute(trigger)
