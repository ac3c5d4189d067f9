"""The kitbag list for an insurer or customs: choosing what it says, and the file again (programme §3)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.kitbag.list_form import ListForm, currency_of
from cps_portal.pdf import kit_list as paper
from kitbag import lists
from kitbag.models import KitItem, KitList
from kitbag.registration import KitError
from kitbag.rules.list_codes import grouped, read_code
from members.access import MemberRequest, member_required
from members.rules.days import programme_day

SHOWN_BEFORE = 10


def check_address(code: str) -> str:
    """Where anyone can check a list: it is printed on every page of it."""
    return urljoin(settings.PORTAL_ORIGIN, reverse("list-check", args=[grouped(code)]))


def file_of(issued: KitList) -> bytes:
    """The list as PDF: the same bytes each time."""
    return paper.written(
        code=issued.code, issued_at=issued.issued_at, rows=issued.rows, address=check_address(issued.code)
    )


def _download(issued: KitList, file: bytes) -> HttpResponse:
    name = f"cps-kitbag-{programme_day(issued.issued_at).isoformat()}-{issued.code[:4].lower()}.pdf"
    return HttpResponse(
        file,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_list(request: MemberRequest) -> HttpResponse:
    """Choose items, give values where wanted; POST keeps what the list says and gives the PDF."""
    member = request.member
    part = _part(request.GET.get("part", ""))
    items = _choices(member.pk, part)
    form = ListForm(
        request.POST if request.method == "POST" else None,
        items=[item["id"] for item in items],
        initial={"currency": currency_of(str(member.country))},
    )
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, app="kitbag", action="kit_list", config={"kit_list": "30/h/user"}):
            return ratelimit.respond_429(request)
        try:
            issued, file = lists.issue_list(
                member=member,
                item_ids=form.chosen(),
                values=form.values(),
                with_proofs=form.cleaned_data["with_proofs"],
                language=get_language() or settings.LANGUAGE_CODE,
                at=timezone.now(),
                write=file_of,
            )
        except KitError:
            form.add_error(None, _("Choose at least one product that is in your kitbag."))
        else:
            return _download(issued, file)
    total = KitItem.objects.live().owned_by(member).count()
    parts = -(-total // lists.MOST_ITEMS)
    return TemplateResponse(
        request,
        "kitbag/kitbag_list.html",
        {
            "crumbs": [{"href": reverse("kitbag"), "label": _("Kitbag")}, {"label": _("List for insurer or customs")}],
            "form": form,
            "rows": form.lines(items),
            "items_total": total,
            "most": lists.MOST_ITEMS,
            "parts": [
                {"href": f"{reverse('kitbag-list')}?part={number}", "label": number, "current": number == part}
                for number in range(1, parts + 1)
            ]
            if parts > 1
            else [],
            "issued": _issued(member.pk),
        },
    )


def _part(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 4 and int(text) else 1


def _choices(member_id: int, part: int) -> list[dict[str, Any]]:
    """Live items in the order of the list, as many as one list can hold."""
    begin = (part - 1) * lists.MOST_ITEMS
    rows = (
        KitItem.objects.live()
        .filter(member=member_id)
        .order_by("product__name", "added_at", "pk")
        .values_list("pk", "product__name", "product__family", "serial_typed")
    )
    return [
        {"id": pk, "name": name, "family": family, "serial": serial}
        for pk, name, family, serial in rows[begin : begin + lists.MOST_ITEMS]
    ]


def _issued(member_id: int) -> Sequence[dict[str, Any]]:
    """Lists issued before, newest first."""
    rows = KitList.objects.filter(member=member_id).values_list("code", "issued_at", "rows__items")[:SHOWN_BEFORE]
    return [
        {
            "code": grouped(code),
            "on": programme_day(issued_at),
            "items": ngettext("%(items)s item", "%(items)s items", len(items)) % {"items": len(items)},
            "href": reverse("kitbag-list-pdf", args=[code]),
            "check_href": reverse("list-check", args=[grouped(code)]),
        }
        for code, issued_at, items in rows
    ]


@require_safe
@member_required
def kitbag_list_pdf(request: MemberRequest, code: str) -> HttpResponse:
    """A list as it was issued, once more; another member's is not there (404)."""
    issued = KitList.objects.filter(code=read_code(code), member=request.member).first()
    if issued is None:
        raise Http404
    return _download(issued, file_of(issued))
