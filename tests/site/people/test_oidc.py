"""Signing in with the OpenID Connect of a municipality, against a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import chromium
from tests.site.conftest import PASSWORD, Account
from tests.site.people.provider import CLIENT, SECRET, Provider, new_key, serving
from tests.site.test_pages import PHONE, faults_on
from wijkspiegel.site.people import rules
from wijkspiegel.site.people.models import Domain, Role, User
from wijkspiegel.site.settings import policy

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ANNA = {"sub": "1f7", "email": "anna@amersfoort.example", "email_verified": True}

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with serving(**ANNA) as provider:
        app = settings.OIDC_CITY | {
            "name": "Gemeente Amersfoort", "client_id": CLIENT, "secret": SECRET,
            "settings": settings.OIDC_CITY["settings"] | {"server_url": provider.address},
        }  # fmt: skip
        known = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": known | {"APPS": [app]}}
        yield provider


def ask(client: Client) -> str:
    """From the page to sign in to the server, and to where it sends the browser back."""
    assert "/nl/account/oidc/city/login/" in client.get("/nl/account/login/").content.decode()
    assert client.get("/nl/account/oidc/city/login/").status_code == 200  # a button: a link alone signs nobody in
    there = client.post("/nl/account/oidc/city/login/")["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith("http://testserver/account/oidc/city/login/callback/?")
    return back


def signed_in_as(client: Client) -> str:
    return client.get("/nl/").context["user"].email if "_auth_user_id" in client.session else ""


def test_somebody_signs_in_and_takes_the_role_that_a_colleague_of_the_same_domain_offers(
    provider: Provider, client: Client, account: Account
) -> None:
    Domain.objects.create(city="GM0307", domain="amersfoort.example")
    rules.invite(ANNA["email"], Role.EDITOR, "GM0307", account("editor", city="GM0307"), NOW)  # type: ignore[arg-type]
    (link,) = (line for line in mail.outbox[0].body.splitlines() if line.startswith("http"))
    assert client.get(ask(client)).status_code == 302
    assert signed_in_as(client) == ANNA["email"]
    anna = User.objects.get(email=ANNA["email"])
    assert (EmailAddress.objects.get(user=anna).verified, anna.has_usable_password()) == (True, False)
    rules.accept(link.rstrip("/").rpartition("/")[2], anna, NOW)
    assert rules.roles_of(User.objects.get(pk=anna.pk), "GM0307") == {Role.PARTICIPANT, Role.EDITOR}


def test_who_comes_back_is_the_same_person_under_another_address_too(provider: Provider, client: Client) -> None:
    client.get(ask(client))
    client.logout()
    provider.person["email"] = "anna.b@amersfoort.example"
    client.get(ask(client))
    assert User.objects.count() == 1
    assert "_auth_user_id" in client.session


def test_somebody_of_a_domain_that_no_municipality_has_is_a_participant(provider: Provider, client: Client) -> None:
    client.get(ask(client))
    assert rules.roles_of(User.objects.get()) == {Role.PARTICIPANT}


def test_an_address_that_the_server_did_not_verify_is_proved_by_mail_first(provider: Provider, client: Client) -> None:
    provider.person["email_verified"] = False
    client.get(ask(client))
    assert signed_in_as(client) == ""
    assert [message.to for message in mail.outbox] == [[ANNA["email"]]]
    assert not EmailAddress.objects.get().verified


def test_nobody_gets_into_an_account_that_is_there_by_naming_its_address(
    provider: Provider, client: Client, account: Account
) -> None:
    there = account(email=ANNA["email"])
    EmailAddress.objects.create(user=there, email=there.email, verified=True, primary=True)
    client.get(ask(client))
    assert signed_in_as(client) == ""
    assert not SocialAccount.objects.exists()
    client.login(email=there.email, password=PASSWORD)
    assert "/account/3rdparty/" in client.get("/nl/me/").content.decode()  # signed in, it can be joined to the account


BENT: dict[str, dict[str, Any]] = {
    "the nonce of another sign-in": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "for another site": {"aud": "another"},
    "of another server": {"iss": "http://another.example"},
    "expired": {"exp": 1},
    "of nobody": {"sub": None},
}


@pytest.mark.parametrize("what", BENT)
def test_an_id_token_that_is_bent_is_refused(provider: Provider, client: Client, what: str) -> None:
    provider.claims = BENT[what]
    assert client.get(ask(client)).status_code == 401
    assert (signed_in_as(client), User.objects.count()) == ("", 0)


def test_a_signature_by_another_key_is_refused(provider: Provider, client: Client) -> None:
    provider.signs_with = new_key()
    client.get(ask(client))
    assert (signed_in_as(client), User.objects.count()) == ("", 0)


def test_user_information_of_somebody_else_is_refused(provider: Provider, client: Client) -> None:
    provider.userinfo = {"sub": "2b8", "email": "burgemeester@amersfoort.example"}
    client.get(ask(client))
    assert (signed_in_as(client), User.objects.count()) == ("", 0)


def test_a_sign_in_that_another_browser_began_is_refused(provider: Provider, client: Client) -> None:
    back = ask(Client())
    client.get(back)
    assert (signed_in_as(client), User.objects.count()) == ("", 0)
    own = ask(client)
    state, stolen = (parse_qs(urlsplit(address).query) for address in (own, back))
    client.get("/account/oidc/city/login/callback/", {"state": state["state"][0], "code": stolen["code"][0]})
    assert (signed_in_as(client), User.objects.count()) == ("", 0)  # its code is for another challenge


def test_a_way_back_works_once(provider: Provider, client: Client) -> None:
    back = ask(client)
    client.get(back)
    client.logout()
    client.get(back)
    assert signed_in_as(client) == ""


def test_a_server_that_is_away_is_said(provider: Provider, client: Client) -> None:
    back = ask(client)
    provider.stop()
    for answer in (client.get(back), client.post("/nl/account/oidc/city/login/")):
        assert (answer.status_code, "account/login/" in answer.content.decode()) == (401, True)
    assert signed_in_as(client) == ""


def test_there_is_no_other_server(client: Client) -> None:
    assert client.get("/nl/account/oidc/other/login/").status_code == 404
    assert "/oidc/" not in client.get("/nl/account/login/").content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_somebody_signs_in_in_a_browser_that_obeys_the_policy(
    provider: Provider, live_server: LiveServer, settings: Settings
) -> None:
    settings.CONTENT_SECURITY_POLICY = policy([provider.address])
    with chromium() as browser:
        page = browser.new_page(viewport=PHONE)
        page.goto(f"{live_server.url}/en/account/login/")
        page.get_by_role("link", name="Gemeente Amersfoort").click()
        faults = faults_on(page)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Sign out").wait_for()
    assert faults == []
    assert [user.email for user in User.objects.all()] == [ANNA["email"]]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "told"), [("nl", "Aanmelden is niet gelukt"), ("en", "Signing in did not work")])
def test_the_page_that_says_why_a_sign_in_failed_is_for_everybody(
    provider: Provider, live_server: LiveServer, settings: Settings, language: str, told: str
) -> None:
    settings.CONTENT_SECURITY_POLICY = policy([provider.address])
    provider.claims = BENT["expired"]
    with chromium() as browser:
        page = browser.new_page(viewport=PHONE, locale=language)
        page.goto(f"{live_server.url}/{language}/account/oidc/city/login/")
        page.locator("main form button[type=submit]").click()
        page.get_by_role("heading", name=told).wait_for()
        faults = faults_on(page)
    assert faults == []
    assert not User.objects.exists()
