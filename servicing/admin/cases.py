"""Cases as staff read them: where each stands, its stretches and places, and everything that happened.

What staff do to a case is the bench's, on pages of its own.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.long_lists import values_filter
from members.looking import Page
from members.staff_forms import shown
from servicing.admin.scoped import CaseFactAdmin, CentreFactAdmin
from servicing.models import Case, CaseEvent, SlotHold, Stretch
from servicing.rules import steps

SHOWN_MOST = 100


class OpenFilter(admin.SimpleListFilter):
    """Cases that go on, and cases that are over."""

    title = gettext_lazy("open")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Open")), ("no", gettext_lazy("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() == "yes":
            return queryset.exclude(state__in=steps.OVER)
        return queryset.filter(state__in=steps.OVER) if self.value() == "no" else queryset


class ActorFilter(admin.SimpleListFilter):
    """As what somebody acted, in the words for staff."""

    title = gettext_lazy("as")
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, _("The member") if value == "member" else label) for value, label in CaseEvent.Actor.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CaseEvent]) -> QuerySet[CaseEvent]:
        return queryset.filter(actor=self.value()) if self.value() in CaseEvent.Actor.values else queryset


def event_in_words(event: CaseEvent) -> str:
    """What happened, the state it led to, and the note; for people who know the bench."""
    facts = ", ".join(f"{name}: {value}" for name, value in event.facts.items())
    parts = (event.get_kind_display(), event.get_state_display(), event.note, facts)
    return " · ".join(part for part in parts if part)


def who_in_words(event: CaseEvent) -> str:
    """As what somebody acted, said to staff: the choices of the model speak to the member."""
    return _("The member") if event.actor == CaseEvent.Actor.MEMBER else event.get_actor_display()


def moment(value: Any) -> str:
    """A moment in UTC, as the lists of these pages give it."""
    return f"{shown(value.date())}, {value:%H:%M}" if value else "–"


@admin.register(Case)
class CaseAdmin(CaseFactAdmin):
    look = Page.CASE
    centre_path = "centre"
    case_path = "pk"
    list_display = ["number", "product", "serial", "owner", "centre", "service", "state", "requested_at", "changed_at"]
    list_select_related = ["product", "centre", "member__user", "visitor"]
    list_filter = [OpenFilter, "state", "service", "centre"]
    indexed = {"open": frozenset({"yes"})}
    linked_lookups = ("member__id__exact", "item__id__exact")
    search_fields = ["number"]
    ordering = ["-requested_at", "-pk"]
    fieldsets = [
        (None, {"fields": ["number", "state", "centre", "owner", "requested_at", "changed_at", "parts_on"]}),
        (
            gettext_lazy("What came, and why"),
            {"fields": ["product", "serial", "service", "fault", "fault_words", "warranty", "sends_accessories"]},
        ),
        (
            gettext_lazy("The way there and back"),
            {
                "fields": [
                    "send_by",
                    "inbound_tracking",
                    "return_name",
                    "return_street",
                    "return_postcode",
                    "return_town",
                    "return_country",
                    "return_phone",
                    "needed_by",
                    "outbound_carrier",
                    "outbound_tracking",
                ]
            },
        ),
        (gettext_lazy("Stretches"), {"fields": ["stretches_shown"]}),
        (gettext_lazy("What happened"), {"fields": ["happened"]}),
    ]
    readonly_fields = ["owner", "stretches_shown", "happened"]

    def heading(self, obj: Case) -> str:
        return f"{obj.number}, {obj.product.name}"

    def tools(self, request: HttpRequest, obj: Case) -> Iterable[tuple[str, str]]:
        """The member, the kit item, and what else is kept about this case, each for those who may see it."""
        may = request.user.has_perm
        if obj.member_id and may("members.view_member"):
            yield _("The member"), reverse("admin:members_member_change", args=[obj.member_id])
        if obj.item_id and may("kitbag.view_kititem"):
            yield _("The kit item"), reverse("admin:kitbag_kititem_change", args=[obj.item_id])
        lists = (
            ("estimate", _("Estimates")),
            ("casefile", _("Files")),
            ("loan", _("Loans")),
            ("caseevent", _("Events")),
        )
        for model, label in lists:
            if may(f"servicing.view_{model}"):
                yield label, f"{reverse(f'admin:servicing_{model}_changelist')}?case__id__exact={obj.pk}"

    @admin.display(description=gettext_lazy("Member or visitor"))
    def owner(self, obj: Case) -> str:
        return str(obj.member or obj.visitor)

    @admin.display(description=gettext_lazy("Through the bench"))
    def stretches_shown(self, obj: Case) -> SafeString:
        lines = format_html_join(
            "",
            '<li><a href="{}">{}</a> · {} · {} · {}</li>',
            (
                (
                    reverse("admin:servicing_stretch_change", args=[row.pk]),
                    row.number,
                    row.get_lane_display(),
                    _("received: %(moment)s") % {"moment": moment(row.received_at)},
                    _("due: %(moment)s") % {"moment": moment(row.due_at)},
                )
                for row in obj.stretches.order_by("number")
            ),
        )
        return format_html('<ul class="lines">{}</ul>', lines)

    @admin.display(description=gettext_lazy("Events"))
    def happened(self, obj: Case) -> SafeString:
        """The newest events first; all of them are in their own list."""
        lines = format_html_join(
            "",
            "<li>{} · {} · {}</li>",
            (
                (moment(row.at), row.by.email if row.by else who_in_words(row), event_in_words(row))
                for row in obj.events.select_related("by").order_by("-at", "-pk")[:SHOWN_MOST]
            ),
        )
        return format_html('<ul class="lines">{}</ul>', lines)


@admin.register(Stretch)
class StretchAdmin(CaseFactAdmin):
    list_display = [
        "case",
        "number",
        "centre",
        "lane",
        "requested_at",
        "received_at",
        "target_days",
        "due_at",
        "left_at",
    ]
    list_select_related = ["case", "centre"]
    list_filter = ["lane", "in_time", "centre"]
    fields = [
        "case",
        "number",
        "centre",
        "lane",
        "requested_at",
        "received_at",
        "slot_at",
        "level",
        "benefit_level",
        "target_days",
        "terms",
        "calendar",
        "due_at",
        "paused_since",
        "paused_days",
        "worked_days",
        "left_at",
        "in_time",
        "ended_at",
        "back_on",
    ]


@admin.register(SlotHold)
class SlotHoldAdmin(CentreFactAdmin):
    """Fast Track places: three a member."""

    centre_path = "stretch__case__centre"
    list_display = ["member", "number", "stretch", "taken_at", "freed_at"]
    list_select_related = ["member__user", "stretch__case"]
    list_filter = [values_filter("number", gettext_lazy("place"), [(str(one), str(one)) for one in (1, 2, 3)])]
    linked_lookups = ("member__id__exact",)
    search_fields = ["=member__number"]
    search_help_text = gettext_lazy("Member number")
    ordering = ["-pk"]


@admin.register(CaseEvent)
class CaseEventAdmin(CaseFactAdmin):
    list_display = ["at", "case", "kind", "state", "who", "by", "note", "internal"]
    list_select_related = ["case", "by"]
    list_filter = ["kind", ActorFilter, "internal"]
    fields = ["at", "case", "stretch", "kind", "state", "who", "by", "note", "facts_shown", "internal"]
    readonly_fields = ["who", "facts_shown"]

    @admin.display(description=gettext_lazy("As"))
    def who(self, obj: CaseEvent) -> str:
        return who_in_words(obj)

    @admin.display(description=gettext_lazy("Facts"))
    def facts_shown(self, obj: CaseEvent) -> str:
        return ", ".join(f"{name}: {value}" for name, value in obj.facts.items()) or "–"
