"""The last 90 nights for staff: what each did and how long it took, drawn and as a table (programme §5)."""

from datetime import timedelta
from statistics import median

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.drawing.nights import NightFigures, nights_chart
from kitbag import night
from kitbag.models import FullCheck, Night

NIGHTS = 90


@require_safe
def night_report(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:kitbag_night_report`, for who may see nights; the admin site guards the door."""
    if not request.user.has_perm("kitbag.view_night"):
        raise PermissionDenied
    rows = list(Night.objects.order_by("-day")[:NIGHTS])
    if rows:
        rows = [row for row in rows if row.day > rows[0].day - timedelta(days=NIGHTS)]
    is_rtl = get_language_bidi()
    figures = [_figures(row) for row in reversed(rows)]
    chart = nights_chart(figures, days=NIGHTS, is_rtl=is_rtl) if figures else None
    return TemplateResponse(
        request,
        "admin/kitbag/night_report.html",
        {
            "title": _("The last %(days)s nights") % {"days": NIGHTS},
            "opts": Night._meta,
            "under_way": night.under_way(),
            "chart": chart,
            "top_time": in_seconds(chart.top_milliseconds) if chart else "",
            "summary": _summary(rows) if rows else "",
            "is_rtl": is_rtl,
            "rows": [_table_row(row) for row in rows],
            "check": _last_check(request),
        },
    )


def _figures(row: Night) -> NightFigures:
    took = row.milliseconds if row.completed_at else None
    return NightFigures(row.day, row.members, row.levels_up, row.levels_down, took)


def _summary(rows: list[Night]) -> str:
    """The drawing in words."""
    most = max(rows, key=lambda row: row.members)
    times = [row.milliseconds for row in rows if row.completed_at]
    return _(
        "Most members in a night: %(members)s on %(day)s. Levels up: %(up)s, down: %(down)s. A night usually takes"
        " %(time)s, the longest took %(longest)s."
    ) % {
        "members": f"{most.members:,}",
        "day": f"{most.day.day} {most.day:%b %Y}",
        "up": f"{sum(row.levels_up for row in rows):,}",
        "down": f"{sum(row.levels_down for row in rows):,}",
        "time": in_seconds(int(median(times))) if times else "–",
        "longest": in_seconds(max(times)) if times else "–",
    }


def in_seconds(milliseconds: int) -> str:
    """A time that people compare: 8 ms, 0.4 s, 75 s."""
    if milliseconds < 100:
        return _("%(number)s ms") % {"number": milliseconds}
    seconds = milliseconds / 1000
    return _("%(number)s s") % {"number": f"{seconds:.1f}".removesuffix(".0") if seconds < 10 else f"{seconds:,.0f}"}


def _table_row(row: Night) -> dict[str, object]:
    return {
        "day": row.day,
        "href": reverse("admin:kitbag_night_change", args=[row.pk.isoformat()]),
        "is_complete": row.completed_at is not None,
        "figures": [
            *(row.products_due, row.holds_due, row.thresholds_due, row.members),
            *(row.items, row.levels_up, row.levels_down),
        ],
        "took": in_seconds(row.milliseconds) if row.completed_at else "",
    }


def _last_check(request: HttpRequest) -> dict[str, object] | None:
    """The last full check in a sentence, for who may see it."""
    if not request.user.has_perm("kitbag.view_fullcheck"):
        return None
    check = FullCheck.objects.filter(completed_at__isnull=False).first()
    if check is None:
        return None
    return {
        "at": check.begun_at,
        "href": reverse("admin:kitbag_fullcheck_change", args=[check.pk]),
        "differing": check.differing,
        "members": check.members,
        "took": in_seconds(check.milliseconds),
    }
