"""Forms of a claim, from both sides: they shape what was sent and write nothing."""

from django import forms
from django.utils.translation import gettext_lazy

from cps_portal.pages.kitbag.proof_form import ProofForm
from kitbag.models import Claim


class ProvenForm(ProofForm):
    """Words, if any, beside a proof of purchase, which is needed."""

    words = forms.CharField(
        label=gettext_lazy("What else should we know?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only we read this."),
    )


class ClaimForm(ProvenForm):
    """Why a member asks for a unit that another holds."""

    ground = forms.ChoiceField(
        label=gettext_lazy("How did it come about?"),
        choices=Claim.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what comes closest."),
            "invalid_choice": gettext_lazy("Choose one of these two."),
        },
    )

    field_order = ["ground", "proof", "words"]


class AnswerForm(ProvenForm):
    """Why the one who holds the unit objects."""
