"""Mail that is to be sent, was sent, or could not be."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    DEAD = "dead", _("could not be delivered")


class Message(models.Model):
    """One mail to one address. The text goes when it was sent: what remains is that it was.

    key : what the mail is about; a second one with the same key is not made. attachment : a calendar file or nothing.
    """

    key = models.CharField(max_length=200, unique=True)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    attachment = models.TextField(blank=True)
    method = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(default=timezone.now)
    made = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "due"])]
