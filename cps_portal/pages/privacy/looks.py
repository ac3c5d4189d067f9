"""Who looked at my data: which role of staff opened what, and when (programme §10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.kitbag.proof_rows import purpose_words
from cps_portal.pages.privacy.export import crumbs
from kitbag.models import ProofOpening
from members.access import MemberRequest, member_required
from members.models import Acting, StaffLook
from members.rules.zones import place_of
from members.wording.words import role_words

PAGE = 25
# Of one moment the member's pages stand before their papers.
ACTING, LOOK, OPENING = 2, 1, 0
PAGES = {
    "member": gettext_lazy("Your details"),
    "kititem": gettext_lazy("A product in your kitbag"),
    "case": gettext_lazy("A case of yours"),
    "thread": gettext_lazy("What you asked us"),
    "card": gettext_lazy("Your card"),
    "pack": gettext_lazy("Your welcome pack"),
    "points": gettext_lazy("Your points and levels"),
    "message": gettext_lazy("A message to you"),
    "event": gettext_lazy("Your places at events"),
    "offer": gettext_lazy("A code of yours"),
}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where a row stands: newest first is from the greatest down."""

    at: datetime
    table: int
    pk: int

    def text(self) -> str:
        return f"{self.at.isoformat()}_{self.table}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Key | None":
        """The key of an address; None for anything else."""
        at, _line, rest = text[:80].partition("_")
        table, _line, pk = rest.partition("_")
        if not (table in {str(ACTING), str(LOOK), str(OPENING)} and pk.isascii() and pk.isdecimal() and len(pk) < 19):
            return None
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(moment, int(table), int(pk)) if moment.tzinfo else None


@member_required
@require_safe
def account_looks(request: MemberRequest) -> HttpResponse:
    """Openings of the member's pages and papers by staff, and when they acted for them, newest first, by key.

    In three queries.
    """
    start = Key.read(request.GET.get("after", ""))
    member_id = request.member.pk
    looks = _before(StaffLook.objects.filter(member=member_id), LOOK, start)
    openings = _before(ProofOpening.objects.filter(proof__member=member_id), OPENING, start)
    acted = Acting.objects.filter(member=member_id).annotate(at=F("began_at"), sent=Count("steps"))
    actings = _before(acted, ACTING, start)
    found = sorted(
        [
            *((Key(at, ACTING, pk), role, _acted(*said)) for at, pk, role, *said in _values(actings, "reason", "sent")),
            *((Key(at, LOOK, pk), role, page_words(page)) for at, pk, role, page in _values(looks, "page")),
            *(
                (Key(at, OPENING, pk), role, _("A paper of yours, %(why)s") % {"why": purpose_words(why)})
                for at, pk, role, why in _values(openings, "purpose")
            ),
        ],
        key=lambda row: row[0],
        reverse=True,
    )
    rows, more = found[:PAGE], len(found) > PAGE
    here, zone = reverse("account-looks"), request.member.time_zone
    return TemplateResponse(
        request,
        "pages/account_looks.html",
        {
            "crumbs": crumbs(_("Who looked at my data")),
            "rows": [{"at": key.at, "role": role_words(role), "what": what} for key, role, what in rows],
            "newer": here if start else "",
            "older": f"{here}?after={rows[-1][0].text()}".replace("+", "%2B") if more else "",
            "zone": zone,
            "place": "" if zone == "UTC" else place_of(zone, get_language() or "en"),
        },
    )


def _before(rows: QuerySet[Any], table: int, start: Key | None) -> QuerySet[Any]:
    if start is None:
        return rows
    same = Q(at=start.at)
    if table == start.table:
        same &= Q(pk__lt=start.pk)
    elif table > start.table:
        return rows.filter(at__lt=start.at)
    return rows.filter(Q(at__lt=start.at) | same)


def _values(rows: QuerySet[Any], *what: str) -> Iterable[tuple[Any, ...]]:
    return rows.order_by("-at", "-pk").values_list("at", "pk", "role", *what)[: PAGE + 1]


def _acted(reason: str, sent: int) -> str:
    """That staff acted for the member, why, and how much they sent in; what it was stands where it was done."""
    forms = ngettext("%(count)s form sent in", "%(count)s forms sent in", sent) % {"count": sent}
    return _("Acted for you: \u2068%(reason)s\u2069. %(forms)s.") % {"reason": reason.rstrip("."), "forms": forms}


def page_words(page: str) -> str:
    """What was opened, in the words of the page."""
    return str(PAGES.get(page, page))
