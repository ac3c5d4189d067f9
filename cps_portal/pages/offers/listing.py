"""Offers a member sees: those that are theirs with the reason, and those just out of reach (programme §9)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.news import of_staff, pack_row
from cps_portal.pages.offers.reasons import of_some_countries, why_shown
from kitbag import standing
from kitbag.standing import Stands
from members.access import MemberRequest, member_required
from members.models import Level, Member, Threshold
from members.rules.days import programme_day
from servicing.models import Offer, OfferCode
from servicing.offers import BenefitError, Seen, codes_of, draw_code, is_over, offers_for, seen_by
from servicing.packs import is_offered, pack_of

# Products of an offer that are named one by one.
NAMED = 3
REFUSALS = {
    "not_running": gettext_lazy("This offer has ended."),
    "not_yours": gettext_lazy("This offer is for another level or country, or for a product you do not have."),
    "without_code": gettext_lazy("This offer needs no code."),
    "no_codes_left": gettext_lazy("All codes of this offer are taken."),
}


@require_safe
@member_required
def offers(request: MemberRequest) -> HttpResponse:
    """The welcome pack while it waits, then offers: first what is theirs, then what is missing for others."""
    day = programme_day(timezone.now())
    stands = standing.on(request.member.pk, day)
    seen = offers_for(request.member, level=stands.level, day=day)
    pack = pack_of(request.member.pk)
    mine = [_row(one, stands, request.member) for one in seen if one.fit.fits]
    shown = {one.offer.pk for one in seen}
    return TemplateResponse(
        request,
        "offers/offers.html",
        {
            "mine": [*([pack_row()] if is_offered(stands.level, pack) else []), *mine],
            "others": [_row(one, stands, request.member) for one in seen if not one.fit.fits],
            "kept": [_kept_row(code, day) for code in codes_of(request.member.pk) if code.offer_id not in shown],
            "has_pack": pack is not None,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def offer(request: MemberRequest, offer_id: UUID) -> HttpResponse:
    """One offer; its code is drawn by a POST, once, and is shown whenever they come back, also after its end."""
    now = timezone.now()
    day = programme_day(now)
    member = request.member
    here = reverse("offer", args=[offer_id])
    if request.method == "POST":
        try:
            draw_code(offer_id, member_id=member.pk, at=now)
        except BenefitError as error:
            messages.error(request, str(REFUSALS[error.code]))
        return HttpResponseRedirect(here)
    stands = standing.on(member.pk, day)
    seen = seen_by(member, offer_id, level=stands.level, day=day)
    if seen is None:
        return _kept(request, offer_id, day)
    found = seen.offer
    drawn = found.own_codes.filter(member=member).first() if found.codes == found.Codes.OWN else None
    left = found.codes == found.Codes.OWN and found.own_codes.filter(member=None).exists()
    return TemplateResponse(
        request,
        "offers/offer.html",
        _row(seen, stands, member)
        | {
            "words": found.text,
            "link": found.link,
            "fits": seen.fit.fits,
            "code": drawn.code if drawn else (found.shared_code if seen.fit.fits else ""),
            "may_draw": seen.fit.fits and drawn is None and left,
            "all_taken": found.codes == found.Codes.OWN and drawn is None and not left,
            "crumbs": [{"href": reverse("offers"), "label": _("Offers")}, {"label": found.title}],
        },
    )


def _kept(request: MemberRequest, offer_id: UUID, day: date) -> HttpResponse:
    """An offer that is theirs no more, or of nobody: its page goes on for who has a code of it. Raises Http404."""
    drawn = next((code for code in codes_of(request.member.pk) if code.offer_id == offer_id), None)
    if drawn is None:
        raise Http404
    found = drawn.offer
    return TemplateResponse(
        request,
        "offers/offer.html",
        _kept_row(drawn, day)
        | {
            "words": found.text,
            "code": drawn.code,
            "crumbs": [{"href": reverse("offers"), "label": _("Offers")}, {"label": found.title}],
        },
    )


def _kept_row(drawn: OfferCode, day: date) -> dict[str, Any]:
    found = drawn.offer
    over = _over_words(found, day)
    return {
        "icon": "tag",
        "title": found.title,
        "summary": found.summary,
        "over": over,
        "text": " ".join((of_staff(found.summary), over)),
        "action": _("See your code"),
        "href": reverse("offer", args=[found.pk]),
    }


def _over_words(offer: Offer, day: date) -> str:
    if not is_over(offer, day=day):
        return _("It is for another level or country than yours now. The code you have stays yours.")
    if offer.ends_on > day:
        return str(REFUSALS["not_running"])
    return _("This offer ended on %(day)s.") % {"day": date_format(offer.ends_on - timedelta(days=1), "j M Y")}


def _row(seen: Seen, stands: Stands, member: Member) -> dict[str, Any]:
    until = _("Before %(day)s.") % {"day": date_format(seen.offer.ends_on, "j M Y")}
    why = _why(seen, stands, country=str(member.country) if seen.offer.countries else "")
    return {
        "icon": "tag",
        "title": seen.offer.title,
        "summary": seen.offer.summary,
        "why": why,
        "until": until,
        "text": " ".join((of_staff(seen.offer.summary), why, until)),
        "action": _("See offer"),
        "href": reverse("offer", args=[seen.offer.pk]),
    }


def _why(seen: Seen, stands: Stands, *, country: str) -> str:
    """Why it is shown, or what is missing."""
    names = {product.pk: product.name for product in seen.offer.products.all()}
    owned = min((names[key] for key in seen.fit.owned), default="")
    if seen.fit.fits:
        return why_shown(owned=owned, level=stands.level, country=country)
    parts = []
    if seen.fit.needs_level is not None:
        level = Level(seen.fit.needs_level)
        parts.append(
            _("From %(level)s on: %(points)s points more.")
            % {"level": level.label, "points": f"{_points_to(level, stands):,}"}
        )
    if seen.fit.needs_product:
        parts.append(_owners(sorted(names.values())))
    return " ".join(part for part in (*parts, of_some_countries(country)) if part)


def _owners(names: list[str]) -> str:
    """For whose kit an offer is: every product is named, up to a few; one of them is enough."""
    if len(names) == 1:
        return _("For owners of the %(product)s.") % {"product": names[0]}
    if len(names) <= NAMED:
        return _("For owners of one of these: %(products)s.") % {"products": _row_of(names)}
    more = len(names) - NAMED
    words = ngettext(
        "For owners of one of these: %(products)s, or %(more)s more.",
        "For owners of one of these: %(products)s, or %(more)s more.",
        more,
    )
    return words % {"products": _row_of(names[:NAMED]), "more": more}


def _row_of(names: list[str]) -> str:
    return pgettext("between things in a row", ", ").join(of_staff(name) for name in names)


def _points_to(level: Level, stands: Stands) -> int:
    thresholds = Threshold.objects.on(programme_day(timezone.now()))
    needed: int = getattr(thresholds, level.name.lower())
    return max(0, needed - stands.points)
