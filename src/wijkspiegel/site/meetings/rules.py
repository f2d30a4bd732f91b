"""What is done to meetings and registrations: who may, in one transaction, with its mail and its line in the record.

Whatever changes who has a seat holds the lock on the row of the meeting first (on SQLite the transaction itself is the
lock), lets go what expired, and offers free seats to who waits. Seats are counted under that lock; no count is kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from wijkspiegel.site.audit.rules import record
from wijkspiegel.site.meetings import letters, pictures, standing
from wijkspiegel.site.meetings.models import (
    LIVE,
    SEATED,
    Answer,
    Meeting,
    Photo,
    Place,
    Question,
    Registration,
    Seat,
    SeatingRule,
    Stage,
)
from wijkspiegel.site.people import rules as people
from wijkspiegel.site.people.models import Role, User

HOLD_LASTS = timedelta(hours=48)
"""How long a seat or a place in line is held until it is confirmed, and an offered seat until it is taken."""

LONGEST, FURTHEST = timedelta(days=31), timedelta(days=3650)
"""How long a meeting lasts at most, and how far ahead it is."""

MAILS_PER_HOUR = 5
QUESTIONS_EACH = 10


class ClosedError(ValidationError):
    """Nobody can register now."""


# The meeting --------------------------------------------------------------------------------------------------------

WRITTEN = (
    *("title", "summary", "city", "place", "link", "languages", "accessibility", "starts", "ends"),
    *("capacity", "opens", "closes", "programme", "materials"),
)
"""What organisers write of a meeting."""

MOVES = ("starts", "ends", "place", "link")
"""Of these, what people have in their calendars."""


def require(visitor: people.Visitor, city: str) -> None:
    """Organisers are the programme team, and the editors of the host city."""
    people.require(visitor, Role.EDITOR, *people.STAFF, city=city)


@transaction.atomic
def create(given: Mapping[str, Any], by: people.Visitor, now: datetime) -> Meeting:
    """A draft, which nobody sees but who works on it."""
    require(by, _code(given["city"]))
    _check_ahead(given, now)
    _check_order(given)
    written = {name: given[name] for name in WRITTEN}
    twice = Meeting.objects.filter(stage=Stage.DRAFT, **written).first()
    if twice is not None:  # the form was sent once more
        return twice
    meeting = _create(written)
    _record("meeting drafted", meeting, by)
    return meeting


@transaction.atomic
def change(pk: int, given: Mapping[str, Any], version: int, by: people.Visitor, now: datetime) -> Meeting:
    """Write it anew. Who registered hears of another time or place. Raises ConflictError where somebody wrote since."""
    meeting = locked(pk)
    require(by, meeting.city_id or "")
    require(by, _code(given["city"]))
    _check_version(meeting, version)
    if given["starts"] != meeting.starts or given["ends"] != meeting.ends:
        check_not_begun(meeting, now)
        _check_ahead(given, now)
    _check_order(given)
    moved = any(getattr(meeting, name) != given[name] for name in MOVES)
    for name in WRITTEN:
        setattr(meeting, name, given[name])
    meeting.sequence += moved
    _save(meeting, now)
    if moved:
        _tell_of_move(meeting, now)
    _settle(meeting, now)
    _record("meeting changed", meeting, by)
    return meeting


@transaction.atomic
def publish(pk: int, by: people.Visitor, now: datetime) -> Meeting:
    """From a draft to "save the date", or to open registration where that is due."""
    meeting = locked(pk)
    require(by, meeting.city_id or "")
    if meeting.stage == Stage.DRAFT:
        check_not_begun(meeting, now)
        meeting.stage = Stage.PUBLISHED
        _save(meeting, now)
        _record("meeting published", meeting, by)
    return meeting


@transaction.atomic
def call_off(pk: int, by: people.Visitor, now: datetime) -> Meeting:
    """The meeting does not take place; everybody who registered hears of it."""
    meeting = locked(pk)
    require(by, meeting.city_id or "")
    if meeting.stage == Stage.PUBLISHED:
        check_not_begun(meeting, now)
        meeting.stage = Stage.CANCELLED
        meeting.sequence += 1
        _save(meeting, now)
        for one in _live(meeting):
            letters.write("called off", meeting, one, now, method="CANCEL" if one.state == Place.CONFIRMED else "")
        _record("meeting cancelled", meeting, by)
    return meeting


@transaction.atomic
def discard(pk: int, by: people.Visitor) -> None:
    """Throw a draft away. What was published can only be cancelled."""
    meeting = locked(pk)
    require(by, meeting.city_id or "")
    if meeting.stage != Stage.DRAFT:
        raise ValidationError(_("This meeting is public. It can be cancelled, not thrown away."))
    _record("draft thrown away", meeting, by)
    meeting.delete()


@transaction.atomic
def write_report(pk: int, text: str, publishes: bool, version: int, by: people.Visitor, now: datetime) -> Meeting:
    """What was said and seen, after the meeting."""
    meeting = locked(pk)
    require(by, meeting.city_id or "")
    _check_version(meeting, version)
    _check_over(meeting, now)
    meeting.report = text
    meeting.reported = (meeting.reported or now) if publishes else None
    _save(meeting, now)
    _record("report published" if publishes else "report written", meeting, by)
    return meeting


def _code(city: Any) -> str:
    return city.pk if city else ""


def _record(action: str, meeting: Meeting, by: people.Visitor) -> None:
    record(action, actor=by.pk, kind="meeting", of=meeting.pk, city=meeting.city_id or "")


def _save(meeting: Meeting, now: datetime) -> None:
    meeting.version += 1
    meeting.changed = now
    meeting.save()


def _create(written: Mapping[str, Any]) -> Meeting:
    """Under an address of its own; the next one where somebody takes it at the same moment."""
    while True:
        slug = _free_slug(written["title"])
        try:
            with transaction.atomic():
                return Meeting.objects.create(**written, slug=slug)
        except IntegrityError:
            if not Meeting.objects.filter(slug=slug).exists():
                raise


def _free_slug(title: str) -> str:
    slug = slugify(title)[:80].strip("-") or "meeting"
    taken = set(Meeting.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(name for name in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _check_version(meeting: Meeting, version: int) -> None:
    if meeting.version != version:
        raise people.ConflictError(
            _("Somebody else changed this meanwhile. Yours is below: put both together, and save.")
        )


def _check_ahead(given: Mapping[str, Any], now: datetime) -> None:
    if given["starts"] <= now:
        raise ValidationError(
            {"starts": _("This time is past. Choose a later one. What was held is told in its report.")}
        )
    if given["starts"] > now + FURTHEST:
        raise ValidationError(
            {"starts": _("This is more than %(years)d years ahead.") % {"years": FURTHEST.days // 365}}
        )


def _check_order(given: Mapping[str, Any]) -> None:
    """Registration opens before it closes, at the latest at the start; and the meeting ends after that, and soon."""
    if given["ends"] - given["starts"] > LONGEST:
        raise ValidationError({"ends": _("A meeting lasts %(days)d days at most.") % {"days": LONGEST.days}})
    if given["ends"] <= given["starts"]:
        raise ValidationError({"ends": _("A meeting ends after it starts.")})
    if given["closes"] and given["closes"] > given["starts"]:
        raise ValidationError({"closes": _("Registration closes at the start at the latest.")})
    if given["opens"] and given["opens"] >= (given["closes"] or given["starts"]):
        raise ValidationError({"opens": _("Registration opens before it closes.")})


def check_not_begun(meeting: Meeting, now: datetime) -> None:
    if now >= meeting.starts:
        raise ValidationError(
            _("This meeting has begun: its time stays. Make a new one for another time; this one has a report.")
        )


def _check_over(meeting: Meeting, now: datetime) -> None:
    if meeting.stage != Stage.PUBLISHED or now < meeting.ends:
        raise ValidationError(_("The report and the photos follow after the meeting."))


# The lock, and what is done under it --------------------------------------------------------------------------------


def locked(pk: int) -> Meeting:
    """The lock that every change of places takes."""
    return Meeting.objects.select_for_update().get(pk=pk)


def locked_with(pk: int) -> tuple[Meeting, Registration]:
    """A registration as it stands once its meeting is locked. Raises Registration.DoesNotExist."""
    meeting = locked(Registration.objects.values_list("meeting_id", flat=True).get(pk=pk))
    return meeting, meeting.registrations.get(pk=pk)


def _live(meeting: Meeting) -> QuerySet[Registration]:
    return meeting.registrations.filter(state__in=LIVE).order_by("number")


def _settle(meeting: Meeting, now: datetime) -> None:
    """Let go what expired, then offer what is free to the first who wait. From the start on nothing is offered."""
    for one in _live(meeting).filter(expires__lte=now):
        hears = one.state == Place.OFFERED and meeting.stage == Stage.PUBLISHED
        _place(one, Place.EXPIRED, now)
        if hears:
            letters.write("expired", meeting, one, now)
    if meeting.stage == Stage.PUBLISHED and now < meeting.starts:
        for one in _live(meeting).filter(state=Place.WAITING)[: _free(meeting)]:
            _place(one, Place.OFFERED, now, expires=_until(meeting, now))
            letters.write("offered", meeting, one, now)


def _free(meeting: Meeting) -> int:
    """Seats that nobody has. Where the capacity was lowered there may be fewer than none: nobody is sent away."""
    return max(meeting.capacity - meeting.registrations.filter(state__in=SEATED).count(), 0)


def _until(meeting: Meeting, now: datetime) -> datetime:
    return min(now + HOLD_LASTS, meeting.starts)


def _place(one: Registration, to: Place, now: datetime, expires: datetime | None = None) -> None:
    one.state, one.changed, one.expires = to, now, expires
    one.save()
    if to not in LIVE:
        one.answers.all().delete()  # who does not come is at no table


def _tell_of_move(meeting: Meeting, now: datetime) -> None:
    """Nothing is held past the new start."""
    if meeting.stage != Stage.PUBLISHED:
        return
    meeting.registrations.filter(state__in=LIVE, expires__gt=meeting.starts).update(expires=meeting.starts)
    for one in _live(meeting):
        method = "REQUEST" if one.state == Place.CONFIRMED else ""
        letters.write("moved", meeting, one, now, once=str(meeting.sequence), method=method)


def settle_all(now: datetime) -> int:
    """Let go what expired everywhere, each meeting in a transaction of its own. Returns how many there were."""
    due = list(standing.needs_care(now).order_by("pk").values_list("pk", flat=True))
    for pk in due:
        with transaction.atomic():
            _settle(locked(pk), now)
    return len(due)


# Registering --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Applicant:
    """What somebody gives who wants to take part. answers : to the questions for the tables, attribute -> choice."""

    name: str
    email: str
    organisation: str = ""
    needs: str = ""
    question: str = ""
    language: str = "nl"
    answers: Mapping[int, str] = field(default_factory=dict)


def register(pk: int, who: Applicant, by: people.Visitor, host: str, now: datetime) -> Registration:
    """A seat or a place in line, held until the address is confirmed; at once for a proven address of one's account.

    An address that is registered already stays as it is, and gets a mail that says so: a page never tells.
    host : where the visitor comes from, for the limit. Raises ClosedError, people.TooManyError.
    """
    email = who.email.strip().lower()
    hour = timedelta(hours=1)
    people.limit("register from", host, settings.REGISTRATIONS_PER_HOUR, hour, now)
    people.limit("register", f"{pk} {email}", MAILS_PER_HOUR, hour, now)
    own = email in standing.addresses_of(by)
    with transaction.atomic():
        meeting = locked(pk)
        _check_open(meeting, now)
        _settle(meeting, now)
        known = _live(meeting).filter(email=email).first()
        if known is not None:
            letters.write("known", meeting, known, now, once=now.isoformat())
        one = known or _seat(meeting, who, email, own, now)
        if own or known is None:  # nobody asks or answers in the name of another
            if who.question:
                one.questions.create(meeting=meeting, text=who.question, asked=now)
            if who.answers and not standing.has_fixed_table(one):
                _keep_answers(one, who.answers, now)
    return one


def _check_open(meeting: Meeting, now: datetime) -> None:
    state = standing.state_of(meeting, 0, 0, now)
    if state not in standing.REGISTERS:
        raise ClosedError(_("Nobody can register for this meeting now: %(why)s.") % {"why": state.label.lower()})


def _seat(meeting: Meeting, who: Applicant, email: str, own: bool, now: datetime) -> Registration:
    last = meeting.registrations.aggregate(last=Max("number"))["last"] or 0
    if _free(meeting):
        state, letter = (Place.CONFIRMED, "confirmed") if own else (Place.HELD, "held")
    else:
        state, letter = Place.WAITING, "in line" if own else "waiting"
    made = meeting.registrations.create(
        state=state, number=last + 1, name=who.name, email=email, organisation=who.organisation, needs=who.needs,
        language=who.language, proven=now if own else None, expires=None if own else _until(meeting, now),
        made=now, changed=now,
    )  # fmt: skip
    for rule in meeting.seating_rules.filter(people__email=email).distinct():
        rule.people.add(made)  # what was agreed for somebody who cancelled holds when they come back
    letters.write(letter, meeting, made, now, method="REQUEST" if state == Place.CONFIRMED else "")
    return made


@transaction.atomic
def confirm(pk: int, seen: Place, now: datetime) -> Registration:
    """Take the seat that is held or offered, or the place in line, if it still stands as seen."""
    meeting, one = locked_with(pk)
    _settle(meeting, now)
    one.refresh_from_db()
    if one.state != seen or meeting.stage != Stage.PUBLISHED or now >= meeting.starts:
        return one
    one.proven = one.proven or now
    if one.state in (Place.HELD, Place.OFFERED):
        _place(one, Place.CONFIRMED, now)
        letters.write("confirmed", meeting, one, now, method="REQUEST")
    elif one.state == Place.WAITING:
        _place(one, Place.WAITING, now)
    return one


@transaction.atomic
def cancel(pk: int, now: datetime) -> Registration:
    """Give a seat or place in line back, by who has it. The seat goes to the first who waits."""
    meeting, one = locked_with(pk)
    if one.state in LIVE and now < meeting.starts:
        _let_go(meeting, one, now)
        _settle(meeting, now)
        one.refresh_from_db()
    return one


@transaction.atomic
def remove(pk: int, by: people.Visitor, now: datetime) -> None:
    """An organiser takes somebody off the list."""
    meeting, one = locked_with(pk)
    require(by, meeting.city_id or "")
    if now >= meeting.starts:
        raise ValidationError(_("This meeting has begun: nobody can be taken off the list any more."))
    if one.state in LIVE:
        _let_go(meeting, one, now)
        _settle(meeting, now)
        record("registration removed", actor=by.pk, kind="registration", of=pk, city=meeting.city_id or "")


def _let_go(meeting: Meeting, one: Registration, now: datetime) -> None:
    had_seat = one.state == Place.CONFIRMED
    _place(one, Place.CANCELLED, now)
    letters.write("cancelled", meeting, one, now, method="CANCEL" if had_seat else "")


@transaction.atomic
def move(pk: int, to: int, by: people.Visitor, now: datetime) -> None:
    """Give somebody who waits another place in line, from 1."""
    meeting, one = locked_with(pk)
    require(by, meeting.city_id or "")
    _settle(meeting, now)
    line = list(_live(meeting).filter(state=Place.WAITING))
    if one not in line:
        raise ValidationError(_("This person is not on the waiting list any more."))
    numbers = [other.number for other in line]
    line.remove(one)
    line.insert(min(max(to, 1) - 1, len(line)), one)
    for other, number in zip(line, numbers, strict=True):
        if other.number != number:
            Registration.objects.filter(pk=other.pk).update(number=number)
    record("waiting list changed", actor=by.pk, kind="registration", of=pk, city=meeting.city_id or "")


# Questions, participants, attendance --------------------------------------------------------------------------------


@transaction.atomic
def ask(pk: int, text: str, now: datetime) -> None:
    """A question beforehand, by who registered, until the start."""
    meeting, one = locked_with(pk)
    if one.state not in LIVE or meeting.stage != Stage.PUBLISHED or now >= meeting.starts:
        raise ValidationError(_("Questions can be sent in until the start, by who is registered."))
    if one.questions.count() >= QUESTIONS_EACH:
        raise ValidationError(
            _("You sent in %(most)d questions already. Bring the others along.") % {"most": QUESTIONS_EACH}
        )
    one.questions.create(meeting=meeting, text=text, asked=now)


@transaction.atomic
def answer(pk: int, answers: Mapping[int, str], now: datetime) -> None:
    """Answer the questions for the tables, with consent, until one's tables are fixed. No answers: they go, always.

    answers : attribute -> choice, in place of what was answered before.
    """
    meeting, one = locked_with(pk)
    if answers and (one.state not in LIVE or meeting.stage != Stage.PUBLISHED or now >= meeting.starts):
        raise ValidationError(_("These questions can be answered until the start, by who is registered."))
    if answers and standing.has_fixed_table(one):
        raise ValidationError(_("Your tables are fixed. You can withdraw your answers, not change them any more."))
    _keep_answers(one, answers, now)


def _keep_answers(one: Registration, answers: Mapping[int, str], now: datetime) -> None:
    """In place of the earlier ones. Of questions that are asked no more, and of no choice, nothing is kept."""
    one.answers.all().delete()
    asked = one.meeting.attributes.filter(pk__in=answers)
    Answer.objects.bulk_create(
        Answer(registration=one, attribute=attribute, choice=answers[attribute.pk], consented=now)
        for attribute in asked
        if answers[attribute.pk] in attribute.choices
    )


def see_participants(meeting: Meeting, by: people.Visitor, action: str = "participants seen") -> list[Registration]:
    """Who registered, for organisers. That they looked is written down."""
    require(by, meeting.city_id or "")
    _record(action, meeting, by)
    return standing.participants(meeting)


def see_questions(meeting: Meeting, by: people.Visitor) -> list[Question]:
    require(by, meeting.city_id or "")
    _record("questions seen", meeting, by)
    return list(meeting.questions.select_related("registration").order_by("asked", "pk"))


@transaction.atomic
def mark_attendance(
    pk: int, present: Collection[int], seen: Collection[int], by: people.Visitor, now: datetime
) -> None:
    """Who of the participants was there. From the start on.

    seen : who was marked as present when the page was opened. What somebody else marked since, at another door, stays.
    """
    meeting = locked(pk)
    require(by, meeting.city_id or "")
    if now < meeting.starts:
        raise ValidationError(_("Who is there can be marked from the start."))
    confirmed = meeting.registrations.filter(state=Place.CONFIRMED)
    came, left = set(present) - set(seen), set(seen) - set(present)
    confirmed.filter(pk__in=came).update(attended=True)
    confirmed.filter(Q(pk__in=left) | Q(attended=None)).exclude(pk__in=came).update(attended=False)
    _record("attendance marked", meeting, by)


# Photos -------------------------------------------------------------------------------------------------------------


def add_photo(
    meeting: Meeting, file: BinaryIO, size: int, alt: str, consent: str, by: people.Visitor, now: datetime
) -> Photo:
    """Keep a photo, with what is in it and how the people in it agreed. Made anew: nothing but the picture is kept.

    Raises ValidationError for what is no photo, and where it cannot be kept.
    """
    require(by, meeting.city_id or "")
    _check_over(meeting, now)
    photo = Photo(meeting=meeting, alt=alt, consent=consent, by=by.pk or 0, added=now)
    content = ContentFile(pictures.clean(file, size))
    try:
        photo.file.save(f"{get_random_string(32)}.jpg", content, save=False)
    except OSError:
        raise ValidationError(
            _("The photo could not be kept: the disk is full, or fails. Tell who runs the site, and try again later.")
        ) from None
    with transaction.atomic():
        photo.save()
        record("photo added, with consent", actor=by.pk, kind="photo", of=photo.pk, city=meeting.city_id or "")
    return photo


@transaction.atomic
def remove_photo(pk: int, by: people.Visitor) -> None:
    """Because somebody in it no longer agrees, or for any other reason."""
    photo = Photo.objects.select_related("meeting").get(pk=pk)
    city = photo.meeting.city_id or ""
    require(by, city)
    file = photo.file
    record("photo removed", actor=by.pk, kind="photo", of=pk, city=city)
    photo.delete()
    transaction.on_commit(lambda: file.delete(save=False))


# Forgetting ---------------------------------------------------------------------------------------------------------


def forget_needs(now: datetime) -> int:
    """What people need to take part is removed once the meeting is over, or is called off, or they do not come."""
    useless = Q(meeting__ends__lte=now) | Q(meeting__stage=Stage.CANCELLED) | ~Q(state__in=LIVE)
    return Registration.objects.filter(useless).exclude(needs="").update(needs="")


def forget_participants(now: datetime) -> int:
    """Some time after a meeting, or after it was called off, or a registration ended, it is no longer kept who it was.

    The counts stay.
    """
    before = now - timedelta(days=settings.PARTICIPANTS_ARE_KEPT)
    ended = Q(state__in=(Place.CANCELLED, Place.EXPIRED), changed__lt=before)
    off = Q(meeting__stage=Stage.CANCELLED, meeting__changed__lt=before)
    return _anonymise(Registration.objects.filter(Q(meeting__ends__lt=before) | ended | off).exclude(email=""))


def erase(user: User, now: datetime) -> None:
    """Somebody asks to be erased: what lies ahead is cancelled, and nothing tells who it was."""
    own = standing.registrations_of(user)
    ahead = own.filter(state__in=LIVE, meeting__starts__gt=now).order_by("meeting_id")
    for pk in list(ahead.values_list("pk", flat=True)):
        cancel(pk, now)
    _anonymise(Registration.objects.filter(email__in=standing.addresses_of(user)))


def _anonymise(registrations: QuerySet[Registration]) -> int:
    Question.objects.filter(registration__in=registrations).update(registration=None)
    Answer.objects.filter(registration__in=registrations).delete()
    Seat.objects.filter(registration__in=registrations).delete()
    SeatingRule.people.through.objects.filter(registration__in=registrations).delete()
    return registrations.update(name="", email="", organisation="", needs="")
