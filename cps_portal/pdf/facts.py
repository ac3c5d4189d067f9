"""Facts on paper: a label and its value, beside each other in two columns or the value below its label."""

from collections.abc import Sequence
from dataclasses import dataclass

from cps_portal.pdf.paper import INK_3, Face, Paper, Place, line_height, runs_ltr

LEFT, RIGHT = (0.0, 84.0), (94.0, 84.0)
TEXT, BELOW = 9.5, 10.0


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of one or more lines, its number in the face of numbers."""

    label: str
    value: str
    face: Face = Face.SANS

    @property
    def bold(self) -> bool:
        """Words are set bold; numbers have a face of their own."""
        return self.face == Face.SANS


def in_columns(paper: Paper, facts: Sequence[Fact], top: float, *, label: float) -> float:
    """Facts two by two, each beside its label of a width, a hairline below each two; where they end."""
    paper.rule(top)
    top += 3.5
    for place in range(0, len(facts), 2):
        two = zip(facts[place : place + 2], (LEFT, RIGHT), strict=True)
        top += max(_beside(paper, fact, column, top, label) for fact, column in two) + 1.6
        paper.hairline(top)
        top += 1.8
    return top


def _beside(paper: Paper, fact: Fact, column: Place, top: float, label: float) -> float:
    """How high the fact is."""
    start, width = column[0] + label, column[1] - label
    paper.say(fact.label, (column[0], label), top + 0.6, colour=INK_3)
    end = top
    for line in fact.value.split("\n"):
        parts = paper.wrapped(line, width=width, size=TEXT, bold=fact.bold, face=fact.face, most=2)
        end = paper.say_lines(
            parts, (start, width), end, size=TEXT, bold=fact.bold, face=fact.face, plain=runs_ltr(line)
        )
    return max(end - top, line_height(TEXT))


def in_a_row(paper: Paper, facts: Sequence[tuple[Fact, Place]], top: float) -> None:
    """Facts beside each other, each below its label."""
    for fact, place in facts:
        paper.say(fact.label, place, top, colour=INK_3)
        lines = paper.wrapped(fact.value, width=place[1], size=BELOW, bold=fact.bold, face=fact.face, most=2)
        paper.say_lines(lines, place, top + 4.2, size=BELOW, bold=fact.bold, face=fact.face)
