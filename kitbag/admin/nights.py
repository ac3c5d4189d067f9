"""Reports of the night, one row a day; full checks of all standings; what members were told ahead."""

from django.contrib import admin

from kitbag.admin.levels import OfMemberAdmin
from kitbag.models import DropNotice, FullCheck, Night
from members.staff_pages import FactAdmin


@admin.register(Night)
class NightAdmin(FactAdmin):
    list_display = [
        "day",
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


@admin.register(FullCheck)
class FullCheckAdmin(FactAdmin):
    list_display = ["begun_at", "completed_at", "day", "members", "differing", "milliseconds"]
    ordering = ["-begun_at"]


@admin.register(DropNotice)
class DropNoticeAdmin(OfMemberAdmin):
    list_display = ["member", "day", "points", "costs_level", "state", "round", "told_on"]
    list_filter = ["state", "costs_level"]
