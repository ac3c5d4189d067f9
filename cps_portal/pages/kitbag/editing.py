"""Editing an item: completing what does not count yet, changing what does (programme §3)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.kitbag import choosing
from cps_portal.pages.kitbag.adding import wants_found
from cps_portal.pages.kitbag.forms import DetailsForm
from cps_portal.pages.kitbag.item import crumbs_of, details_of, own_item
from cps_portal.pages.kitbag.words import REFUSALS, saved_words
from kitbag import editing, registration, standing
from kitbag.models import Claim, KitItem, ProposedEdit
from kitbag.registration import KitError
from kitbag.rules.checks import Reason
from kitbag.rules.serials import looks_like, normalise
from members.access import MemberRequest, member_required
from members.rules.days import programme_day


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_item_edit(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """The details of an item, and its product; `?change=1` opens the search, `?product=<sku>` chooses."""
    item = own_item(request, item_id)
    page = reverse("kitbag-item", args=[item.pk])
    address = reverse("kitbag-item-edit", args=[item.pk])
    if item.state == KitItem.State.REMOVED:
        messages.error(request, str(REFUSALS["removed"][1]))
        return HttpResponseRedirect(page)
    day = programme_day(timezone.now())
    query = choosing.asked(request.GET.get("q", ""))
    changing = bool(request.GET.get("change") or query)
    found = choosing.found(query, day=day, address=address)
    if wants_found(request):
        return TemplateResponse(request, "kitbag/_found.html", {"query": query, "found": found})
    asked_for = request.POST.get("product", "") or request.GET.get("product", "")
    product = choosing.chosen(asked_for or item.product.sku, day=day)
    unknown = product is None
    if product is None:
        product = choosing.chosen(item.product.sku, day=day)
    assert product is not None
    counts = item.state == KitItem.State.VALIDATED
    if request.method == "POST" and not unknown:
        form = DetailsForm(request.POST, serial_need=product.serial_need, keeps_all=counts)
        if form.is_valid():
            try:
                edit = _save(request, item, product, form)
            except KitError as error:
                form.refuse(error)
            else:
                item.refresh_from_db()
                messages.success(request, _saved(item, edit, product, was_counting=counts))
                return HttpResponseRedirect(page)
    else:
        form = DetailsForm(serial_need=product.serial_need, keeps_all=counts, initial=_initial(item))
    return edit_page(
        request, item, product=product, form=form, query=query, found=found, changing=changing, unknown=unknown
    )


def edit_page(
    request: MemberRequest,
    item: KitItem,
    *,
    product: choosing.Chosen,
    form: DetailsForm,
    query: str = "",
    found: Sequence[dict[str, Any]] = (),
    changing: bool = False,
    unknown: bool = False,
    photo: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page with its form, or with the search for another product, and what a photo said."""
    address = reverse("kitbag-item-edit", args=[item.pk])
    return TemplateResponse(
        request,
        "kitbag/kitbag_item_edit.html",
        {
            "crumbs": crumbs_of(item, _("Complete details") if item.state == KitItem.State.DRAFT else _("Edit")),
            "is_draft": item.state == KitItem.State.DRAFT,
            "counts": item.state == KitItem.State.VALIDATED,
            "in_servicing": item.in_case_since is not None,
            "form": form,
            "product": product,
            "photo": photo,
            "item_id": item.pk,
            "other_product": product.id != item.product_id,
            "old_name": item.product.name,
            "unknown": unknown,
            "changing": changing,
            "query": query,
            "found": found,
            "lookalike": looks_like(item.serial),
            "change_href": f"{address}?change=1",
            "edit_href": address,
            "item_href": reverse("kitbag-item", args=[item.pk]),
        },
    )


def _initial(item: KitItem) -> dict[str, Any]:
    details = details_of(item)
    return {
        "serial_typed": details.serial_typed,
        "country_of_purchase": details.country_of_purchase,
        "purchased_on": details.purchased_on,
        "store": details.store,
    }


def _save(request: MemberRequest, item: KitItem, product: choosing.Chosen, form: DetailsForm) -> ProposedEdit | None:
    """One operation: an edit for what counts, else completing. Raises KitError."""
    typed = form.cleaned_data.get("serial_typed", "")
    # What a member confirmed about a number holds as long as it is that number.
    confirmed = item.number_confirmed and normalise(typed) == item.serial and product.id == item.product_id
    details = form.details(number_confirmed=confirmed)
    if item.state == KitItem.State.VALIDATED:
        return standing.at_the_clock(
            editing.edit_item,
            item.pk,
            member_id=request.member.pk,
            details=details,
            product_id=product.id,
            by=request.user,
        )
    standing.at_the_clock(
        registration.complete_item,
        item.pk,
        member_id=request.member.pk,
        details=details,
        product_id=product.id,
        by=request.user,
    )
    return None


def _saved(item: KitItem, edit: ProposedEdit | None, product: choosing.Chosen, *, was_counting: bool) -> str:
    if edit is not None and edit.state == ProposedEdit.State.WAITING:
        return _("Saved. We check the change; until then the old values hold and it goes on counting.")
    if was_counting:
        return _("Saved. %(name)s goes on counting.") % {"name": product.name}
    asked = Reason.UNIT_HELD in item.reasons and Claim.objects.open().filter(item=item).exists()
    return saved_words(item, name=product.name, points=product.points, asked=asked)
