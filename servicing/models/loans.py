"""Courtesy backup loans: units of centres, and who has them when (programme §6)."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kitbag.models import Product
from members.models import Member
from servicing.models.cases import Case
from servicing.models.centres import Centre


class LoanUnit(models.Model):
    """One thing that a centre lends. Out of the pool from a moment on: damaged, sold, lost."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="loan_units")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    serial = models.CharField(max_length=60)
    accessories = models.CharField(max_length=300, blank=True, help_text=_("What goes with it."))
    added_at = models.DateTimeField()
    out_since = models.DateTimeField(null=True, blank=True, help_text=_("Out of the pool since."))
    out_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loan_unit_once", fields=["product", "serial"]),
            models.CheckConstraint(
                name="loan_unit_leaves_the_pool_for_a_reason",
                condition=Q(out_since__isnull=True, out_why="") | (Q(out_since__isnull=False) & ~Q(out_why="")),
            ),
            models.CheckConstraint(name="loan_unit_has_a_number", condition=~Q(serial="")),
        ]
        indexes = [
            models.Index(name="loan_unit_of_centre", fields=["centre", "product"]),
            models.Index(name="loan_unit_by_number", fields=["serial"]),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} {self.serial}"


class Loan(models.Model):
    """A unit lent to a member while their own is in servicing.

    `period` is half-open in days of the centre: from the day it is fetched to the day it is due back, which is
    free for the next. It is extended while the repair is late; at return it ends on that day.
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        OUT = "out", _("With the member")
        BACK = "back", _("Returned")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(LoanUnit, models.PROTECT, related_name="loans")
    case = models.ForeignKey(Case, models.PROTECT, related_name="loans")
    member = models.ForeignKey(Member, models.PROTECT, related_name="loans")
    period = DateRangeField()
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED)
    booked_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True, blank=True)
    condition_out = models.TextField(max_length=1000, blank=True)
    accessories_out = models.CharField(max_length=300, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    condition_back = models.TextField(max_length=1000, blank=True)
    accessories_back = models.CharField(max_length=300, blank=True)
    damaged = models.BooleanField(default=False)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-booked_at"]
        constraints = [
            ExclusionConstraint(
                name="loan_unit_never_lent_twice",
                expressions=[("unit", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=~Q(state="cancelled"),
            ),
            models.UniqueConstraint(name="loan_unit_out_once", fields=["unit"], condition=Q(state="out")),
            models.UniqueConstraint(
                name="loan_one_running_a_case", fields=["case"], condition=Q(state__in=["booked", "out"])
            ),
            models.CheckConstraint(
                name="loan_state_known", condition=Q(state__in=["booked", "out", "back", "cancelled"])
            ),
            models.CheckConstraint(
                name="loan_handed_over_when_out",
                condition=Q(state__in=["booked", "cancelled"], handed_over_at__isnull=True)
                | Q(state="out", handed_over_at__isnull=False, returned_at__isnull=True)
                | Q(state="back", handed_over_at__isnull=False, returned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="loan_period_has_both_ends",
                condition=Q(period__isempty=True) | Q(period__startswith__isnull=False, period__endswith__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="loan_of_member", fields=["member", "-booked_at"]),
            models.Index(name="loan_by_booking", fields=["booked_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"

    @property
    def from_on(self) -> date:
        """Its first day; a loan returned on the day it was fetched has none in its period."""
        assert self.period.lower is not None
        return self.period.lower

    @property
    def due_on(self) -> date:
        """The day it is due back, free for the next; the same is true of it."""
        assert self.period.upper is not None
        return self.period.upper


class LoanSuspension(models.Model):
    """No loans for a member from a day until another, for a reason; judged by its days whenever it is read."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="loan_suspensions")
    from_on = models.DateField()
    until_on = models.DateField(help_text=_("First day without it."))
    reason = models.CharField(max_length=300)
    loan = models.ForeignKey(Loan, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="loan_suspension_ends_after_it_begins", condition=Q(until_on__gt=F("from_on"))),
            models.CheckConstraint(name="loan_suspension_says_why", condition=~Q(reason="")),
        ]
        indexes = [models.Index(name="loan_suspension_of_member", fields=["member", "-until_on"])]

    def __str__(self) -> str:
        return f"{self.member_id} until {self.until_on}"


class CentreTask(models.Model):
    """Something a centre has to see to that no step of a case says."""

    class Kind(models.TextChoices):
        LOAN_MOVED = "loan_moved", _("A booking moved to another unit")
        NO_UNIT = "no_unit", _("No unit is free for a booking")
        LOAN_OVERDUE = "loan_overdue", _("A loan is overdue")
        STOLEN = "stolen", _("A unit reported stolen came in")

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=16, choices=Kind)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+")
    loan = models.ForeignKey(Loan, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=300, blank=True)
    occasion = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(name="centre_task_once", fields=["centre", "kind", "occasion"]),
            models.CheckConstraint(
                name="centre_task_kind_known",
                condition=Q(kind__in=["loan_moved", "no_unit", "loan_overdue", "stolen"]),
            ),
        ]
        indexes = [
            models.Index(name="centre_task_open", fields=["centre", "made_at"], condition=Q(done_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_at:%Y-%m-%d}"
