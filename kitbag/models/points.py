"""Points: dated facts that are never rewritten, and the standing derived from them (programme §4).

Facts are valuations, spells and holds (and thresholds in members). The total of a member on a day is
one expression over them, `SpellQuerySet.total_on`; the standing is its cache.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from kitbag.models.catalogue import Product, Stage
from kitbag.models.kit import KitItem
from members.models import Level, Member


class UtcDate(Func):
    """The programme day of a moment, in SQL."""

    template = "((%(expressions)s) AT TIME ZONE 'UTC')::date"
    output_field = models.DateField()
    arity = 1


class ValuationQuerySet(models.QuerySet["Valuation"]):
    def in_force(self) -> "ValuationQuerySet":
        """The highest revision of each product and day, withdrawn ones left out."""
        later = Valuation.objects.filter(
            product=OuterRef("product"),
            effective_on=OuterRef("effective_on"),
            revision__gt=OuterRef("revision"),
        )
        return self.filter(~Exists(later), points__isnull=False)

    def value_of(self, product: OuterRef, day: date | F | OuterRef) -> "ValuationQuerySet":
        """For a Subquery: the one valuation of a product in force on a day."""
        return self.in_force().filter(product=product, effective_on__lte=day).order_by("-effective_on")[:1]


class Valuation(models.Model):
    """What a product is worth from a day on. Withdrawing is a revision without points."""

    class Reason(models.TextChoices):
        FIRST = "first", _("First value")
        SUPERSEDED = "superseded", _("Superseded")
        UNSERVICEABLE = "unserviceable", _("No longer serviced")
        SET = "set", _("Set by staff")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    product = models.ForeignKey(Product, models.PROTECT, related_name="valuations")
    effective_on = models.DateField()
    revision = models.PositiveSmallIntegerField(default=1)
    points = models.PositiveIntegerField(null=True)
    stage = models.CharField(max_length=16, choices=Stage)
    reason = models.CharField(max_length=16, choices=Reason)
    note = models.CharField(max_length=500, blank=True)
    short_notice = models.CharField(
        max_length=500, blank=True, db_default="", help_text=_("Why members hear of it late.")
    )
    is_first = models.BooleanField(default=False)
    recorded_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ValuationQuerySet.as_manager()

    class Meta:
        ordering = ["product", "-effective_on", "-revision"]
        constraints = [
            models.UniqueConstraint(
                name="valuation_one_row_a_day_and_revision",
                fields=["product", "effective_on", "revision"],
                include=["points"],
            ),
            models.UniqueConstraint(name="valuation_one_first", fields=["product"], condition=Q(is_first=True)),
            models.CheckConstraint(
                name="valuation_recorded_before_its_day",
                condition=Q(is_first=True) | Q(effective_on__gt=F("recorded_on")),
            ),
            models.CheckConstraint(
                name="valuation_first_has_points",
                condition=Q(is_first=False) | Q(points__isnull=False, revision=1),
            ),
            models.CheckConstraint(name="valuation_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="valuation_reason_known",
                condition=Q(reason__in=["first", "superseded", "unserviceable", "set", "withdrawn"]),
            ),
        ]
        indexes = [models.Index(name="valuation_by_day", fields=["effective_on"])]

    def __str__(self) -> str:
        return f"{self.product_id} {self.points} from {self.effective_on}"


class SpellQuerySet(models.QuerySet["Spell"]):
    def counting_on(self, day: date) -> "SpellQuerySet":
        """Spells that hold a day: half-open, both ends being days."""
        return self.filter(counted_from__lte=day).filter(Q(counted_until__isnull=True) | Q(counted_until__gt=day))

    def open(self) -> "SpellQuerySet":
        return self.filter(closed_at__isnull=True)

    def worth_on(self, day: date) -> "SpellQuerySet":
        """Counting spells of a day, each with its `points` on that day."""
        value = Valuation.objects.value_of(OuterRef("product"), day)
        return self.counting_on(day).annotate(points=Coalesce(Subquery(value.values("points")), 0))

    def total_on(self, day: date) -> int:
        """The one expression: sum over the spells holding the day of the value in force on it (§4)."""
        return self.worth_on(day).aggregate(total=Coalesce(Sum("points"), 0))["total"]

    def totals_on(self, day: date) -> "models.QuerySet[Spell, Any]":
        """The same expression for many members: rows of `member` and `total`."""
        return self.worth_on(day).values("member").annotate(total=Sum("points")).order_by("member")


class Spell(models.Model):
    """A stretch of days in which an item counts. Opened once, closed once, otherwise never changed."""

    class Cause(models.TextChoices):
        REGISTERED = "registered", _("Registered and validated")
        REVIEWED = "reviewed", _("Checked by staff and validated")
        EDITED = "edited", _("Product or serial number changed")
        UNDONE = "undone", _("Removal undone")
        CLAIMED = "claimed", _("Decided for you and validated")

    class ClosedCause(models.TextChoices):
        SOLD = "sold", _("Removed by you: sold")
        LOST = "lost", _("Removed by you: lost")
        STOLEN = "stolen", _("Removed by you: stolen")
        BROKEN = "broken", _("Removed by you: broken")
        OTHER = "other", _("Removed by you")
        EDITED = "edited", _("Product or serial number changed")
        CLAIMED = "claimed", _("Belongs to another member now")
        TAKEN_BACK = "taken_back", _("Being checked again")

    member = models.ForeignKey(Member, models.PROTECT, related_name="spells")
    product = models.ForeignKey(Product, models.PROTECT, related_name="spells")
    item = models.ForeignKey(KitItem, models.PROTECT, related_name="spells")
    counted_from = models.DateField()
    counted_until = models.DateField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=16, choices=Cause)
    closed_cause = models.CharField(max_length=16, choices=ClosedCause, blank=True)

    objects = SpellQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="spell_days_are_utc_dates_of_its_moments",
                condition=Q(counted_from=UtcDate("opened_at"))
                & (Q(counted_until__isnull=True, closed_at__isnull=True) | Q(counted_until=UtcDate("closed_at"))),
            ),
            models.CheckConstraint(
                name="spell_never_ends_before_it_begins",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="spell_closed_with_a_cause",
                condition=Q(closed_at__isnull=True, closed_cause="")
                | Q(
                    closed_at__isnull=False,
                    closed_cause__in=["sold", "lost", "stolen", "broken", "other", "edited", "claimed", "taken_back"],
                ),
            ),
            models.CheckConstraint(
                name="spell_cause_known",
                condition=Q(cause__in=["registered", "reviewed", "edited", "undone", "claimed"]),
            ),
            ExclusionConstraint(
                name="spell_of_an_item_never_overlaps",
                expressions=[
                    ("item", RangeOperators.EQUAL),
                    (
                        Func("opened_at", "closed_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [
            models.Index(
                name="spell_of_member",
                fields=["member", "counted_from"],
                include=["product", "counted_until"],
            ),
            models.Index(
                name="spell_of_product",
                fields=["product", "member"],
                include=["counted_from", "counted_until"],
            ),
            models.Index(name="spell_by_opening", fields=["opened_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.counted_from} to {self.counted_until}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def in_force(self) -> "HoldQuerySet":
        """The highest revision of each hold, withdrawn ones (no day left) left out."""
        later = Hold.objects.filter(
            member=OuterRef("member"), number=OuterRef("number"), revision__gt=OuterRef("revision")
        )
        return self.filter(~Exists(later), ends_on__gt=F("begins_on"))


class Hold(models.Model):
    """A level kept by staff until a day, for a reason (§4). It only lifts."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="holds")
    number = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField(default=1)
    level = models.PositiveSmallIntegerField(choices=Level)
    begins_on = models.DateField()
    ends_on = models.DateField(help_text=_("First day without it."))
    reason = models.CharField(max_length=500)
    short_notice = models.CharField(
        max_length=500, blank=True, db_default="", help_text=_("Why members hear of it late.")
    )
    recorded_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="hold_revision", fields=["member", "number", "revision"]),
            models.CheckConstraint(name="hold_level_above_red", condition=Q(level__in=[1, 2, 3])),
            models.CheckConstraint(name="hold_ends_not_before_it_begins", condition=Q(ends_on__gte=F("begins_on"))),
            models.CheckConstraint(
                name="hold_recorded_before_it_begins",
                condition=Q(revision__gt=1) | Q(begins_on__gt=F("recorded_on")),
            ),
        ]
        indexes = [
            models.Index(name="hold_by_begin", fields=["begins_on"]),
            models.Index(name="hold_by_end", fields=["ends_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.begins_on} to {self.ends_on}"


class Standing(models.Model):
    """Points and level of a member as of a day: the cache of the one expression. Read by standing.on only."""

    member = models.OneToOneField(Member, models.PROTECT, primary_key=True, related_name="standing")
    points = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.RED)
    as_of = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="standing_level_known", condition=Q(level__in=[0, 1, 2, 3])),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.points}, {self.get_level_display()} as of {self.as_of}"


class LevelChange(models.Model):
    """History: the level went up or down on a day, and every kind of cause that was due."""

    class Cause(models.TextChoices):
        VALUE = "value", _("Values of products")
        HOLD = "hold", _("A level kept by staff")
        THRESHOLD = "threshold", _("New thresholds")
        REGISTERED = "registered", _("A product was validated")
        REMOVED = "removed", _("A product was removed")
        EDITED = "edited", _("A product was changed")
        CLAIMED = "claimed", _("A disputed serial number was decided")
        TAKEN_BACK = "taken_back", _("A product is being checked again")

    member = models.ForeignKey(Member, models.PROTECT, related_name="level_changes")
    day = models.DateField()
    at = models.DateTimeField()
    from_level = models.PositiveSmallIntegerField(choices=Level)
    to_level = models.PositiveSmallIntegerField(choices=Level)
    points = models.PositiveIntegerField()
    causes = ArrayField(models.CharField(max_length=16, choices=Cause))
    item = models.ForeignKey(KitItem, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="level_change_changes", condition=~Q(from_level=F("to_level"))),
            models.UniqueConstraint(
                name="level_change_once_a_day_at_midnight",
                fields=["member", "day"],
                condition=Q(item__isnull=True),
            ),
            models.CheckConstraint(
                name="level_change_causes_known",
                condition=Q(
                    causes__contained_by=[
                        "value",
                        "hold",
                        "threshold",
                        "registered",
                        "removed",
                        "edited",
                        "claimed",
                        "taken_back",
                    ]
                ),
            ),
        ]
        indexes = [
            models.Index(name="level_change_of_member", fields=["member", "-at"]),
            models.Index(name="level_change_by_day", fields=["day"]),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.from_level} to {self.to_level} on {self.day}"
