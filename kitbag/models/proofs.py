"""Proof of purchase and other papers: private files of a member, and who opened them (programme §3)."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kitbag.models.kit import KitItem
from members.models import Member


def proof_storage() -> Storage:
    """Where proofs lie: outside the web root, by the setting STORAGES["proofs"]."""
    return storages["proofs"]


def random_name(row: models.Model | None, name: str) -> str:
    """A name that says nothing: the uploaded one is only kept as text."""
    key = uuid.uuid4().hex
    return f"{key[:2]}/{key}"


class ProofQuerySet(models.QuerySet["Proof"]):
    def kept(self) -> "ProofQuerySet":
        return self.filter(removed_at__isnull=True)

    def owned_by(self, member: Member) -> "ProofQuerySet":
        return self.filter(member=member)


class Proof(models.Model):
    """One file, as the portal keeps it: an image made anew without metadata, or a passive PDF."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Proof of purchase")
        NUMBER_PHOTO = "number_photo", _("Photo of the serial number")

    class ContentType(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="proofs")
    items = models.ManyToManyField(KitItem, related_name="proofs")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.RECEIPT)
    file = models.FileField(storage=proof_storage, upload_to=random_name, max_length=80)
    name = models.CharField(max_length=120, help_text=_("As it was uploaded, for the member to know it by."))
    content_type = models.CharField(max_length=20, choices=ContentType)
    size = models.PositiveIntegerField(help_text=_("Bytes, as kept."))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file as it was uploaded."))
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                name="proof_kept_once", fields=["member", "digest"], condition=Q(removed_at__isnull=True)
            ),
            models.CheckConstraint(name="proof_kind_known", condition=Q(kind__in=["receipt", "number_photo"])),
            models.CheckConstraint(
                name="proof_content_type_known",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
            ),
            models.CheckConstraint(name="proof_not_empty", condition=Q(size__gt=0)),
        ]
        indexes = [models.Index(name="proof_by_upload", fields=["uploaded_at"])]

    def __str__(self) -> str:
        return self.name

    def content(self) -> bytes:
        """The file as it is kept; FileNotFoundError where it is gone."""
        with proof_storage().open(str(self.file.name)) as file:
            return bytes(file.read())


class ProofOpening(models.Model):
    """Staff opened a proof: the member sees which role, when and what for."""

    proof = models.ForeignKey(Proof, models.PROTECT, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    purpose = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.proof_id} {self.role} {self.at:%Y-%m-%d}"
