"""Loans: a centre's units are put into the pool and taken out of it here; who has them when is read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.catalogue import ProductSelect
from kitbag.rules.serials import normalise
from members.looking import Page
from members.staff_forms import ReasonedForm, shown
from members.staff_pages import ReasonedAdmin
from servicing.access import NOWHERE, centre_seen
from servicing.admin.scoped import CaseFactAdmin, CentreFactAdmin, ScopedAdmin
from servicing.models import CentreTask, Loan, LoanSuspension, LoanUnit

RUNNING = [Loan.State.BOOKED, Loan.State.OUT]


class LoanUnitForm(ReasonedForm):
    """A unit of the pool. Once there, only its accessories change, and whether it is lent at all."""

    out = forms.BooleanField(
        label=gettext_lazy("Out of the pool"), required=False, help_text=gettext_lazy("Damaged, sold or lost.")
    )

    class Meta:
        model = LoanUnit
        fields = ["centre", "product", "serial", "accessories"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The reason a unit is out stands beside it.
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("Reason"),
            max_length=LoanUnit._meta.get_field("out_why").max_length,
            widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
            help_text=gettext_lazy("Stays in the history of this row."),
        )
        self.initial["out"] = self.instance.out_since is not None

    def clean_serial(self) -> str:
        serial = normalise(self.cleaned_data["serial"])
        if not serial:
            raise ValidationError(_("A unit that is lent has a serial number."))
        return serial

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        product, serial = data.get("product"), data.get("serial")
        if product and serial and LoanUnit.objects.filter(product=product, serial=serial).exists():
            self.add_error("serial", _("This unit is in the pool of a centre already."))
        if data.get("out") and self.instance.pk and self.instance.out_since is None:
            # A loan that begins meanwhile waits for this row, and then finds the unit gone.
            LoanUnit.objects.select_for_update().get(pk=self.instance.pk)
            if self.instance.loans.filter(state__in=RUNNING).exists():
                self.add_error("out", _("It is lent or booked. End or move its loans first."))
        return data


@admin.register(LoanUnit)
class LoanUnitAdmin(ScopedAdmin, ReasonedAdmin):
    form = LoanUnitForm
    list_display = ["product", "serial", "centre", "accessories", "lent", "added_at", "out_since", "out_why"]
    list_select_related = ["product", "centre"]
    list_filter = ["centre"]
    autocomplete_fields = ["product"]
    search_fields = ["product__name", "serial"]
    search_help_text = gettext_lazy("Product, or serial number in any spelling")
    ordering = ["-pk"]
    facts = ("product", "serial", "centre", "lent", "added_at", "out_since", "out_why")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LoanUnit]:
        out = Loan.objects.filter(unit=OuterRef("pk"), state=Loan.State.OUT)
        return super().get_queryset(request).annotate(is_lent=Exists(out))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LoanUnit], search_term: str
    ) -> tuple[QuerySet[LoanUnit], bool]:
        found, more = super().get_search_results(request, queryset, search_term)
        if serial := normalise(search_term):
            found |= queryset.filter(serial=serial)
        return found, more

    @admin.display(description=gettext_lazy("Lent"), boolean=True)
    def lent(self, obj: Any) -> bool:
        return bool(obj.is_lent)

    def get_fields(self, request: HttpRequest, obj: LoanUnit | None = None) -> Any:
        if obj is None:
            centre = ["centre"] if centre_seen(request) is None else []
            return [*centre, "product", "serial", "accessories", "reason"]
        acts = ["out", "reason"] if self.has_change_permission(request, obj) else []
        return [*self.facts, "accessories", *acts]

    def get_readonly_fields(self, request: HttpRequest, obj: LoanUnit | None = None) -> Any:
        return () if obj is None else self.facts

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "product":
            kwargs["widget"] = ProductSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Centre staff who work at no centre have no pool to put anything into.
        return super().has_add_permission(request) and centre_seen(request) != NOWHERE

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: LoanUnit, form: Any, change: bool) -> None:
        at = timezone.now()
        if not change:
            obj.added_at = at
            obj.centre_id = centre_seen(request) or obj.centre_id
        elif "out" in form.changed_data:
            out = form.cleaned_data["out"]
            obj.out_since, obj.out_why = (at, form.cleaned_data["reason"]) if out else (None, "")
        obj.save()


@admin.register(Loan)
class LoanAdmin(CaseFactAdmin):
    look = Page.CASE
    centre_path = "unit__centre"
    list_display = ["unit", "member", "case", "period_shown", "state", "booked_at"]
    list_select_related = ["unit__product", "unit__centre", "member__user", "case__product"]
    list_filter = ["state"]
    linked_lookups = ("case__id__exact", "member__id__exact", "unit__id__exact")
    ordering = ["-booked_at", "-pk"]
    fields = [
        "unit",
        "member",
        "case",
        "period_shown",
        "state",
        "booked_at",
        "handed_over_at",
        "condition_out",
        "accessories_out",
        "returned_at",
        "condition_back",
        "accessories_back",
        "damaged",
        "ended_why",
    ]
    readonly_fields = ["period_shown"]

    def heading(self, obj: Loan) -> str:
        return f"{obj.unit}, {self.period_shown(obj)}"

    @admin.display(description=gettext_lazy("From, until"), ordering="period")
    def period_shown(self, obj: Loan) -> str:
        if obj.period.isempty:
            return "–"
        return f"{shown(obj.period.lower)} – {shown(obj.period.upper)}"


@admin.register(LoanSuspension)
class LoanSuspensionAdmin(CentreFactAdmin):
    """Members without loans until a day: a matter of the programme, not of one centre."""

    centre_path = ""
    list_display = ["member", "from_on", "until_on", "reason", "by", "at"]
    list_select_related = ["member__user", "by"]
    linked_lookups = ("member__id__exact",)
    search_fields = ["=member__number"]
    search_help_text = gettext_lazy("Member number")
    ordering = ["-pk"]


class DoneFilter(admin.SimpleListFilter):
    """Tasks that wait, and tasks that were done."""

    title = gettext_lazy("done")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("Waits")), ("yes", gettext_lazy("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CentreTask]) -> QuerySet[CentreTask]:
        return queryset.filter(done_at__isnull=self.value() == "no") if self.value() in {"no", "yes"} else queryset


@admin.register(CentreTask)
class CentreTaskAdmin(CaseFactAdmin):
    centre_path = "centre"
    list_display = ["kind", "centre", "case", "words", "made_at", "done_at", "done_by"]
    list_select_related = ["centre", "case", "done_by"]
    list_filter = [DoneFilter, "kind", "centre"]
    indexed = {"done": frozenset({"no"})}
    ordering = ["-pk"]
