"""What people type into a search, as it is looked for: digits in any script and grouping, words of a name."""

import re

_BETWEEN_DIGITS = re.compile(r"[\s\-–.]+")
_WORD = re.compile(r"[^\W_]+")

# Longer than anything that is looked for; what is longer is nothing's name.
LONGEST = 200
# Of a name fewer letters would find half of everybody.
LETTERS_AT_LEAST = 3
WORDS_AT_MOST = 6


def one_line(typed: str) -> str:
    """What was typed, on one line and without NUL; "" for what is longer than anything here."""
    text = " ".join(typed.replace("\x00", "").split())
    return text if len(text) <= LONGEST else ""


def digits_of(typed: str) -> str:
    """The digits of a number in any grouping and any script's digits ("٤٢٠٧ ٧١٩-٠٣٦"), else ""."""
    plain = _BETWEEN_DIGITS.sub("", typed)
    return "".join(str(int(char)) for char in plain) if plain.isdecimal() else ""


def words_of(typed: str) -> list[str]:
    """The words of a name, to be found by their beginnings in any order; none where they are too short."""
    words: list[str] = _WORD.findall(typed)[:WORDS_AT_MOST]
    return words if sum(map(len, words)) >= LETTERS_AT_LEAST else []
