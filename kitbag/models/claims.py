"""Claims: two members, one unit. Neither learns who the other is (programme §3)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kitbag.models.kit import KitItem
from kitbag.models.proofs import Proof


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> "ClaimQuerySet":
        return self.filter(state=Claim.State.OPEN)

    def withdraw(self, *, at: datetime) -> int:
        """End open claims without a decision: what they asked for is gone."""
        return self.open().update(state=Claim.State.WITHDRAWN, decided_at=at)


class Claim(models.Model):
    """A dispute over a unit: the claimant's waiting item against the holder's validated one.

    Opened by the claimant with proof; the holder may release or object; staff decide. A claim whose item
    or unit is gone ends by itself as withdrawn.
    """

    class Ground(models.TextChoices):
        USED = "used", _("I bought it used")
        MISTAKE = "mistake", _("I think this is a mistake")

    class Answer(models.TextChoices):
        NONE = "", _("No answer yet")
        RELEASED = "released", _("Released")
        OBJECTED = "objected", _("Objected")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        FOR_CLAIMANT = "for_claimant", _("Decided for the claimant")
        FOR_HOLDER = "for_holder", _("Decided for the holder")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    item = models.ForeignKey(KitItem, models.PROTECT, related_name="claims")
    held_item = models.ForeignKey(KitItem, models.PROTECT, related_name="claims_against")
    ground = models.CharField(max_length=8, choices=Ground)
    words = models.CharField(max_length=500, blank=True)
    proof = models.ForeignKey(Proof, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    answer_by = models.DateField()
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answer_words = models.CharField(max_length=500, blank=True)
    answer_proof = models.ForeignKey(Proof, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    note = models.CharField(max_length=500, blank=True, help_text=_("Why staff decided so; for staff."))
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(name="claim_one_open_per_item", fields=["item"], condition=Q(state="open")),
            models.CheckConstraint(name="claim_is_between_two_items", condition=~Q(item=F("held_item"))),
            models.CheckConstraint(name="claim_ground_known", condition=Q(ground__in=["used", "mistake"])),
            models.CheckConstraint(
                name="claim_answered_at",
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=["released", "objected"], answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_decided_at",
                condition=Q(state="open", decided_at__isnull=True)
                | Q(state__in=["for_claimant", "for_holder", "withdrawn"], decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_objection_has_proof", condition=~Q(answer="objected") | Q(answer_proof__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="claim_open", fields=["opened_at"], condition=Q(state="open")),
            models.Index(name="claim_by_opening", fields=["opened_at"]),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"
