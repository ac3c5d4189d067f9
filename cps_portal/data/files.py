"""Reading a file of programme data: rows with their numbers, and every fault with its row and column."""

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from kitbag.rules.table_cells import plain, records, safe, separator_of

MOST_ROWS = 50_000
MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where: row as a spreadsheet counts (0: the file as a whole), column by its heading."""

    row: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number, its cells as text by column."""

    number: int
    cells: Mapping[str, str]


class Faulty(Exception):
    """The file cannot be taken; nothing was written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.row)
        super().__init__(f"{len(self.faults)} faults")


def text_of(data: bytes) -> str:
    """The text of a file. Raises Faulty."""
    if len(data) > MOST_BYTES:
        raise Faulty([Fault(0, "", _("The file is larger than 20 MB. Part it."))])
    try:
        # No guess at letters: what staff bring in is shown to everybody.
        text = data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Faulty([Fault(0, "", _("This is no text in UTF-8. Save the table as “CSV UTF-8”."))]) from error
    if "\x00" in text:
        raise Faulty([Fault(0, "", _("This is no text in UTF-8. Save the table as “CSV UTF-8”."))])
    return text


def rows_of(text: str, columns: Sequence[str], key: Sequence[str]) -> tuple[list[Row], list[Fault]]:
    """The sound rows of a table with just these columns, in any order, and what is wrong with the others.

    No two rows have one key. Raises Faulty for a table that cannot be read at all.
    """
    found = records(text, separator_of(text))
    heading = next(found, None)
    if heading is None:
        raise Faulty([Fault(0, "", _("The file is empty."))])
    names = [plain(cell).strip().lower() for cell in heading.cells]
    faults = [Fault(1, name, _("A column is missing.")) for name in columns if name not in names]
    faults += [Fault(1, name or "–", _("This column is not known.")) for name in names if name not in columns]
    faults += [Fault(1, name, _("This column is there twice.")) for name in set(names) if names.count(name) > 1]
    if faults:
        raise Faulty(faults)
    rows: list[Row] = []
    first: dict[tuple[str, ...], int] = {}
    for record in found:
        if len(rows) == MOST_ROWS:
            raise Faulty([Fault(record.number, "", _("A file has 50,000 rows at most. Part it."))])
        if record.unclosed is not None:
            faults.append(Fault(record.number, "", _("A quotation mark is never closed.")))
            continue
        if len(record.cells) != len(names):
            faults.append(Fault(record.number, "", _("This row has not as many cells as there are headings.")))
            continue
        cells = {name: plain(cell) for name, cell in zip(names, record.cells, strict=True)}
        identity = tuple(cells[name].strip().lower() for name in key)
        if identity in first:
            said = _("The same stands in row %(row)s.") % {"row": first[identity]}
            faults.append(Fault(record.number, ", ".join(key), said))
            continue
        first[identity] = record.number
        rows.append(Row(record.number, cells))
    if not rows and not faults:
        raise Faulty([Fault(0, "", _("There is no row under the headings."))])
    return rows, faults


def cells_of(values: Iterable[object]) -> list[str]:
    """Cells that no spreadsheet calculates and that come back as they went: days are no numbers either."""
    return [safe("" if value is None else str(value), as_text=not isinstance(value, int | Decimal)) for value in values]
