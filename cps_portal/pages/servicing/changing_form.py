"""Every question about a request on one page, until it is received (programme §6)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.servicing.questions import NeededChoice
from cps_portal.pages.servicing.sending_forms import (
    CHOOSE_LANE,
    FOR_A_REPAIR,
    LANES,
    AddressForm,
    CentreForm,
    FaultForm,
    ServiceForm,
    WarrantyForm,
    WayForm,
)
from servicing.models import Service


class ChangeForm(ServiceForm, FaultForm, WarrantyForm, CentreForm, WayForm, AddressForm):
    """Every question at once, for a request that has not been received yet."""

    # Only for what could be on Fast Track and holds no place.
    lane = forms.ChoiceField(
        label=gettext_lazy("Fast Track"),
        choices=LANES,
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE_LANE, "invalid_choice": CHOOSE_LANE},
    )

    field_order = ["service", "fault", "fault_words", "warranty", "proof", "centre", "lane", "send_by"]
    field_order += ["sends_accessories", "needed_by", "name", "street", "postcode", "town", "country", "phone"]

    def prepare(self) -> None:
        super().prepare()
        if not self.asked.entered.get("lane"):
            del self.fields["lane"]
        for name in ("fault", "warranty"):
            needed = self.fields[name]
            assert isinstance(needed, NeededChoice)
            needed.required, needed.mark = False, FOR_A_REPAIR
        centre = self.fields["centre"]
        assert isinstance(centre, forms.ChoiceField)
        centre.widget = forms.Select(choices=list(self.asked.centres.items()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("service") == Service.REPAIR and not cleaned.get("warranty") and "warranty" not in self.errors:
            self.add_error("warranty", ValidationError(_("Choose yes or no."), code="required"))
        return cleaned

    def answers(self) -> dict[str, Any]:
        said = super().answers()
        return said if said["service"] == Service.REPAIR else {**said, "warranty": "no"}
