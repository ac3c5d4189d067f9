"""Tables of many items that members checked or wrote."""

from django.contrib import admin

from kitbag.admin.levels import OfMemberAdmin
from kitbag.models import KitImport
from members.looking import Page


@admin.register(KitImport)
class KitImportAdmin(OfMemberAdmin):
    look = Page.KIT_ITEM
    list_display = ["member", "created_at", "state", "total", "done", "written_at"]
    list_filter = ["state"]
    fields = ["member", "created_at", "state", "total", "done", "written_at"]
    ordering = ["-created_at", "-pk"]
