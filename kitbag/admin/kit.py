"""Kit items as the validating clerk sees them: what waits and why, and the three decisions (programme §3, §10)."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import DateTimeField, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin import queue, review
from kitbag.admin.deciding import DecidingAdmin, ReasonFilter, StateFilter, decide_each, reasons_in_words
from kitbag.admin.item_facts import event_in_words
from kitbag.models import Claim, FormerNumber, KitItem, StolenUnit
from kitbag.standing import at_the_clock
from kitbag.taking_back import decide_item
from members.looking import Page
from members.staff_forms import shown

SHOWN_MOST = 20


class ItemStateFilter(StateFilter):
    states, first = KitItem.State, KitItem.State.WAITING


@admin.register(KitItem)
class KitItemAdmin(DecidingAdmin):
    look = Page.KIT_ITEM
    list_display = ["what", "serial_typed", "owner", "state", "why", "added_at"]
    list_select_related = ["product", "member__user"]
    list_filter = [ItemStateFilter, ReasonFilter]
    indexed = {"state": frozenset({KitItem.State.WAITING.value})}
    linked_lookups = ("member__id__exact",)
    search_fields = ["serial"]
    found_by = ("serial", "member__number")
    ordering = ["added_at", "pk"]
    actions = ["accept", "ask", "reject"]
    fieldsets = [
        (None, {"fields": ["what", "state", "review", "note", "owner"]}),
        (
            gettext_lazy("Details"),
            {
                "fields": [
                    "serial_typed",
                    "serial",
                    "number_confirmed",
                    "hint",
                    "country_of_purchase",
                    "purchased_on",
                    "store",
                ]
            },
        ),
        (gettext_lazy("Proofs"), {"fields": ["papers"]}),
        (gettext_lazy("The same unit elsewhere"), {"fields": ["elsewhere"]}),
        (gettext_lazy("What happened"), {"fields": ["history", "removal_reason", "in_case_since"]}),
    ]
    readonly_fields = ["what", "review", "owner", "hint", "papers", "elsewhere", "history"]

    def also_found(self, serial: str) -> Iterable[Q]:
        """An item by a number that a repair replaced."""
        yield Q(pk__in=FormerNumber.objects.filter(serial=serial).values("item"))

    def get_ordering(self, request: HttpRequest) -> Any:
        """What waits: the oldest first; everything else: the newest."""
        waits = request.GET.get("state", "" if not request.GET.get("q") else "all") in {"", KitItem.State.WAITING}
        return ["added_at", "pk"] if waits else ["-added_at", "-pk"]

    def list_tools(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        if self.has_decide_permission(request):
            yield _("Work through the queue"), reverse("admin:kitbag_queue")

    def heading(self, obj: KitItem) -> str:
        return f"{obj.product.name} {obj.serial_typed}".strip()

    def tools(self, request: HttpRequest, obj: KitItem) -> Iterable[tuple[str, str]]:
        """Decide; the member; the proposed edits of this item."""
        if obj.state == KitItem.State.WAITING and self.has_decide_permission(request):
            yield _("Decide…"), reverse("admin:kitbag_queue_item", args=[obj.pk])
        if request.user.has_perm("members.view_member"):
            yield _("The member"), reverse("admin:members_member_change", args=[obj.member_id])
        for claim in Claim.objects.open().filter(Q(item=obj) | Q(held_item=obj)).order_by("opened_at"):
            if request.user.has_perm("kitbag.view_claim"):
                yield _("The claim"), reverse("admin:kitbag_claim_change", args=[claim.pk])
        if request.user.has_perm("kitbag.view_proposededit"):
            yield _("Proposed edits"), f"{reverse('admin:kitbag_proposededit_changelist')}?item__id__exact={obj.pk}"

    @admin.display(description=gettext_lazy("Product"))
    def what(self, obj: KitItem) -> str:
        return obj.product.name

    @admin.display(description=gettext_lazy("Member"))
    def owner(self, obj: KitItem) -> str:
        return str(obj.member)

    @admin.display(description=gettext_lazy("Waits because"))
    def why(self, obj: KitItem) -> str:
        return reasons_in_words(obj.reasons)

    @admin.display(description=gettext_lazy("Waits because"))
    def review(self, obj: KitItem) -> SafeString:
        """Each reason with what it clashes with."""
        return review.of_item(obj)

    @admin.display(description=gettext_lazy("Where the number is"))
    def hint(self, obj: KitItem) -> str:
        return obj.product.serial_hint or "–"

    @admin.display(description=gettext_lazy("Kept by the member"))
    def papers(self, obj: KitItem) -> SafeString:
        """What the member added to this item; a file is opened where it waits."""
        return review.papers_of(obj)

    @admin.display(description=gettext_lazy("Other registrations"))
    def elsewhere(self, obj: KitItem) -> SafeString:
        """Every row that names this serial number: items, proposed edits, replaced numbers, stolen units."""
        if not obj.serial:
            return format_html("{}", _("No serial number."))
        found = [
            (
                reverse("admin:kitbag_kititem_change", args=[row.pk]),
                f"{row.product.name}, {row.get_state_display()}, {row.member}",
            )
            for row in KitItem.objects.filter(serial=obj.serial)
            .exclude(pk=obj.pk)
            .select_related("product", "member__user")
            .order_by("added_at")[:SHOWN_MOST]
        ]
        columns = ("item", "product__name")
        former = FormerNumber.objects.filter(serial=obj.serial)
        stolen = StolenUnit.objects.filter(serial=obj.serial, withdrawn_at=None)
        no_day = Value(None, output_field=DateTimeField())
        others = former.values_list(*columns, no_day)[:SHOWN_MOST].union(
            stolen.values_list(*columns, "reported_at")[:SHOWN_MOST]
        )
        for item, product, reported_at in others:
            words = (
                _("%(product)s, reported stolen on %(day)s") % {"product": product, "day": shown(reported_at.date())}
                if reported_at
                else _("%(product)s, number replaced in a repair") % {"product": product}
            )
            found.append((reverse("admin:kitbag_kititem_change", args=[item]), words))
        if not found:
            return format_html("{}", _("None."))
        return format_html('<ul class="lines">{}</ul>', format_html_join("", '<li><a href="{}">{}</a></li>', found))

    @admin.display(description=gettext_lazy("Events"))
    def history(self, obj: KitItem) -> SafeString:
        rows = obj.events.select_related("by")[: SHOWN_MOST * 2]
        return format_html(
            '<ul class="lines">{}</ul>',
            format_html_join(
                "",
                "<li>{} · {} · {}{}</li>",
                (
                    (
                        f"{shown(row.at.date())}, {row.at:%H:%M}",
                        row.get_kind_display(),
                        row.by.email if row.by else _("by itself"),
                        event_in_words(row),
                    )
                    for row in rows
                ),
            ),
        )

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("queue/", guarded(partial(queue.next_view, page=self)), name="kitbag_queue"),
            path("queue/take-back/", guarded(partial(queue.take_back_view, page=self)), name="kitbag_queue_take_back"),
            path("queue/<uuid:item_id>/", guarded(partial(queue.item_view, page=self)), name="kitbag_queue_item"),
            *super().get_urls(),
        ]

    def take_back_href(self, row: KitItem) -> str:
        return reverse("admin:kitbag_queue_item", args=[row.pk])

    @admin.action(description=gettext_lazy("Accept"), permissions=["decide"])
    def accept(self, request: HttpRequest, queryset: QuerySet[KitItem]) -> None:
        rows = self.selected(request, queryset)
        decide_each(
            self,
            request,
            rows or [],
            act=lambda key, user: at_the_clock(decide_item, key, decision="accept", by=user),
            done=_("Accepted: it counts."),
        )

    @admin.action(description=gettext_lazy("Ask the member…"), permissions=["decide"])
    def ask(self, request: HttpRequest, queryset: QuerySet[KitItem]) -> HttpResponse | None:
        return self.with_note(
            request,
            queryset,
            action="ask",
            title=_("Ask the member"),
            done=_("The member is asked."),
            act=partial(decide_item, decision="ask"),
        )

    @admin.action(description=gettext_lazy("Reject…"), permissions=["decide"])
    def reject(self, request: HttpRequest, queryset: QuerySet[KitItem]) -> HttpResponse | None:
        return self.with_note(
            request,
            queryset,
            action="reject",
            title=_("Reject"),
            done=_("Rejected."),
            act=partial(decide_item, decision="reject"),
        )
