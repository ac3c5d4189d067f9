"""The agreement of a courtesy loan: what both sign at the counter, at the beginning and at the end (programme §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cps_portal.pdf.facts import LEFT, RIGHT, TEXT, Fact, in_columns
from cps_portal.pdf.paper import ACROSS, INK_2, INK_3, INNER, Face, Paper, line_height, runs_ltr

LABEL = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What it says; days and moments in words, "" for what is not known yet and is written by hand."""

    key: str
    number: str
    member: str
    card: str
    product: str
    centre: str
    address: Sequence[str]
    unit: str
    serial: str
    begins: str
    due: str
    accessories: str
    condition: str
    handed_over: str
    returned: str
    condition_back: str
    accessories_back: str
    days_after: int
    language: str
    rtl: bool
    at: datetime


def written(agreement: Agreement) -> bytes:
    """The agreement as PDF, in the language that is active."""
    return _Agreement(agreement).draw()


class _Agreement:
    def __init__(self, said: Agreement) -> None:
        self.said = said
        self.paper = Paper(
            title=f"{_('Loan agreement')} {said.number}",
            key=f"loan {said.key} {said.language}",
            language=said.language,
            rtl=said.rtl,
            at=said.at,
        )

    def draw(self) -> bytes:
        paper, said = self.paper, self.said
        paper.new_sheet()
        self.paper.say(_("Loan agreement"), (0, 120), 25, size=13, bold=True)
        self.paper.say(said.unit, ACROSS, 32, size=22)
        paper.say(said.serial, ACROSS, 43, size=13, face=Face.MONO)
        top = self._facts(54)
        top = self._rules(top + 5)
        top = self._side(
            _("At hand-over"),
            top + 5,
            when=said.handed_over,
            accessories=said.accessories,
            condition=said.condition,
        )
        self._side(
            _("At return"),
            top + 5,
            when=said.returned,
            accessories=said.accessories_back,
            condition=said.condition_back,
        )
        self.paper.say(said.number, (0, 60), 284, colour=INK_3, plain=True)
        return paper.written()

    def _facts(self, top: float) -> float:
        said = self.said
        facts = [
            Fact(_("Lent from"), said.begins),
            Fact(_("Due back on"), said.due),
            Fact(_("Member"), said.member),
            Fact(_("Member number"), said.card),
            Fact(_("In servicing"), said.product),
            Fact(_("Case"), said.number),
            Fact(_("Centre"), said.centre),
            Fact(_("Address"), "\n".join(said.address)),
        ]
        return in_columns(self.paper, facts, top, label=LABEL)

    def _rules(self, top: float) -> float:
        days = self.said.days_after
        rules = [
            _("The unit belongs to the centre, which lends it free of charge while your own product is in servicing."),
            ngettext(
                "Bring it back by the day above. Once your own product is back with you, the loan ends "
                "%(days)s working day of the centre later.",
                "Bring it back by the day above. Once your own product is back with you, the loan ends "
                "%(days)s working days of the centre later.",
                days,
            )
            % {"days": days},
            _(
                "If your repair takes longer, the day moves with it, and the centre writes to you. It never moves "
                "earlier while your product is away."
            ),
            _("Use it with care, and do not lend, sell or change it. Keep everything that came with it."),
            _("Tell the centre at once if it is damaged, lost or stolen."),
            _("Take out your cards and delete your pictures and settings before you bring it back."),
            _("Whoever brings a unit back late may have no loans for a time."),
        ]
        self.paper.say(_("What you agree on"), ACROSS, top, size=TEXT, bold=True)
        top += 6.5
        for number, rule in enumerate(rules, 1):
            lines = self.paper.wrapped(rule, width=INNER - 7, size=TEXT, most=3)
            self.paper.say(str(number), (0, 6), top, size=TEXT, colour=INK_3, plain=True)
            top = self.paper.say_lines(lines, (7, INNER - 7), top, size=TEXT, colour=INK_2) + 0.9
        return top

    def _side(self, title: str, top: float, *, when: str, accessories: str, condition: str) -> float:
        """One end of the loan: what was there and how it was, and who signs. What is not known has lines for a pen."""
        self.paper.say(title, (0, 84), top, size=TEXT, bold=True)
        if when:
            self.paper.say(when, (94, 84), top, size=TEXT, colour=INK_2, at_end=True)
        self.paper.rule(top + 6)
        top += 9
        top = self._entry(_("With it"), accessories, top, room=1)
        top = self._entry(_("Condition"), condition, top, room=2)
        top += 9
        for place, label in ((LEFT, _("Date and signature of the member")), (RIGHT, _("For the centre"))):
            self.paper.pen_line(top, place)
            self.paper.say(label, place, top + 1, colour=INK_3)
        return top + 6

    def _entry(self, label: str, value: str, top: float, *, room: int) -> float:
        self.paper.say(label, (0, LABEL), top + 0.6, colour=INK_3)
        width = INNER - LABEL
        lines = [part for line in value.split("\n") for part in self.paper.wrapped(line, width=width, size=TEXT)][:4]
        if not lines:
            for number in range(room):
                self.paper.pen_line(top + 5 + number * 6.5, (LABEL, width))
            return top + 6.5 * room + 1.5
        for line in lines:
            self.paper.say(line, (LABEL, width), top, size=TEXT, plain=runs_ltr(line))
            top += line_height(TEXT)
        return top + 1.5
