"""Mail is written down in the transaction that causes it, and delivered afterwards, by another process.

A delivery is claimed first (its time is moved on), then tried, then marked: a mail may go twice only where the server
took it and the mark was lost, and it never goes missing. Failures are tried again, later each time, then left for
somebody to look at.
"""

import smtplib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.mime.text import MIMEText

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from wijkspiegel.site.mail.models import Message, State
from wijkspiegel.site.people import rules as people

CLAIMED = timedelta(minutes=5)
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 240, 720, 1440))
"""How long after each failure it is tried again; after the last one it is dead."""


def send(
    key: str, to: str, subject: str, text: str, *, calendar: str = "", method: str = "", at: datetime | None = None
) -> Message:
    """Put a mail in the outbox. One with the same key that is there already stays the only one.

    calendar : an iCalendar file to go with it; method : REQUEST or CANCEL. at : not before.
    """
    given = {"to": to, "subject": _one_line(subject), "text": text, "attachment": calendar, "method": method}
    message, _new = Message.objects.get_or_create(key=key, defaults=given | ({"due": at} if at else {}))
    return message


def deliver_due(now: datetime, most: int = 100) -> tuple[int, int]:
    """Try every mail whose time has come. Returns how many were sent, and how many failed."""
    sent = failed = 0
    due = Message.objects.filter(state=State.WAITING, due__lte=now).order_by("due", "pk")
    for pk in list(due.values_list("pk", flat=True)[:most]):
        message = _claim(pk, now)
        if message is None:
            continue
        if _deliver(message, now):
            sent += 1
        else:
            failed += 1
    return sent, failed


def _claim(pk: int, now: datetime) -> Message | None:
    """The mail, if nobody else is at it."""
    with transaction.atomic():
        free = Message.objects.filter(pk=pk, state=State.WAITING, due__lte=now)
        skip = connection.features.has_select_for_update_skip_locked
        message = (free.select_for_update(skip_locked=True) if skip else free).first()
        if message is not None:
            message.due = now + CLAIMED
            message.save(update_fields=["due"])
        return message


def _deliver(message: Message, now: datetime) -> bool:
    try:
        with get_connection("django.core.mail.backends.smtp.EmailBackend") as server:
            server.send_messages([_email(message)])
    except (OSError, smtplib.SMTPException) as error:
        _failed(message, error, now)
        return False
    message.state, message.sent, message.text, message.attachment = State.SENT, now, "", ""
    message.save()
    return True


def _failed(message: Message, error: Exception, now: datetime) -> None:
    refused = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _why in error.recipients.values()
    )
    message.attempts += 1
    message.failure = _one_line(f"{type(error).__name__}: {error}")
    if refused or message.attempts > len(RETRIES):
        message.state = State.DEAD
    else:
        message.due = now + RETRIES[message.attempts - 1]
    message.save()


def _email(message: Message) -> EmailMessage:
    email = EmailMessage(message.subject, message.text, settings.DEFAULT_FROM_EMAIL, [message.to])
    host = settings.BASE_URL.split("://")[1].split(":")[0]
    email.extra_headers["Message-ID"] = f"<{message.pk}.{message.made:%Y%m%d%H%M%S}@{host}>"
    if message.attachment:
        part = MIMEText(message.attachment, "calendar", "utf-8")
        part.set_param("method", message.method or "PUBLISH")
        part.add_header("Content-Disposition", "attachment", filename="invite.ics")
        email.attach(part)
    return email


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def dead_letters(by: people.Visitor) -> Sequence[Message]:
    """What could not be delivered, for who can do something about it."""
    people.require(by, *people.STAFF)
    return list(Message.objects.filter(state=State.DEAD).order_by("-made")[:200])


def try_again(pk: int, by: people.Visitor, now: datetime) -> None:
    people.require(by, *people.STAFF)
    Message.objects.filter(pk=pk, state=State.DEAD).update(state=State.WAITING, attempts=0, due=now, failure="")


def forget_sent(now: datetime, days: int) -> int:
    """Remove what was sent, or could not be, so many days ago."""
    removed, _by_model = (
        Message.objects.exclude(state=State.WAITING).filter(made__lt=now - timedelta(days=days)).delete()
    )
    return removed


class Outbox(BaseEmailBackend):
    """What Django and its libraries send goes in the outbox as well."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for email in email_messages:
            for to in email.to:
                send(uuid.uuid4().hex, to, str(email.subject), str(email.body))
        return len(email_messages)
