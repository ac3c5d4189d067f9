"""An old account beside the membership of today: both levels, why they differ, what closes the gap (programme §1)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cps_portal.pages import needs
from cps_portal.pages.needs import Waiting
from kitbag import standing
from kitbag.old_kit import OldThing, old_things
from kitbag.standing import Stands
from members.access import MemberRequest, member_required
from members.models import FormerAccount, Level, Threshold
from members.rules.days import programme_day
from members.rules.levels import Thresholds


@require_safe
@member_required
def former(request: MemberRequest) -> HttpResponse:
    """For members who had an account of the former scheme; everyone else finds nothing here (404)."""
    today = programme_day(timezone.now())
    member_id = request.member.pk
    account = get_object_or_404(FormerAccount.objects.select_related("source"), member=member_id)
    stands = standing.on(member_id, today)
    waiting = {item.id: item for item in needs.waiting_of(member_id, day=today)}
    things = old_things(account.things, member_id=member_id, day=today)
    absent = [thing for thing in things if thing.kept is None]
    missing = [_to_add(thing) for thing in absent if not thing.is_unknown]
    begun = [waiting[thing.kept.id] for thing in things if thing.kept and thing.kept.id in waiting]
    brings = sum(row["points"] or 0 for row in missing) + needs.points_in(begun)
    others = needs.points_in(list(waiting.values())) - needs.points_in(begun)
    return TemplateResponse(
        request,
        "pages/former.html",
        {
            "levels": _levels(account, stands),
            "has_video": account.video_level is not None,
            "has_photo": account.photo_level is not None,
            "lead": _lead(account.best_level, stands, Threshold.objects.on(today), brings, others),
            "missing": sorted(missing, key=lambda row: (row["points"] is None, -(row["points"] or 0))),
            "begun": [_begun(item) for item in begun],
            "here": _here(things, waiting),
            "unknown": [thing.said.product for thing in absent if thing.is_unknown],
            "others_points": others,
            "names_kit": bool(things),
            "day": programme_day(account.source.imported_at),
        },
    )


def old_level_words(old: Level | None, now: Level) -> str:
    """The line that leads to the page on the former scheme, where the old level was above the present one."""
    if old is None or old <= now:
        return ""
    return _("Your old account was %(level)s: what closes the gap") % {"level": old.label}


def _levels(account: FormerAccount, stands: Stands) -> list[dict[str, Any]]:
    old = ((_("Photo, former scheme"), account.photo_level), (_("Video, former scheme"), account.video_level))
    return [
        *({"words": words, "level": level, "points": None} for words, level in old if level is not None),
        {"words": _("Today, photo and video"), "level": int(stands.level), "points": stands.points},
    ]


def _to_add(thing: OldThing) -> dict[str, Any]:
    """A thing that is not in the kitbag, with the way that adds it: its product chosen, or its name searched."""
    found, said = thing.found, thing.said
    asked = {"product": found.sku, "serial": said.serial} if found else {"q": said.product}
    return {
        "name": found.name if found else said.product,
        "family": found.family if found else "",
        "serial": said.serial,
        "points": found.points if found else None,
        "href": f"{reverse('kitbag-add')}?{urlencode({key: value for key, value in asked.items() if value})}",
    }


def _begun(item: Waiting) -> dict[str, Any]:
    return {
        "name": item.name,
        "points": item.points,
        "note": item.words,
        "action": item.action if item.needs_member else "",
        "href": item.href,
    }


def _here(things: Sequence[OldThing], waiting: Mapping[UUID, Waiting]) -> list[dict[str, str]]:
    """What counts already."""
    return [
        {"name": thing.kept.name, "href": reverse("kitbag-item", args=[thing.kept.id])}
        for thing in things
        if thing.kept and thing.kept.id not in waiting
    ]


def _lead(old: Level, stands: Stands, thresholds: Thresholds, brings: int, others: int) -> list[str]:
    """What is missing to the old level, and whether what stands below and else waits in the kitbag closes it.

    `brings`: points of what the old account named; `others`: of what waits besides.
    """
    if stands.level >= old:
        return [_("Your level today is no lower than your old one.")]
    gap = thresholds.begins(old) - stands.points
    words = ngettext("%(points)s point is missing to %(level)s.", "%(points)s points are missing to %(level)s.", gap)
    said = [words % {"points": f"{gap:,}", "level": old.label}]
    if brings + others >= gap:
        total = stands.points + (brings if brings >= gap else brings + others)
        level = Level(thresholds.level_for(total)).label
        said.append(_closes(brings, gap) % {"level": level, "total": f"{total:,}"})
        return said
    if brings or others:
        left = gap - brings - others
        figures = {"points": f"{brings:,}", "others": f"{others:,}", "left": f"{left:,}"}
        said.append(_still(brings, others, left) % figures)
    said.append(_("Register all other Canon kit you own too: each product brings points."))
    return said


def _closes(brings: int, gap: int) -> str:
    if brings >= gap:
        return _("What is listed here closes the gap: with it you are %(level)s, at %(total)s.")
    if not brings:
        return _("What waits in your kitbag closes the gap: with it you are %(level)s, at %(total)s.")
    return _(
        "What is listed here and what else waits in your kitbag close the gap:"
        " with both you are %(level)s, at %(total)s."
    )


def _still(brings: int, others: int, left: int) -> str:
    if not others:
        return ngettext(
            "What is listed here brings %(points)s; %(left)s point is missing after it.",
            "What is listed here brings %(points)s; %(left)s points are missing after it.",
            left,
        )
    if not brings:
        return ngettext(
            "What waits in your kitbag brings %(others)s; %(left)s point is missing after it.",
            "What waits in your kitbag brings %(others)s; %(left)s points are missing after it.",
            left,
        )
    return ngettext(
        "What is listed here brings %(points)s, what else waits in your kitbag %(others)s;"
        " %(left)s point is missing after both.",
        "What is listed here brings %(points)s, what else waits in your kitbag %(others)s;"
        " %(left)s points are missing after both.",
        left,
    )
