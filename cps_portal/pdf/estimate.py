"""An estimate as a paper: product, lines with why or why not, total, how long it is valid; nobody's name (§6)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cps_portal.pages.servicing.estimate_view import Line, Shown
from cps_portal.pdf.paper import ACROSS, INK_2, INNER, Paper, line_height, runs_ltr
from cps_portal.pdf.table import Cell, Table

TEXT, SMALL = 10.0, 8.5
WORDS, AMOUNT = (0, 132), (136, INNER - 136)
PAD = 2.4
ROWS_BEGIN, OTHER_ROWS, ROWS_END = 74.0, 28.0, 262.0


@dataclass(frozen=True, slots=True)
class EstimatePaper:
    """What the paper says."""

    title: str
    centre: str
    estimate: Shown
    key: str
    language: str
    rtl: bool
    at: datetime


def written(content: EstimatePaper) -> bytes:
    """The estimate as PDF."""
    return _Paper(content).draw()


class _Paper:
    def __init__(self, content: EstimatePaper) -> None:
        self.content = content
        self.title = _("Estimate %(version)s") % {"version": content.estimate.version}
        self.paper = Paper(
            title=f"{self.title}: {content.title}",
            key=f"estimate {content.key} {content.estimate.state}",
            language=content.language,
            rtl=content.rtl,
            at=content.at,
            small=SMALL,
        )
        self.table = Table(self.paper, TEXT, PAD)

    def draw(self) -> bytes:
        content, estimate, paper = self.content, self.content.estimate, self.paper
        self._sheet()
        paper.say(self.title, ACROSS, 26, size=20, bold=True)
        title = paper.wrapped(content.title, width=INNER, size=12, bold=True, most=2)
        paper.say_lines(title, ACROSS, 37, size=12, bold=True)
        paper.say(content.centre, ACROSS, 50, size=TEXT, colour=INK_2)
        paper.say(estimate.sent, ACROSS, 56, size=TEXT, colour=INK_2)
        paper.rule(ROWS_BEGIN - 5)
        top = ROWS_BEGIN
        for row in [*estimate.lines, Line(estimate.vat_words, "", estimate.vat)]:
            top = self._row(row, top)
        top = self._total(top)
        said = [estimate.note, estimate.replaces, estimate.answered or estimate.valid]
        said.append(_("Only the member it was sent to can accept or decline it, in the portal."))
        for words in said:
            for line in paper.wrapped(words, width=INNER, size=TEXT, most=12):
                top = self._room(line_height(TEXT), top)
                paper.say(line, ACROSS, top, size=TEXT, colour=INK_2, plain=runs_ltr(words))
                top += line_height(TEXT)
            top += PAD if words else 0
        return paper.written()

    def _sheet(self) -> float:
        """A new sheet with its head and foot; where its rows begin."""
        self.paper.new_sheet()
        self.paper.foot()
        return OTHER_ROWS

    def _room(self, height: float, top: float) -> float:
        """Where there is room of a height: here, or at the top of a new sheet."""
        return self._sheet() if top + height > ROWS_END else top

    def _row(self, row: Line, top: float) -> float:
        cells = [
            Cell(
                place=WORDS,
                lines=self.paper.wrapped(row.words, width=WORDS[1], size=TEXT),
                notes=self.paper.wrapped(row.note, width=WORDS[1], size=SMALL, most=2),
            ),
            Cell(place=AMOUNT, lines=[row.amount], at_end=True),
        ]
        return self.table.row(cells, self._room(self.table.height(cells), top))

    def _total(self, top: float) -> float:
        top = self._room(16, top)
        self.paper.say(_("Total"), WORDS, top + 5.5, size=TEXT, bold=True)
        self.paper.say(self.content.estimate.total, (90, INNER - 90), top + 3, size=18, bold=True, at_end=True)
        self.paper.rule(top + 14, ticks=False)
        return top + 19
