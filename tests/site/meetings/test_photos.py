"""Photos: known by their content, made anew without what hides in them, shown as pictures and as nothing else."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, HOUR, Make
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.meetings import pictures, rules
from wijkspiegel.site.meetings.models import Meeting, Photo
from wijkspiegel.site.people.models import User

SECRET = b"52.3676N 4.9041E"


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (3000, 1500)) -> bytes:
    """Left half red, right half blue; the camera was held on its side, and wrote down where it was."""
    photo = Image.new("RGB", size, "red")
    photo.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter
    exif[0x010E] = SECRET.decode()
    made = io.BytesIO()
    photo.save(made, kind, exif=exif, comment=SECRET)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_anew_upright_and_without_what_it_carried(kind: str) -> None:
    given = a_photo(kind)
    assert SECRET in given
    made = pictures.clean(io.BytesIO(given), len(given))
    assert SECRET not in made
    photo = Image.open(io.BytesIO(made))
    assert (photo.format, photo.size, dict(photo.getexif())) == ("JPEG", (1000, 2000), {})
    red, _green, blue = photo.getpixel((500, 100))  # type: ignore[misc]
    assert (red > 200, blue < 60) == (True, True)


TRICKS = {
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing that runs": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a program": b"\x7fELF" + bytes(100),
    "nothing": b"",
    "half a photo": a_photo()[:2000],
    "a moving picture": b"GIF89a" + bytes(50),
    "a page after a photo's first bytes": b"\xff\xd8\xff\xe0<html>",
}


@pytest.mark.parametrize("name", TRICKS)
def test_what_is_no_photo_is_refused_whatever_it_is_called(name: str) -> None:
    with pytest.raises(ValidationError):
        pictures.clean(io.BytesIO(TRICKS[name]), len(TRICKS[name]))


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValidationError, match="15"):
        pictures.clean(io.BytesIO(b""), 15_000_001)
    bomb = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 20_000
    with pytest.raises(ValidationError):
        pictures.clean(bomb, len(bomb.getvalue()))


def test_a_page_inside_a_real_photo_does_not_survive() -> None:
    given = a_photo() + b"<script>alert(1)</script>"
    assert b"<script>" not in pictures.clean(io.BytesIO(given), len(given))


@pytest.fixture
def held(meeting: Make) -> Meeting:
    now = timezone.now()
    return meeting(starts=now - 2 * DAY, ends=now - 2 * DAY + HOUR)


def sent(**more: object) -> dict[str, object]:
    """A form with a photo, whose name would leave the folder if it were kept."""
    file = SimpleUploadedFile("../../x.html", a_photo(), "text/html")
    return {"file": file, "alt": "Een volle zaal", "consent": "Gevraagd aan alle zes", "sure": "on", **more}


SignIn = Callable[..., Client]


def test_a_photo_is_sent_kept_under_a_name_of_its_own_and_shown_with_the_report(
    held: Meeting, signed_in: SignIn, client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    editor = signed_in("editor", city="GM0772")
    assert editor.post(f"/nl/meetings/{held.slug}/photos/", sent()).status_code == 302
    photo = Photo.objects.get()
    (kept,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (kept.parent, kept.suffix, len(kept.stem)) == (tmp_path / "photos", ".jpg", 32)
    assert (photo.consent, Line.objects.get().action) == ("Gevraagd aan alle zes", "photo added, with consent")
    shown = editor.get(f"/photos/{photo.pk}.jpg")
    assert {name: shown[name] for name in HEADERS} == HEADERS | {
        "Content-Disposition": f'inline; filename="photo-{photo.pk}.jpg"'
    }
    assert Client().get(f"/photos/{photo.pk}.jpg").status_code == 404
    held.refresh_from_db()
    rules.write_report(held.pk, "Mooi", True, held.version, photo_editor(editor), timezone.now())
    assert Client().get(f"/photos/{photo.pk}.jpg").status_code == 200
    assert f"/photos/{photo.pk}.jpg" in Client().get(f"/nl/meetings/{held.slug}/").content.decode()


HEADERS = {
    "Content-Type": "image/jpeg",
    "Content-Disposition": "",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def photo_editor(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_a_photo_without_consent_is_refused(held: Meeting, signed_in: SignIn) -> None:
    client = signed_in("programme")
    for missing in ("consent", "sure", "alt"):
        assert client.post(f"/nl/meetings/{held.slug}/photos/", sent(**{missing: ""})).status_code == 400
    assert not Photo.objects.exists()


def test_who_no_longer_agrees_is_removed_and_the_file_too(
    held: Meeting,
    account: Account,
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    settings.MEDIA_ROOT = tmp_path
    team, given = account("programme"), a_photo()
    photo = rules.add_photo(held, io.BytesIO(given), len(given), "x", "y", team, timezone.now())
    with pytest.raises(PermissionDenied):
        rules.remove_photo(photo.pk, account("editor", city="GM0503"))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        rules.remove_photo(photo.pk, team)
    assert not Photo.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_that_fails_is_told_and_nothing_is_lost(
    held: Meeting, signed_in: SignIn, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "full").write_bytes(b"")
    settings.MEDIA_ROOT = tmp_path / "full"  # no directory: writing below it fails as on a disk that is full
    answer = signed_in("programme").post(f"/en/meetings/{held.slug}/photos/", sent())
    text = answer.content.decode()
    assert (answer.status_code, "The photo could not be kept" in text, "Een volle zaal" in text) == (400, True, True)
    assert not Photo.objects.exists()


def test_before_the_meeting_is_over_there_are_no_photos(meeting: Make, account: Account) -> None:
    given = a_photo()
    with pytest.raises(ValidationError):
        rules.add_photo(meeting(), io.BytesIO(given), len(given), "x", "y", account("programme"), timezone.now())
