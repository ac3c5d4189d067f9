"""The kitbag list for an insurer or customs, as a paper (programme §3)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from babel.numbers import get_currency_precision
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django_countries import countries

from cps_portal.pdf.facts import Fact, in_a_row
from cps_portal.pdf.paper import ACROSS, HEIGHT, INK_2, INK_3, INNER, Face, Paper
from cps_portal.pdf.table import Cell, Head, Table
from kitbag.models import Proof
from kitbag.rules.list_codes import grouped
from members.rules.numbers import spaced

# Columns. Together they fill the sheet between its margins.
NUMBER, PRODUCT, SERIAL, BOUGHT, VALUE = (0.0, 8.0), (8.0, 62.0), (72.0, 38.0), (112.0, 40.0), (152.0, 26.0)
TEXT, SMALL = 9.0, 7.5
PAD = 1.7
HEAD_TOP, FIRST_ROWS, OTHER_ROWS, ROWS_END = 24.0, 78.0, 34.0, 270.0
FOOT_TOP = 278.0


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, digits Western and as many decimals as the currency has."""
    return f"{amount:,.{get_currency_precision(currency)}f} {currency}"


def written(*, code: str, issued_at: datetime, rows: Mapping[str, Any], address: str) -> bytes:
    """The list of a code as PDF; `rows` as kitbag.lists keeps them, `address` of the page that checks it."""
    with translation.override(rows["language"]):
        return _KitList(code, issued_at, rows, address).draw()


class _KitList:
    def __init__(self, code: str, issued_at: datetime, rows: Mapping[str, Any], address: str) -> None:
        self.code, self.rows, self.address = grouped(code), rows, address
        self.issued = date_format(issued_at.date(), "j M Y")
        self.totals = totals_of(rows["items"])
        self.paper = Paper(
            title=f"{_('Kitbag list')} {self.code}",
            key=code,
            language=rows["language"],
            rtl=translation.get_language_bidi(),
            at=issued_at,
            small=SMALL,
        )
        self.table = Table(self.paper, TEXT, PAD)

    def draw(self) -> bytes:
        sheets = self._laid_out([self._row(item) for item in self.rows["items"]])
        item_numbers = count(1)
        for number, rows in enumerate(sheets, 1):
            self.paper.new_sheet("" if number == 1 else _("Kitbag list"))
            top = self._opening() if number == 1 else self._heads(OTHER_ROWS)
            for row in rows:
                place = top + PAD + 0.5
                self.paper.say(str(next(item_numbers)), NUMBER, place, face=Face.MONO, colour=INK_3)
                top = self.table.row(row, top)
            if number == len(sheets):
                self._closing(top)
            self._foot(number, len(sheets))
        return self.paper.written()

    def _row(self, item: Mapping[str, Any]) -> list[Cell]:
        bought = date_format(date.fromisoformat(item["bought"]), "j M Y") if item["bought"] else ""
        country = str(countries.name(item["country"])) if item["country"] else ""
        where = pgettext("between things in a row", ", ").join(part for part in (item["store"], country) if part)
        wrapped = self.paper.wrapped
        product = wrapped(item["product"], width=PRODUCT[1], size=TEXT, bold=True)
        proofs = [
            line
            for proof in item["proofs"]
            for line in wrapped(proof_words(proof), width=PRODUCT[1], size=SMALL, most=2)
        ]
        serial = wrapped(item["serial"], width=SERIAL[1], size=TEXT, face=Face.MONO)
        value = [money(Decimal(item["value"]), item["currency"])] if item["value"] else []
        return [
            Cell(place=PRODUCT, lines=product, notes=proofs, bold=True, plain=True),
            Cell(place=SERIAL, lines=serial, face=Face.MONO),
            Cell(
                place=BOUGHT,
                lines=[bought] if bought else [],
                notes=wrapped(where, width=BOUGHT[1], size=SMALL),
                notes_colour=INK_2,
            ),
            Cell(place=VALUE, lines=value, at_end=True, plain=True),
        ]

    def _laid_out(self, rows: Sequence[list[Cell]]) -> list[list[list[Cell]]]:
        """Rows on sheets; what closes the list has a sheet of its own where it does not fit below the last row."""
        sheets: list[list[list[Cell]]] = [[]]
        top = FIRST_ROWS
        for row in rows:
            height = self.table.height(row)
            if top + height > ROWS_END:
                sheets.append([])
                top = OTHER_ROWS
            sheets[-1].append(row)
            top += height
        if top + self._closing_height() > ROWS_END:
            sheets.append([])
        return sheets

    def _opening(self) -> float:
        paper = self.paper
        paper.say(_("Kitbag list"), ACROSS, HEAD_TOP, size=20, bold=True)
        number = len(self.rows["items"])
        items = ngettext("%(items)s item", "%(items)s items", number) % {"items": number}
        facts = [
            (Fact(_("Member"), self.rows["member"]["name"]), (0, 68)),
            (Fact(_("Member number"), spaced(self.rows["member"]["number"]), Face.MONO), (72, 38)),
            (Fact(_("Issued on"), self.issued), (112, 36)),
            (Fact(_("What it lists"), items), (152, 26)),
        ]
        in_a_row(paper, facts, 40)
        words = _(
            "Products, serial numbers and purchases as this member keeps them in the kitbag of the CPS portal on the "
            "day of issue. Values are the member’s own."
        )
        paper.say_lines(paper.wrapped(words, width=INNER, size=SMALL), ACROSS, 57, colour=INK_2)
        return self._heads(FIRST_ROWS)

    def _heads(self, rows_begin: float) -> float:
        heads = [Head(_("Product"), PRODUCT), Head(_("Serial number"), SERIAL), Head(_("Bought"), BOUGHT)]
        if self.totals:
            heads.append(Head(_("Value"), VALUE, at_end=True))
        return self.table.heads(heads, rows_begin)

    def _closing_height(self) -> float:
        return 8 + len(self.totals) * 6.5 if self.totals else 0

    def _closing(self, top: float) -> None:
        if not self.totals:
            return
        top += 6
        start, width = PRODUCT[0] + 64, INNER - PRODUCT[0] - 64
        self.paper.rule(top, (start, width), ticks=False)
        for number, (currency, (amount, items)) in enumerate(self.totals.items()):
            line = top + 1.8 + number * 6.5
            label = ngettext("Value of %(items)s item", "Value of %(items)s items", items) % {"items": items}
            self.paper.say(label, (start, 50), line, size=TEXT, colour=INK_2)
            value = money(amount, currency)
            self.paper.say(value, (start + 50, width - 50), line, size=10, bold=True, at_end=True, plain=True)

    def _foot(self, number: int, sheets: int) -> None:
        paper = self.paper
        paper.rule(FOOT_TOP)
        paper.say(_("Check code"), (0, 24), FOOT_TOP + 2.6, colour=INK_3)
        paper.say(self.code, (0, 48), FOOT_TOP + 6, size=TEXT, face=Face.MONO)
        paper.say(_("Check it at"), (51, 60), FOOT_TOP + 2.6, colour=INK_3)
        # An address longer than its place is set smaller; it has to be there in full.
        size = SMALL
        while size > 4 and len(paper.wrapped(self.address, width=98, size=size, face=Face.MONO)) > 1:
            size -= 0.5
        paper.say(self.address, (51, 98), FOOT_TOP + 6.4, size=size, face=Face.MONO)
        words = _("Page %(number)s of %(count)s") % {"number": number, "count": sheets}
        paper.say(words, (148, 30), FOOT_TOP + 6.4, colour=INK_2, at_end=True)
        assert paper.get_y() < HEIGHT


def proof_words(proof: Mapping[str, Any]) -> str:
    """ "Proof of purchase, PDF, uploaded 3 May 2026"."""
    return _("%(kind)s, %(type)s, uploaded %(day)s") % {
        "kind": Proof.Kind(proof["kind"]).label,
        "type": Proof.ContentType(proof["type"]).label,
        "day": date_format(date.fromisoformat(proof["on"]), "j M Y"),
    }


def totals_of(items: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Decimal, int]]:
    """The sum and number of the values in each currency, by its code."""
    totals: dict[str, tuple[Decimal, int]] = {}
    for item in items:
        if item["value"]:
            amount, count = totals.get(item["currency"], (Decimal(0), 0))
            totals[item["currency"]] = amount + Decimal(item["value"]), count + 1
    return dict(sorted(totals.items()))
