"""Check codes of kitbag lists: sixteen characters of Crockford's alphabet, forgiving to whoever types them."""

import re

# Ten digits and the letters without I, L, O and U; 16 of them are 80 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN = re.compile(r"[\s\u2010-\u2015\u2212_.-]+")


def read_code(typed: str) -> str:
    """A code as it was typed: any case, with or without hyphens, O for 0, I or L for 1. Empty where it is none."""
    if len(typed) > 100:
        return ""
    text = _BETWEEN.sub("", typed).upper().translate(_LOOKS_LIKE)
    return text if _CODE.fullmatch(text) else ""


def grouped(code: str) -> str:
    """As printed: four groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, LENGTH, 4))
