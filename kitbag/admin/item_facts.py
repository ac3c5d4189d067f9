"""What happened to items, stolen units, and numbers that repairs replaced."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from kitbag.admin.deciding import SerialSearchAdmin, reasons_in_words
from kitbag.models import FormerNumber, ItemEvent, StolenUnit
from members.looking import Page


def event_in_words(event: ItemEvent) -> str:
    note = event.facts.get("note") or ""
    reasons = event.facts.get("reasons") or []
    words = [reasons_in_words(reasons)] if reasons else []
    return "".join(f" · {part}" for part in (*words, note) if part)


class OfItemAdmin(SerialSearchAdmin):
    """Facts about an item."""

    look = Page.KIT_ITEM

    @admin.display(description=gettext_lazy("Item"))
    def what(self, obj: Any) -> str:
        return f"{obj.item.product.name} {obj.item.serial_typed}".strip()

    def heading(self, obj: Any) -> str:
        return self.what(obj)


@admin.register(ItemEvent)
class ItemEventAdmin(OfItemAdmin):
    list_display = ["at", "kind", "what", "by"]
    list_select_related = ["item__product", "by"]
    list_filter = ["kind"]
    fields = ["at", "kind", "what", "by", "said"]
    readonly_fields = ["what", "said"]
    search_fields = ["item__serial"]
    found_by = ("item__serial", "item__member__number")
    ordering = ["-pk"]

    @admin.display(description=gettext_lazy("Facts"))
    def said(self, obj: ItemEvent) -> str:
        return event_in_words(obj).removeprefix(" · ") or ", ".join(f"{k}: {v}" for k, v in obj.facts.items()) or "–"


@admin.register(StolenUnit)
class StolenUnitAdmin(OfItemAdmin):
    list_display = ["product", "serial", "reported_at", "withdrawn_at"]
    list_select_related = ["product", "item__product"]
    fields = ["product", "serial", "what", "reported_at", "withdrawn_at"]
    readonly_fields = ["what"]
    search_fields = ["serial"]
    found_by = ("serial", "item__member__number")
    ordering = ["-pk"]


@admin.register(FormerNumber)
class FormerNumberAdmin(OfItemAdmin):
    list_display = ["product", "serial", "what", "replaced_at"]
    list_select_related = ["product", "item__product"]
    fields = ["product", "serial", "what", "replaced_at"]
    readonly_fields = ["what"]
    search_fields = ["serial"]
    found_by = ("serial", "item__member__number")
    ordering = ["-pk"]
