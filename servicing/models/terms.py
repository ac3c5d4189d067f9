"""Targets, discounts and loans as data: country × level × service, each from a day on (programme §6, §7)."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from members.models import Level


class Service(models.TextChoices):
    REPAIR = "repair", _("Repair")
    MAINTENANCE = "maintenance", _("Maintenance")
    UPGRADE = "upgrade", _("Upgrade")


class ServiceTermsQuerySet(models.QuerySet["ServiceTerms"]):
    def on(self, day: date) -> "ServiceTermsQuerySet":
        """The row in force on a day for each country, level and service."""
        latest = (
            self.filter(valid_from__lte=day)
            .order_by("country", "level", "service", "-valid_from")
            .distinct("country", "level", "service")
        )
        return self.filter(pk__in=latest.values("pk"))


class ServiceTerms(models.Model):
    """What a level gives for a service in a country. A target is never a guarantee."""

    country = CountryField()
    level = models.PositiveSmallIntegerField(choices=Level)
    service = models.CharField(max_length=16, choices=Service)
    valid_from = models.DateField()
    target_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Working days at the centre; empty: no target.")
    )
    video_target_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("The same for Cinema EOS and X series.")
    )
    loan = models.BooleanField(default=False)
    discount_percent = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    free_return_shipping = models.BooleanField(default=False)

    objects = ServiceTermsQuerySet.as_manager()

    class Meta:
        ordering = ["country", "level", "service", "-valid_from"]
        verbose_name_plural = "service terms"
        constraints = [
            models.UniqueConstraint(
                name="service_terms_one_row_a_day", fields=["country", "level", "service", "valid_from"]
            ),
            models.CheckConstraint(name="service_terms_level_known", condition=Q(level__in=[0, 1, 2, 3])),
            models.CheckConstraint(name="service_terms_service_known", condition=Q(service__in=Service.values)),
            models.CheckConstraint(
                name="service_terms_video_never_faster",
                condition=Q(target_days__isnull=True, video_target_days__isnull=True)
                | (Q(video_target_days__gte=models.F("target_days")) & Q(video_target_days__gte=5)),
            ),
            models.CheckConstraint(
                name="service_terms_discount_is_a_percentage",
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.get_level_display()} {self.service} from {self.valid_from}"
