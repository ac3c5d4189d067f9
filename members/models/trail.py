"""The audit trail: every change that staff made to a row, written by the database itself (programme §10)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffChange(models.Model):
    """One row changed by staff: who, as which role, when, what from and to, and why. Never rewritten.

    A trigger on each table writes it in the transaction of the change, so that nothing passes it by; see
    `members/trail.py`. `old` and `new` are JSON objects by column: all columns of a row that was added or deleted,
    those that differ of one that was changed. Of columns about a person they say that they changed, never what they
    hold.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("Added")
        CHANGED = "changed", _("Changed")
        DELETED = "deleted", _("Deleted")

    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    role = models.CharField(_("role"), max_length=60)
    why = models.CharField(_("why"), max_length=500, blank=True)
    table = models.CharField(_("table"), max_length=63)
    row = models.CharField(_("row"), max_length=64, help_text=_("The row’s key, as text."))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    old = models.JSONField(_("before"), null=True)
    new = models.JSONField(_("after"), null=True)
    transaction = models.BigIntegerField(_("transaction"), help_text=_("Rows of one transaction belong to one act."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="staff_change_kind_known", condition=models.Q(kind__in=["added", "changed", "deleted"])
            ),
        ]
        indexes = [
            models.Index(name="staff_change_of_row", fields=["table", "row", "-id"]),
            models.Index(name="staff_change_by", fields=["by", "-id"]),
            models.Index(name="staff_change_of_act", fields=["transaction"]),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.kind}"
