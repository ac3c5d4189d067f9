"""A member's papers: adding one to an item, seeing them, removing them, and who opened them (programme §3)."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cps_portal.pages.keys import read_key
from cps_portal.pages.kitbag.item import crumbs_of, live_item
from cps_portal.pages.kitbag.proof_form import ProofForm, added, is_proven, received
from cps_portal.pages.kitbag.proof_rows import papers, rows_of
from cps_portal.pages.kitbag.words import REFUSALS
from kitbag import proofs
from kitbag.models import Proof
from kitbag.registration import KitError
from kitbag.serving import shown
from members.access import MemberRequest, member_required

PAGE = 30


@require_safe
@member_required
def kitbag_proof(request: MemberRequest, proof_id: UUID) -> HttpResponse:
    """The file, for the member alone; another's is not there (404)."""
    return shown(get_object_or_404(Proof.objects.kept().owned_by(request.member), pk=proof_id))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_item_proof(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Add a paper to an item: a new file, or one kept already."""
    item = live_item(request, item_id)
    form = ProofForm(member=request.member)
    if request.method == "POST":
        data, refusal = received(request)
        form = ProofForm(data, member=request.member)
        if is_proven(form, refusal) and added(request, form, item):
            messages.success(request, _("The proof is kept with %(name)s.") % {"name": item.product.name})
            return HttpResponseRedirect(f"{reverse('kitbag-item', args=[item.pk])}#proofs")
    return TemplateResponse(
        request,
        "kitbag/kitbag_item_proof.html",
        {
            "crumbs": crumbs_of(item, _("Add a proof")),
            "name": item.product.name,
            "form": form,
            "item_href": reverse("kitbag-item", args=[item.pk]),
        },
    )


@require_safe
@member_required
def kitbag_proofs(request: MemberRequest) -> HttpResponse:
    """All papers that are kept, the newest first, a page at a time; `?after=` the last one shown."""
    kept = Proof.objects.kept().owned_by(request.member).order_by("-uploaded_at", "-pk")
    after = read_key(request.GET.get("after", ""))
    last = kept.filter(pk=after).first() if after else None
    if last:
        kept = kept.filter(uploaded_at__lte=last.uploaded_at).exclude(uploaded_at=last.uploaded_at, pk__gte=last.pk)
    found = [entry["row"] for entry in papers(kept[: PAGE + 1], with_items=True)]
    used = proofs.quota_used(request.member.pk)
    return TemplateResponse(
        request,
        "kitbag/kitbag_proofs.html",
        {
            "crumbs": [{"href": reverse("kitbag"), "label": _("Kitbag")}, {"label": _("Proofs")}],
            "proofs": rows_of(found[:PAGE]),
            "used": filesizeformat(used),
            "quota": filesizeformat(settings.PROOF_QUOTA_BYTES),
            "used_share": min(round(100 * used / settings.PROOF_QUOTA_BYTES), 100),
            "more_href": f"{reverse('kitbag-proofs')}?after={found[PAGE - 1]['id']}" if len(found) > PAGE else "",
            "is_first": last is None,
        },
    )


@require_POST
@member_required
def kitbag_proof_remove(request: MemberRequest, proof_id: UUID) -> HttpResponse:
    """Remove a paper; one that an open claim rests on stays until the claim is decided."""
    try:
        proofs.remove_proof(proof_id, member_id=request.member.pk, at=timezone.now(), by=request.user)
    except Proof.DoesNotExist as error:
        raise Http404 from error
    except KitError as error:
        messages.error(request, str(REFUSALS[error.code][1]))
    else:
        messages.success(request, _("The proof is removed."))
    return HttpResponseRedirect(reverse("kitbag-proofs"))
