"""The API as a program meets it."""

import json

import pytest
from django.test import Client
from pytest_django.asserts import assertNumQueries

from tests.site.conftest import Account
from tests.site.releases import CITIES
from wijkspiegel.site.cities.models import City, Release
from wijkspiegel.site.library import rules
from wijkspiegel.site.library.models import Kind

pytestmark = pytest.mark.django_db

CONTENT = {"language": "nl", "title": "Buurtmaaltijden", "summary": "Samen koken.", "done": "Elke maand."}


def test_cities_come_in_pages_that_lead_to_each_other(loaded: Release, client: Client) -> None:
    found, address = [], "/api/v1/cities?page_size=3"
    while address:
        answer = client.get(address).json()
        found += [one["code"] for one in answer["items"]]
        address = (answer["next"] or "").removeprefix("http://127.0.0.1:8000")
        assert answer["count"] == len(CITIES)
    assert found == list(CITIES)


def test_a_city_has_its_figures_with_intervals_and_its_release(loaded: Release, client: Client) -> None:
    told = client.get("/api/v1/cities/GM0001").json()
    assert told["name"] == "Amersvoort"
    assert {one["measure"] for one in told["figures"]} == {"differ", "entropy_index", "dissimilarity"}
    assert all(one["lower"] <= one["value"] <= one["upper"] for one in told["figures"] if one["measure"] == "differ")
    assert client.get(told["release"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert client.get("/api/v1/releases").json()["items"][0]["sha256"] == loaded.digest


@pytest.mark.parametrize(
    "asked", ["cities?page=0", "cities?page=x", "cities?page_size=100000", "cities?pagesize=3", "pieces?kind=recipe"]
)
def test_what_is_asked_wrongly_is_a_problem_with_its_reason(loaded: Release, client: Client, asked: str) -> None:
    answer = client.get(f"/api/v1/{asked}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["invalidParams"][0]["reason"]


@pytest.mark.parametrize("asked", ["cities/GM9999", "nothing", "pieces/geheim", ""])
def test_what_is_not_there_is_a_problem_too(loaded: Release, client: Client, asked: str) -> None:
    answer = client.get(f"/api/v1/{asked}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_it_is_for_reading_from_everywhere(loaded: Release, client: Client) -> None:
    assert client.post("/api/v1/cities", {}).status_code == 405
    answer = client.get("/api/v1/cities")
    assert (answer["Access-Control-Allow-Origin"], answer["API-Version"]) == ("*", "1.0.0")
    assert client.options("/api/v1/cities").status_code == 204
    assert client.get("/api/v1/cities", headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_drafts_are_not_in_it(loaded: Release, client: Client, account: Account) -> None:
    team = account("programme")
    rules.begin(Kind.LESSON, City.objects.get(code="GM0001"), CONTENT | {"title": "Geheim"}, [], team)
    piece = rules.begin(Kind.LESSON, City.objects.get(code="GM0001"), CONTENT, [], team)
    rules.ask_review(piece, team)
    rules.publish(piece, team)
    assert [one["slug"] for one in client.get("/api/v1/pieces").json()["items"]] == ["buurtmaaltijden"]
    assert client.get("/api/v1/pieces/buurtmaaltijden").json()["done"] == "Elke maand."


def test_it_describes_itself(client: Client) -> None:
    told = json.loads(client.get("/api/v1/openapi.json").content)
    assert told["openapi"].startswith("3.")
    assert set(told["paths"]) == {
        "/api/v1/cities", "/api/v1/cities/{code}", "/api/v1/releases", "/api/v1/pieces", "/api/v1/pieces/{slug}",
        "/api/v1/meetings", "/api/v1/meetings/{slug}",
    }  # fmt: skip


def test_a_page_costs_two_queries_however_long(loaded: Release, client: Client) -> None:
    for size in (1, 7):
        with assertNumQueries(2):
            client.get("/api/v1/cities", {"page_size": size})
