"""From a draft to the public, who may do what, and finding it again."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.site.conftest import Account
from wijkspiegel.site.cities.models import City, Release
from wijkspiegel.site.library import rules
from wijkspiegel.site.library.models import Kind, Piece, State, Theme, ThemeState
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.people.models import User
from wijkspiegel.site.people.rules import ConflictError

pytestmark = pytest.mark.django_db

CONTENT = {
    "language": "nl",
    "title": "Buurtmaaltijden",
    "summary": "Samen koken.",
    "done": "Elke maand aten buren samen.",
}

Draft = Callable[..., Piece]


@pytest.fixture
def city(loaded: Release) -> City:
    return City.objects.get(code="GM0001")


@pytest.fixture
def editor(account: Account) -> User:
    return account("editor", city="GM0001")


@pytest.fixture
def team(account: Account) -> User:
    return account("programme")


@pytest.fixture
def draft(city: City, editor: User) -> Draft:
    def make(kind: Kind = Kind.APPROACH, **content: Any) -> Piece:
        return rules.begin(kind, city, CONTENT | content, [], editor)

    return make


@pytest.fixture
def published(draft: Draft, editor: User, team: User) -> Draft:
    def make(kind: Kind = Kind.APPROACH, **content: Any) -> Piece:
        piece = draft(kind, **content)
        rules.ask_review(piece, editor)
        rules.publish(piece, team)
        return Piece.objects.get(pk=piece.pk)

    return make


def test_a_piece_is_public_only_when_it_was_published(draft: Draft, editor: User, team: User) -> None:
    piece = draft()
    assert list(rules.public()) == []
    rules.ask_review(piece, editor)
    assert list(rules.public()) == []
    rules.publish(piece, team)
    assert [one.title for one in rules.public()] == ["Buurtmaaltijden"]


ROLES: dict[tuple[str, str], set[str]] = {
    ("participant", ""): set(),
    ("editor", "GM0002"): set(),
    ("editor", "GM0001"): {"write", "ask_review", "withdraw", "see"},
    ("programme", ""): {"write", "ask_review", "publish", "send_back", "withdraw", "see"},
    ("administrator", ""): {"write", "ask_review", "publish", "send_back", "withdraw", "see"},
}
STEPS: dict[str, tuple[State, Callable[[Piece, User], object]]] = {
    "write": (State.DRAFT, lambda piece, by: rules.write(piece, CONTENT, [], 1, by)),
    "ask_review": (State.DRAFT, rules.ask_review),
    "publish": (State.REVIEW, rules.publish),
    "send_back": (State.REVIEW, lambda piece, by: rules.send_back(piece, "Vertel meer", by)),
    "withdraw": (State.DRAFT, rules.withdraw),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_do_what(draft: Draft, account: Account, role: tuple[str, str], step: str) -> None:
    piece = draft()
    state, do = STEPS[step]
    piece.revisions.update(state=state)
    by = account(role[0], city=role[1])
    if step in ROLES[role]:
        do(piece, by)
    else:
        with pytest.raises(PermissionDenied):
            do(piece, by)
        assert piece.revisions.get().state == state
    assert rules.visible_to(by).filter(pk=piece.pk).exists() == ("see" in ROLES[role])


@pytest.mark.parametrize("step", ["ask_review", "publish", "send_back"])
def test_a_step_from_the_wrong_state_changes_nothing(draft: Draft, team: User, step: str) -> None:
    piece = draft()
    right, do = STEPS[step]
    for state in set(State) - {right}:
        piece.revisions.update(state=state)
        with pytest.raises(ConflictError):
            do(piece, team)
        assert piece.revisions.get().state == state


def test_what_was_published_stays_while_the_next_is_written(published: Draft, editor: User, team: User) -> None:
    piece = published()
    rules.write(piece, CONTENT | {"title": "Straatmaaltijden"}, [], 1, editor)
    assert [one.title for one in rules.public()] == ["Buurtmaaltijden"]
    rules.ask_review(piece, editor)
    rules.publish(piece, team)
    assert [one.title for one in rules.public()] == ["Straatmaaltijden"]
    assert [one.content["title"] for one in piece.revisions.all()] == ["Straatmaaltijden", "Buurtmaaltijden"]


def test_two_editors_at_once_overwrite_nothing(draft: Draft, editor: User) -> None:
    piece = draft()
    rules.write(piece, CONTENT | {"title": "Een"}, [], 1, editor)
    with pytest.raises(ConflictError):
        rules.write(piece, CONTENT | {"title": "Twee"}, [], 1, editor)
    assert piece.revisions.all()[0].content["title"] == "Een"


def test_who_wrote_it_is_told_what_it_needs(draft: Draft, editor: User, team: User) -> None:
    piece = draft()
    rules.ask_review(piece, editor)
    rules.send_back(piece, "Wat kostte het?", team)
    message = Message.objects.get()
    assert (message.to, message.text) == (editor.email, "Wat kostte het?")
    assert piece.revisions.all()[0].remark == "Wat kostte het?"


def test_words_are_found_in_public_pieces_only(published: Draft, draft: Draft, editor: User) -> None:
    piece = published(done="Vrijwilligers kookten met nieuwkomers.")
    draft(title="Nieuwkomers koken")
    assert list(rules.public(sought="nieuwkomers")) == [piece]
    assert list(rules.public(sought="NIEUWKOMER kookten")) == [piece]  # one by its stem, or by its beginning
    assert list(rules.public(sought='"; DROP TABLE x; -- nieuwkomers')) == []
    assert [one for word in ("zwembad", "…") for one in rules.public(sought=word)] == []
    rules.withdraw(piece, editor)
    assert list(rules.public(sought="nieuwkomers")) == []


def test_a_match_in_the_title_comes_first(published: Draft) -> None:
    text, title = published(title="Samen", done="Over scholen."), published(title="Scholen")
    assert list(rules.public(sought="scholen")) == [title, text]


def test_those_of_the_city_and_of_cities_like_it_come_first(loaded: Release, team: User) -> None:
    for code in ("GM0003", "GM0002", "GM0001"):
        piece = rules.begin(Kind.LESSON, City.objects.get(code=code), CONTENT | {"title": code}, [], team)
        rules.ask_review(piece, team)
        rules.publish(piece, team)
    near = City.objects.get(code="GM0002")
    first, second, third = (one.city_id for one in rules.public(near=near))
    assert first == "GM0002"
    ranked = [peer.code for peer in near.parts.get().peers.all()]
    assert [second, third] == [code for code in ranked if code in ("GM0001", "GM0003")]


def test_another_city_answers_a_dilemma_and_can_better_its_answer(published: Draft, account: Account) -> None:
    dilemma = published(Kind.DILEMMA)
    other = account("editor", city="GM0002")
    for version, text in enumerate(("Wij weten het niet", "Wij weten het nu")):
        rules.answer(dilemma, City.objects.get(code="GM0002"), text, other, version)
    with pytest.raises(ConflictError):
        rules.answer(dilemma, City.objects.get(code="GM0002"), "Wij weten het beter", other, 1)
    assert dilemma.answers.get().text == "Wij weten het nu"
    with pytest.raises(PermissionDenied):
        rules.answer(dilemma, City.objects.get(code="GM0003"), "Namens een ander", other)
    with pytest.raises(PermissionDenied):
        rules.answer(published(title="Geen dilemma"), City.objects.get(code="GM0002"), "Nee", other)


def picture(kind: str = "JPEG") -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "gemaakt in de Zilverstraat"
    Image.new("RGB", (8, 8), "teal").save(made, kind, exif=exif)
    return made.getvalue()


def test_a_picture_loses_what_it_tells_beside_the_image(draft: Draft, editor: User) -> None:
    content = picture()
    assert b"Zilverstraat" in content
    file = rules.attach(draft(), SimpleUploadedFile("feest.html", content, "text/html"), editor)
    assert file.kind == "image/jpeg"
    assert b"Zilverstraat" not in file.content.read()
    assert "feest" not in str(file.content.name)


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"", b"GIF89a" + bytes(40), picture()[:60]])
def test_only_pdf_and_pictures_by_their_content(draft: Draft, editor: User, content: bytes) -> None:
    piece = draft()
    with pytest.raises(ValidationError):
        rules.attach(piece, SimpleUploadedFile("jaarverslag.pdf", content, "application/pdf"), editor)
    assert not piece.files.exists()
    rules.attach(piece, SimpleUploadedFile("x.pdf", b"%PDF-1.7 ...", "text/plain"), editor)
    with pytest.raises(ValidationError):
        rules.attach(piece, SimpleUploadedFile("x.pdf", b"%PDF-" + bytes(rules.MOST_BYTES)), editor)


# Themes -------------------------------------------------------------------------------------------------------------


def test_a_person_supports_a_theme_once_and_can_withdraw(account: Account) -> None:
    one, other = account(), account()
    theme = rules.put_forward("Internationals", "", one)
    for _ in range(2):
        rules.support(theme, other)
        rules.support(theme, one)
    assert [(found.title, found.number) for found in rules.themes()] == [("Internationals", 2)]  # type: ignore[attr-defined]
    rules.withdraw_support(theme, one)
    assert theme.supports.get().user == other


def test_who_supported_two_merged_themes_counts_once(account: Account, team: User) -> None:
    one, other = account(), account()
    first, second = rules.put_forward("Scholen", "", one), rules.put_forward("Gemengde scholen", "", one)
    rules.support(second, other)
    with pytest.raises(PermissionDenied):
        rules.merge(second, first, one)
    rules.merge(second, first, team)
    assert first.supports.count() == 2
    assert Theme.objects.get(pk=second.pk).into == first
    with pytest.raises(ConflictError):
        rules.merge(second, first, team)
    with pytest.raises(ConflictError):
        rules.support(Theme.objects.get(pk=second.pk), one)
    with pytest.raises(ConflictError):
        rules.merge(first, first, team)


def test_a_theme_is_taken_up_once(account: Account, team: User) -> None:
    theme = rules.put_forward("Internationals", "", account())
    rules.adopt(theme, "/nl/meetings/eindhoven/", team)
    assert Theme.objects.get().state == ThemeState.ADOPTED
    with pytest.raises(ConflictError):
        rules.adopt(theme, "/nl/meetings/ander/", team)


def test_a_theme_outlives_the_account_of_who_put_it_forward(account: Account) -> None:
    from wijkspiegel.site.people.rules import erase, everything_about  # noqa: PLC0415

    account("administrator")
    user = account()
    rules.put_forward("Internationals", "", user)
    assert everything_about(user)["themes put forward"] == ["Internationals"]
    erase(user)
    theme = Theme.objects.get()
    assert (theme.by, theme.supports.count()) == (None, 0)


def test_no_piece_or_theme_stands_where_another_page_is(loaded: Release, account: Account) -> None:
    team = account("programme")
    for title in ("Desk", "Begin"):
        assert rules.begin(Kind.LESSON, City.objects.get(code="GM0001"), CONTENT | {"title": title}, [], team).slug != (
            title.lower()
        )
    assert rules.put_forward("New", "", team).slug != "new"
