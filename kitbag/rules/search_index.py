"""The dictionary of type-ahead: every beginning of every word of every spelling, sorted, in memory.

A look-up takes the stretch of keys that begin with what was typed. The order of answers is that of people:
the name itself before names that begin with it, whole words before beginnings of words, cameras and
lenses before their batteries, current kit before old.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest

from kitbag.rules.families import Family
from kitbag.rules.search_text import (
    between_spaces,
    canonical,
    edges,
    fold,
    fold_query,
    names,
    spellings,
    squash,
    without_maker,
)

_AFTER_ALL = "\uffff"
_FAMILY_RANK = {
    Family.BODY: 0,
    Family.LENS: 0,
    Family.CINEMA: 0,
    Family.FLASH: 1,
    Family.CAMCORDER: 1,
    Family.PRINTER: 2,
    Family.SCANNER: 2,
    Family.ACCESSORY: 3,
}
_STAGE_RANK = {"current": 0, "superseded": 1, "unserviceable": 2}

_SHORT = 3

# What a match costs; less is better.
_WHOLE_NAME, _WHOLE_ALIAS, _WHOLE_TAIL, _BEGINNING, _WORDS = 0, 1, 2, 4, 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A product as the dictionary needs it and lists show it. `aliases` are joined by a bar."""

    id: int
    sku: str
    name: str
    aliases: str
    family: str
    stage: str
    points: int
    fast_track: bool
    year: int | None
    successor: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found; `alias` is the other name it was found by, or empty.

    `is_begun`: what was typed is a beginning of that name, from some word on; `is_whole`: to its end.
    """

    id: int
    alias: str
    is_begun: bool = False
    is_whole: bool = False


# A key belongs to a spelling: (place of the product, place of the alias or 0 for the name, bits of the
# offsets at which a word ends, the same with letters meeting digits, begins the spelling, begins a word).
_Use = tuple[int, int, int, int, bool, bool]


class SearchIndex:
    """Built once from all products; immutable, so that threads share it."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = sorted(entries, key=_static_rank)
        self._aliases: list[list[str]] = []
        self._place_of = {entry.id: place for place, entry in enumerate(self._entries)}
        uses: dict[str, list[_Use]] = {}
        for place, entry in enumerate(self._entries):
            spelled = [entry.name, *(alias for alias in entry.aliases.split("|") if alias)]
            self._aliases.append(spelled)
            for alias, text in enumerate(spelled):
                _add(uses, place, alias, fold(text))
        self._keys = sorted(uses)
        self._uses = [tuple(uses[key]) for key in self._keys]
        self._costs_of_word = lru_cache(maxsize=2000)(self._word)
        self._find_short = lru_cache(maxsize=2000)(self._find)

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def entries(self) -> Sequence[Entry]:
        """All products, what most people mean first."""
        return self._entries

    def find(self, typed: str, *, limit: int, family: str = "") -> list[Hit]:
        """Products that what was typed leads to letter by letter, best first; empty for nothing typed.

        `family` keeps to one family.
        """
        # The first letters are what everybody types and what most products match: worth remembering.
        search = self._find_short if len(typed) <= _SHORT else self._find
        return search(typed, limit, family)

    def _find(self, typed: str, limit: int, family: str) -> list[Hit]:
        found: dict[int, tuple[int, int]] = {}
        for tight, words in _readings(typed):
            self._beginning(tight, found)
            if len(words) > 1:
                self._all_words(words, found)
            if len(found) >= limit and not family and min(found.values())[0] < _WORDS:
                break
        hits = self._best(found, limit, family)
        if len(hits) == 1 < limit and hits[0].is_whole:
            hits += self._successor(hits[0].id, family)
        return hits

    def nearly(self, typed: str, *, limit: int, family: str = "") -> list[Hit]:
        """Products of which what was typed, but for one typing error, is a beginning; best first."""
        found: dict[int, tuple[int, int]] = {}
        spaced = between_spaces(typed)
        texts = [canonical(spaced), spaced]
        rests = [rest for text in texts if (rest := without_maker(text)) != text]
        for rest in rests:
            self._beginning(squash(rest), found)
        if found:
            return self._best(found, limit, family)
        for tight in dict.fromkeys(squash(text) for text in texts + rests):
            if len(tight) > _SHORT:
                for meant in set(self._one_error(tight)):
                    self._beginning(meant, found)
        return self._best(found, limit, family)

    def _one_error(self, tight: str) -> Iterator[str]:
        """Beginnings of keys that differ by a letter wrong, missing, too many, or by two swapped.

        Goes along the text as far as it is a beginning of some key, and tries the letters that follow there.
        """
        for at in range(len(tight)):
            before, after = tight[:at], tight[at:]
            stretch = self._stretch(before)
            if not stretch:
                return
            tries = [before + after[1:], before + after[1:2] + after[0] + after[2:]]
            for letter in self._letters_after(stretch, before):
                tries += [before + letter + after[1:], before + letter + after]
            for text in tries:
                place = bisect_left(self._keys, text)
                if text != tight and place < len(self._keys) and self._keys[place].startswith(text):
                    yield text

    def _letters_after(self, stretch: range, before: str) -> Iterator[str]:
        at, size = stretch.start, len(before)
        while at < stretch.stop:
            letter = self._keys[at][size : size + 1]
            if letter:
                yield letter
                at = bisect_left(self._keys, before + letter + _AFTER_ALL, at, stretch.stop)
            else:
                at += 1

    def _best(self, found: dict[int, tuple[int, int]], limit: int, family: str) -> list[Hit]:
        kept = [item for item in found.items() if not family or self._entries[item[0]].family == family]
        best = nsmallest(limit, kept, key=lambda item: (item[1][0], item[0]))
        return [
            Hit(self._entries[place].id, self._alias(place, alias), cost < _WORDS, cost <= _WHOLE_TAIL)
            for place, (cost, alias) in best
        ]

    def _successor(self, product_id: int, family: str) -> list[Hit]:
        """Who knows exactly what they look for is shown what came after it as well."""
        after = self.entry(product_id).successor
        if after is None or self.place_in(after, family=family) is None:
            return []
        return [Hit(after, "")]

    def entry(self, product_id: int) -> Entry:
        """What the dictionary knows of a product. Raises KeyError."""
        return self._entries[self._place_of[product_id]]

    def place_in(self, product_id: int, *, family: str = "") -> int | None:
        """The place of a product in the order of people; None for one unknown here or of another family."""
        place = self._place_of.get(product_id)
        if place is None or (family and self._entries[place].family != family):
            return None
        return place

    def alias_near(self, product_id: int, text: str) -> str:
        """The other name of a product from which `text` was made (search_text.names), or empty."""
        for alias in self._aliases[self._place_of[product_id]][1:]:
            if text in names(alias, ""):
                return alias
        return ""

    def _alias(self, place: int, alias: int) -> str:
        return self._aliases[place][alias] if alias else ""

    def _stretch(self, beginning: str) -> range:
        return range(bisect_left(self._keys, beginning), bisect_left(self._keys, beginning + _AFTER_ALL))

    def _beginning(self, tight: str, found: dict[int, tuple[int, int]]) -> None:
        """Names of which what was typed is a beginning, from any word on."""
        size = len(tight)
        for at in self._stretch(tight):
            whole = len(self._keys[at]) == size
            for place, alias, word_ends, all_ends, begins_name, begins_word in self._uses[at]:
                if whole and begins_name:
                    cost = _WHOLE_ALIAS if alias else _WHOLE_NAME
                elif whole:
                    cost = _WHOLE_TAIL if begins_word else _BEGINNING + 1
                else:
                    cost = _BEGINNING + _end_cost(word_ends, all_ends, size)
                    cost += 0 if begins_name else 1 if begins_word else 2
                if place not in found or (cost, alias) < found[place]:
                    found[place] = (cost, alias)

    def _all_words(self, words: Sequence[str], found: dict[int, tuple[int, int]]) -> None:
        """Names in which every word typed begins some word, in any order."""
        longest, *rest = sorted(set(words), key=len, reverse=True)
        together = dict(self._costs_of_word(longest))
        for word in rest:
            costs = self._costs_of_word(word)
            together = {
                place: (cost + costs[place][0], max(alias, costs[place][1]))
                for place, (cost, alias) in together.items()
                if place in costs
            }
            if not together:
                return
        for place, (cost, alias) in together.items():
            total = (_WORDS + cost, alias)
            if place not in found or total < found[place]:
                found[place] = total

    def _word(self, word: str) -> dict[int, tuple[int, int]]:
        """Products with a word that begins so: place to (cost, alias)."""
        costs: dict[int, tuple[int, int]] = {}
        size = len(word)
        for at in self._stretch(word):
            for place, alias, word_ends, all_ends, _, begins_word in self._uses[at]:
                cost = (_end_cost(word_ends, all_ends, size) + (0 if begins_word else 2), alias)
                if place not in costs or cost < costs[place]:
                    costs[place] = cost
        return costs


def _static_rank(entry: Entry) -> tuple[int, int, int, int, int, str]:
    return (
        _FAMILY_RANK[Family(entry.family)],
        _STAGE_RANK[entry.stage],
        -entry.points,
        -(entry.year or 0),
        len(entry.name),
        entry.name,
    )


def _end_cost(word_ends: int, all_ends: int, size: int) -> int:
    """0 where what was typed ends with a word, 1 where letters meet digits, 2 in the middle."""
    return 0 if word_ends >> size & 1 else 1 if all_ends >> size & 1 else 2


def _add(uses: dict[str, list[_Use]], place: int, alias: int, folded: str) -> None:
    for words in spellings(folded):
        tight = "".join(words)
        word_edges, all_edges = edges(words)
        word_bits, all_bits = sum(1 << at for at in word_edges), sum(1 << at for at in all_edges)
        for at in all_edges:
            if at < len(tight):
                use = (place, alias, word_bits >> at, all_bits >> at, at == 0, at in word_edges)
                known = uses.setdefault(tight[at:], [])
                if use not in known:
                    known.append(use)


def _readings(typed: str) -> list[tuple[str, list[str]]]:
    """Ways to read what was typed, as (without spaces, words), the likeliest first.

    Words are what stands between spaces, then what stands between any signs; numerals as digits, then as
    typed; without "Canon", which no name here begins with unless it must; two words as one.
    """
    spaced = between_spaces(typed)
    texts = [canonical(spaced), spaced, canonical(fold_query(typed)), fold_query(typed)]
    texts += [text.removeprefix("canon ") for text in texts if text.startswith("canon ")]
    words = texts[0].split()
    if 2 < len(words) <= 8:
        texts += [" ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]]) for at in range(len(words) - 1)]
    unique = dict.fromkeys(text.strip() for text in texts)
    return [(squash(text), text.split()) for text in unique if text]
