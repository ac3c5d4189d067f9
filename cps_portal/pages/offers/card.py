"""The digital card: a page, a file of its own size, and what a scan shows to whom (programme §8)."""

from datetime import date
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_countries import countries

from cps_portal.drawing.qr import picture
from cps_portal.pdf.card import CardFace, written
from cps_portal.staff_access import is_staff, passed_second_factor
from kitbag import standing
from members import suspending
from members.access import MemberRequest, member_required
from members.looking import Page, note_look
from members.models import Level, Member, User
from members.rules.days import programme_day
from members.wording.words import english_level
from servicing.cards import generation_of, holder_of, revoke_card, token_of
from servicing.home_terms import home_terms

# A signed code cannot be guessed at any rate; the limit keeps the page's cost in bounds.
LIMITS = {"card_check": "60/m/ip"}


def card_link(member: Member) -> str:
    """Where a scan of the member's valid card leads."""
    return link_of_card(member.pk, generation_of(member.pk))


def link_of_card(member_id: int, generation: int) -> str:
    """Where a scan of that card of a member leads; no query."""
    return settings.PORTAL_ORIGIN + reverse("card-check", args=[token_of(member_id, generation)])


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def card(request: MemberRequest) -> HttpResponse:
    """The card to show; `?new` asks before a POST makes its code new, and the one shown so far is valid no more."""
    member = request.member
    now = timezone.now()
    if request.method == "POST":
        shown = request.POST.get("generation", "")
        if shown == str(generation_of(member.pk)):
            revoke_card(member.pk, why="Renewed by its member", at=now, by=request.user)
        messages.success(request, _("The code is new. The old one is valid no more."))
        return HttpResponseRedirect(reverse("card"))
    generation = generation_of(member.pk)
    level = standing.on(member.pk, programme_day(now)).level
    return TemplateResponse(
        request,
        "offers/card.html",
        {
            "level": int(level),
            "level_since": _since(member, level),
            "asks": "new" in request.GET,
            "name": request.member.user.name,
            "number": member.spaced_number,
            "member_since": member.joined_at.year,
            "qr": picture(link_of_card(member.pk, generation)),
            "generation": generation,
        },
    )


def _since(member: Member, level: Level) -> date:
    """The day from which the card says that the level is theirs."""
    return standing.levels_since({member.pk: level}).get(member.pk, programme_day(member.joined_at))


@require_safe
@member_required
def card_pdf(request: MemberRequest) -> HttpResponse:
    """The card as PDF in card size, as of today."""
    member, now = request.member, timezone.now()
    level = standing.on(member.pk, programme_day(now)).level
    face = CardFace(
        level=level,
        level_since=_since(member, level),
        name=request.member.user.name,
        number=member.spaced_number,
        member_since=member.joined_at.year,
        as_of=programme_day(now),
        link=card_link(member),
    )
    pdf = written(face, language=get_language() or "en", rtl=get_language_bidi(), at=now)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="cps-card.pdf"', "Cache-Control": "private, no-store"},
    )


def _may_see_whose(request: HttpRequest) -> bool:
    """Staff of a centre, and those who look after members."""
    user = request.user
    return isinstance(user, User) and (user.has_perm("servicing.view_case") or user.has_perm("members.view_member"))


@require_safe
def card_start(request: HttpRequest) -> HttpResponse:
    """What the address is for, to who comes without a code: nothing can be looked up here."""
    return TemplateResponse(request, "offers/card_start.html", {})


@never_cache
@require_safe
def card_check(request: HttpRequest, card_token: str) -> HttpResponse:
    """What a scan shows: to anyone that the card is valid and its level; to staff whose it is.

    The card of a suspended member is not valid while it lasts.
    """
    if not ratelimit.consume(request, app="servicing", action="card_check", config=LIMITS, limit_get=True):
        return ratelimit.respond_429(request)
    member = holder_of(card_token)
    now = timezone.now()
    if member is None or suspending.running(member.pk, at=now):
        return TemplateResponse(request, "offers/card_check.html", {"is_valid": False}, status=404)
    day = programme_day(now)
    level = standing.on(member.pk, day).level
    more: dict[str, Any] = {}
    if is_staff(request) and _may_see_whose(request) and passed_second_factor(request):
        assert isinstance(request.user, User)
        note_look(member.pk, page=Page.CARD, by=request.user, at=timezone.now())
        more = {
            "name": member.user.name,
            "number": member.spaced_number,
            "country": countries.name(str(member.country)),
            "benefit_level": int(home_terms(str(member.country), day=day).reached(level)),
        }
    return TemplateResponse(
        request,
        "offers/card_check.html",
        {"is_valid": True, "level": int(level), "english_level": english_level(level), "staff": more},
    )
