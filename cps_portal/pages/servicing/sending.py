"""Which product to send in: live items, searchable when there are many; those in a case say so (programme §6)."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.kitbag.listing import track_of
from cps_portal.pages.kitbag.words import fast_track_words
from kitbag import listing, standing
from kitbag.listing import Choice, Row, Sort
from kitbag.models import KitItem
from members.access import MemberRequest, member_required
from members.rules.days import programme_day
from servicing import eligibility
from servicing.models import Case, CaseDraft
from servicing.rules.eligibility import Terms

PAGE = 30
# A search is offered from so many items on.
MANY = 8


@require_safe
@member_required
def servicing_send(request: MemberRequest) -> HttpResponse:
    """Choose what to send in; requests that were begun come first."""
    member = request.member
    day = programme_day(timezone.now())
    query = request.GET.get("q", "")[: listing.QUERY_LIMIT].replace("\x00", "").strip()
    page = listing.page_of(
        member.pk,
        day=day,
        choice=Choice(query=query, sort=Sort.NAME),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        limit=PAGE,
    )
    stands = standing.on(member.pk, day)
    terms = eligibility.terms_of(str(member.country), level=stands.level, day=day)
    drafts = CaseDraft.objects.filter(member=member).select_related("item__product").order_by("-changed_at")
    begun = {draft.item_id: draft for draft in drafts}
    open_cases = Case.objects.open().owned_by(member).filter(item__in=[row.id for row in page.rows])
    numbers = dict(open_cases.values_list("item", "number"))
    total = KitItem.objects.live().owned_by(member).count()
    return TemplateResponse(
        request,
        "servicing/servicing_send.html",
        {
            "crumbs": [{"href": reverse("servicing"), "label": _("Servicing")}, {"label": _("Send it in")}],
            "total": total,
            "searchable": total > MANY or bool(query),
            "query": query,
            "begun": [
                {
                    "name": draft.item.product.name,
                    "family": draft.item.product.family,
                    "serial": draft.item.serial_typed,
                    "on": programme_day(draft.changed_at),
                    "href": reverse("case-new", args=[draft.item_id]),
                }
                for draft in begun.values()
            ],
            "rows": [
                row_of(row, terms=terms, number=numbers.get(row.id, ""), is_begun=row.id in begun) for row in page.rows
            ],
            "previous": _address(query, before=page.before),
            "next": _address(query, after=page.after),
        },
    )


def row_of(row: Row, *, terms: Terms, number: str, is_begun: bool) -> dict[str, Any]:
    """One product: whether it qualifies for Fast Track, or the case it is in."""
    track = track_of(row, terms)
    return {
        "name": row.name,
        "family": row.family,
        "serial": row.serial_typed,
        "track": fast_track_words(track),
        "qualifies": track.qualifies,
        "number": number,
        "case_href": reverse("case", args=[number]) if number else "",
        "href": reverse("case-new", args=[row.id]),
        "is_begun": is_begun,
    }


def _address(query: str, **key: str) -> str:
    """Another page of the list; empty where there is none."""
    if not any(key.values()):
        return ""
    return f"{reverse('servicing-send')}?{urlencode({'q': query, **key} if query else key)}"
