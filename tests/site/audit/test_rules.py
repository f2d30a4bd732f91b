"""The record is written, and that is all."""

import pytest
from django.db import DatabaseError, transaction

from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.audit.rules import record

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("change", [lambda: Line.objects.update(actor=2), lambda: Line.objects.all().delete()])
def test_the_database_refuses_to_change_or_remove_a_line(change) -> None:  # type: ignore[no-untyped-def]
    record("release loaded", actor=1, kind="release", of=3, city="GM0307")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert Line.objects.get().actor == 1
