"""Wherever a proof is asked for: a new file, or one that the member keeps already (programme §3)."""

from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.keys import read_key
from cps_portal.pages.kitbag.words import REFUSALS
from kitbag.models import KitItem, Proof
from kitbag.proofs import add_to_item, keep_proof
from kitbag.registration import KitError
from members.access import MemberRequest
from members.models import Member

# Papers offered for choosing again, the newest; the file may always be sent once more.
OFFERED = 30
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.tif,.tiff,application/pdf,image/jpeg,image/png,image/heic,image/tiff"
FILE = "proof_file"
# Opening a file takes a process of its own for seconds.
UPLOADS = "60/h/user"


class ProofSelect(forms.RadioSelect):
    """A field for a file, and below it what is kept."""

    template_name = "kitbag/_proof_field.html"
    option_template_name = "django/forms/widgets/radio_option.html"
    needs_multipart_form = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"file_name": FILE, "accepted": ACCEPTED}


class ProofForm(forms.Form):
    """A paper, needed. `received` has kept a new file before the form is looked at."""

    use_required_attribute = False

    proof = forms.ChoiceField(
        label=gettext_lazy("Proof of purchase"),
        widget=ProofSelect,
        error_messages={"required": gettext_lazy("Add your proof of purchase.")},
    )

    def __init__(self, *args: Any, member: Member, kind: Proof.Kind = Proof.Kind.RECEIPT, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["proof"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = offered_to(member, kind=kind, chosen=self.data.get("proof", ""))
        if kind == Proof.Kind.NUMBER_PHOTO:
            field.label = _("Photo of the serial number")
            field.error_messages["required"] = _("Add a photo on which the number can be read.")

    def refuse(self, error: KitError) -> None:
        """Put the programme's refusal into words, beside the field it belongs to."""
        field, words = REFUSALS[error.code]
        self.add_error(field if field in self.fields else None, ValidationError(str(words), code=error.code))


def offered_to(member: Member, *, kind: Proof.Kind = Proof.Kind.RECEIPT, chosen: str = "") -> list[tuple[str, str]]:
    """A member's papers of a kind for choosing, the newest first, and what was chosen or sent just now."""
    usable = Proof.objects.kept().owned_by(member).order_by("-uploaded_at", "pk")
    of_kind = usable.filter(kind=kind)
    kept = list(of_kind[:OFFERED])
    # What was sent just now, though it is kept under an older day or as the photo of a number.
    key = read_key(chosen)
    if key and key not in {proof.pk for proof in kept}:
        kept += (usable if kind == Proof.Kind.RECEIPT else of_kind).filter(pk=key)
    return [(str(proof.pk), f"{proof.name} ({date_format(proof.uploaded_at, 'j M Y')})") for proof in kept]


def received(request: MemberRequest, *, kind: Proof.Kind = Proof.Kind.RECEIPT) -> tuple[QueryDict, KitError | None]:
    """What was sent, a new file kept and chosen; or why the file is refused.

    The file is kept even where another field has an error: it is offered again, and nothing is lost.
    """
    upload = request.FILES.get(FILE)
    data = request.POST.copy()
    if upload is None:
        return data, None
    data["proof"] = ""
    if not ratelimit.consume(request, app="kitbag", action="proof", config={"proof": UPLOADS}):
        return data, KitError("proof_many")
    try:
        data["proof"] = str(keep_proof(upload, member_id=request.member.pk, kind=kind, at=timezone.now()).pk)
    except KitError as error:
        return data, error
    return data, None


def added(request: MemberRequest, form: ProofForm, item: KitItem) -> bool:
    """Let the chosen paper belong to an item; False where it went in the meantime, in the form's words."""
    try:
        add_to_item(
            form.cleaned_data["proof"],
            item_id=item.pk,
            member_id=request.member.pk,
            at=timezone.now(),
            by=request.user,
        )
    except KitError as error:
        form.refuse(error)
        return False
    return True


def is_proven(form: ProofForm, refusal: KitError | None) -> bool:
    """Whether the form may be carried out; a refused file says why instead of asking for one."""
    if refusal is None:
        return form.is_valid()
    form.errors.pop("proof", None)
    form.refuse(refusal)
    return False
