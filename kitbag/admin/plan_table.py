"""Marking many products at once: a table pasted or uploaded, its effect shown first, all of it or nothing."""

from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.acts import PlanForm, act_page, allow, refuse
from kitbag.impact import impact_of
from kitbag.models import Product
from kitbag.plan_words import REFUSALS
from kitbag.registration import KitError
from kitbag.rules.plan_table import RowFault, read_plans
from kitbag.rules.valuing import PlanError
from kitbag.standing import at_the_clock
from kitbag.valuing import TableError, replan_many
from members.staff_pages import StaffAdmin

FILE_MOST = 500_000
FAULTS_SHOWN = 12
ROW_FAULTS = {
    "empty": gettext_lazy("There is no row."),
    "columns_missing": gettext_lazy("The headings are sku, stage and day."),
    "too_many_rows": gettext_lazy("At most 1,000 rows at a time."),
    "sku_missing": gettext_lazy("The sku is missing."),
    "sku_unknown": gettext_lazy("No product has this sku."),
    "stage_unknown": gettext_lazy("The stage is superseded or out of service."),
    "day_unreadable": gettext_lazy("The day cannot be read; write 2027-09-14."),
    "twice": gettext_lazy("This product and stage stand in an earlier row."),
}


class TableForm(PlanForm):
    table = forms.CharField(
        label=gettext_lazy("Plans"),
        required=False,
        max_length=FILE_MOST,
        widget=forms.Textarea(attrs={"rows": 10, "cols": 60, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One product a row: sku, stage (superseded or out of service), day. An empty day withdraws the plan."
        ),
    )
    file = forms.FileField(label=gettext_lazy("Or a CSV file with these columns"), required=False)
    field_order = ["table", "file", "reason", "short_notice"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        upload = data.pop("file", None)
        if upload is not None:
            data["table"] = self._read(upload)
            # The page that asks to confirm carries the table as text.
            self.data = {**{name: self.data[name] for name in self.data}, "table": data["table"]}
        if "table" in data and not self.errors:
            data["marks"], faults = read_plans(data.pop("table"))
            if faults:
                self.add_error("table", in_words(faults))
        return data

    def _read(self, upload: Any) -> str:
        if upload.size > FILE_MOST:
            self.add_error("file", _("The file is too large for 1,000 rows."))
            return ""
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.add_error("file", _("The file is not text in UTF-8."))
            return ""


def in_words(faults: list[RowFault]) -> list[str]:
    """What is wrong with the rows of a table, the first ones of many."""
    said = [
        _("Row %(row)s, %(sku)s: %(why)s") % {"row": fault.line, "sku": fault.sku or "–", "why": _why(fault.code)}
        for fault in faults[:FAULTS_SHOWN]
    ]
    if len(faults) > FAULTS_SHOWN:
        said.append(_("And %(count)s more rows.") % {"count": len(faults) - FAULTS_SHOWN})
    return said


def _why(code: str) -> str:
    return str(ROW_FAULTS.get(code) or REFUSALS[code][1])


def refuse_rows(form: forms.BaseForm, error: KitError | PlanError) -> None:
    """Each row that is not allowed, in words beside the table."""
    if isinstance(error, TableError):
        form.add_error("table", in_words(error.faults))
    else:
        refuse(form, error)


def table_page(page: StaffAdmin, request: HttpRequest) -> HttpResponse:
    """Mark many products superseded or out of service, each from its day on."""
    user = allow(request, "kitbag.add_lifecyclemark")
    chosen = request.GET.getlist("sku")[:200]
    skus = Product.objects.filter(sku__in=chosen).order_by("name").values_list("sku", flat=True)
    form = TableForm(
        request.POST or None,
        request.FILES or None,
        initial={"table": "".join(f"{sku}, superseded, \n" for sku in skus)},
    )

    def wanted(data: dict[str, Any]) -> dict[str, Any]:
        said = {"reason": data["reason"], "short_notice": data["short_notice"]}
        return {"marks": data["marks"], **said, "by": user}

    def act(data: dict[str, Any]) -> tuple[Model, str]:
        count = at_the_clock(replan_many, **wanted(data))
        said = _("%(count)s products are planned in one table.") % {"count": count}
        first, *others = Product.objects.filter(sku__in={mark.sku for mark in data["marks"]}).order_by("sku")
        for product in others:
            page.log_change(request, product, f"{said} {data['reason']}")
        return first, said

    return act_page(
        request,
        page,
        form=form,
        act=act,
        preview=lambda data: at_the_clock(impact_of, replan_many, **wanted(data)),
        refuse=refuse_rows,
        title=_("Plan many products"),
        button=_("Save the plans"),
        back=reverse("admin:kitbag_product_changelist"),
        note=_("All rows are saved together, or none."),
    )
