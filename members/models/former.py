"""Accounts of the former scheme, as imported: claimed by their people (programme §1)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django_countries.fields import CountryField

from members.models.levels import Level
from members.models.people import Member
from members.name_search import name_index
from members.rules.former import Thing


class FormerImport(models.Model):
    """One file of old accounts that was read in."""

    imported_at = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(max_length=120)
    accounts = models.PositiveIntegerField()

    class Meta:
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return f"{self.file_name} {self.imported_at:%Y-%m-%d}"


class FormerAccount(models.Model):
    """An old account: its photo level, its video level if it had one, and the kit it named.

    Its person is invited to claim it: whoever proves the e-mail is the one. `kit` is a list of what the file
    said: {"product": text, "serial": text}.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    country = CountryField()
    photo_level = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    video_level = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    kit = models.JSONField(default=list, blank=True)
    source = models.ForeignKey(FormerImport, models.PROTECT, related_name="rows")
    invited_at = models.DateTimeField(null=True, blank=True)
    member = models.OneToOneField(Member, models.PROTECT, null=True, blank=True, related_name="former_account")
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="former_account_email_in_lower_case", condition=Q(email=Lower("email"))),
            models.CheckConstraint(
                name="former_account_had_a_level",
                condition=(Q(photo_level__isnull=False) | Q(video_level__isnull=False))
                & (Q(photo_level__isnull=True) | Q(photo_level__lte=3))
                & (Q(video_level__isnull=True) | Q(video_level__lte=3)),
            ),
            models.CheckConstraint(
                name="former_account_claimed_by_a_member",
                condition=Q(member__isnull=True, claimed_at__isnull=True)
                | Q(member__isnull=False, claimed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="former_account_to_invite", fields=["id"], condition=Q(invited_at__isnull=True)),
            models.Index(name="former_account_of_country", fields=["country", "id"]),
            name_index("former_account_by_name", "name"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def best_level(self) -> Level:
        """The higher of both: what the level now is compared with."""
        return Level(max(level for level in (self.photo_level, self.video_level) if level is not None))

    @property
    def things(self) -> list[Thing]:
        """The kit that it named."""
        return [Thing(**row) for row in self.kit]
