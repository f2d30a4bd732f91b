"""Shows the latest of a city on its page, which cannot know of the library; and tells what is kept of a person."""

from typing import Any

from django.apps import AppConfig


class Library(AppConfig):
    name = "wijkspiegel.site.library"

    def ready(self) -> None:
        from django.template.loader import render_to_string  # noqa: PLC0415

        from wijkspiegel.site.cities.rules import showing  # noqa: PLC0415
        from wijkspiegel.site.library.models import Piece  # noqa: PLC0415
        from wijkspiegel.site.people.rules import exporting  # noqa: PLC0415

        def show(sender: object, city: Any, **more: Any) -> str:
            pieces = Piece.objects.filter(city=city, is_public=True).only("slug", "title", "kind")[:5]
            return render_to_string("library/of_city.html", {"pieces": pieces, "city": city})

        def tell(sender: object, user: Any, **more: Any) -> dict[str, Any]:
            return {
                "themes put forward": list(user.theme_set.values_list("title", flat=True)),
                "themes supported": list(user.supports.values_list("theme__title", flat=True)),
            }

        showing.connect(show, weak=False, dispatch_uid="library")
        exporting.connect(tell, weak=False, dispatch_uid="library")
