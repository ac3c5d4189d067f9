"""One row a programme day that the night has taken or is taking, and one a full check (programme §5)."""

from datetime import date

from django.db import models
from django.db.models import F, Max, Q


class NightQuerySet(models.QuerySet["Night"]):
    def last_complete_day(self) -> date | None:
        return self.filter(completed_at__isnull=False).aggregate(day=Max("day"))["day"]

    def newest_begun_day(self) -> date | None:
        return self.aggregate(day=Max("day"))["day"]


class Night(models.Model):
    """What was due on a day, how many it concerned, and how long it took."""

    day = models.DateField(primary_key=True)
    begun_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    products_due = models.PositiveIntegerField(default=0)
    holds_due = models.PositiveIntegerField(default=0)
    thresholds_due = models.PositiveIntegerField(default=0)
    members = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    levels_up = models.PositiveIntegerField(default=0)
    levels_down = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    progress = models.BigIntegerField(default=0, help_text="Highest member done, while the night is under way.")

    objects = NightQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                name="night_completed_after_it_began",
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("begun_at")),
            ),
            models.UniqueConstraint(
                fields=["completed_at"],
                name="night_one_under_way",
                condition=Q(completed_at__isnull=True),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"night of {self.day}"


class FullCheck(models.Model):
    """All standings compared with the facts: how many, how many differed, and the first of them in words."""

    begun_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    day = models.DateField(help_text="The last complete night, on which standings were compared at the earliest.")
    members = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-begun_at"]
        constraints = [
            models.CheckConstraint(
                name="full_check_completed_after_it_began",
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("begun_at")),
            ),
            models.CheckConstraint(
                name="full_check_differing_within_members", condition=Q(differing__lte=F("members"))
            ),
        ]

    def __str__(self) -> str:
        return f"full check of {self.begun_at:%Y-%m-%d %H:%M}"
