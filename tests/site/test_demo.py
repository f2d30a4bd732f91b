"""The site of the demo is filled by the rules that everybody's pieces pass, once."""

import pytest

from wijkspiegel.site.cities.models import Release
from wijkspiegel.site.demo import fill
from wijkspiegel.site.library.models import Piece, Theme
from wijkspiegel.site.meetings.models import Meeting
from wijkspiegel.site.people.models import User


@pytest.mark.django_db
def test_the_demo_is_filled_once_and_its_accounts_can_sign_in(loaded: Release) -> None:
    first, again = fill(), fill()
    assert [one.email for one in first] == [one.email for one in again]
    assert (Piece.objects.filter(is_public=True).count(), Theme.objects.count(), Meeting.objects.count()) == (4, 3, 3)
    assert all(User.objects.get(email=one.email).check_password(one.password) for one in again)
    assert Meeting.objects.exclude(reported=None).count() == 1
