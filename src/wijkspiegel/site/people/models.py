"""Accounts, what they may do, and for which city."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Users(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **more: Any) -> "User":
        user = self.model(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **more: Any) -> "User":
        user = self.create_user(email, password, **more)
        user.appointments.create(role=Role.ADMINISTRATOR)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody with an account: an e-mail address, a name to be addressed by, a language. Nothing else is known."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=2, default="nl")
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Users()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What somebody may do, from little to much. Everybody with an account is a participant."""

    PARTICIPANT = "participant", _("participant")
    EDITOR = "editor", _("city editor")
    PROGRAMME = "programme", _("programme team")
    ADMINISTRATOR = "administrator", _("administrator")


class Appointment(models.Model):
    """Somebody has a role. city : code of the municipality that an editor writes for; "" for the other roles."""

    user = models.ForeignKey(User, models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role)
    city = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "role", "city"], name="one_appointment")]


class Domain(models.Model):
    """An e-mail domain of a municipality: who proves an address there may edit for it once a colleague agrees."""

    city = models.CharField(max_length=20)
    domain = models.CharField(max_length=253, unique=True)


class Invitation(models.Model):
    """Somebody is asked to take a role. Bound to the address: only who has it can accept, once, before it expires."""

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=Role)
    city = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(User, models.CASCADE)
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), "role", "city", condition=models.Q(accepted=None), name="one_open_invitation"
            )
        ]


class Attempt(models.Model):
    """Something that may be done only so often. key : of what and who, hashed: no address is kept."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "at"])]
