"""The kitbag list for an insurer or customs, as a paper (programme §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django_countries import countries

from cps_portal.pdf.paper import HEIGHT, INK_2, INK_3, INNER, MARGIN, Face, Paper, line_height
from kitbag.models import Proof
from kitbag.rules.list_codes import grouped
from members.rules.numbers import spaced

# Columns: start from the margin and width. Together they fill the sheet between its margins.
NUMBER, PRODUCT, SERIAL, BOUGHT, VALUE = (0.0, 8.0), (8.0, 62.0), (72.0, 38.0), (112.0, 40.0), (152.0, 26.0)
TEXT, SMALL = 9.0, 7.5
PAD = 1.7
HEAD_TOP, FIRST_ROWS, OTHER_ROWS, ROWS_END = 24.0, 78.0, 34.0, 270.0
FOOT_TOP = 278.0


@dataclass(slots=True)
class _Row:
    """One item, cut into lines."""

    number: int
    product: list[str]
    serial: list[str]
    bought: list[str]
    where: list[str]
    value: str
    proofs: list[str]

    @property
    def height(self) -> float:
        start = len(self.product) * line_height(TEXT) + len(self.proofs) * line_height(SMALL)
        middle = len(self.serial) * line_height(TEXT)
        bought = len(self.bought) * line_height(TEXT) + len(self.where) * line_height(SMALL)
        return max(start, middle, bought, line_height(TEXT)) + 2 * PAD


@dataclass(slots=True)
class _Sheet:
    rows: list[_Row] = field(default_factory=list)
    closes: bool = False


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
        )

    def draw(self) -> bytes:
        sheets = self._laid_out([self._row(number, item) for number, item in enumerate(self.rows["items"], 1)])
        for number, sheet in enumerate(sheets, 1):
            self.paper.add_page()
            self.paper.masthead(_("Canon Professional Services"))
            top = self._opening() if number == 1 else self._running_head()
            for row in sheet.rows:
                self._draw_row(row, top)
                top += row.height
                self.paper.hairline(top)
            if sheet.closes:
                self._closing(top)
            self._foot(number, len(sheets))
        return self.paper.written()

    def _row(self, number: int, item: Mapping[str, Any]) -> _Row:
        bought = date_format(date.fromisoformat(item["bought"]), "j M Y") if item["bought"] else ""
        country = str(countries.name(item["country"])) if item["country"] else ""
        where = pgettext("between things in a row", ", ").join(part for part in (item["store"], country) if part)
        wrapped = self.paper.wrapped
        return _Row(
            number=number,
            product=wrapped(item["product"], width=PRODUCT[1], size=TEXT, bold=True),
            serial=wrapped(item["serial"], width=SERIAL[1], size=TEXT, face=Face.MONO),
            bought=[bought] if bought else [],
            where=wrapped(where, width=BOUGHT[1], size=SMALL),
            value=money(Decimal(item["value"]), item["currency"]) if item["value"] else "",
            proofs=[
                line
                for proof in item["proofs"]
                for line in wrapped(proof_words(proof), width=PRODUCT[1], size=SMALL, most=2)
            ],
        )

    def _laid_out(self, rows: Sequence[_Row]) -> list[_Sheet]:
        """Rows on sheets; what closes the list has a sheet of its own where it does not fit below the last row."""
        sheets, top = [_Sheet()], FIRST_ROWS
        for row in rows:
            if top + row.height > ROWS_END:
                sheets.append(_Sheet())
                top = OTHER_ROWS
            sheets[-1].rows.append(row)
            top += row.height
        if top + self._closing_height() > ROWS_END:
            sheets.append(_Sheet())
        sheets[-1].closes = True
        return sheets

    def _opening(self) -> float:
        paper = self.paper
        paper.say(_("Kitbag list"), start=MARGIN, top=HEAD_TOP, width=INNER, size=20, bold=True)
        count = len(self.rows["items"])
        items = ngettext("%(items)s item", "%(items)s items", count) % {"items": count}
        facts = [
            (_("Member"), self.rows["member"]["name"], Face.SANS),
            (_("Member number"), spaced(self.rows["member"]["number"]), Face.MONO),
            (_("Issued on"), self.issued, Face.SANS),
            (_("What it lists"), items, Face.SANS),
        ]
        places = ((0.0, 68.0), (72.0, 38.0), (112.0, 36.0), (152.0, 26.0))
        for (label, value, face), (start, width) in zip(facts, places, strict=True):
            lines = paper.wrapped(value, width=width, size=10, bold=face == Face.SANS, face=face, most=2)
            paper.say(label, start=MARGIN + start, top=40, width=width, size=SMALL, colour=INK_3)
            for number, line in enumerate(lines):
                paper.say(
                    line,
                    start=MARGIN + start,
                    top=44.2 + number * line_height(10),
                    width=width,
                    size=10,
                    bold=face == Face.SANS,
                    face=face,
                    plain=face == Face.MONO,
                )
        words = _(
            "Products, serial numbers and purchases as this member keeps them in the kitbag of the CPS portal on the "
            "day of issue. Values are the member’s own."
        )
        lines = paper.wrapped(words, width=INNER, size=SMALL)
        for number, line in enumerate(lines):
            paper.say(line, start=MARGIN, top=57 + number * line_height(SMALL), width=INNER, size=SMALL, colour=INK_2)
        return self._table_head(FIRST_ROWS)

    def _running_head(self) -> float:
        self.paper.say(
            _("Kitbag list"), start=MARGIN + 112, top=12.9, width=66, size=8, colour=INK_2, at_end=True, bold=True
        )
        return self._table_head(OTHER_ROWS)

    def _table_head(self, rows_begin: float) -> float:
        top = rows_begin - 9.5
        heads = ((_("Product"), PRODUCT), (_("Serial number"), SERIAL), (_("Bought"), BOUGHT))
        for label, (start, width) in heads:
            self.paper.say(label, start=MARGIN + start, top=top, width=width, size=SMALL, colour=INK_3)
        if self.totals:
            self.paper.say(
                _("Value"), start=MARGIN + VALUE[0], top=top, width=VALUE[1], size=SMALL, colour=INK_3, at_end=True
            )
        self.paper.rule(rows_begin - 4.5)
        return rows_begin - 2.2

    def _draw_row(self, row: _Row, top: float) -> None:
        paper, top = self.paper, top + PAD
        paper.say(
            str(row.number),
            start=MARGIN,
            top=top + 0.5,
            width=NUMBER[1],
            size=SMALL,
            colour=INK_3,
            face=Face.MONO,
            plain=True,
        )
        start, width = MARGIN + PRODUCT[0], PRODUCT[1]
        paper.say_lines(row.product, start=start, top=top, width=width, size=TEXT, bold=True, plain=True)
        below = top + len(row.product) * line_height(TEXT)
        paper.say_lines(row.proofs, start=start, top=below, width=width, size=SMALL, colour=INK_3)
        start, width = MARGIN + SERIAL[0], SERIAL[1]
        paper.say_lines(row.serial, start=start, top=top, width=width, size=TEXT, face=Face.MONO, plain=True)
        start, width = MARGIN + BOUGHT[0], BOUGHT[1]
        paper.say_lines(row.bought, start=start, top=top, width=width, size=TEXT)
        below = top + len(row.bought) * line_height(TEXT)
        paper.say_lines(row.where, start=start, top=below, width=width, size=SMALL, colour=INK_2)
        if row.value:
            paper.say(row.value, start=MARGIN + VALUE[0], top=top, width=VALUE[1], size=TEXT, at_end=True, plain=True)

    def _closing_height(self) -> float:
        return 8 + len(self.totals) * 6.5 if self.totals else 0

    def _closing(self, top: float) -> None:
        if not self.totals:
            return
        top += 6
        start, width = PRODUCT[0] + 64, INNER - PRODUCT[0] - 64
        self.paper.rule(top, start=MARGIN + start, width=width, ticks=False)
        for number, (currency, (amount, items)) in enumerate(self.totals.items()):
            line = top + 1.8 + number * 6.5
            label = ngettext("Value of %(items)s item", "Value of %(items)s items", items) % {"items": items}
            self.paper.say(label, start=MARGIN + start, top=line, width=50, size=TEXT, colour=INK_2)
            self.paper.say(
                money(amount, currency),
                start=MARGIN + start + 50,
                top=line,
                width=width - 50,
                size=10,
                bold=True,
                at_end=True,
                plain=True,
            )

    def _foot(self, number: int, count: int) -> None:
        paper = self.paper
        paper.rule(FOOT_TOP)
        paper.say(_("Check code"), start=MARGIN, top=FOOT_TOP + 2.6, width=24, size=SMALL, colour=INK_3)
        paper.say(self.code, start=MARGIN, top=FOOT_TOP + 6, width=48, size=TEXT, face=Face.MONO, plain=True)
        paper.say(_("Check it at"), start=MARGIN + 51, top=FOOT_TOP + 2.6, width=60, size=SMALL, colour=INK_3)
        # An address longer than its place is set smaller; it has to be there in full.
        size = SMALL
        while size > 4 and len(paper.wrapped(self.address, width=98, size=size, face=Face.MONO)) > 1:
            size -= 0.5
        paper.say(self.address, start=MARGIN + 51, top=FOOT_TOP + 6.4, width=98, size=size, face=Face.MONO, plain=True)
        words = _("Page %(number)s of %(count)s") % {"number": number, "count": count}
        paper.say(words, start=MARGIN + 148, top=FOOT_TOP + 6.4, width=30, size=SMALL, colour=INK_2, at_end=True)
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
