"""Canon Service Centres: where they are, when they open, what they take, and who works there (programme §6)."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from kitbag.models import FamilyName
from servicing.models.terms import Service
from servicing.rules.eligibility import CentreKind


class Kind(models.TextChoices):
    """The two kinds; together they are the Canon Service Centres."""

    CANON = CentreKind.CANON, _("Canon Service & Repair Centre")
    PARTNER = CentreKind.PARTNER, _("CPS Authorised Service Partner")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class CentreQuerySet(models.QuerySet["Centre"]):
    def working(self, day: date) -> "CentreQuerySet":
        """Centres that take part on a day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), begins_on__lte=day)


class Centre(models.Model):
    """A workshop that services equipment for CPS. `code` begins its case numbers.

    Public holidays come from the country (and its region, where one is named); `DatedHours` of a day take
    their place.
    """

    code = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind)
    street = models.CharField(max_length=200, help_text=_("One line of the address in each line, without the town."))
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=80)
    country = CountryField()
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    time_zone = models.CharField(max_length=64)
    holiday_region = models.CharField(max_length=8, blank=True, help_text=_("Region whose holidays hold, if any."))
    cut_off = models.TimeField(help_text=_("What comes in later counts as received on the next working day."))
    services = ArrayField(models.CharField(max_length=16, choices=Service))
    families = ArrayField(models.CharField(max_length=16, choices=FamilyName))
    takes_video = models.BooleanField(default=False, help_text=_("Cinema EOS and X series."))
    serves_cps = models.BooleanField(_("Canon Professional Services"), default=True)
    offers = models.TextField(blank=True, max_length=2000, help_text=_("What a partner offers CPS members itself."))
    currency = models.CharField(max_length=3)
    vat_percent = models.DecimalField(max_digits=4, decimal_places=1)
    visitor_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Working days stated to visitors from other CPS regions; empty: none.")
    )
    is_demo = models.BooleanField(default=False, help_text=_("Made up; pages say so."))
    begins_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        ordering = ["country", "name"]
        constraints = [
            models.CheckConstraint(name="centre_code_in_capitals", condition=Q(code__regex=r"^[A-Z]{2,6}$")),
            models.CheckConstraint(name="centre_kind_known", condition=Q(kind__in=["canon", "partner"])),
            models.CheckConstraint(
                name="centre_somewhere_on_earth",
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
            ),
            models.CheckConstraint(
                name="centre_services_known",
                condition=Q(services__contained_by=["repair", "maintenance", "upgrade"]) & ~Q(services=[]),
            ),
            models.CheckConstraint(
                name="centre_families_known",
                condition=Q(
                    families__contained_by=[
                        "body",
                        "lens",
                        "cinema",
                        "camcorder",
                        "flash",
                        "printer",
                        "scanner",
                        "accessory",
                    ]
                )
                & ~Q(families=[]),
            ),
            models.CheckConstraint(
                name="centre_currency_has_three_letters", condition=Q(currency__regex=r"^[A-Z]{3}$")
            ),
            models.CheckConstraint(
                name="centre_vat_is_a_percentage", condition=Q(vat_percent__gte=0, vat_percent__lte=100)
            ),
            models.CheckConstraint(
                name="centre_ends_after_it_begins", condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("begins_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class _Minutes(Func):
    """The minutes of a day between two times, half-open: what an exclusion constraint can compare."""

    template = "int4range(%(expressions)s)"

    @classmethod
    def of(cls, opens: str, closes: str) -> "_Minutes":
        return cls(_MinuteOf(opens), _MinuteOf(closes))


class _MinuteOf(Func):
    template = "(EXTRACT(hour FROM %(expressions)s) * 60 + EXTRACT(minute FROM %(expressions)s))::int"


class OpeningHours(models.Model):
    """One span of a weekday in the centre's own time; a break makes two of them."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["centre", "weekday", "opens"]
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(name="opening_hours_weekday_known", condition=Q(weekday__lte=6)),
            models.CheckConstraint(name="opening_hours_open_before_they_close", condition=Q(opens__lt=F("closes"))),
            ExclusionConstraint(
                name="opening_hours_never_overlap",
                expressions=[
                    ("centre", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (_Minutes.of("opens", "closes"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M} to {self.closes:%H:%M}"


class DatedHours(models.Model):
    """The hours of one day in place of the week's and of any public holiday; without times the day is closed."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="dated_hours")
    day = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    note = models.CharField(max_length=120, blank=True, help_text=_("Why, for members to read."))

    class Meta:
        ordering = ["centre", "day", "opens"]
        verbose_name_plural = "dated hours"
        constraints = [
            models.CheckConstraint(
                name="dated_hours_open_before_they_close",
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, opens__lt=F("closes")),
            ),
            models.UniqueConstraint(
                name="dated_hours_closed_once", fields=["centre", "day"], condition=Q(opens__isnull=True)
            ),
            ExclusionConstraint(
                name="dated_hours_never_overlap",
                expressions=[
                    ("centre", RangeOperators.EQUAL),
                    ("day", RangeOperators.EQUAL),
                    (_Minutes.of("opens", "closes"), RangeOperators.OVERLAPS),
                ],
                condition=Q(opens__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.opens:%H:%M} to {self.closes:%H:%M}" if self.opens and self.closes else f"{self.day}"


class CentreClerk(models.Model):
    """Centre staff work at one centre, and see its cases and units only (programme §10)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="works_at")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="clerks")

    def __str__(self) -> str:
        return f"{self.user} at {self.centre}"
