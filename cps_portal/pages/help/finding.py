"""Searching the help page: every word typed counts, and a slip in it is forgiven."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 100
# What asks without saying about what, in both languages.
EMPTY = frozenset(
    re.findall(
        r"\w+",
        "a an and are at be by can cps do does for from get how i if in is it me my of on or the to was what when where"
        " which who why with you your في من على عن الى هل ما متى كيف اين لماذا انا او و لا",
    )
)
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_WORD = re.compile(r"\w+")
TITLE, ALSO, TEXT = 6, 4, 1


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: without case, accents and vowel signs, the Arabic article off."""
    plain = unicodedata.normalize("NFKD", text.translate(_ARABIC).casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_ARABIC)
    return [_without_article(word) for word in _WORD.findall(bare)]


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def score(asked: Sequence[str], fields: Sequence[tuple[int, set[str]]], *, every: bool = False) -> float:
    """How well a section answers: over the words asked, each by the best place where it is found; 0 for none.

    `fields` are weights with the words of a place. With `every`, 0 also where one of the words is not there.
    """
    total = 0.0
    for word in asked:
        best = 0.0
        for weight, words in fields:
            likeness = max((like(word, other) for other in words), default=0.0)
            best = max(best, weight * likeness)
        if every and not best:
            return 0.0
        total += best
    return total


def like(asked: str, word: str) -> float:
    """1 for the same word, less for one that begins so or is a slip away, 0 for another."""
    if asked == word:
        return 1.0
    shorter = min(len(asked), len(word))
    if shorter >= 3 and (word.startswith(asked) or (asked.startswith(word) and len(asked) - len(word) <= 3)):
        return 0.8
    if shorter >= 4 and abs(len(asked) - len(word)) <= 2 and slips(asked, word) <= (1 if shorter < 7 else 2):
        return 0.6
    return 0.0


def slips(one: str, other: str) -> int:
    """Letters to add, leave out, change or swap with their neighbour to get from one word to the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        now = [row]
        for column, to in enumerate(other, 1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (sign != to))
            if row > 1 and column > 1 and sign == other[column - 2] and one[row - 2] == to:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]


def asked_words(query: str) -> list[str]:
    """What was asked, without what says nothing; all of it where nothing else is left."""
    words = words_of(query[:LONGEST])[:12]
    return [word for word in words if word not in EMPTY] or words
