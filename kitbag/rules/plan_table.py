"""Many plans in one table: a product, a stage and its day in each row (programme §4).

Columns are sku, stage and day, in this order or under these headings in any order, parted by commas,
semicolons or tabs. An empty day withdraws the plan of that stage.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kitbag.rules.dates import read_date

ROWS_MOST = 1000
COLUMNS = ("sku", "stage", "day")
_STAGES = {
    "superseded": "superseded",
    "unserviceable": "unserviceable",
    "out of service": "unserviceable",
    "no longer serviced": "unserviceable",
}


@dataclass(frozen=True, slots=True)
class PlannedMark:
    """One row: from the line of the table, `day` None where the plan is withdrawn."""

    line: int
    sku: str
    stage: str
    day: date | None


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot be taken; `code` names the rule, `sku` is what stood there."""

    line: int
    sku: str
    code: str


def read_plans(text: str) -> tuple[list[PlannedMark], list[RowFault]]:
    """The rows of a table and what is wrong with the others; a product's stage stands in one row only."""
    lines = [line for line in text.replace("\x00", "").splitlines() if line.strip()]
    if not lines:
        return [], [RowFault(1, "", "empty")]
    rows = list(csv.reader(lines, delimiter=_delimiter(lines[0])))
    names = [cell.strip().casefold() for cell in rows[0]]
    first = 0
    places: Sequence[int] = (0, 1, 2)
    if "sku" in names:
        if not set(COLUMNS) <= set(names):
            return [], [RowFault(1, "", "columns_missing")]
        places, first = [names.index(name) for name in COLUMNS], 1
    if len(rows) - first > ROWS_MOST:
        return [], [RowFault(ROWS_MOST + first, "", "too_many_rows")]
    marks: list[PlannedMark] = []
    faults: list[RowFault] = []
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows[first:], start=first + 1):
        sku, stage, day = (row[place].strip() if place < len(row) else "" for place in places)
        known = _STAGES.get(stage.casefold().replace("_", " "))
        when = read_date(day) if day else None
        if not sku:
            faults.append(RowFault(line, sku, "sku_missing"))
        elif known is None:
            faults.append(RowFault(line, sku, "stage_unknown"))
        elif day and when is None:
            faults.append(RowFault(line, sku, "day_unreadable"))
        elif (sku, known) in seen:
            faults.append(RowFault(line, sku, "twice"))
        else:
            seen.add((sku, known))
            marks.append(PlannedMark(line, sku, known, when))
    return marks, faults


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)
