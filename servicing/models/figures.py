"""Figures of each day, so that reports over years read hundreds of rows and not millions (programme §10)."""

from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField


class DayFigures(models.Model):
    """What a day was for the members of one country; final once the night after it is complete.

    Levels are those at the end of the day. `decided` counts items that staff decided on, `waited_hours` is the sum
    of what they waited; `within_a_day` and `within_three_days` are of those. `points_fell` is what members lost
    because products that counted before the day were worth less on it.
    """

    day = models.DateField()
    country = CountryField()
    joined = models.PositiveIntegerField(default=0)
    registered = models.PositiveIntegerField(default=0)
    red = models.PositiveIntegerField(default=0)
    silver = models.PositiveIntegerField(default=0)
    gold = models.PositiveIntegerField(default=0)
    platinum = models.PositiveIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0)
    waited_hours = models.PositiveIntegerField(default=0)
    within_a_day = models.PositiveIntegerField(default=0)
    within_three_days = models.PositiveIntegerField(default=0)
    points_fell = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["-day", "country"]
        verbose_name_plural = "figures of each day"
        constraints = [
            models.UniqueConstraint(name="day_figures_once", fields=["day", "country"]),
            models.CheckConstraint(
                name="day_figures_agree",
                condition=Q(within_a_day__lte=F("within_three_days")) & Q(within_three_days__lte=F("decided")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.country}"
