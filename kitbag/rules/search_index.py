"""The dictionary of type-ahead: every beginning of every word of every spelling, sorted, in memory.

A look-up takes the stretch of keys that begin with what was typed. The order of answers is that of people:
the name itself before names that begin with it, whole words before beginnings of words, cameras and
lenses before their batteries, current kit before old.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest

from kitbag.rules.families import Family
from kitbag.rules.search_text import canonical, edges, fold, fold_query, names, spellings, squash

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

# What a match costs; less is better.
_WHOLE_NAME, _WHOLE_ALIAS, _WHOLE_TAIL, _BEGINNING, _WORDS = 0, 1, 2, 4, 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A product as the dictionary needs it. `aliases` are joined by a bar."""

    id: int
    name: str
    aliases: str
    family: str
    stage: str
    points: int
    year: int | None
    successor: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found; `alias` is the other name it was found by, or empty.

    `is_named`: what was typed is that name, whole or from some word on.
    """

    id: int
    alias: str
    is_named: bool = False


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

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, typed: str, *, limit: int, family: str = "") -> list[Hit]:
        """Products that what was typed leads to letter by letter, best first; empty for nothing typed.

        `family` keeps to one family.
        """
        found: dict[int, tuple[int, int]] = {}
        for tight, words in _readings(typed):
            self._beginning(tight, found)
            if len(words) > 1:
                self._all_words(words, found)
            if len(found) >= limit and not family and min(found.values())[0] < _WORDS:
                break
        kept = [item for item in found.items() if not family or self._entries[item[0]].family == family]
        best = nsmallest(limit, kept, key=lambda item: (item[1][0], item[0]))
        hits = [
            Hit(self._entries[place].id, self._alias(place, alias), cost <= _WHOLE_TAIL)
            for place, (cost, alias) in best
        ]
        if len(hits) == 1 < limit and hits[0].is_named:
            hits += self._successor(best[0][0], family)
        return hits

    def _successor(self, place: int, family: str) -> list[Hit]:
        """Who knows exactly what they look for is shown what came after it as well."""
        after = self._entries[place].successor
        known = after is not None and self.place_in(after, family=family) is not None
        return [Hit(after, "")] if after is not None and known else []

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
    between_spaces = " ".join(squash(fold(word)) for word in typed[:200].split())
    texts = [canonical(between_spaces), between_spaces, canonical(fold_query(typed)), fold_query(typed)]
    texts += [text.removeprefix("canon ") for text in texts if text.startswith("canon ")]
    words = texts[0].split()
    if 2 < len(words) <= 8:
        texts += [" ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]]) for at in range(len(words) - 1)]
    unique = dict.fromkeys(text.strip() for text in texts)
    return [(squash(text), text.split()) for text in unique if text]
