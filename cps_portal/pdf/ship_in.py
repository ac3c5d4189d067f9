"""The sheet that goes into the parcel, and below its cut line the label for the outside (programme §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pdf.facts import LEFT, RIGHT, TEXT, Fact, in_columns
from cps_portal.pdf.paper import (
    ACROSS,
    INK_2,
    INK_3,
    INNER,
    TICK,
    WIDTH,
    Face,
    Paper,
    Place,
    line_height,
    runs_ltr,
)
from cps_portal.pdf.qr import draw_code

QR = 40.0
CUT = 214.0
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
        paper.new_sheet()
        self._number()
        top = self._facts(80)
        top = self._wrong(top + 3)
        self._pack_and_back(top + 4.5)
        self._label()
        return paper.written()

    def _number(self) -> None:
        paper, sheet = self.paper, self.sheet
        paper.say(self.title, (0, 120), 25, size=13, bold=True)
        paper.say(sheet.number, (0, 130), 32, size=32, face=Face.MONO)
        words = _("Put this sheet in the parcel, on top.") if not sheet.by_desk else _("Bring this sheet to the desk.")
        paper.say(words, (0, 126), 49, size=TEXT, colour=INK_2)
        if sheet.place is not None:
            fast = _("Fast Track, place %(place)s of three") % {"place": sheet.place}
            paper.say(fast, (0, 126), 55, size=TEXT, bold=True)
        draw_code(paper, self.sheet.link, left=paper.left((INNER - QR, QR)), top=24, side=QR)
        paper.say(_("The centre scans this to receive it"), (INNER - 60, 60), 66, colour=INK_3, at_end=True)

    def _facts(self, top: float) -> float:
        sheet = self.sheet
        service = _("%(service)s, under warranty") % {"service": sheet.service} if sheet.warranty else sheet.service
        facts = [
            Fact(_("Product"), sheet.product),
            Fact(_("Serial number"), sheet.serial or "–", Face.MONO),
            Fact(_("Member"), sheet.member),
            Fact(_("Member number"), sheet.card, Face.MONO),
            Fact(_("Service"), service),
            Fact(_("Needed back by"), date_format(sheet.needed_by, "j M Y") if sheet.needed_by else "–"),
        ]
        return in_columns(self.paper, facts, top, label=28)

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
        self.paper.say(_("What is wrong, in the member’s words"), ACROSS, top, colour=INK_3)
        top += 4.4
        for line in lines:
            self.paper.say(line, ACROSS, top, size=TEXT, plain=runs_ltr(line))
            top += line_height(TEXT)
        return top

    def _pack_and_back(self, top: float) -> None:
        sheet, paper = self.sheet, self.paper
        paper.say(_("What to pack"), LEFT, top, bold=True, size=TEXT)
        paper.say(_("Return address"), RIGHT, top, bold=True, size=TEXT)
        paper.rule(top + 6, LEFT, ticks=False)
        paper.rule(top + 6, RIGHT, ticks=False)
        items = [f"{sheet.product} {sheet.serial}".strip(), _("This sheet")]
        if sheet.accessories:
            items.append(sheet.accessories)
        if not sheet.by_desk:
            items.append(_("CPS Priority stickers, one on each side of the parcel"))
        place = top + 8
        for item in items:
            lines = paper.wrapped(item, width=LEFT[1] - 7, size=TEXT, most=2)
            self._box(place + 0.7)
            place = paper.say_lines(lines, (7, LEFT[1] - 7), place, size=TEXT, plain=runs_ltr(item)) + 1.1
        self._lines([*sheet.back, sheet.back_phone], RIGHT, top + 8, size=TEXT)

    def _box(self, top: float) -> None:
        """A square to be ticked by hand."""
        self.paper.set_draw_color(*TICK)
        self.paper.set_line_width(0.25)
        self.paper.rect(self.paper.left((0, 3.2)), top, 3.2, 3.2)

    def _label(self) -> None:
        paper, sheet = self.paper, self.sheet
        paper.set_draw_color(*TICK)
        paper.set_line_width(0.2)
        paper.set_dash_pattern(dash=2.2, gap=1.6)
        paper.line(0, CUT, WIDTH, CUT)
        paper.set_dash_pattern()
        paper.say(_("Cut here: the label for the outside of the parcel"), ACROSS, CUT + 1.6, colour=INK_3)
        paper.say(_("To"), (0, 20), CUT + 12, colour=INK_3)
        to = [sheet.centre_name, *sheet.centre_address]
        self._lines(to, (0, 112), CUT + 16, size=14, bold_first=True)
        paper.say("CPS Priority", (118, 60), CUT + 12, size=17, bold=True, at_end=True, plain=True)
        paper.say(sheet.number, (118, 60), CUT + 22, size=15, face=Face.MONO, at_end=True)
        paper.say(_("From"), (118, 60), CUT + 36, colour=INK_3, at_end=True)
        self._lines(sheet.back, (112, 66), CUT + 40, size=8.5, at_end=True)
        if sheet.centre_phone:
            paper.say(_("Phone of the centre"), (0, 40), 285, colour=INK_3)
            paper.say(sheet.centre_phone, (40, 60), 284.6, size=TEXT, plain=True)

    def _lines(
        self,
        lines: Sequence[str],
        place: Place,
        top: float,
        *,
        size: float,
        bold_first: bool = False,
        at_end: bool = False,
    ) -> None:
        """Lines of an address, each in the direction of its own script and cut into as many as it needs."""
        for number, line in enumerate(lines):
            bold = bold_first and not number
            parts = self.paper.wrapped(line, width=place[1], size=size, bold=bold, most=2)
            top = self.paper.say_lines(parts, place, top, size=size, bold=bold, at_end=at_end, plain=runs_ltr(line))
