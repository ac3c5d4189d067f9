"""Rows of the former scheme's file: read, checked, and compared with what their people have now (programme §1).

The file is a CSV in UTF-8, with commas or semicolons and these headings in any order: email, name, country,
photo_level, video_level, kit. A country is its ISO code or its English name; a level is Red, Silver, Gold or
Platinum (or 0 to 3), empty where there was none; kit is "product|serial; product|serial", each serial optional.
Cells are text and stay text: nothing in them is ever calculated.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from members.rules.levels import Rank
from members.rules.names import can_be_seen, tidy

HEADINGS = ("email", "name", "country", "photo_level", "video_level", "kit")
SQUASHED = {name.replace("_", ""): name for name in HEADINGS}
NEEDED = frozenset(HEADINGS) - {"kit"}
MOST_ROWS = 50_000
MOST_THINGS = 200
MOST_FAULTS = 200
NAME_LENGTH = 120
PRODUCT_LENGTH = 160
SERIAL_LENGTH = 60
LEVELS: Mapping[str, int] = {
    **{rank.name.lower(): int(rank) for rank in Rank},
    **{str(int(rank)): int(rank) for rank in Rank},
}
# What the form for joining takes as well: nobody is invited who could not join.
EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
# Countries of the programme where a letter is best written in Arabic.
IN_ARABIC = frozenset(
    ("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "MR", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE")
)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something an old account named, as its file says it."""

    product: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An old account. Levels are 0 to 3; one of the two is there at least."""

    email: str
    name: str
    country: str
    photo_level: int | None
    video_level: int | None
    kit: Sequence[Thing] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a file from being read in: a code, the line (0 for the whole file), and what stands there."""

    line: int
    code: str
    found: str = ""


@dataclass(slots=True)
class Reading:
    """What a file says: its rows with their lines, and what is wrong. `more_faults` are those not listed."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0

    def fault(self, line: int, code: str, found: str = "") -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(line, code, tidy(found.replace("\x00", "�"))[:80]))
        else:
            self.more_faults += 1


def country_key(text: str) -> str:
    """A country's code or name as it is looked up, whichever apostrophe it is written with."""
    return tidy(text).lower().replace("’", "'")


def language_of(country: str) -> str:
    """The language in which somebody of a country is first written to."""
    return "ar" if country in IN_ARABIC else "en"


def read(data: bytes, *, countries: Mapping[str, str]) -> Reading:
    """Read a file of old accounts. `countries` leads from the key of a code or a name to the code.

    Every fault is said with its line; a file with faults is not read in at all.
    """
    reading = Reading()
    text = _decoded(data, reading)
    if reading.faults:
        return reading
    # Lines end where a spreadsheet ends them: other signs that part lines may stand in a name.
    rows = _numbered(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True), reading)
    _line, cells = next(rows, (1, []))
    places = None if reading.faults else _headings(cells, reading)
    if places is None:
        return reading
    _read_rows(rows, len(cells), places, reading, countries)
    if not reading.rows and not reading.faults:
        reading.fault(0, "empty")
    return reading


def _numbered(lines: Any, reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """The rows of a csv.reader, each with the line where it begins; one that is broken is the last."""
    begins = 1
    try:
        for cells in lines:
            yield begins, cells
            begins = lines.line_num + 1
    except csv.Error:
        reading.fault(begins, "broken_line")


def _decoded(data: bytes, reading: Reading) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.fault(data.count(b"\n", 0, error.start) + 1, "encoding")
        return ""
    if "\x00" in text:
        reading.fault(text.count("\n", 0, text.index("\x00")) + 1, "encoding")
    return text


def _delimiter(text: str) -> str:
    """Whichever of both the first line has more of: spreadsheets of many countries write semicolons."""
    first = text.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _headings(cells: Sequence[str], reading: Reading) -> dict[str, int] | None:
    """Where each column is; None, with faults, where the headings are not these."""
    names = [SQUASHED.get(re.sub("[ _-]", "", tidy(cell).lower()), tidy(cell).lower()) for cell in cells]
    places = {name: place for place, name in enumerate(names) if name}
    for name in sorted(NEEDED - places.keys()):
        reading.fault(1, "column_missing", name)
    for name in sorted(places.keys() - set(HEADINGS)):
        reading.fault(1, "column_unknown", name)
    for name in sorted({name for name in places if names.count(name) > 1}):
        reading.fault(1, "column_twice", name)
    return None if reading.faults else places


def _read_rows(
    rows: Iterable[tuple[int, list[str]]],
    width: int,
    places: Mapping[str, int],
    reading: Reading,
    countries: Mapping[str, str],
) -> None:
    first_line: dict[str, int] = {}
    nameless = set(range(width)) - set(places.values())
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width or any(cells[place].strip() for place in nameless):
            reading.fault(line, "columns", str(len(cells)))
            continue
        if len(reading.rows) >= MOST_ROWS:
            reading.fault(line, "too_many_rows", str(MOST_ROWS))
            return
        row = _row({name: cells[place] for name, place in places.items()}, line, reading, countries)
        if row is None:
            continue
        if row.email in first_line:
            reading.fault(line, "email_twice", f"{row.email} ({first_line[row.email]})")
            continue
        first_line[row.email] = line
        reading.rows.append(row)


def _row(said: Mapping[str, str], line: int, reading: Reading, countries: Mapping[str, str]) -> Row | None:
    """One account; None, with its faults, where a cell cannot be read."""
    found = list(_faults(said, countries))
    kit = tuple(things(said.get("kit", "")))
    if len(kit) > MOST_THINGS:
        found.append(("kit_long", str(len(kit))))
    found += [
        ("kit", f"{thing.product} {thing.serial}")
        for thing in kit
        if not can_be_seen(thing.product) or len(thing.product) > PRODUCT_LENGTH or len(thing.serial) > SERIAL_LENGTH
    ]
    for code, text in found:
        reading.fault(line, code, text)
    if found:
        return None
    return Row(
        email=said["email"].strip().lower(),
        name=tidy(said["name"]),
        country=countries[country_key(said["country"])],
        photo_level=level_of(said["photo_level"]),
        video_level=level_of(said["video_level"]),
        kit=kit,
    )


def _faults(said: Mapping[str, str], countries: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    email, name = said["email"].strip().lower(), tidy(said["name"])
    if not (EMAIL.fullmatch(email) and len(email) <= 254):
        yield "email", said["email"]
    if not can_be_seen(name):
        yield "name_missing", ""
    elif len(name) > NAME_LENGTH:
        yield "name_long", name
    if country_key(said["country"]) not in countries:
        yield "country", said["country"]
    cells = [tidy(said[column]).lower() for column in ("photo_level", "video_level")]
    for cell in cells:
        if cell and cell not in LEVELS:
            yield "level", cell
    if not any(cells):
        yield "level_missing", ""


def level_of(cell: str) -> int | None:
    """A level as a cell says it; None where it is empty."""
    return LEVELS.get(tidy(cell).lower())


def things(cell: str) -> Iterator[Thing]:
    """What a kit cell names: product|serial, one after the other with semicolons or on lines of their own."""
    for part in chain.from_iterable(line.split(";") for line in cell.splitlines()):
        product, _bar, serial = part.partition("|")
        if product.strip() or serial.strip():
            yield Thing(tidy(product), tidy(serial))


@dataclass(frozen=True, slots=True)
class Owned:
    """Something in the kitbag now: its product, its number in its normal form, whether it counts."""

    key: str
    product: int
    serial: str
    counts: bool


# Whether a thing that was named (product, number) is a thing in the kitbag.
Match = Callable[[int | None, str, Owned], bool]


def pair(old: Sequence[tuple[int | None, str]], owned: Sequence[Owned]) -> list[Owned | None]:
    """For each thing an old account named (product, number in its normal form), what of the kitbag it is.

    First by product and number, then by number alone, then by product, each kit item once; None is what is to be
    added. An item whose number differs from the one that was named is another one.
    """
    left = list(owned)
    paired: list[Owned | None] = [None] * len(old)

    def take(is_it: Match) -> None:
        for place, (product, serial) in enumerate(old):
            if paired[place] is None:
                hit = next((one for one in left if is_it(product, serial, one)), None)
                if hit is not None:
                    paired[place] = hit
                    left.remove(hit)

    take(lambda product, serial, one: bool(serial) and one.serial == serial and one.product == product)
    take(lambda product, serial, one: bool(serial) and one.serial == serial)
    # A thing with a number fits only an item without one, a thing without fits any: it chooses last.
    take(lambda product, serial, one: bool(serial) and one.product == product and not one.serial)
    take(lambda product, serial, one: not serial and one.product == product)
    return paired
