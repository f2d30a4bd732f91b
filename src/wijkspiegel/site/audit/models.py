"""The record. Triggers of the database (migration 0001) refuse what would change or remove a line."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Line(models.Model):
    """Somebody did or saw something. No names, no addresses, no content: it stays when these are erased.

    actor : id of the account, or 0 for the program. action : such as "release loaded". kind, of : what it was done to.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.BigIntegerField(default=0)
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=30, blank=True)
    of = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["city", "at"]), models.Index(fields=["kind", "of"])]
