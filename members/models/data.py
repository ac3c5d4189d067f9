"""Programme data brought in as files, and acts that wait for a second person (programme §10)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DataImport(models.Model):
    """A file of programme data: checked against what is there, then saved whole or not at all.

    `outcome` is what the check found: counts, the first changes and faults, and the impact on points and levels;
    `mark` tells it from that of another day. Nobody approves their own file.
    """

    class Kind(models.TextChoices):
        CATALOGUE = "catalogue", _("Catalogue")
        VALUES = "values", _("Values of products")
        THRESHOLDS = "thresholds", _("Thresholds of levels")
        COUNTRY_TERMS = "country-terms", _("Country terms")
        SERVICE_TERMS = "service-terms", _("Terms of services")
        CENTRES = "centres", _("Centres")
        OFFERS = "offers", _("Offers")

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked, not saved")
        FAULTY = "faulty", _("Has faults")
        WAITING = "waiting", _("Waits for a second person")
        SAVING = "saving", _("Being saved")
        SAVED = "saved", _("Saved")
        REFUSED = "refused", _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    file_name = models.CharField(max_length=120)
    text = models.TextField()
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict, blank=True)
    mark = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    short_notice = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="data_import_state_known",
                condition=Q(
                    state__in=["checking", "checked", "faulty", "waiting", "saving", "saved", "refused"],
                ),
            ),
            models.CheckConstraint(
                name="data_import_second_person", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by"))
            ),
            models.CheckConstraint(
                name="data_import_saved_for_a_reason",
                condition=~Q(state__in=["waiting", "saving", "saved"]) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(name="data_import_to_do", fields=["asked_at"], condition=Q(state__in=["checking", "saving"])),
            models.Index(name="data_import_waiting", fields=["asked_at"], condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"


class PlanRequest(models.Model):
    """An act whose impact asks for a second person: what was entered where, to be carried out by who approves it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    title = models.CharField(max_length=300)
    path = models.CharField(max_length=300)
    entered = models.JSONField(help_text=_("The fields of the form, as they were posted."))
    impact = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="plan_request_second_person", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by"))
            ),
            models.CheckConstraint(
                name="plan_request_decided_once",
                condition=Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state__in=["approved", "refused"], decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="plan_request_waiting", fields=["asked_at"], condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return self.title
