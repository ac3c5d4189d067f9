"""Reports of the desk: a chosen time drawn, as a table and to take along (programme §10).

Every figure is read from rows of days, nights or centres of at most two years; none counts members or items.
"""

from collections.abc import Sequence
from datetime import date, timedelta
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
from cps_portal.pages.desk.report_rows import REPORTS, Asked, Report, Told
from cps_portal.pages.kitbag.many import csv_file
from members.country_teams import countries_seen
from members.models import User
from members.rules.days import programme_day
from members.staff_pages import day_input, in_this_century
from servicing.access import centre_seen

LONGEST = timedelta(days=2 * 366)
USUALLY = timedelta(days=182)


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
    """The reports that whoever asks may read: centre staff those of their own centre."""
    is_held, may = centre_seen(request) is not None, request.user.has_perm
    return [report for report in REPORTS if may(report.permission) and (report.of_centres or not is_held)]


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


def _asked(request: HttpRequest, slug: str) -> tuple[Report, TimeForm, Asked]:
    """The report of an address with what was asked of it; the last half year where nothing was, or nothing that holds.

    Raises Http404, PermissionDenied.
    """
    user = cast(User, request.user)
    report = next((row for row in REPORTS if row.slug == slug), None)
    if report is None:
        raise Http404
    if report not in reports_for(request):
        raise PermissionDenied
    held_to = countries_seen(user)
    last = programme_day(timezone.now())
    asked = Asked(last - USUALLY, last, held_to, centre_seen(request))
    query: QueryDict = request.GET
    if "first" not in query and "last" not in query:
        start = {"first": asked.first, "last": asked.last}
        return report, TimeForm(initial=start, report=report, held_to=held_to), asked
    form = TimeForm(query, report=report, held_to=held_to)
    if form.is_valid():
        chosen = form.cleaned_data.get("country")
        of = frozenset([chosen]) if chosen else held_to
        asked = Asked(form.cleaned_data["first"], form.cleaned_data["last"], of, asked.centre)
    return report, form, asked


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Staff page `admin:report`: one report, drawn and as a table."""
    told_by, form, asked = _asked(request, slug)
    told: Told = told_by.tell(asked)
    chart = lines_chart(told.days, told.series, is_rtl=get_language_bidi()) if told.series else None
    query = {
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "country": request.GET.get("country", ""),
    }
    return TemplateResponse(
        request,
        "admin/desk/report.html",
        {
            "title": told_by.title,
            "text": told_by.text,
            "is_reports": True,
            "is_rtl": get_language_bidi(),
            "form": form,
            "first": asked.first,
            "last": asked.last,
            "chart": chart,
            "figures": told.figures,
            "columns": told.columns,
            "rows": told.rows,
            "csv_href": f"{reverse('admin:report_csv', args=[slug])}?{urlencode(query)}",
        },
    )


@require_safe
def report_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Staff page `admin:report_csv`: the table of a report to take along."""
    told_by, _form, asked = _asked(request, slug)
    told = told_by.tell(asked)
    table: Sequence[Sequence[str]] = [[str(name) for name in told.columns], *told.rows]
    return csv_file(iter([list(row) for row in table]), name=_file_name(slug, asked.first, asked.last))


def _file_name(slug: str, first: date, last: date) -> str:
    return f"cps-{slug}-{first.isoformat()}-{last.isoformat()}"
