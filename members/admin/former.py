"""Accounts of the former scheme: what was read in, who was invited, and who claimed theirs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from members.models import FormerAccount, FormerImport
from members.staff_pages import FactAdmin


@admin.register(FormerImport)
class FormerImportAdmin(FactAdmin):
    list_display = ["imported_at", "file_name", "accounts"]
    search_fields = ["file_name"]
    ordering = ["-imported_at", "-pk"]


class ClaimedFilter(admin.SimpleListFilter):
    """How far an old account has come."""

    title = gettext_lazy("claimed")
    parameter_name = "claimed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("no", gettext_lazy("Not invited yet")),
            ("invited", gettext_lazy("Invited")),
            ("yes", gettext_lazy("Claimed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FormerAccount]) -> QuerySet[FormerAccount]:
        if self.value() == "yes":
            return queryset.filter(claimed_at__isnull=False)
        if self.value() == "invited":
            return queryset.filter(claimed_at=None, invited_at__isnull=False)
        if self.value() == "no":
            return queryset.filter(claimed_at=None, invited_at=None)
        return queryset


@admin.register(FormerAccount)
class FormerAccountAdmin(FactAdmin):
    list_display = ["email", "name", "country", "photo_level", "video_level", "invited_at", "claimed_at"]
    list_filter = [ClaimedFilter, "photo_level", "video_level"]
    linked_lookups = ("source__id__exact",)
    fields = [
        "email",
        "name",
        "country",
        "photo_level",
        "video_level",
        "things",
        "source",
        "invited_at",
        "member",
        "claimed_at",
    ]
    readonly_fields = ["things"]
    search_fields = ["=email", "name", "=member__number"]
    search_help_text = gettext_lazy("E-mail in full, name, or member number")
    ordering = ["-pk"]

    @admin.display(description=gettext_lazy("Kit"))
    def things(self, obj: FormerAccount) -> str:
        return "; ".join(f"{row['product']} {row['serial']}".strip() for row in obj.kit) or "–"
