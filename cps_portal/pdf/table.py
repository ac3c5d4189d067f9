"""A table on paper: heads, and rows whose cells say lines and, below them, smaller notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from cps_portal.pdf.paper import INK, INK_3, Colour, Face, Paper, Place, line_height


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one column of a row says; lines and notes are as `Paper.wrapped` made them."""

    place: Place
    lines: Sequence[str] = ()
    notes: Sequence[str] = ()
    bold: bool = False
    face: Face = Face.SANS
    colour: Colour = INK
    notes_colour: Colour = INK_3
    at_end: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a column."""

    words: str
    place: Place
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows on a paper: the size of their lines, and the room above and below them."""

    paper: Paper
    size: float
    pad: float

    def heads(self, heads: Sequence[Head], rows_begin: float) -> float:
        """The heads of the columns above their rule; where the first row goes."""
        for head in heads:
            self.paper.say(head.words, head.place, rows_begin - 9.5, colour=INK_3, at_end=head.at_end)
        self.paper.rule(rows_begin - 4.5)
        return rows_begin - 2.2

    def height(self, cells: Sequence[Cell]) -> float:
        """Of a row: that of its highest cell, at least one line."""
        line, note = line_height(self.size), line_height(self.paper.small)
        highest = max(len(cell.lines) * line + len(cell.notes) * note for cell in cells)
        return max(highest, line) + 2 * self.pad

    def row(self, cells: Sequence[Cell], top: float) -> float:
        """A row and the hairline below it; where the next one goes."""
        for cell in cells:
            below = self.paper.say_lines(
                cell.lines,
                cell.place,
                top + self.pad,
                size=self.size,
                bold=cell.bold,
                face=cell.face,
                colour=cell.colour,
                at_end=cell.at_end,
                plain=cell.plain,
            )
            self.paper.say_lines(cell.notes, cell.place, below, colour=cell.notes_colour)
        bottom = top + self.height(cells)
        self.paper.hairline(bottom)
        return bottom
