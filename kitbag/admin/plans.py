"""Planning what a product counts for: superseded from, out of service from, a value from a day on."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.acts import ActForm, PlanForm, act_page, allow, day_field
from kitbag.impact import impact_of
from kitbag.models import CatalogueLoad, LifecycleMark, Product, SearchName, Stage, Valuation
from kitbag.revising import revise_product
from kitbag.rules.worth import Step
from kitbag.standing import at_the_clock
from kitbag.valuing import SetValue, marks_of, replan, steps_of
from members.staff_forms import shown, today
from members.staff_pages import FactAdmin, StaffAdmin


def points_field(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100_000)


class MarkForm(PlanForm):
    day = day_field(gettext_lazy("From"), required=False)
    withdraw = forms.BooleanField(
        label=gettext_lazy("Withdraw the plan"),
        required=False,
        help_text=gettext_lazy("Only while its day lies ahead."),
    )
    field_order = ["day", "withdraw", "reason", "short_notice"]

    def __init__(self, *args: Any, is_planned: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_planned:
            del self.fields["withdraw"]
            self.fields["day"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("day") and not data.get("withdraw") and "day" not in self.errors:
            self.add_error("day", _("Choose a day, or withdraw the plan."))
        return data


class ValueForm(ActForm):
    day = day_field(gettext_lazy("From"))
    points = points_field(gettext_lazy("Points"))


class ScaleForm(PlanForm):
    """What a product counts for at each stage of its life: never more with age, at least 1 for ever (§4)."""

    points_full = points_field(gettext_lazy("While current"))
    points_superseded = points_field(gettext_lazy("Superseded"))
    points_floor = points_field(gettext_lazy("No longer serviced"))
    points_basis = forms.CharField(label=gettext_lazy("Where they come from"), max_length=200, required=False)
    field_order = ["points_full", "points_superseded", "points_floor", "points_basis", "reason", "short_notice"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        full, superseded, floor = (data.get(name) for name in ("points_full", "points_superseded", "points_floor"))
        if full is not None and superseded is not None and superseded > full:
            self.add_error("points_superseded", _("No more than while it is current."))
        if superseded is not None and floor is not None and floor > superseded:
            self.add_error("points_floor", _("No more than when it is superseded."))
        if full and floor == 0:
            self.add_error("points_floor", _("At least 1: a product that has points always keeps some."))
        return data


STAGE_TITLES = {
    Stage.SUPERSEDED: gettext_lazy("Mark superseded from…"),
    Stage.UNSERVICEABLE: gettext_lazy("Mark out of service from…"),
}


def steps_in_words(steps: list[Step]) -> str:
    """Values by day: "1 Jan 2024: 320 (First value, current); 14 Sep 2027: 192 (Superseded)"."""
    return "; ".join(f"{shown(step.day)}: {step.points:,} ({_why(step)})" for step in steps)


def _why(step: Step) -> str:
    """A first value or a set one says at which stage; the others are a stage's beginning."""
    reason = Valuation.Reason(step.reason)
    if reason in {Valuation.Reason.FIRST, Valuation.Reason.SET} and step.stage:
        return f"{reason.label}, {Stage(step.stage).label}"
    return str(reason.label)


def ahead_in_words(steps: list[Step]) -> str:
    """What lies ahead of a product after a change of its plan."""
    return _("Ahead: %(steps)s.") % {"steps": steps_in_words(steps)} if steps else _("Nothing lies ahead.")


def product_facts(product: Product) -> tuple[tuple[str, str], ...]:
    """What a planner has to know before deciding."""
    marks = marks_of(product.pk)
    return (
        (_("Values"), steps_in_words(steps_of(product.pk))),
        (_("Superseded from"), shown(marks.get(Stage.SUPERSEDED))),
        (_("Out of service from"), shown(marks.get(Stage.UNSERVICEABLE))),
        (
            _("Full / superseded / floor"),
            f"{product.points_full:,} / {product.points_superseded:,} / {product.points_floor:,}",
        ),
    )


def product_or_404(page: StaffAdmin, request: HttpRequest, object_id: str) -> Product:
    product = page.get_object(request, object_id)
    if product is None:
        raise Http404
    return product


def stage_page(page: StaffAdmin, request: HttpRequest, object_id: str, stage: Stage) -> HttpResponse:
    """Mark a product superseded, or out of service, from a day on; or withdraw such a plan."""
    user = allow(request, "kitbag.add_lifecyclemark")
    product = product_or_404(page, request, object_id)
    planned = marks_of(product.pk).get(stage)
    is_planned = planned is not None and planned > today()
    form = MarkForm(request.POST or None, is_planned=is_planned, initial={"day": planned if is_planned else None})

    def wanted(data: dict[str, Any]) -> dict[str, Any]:
        day = None if data.get("withdraw") else data["day"]
        said = {"reason": data["reason"], "short_notice": data["short_notice"]}
        return {"product_id": product.pk, "mark": (stage, day), **said, "by": user}

    def act(data: dict[str, Any]) -> tuple[Product, str]:
        steps = at_the_clock(replan, **wanted(data))
        day = wanted(data)["mark"][1]
        said = (
            _("%(product)s: %(stage)s from %(day)s.")
            % {"product": product.name, "stage": stage.label, "day": shown(day)}
            if day
            else _("%(product)s: no longer planned as %(stage)s.") % {"product": product.name, "stage": stage.label}
        )
        return product, f"{said} {ahead_in_words(steps)}"

    return act_page(
        request,
        page,
        form=form,
        act=act,
        preview=lambda data: at_the_clock(impact_of, replan, **wanted(data)),
        title=_("Mark superseded") if stage == Stage.SUPERSEDED else _("Mark out of service"),
        button=_("Save the plan"),
        back=reverse("admin:kitbag_product_change", args=[product.pk]),
        subject=product,
        facts=product_facts(product),
        note=_("What it counts for follows from the plan on that day."),
    )


def value_page(page: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Set what a product counts for from a day on; never a back door to a fall (programme §4)."""
    user = allow(request, "kitbag.add_valuation")
    product = product_or_404(page, request, object_id)

    def wanted(data: dict[str, Any]) -> dict[str, Any]:
        value = SetValue(data["points"], data["day"])
        return {"product_id": product.pk, "set_value": value, "reason": data["reason"], "by": user}

    def act(data: dict[str, Any]) -> tuple[Product, str]:
        steps = at_the_clock(replan, **wanted(data))
        said = _("%(product)s: %(points)s from %(day)s.") % {
            "product": product.name,
            "points": f"{data['points']:,}",
            "day": shown(data["day"]),
        }
        return product, f"{said} {ahead_in_words(steps)}"

    return act_page(
        request,
        page,
        form=ValueForm(request.POST or None),
        act=act,
        preview=lambda data: at_the_clock(impact_of, replan, **wanted(data)),
        title=_("Set a value"),
        button=_("Set the value"),
        back=reverse("admin:kitbag_product_change", args=[product.pk]),
        subject=product,
        facts=product_facts(product),
        note=_("A value can only be raised here. Falls follow from a product’s stages."),
    )


def scale_page(page: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Change what a product counts for at each stage; its plan is run again over the days ahead."""
    user = allow(request, "kitbag.add_valuation")
    product = product_or_404(page, request, object_id)
    columns = ("points_full", "points_superseded", "points_floor", "points_basis")

    def wanted(data: dict[str, Any]) -> dict[str, Any]:
        said = {"reason": data["reason"], "short_notice": data["short_notice"]}
        return {"product_id": product.pk, "changes": {name: data[name] for name in columns}, **said, "by": user}

    def act(data: dict[str, Any]) -> tuple[Product, str]:
        before = {name: getattr(product, name) for name in columns}
        steps = at_the_clock(revise_product, **wanted(data))
        changed = "; ".join(f"{before[name]} → {data[name]}" for name in columns if before[name] != data[name])
        return product, f"{changed or _('Nothing changed')}. {ahead_in_words(steps)}"

    return act_page(
        request,
        page,
        form=ScaleForm(request.POST or None, initial={name: getattr(product, name) for name in columns}),
        act=act,
        preview=lambda data: at_the_clock(impact_of, revise_product, **wanted(data)),
        title=_("Change its points scale"),
        button=_("Save the scale"),
        back=reverse("admin:kitbag_product_change", args=[product.pk]),
        subject=product,
        facts=product_facts(product),
        note=_("Programme data, not an official list. What counts today stays; what is planned follows the scale."),
    )


class OfProductAdmin(FactAdmin):
    """Facts about a product, found by its name."""

    list_select_related = ["product"]
    search_fields = ["product__name", "=product__sku"]
    search_help_text = gettext_lazy("Product")
    linked_lookups = ("product__id__exact",)


@admin.register(Valuation)
class ValuationAdmin(OfProductAdmin):
    list_display = ["product", "effective_on", "points", "stage", "reason", "revision", "recorded_on", "by", "note"]
    list_select_related = ["product", "by"]
    list_filter = ["reason", "stage"]
    ordering = ["-pk"]


@admin.register(LifecycleMark)
class LifecycleMarkAdmin(OfProductAdmin):
    list_display = ["product", "stage", "effective_on", "revision", "recorded_on", "by", "reason"]
    list_select_related = ["product", "by"]
    list_filter = ["stage"]
    ordering = ["-pk"]


@admin.register(SearchName)
class SearchNameAdmin(OfProductAdmin):
    list_display = ["text", "product", "is_alias"]
    list_filter = ["is_alias"]
    search_fields = ["text"]
    search_help_text = gettext_lazy("Name, as search folds it")
    ordering = ["-pk"]


@admin.register(CatalogueLoad)
class CatalogueLoadAdmin(FactAdmin):
    list_display = ["loaded_at", "added", "changed", "unchanged", "refusals"]
    fields = ["loaded_at", "digest", "added", "changed", "unchanged", "refusals"]
    readonly_fields = ["refusals"]
    ordering = ["-pk"]

    @admin.display(description=gettext_lazy("Refused"))
    def refusals(self, obj: CatalogueLoad) -> str:
        if not obj.refused:
            return "0"
        rows = "; ".join(f"{row['line']}, {row['column']}: {row['reason']}" for row in obj.refused[:20])
        return f"{len(obj.refused)} ({rows})"
