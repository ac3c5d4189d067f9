"""The cells of a table as people have it: pasted text, or a file of a spreadsheet in whatever encoding.

Written by hand and not with `csv`: there a quotation mark that is never closed swallows the rest of the
file, here it costs its own row.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SEPARATORS = ("\t", ";", ",")
# A quoted cell longer than this was never closed.
_LONGEST_QUOTED = 4_000
_LOOKED_AT = 30
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BREAK = re.compile(r"\r\n?|\n")
_ENDS = {separator: re.compile(f"[{separator}\r\n]") for separator in SEPARATORS}
_ARABIC_RUN = re.compile("[\u0600-\u06ff]{2,}")
_HIGH = re.compile("[\u0080-\U0010ffff]")
# What makes a spreadsheet calculate, whatever apostrophes stand before it.
_CALCULATES = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMERIC = re.compile(r"'*[0-9]")
_MARKED = re.compile("'+(?:[=+\\-@\t\r\n＝＋－＠]|[0-9])")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')


class NotText(ValueError):
    """The bytes are no text in any encoding known here."""


@dataclass(slots=True)
class Record:
    """One row: its number in the table as a spreadsheet counts, its cells, and the cell never closed (0 = first)."""

    number: int
    cells: list[str]
    unclosed: int | None = None


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 where it is that, else Windows-1256 or 1252, as its letters suggest.

    Raises NotText for anything that is no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    if without_mark := _utf16(data):
        return _decoded(data, without_mark)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _windows(data)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(encoding) from error


def _utf16(data: bytes) -> str:
    """The kind of UTF-16 without a mark, or empty: every second byte of Latin letters, signs and digits is zero."""
    pairs = len(data) // 2
    if pairs < 2 or len(data) % 2:
        return ""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if odd > pairs * 0.2 and even * 10 <= odd:
        return "utf-16-le"
    if even > pairs * 0.2 and odd * 10 <= even:
        return "utf-16-be"
    return ""


def _windows(data: bytes) -> str:
    """Arabic letters stand together in words; the accents of Western languages stand alone among letters."""
    arabic = data.decode("cp1256", errors="replace")
    western = data.decode("cp1252", errors="replace")
    in_words = sum(len(run) for run in _ARABIC_RUN.findall(arabic))
    if in_words * 2 > len(_HIGH.findall(western)):
        return arabic
    if any(control in western for control in "\x00\x01\x02\x03"):
        raise NotText("binary")
    return western


def records(text: str, separator: str) -> Iterator[Record]:
    """The rows of a text. Empty ones are counted and left out."""
    at, number = 0, 0
    while at < len(text):
        number += 1
        record, at = _record(text, at, separator, number)
        if any(cell.strip() for cell in record.cells):
            yield record


def _record(text: str, at: int, separator: str, number: int) -> tuple[Record, int]:
    cells: list[str] = []
    begin = at
    while True:
        quoted = _quoted(text, at, separator)
        if quoted is _UNCLOSED:
            return _plainly(text, begin, separator, number, unclosed=len(cells))
        if quoted is not None:
            cell, at = quoted
        else:
            end = _end_of_cell(text, at, separator)
            cell, at = text[at:end], end
        cells.append(cell)
        if not text.startswith(separator, at):
            break
        at += 1
    if ended := _BREAK.match(text, at):
        at = ended.end()
    return Record(number, cells), at


def _plainly(text: str, begin: int, separator: str, number: int, *, unclosed: int) -> tuple[Record, int]:
    """The one line of a row whose quotation mark is never closed, cut at every separator."""
    ended = _BREAK.search(text, begin)
    line = text[begin : ended.start() if ended else len(text)]
    return Record(number, line.split(separator), unclosed), ended.end() if ended else len(text)


def _end_of_cell(text: str, at: int, separator: str) -> int:
    ended = _ENDS[separator].search(text, at)
    return ended.start() if ended else len(text)


_UNCLOSED = ("", -1)


def _quoted(text: str, at: int, separator: str) -> tuple[str, int] | None:
    """A cell in quotation marks and where it ends; None for one without, _UNCLOSED for one never closed.

    A mark that neither ends the cell nor is doubled belongs to it, as in 24" display, unless the cell has
    gone on to another line: then it was meant to begin a cell there.
    """
    if not text.startswith('"', at):
        return None
    look, limit = at + 1, min(len(text), at + _LONGEST_QUOTED)
    ended = _BREAK.search(text, at, limit)
    line_ends = ended.start() if ended else limit
    while (mark := text.find('"', look, limit)) >= 0:
        if text.startswith('"', mark + 1):
            look = mark + 2
            continue
        after = mark + 1
        while text.startswith(" ", after):
            after += 1
        if after >= len(text) or text[after] in (separator, "\r", "\n"):
            return text[at + 1 : mark].replace('""', '"'), after
        if mark > line_ends:
            break
        look = mark + 1
    return _UNCLOSED


def separator_of(text: str) -> str:
    """What stands between the cells: the sign that cuts the first rows most evenly into several cells."""
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = []
        for record in records(text[:40_000], separator):
            widths.append(len(record.cells))
            if len(widths) == _LOOKED_AT:
                break
        several = [width for width in widths if width > 1]
        if not several:
            continue
        usual = max(set(several), key=several.count)
        score = several.count(usual) / len(widths) * (1 + usual / 10)
        if score > best_score:
            best, best_score = separator, score
    return best


def plain(cell: str) -> str:
    """A cell as it was meant: without the apostrophe or the formula that keeps it text in a spreadsheet."""
    text = cell.strip(" \u00a0\ufeff")
    if found := _TEXT_FORMULA.fullmatch(text):
        return found[1]
    return text[1:] if _MARKED.match(text) else text


def safe(cell: str, *, as_text: bool = False) -> str:
    """A cell that no spreadsheet calculates; `as_text` also keeps digits as they are, leading zeros and all."""
    return f"'{cell}" if _CALCULATES.match(cell) or (as_text and _NUMERIC.match(cell)) or _MARKED.match(cell) else cell


def written(rows: Iterable[Sequence[str]]) -> str:
    """Rows as the text of a CSV file, with the mark by which spreadsheets know UTF-8. Cells are safe already."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return "\ufeff" + out.getvalue()
