"""The points statement as a paper: every line with its total, like a bank's (programme §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pdf.facts import Fact, in_a_row
from cps_portal.pdf.paper import ACROSS, INK, INK_2, Face, Paper, line_height
from cps_portal.pdf.table import Cell, Head, Table

# Columns: start from the margin and width.
DAY, WHAT, VALUE, CHANGE, TOTAL, LEVEL = (0, 24), (24, 76), (100, 26), (126, 15), (141, 17), (162, 16)
TEXT, SMALL = 8.5, 7.5
PAD = 1.5
FIRST_ROWS, OTHER_ROWS, ROWS_END = 66.0, 34.0, 272.0


@dataclass(frozen=True, slots=True)
class Statement:
    """What the paper says. `rows` as statement_lines.row_of makes them, oldest first, `level` in words."""

    name: str
    number: str
    year: int | None
    opening: int
    rows: Sequence[dict[str, Any]]
    today: date
    language: str
    rtl: bool
    at: datetime


def written(content: Statement) -> bytes:
    """The statement as PDF."""
    return _Paper(content).draw()


class _Paper:
    def __init__(self, content: Statement) -> None:
        self.content = content
        self.title = _("Points statement")
        self.paper = Paper(
            title=f"{self.title} {content.number}",
            key=f"statement {content.number} {content.year} {content.at.isoformat()}",
            language=content.language,
            rtl=content.rtl,
            at=content.at,
            small=SMALL,
        )
        self.table = Table(self.paper, TEXT, PAD)

    def draw(self) -> bytes:
        top = self._sheet()
        if self.content.year:
            opening = {"day": date(self.content.year, 1, 1), "product": _("Brought forward"), "reason": ""}
            top = self._row({**opening, "total": self.content.opening, "level": "", "is_ahead": False}, top)
        for place, row in enumerate(self.content.rows):
            if row["is_ahead"] and (place == 0 or not self.content.rows[place - 1]["is_ahead"]):
                top = self._today(top)
            top = self._row(row, top)
        return self.paper.written()

    def _sheet(self) -> float:
        """A new sheet with its heads and foot; where its rows begin."""
        is_first = not self.paper.page_no()
        self.paper.new_sheet("" if is_first else self.title)
        if is_first:
            self._opening()
        self.paper.foot()
        heads = [
            Head(_("Day"), DAY),
            Head(_("Product"), WHAT),
            Head(_("Value"), VALUE, at_end=True),
            Head(_("Change"), CHANGE, at_end=True),
            Head(_("Total"), TOTAL, at_end=True),
            Head(_("Level"), LEVEL),
        ]
        return self.table.heads(heads, FIRST_ROWS if is_first else OTHER_ROWS)

    def _opening(self) -> None:
        content = self.content
        title = f"{self.title} {content.year}" if content.year else self.title
        self.paper.say(title, ACROSS, 24, size=20, bold=True)
        facts = [
            (Fact(_("Member"), content.name), (0, 68)),
            (Fact(_("Member number"), content.number, Face.MONO), (72, 40)),
            (Fact(_("As of"), date_format(content.today, "j M Y")), (116, 40)),
        ]
        in_a_row(self.paper, facts, 40)

    def _today(self, top: float) -> float:
        """The red line between what was taken and what is announced."""
        if top + 10 > ROWS_END:
            top = self._sheet()
        self.paper.say(_("Below: announced, not yet taken"), ACROSS, top + 2, colour=INK_2)
        self.paper.index_line(top + 1)
        return top + 2 + line_height(SMALL) + PAD

    def _row(self, row: dict[str, Any], top: float) -> float:
        cells = self._cells(row)
        if top + self.table.height(cells) > ROWS_END:
            top = self._sheet()
        return self.table.row(cells, top)

    def _cells(self, row: dict[str, Any]) -> list[Cell]:
        ink = INK_2 if row["is_ahead"] else INK
        product = self.paper.wrapped(row["product"], width=WHAT[1], size=TEXT, bold=True)
        reason = self.paper.wrapped(row["reason"], width=WHAT[1], size=SMALL, most=2)
        cells = [
            Cell(place=DAY, lines=[date_format(row["day"], "j M Y")], colour=ink),
            Cell(place=WHAT, lines=product, notes=reason, bold=True, colour=ink, plain="href" in row),
        ]
        if "before" in row:
            value = _("%(before)s to %(after)s") % {"before": f"{row['before']:,}", "after": f"{row['after']:,}"}
            change = f"{row['change']:+,}".replace("-", "−")
            cells.append(Cell(place=VALUE, lines=[value], colour=ink, at_end=True))
            cells.append(Cell(place=CHANGE, lines=[change], colour=ink, at_end=True, plain=True))
        total = f"{row['total']:,}"
        cells.append(Cell(place=TOTAL, lines=[total], bold=True, colour=ink, at_end=True, plain=True))
        return [*cells, Cell(place=LEVEL, lines=[row["level"]], colour=ink)]
