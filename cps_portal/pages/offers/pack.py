"""The welcome pack as its member sees it: asked for once, changed until it is packed, followed (programme §8)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.address_choice import begun_with, choices, is_asked, parts_of
from cps_portal.pages.address_form import AddressFields
from kitbag import standing
from members import addresses
from members.access import MemberRequest, member_required
from members.models import Level, Member
from members.rules.days import programme_day
from servicing.models import PackContents, WelcomePack
from servicing.offers import BenefitError
from servicing.packs import (
    Label,
    card_of,
    change_address,
    contents_on,
    label_lines,
    may_ask_where_it_is,
    pack_of,
    request_pack,
)
from servicing.rules.address import address_lines

State = WelcomePack.State


class PackForm(AddressFields):
    """Where the pack goes: nobody is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["phone"]

    @property
    def label(self) -> Label:
        data = self.cleaned_data
        lines = address_lines(data["street"], data["postcode"], data["town"], data["country"])
        return Label(data["name"], lines, data["country"])


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pack(request: MemberRequest) -> HttpResponse:
    """The form with a look at the label first; once asked for, where the pack is."""
    now = timezone.now()
    member = request.member
    made = pack_of(member.pk)
    level = standing.on(member.pk, programme_day(now)).level
    may_write = made.state == State.REQUESTED if made else level >= Level.SILVER
    is_choosing = is_asked(request)
    initial = begun_with(request, member) if is_choosing else _begins_with(member)
    form = PackForm(request.POST if request.method == "POST" and not is_choosing else None, initial=initial)
    preview: list[str] = []
    if form.is_bound and may_write and form.is_valid():
        label = form.label
        if "look" in request.POST:
            preview = label_lines(label.name, label.lines, label.country)
        else:
            return _keep(request, made, label)
    elif request.method == "POST" and not may_write:
        messages.error(request, _("One pack and one card per member, for good.") if made else _below_silver())
        return HttpResponseRedirect(reverse("pack"))
    card = card_of(member.pk) if made else None
    contents = made.contents if made else contents_on(programme_day(now))
    return TemplateResponse(
        request,
        "offers/pack.html",
        {
            "form": form,
            "preview": preview,
            "addresses": choices(member, form) if may_write else [],
            "may_write": may_write,
            "contents": contents.words.splitlines() if isinstance(contents, PackContents) else [],
            # With a new card on its way, whoever misses something asks for that.
            "pack": made and _told(made, late=card is None and may_ask_where_it_is(made, at=now)),
            "card": card and _told(card, late=may_ask_where_it_is(card, at=now)),
            "crumbs": [{"href": reverse("offers"), "label": _("Offers")}, {"label": _("Welcome pack")}],
        },
    )


def _begins_with(member: Member) -> Mapping[str, Any]:
    """The first address that the member keeps, else only the name and the country."""
    kept = addresses.first_of(member)
    if kept is None:
        return {"name": member.user.name, "country": str(member.country)}
    return parts_of(kept)


def _below_silver() -> str:
    return _("The welcome pack comes with Silver.")


def _keep(request: MemberRequest, made: WelcomePack | None, label: Label) -> HttpResponse:
    """Ask for the pack or change where it goes; a second tab finds what the first one did."""
    now = timezone.now()
    try:
        if made is None:
            request_pack(request.member.pk, label=label, at=now)
            messages.success(request, _("Your welcome pack is on the list."))
        else:
            change_address(made.pk, member_id=request.member.pk, label=label)
            messages.success(request, _("Saved."))
    except BenefitError as error:
        packed = _("It is being packed: the address stays as it is.")
        messages.error(request, packed if error.code == "packed" else _below_silver())
    return HttpResponseRedirect(reverse("pack"))


def _told(made: WelcomePack, *, late: bool) -> dict[str, Any]:
    return {
        "state": made.get_state_display(),
        "is_sent": made.state == State.SENT,
        "lines": label_lines(made.name, made.lines.splitlines(), str(made.country)) if made.lines else [],
        "requested_at": made.requested_at,
        "sent_at": made.sent_at,
        "tracking": made.tracking,
        "is_late": late,
    }
