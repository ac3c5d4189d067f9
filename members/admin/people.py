"""Members as staff see them, and what they accepted."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import suspending
from members.looking import Page
from members.models import Acceptance, Member
from members.rules.finding import digits_of
from members.staff_pages import FactAdmin


@admin.register(Member)
class MemberAdmin(FactAdmin):
    look = Page.MEMBER
    list_display = ["spaced_number", "name", "email", "country", "joined_at"]
    list_select_related = ["user"]
    fields = [
        "spaced_number",
        "name",
        "email",
        "country",
        "time_zone",
        "joined_at",
        "adult_confirmed_at",
        "accepted",
    ]
    readonly_fields = ["spaced_number", "name", "email", "accepted"]
    search_fields = ["=number", "^user__email", "~user__name"]
    search_help_text = gettext_lazy("Member number, name or e-mail")
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        if digits := digits_of(search_term.replace("\x00", "")):
            return queryset.filter(number__startswith=digits), False
        return super().get_search_results(request, queryset, search_term)

    def looked_at(self, obj: Member) -> Iterable[int | None]:
        yield obj.pk

    def heading(self, obj: Member) -> str:
        return f"{obj.user.name}, {obj.spaced_number}"

    def tools(self, request: HttpRequest, obj: Member) -> Iterable[tuple[str, str]]:
        """Links to the member's rows in the pages about kit and cases, each for those who may see it."""
        may = request.user.has_perm
        if may("kitbag.add_hold"):
            yield _("Hold a level…"), f"{reverse('admin:kitbag_hold_add')}?member={obj.number}"
        if obj.closed_at is None:
            yield from self._care(request, obj)
        lists = (
            ("kitbag", "kititem", _("Kit"), "&state=all"),
            ("kitbag", "hold", _("Holds"), ""),
            ("kitbag", "levelchange", _("Levels"), ""),
            ("servicing", "case", _("Cases"), ""),
        )
        for app, model, label, more in lists:
            if may(f"{app}.view_{model}"):
                yield label, f"{reverse(f'admin:{app}_{model}_changelist')}?member__id__exact={obj.pk}{more}"
        if may("members.view_message"):
            yield _("Messages"), f"{reverse('admin:members_message_changelist')}?user__id__exact={obj.user_id}"

    def _care(self, request: HttpRequest, obj: Member) -> Iterable[tuple[str, str]]:
        may = request.user.has_perm
        runs = suspending.running(obj.pk, at=timezone.now()) is not None
        if not runs and may("members.add_acting"):
            yield _("Act on their behalf…"), reverse("admin:member_act", args=[obj.pk])
        if not runs and may("members.add_membersuspension"):
            yield _("Suspend…"), reverse("admin:member_suspend", args=[obj.pk])
        if runs and may("members.change_membersuspension"):
            yield _("Lift the suspension…"), reverse("admin:member_lift", args=[obj.pk])
        if may("members.add_closing"):
            yield _("Close the account…"), reverse("admin:member_close", args=[obj.pk])

    @admin.display(description=gettext_lazy("Number"))
    def spaced_number(self, obj: Member) -> str:
        return obj.spaced_number

    @admin.display(description=gettext_lazy("Name"))
    def name(self, obj: Member) -> str:
        return obj.user.name

    @admin.display(description=gettext_lazy("E-mail"))
    def email(self, obj: Member) -> str:
        return obj.user.email

    @admin.display(description=gettext_lazy("Accepted"))
    def accepted(self, obj: Member) -> str:
        rows = obj.acceptances.order_by("-accepted_at")
        return "; ".join(f"{row.get_document_display()} {row.version}, {row.accepted_at:%Y-%m-%d}" for row in rows)


@admin.register(Acceptance)
class AcceptanceAdmin(FactAdmin):
    list_display = ["member", "document", "version", "accepted_at"]
    list_select_related = ["member__user"]
    list_filter = ["document"]
    search_fields = ["=member__number"]
    search_help_text = gettext_lazy("Member number")
    ordering = ["-pk"]
