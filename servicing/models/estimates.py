"""Estimates: prices that a member accepts or declines (programme §6)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicing.models.cases import Case
from servicing.models.stretches import Stretch


class Estimate(models.Model):
    """A price that the member accepts or declines. A new one replaces the one before it, visibly."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for the member")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        REPLACED = "replaced", _("Replaced")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="estimates")
    stretch = models.ForeignKey(Stretch, models.PROTECT, related_name="estimates")
    version = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    vat_percent = models.DecimalField(max_digits=4, decimal_places=1)
    note = models.TextField(max_length=1000, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["case", "version"]
        constraints = [
            models.UniqueConstraint(name="estimate_version_of_case", fields=["case", "version"]),
            models.UniqueConstraint(name="estimate_one_waiting", fields=["case"], condition=Q(state="waiting")),
            models.CheckConstraint(
                name="estimate_state_known",
                condition=Q(state__in=["waiting", "accepted", "declined", "expired", "replaced"]),
            ),
            models.CheckConstraint(
                name="estimate_answered_once_decided",
                condition=Q(state="waiting", answered_at__isnull=True)
                | (~Q(state="waiting") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(name="estimate_expires_after_sent", condition=Q(expires_at__gt=F("sent_at"))),
            models.CheckConstraint(
                name="estimate_currency_has_three_letters", condition=Q(currency__regex=r"^[A-Z]{3}$")
            ),
        ]
        indexes = [models.Index(name="estimate_by_sending", fields=["sent_at"])]

    def __str__(self) -> str:
        return f"{self.case} estimate {self.version}"


class EstimateLine(models.Model):
    """A line of an estimate, before VAT. Discount and return shipping are written by rule, with why or why not."""

    class Kind(models.TextChoices):
        PART = "part", _("Part")
        LABOUR = "labour", _("Labour")
        OTHER = "other", _("Other")
        SHIPPING = "shipping", _("Return shipping")
        DISCOUNT = "discount", _("CPS discount")

    estimate = models.ForeignKey(Estimate, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    full_amount = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text=_("What it would cost without the benefit.")
    )
    why = models.CharField(max_length=24, blank=True, help_text=_("Code of the rule: servicing/rules/charges.py."))

    class Meta:
        ordering = ["estimate", "position"]
        constraints = [
            models.UniqueConstraint(name="estimate_line_position", fields=["estimate", "position"]),
            models.CheckConstraint(
                name="estimate_line_kind_known",
                condition=Q(kind__in=["part", "labour", "other", "shipping", "discount"]),
            ),
            models.CheckConstraint(
                name="estimate_line_only_discounts_take_off",
                condition=Q(amount__gte=0) | Q(kind="discount"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words or self.kind} {self.amount}"
