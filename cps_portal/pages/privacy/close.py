"""Close my account: what goes and what stays, the days to undo, and the way back from the mail."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages as toasts
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cps_portal.pages.privacy.export import crumbs
from cps_portal.privacy import closing, showing
from members.access import MemberRequest, member_required
from members.models import Closing
from members.wording.words import moment_at
from servicing.models import Booking, Case, Loan, WelcomePack
from servicing.rules.steps import State


@member_required
@reauthentication_required(allow_get=True)
@require_http_methods(["GET", "HEAD", "POST"])
def account_close(request: MemberRequest) -> HttpResponse:
    """What closing does; asking for it is a POST after confirming who one is. Staff are told to close that first."""
    if request.method == "POST":
        if not request.user.is_staff:
            closing.ask(request.member.pk, at=timezone.now())
        return HttpResponseRedirect(reverse("account-close"))
    member_id = request.member.pk
    begun = closing.running(member_id)
    waits = closing.on_its_way(member_id)
    return TemplateResponse(
        request,
        "pages/account_close.html",
        {
            "crumbs": crumbs(_("Close my account")),
            "until": moment_at(begun.ends_at, request.member.time_zone) if begun else "",
            "is_over": bool(begun and begun.ends_at <= timezone.now()),
            "undo_href": reverse("account-close-undo", args=[closing.sign(begun)]) if begun else "",
            "days": settings.CLOSING_UNDO_DAYS,
            "is_staff": request.user.is_staff,
            "waits": _waits(waits),
            "ends": _ends(member_id),
            "goes": list(showing.what_goes()),
            "stays": list(showing.what_stays()),
        },
    )


def _waits(waits: closing.OnItsWay) -> list[dict[str, Any]]:
    """Open cases and loans first: what has to be over before the account can go."""
    return [
        *(
            {
                "href": reverse("case", args=[case.number]),
                "name": case.product.name,
                "mono": case.number,
                "state": case.get_state_display(),
            }
            for case in waits.cases
        ),
        *(
            {
                "href": reverse("case-loan", args=[loan.case.number]),
                "name": loan.unit.product.name,
                "mono": loan.unit.serial,
                "state": _("Backup loan, with you"),
            }
            for loan in waits.loans
        ),
        *(
            {"href": "", "name": _("Welcome pack"), "mono": "", "state": pack.get_state_display()}
            for pack in waits.packs
        ),
    ]


def _ends(member_id: int) -> dict[str, int]:
    """How much of each kind is cancelled with the account; in four queries."""
    return {
        "requests": Case.objects.filter(member=member_id, state=State.REQUESTED).count(),
        "loans": Loan.objects.filter(member=member_id, state=Loan.State.BOOKED).count(),
        "places": Booking.objects.filter(
            member=member_id, state__in=("place", "waiting", "held"), came_at=None
        ).count(),
        "packs": WelcomePack.objects.filter(member=member_id, state=WelcomePack.State.REQUESTED).count(),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_close_undo(request: HttpRequest, signed: str) -> HttpResponse:
    """The way back, also without signing in: whoever has the mail may keep the account. Only a POST does it."""
    begun = closing.signed(signed)
    if begun is None:
        raise Http404
    if request.method == "POST" and _can_be_undone(begun) and closing.undo(begun.member_id, at=timezone.now()):
        toasts.success(request, _("Your account stays as it is."))
        return HttpResponseRedirect(reverse("account" if request.user.is_authenticated else "account_login"))
    return TemplateResponse(
        request,
        "pages/account_close_undo.html",
        {
            "until": moment_at(begun.ends_at, begun.member.time_zone),
            "can_undo": _can_be_undone(begun),
            "is_done": begun.done_at is not None,
        },
    )


def _can_be_undone(begun: Closing) -> bool:
    return begun.done_at is None and begun.undone_at is None
