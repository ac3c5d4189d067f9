"""A sheet of A4 in the instrument's language: type, rules with ticks, mirrored where the language runs right to left.

Measures are millimetres from the start edge (left, or right in Arabic) and the top; type is in points. A place is
where a column starts behind the margin, and its width. The same content gives the same bytes: date and identifier
come from what the paper says, never from the moment of writing.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from cps_portal.pdf import letters
from cps_portal.pdf.letters import FILES, FONTS, NOTO, OTHER_SCRIPTS, is_for_noto, printable_form

can_print, cannot_print = letters.can_print, letters.cannot_print

WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 16.0
INNER = WIDTH - 2 * MARGIN
COLUMNS, GUTTER = 12, 3.0

# The light theme's tokens (static/css/tokens.css): paper is always light.
INK, INK_2, INK_3 = (0x15, 0x17, 0x1A), (0x43, 0x47, 0x4B), (0x5C, 0x61, 0x65)
TICK, LINE, RED = (0x7B, 0x80, 0x83), (0xD3, 0xD5, 0xD3), (0xC4, 0x15, 0x1C)

Colour = tuple[int, int, int]
Place = tuple[float, float]

ACROSS: Place = (0.0, INNER)
# Where the foot of a sheet begins that says nothing of its own.
FOOT_TOP = 280.0


class Face(StrEnum):
    """A family of letters and its weight, as fpdf2 names them."""

    SANS = "plex"
    MONO = "mono"


class Paper(FPDF):
    """One document. `key` names it for ever: the same key and content give the same bytes.

    `small` is the size of labels and notes, and of what is said without a size; `sheet` a name or millimetres.
    """

    def __init__(
        self,
        *,
        title: str,
        key: str,
        language: str,
        rtl: bool,
        at: datetime,
        small: float = 7.5,
        sheet: str | tuple[float, float] = "A4",
    ) -> None:
        super().__init__(format=sheet)
        self.rtl = rtl
        self.small = small
        self._key = key
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        for family, file in FILES.items():
            self.add_font(family, "", FONTS / f"{file}-400.ttf")
            self.add_font(family, "B", FONTS / f"{file}-600.ttf")
        self.add_font(Face.MONO, "", FONTS / "plex-mono-400.ttf")
        self.set_fallback_fonts([*OTHER_SCRIPTS, NOTO], exact_match=False)
        self.set_title(title)
        self.set_author("Canon Professional Services")
        self.set_producer("CPS")
        self.set_lang(language)
        self.set_creation_date(at)

    def file_id(self) -> str:
        """The document's identifier, from its key."""
        digest = hashlib.sha256(self._key.encode()).hexdigest()[:32].upper()
        return f"<{digest}><{digest}>"

    def left(self, place: Place) -> float:
        """The left edge of a place on the sheet."""
        start, width = place
        return WIDTH - MARGIN - start - width if self.rtl else MARGIN + start

    def _choose(self, text: str, face: Face, size: float, *, bold: bool, colour: Colour, plain: bool) -> None:
        # A line in another script leaves its font in the file behind fpdf2's back: choose anew each time.
        self.font_family = ""
        family = NOTO if face == Face.SANS and is_for_noto(text) else face
        self.set_font(family, "B" if bold else "", size)
        self.set_text_color(*colour)
        direction = "ltr" if plain or face == Face.MONO or not self.rtl else "rtl"
        self.set_text_shaping(True, features={"tnum": True, "kern": True}, direction=direction)

    def say(
        self,
        text: str,
        place: Place,
        top: float,
        *,
        size: float | None = None,
        bold: bool = False,
        face: Face = Face.SANS,
        colour: Colour = INK,
        at_end: bool = False,
        plain: bool = False,
    ) -> None:
        """One line of text in a box one line high. `plain` keeps numbers and addresses left to right."""
        size = size or self.small
        text = printable_form(text)
        self._choose(text, face, size, bold=bold, colour=colour, plain=plain)
        self.set_xy(self.left(place), top)
        align = "R" if at_end != self.rtl else "L"
        self.cell(place[1], line_height(size), text, align=align, new_x=XPos.LEFT, new_y=YPos.TOP)

    def say_lines(
        self,
        lines: Sequence[str],
        place: Place,
        top: float,
        *,
        size: float | None = None,
        bold: bool = False,
        face: Face = Face.SANS,
        colour: Colour = INK,
        at_end: bool = False,
        plain: bool = False,
    ) -> float:
        """Lines that `wrapped` made, one below the other; where they end."""
        size = size or self.small
        for line in lines:
            self.say(line, place, top, size=size, bold=bold, face=face, colour=colour, at_end=at_end, plain=plain)
            top += line_height(size)
        return top

    def wrapped(
        self, text: str, *, width: float, size: float = 9, bold: bool = False, face: Face = Face.SANS, most: int = 3
    ) -> list[str]:
        """The text in lines of a width; words too long for one are cut, what is left after `most` lines ends in …"""
        text = printable_form(text)
        self._choose(text, face, size, bold=bold, colour=INK, plain=face == Face.MONO)
        whole = " ".join(text.split())
        if not whole or self.get_string_width(whole) <= width:
            return [whole] if whole else []
        lines: list[str] = []
        line = ""
        for word in self._pieces(text, width):
            longer = f"{line} {word}" if line else word
            if line and self.get_string_width(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        if line:
            lines.append(line)
        if len(lines) > most:
            lines = [*lines[: most - 1], self._shortened(lines[most - 1], width)]
        return lines

    def _pieces(self, text: str, width: float) -> Iterator[str]:
        for word in text.split():
            while self.get_string_width(word) > width:
                fits = len(word) - 1
                while fits > 1 and self.get_string_width(word[:fits]) > width:
                    fits -= 1
                yield word[:fits]
                word = word[fits:]  # noqa: PLW2901 - what is left of the word
            if word:
                yield word

    def _shortened(self, line: str, width: float) -> str:
        while line and self.get_string_width(f"{line}…") > width:
            line = line[:-1]
        return f"{line}…"

    def rule(self, top: float, place: Place = ACROSS, *, ticks: bool = True) -> None:
        """An ink rule with a tick at every column's start below it (design/NOTES.md)."""
        self._line(top, place, INK, 0.25)
        if not ticks:
            return
        self.set_draw_color(*TICK)
        self.set_line_width(0.2)
        start, width = place
        step = (INNER + GUTTER) / COLUMNS
        behind = 0.0
        while behind < width:
            x = self.left((start + behind, 0))
            self.line(x, top, x, top + 1.4)
            behind += step

    def hairline(self, top: float) -> None:
        """A line between rows."""
        self._line(top, ACROSS, LINE, 0.18)

    def pen_line(self, top: float, place: Place) -> None:
        """A line to write on."""
        self._line(top, place, TICK, 0.2)

    def index_line(self, top: float) -> None:
        """The red line that says "you are here", across the sheet."""
        self._line(top, ACROSS, RED, 0.5)

    def _line(self, top: float, place: Place, colour: Colour, thick: float) -> None:
        left = self.left(place)
        self.set_draw_color(*colour)
        self.set_line_width(thick)
        self.line(left, top, left + place[1], top)

    def new_sheet(self, title: str = "") -> None:
        """A sheet with the red index, the mark and the programme's name; `title` stands on those after the first."""
        self.add_page()
        self.set_fill_color(*RED)
        self.rect(self.left((0, 1.3)), 12, 1.3, 6, style="F")
        self.say("CPS", (3.3, 12), 12.2, size=12, bold=True, plain=True)
        self.say(_("Canon Professional Services"), (16, 90), 12.9, size=8, colour=INK_2)
        if title:
            self.say(title, (112, 66), 12.9, size=8, colour=INK_2, at_end=True, bold=True)

    def foot(self) -> None:
        """What a target is, and the sheet's number."""
        self.rule(FOOT_TOP)
        words = _("Targets are working days at the centre. They are not guaranteed.")
        self.say(words, (0, 140), FOOT_TOP + 2, colour=INK_3)
        self.say(str(self.page_no()), (INNER - 20, 20), FOOT_TOP + 2, at_end=True, colour=INK_3, plain=True)

    def written(self) -> bytes:
        """The finished file."""
        return bytes(self.output())


def line_height(size: float) -> float:
    """Millimetres from one line of a size in points to the next."""
    return size * 0.3528 * 1.36


def runs_ltr(text: str) -> bool:
    """Whether a text of its own runs from left to right: by its first letter, else as numbers do."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") == "L"
