"""Which letters the portal's papers can print: those of its fonts, asked of the fonts themselves."""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
SANS, NOTO = "plex", "noto"
# Scripts that neither of the two has letters for, in the order in which a missing one is looked for.
OTHER_SCRIPTS = ("arabic", "hebrew", "georgian", "armenian")
FILES = {
    SANS: "plex-sans",
    NOTO: "noto-sans",
    "arabic": "plex-sans-arabic",
    "hebrew": "plex-sans-hebrew",
    "georgian": "noto-sans-georgian",
    "armenian": "noto-sans-armenian",
}
# Marks of vowels over Arabic letters: print goes without them, and fpdf2 parts the letters around them.
VOWELS = dict.fromkeys(range(0x064B, 0x0653))
# What steers the writing direction and is itself invisible: every line gets its direction from its letters.
_STEERING: dict[int, str | None] = dict.fromkeys(
    [0xAD, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200D, 0xFEFF]
)
# Persian parts letters by a sign without width, which fpdf2 does not know: a space parts them as well.
_PARTING: dict[int, str | None] = {0x200C: " "}


@cache
def _letters(face: str) -> frozenset[int]:
    """Code points that regular and bold of a face both have."""
    regular, bold = (
        set(TTFont(FONTS / f"{FILES[face]}-{weight}.ttf", lazy=True).getBestCmap()) for weight in (400, 600)
    )
    return frozenset(regular & bold)


@cache
def _known() -> frozenset[int]:
    return frozenset().union(*(_letters(face) for face in FILES))


def printable_form(text: str) -> str:
    """The text as it is printed: letters and their accents put together, without vowels of Arabic."""
    # Alone, an Arabic form of presentation or a ligature is no letter of the fonts: its letters are.
    plain = "".join(unicodedata.normalize("NFKC", sign) if 0xFB1D <= ord(sign) <= 0xFEFC else sign for sign in text)
    return unicodedata.normalize("NFC", plain).translate(VOWELS).translate(_STEERING | _PARTING)


def cannot_print(text: str) -> str:
    """The characters that no font of the papers has, each once, in the order they stand; "" where all print."""
    return "".join(
        dict.fromkeys(sign for sign in printable_form(text) if ord(sign) not in _known() and not sign.isspace())
    )


def can_print(text: str) -> bool:
    """Whether the papers can print a text as it stands."""
    return not cannot_print(text)


def is_for_noto(text: str) -> bool:
    """Whether a line stands in Noto as a whole: Plex lacks a letter that Noto has, or an accent stands alone.

    One word in two faces would look patched, and a mark finds its letter in the same face only.
    """
    plex, noto = _letters(SANS), _letters(NOTO)
    return any(
        (ord(sign) not in plex and ord(sign) in noto) or 0x300 <= ord(sign) < 0x370 for sign in printable_form(text)
    )
