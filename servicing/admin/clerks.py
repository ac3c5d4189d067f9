"""Who of the centre staff works at which centre."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.acts import ActForm, act_page, allow
from members.models import User
from members.rules.roles import Role
from members.staff_forms import ReasonedForm
from members.staff_pages import ReasonedAdmin
from servicing.admin.scoped import ScopedAdmin
from servicing.models import CentreClerk


class CentreClerkForm(ReasonedForm):
    class Meta:
        model = CentreClerk
        fields = ["user", "centre"]


@admin.register(CentreClerk)
class CentreClerkAdmin(ScopedAdmin, ReasonedAdmin):
    form = CentreClerkForm
    list_display = ["user", "centre"]
    list_select_related = ["user", "centre"]
    list_filter = ["centre"]
    search_fields = ["user__email", "user__name", "centre__name"]
    search_help_text = gettext_lazy("Name, e-mail or centre")
    ordering = ["-pk"]

    def get_fields(self, request: HttpRequest, obj: CentreClerk | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        return ["user", "centre", "reason"] if writes else ["user", "centre"]

    def get_readonly_fields(self, request: HttpRequest, obj: CentreClerk | None = None) -> Any:
        return () if obj is None else ("user",)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        """Whoever has the role and works nowhere yet may be put to a centre."""
        if db_field.name != "user":
            return super().get_field_queryset(db, db_field, request)
        staff = User.objects.filter(groups__name=Role.CENTRE_STAFF, is_staff=True, is_active=True)
        return staff.filter(works_at=None).order_by("email")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Leaving says why, on a page of its own.
        return False

    def tools(self, request: HttpRequest, obj: CentreClerk) -> Iterable[tuple[str, str]]:
        if request.user.has_perm("servicing.delete_centreclerk"):
            yield _("Works here no longer…"), reverse("admin:servicing_centreclerk_leave", args=[obj.pk])

    def get_urls(self) -> list[URLPattern]:
        leave = path(
            "<path:object_id>/leave/", self.admin_site.admin_view(self.leave_view), name="servicing_centreclerk_leave"
        )
        return [leave, *super().get_urls()]

    def leave_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a user from their centre; from then on they see no centre's rows."""
        allow(request, "servicing.delete_centreclerk")
        clerk = self.get_object(request, object_id)
        if clerk is None:
            raise Http404

        def act(data: dict[str, Any]) -> tuple[CentreClerk, str]:
            # By key: the history still speaks of the row.
            CentreClerk.objects.filter(pk=clerk.pk).delete()
            return clerk, _("%(user)s works at %(centre)s no longer.") % {"user": clerk.user, "centre": clerk.centre}

        return act_page(
            request,
            self,
            form=ActForm(request.POST or None),
            act=act,
            title=_("Works here no longer"),
            button=_("Take them off"),
            back=reverse("admin:servicing_centreclerk_changelist"),
            subject=clerk,
        )
