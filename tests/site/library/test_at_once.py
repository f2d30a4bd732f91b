"""Several people who begin the same thing at the same moment."""

import pytest

from tests.site.at_once import all_at_once
from tests.site.conftest import Account
from wijkspiegel.site.cities.models import City
from wijkspiegel.site.library import rules
from wijkspiegel.site.library.models import Kind, Piece, Theme

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("record_that_empties")]

AT_ONCE = 8


def test_pieces_of_one_title_each_have_an_address(account: Account) -> None:
    team, city = account("programme"), City.objects.create(code="GM0001", name="Amersvoort", slug="amersvoort")
    content = {"language": "nl", "title": "Buurtmaaltijden", "summary": "Samen.", "done": "Koken."}
    all_at_once([lambda: rules.begin(Kind.LESSON, city, content, [], team)] * AT_ONCE)
    slugs = set(Piece.objects.values_list("slug", flat=True))
    assert (len(slugs), "buurtmaaltijden" in slugs) == (AT_ONCE, True)
    assert Piece.objects.filter(revisions__number=1).count() == AT_ONCE


def test_themes_of_one_title_each_have_an_address(account: Account) -> None:
    people = [account() for _ in range(AT_ONCE)]
    all_at_once([lambda by=by: rules.put_forward("Scholen", "", by) for by in people])  # type: ignore[misc]
    assert Theme.objects.values("slug").distinct().count() == AT_ONCE
    assert Theme.objects.filter(supports__isnull=False).count() == AT_ONCE
