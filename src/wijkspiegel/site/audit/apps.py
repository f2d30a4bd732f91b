"""Listens to what is done in people, which cannot know of the record."""

from typing import Any

from django.apps import AppConfig


class Audit(AppConfig):
    name = "wijkspiegel.site.audit"

    def ready(self) -> None:
        from wijkspiegel.site.audit import rules  # noqa: PLC0415 - models are there only now
        from wijkspiegel.site.people.rules import done  # noqa: PLC0415

        def write(sender: object, **what: Any) -> None:
            rules.record(**{key: what[key] for key in ("action", "actor", "kind", "of", "city")})

        done.connect(write, weak=False, dispatch_uid="audit")
