"""Case numbers as people write and say them (programme §6): UK-26-004417."""

import re
import unicodedata

_SPELLED = re.compile(r"([A-Z]{2,6})([0-9]{2})([0-9]{1,6})")


def case_number(code: str, year: int, place: int) -> str:
    """The number of a case: the centre's code, the year and a place of up to six digits."""
    return f"{code}-{year % 100:02d}-{place:06d}"


def read_number(typed: str) -> str:
    """A case number in any spelling ("uk 26 4417", "UK26004417", a whole address ending in it), else ""."""
    plain = unicodedata.normalize("NFKC", typed).upper().rstrip("/ \t\r\n").rsplit("/", 1)[-1]
    parts = re.sub(r"[^0-9A-Z]+", " ", plain).split()
    if len(parts) == 3:
        parts[2] = parts[2].zfill(6)
    found = _SPELLED.fullmatch("".join(parts))
    return f"{found[1]}-{found[2]}-{found[3].zfill(6)}" if found else ""


def pack_number(key: int) -> str:
    """A welcome pack's number as its letter and label carry it: P000123."""
    return f"P{key:06d}"


def read_pack_number(typed: str) -> int | None:
    """The pack of a number as scanned or typed ("p 123", "P000123"); None for anything else."""
    plain = re.sub(r"[\s\-]+", "", unicodedata.normalize("NFKC", typed)).upper()
    found = re.fullmatch(r"P?0*([1-9][0-9]{0,17})", plain, re.ASCII)
    return int(found[1]) if found else None
