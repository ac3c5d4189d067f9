"""The points statement as a paper: every line with its total, like a bank's (programme §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pdf.paper import INK, INK_2, INK_3, INNER, MARGIN, Colour, Face, Paper, line_height

# Columns: start from the margin and width.
DAY, WHAT, VALUE, CHANGE, TOTAL, LEVEL = (0, 24), (24, 76), (100, 26), (126, 15), (141, 17), (162, 16)
TEXT, SMALL = 8.5, 7.5
PAD = 1.5
FIRST_ROWS, OTHER_ROWS, ROWS_END, FOOT_TOP = 66.0, 34.0, 272.0, 280.0


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
        )
        self.sheets = 0

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
        paper = self.paper
        paper.add_page()
        self.sheets += 1
        paper.masthead(_("Canon Professional Services"))
        begins = FIRST_ROWS if self.sheets == 1 else OTHER_ROWS
        if self.sheets == 1:
            self._opening()
        else:
            paper.say(self.title, start=MARGIN + 112, top=12.9, width=66, size=8, colour=INK_2, at_end=True, bold=True)
        self._heads(begins - 9.5)
        paper.rule(begins - 4.5)
        paper.rule(FOOT_TOP)
        self._say(str(self.sheets), (INNER - 20, 20), FOOT_TOP + 2, at_end=True, colour=INK_3, plain=True)
        self._say(
            _("Targets are working days at the centre. They are not guaranteed."), (0, 140), FOOT_TOP + 2, colour=INK_3
        )
        return begins - 2.2

    def _opening(self) -> None:
        content = self.content
        title = f"{self.title} {content.year}" if content.year else self.title
        self.paper.say(title, start=MARGIN, top=24, width=INNER, size=20, bold=True)
        facts = (
            (_("Member"), content.name, Face.SANS, (0, 68)),
            (_("Member number"), content.number, Face.MONO, (72, 40)),
            (_("As of"), date_format(content.today, "j M Y"), Face.SANS, (116, 40)),
        )
        for label, value, face, (start, width) in facts:
            self._say(label, (start, width), 40, colour=INK_3)
            (line, *_more) = self.paper.wrapped(value, width=width, size=10, face=face, most=1) or [""]
            place = MARGIN + start
            self.paper.say(
                line,
                start=place,
                top=44.2,
                width=width,
                size=10,
                face=face,
                bold=face == Face.SANS,
                plain=face == Face.MONO,
            )

    def _heads(self, top: float) -> None:
        for label, place in ((_("Day"), DAY), (_("Product"), WHAT)):
            self._say(label, place, top, colour=INK_3)
        for label, place in ((_("Value"), VALUE), (_("Change"), CHANGE), (_("Total"), TOTAL)):
            self._say(label, place, top, colour=INK_3, at_end=True)
        self._say(_("Level"), LEVEL, top, colour=INK_3)

    def _today(self, top: float) -> float:
        """The red line between what was taken and what is announced."""
        if top + 10 > ROWS_END:
            top = self._sheet()
        self._say(_("Below: announced, not yet taken"), (0, INNER), top + 2, colour=INK_2)
        self.paper.index_line(top + 1)
        return top + 2 + line_height(SMALL) + PAD

    def _row(self, row: dict[str, Any], top: float) -> float:
        product = self.paper.wrapped(row["product"], width=WHAT[1], size=TEXT, bold=True)
        reason = self.paper.wrapped(row["reason"], width=WHAT[1], size=SMALL, most=2)
        height = len(product) * line_height(TEXT) + len(reason) * line_height(SMALL) + 2 * PAD
        if top + height > ROWS_END:
            top = self._sheet()
        ink = INK_2 if row["is_ahead"] else INK
        line = top + PAD
        self._say(date_format(row["day"], "j M Y"), DAY, line, size=TEXT, colour=ink)
        for number, words in enumerate(product):
            self._say(
                words, WHAT, line + number * line_height(TEXT), size=TEXT, bold=True, colour=ink, plain="href" in row
            )
        below = line + len(product) * line_height(TEXT)
        for number, words in enumerate(reason):
            self._say(words, WHAT, below + number * line_height(SMALL), colour=INK_3)
        if "before" in row:
            value = _("%(before)s to %(after)s") % {"before": f"{row['before']:,}", "after": f"{row['after']:,}"}
            self._say(value, VALUE, line, size=TEXT, colour=ink, at_end=True)
            self._say(
                f"{row['change']:+,}".replace("-", "−"), CHANGE, line, size=TEXT, colour=ink, at_end=True, plain=True
            )
        self._say(f"{row['total']:,}", TOTAL, line, size=TEXT, bold=True, colour=ink, at_end=True, plain=True)
        self._say(row["level"], LEVEL, line, size=TEXT, colour=ink)
        self.paper.hairline(top + height)
        return top + height

    def _say(
        self,
        text: str,
        place: tuple[float, float],
        top: float,
        *,
        size: float = SMALL,
        bold: bool = False,
        colour: Colour = INK,
        at_end: bool = False,
        plain: bool = False,
    ) -> None:
        start, width = place
        self.paper.say(
            text,
            start=MARGIN + start,
            top=top,
            width=width,
            size=size,
            bold=bold,
            colour=colour,
            at_end=at_end,
            plain=plain,
        )
