"""Welcome packs: what is in them from a day on, gifts in stock, packs on their way, and cards valid no more."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from members.looking import Page
from members.models import User
from members.staff_pages import DatedAdmin
from servicing.admin.scoped import CentreFactAdmin, ScopedAdmin
from servicing.models import CardRevocation, GiftStock, PackBatch, PackContents, WelcomePack


@admin.register(PackContents)
class PackContentsAdmin(DatedAdmin):
    list_display = ["valid_from", "gift"]
    fields = ["valid_from", "gift", "words", "letter", "reason"]
    search_fields = ["gift"]
    ordering = ["-valid_from"]

    def get_fields(self, request: HttpRequest, obj: PackContents | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        return self.fields if writes else [name for name in self.fields or [] if name != "reason"]


@admin.register(GiftStock)
class GiftStockAdmin(ScopedAdmin):
    """What came in and what was written off: written once, with a note, and never again."""

    centre_path = ""
    list_display = ["at", "contents", "pieces", "note", "by"]
    list_select_related = ["contents", "by"]
    fields = ["contents", "pieces", "note"]
    ordering = ["-at", "-pk"]

    def get_fields(self, request: HttpRequest, obj: GiftStock | None = None) -> Any:
        return ["contents", "pieces", "note"] if obj is None else ["at", "contents", "pieces", "note", "by"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: GiftStock, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        obj.at, obj.by = timezone.now(), request.user
        obj.save()


@admin.register(PackBatch)
class PackBatchAdmin(CentreFactAdmin):
    centre_path = ""
    list_display = ["picked_at", "country", "by"]
    list_select_related = ["by"]
    search_fields = ["=country"]
    search_help_text = gettext_lazy("Country code, such as PT")
    ordering = ["-picked_at", "-pk"]


@admin.register(WelcomePack)
class WelcomePackAdmin(CentreFactAdmin):
    """Packs and the cards that replace lost ones: no matter of a centre."""

    look = Page.PACK

    centre_path = ""
    list_display = ["member", "name", "country", "state", "requested_at", "sent_at", "tracking"]
    list_select_related = ["member__user"]
    list_filter = ["state"]
    linked_lookups = ("member__id__exact", "batch__id__exact")
    search_fields = ["=member__number", "=tracking", "~member__user__name"]
    search_help_text = gettext_lazy("Member number, tracking number, or the member’s name")
    ordering = ["-pk"]


@admin.register(CardRevocation)
class CardRevocationAdmin(CentreFactAdmin):
    look = Page.CARD
    centre_path = ""
    list_display = ["member", "generation", "at", "by", "why"]
    list_select_related = ["member__user", "by"]
    linked_lookups = ("member__id__exact",)
    search_fields = ["=member__number"]
    search_help_text = gettext_lazy("Member number")
    ordering = ["-pk"]
