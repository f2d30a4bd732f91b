"""The library as visitors and editors meet it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertNumQueries
from pytest_django.fixtures import Settings

from tests.site.conftest import Account
from wijkspiegel.site.cities.models import City, Release
from wijkspiegel.site.library import rules
from wijkspiegel.site.library.models import File, Kind, Piece, Theme

pytestmark = pytest.mark.django_db

TYPED = {
    "city": "GM0001", "language": "nl", "title": "Buurtmaaltijden", "summary": "Samen koken.",
    "done": "# Kop\n\n<script>alert(1)</script> **vet**", "links": "https://example.nl/a\n",
}  # fmt: skip


def test_a_piece_goes_from_an_editor_to_the_public(
    loaded: Release, signed_in: Callable[..., Client], account: Account
) -> None:
    client = signed_in("editor", city="GM0001")
    assert client.post("/nl/library/begin/approach/", TYPED).status_code == 302
    assert client.get("/nl/library/buurtmaaltijden/").status_code == 404
    client.post("/nl/library/buurtmaaltijden/review/")
    assert client.post("/nl/library/buurtmaaltijden/publish/").status_code == 403
    client.force_login(account("programme"), "allauth.account.auth_backends.AuthenticationBackend")
    client.post("/nl/library/buurtmaaltijden/publish/")
    client.logout()
    text = client.get("/nl/library/buurtmaaltijden/").content.decode()
    assert ("<strong>vet</strong>" in text, "<script>alert" in text, "<h3>Kop</h3>" in text) == (True, False, True)
    assert "Buurtmaaltijden" in client.get("/nl/library/", {"q": "koken"}).content.decode()
    assert "Buurtmaaltijden" in client.get("/nl/cities/amersvoort/").content.decode()


@pytest.mark.parametrize(
    ("field", "typed"),
    [("title", ""), ("title", "x" * 10_000), ("links", "javascript:alert(1)"), ("city", "GM0002"), ("year", "12")],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    loaded: Release, signed_in: Callable[..., Client], field: str, typed: str
) -> None:
    answer = signed_in("editor", city="GM0001").post("/nl/library/begin/lesson/", TYPED | {field: typed})
    assert answer.status_code == 400
    assert "Samen koken." in answer.content.decode()
    assert not Piece.objects.exists()


def test_right_to_left_text_is_kept(loaded: Release, signed_in: Callable[..., Client]) -> None:
    client = signed_in("editor", city="GM0001")
    client.post("/nl/library/begin/lesson/", TYPED | {"title": "مرحبا بالجيران"})
    assert Piece.objects.get().revisions.get().content["title"] == "مرحبا بالجيران"
    assert client.get(f"/nl/library/{Piece.objects.get().slug}/work/").status_code == 200


def test_a_draft_of_another_city_is_nowhere(
    loaded: Release, signed_in: Callable[..., Client], account: Account
) -> None:
    draft = rules.begin(
        Kind.LESSON, City.objects.get(code="GM0001"), TYPED | {"title": "Geheim"}, [], account("editor", city="GM0001")
    )
    file = rules.attach(draft, SimpleUploadedFile("x.pdf", b"%PDF-1.7"), account("programme"))
    client = signed_in("editor", city="GM0002")
    for path in ("library/geheim/", "library/geheim/work/", "library/geheim/edit/", f"files/{file.pk}/"):
        assert client.get(f"/nl/{path}").status_code == 404
    for path in ("library/", "library/?q=geheim", "library/desk/", "cities/amersvoort/"):
        assert "Geheim" not in client.get(f"/nl/{path}").content.decode()


def test_a_conflict_shows_theirs_and_keeps_mine(loaded: Release, signed_in: Callable[..., Client]) -> None:
    client = signed_in("editor", city="GM0001")
    client.post("/nl/library/begin/lesson/", TYPED)
    page = "/nl/library/buurtmaaltijden/edit/"
    assert client.post(page, TYPED | {"number": 1, "summary": "Van haar."}).status_code == 302
    answer = client.post(page, TYPED | {"number": 1, "summary": "Van mij."})
    text = answer.content.decode()
    assert (answer.status_code, "Van haar." in text, "Van mij." in text) == (409, True, True)


def test_an_answer_is_bettered_and_that_of_a_colleague_is_not_overwritten(
    loaded: Release, signed_in: Callable[..., Client], account: Account
) -> None:
    team = account("programme")
    dilemma = rules.begin(Kind.DILEMMA, City.objects.get(code="GM0001"), TYPED | {"title": "Dilemma"}, [], team)
    rules.ask_review(dilemma, team)
    rules.publish(dilemma, team)
    client, page = signed_in("editor", city="GM0002"), "/nl/library/dilemma/answer/"
    assert client.post(page, {"city": "GM0002", "text": "Zo deden wij het.", "version": 0}).status_code == 302
    assert "Zo deden wij het." in client.get(page).content.decode()  # to go on with
    conflict = client.post(page, {"city": "GM0002", "text": "Anders.", "version": 0})
    shown = conflict.content.decode()
    assert (conflict.status_code, "Zo deden wij het." in shown, "Anders." in shown) == (409, True, True)
    assert client.post(page, {"city": "GM0002", "text": "Beide.", "version": 1}).status_code == 302
    assert [answer.text for answer in dilemma.answers.all()] == ["Beide."]


def test_a_file_for_which_the_disk_has_no_room_is_told(
    loaded: Release, signed_in: Callable[..., Client], settings: Settings, tmp_path: Path
) -> None:
    client = signed_in("editor", city="GM0001")
    client.post("/nl/library/begin/lesson/", TYPED)
    (tmp_path / "full").write_bytes(b"")
    settings.MEDIA_ROOT = tmp_path / "full"  # no directory: writing below it fails as on a disk that is full
    sent = {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")}
    answer = client.post("/en/library/buurtmaaltijden/attach/", sent, follow=True)
    assert "The file could not be kept" in answer.content.decode()
    assert not File.objects.exists()


def test_a_file_is_never_run_by_the_browser(loaded: Release, client: Client, account: Account) -> None:
    team = account("programme")
    piece = rules.begin(Kind.LESSON, City.objects.get(code="GM0001"), TYPED, [], team)
    file = rules.attach(piece, SimpleUploadedFile("x.pdf", b"%PDF-1.7"), team)
    rules.ask_review(piece, team)
    rules.publish(piece, team)
    answer = client.get(f"/nl/files/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)


@pytest.mark.parametrize("many", [1, 30])
def test_pages_cost_few_queries_with_one_piece_or_thirty(
    loaded: Release, client: Client, account: Account, many: int
) -> None:
    team = account("programme")
    for number in range(many):
        piece = rules.begin(Kind.LESSON, City.objects.get(code="GM0001"), TYPED | {"title": f"Les {number}"}, [], team)
        rules.ask_review(piece, team)
        rules.publish(piece, team)
        rules.put_forward(f"Thema {number}", "", account())
    with assertNumQueries(4):
        client.get("/nl/library/")
    with assertNumQueries(3):
        client.get("/nl/library/les-0/")
    with assertNumQueries(2):
        client.get("/nl/themes/")


def test_themes_are_put_forward_and_supported_by_who_has_an_account(
    client: Client, signed_in: Callable[..., Client]
) -> None:
    assert client.post("/nl/themes/new/", {"title": "Scholen"}).status_code == 302
    assert not Theme.objects.exists()
    client = signed_in()
    client.post("/nl/themes/new/", {"title": "Scholen"})
    assert "1 person supports this" in client.get("/en/themes/").content.decode()
    client.post("/nl/themes/scholen/withdraw/")
    assert Theme.objects.get().supports.count() == 0
    for number in range(4):
        client.post("/nl/themes/new/", {"title": f"Thema {number}"})
    assert client.post("/nl/themes/new/", {"title": "Te veel"}).status_code == 429
    assert client.post("/nl/themes/scholen/merge/").status_code in (302, 403)
