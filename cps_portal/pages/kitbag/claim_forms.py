"""Forms of a claim, from both sides: they shape what was sent and write nothing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from cps_portal.pages.kitbag.words import REFUSALS
from kitbag.models import Claim, Proof
from kitbag.registration import KitError
from members.models import Member


class ProvenForm(forms.Form):
    """Words, if any, beside a proof of purchase, which is needed."""

    use_required_attribute = False

    proof = forms.ChoiceField(
        label=gettext_lazy("Proof of purchase"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Add your proof of purchase.")},
    )
    words = forms.CharField(
        label=gettext_lazy("What else should we know?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only we read this."),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.fields["proof"]
        assert isinstance(kept, forms.ChoiceField)
        kept.choices = [(str(proof.pk), proof.name) for proof in Proof.objects.kept().owned_by(member)]

    def refuse(self, error: KitError) -> None:
        """Put the programme's refusal into words, beside the field it belongs to."""
        field, words = REFUSALS[error.code]
        self.add_error(field if field in self.fields else None, ValidationError(str(words), code=error.code))


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
