"""Files of programme data and plans that wait for a second person, as they stand; the desk decides on them."""

from django.contrib import admin

from members.models import DataImport, PlanRequest
from members.staff_pages import FactAdmin


@admin.register(DataImport)
class DataImportAdmin(FactAdmin):
    list_display = ["asked_at", "kind", "file_name", "state", "rows", "by", "decided_by", "saved_at"]
    list_select_related = ["by", "decided_by"]
    list_filter = ["kind", "state"]
    fields = ["kind", "file_name", "state", "rows", "reason", "by", "asked_at", "decided_by", "decided_at", "saved_at"]
    ordering = ["-asked_at"]


@admin.register(PlanRequest)
class PlanRequestAdmin(FactAdmin):
    list_display = ["asked_at", "title", "state", "by", "decided_by"]
    list_select_related = ["by", "decided_by"]
    list_filter = ["state"]
    fields = ["title", "state", "by", "asked_at", "decided_by", "decided_at", "why"]
    ordering = ["-asked_at"]
