"""The catalogue as rows of a file: brought in by its loader, and taken out as it was brought in."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from cps_portal.data.files import Fault, Faulty, Row
from cps_portal.data.outcome import CHANGED, NEW, SAME, Done, Said
from kitbag import catalogue
from kitbag.models import Product
from kitbag.rules import catalogue_file
from kitbag.rules.table_cells import written

_BREAK = re.compile(r"\r\n?|\n")


def load_catalogue(rows: list[Row], said: Said, at: datetime) -> list[Done]:
    try:
        report = catalogue.load(_as_file(rows), at=at, tick=said.tick)
    except catalogue_file.BrokenFile as broken:
        raise Faulty(_faults(broken.faults, rows)) from broken
    if report.refused:
        raise Faulty(_faults(report.refused, rows))
    added = set(report.added)
    return [_of_product(row, added, report) for row in rows]


def _of_product(row: Row, added: set[str], report: catalogue.Report) -> Done:
    sku = row.cells["sku"]
    if sku in added:
        return Done(NEW, sku)
    if sku not in report.before:
        return Done(SAME, sku)
    before = report.before[sku]
    cells = [(name, before.get(name, ""), row.cells[name]) for name in catalogue_file.COLUMNS]
    return Done(
        CHANGED, sku, "; ".join(f"{name}: {old or '–'} → {new or '–'}" for name, old, new in cells if old != new)
    )


def _as_file(rows: list[Row]) -> bytes:
    columns = catalogue_file.COLUMNS
    table = [list(columns), *([row.cells[name] for name in columns] for row in rows)]
    return written(table).removeprefix("\ufeff").encode()


def wrong_alone(rows: list[Row]) -> list[Fault]:
    """What is wrong with each row by itself."""
    return [
        Fault(row.number, column, reason) for row in rows for column, reason in catalogue_file.row_faults(row.cells)
    ]


def _faults(found: Sequence[catalogue_file.Fault], rows: list[Row]) -> list[Fault]:
    """What the loader found, by the rows of the file that staff have.

    It counts lines of the file that it was given, and a row wrong in itself takes those down that it follows: whether
    successors are known is told once every row is sound.
    """
    numbers: dict[int, int] = {}
    line = 1
    for row in rows:
        line += 1 + sum(len(_BREAK.findall(cell)) for cell in row.cells.values())
        numbers[line] = row.number
    alone = wrong_alone(rows)
    others = [
        Fault(numbers.get(fault.line, fault.line), fault.column, fault.reason)
        for fault in found
        if not (alone and fault.column == "superseded_by")
    ]
    return list(dict.fromkeys([*alone, *others]))


def catalogue_rows() -> Iterator[Sequence[object]]:
    for product in Product.objects.order_by("sku").iterator(chunk_size=500):
        yield [product.file_cells.get(name, "") for name in catalogue_file.COLUMNS]
