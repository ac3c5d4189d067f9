"""The audit trail, read: what staff changed, by table and row (programme §10)."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.country_teams import sees_everybody
from members.models import StaffChange, User
from members.rules.roles import Role
from members.staff_forms import shown
from members.staff_pages import FactAdmin
from members.trail import NOT_NOTED


def models_noted() -> dict[str, type[Model]]:
    """The models whose changes are noted, by their table."""
    return {
        model._meta.db_table: model
        for label in ("auth", "members", "kitbag", "servicing")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.db_table not in NOT_NOTED
    }


def in_words(value: object) -> str:
    """A value of the trail for people; what is about a person was not kept."""
    if isinstance(value, dict) and value.get("hidden"):
        return _("(about a person, not kept here)")
    return shown(value)


class TableFilter(admin.SimpleListFilter):
    title = gettext_lazy("table")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        named = [(table, capfirst(model._meta.verbose_name_plural)) for table, model in models_noted().items()]
        return sorted(named, key=lambda row: str(row[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffChange]) -> QuerySet[StaffChange]:
        return queryset.filter(table=self.value()) if self.value() in models_noted() else queryset


class RoleFilter(admin.SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "as"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(role.value, role.value) for role in Role] + [("Superuser", gettext_lazy("Superuser"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffChange]) -> QuerySet[StaffChange]:
        role = self.value()
        return queryset.filter(role__contains=role) if role else queryset


@admin.register(StaffChange)
class StaffChangeAdmin(FactAdmin):
    """What staff changed, of members of every country: nothing for who is held to some, or to a centre."""

    list_display = ["at", "by", "role", "kind", "what", "row", "why"]
    list_display_links = ["at"]
    list_select_related = ["by"]
    list_filter = ["kind", RoleFilter, TableFilter]
    linked_lookups = ("table", "row", "transaction", "by__id__exact")
    fields = ["at", "by", "role", "why", "kind", "what", "link", "columns", "together"]
    readonly_fields = ["what", "link", "columns", "together"]
    search_fields = ["=row", "=by__email"]
    search_help_text = gettext_lazy("A row’s key, or the e-mail of staff, in full")
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffChange]:
        assert isinstance(request.user, User)
        rows = super().get_queryset(request)
        return rows if sees_everybody(request.user) else rows.none()

    def heading(self, obj: StaffChange) -> str:
        return f"{self.what(obj)} {obj.row}: {obj.get_kind_display()}"

    @admin.display(description=gettext_lazy("What"))
    def what(self, obj: StaffChange) -> str:
        model = models_noted().get(obj.table)
        return str(capfirst(model._meta.verbose_name)) if model else obj.table

    @admin.display(description=gettext_lazy("Its page"))
    def link(self, obj: StaffChange) -> SafeString:
        model = models_noted().get(obj.table)
        try:
            page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.row])  # type: ignore[union-attr]
        except (NoReverseMatch, AttributeError):
            return format_html("{}", "–")
        return format_html('<a href="{}">{}</a>', page, _("Open the row"))

    @admin.display(description=gettext_lazy("Before and after"))
    def columns(self, obj: StaffChange) -> SafeString:
        return format_html(
            '<div class="table-scroll"><table class="table"><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
            '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table></div>',
            _("Column"),
            _("Before"),
            _("After"),
            format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', _columns(obj)),
        )

    @admin.display(description=gettext_lazy("In the same act"))
    def together(self, obj: StaffChange) -> SafeString:
        page = reverse("admin:members_staffchange_changelist")
        return format_html('<a href="{}?transaction={}">{}</a>', page, obj.transaction, _("Every row it changed"))


def _columns(change: StaffChange) -> Iterator[tuple[str, str, str]]:
    old, new = change.old or {}, change.new or {}
    model = models_noted().get(change.table)
    names = {field.column: str(field.verbose_name) for field in model._meta.local_fields} if model else {}
    for column in sorted({*old, *new}):
        before, after = (in_words(side[column]) if column in side else "–" for side in (old, new))
        yield capfirst(names.get(column, column)), before, after
