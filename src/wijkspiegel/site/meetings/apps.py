"""Answers for what meetings keep of a person, who asks for it, or asks to be erased, in people."""

from typing import Any

from django.apps import AppConfig


class Meetings(AppConfig):
    name = "wijkspiegel.site.meetings"

    def ready(self) -> None:
        from django.utils import timezone  # noqa: PLC0415 - models are there only now

        from wijkspiegel.site.meetings import rules, standing  # noqa: PLC0415
        from wijkspiegel.site.people.rules import erasing, exporting  # noqa: PLC0415

        def tell(sender: object, user: Any, **more: Any) -> dict[str, Any]:
            return {"meetings": standing.everything_about(user)}

        def erase(sender: object, user: Any, **more: Any) -> None:
            rules.erase(user, timezone.now())

        exporting.connect(tell, weak=False, dispatch_uid="meetings")
        erasing.connect(erase, weak=False, dispatch_uid="meetings")
