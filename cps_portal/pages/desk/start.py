"""The desk's start page: what waits for this role, last night, and how things go (programme §10)."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi

from cps_portal.drawing.lines import lines_chart
from cps_portal.pages.desk.report_parts import Asked
from cps_portal.pages.desk.reports import reports_for
from cps_portal.pages.desk.waiting import last_night, said_of, waiting_for
from members.country_teams import countries_seen
from members.models import User
from members.rules.days import programme_day
from servicing.access import centre_seen

# Which reports are drawn on the start page, over how long.
DRAWN = ("growth", "levels", "servicing")
LOOKS_BACK = timedelta(days=182)


def desk(request: HttpRequest) -> dict[str, Any]:
    """What the start page shows beside the lists of the admin."""
    user, at = cast(User, request.user), timezone.now()
    return {
        "waiting": waiting_for(user, centre_seen(request), at=at),
        "team": said_of(user),
        "night": last_night(user),
        "plots": _plots(request, user, at),
        "is_rtl": get_language_bidi(),
    }


def _plots(request: HttpRequest, user: User, at: datetime) -> list[dict[str, Any]]:
    last = programme_day(at)
    asked = Asked(last - LOOKS_BACK, last, countries_seen(user), centre_seen(request), last)
    plots = []
    for report in reports_for(request):
        if report.slug not in DRAWN:
            continue
        chart = lines_chart(*report.drawn(asked), is_rtl=get_language_bidi())
        if chart:
            plots.append({"title": report.title, "href": reverse("admin:report", args=[report.slug]), "chart": chart})
    return plots
