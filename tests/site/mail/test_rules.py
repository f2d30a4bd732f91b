"""The outbox, against a real mail server that takes, fails, refuses and hangs."""

import email
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from tests.site.conftest import Account
from wijkspiegel.site.mail import rules
from wijkspiegel.site.mail.models import Message, State

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Server:
    """A mail server whose answers are set by a test. `answer` : "" takes the mail."""

    def __init__(self) -> None:
        self.answer, self.refuses, self.taken = "", "", list[email.message.Message]()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer:
            return self.answer
        self.taken.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    handler = Server()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 2
    yield handler
    controller.stop()


@pytest.mark.django_db
def test_a_mail_goes_once_and_its_text_is_forgotten(server: Server) -> None:
    for _ in range(2):
        rules.send("welcome 1", "iemand@example.nl", "Welkom\nBcc: x@x.nl", "Dag", at=NOW)
    assert rules.deliver_due(NOW + timedelta(days=1)) == (1, 0)
    assert rules.deliver_due(NOW + timedelta(days=1)) == (0, 0)
    (taken,) = server.taken
    assert (taken["To"], taken["Subject"]) == ("iemand@example.nl", "Welkom Bcc: x@x.nl")
    assert taken.get_payload(decode=True).decode().strip() == "Dag"  # type: ignore[union-attr]
    message = Message.objects.get()
    assert (message.state, message.text) == (State.SENT, "")


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_of_a_transaction_that_failed(server: Server) -> None:
    def fails() -> None:
        with transaction.atomic():
            rules.send("one", "iemand@example.nl", "Dag", "Dag")
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert rules.deliver_due(NOW + timedelta(days=1)) == (0, 0)


@pytest.mark.django_db
def test_a_server_that_fails_is_tried_again_later_each_time_then_the_mail_is_dead(server: Server) -> None:
    server.answer = "451 try later"
    rules.send("one", "iemand@example.nl", "Dag", "Dag", at=NOW)
    now, waits = NOW, []
    while Message.objects.get().state == State.WAITING:
        assert rules.deliver_due(now) == (0, 1)
        due = Message.objects.get().due
        waits.append(due - now)
        assert rules.deliver_due(now) == (0, 0)
        now = due
    assert tuple(waits[:-1]) == rules.RETRIES
    letter = Message.objects.get()
    assert letter.state == State.DEAD
    assert "451" in letter.failure


@pytest.mark.django_db
def test_an_address_that_is_refused_for_good_is_not_tried_again(server: Server) -> None:
    server.refuses = "550 no such user"
    rules.send("one", "iemand@example.nl", "Dag", "Dag", at=NOW)
    rules.deliver_due(NOW)
    assert Message.objects.get().state == State.DEAD


@pytest.mark.django_db
def test_a_server_that_hangs_or_is_away_loses_nothing(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and says nothing
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", silent.getsockname()[1], 0.3
        rules.send("one", "iemand@example.nl", "Dag", "Dag", at=NOW)
        assert rules.deliver_due(NOW) == (0, 1)
    assert rules.deliver_due(NOW + timedelta(minutes=1)) == (0, 1)  # now it is away
    assert Message.objects.get().state == State.WAITING


@pytest.mark.django_db(transaction=True)
def test_several_who_deliver_send_each_mail_once(server: Server) -> None:
    for number in range(20):
        rules.send(f"mail {number}", f"iemand{number}@example.nl", "Dag", "Dag", at=NOW)

    def deliver() -> None:
        rules.deliver_due(NOW)
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(mail["To"] for mail in server.taken) == sorted(f"iemand{number}@example.nl" for number in range(20))


@pytest.mark.django_db
def test_what_libraries_send_goes_in_the_outbox(settings: Settings, server: Server) -> None:
    settings.EMAIL_BACKEND = "wijkspiegel.site.mail.rules.Outbox"
    send_mail("Dag", "Tekst", None, ["iemand@example.nl"])
    assert server.taken == []
    assert Message.objects.get().text == "Tekst"


@pytest.mark.django_db
def test_a_calendar_file_goes_along_with_its_method(server: Server) -> None:
    rules.send("one", "iemand@example.nl", "Dag", "Dag", calendar="BEGIN:VCALENDAR", method="CANCEL", at=NOW)
    rules.deliver_due(NOW)
    (part,) = (part for part in server.taken[0].walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == "CANCEL"
    assert part.get_payload(decode=True).decode().strip() == "BEGIN:VCALENDAR"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_dead_letters_are_for_the_staff_who_can_try_again(account: Account) -> None:
    rules.send("one", "iemand@example.nl", "Dag", "Dag")
    Message.objects.update(state=State.DEAD)
    with pytest.raises(PermissionDenied):
        rules.dead_letters(account("editor", city="GM0307"))
    (letter,) = rules.dead_letters(account("programme"))
    rules.try_again(letter.pk, account("programme"), NOW)
    assert Message.objects.get().state == State.WAITING
