"""The kitbag to take along as a table that can be read in again (programme §3)."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_countries import countries

from cps_portal.pages.kitbag import words
from cps_portal.pages.kitbag.listing import missing_of
from cps_portal.pages.kitbag.many import csv_file
from cps_portal.pages.kitbag.many_words import COLUMNS
from kitbag import listing
from kitbag.listing import Choice, Row, Sort
from kitbag.rules.table_cells import safe
from kitbag.rules.table_headings import Column
from members.access import MemberRequest, member_required
from members.rules.days import programme_day

# Far beyond any kitbag.
_ALL = 1_000_000


@require_safe
@member_required
def kitbag_export(request: MemberRequest) -> HttpResponse:
    """Everything in the kitbag, drafts too, with what counts; headings in the language of the page."""
    day = programme_day(timezone.now())
    page = listing.page_of(request.member.pk, day=day, choice=Choice(sort=Sort.NAME), limit=_ALL)
    headings = [*(str(COLUMNS[column]) for column in Column), _("State")]
    return csv_file([headings, *(_cells(row) for row in page.rows)], name=f"cps-kitbag-{day.isoformat()}")


def _cells(row: Row) -> list[str]:
    _dot, state = words.state_of(
        row.state,
        row.reasons,
        missing=missing_of(row),
        in_servicing=row.in_servicing,
        change_waits=row.change_waits,
        asked=row.asked,
        claimed=row.claimed,
    )
    return [
        safe(row.name),
        safe(row.serial_typed, as_text=True),
        safe(str(countries.name(row.country)) if row.country else ""),
        row.purchased_on.isoformat() if row.purchased_on else "",
        safe(row.store, as_text=True),
        safe(state),
    ]
