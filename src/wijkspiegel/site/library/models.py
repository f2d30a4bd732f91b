"""What is public of each piece, every revision of it, answers to dilemmas, files, and themes with their support."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wijkspiegel.site.cities.models import City
from wijkspiegel.site.people.models import User


class Kind(models.TextChoices):
    APPROACH = "approach", _("approach")
    LESSON = "lesson", _("lesson")
    DILEMMA = "dilemma", _("dilemma")


class ThemeState(models.TextChoices):
    OPEN = "open", _("open")
    ADOPTED = "adopted", _("taken up")
    MERGED = "merged", _("merged")


class Theme(models.Model):
    """A subject for a next session. into : the theme that it was merged into. adopted_in : where it was taken up."""

    slug = models.SlugField(max_length=110, unique=True)
    title = models.CharField(max_length=100)
    why = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ThemeState, default=ThemeState.OPEN)
    into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    adopted_in = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title


class Support(models.Model):
    """Somebody supports a theme: once, and until they withdraw it."""

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="supports")
    user = models.ForeignKey(User, models.CASCADE, related_name="supports")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("theme", "user", name="one_support_per_person")]


class Piece(models.Model):
    """An approach, a lesson or a dilemma, as it is public; its text is empty until it was published for the first time.

    done : what was done; of a dilemma, what it is. came : what came of it. value : added value. links : one on a line.
    """

    kind = models.CharField(max_length=10, choices=Kind)
    city = models.ForeignKey(City, models.PROTECT, related_name="pieces")
    slug = models.SlugField(max_length=110, unique=True)
    is_public = models.BooleanField(default=False)
    published = models.DateTimeField(null=True)
    language = models.CharField(max_length=2, default="nl")
    title = models.CharField(max_length=100, blank=True)
    summary = models.TextField(blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    done = models.TextField(blank=True)
    came = models.TextField(blank=True)
    value = models.TextField(blank=True)
    reuse = models.TextField(blank=True)
    costs = models.TextField(blank=True)
    links = models.TextField(blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="pieces")

    class Meta:
        ordering: ClassVar = ["-published", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["is_public", "kind", "-published"]),
            models.Index(fields=["is_public", "-published", "-id"]),
        ]

    def __str__(self) -> str:
        return self.title


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    REVIEW = "review", _("in review")
    PUBLISHED = "published", _("published")


class Revision(models.Model):
    """How a piece was written at some time. content : the fields of the form. The latest is what editors work on."""

    piece = models.ForeignKey(Piece, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    content = models.JSONField()
    remark = models.TextField(blank=True)
    by = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("piece", "number", name="one_revision_of_each_number")]
        ordering: ClassVar = ["-number"]


class Answer(models.Model):
    """What a city did with the dilemma of another."""

    piece = models.ForeignKey(Piece, models.CASCADE, related_name="answers")
    city = models.ForeignKey(City, models.PROTECT)
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("piece", "city", name="one_answer_of_each_city")]


class File(models.Model):
    """A document or picture with a piece. content : where it lies; name : as it was called."""

    piece = models.ForeignKey(Piece, models.CASCADE, related_name="files")
    name = models.CharField(max_length=150)
    content = models.FileField(upload_to="library")
    kind = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
