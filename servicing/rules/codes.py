"""Codes of an offer, as staff paste or upload them: text with one in each line or cell (programme §9)."""

import re
from collections import Counter
from dataclasses import dataclass

LONGEST = 60
MOST = 20_000
_BETWEEN = re.compile(r"[\s,;]+")
_HEADINGS = frozenset({"code", "codes"})


@dataclass(frozen=True, slots=True)
class Codes:
    """What a text holds: each code once, in order; what stands there twice, and what cannot be a code."""

    codes: tuple[str, ...]
    twice: tuple[str, ...]
    wrong: tuple[str, ...]


def read_codes(*texts: str) -> Codes:
    """Codes of texts together, parted by lines, spaces, commas or semicolons.

    Quotes of a table and its heading fall away.
    """
    words: list[str] = []
    for text in texts:
        read = [word for part in _BETWEEN.split(text) if (word := part.strip("\"'\ufeff"))]
        words += read[1:] if read and read[0].lower() in _HEADINGS else read
    counted = Counter(words)
    wrong = tuple(word for word in counted if len(word) > LONGEST or not word.isprintable())
    return Codes(
        tuple(word for word in counted if word not in wrong),
        tuple(word for word, times in counted.items() if times > 1),
        wrong,
    )
