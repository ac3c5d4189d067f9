"""Everything of one member on one page (programme §10).

The page says who it is and how their standing follows from the facts on any chosen day. What else there is stands
below, part by part, each fetched when it is scrolled to, or by its link without scripts.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_countries import countries

from cps_portal.pages.desk.member_parts import PARTS, Part, rows_of
from cps_portal.pages.points_day import FURTHEST, items_on
from kitbag import statement
from kitbag.rules.statement import total_on
from kitbag.statement import History
from members.country_teams import seen_by
from members.looking import Page, note_look
from members.models import Level, Member, User
from members.rules.days import programme_day
from members.rules.levels import benefit_level
from members.staff_forms import day_input, shown
from servicing.access import centre_seen_by
from servicing.home_terms import home_terms

SEE = "members.view_member"
# The derivation of a standing names kit and levels: for who may see those.
SEE_POINTS = "kitbag.view_standing"


class DayForm(forms.Form):
    """The day that a standing is derived for; it is today's unless one is chosen."""

    day = forms.DateField(label=gettext_lazy("Standing on"), widget=day_input(), required=False)

    def __init__(self, *args: Any, first: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.today = first, today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"] or self.today
        if day < self.first:
            said = _("They joined on %(day)s. Choose that day or a later one.") % {"day": shown(self.first)}
            raise forms.ValidationError(said)
        if day > self.today + FURTHEST:
            raise forms.ValidationError(_("Nothing is announced that far ahead. Choose an earlier day."))
        return day


def member_seen(request: HttpRequest, member_id: int) -> Member:
    """The member, for staff who see members, of the countries they are held to. Raises PermissionDenied, Http404."""
    user = cast(User, request.user)
    if not user.has_perm(SEE) or centre_seen_by(user) is not None:
        raise PermissionDenied
    if member_id >= 2**31:
        raise Http404
    return get_object_or_404(seen_by(Member.objects.select_related("user"), user), pk=member_id)


def member_page(request: HttpRequest, member_id: int) -> HttpResponse:
    """Staff page `admin:members_member_change`; `?day=2027-09-14` derives the standing of another day.

    It is only read: like other pages of facts it refuses (403) whatever is posted to it.
    """
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied
    member = member_seen(request, member_id)
    user, at = cast(User, request.user), timezone.now()
    note_look(member.pk, page=Page.MEMBER, by=user, at=at)
    today = programme_day(at)
    derivation = _derivation(request, member, today) if user.has_perm(SEE_POINTS) else None
    return TemplateResponse(
        request,
        "admin/members/member/change_form.html",
        {
            "title": f"{member.user.name}, {member.spaced_number}",
            "opts": Member._meta,
            "member_key": member.pk,
            "member": {
                "name": member.user.name,
                "number": member.spaced_number,
                "email": member.user.email,
                "phone": member.phone,
                "country": str(countries.name(str(member.country))),
                "language": member.user.language,
                "time_zone": member.time_zone,
                "field": member.get_field_display(),
                "joined": shown(programme_day(member.joined_at)),
                "closed": shown(programme_day(member.closed_at)) if member.closed_at else "",
                "last_seen": shown(member.user.last_login),
            },
            "acts": list(acts_for(request, member)),
            "derivation": derivation,
            "sections": [
                {"slug": part.slug, "title": part.title, "href": _part_href(member, part)}
                for part in PARTS
                if user.has_perm(part.permission)
            ],
        },
    )


def acts_for(request: HttpRequest, member: Member) -> Iterable[tuple[str, str]]:
    """What this user may do for a member, as the admin of members offers it."""
    page: Any = admin.site.get_model_admin(Member)
    yield from page.tools(request, member)


def _benefits(level: Level, country: str, today: date) -> str:
    """What the country makes of the level."""
    cap = home_terms(country, day=today).cap
    benefits = Level(benefit_level(level, cap))
    if benefits == level:
        return _("Benefits of %(level)s, by the terms of the country.") % {"level": benefits.label}
    said = _("Benefits of %(benefits)s: the country’s terms end there; the level stays %(level)s.")
    return said % {"benefits": benefits.label, "level": level.label}


def _derivation(request: HttpRequest, member: Member, today: date) -> dict[str, Any]:
    """How the total and the level of a day follow from the facts, by the expression that everything uses."""
    first = programme_day(member.joined_at)
    form = DayForm(request.GET if "day" in request.GET else {"day": today.isoformat()}, first=first, today=today)
    day = form.cleaned_data["day"] if form.is_valid() else today
    history = statement.history_of(member.pk)
    total = total_on(history.facts, day)
    level = history.facts.level(total, day)
    now = total_on(history.facts, today)
    stands = history.facts.level(now, today)
    return {
        "points": now,
        "level_today": int(stands),
        "benefits": _benefits(Level(stands), str(member.country), today),
        "form": form,
        "day": day,
        "is_today": day == today,
        "is_ahead": day > today,
        "total": total,
        "level": int(level),
        "why": _why(history, total, day),
        "items": [
            {**row, "href": reverse("admin:kitbag_kititem_change", args=[row["item"]])}
            for row in items_on(history, day)
        ],
        "next_day": (day + timedelta(days=1)).isoformat(),
        "day_before": (day - timedelta(days=1)).isoformat() if day > first else "",
    }


def _why(history: History, total: int, day: date) -> str:
    """How the total gives the level: the threshold it reaches, or a hold."""
    thresholds = history.facts.thresholds_on(day)
    own = thresholds.level_for(total)
    said = _("%(level)s begins at %(begins)s points.") % {
        "level": Level(own).label,
        "begins": f"{thresholds.begins(own):,}",
    }
    held = [hold for hold in history.facts.holds if hold.covers(day) and hold.level > own]
    for hold in sorted(held, key=lambda hold: -hold.level)[:1]:
        said += " " + _("A hold keeps %(level)s until %(end)s.") % {
            "level": Level(hold.level).label,
            "end": shown(hold.ends_on),
        }
    return said


def _part_href(member: Member, part: Part) -> str:
    return reverse("admin:member_part", args=[member.pk, part.slug])


@require_safe
def member_part(request: HttpRequest, member_id: int, slug: str) -> HttpResponse:
    """Staff page `admin:member_part`: one part of a member's page, newest first, a page at a time by key.

    A request of htmx gets the part alone.
    """
    member = member_seen(request, member_id)
    user = cast(User, request.user)
    part = next((part for part in PARTS if part.slug == slug), None)
    if part is None:
        raise Http404
    if not user.has_perm(part.permission):
        raise PermissionDenied
    note_look(member.pk, page=part.look, by=user, at=timezone.now())
    found = rows_of(part, member, user, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    here = _part_href(member, part)
    whole = not getattr(request, "htmx", False)
    return TemplateResponse(
        request,
        "admin/members/member/part.html" if whole else "admin/members/member/_part.html",
        {
            "title": part.title,
            "member_name": f"{member.user.name}, {member.spaced_number}",
            "member_href": reverse("admin:members_member_change", args=[member.pk]),
            "opts": Member._meta,
            "slug": part.slug,
            "columns": part.columns,
            "rows": found.rows,
            "previous": f"{here}?before={found.before}" if found.before else "",
            "next": f"{here}?after={found.after}" if found.after else "",
        },
    )
