"""The pages on which accounts are managed."""

from collections.abc import Callable

import pytest
from django.test import Client

from wijkspiegel.site.people.models import Domain

pytestmark = pytest.mark.django_db


def test_an_administrator_adds_and_removes_a_domain(signed_in: Callable[..., Client]) -> None:
    client = signed_in("administrator")
    assert '/en/domains/"' in client.get("/en/colleagues/").content.decode()
    assert client.post("/en/domains/", {"domain": "amersfoort.example", "city": "GM0307"}).status_code == 302
    assert "amersfoort.example" in client.get("/en/domains/").content.decode()
    refused = client.post("/en/domains/", {"domain": "amersfoort.example", "city": "GM0503"})
    text = refused.content.decode()
    assert (refused.status_code, "is a domain of GM0307" in text) == (400, True)
    assert 'value="GM0503"' in text  # what was typed is not lost
    client.post(f"/en/domains/{Domain.objects.get().pk}/remove/")
    assert not Domain.objects.exists()


@pytest.mark.parametrize(
    ("page", "given"),
    [
        ("domains", {"domain": "amersfoort.example"}),
        ("colleagues", {"email": "nieuw@amersfoort.example", "role": "editor"}),
    ],
)
def test_a_code_that_no_municipality_has_is_told_beside_its_field(
    signed_in: Callable[..., Client], page: str, given: dict[str, str]
) -> None:
    client = signed_in("administrator")
    refused = client.post(f"/nl/{page}/", given | {"city": "GM9999"})
    told = ["Geen gemeente van deze site heeft de code GM9999. Laad eerst een publicatie die erover gaat."]
    assert (refused.status_code, refused.context["form"].errors) == (400, {"city": told})
    assert [value for value in given.values() if value not in refused.content.decode()] == []
    assert client.post(f"/nl/{page}/", given | {"city": "GM0307"}).status_code == 302


@pytest.mark.parametrize("role", ["participant", "editor", "programme"])
def test_nobody_else_does(signed_in: Callable[..., Client], role: str) -> None:
    domain = Domain.objects.create(city="GM0307", domain="amersfoort.example")
    client = signed_in(role, city="GM0307" if role == "editor" else "")
    assert client.get("/en/domains/").status_code == 403
    assert client.post("/en/domains/", {"domain": "ander.example", "city": "GM0307"}).status_code == 403
    assert client.post(f"/en/domains/{domain.pk}/remove/").status_code == 403
    assert client.get(f"/en/domains/{domain.pk}/remove/").status_code == 405
    assert list(Domain.objects.all()) == [domain]
