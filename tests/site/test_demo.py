"""The site of the demo is filled by the rules that everybody's pieces pass, once."""

import pytest

from wijkspiegel.site.cities.models import Release
from wijkspiegel.site.demo import fill
from wijkspiegel.site.library.models import Piece, Theme
from wijkspiegel.site.mail.models import Message
from wijkspiegel.site.meetings.models import Meeting, Seating
from wijkspiegel.site.people.models import User


@pytest.mark.django_db
def test_the_demo_is_filled_once_and_its_accounts_can_sign_in(loaded: Release) -> None:
    first, again = fill(), fill()
    assert [one.email for one in first] == [one.email for one in again]
    assert (Piece.objects.filter(is_public=True).count(), Theme.objects.count(), Meeting.objects.count()) == (4, 3, 3)
    assert all(User.objects.get(email=one.email).check_password(one.password) for one in again)
    assert Meeting.objects.exclude(reported=None).count() == 1
    plan = Seating.objects.get()
    assert (plan.locked is not None, plan.taken.count()) == (True, 24 * 3)
    assert plan.taken.filter(registration__email="deelnemer@wijkspiegel.example").count() == 3
    assert Message.objects.count() == 0  # nobody gets mail who does not exist
