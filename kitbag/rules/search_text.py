"""How people write the names of kit: folding, the spellings a name goes by, and the distance of a typing error.

"5dmk3", "EOS 5D Mark III" and "eos 5d iii" are one product; so are "ef 70200 28" and "EF 70-200mm f/2.8L".
Programme §2. Nothing here knows which products exist.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import product as every_combination

# Longer than any name with all its spaces doubled; what is typed beyond it says nothing.
QUERY_MOST = 80
# Raised when folding or `names` changes, so that an unchanged file is read again.
NAMES_VERSION = 1

_ROMAN = {"ii": "2", "iii": "3", "iv": "4"}
_SIGNS = str.maketrans({"×": "x", "ƒ": "f", "ß": "ss", "ø": "o", "ı": "i"})
_NOT_WORD = re.compile(r"[\W_]+")
_FOCAL = re.compile(r"\d+mm")
_MARK = re.compile(r"(?:mark|mk) ?(iv|i{2,3}|[1-9])(?![a-z0-9])")
_LONE_ROMAN = re.compile(r"\b(iv|i{2,3})\b")
_LONE_MARK = re.compile(r"\bmark\b")
_EDGE = re.compile(r"(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])")


def fold(text: str) -> str:
    """Lower case, no accents, ASCII digits and full-width letters, one space between words."""
    plain = unicodedata.normalize("NFKD", text[: QUERY_MOST * 3]).translate(_SIGNS).casefold()
    kept = []
    for char in plain:
        if char.isdecimal():
            kept.append(str(int(char)))
        elif unicodedata.category(char)[0] not in "MC" or char in "\t\n\r":
            kept.append(char)
    return _NOT_WORD.sub(" ", "".join(kept)).strip()


def fold_query(text: str) -> str:
    """What was typed, folded, and no longer than any name."""
    return fold(text)[:QUERY_MOST].rstrip()


def between_spaces(text: str) -> str:
    """What was typed, folded, with only its own spaces: "24-70 f/2.8" is "2470 f28"."""
    return " ".join(filter(None, (squash(fold(word)) for word in text[: QUERY_MOST * 2].split())))[:QUERY_MOST]


def canonical(folded: str) -> str:
    """Numerals as digits and "mark iii" as "mk3", in a folded text."""
    text = _MARK.sub(lambda found: f"mk{_ROMAN.get(found[1], found[1])}", folded)
    text = _LONE_ROMAN.sub(lambda found: _ROMAN[found[1]], text)
    return _LONE_MARK.sub("mk", text)


def squash(folded: str) -> str:
    """A folded text without spaces."""
    return folded.replace(" ", "")


def without_maker(folded: str) -> str:
    """A folded query without "Canon" before it, also where that is mistyped."""
    first, _, rest = folded.partition(" ")
    is_maker = rest and len(first) > 3 and Typed(first).distance("canon", whole=True) <= 1
    return rest if is_maker else folded


def names(name: str, aliases: str) -> dict[str, bool]:
    """Texts a product is near to, each with whether it is another region's: for the nearest neighbour."""
    texts: dict[str, bool] = {}
    for place, spelled in enumerate([name, *(alias for alias in aliases.split("|") if alias)]):
        folded = fold(spelled)
        *_, shortest = spellings(folded)
        for text in (folded, canonical(folded), " ".join(shortest)):
            if text:
                texts.setdefault(text, place > 0)
    return texts


def spellings(folded: str) -> Iterator[list[str]]:
    """The ways a folded name is written, each as its words: with and without Mark, numerals, mm and f."""
    words = folded.split()
    choices: list[list[tuple[str, ...]]] = []
    has_focal = any(_FOCAL.fullmatch(word) for word in words)
    place = 0
    while place < len(words):
        word = words[place]
        after = words[place + 1] if place + 1 < len(words) else ""
        if word == "mark" and after in _ROMAN:
            number = _ROMAN[after]
            choices.append([(word, after), (f"mk{number}",), (f"mk{after}",), (after,), (number,), (f"m{number}",)])
            place += 2
            continue
        if word in _ROMAN:
            choices.append([(word,), (_ROMAN[word],)])
        elif _FOCAL.fullmatch(word):
            choices.append([(word,), (word[:-2],)])
        elif has_focal and word == "f" and after[:1].isdigit():
            choices.append([(word,), ()])
        elif has_focal and word[0] == "f" and word[1:2].isdigit():
            choices.append([(word,), (word[1:],)])
        else:
            choices.append([(word,)])
        place += 1
    for chosen in every_combination(*choices):
        yield [word for words in chosen for word in words]


def edges(words: Iterable[str]) -> tuple[set[int], set[int]]:
    """In the squashed form: where words begin or end, and where letters meet digits as well."""
    word_edges, all_edges = {0}, {0}
    at = 0
    for word in words:
        all_edges.update(at + found.start() for found in _EDGE.finditer(word))
        at += len(word)
        word_edges.add(at)
    return word_edges, all_edges | word_edges


class Typed:
    """A squashed query, ready to be measured against many names (bit-parallel, Hyyrö 2003)."""

    def __init__(self, query: str) -> None:
        self.size = len(query)
        self.places: dict[str, int] = {}
        for place, char in enumerate(query):
            self.places[char] = self.places.get(char, 0) | 1 << place

    def distance(self, name: str, *, whole: bool) -> int:
        """Fewest typing errors (letter wrong, missing, too many, two swapped) from the query to the name.

        With `whole` to all of it; otherwise to that stretch of it which is nearest.
        """
        if not self.size:
            return len(name) if whole else 0
        full, last = (1 << self.size) - 1, 1 << self.size - 1
        grows, shrinks, diagonal, before = full, 0, 0, 0
        score = best = self.size
        for char in name:
            here = self.places.get(char, 0)
            swapped = (((~diagonal) & here) << 1) & before
            diagonal = ((((here & grows) + grows) ^ grows) | here | shrinks | swapped) & full
            up = shrinks | (~(diagonal | grows) & full)
            down = diagonal & grows
            if up & last:
                score += 1
            elif down & last:
                score -= 1
            up = (up << 1 | whole) & full
            down = down << 1 & full
            grows = down | (~(diagonal | up) & full)
            shrinks = up & diagonal
            before = here
            best = min(best, score)
        return score if whole else best
