"""The catalogue file: which files are broken, which rows are refused, and what a row says (programme §2).

Two kinds of fault. A file that cannot be trusted as a whole (not UTF-8, columns missing, a sku twice, a
successor nobody knows, a circle of successors) is broken and changes nothing. A fault inside one row
refuses that row, and the others are loaded.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

COLUMNS = (
    "sku",
    "name",
    "category",
    "series",
    "mount",
    "media",
    "announced_year",
    "lifecycle",
    "superseded_by",
    "fast_track",
    "fast_track_video",
    "points",
    "points_superseded",
    "points_floor",
    "serial",
    "serial_hint",
    "aliases",
    "market",
    "points_basis",
    "source",
)
CATEGORIES = frozenset(
    {
        "accessory_audio",
        "accessory_grip",
        "accessory_optics",
        "accessory_power",
        "accessory_remote",
        "accessory_wireless_gps",
        "binoculars",
        "camcorder",
        "camera_compact",
        "camera_dslr",
        "camera_film",
        "camera_mirrorless",
        "cinema_camera",
        "display",
        "extender_adapter",
        "flash",
        "lens_cinema",
        "lens_ef",
        "lens_efm",
        "lens_efs",
        "lens_fd",
        "lens_rf",
        "lens_rfs",
        "lens_tse_mpe",
        "other",
        "printer_large_format",
        "printer_office",
        "printer_photo",
        "projector",
        "ptz_camera",
        "scanner",
    }
)
STAGES = ("current", "superseded", "unserviceable")
POINTS_MOST = 10_000
_LENGTHS = {
    "sku": 80,
    "name": 120,
    "series": 60,
    "mount": 40,
    "serial_hint": 300,
    "aliases": 500,
    "market": 120,
    "points_basis": 200,
    "source": 300,
}
_ONE_OF = {
    "category": CATEGORIES,
    "media": frozenset({"photo", "video", "both"}),
    "lifecycle": frozenset(STAGES),
    "fast_track": frozenset({"true", "false"}),
    "fast_track_video": frozenset({"true", "false"}),
    "serial": frozenset({"required", "optional", "none"}),
}
_POINTS = ("points", "points_superseded", "points_floor")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WHOLE = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where: the line of the file (1 is the header), the column, the reason in words."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column or 'row'}: {self.reason}"


class BrokenFile(Exception):
    """The file as a whole cannot be trusted; nothing of it is loaded."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Row:
    """A sound row: its line and its cells as text, by column."""

    line: int
    cells: Mapping[str, str]

    @property
    def sku(self) -> str:
        return self.cells["sku"]


@dataclass(slots=True)
class CatalogueFile:
    """A file that can be trusted: its sound rows in order, and those refused with every fault."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


def read(data: bytes) -> CatalogueFile:
    """Parse and check a file. Raises BrokenFile; what is wrong with single rows is in `refused`.

    Successors are checked by `unknown_successors` and `circle`, which need the products known already.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenFile([Fault(line, "", "the file is not UTF-8")]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    file = CatalogueFile()
    repeated: list[Fault] = []
    try:
        _check_header(next(reader, []))
        for cells in reader:
            _take_row(file, reader.line_num, cells, repeated)
    except csv.Error as error:
        raise BrokenFile([Fault(reader.line_num, "", f"not readable as CSV: {error}")]) from None
    if repeated:
        raise BrokenFile(repeated)
    if not file.lines:
        raise BrokenFile([Fault(2, "", "the file holds no rows")])
    return file


def _take_row(file: CatalogueFile, line: int, cells: list[str], repeated: list[Fault]) -> None:
    if not cells:
        return
    if len(cells) != len(COLUMNS):
        file.lines[f"line {line}"] = line
        reason = f"{len(cells)} cells where there should be {len(COLUMNS)}"
        file.refused.append(Fault(line, "", reason))
        return
    named = dict(zip(COLUMNS, cells, strict=True))
    sku = named["sku"]
    if sku and sku in file.lines:
        repeated.append(Fault(line, "sku", f"“{sku}” stands on line {file.lines[sku]} already"))
        return
    file.lines[sku] = line
    faults = [Fault(line, column, reason) for column, reason in row_faults(named)]
    if faults:
        file.refused.extend(faults)
    else:
        file.rows.append(Row(line, named))


def _check_header(header: list[str]) -> None:
    faults = [Fault(1, column, "the column is missing") for column in COLUMNS if column not in header]
    faults += [Fault(1, column, "not a column of the catalogue") for column in header if column not in COLUMNS]
    if not faults and tuple(header) != COLUMNS:
        faults = [Fault(1, "", "the columns are repeated or not in their order")]
    if faults:
        raise BrokenFile(faults)


def row_faults(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everything wrong inside one row, as (column, reason)."""
    faults = []
    for column in COLUMNS:
        reason = _cell_fault(column, cells[column])
        if reason:
            faults.append((column, reason))
    if cells["superseded_by"] and cells["superseded_by"] == cells["sku"]:
        faults.append(("superseded_by", "a product does not follow itself"))
    if not any(column in _POINTS for column, _ in faults):
        reason = points_fault(*(int(cells[column]) for column in _POINTS))
        if reason:
            faults.append(("points", reason))
    return faults


def _cell_fault(column: str, cell: str) -> str:
    """What is wrong with one cell, or nothing."""
    if any(unicodedata.category(char)[0] == "C" for char in cell):
        return "holds a character that cannot be printed"
    if cell != cell.strip():
        return "begins or ends with a space"
    if len(cell) > _LENGTHS.get(column, 500):
        return f"longer than {_LENGTHS.get(column, 500)} characters"
    allowed = _ONE_OF.get(column)
    if allowed is not None and cell not in allowed:
        return f"“{cell}” is not one of {', '.join(sorted(allowed))}"
    if column == "sku" and not _SLUG.fullmatch(cell):
        return "is not a slug of lower-case letters, digits and single hyphens"
    if column == "name" and not any(char.isalnum() for char in cell):
        return "a name is needed"
    if column == "announced_year" and cell and not (_WHOLE.fullmatch(cell) and 1930 <= int(cell) <= 2100):
        return f"“{cell}” is not a year from 1930 to 2100"
    if column in _POINTS and not (_WHOLE.fullmatch(cell) and int(cell) <= POINTS_MOST):
        return f"“{cell}” is not a whole number up to {POINTS_MOST}"
    if column == "aliases" and cell and not all(alias.strip() for alias in cell.split("|")):
        return "an empty name stands between two bars"
    return ""


def points_fault(full: int, superseded: int, floor: int) -> str:
    """Why three values cannot be those of one product (§4), or nothing."""
    if not full >= superseded >= floor:
        return f"{full}, {superseded}, {floor}: the value rises with age"
    if full and not floor:
        return "a product with points keeps at least 1"
    return ""


def unknown_successors(file: CatalogueFile, known: Iterable[str]) -> tuple[list[Fault], list[Fault]]:
    """Faults of `superseded_by`: (of the whole file, of single rows).

    A successor neither in the file nor known is a fault of the file. One whose own row is refused, and
    which is not known from before, refuses the row that names it, and so on down the chain.
    """
    known = set(known)
    whole = [
        Fault(row.line, "superseded_by", f"no product has the sku “{row.cells['superseded_by']}”")
        for row in file.rows
        if (after := row.cells["superseded_by"]) and after not in known and after not in file.lines
    ]
    single: list[Fault] = []
    sound = {row.sku: row for row in file.rows}
    while True:
        fallen = [
            row
            for row in sound.values()
            if (after := row.cells["superseded_by"]) and after not in known and after not in sound
        ]
        if not fallen or whole:
            return whole, single
        for row in fallen:
            after = row.cells["superseded_by"]
            reason = f"its successor “{after}” on line {file.lines[after]} is refused"
            single.append(Fault(row.line, "superseded_by", reason))
            del sound[row.sku]


def circle(successors: Mapping[str, str]) -> list[str]:
    """The skus of a circle of successors, in order; empty where there is none."""
    done: set[str] = set()
    for start in successors:
        path: list[str] = []
        sku = start
        while sku in successors and sku not in done:
            if sku in path:
                return path[path.index(sku) :]
            path.append(sku)
            sku = successors[sku]
        done.update(path)
    return []
