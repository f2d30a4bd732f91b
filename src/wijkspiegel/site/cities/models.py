"""What was loaded of each release, and what a city says of itself. Figures are never changed here: only loaded."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class City(models.Model):
    """A municipality that some release tells of. approach : what it does, in Markdown, by its own editors."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=110, unique=True)
    approach = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Release(models.Model):
    """One load of a release. subject : code of the city that it is about; "" where it tells of many.

    digest : SHA-256 of all its files together, as `disclosure.pack` puts them. licence : of its sources; "" where they
    have none, or several.
    """

    subject = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    licence = models.CharField(max_length=60, blank=True)
    latest_year = models.PositiveSmallIntegerField()
    loaded = models.DateTimeField(default=timezone.now)
    by = models.BigIntegerField(default=0)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("subject", condition=models.Q(is_current=True), name="one_current_release"),
            models.UniqueConstraint("subject", "digest", name="a_release_is_loaded_once"),
        ]


class Kind(models.TextChoices):
    """What kind of city it is, by the largest group of origin: up to a half of the residents, up to three quarters."""

    NO_MAJORITY = "no majority", _("No group of origin is the majority")
    MIXED = "mixed", _("One group of origin is the majority, and more than a quarter has another")
    MOSTLY_ONE = "mostly one", _("At least three quarters have one origin")


class Part(models.Model):
    """What a release tells of one city, as a release of its own: the zip file that can be downloaded.

    kind : "" where the release does not tell every group. package : the last column, for SQLite reads through it to
    reach what stands after it.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="parts")
    city = models.ForeignKey(City, models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=20, choices=Kind, blank=True)
    package = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("release", "city", name="one_part_of_each_city")]


class Area(models.Model):
    """An area inside a city, as a release has it."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="areas")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=150)
    level = models.CharField(max_length=30)
    population = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("part", "code", name="one_area_of_each_code")]
        indexes: ClassVar = [models.Index(fields=["code"])]
        ordering: ClassVar = ["level", "name"]


class Headline(models.Model):
    """A figure of a city by which cities are listed, coloured and compared."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="headlines")
    measure = models.CharField(max_length=40)
    scheme = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    value = models.FloatField()
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["measure", "scheme", "year"])]


class Peer(models.Model):
    """A city that is alike, and why."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="peers")
    code = models.CharField(max_length=20)
    rank = models.PositiveSmallIntegerField()
    because = models.TextField()

    class Meta:
        ordering: ClassVar = ["rank"]


class Map(models.Model):
    """Outlines of all cities of a release, as GeoJSON."""

    release = models.OneToOneField(Release, models.CASCADE, related_name="map")
    outlines = models.TextField()


class Page(models.Model):
    """The findings on an area as they are shown, drawn once for each version of the program."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="pages")
    area = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    program = models.CharField(max_length=40)
    html = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("part", "area", "language", name="one_page_of_an_area")]
