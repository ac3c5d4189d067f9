"""The catalogue: products, the names they are found by, and the plan of their life (programme §2)."""

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kitbag.rules.families import Family


class Stage(models.TextChoices):
    """Where a product stands in its life, and with it what it counts for (§4)."""

    CURRENT = "current", pgettext_lazy("stage", "current")
    SUPERSEDED = "superseded", pgettext_lazy("stage", "superseded")
    UNSERVICEABLE = "unserviceable", pgettext_lazy("stage", "no longer serviced")


class FamilyName(models.TextChoices):
    """Families by name, in the order of filters."""

    BODY = Family.BODY, pgettext_lazy("family", "Bodies")
    LENS = Family.LENS, pgettext_lazy("family", "Lenses")
    CINEMA = Family.CINEMA, pgettext_lazy("family", "Cinema")
    CAMCORDER = Family.CAMCORDER, pgettext_lazy("family", "Camcorders")
    FLASH = Family.FLASH, pgettext_lazy("family", "Flashes")
    PRINTER = Family.PRINTER, pgettext_lazy("family", "Printers")
    SCANNER = Family.SCANNER, pgettext_lazy("family", "Scanners")
    ACCESSORY = Family.ACCESSORY, pgettext_lazy("family", "Accessories")


class Product(models.Model):
    """A row of the catalogue. Its value on a day is a Valuation, never a column here.

    `points_full`, `points_superseded` and `points_floor` are what the policy writes valuations from:
    programme data, editable, not Canon's list.
    """

    class SerialNeed(models.TextChoices):
        REQUIRED = "required", _("required")
        OPTIONAL = "optional", _("optional")
        NONE = "none", _("none")

    sku = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=40)
    family = models.CharField(max_length=16, choices=FamilyName)
    series = models.CharField(max_length=60, blank=True)
    mount = models.CharField(max_length=40, blank=True)
    media = models.CharField(max_length=8, choices=[("photo", _("photo")), ("video", _("video")), ("both", _("both"))])
    announced_year = models.PositiveSmallIntegerField(null=True, blank=True)
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="supersedes")
    fast_track = models.BooleanField(default=False)
    fast_track_video = models.BooleanField(default=False)
    points_full = models.PositiveIntegerField(default=0)
    points_superseded = models.PositiveIntegerField(default=0)
    points_floor = models.PositiveIntegerField(default=0)
    serial_need = models.CharField(max_length=8, choices=SerialNeed)
    serial_hint = models.CharField(max_length=300, blank=True)
    aliases = models.CharField(max_length=500, blank=True, help_text=_("Other names, joined by a bar."))
    market = models.CharField(max_length=120, blank=True)
    points_basis = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    file_cells = models.JSONField(default=dict, blank=True, editable=False)
    added_on = models.DateField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="product_serial_need_known",
                condition=Q(serial_need__in=["required", "optional", "none"]),
            ),
            models.CheckConstraint(
                name="product_family_known", condition=Q(family__in=[family.value for family in Family])
            ),
            models.CheckConstraint(name="product_media_known", condition=Q(media__in=["photo", "video", "both"])),
            models.CheckConstraint(
                name="product_points_never_rise_with_age",
                condition=Q(points_full__gte=models.F("points_superseded"))
                & Q(points_superseded__gte=models.F("points_floor")),
            ),
            models.CheckConstraint(
                name="product_floor_at_least_one_with_points",
                condition=Q(points_full=0) | Q(points_floor__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SearchName(models.Model):
    """One name a product is found by: its own, or another region's, in the normalised form of search."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="search_names")
    text = models.CharField(max_length=200)
    is_alias = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="search_name_once", fields=["product", "text"])]
        indexes = [GistIndex(name="search_name_near", fields=["text"], opclasses=["gist_trgm_ops"])]

    def __str__(self) -> str:
        return self.text


class LifecycleMark(models.Model):
    """Superseded or out of service from a day on. A plan until the day before; a policy makes valuations of it."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="lifecycle_marks")
    stage = models.CharField(max_length=16, choices=Stage)
    effective_on = models.DateField(null=True, blank=True, help_text=_("Empty: the mark is withdrawn."))
    revision = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    recorded_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["product", "stage", "-revision"]
        constraints = [
            models.UniqueConstraint(name="lifecycle_mark_revision", fields=["product", "stage", "revision"]),
            models.CheckConstraint(
                name="lifecycle_mark_stage_known", condition=Q(stage__in=["superseded", "unserviceable"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.stage} from {self.effective_on}"


class CatalogueLoad(models.Model):
    """A load of the catalogue file that was carried out: what it added, changed, left and refused."""

    loaded_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    refused = models.JSONField(default=list)

    class Meta:
        ordering = ["-loaded_at"]

    def __str__(self) -> str:
        return f"{self.loaded_at:%Y-%m-%d %H:%M} {self.digest[:8]}"
