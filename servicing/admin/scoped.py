"""Centre staff see the rows of their own centre, on every page (programme §10); other roles see all centres'."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from members.country_teams import in_countries
from members.looking import Page
from members.models import User
from members.staff_pages import FactAdmin, StaffAdmin
from servicing.access import centre_seen
from servicing.finding import cases_called


class ScopedAdmin(StaffAdmin):
    """Rows of a centre. Lists, searches, filters, choices in forms, pages and histories all ask get_queryset.

    `centre_path` leads from a row to the key of its centre; rows without one ("") are no centre's to see.
    """

    centre_path = "centre"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        centre = centre_seen(request)
        if centre is None:
            return super().get_queryset(request)
        assert isinstance(request.user, User)
        # Past the rule that shows centre staff nobody's members: these are those of their centre.
        rows = in_countries(super(StaffAdmin, self).get_queryset(request), request.user)
        return rows.filter(**{self.centre_path: centre}) if self.centre_path else rows.none()

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        """A form offers, and takes, only rows that the user could open."""
        model = db_field.remote_field.model
        page = self.admin_site.get_model_admin(model) if self.admin_site.is_registered(model) else None
        if isinstance(page, ScopedAdmin):
            return page.get_queryset(request)
        return super().get_field_queryset(db, db_field, request)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Which centre is no question for those who see one."""
        filters = super().get_list_filter(request)
        return filters if centre_seen(request) is None else [entry for entry in filters if entry != "centre"]


class CentreFactAdmin(ScopedAdmin, FactAdmin):
    """Facts of a centre: only read here."""


class CaseFactAdmin(CentreFactAdmin):
    """Facts about a case, which its centre sees from the first stretch on; `case_path` leads to the case."""

    look = Page.CASE

    centre_path = "case__centre"
    case_path = "case"
    search_fields = ["case__number"]
    search_help_text = gettext_lazy("Case, serial, tracking or member number, in any spelling")
    linked_lookups: tuple[str, ...] = ("case__id__exact",)
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        typed = search_term.replace("\x00", "").strip()
        if not typed:
            return queryset, False
        # Asked first: few keys, each by an index, where a union inside would be read beside every row.
        keys = list(cases_called(typed).values_list("pk", flat=True))
        return queryset.filter(**{f"{self.case_path}__in": keys}), False
