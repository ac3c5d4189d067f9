"""Figures of each day, as the reports read them."""

from django.contrib import admin

from members.staff_pages import FactAdmin
from servicing.models import DayFigures


@admin.register(DayFigures)
class DayFiguresAdmin(FactAdmin):
    list_display = ["day", "country", "joined", "registered", "red", "silver", "gold", "platinum", "decided"]
    ordering = ["-day", "country"]
