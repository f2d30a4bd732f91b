"""Writing, reviewing and publishing pieces; answering dilemmas; putting themes forward and supporting them.

An editor writes for the own city, and sends it for review. The programme team publishes, or sends it back with a
remark. What was published stays public while a next revision is written. Drafts of another city are seen by nobody
else but the programme team.
"""

import io
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from wijkspiegel.site.audit.rules import record
from wijkspiegel.site.cities.models import City, Peer
from wijkspiegel.site.library import search
from wijkspiegel.site.library.models import Answer, File, Kind, Piece, Revision, State, Support, Theme, ThemeState
from wijkspiegel.site.mail import rules as mail
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import Role, User

Kept = TypeVar("Kept", Piece, Theme)

CONTENT = ("language", "title", "summary", "year", "done", "came", "value", "reuse", "costs", "links")
"""The fields of a piece that a revision has."""

LONG = ("done", "came", "value", "reuse", "costs", "links", "city__approach")
"""What no list shows."""

RESERVED = frozenset({"begin", "desk", "new"})
"""Addresses of other pages where those of pieces and themes are."""

MOST_BYTES = 10_000_000
PDF = b"%PDF-"
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


# Pieces -------------------------------------------------------------------------------------------------------------


def may_write(visitor: people.Visitor, city: str) -> bool:
    return people.has(visitor, Role.EDITOR, *people.STAFF, city=city)


def visible_to(visitor: people.Visitor) -> QuerySet[Piece]:
    """Public pieces, and those of the own city; all of them for the programme team."""
    pieces = Piece.objects.select_related("city")
    if people.has(visitor, *people.STAFF):
        return pieces
    return pieces.filter(Q(is_public=True) | Q(city__in=people.cities_of(visitor)))


def public(kind: str = "", theme: str = "", sought: str = "", near: City | None = None) -> QuerySet[Piece]:
    """Public pieces: the best match first when something is sought; else those of `near` and its peers first."""
    pieces = Piece.objects.filter(is_public=True).select_related("city").defer(*LONG)
    if kind in Kind.values:
        pieces = pieces.filter(kind=kind)
    if theme:
        pieces = pieces.filter(themes__slug=theme)
    if sought:
        found = search.find(sought)
        return _in_order(pieces.filter(pk__in=found), "pk", {pk: number for number, pk in enumerate(found)})
    if near is None:
        return pieces
    peers = Peer.objects.filter(part__city=near, part__release__is_current=True).values_list("code", "rank")
    return _in_order(pieces, "city", {near.code: 0} | dict(peers))


def _in_order(pieces: QuerySet[Piece], field: str, place: Mapping[Any, int]) -> QuerySet[Piece]:
    """By the place of a field; what has none comes last, the latest first."""
    places = (When(**{field: value}, then=number) for value, number in place.items())
    last = max(place.values(), default=0) + 1
    return pieces.annotate(place=Case(*places, default=last)).order_by("place", "-published", "-pk")


def themes_of_public() -> QuerySet[Theme]:
    """Themes that some public piece is about."""
    about = Piece.themes.through.objects.filter(theme=OuterRef("pk"), piece__is_public=True)
    return Theme.objects.filter(Exists(about)).order_by("title")


@transaction.atomic
def begin(kind: Kind, city: City, content: Mapping[str, Any], themes: Sequence[Theme], by: people.Visitor) -> Piece:
    """Begin a piece: a draft."""
    _require_writer(by, city.code)
    piece = _create(Piece, content["title"], kind=kind, city=city)
    piece.themes.set(themes)
    _add_revision(piece, 1, content, by)
    return piece


@transaction.atomic
def write(
    piece: Piece, content: Mapping[str, Any], themes: Sequence[Theme], number: int, by: people.Visitor
) -> Revision:
    """A next revision. Raises ConflictError where somebody else wrote after revision `number`."""
    _require_writer(by, piece.city_id)
    latest = _latest(piece)
    if latest.number != number:
        raise people.ConflictError(
            _("Somebody else changed this meanwhile. Theirs is shown: put both together, and save.")
        )
    piece.themes.set(themes)
    return _add_revision(piece, number + 1, content, by)


def _require_writer(by: people.Visitor, city: str) -> None:
    if not may_write(by, city):
        raise PermissionDenied


def _latest(piece: Piece) -> Revision:
    """The latest revision; whoever changes something waits for whoever is at it."""
    Piece.objects.select_for_update().get(pk=piece.pk)
    return piece.revisions.all()[0]


def _add_revision(piece: Piece, number: int, content: Mapping[str, Any], by: people.Visitor) -> Revision:
    kept = dict.fromkeys(CONTENT, "") | {"year": None} | {key: content[key] for key in CONTENT if key in content}
    revision = Revision.objects.create(piece=piece, number=number, content=kept, by=by.pk or 0)
    record("piece written", actor=by.pk, kind="piece", of=piece.pk, city=piece.city_id)
    return revision


@transaction.atomic
def ask_review(piece: Piece, by: people.Visitor) -> None:
    _require_writer(by, piece.city_id)
    _move(_latest(piece), State.DRAFT, State.REVIEW)
    record("review asked", actor=by.pk, kind="piece", of=piece.pk, city=piece.city_id)


@transaction.atomic
def send_back(piece: Piece, remark: str, by: people.Visitor) -> None:
    """Not yet: with a remark for who wrote it, who also gets it by mail."""
    people.require(by, *people.STAFF)
    latest = _latest(piece)
    _move(latest, State.REVIEW, State.DRAFT, remark)
    writer = User.objects.filter(pk=latest.by).first()
    if writer is not None:
        mail.send(
            f"sent back {piece.pk} {latest.number} {timezone.now():%Y%m%d%H%M%S}",
            writer.email,
            _("Your text needs a little more: %(title)s") % {"title": latest.content["title"]},
            remark,
        )
    record("sent back", actor=by.pk, kind="piece", of=piece.pk, city=piece.city_id)


@transaction.atomic
def publish(piece: Piece, by: people.Visitor) -> None:
    """Make the latest revision public."""
    people.require(by, *people.STAFF)
    latest = _latest(piece)
    _move(latest, State.REVIEW, State.PUBLISHED)
    for field in CONTENT:
        setattr(piece, field, latest.content[field])
    piece.is_public = True
    piece.published = piece.published or timezone.now()
    piece.save()
    search.index(piece)
    record("published", actor=by.pk, kind="piece", of=piece.pk, city=piece.city_id)


@transaction.atomic
def withdraw(piece: Piece, by: people.Visitor) -> None:
    """Take a piece from public view; its revisions stay."""
    _require_writer(by, piece.city_id)
    piece.is_public = False
    piece.save(update_fields=["is_public"])
    search.forget(piece)
    record("withdrawn", actor=by.pk, kind="piece", of=piece.pk, city=piece.city_id)


def _move(revision: Revision, before: State, after: State, remark: str = "") -> None:
    if revision.state != before:
        raise people.ConflictError(_("Somebody else moved this on meanwhile. Look at it again."))
    revision.state, revision.remark = after, remark
    revision.save(update_fields=["state", "remark"])


def _create(of: type[Kept], title: str, /, **given: Any) -> Kept:
    """Under an address after its title; another where somebody has that, or takes it at the same moment."""
    slug = slugify(title)[:90] or "x"
    if slug not in RESERVED and not of.objects.filter(slug=slug).exists():
        try:
            with transaction.atomic():
                return of.objects.create(slug=slug, **given)
        except IntegrityError:
            pass
    return of.objects.create(slug=f"{slug}-{uuid.uuid4().hex[:6]}", **given)


# Dilemmas and files -------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(piece: Piece, city: City, text: str, by: people.Visitor, version: int = 0) -> Answer:
    """What a city did with a dilemma. Raises ConflictError where a colleague wrote since `version`; 0 is the first."""
    people.require(by, Role.EDITOR, city=city.code)
    if piece.kind != Kind.DILEMMA or not piece.is_public:
        raise PermissionDenied
    Piece.objects.select_for_update().get(pk=piece.pk)
    given = Answer.objects.filter(piece=piece, city=city).first() or Answer(piece=piece, city=city, version=0)
    if given.version != version:
        raise people.ConflictError(
            _("Somebody else changed this text meanwhile. Yours is below: put both together, and save.")
        )
    given.text, given.version, given.at = text, version + 1, timezone.now()
    given.save()
    record("dilemma answered", actor=by.pk, kind="piece", of=piece.pk, city=city.code)
    return given


@transaction.atomic
def attach(piece: Piece, upload: "UploadedFile[Any]", by: people.Visitor) -> File:
    """Put a file with a piece: a PDF or a picture by its content. What a picture tells beside the image is removed."""
    _require_writer(by, piece.city_id)
    if (upload.size or 0) > MOST_BYTES:
        raise ValidationError(_("A file may have ten megabytes at most."))
    content = upload.read()
    kind, kept = ("application/pdf", content) if content.startswith(PDF) else _picture(content)
    file = File(piece=piece, name=(upload.name or "")[:150], kind=kind, size=len(kept))
    try:
        file.content.save(f"{uuid.uuid4().hex}.{kind.rpartition('/')[2]}", ContentFile(kept), save=False)
    except OSError:
        raise ValidationError(
            _("The file could not be kept: the disk is full, or fails. Tell who runs the site, and try again later.")
        ) from None
    file.save()
    record("file attached", actor=by.pk, kind="piece", of=piece.pk, city=piece.city_id)
    return file


def _picture(content: bytes) -> tuple[str, bytes]:
    """Kind and content of a picture, without where and with what it was made."""
    try:
        with Image.open(io.BytesIO(content), formats=list(PICTURES)) as picture:
            kind = str(picture.format)
            plain = Image.new(picture.mode, picture.size)
            plain.paste(picture)
            if picture.mode == "P":
                plain.putpalette(picture.getpalette() or [])
            kept = io.BytesIO()
            plain.save(kept, kind)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise ValidationError(_("Only PDF, JPEG, PNG and WebP can be added, and this is none of them.")) from None
    return PICTURES[kind], kept.getvalue()


@transaction.atomic
def detach(file: File, by: people.Visitor) -> None:
    _require_writer(by, file.piece.city_id)
    transaction.on_commit(lambda: file.content.delete(save=False))
    File.objects.filter(pk=file.pk).delete()
    record("file removed", actor=by.pk, kind="piece", of=file.piece_id, city=file.piece.city_id)


# Themes -------------------------------------------------------------------------------------------------------------


def themes() -> QuerySet[Theme]:
    """Open themes, the most supported first."""
    counted = Theme.objects.annotate(number=Count("supports"))
    return counted.filter(state=ThemeState.OPEN).order_by("-number", "title")


@transaction.atomic
def put_forward(title: str, why: str, by: User) -> Theme:
    """A new theme, supported by who puts it forward. At most five a day."""
    people.require(by, Role.PARTICIPANT)
    people.limit("theme", str(by.pk), 5, timedelta(days=1), timezone.now())
    theme = _create(Theme, title, title=title, why=why, by=by)
    Support.objects.create(theme=theme, user=by)
    record("theme put forward", actor=by.pk, kind="theme", of=theme.pk)
    return theme


def support(theme: Theme, by: User) -> None:
    """Once for each person, however often they ask."""
    people.require(by, Role.PARTICIPANT)
    if theme.state != ThemeState.OPEN:
        raise people.ConflictError(_("This theme is no longer open."))
    try:
        with transaction.atomic():
            Support.objects.create(theme=theme, user=by)
    except IntegrityError:
        return


def withdraw_support(theme: Theme, by: User) -> None:
    Support.objects.filter(theme=theme, user=by).delete()


@transaction.atomic
def merge(theme: Theme, into: Theme, by: people.Visitor) -> None:
    """Two themes become one; who supported both counts once."""
    people.require(by, *people.STAFF)
    locked = {
        one.pk: one for one in Theme.objects.select_for_update().filter(pk__in=(theme.pk, into.pk)).order_by("pk")
    }
    theme, into = locked[theme.pk], locked[into.pk]
    if theme == into or ThemeState.OPEN not in (theme.state,) or into.state != ThemeState.OPEN:
        raise people.ConflictError(_("Only two open themes can be merged."))
    already = into.supports.values_list("user", flat=True)
    theme.supports.exclude(user__in=list(already)).update(theme=into)
    theme.supports.all().delete()
    theme.state, theme.into = ThemeState.MERGED, into
    theme.save()
    record("theme merged", actor=by.pk, kind="theme", of=theme.pk)


@transaction.atomic
def adopt(theme: Theme, where: str, by: people.Visitor) -> None:
    """Take a theme up in a meeting. where : the address of that meeting on this site."""
    people.require(by, *people.STAFF)
    changed = Theme.objects.filter(pk=theme.pk, state=ThemeState.OPEN).update(
        state=ThemeState.ADOPTED, adopted_in=where
    )
    if not changed:
        raise people.ConflictError(_("This theme is no longer open."))
    record("theme taken up", actor=by.pk, kind="theme", of=theme.pk)
