"""The points page: what stands today, what is announced, the chart and the statement (programme §4)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cps_portal.pages import needs, outlook
from cps_portal.pages.counting import in_words, sentence
from cps_portal.pages.former import old_level_words
from cps_portal.pages.kitbag.words import listed, listed_plainly
from cps_portal.pages.statement_lines import row_of
from cps_portal.pages.statement_window import window, years_of
from kitbag import standing, statement
from kitbag.models import Valuation
from kitbag.rules.statement import Facts, Line, lines, totals
from kitbag.statement import Named
from members.access import MemberRequest, member_required
from members.models import FormerAccount, Level
from members.rules.days import programme_day

FALLS_EXPLAINED = 5


@require_safe
@member_required
def points(request: MemberRequest) -> HttpResponse:
    """A member's points with their reasons; `?year=` and `?upto=` as statement_window reads them."""
    today = programme_day(timezone.now())
    member_id = request.member.pk
    stands = standing.on(member_id, today)
    waiting = needs.waiting_of(member_id, day=today)
    history = statement.history_of(member_id, also=[item.product for item in outlook.tried(waiting)])
    found = lines(history.facts)
    past = [line for line in found if line.day <= today]
    ahead = found[len(past) :]
    view = outlook.outlook(history.facts, ahead, waiting, stands=stands, today=today)
    waiting_points = needs.points_in(waiting)
    first, last = chart_edges(today)
    shown = window(past, ahead, since=first, asked=request.GET)
    old = FormerAccount.objects.filter(member=member_id).first()
    falls = [line for line in past if line.change < 0 and line.day > a_year_before(today)]
    return TemplateResponse(
        request,
        "kitbag/points.html",
        {
            "today": today,
            "points": stands.points,
            "level": int(stands.level),
            "is_empty": not found and not waiting,
            "safe": outlook.safe_words(view),
            "because": _because(view, waiting_points),
            "act": next((item for item in waiting if item.needs_member), None),
            "chart": _chart(past, ahead, view, waiting_points, first, last, history.products, today),
            "table": _table(past, ahead, first, history.facts, waiting_points),
            "waiting_points": waiting_points,
            "ahead": [row_of(line, history) for line in reversed(shown.ahead)],
            "lines": [row_of(line, history) for line in reversed(shown.shown)] + shown.carried(),
            "line_count": len(shown.shown),
            "count": len(shown.ahead) + len(shown.shown),
            "shows_today": shown.is_newest and shown.year in (None, today.year),
            "is_newest": shown.is_newest and not shown.year,
            "earlier_href": shown.earlier_href,
            "years": [
                {"label": year, "href": f"{reverse('points')}?year={year}#statement", "current": year == shown.year}
                for year in years_of(found)
            ],
            "year": shown.year,
            "falls": _falls_words(falls),
            "explained": [row_of(line, history) for line in reversed(falls)][:FALLS_EXPLAINED],
            "old_level": old_level_words(old.best_level if old else None, stands.level),
            "more_falls": max(len(falls) - FALLS_EXPLAINED, 0),
        },
    )


def chart_edges(today: date) -> tuple[date, date]:
    """First days of the month after today's, a year ago and a year ahead: 24 months."""
    year, month = (today.year, today.month + 1) if today.month < 12 else (today.year + 1, 1)
    return date(year - 1, month, 1), date(year + 1, month, 1)


def a_year_before(day: date) -> date:
    """The same day a year ago; 28 Feb for 29 Feb."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _because(view: outlook.Outlook, waiting_points: int) -> str:
    """The sentences after the first."""
    parts = [outlook.reason_words(view), outlook.falls_words(view)]
    if view.keeper:
        parts.append(
            _("The %(product)s alone, %(points)s points, would keep %(level)s.")
            % {
                "product": view.keeper.short,
                "points": f"{view.keeper.points:,}",
                "level": view.stands.level.label,
            }
        )
    if not view.loss:
        parts.append(outlook.next_words(view))
        if waiting_points:
            parts.append(
                ngettext(
                    "%(points)s point waits, not counted yet.",
                    "%(points)s points wait, not counted yet.",
                    waiting_points,
                )
                % {"points": f"{waiting_points:,}"}
            )
    return " ".join(part for part in parts if part)


def _chart(
    past: Sequence[Line],
    ahead: Sequence[Line],
    view: outlook.Outlook,
    waiting_points: int,
    first: date,
    last: date,
    products: Mapping[int, Named],
    today: date,
) -> dict[str, Any]:
    before = [line for line in past if line.day < first]
    within = totals(line for line in past if line.day >= first)
    falling = [point for point in totals(ahead) if point[0] < last]
    notes: list[dict[str, Any]] = []
    rise = next((line for line in reversed(past) if line.level and line.level > (line.level_before or 0)), None)
    if rise and first < rise.day and (today - rise.day).days > 100 and (rise.day - first).days > 100:
        text = _("%(level)s, %(day)s") % {
            "level": Level(rise.level or 0).label,
            "day": date_format(rise.day, "j M"),
        }
        notes.append({"day": rise.day, "total": rise.total, "text": text, "side": "before"})
    biggest = min((line for line in ahead if line.day < last), key=lambda line: line.change, default=None)
    if biggest and biggest.change < 0 and biggest.product and (last - biggest.day).days > 200:
        total = dict(falling)[biggest.day]
        name = needs.short_name(products[biggest.product].name)
        text = listed_plainly([date_format(biggest.day, "j M"), name])
        notes.append({"day": biggest.day, "total": total, "text": text, "side": "after"})
        if waiting_points:
            text = _("with your %(points)s waiting points") % {"points": f"{waiting_points:,}"}
            notes.append({"day": biggest.day, "total": total + waiting_points, "text": text, "side": "after"})
    if view.loss and view.loss.day < last:
        text = _("%(day)s, %(total)s: %(level)s") % {
            "day": date_format(view.loss.day, "j M"),
            "total": f"{view.loss.total:,}",
            "level": Level(view.loss.level or 0).label,
        }
        side = "below" if (last - view.loss.day).days < 250 else "after"
        notes.append({"day": view.loss.day, "total": view.loss.total, "text": text, "side": side, "strong": True})
    return {
        "past": [(first, before[-1].total if before else 0), *within],
        "ahead": falling,
        "first": first,
        "last": last,
        "thresholds": view.thresholds,
        "notes": notes,
    }


def _table(
    past: Sequence[Line], ahead: Sequence[Line], first: date, facts: Facts, waiting_points: int
) -> list[dict[str, Any]]:
    """The chart in figures: each day on which the total changed, newest first."""
    before = [line for line in past if line.day < first]
    begin = [(first, before[-1].total)] if before and not any(line.day == first for line in past) else []
    rows = [
        {"day": day, "total": total, "level": int(facts.level(total, day)), "waiting": None}
        for day, total in begin + totals(line for line in past if line.day >= first)
    ]
    rows += [
        {
            "day": day,
            "total": total,
            "level": int(facts.level(total, day)),
            "waiting": total + waiting_points if waiting_points else None,
        }
        for day, total in totals(ahead)
    ]
    return rows[::-1]


def _falls_words(falls: Sequence[Line]) -> str:
    """Three falls in twelve months: one removal and two supersessions, 110 points in all."""
    if not falls:
        return _("No falls in twelve months.")
    kinds = Counter(line.cause if line.kind == "value" else line.kind for line in falls)
    counted = (
        (kinds.pop("closed", 0), lambda n: ngettext("%(n)s removal", "%(n)s removals", n)),
        (kinds.pop(Valuation.Reason.SUPERSEDED, 0), lambda n: ngettext("%(n)s supersession", "%(n)s supersessions", n)),
        (
            kinds.pop(Valuation.Reason.UNSERVICEABLE, 0),
            lambda n: ngettext("%(n)s end of service", "%(n)s ends of service", n),
        ),
        (kinds.pop("edited", 0), lambda n: ngettext("%(n)s change of product", "%(n)s changes of product", n)),
        (kinds.total(), lambda n: ngettext("%(n)s new value", "%(n)s new values", n)),
    )
    parts = [words(n) % {"n": in_words(n)} for n, words in counted if n]
    number = len(falls)
    whole = ngettext(
        "%(falls)s fall in twelve months: %(kinds)s, %(points)s points in all.",
        "%(falls)s falls in twelve months: %(kinds)s, %(points)s points in all.",
        number,
    )
    lost = -sum(line.change for line in falls)
    return sentence(whole % {"falls": in_words(number), "kinds": listed(parts), "points": f"{lost:,}"})
