"""The pages of cities, as a visitor meets them."""

import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertNumQueries  # type: ignore[import-untyped, unused-ignore]

from wijkspiegel.disclosure import unpack
from wijkspiegel.site.cities.models import Kind, Release

pytestmark = pytest.mark.django_db


def test_the_home_page_lists_all_and_finds_by_name(loaded: Release, client: Client) -> None:
    text = client.get("/nl/").content.decode()
    assert [name for name in ("Amersvoort", "Delfzicht", "Eindhaven") if name in text] == [
        "Amersvoort",
        "Delfzicht",
        "Eindhaven",
    ]
    assert [one.city.name for one in client.get("/nl/", {"q": "delf"}).context["listed"]] == ["Delfzicht"]
    assert "Buurt 3" in client.get("/nl/", {"q": "buurt 3"}).content.decode()
    assert "<script>alert" not in client.get("/nl/", {"q": "<script>alert(1)"}).content.decode()


def test_the_whole_name_of_a_city_leads_to_its_page(loaded: Release, client: Client) -> None:
    assert '<option value="Delfzicht">' in client.get("/nl/").content.decode()
    answer = client.get("/nl/", {"q": " delfzicht "})
    assert (answer.status_code, answer["Location"]) == (302, "/nl/cities/delfzicht/")


def test_cities_are_listed_by_their_kind_and_their_page_tells_it(loaded: Release, client: Client) -> None:
    listed = {
        kind: [one.city.name for one in client.get("/en/", {"kind": kind}).context["listed"]] for kind in Kind.values
    }
    assert {kind: sorted(names) for kind, names in listed.items()} == {
        Kind.NO_MAJORITY: ["Hoornveld", "Roerstad", "Tielrade", "Zandermeer"],
        Kind.MIXED: ["Delfzicht", "Eindhaven"],
        Kind.MOSTLY_ONE: ["Amersvoort"],
    }
    assert "No group of origin is the majority." in client.get("/en/cities/roerstad/").content.decode()
    assert len(client.get("/en/", {"kind": "made up"}).context["listed"]) == 7


def test_a_page_of_a_city_and_of_a_neighbourhood(loaded: Release, client: Client) -> None:
    city = client.get("/en/cities/amersvoort/")
    assert (city.status_code, "Buurt 0" in city.content.decode()) == (200, True)
    area = client.get("/en/cities/amersvoort/areas/BU0/")
    assert (area.status_code, "<h1>Buurt 0</h1>" in area.content.decode()) == (200, True)
    assert client.get("/en/cities/amersvoort/areas/BU3/").status_code == 404  # it lies in another city
    assert client.get("/en/cities/nowhere/").status_code == 404


def test_a_page_costs_few_queries_with_one_area_or_thirty(loaded: Release, client: Client) -> None:
    client.get("/nl/cities/amersvoort/")
    with assertNumQueries(6):
        client.get("/nl/cities/amersvoort/")
    with assertNumQueries(3):
        client.get("/nl/")


def test_the_release_that_is_downloaded_is_the_one_that_is_shown(loaded: Release, client: Client) -> None:
    answer = client.get("/nl/cities/delfzicht/release.zip")
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert unpack(answer.content).about.subject == "GM0002"


def test_catalogues_find_a_description(loaded: Release, client: Client) -> None:
    text = client.get("/nl/cities/delfzicht/").content.decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    told = json.loads(script)
    assert "dct:license" not in told["dcat:distribution"]  # its sources name none
    Release.objects.update(licence="CC BY 4.0")
    text = client.get("/nl/cities/delfzicht/").content.decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    told = json.loads(script)
    assert (told["@type"], told["dcat:distribution"]["dct:license"]["@id"][:31]) == (
        "dcat:Dataset", "http://creativecommons.org/lice",
    )  # fmt: skip


def test_two_to_four_cities_are_compared(loaded: Release, client: Client) -> None:
    text = client.get("/nl/compare/", {"cities": ["amersvoort", "delfzicht"]}).content.decode()
    assert text.count("<strong>") >= 4
    for chosen in (["amersvoort"], ["amersvoort", "nowhere"]):
        assert client.get("/nl/compare/", {"cities": chosen}).status_code == 400


def test_an_editor_writes_and_a_conflict_shows_both(loaded: Release, signed_in: Callable[..., Client]) -> None:
    client = signed_in("editor", city="GM0001")
    page = "/nl/cities/amersvoort/approach/"
    assert client.post(page, {"text": "**Samen** <b>x</b> [x](javascript:alert(1))", "version": 0}).status_code == 302
    text = client.get("/nl/cities/amersvoort/").content.decode()
    assert "<strong>Samen</strong>" in text
    assert "<b>" not in text
    assert 'href="javascript' not in text
    conflict = client.post(page, {"text": "Anders", "version": 0})
    assert conflict.status_code == 409
    shown = conflict.content.decode()
    assert ("Samen" in shown, "Anders" in shown) == (True, True)
    assert client.post(page, {"text": "Beide", "version": 1}).status_code == 302


@pytest.mark.parametrize("path", ["/nl/cities/amersvoort/approach/", "/nl/releases/"])
def test_what_is_not_for_everybody(loaded: Release, client: Client, path: str) -> None:
    assert client.get(path).status_code == 403
