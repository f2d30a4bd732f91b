"""Answers which municipalities there are to people, which cannot know of cities."""

from typing import Any

from django.apps import AppConfig


class Cities(AppConfig):
    name = "wijkspiegel.site.cities"

    def ready(self) -> None:
        from wijkspiegel.site.cities.models import City  # noqa: PLC0415 - models are there only now
        from wijkspiegel.site.people.rules import naming  # noqa: PLC0415

        def knows(sender: object, city: str, **more: Any) -> bool:
            return City.objects.filter(code=city).exists()

        naming.connect(knows, weak=False, dispatch_uid="cities")
