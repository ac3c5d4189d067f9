"""A typed place and its coordinates, found without a net: "Koln", "Köln", "Cologne" and "Кёльн" are one city.

The list (servicing/data/places.tsv, see README.md there) is kept as the bytes of its file, the largest place first,
so that a search is a walk through memory and its order is the order of the answers.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIST = Path(__file__).resolve().parents[1] / "data" / "places.tsv"
NAME_MOST = 80
_UNSEEN = dict.fromkeys("'’‘ʻʼʿʾ`´ʹ\u0640", "")
_LATIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ə": "e", "æ": "ae", "œ": "oe", "þ": "th"}
# Letters that Arabic, Persian and Urdu write in more than one way.
_ARABIC = dict.fromkeys("أإآٱ", "ا") | dict.fromkeys("ةہھە", "ه") | dict.fromkeys("ىی", "ي") | {"ک": "ك"}
_LETTERS = str.maketrans(_UNSEEN | _LATIN | _ARABIC)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of 15,000 people or more; `near` names a larger one where the country has two of that name."""

    name: str
    country: str
    latitude: float
    longitude: float
    near: str = ""


def fold(text: str) -> str:
    """Lower case, no accents, one space between words; the list's names are folded by the same lines."""
    plain = unicodedata.normalize("NFKD", text[:NAME_MOST].casefold())
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in {"Mn", "Cf"})
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain.translate(_LETTERS)).split())


@cache
def listed() -> bytes:
    return LIST.read_bytes()


def find(text: str, *, countries: frozenset[str] = frozenset(), most: int = 8) -> list[Place]:
    """Places of that name, the largest first; if there are none, places whose name begins so.

    `countries` (ISO 3166) narrows the search; empty means everywhere in EMEA. Less than two letters find nothing.
    """
    wanted = fold(text)
    if len(wanted) < 2:
        return []
    for needle in (f"|{wanted}|", f"|{wanted}"):
        found = []
        for place in _with(needle.encode()):
            if not countries or place.country in countries:
                found.append(place)
                if len(found) == most:
                    break
        if found:
            return found
    return []


def _with(needle: bytes) -> Iterator[Place]:
    """The places whose folded names hold the needle, in the list's order."""
    text, at = listed(), 0
    while (at := text.find(needle, at)) >= 0:
        start, end = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
        name, country, latitude, longitude, near, _ = text[start:end].decode().split("\t")
        yield Place(name, country, float(latitude), float(longitude), near)
        at = end
