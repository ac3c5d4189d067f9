"""What is sent along with a request: photos of the fault, and the proof of purchase of a warranty repair (§6)."""

from uuid import UUID

from allauth.core.internal import ratelimit
from django.utils import timezone
from django.utils.translation import gettext as _

from cps_portal.pages.kitbag.words import REFUSALS as PROOF_REFUSALS
from cps_portal.pages.servicing.questions import QuestionForm
from cps_portal.pages.servicing.words import REFUSALS
from kitbag.models import KitItem
from kitbag.proofs import add_to_item
from kitbag.registration import KitError
from kitbag.shelves import shown_name
from members.access import MemberRequest
from servicing import files
from servicing.casework import CaseError
from servicing.models import Case, CaseDraft, CaseFile

# Opening a file takes a process of its own for seconds.
PHOTOS = "60/h/user"
PHOTOS_AT_ONCE = 12


def prove(request: MemberRequest, form: QuestionForm, item: KitItem) -> None:
    """Let the chosen proof belong to the item, where one was asked for. Raises KitError."""
    proof = form.cleaned_data.get("proof")
    if proof and form.cleaned_data.get("warranty") == "yes":
        add_to_item(UUID(proof), item_id=item.pk, member_id=request.member.pk, at=timezone.now(), by=request.user)


def keep_photos(request: MemberRequest, *, draft: CaseDraft | None = None, case: Case | None = None) -> str:
    """Keep the photos that came with a form; why one is refused, in words with its name, else empty.

    Those before it are kept: nothing that was sent has to be sent again. A request says once what was added to it.
    """
    ready, refused = _opened(request)
    at = timezone.now()
    try:
        if case is not None and ready:
            files.add_to_request(case.pk, ready, at=at, by=request.user)
        for photo in ready if draft is not None else ():
            files.keep_files([photo], purpose=CaseFile.Purpose.FAULT, draft=draft, at=at, by=request.user)
    except CaseError as error:
        return str(REFUSALS[error.code][1])
    return refused


def _opened(request: MemberRequest) -> tuple[list[files.Opened], str]:
    """The photos of a form up to one that is refused, and why it is."""
    ready: list[files.Opened] = []
    for upload in request.FILES.getlist("photos")[:PHOTOS_AT_ONCE]:
        try:
            if not ratelimit.consume(request, app="servicing", action="photo", config={"photo": PHOTOS}):
                raise CaseError("file_often")
            ready.append(files.opened(upload))
        except CaseError as error:
            words = {"name": shown_name(upload.name or ""), "why": REFUSALS[error.code][1]}
            return ready, _("%(name)s: %(why)s") % words
    return ready, ""


def proof_refusal(error: KitError) -> str:
    """Why a proof of purchase is refused, in the kitbag's words."""
    return str(PROOF_REFUSALS[error.code][1])
