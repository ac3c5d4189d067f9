"""A serial number in doubt: "this is what it says", or the look-alike that the page offered (programme §3)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.kitbag import words
from cps_portal.pages.kitbag.item import NUMBER_IN_DOUBT, crumbs_of, details_of, live_item
from cps_portal.pages.kitbag.proof_form import ProofForm, added, is_proven, received
from kitbag import editing, registration, standing
from kitbag.models import KitItem, Proof, ProposedEdit
from kitbag.registration import Details, KitError
from kitbag.rules.serials import looks_like
from members.access import MemberRequest, member_required


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_item_number(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """ "This is what it says" with a photo of the number, or the look-alike that the page offered: checked again."""
    item = live_item(request, item_id)
    page = HttpResponseRedirect(reverse("kitbag-item", args=[item.pk]))
    lookalike = looks_like(item.serial)
    if request.method == "POST" and request.POST.get("use") and lookalike and item.state != KitItem.State.VALIDATED:
        return _checked(request, item, details_of(item, serial_typed=lookalike, number_confirmed=False))
    if not _in_doubt(item):
        return page
    form = ProofForm(member=request.member, kind=Proof.Kind.NUMBER_PHOTO)
    if request.method == "POST":
        data, refusal = received(request, kind=Proof.Kind.NUMBER_PHOTO)
        form = ProofForm(data, member=request.member, kind=Proof.Kind.NUMBER_PHOTO)
        if is_proven(form, refusal) and added(request, form, item):
            return _checked(request, item, details_of(item, number_confirmed=True))
    return TemplateResponse(
        request,
        "kitbag/kitbag_item_number.html",
        {
            "crumbs": crumbs_of(item, _("This is what it says")),
            "name": item.product.name,
            "family": item.product.family,
            "serial_need": item.product.serial_need,
            "place": _(item.product.serial_hint) if item.product.serial_hint else "",
            "serial": item.serial_typed,
            "form": form,
            "item_href": page.url,
            "edit_href": f"{reverse('kitbag-item-edit', args=[item.pk])}#id_serial_typed",
            "ask_href": f"{reverse('contact')}?topic=serial&item={item.pk}",
        },
    )


def _in_doubt(item: KitItem) -> bool:
    """Whether the number of an item, or of a change that waits, does not look right."""
    if item.state == KitItem.State.VALIDATED:
        edit = ProposedEdit.objects.filter(item=item, state=ProposedEdit.State.WAITING).first()
        return edit is not None and bool(NUMBER_IN_DOUBT.intersection(edit.reasons))
    return bool(NUMBER_IN_DOUBT.intersection(item.reasons))


def _checked(request: MemberRequest, item: KitItem, details: Details) -> HttpResponse:
    """Carry it out, and say what came of it on the item's page."""
    try:
        if item.state == KitItem.State.VALIDATED:
            _confirm_change(item, request)
        else:
            standing.at_the_clock(
                registration.complete_item,
                item.pk,
                member_id=request.member.pk,
                details=details,
                by=request.user,
            )
    except KitError as error:
        messages.error(request, str(words.REFUSALS[error.code][1]))
    else:
        item.refresh_from_db()
        if details.number_confirmed:
            messages.success(request, _("Thank you. We check the number you confirmed."))
        elif item.state == KitItem.State.VALIDATED:
            messages.success(request, _("%(name)s counts now.") % {"name": item.product.name})
        else:
            messages.success(request, _("The number is corrected."))
    return HttpResponseRedirect(reverse("kitbag-item", args=[item.pk]))


def _confirm_change(item: KitItem, request: MemberRequest) -> None:
    """Confirm the number of a change that waits; without one there is nothing to confirm."""
    edit = ProposedEdit.objects.filter(item=item, state=ProposedEdit.State.WAITING).first()
    if edit is None or not NUMBER_IN_DOUBT.intersection(edit.reasons):
        return
    standing.at_the_clock(
        editing.edit_item,
        item.pk,
        member_id=request.member.pk,
        details=details_of(item, serial_typed=edit.serial_typed, number_confirmed=True),
        product_id=edit.product_id,
        by=request.user,
    )
