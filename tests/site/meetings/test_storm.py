"""Everybody at once: two hundred threads, each with a connection of its own, for fifty places."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from tests.site.at_once import all_at_once
from tests.site.conftest import Account
from tests.site.meetings.conftest import DAY, Make, register
from wijkspiegel.site.cities.models import City
from wijkspiegel.site.meetings import rules
from wijkspiegel.site.meetings.models import SEATED, Meeting, Place, Registration

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PEOPLE, PLACES = 200, 50
pytestmark = pytest.mark.django_db(transaction=True)


def people_for(meeting: Meeting) -> list[Callable[[], object]]:
    return [lambda n=number: register(meeting, f"p{n}@example.nl", NOW) for number in range(PEOPLE)]  # type: ignore[misc]


def test_fifty_have_a_seat_and_a_hundred_and_fifty_wait_in_order(meeting: Make) -> None:
    made = meeting(NOW, capacity=PLACES)
    all_at_once(people_for(made))
    rows = list(made.registrations.order_by("number").values_list("number", "state"))
    assert rows == [(n, Place.HELD if n <= PLACES else Place.WAITING) for n in range(1, PEOPLE + 1)]
    in_order_of_arrival = list(made.registrations.order_by("pk").values_list("number", flat=True))
    assert in_order_of_arrival == list(range(1, PEOPLE + 1))


def test_one_address_many_times_is_one_registration(meeting: Make, settings: object) -> None:
    made = meeting(NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "MAILS_PER_HOUR", PEOPLE)
        all_at_once([lambda: register(made, "Iemand@example.nl", NOW)] * 40)
    assert made.registrations.count() == 1


@pytest.mark.usefixtures("record_that_empties")
def test_who_cancels_confirms_and_comes_meanwhile_loses_and_oversells_nothing(meeting: Make, account: Account) -> None:
    made, team = meeting(NOW, capacity=10), account("programme")
    first = [register(made, f"a{number}@example.nl", NOW) for number in range(30)]
    seated, waiting = first[:10], first[10:]
    steps: list[Callable[[], object]] = [lambda one=one: rules.cancel(one.pk, NOW) for one in seated[:5]]  # type: ignore[misc]
    steps += [lambda one=one: rules.confirm(one.pk, Place.HELD, NOW) for one in seated[5:]]  # type: ignore[misc]
    steps += [lambda one=one: rules.move(one.pk, 1, team, NOW) for one in waiting[10:]]  # type: ignore[misc]
    steps += [lambda n=n: register(made, f"b{n}@example.nl", NOW) for n in range(20)]  # type: ignore[misc]
    steps += [lambda: rules.settle_all(NOW)] * 5
    all_at_once([_forgiving(step) for step in steps])
    count = made.registrations.filter
    assert count(state__in=SEATED).count() == 10
    assert (count(state=Place.CONFIRMED).count(), count(state=Place.OFFERED).count()) == (5, 5)
    assert count(state=Place.WAITING).count() == 35
    numbers = list(Registration.objects.values_list("number", flat=True))
    assert sorted(numbers) == list(range(1, 51))


def _forgiving(step: Callable[[], object]) -> Callable[[], object]:
    """Who was offered a seat meanwhile cannot be moved in the line any more: that is said, and is no failure."""

    def run() -> object:
        try:
            return step()
        except ValidationError:
            return None

    return run


@pytest.mark.usefixtures("record_that_empties")
def test_meetings_of_one_title_that_are_drafted_at_once_each_have_an_address(eindhoven: City, account: Account) -> None:
    team = account("programme")
    given = {name: getattr(Meeting(), name) for name in rules.WRITTEN if name != "city"}
    given |= {"title": "Samen", "city": eindhoven, "starts": NOW + DAY, "ends": NOW + 2 * DAY, "capacity": 5}
    all_at_once([partial(rules.create, given | {"capacity": number}, team, NOW) for number in range(1, 9)])
    slugs = sorted(Meeting.objects.values_list("slug", flat=True))
    assert slugs == ["samen", *(f"samen-{number}" for number in range(2, 9))]
