"""Who may do what, invitations, and a person's own account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from pytest_django.fixtures import Settings

from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.people import rules
from wijkspiegel.site.people.models import Attempt, Domain, Invitation, Role, User

Account = Callable[..., User]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_an_editor_is_one_for_the_own_city_only(account: Account) -> None:
    editor = account("editor", city="GM0307")
    assert rules.roles_of(editor, "GM0307") == {Role.PARTICIPANT, Role.EDITOR}
    assert rules.roles_of(editor, "GM0503") == {Role.PARTICIPANT}
    assert rules.cities_of(editor) == {"GM0307"}
    assert rules.roles_of(AnonymousUser()) == frozenset()


def test_a_role_without_a_second_factor_is_no_role_where_one_is_required(account: Account, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    assert rules.roles_of(account("administrator")) == {Role.PARTICIPANT}


APPOINTS = {
    ("participant", Role.EDITOR): False,
    ("editor", Role.EDITOR): False,
    ("programme", Role.EDITOR): True,
    ("programme", Role.PROGRAMME): False,
    ("programme", Role.ADMINISTRATOR): False,
    ("administrator", Role.EDITOR): True,
    ("administrator", Role.PROGRAMME): True,
    ("administrator", Role.ADMINISTRATOR): True,
}


@pytest.mark.parametrize(("who", "role"), APPOINTS)
def test_who_appoints_whom(account: Account, who: str, role: Role) -> None:
    city = "GM0307" if role == Role.EDITOR else ""
    by = account(who, city="GM0307" if who == "editor" else "")
    somebody = account()
    if APPOINTS[who, role]:
        rules.appoint(somebody, role, city, by)
        assert somebody.appointments.get().role == role
        assert Line.objects.get().action == f"appointed {role}"
    else:
        with pytest.raises(PermissionDenied):
            rules.appoint(somebody, role, city, by)
        assert not somebody.appointments.exists()


def test_an_editor_has_a_city_and_nobody_else_has() -> None:
    administrator = User.objects.create_superuser("a@example.nl", "x")
    with pytest.raises(ValidationError):
        rules.appoint(administrator, Role.EDITOR, "", administrator)
    with pytest.raises(ValidationError):
        rules.appoint(administrator, Role.PROGRAMME, "GM0307", administrator)


def test_the_last_administrator_stays(account: Account) -> None:
    administrator = account("administrator")
    with pytest.raises(ValidationError):
        rules.dismiss(administrator.appointments.get(), administrator)
    with pytest.raises(ValidationError):
        rules.erase(administrator)
    other = account("administrator")
    rules.dismiss(other.appointments.get(), administrator)
    assert not other.appointments.exists()


def test_an_editor_invites_colleagues_of_the_own_municipality_only(account: Account) -> None:
    editor = account("editor", city="GM0307")
    Domain.objects.create(city="GM0307", domain="amersfoort.example")
    rules.invite("Nieuw@Amersfoort.example", Role.EDITOR, "GM0307", editor, NOW)
    with pytest.raises(ValidationError):
        rules.invite("iemand@elders.example", Role.EDITOR, "GM0307", editor, NOW)
    for role, city in ((Role.EDITOR, "GM0503"), (Role.PROGRAMME, "")):
        with pytest.raises(PermissionDenied):
            rules.invite("nieuw@amersfoort.example", role, city, editor, NOW)
    assert Invitation.objects.get().email == "nieuw@amersfoort.example"


def test_a_domain_makes_colleagues_and_what_is_done_to_it_is_written_down(account: Account) -> None:
    administrator = account("administrator")
    added = rules.add_domain("GM0307", " @Amersfoort.example ", administrator)
    assert rules.add_domain("GM0307", "amersfoort.example", administrator) == added
    rules.invite("nieuw@amersfoort.example", Role.EDITOR, "GM0307", account("editor", city="GM0307"), NOW)
    rules.remove_domain(added, administrator)
    rules.remove_domain(added, administrator)
    assert not Domain.objects.exists()
    lines = Line.objects.filter(kind="domain").values_list("action", "actor", "of", "city")
    assert list(lines) == [
        ("domain added", administrator.pk, "amersfoort.example", "GM0307"),
        ("domain removed", administrator.pk, "amersfoort.example", "GM0307"),
    ]


def test_an_address_and_a_domain_are_the_same_however_they_are_written(account: Account) -> None:
    administrator = account("administrator")
    rules.add_domain("GM0307", "gemeenté.example", administrator)
    assert Domain.objects.get().domain == "xn--gemeent-hya.example"
    editor = account("editor", city="GM0307")
    for email in ("a@gemeenté.example", "b@xn--gemeent-hya.example"):
        rules.invite(email, Role.EDITOR, "GM0307", editor, NOW)
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("domain", ["gmail.com", "mail.GMAIL.com", "@ziggo.nl", "nl", "", "a b.nl", "iemand@delft.nl"])
def test_no_domain_where_anybody_can_have_an_address_or_that_is_none(account: Account, domain: str) -> None:
    with pytest.raises(ValidationError):
        rules.add_domain("GM0307", domain, account("administrator"))
    assert not Domain.objects.exists()


def test_a_domain_is_of_one_municipality_and_it_is_said_of_which(account: Account) -> None:
    administrator = account("administrator")
    rules.add_domain("GM0307", "samen.example", administrator)
    with pytest.raises(ValidationError, match="GM0307"):
        rules.add_domain("GM0503", "samen.example", administrator)
    assert list(Domain.objects.values_list("city", "domain")) == [("GM0307", "samen.example")]


@pytest.mark.parametrize("code", ["GM9999", "gm0307", "GM03O7"])
def test_a_domain_and_an_invitation_are_of_a_municipality_of_the_site(account: Account, code: str) -> None:
    administrator = account("administrator")
    with pytest.raises(ValidationError, match=f"code {code}"):
        rules.add_domain(code, "amersfoort.example", administrator)
    with pytest.raises(ValidationError, match=f"code {code}"):
        rules.invite("nieuw@amersfoort.example", Role.EDITOR, code, administrator, NOW)
    assert not Domain.objects.exists()
    assert not Invitation.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("role", ["participant", "editor", "programme"])
def test_only_an_administrator_sees_and_changes_domains(account: Account, role: str) -> None:
    domain = Domain.objects.create(city="GM0307", domain="amersfoort.example")
    by = account(role, city="GM0307" if role == "editor" else "")
    steps: list[Callable[[], object]] = [
        lambda: rules.domains(by),
        lambda: rules.add_domain("GM0307", "ander.example", by),
        lambda: rules.remove_domain(domain, by),
    ]
    for step in steps:
        with pytest.raises(PermissionDenied):
            step()
    assert list(Domain.objects.all()) == [domain]


def invited(account: Account) -> tuple[User, str]:
    """Somebody who was invited, with a proven address, and the token of the link."""
    rules.invite("nieuw@example.nl", Role.EDITOR, "GM0307", account("programme"), NOW)
    user = account(email="nieuw@example.nl")
    EmailAddress.objects.create(user=user, email="nieuw@example.nl", verified=True, primary=True)
    (message,) = mail.outbox
    (link,) = (line for line in message.body.splitlines() if line.startswith("http"))
    return user, link.rstrip("/").rpartition("/")[2]


def test_an_invitation_gives_its_role_once(account: Account) -> None:
    user, token = invited(account)
    rules.accept(token, user, NOW)
    assert rules.roles_of(User.objects.get(pk=user.pk), "GM0307") == {Role.PARTICIPANT, Role.EDITOR}
    with pytest.raises(Invitation.DoesNotExist):
        rules.accept(token, user, NOW)


def test_an_invitation_is_for_who_has_the_address(account: Account) -> None:
    _user, token = invited(account)
    with pytest.raises(PermissionDenied):
        rules.accept(token, account(email="ander@example.nl"), NOW)


def test_an_invitation_expires_and_a_made_up_one_is_none(account: Account) -> None:
    user, token = invited(account)
    with pytest.raises(Invitation.DoesNotExist):
        rules.accept(token, user, NOW + timedelta(days=15))
    with pytest.raises(Invitation.DoesNotExist):
        rules.accept(token[:-2] + "xx", user, NOW)


def test_all_that_is_kept_can_be_taken_and_removed_and_the_record_stays(account: Account) -> None:
    account("administrator")
    user, token = invited(account)
    rules.accept(token, user, NOW)
    kept = rules.everything_about(User.objects.get(pk=user.pk))
    assert kept["account"]["roles"] == [{"role": "editor", "city": "GM0307"}]
    rules.erase(User.objects.get(pk=user.pk))
    assert not User.objects.filter(email="nieuw@example.nl").exists()
    assert not Invitation.objects.exists()
    lines = [str(vars(line)) for line in Line.objects.all()]
    assert len(lines) == 3
    assert not [line for line in lines if "nieuw" in line or "@" in line]


def test_what_is_tried_too_often_waits_and_no_address_is_kept() -> None:
    hour = timedelta(hours=1)
    for minute in range(3):
        rules.limit("register", "iemand@example.nl", 3, hour, NOW + timedelta(minutes=minute))
    with pytest.raises(rules.TooManyError) as refused:
        rules.limit("register", "iemand@example.nl", 3, hour, NOW + timedelta(minutes=10))
    assert refused.value.wait == timedelta(minutes=50)
    rules.limit("register", "ander@example.nl", 3, hour, NOW)
    rules.limit("register", "iemand@example.nl", 3, hour, NOW + timedelta(minutes=61))
    assert not Attempt.objects.filter(key__contains="example").exists()


def test_one_account_for_an_address_however_it_is_written(account: Account) -> None:
    account(email="Iemand@Example.nl")
    with pytest.raises(IntegrityError):
        account(email="iemand@example.NL")
