"""Offers, written by staff for levels and countries, and the codes that members drew."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.staff_pages import ReasonedAdmin, in_this_century
from servicing.admin.audience import AudienceForm
from servicing.admin.scoped import CentreFactAdmin
from servicing.models import Offer, OfferCode


class OfferForm(AudienceForm):
    link = forms.URLField(label=gettext_lazy("Link"), required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = Offer
        fields = [
            "title",
            "summary",
            "text",
            "levels",
            "countries",
            "products",
            "begins_on",
            "ends_on",
            "codes",
            "shared_code",
            "link",
            "published",
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins, ends = data.get("begins_on"), data.get("ends_on")
        if begins and ends and ends <= begins:
            self.add_error("ends_on", _("It ends after it begins."))
        shared = data.get("codes") == Offer.Codes.SHARED
        if shared != bool(data.get("shared_code")) and "shared_code" not in self.errors:
            self.add_error(
                "shared_code",
                _("Enter the code.") if shared else _("Only an offer with one code for everyone has one."),
            )
        for name in ("begins_on", "ends_on"):
            if data.get(name):
                try:
                    in_this_century(data[name])
                except ValidationError as error:
                    self.add_error(name, error)
        return data


@admin.register(Offer)
class OfferAdmin(ReasonedAdmin):
    form = OfferForm
    list_display = ["title", "begins_on", "ends_on", "codes", "published"]
    list_filter = ["published", "codes"]
    search_fields = ["title", "=shared_code"]
    search_help_text = gettext_lazy("Title, or the code for everyone")
    autocomplete_fields = ["products"]
    ordering = ["-ends_on", "title"]

    def get_fields(self, request: HttpRequest, obj: Offer | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        return [*OfferForm.Meta.fields, "reason"] if writes else OfferForm.Meta.fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # It is withdrawn by taking back its publication: what members drew stays.
        return False


@admin.register(OfferCode)
class OfferCodeAdmin(CentreFactAdmin):
    """Codes of offers: no matter of a centre."""

    centre_path = ""
    list_display = ["code", "offer", "member", "drawn_at"]
    list_select_related = ["offer", "member__user"]
    linked_lookups = ("offer__id__exact", "member__id__exact")
    search_fields = ["=code", "=member__number"]
    search_help_text = gettext_lazy("Code, or member number")
    ordering = ["-pk"]
