"""A serial number in doubt: "this is what it says", or the look-alike that the page offered (programme §3)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cps_portal.pages.kitbag import words
from cps_portal.pages.kitbag.item import NUMBER_IN_DOUBT, details_of, live_item
from kitbag import editing, registration, standing
from kitbag.models import KitItem, ProposedEdit
from kitbag.registration import KitError
from kitbag.rules.serials import looks_like
from members.access import MemberRequest, member_required


@member_required
@require_POST
def kitbag_item_number(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """ "This is what it says", or the look-alike that the page offered: then it is checked again."""
    item = live_item(request, item_id)
    back = HttpResponseRedirect(reverse("kitbag-item", args=[item.pk]))
    lookalike = looks_like(item.serial)
    use_lookalike = bool(request.POST.get("use") and lookalike)
    if item.state == KitItem.State.VALIDATED:
        details = None
    elif use_lookalike and lookalike:
        details = details_of(item, serial_typed=lookalike, number_confirmed=False)
    elif NUMBER_IN_DOUBT.intersection(item.reasons):
        details = details_of(item, number_confirmed=True)
    else:
        return back
    try:
        if details:
            standing.at_the_clock(
                registration.complete_item,
                item.pk,
                member_id=request.member.pk,
                details=details,
                by=request.user,
            )
        else:
            _confirm_change(item, request)
    except KitError as error:
        messages.error(request, str(words.REFUSALS[error.code][1]))
        return back
    item.refresh_from_db()
    if use_lookalike and item.state == KitItem.State.VALIDATED:
        messages.success(request, _("%(name)s counts now.") % {"name": item.product.name})
    elif use_lookalike:
        messages.success(request, _("The number is corrected."))
    else:
        messages.success(request, _("Thank you. We check the number you confirmed."))
    return back


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
