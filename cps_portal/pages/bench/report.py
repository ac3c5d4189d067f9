"""How punctual the centre was over chosen dates: drawn, as tables, and to take along (programme §6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.drawing.weeks import Week, weeks_chart
from cps_portal.pages.bench import board_table
from cps_portal.pages.bench.fields import day_field
from cps_portal.pages.bench.frame import Bench, BenchRequest, at_the_bench, page
from cps_portal.pages.kitbag.many import csv_file
from servicing.models import Service
from servicing.punctuality import Figures, figures, weeks_between

WEEKS = 13
LONGEST = timedelta(days=2 * 366)


class DatesForm(forms.Form):
    """From which day to which, both included."""

    first = day_field(gettext_lazy("From"), required=True)
    last = day_field(gettext_lazy("To"), required=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not timedelta(0) <= last - first <= LONGEST:
            self.add_error("last", ValidationError(_("Choose a day up to two years after the first.")))
        return data


@dataclass(frozen=True, slots=True)
class Dates:
    form: DatesForm
    first: date
    last: date


def dates_of(asked: QueryDict, here: Bench) -> Dates:
    """The dates that were asked for; the last 13 weeks where none were, or none that hold."""
    last = here.today
    first = last - timedelta(days=7 * WEEKS - 1)
    if "first" not in asked and "last" not in asked:
        return Dates(DatesForm(initial={"first": first, "last": last}), first, last)
    form = DatesForm(asked)
    if form.is_valid():
        return Dates(form, form.cleaned_data["first"], form.cleaned_data["last"])
    return Dates(form, first, last)


@require_safe
@at_the_bench()
def bench_report(request: BenchRequest) -> HttpResponse:
    """Staff page `admin:bench_report`."""
    here, dates = request.bench, dates_of(request.GET, request.bench)
    found = figures(here.centre, first=dates.first, last=dates.last)
    whole = next(one for one in found if one.week is None and not one.service)
    by_week = {one.week: one for one in found if one.week and not one.service}
    is_rtl = get_language_bidi()
    mondays = weeks_between(dates.first, dates.last)
    chart = weeks_chart([_drawn(monday, by_week.get(monday)) for monday in mondays], is_rtl=is_rtl)
    return page(
        request,
        "bench_report",
        _("How punctual we were"),
        "bench_report",
        form=dates.form,
        code=here.centre.code if here.chosen else "",
        here=here.href("bench_report"),
        first=dates.first,
        last=dates.last,
        figures=_summary(whole),
        summary=_in_words(whole),
        chart=chart if whole.cases else None,
        is_rtl=is_rtl,
        services=[_row(str(Service(one.service).label), one) for one in found if one.service and one.week is None],
        weeks=[_row(_week(one.week), one) for one in found if one.week and not one.service],
        csv_href=here.href("bench_csv", what="report", first=dates.first.isoformat(), last=dates.last.isoformat()),
    )


@require_safe
@at_the_bench()
def bench_csv(request: BenchRequest) -> HttpResponse:
    """Staff page `admin:bench_csv`: ?what=board, every open case, or ?what=report, the figures of chosen dates."""
    here, what = request.bench, request.GET.get("what", "")
    stem = f"cps-{here.centre.code.lower()}"
    if what == "board":
        return csv_file(board_table.rows(here), name=f"{stem}-board-{here.today.isoformat()}")
    if what != "report":
        raise Http404
    dates = dates_of(request.GET, here)
    found = figures(here.centre, first=dates.first, last=dates.last)
    return csv_file(_table(found), name=f"{stem}-report-{dates.first.isoformat()}-{dates.last.isoformat()}")


def _table(found: Sequence[Figures]) -> Iterator[list[str]]:
    yield [
        *(_("Week from"), _("Service"), _("Left the bench"), _("With a target"), _("In time"), _("On time, %")),
        *(_("Paused, %"), _("Half took, working days"), _("Nine in ten took, working days"), _("Sent in again")),
        _("Sent in again, %"),
    ]
    for one in found:
        yield [
            one.week.isoformat() if one.week else _("all"),
            str(Service(one.service).label) if one.service else _("all"),
            str(one.cases),
            str(one.with_target),
            str(one.in_time),
            *(_percent(share) for share in (one.on_time_share, one.paused_share)),
            *(_days(days) for days in (one.p50, one.p90)),
            str(one.again),
            _percent(one.again_share),
        ]


def _percent(share: float | None) -> str:
    """A share as whole per cent, rounded down, so that 100 means all; "" where there is none."""
    return "" if share is None else str(int(share * 100))


def _days(days: Decimal | None) -> str:
    """Working days with one decimal, rounded down."""
    return "" if days is None else str(days.quantize(Decimal("0.1"), rounding=ROUND_DOWN))


def _shown(text: str, unit: str = "") -> str:
    return f"{text}{unit}" if text else "–"


def _week(monday: date | None) -> str:
    assert monday is not None
    return date_format(monday, "j M Y")


def _drawn(monday: date, one: Figures | None) -> Week:
    if one is None:
        return Week(monday, None, None, None, None)
    half, most = (None if days is None else round(float(days), 2) for days in (one.p50, one.p90))
    return Week(monday, one.on_time_share, one.paused_share, half, most)


def _row(label: str, one: Figures) -> dict[str, Any]:
    return {
        "label": label,
        "cells": [
            str(one.cases),
            _shown(_percent(one.on_time_share), " %"),
            _shown(_percent(one.paused_share), " %"),
            _shown(_days(one.p50)),
            _shown(_days(one.p90)),
            _shown(_percent(one.again_share), " %"),
        ],
    }


def _summary(whole: Figures) -> list[dict[str, str]]:
    return [
        {
            "label": _("On time"),
            "value": _shown(_percent(whole.on_time_share), " %"),
            "unit": _("%(kept)s of %(all)s with a target") % {"kept": whole.in_time, "all": whole.with_target},
        },
        {
            "label": _("Paused"),
            "value": _shown(_percent(whole.paused_share), " %"),
            "unit": _("of the time, estimates with members"),
        },
        {
            "label": _("Half took at most"),
            "value": _shown(_days(whole.p50)),
            "unit": _("working days, nine in ten %(days)s") % {"days": _shown(_days(whole.p90))},
        },
        {
            "label": _("Sent in again"),
            "value": _shown(_percent(whole.again_share), " %"),
            "unit": _("%(again)s of %(all)s") % {"again": whole.again, "all": whole.cases},
        },
    ]


def _in_words(whole: Figures) -> str:
    """The drawing in words."""
    return _(
        "%(cases)s left the bench. Of %(target)s with a target %(kept)s were in time. Half took at most %(half)s"
        " working days, nine in ten %(most)s."
    ) % {
        "cases": whole.cases,
        "target": whole.with_target,
        "kept": whole.in_time,
        "half": _shown(_days(whole.p50)),
        "most": _shown(_days(whole.p90)),
    }
