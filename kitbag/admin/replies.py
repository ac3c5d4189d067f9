"""Replies that staff write often, and whose desk an item is on."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from kitbag.admin.item_facts import OfItemAdmin
from kitbag.models import ReplyTemplate, ReviewLease
from members.staff_pages import ReasonedAdmin


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(ReasonedAdmin):
    """Offered where staff ask or reject. Out of use they stay: the history of what was written."""

    list_display = ["title", "kind", "language", "place", "is_active"]
    list_filter = ["kind", "language", "is_active"]
    fields = ["kind", "title", "text", "language", "place", "is_active", "reason"]
    ordering = ["kind", "language", "place", "title"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The text is written in lines, as the member reads it."""
        if db_field.name == "text":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 4, "cols": 60, "dir": "auto"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ReviewLease)
class ReviewLeaseAdmin(OfItemAdmin):
    list_display = ["what", "by", "until"]
    list_select_related = ["item__product", "by"]
    fields = ["what", "by", "until"]
    readonly_fields = ["what"]
    search_fields = ["item__serial"]
    found_by = ("item__serial", "item__member__number")
    ordering = ["-until", "-pk"]
    search_help_text = gettext_lazy("Serial number in any spelling, or member number")
