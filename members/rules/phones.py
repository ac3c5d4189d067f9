"""Phone numbers as people write them: kept as written, checked only for what every number has (after E.164)."""

import unicodedata

SIGNS = frozenset(" ()-./")
FEWEST_DIGITS, MOST_DIGITS = 5, 15


def latin_digits(text: str) -> str:
    """Digits of any script as 0 to 9, which is what phones and carriers read; the rest stays."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def is_phone(text: str) -> bool:
    """5 to 15 digits with spaces and ( ) - . / between them; a plus only where the number begins."""
    begins, number = text[:1], text.removeprefix("+")
    digits = [sign for sign in number if sign.isascii() and sign.isdigit()]
    others = set(number) - set(digits)
    return begins not in SIGNS - {"("} and others <= SIGNS and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS
