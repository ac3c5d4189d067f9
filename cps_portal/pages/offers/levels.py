"""The four levels side by side for a member's country and kit, and what a stay in another country changes (§6, §7)."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cps_portal.pages.benefits import benefit_lines, country_cap_words
from cps_portal.pages.joining_form import sort_key
from cps_portal.pages.kitbag.fast_track import UNSERVICEABLE
from cps_portal.pages.servicing.gives import percent
from kitbag import listing, standing
from kitbag.models import KitItem
from kitbag.standing import Stands
from members.access import MemberRequest, member_required
from members.models import CountryTerms, Level, Member, Threshold
from members.rules.days import programme_day
from members.rules.levels import Rank, Thresholds
from servicing.conditions import row_of
from servicing.home_terms import HomeTerms, home_terms
from servicing.locator import country_name
from servicing.models import Service
from servicing.rules.eligibility import CentreKind, Thing, answer
from servicing.rules.terms import NOTHING, Given, together

LEVELS = tuple(Level)
# More products than these are a click away.
FIRST_PRODUCTS = 12


@require_safe
@member_required
def benefits(request: MemberRequest) -> HttpResponse:
    """What each level gives at home, what each product of theirs would get, and `?country=FR`, where they stay."""
    member, day = request.member, programme_day(timezone.now())
    stands = standing.on(member.pk, day)
    own = str(member.country)
    home = home_terms(own, day=day)
    named = sorted(
        (
            (str(code), country_name(str(code)))
            for code in CountryTerms.objects.on(day).values_list("country", flat=True)
        ),
        key=lambda pair: sort_key(pair[1]),
    )
    asked = request.GET.get("country", "").upper()
    away = asked if asked != own and asked in dict(named) else ""
    kit = _kit(member, home, day=day)
    return TemplateResponse(
        request,
        "offers/benefits.html",
        {
            "country": country_name(own),
            "columns": _columns(stands, Threshold.objects.on(day)),
            "shown_level": stands.level.name.lower(),
            "lines": benefit_lines(LEVELS, home),
            "capped": country_cap_words(home),
            "kit": kit[:FIRST_PRODUCTS],
            "kit_more": kit[FIRST_PRODUCTS:],
            "choices": [(code, name) for code, name in named if code != own],
            "away": away,
            "away_name": country_name(away) if away else "",
            "away_lines": _stay(home, home_terms(away, day=day)) if away else [],
            "standard_days": settings.STANDARD_TURNAROUND_DAYS,
        },
    )


def _columns(stands: Stands, thresholds: Thresholds) -> list[dict[str, Any]]:
    """The levels with where they begin, which one is theirs and what is missing for those above."""
    columns = []
    for level in LEVELS:
        begins = thresholds.begins(Rank(level))
        missing = begins - stands.points
        note = ""
        if level == stands.level:
            note = _("Your level")
        elif level > stands.level:
            note = ngettext("%(points)s point to go", "%(points)s points to go", missing) % {"points": f"{missing:,}"}
        columns.append({"level": level.value, "key": level.name.lower(), "begins": begins, "note": note})
    return columns


def _kit(member: Member, home: HomeTerms, *, day: date) -> list[dict[str, Any]]:
    """Each Fast Track product that counts, with the target of its repair at each level; one query."""
    held = (
        listing.items_of(member.pk, day=day)
        .filter(state=KitItem.State.VALIDATED, product__fast_track=True)
        .exclude(UNSERVICEABLE)
        .order_by("product__name")
        .values_list("product__name", "product__family", "product__fast_track_video")
        .distinct()
    )
    return [
        {"name": name, "family": family, "cells": [_days(video, home, level) for level in LEVELS]}
        for name, family, video in held
    ]


def _days(video: bool, home: HomeTerms, level: Level) -> int | None:
    thing = Thing(listed=True, video=video, serviceable=True, complete=True, validated=True)
    wanted = (Service.REPAIR.value, CentreKind.CANON)
    found = answer(thing, home.terms(level)).targets
    return next((target.days for target in found if (target.service, target.kind) == wanted), None)


def _stay(home: HomeTerms, there: HomeTerms) -> list[dict[str, Any]]:
    """The benefits by the terms of both countries, a line for each; `was` where a cell is not as at home."""
    lines: list[tuple[str, Service, bool, Callable[[Given], Any]]] = [
        (_("Fast Track target, working days"), Service.REPAIR, False, lambda given: given.target),
        (_("Video products, working days"), Service.REPAIR, True, lambda given: given.target),
        (_("Courtesy backup loan if the target is missed"), Service.REPAIR, False, lambda given: given.loan or None),
        (
            _("Maintenance discount at Canon Service & Repair Centres"),
            Service.MAINTENANCE,
            False,
            lambda given: _("%(percent)s %%") % {"percent": percent(given.discount)} if given.discount else None,
        ),
        (
            _("Free return shipping at Canon Service & Repair Centres"),
            Service.REPAIR,
            False,
            lambda given: given.free_shipping or None,
        ),
    ]
    return [
        {"words": words, "cells": _cells(home, there, service, video=video, of=of)}
        for words, service, video, of in lines
    ]


def _cells(
    home: HomeTerms, there: HomeTerms, service: Service, *, video: bool, of: Callable[[Given], Any]
) -> Sequence[dict[str, Any]]:
    cells = []
    for level in LEVELS:
        at_home, row = home.row(level, service), there.row(home.reached(level), service)
        own = row_of(at_home) if at_home else NOTHING
        other = row_of(row) if row else NOTHING
        was = of(together(own, own, kind=CentreKind.CANON, video=video))
        now = of(together(own, other, kind=CentreKind.CANON, video=video))
        cells.append(
            {
                "value": "" if now is True else now,
                "yes": now is True,
                "was": ""
                if now == was
                else _("at home: yes")
                if was is True
                else _("at home: %(value)s") % {"value": was},
            }
        )
    return cells
