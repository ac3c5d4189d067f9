"""What members were told of drops ahead: once per member and day (programme §4)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member


class DropNotice(models.Model):
    """The newest word a member had about one day ahead on which their points fall or a level goes.

    `round` counts the words: the first one, and each that took it back, announced it anew, or said that
    it now costs the level.
    """

    class State(models.TextChoices):
        TOLD = "told", _("Told")
        WITHDRAWN = "withdrawn", _("Taken back")

    member = models.ForeignKey(Member, models.PROTECT, related_name="drop_notices")
    day = models.DateField()
    points = models.PositiveIntegerField(help_text=_("Points that fall, as told."))
    costs_level = models.BooleanField()
    state = models.CharField(max_length=9, choices=State, default=State.TOLD)
    round = models.PositiveSmallIntegerField(default=1)
    told_on = models.DateField()

    class Meta:
        ordering = ["day", "member"]
        constraints = [
            models.UniqueConstraint(name="drop_notice_one_per_member_and_day", fields=["day", "member"]),
            models.CheckConstraint(name="drop_notice_state_known", condition=Q(state__in=["told", "withdrawn"])),
            models.CheckConstraint(
                name="drop_notice_of_a_fall_or_a_level", condition=Q(points__gt=0) | Q(costs_level=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.points} on {self.day}, {self.get_state_display()}"
