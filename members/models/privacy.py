"""What a member does with their own data: taking it along, moving, and closing the account (programme §1, §9)."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField

from members.models.people import Member


class CountryMove(models.Model):
    """A member's official country changed; kit, points and level stay."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="moves")
    from_country = CountryField()
    to_country = CountryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="country_move_moves", condition=~Q(from_country=F("to_country"))),
        ]

    def __str__(self) -> str:
        return f"{self.from_country} to {self.to_country} {self.at:%Y-%m-%d}"


class EmailChange(models.Model):
    """An e-mail changed. The old address can undo it until `undo_until`, with the link that was mailed there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="email_changes")
    old = models.EmailField()
    new = models.EmailField()
    changed_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-changed_at"]
        constraints = [
            models.CheckConstraint(name="email_change_changes", condition=~Q(old=F("new"))),
            models.CheckConstraint(name="email_change_undone_later", condition=Q(undo_until__gt=F("changed_at"))),
        ]
        indexes = [
            models.Index(name="email_change_by_old", fields=["old"]),
            models.Index(name="email_change_by_new", fields=["new"]),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.changed_at:%Y-%m-%d}"


def export_storage() -> Storage:
    """Where copies of members' data lie until they expire: the setting STORAGES["exports"]."""
    return storages["exports"]


def random_name(export: "DataExport", name: str) -> str:
    """A name that says nothing."""
    key = uuid.uuid4().hex
    return f"{key[:2]}/{key}"


class DataExport(models.Model):
    """A copy of everything about a member, made in the background and kept for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(storage=export_storage, upload_to=random_name, max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="data_export_one_being_made", fields=["user"], condition=Q(made_at__isnull=True)
            ),
            models.CheckConstraint(
                name="data_export_expires",
                condition=Q(made_at__isnull=True, expires_at__isnull=True)
                | Q(made_at__isnull=False, expires_at__isnull=False, expires_at__gt=F("made_at")),
            ),
        ]
        indexes = [models.Index(name="data_export_by_asking", fields=["asked_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.asked_at:%Y-%m-%d}"


class Closing(models.Model):
    """An account is being closed: seven days to undo, then personal data go and points facts stay keyless."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="closings")
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # Asked for by staff as if the member had: who, as what, and why.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=60, blank=True, db_default="")
    reason = models.CharField(max_length=500, blank=True, db_default="")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="closing_one_running",
                fields=["member"],
                condition=Q(undone_at__isnull=True, done_at__isnull=True),
            ),
            models.CheckConstraint(name="closing_ends_later", condition=Q(ends_at__gt=F("asked_at"))),
            models.CheckConstraint(
                name="closing_done_or_undone", condition=Q(undone_at__isnull=True) | Q(done_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                name="closing_due", fields=["ends_at"], condition=Q(undone_at__isnull=True, done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.asked_at:%Y-%m-%d}"


class Address(models.Model):
    """An address that a member keeps for later: packs, returns. `street` may have lines."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="addresses")
    label = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=80)
    region = models.CharField(max_length=80, blank=True)
    country = CountryField()
    phone = models.CharField(max_length=32, blank=True)
    is_first = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_first", "pk"]
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(name="address_one_first", fields=["member"], condition=Q(is_first=True)),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.town}"


class StaffLook(models.Model):
    """Staff opened a member's data: the member sees which role, when, and what for (programme §10)."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    page = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(name="staff_look_of_member", fields=["member", "-at"])]

    def __str__(self) -> str:
        return f"{self.member_id} {self.role} {self.at:%Y-%m-%d}"
