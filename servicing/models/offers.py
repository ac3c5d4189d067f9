"""Offers: what members of some levels and countries may take up, for a while (programme §9)."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kitbag.models import Product
from members.models import Level, Member


class OfferQuerySet(models.QuerySet["Offer"]):
    def running(self, day: date) -> "OfferQuerySet":
        """Offers that are published and run on a programme day."""
        return self.filter(published=True, begins_on__lte=day, ends_on__gt=day)


class Offer(models.Model):
    """An offer for levels and countries, from a programme day up to another, the first without it.

    No countries: for every country. With products: for members whose validated kit holds one of them.
    """

    class Codes(models.TextChoices):
        NONE = "none", _("Without a code")
        SHARED = "shared", _("One code for everyone")
        OWN = "own", _("A code of their own for each member")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=200)
    text = models.TextField(max_length=4000)
    levels = ArrayField(models.PositiveSmallIntegerField(choices=Level))
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    products = models.ManyToManyField(Product, blank=True, related_name="offers")
    begins_on = models.DateField()
    ends_on = models.DateField(help_text=_("First day without it."))
    codes = models.CharField(max_length=8, choices=Codes, default=Codes.NONE)
    shared_code = models.CharField(max_length=60, blank=True)
    link = models.URLField(blank=True)
    published = models.BooleanField(default=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["ends_on", "title"]
        constraints = [
            models.CheckConstraint(name="offer_ends_after_it_begins", condition=Q(ends_on__gt=F("begins_on"))),
            models.CheckConstraint(
                name="offer_levels_known", condition=Q(levels__contained_by=[0, 1, 2, 3]) & ~Q(levels=[])
            ),
            models.CheckConstraint(name="offer_codes_known", condition=Q(codes__in=["none", "shared", "own"])),
            models.CheckConstraint(
                name="offer_shared_code_where_shared",
                condition=(Q(codes="shared") & ~Q(shared_code="")) | (~Q(codes="shared") & Q(shared_code="")),
            ),
        ]
        indexes = [models.Index(name="offer_running", fields=["ends_on", "begins_on"], condition=Q(published=True))]

    def __str__(self) -> str:
        return self.title


class OfferCode(models.Model):
    """A code of an offer, drawn by one member at most; a member draws one of each offer."""

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="own_codes")
    code = models.CharField(max_length=60)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="offer_codes")
    drawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["offer", "pk"]
        constraints = [
            models.UniqueConstraint(name="offer_code_once", fields=["offer", "code"]),
            models.UniqueConstraint(
                name="offer_code_one_a_member", fields=["offer", "member"], condition=Q(member__isnull=False)
            ),
            models.CheckConstraint(
                name="offer_code_drawn_by_a_member",
                condition=Q(member__isnull=True, drawn_at__isnull=True)
                | Q(member__isnull=False, drawn_at__isnull=False),
            ),
            models.CheckConstraint(name="offer_code_not_blank", condition=~Q(code="")),
        ]
        indexes = [
            models.Index(name="offer_code_left", fields=["offer", "id"], condition=Q(member__isnull=True)),
            models.Index(name="offer_code_by_code", fields=["code"]),
        ]

    def __str__(self) -> str:
        return self.code
