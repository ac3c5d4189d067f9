"""The countries that take part, from a day on."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from members.models import CountryTerms
from members.staff_pages import DatedAdmin


@admin.register(CountryTerms)
class CountryTermsAdmin(DatedAdmin):
    list_display = ["country", "benefit_class", "valid_from", "ended"]
    list_filter = ["benefit_class", "ended"]
    fields = ["country", "benefit_class", "valid_from", "ended", "reason"]
    search_fields = ["=country"]
    search_help_text = gettext_lazy("Country code, such as PT")

    def get_fields(self, request: HttpRequest, obj: CountryTerms | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        return self.fields if writes else [name for name in self.fields or [] if name != "reason"]
