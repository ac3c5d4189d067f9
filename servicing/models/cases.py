"""Cases: one kit item in servicing, or what a visitor brought (programme §6)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kitbag.models import KitItem, Product
from members.models import Member
from servicing.models.centres import Centre
from servicing.models.terms import Service
from servicing.rules import steps


class CaseState(models.TextChoices):
    REQUESTED = steps.State.REQUESTED, _("Requested")
    RECEIVED = steps.State.RECEIVED, _("Received")
    INSPECTED = steps.State.INSPECTED, _("Inspected")
    ESTIMATE_SENT = steps.State.ESTIMATE_SENT, _("Estimate sent")
    ACCEPTED = steps.State.ACCEPTED, _("Estimate accepted")
    DECLINED = steps.State.DECLINED, _("Estimate declined")
    IN_REPAIR = steps.State.IN_REPAIR, _("In repair")
    AWAITING_PARTS = steps.State.AWAITING_PARTS, _("Awaiting parts")
    QUALITY_CHECK = steps.State.QUALITY_CHECK, _("Quality check")
    SHIPPED = steps.State.SHIPPED, _("Shipped")
    RETURNED = steps.State.RETURNED, _("Returned unrepaired")
    BEYOND_REPAIR = steps.State.BEYOND_REPAIR, _("Beyond repair")
    CLOSED = steps.State.CLOSED, _("Closed")
    CANCELLED = steps.State.CANCELLED, _("Cancelled")
    EXPIRED = steps.State.EXPIRED, _("Request expired")


class SendBy(models.TextChoices):
    """How the thing reaches the centre."""

    PARCEL = "parcel", _("I send it as a parcel")
    COURIER = "courier", _("A courier takes it")
    DESK = "desk", _("I hand it in at the desk")


class Visitor(models.Model):
    """A member of another CPS region, booked in with their card (programme §6)."""

    region = models.CharField(max_length=60)
    card_number = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    booked_in_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visitor_has_region_and_card", condition=~Q(region="") & ~Q(card_number="") & ~Q(name="")
            ),
        ]
        indexes = [models.Index(name="visitor_by_card", fields=["card_number"])]

    def __str__(self) -> str:
        return f"{self.name}, {self.region} {self.card_number}"


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.exclude(state__in=steps.OVER)

    def owned_by(self, member: Member) -> "CaseQuerySet":
        return self.filter(member=member)

    def at(self, centre: Centre) -> "CaseQuerySet":
        return self.filter(centre=centre)


class Case(models.Model):
    """One kit item in servicing, or what a visitor brought. `number` is what people write on a parcel.

    `product` and `serial` are what came; a number changed in repair is an event, and both are found.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="cases")
    item = models.ForeignKey(KitItem, models.PROTECT, null=True, blank=True, related_name="cases")
    visitor = models.OneToOneField(Visitor, models.PROTECT, null=True, blank=True, related_name="case")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="cases")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    serial = models.CharField(max_length=60, blank=True, help_text=_("Normalised, as it came."))
    service = models.CharField(max_length=16, choices=Service)
    fault = models.CharField(max_length=40, blank=True, help_text=_("Code of the guided list; empty: in words only."))
    fault_words = models.TextField(max_length=2000, blank=True)
    warranty = models.BooleanField(default=False, help_text=_("Asked for under warranty."))
    send_by = models.CharField(max_length=8, choices=SendBy)
    return_name = models.CharField(max_length=120)
    return_street = models.CharField(max_length=200)
    return_postcode = models.CharField(max_length=16, blank=True)
    return_town = models.CharField(max_length=80)
    return_country = models.CharField(max_length=2)
    return_phone = models.CharField(max_length=32, blank=True)
    needed_by = models.DateField(null=True, blank=True)
    sends_accessories = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=16, choices=CaseState, default=CaseState.REQUESTED)
    requested_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text=_("The last thing that happened."))
    parts_on = models.DateField(null=True, blank=True, help_text=_("Day on which awaited parts are expected."))
    inbound_tracking = models.CharField(max_length=60, blank=True)
    outbound_tracking = models.CharField(max_length=60, blank=True)
    outbound_carrier = models.CharField(max_length=60, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="case_of_a_member_or_a_visitor",
                condition=Q(member__isnull=False, item__isnull=False, visitor__isnull=True)
                | Q(member__isnull=True, item__isnull=True, visitor__isnull=False),
            ),
            models.UniqueConstraint(
                name="item_in_one_open_case",
                fields=["item"],
                condition=~Q(state__in=["closed", "cancelled", "expired"]),
            ),
            models.CheckConstraint(name="case_state_known", condition=Q(state__in=CaseState.values)),
            models.CheckConstraint(
                name="case_service_known", condition=Q(service__in=["repair", "maintenance", "upgrade"])
            ),
            models.CheckConstraint(name="case_sent_somehow", condition=Q(send_by__in=["parcel", "courier", "desk"])),
            models.CheckConstraint(
                name="case_number_spelled", condition=Q(number__regex=r"^[A-Z]{2,6}-[0-9]{2}-[0-9]{6}$")
            ),
        ]
        indexes = [
            models.Index(name="case_of_member", fields=["member", "-requested_at"]),
            models.Index(
                name="case_open_at_centre",
                fields=["centre", "state", "changed_at"],
                condition=~Q(state__in=["closed", "cancelled", "expired"]),
            ),
            models.Index(name="case_of_centre", fields=["centre", "-requested_at"]),
            models.Index(name="case_by_request", fields=["requested_at"]),
            models.Index(
                name="case_open_by_request",
                fields=["requested_at"],
                condition=~Q(state__in=["closed", "cancelled", "expired"]),
            ),
            models.Index(name="case_by_serial", fields=["serial"], condition=~Q(serial="")),
            models.Index(name="case_by_outbound", fields=["outbound_tracking"], condition=~Q(outbound_tracking="")),
            models.Index(name="case_by_inbound", fields=["inbound_tracking"], condition=~Q(inbound_tracking="")),
        ]

    def __str__(self) -> str:
        return self.number
