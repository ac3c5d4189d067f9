"""Who has which item on their desk, and the answers that staff write often (programme §3, §10)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kitbag.models.kit import KitItem


class ReviewLease(models.Model):
    """An item, or the claim over it, is on somebody's desk until a moment: the database keeps one row an item."""

    item = models.OneToOneField(KitItem, models.CASCADE, related_name="lease")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item_id} until {self.until:%H:%M}"


class ReplyTemplate(models.Model):
    """What staff write to members time and again; chosen, and changed where it does not fit."""

    class Kind(models.TextChoices):
        ASK = "ask", _("To ask the member")
        REJECT = "reject", _("To reject")

    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=60, help_text=_("How staff know it; members do not read this."))
    text = models.CharField(max_length=500, help_text=_("What the member reads."))
    language = models.CharField(
        max_length=8, choices=settings.LANGUAGES, default="en", help_text=_("Offered for members who read it.")
    )
    place = models.PositiveSmallIntegerField(default=100, help_text=_("The lowest stands first."))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["kind", "place", "title"]
        constraints = [
            models.CheckConstraint(name="reply_template_kind_known", condition=Q(kind__in=["ask", "reject"])),
            models.CheckConstraint(name="reply_template_says_something", condition=~Q(title="") & ~Q(text="")),
            models.UniqueConstraint(name="reply_template_once", fields=["kind", "language", "title"]),
        ]

    def __str__(self) -> str:
        return self.title
