"""What is usually wrong with each family of product: the guided list of a request (programme §6).

Codes are kept with the case; their words are in cps_portal/pages/servicing/words.py.
"""

from collections.abc import Mapping

ANY = ("fall", "liquid", "no_power", "other")
BY_FAMILY: Mapping[str, tuple[str, ...]] = {
    "body": ("shutter", "dark_or_bright", "focus", "sensor_dirt", "card", "screen", "buttons", "mount", "connection"),
    "lens": ("focus", "soft", "aperture", "stabiliser", "zoom_ring", "dirt_inside", "mount"),
    "cinema": ("picture", "sound", "focus", "card", "screen", "buttons", "mount", "connection", "fan"),
    "camcorder": ("picture", "sound", "focus", "card", "screen", "zoom_ring", "connection"),
    "flash": ("no_flash", "exposure", "head", "hot_shoe", "connection"),
    "printer": ("lines", "paper", "colour", "error_code", "connection"),
    "scanner": ("lines", "paper", "error_code", "connection"),
    "accessory": ("contacts", "connection", "buttons", "mount"),
}


def faults_of(family: str) -> tuple[str, ...]:
    """Codes offered for a family, the ones that fit any thing last."""
    return (*BY_FAMILY.get(family, ()), *ANY)
