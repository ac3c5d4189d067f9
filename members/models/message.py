"""The outbox: a message is a row written in the transaction that causes it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        """In the queue, whoever may have leased them."""
        return self.filter(sent_at__isnull=True, parked_at__isnull=True)

    def told(self, *, at: datetime) -> "MessageQuerySet":
        """Those that their person may know of: not one that is held back (members/messages.py)."""
        return self.filter(created_at__lte=at)


class Message(models.Model):
    """One message to one person. Unique per person, kind, object and occasion.

    `facts` holds what the wording needs (plain JSON values); the text is written when it is sent,
    in the person's language. Security mail comes ready-made from allauth: its subject and body
    stand in `sealed`, which is erased once sent and never shown.

    A row waits until it is sent, or parked: taken out of the queue because it could not be delivered, or
    because its person chose not to get its kind by mail (`unwanted`).
    """

    class Kind(models.TextChoices):
        SECURITY = "security", _("Security")
        ITEM_VALIDATED = "item_validated", _("Item validated")
        ITEM_NEEDS_YOU = "item_needs_you", _("Item needs you")
        LEVEL_UP = "level_up", _("Level up")
        LEVEL_DOWN = "level_down", _("Level down")
        CLAIM_AGAINST = "claim_against", _("Someone else claims a serial number")
        CLAIM_DECIDED = "claim_decided", _("Claim decided")
        DROP_AHEAD = "drop_ahead", _("A drop is announced")
        DROP_CHANGED = "drop_changed", _("An announced drop changed")
        CASE_STEP = "case_step", _("News of a case")
        CASE_ESTIMATE = "case_estimate", _("An estimate waits")
        CASE_MESSAGE = "case_message", _("The centre wrote")
        CASE_LANE = "case_lane", _("Fast Track or standard time")
        CASE_EXPIRY = "case_expiry", _("A request expires")
        LOAN_OFFER = "loan_offer", _("A loan is yours to ask for")
        LOAN_CHANGED = "loan_changed", _("A loan changed")
        LOAN_DUE = "loan_due", _("A loan is due back")
        PACK_OFFER = "pack_offer", _("Your welcome pack")
        PACK_SENT = "pack_sent", _("Your welcome pack is on its way")
        EVENT_PLACE = "event_place", _("A place is kept for you")
        EVENT_CANCELLED = "event_cancelled", _("An event does not take place")
        THREAD_ANSWER = "thread_answer", _("An answer to your question")
        FORMER_INVITE = "former_invite", _("Your account of the former scheme")
        EXPORT_READY = "export_ready", _("Your data are ready")
        CLOSING_BEGUN = "closing_begun", _("Your account is being closed")
        SUSPENDED = "suspended", _("Your membership is suspended")
        UNSUSPENDED = "unsuspended", _("Your membership goes on")
        STAFF_ACTED = "staff_acted", _("Our staff acted for you")

    class Delivery(models.TextChoices):
        """Where a message stands on its way; derived, see `delivery`."""

        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        UNDELIVERED = "undelivered", _("Could not be delivered")
        UNWANTED = "unwanted", _("Not mailed, as you chose")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="portal_messages"
    )
    address = models.EmailField(blank=True, help_text=_("Only for mail to an address that is nobody's account yet."))
    kind = models.CharField(max_length=24, choices=Kind)
    about = models.CharField(max_length=80)
    occasion = models.CharField(max_length=80)
    facts = models.JSONField(default=dict, blank=True)
    sealed = models.JSONField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    unwanted = models.BooleanField(default=False, db_default=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="message_once_per_occasion",
                fields=["user", "address", "kind", "about", "occasion"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="message_has_one_recipient",
                condition=Q(user__isnull=False, address="") | (Q(user__isnull=True) & ~Q(address="")),
            ),
            models.CheckConstraint(
                name="message_kind_known",
                condition=Q(
                    kind__in=[
                        "security",
                        "item_validated",
                        "item_needs_you",
                        "level_up",
                        "level_down",
                        "claim_against",
                        "claim_decided",
                        "drop_ahead",
                        "drop_changed",
                        "case_step",
                        "case_estimate",
                        "case_message",
                        "case_lane",
                        "case_expiry",
                        "loan_offer",
                        "loan_changed",
                        "loan_due",
                        "pack_offer",
                        "pack_sent",
                        "event_place",
                        "event_cancelled",
                        "thread_answer",
                        "former_invite",
                        "export_ready",
                        "closing_begun",
                        "suspended",
                        "unsuspended",
                        "staff_acted",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="message_unwanted_is_parked_and_no_service_mail",
                condition=Q(unwanted=False)
                | Q(parked_at__isnull=False, sent_at__isnull=True, kind__in=["item_validated", "level_up"]),
            ),
            models.CheckConstraint(
                name="message_sealed_erased_once_sent",
                condition=Q(sent_at__isnull=True) | Q(sealed__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="message_to_an_address", fields=["address"], condition=~Q(address="")),
            models.Index(
                name="message_undelivered",
                fields=["id"],
                condition=Q(parked_at__isnull=False, sent_at__isnull=True),
            ),
            models.Index(
                name="message_waiting",
                fields=["due_at", "id"],
                condition=Q(sent_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(
                name="message_security_waiting",
                fields=["due_at", "id"],
                condition=Q(kind="security", sent_at__isnull=True, parked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.occasion}"

    @property
    def delivery(self) -> Delivery:
        if self.sent_at:
            return self.Delivery.SENT
        if self.unwanted:
            return self.Delivery.UNWANTED
        return self.Delivery.UNDELIVERED if self.parked_at else self.Delivery.WAITING
