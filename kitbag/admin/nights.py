"""Reports of the night, one row a day; full checks of all standings; what members were told ahead."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag import night
from kitbag.admin.levels import OfMemberAdmin
from kitbag.models import DropNotice, FullCheck, Night
from members.staff_pages import FactAdmin


@admin.register(Night)
class NightAdmin(FactAdmin):
    list_display = [
        "day",
        "how_far",
        "completed_at",
        "products_due",
        "holds_due",
        "thresholds_due",
        "members",
        "items",
        "levels_up",
        "levels_down",
        "milliseconds",
    ]
    ordering = ["-day"]

    @admin.display(description=gettext_lazy("State"))
    def how_far(self, row: Night) -> str:
        """Complete, or how far the one under way is in the order of members."""
        if row.completed_at:
            return _("complete")
        now = night.under_way()
        return _("under way, %(share)s %%") % {"share": now.per_cent if now else 100}

    def list_tools(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        yield _("The last 90 nights, drawn"), reverse("admin:kitbag_night_report")


@admin.register(FullCheck)
class FullCheckAdmin(FactAdmin):
    list_display = ["begun_at", "completed_at", "day", "members", "differing", "milliseconds"]
    ordering = ["-begun_at"]
    fields = ["begun_at", "completed_at", "day", "members", "differing", "milliseconds", "in_words"]
    readonly_fields = ["in_words"]

    @admin.display(description=gettext_lazy("The first that differ"))
    def in_words(self, row: FullCheck) -> str:
        return "\n".join(row.findings) or _("None.")


@admin.register(DropNotice)
class DropNoticeAdmin(OfMemberAdmin):
    list_display = ["member", "day", "points", "costs_level", "state", "round", "told_on"]
    list_filter = ["state", "costs_level"]
