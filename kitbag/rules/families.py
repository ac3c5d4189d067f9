"""Families of kit: one icon, one filter and one place of the serial number each."""

from enum import StrEnum


class Family(StrEnum):
    BODY = "body"
    LENS = "lens"
    CINEMA = "cinema"
    CAMCORDER = "camcorder"
    FLASH = "flash"
    PRINTER = "printer"
    SCANNER = "scanner"
    ACCESSORY = "accessory"


_BY_CATEGORY = {
    "camera_compact": Family.BODY,
    "camera_dslr": Family.BODY,
    "camera_film": Family.BODY,
    "camera_mirrorless": Family.BODY,
    "cinema_camera": Family.CINEMA,
    "ptz_camera": Family.CINEMA,
    "camcorder": Family.CAMCORDER,
    "flash": Family.FLASH,
    "printer_large_format": Family.PRINTER,
    "printer_office": Family.PRINTER,
    "printer_photo": Family.PRINTER,
    "scanner": Family.SCANNER,
}


def family_of(category: str) -> Family:
    """Family of a catalogue category; whatever has no drawing of its own is an accessory."""
    if category.startswith("lens_"):
        return Family.LENS
    return _BY_CATEGORY.get(category, Family.ACCESSORY)
