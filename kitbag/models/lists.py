"""Kitbag lists that were issued for an insurer or customs, and the code that proves them (programme §3)."""

from django.db import models
from django.db.models import Q

from members.models import Member


class KitList(models.Model):
    """A list as it was issued. The rows are kept, so that the page of its code shows what the paper must say."""

    code = models.CharField(max_length=16, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="kit_lists")
    issued_at = models.DateTimeField()
    rows = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(name="kit_list_code_shape", condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{16}$")),
        ]

    def __str__(self) -> str:
        return self.code
