"""The membership card in its own size: the level's metal, name, number, a code to scan (programme §8, design 08).

`draw` puts it anywhere on a sheet; `written` makes a file of one card, to keep on a phone or to print.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from fpdf.pattern import LinearGradient

from cps_portal.pdf.paper import MARGIN, WIDTH, Colour, Face, Paper, Place, runs_ltr
from cps_portal.pdf.qr import draw_code
from members.models import Level
from members.wording.words import english_level

CARD_WIDTH, CARD_HEIGHT = 85.6, 54.0
ROUNDING = 3.0
KNURL = 5.4
TEXT_AT, ROOM = 11.0, 71.0
FACT = 17.4
QR = 15.6
QR_FRAME = 1.1
SCAN = "Scan to verify"

# static/css/tokens.css: six stops of each metal, the letters engraved in it, and the index.
_STOPS = (0.0, 0.20, 0.37, 0.57, 0.78, 1.0)
_METALS: dict[Level, tuple[tuple[str, ...], Colour, Colour]] = {
    Level.RED: (("#7d0d13", "#b5161d", "#cf3138", "#a81319", "#8b0f15", "#b1171d"), (255, 255, 255), (255, 255, 255)),
    Level.SILVER: (
        ("#b4b9bd", "#d7dadc", "#f1f2f3", "#c6cacd", "#b2b7bb", "#d9dcde"),
        (0x17, 0x19, 0x1B),
        (0xC4, 0x15, 0x1C),
    ),
    Level.GOLD: (
        ("#b8a06c", "#d6c292", "#efe3c3", "#cfb884", "#b79f6b", "#d9c698"),
        (0x1F, 0x16, 0x04),
        (0xC4, 0x15, 0x1C),
    ),
    Level.PLATINUM: (
        ("#33383d", "#4a5157", "#626a72", "#454b51", "#31363a", "#50575d"),
        (0xF5, 0xF6, 0xF7),
        (0xF0, 0x4A, 0x50),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFace:
    """What a card says. `number` as printed (4207 719 036); `link` is where a scan leads."""

    level: Level
    name: str
    number: str
    member_since: int
    level_since: date
    as_of: date
    link: str


def written(face: CardFace, *, language: str, rtl: bool, at: datetime) -> bytes:
    """One card as PDF of its own size, in the language that is active."""
    paper = Paper(
        title=_("Membership card"),
        key=f"card {face.link} {face.level} {face.as_of.isoformat()} {language}",
        language=language,
        rtl=rtl,
        at=at,
        sheet=(CARD_WIDTH, CARD_HEIGHT),
    )
    paper.add_page()
    draw(paper, face, left=0, top=0)
    return paper.written()


def draw(paper: Paper, face: CardFace, *, left: float, top: float) -> None:
    """The card with its upper left corner at a place of the sheet, in millimetres; mirrored as the paper is."""
    _Card(paper, face, left, top).draw()


class _Card:
    def __init__(self, paper: Paper, face: CardFace, left: float, top: float) -> None:
        self.paper, self.face = paper, face
        self.left, self.top = left, top
        self.stops, self.ink, self.index = _METALS[Level(face.level)]

    def draw(self) -> None:
        self._metal()
        self._knurl()
        self._groove()
        self._words()
        self._code()

    def _x(self, start: float, width: float) -> float:
        """The left edge of something that begins so far from the card's start edge."""
        return self.left + (CARD_WIDTH - start - width if self.paper.rtl else start)

    def _place(self, start: float, width: float) -> Place:
        """The same as a place of the sheet, whose columns begin behind a margin."""
        x = self._x(start, width)
        return (WIDTH - MARGIN - x - width if self.paper.rtl else x - MARGIN, width)

    def _metal(self) -> None:
        paper = self.paper
        # 103 degrees, as on the pages: from the upper left to the lower right, more across than down.
        shine = LinearGradient(
            self.left,
            self.top + 4,
            self.left + CARD_WIDTH,
            self.top + CARD_HEIGHT - 26,
            colors=list(self.stops),
            bounds=list(_STOPS[1:-1]),
            extend_before=True,
            extend_after=True,
        )
        with paper.use_pattern(shine):
            paper.rect(
                self.left,
                self.top,
                CARD_WIDTH,
                CARD_HEIGHT,
                style="F",
                round_corners=True,
                corner_radius=ROUNDING,
            )
        self._brushed(every=0.53, colour=(255, 255, 255), strength=0.07)
        self._brushed(every=1.25, colour=(0, 0, 0), strength=0.045)

    def _brushed(self, *, every: float, colour: Colour, strength: float) -> None:
        """Fine lines across, as a brush leaves them; they end before the round corners."""
        paper = self.paper
        with paper.local_context(stroke_opacity=strength):
            paper.set_draw_color(*colour)
            paper.set_line_width(0.16)
            y = ROUNDING / 3
            while y < CARD_HEIGHT - ROUNDING / 3:
                inset = max(0.0, ROUNDING - min(y, CARD_HEIGHT - y)) * 0.7
                paper.line(self.left + inset, self.top + y, self.left + CARD_WIDTH - inset, self.top + y)
                y += every

    def _knurl(self) -> None:
        """The milled grip at the start edge."""
        paper = self.paper
        x = self._x(0, KNURL)
        for number in range(12):
            # A cylinder: dark at both edges, light a little before the middle.
            shade = 0.36 * abs(number - 5) / 6
            with paper.local_context(fill_opacity=shade):
                paper.set_fill_color(0, 0, 0)
                step = KNURL / 12
                inset = max(0.0, ROUNDING - (KNURL - (number + 1) * step if paper.rtl else number * step)) * 0.55
                paper.rect(x + number * step, self.top + inset, step, CARD_HEIGHT - 2 * inset, style="F")
        y = ROUNDING
        with paper.local_context(stroke_opacity=0.3):
            paper.set_draw_color(0, 0, 0)
            paper.set_line_width(0.28)
            while y < CARD_HEIGHT - ROUNDING + 0.1:
                paper.line(x, self.top + y, x + KNURL, self.top + y)
                y += 0.71
        edge = self._x(KNURL, 0)
        with paper.local_context(stroke_opacity=0.7):
            paper.set_line_width(0.18)
            paper.line(edge, self.top, edge, self.top + CARD_HEIGHT)
        paper.set_fill_color(*self.index)
        paper.rect(self._x(KNURL, 2.9), self.top + 6.4, 2.9, 0.9, style="F")

    def _groove(self) -> None:
        with self.paper.local_context(stroke_opacity=0.22):
            self.paper.set_draw_color(0, 0, 0)
            self.paper.set_line_width(0.18)
            width = CARD_WIDTH - KNURL - 2.6
            self.paper.rect(
                self._x(KNURL + 1.3, width),
                self.top + 1.3,
                width,
                CARD_HEIGHT - 2.6,
                style="D",
                round_corners=True,
                corner_radius=1.6,
            )

    def _words(self) -> None:
        paper, face, top = self.paper, self.face, self.top
        paper.say("CPS", self._place(TEXT_AT, 20), top + 4.4, size=9, bold=True, colour=self.ink, plain=True)
        programme = _("Canon Professional Services")
        paper.say(programme, self._place(TEXT_AT, 48), top + 8.6, size=6, colour=self.ink)
        level = str(Level(face.level).label)
        paper.say(
            level, self._place(TEXT_AT + 36, ROOM - 36), top + 4.2, size=13, bold=True, colour=self.ink, at_end=True
        )
        if (english := english_level(face.level)) != level:
            # Other regions read its validity in English.
            paper.say(english, self._place(TEXT_AT + 36, ROOM - 36), top + 9.8, size=7, colour=self.ink, at_end=True)
        room = ROOM - QR - 3
        size, lines = self._name(room)
        # Above the code there is room for a long name.
        width, below = (room, 25.2) if len(lines) == 1 else (ROOM, 17.2)
        for line in lines:
            paper.say(line, self._place(TEXT_AT, width), top + below, size=size, colour=self.ink, plain=runs_ltr(line))
            below += size * 0.48
        paper.say(face.number, self._place(TEXT_AT, room), top + 33.4, size=9.5, face=Face.MONO, colour=self.ink)
        facts = [
            (_("Member since"), str(face.member_since)),
            (_("%(level)s since") % {"level": level}, date_format(face.level_since, "j M Y")),
            (_("As of"), date_format(face.as_of, "j M Y")),
        ]
        for number, (label, value) in enumerate(facts):
            place = self._place(TEXT_AT + FACT * number, FACT)
            paper.say(label, place, top + 41.4, size=5.5, colour=self.ink)
            paper.say(value, place, top + 44.3, size=7, bold=True, colour=self.ink)

    def _name(self, room: float) -> tuple[float, list[str]]:
        """The name as large as it fits: in one line beside the code, else in two above it."""
        wrapped = self.paper.wrapped
        if len(wrapped(self.face.name, width=room, size=12)) == 1:
            return 12, [self.face.name]
        for size in (12.0, 10.0, 8.0):
            lines = wrapped(self.face.name, width=ROOM, size=size, most=99)
            if len(lines) <= 2:
                return size, lines
        return 8, wrapped(self.face.name, width=ROOM, size=8, most=2)

    def _code(self) -> None:
        """The code on a plate of paper, and what it is for."""
        paper, side = self.paper, QR + 2 * QR_FRAME
        start = CARD_WIDTH - 3.6 - side
        x, y = self._x(start, side), self.top + CARD_HEIGHT - 4.2 - side
        words = self._place(start - 20, side + 20)
        verify = _("Scan to verify")
        paper.say(verify, words, y - 3.2, size=5.5, colour=self.ink, at_end=True)
        if verify != SCAN:
            paper.say(SCAN, words, y + side + 0.1, size=5, colour=self.ink, at_end=True)
        paper.set_fill_color(255, 255, 255)
        paper.rect(x, y, side, side, style="F", round_corners=True, corner_radius=0.5)
        draw_code(paper, self.face.link, left=x + QR_FRAME, top=y + QR_FRAME, side=QR)
