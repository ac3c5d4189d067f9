"""An estimate as a paper: product, lines with why or why not, total, how long it is valid; nobody's name (§6)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cps_portal.pages.servicing.estimate_view import Line, Shown
from cps_portal.pdf.paper import INK, INK_2, INK_3, INNER, MARGIN, Colour, Paper, line_height

TEXT, SMALL = 10.0, 8.5
WORDS, AMOUNT = (0, 132), (136, INNER - 136)
PAD = 2.4
ROWS_BEGIN, OTHER_ROWS, ROWS_END, FOOT_TOP = 74.0, 28.0, 262.0, 280.0


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
        )
        self.sheets = 0

    def draw(self) -> bytes:
        content, estimate = self.content, self.content.estimate
        self._sheet()
        paper = self.paper
        paper.say(self.title, start=MARGIN, top=26, width=INNER, size=20, bold=True)
        for number, line in enumerate(paper.wrapped(content.title, width=INNER, size=12, bold=True, most=2)):
            paper.say(line, start=MARGIN, top=37 + number * line_height(12), width=INNER, size=12, bold=True)
        self._say(content.centre, (0, INNER), 50, size=TEXT, colour=INK_2)
        self._say(estimate.sent, (0, INNER), 56, size=TEXT, colour=INK_2)
        paper.rule(ROWS_BEGIN - 5)
        top = ROWS_BEGIN
        for row in estimate.lines:
            top = self._row(row, top)
        top = self._row(Line(estimate.vat_words, "", estimate.vat), top)
        top = self._total(top)
        said = [estimate.note, estimate.replaces, estimate.answered or estimate.valid]
        said.append(_("Only the member it was sent to can accept or decline it, in the portal."))
        for words in said:
            for line in paper.wrapped(words, width=INNER, size=TEXT, most=12):
                if top + line_height(TEXT) > ROWS_END:
                    top = self._sheet()
                self._say(line, (0, INNER), top, size=TEXT, colour=INK_2)
                top += line_height(TEXT)
            top += PAD if words else 0
        return paper.written()

    def _sheet(self) -> float:
        """A new sheet with its head and foot; where its rows begin."""
        paper = self.paper
        paper.add_page()
        self.sheets += 1
        paper.masthead(_("Canon Professional Services"))
        paper.rule(FOOT_TOP)
        self._say(
            _("Targets are working days at the centre. They are not guaranteed."), (0, 140), FOOT_TOP + 2, colour=INK_3
        )
        self._say(str(self.sheets), (INNER - 20, 20), FOOT_TOP + 2, at_end=True, colour=INK_3, plain=True)
        return OTHER_ROWS

    def _row(self, row: Line, top: float) -> float:
        words = self.paper.wrapped(row.words, width=WORDS[1], size=TEXT)
        note = self.paper.wrapped(row.note, width=WORDS[1], size=SMALL, most=2)
        height = len(words) * line_height(TEXT) + len(note) * line_height(SMALL) + 2 * PAD
        if top + height > ROWS_END:
            top = self._sheet()
        line = top + PAD
        for number, text in enumerate(words):
            self._say(text, WORDS, line + number * line_height(TEXT), size=TEXT)
        below = line + len(words) * line_height(TEXT)
        for number, text in enumerate(note):
            self._say(text, WORDS, below + number * line_height(SMALL), colour=INK_3)
        self._say(row.amount, AMOUNT, line, size=TEXT, at_end=True)
        self.paper.hairline(top + height)
        return top + height

    def _total(self, top: float) -> float:
        if top + 16 > ROWS_END:
            top = self._sheet()
        self._say(_("Total"), WORDS, top + 5.5, size=TEXT, bold=True)
        self.paper.say(
            self.content.estimate.total,
            start=MARGIN + 90,
            top=top + 3,
            width=INNER - 90,
            size=18,
            bold=True,
            at_end=True,
        )
        self.paper.rule(top + 14, ticks=False)
        return top + 19

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
