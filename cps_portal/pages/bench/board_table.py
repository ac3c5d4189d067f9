"""The board as a table to take along: every open case of one centre, safe for spreadsheets."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from cps_portal.pages.bench import words
from cps_portal.pages.bench.board import part_of
from cps_portal.pages.bench.frame import Bench
from kitbag.rules.table_cells import safe
from servicing import board
from servicing.models import CaseState, Service, Stretch


def rows(here: Bench) -> Iterator[list[str]]:
    """The headings, then the cases as the board orders them; days and times by the centre's clock."""
    by = board.marks_of(here.centre, at=here.at)
    yield [
        *(_("Case"), _("Product"), _("Serial number"), _("Service"), _("Whose"), _("State"), _("On the board")),
        *(_("Lane"), _("Target, working days"), _("Requested"), _("Received"), _("Due"), _("Paused since")),
        *(_("Parts on"), _("Needed by"), _("Last change")),
    ]
    opened = Stretch.objects.filter(centre=here.centre, ended_at=None)
    for row in opened.order_by("due_at", "requested_at", "pk").values(*board.VALUES):
        part = part_of(row, by)
        yield [
            row["case__number"],
            safe(row["case__product__name"]),
            safe(row["case__serial"], as_text=True),
            str(Service(row["case__service"]).label),
            safe(row["case__member__user__name"] or row["case__visitor__name"] or "", as_text=True),
            str(CaseState(row["case__state"]).label),
            str(words.SHORT[part]) if part else "",
            str(words.LANES[row["lane"]]),
            str(row["target_days"] or ""),
            *(
                moment.astimezone(here.zone).strftime("%Y-%m-%d %H:%M") if moment else ""
                for moment in (row["requested_at"], row["received_at"], row["due_at"], row["paused_since"])
            ),
            *(day.isoformat() if day else "" for day in (row["case__parts_on"], row["case__needed_by"])),
            row["case__changed_at"].astimezone(here.zone).strftime("%Y-%m-%d %H:%M"),
        ]
