"""The sheet that goes into the parcel, and below its cut line the label for the outside (programme §6)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import segno
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pdf.paper import INK, INK_2, INK_3, INNER, MARGIN, TICK, WIDTH, Colour, Face, Paper, line_height

SMALL, TEXT = 7.5, 9.5
QR = 40.0
CUT = 214.0
# Columns of facts: start from the margin and width.
LEFT, RIGHT = (0.0, 84.0), (94.0, 84.0)
MOST_WORDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the sheet says. Addresses are lines, the country last; `link` is where the bench receives it."""

    number: str
    link: str
    centre_name: str
    centre_address: Sequence[str]
    centre_phone: str
    member: str
    card: str
    product: str
    serial: str
    service: str
    warranty: bool
    fault: str
    words: str
    accessories: str
    needed_by: date | None
    by_desk: bool
    place: int | None
    back: Sequence[str]
    back_phone: str
    language: str
    rtl: bool
    at: datetime


def written(sheet: Sheet) -> bytes:
    """The sheet as PDF, in the language that is active."""
    return _ShipIn(sheet).draw()


def runs_ltr(text: str) -> bool:
    """Whether a text of its own runs from left to right: by its first letter, else as numbers do."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") == "L"


class _ShipIn:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.title = _("Ship-in sheet")
        self.paper = Paper(
            title=f"{self.title} {sheet.number}",
            key=f"ship-in {sheet.number} {sheet.at.isoformat()} {sheet.language}",
            language=sheet.language,
            rtl=sheet.rtl,
            at=sheet.at,
        )

    def draw(self) -> bytes:
        paper = self.paper
        paper.add_page()
        paper.masthead(_("Canon Professional Services"))
        self._number()
        top = self._facts(80)
        top = self._wrong(top + 3)
        self._pack_and_back(top + 4.5)
        self._label()
        return paper.written()

    def _number(self) -> None:
        paper, sheet = self.paper, self.sheet
        paper.say(self.title, start=MARGIN, top=25, width=120, size=13, bold=True)
        paper.say(sheet.number, start=MARGIN, top=32, width=130, size=32, face=Face.MONO, plain=True)
        words = _("Put this sheet in the parcel, on top.") if not sheet.by_desk else _("Bring this sheet to the desk.")
        self._say(words, (0, 126), 49, size=TEXT, colour=INK_2)
        if sheet.place is not None:
            fast = _("Fast Track, place %(place)s of three") % {"place": sheet.place}
            self._say(fast, (0, 126), 55, size=TEXT, bold=True)
        left = MARGIN if sheet.rtl else WIDTH - MARGIN - QR
        self._qr(left, 24)
        self._say(_("The centre scans this to receive it"), (INNER - 60, 60), 66, colour=INK_3, at_end=True)

    def _qr(self, left: float, top: float) -> None:
        """The code as squares of ink: sharp at any size."""
        rows = [list(row) for row in segno.make(self.sheet.link, error="m", micro=False).matrix]
        side = QR / len(rows)
        self.paper.set_fill_color(*INK)
        for line, row in enumerate(rows):
            begin = None
            for place, dark in enumerate([*row, 0]):
                if dark and begin is None:
                    begin = place
                elif not dark and begin is not None:
                    # Runs in one piece, a hair taller, so that no seam shows between rows.
                    self.paper.rect(
                        left + begin * side, top + line * side, (place - begin) * side, side * 1.02, style="F"
                    )
                    begin = None

    def _facts(self, top: float) -> float:
        sheet = self.sheet
        service = _("%(service)s, under warranty") % {"service": sheet.service} if sheet.warranty else sheet.service
        pairs = [
            (_("Product"), sheet.product, Face.SANS),
            (_("Serial number"), sheet.serial or "–", Face.MONO),
            (_("Member"), sheet.member, Face.SANS),
            (_("Member number"), sheet.card, Face.MONO),
            (_("Service"), service, Face.SANS),
            (_("Needed back by"), date_format(sheet.needed_by, "j M Y") if sheet.needed_by else "–", Face.SANS),
        ]
        self.paper.rule(top)
        top += 3.5
        for place in range(0, len(pairs), 2):
            heights = [
                self._fact(label, value, column, top, face)
                for (label, value, face), column in zip(pairs[place : place + 2], (LEFT, RIGHT), strict=True)
            ]
            top += max(heights) + 1.6
            self.paper.hairline(top)
            top += 1.8
        return top

    def _fact(self, label: str, value: str, place: tuple[float, float], top: float, face: Face) -> float:
        self._say(label, (place[0], 28), top + 0.6, colour=INK_3)
        inner = (place[0] + 28, place[1] - 28)
        lines = self.paper.wrapped(value, width=inner[1], size=TEXT, bold=face == Face.SANS, face=face, most=2)
        self.paper.say_lines(
            lines,
            start=MARGIN + inner[0],
            top=top,
            width=inner[1],
            size=TEXT,
            bold=face == Face.SANS,
            face=face,
            plain=face == Face.MONO,
        )
        return max(len(lines), 1) * line_height(TEXT)

    def _wrong(self, top: float) -> float:
        said = [self.sheet.fault, *self.sheet.words.split("\n")]
        wrapped = self.paper.wrapped
        lines = [
            line for part in said if part.strip() for line in wrapped(part, width=INNER, size=TEXT, most=MOST_WORDS)
        ]
        if not lines:
            return top
        if len(lines) > MOST_WORDS:
            lines = [*lines[: MOST_WORDS - 1], f"{lines[MOST_WORDS - 1].rstrip('… ')}…"]
        self._say(_("What is wrong, in the member’s words"), (0, INNER), top, colour=INK_3)
        for number, line in enumerate(lines):
            self._say(line, (0, INNER), top + 4.4 + number * line_height(TEXT), size=TEXT, plain=runs_ltr(line))
        return top + 4.4 + len(lines) * line_height(TEXT)

    def _pack_and_back(self, top: float) -> None:
        sheet, paper = self.sheet, self.paper
        self._say(_("What to pack"), LEFT, top, bold=True, size=TEXT)
        self._say(_("Return address"), RIGHT, top, bold=True, size=TEXT)
        paper.rule(top + 6, width=LEFT[1], ticks=False)
        paper.rule(top + 6, start=MARGIN + RIGHT[0], width=RIGHT[1], ticks=False)
        items = [f"{sheet.product} {sheet.serial}".strip(), _("This sheet")]
        if sheet.accessories:
            items.append(sheet.accessories)
        if not sheet.by_desk:
            items.append(_("CPS Priority stickers, one on each side of the parcel"))
        place = top + 8
        for item in items:
            lines = paper.wrapped(item, width=LEFT[1] - 7, size=TEXT, most=2)
            self._box(MARGIN, place + 0.7)
            plain = runs_ltr(item)
            paper.say_lines(lines, start=MARGIN + 7, top=place, width=LEFT[1] - 7, size=TEXT, plain=plain)
            place += len(lines) * line_height(TEXT) + 1.1
        self._lines([*sheet.back, sheet.back_phone], RIGHT, top + 8, size=TEXT)

    def _box(self, start: float, top: float) -> None:
        """A square to be ticked by hand."""
        self.paper.set_draw_color(*TICK)
        self.paper.set_line_width(0.25)
        left = WIDTH - start - 3.2 if self.sheet.rtl else start
        self.paper.rect(left, top, 3.2, 3.2)

    def _label(self) -> None:
        paper, sheet = self.paper, self.sheet
        paper.set_draw_color(*TICK)
        paper.set_line_width(0.2)
        paper.set_dash_pattern(dash=2.2, gap=1.6)
        paper.line(0, CUT, WIDTH, CUT)
        paper.set_dash_pattern()
        self._say(_("Cut here: the label for the outside of the parcel"), (0, INNER), CUT + 1.6, colour=INK_3)
        self._say(_("To"), (0, 20), CUT + 12, colour=INK_3)
        to = [sheet.centre_name, *sheet.centre_address]
        self._lines(to, (0, 112), CUT + 16, size=14, bold_first=True)
        self._say("CPS Priority", (118, 60), CUT + 12, size=17, bold=True, at_end=True, plain=True)
        paper.say(
            sheet.number,
            start=MARGIN + 118,
            top=CUT + 22,
            width=60,
            size=15,
            face=Face.MONO,
            at_end=True,
            plain=True,
        )
        self._say(_("From"), (118, 60), CUT + 36, colour=INK_3, at_end=True)
        self._lines(sheet.back, (112, 66), CUT + 40, size=8.5, at_end=True)
        if sheet.centre_phone:
            phone = _("Phone of the centre")
            self._say(phone, (0, 40), 285, colour=INK_3)
            paper.say(sheet.centre_phone, start=MARGIN + 40, top=284.6, width=60, size=TEXT, plain=True)

    def _lines(
        self,
        lines: Sequence[str],
        place: tuple[float, float],
        top: float,
        *,
        size: float,
        bold_first: bool = False,
        at_end: bool = False,
    ) -> None:
        """Lines of an address, each in the direction of its own script and cut into as many as it needs."""
        first = True
        for line in lines:
            bold = first and bold_first
            for part in self.paper.wrapped(line, width=place[1], size=size, bold=bold, most=2):
                self._say(part, place, top, size=size, bold=bold, at_end=at_end, plain=runs_ltr(line))
                top += line_height(size)
            first = False

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
