"""The kitbag doctor: every gap in one list, the most points first, each with what is missing and one save (§3)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages import needs
from cps_portal.pages.keys import read_key
from cps_portal.pages.kitbag.forms import DetailsForm
from cps_portal.pages.kitbag.item import details_of, live_item
from cps_portal.pages.kitbag.words import saved_words
from cps_portal.pages.needs import Waiting
from kitbag import checking, registration, standing
from kitbag.models import KitItem
from kitbag.registration import Details, KitError
from kitbag.rules import checks
from kitbag.rules.checks import Detail
from members.access import MemberRequest, member_required
from members.rules.days import programme_day

# Rows of one page: each may have a list of countries.
PAGE = 20


class GapForm(DetailsForm):
    """The missing details of one item, and no others."""

    def __init__(self, *args: Any, item: KitItem, missing: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, serial_need=item.product.serial_need, prefix=item.pk.hex, **kwargs)
        for name in list(self.fields):
            if name not in missing:
                del self.fields[name]
        # Where the number is stands on the item's page, not in every row.
        if Detail.SERIAL in self.fields:
            del self.fields[Detail.SERIAL].widget.attrs["aria-describedby"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(data.values()):
            self.add_error(next(iter(self.fields)), _("Enter it here."))
        return data

    def filled(self, item: KitItem) -> Details:
        """The item's details with what was entered."""
        return details_of(item, **{name: value for name, value in self.cleaned_data.items() if value})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_doctor(request: MemberRequest) -> HttpResponse:
    """Gaps in order of the points they hold back; `?after=` an item, the rows after it. A POST saves one row."""
    day = programme_day(timezone.now())
    waiting = [one for one in needs.waiting_of(request.member.pk, day=day) if one.needs_member]
    tried: GapForm | None = None
    if request.method == "POST":
        item = live_item(request, read_key(request.POST.get("item", "")) or UUID(int=0))
        points = next((one.points for one in waiting if one.id == item.pk), 0)
        tried = _form(item, request.POST)
        if tried is None or (tried.is_valid() and _is_saved(request, item, tried, points=points)):
            return HttpResponseRedirect(_place_of(waiting, item.pk, after=request.GET.get("after", "")))
    begins = next((place + 1 for place, one in enumerate(waiting) if str(one.id) == request.GET.get("after")), 0)
    shown = waiting[begins : begins + PAGE]
    return TemplateResponse(
        request,
        "kitbag/kitbag_doctor.html",
        {
            "crumbs": [{"href": reverse("kitbag"), "label": _("Kitbag")}, {"label": _("Kitbag doctor")}],
            "rows": _rows(shown, tried),
            "count": len(waiting),
            "is_empty": not waiting and not KitItem.objects.live().owned_by(request.member).exists(),
            "points": sum(one.points for one in waiting),
            "more_href": f"{reverse('kitbag-doctor')}?after={shown[-1].id}" if len(waiting) > begins + PAGE else "",
            "is_first": not begins,
        },
    )


def _place_of(waiting: Sequence[Waiting], done: UUID, *, after: str) -> str:
    """The page as it was, at the gap that follows the one that is done."""
    page = reverse("kitbag-doctor")
    if any(str(one.id) == after for one in waiting):
        page = f"{page}?after={after}"
    place = next((place for place, one in enumerate(waiting) if one.id == done), len(waiting))
    following = waiting[place + 1 : place + 2]
    return f"{page}#gap-{following[0].id}" if following else page


def _rows(shown: Sequence[Waiting], tried: GapForm | None) -> list[dict[str, Any]]:
    """Each gap with its form, or with the way to where it is put right; one query for the items."""
    items = KitItem.objects.select_related("product").in_bulk([one.id for one in shown])
    rows = []
    for one in shown:
        form = _form(items[one.id])
        if tried is not None and form is not None and tried.prefix == form.prefix:
            form = tried
        rows.append(
            {
                "id": one.id,
                "name": one.name,
                "family": items[one.id].product.family,
                "points": one.points,
                "words": one.words,
                "note": one.note,
                "form": form,
                "action": one.action,
                "href": one.href,
                "item_href": reverse("kitbag-item", args=[one.id]),
            }
        )
    return rows


def _form(item: KitItem, data: QueryDict | None = None) -> GapForm | None:
    """The form of a draft's missing details; None where something else is the matter."""
    missing = checks.missing(checking.entry_of(item, item.product)) if item.state == KitItem.State.DRAFT else []
    return GapForm(data, item=item, missing=missing) if missing else None


def _is_saved(request: MemberRequest, item: KitItem, form: GapForm, *, points: int) -> bool:
    try:
        saved = standing.at_the_clock(
            registration.complete_item,
            item.pk,
            member_id=request.member.pk,
            details=form.filled(item),
            by=request.user,
        )
    except KitError as error:
        form.refuse(error)
        return False
    messages.success(request, saved_words(saved, name=item.product.name, points=points))
    return True
