"""What a case goes through: stretches, the slots they hold, and everything that happened (programme §6)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Level, Member
from servicing.models.cases import Case, CaseState
from servicing.models.centres import Centre


class Stretch(models.Model):
    """One time through the bench: from a request to the way back. Reopening begins another.

    Level, terms and the centre's calendar are copied on receipt (a queued one: when it gets its slot) and
    never change. `due_at`, `paused_since` and `worked_days` are what the clock said at the last event, kept
    for lists; the case's page computes them from the events.
    """

    class Lane(models.TextChoices):
        FAST = "fast", _("Fast Track")
        QUEUED = "queued", _("Waiting for a slot")
        STANDARD = "standard", _("Standard time")

    case = models.ForeignKey(Case, models.PROTECT, related_name="stretches")
    number = models.PositiveSmallIntegerField(default=1)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    lane = models.CharField(max_length=8, choices=Lane)
    requested_at = models.DateTimeField()
    expiry_told_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    slot_at = models.DateTimeField(null=True, blank=True, help_text=_("When a queued one got its slot."))
    level = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    benefit_level = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    target_days = models.PositiveSmallIntegerField(null=True, blank=True)
    terms = models.JSONField(null=True, blank=True, help_text=_("Terms as copied: servicing/freezing.py."))
    calendar = models.JSONField(null=True, blank=True, help_text=_("The centre's calendar as copied."))
    due_at = models.DateTimeField(null=True, blank=True)
    paused_since = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True, help_text=_("Shipped, returned or beyond repair."))
    worked_days = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    in_time = models.BooleanField(null=True, blank=True)
    paused_days = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("Closed, cancelled or expired."))
    back_on = models.DateField(null=True, blank=True, help_text=_("The day it was back with the member."))

    class Meta:
        ordering = ["case", "number"]
        verbose_name_plural = "stretches"
        constraints = [
            models.UniqueConstraint(name="stretch_number_of_case", fields=["case", "number"]),
            models.UniqueConstraint(name="stretch_one_open", fields=["case"], condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(name="stretch_lane_known", condition=Q(lane__in=["fast", "queued", "standard"])),
            models.CheckConstraint(
                name="stretch_terms_copied_together",
                condition=Q(level__isnull=True, benefit_level__isnull=True, terms__isnull=True, calendar__isnull=True)
                | Q(received_at__isnull=False, terms__isnull=False, calendar__isnull=False),
            ),
            models.CheckConstraint(
                name="stretch_target_only_on_fast_track",
                condition=Q(target_days__isnull=True) | Q(lane="fast", terms__isnull=False) | Q(member__isnull=True),
            ),
            models.CheckConstraint(
                name="stretch_leaves_after_receipt",
                condition=Q(left_at__isnull=True) | Q(received_at__isnull=False, left_at__gte=F("received_at")),
            ),
        ]
        indexes = [
            models.Index(
                name="stretch_due_at_centre",
                fields=["centre", "due_at"],
                condition=Q(received_at__isnull=False, left_at__isnull=True),
            ),
            models.Index(name="stretch_left_centre", fields=["centre", "-left_at"], condition=Q(left_at__isnull=False)),
            models.Index(
                name="stretch_queue",
                fields=["member", "requested_at"],
                condition=Q(lane="queued", left_at__isnull=True),
            ),
            models.Index(
                name="stretch_not_received",
                fields=["requested_at"],
                condition=Q(received_at__isnull=True, ended_at__isnull=True),
            ),
            models.Index(
                name="stretch_on_the_way_back",
                fields=["left_at"],
                condition=Q(left_at__isnull=False, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} ({self.number})"


class SlotHold(models.Model):
    """One of a member's three Fast Track places, held by a stretch from one moment to another."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="slot_holds")
    stretch = models.ForeignKey(Stretch, models.PROTECT, related_name="slot_holds")
    number = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="slot_one_of_three", condition=Q(number__gte=1, number__lte=3)),
            models.UniqueConstraint(
                name="slot_held_by_one_case", fields=["member", "number"], condition=Q(freed_at__isnull=True)
            ),
            models.UniqueConstraint(name="case_holds_one_slot", fields=["stretch"], condition=Q(freed_at__isnull=True)),
            models.CheckConstraint(
                name="slot_freed_after_it_was_taken",
                condition=Q(freed_at__isnull=True) | Q(freed_at__gte=F("taken_at")),
            ),
        ]
        indexes = [models.Index(name="slot_of_member", fields=["member", "-taken_at"])]

    def __str__(self) -> str:
        return f"{self.member_id}: slot {self.number}"


class CaseEvent(models.Model):
    """Something that happened to a case. Never rewritten: the clock is computed from these."""

    class Kind(models.TextChoices):
        STEP = "step", _("Step")
        CHANGED = "changed", _("Request changed")
        SLOT_TAKEN = "slot_taken", _("Slot taken")
        SLOT_FREED = "slot_freed", _("Slot free")
        LANE = "lane", _("Standard time or queue")
        TERMS = "terms", _("Terms copied")
        ESTIMATE_EXPIRED = "estimate_expired", _("Estimate expired")
        PARTS = "parts", _("Parts expected")
        MESSAGE = "message", _("Message")
        INTAKE = "intake", _("Booked in")
        NUMBER = "number", _("Serial number changed")
        TRACKING = "tracking", _("Tracking number")
        LOAN = "loan", _("Loan")
        WARNING = "warning", _("Warning for the centre")

    class Actor(models.TextChoices):
        MEMBER = "member", _("You")
        CENTRE = "centre", _("The centre")
        STAFF = "staff", _("CPS staff")
        PORTAL = "portal", _("The portal")

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    stretch = models.ForeignKey(Stretch, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=CaseState, blank=True, help_text=_("The state a step led to."))
    actor = models.CharField(max_length=8, choices=Actor)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(max_length=2000, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    internal = models.BooleanField(default=False, help_text=_("For the centre only."))

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="case_event_step_names_its_state",
                condition=Q(kind="step", state__in=CaseState.values) | (~Q(kind="step") & Q(state="")),
            ),
            models.CheckConstraint(
                name="case_event_kind_known",
                condition=Q(
                    kind__in=[
                        "step",
                        "changed",
                        "slot_taken",
                        "slot_freed",
                        "lane",
                        "terms",
                        "estimate_expired",
                        "parts",
                        "message",
                        "intake",
                        "number",
                        "tracking",
                        "loan",
                        "warning",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="case_event_actor_known", condition=Q(actor__in=["member", "centre", "staff", "portal"])
            ),
        ]
        indexes = [models.Index(name="case_event_of_case", fields=["case", "at", "id"])]

    def __str__(self) -> str:
        return f"{self.case} {self.kind} {self.state}".strip()
