"""Country terms (programme §7): which countries take part, and up to which level's benefits."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from members.models.levels import Level


class BenefitClass(models.TextChoices):
    """The three classes of §7; a country outside all of them cannot be an official address."""

    FULL = "full", _("Full benefits")
    SILVER = "silver", _("Benefits up to Silver")
    MEMBERSHIP = "membership", _("Membership, without Fast Track targets or loans")

    @property
    def cap(self) -> Level:
        """The highest benefit level the class gives (§6)."""
        return {"full": Level.PLATINUM, "silver": Level.SILVER, "membership": Level.RED}[self.value]


class CountryTermsQuerySet(models.QuerySet["CountryTerms"]):
    def on(self, day: date) -> "CountryTermsQuerySet":
        """The row in force on a day for each country, in order of country code; ended ones left out."""
        latest = self.filter(valid_from__lte=day).order_by("country", "-valid_from").distinct("country")
        return self.filter(pk__in=latest.values("pk"), ended=False).order_by("country")

    def of(self, country: str, *, day: date) -> "CountryTerms | None":
        """The terms of one country on a day; None where it does not take part."""
        row = self.filter(country=country, valid_from__lte=day).order_by("-valid_from").first()
        return None if row is None or row.ended else row


class CountryTerms(models.Model):
    """A participating country from a day on. Lists moved between classes over the years: rows, not code."""

    country = CountryField()
    benefit_class = models.CharField(max_length=16, choices=BenefitClass)
    valid_from = models.DateField()
    ended = models.BooleanField(default=False, help_text=_("The country stops taking part on this day."))

    objects = CountryTermsQuerySet.as_manager()

    class Meta:
        ordering = ["country", "-valid_from"]
        verbose_name_plural = "country terms"
        constraints = [
            models.UniqueConstraint(name="country_terms_one_row_a_day", fields=["country", "valid_from"]),
            models.CheckConstraint(
                name="country_terms_class_known", condition=Q(benefit_class__in=BenefitClass.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.benefit_class} from {self.valid_from}"

    @property
    def cap(self) -> Level:
        return BenefitClass(self.benefit_class).cap
