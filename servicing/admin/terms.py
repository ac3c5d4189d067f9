"""Staff pages about what levels give: the terms of each country by level and service."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.staff_forms import DatedForm
from members.staff_pages import DatedAdmin
from servicing.models import ServiceTerms

VIDEO_LEAST_DAYS = 5


class ServiceTermsForm(DatedForm):
    def clean(self) -> dict[str, Any]:
        """Targets for video are never under five working days, nor under the others (programme §6)."""
        data = super().clean() or self.cleaned_data
        target, video = data.get("target_days"), data.get("video_target_days")
        if (target is None) != (video is None) and not self.errors:
            self.add_error("video_target_days", _("Give both targets, or neither."))
        elif target is not None and video is not None and video < max(target, VIDEO_LEAST_DAYS):
            self.add_error(
                "video_target_days",
                _("Video products take at least five days, and never fewer than the others."),
            )
        discount = data.get("discount_percent")
        if discount is not None and not 0 <= discount <= 100:
            self.add_error("discount_percent", _("Between 0 and 100."))
        return data


@admin.register(ServiceTerms)
class ServiceTermsAdmin(DatedAdmin):
    form = ServiceTermsForm
    terms = (
        "country",
        "level",
        "service",
        "valid_from",
        "target_days",
        "video_target_days",
        "loan",
        "discount_percent",
        "free_return_shipping",
    )
    list_display = terms
    list_filter = ["level", "service"]
    search_fields = ["=country"]
    search_help_text = gettext_lazy("Country code, such as PT")

    def get_fields(self, request: HttpRequest, obj: ServiceTerms | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        return [*self.terms, "reason"] if writes else self.terms
