"""Level names and the thresholds that give them (programme §4)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.rules.levels import Rank, Thresholds


class Level(models.IntegerChoices):
    RED = Rank.RED, pgettext_lazy("level", "Red")
    SILVER = Rank.SILVER, pgettext_lazy("level", "Silver")
    GOLD = Rank.GOLD, pgettext_lazy("level", "Gold")
    PLATINUM = Rank.PLATINUM, pgettext_lazy("level", "Platinum")


class ThresholdQuerySet(models.QuerySet["Threshold"]):
    def in_force_order(self) -> "ThresholdQuerySet":
        """Latest day first, its highest revision first."""
        return self.order_by("-effective_on", "-revision")

    def on(self, day: date) -> Thresholds:
        """The thresholds of a day. Raises Threshold.DoesNotExist before the first row's day."""
        row = self.filter(effective_on__lte=day, is_withdrawn=False).filter(_latest_revision()).in_force_order().first()
        if row is None:
            raise self.model.DoesNotExist(day)
        return Thresholds(row.silver, row.gold, row.platinum)

    def steps(self) -> list[tuple[date, Thresholds]]:
        """Every change in order of day, withdrawn ones left out."""
        rows = self.filter(is_withdrawn=False).filter(_latest_revision()).order_by("effective_on")
        return [(row.effective_on, Thresholds(row.silver, row.gold, row.platinum)) for row in rows]


def _latest_revision() -> Q:
    later = Threshold.objects.filter(
        effective_on=models.OuterRef("effective_on"), revision__gt=models.OuterRef("revision")
    )
    return Q(~models.Exists(later))


class Threshold(models.Model):
    """What the levels need from a day on. A planned row is revised by a higher revision of its day."""

    effective_on = models.DateField()
    revision = models.PositiveSmallIntegerField(default=1)
    silver = models.PositiveIntegerField()
    gold = models.PositiveIntegerField()
    platinum = models.PositiveIntegerField()
    is_withdrawn = models.BooleanField(default=False)
    is_first = models.BooleanField(default=False, editable=False)
    reason = models.CharField(max_length=500)
    short_notice = models.CharField(
        max_length=500, blank=True, db_default="", help_text=_("Why members hear of it late.")
    )
    recorded_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ThresholdQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_on", "-revision"]
        constraints = [
            models.UniqueConstraint(name="threshold_one_row_a_day_and_revision", fields=["effective_on", "revision"]),
            models.UniqueConstraint(name="threshold_one_first", fields=["is_first"], condition=Q(is_first=True)),
            models.CheckConstraint(
                name="threshold_levels_ascend",
                condition=Q(silver__gt=0, gold__gt=F("silver"), platinum__gt=F("gold")),
            ),
            models.CheckConstraint(
                name="threshold_recorded_before_its_day",
                condition=Q(is_first=True) | Q(effective_on__gt=F("recorded_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on}: {self.silver} / {self.gold} / {self.platinum}"
