"""Many items at once: a table that was pasted or uploaded, checked first and written when chosen (programme §3)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Member


class KitImport(models.Model):
    """A table with the result of its check per row; `rows` is a list of plain values."""

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked")
        WRITING = "writing", _("Being written")
        WRITTEN = "written", _("Written")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="kit_imports")
    created_at = models.DateTimeField()
    rows = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.CHECKED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="kit_import_state_known", condition=Q(state__in=["checked", "writing", "written"])
            ),
            models.CheckConstraint(name="kit_import_done_within_total", condition=Q(done__lte=F("total"))),
        ]
        indexes = [models.Index(name="kit_import_by_day", fields=["created_at"])]

    def __str__(self) -> str:
        return f"{self.total} rows, {self.state}"
