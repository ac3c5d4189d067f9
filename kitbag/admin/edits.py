"""Proposed edits of validated items: staff let them pass or refuse them (programme §3)."""

from collections.abc import Iterable
from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin import review
from kitbag.admin.deciding import DecidingAdmin, ReasonFilter, decide_each, reasons_in_words
from kitbag.models import ProposedEdit
from kitbag.standing import at_the_clock
from kitbag.taking_back import decide_edit_of
from members.looking import Page


@admin.register(ProposedEdit)
class ProposedEditAdmin(DecidingAdmin):
    look = Page.KIT_ITEM
    list_display = ["what", "serial_typed", "before", "state", "why", "proposed_at"]
    list_select_related = ["item__product", "item__member__user", "product"]
    list_filter = ["state", ReasonFilter]
    linked_lookups = ("item__id__exact",)
    search_fields = ["serial"]
    found_by = ("serial", "item__serial", "item__member__number")
    ordering = ["-pk"]
    actions = ["let_pass", "refuse"]
    fields = [
        "what",
        "serial_typed",
        "serial",
        "number_confirmed",
        "before",
        "owner",
        "state",
        "review",
        "proposed_at",
        "decided_at",
        "decided_by",
        "note",
    ]
    readonly_fields = ["what", "before", "owner", "review"]

    def looked_at(self, obj: ProposedEdit) -> Iterable[int | None]:
        yield obj.item.member_id

    def heading(self, obj: ProposedEdit) -> str:
        return f"{obj.product.name} {obj.serial_typed}".strip()

    def tools(self, request: HttpRequest, obj: ProposedEdit) -> Iterable[tuple[str, str]]:
        if request.user.has_perm("kitbag.view_kititem"):
            yield _("The item"), reverse("admin:kitbag_kititem_change", args=[obj.item_id])

    @admin.display(description=gettext_lazy("New product"))
    def what(self, obj: ProposedEdit) -> str:
        return obj.product.name

    @admin.display(description=gettext_lazy("Now"))
    def before(self, obj: ProposedEdit) -> str:
        return f"{obj.item.product.name} {obj.item.serial_typed}".strip()

    @admin.display(description=gettext_lazy("Member"))
    def owner(self, obj: ProposedEdit) -> str:
        return str(obj.item.member)

    @admin.display(description=gettext_lazy("Waits because"))
    def why(self, obj: ProposedEdit) -> str:
        return reasons_in_words(obj.reasons)

    @admin.display(description=gettext_lazy("Waits because"))
    def review(self, obj: ProposedEdit) -> SafeString:
        """Each reason with what it clashes with."""
        return review.of_edit(obj)

    def take_back_href(self, row: ProposedEdit) -> str:
        return reverse("admin:kitbag_queue_item", args=[row.item_id])

    @admin.action(description=gettext_lazy("Let pass"), permissions=["decide"])
    def let_pass(self, request: HttpRequest, queryset: QuerySet[ProposedEdit]) -> None:
        rows = self.selected(request, queryset)
        decide_each(
            self,
            request,
            rows or [],
            act=lambda key, user: at_the_clock(decide_edit_of, key, passes=True, by=user),
            done=_("Passed: the item counts with its new details."),
        )

    @admin.action(description=gettext_lazy("Refuse…"), permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[ProposedEdit]) -> HttpResponse | None:
        return self.with_note(
            request,
            queryset,
            action="refuse",
            title=_("Refuse the change"),
            done=_("Refused; the item counts as before."),
            act=partial(decide_edit_of, passes=False),
        )
