"""Centres: where they are, when they open and what they take. A change holds for cases received after it."""

from typing import Any

import holidays
from babel.numbers import is_currency
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.models import FamilyName
from members.rules.zones import all_zones
from members.staff_forms import ReasonedForm
from members.staff_pages import ReasonedAdmin
from servicing.admin.hours import DatedInline, HoursFormSet, WallTimeField, WeekInline
from servicing.admin.scoped import ScopedAdmin
from servicing.models import Centre, Service


class CentreForm(ReasonedForm):
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Services"), choices=Service.choices, widget=forms.CheckboxSelectMultiple
    )
    families = forms.MultipleChoiceField(
        label=gettext_lazy("Families of products"), choices=FamilyName.choices, widget=forms.CheckboxSelectMultiple
    )
    street = forms.CharField(
        label=gettext_lazy("Street"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("One line of the address in each line, without the town."),
    )
    cut_off = WallTimeField(
        label=gettext_lazy("Cut-off"),
        help_text=gettext_lazy("What comes in later counts as received on the next working day."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=lambda: [(zone, zone) for zone in all_zones()]
    )
    latitude = forms.DecimalField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90, decimal_places=5)
    longitude = forms.DecimalField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180, decimal_places=5)
    vat_percent = forms.DecimalField(label=gettext_lazy("VAT, per cent"), min_value=0, max_value=100, decimal_places=1)

    class Meta:
        model = Centre
        fields = [
            "code",
            "name",
            "kind",
            "street",
            "postcode",
            "town",
            "country",
            "latitude",
            "longitude",
            "phone",
            "email",
            "time_zone",
            "holiday_region",
            "cut_off",
            "services",
            "families",
            "takes_video",
            "serves_cps",
            "offers",
            "currency",
            "vat_percent",
            "visitor_days",
            "is_demo",
            "begins_on",
            "ended_on",
        ]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].upper()
        if not (code.isascii() and code.isalpha() and len(code) > 1):
            raise ValidationError(_("Two to six letters, such as UK: case numbers begin with it."))
        return code

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].upper()
        if not is_currency(code):
            raise ValidationError(_("A currency’s three letters, such as EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        region, country = data.get("holiday_region"), data.get("country")
        if region and country and region not in holidays.list_supported_countries().get(str(country), []):
            self.add_error("holiday_region", _("No region of this country has holidays by this code."))
        begins, ended = data.get("begins_on"), data.get("ended_on")
        if begins and ended and ended <= begins:
            self.add_error("ended_on", _("It ends after it begins."))
        return data


@admin.register(Centre)
class CentreAdmin(ScopedAdmin, ReasonedAdmin):
    centre_path = "pk"
    form = CentreForm
    inlines = [WeekInline, DatedInline]
    list_display = ["name", "code", "kind", "town", "country", "serves_cps", "takes_video", "is_demo", "ended_on"]
    list_filter = ["kind", "serves_cps", "takes_video", "is_demo"]
    search_fields = ["name", "town", "=code", "=country"]
    search_help_text = gettext_lazy("Name, town, code or country code")
    ordering = ["country", "name"]

    def get_fieldsets(self, request: HttpRequest, obj: Centre | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        return [
            (None, {"fields": ["code", "name", "kind", "begins_on", "ended_on", "is_demo"]}),
            (
                _("Where"),
                {"fields": ["street", "postcode", "town", "country", "latitude", "longitude", "phone", "email"]},
            ),
            (
                _("What it takes"),
                {"fields": ["services", "families", "takes_video", "serves_cps", "offers", "visitor_days"]},
            ),
            (_("Prices"), {"fields": ["currency", "vat_percent"]}),
            (_("Days"), {"fields": ["time_zone", "holiday_region", "cut_off"]}),
            *([(_("Why"), {"fields": ["reason"]})] if writes else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Centre | None = None) -> Any:
        # Numbers of its cases begin with the code, for ever.
        return () if obj is None else ("code",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A centre ends on a day; its cases stay.
        return False

    def get_formset_kwargs(self, request: HttpRequest, obj: Centre, inline: Any, prefix: str) -> dict[str, Any]:
        """Under the centre's lock: the hours on the page are judged by each other."""
        if request.method == "POST" and obj.pk:
            Centre.objects.select_for_update().get(pk=obj.pk)
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        assert isinstance(formset, HoursFormSet)
        formset.write()

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """With the hours that changed, before the reason."""
        said = super().construct_change_message(request, form, formsets, add)
        hours = "; ".join(line for formset in formsets for line in formset.said())
        return f"{hours}. {said.removeprefix(_('Nothing changed') + '. ')}" if hours else said
