"""Who may do what. Every rule of every slice asks here, below the views."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.core.validators import DomainNameValidator
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from wijkspiegel.site.people.models import Appointment, Attempt, Domain, Invitation, Role, User

Visitor = User | AnonymousUser | AbstractBaseUser

INVITATION_LASTS = timedelta(days=14)

done = Signal()
"""Something was done here: action, actor, kind, of, city. Who keeps a record listens."""

naming = Signal()
"""Somebody gives the code of a municipality (`city`): who knows municipalities answers whether there is one."""

exporting = Signal()
"""A person (`user`) asks for all that is kept of them: each slice answers with a dict."""

erasing = Signal()
"""A person (`user`) asks to be erased: each slice removes or makes anonymous what it keeps."""


class TooManyError(Exception):
    """Something was tried too often; `wait` is when it may be tried again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many attempts: wait {wait}")
        self.wait = wait


class ConflictError(ValidationError):
    """Somebody else changed it meanwhile; nothing was overwritten."""


# Roles --------------------------------------------------------------------------------------------------------------


def roles_of(visitor: Visitor, city: str = "") -> frozenset[Role]:
    """The roles of a visitor where a city is concerned. Nobody without an account has any.

    Where a second factor is required, an account without one is only a participant's.
    """
    if not isinstance(visitor, User) or not visitor.is_active:
        return frozenset()
    appointed = frozenset(Role(one.role) for one in appointments_of(visitor) if one.city in ("", city))
    if appointed and settings.SECOND_FACTOR_REQUIRED and not is_mfa_enabled(visitor):
        appointed = frozenset()
    return appointed | {Role.PARTICIPANT}


def appointments_of(user: User) -> list[Appointment]:
    """Asked once for each request: they hang on the user, who is made anew for each."""
    found: list[Appointment] | None = getattr(user, "appointed", None)
    if found is None:
        found = list(user.appointments.all())
        user.appointed = found  # type: ignore[attr-defined]
    return found


def cities_of(visitor: Visitor) -> frozenset[str]:
    """Codes of the cities that a visitor edits for."""
    if not isinstance(visitor, User):
        return frozenset()
    return frozenset(
        one.city
        for one in appointments_of(visitor)
        if one.role == Role.EDITOR and Role.EDITOR in roles_of(visitor, one.city)
    )


def has(visitor: Visitor, *roles: Role, city: str = "") -> bool:
    return not roles_of(visitor, city).isdisjoint(roles)


def require(visitor: Visitor, *roles: Role, city: str = "") -> None:
    """Raises PermissionDenied unless the visitor has one of these roles where this city is concerned."""
    if not has(visitor, *roles, city=city):
        raise PermissionDenied


STAFF = (Role.PROGRAMME, Role.ADMINISTRATOR)


@transaction.atomic
def appoint(user: User, role: Role, city: str, by: Visitor) -> Appointment:
    """Give somebody a role. Administrators appoint anybody, the programme team editors, an editor nobody."""
    require(by, *((Role.ADMINISTRATOR,) if role in STAFF else STAFF))
    return _appoint(user, role, city, by)


def _appoint(user: User, role: Role, city: str, by: Visitor) -> Appointment:
    if (role == Role.EDITOR) != bool(city):
        raise ValidationError(_("An editor writes for one city; the other roles are for all."))
    made, new = Appointment.objects.get_or_create(user=user, role=role, city=city)
    if new:
        done.send(Appointment, action=f"appointed {role}", actor=by.pk, kind="account", of=user.pk, city=city)
    return made


@transaction.atomic
def dismiss(appointment: Appointment, by: Visitor) -> None:
    """Take a role away. The last administrator stays."""
    require(by, *((Role.ADMINISTRATOR,) if appointment.role in STAFF else STAFF))
    administrators = Appointment.objects.select_for_update().filter(role=Role.ADMINISTRATOR)
    if appointment.role == Role.ADMINISTRATOR and len(administrators) == 1:
        raise ValidationError(_("There must be an administrator. Appoint another one first."))
    appointment.delete()
    done.send(
        Appointment, action=f"dismissed {appointment.role}", actor=by.pk, kind="account", of=appointment.user_id,
        city=appointment.city,
    )  # fmt: skip


# Municipalities -----------------------------------------------------------------------------------------------------


def require_city(city: str) -> None:
    """Raises ValidationError for a code that no municipality of the site has."""
    if not any(known for _receiver, known in naming.send(Role, city=city)):
        raise ValidationError(
            _("No municipality of this site has the code %(city)s. Load a release that tells of it first.")
            % {"city": city}
        )


# E-mail domains of municipalities -----------------------------------------------------------------------------------

PUBLIC_MAIL = frozenset((
    "aol.com", "caiway.nl", "casema.nl", "chello.nl", "duck.com", "fastmail.com", "freeler.nl", "gmail.com",
    "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hetnet.nl", "hey.com", "home.nl", "hotmail.be",
    "hotmail.com", "hotmail.nl", "icloud.com", "kpnmail.nl", "kpnplanet.nl", "live.be", "live.com", "live.nl",
    "mac.com", "mail.com", "mail.ru", "mailbox.org", "me.com", "msn.com", "online.nl", "outlook.be", "outlook.com",
    "outlook.nl", "planet.nl", "pm.me", "posteo.de", "proton.me", "protonmail.com", "qq.com", "quicknet.nl",
    "skynet.be", "solcon.nl", "startmail.com", "tele2.nl", "telenet.be", "telfort.nl", "tuta.com", "tutanota.com",
    "upcmail.nl", "wanadoo.nl", "web.de", "xs4all.nl", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.nl",
    "yandex.com", "yandex.ru", "ziggo.nl", "zoho.com", "zonnet.nl",
))  # fmt: skip
"""Domains where anybody can have an address: none of them makes anybody a colleague."""


def domains(by: Visitor) -> QuerySet[Domain]:
    """The domains of every municipality, for administrators."""
    require(by, Role.ADMINISTRATOR)
    return Domain.objects.order_by("city", "domain")


@transaction.atomic
def add_domain(city: str, domain: str, by: Visitor) -> Domain:
    """Who has an address in this domain is a colleague at this municipality, whom its editors may invite."""
    require(by, Role.ADMINISTRATOR)
    require_city(city)
    domain = _as_ascii(domain.strip().lower().removeprefix("@"))
    DomainNameValidator(message=_("This is no e-mail domain. Write it such as amersfoort.nl."))(domain)
    parts = domain.split(".")
    if not PUBLIC_MAIL.isdisjoint(".".join(parts[start:]) for start in range(len(parts))):
        raise ValidationError(_("Anybody can have an address at %(domain)s.") % {"domain": domain})
    found, new = Domain.objects.get_or_create(domain=domain, defaults={"city": city})
    if found.city != city:
        raise ValidationError(
            _("%(domain)s is a domain of %(city)s. Remove it there first.") % {"domain": domain, "city": found.city}
        )
    if new:
        _record_domain("domain added", found, by)
    return found


@transaction.atomic
def remove_domain(domain: Domain, by: Visitor) -> None:
    """Who was invited already stays."""
    require(by, Role.ADMINISTRATOR)
    removed, _by_model = Domain.objects.filter(pk=domain.pk).delete()
    if removed:
        _record_domain("domain removed", domain, by)


def _record_domain(action: str, domain: Domain, by: Visitor) -> None:
    done.send(Domain, action=action, actor=by.pk, kind="domain", of=domain.domain[:60], city=domain.city)


def _as_ascii(domain: str) -> str:
    """A domain as mail servers write it: "gemeente-é.nl" as "xn--gemeente--i1a.nl". What cannot be stays as it is."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


# Invitations --------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(email: str, role: Role, city: str, by: Visitor, now: datetime) -> Invitation:
    """Ask somebody to take a role. An editor invites colleagues: addresses in a domain of their city."""
    email = email.strip().lower()
    if not has(by, *((Role.ADMINISTRATOR,) if role in STAFF else STAFF)):
        require(by, Role.EDITOR, city=city)
        if role != Role.EDITOR:
            raise PermissionDenied
        if not Domain.objects.filter(city=city, domain=_as_ascii(email.rpartition("@")[2])).exists():
            raise ValidationError(_("You can invite colleagues with an address of your municipality. Others are "
                                    "invited by the programme team."))  # fmt: skip
    if (role == Role.EDITOR) != bool(city):
        raise ValidationError(_("An editor writes for one city; the other roles are for all."))
    if city:
        require_city(city)
    invitation, _new = Invitation.objects.update_or_create(
        email=email,
        role=role,
        city=city,
        accepted=None,
        defaults={"by": cast(User, by), "expires": now + INVITATION_LASTS},
    )
    link = settings.BASE_URL + reverse("invitation", args=[signing.dumps(invitation.pk, salt="invitation")])
    text = render_to_string("people/invitation.txt", {"role": Role(role).label, "link": link, "city": city})
    send_mail(_("You are invited to Wijkspiegel"), text, None, [email])
    done.send(Invitation, action=f"invited {role}", actor=by.pk, kind="invitation", of=invitation.pk, city=city)
    return invitation


def invitation_of(token: str, now: datetime) -> Invitation:
    """Raises Invitation.DoesNotExist for a link that is wrong, used or too old."""
    try:
        number = signing.loads(token, salt="invitation")
    except signing.BadSignature:
        raise Invitation.DoesNotExist from None
    return Invitation.objects.get(pk=number, accepted=None, expires__gt=now)


@transaction.atomic
def accept(token: str, user: User, now: datetime) -> Invitation:
    """Take the role. Only an account that has proved to own the invited address can."""
    invitation = invitation_of(token, now)
    if not EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists():
        raise PermissionDenied
    invitation.accepted = now
    invitation.save()
    _appoint(user, Role(invitation.role), invitation.city, invitation.by)
    return invitation


# One's own account --------------------------------------------------------------------------------------------------


def everything_about(user: User) -> dict[str, Any]:
    """All that is kept of a person, by slice."""
    kept: dict[str, Any] = {
        "account": {
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "joined": user.joined.isoformat(),
            "roles": [{"role": one.role, "city": one.city} for one in appointments_of(user)],
        }
    }
    for _receiver, answer in exporting.send(User, user=user):
        kept |= cast(dict[str, Any], answer)
    return kept


@transaction.atomic
def erase(user: User) -> None:
    """Remove a person and all that is kept of them. The record of what was done stays: it holds no content.

    The last administrator cannot go before there is another.
    """
    if Appointment.objects.filter(role=Role.ADMINISTRATOR).exclude(user=user).count() == 0 and has(
        user, Role.ADMINISTRATOR
    ):
        raise ValidationError(_("There must be an administrator. Appoint another one first."))
    erasing.send(User, user=user)
    number = user.pk
    Invitation.objects.filter(email__iexact=user.email).delete()
    user.delete()
    done.send(User, action="account erased", actor=number, kind="account", of=number, city="")


# How often ----------------------------------------------------------------------------------------------------------


def limit(what: str, who: str, most: int, within: timedelta, now: datetime) -> None:
    """Count an attempt. Raises TooManyError after `most` of them within a time. Who it was is kept as a hash only."""
    key = hmac.new(settings.SECRET_KEY.encode(), f"{what} {who}".encode(), hashlib.sha256).hexdigest()
    earlier = list(Attempt.objects.filter(key=key, at__gt=now - within).order_by("at").values_list("at", flat=True))
    if len(earlier) >= most:
        raise TooManyError(earlier[0] + within - now)
    Attempt.objects.create(key=key, at=now)


def forget_attempts(now: datetime) -> int:
    """Remove what no limit looks back at any more."""
    removed, _by_model = Attempt.objects.filter(at__lt=now - timedelta(days=1)).delete()
    return removed


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks of us."""

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the account, where there is one."""
        user = context.get("user")
        with translation.override(user.language if isinstance(user, User) else translation.get_language() or "nl"):
            super().send_mail(template_prefix, email, context)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = translation.get_language() or "nl"
        saved: User = super().save_user(request, user, form, commit)
        return saved
