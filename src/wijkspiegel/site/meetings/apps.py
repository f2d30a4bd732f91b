"""Shows meetings on the page of their host, and answers for what they keep of a person who asks for it or goes."""

from typing import Any

from django.apps import AppConfig


class Meetings(AppConfig):
    name = "wijkspiegel.site.meetings"

    def ready(self) -> None:
        from django.template.loader import render_to_string  # noqa: PLC0415 - models are there only now
        from django.utils import timezone  # noqa: PLC0415

        from wijkspiegel.site.cities.rules import showing  # noqa: PLC0415
        from wijkspiegel.site.meetings import rules, standing  # noqa: PLC0415
        from wijkspiegel.site.people.rules import erasing, exporting  # noqa: PLC0415

        def tell(sender: object, user: Any, **more: Any) -> dict[str, Any]:
            return {"meetings": standing.everything_about(user)}

        def erase(sender: object, user: Any, **more: Any) -> None:
            rules.erase(user, timezone.now())

        def show(sender: object, city: Any, **more: Any) -> str:
            return render_to_string("meetings/of_city.html", {"meetings": standing.of_city(city)})

        showing.connect(show, weak=False, dispatch_uid="meetings")
        exporting.connect(tell, weak=False, dispatch_uid="meetings")
        erasing.connect(erase, weak=False, dispatch_uid="meetings")
