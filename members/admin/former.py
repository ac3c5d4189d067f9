"""Accounts of the former scheme: what was read in, who was invited, and who claimed theirs."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin.inviting import invite_page
from members.admin.reading_in import import_page, template_file
from members.models import FormerAccount, FormerImport
from members.staff_pages import FactAdmin

INVITE = "members.change_formeraccount"


@admin.register(FormerImport)
class FormerImportAdmin(FactAdmin):
    list_display = ["imported_at", "file_name", "accounts"]
    search_fields = ["file_name"]
    ordering = ["-imported_at", "-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who reads in files: on a page of its own."""
        return request.user.has_perm("members.add_formerimport")

    def get_urls(self) -> list[Any]:
        site = self.admin_site
        page = path("template.csv", site.admin_view(self.template_view), name="members_formerimport_template")
        return [page, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return import_page(request, self)

    def template_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return template_file()


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
    search_fields = ["=email", "~name", "=member__number"]
    search_help_text = gettext_lazy("E-mail in full, name, or member number")
    ordering = ["-pk"]

    def get_urls(self) -> list[Any]:
        page = path("invite/", self.admin_site.admin_view(self.invite_view), name="members_formeraccount_invite")
        return [page, *super().get_urls()]

    def list_tools(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        if request.user.has_perm(INVITE):
            yield _("Invite so many…"), reverse("admin:members_formeraccount_invite")

    def invite_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(INVITE):
            raise PermissionDenied
        return invite_page(request, self)

    @admin.display(description=gettext_lazy("Kit"))
    def things(self, obj: FormerAccount) -> str:
        return "; ".join(f"{row['product']} {row['serial']}".strip() for row in obj.kit) or "–"
