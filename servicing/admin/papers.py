"""What goes with a case on paper, as staff read it: estimates, intake, begun requests, files and visitors."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from members.staff_pages import FactInline
from servicing.admin.scoped import CaseFactAdmin, CentreFactAdmin
from servicing.models import CaseDraft, CaseFile, Estimate, EstimateLine, Intake, Visitor


class LinesInline(FactInline):
    """The lines of an estimate, as they were sent."""

    model = EstimateLine
    fields = ["position", "kind", "words", "amount", "full_amount", "why"]
    ordering = ["position"]


@admin.register(Estimate)
class EstimateAdmin(CaseFactAdmin):
    inlines = [LinesInline]
    list_display = ["case", "version", "state", "currency", "sent_at", "expires_at", "answered_at"]
    list_select_related = ["case"]
    list_filter = ["state"]
    ordering = ["-sent_at", "-pk"]


@admin.register(EstimateLine)
class EstimateLineAdmin(CaseFactAdmin):
    centre_path = "estimate__case__centre"
    case_path = "estimate__case"
    list_display = ["estimate", "position", "kind", "words", "amount", "full_amount", "why"]
    list_select_related = ["estimate__case"]
    list_filter = ["kind"]
    linked_lookups = ("estimate__id__exact",)


@admin.register(Intake)
class IntakeAdmin(CaseFactAdmin):
    centre_path = "stretch__case__centre"
    case_path = "stretch__case"
    list_display = ["stretch", "at", "by", "condition", "serial_seen", "number_agrees"]
    list_select_related = ["stretch__case", "by"]
    list_filter = ["number_agrees"]
    linked_lookups = ("stretch__case__id__exact",)


@admin.register(CaseDraft)
class CaseDraftAdmin(CentreFactAdmin):
    """Requests that were begun; no centre sees them before they are sent."""

    centre_path = ""
    list_display = ["member", "what", "begun_at", "changed_at"]
    list_select_related = ["member__user", "item__product"]
    fields = ["member", "what", "entered", "begun_at", "changed_at"]
    readonly_fields = ["what"]
    linked_lookups = ("member__id__exact",)
    search_fields = ["=member__number"]
    search_help_text = gettext_lazy("Member number")
    ordering = ["-changed_at", "-pk"]

    @admin.display(description=gettext_lazy("Item"))
    def what(self, obj: CaseDraft) -> str:
        return f"{obj.item.product.name} {obj.item.serial_typed}".strip()


@admin.register(CaseFile)
class CaseFileAdmin(CaseFactAdmin):
    """What was kept when; the file itself is opened from the case."""

    list_display = ["name", "case", "purpose", "content_type", "size", "uploaded_at", "by"]
    list_select_related = ["case", "by"]
    list_filter = ["purpose"]
    fields = ["name", "case", "purpose", "content_type", "size", "digest", "uploaded_at", "by"]
    ordering = ["-uploaded_at", "-pk"]


@admin.register(Visitor)
class VisitorAdmin(CaseFactAdmin):
    centre_path = "case__centre"
    case_path = "case"
    list_display = ["name", "region", "card_number", "case", "booked_in_at"]
    list_select_related = ["case"]
    fields = ["name", "region", "card_number", "case", "email", "phone", "booked_in_at"]
    readonly_fields = ["case"]
