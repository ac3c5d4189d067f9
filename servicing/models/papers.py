"""What goes with a case on paper: the request that was begun, what was booked in, photos and files (programme §6)."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kitbag.models import KitItem
from kitbag.models.proofs import random_name
from members.models import Member
from servicing.models.cases import Case
from servicing.models.stretches import CaseEvent, Stretch


class Intake(models.Model):
    """What came in, and how: written by the bench when a stretch is received."""

    stretch = models.OneToOneField(Stretch, models.PROTECT, related_name="intake")
    condition = models.TextField(max_length=1000)
    accessories = models.CharField(max_length=500, blank=True)
    serial_seen = models.CharField(max_length=60, blank=True)
    number_agrees = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stretch_id}: {self.condition[:40]}"


class CaseDraft(models.Model):
    """A request that was begun: it survives being left, and becomes a case when it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="case_drafts")
    item = models.ForeignKey(KitItem, models.CASCADE, related_name="case_drafts")
    entered = models.JSONField(default=dict, blank=True)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="case_draft_one_an_item", fields=["member", "item"])]
        indexes = [models.Index(name="case_draft_by_change", fields=["changed_at"])]

    def __str__(self) -> str:
        return f"{self.item_id} {self.changed_at:%Y-%m-%d}"


def case_storage() -> Storage:
    """Where files of cases lie: outside the web root, by the setting STORAGES["cases"]."""
    return storages["cases"]


class CaseFile(models.Model):
    """A photo or paper of a case or of its draft, made anew like a proof (kitbag/cleaning.py)."""

    class Purpose(models.TextChoices):
        FAULT = "fault", _("Photo of the fault")
        MESSAGE = "message", _("With a message")
        INTAKE = "intake", _("As it came in")
        HANDED_OUT = "handed_out", _("Loan handed over")
        HANDED_BACK = "handed_back", _("Loan returned")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="files")
    draft = models.ForeignKey(CaseDraft, models.SET_NULL, null=True, blank=True, related_name="files")
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, blank=True, related_name="files")
    purpose = models.CharField(max_length=12, choices=Purpose)
    file = models.FileField(storage=case_storage, upload_to=random_name, max_length=80)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField(help_text=_("Bytes, as kept."))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file as it was uploaded."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                name="case_file_kept_once", fields=["case", "purpose", "digest"], condition=Q(event__isnull=True)
            ),
            models.CheckConstraint(
                name="case_file_purpose_known",
                condition=Q(purpose__in=["fault", "message", "intake", "handed_out", "handed_back"]),
            ),
            models.CheckConstraint(
                name="case_file_content_type_known",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
            ),
            models.CheckConstraint(name="case_file_not_empty", condition=Q(size__gt=0)),
        ]
        indexes = [models.Index(name="case_file_by_upload", fields=["uploaded_at"])]

    def __str__(self) -> str:
        return self.name

    def content(self) -> bytes:
        """The file as it is kept; FileNotFoundError where it is gone."""
        with case_storage().open(str(self.file.name)) as file:
            return bytes(file.read())
