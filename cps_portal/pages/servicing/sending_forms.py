"""The questions of sending something in, a form for each; together they are the page of a change (programme §6).

They shape what was typed and write nothing.
"""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.address_form import AddressFields
from cps_portal.pages.kitbag.proof_form import ProofSelect, offered_to
from cps_portal.pages.servicing.questions import LineField, LinesField, NeededChoice, NeededField, QuestionForm
from cps_portal.pages.servicing.words import FAULTS, REFUSALS
from servicing.models import SendBy, Service
from servicing.rules.faults import faults_of

# What is needed on a later day is no matter of this request.
NEEDED_WITHIN = timedelta(days=365)


class ServiceForm(QuestionForm):
    service = forms.ChoiceField(
        label=gettext_lazy("What should be done?"),
        choices=Service.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what should be done."),
            "invalid_choice": gettext_lazy("Choose one of these services."),
        },
    )

    def answers(self) -> dict[str, Any]:
        return {**super().answers(), "service": self.cleaned_data["service"]}


class FaultForm(QuestionForm):
    """For a repair what is wrong, from the list or in words; for other services words, if any."""

    fault = NeededChoice(
        label=gettext_lazy("What is wrong?"),
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("Choose what comes closest, or say it in your own words."),
        error_messages={"invalid_choice": gettext_lazy("Choose one of these, or say it in your own words.")},
    )
    fault_words = LinesField(
        label=gettext_lazy("In your own words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": gettext_lazy("Keep it within 2,000 characters.")},
    )

    @property
    def is_repair(self) -> bool:
        return self._said("service") == Service.REPAIR

    def _said(self, name: str) -> Any:
        return (self.data.get(name) if name in self.fields and self.is_bound else None) or self.initial.get(name)

    def prepare(self) -> None:
        super().prepare()
        fault, words = self.fields["fault"], self.fields["fault_words"]
        assert isinstance(fault, forms.ChoiceField)
        fault.choices = [(code, FAULTS[code]) for code in faults_of(self.asked.item.product.family)]
        words.help_text = _("When it happens, since when, and what you tried. The technician reads this.")
        if not self.is_repair and "service" not in self.fields:
            del self.fields["fault"]
            words.label = _("What should the centre know?")
            words.help_text = _("What matters to you, or which upgrade you mean.")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        fault = cleaned.get("fault", "")
        is_said = fault not in ("", "other") or cleaned.get("fault_words")
        if self.is_repair and not is_said and not {"fault", "fault_words"} & set(self.errors):
            words = (
                _("Say in a few words what is wrong.")
                if fault
                else _("Choose what is wrong, or say it in your own words.")
            )
            self.add_error("fault_words" if fault else "fault", ValidationError(words, code="required"))
        return cleaned

    def answers(self) -> dict[str, Any]:
        said = self.cleaned_data
        fault = said.get("fault", "") if self.is_repair else ""
        return {**super().answers(), "fault": fault, "fault_words": said["fault_words"]}


FOR_A_REPAIR, UNDER_WARRANTY = gettext_lazy("(needed for a repair)"), gettext_lazy("(needed under warranty)")
PAID = [("no", gettext_lazy("No, I pay for the repair"))]


class WarrantyForm(QuestionForm):
    """Whether a repair is asked for under warranty; that needs a proof of purchase of this product."""

    warranty = NeededChoice(
        label=gettext_lazy("Is it under warranty?"),
        choices=[("yes", gettext_lazy("Yes, repair it under warranty")), *PAID],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose yes or no."),
            "invalid_choice": gettext_lazy("Choose yes or no."),
        },
    )
    proof = NeededChoice(label=gettext_lazy("Proof of purchase"), widget=ProofSelect, required=False)

    def prepare(self) -> None:
        super().prepare()
        warranty, proof = self.fields["warranty"], self.fields["proof"]
        assert isinstance(warranty, forms.ChoiceField)
        assert isinstance(proof, NeededChoice)
        if self.asked.is_grey:
            warranty.choices = PAID
            self.initial["warranty"] = "no"
        if self.asked.is_grey or self.asked.is_proven:
            del self.fields["proof"]
        else:
            proof.mark = UNDER_WARRANTY
            proof.choices = offered_to(self.asked.member, chosen=self.data.get("proof", ""))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        is_asked = cleaned.get("warranty") == "yes" and "proof" in self.fields and "proof" not in self.errors
        if is_asked and not cleaned.get("proof"):
            self.add_error("proof", ValidationError(str(REFUSALS["proof_missing"][1]), code="proof_missing"))
        return cleaned

    def answers(self) -> dict[str, Any]:
        return {**super().answers(), "warranty": self.cleaned_data.get("warranty", "")}


class CentreForm(QuestionForm):
    """One of the centres that take it; the page draws them with what each gives."""

    centre = forms.ChoiceField(
        label=gettext_lazy("Which centre?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a centre."),
            "invalid_choice": gettext_lazy("This centre does not take it for this service. Choose another one."),
        },
    )

    def prepare(self) -> None:
        super().prepare()
        centre = self.fields["centre"]
        assert isinstance(centre, forms.ChoiceField)
        centre.choices = list(self.asked.centres.items())

    def answers(self) -> dict[str, Any]:
        return {**super().answers(), "centre": int(self.cleaned_data["centre"])}


class WayForm(QuestionForm):
    """How it gets there, what goes with it, and by when it is needed."""

    send_by = forms.ChoiceField(
        label=gettext_lazy("How does it get there?"),
        choices=SendBy.choices,
        widget=forms.RadioSelect,
        initial=SendBy.PARCEL,
        error_messages={
            "required": gettext_lazy("Choose how it gets there."),
            "invalid_choice": gettext_lazy("Choose one of these ways."),
        },
    )
    sends_accessories = LineField(
        label=gettext_lazy("What do you send along?"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Battery, charger, cap. Leave at home what the centre does not need."),
    )
    needed_by = NeededField(
        label=gettext_lazy("When do you need it back?"),
        required=False,
        help_text=gettext_lazy("We tell you honestly whether the target allows it."),
    )

    def prepare(self) -> None:
        super().prepare()
        days = self.fields["needed_by"].widget.attrs
        days["min"], days["max"] = self.asked.today.isoformat(), (self.asked.today + NEEDED_WITHIN).isoformat()
        self.initial.setdefault("send_by", SendBy.PARCEL.value)

    def clean_needed_by(self) -> date | None:
        day: date | None = self.cleaned_data["needed_by"]
        # Yesterday is still today somewhere in the region.
        if day and not self.asked.today - timedelta(days=1) <= day <= self.asked.today + NEEDED_WITHIN:
            raise ValidationError(_("Choose a day from today on, within a year."), code="far")
        return day

    def answers(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            **super().answers(),
            "send_by": said["send_by"],
            "sends_accessories": said["sends_accessories"],
            "needed_by": said["needed_by"].isoformat() if said["needed_by"] else "",
        }


class AddressForm(AddressFields, QuestionForm):
    """Where it goes back to."""

    def answers(self) -> dict[str, Any]:
        names = ("name", "street", "postcode", "town", "country", "phone")
        return {**super().answers(), **{name: self.cleaned_data[name] for name in names}}


LANES = [
    ("queued", gettext_lazy("Send it in and let it wait for the next free place")),
    ("standard", gettext_lazy("Send it in at the standard time")),
]
CHOOSE_LANE = gettext_lazy("All three Fast Track places are taken. Choose whether it waits for one or goes at once.")


class LaneForm(QuestionForm):
    """What to do where all three Fast Track places are taken."""

    lane = forms.ChoiceField(
        label=gettext_lazy("All three Fast Track places are taken"),
        choices=LANES,
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE_LANE, "invalid_choice": CHOOSE_LANE},
    )

    def answers(self) -> dict[str, Any]:
        return {**super().answers(), "lane": self.cleaned_data["lane"]}


class SendForm(QuestionForm):
    """Nothing more is asked."""
