"""Reports of the desk: a chosen time drawn, as a table and to take along (programme §10).

Every figure is read from rows of days, nights, centres or decisions of at most two years; none counts members or items.
"""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_countries import countries

from cps_portal.drawing.lines import lines_chart
from cps_portal.pages.desk.report_parts import Asked, Table
from cps_portal.pages.desk.report_rows import REPORTS, Report
from cps_portal.pages.kitbag.many import csv_file
from kitbag.rules import table_cells
from members.country_teams import countries_seen
from members.models import User
from members.rules.days import programme_day
from members.staff_forms import day_input, in_this_century
from servicing.access import centre_seen

LONGEST = timedelta(days=2 * 366)
USUALLY = timedelta(days=182)
# Of a table beside the first, how many rows the page shows; its file has all.
SHOWN_MOST = 400


class TimeForm(forms.Form):
    """From which day to which, both included, and of which country where a report tells countries apart."""

    first = forms.DateField(label=gettext_lazy("From"), widget=day_input(), validators=[in_this_century])
    last = forms.DateField(label=gettext_lazy("To"), widget=day_input(), validators=[in_this_century])
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)

    def __init__(self, *args: Any, report: Report, held_to: frozenset[str] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not report.by_country:
            del self.fields["country"]
            return
        known = [(code, name) for code, name in countries if held_to is None or code in held_to]
        field = cast(forms.ChoiceField, self.fields["country"])
        field.choices = [("", _("All that you see")), *known]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not timedelta(0) <= last - first <= LONGEST:
            self.add_error("last", _("Choose a day up to two years after the first."))
        return data


def reports_for(request: HttpRequest) -> list[Report]:
    """The reports that whoever asks may read: centre staff those of their own centre, country teams none of centres.

    A centre serves members of any country, so that its figures are no team's (members/country_teams.py).
    """
    user = cast(User, request.user)
    is_held, is_team = centre_seen(request) is not None, countries_seen(user) is not None
    return [
        report
        for report in REPORTS
        if user.has_perm(report.permission) and not (is_team if report.of_centres else is_held)
    ]


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:reports`: which there are."""
    mine = reports_for(request)
    if not mine:
        raise PermissionDenied
    return TemplateResponse(
        request,
        "admin/desk/reports.html",
        {
            "title": _("Reports"),
            "is_reports": True,
            "rows": [
                {"title": row.title, "text": row.text, "href": reverse("admin:report", args=[row.slug])} for row in mine
            ],
        },
    )


def _asked(request: HttpRequest, slug: str) -> tuple[Report, TimeForm, Asked | None]:
    """The report of an address with what was asked of it: the last half year if nothing was, None if it cannot be.

    Raises Http404, PermissionDenied.
    """
    user = cast(User, request.user)
    report = next((row for row in REPORTS if row.slug == slug), None)
    if report is None:
        raise Http404
    if report not in reports_for(request):
        raise PermissionDenied
    held_to, centre = countries_seen(user), centre_seen(request)
    today = programme_day(timezone.now())
    query: QueryDict = request.GET
    if "first" not in query and "last" not in query:
        asked = Asked(today - USUALLY, today, held_to, centre, today)
        start = {"first": asked.first, "last": asked.last}
        return report, TimeForm(initial=start, report=report, held_to=held_to), asked
    form = TimeForm(query, report=report, held_to=held_to)
    if not form.is_valid():
        return report, form, None
    chosen = form.cleaned_data.get("country")
    of = frozenset([chosen]) if chosen else held_to
    return report, form, Asked(form.cleaned_data["first"], form.cleaned_data["last"], of, centre, today)


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Staff page `admin:report`: one report, drawn and as tables; of a time that cannot be, its form only."""
    told_by, form, asked = _asked(request, slug)
    page = {"title": told_by.title, "text": told_by.text, "is_reports": True, "form": form}
    return TemplateResponse(
        request, "admin/desk/report.html", page | (_shown(request, told_by, asked) if asked else {})
    )


def _shown(request: HttpRequest, report: Report, asked: Asked) -> dict[str, Any]:
    told = report.tell(asked)
    chart = lines_chart(told.days, told.series, is_rtl=get_language_bidi()) if told.series else None
    query = {
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "country": request.GET.get("country", ""),
    }
    href = f"{reverse('admin:report_csv', args=[report.slug])}?{urlencode(query)}"
    return {
        "is_told": True,
        "is_rtl": get_language_bidi(),
        "drawn_from": told.days[0] if chart else None,
        "drawn_to": told.days[-1] if chart else None,
        "chart": chart,
        "figures": told.figures,
        "columns": told.columns,
        "rows": told.rows,
        "csv_href": href,
        "tables": [
            {
                "title": table.title,
                "columns": table.columns,
                "rows": table.rows[:SHOWN_MOST],
                "is_cut": len(table.rows) > SHOWN_MOST,
                "csv_href": f"{href}&table={table.key}",
            }
            for table in told.tables()
            if table.rows
        ],
    }


@require_safe
def report_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Staff page `admin:report_csv`: a table of a report to take along; 400 and why for a time that cannot be."""
    told_by, form, asked = _asked(request, slug)
    if asked is None:
        faults = [f"{form.fields[name].label}: {' '.join(map(str, said))}" for name, said in form.errors.items()]
        return HttpResponse("\n".join(faults), status=400, content_type="text/plain; charset=utf-8")
    told, key = told_by.tell(asked), request.GET.get("table", "")
    first = Table("", told_by.title, told.columns, told.rows)
    table = next((table for table in (first, *told.tables()) if table.key == key), None)
    if table is None:
        raise Http404
    cells = ([table_cells.safe(str(cell)) for cell in row] for row in (table.columns, *table.rows))
    of = f"{slug}-{key}" if key else slug
    return csv_file(cells, name=f"cps-{of}-{asked.first.isoformat()}-{asked.last.isoformat()}")
