"""The statement to take along: all of it or one year, as CSV and as PDF (programme §4)."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.statement_lines import row_of
from cps_portal.pages.statement_window import years_of
from cps_portal.pdf import statement as paper
from kitbag import statement
from kitbag.rules.statement import Line, lines
from kitbag.statement import History
from members.access import MemberRequest, member_required
from members.models import Level
from members.rules.days import programme_day


class Taken:
    """What is taken along: the lines asked for, oldest first, and what was brought forward into them."""

    def __init__(self, history: History, asked: str) -> None:
        found = lines(history.facts)
        self.history = history
        self.year = int(asked) if asked in {str(year) for year in years_of(found)} else None
        self.lines: list[Line] = [line for line in found if self.year in (None, line.day.year)]
        before = [line for line in found if self.year and line.day.year < self.year]
        self.opening = before[-1].total if before else 0
        self.begins = date(self.year, 1, 1) if self.year else (self.lines[0].day if self.lines else None)

    def rows(self, today: date) -> Iterator[dict[str, Any]]:
        """Each line with the words of its level, and whether it is only announced."""
        for line in self.lines:
            row = row_of(line, self.history)
            level = "" if row["level"] is None else str(Level(row["level"]).label)
            yield row | {"level": level, "is_ahead": line.day > today}


@require_safe
@member_required
def points_csv(request: MemberRequest) -> HttpResponse:
    """The statement as a table: days as 2027-09-14, announced lines last and marked."""
    today = programme_day(timezone.now())
    taken = Taken(statement.history_of(request.member.pk), request.GET.get("year", ""))
    response = _file(taken, "text/csv; charset=utf-8", "csv")
    # Spreadsheets take a file without this mark for one in an old encoding.
    response.write("\ufeff")
    table = csv.writer(response)
    table.writerow(
        [_("Day"), _("Product"), _("Reason"), _("From"), _("To"), _("Change"), _("Total"), _("Level"), _("Announced")]
    )
    if taken.year:
        table.writerow([taken.begins, _("Brought forward"), "", "", "", "", taken.opening, "", ""])
    for row in taken.rows(today):
        values = [row.get(name, "") for name in ("product", "reason", "before", "after", "change", "total", "level")]
        table.writerow([row["day"].isoformat(), *values, _("yes") if row["is_ahead"] else ""])
    return response


@require_safe
@member_required
def points_pdf(request: MemberRequest) -> HttpResponse:
    """The statement on paper, in the language of the page."""
    now = timezone.now()
    today = programme_day(now)
    taken = Taken(statement.history_of(request.member.pk), request.GET.get("year", ""))
    response = _file(taken, "application/pdf", "pdf")
    response.write(
        paper.written(
            paper.Statement(
                name=request.member.user.name,
                number=request.member.spaced_number,
                year=taken.year,
                opening=taken.opening,
                rows=list(taken.rows(today)),
                today=today,
                language=get_language() or "en",
                rtl=get_language_bidi(),
                at=now,
            )
        )
    )
    return response


def _file(taken: Taken, content_type: str, ending: str) -> HttpResponse:
    name = slugify(f"cps-points-{taken.year or 'all'}")
    return HttpResponse(
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "Cache-Control": "private, no-store",
        },
    )
