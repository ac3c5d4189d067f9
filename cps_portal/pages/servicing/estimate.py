"""An estimate that can be forwarded for reading and decides only for its member, and the same as PDF (programme §6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.servicing.case import consequences, title_of
from cps_portal.pages.servicing.estimate_view import Shown, shown
from cps_portal.pages.servicing.looking import seen
from cps_portal.pages.servicing.states import centre_words
from cps_portal.pages.servicing.words import REFUSALS
from cps_portal.pdf import estimate as paper
from kitbag.registration import KitError
from members.access import member_here
from members.models import User
from servicing import estimating
from servicing.casework import as_member
from servicing.estimate_links import read_token
from servicing.models import Estimate

View = Callable[[HttpRequest, str], HttpResponseBase]


def unlisted(view: View) -> View:
    """Whoever has the address may read: no search engine keeps it.

    No link out of the page gives it away by the portal's own policy for referrers, "same-origin". "no-referrer" would
    have browsers send the answer from an unknown origin, which is refused.
    """

    @wraps(view)
    def guarded(request: HttpRequest, signed: str) -> HttpResponseBase:
        response = view(request, signed)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


@dataclass(frozen=True)
class Read:
    """An estimate as its readers see it: never a name, a number or an address."""

    estimate: Estimate
    shown: Shown
    newest: bool


def _read(token: str, now: datetime) -> Read:
    """The estimate of an address with its case (404 for an address that was not signed here)."""
    key = read_token(token)
    estimate = (
        Estimate.objects.select_related("case__centre", "case__product", "case__item", "stretch")
        .prefetch_related("lines")
        .filter(pk=key)
        .first()
        if key
        else None
    )
    if estimate is None:
        raise Http404
    others = list(Estimate.objects.filter(case=estimate.case).prefetch_related("lines").order_by("version"))
    view = shown(
        estimate,
        before=[other for other in others if other.version < estimate.version],
        level=estimate.stretch.benefit_level,
        zone=estimate.case.centre.time_zone,
        now=now,
    )
    return Read(estimate, view, newest=others[-1].pk == estimate.pk)


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: HttpRequest, signed: str) -> HttpResponseBase:
    """Read by whoever has the address; a POST accepts or declines, for the member it belongs to alone."""
    now = timezone.now()
    read = _read(signed, now)
    member = member_here(request)
    is_theirs = member is not None and read.estimate.case.member_id == member.pk
    refusal, status = "", 200
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_theirs:
            status = 403
        else:
            refusal = _answer(request, read)
            if not refusal:
                return HttpResponseRedirect(reverse("case", args=[read.estimate.case.number]))
            read, status = _read(signed, timezone.now()), 409
    return TemplateResponse(
        request, "servicing/estimate.html", _context(request, signed, read, now, refusal), status=status
    )


def _answer(request: HttpRequest, read: Read) -> str:
    """Carry the answer out; what was refused in words, "" where it is done."""
    answer, version = request.POST.get("answer", ""), request.POST.get("version", "")
    if answer not in ("accept", "decline") or version != str(read.estimate.version):
        return str(REFUSALS["changed"][1])
    assert isinstance(request.user, User)
    try:
        estimating.answer(read.estimate.pk, accept=answer == "accept", at=timezone.now(), actor=as_member(request.user))
    except KitError as error:
        return str(REFUSALS.get(error.code, REFUSALS["not_now"])[1])
    words = (
        _("Accepted: %(total)s. The clock goes on.")
        if answer == "accept"
        else _("Declined: %(total)s. It comes back to you unrepaired.")
    )
    messages.success(request, words % {"total": read.shown.total})
    return ""


def _context(request: HttpRequest, token: str, read: Read, now: datetime, refusal: str) -> dict[str, Any]:
    case = read.estimate.case
    member = member_here(request)
    is_theirs = member is not None and case.member_id == member.pk
    context: dict[str, Any] = {
        "title": title_of(case),
        "centre": centre_words(case.centre),
        "estimate": read.shown,
        "is_newest": read.newest,
        "is_theirs": is_theirs,
        "is_signed_in": request.user.is_authenticated,
        "login_href": f"{reverse('account_login')}?next={request.path}",
        "href": request.path,
        "pdf": reverse("estimate-pdf", args=[token]),
        "refusal": refusal,
        "crumbs": [],
    }
    if is_theirs and member is not None:
        context["crumbs"] = [
            {"href": reverse("servicing"), "label": _("Servicing")},
            {"href": reverse("case", args=[case.number]), "label": case.number, "mono": "1"},
            {"label": _("Estimate %(version)s") % {"version": read.estimate.version}},
        ]
        context |= consequences(seen(case, member_id=member.pk, now=now)) if read.shown.waits else {}
    return context


@unlisted
@require_safe
def estimate_pdf(request: HttpRequest, signed: str) -> HttpResponse:
    """The estimate on paper, in the language of the page."""
    now = timezone.now()
    read = _read(signed, now)
    case = read.estimate.case
    content = paper.EstimatePaper(
        title=title_of(case),
        centre=centre_words(case.centre),
        estimate=read.shown,
        key=read.estimate.pk.hex,
        language=get_language() or "en",
        rtl=get_language_bidi(),
        at=read.estimate.sent_at,
    )
    name = f"cps-estimate-{read.estimate.version}.pdf"
    return HttpResponse(
        paper.written(content),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
