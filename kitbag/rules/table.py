"""A table of kit as a member has it: columns in any order, or a plain list of names (programme §3).

What is wrong with the whole table is a TableError; what is wrong in one row stays with that row.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from kitbag.rules.table_cells import NotText, Record, decode, plain, records, separator_of
from kitbag.rules.table_headings import Column, columns_of
from members.rules.names import tidy

MOST_ROWS = 1_000
MOST_BYTES = 1_000_000
# Longest cell of each column that can be meant; the model has room for as much.
LONGEST: dict[Column, int] = {
    Column.PRODUCT: 120,
    Column.SERIAL: 60,
    Column.COUNTRY: 80,
    Column.DATE: 60,
    Column.STORE: 120,
}
# Kept of a longer one, so that it comes back in the file of rows left over.
_KEPT = 400
_REST_KEPT = 10
_COLUMNS_LOOKED_AT = 100
NUL = "\ufffd"
# A spreadsheet has shortened a long number: 4.2026E+11.
_SHORTENED = re.compile(r"\d[.,]?\d*[eE]\+\d+")
# A number at the end of a line of a plain list, perhaps with "SN" before it; "ef 70200 28" has none.
_AT_THE_END = re.compile(
    r"(?P<name>.*?\S)[\s:#]+(?:s\s?/?\s?n[\s.:#]*)?"
    r"(?P<serial>[A-Z]{0,3}(?:\d{6,}|\d{4}(?:[ -]\d{4})+(?:[ -]\d{1,4})?)[A-Z]?)",
    re.IGNORECASE,
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Fault(StrEnum):
    """Why a row cannot be read. The words are the page's."""

    PRODUCT_MISSING = "product_missing"
    PRODUCT_UNKNOWN = "product_unknown"
    TOO_LONG = "too_long"
    NUL = "nul"
    UNCLOSED = "unclosed"
    TOO_MANY_CELLS = "too_many_cells"
    SERIAL_SHORTENED = "serial_shortened"
    SERIAL_LETTERS = "serial_letters"
    DATE = "date"
    DATE_COUNTED = "date_counted"
    DATE_YEAR = "date_year"
    COUNTRY = "country"


class TableError(Exception):
    """The table as a whole cannot be read; `code` names the reason, `count` how many where it is one of too many."""

    def __init__(self, code: str, count: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.count = count


@dataclass(slots=True)
class Row:
    """One thing of the table: cells as typed, on one line each; `broken` are faults of the row's form."""

    number: int
    cells: dict[Column, str]
    broken: list[tuple[Fault, Column]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Rows in order, and the headings that mean nothing here."""

    rows: list[Row]
    unread: list[str] = field(default_factory=list)


def read_file(data: bytes) -> Table:
    """Read an uploaded file. Raises TableError, as `read_text` and: "too_big", "workbook", "not_text"."""
    if len(data) > MOST_BYTES:
        raise TableError("too_big")
    if data.startswith(_WORKBOOKS):
        raise TableError("workbook")
    if data.startswith(b"%PDF"):
        raise TableError("not_text")
    try:
        text = decode(data)
    except NotText as error:
        raise TableError("not_text") from error
    return read_text(text)


def read_text(text: str) -> Table:
    """Read a pasted table. Raises TableError: "empty", "too_big", "too_many_rows", "no_product"."""
    if len(text) > MOST_BYTES:
        raise TableError("too_big")
    text = text.lstrip("\ufeff")
    separator = separator_of(text)
    found = list(records(text, separator))
    if not found:
        raise TableError("empty")
    if len(found) > MOST_ROWS + 1:
        raise TableError("too_many_rows", len(found))
    columns = columns_of([plain(cell) for cell in found[0].cells[:_COLUMNS_LOOKED_AT]])
    if columns is None:
        rows = [_without_headings(record) for record in found]
        unread: list[str] = []
    else:
        headings, *found = found
        if Column.PRODUCT not in columns:
            raise TableError("no_product")
        if not found:
            raise TableError("empty")
        rows = [_row(record, columns, width=len(headings.cells)) for record in found]
        unread = [
            tidy(cell)[:40]
            for at, cell in enumerate(headings.cells[:_COLUMNS_LOOKED_AT])
            if at not in columns.values() and cell.strip()
        ]
    if len(rows) > MOST_ROWS:
        raise TableError("too_many_rows", len(rows))
    return Table(rows, unread)


def _row(record: Record, columns: dict[Column, int], *, width: int) -> Row:
    cells = {column: one_line(record.cells[at]) for column, at in columns.items() if at < len(record.cells)}
    row = Row(record.number, {column: cell for column, cell in cells.items() if cell})
    row.rest = [one_line(cell) for cell in record.cells[width:] if cell.strip()][:_REST_KEPT]
    if row.rest:
        row.broken.append((Fault.TOO_MANY_CELLS, _last(columns)))
    return _with_unclosed(row, record, columns)


def _without_headings(record: Record) -> Row:
    """One product a line, perhaps its number beside it; more cells in the order of the columns."""
    columns = dict(zip(Column, range(len(Column)), strict=True))
    if sum(bool(cell.strip()) for cell in record.cells) == 1 and record.unclosed is None:
        line = one_line(record.cells[0])
        if found := _AT_THE_END.fullmatch(line):
            return Row(record.number, {Column.PRODUCT: found["name"].rstrip(" ,;:-"), Column.SERIAL: found["serial"]})
    return _row(record, columns, width=len(columns))


def _with_unclosed(row: Row, record: Record, columns: dict[Column, int]) -> Row:
    if record.unclosed is not None:
        column = next((column for column, at in columns.items() if at == record.unclosed), _last(columns))
        row.broken = [(Fault.UNCLOSED, column)]
    return row


def _last(columns: dict[Column, int]) -> Column:
    return max(columns, key=lambda column: columns[column])


def one_line(cell: str) -> str:
    """A cell as it is kept: on one line, NUL made visible, no longer than can be of use."""
    return tidy(plain(cell[: _KEPT * 2]).replace("\x00", NUL))[:_KEPT]


def faults_of(cells: dict[Column, str]) -> list[tuple[Fault, Column]]:
    """What is wrong with cells by themselves, each with its column."""
    faults = [(Fault.NUL, column) for column, cell in cells.items() if NUL in cell]
    faults += [(Fault.TOO_LONG, column) for column, cell in cells.items() if len(cell) > LONGEST[column]]
    if not cells.get(Column.PRODUCT):
        faults.append((Fault.PRODUCT_MISSING, Column.PRODUCT))
    if _SHORTENED.fullmatch(cells.get(Column.SERIAL, "")):
        faults.append((Fault.SERIAL_SHORTENED, Column.SERIAL))
    return faults
