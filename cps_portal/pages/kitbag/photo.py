"""Serial number from a photo: camera and lens as the photo names them, beside what was typed (programme §3).

The photo comes with the form that is being filled in, and goes with the request: nothing of it is kept.
"""

import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cps_portal.pages.keys import read_key
from cps_portal.pages.kitbag import choosing
from cps_portal.pages.kitbag.adding import add_page
from cps_portal.pages.kitbag.editing import edit_page
from cps_portal.pages.kitbag.forms import AddForm, DetailsForm
from cps_portal.pages.kitbag.item import live_item
from kitbag.camera_photo import FIELD, NotReadable, read_photo
from kitbag.models import KitItem
from kitbag.rules.camera_photo import Reading
from kitbag.rules.serials import normalise
from members.access import MemberRequest, member_required
from members.rules.days import programme_day

OFFERED = 3
ERRORS = {
    "not_jpeg": gettext_lazy("This is no JPEG. Choose one as it came from the camera."),
    "nothing_inside": gettext_lazy("This photo does not name its camera. Choose one as it came from the camera."),
    "broken": gettext_lazy("What this photo says of its camera cannot be read. Choose another one."),
    "missing": gettext_lazy("Choose a photo first."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_photo(request: MemberRequest) -> HttpResponse:
    """The form as it was filled in, with what the photo says, or with a number taken from it."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("kitbag-add"))
    day = programme_day(timezone.now())
    item_id = read_key(request.POST.get("of", ""))
    item = live_item(request, item_id) if item_id else None
    product = choosing.chosen(request.POST.get("product", ""), day=day)
    typed = {name: request.POST.get(name, "")[:200].replace("\x00", "") for name in DetailsForm.base_fields}
    photo = None
    if "use" in request.POST:
        typed["serial_typed"] = request.POST["use"][:60].replace("\x00", "") or typed["serial_typed"]
    else:
        photo = _said(request, typed["serial_typed"], day=day, chosen=product)
    if item:
        product = product or choosing.chosen(item.product.sku, day=day)
        assert product is not None
        counts = item.state == KitItem.State.VALIDATED
        edit = DetailsForm(serial_need=product.serial_need, keeps_all=counts, initial=typed)
        return edit_page(request, item, product=product, form=edit, photo=photo)
    if product is None:
        return add_page(request, product=None, form=None, photo=photo)
    key = read_key(request.POST.get("item", "")) or uuid.uuid4()
    country = typed.get("country_of_purchase") or str(request.member.country)
    initial = {**typed, "item": key, "country_of_purchase": country}
    return add_page(
        request, product=product, form=AddForm(serial_need=product.serial_need, initial=initial), photo=photo
    )


def _said(request: MemberRequest, typed: str, *, day: Any, chosen: choosing.Chosen | None) -> dict[str, Any]:
    """What the photo says, each number beside what was typed; or why nothing was read."""
    upload = request.FILES.get(FIELD)
    if upload is None:
        return {"error": str(ERRORS["missing"])}
    try:
        reading = read_photo(upload.read())
    except NotReadable as error:
        return {"error": str(ERRORS[error.code])}
    things = [
        {
            "what": what,
            "name": name,
            "number": number,
            "is_typed": bool(number) and normalise(number) == normalise(typed),
        }
        for what, name, number in _named(reading)
    ]
    return {"things": things, "typed": typed, "products": [] if chosen else _products(reading, day)}


def _named(reading: Reading) -> list[tuple[str, str, str]]:
    """Camera and lens by name, with their numbers; what the photo does not say is left out."""
    both = [(_("Camera"), reading.model, reading.body_number), (_("Lens"), reading.lens, reading.lens_number)]
    return [(what, name, number) for what, name, number in both if name or number]


def _products(reading: Reading, day: Any) -> list[dict[str, str]]:
    """Products that the photo may mean, each with its number: to be chosen with it."""
    found = []
    for what, name, number in _named(reading):
        for hit in (
            choosing.found(choosing.asked(name), day=day, address=reverse("kitbag-add"))[:OFFERED] if name else ()
        ):
            found.append(
                {"what": what, "name": hit["name"], "sku": hit["sku"], "points": hit["points"], "number": number}
            )
    return found
