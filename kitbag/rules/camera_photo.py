"""What a camera writes into its photos about itself: names and numbers, never the picture (programme §3)."""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Exif 2.32: tags of the first directory and of the Exif directory.
MAKE, MODEL = 0x010F, 0x0110
MAKER_NOTE, BODY_NUMBER, LENS_MODEL, LENS_NUMBER = 0x927C, 0xA431, 0xA434, 0xA435
# Canon's own directory: the number of bodies before Exif had a place for it.
_CANON_NUMBER, _LONG = 0x000C, 4
_MOST_ENTRIES, _ENTRY = 200, 12
_LONGEST = 60
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{3,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a photo says; anything may be empty."""

    make: str = ""
    model: str = ""
    body_number: str = ""
    lens: str = ""
    lens_number: str = ""

    @property
    def says_anything(self) -> bool:
        return bool(self.model or self.body_number or self.lens or self.lens_number)


def reading_of(first: Mapping[int, Any], exif: Mapping[int, Any], *, big_endian: bool) -> Reading:
    """The fields of the two directories as text that is safe to show; numbers only where they look like some."""
    body = _number(exif.get(BODY_NUMBER))
    note = exif.get(MAKER_NOTE)
    make = _text(first.get(MAKE))
    if not body and isinstance(note, bytes) and make.casefold().startswith("canon"):
        body = _from_maker_note(note, big_endian=big_endian)
    return Reading(
        make=make,
        model=_named(_text(first.get(MODEL))),
        body_number=body,
        lens=_text(exif.get(LENS_MODEL)),
        lens_number=_number(exif.get(LENS_NUMBER)),
    )


def _text(value: Any) -> str:
    """Printable text on one line, cut to what a name can be; empty for anything else."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if not isinstance(value, str):
        return ""
    kept = "".join(char if char.isprintable() else " " for char in value.split("\x00")[0])
    return " ".join(kept.replace("\ufffd", " ").split())[:_LONGEST]


def _number(value: Any) -> str:
    text = _text(value)
    if not _NUMBER.fullmatch(text) or not text.strip("0 -"):
        return ""
    return text


def _named(model: str) -> str:
    """The model as the catalogue writes it: cameras put the maker before it."""
    return re.sub(r"^canon\s+", "", model, flags=re.IGNORECASE)


def _from_maker_note(note: bytes, *, big_endian: bool) -> str:
    """The body's number out of Canon's directory, where it stands in the entry itself; ten digits."""
    order = ">" if big_endian else "<"
    if len(note) < 2:
        return ""
    (entries,) = struct.unpack_from(f"{order}H", note)
    if entries > _MOST_ENTRIES:
        return ""
    for place in range(2, min(2 + entries * _ENTRY, len(note) - _ENTRY + 1), _ENTRY):
        tag, kind, count, value = struct.unpack_from(f"{order}HHII", note, place)
        if tag == _CANON_NUMBER and kind == _LONG and count == 1 and value:
            return f"{value:010d}"
    return ""
