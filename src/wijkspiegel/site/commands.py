"""What is done to the site from outside: set it up, serve it, load a release, send its mail, clean up."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wijkspiegel.site.settings")

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.utils import timezone

from wijkspiegel.errors import SettingsError

Progress = Callable[[str], None]

SENT_IS_KEPT = 30
"""Days after which a mail that was sent, or could not be, is forgotten."""


def set_up() -> None:
    """The database as this version needs it, and the static files where they are served from."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def run_django(arguments: Sequence[str]) -> None:
    """A command of Django itself: createsuperuser, dumpdata, shell."""
    execute_from_command_line(["wijkspiegel site", *arguments])


def serve(host: str, port: int, workers: int, background: bool) -> None:
    """Serve with gunicorn. In the background: until `stop`."""
    _require_free(host, port)
    set_up()
    from wijkspiegel.site.meetings.seating import compile_planner  # noqa: PLC0415

    compile_planner()
    command = [
        sys.executable, "-m", "gunicorn", "wijkspiegel.site.wsgi:application", "--bind", f"{host}:{port}",
        "--workers", str(workers), "--pid", str(_pid_file()), "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip
    if not background:
        os.execv(sys.executable, command)  # noqa: S606 - our own server takes the place of this process
    log = (settings.DATA / "server.log").open("ab")
    subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    _wait_for(host, port)


def stop() -> bool:
    """End a server in the background; False where none runs."""
    try:
        pid = int(_pid_file().read_text())
        os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return False
    for _ in range(100):
        if not _pid_file().exists():  # gunicorn removes it when it has ended
            break
        time.sleep(0.1)
    return True


def _pid_file() -> Path:
    path: Path = settings.DATA / "server.pid"
    return path


def _require_free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SettingsError(
            f"{host}:{port} cannot be listened on ({error.strerror}). Give another with --port, or end what is there: "
            "wijkspiegel site stop."
        ) from None


def _wait_for(host: str, port: int, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.1)
    raise SettingsError(f"The server did not answer on {host}:{port}. Look in {settings.DATA / 'server.log'}.")


def load(path: Path, say: Progress) -> None:
    """Load a release: its directory, or the zip file of one."""
    from wijkspiegel.site.cities import rules  # noqa: PLC0415

    rules.load(path, say=say)


def fill_demo(releases: Sequence[Path], say: Progress) -> list[tuple[str, str, str]]:
    """Load releases and an invented programme, to look around in. Returns address, password and role of accounts."""
    set_up()
    for path in releases:
        load(path, say)
    from wijkspiegel.site.demo import fill  # noqa: PLC0415

    say("an invented programme")
    return [(one.email, one.password, one.role) for one in fill()]


def send_mail(watch: bool, say: Progress) -> None:
    """Deliver what is due, offers of seats that came free too; with `watch`, every few seconds until stopped."""
    from wijkspiegel.site.mail import rules  # noqa: PLC0415
    from wijkspiegel.site.meetings.rules import settle_all  # noqa: PLC0415

    while True:
        settle_all(timezone.now())
        sent, failed = rules.deliver_due(timezone.now())
        if sent or failed or not watch:
            say(f"{sent} sent, {failed} to be tried again")
        if not watch:
            return
        time.sleep(5)


def clean_up(now: datetime, dry_run: bool, say: Progress) -> None:
    """Remove what need not be kept any more."""
    from django.contrib.sessions.models import Session  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from wijkspiegel.site.mail import rules as mail  # noqa: PLC0415
    from wijkspiegel.site.meetings import counting  # noqa: PLC0415
    from wijkspiegel.site.meetings import rules as meetings  # noqa: PLC0415
    from wijkspiegel.site.people import rules as people  # noqa: PLC0415

    with transaction.atomic():
        removed = {
            "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
            "counted attempts": people.forget_attempts(now),
            "mails": mail.forget_sent(now, SENT_IS_KEPT),
            "answers and places at tables": counting.forget_answers(now),
            "access needs": meetings.forget_needs(now),
            "names of participants": meetings.forget_participants(now),
        }
        transaction.set_rollback(dry_run)
    for what, number in removed.items():
        say(f"{number} {what} {'would be' if dry_run else 'were'} removed")
