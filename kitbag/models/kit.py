"""Kit items: one member's entry for one thing owned, and what happened to it (programme §3)."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from kitbag.models.catalogue import Product
from kitbag.rules.checks import MEMBER_ACTS, Reason
from members.models import Member

if TYPE_CHECKING:
    from members.models import User


class WaitingReason(models.TextChoices):
    """Why an item waits, in the words a member reads. The codes are the rule's (kitbag.rules.checks)."""

    SERIAL_SHAPE = Reason.SERIAL_SHAPE, _("The serial number does not look like this product’s")
    DATE_CODE = Reason.DATE_CODE, _("That looks like a date code, not a serial number")
    DATE_FUTURE = Reason.DATE_FUTURE, _("The date of purchase lies in the future")
    DATE_EARLY = Reason.DATE_EARLY, _("The date of purchase is before the product was announced")
    ASKED = Reason.ASKED, _("We have a question about this product")
    UNIT_HELD = Reason.UNIT_HELD, _("Another member has registered this serial number")
    SHAPE_CONFIRMED = Reason.SHAPE_CONFIRMED, _("We are checking the serial number you confirmed")
    SIBLING = Reason.SIBLING, _("The same serial number is registered under a similar product")
    CONSECUTIVE = Reason.CONSECUTIVE, _("The serial number follows on from another of yours")
    MANY = Reason.MANY, _("Many products were added within an hour")
    STOLEN = Reason.STOLEN, _("We need to check this serial number with you")
    FORMER_NUMBER = Reason.FORMER_NUMBER, _("This serial number was replaced in a repair")
    OVER_LIMIT = (
        Reason.OVER_LIMIT,
        _("You have the most of this product that can count without serial numbers"),
    )


class RemovalReason(models.TextChoices):
    SOLD = "sold", _("I sold it")
    LOST = "lost", _("I lost it")
    STOLEN = "stolen", _("It was stolen")
    BROKEN = "broken", _("It is broken")
    OTHER = "other", _("Another reason")
    CLAIMED = "claimed", _("It belongs to another member now")

    @classmethod
    def offered(cls) -> list[tuple[str, Any]]:
        """What a member may say; the others are written by operations."""
        return [(reason.value, reason.label) for reason in cls if reason != cls.CLAIMED]


# Waits for staff and for nothing else: neither for its member nor for a claim over its unit.
FOR_STAFF = Q(state="waiting") & ~Q(reasons__overlap=sorted({*MEMBER_ACTS, Reason.UNIT_HELD.value}))


class KitItemQuerySet(models.QuerySet["KitItem"]):
    def live(self) -> "KitItemQuerySet":
        return self.exclude(state=KitItem.State.REMOVED)

    def owned_by(self, member: Member) -> "KitItemQuerySet":
        return self.filter(member=member)

    def validated(self) -> "KitItemQuerySet":
        return self.filter(state=KitItem.State.VALIDATED)

    def for_staff(self) -> "KitItemQuerySet":
        """What the validation queue hands out."""
        return self.filter(FOR_STAFF)

    def uncounted(self) -> "KitItemQuerySet":
        """Everything whose points are grey: drafts, waiting and refused items."""
        return self.filter(state__in=[KitItem.State.DRAFT, KitItem.State.WAITING, KitItem.State.REFUSED])


class KitItem(models.Model):
    """One thing a member owns. A unit is its product and `serial`, whoever holds it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Details missing")
        WAITING = "waiting", _("Waiting")
        REFUSED = "refused", _("Not accepted")
        VALIDATED = "validated", _("Counts")
        REMOVED = "removed", _("Removed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="kit_items")
    product = models.ForeignKey(Product, models.PROTECT, related_name="kit_items")
    serial_typed = models.CharField(max_length=60, blank=True)
    serial = models.CharField(max_length=60, blank=True, help_text=_("Normalised."))
    number_confirmed = models.BooleanField(default=False, help_text=_("The member says: this is what it says."))
    country_of_purchase = CountryField(blank=True)
    purchased_on = models.DateField(null=True, blank=True)
    store = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    reasons = ArrayField(models.CharField(max_length=20, choices=WaitingReason), default=list, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text=_("What staff asked or said; the member reads it."))
    added_at = models.DateTimeField()
    validated_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removal_reason = models.CharField(max_length=8, choices=RemovalReason, blank=True)
    in_case_since = models.DateTimeField(null=True, blank=True)

    objects = KitItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="unit_validated_once",
                fields=["product", "serial"],
                condition=Q(state="validated") & ~Q(serial=""),
            ),
            models.CheckConstraint(
                name="kit_item_state_known",
                condition=Q(state__in=["draft", "waiting", "refused", "validated", "removed"]),
            ),
            models.CheckConstraint(
                name="kit_item_waits_with_a_reason",
                condition=(Q(state="waiting") & ~Q(reasons=[])) | (~Q(state="waiting") & Q(reasons=[])),
            ),
            models.CheckConstraint(
                name="kit_item_reasons_known",
                condition=Q(reasons__contained_by=[reason.value for reason in Reason]),
            ),
            models.CheckConstraint(
                name="kit_item_removed_with_a_reason",
                condition=Q(state="removed", removed_at__isnull=False, removal_reason__in=RemovalReason.values)
                | (~Q(state="removed") & Q(removed_at__isnull=True, removal_reason="")),
            ),
            models.CheckConstraint(
                name="kit_item_validated_with_all_details",
                condition=~Q(state="validated")
                | (
                    Q(validated_at__isnull=False, purchased_on__isnull=False)
                    & ~Q(store="")
                    & ~Q(country_of_purchase="")
                ),
            ),
            models.CheckConstraint(
                name="kit_item_serial_normalised", condition=Q(serial="") | Q(serial__regex=r"^[0-9A-Z]+$")
            ),
        ]
        indexes = [
            models.Index(name="kit_item_of_member", fields=["member", "added_at"]),
            models.Index(name="kit_item_by_unit", fields=["serial", "product"], condition=~Q(serial="")),
            models.Index(name="kit_item_waiting", fields=["added_at"], condition=Q(state="waiting")),
            models.Index(name="kit_item_for_staff", fields=["added_at"], condition=FOR_STAFF),
            models.Index(name="kit_item_by_day", fields=["added_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.serial_typed}".strip()


class ProposedEdit(models.Model):
    """A changed product or serial number of a validated item; the item keeps its old values meanwhile."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PASSED = "passed", _("Passed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    item = models.ForeignKey(KitItem, models.PROTECT, related_name="proposed_edits")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    serial_typed = models.CharField(max_length=60, blank=True)
    serial = models.CharField(max_length=60, blank=True)
    number_confirmed = models.BooleanField(default=False)
    reasons = ArrayField(models.CharField(max_length=20, choices=WaitingReason), default=list, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by: "models.ForeignKey[User | None, User | None]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(name="proposed_edit_one_waiting", fields=["item"], condition=Q(state="waiting")),
            models.CheckConstraint(
                name="proposed_edit_state_known",
                condition=Q(state__in=["waiting", "passed", "refused", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="proposed_edit_decided_at",
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="proposed_edit_waiting", fields=["proposed_at"], condition=Q(state="waiting")),
            models.Index(name="proposed_edit_by_number", fields=["serial"], condition=~Q(serial="")),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.serial_typed}"


class ItemEvent(models.Model):
    """What happened to an item, in order: the lines of its page."""

    class Kind(models.TextChoices):
        ADDED = "added", _("Added to your kitbag")
        EDITED = "edited", _("Details changed")
        WAITING = "waiting", _("Waiting for a check")
        VALIDATED = "validated", _("Validated: it counts")
        REFUSED = "refused", _("Not accepted")
        ASKED = "asked", _("A question for you")
        EDIT_PROPOSED = "edit_proposed", _("Change of product or serial number proposed")
        EDIT_PASSED = "edit_passed", _("Change accepted")
        EDIT_REFUSED = "edit_refused", _("Change not accepted")
        RENUMBERED = "renumbered", _("New serial number from a repair")
        CLAIM_OPENED = "claim_opened", _("You asked us to decide about this serial number")
        CLAIM_AGAINST = "claim_against", _("Someone else asked for this serial number")
        CLAIM_ANSWERED = "claim_answered", _("You answered")
        CLAIM_DECIDED = "claim_decided", _("Decided")
        PROOF_ADDED = "proof_added", _("Proof added")
        PROOF_REMOVED = "proof_removed", _("Proof removed")
        REMOVED = "removed", _("Removed from your kitbag")
        UNDONE = "undone", _("Removal undone")
        TAKEN_BACK = "taken_back", _("Our decision taken back: it is being checked again")

    item = models.ForeignKey(KitItem, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    facts = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(name="item_event_of_item", fields=["item", "-at"]),
            models.Index(
                name="item_event_decision",
                fields=["at"],
                condition=Q(kind__in=["validated", "refused", "asked"], by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind}"


class StolenUnit(models.Model):
    """A unit that its validated holder reported stolen on removal."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    serial = models.CharField(max_length=60)
    item = models.OneToOneField(KitItem, models.PROTECT, related_name="stolen_report")
    reported_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="stolen_unit_has_a_number", condition=~Q(serial=""))]
        indexes = [models.Index(name="stolen_unit_by_number", fields=["serial"])]

    def __str__(self) -> str:
        return f"{self.product_id} {self.serial}"


class FormerNumber(models.Model):
    """A serial number that a repair replaced: findable for ever, never registered again without review."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    serial = models.CharField(max_length=60)
    item = models.ForeignKey(KitItem, models.PROTECT, related_name="former_numbers")
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="former_number_once", fields=["product", "serial", "item"]),
            models.CheckConstraint(name="former_number_not_blank", condition=~Q(serial="")),
        ]
        indexes = [models.Index(name="former_number_by_number", fields=["serial"])]

    def __str__(self) -> str:
        return f"{self.product_id} {self.serial}"
