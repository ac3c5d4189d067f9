"""Reports of the night: one row a day."""

from django.contrib import admin

from kitbag.models import Night
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
