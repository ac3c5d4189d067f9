"""The dashboard: what needs the member, the card, points on their scale and what lies ahead (design 01)."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.drawing.qr import picture
from cps_portal.pages import first_steps, needs, news, outlook
from cps_portal.pages.counting import in_words, sentence
from cps_portal.pages.former import old_level_words
from cps_portal.pages.needs import Waiting
from cps_portal.pages.offers.card import link_of_card
from cps_portal.pages.servicing.slots import (
    for_the_dashboard,
    loans_due,
    needs_of,
    row_of,
    slots_of,
    steps_of,
    to_send_in,
)
from kitbag import standing, statement
from kitbag.rules.statement import lines
from kitbag.standing import Stands
from members.access import MemberRequest, member_required
from members.models import Level
from members.rules.days import programme_day
from members.rules.levels import Thresholds
from members.rules.zones import place_of
from servicing import eligibility
from servicing.models import Service
from servicing.news import news_of
from servicing.rules.eligibility import No, Terms

NEEDS_SHOWN = 6


@require_safe
@member_required
def dashboard(request: MemberRequest) -> HttpResponse:
    """A member's own facts first; every number leads to its reasons."""
    now = timezone.now()
    today = programme_day(now)
    member = request.member
    stands = standing.on(member.pk, today)
    waiting, claimed = needs.waiting_and_claimed(member.pk, day=today)
    also = [item.product for item in outlook.tried(waiting)]
    facts = statement.outlook_of(member.pk, after=today, also=also).facts
    ahead = lines(facts, after=today, total=stands.points, level=stands.level)
    view = outlook.outlook(facts, ahead, waiting, stands=stands, today=today)
    terms = eligibility.terms_of(str(member.country), level=stands.level, day=today)
    mine = [item for item in waiting if item.needs_member]
    new = news_of(
        member.pk, user=request.member.user, country=str(member.country), level=stands.level, day=today, at=now
    )
    held, lent = for_the_dashboard(member.pk, day=today) if new.in_servicing else ([], [])
    steps = steps_of(held)
    kept = news.places_kept(new, zone=member.time_zone, now=now)
    pressing = [*loans_due(lent, now=now), *kept, *needs_of(held, steps)]
    sending = to_send_in(held)
    has_kit = bool(stands.points or waiting)
    taken = sum(bool(stretch.slot) for stretch in held)
    needs_count = len(pressing) + len(sending) + len(mine) + len(claimed)
    # What has its day is shown however much else there is: loans to bring back, places kept, estimates, claims.
    room = max(NEEDS_SHOWN - len(claimed) - len(pressing), 0)
    others = [*sending, *(_need(item, stands, view.thresholds) for item in mine[:room])]
    first = [*pressing, *others[:room]]
    return TemplateResponse(
        request,
        "pages/dashboard.html",
        {
            "title": _title(needs_count, request.member.user.get_short_name()),
            "clock": clock_words(now, member.time_zone),
            "level": int(stands.level),
            "name": request.member.user.name,
            "number": member.spaced_number,
            "member_since": member.joined_at.year,
            "level_since": new.level_since or programme_day(member.joined_at),
            "qr": picture(link_of_card(member.pk, new.card)),
            "points": stands.points,
            "thresholds": view.thresholds,
            "waiting_points": needs.points_in(waiting),
            "safe": outlook.safe_words(view),
            "because": _because(view),
            "old_level": old_level_words(new.old_level, stands.level),
            "figures": _figures(view, waiting, terms),
            "needs": [*first, *claimed][:NEEDS_SHOWN],
            "needs_count": needs_count,
            "needs_more": _all_needs(in_kitbag=len(mine) > max(room - len(sending), 0))
            if needs_count > NEEDS_SHOWN
            else None,
            "first_steps": first_steps.steps_of(member, has_kit=has_kit, gaps=bool(mine), now=now),
            "slots": slots_of(held, steps, now=now) if has_kit and (taken or not terms.why_not) else [],
            "also_open": [row_of(stretch) for stretch in held if not stretch.slot],
            "slots_count": f"{taken}/{settings.FAST_TRACK_SLOTS}",
            **news.shown(new, level=stands.level, country=str(member.country), now=now),
        },
    )


def _all_needs(*, in_kitbag: bool) -> dict[str, str]:
    """Where the rest of what needs them stands: kit that is not shown, else what is in servicing."""
    if in_kitbag:
        return {"href": f"{reverse('kitbag')}?show=needs-you", "label": _("All in your kitbag")}
    return {"href": reverse("servicing"), "label": _("All cases")}


def _title(number: int, first_name: str) -> str:
    if not number:
        return _("Nothing needs you, %(name)s") % {"name": first_name}
    words = ngettext("%(number)s thing needs you, %(name)s", "%(number)s things need you, %(name)s", number)
    return sentence(words % {"number": in_words(number), "name": first_name})


def clock_words(now: datetime, time_zone: str) -> str:
    """Date and time where the member is: Mon 23 Nov 2026, 14:00 London time."""
    local = now.astimezone(ZoneInfo(time_zone))
    values = {"day": date_format(local, "DAY_FORMAT"), "time": date_format(local, "H:i")}
    if time_zone == "UTC":
        return _("%(day)s, %(time)s UTC") % values
    return _("%(day)s, %(time)s %(place)s time") % (values | {"place": place_of(time_zone, get_language() or "en")})


def _because(view: outlook.Outlook) -> str:
    parts = [outlook.reason_words(view), outlook.bring_words(view)]
    if view.keeper:
        keeps = (
            _("Complete the %(product)s and %(level)s stays.")
            if view.keeper.needs_member
            else _("The %(product)s alone would keep %(level)s once it counts.")
        )
        parts.append(keeps % {"product": view.keeper.short, "level": view.stands.level.label})
    if not view.loss:
        parts.append(outlook.next_words(view))
    return " ".join(part for part in parts if part)


def _figures(view: outlook.Outlook, waiting: Sequence[Waiting], terms: Terms) -> list[dict[str, str]]:
    return [
        _next_figure(view),
        {
            "label": _("Waiting, not counted"),
            "value": f"{needs.points_in(waiting):,}",
            "unit": _("points"),
        },
        {
            "label": _("Falling by %(day)s") % {"day": date_format(view.falls_by, "j M Y")}
            if view.falls_by
            else _("Announced falls"),
            "value": f"{view.fall_points:,}" if view.falls_by else _("None"),
            "unit": _("points") if view.falls_by else "",
        },
        _target_figure(terms),
    ]


def _next_figure(view: outlook.Outlook) -> dict[str, str]:
    above = view.thresholds.next_above(view.stands.level)
    if above is None:
        gap = view.stands.points - view.thresholds.platinum
        label = _("Above Platinum’s %(points)s") if gap >= 0 else _("Below Platinum’s %(points)s")
        return {
            "label": label % {"points": f"{view.thresholds.platinum:,}"},
            "value": f"{abs(gap):,}",
            "unit": _("points"),
        }
    return {
        "label": _("To %(level)s") % {"level": Level(above[0]).label},
        "value": f"{above[1] - view.stands.points:,}",
        "unit": _("points"),
    }


def _target_figure(terms: Terms) -> dict[str, str]:
    days, _video = terms.days[Service.REPAIR.value]
    label = _("Fast Track target")
    if days is not None and not terms.why_not:
        unit = ngettext("working day", "working days", days)
        return {"label": label, "value": str(days), "unit": unit}
    reasons = {
        No.LEVEL: _("until Silver"),
        No.COUNTRY: _("in your country"),
        No.NO_TARGET: _("in your country"),
    }
    reason = No.COUNTRY if No.COUNTRY in terms.why_not else No.LEVEL
    return {"label": label, "value": _("None"), "unit": str(reasons[reason])}


def _need(item: Waiting, stands: Stands, thresholds: Thresholds) -> dict[str, str]:
    return {
        "words": item.words,
        "href": item.href,
        "name": item.name,
        "text": item.note or _gain(item, stands, thresholds),
        "action": item.action,
    }


def _gain(item: Waiting, stands: Stands, thresholds: Thresholds) -> str:
    if not item.points:
        return _("It carries no points, and it belongs to your kit.")
    total = stands.points + item.points
    reached = thresholds.level_for(total)
    waits = ngettext("%(points)s point waits here.", "%(points)s points wait here.", item.points)
    values = {"points": f"{item.points:,}", "total": f"{total:,}", "level": Level(reached).label}
    if reached > stands.level:
        then = ngettext(
            "With it you are %(level)s, at %(total)s.", "With them you are %(level)s, at %(total)s.", item.points
        )
    else:
        then = ngettext("With it you have %(total)s.", "With them you have %(total)s.", item.points)
    return f"{waits} {then}" % values
