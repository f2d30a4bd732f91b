"""Many threads that do something at the same moment, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

AT_ONCE = threading.BoundedSemaphore(60)
"""Connections that PostgreSQL is asked for at a time: it takes a hundred, of everybody."""


def all_at_once(steps: list[Callable[[], object]]) -> list[object]:
    """Run each in a thread of its own, started together."""
    together = threading.Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        together.wait()
        with AT_ONCE:
            try:
                return step()
            finally:
                connections.close_all()

    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(run, steps))
