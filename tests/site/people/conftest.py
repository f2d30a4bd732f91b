"""Municipalities that the site knows, for those who work there."""

import pytest

from wijkspiegel.site.cities.models import City


@pytest.fixture(autouse=True)
def municipalities(db: None) -> None:
    City.objects.bulk_create(
        City(code=code, name=name, slug=name.lower()) for code, name in (("GM0307", "Amersfoort"), ("GM0503", "Delft"))
    )
