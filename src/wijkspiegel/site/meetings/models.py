"""Meetings, who registered, what they ask, and the photos afterwards. How full a meeting is is counted, never kept."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.cities.models import City


class Stage(models.TextChoices):
    """What organisers decided. All else follows from the time and from who registered: see `standing.state_of`."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    CANCELLED = "cancelled", _("cancelled")


class Meeting(models.Model):
    """A session. city : the host, None where the programme itself is. link : where it is online, for participants.

    opens : when registration does, None where that is not known yet. closes : None is at the start.
    reported : when the report was published. sequence : rises when time or place change, for calendars.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=90, unique=True)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.DRAFT)
    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(_("summary"), max_length=600)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("host city"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("link to the online meeting"), max_length=500, blank=True)
    languages = models.CharField(_("languages"), max_length=100, blank=True)
    accessibility = models.TextField(_("accessibility"), max_length=2000, blank=True)
    starts = models.DateTimeField(_("starts"))
    ends = models.DateTimeField(_("ends"))
    capacity = models.PositiveIntegerField(_("places"))
    opens = models.DateTimeField(_("registration opens"), null=True, blank=True)
    closes = models.DateTimeField(_("registration closes"), null=True, blank=True)
    programme = models.TextField(_("programme"), max_length=20_000, blank=True)
    materials = models.TextField(_("materials"), max_length=5000, blank=True)
    report = models.TextField(_("report"), max_length=50_000, blank=True)
    reported = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["stage", "starts"])]

    def __str__(self) -> str:
        return self.title


class Place(models.TextChoices):
    """Where somebody who registered stands. It goes forward only: who comes back registers anew."""

    HELD = "held", _("to be confirmed")
    CONFIRMED = "confirmed", _("confirmed")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("a place is offered")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


SEATED = (Place.HELD, Place.CONFIRMED, Place.OFFERED)
"""Who takes a seat, for certain or for a while."""

LIVE = (*SEATED, Place.WAITING)


class Registration(models.Model):
    """Somebody registered. What tells who they are goes some time after the meeting; the row stays, for the count.

    number : order of arrival; organisers may change it for who waits. proven : when the address was shown to be theirs.
    expires : when a seat or place in line that was not confirmed is let go.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="registrations")
    state = models.CharField(max_length=10, choices=Place)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    organisation = models.CharField(max_length=150, blank=True)
    needs = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="nl")
    proven = models.DateTimeField(null=True)
    expires = models.DateTimeField(null=True)
    made = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(default=timezone.now)
    attended = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "meeting",
                Lower("email"),
                condition=models.Q(state__in=LIVE) & ~models.Q(email=""),
                name="one_live_registration",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["meeting", "state", "number"]),
            models.Index(fields=["email"]),
            models.Index(fields=["expires"]),
        ]


class Question(models.Model):
    """What somebody asks beforehand. registration : None once it is no longer kept who asked."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="questions")
    registration = models.ForeignKey(Registration, models.SET_NULL, null=True, related_name="questions")
    text = models.TextField()
    asked = models.DateTimeField(default=timezone.now)


class Photo(models.Model):
    """A photo of a meeting. consent : how the people in it agreed; none is kept without it. by : who recorded that."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="photos", max_length=100)
    alt = models.CharField(max_length=200)
    consent = models.CharField(max_length=300)
    by = models.BigIntegerField()
    added = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["added", "pk"]


class Attribute(models.Model):
    """A question by whose answers the tables of a meeting are mixed. choices : the answers that can be given.

    reason : why it is asked, for who registers. ground : by which law a question on what is specially protected may be
    asked. weight : how many times as much as usual it matters at the tables. counts : once the meeting is over and the
    answers are removed, choice -> how many had a place, or WITHHELD.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attributes")
    name = models.CharField(_("question"), max_length=100)
    reason = models.CharField(_("why you ask it"), max_length=300)
    choices = models.JSONField(default=list)
    ground = models.CharField(max_length=300, blank=True)
    weight = models.FloatField(default=1.0)
    version = models.PositiveIntegerField(default=0)
    counts = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint("meeting", Lower("name"), name="one_attribute_of_each_name")]

    def __str__(self) -> str:
        return self.name


FEW = "few"
"""A count of fewer people than may be told exactly, or of nobody."""

WITHHELD = "withheld"
"""A count of few people, or one that would tell such a count."""


class Answer(models.Model):
    """What somebody answered, with consent, for the tables of this meeting only. It is removed after it."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="answers")
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="answers")
    choice = models.CharField(max_length=60)
    consented = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("registration", "attribute", name="one_answer_to_a_question")]


class Seating(models.Model):
    """The plan of the tables of a meeting. seats : chairs at each table. seed : another one makes another plan.

    locked : since when participants see their tables. counted : when the meeting was over and all but the counts was
    removed; they tell of nobody.
    """

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="seating")
    tables = models.PositiveIntegerField(_("tables"))
    rounds = models.PositiveIntegerField(_("rounds"))
    seats = models.PositiveIntegerField(_("seats at each table"))
    seed = models.PositiveIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    made = models.DateTimeField(default=timezone.now)
    locked = models.DateTimeField(null=True)
    counted = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)


class Seat(models.Model):
    """Where somebody sits in a round; both from 1."""

    seating = models.ForeignKey(Seating, models.CASCADE, related_name="taken")
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="seats")
    round = models.PositiveIntegerField()
    table = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("seating", "registration", "round", name="one_seat_in_each_round")
        ]


class SeatingRule(models.Model):
    """Who sits together, apart or at a table, as an organiser says. table : from 1, of those who sit at a fixed one."""

    class Kind(models.TextChoices):
        APART = "apart", _("never at one table")
        TOGETHER = "together", _("always at one table")
        AT = "at", _("always at this table")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="seating_rules")
    kind = models.CharField(max_length=10, choices=Kind)
    people = models.ManyToManyField(Registration, related_name="seating_rules")
    table = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
