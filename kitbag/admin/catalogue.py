"""Products: staff put their words and their points scale right; what they count for follows from plans."""

from collections.abc import Iterable, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.acts import words_for
from kitbag.admin.plan_table import table_page
from kitbag.admin.plans import STAGE_TITLES, product_facts, scale_page, stage_page, value_page
from kitbag.models import Product, Stage, Valuation
from kitbag.registration import KitError
from kitbag.revising import revise_product
from kitbag.rules.valuing import PlanError
from kitbag.standing import at_the_clock
from members.models import User
from members.staff_forms import today
from members.staff_pages import ReasonedAdmin


class ProductSelect(AutocompleteSelect):
    """Shows again what was sent, also where it is no product's key."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        keys = [key for key in value if str(key).isascii() and str(key).isdigit() and len(str(key)) < 19]
        return super().optgroups(name, keys, attr)


@admin.register(Product)
class ProductAdmin(ReasonedAdmin):
    list_display = ["name", "family", "media", "points_today", "fast_track", "serial_need", "announced_year"]
    list_filter = ["family", "media", "fast_track", "serial_need"]
    search_fields = ["name", "aliases", "=sku"]
    search_help_text = gettext_lazy("Name, another region’s name, or sku")
    autocomplete_fields = ["superseded_by"]
    ordering = ["name"]
    actions = ["plan_chosen"]
    words = ("name", "aliases", "series", "mount", "media", "announced_year", "market", "source")
    numbers = ("serial_need", "serial_hint")
    points = ("values_by_day", "plan", "points_full", "points_superseded", "points_floor", "points_basis")
    facts = ("sku", "category", "family", "added_on", *points)

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        reason: tuple[str, ...] = ("reason",) if self.has_change_permission(request, obj) else ()
        return [
            (None, {"fields": ["sku", "category", "family", "added_on"]}),
            (_("What it counts for"), {"fields": self.points}),
            (_("Words"), {"fields": [*self.words, "superseded_by"]}),
            (_("Serial number and servicing"), {"fields": [*self.numbers, "fast_track", "fast_track_video"]}),
            *([(_("Why"), {"fields": reason})] if reason else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        return self.facts

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(
            db_field, request, **kwargs, widget=ProductSelect(db_field, self.admin_site)
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A product comes into being with its first value, from the catalogue file.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        value = Valuation.objects.value_of(OuterRef("pk"), today())
        return super().get_queryset(request).annotate(value_today=Subquery(value.values("points")))

    def get_urls(self) -> list[URLPattern]:
        stages = [(Stage.SUPERSEDED, "superseded"), (Stage.UNSERVICEABLE, "unserviceable")]
        pages = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(self.stage_view),
                {"stage": stage},
                name=f"kitbag_product_{name}",
            )
            for stage, name in stages
        ]
        value = path(
            "<path:object_id>/value/", self.admin_site.admin_view(self.value_view), name="kitbag_product_value"
        )
        scale = path(
            "<path:object_id>/scale/", self.admin_site.admin_view(self.scale_view), name="kitbag_product_scale"
        )
        many = path("plan-many/", self.admin_site.admin_view(self.table_view), name="kitbag_product_plan_many")
        return [*pages, value, scale, many, *super().get_urls()]

    @admin.action(description=gettext_lazy("Plan the chosen products…"), permissions=["plan"])
    def plan_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """Take the chosen products to the table of plans."""
        skus = list(queryset.values_list("sku", flat=True)[:200])
        return HttpResponseRedirect(
            f"{reverse('admin:kitbag_product_plan_many')}?{urlencode({'sku': skus}, doseq=True)}"
        )

    def list_tools(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        if self.has_plan_permission(request):
            yield _("Plan many products…"), reverse("admin:kitbag_product_plan_many")

    def has_plan_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("kitbag.add_lifecyclemark")

    def table_view(self, request: HttpRequest) -> HttpResponse:
        return table_page(self, request)

    def stage_view(self, request: HttpRequest, object_id: str, stage: Stage) -> HttpResponse:
        return stage_page(self, request, object_id, stage)

    def value_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return value_page(self, request, object_id)

    def scale_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return scale_page(self, request, object_id)

    def tools(self, request: HttpRequest, obj: Product) -> Iterable[tuple[str, str]]:
        """The ways in which a value comes to change, and the rows it left."""
        may = request.user.has_perm
        if may("kitbag.add_lifecyclemark"):
            for stage, name in ((Stage.SUPERSEDED, "superseded"), (Stage.UNSERVICEABLE, "unserviceable")):
                yield str(STAGE_TITLES[stage]), reverse(f"admin:kitbag_product_{name}", args=[obj.pk])
        if may("kitbag.add_valuation"):
            yield _("Set a value from…"), reverse("admin:kitbag_product_value", args=[obj.pk])
            yield _("Change its points scale…"), reverse("admin:kitbag_product_scale", args=[obj.pk])
        if may("kitbag.view_valuation"):
            yield _("Valuations"), f"{reverse('admin:kitbag_valuation_changelist')}?product__id__exact={obj.pk}"

    @admin.display(description=gettext_lazy("Points today"))
    def points_today(self, obj: Any) -> str:
        return f"{obj.value_today or 0:,}"

    @admin.display(description=gettext_lazy("Values"))
    def values_by_day(self, obj: Product) -> str:
        return product_facts(obj)[0][1]

    @admin.display(description=gettext_lazy("Plan"))
    def plan(self, obj: Product) -> str:
        return "; ".join(f"{label}: {value}" for label, value in product_facts(obj)[1:3])

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (KitError, PlanError) as error:
            self.message_user(request, words_for(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "reason"}
        if not changes:
            return
        with transaction.atomic():
            at_the_clock(
                revise_product,
                obj.pk,
                changes=changes,
                reason=form.cleaned_data["reason"],
                by=cast(User, request.user),
            )
