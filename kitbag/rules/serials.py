"""Serial numbers as text: normalising, shapes as rules of thumb, and look-alikes (programme §3)."""

import re
from collections.abc import Iterable

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOT_KEPT = re.compile(r"[^0-9A-Za-z]")
_DATE_CODE = re.compile(r"[A-Z]\d{4}[A-Z]?")
_EF_LENGTHS = frozenset({5, 6, 7, 8, 10, 12})

# Usual lengths by category, from the catalogue's hints: what does not fit is asked about, never refused.
_LENGTHS: dict[str, Iterable[int]] = {
    "camera_mirrorless": (10, 12),
    "camera_dslr": range(6, 13),
    "camera_compact": range(8, 13),
    "camera_film": range(5, 9),
    "cinema_camera": (12,),
    "camcorder": range(6, 13),
    "ptz_camera": (12,),
    "lens_ef": _EF_LENGTHS,
    "lens_efs": _EF_LENGTHS,
    "lens_efm": _EF_LENGTHS,
    "lens_rf": _EF_LENGTHS,
    "lens_rfs": _EF_LENGTHS,
    "lens_tse_mpe": _EF_LENGTHS,
    "lens_fd": range(4, 8),
    "lens_cinema": range(6, 13),
    "flash": range(5, 11),
    "binoculars": range(6, 9),
    "extender_adapter": range(5, 11),
    "accessory_grip": range(5, 11),
    "accessory_wireless_gps": range(6, 13),
    "accessory_remote": range(6, 13),
    "printer_photo": range(8, 11),
    "printer_large_format": range(8, 11),
    "printer_office": range(8, 10),
    "scanner": range(7, 11),
    "projector": range(8, 13),
    "display": range(6, 13),
}
_DIGITS_ONLY = frozenset(
    {"camera_mirrorless", "camera_dslr", "camera_compact", "cinema_camera", "camcorder", "ptz_camera"}
)


def normalise(typed: str) -> str:
    """Upper case, no spaces or hyphens, nothing in brackets; leading zeros kept.

    Full-width and other digits count as what they stand for; whatever is neither letter nor digit goes.
    """
    return _NOT_KEPT.sub("", _fold(_BRACKETS.sub("", typed))).upper()


def _fold(text: str) -> str:
    """ASCII look of full-width letters and of any script's decimal digits."""
    out = []
    for char in text:
        if char.isdecimal():
            out.append(str(int(char)))
        elif "！" <= char <= "～":
            out.append(chr(ord(char) - 0xFEE0))
        else:
            out.append(char)
    return "".join(out)


def is_date_code(serial: str) -> bool:
    """A letter, four digits and perhaps a letter, such as U1140F: a date code, not a serial number."""
    return bool(_DATE_CODE.fullmatch(serial))


def fits(serial: str, *, category: str) -> bool:
    """Whether a normalised number has the usual shape of its kind of product."""
    if category in _DIGITS_ONLY and not serial.isdigit():
        return False
    if not any(char.isdigit() for char in serial):
        return False
    return len(serial) in _LENGTHS.get(category, range(4, 17))


def looks_like(serial: str) -> str | None:
    """A number with O for 0 and I for 1 put right, as a hint; None where there is nothing to hint at."""
    if not any(char in "OI" for char in serial):
        return None
    swapped = serial.replace("O", "0").replace("I", "1")
    return swapped if swapped != serial else None


def are_consecutive(one: str, other: str) -> bool:
    """Two numbers of the same length, alike but for their last digits, that differ by one."""
    if len(one) != len(other) or one == other:
        return False
    head = len(one)
    while head and one[head - 1].isdigit() and other[head - 1].isdigit():
        head -= 1
    if head == len(one) or one[:head] != other[:head]:
        return False
    return abs(int(one[head:]) - int(other[head:])) == 1
