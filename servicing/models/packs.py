"""Welcome packs: one per member for good, picked and sent by country, and the gifts in them (programme §8)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from members.models import Level, Member


class PackContents(models.Model):
    """What a pack contains from a day on, in words and as a gift with a stock (programme §8: editable)."""

    valid_from = models.DateField(unique=True)
    words = models.TextField(max_length=1000, help_text=_("One thing in each line, as members read it."))
    letter = models.TextField(max_length=4000, help_text=_("The welcome letter; {name} and {level} are filled in."))
    gift = models.CharField(max_length=120)

    class Meta:
        ordering = ["-valid_from"]
        verbose_name_plural = "pack contents"

    def __str__(self) -> str:
        return f"{self.gift} from {self.valid_from}"


class GiftStock(models.Model):
    """Gifts that came in or were written off; what packs took is counted from the packs."""

    contents = models.ForeignKey(PackContents, models.PROTECT, related_name="stock")
    pieces = models.IntegerField()
    note = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]
        constraints = [models.CheckConstraint(name="gift_stock_moves", condition=~Q(pieces=0))]

    def __str__(self) -> str:
        return f"{self.pieces:+} {self.contents}"


class PackBatch(models.Model):
    """Packs of one country picked together: their letters, cards and labels are printed as PDFs."""

    country = CountryField()
    picked_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-picked_at"]
        verbose_name_plural = "pack batches"

    def __str__(self) -> str:
        return f"{self.country} {self.picked_at:%Y-%m-%d %H:%M}"


class WelcomePack(models.Model):
    """The one pack of a member, or a card that replaces a lost one (`replaces`: the pack whose card was lost).

    The address is copied, and erased a while after it was sent. `level`: at the request; it changes nothing later.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        PICKED = "picked", _("Being packed")
        SENT = "sent", _("Sent")

    member = models.ForeignKey(Member, models.PROTECT, related_name="packs")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    contents = models.ForeignKey(PackContents, models.PROTECT, null=True, blank=True, related_name="packs")
    level = models.PositiveSmallIntegerField(choices=Level)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    name = models.CharField(max_length=120)
    lines = models.CharField(max_length=300, help_text=_("The address between name and country, line by line."))
    country = CountryField()
    requested_at = models.DateTimeField()
    batch = models.ForeignKey(PackBatch, models.PROTECT, null=True, blank=True, related_name="packs")
    sent_at = models.DateTimeField(null=True, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["requested_at"]
        constraints = [
            models.UniqueConstraint(
                name="welcome_pack_one_a_member", fields=["member"], condition=Q(replaces__isnull=True)
            ),
            models.CheckConstraint(name="welcome_pack_level_from_silver", condition=Q(level__in=[1, 2, 3])),
            models.CheckConstraint(
                name="welcome_pack_state_agrees",
                condition=Q(state="requested", batch__isnull=True, sent_at__isnull=True)
                | Q(state="picked", batch__isnull=False, sent_at__isnull=True)
                | Q(state="sent", batch__isnull=False, sent_at__isnull=False, sent_at__gte=F("requested_at")),
            ),
            models.CheckConstraint(
                name="welcome_pack_replacement_is_approved",
                condition=Q(replaces__isnull=True, approved_by__isnull=True)
                | Q(replaces__isnull=False, approved_by__isnull=False, contents__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="welcome_pack_to_pick", fields=["country", "requested_at"], condition=Q(batch__isnull=True)
            ),
            models.Index(name="welcome_pack_to_send", fields=["batch"], condition=Q(state="picked")),
            models.Index(name="welcome_pack_by_tracking", fields=["tracking"], condition=~Q(tracking="")),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.state}"


class CardRevocation(models.Model):
    """A digital card that is valid no more: lost, or its code was passed on. The next generation takes its place.

    A member's first card is generation 1 and has no row; the valid one follows the latest revoked.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="card_revocations")
    generation = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-generation"]
        constraints = [
            models.UniqueConstraint(name="card_generation_revoked_once", fields=["member", "generation"]),
            models.CheckConstraint(name="card_generation_from_one", condition=Q(generation__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} card {self.generation}"
