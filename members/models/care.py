"""What staff do with a membership: suspending it, and acting on a member's behalf (programme §10)."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from members.models.people import Member


class SuspensionQuerySet(models.QuerySet["MemberSuspension"]):
    def running(self, at: datetime) -> "SuspensionQuerySet":
        """In force at a moment; an end that has come needs no job."""
        lasts = Q(ends_at=None) | Q(ends_at__gt=at)
        return self.filter(lasts, began_at__lte=at, lifted_at=None)


class MemberSuspension(models.Model):
    """A membership is suspended from a moment until another, or until it is lifted.

    `reason` is for the record, `words` are what the member reads. One at a time: two of a member never overlap.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="suspensions")
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    words = models.CharField(max_length=500)
    role = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_reason = models.CharField(max_length=500, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            ExclusionConstraint(
                name="member_suspension_one_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (
                        Func(
                            F("began_at"),
                            Coalesce("lifted_at", "ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="member_suspension_ends_later", condition=Q(ends_at=None) | Q(ends_at__gt=F("began_at"))
            ),
            models.CheckConstraint(
                name="member_suspension_lifted_by_somebody",
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__gte=F("began_at"), lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.began_at:%Y-%m-%d}"


class ActingQuerySet(models.QuerySet["Acting"]):
    def running(self, at: datetime) -> "ActingQuerySet":
        return self.filter(began_at__lte=at, ended_at=None, ends_at__gt=at)


class Acting(models.Model):
    """A member of staff opened a member's own pages, to act on their behalf, for a reason and a short time."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="actings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ActingQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(name="acting_one_member_at_a_time", fields=["by"], condition=Q(ended_at=None)),
            models.CheckConstraint(name="acting_ends_later", condition=Q(ends_at__gt=F("began_at"))),
        ]
        indexes = [models.Index(name="acting_of_member", fields=["member", "-began_at"])]

    def __str__(self) -> str:
        return f"{self.member_id} {self.began_at:%Y-%m-%d}"


class ActingStep(models.Model):
    """Something was sent from a form while acting: which page took it, and when."""

    acting = models.ForeignKey(Acting, models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    page = models.CharField(max_length=60)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.page} {self.at:%Y-%m-%d}"
