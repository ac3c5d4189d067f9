"""A sheet of A4 in the instrument's language: type, rules with ticks, mirrored where the language runs right to left.

Measures are millimetres from the start edge (left, or right in Arabic) and the top; type is in points. The same
content gives the same bytes: date and identifier come from what the paper says, never from the moment of writing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

FONTS = Path(__file__).parent / "fonts"
WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 16.0
INNER = WIDTH - 2 * MARGIN
COLUMNS, GUTTER = 12, 3.0

# The light theme's tokens (static/css/tokens.css): paper is always light.
INK, INK_2, INK_3 = (0x15, 0x17, 0x1A), (0x43, 0x47, 0x4B), (0x5C, 0x61, 0x65)
TICK, LINE, RED = (0x7B, 0x80, 0x83), (0xD3, 0xD5, 0xD3), (0xC4, 0x15, 0x1C)

Colour = tuple[int, int, int]


class Face(StrEnum):
    """A family of letters and its weight, as fpdf2 names them."""

    SANS = "plex"
    MONO = "mono"


# Scripts that Plex Sans has no letters for, in the order in which a missing one is looked for.
OTHER_SCRIPTS = ("arabic", "hebrew", "georgian", "armenian")
_FILES = {
    Face.SANS: "plex-sans",
    "arabic": "plex-sans-arabic",
    "hebrew": "plex-sans-hebrew",
    "georgian": "noto-sans-georgian",
    "armenian": "noto-sans-armenian",
}

# Marks of vowels over Arabic letters: print goes without them, and fpdf2 parts the letters around them.
_VOWELS = dict.fromkeys(range(0x064B, 0x0653))


class Paper(FPDF):
    """One document. `key` names it for ever: the same key and content give the same bytes."""

    def __init__(self, *, title: str, key: str, language: str, rtl: bool, at: datetime) -> None:
        super().__init__(format="A4")
        self.rtl = rtl
        self._key = key
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        for family, file in _FILES.items():
            self.add_font(family, "", FONTS / f"{file}-400.ttf")
            self.add_font(family, "B", FONTS / f"{file}-600.ttf")
        self.add_font(Face.MONO, "", FONTS / "plex-mono-400.ttf")
        self.set_fallback_fonts(list(OTHER_SCRIPTS), exact_match=False)
        self.set_title(title)
        self.set_author("Canon Professional Services")
        self.set_producer("CPS")
        self.set_lang(language)
        self.set_creation_date(at)

    def file_id(self) -> str:
        """The document's identifier, from its key."""
        digest = hashlib.sha256(self._key.encode()).hexdigest()[:32].upper()
        return f"<{digest}><{digest}>"

    def _left(self, start: float, width: float) -> float:
        """The left edge of a box that lies `start` from the start edge."""
        return WIDTH - start - width if self.rtl else start

    def _choose(self, face: Face, size: float, *, bold: bool, colour: Colour, plain: bool) -> None:
        # A line in another script leaves its font in the file behind fpdf2's back: choose anew each time.
        self.font_family = ""
        self.set_font(face, "B" if bold else "", size)
        self.set_text_color(*colour)
        direction = "ltr" if plain or not self.rtl else "rtl"
        self.set_text_shaping(True, features={"tnum": True, "kern": True}, direction=direction)

    def say(
        self,
        text: str,
        *,
        start: float,
        top: float,
        width: float,
        size: float = 9,
        bold: bool = False,
        face: Face = Face.SANS,
        colour: Colour = INK,
        at_end: bool = False,
        plain: bool = False,
    ) -> None:
        """One line of text in a box one line high. `plain` keeps numbers and addresses left to right."""
        self._choose(face, size, bold=bold, colour=colour, plain=plain)
        self.set_xy(self._left(start, width), top)
        align = "R" if at_end != self.rtl else "L"
        self.cell(width, line_height(size), text.translate(_VOWELS), align=align, new_x=XPos.LEFT, new_y=YPos.TOP)

    def say_lines(
        self,
        lines: Sequence[str],
        *,
        start: float,
        top: float,
        width: float,
        size: float = 9,
        bold: bool = False,
        face: Face = Face.SANS,
        colour: Colour = INK,
        plain: bool = False,
    ) -> None:
        """Lines that `wrapped` made, one below the other."""
        for number, line in enumerate(lines):
            place = top + number * line_height(size)
            self.say(
                line, start=start, top=place, width=width, size=size, bold=bold, face=face, colour=colour, plain=plain
            )

    def wrapped(
        self, text: str, *, width: float, size: float = 9, bold: bool = False, face: Face = Face.SANS, most: int = 3
    ) -> list[str]:
        """The text in lines of a width; words too long for one are cut, what is left after `most` lines ends in …"""
        self._choose(face, size, bold=bold, colour=INK, plain=face == Face.MONO)
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

    def rule(self, top: float, *, start: float = MARGIN, width: float = INNER, ticks: bool = True) -> None:
        """An ink rule with a tick at every column's start below it (design/NOTES.md)."""
        left = self._left(start, width)
        self.set_draw_color(*INK)
        self.set_line_width(0.25)
        self.line(left, top, left + width, top)
        if not ticks:
            return
        self.set_draw_color(*TICK)
        self.set_line_width(0.2)
        step = (INNER + GUTTER) / COLUMNS
        place = 0.0
        while place < width:
            x = self._left(start + place, 0)
            self.line(x, top, x, top + 1.4)
            place += step

    def hairline(self, top: float, *, start: float = MARGIN, width: float = INNER) -> None:
        """A line between rows."""
        left = self._left(start, width)
        self.set_draw_color(*LINE)
        self.set_line_width(0.18)
        self.line(left, top, left + width, top)

    def index_line(self, top: float) -> None:
        """The red line that says "you are here", across the sheet."""
        left = self._left(MARGIN, INNER)
        self.set_draw_color(*RED)
        self.set_line_width(0.5)
        self.line(left, top, left + INNER, top)

    def masthead(self, name: str) -> None:
        """The red index, the mark and the programme's name."""
        self.set_fill_color(*RED)
        self.rect(self._left(MARGIN, 1.3), 12, 1.3, 6, style="F")
        self.say("CPS", start=MARGIN + 3.3, top=12.2, width=12, size=12, bold=True, plain=True)
        self.say(name, start=MARGIN + 16, top=12.9, width=90, size=8, colour=INK_2)

    def written(self) -> bytes:
        """The finished file."""
        return bytes(self.output())


def line_height(size: float) -> float:
    """Millimetres from one line of a size in points to the next."""
    return size * 0.3528 * 1.36
