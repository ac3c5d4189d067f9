"""Adding a product on one page: search, choose and see its points, details, one save (programme §3)."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.kitbag import choosing
from cps_portal.pages.kitbag.forms import AddForm
from cps_portal.pages.kitbag.words import saved_words
from kitbag import registration, standing
from kitbag.registration import KitError
from members.access import MemberRequest, member_required
from members.rules.days import programme_day


def wants_found(request: HttpRequest) -> bool:
    """Whether a keystroke in a search box asks only for what was found."""
    return request.headers.get("HX-Target") == "found"


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_add(request: MemberRequest) -> HttpResponse:
    """Search, choose, enter, save. `?product=<sku>&serial=…` fills in; any detail may be left out."""
    day = programme_day(timezone.now())
    query = choosing.asked(request.GET.get("q", ""))
    found = choosing.found(query, day=day, address=reverse("kitbag-add"))
    if wants_found(request):
        return TemplateResponse(request, "kitbag/_found.html", {"query": query, "found": found})
    asked_for = request.POST.get("product", "") or request.GET.get("product", "")
    product = choosing.chosen(asked_for, day=day)
    form = None
    if product and request.method == "POST":
        form = AddForm(request.POST, serial_need=product.serial_need)
        if form.is_valid():
            try:
                item = standing.at_the_clock(
                    registration.add_item,
                    member_id=request.member.pk,
                    product_id=product.id,
                    details=form.details(),
                    item_id=cast(uuid.UUID, form.cleaned_data["item"]),
                    by=request.user,
                )
            except KitError as error:
                again = request.POST.copy()
                again["item"] = str(uuid.uuid4())
                form = AddForm(again, serial_need=product.serial_need)
                form.refuse(error)
            else:
                messages.success(request, saved_words(item, name=product.name, points=product.points))
                return HttpResponseRedirect(reverse("kitbag-item", args=[item.pk]))
    elif product:
        form = AddForm(
            serial_need=product.serial_need,
            initial={
                "item": uuid.uuid4(),
                "serial_typed": choosing.asked(request.GET.get("serial", "")),
                "country_of_purchase": str(request.member.country),
            },
        )
    return add_page(request, product=product, form=form, query=query, found=found, unknown=bool(asked_for))


def add_page(
    request: HttpRequest,
    *,
    product: choosing.Chosen | None,
    form: AddForm | None,
    query: str = "",
    found: Sequence[dict[str, Any]] = (),
    unknown: bool = False,
    photo: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page with its search, or with the chosen product, its form and what a photo said about it."""
    return TemplateResponse(
        request,
        "kitbag/kitbag_add.html",
        {
            "query": query,
            "found": () if product else found,
            "product": product,
            "form": form,
            "unknown": unknown and product is None,
            "photo": photo,
            "crumbs": [
                {"href": reverse("kitbag"), "label": _("Kitbag")},
                {"label": _("Add to kitbag")},
            ],
        },
    )
